package sandbox

import (
	"fmt"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// mqueueMagic is MQUEUE_MAGIC of the kernel's ipc/mqueue.c.
const mqueueMagic = 0x19800202

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
	joined := false
	type visit struct {
		inode     uint64
		join, dir ref
	}
	var visits []visit
	for _, key := range o.order {
		if key.kind != snapshot.IPC || key.inode == o.lab.host.IPC && o.lab.queuesFD >= 0 {
			continue
		}
		if !joined {
			s.may("join the lab's mount namespace", unix.SYS_SETNS, o.lab.ns.mnt, unix.CLONE_NEWNS)
			joined = true
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
		o.hostQueues()
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
				if len(ipc.POSIX) == maxQueues {
					o.omit(snapshot.OmittedIPC, 0, 0)
				}
				slices.Sort(ipc.POSIX)
				o.snap.IPC[v.inode] = ipc
			}
			_ = dir.Close()
		}
	}
}

// openQueues opens the lab's own /dev/mqueue, where there is one: to make a mount and end it at every look takes longer
// than all the rest of the look (the kernel waits for all processors).
func (l *Lab) openQueues() {
	fd, err := unix.Openat(l.rootFD, "dev/mqueue", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return
	}
	var fs unix.Statfs_t
	if err := unix.Fstatfs(fd, &fs); err != nil || fs.Type != mqueueMagic {
		closeAll(fd)
		return
	}
	l.queuesFD = fd
}

// hostQueues lists the queues of the lab's host, through the descriptor that was opened when the lab was made: whatever
// permissions the directory has now.
func (o *observer) hostQueues() {
	ipc, ok := o.snap.IPC[o.lab.host.IPC]
	if !ok || o.lab.queuesFD < 0 {
		return
	}
	fd := o.lab.queuesFD
	var st unix.Stat_t
	if unix.Fstat(fd, &st) == nil {
		ipc.POSIXDev = fmt.Sprintf("%d:%d", unix.Major(st.Dev), unix.Minor(st.Dev))
	}
	// The place in the directory is one for all who look.
	o.lab.queues.Lock()
	defer o.lab.queues.Unlock()
	if _, err := unix.Seek(fd, 0, unix.SEEK_SET); err != nil {
		return
	}
	for {
		if len(ipc.POSIX) >= maxQueues {
			o.omit(snapshot.OmittedIPC, 0, 0)
			break
		}
		n, err := unix.ReadDirent(fd, o.buf)
		if err == unix.EINTR {
			continue
		}
		if err != nil || n <= 0 {
			break
		}
		_, _, ipc.POSIX = unix.ParseDirent(o.buf[:n], -1, ipc.POSIX)
	}
	slices.Sort(ipc.POSIX)
	o.snap.IPC[o.lab.host.IPC] = ipc
}
