package sandbox

import (
	"testing"

	"golang.org/x/sys/unix"
)

func TestANamespaceHasAnOwner(t *testing.T) {
	l := newLab(t)
	p, _ := background(t, l, unix.CLONE_NEWUSER|unix.CLONE_NEWUTS, "unshare --user --ipc --mount --cgroup --pid --fork sleep 1000 & sleep 1000 & echo; wait")
	eventually(t, "the innermost sleeps", func() bool {
		s := snap(t, l)
		for _, q := range s.Procs {
			if q.Comm == "sleep" && q.NS.User != proc(t, s, p).NS.User && len(q.PIDs) > 1 {
				return true
			}
		}
		return false
	})
	s := snap(t, l)
	own := proc(t, s, p).NS
	want := map[uint64]uint64{s.Host.UTS: s.Host.User, s.Host.IPC: s.Host.User, s.Host.Net: s.Host.User, own.UTS: own.User, own.User: s.Host.User}
	for _, q := range s.Procs {
		if q.NS.User != s.Host.User && q.NS.User != own.User {
			want[q.NS.User], want[q.NS.IPC] = own.User, q.NS.User
			want[q.NS.Mnt], want[q.NS.Cgroup] = q.NS.User, q.NS.User
			if len(q.PIDs) > 1 {
				want[q.NS.PID] = q.NS.User
			}
		}
	}
	if len(want) != 10 {
		t.Errorf("%d namespaces to ask for, want 10", len(want))
	}
	for inode, owner := range want {
		if got := s.Owners[inode]; got != owner || got == 0 {
			t.Errorf("namespace %d is owned by %d, want %d", inode, got, owner)
		}
	}
}
