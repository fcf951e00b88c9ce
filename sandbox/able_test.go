package sandbox

import (
	"testing"

	"golang.org/x/sys/unix"
)

func TestALabIsAskedByTrying(t *testing.T) {
	l := newLab(t)
	before := snap(t, l)
	for what, able := range map[string][2]bool{
		"mount tmpfs":             {l.CanMount("tmpfs"), true},
		"mount nothing":           {l.CanMount("no-such-fs"), false},
		"clone UTS":               {l.CanClone(unix.CLONE_NEWUTS), true},
		"an interface of no kind": {l.CanLink("no-such-kind"), false},
		"overlay":                 {l.CanMount("overlay"), shell(t, l, "grep -qw overlay /proc/filesystems").status == 0},
		"mqueue":                  {l.CanMount("mqueue"), shell(t, l, "grep -qw mqueue /proc/filesystems").status == 0},
	} {
		if able[0] != able[1] {
			t.Errorf("%s: %v", what, able[0])
		}
	}
	after := snap(t, l)
	if a, b := len(before.Mounts[before.Host.Mnt]), len(after.Mounts[after.Host.Mnt]); a != b {
		t.Errorf("%d mounts, before %d", b, a)
	}
	if r := shell(t, l, "ls /mnt"); r.out != "" {
		t.Errorf("/mnt has %s", r.out)
	}
}

func TestALabOfBusyBoxHasABash(t *testing.T) {
	needBusybox(t)
	l := newLabOf(t, keeper(t), LabOptions{Tools: BusyBoxTools})
	for line, want := range map[string]string{"bash -c 'echo $0 $1' a b": "a b\n", "unshare --uts bash -c 'hostname inside; hostname'": "inside\n"} {
		if r := shell(t, l, line); r.status != 0 || r.out != want {
			t.Errorf("%s: status %d, %q %s", line, r.status, r.out, r.err)
		}
	}
}
