package checks

import (
	"slices"
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

func TestGivenGoesByWhoWasThereNotByTheNumber(t *testing.T) {
	const host, given uint64 = 1, 7
	shell, sleep := snapshot.Process{PID: 4, Start: 100}, snapshot.Process{PID: 5, Start: 150}
	snap := func(pinned bool, procs ...snapshot.Process) *snapshot.Snapshot {
		s := &snapshot.Snapshot{Host: snapshot.Namespaces{UTS: host}, UTS: map[uint64]snapshot.UTSNS{host: {}},
			Procs: []snapshot.Process{{PID: 1, NS: snapshot.Namespaces{UTS: host}}}}
		if pinned {
			s.UTS[given] = snapshot.UTSNS{}
		}
		for _, p := range procs {
			p.NS.UTS = given
			s.Procs = append(s.Procs, p)
		}
		return s
	}
	start := snap(true, shell)
	ended := snap(false)
	for what, c := range map[string]struct {
		seen []*snapshot.Snapshot
		now  *snapshot.Snapshot
		want bool
	}{
		"untouched":                        {nil, snap(true, shell), true},
		"ended":                            {nil, ended, false},
		"ended, and its number used again": {[]*snapshot.Snapshot{ended}, snap(true, sleep), false},
		"used again, nobody looked":        {nil, snap(true, sleep), false},
		"left behind":                      {[]*snapshot.Snapshot{snap(true, shell, sleep)}, snap(true, sleep), true},
		"left behind, then used again":     {[]*snapshot.Snapshot{snap(true, shell, sleep), ended}, snap(true, sleep), false},
		"kept by a bind mount":             {[]*snapshot.Snapshot{snap(true, shell)}, snap(true), true},
		"ended, then kept by a bind mount": {[]*snapshot.Snapshot{ended}, snap(true), false},
		"ended, opened again":              {[]*snapshot.Snapshot{ended, start}, start, true},
	} {
		v := &View{Start: start, Seen: c.seen, Now: c.now}
		if got := slices.Contains(Given(v, snapshot.UTS), given); got != c.want {
			t.Errorf("%s: given %v, want %v", what, got, c.want)
		}
		if there := len(c.now.In(snapshot.UTS, given)) > 0 || c.now != ended; there && slices.Contains(Made(v, snapshot.UTS), given) == c.want {
			t.Errorf("%s: it is made and given, or neither", what)
		}
	}
	// The past is judged with what was known then.
	v := &View{Start: start, Seen: []*snapshot.Snapshot{snap(true, shell, sleep), snap(true, sleep), ended}}
	v.Now = v.Seen[1]
	if !slices.Contains(Given(v, snapshot.UTS), given) {
		t.Error("what came after Now made a difference")
	}
}
