package sandbox

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

func TestALimitIsANumberOrNone(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"pids.max": "20\n", "memory.max": "max\n", "odd": "many\n", "empty": ""} {
		if err := os.WriteFile(dir+"/"+name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	fd, err := unix.Open(dir, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(fd)
	for name, want := range map[string]int64{"./pids.max": 20, "./memory.max": -1, "./odd": -1, "./empty": -1, "./none": -1, "../etc/passwd": -1} {
		if got := readLimit(fd, name); got != want {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
	}
}

func TestACgroupIsFoundFromTheLabsOwn(t *testing.T) {
	for _, c := range []struct {
		root, path, want string
		ok               bool
	}{
		{"/", "/", ".", true}, {"/", "/a", "./a", true}, {"/lab", "/lab", ".", true}, {"/lab", "/lab/a/b", "./a/b", true},
		{"/lab", "/laboratory", "", false}, {"/lab", "/", "", false}, {"/lab", "/other", "", false},
	} {
		if got, ok := below(c.root, c.path); got != c.want || ok != c.ok {
			t.Errorf("%s from %s: %q %t, want %q %t", c.path, c.root, got, ok, c.want, c.ok)
		}
	}
	l := newLab(t)
	s := snap(t, l)
	if limits, ok := s.Limits[s.Procs[0].Cgroup]; s.Procs[0].Cgroup != "" && (!ok || limits.PidsMax == 0) {
		t.Errorf("cgroup %q: %+v", s.Procs[0].Cgroup, s.Limits)
	}
}
