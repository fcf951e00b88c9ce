package netns

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/sandbox/snapshot"
)

var none checks.Finding

// args are the values for a sentence about a network namespace beside the host's; 0 for none.
func args(v *checks.View, ns uint64, pairs ...string) map[string]string {
	host := v.Now.Host.Net
	a := v.Args("host-ns", checks.NSName(snapshot.Net, host), "ns", "—", "whose", "—", "pid", "PID")
	if ns != 0 {
		a["ns"], a["whose"] = checks.NSName(snapshot.Net, ns), checks.Whose(v.Now, snapshot.Net, ns)
		if pid := target(v.Now, ns); pid != 0 {
			a["pid"] = strconv.Itoa(pid)
		}
	}
	return append2(a, pairs...)
}

func append2(a map[string]string, pairs ...string) map[string]string {
	for i := 0; i+1 < len(pairs); i += 2 {
		a[pairs[i]] = pairs[i+1]
	}
	return a
}

// target is a PID to give ip link's netns: the last process that came into the namespace.
func target(s *snapshot.Snapshot, ns uint64) int {
	in := s.In(snapshot.Net, ns)
	if len(in) == 0 {
		return 0
	}
	return in[0].PID
}

// wireArgs are the values for a sentence about a pair.
func wireArgs(v *checks.View, w checks.VethPair) map[string]string {
	return args(v, w.B.NS, "host-if", checks.Plain(w.A.Link.Name), "host-index", strconv.Itoa(w.A.Link.Index),
		"if", checks.Plain(w.B.Link.Name), "index", strconv.Itoa(w.B.Link.Index))
}

func miss(key string, args map[string]string, evidence []checks.Evidence) (checks.Finding, bool) {
	return words.Miss(key, args, evidence...), true
}

func wireEvidence(s *snapshot.Snapshot, w checks.VethPair) []checks.Evidence {
	return append(checks.NetEvidence(s, w.A.NS), checks.NetEvidence(s, w.B.NS)...)
}

// every is the evidence of all network namespaces; of many, the first few.
func every(v *checks.View) []checks.Evidence {
	evidence := checks.NetEvidence(v.Now, v.Now.Host.Net)
	for i, ns := range checks.NetsElsewhere(v.Now) {
		if i < 4 {
			evidence = append(evidence, checks.NetEvidence(v.Now, ns)...)
		}
	}
	return evidence
}

// isolated is the namespace that sentences are about: that of a pair, else one of the learner's making, else that
// of shell isolated, else any; 0 where there is none.
func isolated(v *checks.View) uint64 {
	for _, w := range checks.Wires(v.Now) {
		if has(v.Now, w.B.NS, v.Params["isolated-ip"]) {
			return w.B.NS
		}
	}
	if wires := checks.Wires(v.Now); len(wires) > 0 {
		return wires[len(wires)-1].B.NS
	}
	elsewhere, given := checks.NetsElsewhere(v.Now), checks.Given(v, snapshot.Net)
	for _, ns := range slices.Backward(elsewhere) {
		if !slices.Contains(given, ns) && len(v.Now.In(snapshot.Net, ns)) > 0 && !shellsOwn(v, ns) {
			return ns
		}
	}
	if p, ok := v.Now.Shell("isolated"); ok && p.NS.Net != v.Now.Host.Net && p.NS.Net != 0 {
		return p.NS.Net
	}
	if len(elsewhere) > 0 {
		return elsewhere[0]
	}
	return 0
}

// shellsOwn says that the namespace is that of shell isolated, opened again.
func shellsOwn(v *checks.View, ns uint64) bool {
	p, ok := v.Now.Shell("isolated")
	return ok && p.NS.Net == ns
}

func noIsolated(v *checks.View) (checks.Finding, bool) {
	if isolated(v) != 0 {
		return none, false
	}
	return miss("net.no-isolated", args(v, 0), every(v))
}

// Step alone.

func loDown(v *checks.View) (checks.Finding, bool) {
	ns := isolated(v)
	if ns == 0 {
		return noIsolated(v)
	}
	return miss("net.lo-down", args(v, ns), every(v))
}

// loAddressed: an address was given to lo, which is down still.
func loAddressed(v *checks.View) (checks.Finding, bool) {
	for _, ns := range checks.NetsElsewhere(v.Now) {
		lo, ok := loopback(v.Now, ns)
		if !ok || lo.Up {
			continue
		}
		if addrs := checks.IPv4(v.Now, checks.VethEnd{NS: ns, Link: lo}); len(addrs) > 0 {
			return miss("net.lo-addressed", args(v, ns, "addr", fmt.Sprintf("%s/%d", addrs[0].IP, addrs[0].Bits)), every(v))
		}
	}
	return none, false
}

// commands are the simple commands that were typed, the last first.
func commands(v *checks.View) func(yield func(words []string, line checks.Line) bool) {
	return func(yield func([]string, checks.Line) bool) {
		for _, line := range slices.Backward(v.Typed) {
			for _, words := range slices.Backward(checks.Commands(line.Text)) {
				if !yield(words, line) {
					return
				}
			}
		}
	}
}

// loInHost: the command was typed where lo was up already.
func loInHost(v *checks.View) (checks.Finding, bool) {
	ns := isolated(v)
	for words, line := range commands(v) {
		if line.Shell == "host" && ns != 0 && (words[0] == "ip" || words[0] == "ifconfig") &&
			slices.Contains(words, "lo") && slices.Contains(words, "up") {
			return miss("net.lo-in-host", args(v, ns), every(v))
		}
	}
	return none, false
}

// loEnded: it was up, in a namespace that has ended.
func loEnded(v *checks.View) (checks.Finding, bool) {
	for _, s := range slices.Backward(v.Seen) {
		for _, ns := range checks.NetsElsewhere(s) {
			if lo, ok := loopback(s, ns); ok && lo.Up {
				if _, still := v.Now.Net[ns]; !still {
					return miss("net.lo-ended", args(v, isolated(v), "gone", checks.NSName(snapshot.Net, ns)),
						append([]checks.Evidence{{What: "net namespace that has ended", Value: checks.NSName(snapshot.Net, ns)}}, every(v)...))
				}
			}
		}
	}
	return none, false
}

// loFunction: the command was made to say something else.
func loFunction(v *checks.View) (checks.Finding, bool) {
	command, shell, ok := v.Redefined("ip", "ifconfig", "ping")
	if !ok {
		return none, false
	}
	return miss("net.only-function", args(v, isolated(v), "command", command, "shell", shell), every(v))
}

// Step veth. These speak in the steps after it too, where there is no pair.

var pairDiagnoses = []checks.Diagnosis{bothInHost, pairBetween, bothElsewhere, noPeer, pairEnded, loFunction, variableEmpty, vethRefused, noIsolated, noPair}

func noPair(v *checks.View) (checks.Finding, bool) {
	return miss("net.no-pair", args(v, isolated(v)), every(v))
}

// pairWhere recognises a pair whose ends are where the argument says.
func pairWhere(v *checks.View, key string, where func(p checks.VethPair) bool) (checks.Finding, bool) {
	for _, p := range checks.VethPairs(v.Now) {
		if where(p) {
			if p.A.NS == p.B.NS && p.A.Link.Name == "eth0" {
				p.A, p.B = p.B, p.A // the course's end for the isolated side comes second
			}
			ns := isolated(v)
			if p.B.NS != v.Now.Host.Net {
				ns = p.B.NS
			}
			return miss(key, append2(args(v, ns), "a", checks.Plain(p.A.Link.Name), "b", checks.Plain(p.B.Link.Name),
				"a-ns", checks.NSName(snapshot.Net, p.A.NS), "a-whose", checks.Whose(v.Now, snapshot.Net, p.A.NS)), every(v))
		}
	}
	return none, false
}

func bothInHost(v *checks.View) (checks.Finding, bool) {
	return pairWhere(v, "net.both-in-host", func(p checks.VethPair) bool { return p.A.NS == v.Now.Host.Net && p.B.NS == v.Now.Host.Net })
}

func bothElsewhere(v *checks.View) (checks.Finding, bool) {
	return pairWhere(v, "net.both-isolated", func(p checks.VethPair) bool { return p.A.NS != v.Now.Host.Net && p.A.NS == p.B.NS })
}

func pairBetween(v *checks.View) (checks.Finding, bool) {
	return pairWhere(v, "net.pair-between", func(p checks.VethPair) bool { return p.A.NS != v.Now.Host.Net && p.A.NS != p.B.NS })
}

// noPeer: an interface that has the course's name but is no veth.
func noPeer(v *checks.View) (checks.Finding, bool) {
	for _, ns := range append([]uint64{v.Now.Host.Net}, checks.NetsElsewhere(v.Now)...) {
		for _, l := range v.Now.Net[ns].Links {
			if l.Type == "veth" && l.PeerNS != 0 || l.Type == "loopback" {
				continue
			}
			if l.Type != "veth" && l.Name != "eth0" && l.Name != "veth0" {
				continue // sit0 and the like come with the kernel
			}
			return miss("net.no-peer", append2(args(v, isolated(v)), "link", checks.Plain(l.Name), "type", checks.Plain(l.Type),
				"in", checks.NSName(snapshot.Net, ns), "in-whose", checks.Whose(v.Now, snapshot.Net, ns)), every(v))
		}
	}
	return none, false
}

// pairEnded: there was a pair, and it went with the namespace of one end, or was deleted.
func pairEnded(v *checks.View) (checks.Finding, bool) {
	for _, s := range slices.Backward(v.Seen) {
		if wires := checks.Wires(s); len(wires) > 0 {
			w := wires[0]
			key := "net.pair-deleted"
			if _, still := v.Now.Net[w.B.NS]; !still {
				key = "net.pair-ended"
			}
			return miss(key, append2(args(v, isolated(v)), "host-if", checks.Plain(w.A.Link.Name), "if", checks.Plain(w.B.Link.Name),
				"gone", checks.NSName(snapshot.Net, w.B.NS)), every(v))
		}
	}
	return none, false
}

// typedVeth is the last line that was typed to make a pair.
func typedVeth(v *checks.View) ([]string, checks.Line, bool) {
	for words, line := range commands(v) {
		if words[0] == "ip" && slices.Contains(words, "add") && slices.Contains(words, "veth") {
			return words, line, true
		}
	}
	return nil, checks.Line{}, false
}

// variableEmpty: the course's ${PID_du_bash} was typed, and nothing is in it.
func variableEmpty(v *checks.View) (checks.Finding, bool) {
	words, line, ok := typedVeth(v)
	if !ok || line.Status <= 0 {
		return none, false
	}
	i := slices.Index(words, "netns")
	if i < 0 || i+1 < len(words) && !strings.HasPrefix(words[i+1], "$") {
		return none, false
	}
	name := "PID"
	if i+1 < len(words) {
		name = strings.Trim(words[i+1], "${}")
	}
	return miss("net.variable-empty", args(v, isolated(v), "variable", checks.Plain(name)), every(v))
}

func vethRefused(v *checks.View) (checks.Finding, bool) {
	words, line, ok := typedVeth(v)
	if !ok || line.Status <= 0 {
		return none, false
	}
	return miss("net.veth-refused", args(v, isolated(v), "typed", checks.Plain(strings.Join(words, " ")), "status", strconv.Itoa(line.Status)), every(v))
}

// Step address.

var addressDiagnoses = []checks.Diagnosis{pairFirst, swapped, wrongPrefix, addressElsewhere, wrongAddress, noAddress, endDown, notAddressed}

// pairFirst is step veth, where it is not satisfied (any more).
func pairFirst(v *checks.View) (checks.Finding, bool) {
	if f := veth(v); !f.Satisfied {
		return f, true
	}
	return none, false
}

// wire is the pair that sentences are about: the nearest to being right.
func wire(v *checks.View) (checks.VethPair, bool) {
	best, most := checks.VethPair{}, -1
	for _, w := range checks.Wires(v.Now) {
		n := len(checks.IPv4(v.Now, w.A)) + len(checks.IPv4(v.Now, w.B))
		if n > most {
			best, most = w, n
		}
	}
	return best, most >= 0
}

// side is one end of the pair, what it is called, and the address it should have.
type side struct {
	end        checks.VethEnd
	want       string
	shell      string
	otherWants string
}

func sides(v *checks.View, w checks.VethPair) []side {
	a, b := v.Params["host-ip"], v.Params["isolated-ip"]
	return []side{{w.A, a, "host", b}, {w.B, b, "isolated", a}}
}

func sideArgs(v *checks.View, w checks.VethPair, s side, pairs ...string) map[string]string {
	return append2(append2(wireArgs(v, w), "link", checks.Plain(s.end.Link.Name), "want", s.want, "shell", s.shell,
		"in", checks.NSName(snapshot.Net, s.end.NS)), pairs...)
}

func hasIP(v *checks.View, end checks.VethEnd, ip string) (snapshot.Addr, bool) {
	for _, a := range checks.IPv4(v.Now, end) {
		if a.IP == ip {
			return a, true
		}
	}
	return snapshot.Addr{}, false
}

func swapped(v *checks.View) (checks.Finding, bool) {
	w, ok := wire(v)
	if !ok {
		return none, false
	}
	for _, s := range sides(v, w) {
		if _, other := hasIP(v, s.end, s.otherWants); !other {
			continue
		}
		if _, own := hasIP(v, s.end, s.want); !own {
			return miss("net.swapped", sideArgs(v, w, s, "ip", s.otherWants), wireEvidence(v.Now, w))
		}
	}
	return none, false
}

func wrongPrefix(v *checks.View) (checks.Finding, bool) {
	w, ok := wire(v)
	if !ok {
		return none, false
	}
	for _, s := range sides(v, w) {
		if a, ok := hasIP(v, s.end, s.want); ok && a.Bits != bits {
			return miss("net.wrong-prefix", sideArgs(v, w, s, "is", strconv.Itoa(a.Bits)), wireEvidence(v.Now, w))
		}
	}
	return none, false
}

// addressElsewhere: the address is there, but on another interface.
func addressElsewhere(v *checks.View) (checks.Finding, bool) {
	w, ok := wire(v)
	if !ok {
		return none, false
	}
	for _, s := range sides(v, w) {
		for _, ns := range append([]uint64{v.Now.Host.Net}, checks.NetsElsewhere(v.Now)...) {
			for _, l := range v.Now.Net[ns].Links {
				end := checks.VethEnd{NS: ns, Link: l}
				if a, there := hasIP(v, end, s.want); there && end != s.end {
					evidence := wireEvidence(v.Now, w)
					if ns != w.A.NS && ns != w.B.NS {
						evidence = append(checks.NetEvidence(v.Now, ns), evidence...)
					}
					return miss("net.address-elsewhere", sideArgs(v, w, s, "on", checks.Plain(l.Name), "on-ns", checks.NSName(snapshot.Net, ns),
						"on-whose", checks.Whose(v.Now, snapshot.Net, ns), "addr", fmt.Sprintf("%s/%d", a.IP, a.Bits)), evidence)
				}
			}
		}
	}
	return none, false
}

func wrongAddress(v *checks.View) (checks.Finding, bool) {
	w, ok := wire(v)
	if !ok {
		return none, false
	}
	for _, s := range sides(v, w) {
		if addrs := checks.IPv4(v.Now, s.end); len(addrs) > 0 {
			if _, right := hasIP(v, s.end, s.want); !right {
				return miss("net.wrong-address", sideArgs(v, w, s, "is", fmt.Sprintf("%s/%d", addrs[0].IP, addrs[0].Bits)), wireEvidence(v.Now, w))
			}
		}
	}
	return none, false
}

func noAddress(v *checks.View) (checks.Finding, bool) {
	w, ok := wire(v)
	if !ok {
		return none, false
	}
	var without []side
	for _, s := range sides(v, w) {
		if _, right := hasIP(v, s.end, s.want); !right {
			without = append(without, s)
		}
	}
	switch len(without) {
	case 1:
		return miss("net.no-address", sideArgs(v, w, without[0]), wireEvidence(v.Now, w))
	case 2:
		return notAddressed(v)
	}
	return none, false
}

func endDown(v *checks.View) (checks.Finding, bool) {
	w, ok := wire(v)
	if !ok {
		return none, false
	}
	for _, s := range sides(v, w) {
		if !s.end.Link.Up {
			return miss("net.end-down", sideArgs(v, w, s), wireEvidence(v.Now, w))
		}
	}
	return none, false
}

func notAddressed(v *checks.View) (checks.Finding, bool) {
	w, ok := wire(v)
	if !ok {
		return noPair(v)
	}
	return miss("net.not-addressed", wireArgs(v, w), wireEvidence(v.Now, w))
}

// Step ping.

// wireFirst is step address, where it is not satisfied (any more).
func wireFirst(v *checks.View) (checks.Finding, bool) {
	if f := address(v); !f.Satisfied {
		return f, true
	}
	return none, false
}

func pingEvidence(s *snapshot.Snapshot, w checks.VethPair) []checks.Evidence {
	var evidence []checks.Evidence
	for _, end := range []checks.VethEnd{w.A, w.B} {
		n, name := s.Net[end.NS], checks.NSName(snapshot.Net, end.NS)
		evidence = append(evidence, checks.NSEvidence(snapshot.Net, checks.Whose(s, snapshot.Net, end.NS), end.NS),
			checks.Evidence{What: "echo requests come in to " + name, Value: strconv.FormatInt(n.EchoRequests, 10)},
			checks.Evidence{What: "echo replies come in to " + name, Value: strconv.FormatInt(n.EchoReplies, 10)})
		for _, neighbour := range n.Neighbours {
			if strings.Contains(neighbour.IP, ":") {
				continue
			}
			evidence = append(evidence, checks.Evidence{What: "neighbour in " + name, Value: strings.TrimSpace(neighbour.IP + " " + neighbour.MAC + " " + neighbour.State)})
		}
	}
	return evidence
}

// pingUnanswered: requests came in on one side, and no reply came back on the other.
func pingUnanswered(v *checks.View) (checks.Finding, bool) {
	w, ok := wire(v)
	if !ok {
		return none, false
	}
	a, b := v.Now.Net[w.A.NS], v.Now.Net[w.B.NS]
	for _, d := range []struct {
		from, to   snapshot.NetNS
		end, other checks.VethEnd
	}{{b, a, w.B, w.A}, {a, b, w.A, w.B}} {
		if d.to.EchoRequests > d.to.EchoReplies && d.from.EchoReplies == 0 && len(v.Now.In(snapshot.Net, d.end.NS)) > 0 {
			return miss("net.ping-unanswered", append2(wireArgs(v, w), "to", checks.NSName(snapshot.Net, d.other.NS), "to-whose", checks.Whose(v.Now, snapshot.Net, d.other.NS),
				"from", checks.NSName(snapshot.Net, d.end.NS), "requests", strconv.FormatInt(d.to.EchoRequests-d.to.EchoReplies, 10)), pingEvidence(v.Now, w))
		}
	}
	return none, false
}

// pingedSelf: what came in came from the namespace itself.
func pingedSelf(v *checks.View) (checks.Finding, bool) {
	w, ok := wire(v)
	if !ok {
		return none, false
	}
	for _, s := range sides(v, w) {
		if n := v.Now.Net[s.end.NS]; n.EchoReplies > 0 && n.EchoReplies == n.EchoRequests {
			return miss("net.pinged-self", sideArgs(v, w, s, "other", s.otherWants, "replies", strconv.FormatInt(n.EchoReplies, 10)), pingEvidence(v.Now, w))
		}
	}
	return none, false
}

func notPinged(v *checks.View) (checks.Finding, bool) {
	w, ok := wire(v)
	if !ok {
		return noPair(v)
	}
	return miss("net.not-pinged", wireArgs(v, w), pingEvidence(v.Now, w))
}

// Step serve.

func connEvidence(s *snapshot.Snapshot, ns uint64, c snapshot.Conn) []checks.Evidence {
	return append([]checks.Evidence{
		checks.NSEvidence(snapshot.Net, checks.Whose(s, snapshot.Net, ns), ns),
		{What: "connection in " + checks.NSName(snapshot.Net, ns), Value: fmt.Sprintf("%s:%d to %s:%d, %s", c.LocalIP, c.LocalPort, c.RemoteIP, c.RemotePort, c.State)},
	}, listenEvidence(s, ns)...)
}

func listenEvidence(s *snapshot.Snapshot, ns uint64) []checks.Evidence {
	var evidence []checks.Evidence
	for _, l := range s.Net[ns].Listening {
		evidence = append(evidence, checks.Evidence{What: "listening in " + checks.NSName(snapshot.Net, ns), Value: fmt.Sprintf("%s:%d", l.IP, l.Port)})
	}
	return evidence
}

// serveEvidence is the evidence of who listens where.
func serveEvidence(v *checks.View, w checks.VethPair) []checks.Evidence {
	var evidence []checks.Evidence
	for _, ns := range []uint64{w.A.NS, w.B.NS} {
		evidence = append(evidence, checks.NSEvidence(snapshot.Net, checks.Whose(v.Now, snapshot.Net, ns), ns))
		evidence = append(evidence, listenEvidence(v.Now, ns)...)
	}
	return evidence
}

// onWire is for diagnoses that want a pair that is as step address wants it.
func onWire(v *checks.View, f func(w checks.VethPair, n snapshot.NetNS) (checks.Finding, bool)) (checks.Finding, bool) {
	w, ok := goodWire(v.Now, v.Params)
	if !ok {
		return none, false
	}
	return f(w, v.Now.Net[w.B.NS])
}

func listens(n snapshot.NetNS, any func(l snapshot.Listener) bool) (snapshot.Listener, bool) {
	if i := slices.IndexFunc(n.Listening, any); i >= 0 {
		return n.Listening[i], true
	}
	return snapshot.Listener{}, false
}

func servesLocally(v *checks.View) (checks.Finding, bool) {
	return onWire(v, func(w checks.VethPair, n snapshot.NetNS) (checks.Finding, bool) {
		if _, right := checks.ListensOn(n, v.Params["isolated-ip"], port); right {
			return none, false
		}
		l, ok := listens(n, func(l snapshot.Listener) bool { return l.Port == port })
		if !ok {
			return none, false
		}
		return miss("net.serves-locally", append2(wireArgs(v, w), "ip", l.IP), serveEvidence(v, w))
	})
}

// fetchedInside: a client in the isolated namespace itself was answered.
func fetchedInside(v *checks.View) (checks.Finding, bool) {
	return onWire(v, func(w checks.VethPair, n snapshot.NetNS) (checks.Finding, bool) {
		for _, c := range n.Conns {
			if made(c) && (c.RemotePort == port || c.LocalPort == port) && c.LocalIP == c.RemoteIP {
				return miss("net.fetched-inside", wireArgs(v, w), append(connEvidence(v.Now, w.B.NS, c), serveEvidence(v, w)...))
			}
		}
		if _, ok := checks.ListensOn(n, v.Params["isolated-ip"], port); ok {
			if before := beforeServer(v, w.B.NS); n.PassiveOpens > before.PassiveOpens && n.ActiveOpens > before.ActiveOpens {
				return miss("net.fetched-inside", wireArgs(v, w), serveEvidence(v, w))
			}
		}
		return none, false
	})
}

func notFetched(v *checks.View) (checks.Finding, bool) {
	return onWire(v, func(w checks.VethPair, n snapshot.NetNS) (checks.Finding, bool) {
		if _, ok := checks.ListensOn(n, v.Params["isolated-ip"], port); !ok {
			return none, false
		}
		return miss("net.not-fetched", wireArgs(v, w), serveEvidence(v, w))
	})
}

func servesInHost(v *checks.View) (checks.Finding, bool) {
	return onWire(v, func(w checks.VethPair, _ snapshot.NetNS) (checks.Finding, bool) {
		if _, ok := listens(v.Now.Net[w.A.NS], func(l snapshot.Listener) bool { return l.Port == port }); !ok {
			return none, false
		}
		return miss("net.serves-in-host", wireArgs(v, w), serveEvidence(v, w))
	})
}

func otherPort(v *checks.View) (checks.Finding, bool) {
	return onWire(v, func(w checks.VethPair, n snapshot.NetNS) (checks.Finding, bool) {
		l, ok := listens(n, func(snapshot.Listener) bool { return true })
		if !ok {
			return none, false
		}
		return miss("net.other-port", append2(wireArgs(v, w), "port", strconv.Itoa(l.Port)), serveEvidence(v, w))
	})
}

func serverEnded(v *checks.View) (checks.Finding, bool) {
	return onWire(v, func(w checks.VethPair, _ snapshot.NetNS) (checks.Finding, bool) {
		for _, s := range v.Seen {
			if _, ok := checks.ListensOn(s.Net[w.B.NS], v.Params["isolated-ip"], port); ok {
				return miss("net.server-ended", wireArgs(v, w), serveEvidence(v, w))
			}
		}
		return none, false
	})
}

func notListening(v *checks.View) (checks.Finding, bool) {
	w, ok := wire(v)
	if !ok {
		return noPair(v)
	}
	return miss("net.not-listening", wireArgs(v, w), serveEvidence(v, w))
}

// Step firewall.

func firewallEvidence(v *checks.View, ns uint64) []checks.Evidence {
	evidence := checks.FilterEvidence(v.Now, v.Now.Host.Net)
	if ns == 0 {
		return append(evidence, checks.NSEvidence(snapshot.Net, "host", v.Now.Host.Net))
	}
	evidence = append(evidence, checks.NSEvidence(snapshot.Net, checks.Whose(v.Now, snapshot.Net, ns), ns))
	return append(append(evidence, checks.FilterEvidence(v.Now, ns)...), listenEvidence(v.Now, ns)...)
}

func ruleInHost(v *checks.View) (checks.Finding, bool) {
	if hostFilterKept(v) {
		return none, false
	}
	chain := "—"
	if f := checks.Filters(v.Now.Net[v.Now.Host.Net]); len(f) > 0 {
		chain = chainName(f[0])
	}
	return miss("net.rule-in-host", args(v, isolated(v), "chain", chain), firewallEvidence(v, isolated(v)))
}

// cut: the wire was whole once, and is no more: that stops port 8000, and everything else.
func cut(v *checks.View) (checks.Finding, bool) {
	if w, ok := goodWire(v.Now, v.Params); ok && wholeWire(v.Now, w, v.Params) {
		return none, false
	}
	for _, s := range slices.Backward(v.Seen) {
		if _, was := goodWire(s, v.Params); was {
			return miss("net.cut", args(v, isolated(v)), append(every(v), routeEvidence(v.Now)...))
		}
	}
	return none, false
}

func serverStopped(v *checks.View) (checks.Finding, bool) {
	return onWire(v, func(w checks.VethPair, n snapshot.NetNS) (checks.Finding, bool) {
		if _, ok := checks.ListensOn(n, v.Params["isolated-ip"], port); ok {
			return none, false
		}
		return miss("net.server-stopped", wireArgs(v, w), firewallEvidence(v, w.B.NS))
	})
}

// noHook: a chain with rules that no packet ever enters.
func noHook(v *checks.View) (checks.Finding, bool) {
	return onWire(v, func(w checks.VethPair, n snapshot.NetNS) (checks.Finding, bool) {
		if len(checks.Filters(n)) > 0 || !v.Now.Probes[probe] {
			return none, false
		}
		for _, c := range n.Chains {
			if c.Hook == "" && len(c.Rules) > 0 {
				return miss("net.no-hook", append2(wireArgs(v, w), "chain", chainName(c)), firewallEvidence(v, w.B.NS))
			}
		}
		return none, false
	})
}

func ruleMisses(v *checks.View) (checks.Finding, bool) {
	return onWire(v, func(w checks.VethPair, n snapshot.NetNS) (checks.Finding, bool) {
		filters := checks.Filters(n)
		if len(filters) == 0 || !v.Now.Probes[probe] {
			return none, false
		}
		return miss("net.rule-misses", append2(wireArgs(v, w), "chain", chainName(filters[0]), "hook", filters[0].Hook), firewallEvidence(v, w.B.NS))
	})
}

// closedWithoutRule: the host is kept out, but not by a rule that the kernel shows.
func closedWithoutRule(v *checks.View) (checks.Finding, bool) {
	return onWire(v, func(w checks.VethPair, n snapshot.NetNS) (checks.Finding, bool) {
		if v.Now.Probes[probe] || len(checks.Filters(n)) > 0 {
			return none, false
		}
		return miss("net.closed-without-rule", wireArgs(v, w), firewallEvidence(v, w.B.NS))
	})
}

func noRule(v *checks.View) (checks.Finding, bool) {
	return miss("net.no-rule", args(v, isolated(v)), firewallEvidence(v, isolated(v)))
}
