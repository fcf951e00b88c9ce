package checks

import (
	"testing"

	"github.com/nslab/nslab/sandbox/snapshot"
)

func TestStillKnowsANumberThatIsUsedAgain(t *testing.T) {
	snap := func(pinned bool, procs ...snapshot.Process) *snapshot.Snapshot {
		s := &snapshot.Snapshot{IPC: map[uint64]snapshot.IPCNS{}}
		if pinned {
			s.IPC[7] = snapshot.IPCNS{}
		}
		for _, p := range procs {
			p.NS.IPC = 7
			s.Procs = append(s.Procs, p)
		}
		return s
	}
	a, b := snapshot.Process{PID: 4, Start: 100}, snapshot.Process{PID: 5, Start: 100}
	later := snapshot.Process{PID: 4, Start: 200}
	for what, c := range map[string]struct {
		earlier, later *snapshot.Snapshot
		want           bool
	}{
		"the same process":                {snap(true, a), snap(true, a), true},
		"one of two":                      {snap(true, a, b), snap(true, b), true},
		"another process":                 {snap(true, a), snap(true, b), false},
		"a later one with the same PID":   {snap(true, a), snap(true, later), false},
		"nobody any more":                 {snap(true, a), snap(false), false},
		"kept by a bind mount":            {snap(true), snap(true), true},
		"kept by a bind mount, then not":  {snap(true), snap(false), false},
		"kept by a bind mount, then anew": {snap(true), snap(true, a), false},
		"left, and kept by a bind mount":  {snap(true, a), snap(true), false},
		"never there":                     {snap(false), snap(false), false},
	} {
		if got := Still(c.earlier, c.later, snapshot.IPC, 7); got != c.want {
			t.Errorf("%s: %v", what, got)
		}
	}
}
