package checks

import (
	"testing"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// pidLab is a lab in which the learner has made PID namespace 50.
func pidLab(s *snapshot.Snapshot) {
	own := s.Host
	own.PID = 50
	for i := range s.Procs {
		s.Procs[i].ProcNS = s.Host.PID
	}
	s.Procs = append(s.Procs,
		snapshot.Process{PID: 8, PIDs: []int{8}, Comm: "unshare", NS: s.Host},
		snapshot.Process{PID: 9, PIDs: []int{9, 1}, Parent: 8, Comm: "bash", NS: own},
		snapshot.Process{PID: 10, PIDs: []int{10, 2}, Parent: 9, Comm: "sleep", NS: own},
		snapshot.Process{PID: 11, State: "Z"})
	s.Mounts = map[uint64][]snapshot.Mount{s.Host.Mnt: {{ID: 1, Point: "/"}, {ID: 2, Point: "/proc", FSType: "proc", Dev: "0:50"}}}
}

func TestFirstsAndMembers(t *testing.T) {
	v := view(pidLab)
	if f := Firsts(v); len(f) != 1 || f[0].PID != 9 {
		t.Errorf("firsts: %+v", f)
	}
	if m := Members(v.Now, 50); len(m) != 2 || m[0].PID != 9 || m[1].PID != 10 {
		t.Errorf("members: %+v", m)
	}
	before := v.At(lab())
	if f := Firsts(before); len(f) != 0 || before.Start != v.Start || len(Firsts(v)) != 1 {
		t.Errorf("firsts before: %+v", f)
	}
	// What was there at the start is nobody's making.
	v.Start = v.Now
	if f := Firsts(v); len(f) != 0 {
		t.Errorf("firsts that were there: %+v", f)
	}
}

func TestIsShell(t *testing.T) {
	for what, c := range map[string]struct {
		p    snapshot.Process
		want bool
	}{
		"bash":                    {snapshot.Process{Comm: "bash", Exe: "/usr/bin/bash"}, true},
		"sh that is dash":         {snapshot.Process{Comm: "sh", Exe: "/usr/bin/dash"}, true},
		"bash by another name":    {snapshot.Process{Comm: "x", Exe: "/usr/bin/bash"}, true},
		"BusyBox's":               {snapshot.Process{Comm: "sh", Exe: "/opt/nslab/lib/busybox"}, true},
		"another applet":          {snapshot.Process{Comm: "sleep", Exe: "/opt/nslab/lib/busybox"}, false},
		"sleep":                   {snapshot.Process{Comm: "sleep", Exe: "/usr/bin/sleep"}, false},
		"sleep with bash's name":  {snapshot.Process{Comm: "bash", Exe: "/usr/bin/sleep"}, false},
		"bash, the file not told": {snapshot.Process{Comm: "bash"}, true},
		"sleep, not told":         {snapshot.Process{Comm: "sleep"}, false},
	} {
		if got := IsShell(c.p); got != c.want {
			t.Errorf("%s: %t", what, got)
		}
	}
}

func TestHostKeepsProc(t *testing.T) {
	met := map[string]bool{}
	for want, shows := range map[string]uint64{"proc.host-kept": 14, "proc.host-changed": 50, "proc.host-gone": 0} {
		f := HostKeepsProc(view(func(s *snapshot.Snapshot) {
			pidLab(s)
			s.Procs[0].ProcNS = shows
		}))
		met[f.Key] = true
		if f.Key != want || f.Satisfied != (want == "proc.host-kept") || len(f.Evidence) == 0 {
			t.Errorf("%d: %+v, want %s", shows, f, want)
		}
	}
	for key, m := range pidMessages {
		if !met[key] {
			t.Errorf("%s is not met here", key)
		}
		for _, text := range []say.Text{m.Expected, m.Found, m.Try} {
			if !text.IsZero() && !text.Complete() {
				t.Errorf("%s lacks a language", key)
			}
		}
	}
}
