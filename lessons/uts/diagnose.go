package uts

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// hostIs and hostWas are the host's names now and at the start.
func hostIs(v *checks.View) snapshot.UTSNS  { return v.Now.UTS[v.Now.Host.UTS] }
func hostWas(v *checks.View) snapshot.UTSNS { return v.Start.UTS[v.Start.Host.UTS] }

// args are the values that most of the lesson's sentences ask for.
func args(v *checks.View, pairs ...string) map[string]string {
	is, was := hostIs(v), hostWas(v)
	return v.Args(append([]string{
		"host-ns", checks.NSName(snapshot.UTS, v.Now.Host.UTS),
		"host-is", checks.Plain(is.HostName), "host-was", checks.Plain(was.HostName),
		"host-domain-is", checks.Plain(is.DomainName), "host-domain-was", checks.Plain(was.DomainName),
	}, pairs...)...)
}

// seenNS are the values for a sentence about one namespace beside the host's.
func seenNS(v *checks.View, inode uint64) []string {
	names := v.Now.UTS[inode]
	return []string{"ns", checks.NSName(snapshot.UTS, inode), "whose", checks.Whose(v.Now, snapshot.UTS, inode),
		"is", checks.Plain(names.HostName), "domain-is", checks.Plain(names.DomainName)}
}

func miss(v *checks.View, key string, evidence []checks.Evidence, pairs ...string) (checks.Finding, bool) {
	return words.Miss(key, args(v, pairs...), evidence...), true
}

var none checks.Finding

// both is the evidence of a namespace and of the host's.
func both(v *checks.View, inode uint64) []checks.Evidence {
	return append(checks.UTSEvidence(v.Now, inode), checks.UTSEvidence(v.Now, v.Now.Host.UTS)...)
}

// every is the evidence of the host's UTS namespace and of all others.
func every(v *checks.View) []checks.Evidence {
	evidence := checks.UTSEvidence(v.Now, v.Now.Host.UTS)
	for _, inode := range checks.Elsewhere(v, snapshot.UTS) {
		evidence = append(evidence, checks.UTSEvidence(v.Now, inode)...)
	}
	return evidence
}

func machineRenamed(v *checks.View) (checks.Finding, bool) {
	f := checks.MachineKeepsHostName(v)
	if f.Satisfied {
		return none, false
	}
	return miss(v, "uts.machine-renamed", f.Evidence, "is", f.Args["is"], "was", f.Args["was"])
}

// hostRenamed recognises that the host's name has changed: to the wanted one, there alone or elsewhere as
// well, or to another.
func hostRenamed(param string) checks.Diagnosis {
	return func(v *checks.View) (checks.Finding, bool) {
		want, is, was := v.Params[param], hostIs(v).HostName, hostWas(v).HostName
		if is == was {
			return none, false
		}
		key := "uts.host-renamed"
		if is == want {
			key = "uts.renamed-in-host"
			for _, inode := range checks.Elsewhere(v, snapshot.UTS) {
				if v.Now.UTS[inode].HostName == want {
					key = "uts.renamed-in-host-too"
				}
			}
		}
		return miss(v, key, every(v), "want", want, "others", others(v))
	}
}

func hostDomain(v *checks.View) (checks.Finding, bool) {
	want, is, was := v.Params["domain"], hostIs(v).DomainName, hostWas(v).DomainName
	if is == was {
		return none, false
	}
	key := "uts.host-domain"
	if is == want {
		key = "uts.domain-in-host"
		for _, inode := range checks.Elsewhere(v, snapshot.UTS) {
			if v.Now.UTS[inode].DomainName == want {
				key = "uts.domain-in-host-too"
			}
		}
	}
	return miss(v, key, every(v), "want", want, "others", others(v))
}

// others names the UTS namespaces beside the host's.
func others(v *checks.View) string {
	var names []string
	for _, inode := range checks.Elsewhere(v, snapshot.UTS) {
		names = append(names, checks.NSName(snapshot.UTS, inode))
	}
	if names == nil {
		return "—"
	}
	return strings.Join(names, ", ")
}

// untouched says that nobody gave this namespace its host name: it is the
// host's, or that of the namespace in which its processes' parents are.
func untouched(v *checks.View, inode uint64) bool {
	is := v.Now.UTS[inode].HostName
	if is == hostIs(v).HostName || is == hostWas(v).HostName {
		return true
	}
	for _, p := range v.Now.In(snapshot.UTS, inode) {
		if parent, ok := v.Now.Proc(p.Parent); ok && parent.NS.UTS != inode && v.Now.UTS[parent.NS.UTS].HostName == is {
			return true
		}
	}
	return false
}

// wrongName recognises a namespace with a name that is not the wanted one. The nearest miss speaks.
func wrongName(where checks.Where, param string) checks.Diagnosis {
	// In the order in which they are looked for, over all namespaces.
	kinds := []struct {
		key   string
		match func(v *checks.View, want string, is snapshot.UTSNS) bool
	}{
		{"uts.name-case", func(_ *checks.View, want string, is snapshot.UTSNS) bool { return strings.EqualFold(is.HostName, want) }},
		{"uts.name-with-domain", func(_ *checks.View, want string, is snapshot.UTSNS) bool {
			return strings.HasPrefix(is.HostName, want+".")
		}},
		{"uts.name-by-domainname", func(_ *checks.View, want string, is snapshot.UTSNS) bool { return is.DomainName == want }},
		{"uts.domain-as-name", func(v *checks.View, _ string, is snapshot.UTSNS) bool { return is.HostName == v.Params["domain"] }},
		{"uts.name-misspelt", func(_ *checks.View, want string, is snapshot.UTSNS) bool { return near(is.HostName, want) }},
	}
	return func(v *checks.View) (checks.Finding, bool) {
		want := v.Params[param]
		in := where(v, snapshot.UTS)
		for _, k := range kinds {
			for _, inode := range in {
				if names, ok := v.Now.UTS[inode]; ok && k.match(v, want, names) {
					return miss(v, k.key, both(v, inode), append(seenNS(v, inode), "want", want)...)
				}
			}
		}
		for _, inode := range in {
			if _, ok := v.Now.UTS[inode]; ok && !untouched(v, inode) {
				return miss(v, "uts.other-name", both(v, inode), append(seenNS(v, inode), "want", want)...)
			}
		}
		return none, false
	}
}

// wrongDomain is wrongName for the domain name.
func wrongDomain(v *checks.View) (checks.Finding, bool) {
	want, name := v.Params["domain"], v.Params["name"]
	in := checks.Elsewhere(v, snapshot.UTS)
	for _, k := range []struct {
		key   string
		match func(snapshot.UTSNS) bool
	}{
		{"uts.domain-case", func(is snapshot.UTSNS) bool { return strings.EqualFold(is.DomainName, want) }},
		{"uts.domain-with-name", func(is snapshot.UTSNS) bool { return strings.HasSuffix(is.DomainName, "."+want) }},
		{"uts.domain-by-hostname", func(is snapshot.UTSNS) bool { return is.HostName == want }},
		{"uts.domain-in-hostname", func(is snapshot.UTSNS) bool { return strings.HasSuffix(is.HostName, "."+want) }},
		{"uts.name-as-domain", func(is snapshot.UTSNS) bool { return is.DomainName == name }},
		{"uts.domain-misspelt", func(is snapshot.UTSNS) bool { return near(is.DomainName, want) }},
		{"uts.other-domain", func(is snapshot.UTSNS) bool { return is.DomainName != hostWas(v).DomainName }},
	} {
		for _, inode := range in {
			if names, ok := v.Now.UTS[inode]; ok && k.match(names) {
				return miss(v, k.key, both(v, inode), append(seenNS(v, inode), "want", want)...)
			}
		}
	}
	return none, false
}

// near says that one string is the other with a slip of the fingers or two: at most
// two letters added, left out, changed or exchanged with their neighbour; in a short one at most one.
func near(a, b string) bool {
	limit := 2
	if len(b) < 6 {
		limit = 1
	}
	ra, rb := []rune(strings.ToLower(a)), []rune(strings.ToLower(b))
	if max(len(ra), len(rb)) > 64+limit {
		return false
	}
	// Optimal string alignment: d[i][j] is the distance of the first i and j letters.
	d := make([][]int, len(ra)+1)
	for i := range d {
		d[i] = make([]int, len(rb)+1)
		for j := range d[i] {
			switch {
			case i == 0 || j == 0:
				d[i][j] = i + j
				continue
			case ra[i-1] == rb[j-1]:
				d[i][j] = d[i-1][j-1]
			default:
				d[i][j] = 1 + min(d[i-1][j-1], d[i-1][j], d[i][j-1])
			}
			if i > 1 && j > 1 && ra[i-1] == rb[j-2] && ra[i-2] == rb[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(ra)][len(rb)] <= limit
}

// Sentences about what was typed. They speak only where the kernel shows no change.

// commands are all simple commands that were typed, the last first.
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

func onlyFunction(command string) checks.Diagnosis {
	return func(v *checks.View) (checks.Finding, bool) {
		command, shell, ok := v.Redefined(command)
		if !ok {
			return none, false
		}
		return miss(v, "uts.only-function", every(v), "command", command, "shell", shell)
	}
}

// assigned says that the command assigns a value to one of the variables.
func assigned(words []string, value func(string) bool, variables ...string) bool {
	for _, w := range words {
		if name, val, ok := strings.Cut(w, "="); ok && slices.Contains(variables, name) && value(val) {
			return true
		}
	}
	return false
}

func onlyPrompt(param string) checks.Diagnosis {
	return func(v *checks.View) (checks.Finding, bool) {
		want := v.Params[param]
		for words := range commands(v) {
			if assigned(words, func(s string) bool { return strings.Contains(s, want) }, "PS1", "PROMPT_COMMAND", "PROMPT") {
				return miss(v, "uts.only-prompt", every(v), "want", want)
			}
		}
		return none, false
	}
}

func onlyVariable(param string) checks.Diagnosis {
	return func(v *checks.View) (checks.Finding, bool) {
		want := v.Params[param]
		for words := range commands(v) {
			if assigned(words, func(s string) bool { return s == want }, "HOSTNAME", "HOST", "hostname") {
				return miss(v, "uts.only-variable", every(v), "want", want)
			}
		}
		return none, false
	}
}

func onlyFile(param string) checks.Diagnosis {
	return func(v *checks.View) (checks.Finding, bool) {
		for _, line := range slices.Backward(v.Typed) {
			if strings.Contains(line.Text, "/etc/hostname") && writes(line.Text) {
				return miss(v, "uts.only-file", every(v), "want", v.Params[param])
			}
		}
		return none, false
	}
}

// writes says that a line looks as if it wrote to a file that it names.
func writes(text string) bool {
	if strings.Contains(text, ">") {
		return true
	}
	for _, words := range checks.Commands(text) {
		if slices.Contains([]string{"tee", "vi", "vim", "nano", "emacs", "ed", "sed", "cp", "mv"}, words[0]) {
			return true
		}
	}
	return false
}

// refused recognises that the command was typed with the wanted name and failed.
func refused(command, param string) checks.Diagnosis {
	return func(v *checks.View) (checks.Finding, bool) {
		want := v.Params[param]
		for words, line := range commands(v) {
			switch {
			case words[0] == "hostnamectl" && command == "hostname":
				return miss(v, "uts.hostnamectl", every(v), "want", want)
			case line.Status > 0 && words[0] == command && slices.Contains(words, want):
				return miss(v, "uts.refused", every(v), "want", want, "command", command)
			}
		}
		return none, false
	}
}

// looked says that the last line typed shows a name and changes none.
func looked(v *checks.View, show ...string) bool {
	line, ok := v.LastTyped()
	if !ok {
		return false
	}
	for _, words := range checks.Commands(line.Text) {
		if slices.Contains(show, words[0]) && !slices.ContainsFunc(words[1:], func(w string) bool { return !strings.HasPrefix(w, "-") }) {
			return true
		}
	}
	return false
}

func onlyLooked(v *checks.View) (checks.Finding, bool) {
	if !looked(v, "hostname", "uname") {
		return none, false
	}
	return miss(v, "uts.only-looked", every(v))
}

func onlyLookedAtDomain(v *checks.View) (checks.Finding, bool) {
	if !looked(v, "domainname", "nisdomainname", "ypdomainname") {
		return none, false
	}
	return miss(v, "uts.only-looked-at-domain", every(v))
}

// dnsDomain recognises the other thing called a domain name: that of the DNS.
func dnsDomain(v *checks.View) (checks.Finding, bool) {
	for _, line := range slices.Backward(v.Typed) {
		for _, words := range checks.Commands(line.Text) {
			asks := words[0] == "dnsdomainname" ||
				words[0] == "hostname" && slices.ContainsFunc(words[1:], func(w string) bool {
					return slices.Contains([]string{"-d", "--domain", "-f", "--fqdn", "--long"}, w)
				})
			if asks {
				return miss(v, "uts.dns-domain", every(v))
			}
		}
		for _, file := range []string{"/etc/hosts", "/etc/resolv.conf", "/etc/defaultdomain", "/etc/domainname"} {
			if strings.Contains(line.Text, file) && writes(line.Text) {
				return miss(v, "uts.dns-domain", every(v))
			}
		}
	}
	return none, false
}

// unshares returns the words behind a command line's unshare, and whether it asks for a UTS namespace.
func unshares(words []string) (rest []string, uts, ok bool) {
	if len(words) == 0 || words[0] != "unshare" {
		return nil, false, false
	}
	for i := 1; i < len(words); i++ {
		w := words[i]
		switch {
		case w == "--":
			return words[i+1:], uts, true
		case w == "--uts" || strings.HasPrefix(w, "--uts="):
			uts = true
		case strings.HasPrefix(w, "--"):
		case strings.HasPrefix(w, "-") && len(w) > 1:
			uts = uts || strings.Contains(w, "u")
			if strings.ContainsAny(w[len(w)-1:], "RwSGl") {
				i++ // the option's value
			}
		default:
			return words[i:], uts, true
		}
	}
	return nil, uts, true
}

// endedAtOnce recognises a namespace made for a command that only gave the
// name: unshare --uts hostname NAME.
func endedAtOnce(command, param string) checks.Diagnosis {
	return func(v *checks.View) (checks.Finding, bool) {
		want := v.Params[param]
		for words := range commands(v) {
			rest, uts, ok := unshares(words)
			if text := strings.Join(rest, " "); ok && uts && strings.Contains(text, command) && strings.Contains(text, want) {
				return miss(v, "uts.ended-at-once", every(v), "want", want, "command", command)
			}
		}
		return none, false
	}
}

// gone looks for a namespace that was as wanted once and is there no more.
func gone(v *checks.View, wanted func(snapshot.UTSNS) bool) (uint64, bool) {
	for _, seen := range slices.Backward(v.Seen) {
		for _, inode := range checks.Elsewhere(&checks.View{Now: seen}, snapshot.UTS) {
			names, ok := seen.UTS[inode]
			if _, still := v.Now.UTS[inode]; ok && !still && wanted(names) {
				return inode, true
			}
		}
	}
	return 0, false
}

// lost is the evidence of a namespace that is gone, beside those that are there.
func lost(v *checks.View, inode uint64) []checks.Evidence {
	return append([]checks.Evidence{{What: "uts namespace that has ended", Value: checks.NSName(snapshot.UTS, inode)}}, every(v)...)
}

func ended(param string) checks.Diagnosis {
	return func(v *checks.View) (checks.Finding, bool) { return endedNS(v, "uts.ended", param) }
}

func ownEnded(v *checks.View) (checks.Finding, bool) { return endedNS(v, "uts.own-ended", "own") }

func endedNS(v *checks.View, key, param string) (checks.Finding, bool) {
	want := v.Params[param]
	inode, ok := gone(v, func(is snapshot.UTSNS) bool { return is.HostName == want })
	if !ok {
		return none, false
	}
	return miss(v, key, lost(v, inode), "want", want, "ns", checks.NSName(snapshot.UTS, inode))
}

func domainEnded(v *checks.View) (checks.Finding, bool) {
	want := v.Params["domain"]
	inode, ok := gone(v, func(is snapshot.UTSNS) bool { return is.DomainName == want })
	if !ok {
		return none, false
	}
	return miss(v, "uts.domain-ended", lost(v, inode), "want", want, "ns", checks.NSName(snapshot.UTS, inode))
}

func noIsolated(v *checks.View) (checks.Finding, bool) {
	if _, ok := v.Now.Shell("isolated"); ok {
		return none, false
	}
	return miss(v, "uts.no-isolated", every(v))
}

// The last word of a step, when nothing more specific is known.

func notRenamed(v *checks.View) (checks.Finding, bool) { return miss(v, "uts.not-renamed", every(v)) }

func noDomain(v *checks.View) (checks.Finding, bool) { return miss(v, "uts.no-domain", every(v)) }

func noneMade(v *checks.View) (checks.Finding, bool) { return miss(v, "uts.none-made", every(v)) }

// notNamed recognises a namespace of the learner's making that nobody has named.
func notNamed(v *checks.View) (checks.Finding, bool) {
	for _, inode := range checks.Made(v, snapshot.UTS) {
		if _, ok := v.Now.UTS[inode]; ok && untouched(v, inode) {
			return miss(v, "uts.not-named", both(v, inode), seenNS(v, inode)...)
		}
	}
	return none, false
}

// ownInGiven recognises the name of step own in a namespace that was there before.
func ownInGiven(v *checks.View) (checks.Finding, bool) {
	want := v.Params["own"]
	for _, inode := range checks.Given(v, snapshot.UTS) {
		if inode != v.Now.Host.UTS && v.Now.UTS[inode].HostName == want {
			return miss(v, "uts.own-in-isolated", both(v, inode), append(seenNS(v, inode), "want", want)...)
		}
	}
	return none, false
}

// otherKinds recognises that namespaces were made, but none of the UTS kind.
func otherKinds(v *checks.View) (checks.Finding, bool) {
	for _, p := range v.Now.Procs {
		if p.NS.UTS != v.Now.Host.UTS || p.Ended() {
			continue
		}
		var kinds []string
		evidence := []checks.Evidence{checks.NSEvidence(snapshot.UTS, checks.ProcName(p), p.NS.UTS)}
		for _, kind := range snapshot.Kinds() {
			if inode := p.NS.Of(kind); inode != 0 && slices.Contains(checks.Made(v, kind), inode) {
				kinds = append(kinds, string(kind))
				evidence = append(evidence, checks.NSEvidence(kind, checks.ProcName(p), inode))
			}
		}
		if kinds != nil {
			return miss(v, "uts.other-kinds", evidence, "process", pid(p), "kinds", strings.Join(kinds, ", "))
		}
	}
	return none, false
}

// withoutUTS recognises an unshare without --uts: it changes nothing that the kernel shows.
func withoutUTS(v *checks.View) (checks.Finding, bool) {
	for words := range commands(v) {
		if _, uts, ok := unshares(words); ok {
			if uts {
				return none, false
			}
			return miss(v, "uts.without-uts", every(v), "typed", checks.Plain(strings.Join(words, " ")))
		}
	}
	return none, false
}

// plainShell recognises a shell in shell host that shares everything with it, as
// unshare without options leaves it. It speaks where the line that started it is
// not known: BusyBox's shell reports none.
func plainShell(v *checks.View) (checks.Finding, bool) {
	host, ok := v.Now.Shell("host")
	if !ok || host.NS.UTS != v.Now.Host.UTS {
		return none, false
	}
	for _, p := range v.Now.Procs {
		if p.Parent == host.PID && p.NS == host.NS && slices.Contains([]string{"bash", "sh", "ash", "dash", "zsh"}, p.Comm) {
			return miss(v, "uts.plain-shell", []checks.Evidence{
				checks.NSEvidence(snapshot.UTS, checks.ProcName(p), p.NS.UTS),
				checks.NSEvidence(snapshot.UTS, "shell host", host.NS.UTS)}, "process", pid(p))
		}
	}
	return none, false
}

// Step share.

// made lists the namespaces of the learner's making, with the processes in each that count.
func made(v *checks.View) (inodes []uint64, in map[uint64][]snapshot.Process) {
	in = map[uint64][]snapshot.Process{}
	for _, inode := range checks.Made(v, snapshot.UTS) {
		inodes = append(inodes, inode)
		in[inode] = living(v.Now, inode)
	}
	return inodes, in
}

func noneInHost(v *checks.View) (checks.Finding, bool) {
	inodes, in := made(v)
	for _, inode := range inodes {
		if len(in[inode]) >= 2 {
			return miss(v, "uts.none-in-host", evidenceOf(v.Now, inode, in[inode]),
				"ns", checks.NSName(snapshot.UTS, inode), "first", pid(in[inode][0]), "second", pid(in[inode][1]))
		}
	}
	return none, false
}

func apart(v *checks.View) (checks.Finding, bool) {
	inodes, in := made(v)
	inodes = slices.DeleteFunc(inodes, func(inode uint64) bool { return len(in[inode]) == 0 })
	if len(inodes) < 2 {
		return none, false
	}
	a, b := inodes[0], inodes[1]
	return miss(v, "uts.apart", append(evidenceOf(v.Now, a, in[a]), evidenceOf(v.Now, b, in[b])...),
		"first", pid(in[a][0]), "ns", checks.NSName(snapshot.UTS, a),
		"second", pid(in[b][0]), "second-ns", checks.NSName(snapshot.UTS, b), "target", target(in[a][0]))
}

// target is what a learner gives nsenter --target.
func target(p snapshot.Process) string { return strconv.Itoa(p.PID) }

// one returns the only process of a namespace of the learner's making.
func one(v *checks.View) (uint64, snapshot.Process, bool) {
	inodes, in := made(v)
	for _, inode := range inodes {
		if len(in[inode]) == 1 {
			return inode, in[inode][0], true
		}
	}
	return 0, snapshot.Process{}, false
}

func lonely(v *checks.View, key string) (checks.Finding, bool) {
	inode, p, ok := one(v)
	if !ok {
		return none, false
	}
	return miss(v, key, append(evidenceOf(v.Now, inode, v.Now.In(snapshot.UTS, inode)), evidenceOf(v.Now, v.Now.Host.UTS, inHost(v))...),
		"ns", checks.NSName(snapshot.UTS, inode), "first", pid(p), "target", target(p))
}

func alone(v *checks.View) (checks.Finding, bool) { return lonely(v, "uts.alone") }

// onlyWaits recognises that beside the one process there is only the unshare that waits for it.
func onlyWaits(v *checks.View) (checks.Finding, bool) {
	if inode, _, ok := one(v); ok {
		for _, p := range v.Now.In(snapshot.UTS, inode) {
			if waits(v.Now, p) {
				return lonely(v, "uts.only-waits")
			}
		}
	}
	return none, false
}

// joinedWithoutUTS recognises an nsenter that did not ask for the UTS namespace.
func joinedWithoutUTS(v *checks.View) (checks.Finding, bool) {
	for words := range commands(v) {
		if words[0] != "nsenter" {
			continue
		}
		for i := 1; i < len(words); i++ {
			w := words[i]
			switch {
			case w == "-t" || w == "--target":
				i++
				continue
			case w == "--all" || w == "--uts" || strings.HasPrefix(w, "--uts="):
				return none, false
			case strings.HasPrefix(w, "--"):
				continue
			case strings.HasPrefix(w, "-"):
				if strings.ContainsAny(w, "ua") {
					return none, false
				}
				continue
			}
			break
		}
		return lonely(v, "uts.joined-without-uts")
	}
	return none, false
}

// nobody recognises a namespace that only a bind mount keeps.
func nobody(v *checks.View) (checks.Finding, bool) {
	for _, inode := range checks.Made(v, snapshot.UTS) {
		if len(v.Now.In(snapshot.UTS, inode)) == 0 {
			return miss(v, "uts.nobody", both(v, inode), "ns", checks.NSName(snapshot.UTS, inode))
		}
	}
	return none, false
}

// sharedGiven recognises two processes in a namespace that was there before.
func sharedGiven(v *checks.View) (checks.Finding, bool) {
	for _, inode := range checks.Given(v, snapshot.UTS) {
		if in := living(v.Now, inode); inode != v.Now.Host.UTS && len(in) >= 2 {
			return miss(v, "uts.shared-isolated", evidenceOf(v.Now, inode, in),
				"ns", checks.NSName(snapshot.UTS, inode), "first", pid(in[0]), "second", pid(in[1]))
		}
	}
	return none, false
}

// sharedEnded recognises that two processes did share, and have ended.
func sharedEnded(v *checks.View) (checks.Finding, bool) {
	for _, seen := range slices.Backward(v.Seen) {
		for _, inode := range checks.Made(&checks.View{Now: seen, Start: v.Start, Seen: v.Seen}, snapshot.UTS) {
			if len(living(seen, inode)) >= 2 && len(v.Now.In(snapshot.UTS, inode)) == 0 {
				return miss(v, "uts.shared-ended", lost(v, inode), "ns", checks.NSName(snapshot.UTS, inode))
			}
		}
	}
	return none, false
}

func noneShared(v *checks.View) (checks.Finding, bool) { return noneSharedFinding(v), true }

func noneSharedFinding(v *checks.View) checks.Finding {
	return words.Miss("uts.none-shared", args(v), every(v)...)
}
