package sandbox

import (
	"testing"

	"github.com/nslab/nslab/sandbox/snapshot"
)

func TestWhatAProcessRuns(t *testing.T) {
	l := newLab(t)
	p, _ := background(t, l, 0, "echo; exec sh -c 'printf bash > /proc/$$/comm; while :; do sleep 1; done'")
	var sp snapshot.Process
	eventually(t, "it has another name", func() bool { sp = proc(t, snap(t, l), p); return sp.Comm == "bash" })
	if sp.Exe == "" || sp.Exe == "bash" || sp.Exe[0] != '/' {
		t.Errorf("exe %q", sp.Exe)
	}
}

func TestWhoseProcessesProcShows(t *testing.T) {
	l := newLab(t)
	start := snap(t, l)
	if init, _ := start.Proc(1); init.ProcNS != start.Host.PID {
		t.Errorf("the host's /proc shows %d, its PID namespace is %d", init.ProcNS, start.Host.PID)
	}
	for what, c := range map[string]struct {
		command string
		want    func(p snapshot.Process) uint64
	}{
		"no proc of its own": {"exec unshare --fork --pid --mount sh -c 'echo; sleep 1000; :'",
			func(snapshot.Process) uint64 { return start.Host.PID }},
		"its own": {"exec unshare --fork --pid --mount-proc sh -c 'echo; sleep 1000; :'",
			func(p snapshot.Process) uint64 { return p.NS.PID }},
		"its own, in a user namespace": {"exec unshare --map-root-user --fork --pid --mount-proc sh -c 'echo; sleep 1000; :'",
			func(p snapshot.Process) uint64 { return p.NS.PID }},
		"another device, the same processes": {"exec unshare --mount sh -c 'mount -t proc proc /proc; exec unshare --fork --pid sh -c \"echo; sleep 1000; :\"'",
			func(snapshot.Process) uint64 { return start.Host.PID }},
		"a tmpfs": {"exec unshare --fork --pid --mount sh -c 'mount -t tmpfs none /proc; echo; sleep 1000; :'",
			func(snapshot.Process) uint64 { return 0 }},
		"a directory of proc": {"exec unshare --fork --pid --mount sh -c 'mount --bind /proc/sys /proc; echo; sleep 1000; :'",
			func(snapshot.Process) uint64 { return 0 }},
		"another process bound over number 1": {"exec unshare --fork --pid --mount-proc sh -c 'sleep 1000 & mount --bind /proc/$! /proc/1; echo; sleep 1000; :'",
			func(snapshot.Process) uint64 { return 0 }},
	} {
		t.Run(what, func(t *testing.T) {
			background(t, l, 0, c.command)
			s := snap(t, l)
			found := false
			for _, p := range s.Procs {
				if p.NS.PID == start.Host.PID || p.NS.PID == 0 || p.Inside() != 1 || s.Procs[0].NS.PID == p.NS.PID {
					continue
				}
				if _, before := start.Proc(p.PID); before {
					continue
				}
				found = true
				if p.ProcNS != c.want(p) {
					t.Errorf("/proc of process %d shows %d, want %d", p.PID, p.ProcNS, c.want(p))
				}
			}
			if !found {
				t.Errorf("no PID namespace was made: %+v", s.Procs)
			}
			start = s
		})
	}
}
