package pid

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

// The namespaces of the tests' lab: the host's, and those that a learner makes.
var hostNS = snapshot.Namespaces{User: 10, Mnt: 11, UTS: 12, IPC: 13, Net: 14, PID: 15, Cgroup: 16, Time: 17, PIDForChildren: 15, TimeForChildren: 17}

const (
	ns1 uint64 = 50 + iota
	ns2
	mnt1 uint64 = 60 + iota
)

// PIDs of the lab as it begins.
const (
	initPID = 1 + iota
	isolatedPID
	hostPID
)

// change is what a learner did to a lab.
type change = func(*checks.View)

func fresh() *snapshot.Snapshot {
	s := &snapshot.Snapshot{
		Host:   hostNS,
		Shells: map[string]int{"isolated": isolatedPID, "host": hostPID},
		Mounts: map[uint64][]snapshot.Mount{hostNS.Mnt: hostMounts()},
	}
	for pid, comm := range []string{initPID: "init", isolatedPID: "bash", hostPID: "bash"} {
		if comm != "" {
			s.Procs = append(s.Procs, snapshot.Process{PID: pid, PIDs: []int{pid}, MachinePID: 9000 + pid, Comm: comm, State: "S", NS: hostNS,
				Group: pid, Exe: "/usr/bin/" + comm, ProcNS: hostNS.PID})
		}
	}
	return s
}

func hostMounts() []snapshot.Mount {
	return []snapshot.Mount{{ID: 1, Point: "/", FSType: "tmpfs", Dev: "0:30"}, {ID: 2, Point: "/proc", FSType: "proc", Dev: "0:31"},
		{ID: 3, Point: "/run/nslab/proc", FSType: "proc", Dev: "0:32"}}
}

func lab(changes ...change) *checks.View {
	v := &checks.View{Start: fresh(), Now: fresh(), Params: Lesson.Defaults()}
	for _, c := range changes {
		c(v)
	}
	return v
}

func do(changes ...change) []change { return changes }

// in is a process in PID namespace ns, where it has the number inside; its parent's mounts are its own.
func in(ns uint64, pid, inside, parent int, comm string) change {
	return func(v *checks.View) {
		p := snapshot.Process{PID: pid, PIDs: []int{pid}, MachinePID: 9000 + pid, Parent: parent, Group: pid, Comm: comm, State: "S",
			Exe: "/usr/bin/" + comm, Args: []string{comm}, NS: hostNS, ProcNS: hostNS.PID}
		if of, ok := v.Now.Proc(parent); ok {
			p.NS.Mnt, p.ProcNS = of.NS.Mnt, of.ProcNS
		}
		if ns != hostNS.PID {
			p.NS.PID, p.NS.PIDForChildren = ns, ns
			p.PIDs = append(p.PIDs, inside)
		}
		v.Now.Procs = append(v.Now.Procs, p)
	}
}

// with changes the process started last.
func with(f func(p *snapshot.Process, s *snapshot.Snapshot)) change {
	return func(v *checks.View) { f(&v.Now.Procs[len(v.Now.Procs)-1], v.Now) }
}

func exe(path string) change {
	return with(func(p *snapshot.Process, _ *snapshot.Snapshot) { p.Exe = path })
}

func forChildren(ns uint64) change {
	return with(func(p *snapshot.Process, _ *snapshot.Snapshot) { p.NS.PIDForChildren = ns })
}

var zombie = with(func(p *snapshot.Process, _ *snapshot.Snapshot) { p.State, p.NS = "Z", snapshot.Namespaces{} })

// mounted gives the process started last a mount namespace with further mounts, and says what its /proc shows then.
func mounted(shows uint64, more ...snapshot.Mount) change {
	return with(func(p *snapshot.Process, s *snapshot.Snapshot) {
		p.NS.Mnt, p.ProcNS = mnt1, shows
		s.Mounts[mnt1] = append(hostMounts(), more...)
	})
}

func newProc(point string) snapshot.Mount {
	return snapshot.Mount{ID: 9, Parent: 2, Point: point, FSType: "proc", Dev: "0:77"}
}

// hostShows says what the host's /proc shows.
func hostShows(ns uint64) change {
	return func(v *checks.View) {
		for i := range v.Now.Procs {
			if v.Now.Procs[i].NS.Mnt == hostNS.Mnt {
				v.Now.Procs[i].ProcNS = ns
			}
		}
	}
}

func end(pids ...int) change {
	return func(v *checks.View) {
		v.Now.Procs = slices.DeleteFunc(v.Now.Procs, func(p snapshot.Process) bool { return slices.Contains(pids, p.PID) })
		maps.DeleteFunc(v.Now.Shells, func(_ string, shell int) bool { return slices.Contains(pids, shell) })
	}
}

// adopted gives a process to the lab's init.
func adopted(pid int) change {
	return func(v *checks.View) {
		for i := range v.Now.Procs {
			if v.Now.Procs[i].PID == pid {
				v.Now.Procs[i].Parent = 1
			}
		}
	}
}

// seen keeps the state so far for the view's Seen.
func seen(v *checks.View) {
	s := *v.Now
	s.Procs, s.Shells, s.Mounts = slices.Clone(s.Procs), maps.Clone(s.Shells), maps.Clone(s.Mounts)
	v.Seen = append(v.Seen, &s)
}

func typed(shell, text string, status int) change {
	return func(v *checks.View) {
		v.Typed = append(v.Typed, checks.Line{Shell: shell, Text: text, Status: status})
	}
}

func saying(text string) change { return func(v *checks.View) { v.Answer = text } }

// shell is what unshare --fork --pid bash makes: unshare 17 and bash 18, which is 1 in ns1.
func shell(v *checks.View) {
	in(hostNS.PID, 17, 0, isolatedPID, "unshare")(v)
	forChildren(ns1)(v)
	in(ns1, 18, 1, 17, "bash")(v)
}

// sleeps in the namespace of shell.
func sleeps(v *checks.View) { in(ns1, 19, 2, 18, "sleep")(v) }

// state is a row of the tables: what the learner did, and what is said about it.
type state struct {
	Step, What string
	Changes    []change
	Key        string
}

// right are states that satisfy.
var right = []state{
	{"first", "unshare --fork --pid bash", do(shell), "pid.first"},
	{"first", "exec", do(end(isolatedPID), shell), "pid.first"},
	{"first", "BusyBox's sh", do(in(ns1, 18, 1, isolatedPID, "sh"), exe("/opt/nslab/lib/busybox")), "pid.first"},
	{"first", "without fork, the first child a shell", do(in(hostNS.PID, 17, 0, isolatedPID, "bash"), forChildren(ns1), in(ns1, 18, 1, 17, "bash")), "pid.first"},
	{"first", "one in another", do(shell, in(ns2, 20, 1, 18, "bash")), "pid.first"},
	{"first", "beside a sleep that is PID 1 too", do(in(ns2, 10, 1, hostPID, "sleep"), shell), "pid.first"},

	{"two-pids", "the number", do(shell, saying("18")), "pid.outside"},
	{"two-pids", "a sentence", do(shell, saying(" It's PID 18. ")), "pid.outside"},
	{"two-pids", "both numbers", do(shell, saying("1 -> 18")), "pid.outside"},
	{"two-pids", "in French", do(shell, saying("le numéro 18")), "pid.outside"},
	{"two-pids", "one in another: of the inner", do(shell, in(ns2, 20, 1, 18, "bash"), saying("20")), "pid.outside"},
	{"two-pids", "one in another: of the outer", do(shell, in(ns2, 20, 1, 18, "bash"), saying("18")), "pid.outside"},
	{"two-pids", "it has ended since", do(shell, seen, end(17, 18), saying("18")), "pid.outside"},
	{"two-pids", "it has ended since, another lives", do(shell, seen, end(17, 18), in(ns2, 20, 1, 18, "bash"), saying("18")), "pid.outside"},

	{"illusion", "a path", do(saying("/proc")), "pid.illusion"},
	{"illusion", "a word", do(saying("Proc.")), "pid.illusion"},
	{"illusion", "the file system", do(saying("the procfs")), "pid.illusion"},
	{"illusion", "a sentence", do(saying("It reads /proc, which is still the host's.")), "pid.illusion"},
	{"illusion", "not mounted again", do(saying("because /proc wasn’t mounted again")), "pid.illusion"},
	{"illusion", "not mounted again, the other way round", do(saying("we have not mounted a new /proc")), "pid.illusion"},
	{"illusion", "in French", do(saying("ps lit /proc, qui n'a pas changé")), "pid.illusion"},
	{"illusion", "without, in French", do(saying("sans --mount-proc c'est le /proc de l'hôte")), "pid.illusion"},
	{"illusion", "a file in it", do(saying("/proc/PID/status")), "pid.illusion"},

	{"proc", "--mount-proc", do(shell, mounted(ns1, newProc("/proc"))), "pid.own-proc"},
	{"proc", "a bash in it, with the mount namespace", do(shell, in(ns1, 19, 2, 18, "bash"), mounted(ns1, newProc("/proc"))), "pid.own-proc"},
	{"proc", "the old one unmounted", do(shell, mounted(ns1), with(func(_ *snapshot.Process, s *snapshot.Snapshot) {
		s.Mounts[mnt1] = []snapshot.Mount{hostMounts()[0], newProc("/proc")}
	})), "pid.own-proc"},
	{"proc", "two, one of them without", do(shell, in(ns2, 20, 1, hostPID, "bash"), mounted(ns2, newProc("/proc"))), "pid.own-proc"},
	{"proc", "the host mounted over, and healed", do(hostShows(ns1), seen, hostShows(hostNS.PID), shell, mounted(ns1, newProc("/proc"))), "pid.own-proc"},

	{"init-dies", "kill -9", do(shell, sleeps, seen, end(17, 18, 19)), "pid.all-ended"},
	{"init-dies", "its members are ending", do(shell, sleeps, seen, end(17, 18)), "pid.all-ended"},
	{"init-dies", "a zombie is left", do(shell, sleeps, seen, end(17, 19), zombie), "pid.all-ended"},
	{"init-dies", "a look in the midst of it", do(shell, sleeps, seen, end(17, 18), seen, end(19)), "pid.all-ended"},
	{"init-dies", "alone before, then not", do(shell, seen, sleeps, seen, end(17, 18, 19)), "pid.all-ended"},
	{"init-dies", "another lives", do(shell, sleeps, in(ns2, 20, 1, hostPID, "bash"), seen, end(17, 18, 19)), "pid.all-ended"},
	{"init-dies", "it held a namespace", do(shell, in(ns1, 30, 2, 18, "unshare"), in(ns2, 31, 1, 30, "bash"), seen, end(17, 18, 30, 31)), "pid.all-ended"},
}

// wrong are states that do not, and what the learner is told.
var wrong = []state{
	{"first", "nothing done", nil, "pid.none-made"},
	{"first", "a bash in a bash", do(in(hostNS.PID, 17, 0, isolatedPID, "bash")), "pid.none-made"},
	{"first", "without fork", do(in(hostNS.PID, 17, 0, isolatedPID, "bash"), forChildren(ns1)), "pid.not-forked"},
	{"first", "without fork, no child yet", do(in(hostNS.PID, 17, 0, isolatedPID, "bash"), forChildren(0)), "pid.not-forked"},
	{"first", "a sleep", do(in(ns1, 18, 1, isolatedPID, "sleep")), "pid.not-shell"},
	{"first", "in BusyBox a sleep", do(in(ns1, 18, 1, isolatedPID, "sleep"), exe("/opt/nslab/lib/busybox")), "pid.not-shell"},
	{"first", "a process merely named bash", do(in(ns1, 18, 1, isolatedPID, "bash"), exe("/usr/bin/sleep")), "pid.only-named"},
	{"first", "other kinds", do(in(hostNS.PID, 18, 0, isolatedPID, "bash"), mounted(hostNS.PID)), "pid.other-kinds"},
	{"first", "left", do(shell, seen, end(17, 18)), "pid.left"},
	{"first", "a zombie", do(shell, zombie), "pid.none-made"},
	{"first", "ended at once", do(typed("isolated", "sudo unshare -fp true", 0)), "pid.ended-at-once"},
	{"first", "without fork, and left", do(typed("isolated", "sudo unshare --pid bash", 254)), "pid.without-fork"},
	{"first", "without fork, and left, letters", do(typed("isolated", "unshare -mp bash -f", 0)), "pid.without-fork"},
	{"first", "without fork, then right, then ended", do(typed("isolated", "unshare --pid bash", 254), typed("isolated", "unshare -pf true", 0)), "pid.ended-at-once"},
	{"proc", "without fork, and left", do(typed("isolated", "unshare --pid --mount-proc bash", 254)), "pid.without-fork"},
	{"first", "refused", do(typed("isolated", "unshare --fork --pid bahs", 127)), "pid.refused"},
	{"first", "without --pid", do(typed("isolated", "unshare --fork --mount bash", 0)), "pid.without-pid"},
	{"first", "no options", do(typed("isolated", "unshare bash", -1)), "pid.plain"},
	{"first", "only --fork", do(typed("isolated", "unshare -f bash", -1)), "pid.plain"},
	{"first", "a function", do(typed("isolated", "function unshare { bash; }", 0), typed("isolated", "unshare --fork --pid bash", -1)), "pid.only-function"},

	{"two-pids", "nobody", do(saying("3")), "pid.nobody"},
	{"two-pids", "nobody, no answer", nil, "pid.nobody"},
	{"two-pids", "no answer", do(shell), "pid.no-pid-answered"},
	{"two-pids", "no number", do(shell, saying("bash")), "pid.no-number"},
	{"two-pids", "guesses", do(shell, saying("17 18")), "pid.several-numbers"},
	{"two-pids", "a list", do(shell, saying("1 2 18")), "pid.several-numbers"},
	{"two-pids", "the number inside", do(shell, saying("1")), "pid.inside"},
	{"two-pids", "unshare", do(shell, saying("17")), "pid.waits"},
	{"two-pids", "unshare, the namespace gone", do(shell, seen, end(17, 18), saying("17")), "pid.waits"},
	{"two-pids", "on the real machine", do(shell, saying("9018")), "pid.machines"},
	{"two-pids", "the namespace", do(shell, saying("pid:[50]")), "pid.inode"},
	{"two-pids", "the host's namespace", do(shell, saying("15")), "pid.inode"},
	{"two-pids", "nslab's shell", do(shell, saying("2")), "pid.shells-own"},
	{"two-pids", "another in the namespace", do(shell, sleeps, saying("19")), "pid.member"},
	{"two-pids", "another process", do(shell, in(hostNS.PID, 40, 0, hostPID, "less"), saying("40")), "pid.another"},
	{"two-pids", "a number of nobody", do(shell, saying("4711")), "pid.no-process"},
	{"two-pids", "zero", do(shell, saying("0")), "pid.no-process"},
	{"two-pids", "too large a number", do(shell, saying("999999999999999999999")), "pid.no-process"},

	{"illusion", "no answer", nil, "pid.no-why-answered"},
	{"illusion", "something else", do(saying("magic")), "pid.elsewhere"},
	{"illusion", "a process is not proc", do(saying("the processes")), "pid.elsewhere"},
	{"illusion", "root", do(saying("parce que je suis root")), "pid.elsewhere"},
	{"illusion", "the opposite", do(saying("ps doesn't read /proc")), "pid.not-read"},
	{"illusion", "the opposite, in French", do(saying("ps ne lit pas /proc")), "pid.not-read"},
	{"illusion", "guesses", do(saying("/proc or /sys")), "pid.another-path"},
	{"illusion", "another path", do(saying("/dev")), "pid.another-path"},
	{"illusion", "mounts", do(saying("the mount namespace")), "pid.which-mount"},
	{"illusion", "mounts, in French", do(saying("le système de fichiers")), "pid.which-mount"},
	{"illusion", "not isolated", do(shell, saying("it is in the same namespace")), "pid.is-isolated"},
	{"illusion", "not isolated, in French", do(saying("il n'y a pas de nouvel espace de noms")), "pid.is-isolated"},

	{"proc", "nothing done", nil, "pid.no-proc-made"},
	{"proc", "a function", do(typed("isolated", "ps() { echo 1; }", 0)), "pid.only-function"},
	{"proc", "over the host's", do(shell, hostShows(ns1)), "pid.over-hosts"},
	{"proc", "right, and over the host's", do(shell, mounted(ns1, newProc("/proc")), hostShows(ns1)), "pid.over-hosts"},
	{"proc", "right, and the host's gone", do(shell, mounted(ns1, newProc("/proc")), hostShows(0)), "pid.hosts-gone"},
	{"proc", "mounted elsewhere", do(shell, mounted(hostNS.PID, newProc("/mnt"))), "pid.mounted-elsewhere"},
	{"proc", "a tmpfs", do(shell, mounted(0, snapshot.Mount{ID: 9, Point: "/proc", FSType: "tmpfs", Dev: "0:78"})), "pid.not-proc"},
	{"proc", "a directory", do(shell, mounted(0)), "pid.not-proc"},
	{"proc", "mounted before", do(shell, mounted(hostNS.PID, newProc("/proc"))), "pid.wrong-proc"},
	{"proc", "not mounted", do(shell, mounted(hostNS.PID)), "pid.not-mounted"},
	{"proc", "the old one bound", do(shell, mounted(hostNS.PID, hostMounts()[1])), "pid.not-mounted"},
	{"proc", "no mount namespace", do(shell), "pid.shared-mounts"},
	{"proc", "no PID namespace", do(in(hostNS.PID, 17, 0, isolatedPID, "bash"), mounted(hostNS.PID, newProc("/proc"))), "pid.proc-without-pid"},
	{"proc", "without fork", do(in(hostNS.PID, 17, 0, isolatedPID, "bash"), mounted(hostNS.PID, newProc("/proc")), forChildren(ns1)), "pid.not-forked"},
	{"proc", "left", do(shell, mounted(ns1, newProc("/proc")), seen, end(17, 18)), "pid.proc-left"},

	{"init-dies", "nothing done", nil, "pid.no-namespace"},
	{"init-dies", "it lives", do(shell, sleeps, seen), "pid.lives"},
	{"init-dies", "alone", do(shell, seen), "pid.alone"},
	{"init-dies", "alone, but for a moment of itself", do(shell, in(ns1, 19, 2, 18, "bash"), with(func(p *snapshot.Process, _ *snapshot.Snapshot) { p.Group = 18 })), "pid.alone"},
	{"init-dies", "ended alone", do(shell, seen, end(17, 18)), "pid.ended-alone"},
	{"init-dies", "ended after what it held", do(shell, sleeps, seen, end(19), seen, end(17, 18)), "pid.ended-alone"},
	{"init-dies", "ended with a moment of itself", do(shell, in(ns1, 19, 2, 18, "bash"), with(func(p *snapshot.Process, _ *snapshot.Snapshot) { p.Group = 18 }), seen, end(17, 18, 19)), "pid.ended-alone"},
	{"init-dies", "from inside", do(shell, sleeps, seen, typed("isolated", "kill -9 1", 0)), "pid.from-inside"},
	{"init-dies", "politely", do(shell, sleeps, seen, typed("host", "sudo kill 18", 0)), "pid.politely"},
	{"init-dies", "politely, by name", do(shell, sleeps, seen, typed("host", "kill -TERM 18", 0)), "pid.politely"},
	{"init-dies", "another was killed", do(shell, sleeps, seen, typed("host", "kill -9 77", 1)), "pid.lives"},
	{"init-dies", "killed, not ended yet", do(shell, sleeps, seen, typed("host", "kill -s KILL 18", 0)), "pid.lives"},
	{"init-dies", "unshare ended", do(shell, sleeps, seen, end(17), adopted(18)), "pid.orphaned"},
	{"init-dies", "its members ended", do(shell, sleeps, seen, end(19), typed("host", "kill -9 19", 0)), "pid.members-ended"},
	{"init-dies", "a program in front has ended", do(shell, sleeps, seen, end(19)), "pid.alone"},
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
	lines := do(typed("isolated", "unshare --fork --pid --mount-proc bash", -1), typed("isolated", "echo $$", 0),
		typed("host", "nslab answer 18", 0), typed("isolated", "sleep 1000 &", 0), typed("host", "kill -9 18", 0))
	for _, step := range Lesson.Steps {
		if f := step.Check(lab(lines...)); f.Satisfied {
			t.Errorf("%s is satisfied by words: %s", step.Name, f.Key)
		}
	}
	for _, st := range right {
		if f := judge(t, st, lab(append(slices.Clone(st.Changes), typed("host", "ps() { true; }; unshare bash; kill 1", 1))...)); !f.Satisfied {
			t.Errorf("%s: %s: words took it away: %s", st.Step, st.What, f.Key)
		}
	}
}

// What a wrong answer is told must not give the right one away.
func TestWrongAnswersDoNotGiveTheAnswerAway(t *testing.T) {
	for _, text := range []string{"", "1", "17", "bash", "4711", "2", "17 18"} {
		f := twoPIDs(lab(shell, saying(text)))
		all := f.Found.In(say.EN, f.Args) + f.Try.In(say.EN, f.Args)
		if text != "17 18" && strings.Contains(all, "18") {
			t.Errorf("answer %q: %s", text, all)
		}
		for _, e := range f.Evidence {
			if strings.Contains(e.What+e.Value, "18") {
				t.Errorf("answer %q: evidence %v", text, e)
			}
		}
	}
	for _, text := range []string{"", "magic", "mounts", "/sys", "same namespace"} {
		f := illusion(lab(shell, saying(text)))
		all := f.Found.In(say.EN, f.Args) + f.Try.In(say.EN, f.Args)
		if strings.Contains(strings.ReplaceAll(all, "/proc/self/ns/pid", ""), "/proc") {
			t.Errorf("answer %q: %s", text, all)
		}
	}
}

// Bytes of the learner's making must not reach a terminal as they are.
func TestNamesArePrintable(t *testing.T) {
	const evil = "\x1b]0;evil\a\u202e"
	for _, st := range []state{
		{"first", "a process", do(in(ns1, 18, 1, isolatedPID, evil)), ""},
		{"first", "a program", do(in(ns1, 18, 1, isolatedPID, "bash"), exe("/tmp/"+evil)), ""},
		{"first", "typed", do(typed("isolated", "unshare -fp '"+evil+"'", 0)), ""},
		{"two-pids", "an answer", do(shell, saying(evil)), ""},
		{"two-pids", "numbers", do(shell, saying("1 2 3"+evil)), ""},
		{"two-pids", "a process", do(shell, in(hostNS.PID, 40, 0, hostPID, evil), saying("40")), ""},
		{"illusion", "an answer", do(saying(evil)), ""},
		{"illusion", "a path", do(saying("/" + evil)), ""},
		{"illusion", "half an answer", do(saying("mount " + evil)), ""},
		{"proc", "a process", do(in(ns1, 18, 1, isolatedPID, evil)), ""},
		{"proc", "a place", do(shell, mounted(hostNS.PID, newProc("/"+evil))), ""},
		{"init-dies", "processes", do(shell, in(ns1, 19, 2, 18, evil), seen), ""},
		{"init-dies", "a process that has ended", do(in(ns1, 18, 1, isolatedPID, evil), seen, end(18)), ""},
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
