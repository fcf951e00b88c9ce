package sandbox

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// mqueueMount returns the mount of mqueue at that point in a mount namespace.
func mqueueMount(t *testing.T, s *snapshot.Snapshot, mnt uint64, point string) snapshot.Mount {
	t.Helper()
	i := slices.IndexFunc(s.Mounts[mnt], func(m snapshot.Mount) bool { return m.FSType == "mqueue" && m.Point == point })
	if i < 0 {
		t.Fatalf("no mqueue on %s: %+v", point, s.Mounts[mnt])
	}
	return s.Mounts[mnt][i]
}

func TestPOSIXQueuesAreSeenInTheirNamespace(t *testing.T) {
	l := newLab(t)
	sh(t, l, "touch /dev/mqueue/outer")
	// The second is born in a new IPC namespace and sees the host's mount; a mount of its own shows its own.
	p, _ := background(t, l, unix.CLONE_NEWIPC|unix.CLONE_NEWNS,
		"touch /dev/mqueue/through; mkdir /tmp/mq; mount -t mqueue none /tmp/mq; touch /tmp/mq/b /tmp/mq/a; echo; exec sleep 1000")
	s := snap(t, l)
	inner := proc(t, s, p).NS
	host, own := s.IPC[s.Host.IPC], s.IPC[inner.IPC]
	if !slices.Equal(host.POSIX, []string{"outer", "through"}) || !slices.Equal(own.POSIX, []string{"a", "b"}) {
		t.Errorf("host %q, own %q", host.POSIX, own.POSIX)
	}
	if m := mqueueMount(t, s, inner.Mnt, "/tmp/mq"); m.Dev != own.POSIXDev || m.Dev == host.POSIXDev {
		t.Errorf("the own mount is of %s, the namespace's file system of %s", m.Dev, own.POSIXDev)
	}
	if m := mqueueMount(t, s, inner.Mnt, "/dev/mqueue"); m.Dev != host.POSIXDev {
		t.Errorf("/dev/mqueue is of %s, the host's file system of %s", m.Dev, host.POSIXDev)
	}
}

func TestLookingAtQueuesLeavesNoMount(t *testing.T) {
	l := newLab(t)
	for range 3 {
		snap(t, l)
	}
	if out := sh(t, l, "grep -c mqueue /proc/self/mounts"); strings.TrimSpace(out) != "1" {
		t.Errorf("%s mounts of mqueue", out)
	}
}
