package sandbox

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// This file has the seccomp(2) filter of a traced lab. The filter decides in the kernel which calls are told to
// the keeper; all others run at full speed (for a call that a filter allows whatever its arguments, the kernel
// does not even run it, since Linux 5.11).
//
// A filter sees numbers only, not what a pointer leads to. That is enough for the flags of clone(2) and unshare(2); those of
// clone3(2) are in memory, so every clone3 is told, and the keeper sends most of them back as
// unknown: the C library then takes clone(2), once and for all (see listener.clone3).
//
// Calls of another architecture than the program's own - those of 32-bit programs - have other numbers. What is forbidden
// is forbidden to them too (forbid.go); the rest passes unseen: a trace is there to teach.

// told are the calls that are told whatever their arguments.
var told = []uint32{
	unix.SYS_EXECVE, unix.SYS_EXECVEAT, unix.SYS_CLONE3, unix.SYS_SETNS,
	unix.SYS_SETHOSTNAME, unix.SYS_SETDOMAINNAME,
	unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_PIVOT_ROOT, unix.SYS_CHROOT,
	unix.SYS_OPEN_TREE, unix.SYS_MOVE_MOUNT, unix.SYS_FSOPEN, unix.SYS_FSCONFIG, unix.SYS_FSMOUNT, unix.SYS_FSPICK, unix.SYS_MOUNT_SETATTR,
	unix.SYS_MSGGET, unix.SYS_SEMGET, unix.SYS_SHMGET, unix.SYS_MQ_OPEN, unix.SYS_MQ_UNLINK,
}

// nsFlags are the flags that ask for namespaces.
var nsFlags = func() (all uint32) {
	for _, k := range snapshot.Kinds() {
		flag, _ := snapshot.CloneFlag(k)
		all |= uint32(flag)
	}
	return all
}()

// toldIf are the calls that are told where an argument has one of some bits or, with no bits, is 0 (IPC_RMID).
var toldIf = []struct {
	nr   uint32
	arg  uint32
	bits uint32
}{
	{unix.SYS_UNSHARE, 0, nsFlags},
	// The lowest byte of clone's flags is a signal, CLONE_NEWTIME among its values.
	{unix.SYS_CLONE, 0, nsFlags &^ 0xff},
	{unix.SYS_MSGCTL, 1, 0}, {unix.SYS_SHMCTL, 1, 0}, {unix.SYS_SEMCTL, 2, 0},
}

// traceFilter writes the filter: that of every lab, and what is told behind it.
func traceFilter() []unix.SockFilter {
	p := forbidFilter(true)
	for _, c := range toldIf {
		test := unix.SockFilter{Code: bpfJumpBits, K: c.bits, Jf: 1}
		if c.bits == 0 {
			test = unix.SockFilter{Code: bpfJumpEqual, K: 0, Jf: 1}
		}
		p = append(p, unix.SockFilter{Code: bpfJumpEqual, K: c.nr, Jf: 4},
			unix.SockFilter{Code: bpfLoad, K: dataArgs + 8*c.arg}, test, bpfTell, bpfAllow)
	}
	for _, n := range told {
		p = append(p, unix.SockFilter{Code: bpfJumpEqual, K: n, Jf: 1}, bpfTell)
	}
	return append(p, bpfAllow)
}

// installFilter appends taking the filter upon itself. Its result is the listener's descriptor, which execve(2) closes.
func (s *script) installFilter(kind callKind) ref {
	return s.seccomp(kind, traceFilter(), listenerFlags())
}

// structure puts a structure into the arena of which a word, at that place in it, is the address of something else there.
func (s *script) structure(b []byte, place, to uintptr, more ...uintptr) vector {
	at := s.room(len(b))
	copy(s.arena[at:], b)
	for more = append([]uintptr{place, to}, more...); len(more) > 0; more = more[2:] {
		word := at + int(more[0])
		*(*uintptr)(unsafe.Pointer(&s.arena[word])) = more[1]
		s.vectors = append(s.vectors, word)
	}
	return vector(at)
}

// listenerFlags returns the flags to install the filter with.
func listenerFlags() int {
	flags := unix.SECCOMP_FILTER_FLAG_NEW_LISTENER
	if major, minor := kernelVersion(); major > 5 || major == 5 && minor >= 19 {
		// Without it a signal interrupts a call that is being told, which is then told twice.
		flags |= unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
	}
	return flags
}

// sendFD appends sending a descriptor over a socket (SCM_RIGHTS of unix(7)). The message is written before
// the descriptor is known: so it is given the number spare first. The process keeps none: should the other side not get the
// listener of a filter, then nobody has it, and the calls that would wait for its answer fail (ENOSYS).
func (s *script) sendFD(socket int, fd ref, spare int) {
	s.may("dup3", unix.SYS_DUP3, fd, spare, unix.O_CLOEXEC)
	rights := unix.UnixRights(spare)
	control := s.room(len(rights))
	copy(s.arena[control:], rights)
	one := s.room(1)
	iov := s.structure(structBytes(&unix.Iovec{Len: 1}), unsafe.Offsetof(unix.Iovec{}.Base), uintptr(one))
	msg := s.structure(structBytes(&unix.Msghdr{Iovlen: 1, Controllen: uint64(len(rights))}),
		unsafe.Offsetof(unix.Msghdr{}.Iov), uintptr(iov), unsafe.Offsetof(unix.Msghdr{}.Control), uintptr(control))
	s.may("send a descriptor", unix.SYS_SENDMSG, socket, msg, unix.MSG_NOSIGNAL)
	s.may("close", unix.SYS_CLOSE, spare)
	s.may("close", unix.SYS_CLOSE, fd)
}
