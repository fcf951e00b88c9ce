package container

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// wire: the box and a second network namespace hang on a bridge in the host, and one has pinged the other.
var wire = checks.Expect(
	say.Text{
		EN: "A bridge in the host has {{bridge-ip}}/24 and two veth ends: the other end of one is in the box, with {{box-ip}}/24, that of the other in a second network namespace, with {{other-ip}}/24. All are up, and one has pinged the other.",
		FR: "Un pont dans l'hôte a {{bridge-ip}}/24 et deux bouts de veth : l'autre bout de l'un est dans la boîte, avec {{box-ip}}/24, celui de l'autre dans un second espace de noms net, avec {{other-ip}}/24. Tous sont actifs, et l'un a envoyé un ping à l'autre."},
	checks.Diagnose(wired, boxGone))

const prefix = 24

func wired(v *checks.View) checks.Finding {
	boxes := boxesOf(v, v.Now)
	if len(boxes) == 0 {
		return noBox(v)
	}
	var best checks.Finding
	for _, b := range boxes {
		f := wiredTo(v, b)
		if f.Satisfied {
			return f
		}
		if best.Key == "" || f.Near > best.Near {
			best = f
		}
	}
	return best
}

// veth is one end of a cable: an interface and the network namespace it is in.
type veth struct {
	ns uint64
	snapshot.Link
}

// wiredTo judges the cables of one box, from the box outwards.
func wiredTo(v *checks.View, b container) checks.Finding {
	s := v.Now
	host, box := s.Host.Net, b.init.NS.Net
	boxIP, otherIP, bridgeIP := v.Params["box-ip"], v.Params["other-ip"], v.Params["bridge-ip"]
	args := v.Args("init", procName(b.init), "target", strconv.Itoa(b.init.PID), "ns", checks.NSName(snapshot.Net, box))
	evidence := append(netEvidence(s, "host", host), netEvidence(s, checks.ProcName(b.init), box)...)
	near := 0
	miss := func(key string, pairs ...string) checks.Finding {
		for i := 0; i+1 < len(pairs); i += 2 {
			args[pairs[i]] = pairs[i+1]
		}
		f := words.Miss(key, args, evidence...)
		f.Near = near
		return f
	}

	// The box's own end.
	cable, ok := cableTo(s, box, boxIP)
	if !ok {
		return miss(noCable(s, box), "link", pairInHost(s))
	}
	args["link"] = checks.Plain(cable.Name)
	near++
	switch bits, has := addrOn(s.Net[box], cable.Index, boxIP); {
	case !has:
		key, is := "container.no-address", "—"
		if on := owner(s, boxIP); on != 0 && on != box {
			key, is = "container.address-elsewhere", whose(s, on)
		} else if a := addrsOn(s.Net[box], cable.Index); len(a) > 0 {
			key, is = "container.other-address", list(a)
		}
		return miss(key, "ip", boxIP, "is", is)
	case bits != prefix:
		return miss("container.prefix", "ip", boxIP, "bits", strconv.Itoa(bits))
	case !cable.Up:
		return miss("container.down", "where", checks.NSName(snapshot.Net, box))
	}
	near++

	// The bridge.
	port, bridge, f := toBridge(s, cable, miss)
	if f != nil {
		return *f
	}
	near++
	args["bridge"] = checks.Plain(bridge.Name)
	switch bits, has := addrOn(s.Net[host], bridge.Index, bridgeIP); {
	case !has && owner(s, bridgeIP) == host:
		return miss("container.address-on-port", "ip", bridgeIP)
	case !has:
		return miss("container.no-bridge-address", "ip", bridgeIP)
	case bits != prefix:
		return miss("container.prefix", "ip", bridgeIP, "bits", strconv.Itoa(bits), "link", checks.Plain(bridge.Name))
	case !bridge.Up:
		return miss("container.down", "link", checks.Plain(bridge.Name), "where", "host")
	}
	near++

	// The second container.
	var other uint64
	for _, ns := range slices.Sorted(maps.Keys(s.Net)) {
		if ns != host && ns != box && hasAddr(s.Net[ns], otherIP) {
			other = ns
		}
	}
	if other == 0 {
		switch owner(s, otherIP) {
		case host, box:
			return miss("container.other-elsewhere", "ip", otherIP, "is", whose(s, owner(s, otherIP)))
		}
		return miss("container.no-other", "ip", otherIP)
	}
	near++
	args["other-ns"] = checks.NSName(snapshot.Net, other)
	evidence = append(evidence, netEvidence(s, checks.Whose(s, snapshot.Net, other), other)...)
	second, ok := cableTo(s, other, otherIP)
	if !ok {
		return miss("container.other-no-veth")
	}
	switch bits, has := addrOn(s.Net[other], second.Index, otherIP); {
	case !has:
		return miss("container.other-no-veth")
	case bits != prefix:
		return miss("container.prefix", "ip", otherIP, "bits", strconv.Itoa(bits), "link", checks.Plain(second.Name))
	case !second.Up:
		return miss("container.down", "link", checks.Plain(second.Name), "where", checks.NSName(snapshot.Net, other))
	}
	secondPort, secondBridge, f := toBridge(s, second, miss)
	if f != nil {
		return *f
	}
	if secondBridge.Index != bridge.Index {
		return miss("container.two-bridges", "bridge", checks.Plain(bridge.Name), "second", checks.Plain(secondBridge.Name))
	}
	near++

	// The ping. The counters say that some echo was answered; the neighbour table says that box and other
	// have met. Of a namespace that only a bind mount keeps, as ip-netns(8) does, nobody can read the counters.
	in, out := s.Net[box], s.Net[other]
	counted := len(s.In(snapshot.Net, other)) > 0
	there := in.EchoReplies > 0 && (out.EchoRequests > 0 || !counted)
	back := in.EchoRequests > 0 && (out.EchoReplies > 0 || !counted)
	met := slices.ContainsFunc(in.Neighbours, func(n snapshot.Neighbour) bool {
		return n.IP == otherIP && n.MAC != "" && strings.EqualFold(n.MAC, second.MAC)
	})
	if !there && !back || !met {
		return miss("container.not-pinged")
	}
	return words.Pass("container.wired", v.Args("ns", checks.NSName(snapshot.Net, box), "other-ns", checks.NSName(snapshot.Net, other),
		"bridge", checks.Plain(bridge.Name), "port", checks.Plain(port.Name), "second-port", checks.Plain(secondPort.Name)), evidence...)
}

// cableTo finds the end of a veth pair in a namespace whose other end is in the host: the one with the
// address where there are several.
func cableTo(s *snapshot.Snapshot, ns uint64, ip string) (veth, bool) {
	var found *snapshot.Link
	n := s.Net[ns]
	for i, l := range n.Links {
		if l.Type != "veth" || l.PeerNS != s.Host.Net {
			continue
		}
		if _, has := addrOn(n, l.Index, ip); found == nil || has {
			found = &n.Links[i]
		}
	}
	if found == nil {
		return veth{}, false
	}
	return veth{ns, *found}, true
}

// noCable says why there is no cable into the box.
func noCable(s *snapshot.Snapshot, box uint64) string {
	for _, l := range s.Net[box].Links {
		if l.Type != "loopback" {
			return "container.not-veth"
		}
	}
	if pairInHost(s) != "" {
		return "container.peer-in-host"
	}
	return "container.no-veth"
}

// pairInHost names a veth interface in the host whose other end is there too.
func pairInHost(s *snapshot.Snapshot) string {
	for _, l := range s.Net[s.Host.Net].Links {
		if l.Type == "veth" && l.PeerNS == s.Host.Net {
			return checks.Plain(l.Name)
		}
	}
	return ""
}

// toBridge follows a cable to the bridge in the host.
func toBridge(s *snapshot.Snapshot, cable veth, miss func(key string, pairs ...string) checks.Finding) (port, bridge snapshot.Link, missed *checks.Finding) {
	links := s.Net[s.Host.Net].Links
	refuse := func(key string, pairs ...string) (snapshot.Link, snapshot.Link, *checks.Finding) {
		f := miss(key, pairs...)
		return snapshot.Link{}, snapshot.Link{}, &f
	}
	i := slices.IndexFunc(links, func(l snapshot.Link) bool { return l.Index == cable.Peer })
	if i < 0 {
		return refuse("container.no-veth")
	}
	port = links[i]
	if j := slices.IndexFunc(links, func(l snapshot.Link) bool { return l.Type == "bridge" && l.Index == port.Master }); j >= 0 {
		bridge = links[j]
	} else {
		if k := slices.IndexFunc(links, func(l snapshot.Link) bool { return l.Type == "bridge" }); k >= 0 {
			return refuse("container.not-in-bridge", "port", checks.Plain(port.Name), "bridge", checks.Plain(links[k].Name))
		}
		return refuse("container.no-bridge", "port", checks.Plain(port.Name))
	}
	if !port.Up {
		return refuse("container.down", "link", checks.Plain(port.Name), "where", "host")
	}
	return port, bridge, nil
}

func addrOn(n snapshot.NetNS, link int, ip string) (bits int, ok bool) {
	for _, a := range n.Addrs {
		if a.LinkIndex == link && a.IP == ip {
			if bits = a.Bits; bits == prefix {
				return bits, true
			}
			ok = true
		}
	}
	return bits, ok
}

// addrsOn lists an interface's IPv4 addresses.
func addrsOn(n snapshot.NetNS, link int) []string {
	var found []string
	for _, a := range n.Addrs {
		if a.LinkIndex == link && !strings.Contains(a.IP, ":") {
			found = append(found, a.IP+"/"+strconv.Itoa(a.Bits))
		}
	}
	return found
}

func hasAddr(n snapshot.NetNS, ip string) bool {
	return slices.ContainsFunc(n.Addrs, func(a snapshot.Addr) bool { return a.IP == ip })
}

// owner returns a network namespace that has the address; 0 for none.
func owner(s *snapshot.Snapshot, ip string) uint64 {
	for _, ns := range slices.Sorted(maps.Keys(s.Net)) {
		if hasAddr(s.Net[ns], ip) {
			return ns
		}
	}
	return 0
}

func whose(s *snapshot.Snapshot, ns uint64) string {
	return checks.NSName(snapshot.Net, ns) + " (" + checks.Whose(s, snapshot.Net, ns) + ")"
}

// netEvidence is the evidence of a network namespace, its interfaces and their addresses.
func netEvidence(s *snapshot.Snapshot, who string, ns uint64) []checks.Evidence {
	evidence := []checks.Evidence{checks.NSEvidence(snapshot.Net, who, ns)}
	n := s.Net[ns]
	for i, l := range n.Links {
		if l.Type == "loopback" || i > 8 {
			continue
		}
		state := "down"
		if l.Up {
			state = "up"
		}
		value := l.Type + ", " + state
		if a := addrsOn(n, l.Index); len(a) > 0 {
			value += ", " + list(a)
		}
		if l.Master != 0 {
			if j := slices.IndexFunc(n.Links, func(m snapshot.Link) bool { return m.Index == l.Master }); j >= 0 {
				value += ", master " + checks.Plain(n.Links[j].Name)
			}
		}
		evidence = append(evidence, checks.Evidence{What: checks.Plain(l.Name) + " in " + checks.NSName(snapshot.Net, ns), Value: value})
	}
	return evidence
}
