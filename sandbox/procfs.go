package sandbox

import (
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// program fills in what a process runs, and what its /proc shows.
func (o *observer) program(name string, p *snapshot.Process) {
	if n, err := unix.Readlinkat(o.lab.procFD, name+"/exe", o.buf); err == nil {
		p.Exe = strings.TrimSuffix(string(o.buf[:n]), " (deleted)")
	}
	// Who has the same root in the same mount namespace sees the same /proc.
	view := procView{p.NS.Mnt, p.Root}
	ns, ok := o.procs[view]
	if !ok {
		ns = o.procNS(name)
		if p.Root.Ino != 0 {
			o.procs[view] = ns
		}
	}
	p.ProcNS = ns
}

type procView struct {
	mnt  uint64
	root snapshot.Dir
}

// procNS returns the PID namespace whose processes a process sees in /proc; 0 where no proc file
// system is there.
//
// Neither mountinfo nor the device tells: since Linux 5.8 every mount of proc is a device of its own, of
// whichever PID namespace. But the process with number 1 in it is in the PID namespace that the mount is of.
func (o *observer) procNS(name string) uint64 {
	root, err := unix.Openat(o.lab.procFD, name+"/root", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0
	}
	defer closeAll(root)
	proc, err := unix.Openat2(root, "proc", &unix.OpenHow{
		Flags:   unix.O_PATH | unix.O_DIRECTORY | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS,
	})
	if err != nil {
		return 0
	}
	defer closeAll(proc)
	var fs unix.Statfs_t
	if unix.Fstatfs(proc, &fs) != nil || fs.Type != unix.PROC_SUPER_MAGIC {
		return 0
	}
	// A directory of proc may be bound on /proc, or something else over parts of it: only its root will do,
	// and no step to another mount.
	var st unix.Stat_t
	if unix.Fstat(proc, &st) != nil || st.Ino != procRootIno {
		return 0
	}
	ns, err := unix.Openat2(proc, "1/ns", &unix.OpenHow{
		Flags:   unix.O_PATH | unix.O_DIRECTORY | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_XDEV | unix.RESOLVE_NO_MAGICLINKS | unix.RESOLVE_NO_SYMLINKS,
	})
	if err != nil {
		return 0
	}
	defer closeAll(ns)
	var buf [64]byte
	n, err := unix.Readlinkat(ns, "pid", buf[:])
	if err != nil {
		return 0
	}
	_, inode, _ := parseNSLink(string(buf[:n]))
	return inode
}

// procRootIno is the inode number of the root of every proc file system (PROC_ROOT_INO in the kernel's
// include/linux/proc_ns.h).
const procRootIno = 1
