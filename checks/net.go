package checks

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// NetsElsewhere lists the network namespaces that are not the host's, by ascending inode
// number: those of processes, and those that a bind mount keeps, as ip-netns(8) has them.
func NetsElsewhere(s *snapshot.Snapshot) []uint64 {
	return elsewhere(s.Net, s.Host.Net)
}

// elsewhere lists the namespaces that a snapshot tells something of, by ascending inode number, but for the host's.
func elsewhere[V any](of map[uint64]V, host uint64) []uint64 {
	inodes := make([]uint64, 0, len(of))
	for inode := range of {
		if inode != host {
			inodes = append(inodes, inode)
		}
	}
	slices.Sort(inodes)
	return inodes
}

// VethEnd is one end of a veth pair, and the network namespace it is in.
type VethEnd struct {
	NS   uint64
	Link snapshot.Link
}

// VethPair is a veth pair of which both ends are in the lab (veth(4)). Where one end
// is in the host's network namespace, it is A.
type VethPair struct{ A, B VethEnd }

// VethPairs lists the veth pairs of a lab, each once. Two interfaces are a pair where each
// names the other as its peer; a name makes none.
func VethPairs(s *snapshot.Snapshot) []VethPair {
	var pairs []VethPair
	inodes := append([]uint64{s.Host.Net}, NetsElsewhere(s)...)
	for _, ns := range inodes {
		for _, a := range s.Net[ns].Links {
			if a.Type != "veth" {
				continue
			}
			for _, b := range s.Net[a.PeerNS].Links {
				if b.Type != "veth" || b.Index != a.Peer || b.Peer != a.Index || b.PeerNS != ns {
					continue
				}
				pair := VethPair{VethEnd{ns, a}, VethEnd{a.PeerNS, b}}
				if !slices.Contains(pairs, VethPair{pair.B, pair.A}) {
					pairs = append(pairs, pair)
				}
			}
		}
	}
	return pairs
}

// Wires lists the veth pairs that lead from the host into another network namespace; A is the host's end.
func Wires(s *snapshot.Snapshot) []VethPair {
	return slices.DeleteFunc(VethPairs(s), func(p VethPair) bool { return p.A.NS != s.Host.Net || p.B.NS == s.Host.Net })
}

// IPv4 lists the IPv4 addresses of an interface.
func IPv4(s *snapshot.Snapshot, end VethEnd) []snapshot.Addr {
	return slices.DeleteFunc(slices.Clone(s.Net[end.NS].Addrs), func(a snapshot.Addr) bool {
		ip, err := netip.ParseAddr(a.IP)
		return a.LinkIndex != end.Link.Index || err != nil || !ip.Is4()
	})
}

// Addressed reports whether an interface is up and has the address with that length of prefix.
func Addressed(s *snapshot.Snapshot, end VethEnd, ip string, bits int) bool {
	return end.Link.Up && slices.ContainsFunc(IPv4(s, end), func(a snapshot.Addr) bool { return a.IP == ip && a.Bits == bits })
}

// Network returns the network of an address as a route has it: "10.1.1.0/24" for 10.1.1.1 and 24; empty
// for what is no address.
func Network(ip string, bits int) string {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return ""
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

// ListensOn returns the listening socket that a connection to this address and port would reach.
func ListensOn(n snapshot.NetNS, ip string, port int) (snapshot.Listener, bool) {
	for _, l := range n.Listening {
		if l.Port == port && (l.IP == ip || l.IP == "0.0.0.0" || l.IP == "::") {
			return l, true
		}
	}
	return snapshot.Listener{}, false
}

// Filters lists the chains of a packet filter that do anything: packets enter them, and they hold a
// rule or drop what no rule decides about.
func Filters(n snapshot.NetNS) []snapshot.Chain {
	return slices.DeleteFunc(slices.Clone(n.Chains), func(c snapshot.Chain) bool {
		return c.Hook == "" || len(c.Rules) == 0 && c.Policy != "drop"
	})
}

// LinkText describes an interface in the kernel's words: "eth0: veth, up, peer 3 in net:[4026532201], 10.1.1.2/24".
func LinkText(s *snapshot.Snapshot, end VethEnd) string {
	l := end.Link
	words := []string{Plain(l.Type)}
	if l.Up {
		words = append(words, "up")
	} else {
		words = append(words, "down")
	}
	if l.Type == "veth" && l.PeerNS != 0 {
		words = append(words, fmt.Sprintf("peer %d in %s", l.Peer, NSName(snapshot.Net, l.PeerNS)))
	}
	for _, a := range IPv4(s, end) {
		words = append(words, fmt.Sprintf("%s/%d", a.IP, a.Bits))
	}
	return fmt.Sprintf("%d: %s: %s", l.Index, Plain(l.Name), strings.Join(words, ", "))
}

// NetEvidence is the evidence of a network namespace and of the interfaces in it.
func NetEvidence(s *snapshot.Snapshot, inode uint64) []Evidence {
	name := NSName(snapshot.Net, inode)
	evidence := []Evidence{NSEvidence(snapshot.Net, Whose(s, snapshot.Net, inode), inode)}
	for _, l := range s.Net[inode].Links {
		if l.Type == "loopback" && inode == s.Host.Net && len(s.Net[inode].Links) > 1 {
			continue // says nothing
		}
		evidence = append(evidence, Evidence{What: "interface in " + name, Value: LinkText(s, VethEnd{inode, l})})
	}
	return evidence
}

// FilterEvidence is the evidence of the packet filter in a network namespace.
func FilterEvidence(s *snapshot.Snapshot, inode uint64) []Evidence {
	var evidence []Evidence
	for _, c := range s.Net[inode].Chains {
		hook := "no hook"
		if c.Hook != "" {
			hook = "hook " + c.Hook + ", policy " + c.Policy
		}
		evidence = append(evidence, Evidence{What: "chain in " + NSName(snapshot.Net, inode),
			Value: fmt.Sprintf("%s %s %s: %s, rules: %d", c.Family, Plain(c.Table), Plain(c.Name), hook, len(c.Rules))})
	}
	return evidence
}
