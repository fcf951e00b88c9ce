package sandbox

import (
	"encoding/binary"
	"encoding/hex"
	"net"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// A network namespace has a packet filter of its own. nftables is asked for it as nft(8) does, over a
// NETLINK_NETFILTER socket that was made in the namespace; what iptables-nft wrote is
// among it. The older tables of iptables-legacy answer getsockopt(2) on any Internet socket of the
// namespace. A kernel that lacks one of the two says nothing there.

// filterSockets appends the making of the two sockets.
func filterSockets(s *script) []ref {
	return []ref{
		s.may("socket", unix.SYS_SOCKET, unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_NETFILTER),
		s.may("socket", unix.SYS_SOCKET, unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0),
	}
}

// filter asks the two sockets of a namespace, and closes them.
func (o *observer) filter(inode uint64, netlink, inet int, joined bool) {
	defer closeAll(netlink, inet)
	if !joined {
		return
	}
	n := o.snap.Net[inode]
	if netlink >= 0 {
		_ = unix.SetsockoptTimeval(netlink, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 2})
		n.Chains = o.nftChains(netlink)
	}
	if inet >= 0 {
		tables, listed := o.legacyTables(inode)
		for _, table := range tables {
			chains := legacyChains(inet, table)
			if !listed && !slices.ContainsFunc(chains, func(c snapshot.Chain) bool { return len(c.Rules) > 0 || c.Policy != "accept" }) {
				continue // made by our asking
			}
			n.Chains = append(n.Chains, chains...)
		}
	}
	o.snap.Net[inode] = n
}

// legacyTables lists the tables of iptables-legacy that a namespace has. Asking for one that it has
// not makes it, and iptables-nft warns of it ever after: so the list comes first. In a user
// namespace whose map was written after the network namespace was made nobody may read the
// list, nor does iptables-nft: there the one that matters is asked for, and not listed.
func (o *observer) legacyTables(inode uint64) (tables []string, listed bool) {
	for _, p := range o.snap.Procs {
		if p.NS.Net != inode {
			continue
		}
		b, err := o.readOne(strconv.Itoa(p.PID) + "/net/ip_tables_names")
		switch err {
		case nil:
			return strings.Fields(string(b)), true
		case unix.EACCES:
			return []string{"filter"}, false
		}
		return nil, true
	}
	return nil, true
}

// nftFamilies and nftHooks are the numbers of the kernel's uapi/linux/netfilter.h and its neighbours.
var (
	nftFamilies = map[uint8]string{unix.NFPROTO_INET: "inet", unix.NFPROTO_IPV4: "ip", unix.NFPROTO_ARP: "arp",
		unix.NFPROTO_NETDEV: "netdev", unix.NFPROTO_BRIDGE: "bridge", unix.NFPROTO_IPV6: "ip6"}
	inetHooks = []string{"prerouting", "input", "forward", "output", "postrouting", "ingress"}
	nftHooks  = map[string][]string{"inet": inetHooks, "ip": inetHooks, "ip6": inetHooks, "bridge": inetHooks,
		"arp": {"input", "output", "forward"}, "netdev": {"ingress", "egress"}}
)

// nfgenmsg is struct nfgenmsg: a family of 0 asks for all.
type nfgenmsg struct{}

func (nfgenmsg) Len() int          { return 4 }
func (nfgenmsg) Serialize() []byte { return []byte{unix.AF_UNSPEC, unix.NFNETLINK_V0, 0, 0} }

// nftChains dumps chains and rules; what cannot be read is left out.
func (o *observer) nftChains(fd int) []snapshot.Chain {
	var chains []snapshot.Chain
	const subsystem = unix.NFNL_SUBSYS_NFTABLES << 8
	err := o.effort.dump(fd, subsystem|unix.NFT_MSG_GETCHAIN, nfgenmsg{}, func(m []byte) error {
		chains = addChain(chains, m)
		return nil
	})
	if err == nil {
		err = o.effort.dump(fd, subsystem|unix.NFT_MSG_GETRULE, nfgenmsg{}, func(m []byte) error {
			addRule(chains, m)
			return nil
		})
	}
	if err == errEnough {
		o.omit(snapshot.OmittedNetwork, 0, 0)
	}
	return chains
}

// addChain takes an answer to NFT_MSG_GETCHAIN into account.
func addChain(chains []snapshot.Chain, m []byte) []snapshot.Chain {
	if len(m) < 4 {
		return chains
	}
	c := snapshot.Chain{Family: nftFamilies[m[0]]}
	policy, number := "", -1
	for kind, value := range attrs(m[4:]) {
		switch kind {
		case unix.NFTA_CHAIN_TABLE:
			c.Table = text(value)
		case unix.NFTA_CHAIN_NAME:
			c.Name = text(value)
		case unix.NFTA_CHAIN_HOOK:
			for kind, value := range attrs(value) {
				if kind == unix.NFTA_HOOK_HOOKNUM && len(value) >= 4 {
					number = int(binary.BigEndian.Uint32(value))
				}
			}
		case unix.NFTA_CHAIN_POLICY:
			if len(value) >= 4 {
				policy = verdict(int32(binary.BigEndian.Uint32(value)))
			}
		}
	}
	if hooks := nftHooks[c.Family]; number >= 0 && number < len(hooks) {
		c.Hook, c.Policy = hooks[number], policy
	}
	return append(chains, c)
}

// addRule puts an answer to NFT_MSG_GETRULE into the chain it is of.
func addRule(chains []snapshot.Chain, m []byte) {
	if len(m) < 4 {
		return
	}
	var table, chain, rule string
	for kind, value := range attrs(m[4:]) {
		switch kind {
		case unix.NFTA_RULE_TABLE:
			table = text(value)
		case unix.NFTA_RULE_CHAIN:
			chain = text(value)
		case unix.NFTA_RULE_EXPRESSIONS:
			var words []string
			for _, value := range attrs(value) {
				words = append(words, expression(value))
			}
			rule = strings.Join(words, ", ")
		}
	}
	for i := range chains {
		if c := &chains[i]; c.Family == nftFamilies[m[0]] && c.Table == table && c.Name == chain {
			c.Rules = append(c.Rules, rule)
		}
	}
}

// expression writes down one expression of a rule: its name, what it compares with in hexadecimal
// ("cmp 1f40"), and the verdict in the place of the immediate value that holds it.
func expression(elem []byte) string {
	name, data := "", []byte(nil)
	for kind, value := range attrs(elem) {
		switch kind {
		case unix.NFTA_EXPR_NAME:
			name = text(value)
		case unix.NFTA_EXPR_DATA:
			data = value
		}
	}
	// The attributes of cmp and immediate that hold their value.
	holder := map[string]uint16{"cmp": unix.NFTA_CMP_DATA, "immediate": unix.NFTA_IMMEDIATE_DATA}[name]
	for kind, value := range attrs(data) {
		if holder == 0 || kind != holder {
			continue
		}
		for kind, value := range attrs(value) {
			switch kind {
			case unix.NFTA_DATA_VALUE:
				return name + " " + hex.EncodeToString(value)
			case unix.NFTA_DATA_VERDICT:
				for kind, value := range attrs(value) {
					if kind == unix.NFTA_VERDICT_CODE && len(value) >= 4 {
						return verdict(int32(binary.BigEndian.Uint32(value)))
					}
				}
			}
		}
	}
	return name
}

// verdict names a verdict of uapi/linux/netfilter.h and nf_tables.h.
func verdict(code int32) string {
	switch code {
	case 0:
		return "drop"
	case 1:
		return "accept"
	case unix.NFT_JUMP:
		return "jump"
	case unix.NFT_GOTO:
		return "goto"
	case unix.NFT_RETURN:
		return "return"
	}
	return "verdict " + strconv.Itoa(int(code))
}

// attrs goes through netlink attributes (netlink(7)) by type and value.
func attrs(b []byte) func(yield func(uint16, []byte) bool) {
	return func(yield func(uint16, []byte) bool) {
		for len(b) >= unix.SizeofNlAttr {
			size := int(nl.NativeEndian().Uint16(b))
			if size < unix.SizeofNlAttr || size > len(b) {
				return
			}
			kind := nl.NativeEndian().Uint16(b[2:]) &^ (unix.NLA_F_NESTED | unix.NLA_F_NET_BYTEORDER)
			if !yield(kind, b[unix.SizeofNlAttr:size]) {
				return
			}
			b = b[min(len(b), (size+3)&^3):]
		}
	}
}

func text(value []byte) string { return unix.ByteSliceToString(value) }

// legacyChains reads one table of iptables-legacy: struct ipt_getinfo and struct ipt_get_entries of
// uapi/linux/netfilter_ipv4/ip_tables.h, by the getsockopts of the same file.
func legacyChains(fd int, table string) []snapshot.Chain {
	const getInfo, getEntries = 64, 65
	const nameSize, hooks, header = 32, 5, 40
	info := make([]byte, 84)
	copy(info[:nameSize-1], table)
	if !getsockopt(fd, getInfo, info) {
		return nil
	}
	word := func(b []byte, at int) int { return int(nl.NativeEndian().Uint32(b[at:])) }
	size := word(info, 80)
	if size <= 0 || size > 1<<20 {
		return nil
	}
	b := make([]byte, header+size)
	copy(b[:nameSize-1], table)
	nl.NativeEndian().PutUint32(b[nameSize:], uint32(size))
	if !getsockopt(fd, getEntries, b) {
		return nil
	}
	return parseLegacy(b[header:], table, info[nameSize:])
}

// parseLegacy turns the entries of a table into chains: those of each hook stand between its hook entry and
// its underflow, which holds the policy. Info is struct ipt_getinfo behind its name.
func parseLegacy(entries []byte, table string, info []byte) []snapshot.Chain {
	const hooks, target, next, entrySize, targetSize = 5, 88, 90, 112, 32
	order := nl.NativeEndian()
	var chains []snapshot.Chain
	for hook := range hooks {
		if order.Uint32(info)&(1<<hook) == 0 {
			continue
		}
		first, last := int(order.Uint32(info[4+4*hook:])), int(order.Uint32(info[4+4*hooks+4*hook:]))
		c := snapshot.Chain{Family: "ip", Table: table, Name: strings.ToUpper(inetHooks[hook]), Hook: inetHooks[hook]}
		for at := first; at >= 0 && at+entrySize <= len(entries); {
			e := entries[at:]
			step, to := int(order.Uint16(e[next:])), int(order.Uint16(e[target:]))
			if to > step {
				break // its matches would be others' too
			}
			does := "verdict ?"
			if to+targetSize+4 <= len(e) {
				// The standard target has no name but a verdict: -1-NF_DROP, -1-NF_ACCEPT, or where to go on.
				if does = text(e[to+2 : to+targetSize-1]); does == "" {
					if code := int32(order.Uint32(e[to+targetSize:])); code < 0 {
						does = verdict(-code - 1)
					} else {
						does = "jump"
					}
				}
			}
			if at >= last {
				c.Policy = does
				break
			}
			c.Rules = append(c.Rules, legacyMatch(e, to)+does)
			if step < entrySize {
				break
			}
			at += step
		}
		chains = append(chains, c)
	}
	return chains
}

// legacyMatch names the matches of an entry and, of tcp and udp, the destination ports in hexadecimal.
func legacyMatch(e []byte, target int) string {
	const entrySize, matchSize = 112, 32
	s := ""
	if dst := net.IP(e[4:8]); !dst.IsUnspecified() {
		s += "dst " + dst.String() + ", "
	}
	for at := entrySize; at+matchSize <= target && target <= len(e); {
		size, name := int(nl.NativeEndian().Uint16(e[at:])), text(e[at+2:at+matchSize-1])
		s += name
		// struct xt_tcp and xt_udp: source ports, then destination ports, each from and to.
		if (name == "tcp" || name == "udp") && at+matchSize+8 <= target {
			for i := 4; i < 8; i += 2 {
				s += " " + strconv.FormatUint(uint64(nl.NativeEndian().Uint16(e[at+matchSize+i:])), 16)
			}
		}
		s += ", "
		if size < matchSize {
			break
		}
		at += size
	}
	return s
}

func getsockopt(fd, option int, b []byte) bool {
	size := uint32(len(b))
	_, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, uintptr(fd), unix.SOL_IP, uintptr(option),
		uintptr(unsafe.Pointer(&b[0])), uintptr(unsafe.Pointer(&size)), 0)
	runtime.KeepAlive(b)
	return errno == 0
}
