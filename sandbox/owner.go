package sandbox

import (
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// nsGetUserNS asks for the user namespace that owns a namespace; for a user
// namespace that is its parent (ioctl_nsfs(2), since Linux 4.9).
const nsGetUserNS = 0xb701

// owners fills in which user namespace owns each namespace that is open or that
// a process is in, but for those of the host that nobody opens (the host's owns them), and
// which is the parent of each user namespace that a process is in.
func (o *observer) owners() {
	o.snap.Owners = map[uint64]uint64{}
	for key, fd := range o.files {
		o.owner(fd, key.inode)
	}
	for _, p := range o.snap.Procs {
		for _, kind := range []snapshot.Kind{snapshot.User, snapshot.Mnt, snapshot.PID, snapshot.Cgroup, snapshot.Time} {
			inode := p.NS.Of(kind)
			if _, known := o.snap.Owners[inode]; known || inode == 0 || kind != snapshot.User && inode == o.snap.Host.Of(kind) || !o.admit(kind, inode) {
				continue
			}
			fd, err := o.openat(strconv.Itoa(p.PID) + "/ns/" + string(kind))
			if err != nil {
				continue
			}
			var st unix.Stat_t
			if unix.Fstat(fd, &st) == nil && st.Ino == inode {
				o.owner(fd, inode)
			}
			closeAll(fd)
		}
	}
}

// owner asks who owns one namespace. The kernel does not name an owner that is outside of our own user namespace.
func (o *observer) owner(fd int, inode uint64) {
	owner, err := unix.IoctlRetInt(fd, nsGetUserNS)
	if err != nil {
		return
	}
	var st unix.Stat_t
	if unix.Fstat(owner, &st) == nil {
		o.snap.Owners[inode] = st.Ino
	}
	closeAll(owner)
}
