package session

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/sandbox/snapshot"
)

func TestCallText(t *testing.T) {
	for _, c := range []struct {
		call snapshot.Call
		want string
	}{
		{snapshot.Call{Name: "unshare", Flags: unix.CLONE_NEWUTS | unix.CLONE_NEWNS}, "unshare(CLONE_NEWNS|CLONE_NEWUTS)"},
		{snapshot.Call{Name: "clone", Flags: unix.CLONE_NEWPID | unix.CLONE_VM}, "clone(CLONE_NEWPID)"},
		{snapshot.Call{Name: "setns", Source: "net:[4026531840]", Flags: 0}, "setns(CLONE_NEWNET)"},
		{snapshot.Call{Name: "setns", Source: "PID 7", Flags: unix.CLONE_NEWUTS}, "setns(CLONE_NEWUTS)"},
		{snapshot.Call{Name: "sethostname", Target: "nautilus"}, "sethostname(nautilus)"},
		{snapshot.Call{Name: "sethostname", Target: "a\x1b[2Jb"}, `sethostname("a\x1b[2Jb")`},
		{snapshot.Call{Name: "mount", Target: "/proc", Source: "proc", Type: "proc", Flags: unix.MS_NOSUID}, "mount(/proc)"},
		{snapshot.Call{Name: "mount", Target: "/", Flags: unix.MS_REC | unix.MS_PRIVATE, Params: []string{"", "", "", "MS_REC|MS_PRIVATE", ""}}, "mount(/, MS_REC|MS_PRIVATE)"},
		{snapshot.Call{Name: "chroot", Target: "/proc/117/root"}, "chroot(/proc/PID/root)"},
		{snapshot.Call{Name: "umount2", Target: "/tmp/tmp.x8Yz0aQ1bC/a"}, "umount2(/tmp/tmp.XXXXXXXXXX/a)"},
		{snapshot.Call{Name: "msgctl", Target: "32768"}, "msgctl(IPC_RMID)"},
		{snapshot.Call{Name: "execve", Target: "/bin/true"}, ""},
		{snapshot.Call{Name: "chroot", Target: strings.Repeat("é", 300)}, "chroot(" + strings.Repeat("é", 56) + "..."},
	} {
		if got := CallText(c.call); got != c.want {
			t.Errorf("%+v is %q, not %q", c.call, got, c.want)
		}
	}
}

type recorded struct {
	mu     sync.Mutex
	events []string
}

func (r *recorded) Record(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch e.Action {
	case Traced:
		r.events = append(r.events, "traced")
	case Called:
		r.events = append(r.events, fmt.Sprintf("%s %s %s %d", e.Shell, e.Step, e.Text, e.Status))
	case MoreCalled:
		r.events = append(r.events, "more "+e.Step)
	}
}

// A recording has each step's calls once, those that were made before the lesson was left among them.
func TestCallsAreRecorded(t *testing.T) {
	s := play(t, Options{Announce: func([]Done, *lessons.Step) []byte { return nil }})
	if s.Lab.Trace() == nil {
		t.Skip(s.NoTrace())
	}
	host := shell(t, s, "host")
	run(t, host, "hostname before") // nobody records yet
	var r recorded
	s.StartRecording(&r)
	isolated := shell(t, s, "isolated")
	run(t, host, "for i in 1 2 3; do hostname host; done; domainname example")
	run(t, isolated, "hostname first; hostname first")
	if _, done := s.IsDone("one"); !done {
		t.Fatal("the step is not done")
	}
	run(t, isolated, "hostname again; unshare --user hostname x")
	run(t, isolated, "hostname last")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	want := []string{"traced", "host one sethostname(host) 0", "host one setdomainname(example) 0", "isolated one sethostname(first) 0",
		"isolated two sethostname(again) 0", "isolated two unshare(CLONE_NEWUSER) 0", "isolated two sethostname(x) 1", "isolated two sethostname(last) 0"}
	if got := strings.Join(r.events, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("recorded:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
}

// However many calls are made, a step has so many in the recording.
func TestAFloodOfCallsIsBounded(t *testing.T) {
	s := play(t, Options{})
	if s.Lab.Trace() == nil {
		t.Skip(s.NoTrace())
	}
	var r recorded
	s.StartRecording(&r)
	run(t, shell(t, s, "isolated"), fmt.Sprintf("for i in $(seq %d); do hostname h$i; done", 2*maxCalled))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if n := len(r.events); n != 2+maxCalled || r.events[n-1] != "more one" {
		t.Errorf("%d events: %q", n, r.events)
	}
}
