package sandbox

import (
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// HasController reports whether a process in the lab may put a limit on
// others with that controller of cgroup v2 ("pids", "memory"): whether the cgroup the lab is in has it, and is the
// lab's to divide (cgroups(7), delegation).
func (l *Lab) HasController(name string) bool {
	if !l.hold() {
		return false
	}
	defer l.alive.Done()
	dir, err := unix.Openat2(l.rootFD, "sys/fs/cgroup", &unix.OpenHow{Flags: unix.O_PATH | unix.O_DIRECTORY | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS})
	if err != nil {
		return false
	}
	defer closeAll(dir)
	fd, err := unix.Openat(dir, "cgroup.controllers", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer closeAll(fd)
	buf := make([]byte, 4096)
	n, err := unix.Read(fd, buf)
	if err != nil || !slices.Contains(strings.Fields(string(buf[:max(n, 0)])), name) {
		return false
	}
	// The controllers must be given to children, which takes writing here.
	return unix.Faccessat(dir, "cgroup.subtree_control", unix.W_OK, 0) == nil
}
