package sandbox

import (
	"slices"
	"testing"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// A look does not read again what a process has that has not run since the last; of one that has run, it does.
func TestAProcessThatHasRunIsReadAgain(t *testing.T) {
	l := newLab(t)
	background(t, l, 0, "mkfifo /tmp/go; echo; read go </tmp/go; exec unshare --uts sleep 100001")
	find := func(s *snapshot.Snapshot, arg string) (snapshot.Process, bool) {
		i := slices.IndexFunc(s.Procs, func(p snapshot.Process) bool { return slices.Contains(p.Args, arg) })
		if i < 0 {
			return snapshot.Process{}, false
		}
		return s.Procs[i], true
	}
	before := snap(t, l)
	again := snap(t, l)
	for _, p := range before.Procs {
		i := slices.IndexFunc(again.Procs, func(q snapshot.Process) bool { return q.PID == p.PID })
		if i < 0 || again.Procs[i].NS != p.NS || !slices.Equal(again.Procs[i].Args, p.Args) {
			t.Errorf("process %d %q is another in the second look: %+v", p.PID, p.Args, again.Procs)
		}
	}
	l.mu.Lock()
	_, kept := l.rested[1]
	l.mu.Unlock()
	if !kept {
		t.Error("nothing is kept of init, which rests")
	}
	background(t, l, 0, "echo >/tmp/go; echo")
	eventually(t, "the process in a namespace of its own", func() bool {
		p, ok := find(snap(t, l), "100001")
		return ok && p.Comm == "sleep" && p.NS.UTS != before.Host.UTS
	})
}

func TestRest(t *testing.T) {
	status := func(state, threads, voluntary, others string) string {
		return "Name:\tState:\tS\nState:\t" + state + "\nThreads:\t" + threads +
			"\nMems_allowed_list:\t0\nvoluntary_ctxt_switches:\t" + voluntary + "\nnonvoluntary_ctxt_switches:\t" + others + "\n"
	}
	for _, c := range []struct {
		status   string
		switches int
		ok       bool
	}{
		{status("S (sleeping)", "1", "7", "2"), 9, true},
		{status("T (stopped)", "1", "0", "0"), 0, true},
		{status("R (running)", "1", "7", "2"), 0, false},
		{status("Z (zombie)", "1", "7", "2"), 0, false},
		{status("S (sleeping)", "2", "7", "2"), 0, false},
		{status("S (sleeping)", "1", "", "2"), 0, false},
		{status("S (sleeping)", "1", "7", "x"), 0, false},
		{"", 0, false},
	} {
		if switches, ok := rest([]byte(c.status)); ok != c.ok || ok && switches != c.switches {
			t.Errorf("rest(%q) = %d, %v", c.status, switches, ok)
		}
	}
}
