package timens

import (
	"slices"
	"strings"
	"testing"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
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

type change func(*checks.View)

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
	what    string
	changes []change
	key     string
}

func do(changes ...change) []change { return changes }

var right = []state{
	{"unshare --fork: one waits, one is in it", do(proc(4, "unshare", hostNS, ns1, 8640000, 0), proc(5, "bash", ns1, ns1, 8640000, 0)), "time.moved"},
	{"without --fork on a new kernel", do(proc(4, "bash", ns1, ns1, 8640000, 0)), "time.moved"},
	{"both clocks", do(proc(4, "sleep", ns1, ns1, 8640000, 7)), "time.moved"},
	{"another number", do(proc(4, "sleep", ns1, ns1, 60, 0), func(v *checks.View) { v.Params["boottime"] = "60" }), "time.moved"},
	{"a negative one", do(proc(4, "sleep", ns1, ns1, -60, 0), func(v *checks.View) { v.Params["boottime"] = "-60" }), "time.moved"},
	{"the second of two", do(proc(4, "bash", ns1, ns1, 0, 0), proc(5, "bash", ns2, ns2, 8640000, 0)), "time.moved"},
}

var wrong = []state{
	{"nothing done", nil, "time.none-made"},
	{"none asked for", do(proc(4, "bash", ns1, ns1, 0, 0), func(v *checks.View) { v.Params["boottime"] = "0" }), "time.no-offset"},
	{"not a number asked for", do(func(v *checks.View) { v.Params["boottime"] = "x" }), "time.none-made"},
	{"no offset", do(proc(4, "bash", ns1, ns1, 0, 0)), "time.no-offset"},
	{"another offset", do(proc(4, "bash", ns1, ns1, 100, 0)), "time.other-offset"},
	{"the other clock", do(proc(4, "bash", ns1, ns1, 0, 8640000)), "time.only-monotonic"},
	{"its children only", do(proc(4, "bash", hostNS, ns1, 8640000, 0)), "time.only-children"},
	{"in one, its children in another", do(proc(4, "bash", ns1, ns2, 8640000, 0)), "time.other-offset"},
	{"ended", do(proc(4, "bash", ns1, ns1, 8640000, 0), seen, end(4)), "time.ended"},
	{"a file over it", do(func(v *checks.View) {
		v.Now.Mounts[hostMnt] = append(v.Now.Mounts[hostMnt], snapshot.Mount{Point: "/proc/uptime", FSType: "tmpfs"})
	}), "time.over-uptime"},
	{"a function", do(typed1("uptime() { :; }", 0)), "time.only-function"},
	{"refused", do(typed1("unshare -T --boottime -5 bash", 1)), "time.refused"},
	{"an offset for nothing", do(typed1("sudo unshare --boottime 5 bash", 1)), "time.offset-of-nothing"},
	{"gone with its command", do(typed1("unshare -T --boottime 8640000 uptime", 0)), "time.ended-at-once"},
	{"the date", do(typed1("sudo date -s 2020-01-01", 1)), "time.wall-clock"},
	{"the date only read", do(typed1("date", 0)), "time.none-made"},
	{"another kind", do(typed1("unshare -u bash", -1)), "time.without-time"},
	{"another kind, that failed", do(typed1("unshare -u nothing", 127)), "time.without-time"},
}

func TestWhatTheLearnerIsTold(t *testing.T) {
	met := map[string]bool{}
	for ok, states := range map[bool][]state{true: right, false: wrong} {
		for _, st := range states {
			v := lab(st.changes...)
			f := boot(v)
			met[f.Key] = true
			if f.Satisfied != ok || f.Key != st.key {
				t.Errorf("%s: %v %s, want %v %s", st.what, f.Satisfied, f.Key, ok, st.key)
			}
			if len(f.Evidence) == 0 {
				t.Errorf("%s: no evidence", st.what)
			}
			for _, lang := range say.Langs() {
				for part, text := range map[string]say.Text{"expected": f.Expected, "found": f.Found, "try": f.Try} {
					s := text.In(lang, f.Args)
					if strings.Contains(s, "{{") || (s == "") != (ok && part != "found") {
						t.Errorf("%s: %s in %s: %q", st.what, part, lang, s)
					}
				}
			}
			// What was typed decides nothing.
			v.Typed = []checks.Line{{Shell: "host", Text: "uptime() { :; }"}}
			if f := boot(v); f.Satisfied != ok {
				t.Errorf("%s: what was typed changed the verdict", st.what)
			}
		}
	}
	for key, m := range words {
		if !met[key] {
			t.Errorf("%s is met by no state here", key)
		}
		for _, text := range []say.Text{m.Expected, m.Found, m.Try} {
			if !text.IsZero() && !text.Complete() {
				t.Errorf("%s lacks a language", key)
			}
		}
	}
}
