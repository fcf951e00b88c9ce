package timens

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/sandbox/snapshot"
)

func nsName(inode uint64) string { return checks.NSName(snapshot.Time, inode) }

// args are the values that most of the lesson's sentences ask for, about one process.
func args(v *checks.View, p snapshot.Process, pairs ...string) map[string]string {
	return v.Args(append([]string{
		"host-ns", nsName(v.Now.Host.Time), "process", strconv.Itoa(p.PID) + " (" + checks.Plain(p.Comm) + ")",
		"ns", nsName(p.NS.Time), "is", strconv.FormatInt(p.BootOffset, 10), "monotonic", strconv.FormatInt(p.MonotonicOffset, 10),
	}, pairs...)...)
}

// hosts is the evidence of the host's time namespace.
func hosts(v *checks.View) []checks.Evidence {
	return []checks.Evidence{checks.NSEvidence(snapshot.Time, "host", v.Now.Host.Time)}
}

func evidence(v *checks.View, p snapshot.Process) []checks.Evidence {
	who := checks.ProcName(p)
	return append([]checks.Evidence{
		checks.NSEvidence(snapshot.Time, who, p.NS.Time),
		checks.NSEvidence(snapshot.Time, "the children of "+who, p.NS.TimeForChildren),
		{What: "boottime of " + who, Value: strconv.FormatInt(p.BootOffset, 10)},
		{What: "monotonic of " + who, Value: strconv.FormatInt(p.MonotonicOffset, 10)},
	}, hosts(v)...)
}

func miss(v *checks.View, key string, p snapshot.Process, pairs ...string) (checks.Finding, bool) {
	shown := hosts(v)
	if p.PID != 0 {
		shown = evidence(v, p)
	}
	return words.Miss(key, args(v, p, pairs...), shown...), true
}

var (
	none   checks.Finding
	nobody snapshot.Process
)

// about speaks of the first process in a time namespace of the learner's that is as described.
func about(v *checks.View, key string, is func(snapshot.Process) bool) (checks.Finding, bool) {
	for _, p := range in(v) {
		if is(p) {
			return miss(v, key, p)
		}
	}
	return none, false
}

func onlyMonotonic(v *checks.View) (checks.Finding, bool) {
	return about(v, "time.only-monotonic", func(p snapshot.Process) bool { return p.BootOffset == 0 && p.MonotonicOffset != 0 })
}

func otherOffset(v *checks.View) (checks.Finding, bool) {
	return about(v, "time.other-offset", func(p snapshot.Process) bool { return p.BootOffset != 0 })
}

func noOffset(v *checks.View) (checks.Finding, bool) {
	return about(v, "time.no-offset", func(snapshot.Process) bool { return true })
}

// onlyChildren recognises a namespace that only children will be born in, as unshare(2) leaves it, and as
// unshare(1) without --fork left it before the kernel moved the process itself at execve(2).
func onlyChildren(v *checks.View) (checks.Finding, bool) {
	for _, p := range v.Now.Procs {
		if p.NS.Time != 0 && p.NS.TimeForChildren != 0 && p.NS.TimeForChildren != p.NS.Time {
			return miss(v, "time.only-children", p, "children-ns", nsName(p.NS.TimeForChildren))
		}
	}
	return none, false
}

// overUptime recognises a file mounted over the one that says the uptime.
func overUptime(v *checks.View) (checks.Finding, bool) {
	for mnt, mounts := range v.Now.Mounts {
		for _, m := range mounts {
			if m.Point == "/proc/uptime" || m.Point == "/proc/stat" {
				f, _ := miss(v, "time.over-uptime", nobody, "point", m.Point)
				f.Evidence = append(f.Evidence, checks.Evidence{What: "mount in " + checks.NSName(snapshot.Mnt, mnt), Value: m.FSType + " on " + m.Point})
				return f, true
			}
		}
	}
	return none, false
}

func redefined(v *checks.View) (checks.Finding, bool) {
	command, _, ok := v.Redefined("uptime", "cat", "unshare")
	if !ok {
		return none, false
	}
	return miss(v, "time.only-function", nobody, "command", command)
}

func ended(v *checks.View) (checks.Finding, bool) {
	for _, seen := range slices.Backward(v.Seen) {
		then := *v
		then.Now = seen
		for _, p := range in(&then) {
			if strconv.FormatInt(p.BootOffset, 10) == v.Params["boottime"] {
				f, _ := miss(v, "time.ended", nobody, "ns", nsName(p.NS.Time))
				f.Evidence = append(f.Evidence, checks.Evidence{What: "time namespace that has ended", Value: nsName(p.NS.Time)})
				return f, true
			}
		}
	}
	return none, false
}

// Sentences about what was typed.

func typed(u checks.Unsharing) string {
	return checks.Plain(strings.Join(append(append([]string{"unshare"}, u.Options...), u.Program...), " "))
}

// asksForOffset says that an unshare was given --boottime.
func asksForOffset(u checks.Unsharing) bool {
	return slices.ContainsFunc(u.Options, func(o string) bool { return strings.HasPrefix(o, "--boottime") })
}

func refused(v *checks.View) (checks.Finding, bool) {
	u, line, ok := v.LastUnshare()
	switch {
	case !ok || line.Status <= 0:
		return none, false
	case asksForOffset(u) && !u.Has(snapshot.Time):
		return miss(v, "time.offset-of-nothing", nobody, "typed", typed(u))
	case u.Has(snapshot.Time):
		return miss(v, "time.refused", nobody, "typed", typed(u), "status", strconv.Itoa(line.Status))
	}
	return none, false
}

// endedAtOnce recognises a namespace made for a command that ends by itself: unshare --time uptime.
func endedAtOnce(v *checks.View) (checks.Finding, bool) {
	u, line, ok := v.LastUnshare()
	if !ok || line.Status != 0 || !u.Has(snapshot.Time) {
		return none, false
	}
	return miss(v, "time.ended-at-once", nobody, "program", checks.Plain(strings.Join(u.Program, " ")))
}

// setDate recognises the other clock.
func setDate(v *checks.View) (checks.Finding, bool) {
	for words := range v.LastCommands() {
		set := slices.ContainsFunc(words[1:], func(w string) bool {
			return strings.HasPrefix(w, "-s") || strings.HasPrefix(w, "--set") || strings.HasPrefix(w, "set-")
		})
		if slices.Contains([]string{"date", "hwclock", "timedatectl", "adjtimex"}, words[0]) && set {
			return miss(v, "time.wall-clock", nobody, "typed", checks.Plain(strings.Join(words, " ")))
		}
	}
	return none, false
}

func withoutTime(v *checks.View) (checks.Finding, bool) {
	u, _, ok := v.LastUnshare()
	if !ok || u.Has(snapshot.Time) {
		return none, false
	}
	return miss(v, "time.without-time", nobody, "typed", typed(u))
}

func noneMade(v *checks.View) (checks.Finding, bool) { return miss(v, "time.none-made", nobody) }
