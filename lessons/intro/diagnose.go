package intro

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/sandbox/snapshot"
)

var none checks.Finding

func miss(v *checks.View, key string, evidence []checks.Evidence, pairs ...string) (checks.Finding, bool) {
	return words.Miss(key, v.Args(pairs...), evidence...), true
}

// Step look. The evidence must not give the answer away: it shows what the answer was about.

// both says which processes the two shells are, that is, where to look.
func both(v *checks.View) []checks.Evidence {
	host, isolated, _ := shells(v.Start)
	return []checks.Evidence{{What: "shell host", Value: checks.ProcName(host)}, {What: "shell isolated", Value: checks.ProcName(isolated)}}
}

func unanswered(v *checks.View) (checks.Finding, bool) {
	if strings.TrimSpace(v.Answer) != "" {
		return none, false
	}
	host, isolated, _ := shells(v.Start)
	return miss(v, "intro.unanswered", both(v), "host-pid", strconv.Itoa(host.PID), "isolated-pid", strconv.Itoa(isolated.PID))
}

func notPlainly(v *checks.View) (checks.Finding, bool) {
	if !read(v).unclear {
		return none, false
	}
	return miss(v, "intro.not-plainly", both(v), "answer", checks.Plain(v.Answer))
}

func noKind(v *checks.View) (checks.Finding, bool) {
	if len(read(v).kinds) > 0 {
		return none, false
	}
	return miss(v, "intro.no-kind", both(v), "answer", checks.Plain(v.Answer), "kinds", checks.KindNames(snapshot.Kinds()))
}

func severalKinds(v *checks.View) (checks.Finding, bool) {
	a := read(v)
	if len(a.kinds) < 2 {
		return none, false
	}
	return miss(v, "intro.several-kinds", both(v), "kinds", checks.KindNames(a.kinds), "number", strconv.Itoa(len(a.kinds)))
}

func sharedKind(v *checks.View) (checks.Finding, bool) {
	a := read(v)
	host, isolated, ok := shells(v.Start)
	if len(a.kinds) != 1 || !ok {
		return none, false
	}
	return miss(v, "intro.shared-kind", of(a.kinds[0], host, isolated),
		"kind", string(a.kinds[0]), "host-ns", checks.NSName(a.kinds[0], host.NS.Of(a.kinds[0])))
}

// Step isolate.

// options are unshare's for each kind.
var options = map[snapshot.Kind]string{snapshot.User: "--user --map-root-user", snapshot.Mnt: "--mount", snapshot.UTS: "--uts",
	snapshot.IPC: "--ipc", snapshot.Net: "--net", snapshot.PID: "--pid --fork"}

// own lists which of the step's kinds a process does not share with the host.
func own(s *snapshot.Snapshot, p snapshot.Process) []snapshot.Kind {
	return slices.DeleteFunc(checks.Differing(p.NS, s.Host), func(k snapshot.Kind) bool { return !slices.Contains(kinds, k) })
}

// ownsAll is own for those that lack none. It is asked of every process of every look.
func ownsAll(s *snapshot.Snapshot, p snapshot.Process) bool {
	for _, k := range kinds {
		if inode, host := p.NS.Of(k), s.Host.Of(k); inode == 0 || host == 0 || inode == host {
			return false
		}
	}
	return true
}

// made reports whether a process is in a namespace that was not there when the lesson was opened.
func made(v *checks.View, p snapshot.Process) bool {
	return slices.ContainsFunc(kinds, func(k snapshot.Kind) bool { return slices.Contains(checks.Made(v, k), p.NS.Of(k)) })
}

// nearest returns the process that has most of the kinds for itself; of equals the youngest, for unshare
// stands before its child.
func nearest(v *checks.View) (best snapshot.Process, has []snapshot.Kind, ok bool) {
	for _, p := range v.Now.Procs {
		if !checks.Living(p) || !made(v, p) {
			continue
		}
		if o := own(v.Now, p); len(o) >= len(has) {
			best, has, ok = p, o, true
		}
	}
	return best, has, ok
}

func without(has []snapshot.Kind) []snapshot.Kind {
	return slices.DeleteFunc(slices.Clone(kinds), func(k snapshot.Kind) bool { return slices.Contains(has, k) })
}

func optionsFor(lack []snapshot.Kind) string {
	var all []string
	for _, k := range lack {
		all = append(all, options[k])
	}
	return strings.Join(all, " ")
}

// evidenceOf shows a process's namespaces of the step's kinds, beside the host's.
func evidenceOf(v *checks.View, p snapshot.Process) []checks.Evidence {
	var evidence []checks.Evidence
	for _, k := range kinds {
		evidence = append(evidence, checks.NSEvidence(k, checks.ProcName(p), p.NS.Of(k)))
	}
	return append(evidence, hosts(v)...)
}

func hosts(v *checks.View) []checks.Evidence {
	var evidence []checks.Evidence
	for _, k := range kinds {
		evidence = append(evidence, checks.NSEvidence(k, "host", v.Now.Host.Of(k)))
	}
	return evidence
}

// notForked recognises unshare --pid without --fork: the program has not moved, only its children would (pid_namespaces(7)).
func notForked(v *checks.View) (checks.Finding, bool) {
	for _, p := range v.Now.Procs {
		if !checks.Living(p) || p.Comm == "unshare" || p.NS.PIDForChildren == p.NS.PID || len(v.Now.In(snapshot.PID, p.NS.PIDForChildren)) > 0 {
			continue
		}
		return miss(v, "intro.not-forked", append([]checks.Evidence{
			checks.NSEvidence(snapshot.PID, checks.ProcName(p), p.NS.PID),
			{What: "pid namespace for its children", Value: checks.NSName(snapshot.PID, p.NS.PIDForChildren)}}, hosts(v)...),
			"process", checks.Who(p), "host-ns", checks.NSName(snapshot.PID, p.NS.PID))
	}
	return none, false
}

// spread recognises that every kind was made, but for different processes.
func spread(v *checks.View) (checks.Finding, bool) {
	var all []snapshot.Kind
	var procs []string
	var evidence []checks.Evidence
	for _, p := range v.Now.Procs {
		if !checks.Living(p) || !made(v, p) {
			continue
		}
		all = append(all, own(v.Now, p)...)
		procs = append(procs, checks.Who(p)+": "+checks.KindNames(own(v.Now, p)))
		for _, k := range own(v.Now, p) {
			evidence = append(evidence, checks.NSEvidence(k, checks.ProcName(p), p.NS.Of(k)))
		}
	}
	if len(without(all)) > 0 {
		return none, false
	}
	return miss(v, "intro.spread", append(evidence, hosts(v)...), "processes", strings.Join(procs, "; "))
}

func missing(v *checks.View) (checks.Finding, bool) {
	p, has, ok := nearest(v)
	if !ok {
		return none, false
	}
	return miss(v, "intro.missing", evidenceOf(v, p), "process", checks.Who(p),
		"has", checks.KindNames(has), "lacks", checks.KindNames(without(has)), "options", optionsFor(without(has)))
}

// ended recognises that there was such a process, and that it has ended.
func ended(v *checks.View) (checks.Finding, bool) {
	for _, s := range slices.Backward(v.Seen) {
		for _, p := range s.Procs {
			if checks.Living(p) && ownsAll(s, p) {
				return miss(v, "intro.ended", append([]checks.Evidence{{What: "process that has ended", Value: checks.ProcName(p)}},
					hosts(v)...), "process", checks.Who(p))
			}
		}
	}
	return none, false
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

// asks lists the step's kinds that an unshare as typed asks for.
func asks(words []string) (all []snapshot.Kind, ok bool) {
	if words[0] != "unshare" {
		return nil, false
	}
	letters := map[rune]snapshot.Kind{'U': snapshot.User, 'r': snapshot.User, 'c': snapshot.User, 'm': snapshot.Mnt, 'u': snapshot.UTS,
		'i': snapshot.IPC, 'n': snapshot.Net, 'p': snapshot.PID}
	long := map[string]snapshot.Kind{"user": snapshot.User, "map-root-user": snapshot.User, "map-current-user": snapshot.User,
		"mount": snapshot.Mnt, "mount-proc": snapshot.Mnt, "uts": snapshot.UTS, "ipc": snapshot.IPC, "net": snapshot.Net, "pid": snapshot.PID}
	for _, w := range words[1:] {
		name, isLong := strings.CutPrefix(w, "--")
		switch {
		case w == "--" || !strings.HasPrefix(w, "-"):
			return all, true
		case isLong:
			name, _, _ = strings.Cut(name, "=")
			if k, ok := long[name]; ok {
				all = append(all, k)
			}
		default:
			for _, r := range w[1:] {
				if k, ok := letters[r]; ok {
					all = append(all, k)
				}
			}
		}
	}
	return all, true
}

// withoutFork recognises an unshare --pid without --fork whose shell has been left.
func withoutFork(v *checks.View) (checks.Finding, bool) {
	for words := range commands(v) {
		all, ok := asks(words)
		if !ok {
			continue
		}
		if !slices.Contains(all, snapshot.PID) || slices.ContainsFunc(words[1:], func(w string) bool {
			return w == "--fork" || strings.HasPrefix(w, "--kill-child") || strings.HasPrefix(w, "-") && !strings.HasPrefix(w, "--") && strings.Contains(w, "f")
		}) {
			return none, false
		}
		return miss(v, "intro.without-fork", hosts(v), "typed", checks.Plain(strings.Join(words, " ")))
	}
	return none, false
}

// endedAtOnce is ended for what was too quick to be seen, such as unshare ... true.
func endedAtOnce(v *checks.View) (checks.Finding, bool) {
	for words, line := range commands(v) {
		if all, ok := asks(words); ok && len(all) > 0 && line.Status == 0 {
			return miss(v, "intro.ended-at-once", hosts(v), "typed", checks.Plain(strings.Join(words, " ")))
		}
	}
	return none, false
}

func refused(v *checks.View) (checks.Finding, bool) {
	for words, line := range commands(v) {
		if all, ok := asks(words); ok && len(all) > 0 && line.Status > 0 {
			return miss(v, "intro.refused", hosts(v), "typed", checks.Plain(strings.Join(words, " ")), "status", strconv.Itoa(line.Status))
		}
	}
	return none, false
}

// plain recognises an unshare without an option that asks for anything.
func plain(v *checks.View) (checks.Finding, bool) {
	for words := range commands(v) {
		if all, ok := asks(words); ok && len(all) == 0 {
			return miss(v, "intro.plain", hosts(v), "typed", checks.Plain(strings.Join(words, " ")))
		}
	}
	return none, false
}

// onlyFunction recognises a shell function or an alias of unshare's name.
func onlyFunction(v *checks.View) (checks.Finding, bool) {
	_, shell, ok := v.Redefined("unshare")
	if !ok {
		return none, false
	}
	return miss(v, "intro.only-function", hosts(v), "shell", shell)
}

// nothingMade is the last word of the step.
func nothingMade(v *checks.View) (checks.Finding, bool) {
	return miss(v, "intro.nothing-made", hosts(v))
}
