package cgroup

import (
	"maps"
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
	isolatedNS
	newNS
)

const (
	initPID     = 1
	hostPID     = 2
	isolatedPID = 3
)

var both = []string{"memory", "pids"}

// fresh is the lab on a machine that gives controllers.
func fresh() *snapshot.Snapshot {
	ns := func(cgroup uint64) snapshot.Namespaces {
		return snapshot.Namespaces{User: 10, Mnt: 11, UTS: 12, IPC: 13, Net: 14, PID: 15, Cgroup: cgroup}
	}
	return &snapshot.Snapshot{
		Host:   ns(hostNS),
		Shells: map[string]int{"isolated": isolatedPID, "host": hostPID},
		Procs: []snapshot.Process{
			{PID: initPID, Comm: "init", State: "S", NS: ns(hostNS), CgroupInside: "/host"},
			{PID: hostPID, Comm: "bash", State: "S", NS: ns(hostNS), CgroupInside: "/host"},
			{PID: isolatedPID, Comm: "bash", State: "S", NS: ns(isolatedNS), CgroupInside: "/"},
		},
		Cgroups: map[string]snapshot.Group{
			"/":     {Owned: true, Controllers: both, Subtree: both},
			"/host": {Controllers: both, PidsMax: "max", MemoryMax: "max", Processes: 3},
		},
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

func proc(pid int, cgroup uint64, inside string) change {
	return func(v *checks.View) {
		ns := v.Now.Host
		ns.Cgroup = cgroup
		v.Now.Procs = append(v.Now.Procs, snapshot.Process{PID: pid, Comm: "bash", State: "S", NS: ns, CgroupInside: inside})
	}
}

func end(pid int) change {
	return func(v *checks.View) {
		v.Now.Procs = slices.DeleteFunc(v.Now.Procs, func(p snapshot.Process) bool { return p.PID == pid })
	}
}

func group(path string, g snapshot.Group) change {
	return func(v *checks.View) { v.Now.Cgroups[path] = g }
}

func rmdir(path string) change { return func(v *checks.View) { delete(v.Now.Cgroups, path) } }

// handsOn sets what the lab's own group has and hands on, as another machine gives it.
func handsOn(controllers, subtree []string) change {
	return func(v *checks.View) {
		g := snapshot.Group{Owned: true, Controllers: controllers, Subtree: subtree}
		v.Now.Cgroups["/"], v.Start.Cgroups["/"] = g, g
	}
}

// ungrouped is a machine that lets nobody divide its groups.
func ungrouped(v *checks.View) {
	for _, s := range []*snapshot.Snapshot{v.Start, v.Now} {
		s.Cgroups = map[string]snapshot.Group{"/": {Controllers: []string{"hugetlb"}}}
	}
}

func seen(v *checks.View) {
	s := *v.Now
	s.Procs, s.Cgroups = slices.Clone(s.Procs), maps.Clone(s.Cgroups)
	v.Seen = append(v.Seen, &s)
}

func typedIn(shell, text string, status int) change {
	return func(v *checks.View) {
		v.Typed = append(v.Typed, checks.Line{Shell: shell, Text: text, Status: status})
	}
}

func param(name, value string) change { return func(v *checks.View) { v.Params[name] = value } }

func p(max string, refused int64) snapshot.Group {
	return snapshot.Group{Controllers: both, PidsMax: max, PidsRefused: refused, MemoryMax: "max"}
}

func m(max string, killed int64) snapshot.Group {
	return snapshot.Group{Controllers: both, PidsMax: "max", MemoryMax: max, OOMKills: killed}
}

type state struct {
	Step, What string
	Changes    []change
	Key        string
}

func do(changes ...change) []change { return changes }

var right = []state{
	{"view", "unshare --cgroup bash", do(proc(4, newNS, "/")), "cgroup.root"},
	{"view", "where no group can be made", do(ungrouped, proc(4, newNS, "/")), "cgroup.root"},
	{"view", "one of two", do(proc(4, newNS, "/x"), proc(5, newNS, "/")), "cgroup.root"},

	{"limit", "a group that refused", do(group("/crew", p("20", 1))), "cgroup.limited"},
	{"limit", "another name, deeper", do(group("/a", p("max", 0)), group("/a/b", p("20", 7))), "cgroup.limited"},
	{"limit", "another number", do(param("pids", "5"), group("/crew", p("5", 1))), "cgroup.limited"},
	{"limit", "the lab's shells themselves", do(group("/host", p("20", 3))), "cgroup.limited"},
	{"limit", "beside others", do(group("/a", p("7", 1)), group("/b", p("20", 0)), group("/c", p("20", 2))), "cgroup.limited"},

	{"memory", "a group that killed", do(group("/crew", m("33554432", 1))), "cgroup.killed"},
	{"memory", "another size", do(param("megabytes", "64"), group("/crew", m("67108864", 2))), "cgroup.killed"},
	{"memory", "with the other limit too", do(group("/crew", snapshot.Group{PidsMax: "20", PidsRefused: 1, MemoryMax: "33554432", OOMKills: 1})), "cgroup.killed"},
}

var wrong = []state{
	{"view", "nothing done", nil, "cgroup.none-made"},
	{"view", "moved after", do(proc(4, newNS, "/../later")), "cgroup.elsewhere"},
	{"view", "a zombie", do(proc(4, newNS, "/"), func(v *checks.View) { v.Now.Procs[3].State = "Z" }), "cgroup.none-made"},
	{"view", "ended", do(proc(4, newNS, "/"), seen, end(4)), "cgroup.ended"},
	{"view", "gone with its command", do(typedIn("host", "unshare -C cat /proc/self/cgroup", 0)), "cgroup.ended-at-once"},
	{"view", "refused", do(typedIn("host", "unshare -C bash", 1)), "cgroup.refused"},
	{"view", "another kind", do(typedIn("host", "unshare -m bash", -1)), "cgroup.without-cgroup"},
	{"view", "in the isolated shell", do(typedIn("isolated", "cat /proc/self/cgroup", 0)), "cgroup.given"},
	{"view", "only looked", do(typedIn("host", "cat /proc/self/cgroup", 0)), "cgroup.only-looked"},
	{"view", "a function", do(typedIn("host", "cat() { echo 0::/; }", 0)), "cgroup.only-function"},

	{"limit", "nothing done", nil, "cgroup.no-group"},
	{"limit", "no controller", do(ungrouped), "cgroup.no-controller"},
	{"limit", "somebody else's to divide", do(func(v *checks.View) { v.Now.Cgroups["/"] = snapshot.Group{Controllers: both, Subtree: both} }), "cgroup.no-controller"},
	{"limit", "no cgroup2 at all", do(func(v *checks.View) { v.Now.Cgroups = nil }), "cgroup.no-controller"},
	{"limit", "not handed on, no group", do(handsOn(both, nil)), "cgroup.nothing-handed-on"},
	{"limit", "not handed on", do(handsOn(both, []string{"memory"}), group("/crew", snapshot.Group{Controllers: []string{"memory"}, MemoryMax: "max"})), "cgroup.not-handed-on"},
	{"limit", "no limit", do(group("/crew", p("max", 0))), "cgroup.no-limit"},
	{"limit", "another limit", do(group("/crew", p("21", 9))), "cgroup.other-limit"},
	{"limit", "not felt", do(group("/crew", p("20", 0))), "cgroup.pids-not-felt"},
	{"limit", "removed", do(group("/crew", p("20", 1)), seen, rmdir("/crew")), "cgroup.removed"},
	{"limit", "the other controller", do(group("/crew", m("33554432", 1))), "cgroup.no-limit"},
	{"limit", "a limit of the process", do(typedIn("host", "ulimit -u 20", 0)), "cgroup.ulimit"},
	{"limit", "a limit only shown", do(typedIn("host", "ulimit", 0)), "cgroup.no-group"},
	{"limit", "not a number asked for", do(param("pids", "max"), group("/crew", p("max", 1))), "cgroup.no-limit"},
	{"limit", "none asked for", do(param("pids", "0"), group("/crew", p("0", 1))), "cgroup.other-limit"},

	{"memory", "nothing done", nil, "cgroup.no-group"},
	{"memory", "after step limit", do(group("/crew", p("20", 1))), "cgroup.no-limit"},
	{"memory", "no controller", do(handsOn([]string{"pids"}, []string{"pids"})), "cgroup.no-controller"},
	{"memory", "not handed on", do(handsOn(both, []string{"pids"}), group("/crew", snapshot.Group{PidsMax: "20"})), "cgroup.not-handed-on"},
	{"memory", "another limit", do(group("/crew", m("32", 4))), "cgroup.other-limit"},
	{"memory", "not felt", do(group("/crew", m("33554432", 0))), "cgroup.memory-not-felt"},
	{"memory", "removed", do(group("/crew", m("33554432", 1)), seen, rmdir("/crew")), "cgroup.removed"},
	{"memory", "a limit of the process", do(typedIn("host", "ulimit -v 32768; tail /dev/zero", 1)), "cgroup.ulimit"},
}

func TestWhatTheLearnerIsTold(t *testing.T) {
	lessontest.Tables(t, Lesson, words, lab, right, wrong)
}

func TestWhatWasTypedNeverDecides(t *testing.T) {
	lessontest.Typed(t, Lesson, lab, right, wrong, checks.Line{Shell: "isolated", Text: "cat() { :; }; ulimit -u 20"})
}
