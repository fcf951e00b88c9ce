package user

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

// The namespaces of the tests' lab, by inode number.
const (
	hostUser uint64 = 100 + iota
	isolatedUser
	user1
	user2
	hostUTS
	uts1
)

const (
	initPID     = 1
	hostPID     = 2
	isolatedPID = 3
	allCaps     = 1<<41 - 1
)

func fresh() *snapshot.Snapshot {
	ns := func(user uint64) snapshot.Namespaces {
		return snapshot.Namespaces{User: user, Mnt: 11, UTS: hostUTS, IPC: 12, Net: 13, PID: 14, Cgroup: 15}
	}
	zero := []snapshot.IDMap{{Length: 1}}
	return &snapshot.Snapshot{
		Host:   ns(hostUser),
		Shells: map[string]int{"isolated": isolatedPID, "host": hostPID},
		Procs: []snapshot.Process{
			{PID: initPID, Comm: "init", State: "S", NS: ns(hostUser), CapEff: allCaps},
			{PID: hostPID, Comm: "bash", State: "S", NS: ns(hostUser), CapEff: allCaps},
			{PID: isolatedPID, Comm: "bash", State: "S", NS: ns(isolatedUser), CapEff: allCaps},
		},
		UTS:    map[uint64]snapshot.UTSNS{hostUTS: {HostName: "host"}},
		Users:  map[uint64]snapshot.UserNS{hostUser: {UIDMap: zero}, isolatedUser: {UIDMap: zero}},
		Owners: map[uint64]uint64{hostUTS: hostUser, hostUser: 1, isolatedUser: hostUser},
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

// proc starts a process in a user namespace with that map's first column, below parent; -1 for no map.
func proc(pid int, comm string, user, parent uint64, inside int64, caps uint64) change {
	return func(v *checks.View) {
		ns := v.Now.Host
		ns.User = user
		v.Now.Procs = append(v.Now.Procs, snapshot.Process{PID: pid, Parent: hostPID, Comm: comm, State: "S", NS: ns, CapEff: caps})
		if _, ok := v.Now.Users[user]; ok {
			return
		}
		var u snapshot.UserNS
		if inside >= 0 {
			u.UIDMap = []snapshot.IDMap{{Inside: inside, Length: 1}}
		}
		v.Now.Users[user], v.Now.Owners[user] = u, parent
	}
}

// bash is what unshare with a map for that UID leaves.
func bash(pid int, user, parent uint64, inside int64) change {
	caps := uint64(0)
	if inside == 0 {
		caps = allCaps
	}
	return proc(pid, "bash", user, parent, inside, caps)
}

// uts moves the process started last into a UTS namespace that belongs to a user namespace.
func uts(inode, owner uint64) change {
	return func(v *checks.View) {
		v.Now.Procs[len(v.Now.Procs)-1].NS.UTS = inode
		if _, ok := v.Now.UTS[inode]; !ok {
			v.Now.UTS[inode], v.Now.Owners[inode] = v.Now.UTS[hostUTS], owner
		}
	}
}

func hostname(inode uint64, name string) change {
	return func(v *checks.View) { v.Now.UTS[inode] = snapshot.UTSNS{HostName: name} }
}

func end(pid int) change {
	return func(v *checks.View) {
		p, _ := v.Now.Proc(pid)
		v.Now.Procs = slices.DeleteFunc(v.Now.Procs, func(p snapshot.Process) bool { return p.PID == pid })
		maps.DeleteFunc(v.Now.Shells, func(_ string, shell int) bool { return shell == pid })
		if len(v.Now.In(snapshot.User, p.NS.User)) == 0 {
			delete(v.Now.Users, p.NS.User)
			delete(v.Now.Owners, p.NS.User)
		}
		if len(v.Now.In(snapshot.UTS, p.NS.UTS)) == 0 {
			delete(v.Now.UTS, p.NS.UTS)
			delete(v.Now.Owners, p.NS.UTS)
		}
	}
}

func seen(v *checks.View) {
	s := *v.Now
	s.Procs, s.Shells, s.UTS, s.Users, s.Owners = slices.Clone(s.Procs), maps.Clone(s.Shells), maps.Clone(s.UTS), maps.Clone(s.Users), maps.Clone(s.Owners)
	v.Seen = append(v.Seen, &s)
}

func typed(shell, text string, status int) change {
	return func(v *checks.View) {
		v.Typed = append(v.Typed, checks.Line{Shell: shell, Text: text, Status: status})
	}
}

func answer(s string) change { return func(v *checks.View) { v.Answer = s } }

// pair is the state that step map asks for.
func pair(v *checks.View) {
	bash(4, user1, hostUser, 1000)(v)
	bash(5, user2, user1, 0)(v)
}

type state struct {
	Step, What string
	Changes    []change
	Key        string
}

func do(changes ...change) []change { return changes }

var right = []state{
	{"root", "unshare -r bash", do(bash(4, user1, hostUser, 0)), "user.root"},
	{"root", "within the isolated shell's", do(bash(4, user1, isolatedUser, 0)), "user.root"},
	{"root", "a map of many", do(bash(4, user1, hostUser, 0), func(v *checks.View) { v.Now.Users[user1] = snapshot.UserNS{UIDMap: []snapshot.IDMap{{Length: 65536}}} }), "user.root"},
	{"root", "beside one who is nobody", do(bash(4, user1, hostUser, -1), bash(5, user2, hostUser, 0)), "user.root"},

	{"map", "two numbers", do(pair, answer("1000 0")), "user.map"},
	{"map", "with a comma", do(pair, answer("1000, 0")), "user.map"},
	{"map", "in brackets", do(pair, answer("(1000) (0)")), "user.map"},
	{"map", "in words", do(pair, answer("inside it is 1000, the host reads Root")), "user.map"},
	{"map", "whole lines", do(pair, answer("0 1000 1, 0 0 1")), "user.map"},
	{"map", "another user asked for", do(bash(4, user1, hostUser, 7), bash(5, user2, user1, 0), answer("7 0"), func(v *checks.View) { v.Params["uid"] = "7" }), "user.map"},
	{"map", "the inner one is somebody too", do(bash(4, user1, hostUser, 1000), bash(5, user2, user1, 1000), answer("1000 0")), "user.map"},
	{"map", "two pairs", do(bash(4, user1, hostUser, 7), bash(5, user2, user1, 0), bash(6, 90, hostUser, 1000), bash(7, 91, 90, 0), answer("1000 0")), "user.map"},
	{"map", "on a machine whose root runs nslab", do(bash(4, user1, hostUser, 1000), bash(5, user2, user1, 0), func(v *checks.View) {
		v.Now.Users[hostUser] = snapshot.UserNS{UIDMap: []snapshot.IDMap{{Length: 4294967295}}}
	}, answer("1000 0")), "user.map"},

	{"limits", "unshare --uts in the isolated shell", do(proc(4, "bash", isolatedUser, hostUser, 0, allCaps), uts(uts1, isolatedUser), hostname(uts1, "nemo")), "user.named"},
	{"limits", "both at once", do(bash(4, user1, hostUser, 0), uts(uts1, user1), hostname(uts1, "nemo")), "user.named"},
	{"limits", "in a user namespace further down", do(bash(4, user1, hostUser, 0), bash(5, user2, user1, 0), uts(uts1, user1), hostname(uts1, "nemo")), "user.named"},
	{"limits", "after the refusal", do(typed("isolated", "hostname nemo", 1), bash(4, user1, hostUser, 0), uts(uts1, user1), hostname(uts1, "nemo")), "user.named"},
}

var wrong = []state{
	{"root", "nothing done", nil, "user.none-made"},
	{"root", "nobody", do(bash(4, user1, hostUser, -1)), "user.nobody"},
	{"root", "somebody", do(bash(4, user1, hostUser, 1000)), "user.not-root"},
	{"root", "root without capabilities", do(proc(4, "bash", user1, hostUser, 0, 0)), "user.powerless"},
	{"root", "a process that has ended", do(bash(4, user1, hostUser, 0), func(v *checks.View) { v.Now.Procs[3].State = "Z" }), "user.none-made"},
	{"root", "left", do(bash(4, user1, hostUser, 0), seen, end(4)), "user.root-ended"},
	{"root", "nobody, left", do(bash(4, user1, hostUser, -1), seen, end(4), typed("host", "unshare --user bash", 1)), "user.nobody-ended"},
	{"root", "gone with its command", do(typed("host", "unshare -r id", 0)), "user.ended-at-once"},
	{"root", "refused", do(typed("host", "unshare -r bash", 1)), "user.unshare-failed"},
	{"root", "another kind", do(typed("host", "sudo unshare --uts bash", -1)), "user.without-user"},
	{"root", "in the isolated shell", do(typed("isolated", "id", 0)), "user.root-in-isolated"},
	{"root", "a function", do(typed("host", "id() { echo uid=0; }", 0)), "user.only-function"},
	{"root", "named root", do(func(v *checks.View) { v.Now.Procs[1].Comm = "root" }), "user.none-made"},

	{"map", "no answer", do(pair), "user.map-unanswered"},
	{"map", "no answer at all", do(answer(" ")), "user.map-unanswered"},
	{"map", "no namespace", do(answer("1000 0")), "user.map-none"},
	{"map", "one namespace", do(bash(4, user1, hostUser, 1000), answer("1000 0")), "user.map-one-level"},
	{"map", "the inner one has no map", do(bash(4, user1, hostUser, 1000), bash(5, user2, user1, -1), answer("1000 0")), "user.map-one-level"},
	{"map", "two beside each other", do(bash(4, user1, hostUser, 1000), bash(5, user2, hostUser, 0), answer("1000 0")), "user.map-one-level"},
	{"map", "within the isolated shell's", do(bash(4, user1, isolatedUser, 0), answer("0 0")), "user.map-one-level"},
	{"map", "nobody left in the outer one", do(bash(5, user2, user1, 0), answer("1000 0")), "user.map-outer-gone"},
	{"map", "another user", do(bash(4, user1, hostUser, 1001), bash(5, user2, user1, 0), answer("1001 0")), "user.map-other-uid"},
	{"map", "one number", do(pair, answer("1000")), "user.map-count"},
	{"map", "three numbers", do(pair, answer("0 1000 1")), "user.map-count"},
	{"map", "no number", do(pair, answer("the middle one")), "user.map-count"},
	{"map", "too large a number", do(pair, answer("99999999999999999999 0")), "user.map-count"},
	{"map", "exchanged", do(pair, answer("0 1000")), "user.map-swapped"},
	{"map", "twice the inner reading", do(pair, answer("1000 1000")), "user.map-host"},
	{"map", "twice the outer reading", do(pair, answer("0 0")), "user.map-self"},
	{"map", "neither", do(pair, answer("1 1")), "user.map-wrong"},

	{"limits", "nothing done", nil, "user.uts-of-parent"},
	{"limits", "refused", do(typed("isolated", "hostname nemo", 1)), "user.refused"},
	{"limits", "refused in a bash of one's own", do(bash(4, user1, hostUser, 0), typed("host", "sudo hostname nemo", 1)), "user.refused"},
	{"limits", "nobody below", do(end(isolatedPID)), "user.no-nested-user"},
	{"limits", "the host renamed", do(hostname(hostUTS, "nemo")), "user.host-renamed"},
	{"limits", "right, and the host renamed", do(bash(4, user1, hostUser, 0), uts(uts1, user1), hostname(uts1, "nemo"), hostname(hostUTS, "nemo")), "user.host-renamed"},
	{"limits", "named by the host's root, entered later", do(bash(4, user1, hostUser, 0), uts(uts1, hostUser), hostname(uts1, "nemo")), "user.uts-of-host"},
	{"limits", "named by the host's root", do(proc(4, "bash", hostUser, 1, 0, allCaps), uts(uts1, hostUser), hostname(uts1, "nemo")), "user.uts-without-user"},
	{"limits", "another name", do(bash(4, user1, hostUser, 0), uts(uts1, user1), hostname(uts1, "Nemo")), "user.other-name"},
	{"limits", "not named", do(bash(4, user1, hostUser, 0), uts(uts1, user1)), "user.not-named"},
	{"limits", "the prompt", do(typed("isolated", "PS1='nemo# '", 0)), "user.only-prompt"},
	{"limits", "the variable", do(typed("isolated", "export HOSTNAME=nemo", 0)), "user.only-prompt"},
	{"limits", "a function", do(typed("isolated", "hostname() { echo nemo; }", 0)), "user.only-function"},
	{"limits", "left", do(bash(4, user1, hostUser, 0), uts(uts1, user1), hostname(uts1, "nemo"), seen, end(4)), "user.name-ended"},
	{"limits", "gone with its command", do(typed("host", "unshare -r -u hostname nemo", 0)), "user.ended-at-once"},
}

func TestARefusalSpeaksOfTheShellItCameIn(t *testing.T) {
	for shell, want := range map[string]string{"isolated": "3 (bash)", "host": "4 (bash)", "": "4 (bash)"} {
		v := lab(bash(4, user1, hostUser, 0), typed(shell, "hostname nemo", 1))
		for i, session := range []int{1, hostPID, isolatedPID, hostPID} {
			v.Now.Procs[i].Session = session
		}
		if f := limits(v); f.Key != "user.refused" || f.Args["process"] != want {
			t.Errorf("in shell %s: %s about %s, want %s", shell, f.Key, f.Args["process"], want)
		}
	}
}

func TestWhatTheLearnerIsTold(t *testing.T) {
	lessontest.Tables(t, Lesson, words, lab, right, wrong)
}

func TestWhatWasTypedNeverDecides(t *testing.T) {
	lessontest.Typed(t, Lesson, lab, right, wrong, checks.Line{Shell: "isolated", Text: "id() { :; }; hostname() { :; }"})
}
