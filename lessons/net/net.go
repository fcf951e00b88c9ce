// Package netns is the lesson net, on network namespaces: interfaces, addresses, routes and a
// packet filter of one's own, and a veth pair to leave by.
//
// net.go says what each step asks of the kernel, route.go how the question is
// answered; diagnose.go recognises the wrong states that learners reach, and words.go
// has the sentences for them. (The package is not called net, for that is another.)
package netns

import (
	"embed"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/sandbox/snapshot"
)

//go:embed text.en.md text.fr.md solution.txtar mistakes/*.txtar
var files embed.FS

const (
	bits = 24   // of the network's prefix
	port = 8000 // of the web server
	// probe is tried from the host to see whether the port answers.
	probe = "port"
)

// iproute2 stands for the ip of iproute2, by a command that comes with it: BusyBox has an ip too, but that one cannot put
// an interface into another namespace. The interface is a module of many kernels.
var iproute2 = []string{"tool:ss|bridge", "link:veth"}

// Lesson is the lesson.
var Lesson = &lessons.Lesson{
	Name: "net",
	Shells: []lessons.Shell{
		{Name: "isolated", Flags: unix.CLONE_NEWNET},
		{Name: "host"},
	},
	Params: []lessons.Param{
		{Name: "host-ip", Default: "10.1.1.1", Kind: lessons.Kind{Form: lessons.Address}},
		{Name: "isolated-ip", Default: "10.1.1.2", Kind: lessons.Kind{Form: lessons.Address}},
	},
	Steps: []lessons.Step{
		{Name: "alone", Shell: "isolated", Check: alone},
		{Name: "veth", Shell: "host", Check: veth, Needs: iproute2},
		{Name: "address", Shell: "host", Check: address, Needs: iproute2},
		{Name: "ping", Shell: "isolated", Check: ping, Needs: iproute2},
		{Name: "serve", Shell: "isolated", Check: serve, Needs: iproute2},
		{Name: "route", Shell: "host", Check: route, Question: true, Needs: iproute2},
		{Name: "firewall", Shell: "isolated", Check: firewall, Needs: append([]string{"tool:nft|iptables"}, iproute2...),
			Probes: []lessons.Probe{{Name: probe, Addr: "{{isolated-ip}}:8000"}}},
	},
	Files: files,
}

// In all steps any network namespace but the host's counts as the isolated one: nslab's, or one that
// the learner made with unshare, ip netns or a program. Names of interfaces do not count either.

// alone: the loopback interface of such a namespace is up.
var alone = checks.Expect(
	say.Text{
		EN: "In a network namespace other than the host's, the interface lo is up.",
		FR: "Dans un espace de noms net autre que celui de l'hôte, l'interface lo est active."},
	checks.Diagnose(loUp, loAddressed, loInHost, loEnded, loFunction, noIsolated, loDown))

func loUp(v *checks.View) checks.Finding {
	for _, ns := range checks.NetsElsewhere(v.Now) {
		if lo, ok := loopback(v.Now, ns); ok && lo.Up {
			return words.Pass("net.lo-up", args(v, ns), checks.NetEvidence(v.Now, ns)...)
		}
	}
	f, _ := loDown(v)
	return f
}

func loopback(s *snapshot.Snapshot, ns uint64) (snapshot.Link, bool) {
	for _, l := range s.Net[ns].Links {
		if l.Type == "loopback" {
			return l, true
		}
	}
	return snapshot.Link{}, false
}

// veth: a pair leads from the host into such a namespace.
var veth = checks.Expect(
	say.Text{
		EN: "A veth pair has one end in the host's network namespace and the other in the isolated one.",
		FR: "Une paire veth a un bout dans l'espace de noms net de l'hôte et l'autre dans l'espace isolé."},
	checks.Diagnose(paired, pairDiagnoses...))

func paired(v *checks.View) checks.Finding {
	wires := checks.Wires(v.Now)
	if len(wires) == 0 {
		f, _ := noPair(v)
		return f
	}
	return words.Pass("net.paired", wireArgs(v, wires[0]), wireEvidence(v.Now, wires[0])...)
}

// address: both ends of one such pair are up and have their addresses.
var address = checks.Expect(
	say.Text{
		EN: "Both ends of the pair are up: the host's has {{host-ip}}/24, the isolated one's {{isolated-ip}}/24.",
		FR: "Les deux bouts de la paire sont actifs : celui de l'hôte a {{host-ip}}/24, celui de l'espace isolé {{isolated-ip}}/24."},
	checks.Diagnose(addressed, addressDiagnoses...))

func addressed(v *checks.View) checks.Finding {
	if w, ok := goodWire(v.Now, v.Params); ok {
		return words.Pass("net.addressed", wireArgs(v, w), wireEvidence(v.Now, w)...)
	}
	f, _ := notAddressed(v)
	return f
}

// goodWire returns a pair that is as step address wants it.
func goodWire(s *snapshot.Snapshot, params map[string]string) (checks.VethPair, bool) {
	for _, w := range checks.Wires(s) {
		if checks.Addressed(s, w.A, params["host-ip"], bits) && checks.Addressed(s, w.B, params["isolated-ip"], bits) {
			return w, true
		}
	}
	return checks.VethPair{}, false
}

// ping: an echo request has crossed the pair, and its reply come back.
var ping = checks.Expect(
	say.Text{
		EN: "One of the two sides has sent the other a ping, and got a reply.",
		FR: "L'un des deux côtés a envoyé un ping à l'autre, et reçu une réponse."},
	checks.Diagnose(reached, wireFirst, pingUnanswered, pingedSelf, notPinged))

// reached looks at all that was seen, for a neighbour is forgotten after a while, and so are the
// counters of a namespace that no process is in any more.
func reached(v *checks.View) checks.Finding {
	for _, s := range slices.Backward(looks(v)) {
		w, ok := goodWire(s, v.Params)
		if !ok {
			continue
		}
		for _, from := range []struct{ a, b checks.VethEnd }{{w.B, w.A}, {w.A, w.B}} {
			neighbour, known := knows(s, from.a, from.b)
			a, b := s.Net[from.a.NS], s.Net[from.b.NS]
			answered := a.EchoReplies > 0 && b.EchoRequests > 0
			if len(s.In(snapshot.Net, from.a.NS)) == 0 {
				// Its counters cannot be read, but what came in from it can; what the
				// other side sent to itself has come in twice, as request and as reply.
				answered = b.EchoRequests > b.EchoReplies
			}
			if known && answered {
				return words.Pass("net.reached", append2(wireArgs(v, w), "ip", neighbour.IP, "mac", neighbour.MAC,
					"from", checks.Whose(s, snapshot.Net, from.a.NS)), pingEvidence(s, w)...)
			}
		}
	}
	f, _ := notPinged(v)
	return f
}

// knows looks in a's neighbour table for the hardware address of b, under an address of b's.
func knows(s *snapshot.Snapshot, a, b checks.VethEnd) (snapshot.Neighbour, bool) {
	for _, n := range s.Net[a.NS].Neighbours {
		if n.LinkIndex == a.Link.Index && n.MAC == b.Link.MAC && n.MAC != "" &&
			slices.ContainsFunc(checks.IPv4(s, b), func(addr snapshot.Addr) bool { return addr.IP == n.IP }) {
			return n, true
		}
	}
	return snapshot.Neighbour{}, false
}

// serve: the host has had a connection to the port in the isolated namespace.
var serve = checks.Expect(
	say.Text{
		EN: "A web server in the isolated namespace has answered the host at {{isolated-ip}}, port 8000.",
		FR: "Un serveur web dans l'espace isolé a répondu à l'hôte sur {{isolated-ip}}, port 8000."},
	checks.Diagnose(served, wireFirst, servesLocally, fetchedInside, notFetched, servesInHost, otherPort, serverEnded, notListening))

// served looks for the connection, which whoever closed it first remembers for a minute (TIME_WAIT of
// tcp(7)), or, where it was closed by a reset, for its having been counted. nslab makes none itself before this step
// is done, so that any there is comes from the learner's client.
func served(v *checks.View) checks.Finding {
	ip := v.Params["isolated-ip"]
	for _, s := range slices.Backward(looks(v)) {
		w, ok := goodWire(s, v.Params)
		if !ok || has(s, s.Host.Net, ip) {
			continue
		}
		for _, c := range s.Net[w.B.NS].Conns {
			if made(c) && c.LocalIP == ip && c.LocalPort == port && has(s, s.Host.Net, c.RemoteIP) && c.RemoteIP != "127.0.0.1" {
				return words.Pass("net.served", wireArgs(v, w), connEvidence(s, w.B.NS, c)...)
			}
		}
		for _, c := range s.Net[s.Host.Net].Conns {
			if made(c) && c.RemoteIP == ip && c.RemotePort == port {
				return words.Pass("net.served", wireArgs(v, w), connEvidence(s, s.Host.Net, c)...)
			}
		}
	}
	if w, ok := goodWire(v.Now, v.Params); ok && !has(v.Now, v.Now.Host.Net, ip) {
		before := beforeServer(v, w.B.NS)
		for _, s := range looks(v) {
			n := s.Net[w.B.NS]
			if _, ok := checks.ListensOn(n, ip, port); ok && len(n.Listening) == 1 && fromOutside(n) > fromOutside(before) {
				return words.Pass("net.served", wireArgs(v, w), append(listenEvidence(s, w.B.NS),
					checks.Evidence{What: "connections that came in to " + checks.NSName(snapshot.Net, w.B.NS), Value: strconv.FormatInt(n.PassiveOpens, 10)})...)
			}
		}
	}
	f, _ := notListening(v)
	return f
}

// looks are all snapshots since the start, Now the last.
func looks(v *checks.View) []*snapshot.Snapshot { return append(slices.Clone(v.Seen), v.Now) }

// beforeServer is the namespace as it was last seen before anybody listened on the port.
func beforeServer(v *checks.View, ns uint64) snapshot.NetNS {
	before := v.Start.Net[ns]
	for _, s := range looks(v) {
		n := s.Net[ns]
		if _, ok := checks.ListensOn(n, v.Params["isolated-ip"], port); ok {
			break
		}
		before = n
	}
	return before
}

// fromOutside counts the connections that came in and were not asked for in the same namespace.
func fromOutside(n snapshot.NetNS) int64 { return n.PassiveOpens - n.ActiveOpens }

// made says that a connection came about: it is not merely being asked for.
func made(c snapshot.Conn) bool {
	return c.State != "SYN_SENT" && c.State != "SYN_RECV" && c.State != "CLOSE"
}

// has says that a network namespace has an address on one of its interfaces.
func has(s *snapshot.Snapshot, ns uint64, ip string) bool {
	return slices.ContainsFunc(s.Net[ns].Addrs, func(a snapshot.Addr) bool { return a.IP == ip })
}

// firewall: the server still listens and the wire is whole, but a packet filter in the isolated namespace keeps
// the host out. Whether it is nftables or one of the two iptables, whether it drops or rejects, on the way in or on
// the way out, is the learner's choice.
var firewall = checks.Expect(
	say.Text{
		EN: "A rule in the isolated namespace keeps the host away from port 8000, where the server still listens; the host's own rules are as they were.",
		FR: "Une règle dans l'espace isolé tient l'hôte à l'écart du port 8000, où le serveur écoute toujours ; les règles de l'hôte sont restées telles quelles."},
	checks.Diagnose(stopped, ruleInHost, cut, wireFirst, serverStopped, noHook, ruleMisses, closedWithoutRule, noRule))

func stopped(v *checks.View) checks.Finding {
	w, ok := goodWire(v.Now, v.Params)
	if !ok || v.Now.Probes[probe] || !hostFilterKept(v) {
		f, _ := noRule(v)
		return f
	}
	n := v.Now.Net[w.B.NS]
	l, listens := checks.ListensOn(n, v.Params["isolated-ip"], port)
	if filters := checks.Filters(n); listens && len(filters) > 0 && wholeWire(v.Now, w, v.Params) {
		c := filters[0]
		return words.Pass("net.stopped", append2(wireArgs(v, w), "chain", chainName(c), "listener", l.IP+":"+strconv.Itoa(l.Port)),
			append(checks.FilterEvidence(v.Now, w.B.NS), listenEvidence(v.Now, w.B.NS)...)...)
	}
	f, _ := noRule(v)
	return f
}

// wholeWire says that both sides have the route to each other's network.
func wholeWire(s *snapshot.Snapshot, w checks.VethPair, params map[string]string) bool {
	for _, end := range []checks.VethEnd{w.A, w.B} {
		if _, ok := connected(s, end, params); !ok {
			return false
		}
	}
	return true
}

// hostFilterKept says that the host's rules are what they were at the start.
func hostFilterKept(v *checks.View) bool {
	return filterText(v.Start) == filterText(v.Now)
}

func filterText(s *snapshot.Snapshot) string {
	var b strings.Builder
	for _, c := range checks.Filters(s.Net[s.Host.Net]) {
		b.WriteString(chainName(c) + " " + c.Hook + " " + c.Policy + "\n" + strings.Join(c.Rules, "\n") + "\n")
	}
	return b.String()
}

func chainName(c snapshot.Chain) string {
	return c.Family + " " + checks.Plain(c.Table) + " " + checks.Plain(c.Name)
}
