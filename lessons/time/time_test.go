package timens

import (
	"slices"
	"testing"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/lessontest"
	"github.com/nslab/nslab/sandbox/snapshot"
)

func TestTheLessonIsWellWritten(t *testing.T) {
	for _, err := range lessons.Lint(Lesson) {
		t.Error(err)
	}
}

const (
	hostNS uint64 = 100 + iota
	ns1
	ns2
	hostMnt
)

const (
	initPID = 1
	hostPID = 2
)

func fresh() *snapshot.Snapshot {
	ns := snapshot.Namespaces{User: 10, Mnt: hostMnt, Time: hostNS, TimeForChildren: hostNS, PID: 14}
	host := ns
	host.TimeForChildren = 0
	return &snapshot.Snapshot{
		Host: host, Shells: map[string]int{"host": hostPID},
		Procs:  []snapshot.Process{{PID: initPID, Comm: "init", State: "S", NS: ns}, {PID: hostPID, Comm: "bash", State: "S", NS: ns}},
		Mounts: map[uint64][]snapshot.Mount{hostMnt: {{Point: "/proc", FSType: "proc"}}},
	}
}

type change = func(*checks.View)

func lab(changes ...change) *checks.View {
	v := &checks.View{Start: fresh(), Now: fresh(), Params: Lesson.Defaults()}
	for _, c := range changes {
		c(v)
	}
	return v
}

func proc(pid int, comm string, own, children uint64, boot, monotonic int64) change {
	return func(v *checks.View) {
		ns := v.Now.Procs[0].NS
		ns.Time, ns.TimeForChildren = own, children
		v.Now.Procs = append(v.Now.Procs, snapshot.Process{PID: pid, Comm: comm, State: "S", NS: ns, BootOffset: boot, MonotonicOffset: monotonic})
	}
}

func end(pid int) change {
	return func(v *checks.View) {
		v.Now.Procs = slices.DeleteFunc(v.Now.Procs, func(p snapshot.Process) bool { return p.PID == pid })
	}
}

func seen(v *checks.View) {
	s := *v.Now
	s.Procs = slices.Clone(s.Procs)
	v.Seen = append(v.Seen, &s)
}

func typed1(text string, status int) change {
	return func(v *checks.View) {
		v.Typed = append(v.Typed, checks.Line{Shell: "host", Text: text, Status: status})
	}
}

type state struct {
	Step, What string
	Changes    []change
	Key        string
}

func do(changes ...change) []change { return changes }

var right = []state{
	{"boot", "unshare --fork: one waits, one is in it", do(proc(4, "unshare", hostNS, ns1, 8640000, 0), proc(5, "bash", ns1, ns1, 8640000, 0)), "time.moved"},
	{"boot", "without --fork on a new kernel", do(proc(4, "bash", ns1, ns1, 8640000, 0)), "time.moved"},
	{"boot", "both clocks", do(proc(4, "sleep", ns1, ns1, 8640000, 7)), "time.moved"},
	{"boot", "another number", do(proc(4, "sleep", ns1, ns1, 60, 0), func(v *checks.View) { v.Params["boottime"] = "60" }), "time.moved"},
	{"boot", "a negative one", do(proc(4, "sleep", ns1, ns1, -60, 0), func(v *checks.View) { v.Params["boottime"] = "-60" }), "time.moved"},
	{"boot", "the second of two", do(proc(4, "bash", ns1, ns1, 0, 0), proc(5, "bash", ns2, ns2, 8640000, 0)), "time.moved"},
}

var wrong = []state{
	{"boot", "nothing done", nil, "time.none-made"},
	{"boot", "none asked for", do(proc(4, "bash", ns1, ns1, 0, 0), func(v *checks.View) { v.Params["boottime"] = "0" }), "time.no-offset"},
	{"boot", "not a number asked for", do(func(v *checks.View) { v.Params["boottime"] = "x" }), "time.none-made"},
	{"boot", "no offset", do(proc(4, "bash", ns1, ns1, 0, 0)), "time.no-offset"},
	{"boot", "another offset", do(proc(4, "bash", ns1, ns1, 100, 0)), "time.other-offset"},
	{"boot", "the other clock", do(proc(4, "bash", ns1, ns1, 0, 8640000)), "time.only-monotonic"},
	{"boot", "its children only", do(proc(4, "bash", hostNS, ns1, 8640000, 0)), "time.only-children"},
	{"boot", "in one, its children in another", do(proc(4, "bash", ns1, ns2, 8640000, 0)), "time.other-offset"},
	{"boot", "ended", do(proc(4, "bash", ns1, ns1, 8640000, 0), seen, end(4)), "time.ended"},
	{"boot", "a file over it", do(func(v *checks.View) {
		v.Now.Mounts[hostMnt] = append(v.Now.Mounts[hostMnt], snapshot.Mount{Point: "/proc/uptime", FSType: "tmpfs"})
	}), "time.over-uptime"},
	{"boot", "a function", do(typed1("uptime() { :; }", 0)), "time.only-function"},
	{"boot", "refused", do(typed1("unshare -T --boottime -5 bash", 1)), "time.refused"},
	{"boot", "an offset for nothing", do(typed1("sudo unshare --boottime 5 bash", 1)), "time.offset-of-nothing"},
	{"boot", "gone with its command", do(typed1("unshare -T --boottime 8640000 uptime", 0)), "time.ended-at-once"},
	{"boot", "the date", do(typed1("sudo date -s 2020-01-01", 1)), "time.wall-clock"},
	{"boot", "the date only read", do(typed1("date", 0)), "time.none-made"},
	{"boot", "another kind", do(typed1("unshare -u bash", -1)), "time.without-time"},
	{"boot", "another kind, that failed", do(typed1("unshare -u nothing", 127)), "time.without-time"},
}

func TestWhatTheLearnerIsTold(t *testing.T) {
	lessontest.Tables(t, Lesson, words, lab, right, wrong)
}

func TestWhatWasTypedNeverDecides(t *testing.T) {
	lessontest.Typed(t, Lesson, lab, right, wrong, checks.Line{Shell: "host", Text: "uptime() { :; }"})
}
