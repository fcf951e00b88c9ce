package sandbox

import (
	"fmt"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// maxQueues bounds how many names are read of a namespace; a learner may not exceed
// /proc/sys/fs/mqueue/queues_max, which is 256 by default.
const maxQueues = 1024

// mqueues appends to a script what lists the POSIX queues of every IPC namespace that is open, and
// returns what reads the answers. It comes last in the script, for it enters the lab's mount namespace.
//
// /dev/mqueue would not do: a mount of mqueue shows the IPC namespace it was made in, wherever the one who looks
// is (mq_overview(7)). So each namespace gets a mount of its own that is attached nowhere (fsmount(2), since Linux 5.2) and
// ends with its descriptor. It is no second file system: a namespace has one.
func (o *observer) mqueues(s *script) (read func(*image)) {
	s.may("join the lab's mount namespace", unix.SYS_SETNS, o.lab.ns.mnt, unix.CLONE_NEWNS)
	type visit struct {
		inode     uint64
		join, dir ref
	}
	var visits []visit
	for _, key := range o.order {
		if key.kind != snapshot.IPC {
			continue
		}
		v := visit{inode: key.inode, join: s.may("join", unix.SYS_SETNS, o.files[key], unix.CLONE_NEWIPC)}
		fs := s.may("fsopen mqueue", unix.SYS_FSOPEN, "mqueue", unix.FSOPEN_CLOEXEC)
		s.may("fsconfig", unix.SYS_FSCONFIG, fs, unix.FSCONFIG_CMD_CREATE, 0, 0, 0)
		mnt := s.may("fsmount", unix.SYS_FSMOUNT, fs, unix.FSMOUNT_CLOEXEC, 0)
		v.dir = s.may("open", unix.SYS_OPENAT, mnt, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC)
		s.may("close", unix.SYS_CLOSE, mnt)
		s.may("close", unix.SYS_CLOSE, fs)
		visits = append(visits, v)
	}
	return func(b *image) {
		for _, v := range visits {
			fd := b.result(v.dir)
			if fd < 0 {
				continue
			}
			dir := os.NewFile(uintptr(fd), "mqueue")
			if ipc, ok := o.snap.IPC[v.inode]; ok && b.result(v.join) >= 0 {
				var st unix.Stat_t
				if unix.Fstat(fd, &st) == nil {
					ipc.POSIXDev = fmt.Sprintf("%d:%d", unix.Major(st.Dev), unix.Minor(st.Dev))
				}
				ipc.POSIX, _ = dir.Readdirnames(maxQueues)
				slices.Sort(ipc.POSIX)
				o.snap.IPC[v.inode] = ipc
			}
			_ = dir.Close()
		}
	}
}
