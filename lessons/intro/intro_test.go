package intro

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

// change is what a learner did to a lab.
type change = func(*checks.View)

const (
	initPID = 1 + iota
	hostPID
	isolatedPID
)

var hostNS = snapshot.Namespaces{User: 10, Mnt: 11, UTS: 12, IPC: 13, Net: 14, PID: 15, Cgroup: 16, Time: 17, PIDForChildren: 15, TimeForChildren: 17}

const isolatedIPC = 93

func fresh() *snapshot.Snapshot {
	isolated := hostNS
	isolated.IPC = isolatedIPC
	return &snapshot.Snapshot{
		Host:   hostNS,
		Shells: map[string]int{"host": hostPID, "isolated": isolatedPID},
		Procs: []snapshot.Process{
			{PID: initPID, Comm: "init", State: "S", NS: hostNS},
			{PID: hostPID, Comm: "bash", State: "S", NS: hostNS},
			{PID: isolatedPID, Comm: "bash", State: "S", NS: isolated},
		},
	}
}

func lab(changes ...change) *checks.View {
	v := &checks.View{Start: fresh(), Now: fresh(), Params: Lesson.Defaults()}
	for _, c := range changes {
		c(v)
	}
	return v
}

func do(changes ...change) []change { return changes }

// with returns the host's namespaces with new ones of the kinds, numbered from base.
func with(base uint64, kinds ...snapshot.Kind) snapshot.Namespaces {
	ns := hostNS
	to := map[snapshot.Kind]*uint64{snapshot.User: &ns.User, snapshot.Mnt: &ns.Mnt, snapshot.UTS: &ns.UTS, snapshot.IPC: &ns.IPC,
		snapshot.Net: &ns.Net, snapshot.PID: &ns.PID, snapshot.Cgroup: &ns.Cgroup, snapshot.Time: &ns.Time}
	for i, k := range kinds {
		*to[k] = base + uint64(i)
		if k == snapshot.PID {
			ns.PIDForChildren = ns.PID
		}
	}
	return ns
}

func proc(pid int, comm string, ns snapshot.Namespaces) change {
	return func(v *checks.View) {
		v.Now.Procs = append(v.Now.Procs, snapshot.Process{PID: pid, Parent: hostPID, Comm: comm, State: "S", NS: ns})
	}
}

// forChildren gives the last process another PID namespace for its children.
func forChildren(inode uint64) change {
	return func(v *checks.View) { v.Now.Procs[len(v.Now.Procs)-1].NS.PIDForChildren = inode }
}

func zombie(v *checks.View) { v.Now.Procs[len(v.Now.Procs)-1].State = "Z" }

func end(pid int) change {
	return func(v *checks.View) {
		v.Now.Procs = slices.DeleteFunc(v.Now.Procs, func(p snapshot.Process) bool { return p.PID == pid })
		maps.DeleteFunc(v.Now.Shells, func(_ string, shell int) bool { return shell == pid })
	}
}

func seen(v *checks.View) {
	s := *v.Now
	s.Procs, s.Shells = slices.Clone(s.Procs), maps.Clone(s.Shells)
	v.Seen = append(v.Seen, &s)
}

func typed(text string, status int) change {
	return func(v *checks.View) {
		v.Typed = append(v.Typed, checks.Line{Shell: "host", Text: text, Status: status})
	}
}

func answered(text string) change { return func(v *checks.View) { v.Answer = text } }

// move gives a process that is there other namespaces.
func move(pid int, ns snapshot.Namespaces) change {
	return func(v *checks.View) {
		for i := range v.Now.Procs {
			if v.Now.Procs[i].PID == pid {
				v.Now.Procs[i].NS = ns
			}
		}
	}
}

// state is a row of the tables: what the learner did, and what is said about it.
type state struct {
	Step, What string
	Changes    []change
	Key        string
}

const line = "unshare --mount --uts --ipc --net --pid --fork --user --map-root-user bash"

// right are states that satisfy.
var right = []state{
	{"look", "the kind", do(answered("ipc")), "intro.looked"},
	{"look", "capitals and brackets", do(answered(" [IPC] ")), "intro.looked"},
	{"look", "as the kernel writes it", do(answered("ipc:[93]")), "intro.looked"},
	{"look", "the inode number of the one", do(answered("93")), "intro.looked"},
	{"look", "the inode number of the other", do(answered("ipc:[13]")), "intro.looked"},
	{"look", "a sentence", do(answered("The IPC namespace differs.")), "intro.looked"},
	{"look", "a French sentence", do(answered("c’est l’espace de noms ipc")), "intro.looked"},
	{"look", "the option", do(answered("--ipc")), "intro.looked"},
	{"look", "the flag", do(answered("CLONE_NEWIPC")), "intro.looked"},
	{"look", "what the letters stand for", do(answered("inter-process communication")), "intro.looked"},
	{"look", "the shells have moved since", do(move(isolatedPID, with(90, snapshot.UTS, snapshot.IPC)), answered("ipc")), "intro.looked"},
	{"look", "what the shells show now", do(move(isolatedPID, with(90, snapshot.UTS, snapshot.IPC)), answered("uts, ipc")), "intro.looked"},
	{"look", "the isolated shell has ended", do(end(isolatedPID), answered("ipc")), "intro.looked"},

	{"isolate", "the course's line", do(proc(4, "unshare", with(90, snapshot.User, snapshot.Mnt, snapshot.UTS, snapshot.IPC, snapshot.Net)), forChildren(96),
		proc(5, "bash", with(90, snapshot.User, snapshot.Mnt, snapshot.UTS, snapshot.IPC, snapshot.Net, snapshot.PID))), "intro.isolated"},
	{"isolate", "and cgroup and time", do(proc(5, "sh", with(90, snapshot.Kinds()...))), "intro.isolated"},
	{"isolate", "a sleep in the background", do(proc(5, "sleep", with(90, kinds...))), "intro.isolated"},
	{"isolate", "in the isolated shell, its IPC namespace kept", do(proc(5, "bash", func() snapshot.Namespaces {
		ns := with(100, kinds...)
		ns.IPC = isolatedIPC
		return ns
	}())), "intro.isolated"},
	{"isolate", "exec in shell host", do(move(hostPID, with(90, kinds...))), "intro.isolated"},
}

// wrong are states that do not, and what the learner is told.
var wrong = []state{
	{"look", "no answer", nil, "intro.unanswered"},
	{"look", "blanks", do(answered("  ")), "intro.unanswered"},
	{"look", "not", do(answered("not ipc")), "intro.not-plainly"},
	{"look", "all but", do(answered("tous sauf uts")), "intro.not-plainly"},
	{"look", "none", do(answered("aucune")), "intro.not-plainly"},
	{"look", "no kind", do(answered("bash")), "intro.no-kind"},
	{"look", "a number of nothing", do(answered("4711")), "intro.no-kind"},
	{"look", "zero", do(answered("0")), "intro.no-kind"},
	{"look", "no kind, but a link", do(answered("pid_for_children")), "intro.no-kind"},
	{"look", "a part of a word", do(answered("tipc")), "intro.no-kind"},
	{"look", "two", do(answered("ipc uts")), "intro.several-kinds"},
	{"look", "all", do(answered("mnt uts ipc net pid user cgroup time")), "intro.several-kinds"},
	{"look", "another kind", do(answered("UTS")), "intro.shared-kind"},
	{"look", "another kind, in French", do(answered("le réseau")), "intro.shared-kind"},
	{"look", "another kind's number", do(answered("12")), "intro.shared-kind"},
	{"look", "another kind that the learner made", do(move(isolatedPID, with(90, snapshot.UTS, snapshot.IPC)), answered("uts")), "intro.shared-kind"},

	{"isolate", "nothing done", nil, "intro.nothing-made"},
	{"isolate", "bash in the isolated shell", do(proc(4, "bash", fresh().Procs[2].NS)), "intro.nothing-made"},
	{"isolate", "some kinds", do(proc(4, "bash", with(90, snapshot.UTS, snapshot.Net))), "intro.missing"},
	{"isolate", "all but pid", do(proc(4, "bash", with(90, snapshot.User, snapshot.Mnt, snapshot.UTS, snapshot.IPC, snapshot.Net))), "intro.missing"},
	{"isolate", "all, but a zombie", do(proc(4, "bash", with(90, snapshot.UTS)), proc(5, "bash", with(91, kinds...)), zombie), "intro.missing"},
	{"isolate", "of two the nearer", do(proc(4, "bash", with(90, kinds[:5]...)), proc(5, "bash", with(90, snapshot.UTS))), "intro.missing"},
	{"isolate", "no fork", do(proc(4, "bash", with(90, kinds[:5]...)), forChildren(95)), "intro.not-forked"},
	{"isolate", "no fork, no child yet", do(proc(4, "bash", with(90, kinds[:5]...)), forChildren(0)), "intro.not-forked"},
	{"isolate", "side by side", do(proc(4, "sleep", with(90, kinds[:3]...)), proc(5, "sleep", with(95, kinds[3:]...))), "intro.spread"},
	{"isolate", "left", do(proc(5, "bash", with(90, kinds...)), seen, end(5), typed(line, 0)), "intro.ended"},
	{"isolate", "ended at once", do(typed("sudo "+line+" -c true", 0)), "intro.ended-at-once"},
	{"isolate", "ended at once, letters", do(typed("unshare -rmpf true", 0)), "intro.ended-at-once"},
	{"isolate", "without fork, and left", do(typed("unshare --mount --uts --ipc --net --pid --user --map-root-user bash", 254)), "intro.without-fork"},
	{"isolate", "refused", do(typed("unshare --uts -i --nothing bash", 1)), "intro.refused"},
	{"isolate", "no options", do(typed("unshare -f bash", 0)), "intro.plain"},
	{"isolate", "unshare alone", do(typed("sudo unshare", 1)), "intro.plain"},
	{"isolate", "a function", do(typed("unshare() { bash; }", 0), typed(line, 0)), "intro.only-function"},
	{"isolate", "an alias", do(typed("alias unshare='echo'", 0), typed(line, 0)), "intro.only-function"},
}

func judge(t *testing.T, st state, v *checks.View) checks.Finding {
	t.Helper()
	return lessontest.Judge(t, Lesson, lessontest.State(st), v)
}

func TestWhatTheLearnerIsTold(t *testing.T) {
	lessontest.Tables(t, Lesson, words, lab, right, wrong)
}

// A shell can report what it likes.
func TestWhatWasTypedNeverDecides(t *testing.T) {
	for _, step := range Lesson.Steps {
		if f := step.Check(lab(typed(line, 0), typed("nslab answer ipc", 0))); f.Satisfied {
			t.Errorf("%s is satisfied by words: %s", step.Name, f.Key)
		}
	}
	for _, st := range right {
		if f := judge(t, st, lab(append(slices.Clone(st.Changes), typed("unshare() { true; }; unshare bash", 1))...)); !f.Satisfied {
			t.Errorf("%s: %s: words took it away: %s", st.Step, st.What, f.Key)
		}
	}
}

// What a wrong answer is told must not give the right one away.
func TestWrongAnswersDoNotGiveTheAnswerAway(t *testing.T) {
	for _, text := range []string{"", "uts", "bash", "mnt net"} {
		f := look(lab(answered(text)))
		for _, e := range f.Evidence {
			if strings.Contains(e.What+e.Value, "ipc") {
				t.Errorf("answer %q: evidence %v", text, e)
			}
		}
	}
}

// Bytes of the learner's making must not reach a terminal as they are.
func TestNamesArePrintable(t *testing.T) {
	const evil = "\x1b]0;evil\a\u202e"
	for _, st := range []state{
		{"look", "an answer", do(answered(evil)), ""},
		{"look", "a negative answer", do(answered("not " + evil)), ""},
		{"isolate", "a process", do(proc(4, evil, with(90, snapshot.UTS))), ""},
		{"isolate", "typed", do(typed("unshare -u $'"+evil+"'", 0)), ""},
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
