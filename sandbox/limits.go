package sandbox

import (
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// limits fills in what the cgroups of the lab's processes allow (cgroups(7)). It reads
// the files through the lab's own mount of the hierarchy. The kernel shows us the root of that mount as it
// shows the cgroups of processes, from our own cgroup namespace.
func (o *observer) limits() {
	o.snap.Limits = map[string]snapshot.Limits{}
	root, err := unix.Openat2(o.lab.rootFD, "sys/fs/cgroup", &unix.OpenHow{Flags: unix.O_PATH | unix.O_DIRECTORY | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS})
	if err != nil {
		return
	}
	defer closeAll(root)
	base := ""
	for _, m := range o.snap.Mounts[o.lab.host.Mnt] {
		if m.FSType == "cgroup2" && m.Point == "/sys/fs/cgroup" {
			base = m.Root
		}
	}
	if base == "" {
		return
	}
	for _, p := range o.snap.Procs {
		if _, seen := o.snap.Limits[p.Cgroup]; seen || p.Cgroup == "" {
			continue
		}
		path, ok := below(base, p.Cgroup)
		if !ok {
			continue
		}
		o.snap.Limits[p.Cgroup] = snapshot.Limits{
			PidsMax: readLimit(root, path+"/pids.max"), MemoryMax: readLimit(root, path+"/memory.max")}
	}
}

// below says where a cgroup is, seen from one above it or from itself.
func below(root, path string) (string, bool) {
	root = strings.TrimSuffix(root, "/")
	rest, ok := strings.CutPrefix(path, root)
	if !ok || rest != "" && !strings.HasPrefix(rest, "/") {
		return "", false
	}
	return "." + strings.TrimSuffix(rest, "/"), true
}

// readLimit reads a file that holds a number or "max"; -1 for that, and where the file is not there.
func readLimit(dir int, path string) int64 {
	fd, err := unix.Openat2(dir, path, &unix.OpenHow{Flags: unix.O_RDONLY | unix.O_CLOEXEC | unix.O_NONBLOCK,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_XDEV})
	if err != nil {
		return -1
	}
	defer closeAll(fd)
	var buf [32]byte
	n, err := unix.Read(fd, buf[:])
	if err != nil {
		return -1
	}
	limit, err := strconv.ParseInt(strings.TrimSpace(string(buf[:n])), 10, 64)
	if err != nil {
		return -1
	}
	return limit
}
