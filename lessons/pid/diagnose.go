package pid

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/sandbox/snapshot"
)

var none checks.Finding

// args are the values that most of the lesson's sentences ask for.
func args(v *checks.View, pairs ...string) map[string]string {
	return v.Args(append([]string{"host-ns", checks.NSName(snapshot.PID, v.Now.Host.PID)}, pairs...)...)
}

func miss(v *checks.View, key string, evidence []checks.Evidence, pairs ...string) (checks.Finding, bool) {
	return words.Miss(key, args(v, pairs...), evidence...), true
}

// host is the evidence of the host's PID namespace.
func host(v *checks.View) []checks.Evidence {
	return []checks.Evidence{checks.NSEvidence(snapshot.PID, "host", v.Now.Host.PID)}
}

// about is the evidence of a process: its PID namespace, and its numbers from the host's inwards.
func about(v *checks.View, p snapshot.Process) []checks.Evidence {
	var numbers []string
	for _, n := range p.PIDs {
		numbers = append(numbers, strconv.Itoa(n))
	}
	return append([]checks.Evidence{
		checks.NSEvidence(snapshot.PID, checks.ProcName(p), p.NS.PID),
		{What: "its PIDs, from the host's namespace inwards", Value: strings.Join(numbers, " ")}}, host(v)...)
}

func procNames(procs []snapshot.Process) string {
	var names []string
	for _, p := range procs {
		names = append(names, checks.Who(p))
	}
	return strings.Join(names, ", ")
}

// Step first.

// onlyNamed recognises a PID 1 that has a shell's name and is none.
func onlyNamed(v *checks.View) (checks.Finding, bool) {
	for _, p := range checks.Firsts(v) {
		if named := p; !checks.IsShell(p) {
			named.Exe = ""
			if checks.IsShell(named) {
				return miss(v, "pid.only-named", append(about(v, p), checks.Evidence{What: "program of " + checks.ProcName(p), Value: checks.Plain(p.Exe)}),
					"process", checks.Who(p), "exe", checks.Plain(p.Exe))
			}
		}
	}
	return none, false
}

func notShell(v *checks.View) (checks.Finding, bool) {
	firsts := checks.Firsts(v)
	if len(firsts) == 0 {
		return none, false
	}
	return miss(v, "pid.not-shell", about(v, firsts[0]), "process", checks.Who(firsts[0]))
}

// notForked recognises unshare --pid without --fork: the program has not moved, only its children would (pid_namespaces(7)).
func notForked(v *checks.View) (checks.Finding, bool) {
	for _, p := range v.Now.Procs {
		if !checks.Living(p) || p.Comm == "unshare" || p.NS.PIDForChildren == p.NS.PID || len(checks.Members(v.Now, p.NS.PIDForChildren)) > 0 {
			continue
		}
		evidence := about(v, p)
		if p.NS.PIDForChildren != 0 {
			evidence = append(evidence, checks.Evidence{What: "pid namespace for its children", Value: checks.NSName(snapshot.PID, p.NS.PIDForChildren)})
		}
		return miss(v, "pid.not-forked", evidence, "process", checks.Who(p))
	}
	return none, false
}

// otherKinds recognises that namespaces were made, but none of the PID kind.
func otherKinds(v *checks.View) (checks.Finding, bool) {
	for _, p := range v.Now.Procs {
		if !checks.Living(p) {
			continue
		}
		if kinds := checks.Differing(p.NS, v.Now.Host); len(kinds) > 0 && !slices.Contains(kinds, snapshot.PID) {
			evidence := host(v)
			for _, k := range kinds {
				evidence = append(evidence, checks.NSEvidence(k, checks.ProcName(p), p.NS.Of(k)))
			}
			return miss(v, "pid.other-kinds", evidence, "process", checks.Who(p), "kinds", checks.KindNames(kinds))
		}
	}
	return none, false
}

// left recognises that there was such a shell, and that it has ended.
func left(v *checks.View) (checks.Finding, bool) {
	ever := everFirst(v)
	if len(ever) == 0 {
		return none, false
	}
	name := checks.NSName(snapshot.PID, ever[0].NS.PID)
	return miss(v, "pid.left", append([]checks.Evidence{{What: "pid namespace that has ended", Value: name}}, host(v)...),
		"process", checks.Who(ever[0]), "ns", name)
}

// Sentences about what was typed. They speak only where the kernel shows nothing.

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

// unshares says of an unshare as typed whether it has an option for the PID namespace, and any at all for a namespace.
func unshares(words []string) (pid, any, ok bool) {
	if words[0] != "unshare" {
		return false, false, false
	}
	for _, w := range words[1:] {
		name, long := strings.CutPrefix(w, "--")
		switch {
		case w == "--" || !strings.HasPrefix(w, "-"):
			return pid, any, true
		case long:
			name, _, _ = strings.Cut(name, "=")
			pid = pid || name == "pid"
			any = any || name != "fork"
		default:
			pid = pid || strings.Contains(w, "p")
			any = any || strings.Trim(w, "-f") != ""
		}
	}
	return pid, any, true
}

func endedAtOnce(v *checks.View) (checks.Finding, bool) {
	for words, line := range commands(v) {
		if pid, _, ok := unshares(words); ok && pid && line.Status == 0 {
			return miss(v, "pid.ended-at-once", host(v), "typed", checks.Plain(strings.Join(words, " ")))
		}
	}
	return none, false
}

func refused(v *checks.View) (checks.Finding, bool) {
	for words, line := range commands(v) {
		if pid, _, ok := unshares(words); ok && pid && line.Status > 0 {
			return miss(v, "pid.refused", host(v), "typed", checks.Plain(strings.Join(words, " ")), "status", strconv.Itoa(line.Status))
		}
	}
	return none, false
}

// withoutFork recognises an unshare --pid without --fork whose shell has been left.
func withoutFork(v *checks.View) (checks.Finding, bool) {
	for words := range commands(v) {
		if pid, _, ok := unshares(words); ok {
			if !pid || forks(words) {
				return none, false
			}
			return miss(v, "pid.without-fork", host(v), "typed", checks.Plain(strings.Join(words, " ")))
		}
	}
	return none, false
}

// forks says whether an unshare as typed has --fork, or an option that implies it.
func forks(words []string) bool {
	for _, w := range words[1:] {
		switch {
		case w == "--" || !strings.HasPrefix(w, "-"):
			return false
		case w == "--fork" || strings.HasPrefix(w, "--kill-child") || !strings.HasPrefix(w, "--") && strings.Contains(w, "f"):
			return true
		}
	}
	return false
}

// withoutPID recognises an unshare with options, but not for a PID namespace.
func withoutPID(v *checks.View) (checks.Finding, bool) {
	for words := range commands(v) {
		if pid, any, ok := unshares(words); ok {
			if pid || !any {
				return none, false
			}
			return miss(v, "pid.without-pid", host(v), "typed", checks.Plain(strings.Join(words, " ")))
		}
	}
	return none, false
}

// plain recognises an unshare without options: the last one typed decides.
func plain(v *checks.View) (checks.Finding, bool) {
	for words := range commands(v) {
		if _, any, ok := unshares(words); ok {
			if any {
				return none, false
			}
			return miss(v, "pid.plain", host(v), "typed", checks.Plain(strings.Join(words, " ")))
		}
	}
	return none, false
}

// onlyFunction recognises a shell function or an alias that has the command's name.
func onlyFunction(command string) checks.Diagnosis {
	return func(v *checks.View) (checks.Finding, bool) {
		command, shell, ok := v.Redefined(command)
		if !ok {
			return none, false
		}
		return miss(v, "pid.only-function", host(v), "command", command, "shell", shell)
	}
}

func noneMade(v *checks.View) (checks.Finding, bool) { return miss(v, "pid.none-made", host(v)) }

// Step two-pids.

// everFirst lists the processes that are PID 1 in a namespace of the learner's, those that are there
// before those that were.
func everFirst(v *checks.View) []snapshot.Process {
	all := checks.Firsts(v)
	for _, s := range slices.Backward(v.Seen) {
		all = append(all, checks.Firsts(v.At(s))...)
	}
	return all
}

var digits = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\d+`) })

// numbers lists the different numbers of an answer.
func numbers(v *checks.View) []int {
	var all []int
	for _, s := range digits().FindAllString(v.Answer, -1) {
		n, err := strconv.Atoi(s)
		if err != nil {
			n = -1 // too large for a PID
		}
		if !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	return all
}

// number returns the one number that an answer gives; beside it may stand the 1, which the question is about.
func number(v *checks.View) (int, bool) {
	all := numbers(v)
	if len(all) == 2 {
		all = slices.DeleteFunc(all, func(n int) bool { return n == 1 })
	}
	if len(all) != 1 {
		return 0, false
	}
	return all[0], true
}

// asked says in the evidence which namespace the question is about, without the answer.
func asked(v *checks.View) []checks.Evidence {
	evidence := host(v)
	if ever := everFirst(v); len(ever) > 0 {
		evidence = append(evidence, checks.Evidence{What: "pid namespace of the process asked about", Value: checks.NSName(snapshot.PID, ever[0].NS.PID)})
	}
	return evidence
}

// nobody recognises that there is not, and was not, anything to answer about.
func nobody(v *checks.View) (checks.Finding, bool) {
	if len(everFirst(v)) > 0 {
		return none, false
	}
	return nobodyFinding(v)
}

func nobodyFinding(v *checks.View) (checks.Finding, bool) { return miss(v, "pid.nobody", host(v)) }

func noAnswer(key string) checks.Diagnosis {
	return func(v *checks.View) (checks.Finding, bool) {
		if strings.TrimSpace(v.Answer) != "" {
			return none, false
		}
		return miss(v, key, asked(v))
	}
}

func noNumber(v *checks.View) (checks.Finding, bool) {
	if len(numbers(v)) > 0 {
		return none, false
	}
	return miss(v, "pid.no-number", asked(v), "answer", checks.Plain(v.Answer))
}

func severalNumbers(v *checks.View) (checks.Finding, bool) {
	if _, ok := number(v); ok {
		return none, false
	}
	return miss(v, "pid.several-numbers", asked(v), "answer", checks.Plain(v.Answer))
}

// answered makes a diagnosis of the answer's number: what it is instead.
func answered(key string, is func(v *checks.View, n int) (process string, evidence []checks.Evidence, ok bool)) checks.Diagnosis {
	return func(v *checks.View) (checks.Finding, bool) {
		n, ok := number(v)
		if !ok {
			return none, false
		}
		process, evidence, ok := is(v, n)
		if !ok {
			return none, false
		}
		return miss(v, key, append(evidence, asked(v)...), "number", strconv.Itoa(n), "process", process)
	}
}

// proc looks for a process that there is or was.
func proc(v *checks.View, n int) (snapshot.Process, bool) {
	if p, ok := v.Now.Proc(n); ok {
		return p, true
	}
	for _, s := range slices.Backward(v.Seen) {
		if p, ok := s.Proc(n); ok {
			return p, true
		}
	}
	return snapshot.Process{}, false
}

func one(v *checks.View, n int) []checks.Evidence {
	p, _ := proc(v, n)
	return []checks.Evidence{{What: "process " + strconv.Itoa(n), Value: checks.Plain(p.Comm)}}
}

var (
	insideNumber = answered("pid.inside", func(_ *checks.View, n int) (string, []checks.Evidence, bool) { return "", nil, n == 1 })

	// waiters: unshare, which waits for the child that it forked.
	waiters = answered("pid.waits", func(v *checks.View, n int) (string, []checks.Evidence, bool) {
		for _, p := range everFirst(v) {
			if parent, ok := proc(v, n); ok && p.Parent == n && (parent.Comm == "unshare" || !checks.IsShell(parent)) {
				return checks.Who(parent), one(v, n), true
			}
		}
		return "", nil, false
	})

	machines = answered("pid.machines", func(v *checks.View, n int) (string, []checks.Evidence, bool) {
		for _, p := range everFirst(v) {
			if p.MachinePID == n && n != 0 {
				return "", nil, true
			}
		}
		return "", nil, false
	})

	namespaces = answered("pid.inode", func(v *checks.View, n int) (string, []checks.Evidence, bool) {
		return "", nil, n > 0 && (uint64(n) == v.Now.Host.PID || slices.ContainsFunc(everFirst(v), func(p snapshot.Process) bool { return p.NS.PID == uint64(n) }))
	})

	shellsOwn = answered("pid.shells-own", func(v *checks.View, n int) (string, []checks.Evidence, bool) {
		for name, pid := range v.Now.Shells {
			if pid == n {
				return name, one(v, n), true
			}
		}
		return "", nil, false
	})

	// members: in the namespace, but not its first.
	members = answered("pid.member", func(v *checks.View, n int) (string, []checks.Evidence, bool) {
		p, ok := proc(v, n)
		if !ok || !slices.ContainsFunc(everFirst(v), func(f snapshot.Process) bool { return f.NS.PID == p.NS.PID }) {
			return "", nil, false
		}
		return checks.Who(p), one(v, n), true
	})

	others = answered("pid.another", func(v *checks.View, n int) (string, []checks.Evidence, bool) {
		p, ok := proc(v, n)
		if !ok {
			return "", nil, false
		}
		return checks.Who(p), one(v, n), true
	})

	noProcess = answered("pid.no-process", func(*checks.View, int) (string, []checks.Evidence, bool) { return "", nil, true })
)

// Step illusion.

// said are an answer's words: small letters, no accents to speak of; a path is one word.
func said(v *checks.View) []string {
	text := strings.NewReplacer("’", "'", "n't", " not").Replace(strings.ToLower(v.Answer))
	return strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '/' && r != '-'
	})
}

// isProc says that a word means the proc file system.
func isProc(word string) bool {
	word = strings.Trim(word, "/-")
	return word == "proc" || word == "procfs" || strings.HasPrefix(word, "proc/")
}

var (
	nots  = []string{"not", "never", "without", "pas", "jamais", "sans", "no"}
	reads = []string{"read", "reads", "reading", "use", "uses", "using", "look", "looks", "looking", "consult", "consults", "open", "opens",
		"lit", "lire", "lisant", "utilise", "utiliser", "utilisant", "regarde", "regarder", "consulte", "consulter", "ouvre", "ouvrir"}
)

// negated says that the answer denies that ps reads /proc: "does not read /proc", "ne lit pas /proc". Words behind may deny
// something else: "/proc was not mounted again".
func negated(words []string) bool {
	at := slices.IndexFunc(words, isProc)
	if at < 0 {
		return false
	}
	before := words[max(0, at-4):at]
	has := func(list []string) bool {
		return slices.ContainsFunc(before, func(w string) bool { return slices.Contains(list, w) })
	}
	return has(nots) && has(reads)
}

// otherPaths lists paths in the answer that are not in /proc.
func otherPaths(words []string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(w string) bool { return !strings.HasPrefix(w, "/") || isProc(w) })
}

func saysProc(v *checks.View) checks.Finding {
	words1 := said(v)
	if slices.ContainsFunc(words1, isProc) && !negated(words1) && len(otherPaths(words1)) == 0 {
		return words.Pass("pid.illusion", args(v), procOf(v)...)
	}
	f, _ := elsewhere(v)
	return f
}

// procOf is the evidence of what the host's /proc shows.
func procOf(v *checks.View) []checks.Evidence {
	init, _ := v.Now.Proc(1)
	return append(host(v), checks.Evidence{What: "pid namespace that the host's /proc shows", Value: checks.NSName(snapshot.PID, init.ProcNS)})
}

func notRead(v *checks.View) (checks.Finding, bool) {
	if !negated(said(v)) {
		return none, false
	}
	return miss(v, "pid.not-read", host(v), "answer", checks.Plain(v.Answer))
}

func severalPaths(v *checks.View) (checks.Finding, bool) {
	paths := otherPaths(said(v))
	if len(paths) == 0 {
		return none, false
	}
	return miss(v, "pid.another-path", host(v), "path", checks.Plain(strings.Join(paths, " ")))
}

// mounts: half the answer.
func mounts(v *checks.View) (checks.Finding, bool) {
	if !slices.ContainsFunc(said(v), func(w string) bool {
		return strings.HasPrefix(w, "mount") || strings.HasPrefix(w, "mnt") || strings.HasPrefix(w, "mont") || strings.HasPrefix(w, "fichier") ||
			strings.HasPrefix(w, "file")
	}) {
		return none, false
	}
	return miss(v, "pid.which-mount", host(v), "answer", checks.Plain(v.Answer))
}

// notIsolated: the answer takes the namespace for missing.
func notIsolated(v *checks.View) (checks.Finding, bool) {
	w := said(v)
	has := func(list ...string) bool {
		return slices.ContainsFunc(w, func(s string) bool { return slices.Contains(list, s) })
	}
	if !has(append([]string{"failed", "same", "shared", "shares", "même", "partage", "partagé", "échoué"}, nots...)...) ||
		!has("namespace", "namespaces", "pid", "isolated", "isolate", "espace", "espaces", "isolé", "unshare") {
		return none, false
	}
	evidence := host(v)
	if ever := everFirst(v); len(ever) > 0 {
		evidence = append(evidence, checks.NSEvidence(snapshot.PID, checks.ProcName(ever[0]), ever[0].NS.PID))
	}
	return miss(v, "pid.is-isolated", evidence, "answer", checks.Plain(v.Answer))
}

func elsewhere(v *checks.View) (checks.Finding, bool) {
	return miss(v, "pid.elsewhere", host(v), "answer", checks.Plain(v.Answer))
}

// Step proc.

// inMade lists the living processes that are in PID namespaces of the learner's.
func inMade(v *checks.View) []snapshot.Process {
	made := checks.Made(v, snapshot.PID)
	return v.Now.Where(func(p *snapshot.Process) bool { return slices.Contains(made, p.NS.PID) && checks.Living(*p) })
}

// procMounts are the mounts of proc that a mount namespace has and the host had not at the start, by device; at
// /proc, or anywhere else.
func procMounts(v *checks.View, mnt uint64, at bool) []snapshot.Mount {
	var had []string
	for _, m := range v.Start.Mounts[v.Start.Host.Mnt] {
		had = append(had, m.Dev)
	}
	return slices.DeleteFunc(slices.Clone(v.Now.Mounts[mnt]), func(m snapshot.Mount) bool {
		return m.FSType != "proc" || slices.Contains(had, m.Dev) || (m.Point == "/proc") != at
	})
}

func procEvidence(p snapshot.Process) []checks.Evidence {
	value := "none: no proc file system is there"
	if p.ProcNS != 0 {
		value = checks.NSName(snapshot.PID, p.ProcNS)
	}
	return []checks.Evidence{checks.NSEvidence(snapshot.Mnt, checks.ProcName(p), p.NS.Mnt),
		{What: "pid namespace that /proc shows to " + checks.ProcName(p), Value: value}}
}

func procMiss(v *checks.View, key string, p snapshot.Process, pairs ...string) (checks.Finding, bool) {
	evidence := append(append(about(v, p), procEvidence(p)...), checks.NSEvidence(snapshot.Mnt, "host", v.Now.Host.Mnt))
	return miss(v, key, evidence, append([]string{"process", checks.Who(p), "ns", checks.NSName(snapshot.PID, p.NS.PID),
		"shown", checks.NSName(snapshot.PID, p.ProcNS), "mnt", checks.NSName(snapshot.Mnt, p.NS.Mnt)}, pairs...)...)
}

// overHosts recognises a proc mounted where the host sees it: without a mount namespace.
func overHosts(v *checks.View) (checks.Finding, bool) {
	f := checks.HostKeepsProc(v)
	if f.Key != "proc.host-changed" {
		return none, false
	}
	return miss(v, "pid.over-hosts", f.Evidence, "ns", f.Args["ns"])
}

func hostsGone(v *checks.View) (checks.Finding, bool) {
	f := checks.HostKeepsProc(v)
	if f.Key != "proc.host-gone" {
		return none, false
	}
	return miss(v, "pid.hosts-gone", f.Evidence)
}

// mountedElsewhere recognises the right file system in another place than /proc.
func mountedElsewhere(v *checks.View) (checks.Finding, bool) {
	for _, p := range inMade(v) {
		if m := procMounts(v, p.NS.Mnt, false); len(m) > 0 && p.ProcNS != p.NS.PID {
			return procMiss(v, "pid.mounted-elsewhere", p, "point", checks.Plain(m[0].Point))
		}
	}
	return none, false
}

// notProc recognises something on /proc that is no proc file system.
func notProc(v *checks.View) (checks.Finding, bool) {
	for _, p := range inMade(v) {
		if p.ProcNS == 0 {
			return procMiss(v, "pid.not-proc", p)
		}
	}
	return none, false
}

// wrongProc recognises a mount of proc that is new, but was made by somebody in another PID namespace.
func wrongProc(v *checks.View) (checks.Finding, bool) {
	for _, p := range inMade(v) {
		if p.ProcNS != p.NS.PID && len(procMounts(v, p.NS.Mnt, true)) > 0 {
			return procMiss(v, "pid.wrong-proc", p)
		}
	}
	return none, false
}

// notMounted recognises a mount namespace in which nothing was mounted on /proc.
func notMounted(v *checks.View) (checks.Finding, bool) {
	for _, p := range inMade(v) {
		if p.NS.Mnt != v.Now.Host.Mnt && p.ProcNS != p.NS.PID {
			return procMiss(v, "pid.not-mounted", p)
		}
	}
	return none, false
}

// sharedMounts recognises step first and no more.
func sharedMounts(v *checks.View) (checks.Finding, bool) {
	in := inMade(v)
	if len(in) == 0 {
		return none, false
	}
	return procMiss(v, "pid.shared-mounts", in[0])
}

// procWithoutPID recognises a new proc without a PID namespace for it to show.
func procWithoutPID(v *checks.View) (checks.Finding, bool) {
	for _, p := range v.Now.Procs {
		if checks.Living(p) && p.NS.PID == v.Now.Host.PID && p.NS.Mnt != v.Now.Host.Mnt && p.NS.PIDForChildren == p.NS.PID &&
			len(procMounts(v, p.NS.Mnt, true)) > 0 {
			return procMiss(v, "pid.proc-without-pid", p)
		}
	}
	return none, false
}

// procLeft recognises that there was such a process.
func procLeft(v *checks.View) (checks.Finding, bool) {
	for _, s := range slices.Backward(v.Seen) {
		if f, ok := procMade(v.At(s)); ok {
			return miss(v, "pid.proc-left", append(f.Evidence[:1:1], host(v)...), "process", f.Args["process"])
		}
	}
	return none, false
}

func noProcMade(v *checks.View) (checks.Finding, bool) { return miss(v, "pid.no-proc-made", host(v)) }

// Step init-dies.

// held are a namespace's PID 1 and the other processes in it, at one moment.
type held struct {
	init   snapshot.Process
	others []snapshot.Process
}

// holds lists the PID namespaces of the learner's that have a living PID 1, with most processes first.
func holds(v *checks.View) []held {
	var all []held
	for _, p := range checks.Firsts(v) {
		h := held{init: p}
		for _, m := range checks.Members(v.Now, p.NS.PID) {
			if m.PID != p.PID && !copyOf(m, p) {
				h.others = append(h.others, m)
			}
		}
		all = append(all, h)
	}
	slices.SortStableFunc(all, func(a, b held) int { return len(b.others) - len(a.others) })
	return all
}

// copyOf says that a process is a moment of the shell that is PID 1: what bash forks for $(...), in its own process group.
func copyOf(p, init snapshot.Process) bool {
	return p.Parent == init.PID && p.Group == init.Group && p.Exe == init.Exe && slices.Equal(p.Args, init.Args)
}

// endedOnes lists the namespaces that were, and whose PID 1 has ended: each as it was when its PID 1 was last seen alive. Its
// members may be there for another moment, on a busy machine a long one: with its PID 1 the kernel has sent them all
// SIGKILL, and none can be added (pid_namespaces(7)).
func endedOnes(v *checks.View) []held {
	var all []held
	var met []uint64
	for _, s := range slices.Backward(v.Seen) {
		for _, h := range holds(v.At(s)) {
			inode := h.init.NS.PID
			if slices.Contains(met, inode) {
				continue
			}
			met = append(met, inode)
			now, there := v.Now.Proc(h.init.PID)
			if !there || now.Start != h.init.Start || now.Ended() {
				all = append(all, h)
			}
		}
	}
	return all
}

// living returns the fullest namespace that has a PID 1 now.
func living(v *checks.View, crowd bool) (held, bool) {
	for _, h := range holds(v) {
		if (len(h.others) > 0) == crowd {
			return h, true
		}
	}
	return held{}, false
}

func heldMiss(v *checks.View, key string, h held) (checks.Finding, bool) {
	evidence := about(v, h.init)
	for _, p := range h.others[:min(len(h.others), 4)] {
		evidence = append(evidence, checks.NSEvidence(snapshot.PID, checks.ProcName(p), p.NS.PID))
	}
	return miss(v, key, evidence, "process", checks.Who(h.init), "target", strconv.Itoa(h.init.PID), "others", procNames(h.others),
		"number", strconv.Itoa(len(h.others)), "ns", checks.NSName(snapshot.PID, h.init.NS.PID))
}

// orphaned recognises that the unshare was ended that waited for PID 1.
func orphaned(v *checks.View) (checks.Finding, bool) {
	h, ok := living(v, true)
	if !ok || h.init.Parent != 1 {
		return none, false
	}
	for _, s := range slices.Backward(v.Seen) {
		p, ok := s.Proc(h.init.PID)
		if !ok || p.Start != h.init.Start || p.Parent == 1 {
			continue
		}
		parent, _ := s.Proc(p.Parent)
		if parent.Comm == "unshare" {
			return heldMiss(v, "pid.orphaned", h)
		}
	}
	return none, false
}

// kills returns the last kill as typed.
func kills(v *checks.View) (words []string, shell string, ok bool) {
	for words, line := range commands(v) {
		if slices.Contains([]string{"kill", "pkill", "killall"}, words[0]) {
			return words, line.Shell, true
		}
	}
	return nil, "", false
}

// fromInside recognises a kill of 1 typed in the namespace itself.
func fromInside(v *checks.View) (checks.Finding, bool) {
	words, _, ok := kills(v)
	h, crowd := living(v, true)
	if !ok || !crowd || !slices.Contains(words[1:], "1") {
		return none, false
	}
	return heldMiss(v, "pid.from-inside", h)
}

// politely recognises a kill with a signal that PID 1 may ignore.
func politely(v *checks.View) (checks.Finding, bool) {
	words, _, ok := kills(v)
	h, crowd := living(v, true)
	if !ok || !crowd || !slices.Contains(words[1:], strconv.Itoa(h.init.PID)) {
		return none, false
	}
	for i, w := range words {
		w = strings.TrimPrefix(strings.ToUpper(strings.TrimLeft(w, "-")), "SIG")
		if i > 0 && (w == "9" || w == "KILL" || w == "S9" || w == "SKILL") {
			return none, false
		}
	}
	return heldMiss(v, "pid.politely", h)
}

func lives(v *checks.View) (checks.Finding, bool) {
	h, ok := living(v, true)
	if !ok {
		return none, false
	}
	return heldMiss(v, "pid.lives", h)
}

// membersEnded recognises that what PID 1 held was ended, and PID 1 was not.
func membersEnded(v *checks.View) (checks.Finding, bool) {
	h, ok := living(v, false)
	if !ok {
		return none, false
	}
	// A program that ran in front and came to its end by itself is no such thing.
	if words, _, typed := kills(v); !typed || slices.Contains(words[1:], "1") {
		return none, false
	}
	for _, s := range slices.Backward(v.Seen) {
		for _, was := range holds(v.At(s)) {
			if was.init.PID == h.init.PID && was.init.Start == h.init.Start && len(was.others) > 0 {
				h.others = was.others
				return heldMiss(v, "pid.members-ended", h)
			}
		}
	}
	return none, false
}

func alone(v *checks.View) (checks.Finding, bool) {
	h, ok := living(v, false)
	if !ok {
		return none, false
	}
	return heldMiss(v, "pid.alone", h)
}

// endedAlone recognises a namespace that has ended with nobody but its PID 1 in it.
func endedAlone(v *checks.View) (checks.Finding, bool) {
	ended := endedOnes(v)
	if len(ended) == 0 {
		return none, false
	}
	init := ended[0].init
	return miss(v, "pid.ended-alone", append([]checks.Evidence{{What: "pid namespace that has ended", Value: checks.NSName(snapshot.PID, init.NS.PID)}}, host(v)...),
		"process", checks.Who(init))
}

func noNamespace(v *checks.View) (checks.Finding, bool) { return miss(v, "pid.no-namespace", host(v)) }
