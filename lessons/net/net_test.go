package netns

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/lessontest"
	"github.com/nslab/nslab/sandbox/snapshot"
)

func TestTheLessonIsWellWritten(t *testing.T) {
	for _, err := range lessons.Lint(Lesson) {
		t.Error(err)
	}
}

// The network namespaces of the tests' lab, by inode number: the host's, that of shell isolated, and two of a
// learner's making.
const (
	hostNS uint64 = 100 + iota
	isolatedNS
	ns1
	ns2
)

// PIDs of the lab as it begins.
const (
	initPID     = 1
	isolatedPID = 2
	hostPID     = 3
)

// change is what a learner did to a lab.
type change = func(*checks.View)

func do(changes ...change) []change { return changes }

// lab is a view of the lab as the learner finds it, changed.
func lab(changes ...change) *checks.View {
	v := &checks.View{Start: fresh(), Now: fresh(), Params: Lesson.Defaults()}
	for _, c := range changes {
		c(v)
	}
	return v
}

func fresh() *snapshot.Snapshot {
	ns := func(net uint64) snapshot.Namespaces {
		return snapshot.Namespaces{User: 10, Mnt: 11, UTS: 12, IPC: 13, Net: net, PID: 14, Cgroup: 15, Time: 16}
	}
	lo := func(up bool) snapshot.NetNS {
		return snapshot.NetNS{Links: []snapshot.Link{{Index: 1, Name: "lo", Type: "loopback", Up: up}}}
	}
	return &snapshot.Snapshot{
		Host:   ns(hostNS),
		Shells: map[string]int{"isolated": isolatedPID, "host": hostPID},
		Procs: []snapshot.Process{
			{PID: initPID, Comm: "init", State: "S", NS: ns(hostNS)},
			{PID: isolatedPID, Comm: "bash", State: "S", NS: ns(isolatedNS)},
			{PID: hostPID, Comm: "bash", State: "S", NS: ns(hostNS)},
		},
		Net: map[uint64]snapshot.NetNS{hostNS: lo(true), isolatedNS: lo(false)},
	}
}

// in changes what a network namespace holds; one that is not there is made.
func in(ns uint64, f func(n *snapshot.NetNS)) change {
	return func(v *checks.View) {
		n, ok := v.Now.Net[ns]
		if !ok {
			n.Links = []snapshot.Link{{Index: 1, Name: "lo", Type: "loopback"}}
		}
		n.Links, n.Addrs, n.Routes = slices.Clone(n.Links), slices.Clone(n.Addrs), slices.Clone(n.Routes)
		f(&n)
		v.Now.Net[ns] = n
	}
}

// proc starts a process in a network namespace.
func proc(pid int, comm string, ns uint64) change {
	return func(v *checks.View) {
		p := v.Now.Procs[0]
		p.PID, p.Comm, p.NS.Net = pid, comm, ns
		v.Now.Procs = append(v.Now.Procs, p)
		in(ns, func(*snapshot.NetNS) {})(v)
	}
}

// end ends a process, and its network namespace where it was the last in it.
func end(pid int) change {
	return func(v *checks.View) {
		p, _ := v.Now.Proc(pid)
		v.Now.Procs = slices.DeleteFunc(slices.Clone(v.Now.Procs), func(p snapshot.Process) bool { return p.PID == pid })
		maps.DeleteFunc(v.Now.Shells, func(_ string, shell int) bool { return shell == pid })
		if len(v.Now.In(snapshot.Net, p.NS.Net)) == 0 {
			delete(v.Now.Net, p.NS.Net)
		}
	}
}

// seen keeps the state so far for the view's Seen.
func seen(v *checks.View) {
	s := *v.Now
	s.Procs, s.Shells, s.Net = slices.Clone(s.Procs), maps.Clone(s.Shells), maps.Clone(s.Net)
	v.Seen = append(v.Seen, &s)
}

func typed(shell, text string) change {
	return func(v *checks.View) { v.Typed = append(v.Typed, checks.Line{Shell: shell, Text: text}) }
}

func failed(shell, text string) change {
	return func(v *checks.View) { v.Typed = append(v.Typed, checks.Line{Shell: shell, Text: text, Status: 255}) }
}

func answer(text string) change { return func(v *checks.View) { v.Answer = text } }

// link sets an interface of a namespace.
func link(ns uint64, l snapshot.Link) change {
	return in(ns, func(n *snapshot.NetNS) {
		n.Links = slices.DeleteFunc(n.Links, func(o snapshot.Link) bool { return o.Index == l.Index })
		n.Links = append(n.Links, l)
	})
}

func mac(ns uint64, index int) string {
	return "02:00:00:00:" + string('0'+byte(ns-hostNS)) + "0:0" + string('0'+byte(index))
}

// pair makes a veth pair of the interfaces with these numbers.
func pair(a uint64, aIndex int, aName string, b uint64, bIndex int, bName string) change {
	return both(link(a, snapshot.Link{Index: aIndex, Name: aName, Type: "veth", Peer: bIndex, PeerNS: b, MAC: mac(a, aIndex)}),
		link(b, snapshot.Link{Index: bIndex, Name: bName, Type: "veth", Peer: aIndex, PeerNS: a, MAC: mac(b, bIndex)}))
}

func both(changes ...change) change {
	return func(v *checks.View) {
		for _, c := range changes {
			c(v)
		}
	}
}

func setUp(ns uint64, index int, up bool) change {
	return in(ns, func(n *snapshot.NetNS) {
		for i := range n.Links {
			if n.Links[i].Index == index {
				n.Links[i].Up = up
			}
		}
	})
}

// addr gives an interface an address and, where it is up, the kernel's route.
func addr(ns uint64, index int, ip string, length int) change {
	return in(ns, func(n *snapshot.NetNS) {
		n.Addrs = append(n.Addrs, snapshot.Addr{LinkIndex: index, IP: ip, Bits: length})
		n.Routes = append(n.Routes, snapshot.Route{LinkIndex: index, Dst: checks.Network(ip, length), Source: ip, Protocol: "kernel"})
	})
}

// ifconfig gives an address and sets the interface up.
func ifconfig(ns uint64, index int, ip string, length int) change {
	return both(setUp(ns, index, true), addr(ns, index, ip, length))
}

// Index 5 is the host's end of the usual pair, 6 the other.
func wired(ns uint64) change { return pair(hostNS, 5, "veth0", ns, 6, "eth0") }

func whole(ns uint64) change {
	return both(wired(ns), ifconfig(hostNS, 5, "10.1.1.1", 24), ifconfig(ns, 6, "10.1.1.2", 24))
}

// echo counts requests and replies that came in.
func echo(ns uint64, requests, replies int64) change {
	return in(ns, func(n *snapshot.NetNS) { n.EchoRequests += requests; n.EchoReplies += replies })
}

func neighbour(ns uint64, index int, ip, mac string) change {
	return in(ns, func(n *snapshot.NetNS) {
		n.Neighbours = append(slices.Clone(n.Neighbours), snapshot.Neighbour{LinkIndex: index, IP: ip, MAC: mac, State: "reachable"})
	})
}

// asked is the ARP of both sides.
func asked(ns uint64) change {
	return both(neighbour(hostNS, 5, "10.1.1.2", mac(ns, 6)), neighbour(ns, 6, "10.1.1.1", mac(hostNS, 5)))
}

func listen(ns uint64, ip string, port int) change {
	return in(ns, func(n *snapshot.NetNS) {
		n.Listening = append(slices.Clone(n.Listening), snapshot.Listener{IP: ip, Port: port})
	})
}

func silent(ns uint64) change { return in(ns, func(n *snapshot.NetNS) { n.Listening = nil }) }

func conn(ns uint64, local string, localPort int, remote string, remotePort int, state string) change {
	return in(ns, func(n *snapshot.NetNS) {
		n.Conns = append(slices.Clone(n.Conns), snapshot.Conn{LocalIP: local, LocalPort: localPort, RemoteIP: remote, RemotePort: remotePort, State: state})
	})
}

func opens(ns uint64, active, passive int64) change {
	return in(ns, func(n *snapshot.NetNS) { n.ActiveOpens += active; n.PassiveOpens += passive })
}

func filter(ns uint64, c snapshot.Chain) change {
	return in(ns, func(n *snapshot.NetNS) { n.Chains = append(slices.Clone(n.Chains), c) })
}

func answers(v *checks.View) { v.Now.Probes = map[string]bool{probe: true} }

var (
	input  = snapshot.Chain{Family: "inet", Table: "lab", Name: "input", Hook: "input", Policy: "accept", Rules: []string{"cmp 1f40, drop"}}
	output = snapshot.Chain{Family: "ip", Table: "filter", Name: "OUTPUT", Hook: "output", Policy: "accept", Rules: []string{"drop"}}
	empty  = snapshot.Chain{Family: "ip", Table: "filter", Name: "INPUT", Hook: "input", Policy: "accept"}
	policy = snapshot.Chain{Family: "ip", Table: "filter", Name: "INPUT", Hook: "input", Policy: "drop"}
	loose  = snapshot.Chain{Family: "inet", Table: "lab", Name: "input", Rules: []string{"cmp 1f40, drop"}}
)

// serving is the lab before step firewall.
var serving = both(whole(isolatedNS), listen(isolatedNS, "0.0.0.0", 8000))

// state is a row of the tables: what the learner did, and what is said about it.
type state struct {
	Step, What string
	Changes    []change
	Key        string
}

// right are states that satisfy.
var right = []state{
	{"alone", "ip link set lo up", do(setUp(isolatedNS, 1, true)), "net.lo-up"},
	{"alone", "in a namespace of the learner's", do(proc(4, "bash", ns1), setUp(ns1, 1, true)), "net.lo-up"},
	{"alone", "in one that a bind mount keeps", do(setUp(ns1, 1, true)), "net.lo-up"},
	{"alone", "a function beside it", do(setUp(isolatedNS, 1, true), typed("isolated", "ip() { true; }")), "net.lo-up"},

	{"veth", "ip link add ... netns", do(wired(isolatedNS)), "net.paired"},
	{"veth", "other names", do(pair(hostNS, 9, "out", isolatedNS, 4, "in")), "net.paired"},
	{"veth", "the same number at both ends", do(pair(hostNS, 2, "veth0", isolatedNS, 2, "eth0")), "net.paired"},
	{"veth", "into a namespace of the learner's", do(proc(4, "bash", ns1), wired(ns1)), "net.paired"},
	{"veth", "into one that a bind mount keeps", do(wired(ns1)), "net.paired"},
	{"veth", "a dummy beside it", do(link(hostNS, snapshot.Link{Index: 3, Name: "eth0", Type: "dummy"}), wired(isolatedNS)), "net.paired"},
	{"veth", "a second pair within the host", do(pair(hostNS, 3, "va", hostNS, 4, "vb"), wired(isolatedNS)), "net.paired"},

	{"address", "ifconfig on both", do(whole(isolatedNS)), "net.addressed"},
	{"address", "another address beside", do(whole(isolatedNS), addr(isolatedNS, 6, "10.9.9.9", 8)), "net.addressed"},
	{"address", "on the second of two pairs", do(pair(hostNS, 3, "va", isolatedNS, 4, "vb"), whole(ns1)), "net.addressed"},

	{"ping", "from isolated", do(whole(isolatedNS), asked(isolatedNS), echo(hostNS, 3, 0), echo(isolatedNS, 0, 3)), "net.reached"},
	{"ping", "from the host", do(whole(isolatedNS), asked(isolatedNS), echo(isolatedNS, 1, 0), echo(hostNS, 0, 1)), "net.reached"},
	{"ping", "as often in both directions", do(whole(isolatedNS), asked(isolatedNS), echo(isolatedNS, 2, 2), echo(hostNS, 2, 2)), "net.reached"},
	{"ping", "seen, and forgotten since", do(whole(isolatedNS), seen, asked(isolatedNS), echo(hostNS, 3, 0), echo(isolatedNS, 0, 3), seen,
		in(isolatedNS, func(n *snapshot.NetNS) { n.Neighbours, n.EchoReplies = nil, 0 }), in(hostNS, func(n *snapshot.NetNS) { n.Neighbours = nil })), "net.reached"},
	{"ping", "from a namespace without a process", do(whole(ns1), asked(ns1), echo(hostNS, 1, 0)), "net.reached"},

	{"serve", "the server closed first", do(serving, conn(isolatedNS, "10.1.1.2", 8000, "10.1.1.1", 40000, "TIME_WAIT")), "net.served"},
	{"serve", "the client closed first", do(serving, conn(hostNS, "10.1.1.1", 40000, "10.1.1.2", 8000, "TIME_WAIT")), "net.served"},
	{"serve", "closed by a reset: only counted", do(serving, opens(hostNS, 1, 0), opens(isolatedNS, 0, 1)), "net.served"},
	{"serve", "counted beside some of its own", do(serving, opens(isolatedNS, 2, 3)), "net.served"},
	{"serve", "the server has ended since", do(whole(isolatedNS), seen, listen(isolatedNS, "::", 8000), seen, conn(isolatedNS, "10.1.1.2", 8000, "10.1.1.1", 40000, "TIME_WAIT"), silent(isolatedNS)), "net.served"},
	{"serve", "under way", do(serving, conn(isolatedNS, "10.1.1.2", 8000, "10.1.1.1", 40000, "ESTABLISHED")), "net.served"},

	{"route", "answered", do(whole(isolatedNS), answer("10.1.1.0/24: the kernel")), "net.route"},

	{"firewall", "a rule", do(serving, filter(isolatedNS, input)), "net.stopped"},
	{"firewall", "a policy", do(serving, filter(isolatedNS, policy)), "net.stopped"},
	{"firewall", "on the way out", do(serving, filter(isolatedNS, output)), "net.stopped"},
	{"firewall", "empty chains in the host", do(serving, filter(hostNS, empty), filter(isolatedNS, empty), filter(isolatedNS, input)), "net.stopped"},
	{"firewall", "in a namespace of the learner's", do(proc(4, "bash", ns1), whole(ns1), listen(ns1, "10.1.1.2", 8000), filter(ns1, input)), "net.stopped"},
}

// wrongStates do not, and what the learner is told.
var wrongStates = []state{
	{"alone", "nothing done", nil, "net.lo-down"},
	{"alone", "an address only", do(addr(isolatedNS, 1, "127.0.0.1", 8)), "net.lo-addressed"},
	{"alone", "in the host", do(typed("host", "sudo ip link set lo up")), "net.lo-in-host"},
	{"alone", "in the host, by ifconfig", do(typed("host", "ifconfig lo up")), "net.lo-in-host"},
	{"alone", "ended", do(proc(4, "bash", ns1), setUp(ns1, 1, true), seen, end(4)), "net.lo-ended"},
	{"alone", "a function", do(typed("isolated", "ifconfig() { echo UP; }"), typed("isolated", "ifconfig lo up")), "net.only-function"},
	{"alone", "a function, spelt otherwise", do(typed("isolated", "function ip { echo UP; }")), "net.only-function"},
	{"alone", "an alias", do(typed("isolated", "alias ip='echo UP'")), "net.only-function"},
	{"alone", "the isolated shell left", do(end(isolatedPID)), "net.no-isolated"},

	{"veth", "nothing done", nil, "net.no-pair"},
	{"veth", "the isolated shell left", do(end(isolatedPID)), "net.no-isolated"},
	{"veth", "a dummy of the name", do(link(hostNS, snapshot.Link{Index: 3, Name: "veth0", Type: "dummy", Up: true})), "net.no-peer"},
	{"veth", "dummies of both names", do(link(hostNS, snapshot.Link{Index: 3, Name: "veth0", Type: "dummy"}), link(isolatedNS, snapshot.Link{Index: 3, Name: "eth0", Type: "dummy"})), "net.no-peer"},
	{"veth", "a veth whose peer is not in the lab", do(link(hostNS, snapshot.Link{Index: 3, Name: "v", Type: "veth", Peer: 7})), "net.no-peer"},
	{"veth", "tunnels that come with the kernel", do(link(hostNS, snapshot.Link{Index: 2, Name: "sit0", Type: "sit"})), "net.no-pair"},
	{"veth", "both ends in the host", do(pair(hostNS, 5, "veth0", hostNS, 6, "eth0")), "net.both-in-host"},
	{"veth", "both ends in the isolated shell", do(pair(isolatedNS, 5, "veth0", isolatedNS, 6, "eth0")), "net.both-isolated"},
	{"veth", "between two others", do(proc(4, "bash", ns1), pair(isolatedNS, 5, "veth0", ns1, 6, "eth0")), "net.pair-between"},
	{"veth", "ended", do(proc(4, "bash", ns1), wired(ns1), seen, end(4), in(hostNS, func(n *snapshot.NetNS) { n.Links = n.Links[:1] })), "net.pair-ended"},
	{"veth", "deleted", do(wired(isolatedNS), seen, in(hostNS, func(n *snapshot.NetNS) { n.Links = n.Links[:1] }), in(isolatedNS, func(n *snapshot.NetNS) { n.Links = n.Links[:1] })), "net.pair-deleted"},
	{"veth", "the variable is empty", do(failed("host", "sudo ip link add veth0 type veth peer name eth0 netns ${PID_du_bash}")), "net.variable-empty"},
	{"veth", "the number was forgotten", do(failed("host", "ip link add veth0 type veth peer name eth0 netns")), "net.variable-empty"},
	{"veth", "refused", do(failed("host", "ip link add veth0 type veth peer name eth0 netns 99999")), "net.veth-refused"},
	{"veth", "a function", do(typed("host", "ip() { echo veth0; }")), "net.only-function"},

	{"address", "no pair", nil, "net.no-pair"},
	{"address", "a dummy of the name, with the address", do(link(hostNS, snapshot.Link{Index: 5, Name: "veth0", Type: "dummy"}), ifconfig(hostNS, 5, "10.1.1.1", 24)), "net.no-peer"},
	{"address", "nothing but the pair", do(wired(isolatedNS)), "net.not-addressed"},
	{"address", "the host's end only", do(wired(isolatedNS), ifconfig(hostNS, 5, "10.1.1.1", 24)), "net.no-address"},
	{"address", "the other end only", do(wired(isolatedNS), ifconfig(isolatedNS, 6, "10.1.1.2", 24)), "net.no-address"},
	{"address", "exchanged", do(wired(isolatedNS), ifconfig(hostNS, 5, "10.1.1.2", 24), ifconfig(isolatedNS, 6, "10.1.1.1", 24)), "net.swapped"},
	{"address", "class A", do(wired(isolatedNS), ifconfig(hostNS, 5, "10.1.1.1", 8), ifconfig(isolatedNS, 6, "10.1.1.2", 24)), "net.wrong-prefix"},
	{"address", "another address", do(wired(isolatedNS), ifconfig(hostNS, 5, "10.1.1.3", 24), ifconfig(isolatedNS, 6, "10.1.1.2", 24)), "net.wrong-address"},
	{"address", "on lo", do(wired(isolatedNS), ifconfig(hostNS, 5, "10.1.1.1", 24), addr(isolatedNS, 1, "10.1.1.2", 24)), "net.address-elsewhere"},
	{"address", "both in the host", do(wired(isolatedNS), ifconfig(hostNS, 5, "10.1.1.1", 24), addr(hostNS, 5, "10.1.1.2", 24)), "net.address-elsewhere"},
	{"address", "down", do(whole(isolatedNS), setUp(isolatedNS, 6, false)), "net.end-down"},

	{"ping", "no pair", nil, "net.no-pair"},
	{"ping", "nobody asked", do(whole(isolatedNS)), "net.not-pinged"},
	{"ping", "asked on the hardware, not by ping", do(whole(isolatedNS), asked(isolatedNS)), "net.not-pinged"},
	{"ping", "of its own address", do(whole(isolatedNS), echo(isolatedNS, 3, 3)), "net.pinged-self"},
	{"ping", "each of its own address", do(whole(isolatedNS), echo(isolatedNS, 3, 3), echo(hostNS, 2, 2)), "net.pinged-self"},
	{"ping", "of its own address, in a namespace without a process", do(whole(ns1), asked(ns1), echo(hostNS, 2, 2)), "net.pinged-self"},
	{"ping", "no answer", do(whole(isolatedNS), asked(isolatedNS), echo(hostNS, 2, 0)), "net.ping-unanswered"},
	{"ping", "the other end down", do(whole(isolatedNS), setUp(hostNS, 5, false)), "net.end-down"},

	{"serve", "no pair", nil, "net.no-pair"},
	{"serve", "no server", do(whole(isolatedNS)), "net.not-listening"},
	{"serve", "the host's server", do(whole(isolatedNS), listen(hostNS, "0.0.0.0", 8000), conn(hostNS, "10.1.1.1", 8000, "10.1.1.1", 40000, "TIME_WAIT")), "net.serves-in-host"},
	{"serve", "the host's server, at the isolated address", do(whole(isolatedNS), addr(hostNS, 5, "10.1.1.2", 24), listen(hostNS, "0.0.0.0", 8000),
		conn(hostNS, "10.1.1.2", 40000, "10.1.1.2", 8000, "TIME_WAIT")), "net.serves-in-host"},
	{"serve", "at 127.0.0.1 only", do(whole(isolatedNS), listen(isolatedNS, "127.0.0.1", 8000)), "net.serves-locally"},
	{"serve", "on another port", do(whole(isolatedNS), listen(isolatedNS, "0.0.0.0", 8080), conn(isolatedNS, "10.1.1.2", 8080, "10.1.1.1", 40000, "TIME_WAIT")), "net.other-port"},
	{"serve", "on another port first, counted", do(whole(isolatedNS), listen(isolatedNS, "0.0.0.0", 8080), opens(isolatedNS, 0, 1), seen, silent(isolatedNS), listen(isolatedNS, "0.0.0.0", 8000)), "net.not-fetched"},
	{"serve", "fetched inside", do(serving, conn(isolatedNS, "10.1.1.2", 40000, "10.1.1.2", 8000, "TIME_WAIT")), "net.fetched-inside"},
	{"serve", "fetched inside, reset", do(serving, opens(isolatedNS, 1, 1)), "net.fetched-inside"},
	{"serve", "ended", do(serving, seen, silent(isolatedNS)), "net.server-ended"},
	{"serve", "not fetched", do(serving), "net.not-fetched"},
	{"serve", "a connection that never came about", do(serving, conn(hostNS, "10.1.1.1", 40000, "10.1.1.2", 8000, "SYN_SENT")), "net.not-fetched"},

	{"route", "no answer", do(whole(isolatedNS)), "net.route-unanswered"},
	{"route", "the route is not there", do(answer("10.1.1.0/24: the kernel")), "net.route-gone"},
	{"route", "a route typed by hand", do(whole(isolatedNS), in(hostNS, func(n *snapshot.NetNS) { n.Routes[0].Protocol = "boot" }), answer("10.1.1.0/24: the kernel")), "net.route-gone"},
	{"route", "default", do(whole(isolatedNS), answer("default")), "net.route-default"},
	{"route", "0.0.0.0", do(whole(isolatedNS), answer("0.0.0.0")), "net.route-default"},
	{"route", "an address", do(whole(isolatedNS), answer("10.1.1.2, because of the kernel")), "net.route-is-address"},
	{"route", "another network", do(whole(isolatedNS), answer("10.1.0.0/16, the kernel")), "net.route-other"},
	{"route", "words", do(whole(isolatedNS), answer("the new one")), "net.route-other"},
	{"route", "no reason", do(whole(isolatedNS), answer("10.1.1.0/24")), "net.route-why"},
	{"route", "a wrong reason", do(whole(isolatedNS), answer("10.1.1.0/24 by DHCP")), "net.route-wrong-why"},

	{"firewall", "no pair", nil, "net.no-pair"},
	{"firewall", "no rule", do(serving, answers), "net.no-rule"},
	{"firewall", "in the host", do(serving, filter(hostNS, output)), "net.rule-in-host"},
	{"firewall", "in both", do(serving, filter(hostNS, output), filter(isolatedNS, input)), "net.rule-in-host"},
	{"firewall", "the host's rules taken away", do(func(v *checks.View) {
		n := v.Start.Net[hostNS]
		n.Chains = []snapshot.Chain{output}
		v.Start.Net[hostNS] = n
	}, serving, filter(isolatedNS, input)), "net.rule-in-host"},
	{"firewall", "the server ended", do(whole(isolatedNS), filter(isolatedNS, input)), "net.server-stopped"},
	{"firewall", "at 127.0.0.1 only", do(whole(isolatedNS), listen(isolatedNS, "127.0.0.1", 8000), filter(isolatedNS, input)), "net.server-stopped"},
	{"firewall", "the wire cut", do(serving, seen, filter(isolatedNS, input), setUp(isolatedNS, 6, false)), "net.cut"},
	{"firewall", "the route taken away", do(serving, seen, filter(isolatedNS, input), in(isolatedNS, func(n *snapshot.NetNS) { n.Routes = nil })), "net.cut"},
	{"firewall", "a chain without a hook", do(serving, filter(isolatedNS, loose), answers), "net.no-hook"},
	{"firewall", "a rule that misses", do(serving, filter(isolatedNS, input), answers), "net.rule-misses"},
	{"firewall", "closed by something else", do(serving), "net.closed-without-rule"},
	{"firewall", "closed by something else, empty chains", do(serving, filter(isolatedNS, empty)), "net.closed-without-rule"},
}

func judge(t *testing.T, st state, v *checks.View) checks.Finding {
	t.Helper()
	return lessontest.Judge(t, Lesson, lessontest.State(st), v)
}

func TestWhatTheLearnerIsTold(t *testing.T) {
	lessontest.Tables(t, Lesson, words, lab, right, wrongStates)
}

// A shell can report what it likes.
func TestWhatWasTypedNeverDecides(t *testing.T) {
	lines := do(typed("isolated", "ip link set lo up"), typed("host", "ip link add veth0 type veth peer name eth0 netns 2"),
		typed("host", "ifconfig veth0 10.1.1.1/24 up"), typed("isolated", "ping 10.1.1.1"), typed("host", "curl http://10.1.1.2:8000"),
		typed("isolated", "iptables -A INPUT -p tcp --dport 8000 -j REJECT"))
	for _, step := range Lesson.Steps {
		if f := step.Check(lab(lines...)); f.Satisfied {
			t.Errorf("%s is satisfied by words: %s", step.Name, f.Key)
		}
	}
	for _, st := range right {
		if f := judge(t, st, lab(append(slices.Clone(st.Changes), typed("host", "ip() { true; }; ip link set lo up"))...)); !f.Satisfied {
			t.Errorf("%s: %s: words took it away: %s", st.Step, st.What, f.Key)
		}
	}
}

func TestAnswersAboutTheRoute(t *testing.T) {
	for answer, key := range map[string]string{
		"10.1.1.0/24, because the kernel adds it":                                       "net.route",
		"10.1.1.0/24 dev veth0 proto kernel scope link src 10.1.1.1":                    "net.route",
		"10.1.1.0 (255.255.255.0), kernel":                                              "net.route",
		"The route to 10.1.1.0/24: it follows from the address and mask of veth0":       "net.route",
		"10.1.1.0/24 KERNEL":                                                            "net.route",
		"10.1.1.0/24 directly connected":                                                "net.route",
		"[10.1.1.0/24] because veth0 got the IP 10.1.1.1/24":                            "net.route",
		"10.1.1.0/24: I did not type it, the kernel did":                                "net.route",
		"10.1.1.0/24, no gateway: the kernel made it":                                   "net.route",
		"10.1.1.0/24: the kernel makes it, so that curl finds the server":               "net.route",
		"10.1.1.0 / 24 because of ifconfig veth0 10.1.1.1/24 up":                        "net.route",
		"La route vers 10.1.1.0/24, créée par le noyau":                                 "net.route",
		"10.1.1.0/24, à cause de l’adresse et du masque de veth0":                       "net.route",
		"10.1.1.0/24 connectée":                                                         "net.route",
		"10.1.1.0/24 est ajoutée automatiquement":                                       "net.route",
		"10.1.1.0/24 parce que l'interface a reçu l'adresse 10.1.1.1/24":                "net.route",
		"10.1.1.0/24, pas de passerelle, c'est le noyau":                                "net.route",
		"10.1.1.0 255.255.255.0 U 0 0 0 veth0":                                          "net.route-why",
		"10.1.1.0        0.0.0.0         255.255.255.0   U     0      0        0 veth0": "net.route-why",
		"10.1.1.0/24 because it is needed":                                              "net.route-why",
		"10.1.1.0/24 because of the address of the web server":                          "net.route-wrong-why",
		"10.1.1.0/24, not the kernel but me":                                            "net.route-wrong-why",
		"10.1.1.0/24, ce n'est pas le noyau":                                            "net.route-wrong-why",
		"10.1.1.0/24 via the gateway":                                                   "net.route-wrong-why",
		"10.1.1.0/24, a static route of the kernel":                                     "net.route-wrong-why",
		"10.1.1.0/24 parce que le serveur tourne":                                       "net.route-wrong-why",
		"10.1.1.0 255.0.0.0 kernel":                                                     "net.route-other",
		"10.1.1.0/2 kernel":                                                             "net.route-other",
		"110.1.1.0/24 kernel":                                                           "net.route-other",
		"kernel":                                                                        "net.route-other",
		"la route par défaut, parce que le noyau l'ajoute":                              "net.route-default",
		"10.1.1.1, kernel":                                                              "net.route-is-address",
		"   ":                                                                           "net.route-unanswered",
	} {
		st := state{"route", answer, do(whole(isolatedNS), func(v *checks.View) { v.Answer = answer }), key}
		if f := judge(t, st, lab(st.Changes...)); f.Key != key || f.Satisfied != (key == "net.route") {
			t.Errorf("%q: %s; want %s", answer, f.Key, key)
		}
	}
}

// Bytes of the learner's making must not reach a terminal as they are.
func TestNamesArePrintable(t *testing.T) {
	const evil = "\x1b]0;evil\a\u202e"
	chain := input
	chain.Name, chain.Table = evil, evil
	for _, st := range []state{
		{"veth", "a link's name", do(pair(hostNS, 5, evil, isolatedNS, 6, evil)), ""},
		{"veth", "a dummy", do(link(hostNS, snapshot.Link{Index: 3, Name: evil, Type: "veth"})), ""},
		{"veth", "typed", do(failed("host", "ip link add "+evil+" type veth peer name eth0 netns 9")), ""},
		{"veth", "a variable", do(failed("host", "ip link add veth0 type veth peer name eth0 netns ${"+evil+"}")), ""},
		{"veth", "a process", do(proc(4, evil, ns1), wired(ns1)), ""},
		{"address", "a link's name", do(pair(hostNS, 5, evil, isolatedNS, 6, evil), ifconfig(hostNS, 5, "10.1.1.7", 24)), ""},
		{"firewall", "a chain", do(serving, filter(isolatedNS, chain)), ""},
		{"firewall", "a chain in the host", do(serving, filter(hostNS, chain)), ""},
		{"route", "an answer", do(whole(isolatedNS), answer(evil)), ""},
		{"route", "a reason", do(whole(isolatedNS), answer("10.1.1.0/24 dhcp "+evil)), ""},
	} {
		f := judge(t, st, lab(st.Changes...))
		all := f.Found.In(say.EN, f.Args) + f.Try.In(say.FR, f.Args)
		for _, e := range f.Evidence {
			all += e.What + e.Value
		}
		if strings.ContainsAny(all, "\x1b\a\u202e") {
			t.Errorf("%s: %s: %q", st.Step, st.What, all)
		}
	}
}
