package sandbox

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The walker of walk_amd64.s is also the whole text of a program of its own, an ELF file of one page that
// is in no file system: it fetches a script from descriptor 0 and walks it. What becomes the init of a
// lab stays that program (script.settle): PID 1 of a PID namespace must be there, and must
// not keep the dead (pid_namespaces(7)); with SIGCHLD ignored the kernel reaps children by itself
// (wait(2), NOTES), also those that an ended process leaves behind.
//
// It is not a copy of the keeper, because the learner is root beside it and may read all it has: its
// memory, its environment, its descriptors, and the file it was started from.

// Where the walker has its script, and how much room there is (walk.h).
const (
	pageAt   = 0x10000000
	pageSize = 0x20000
)

// walkAddress returns where walk begins.
func walkAddress() uintptr

// walkerEnd is what stands behind walk.
var walkerEnd = []byte("lsnadneb")

// walkerELF returns the ELF file of the walker for this architecture (elf(5)).
func walkerELF() ([]byte, error) {
	machine, ok := map[string]uint16{"amd64": 62, "arm64": 183}[runtime.GOARCH]
	if !ok {
		return nil, fmt.Errorf("labs are written for amd64 and arm64, not for %s", runtime.GOARCH)
	}
	start := walkAddress()
	text := unsafe.Slice((*byte)(*(*unsafe.Pointer)(unsafe.Pointer(&start))), 2048)
	end := bytes.Index(text, walkerEnd)
	if end < 0 {
		return nil, fmt.Errorf("the walker has no end")
	}
	text = text[:end]
	const (
		base   = 0x400000
		header = 64 + 56 // the ELF header and one program header
	)
	size := uint64(header + len(text))
	le := binary.LittleEndian
	b := []byte{0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	b = le.AppendUint16(b, 2) // ET_EXEC
	b = le.AppendUint16(b, machine)
	b = le.AppendUint32(b, 1)
	b = le.AppendUint64(b, base+header) // e_entry
	b = le.AppendUint64(b, 64)          // e_phoff
	b = le.AppendUint64(b, 0)           // e_shoff
	b = le.AppendUint32(b, 0)
	b = le.AppendUint16(b, 64) // e_ehsize
	b = le.AppendUint16(b, 56) // e_phentsize
	b = le.AppendUint16(b, 1)  // e_phnum
	b = le.AppendUint16(b, 64)
	b = le.AppendUint16(b, 0)
	b = le.AppendUint16(b, 0)
	b = le.AppendUint32(b, 1) // PT_LOAD
	b = le.AppendUint32(b, 5) // PF_R|PF_X
	b = le.AppendUint64(b, 0)
	b = le.AppendUint64(b, base)
	b = le.AppendUint64(b, base)
	b = le.AppendUint64(b, size)
	b = le.AppendUint64(b, size)
	b = le.AppendUint64(b, 0x1000)
	return append(b, text...), nil
}

// walkerFile is the descriptor of the walker's file. All keepers of the program share it.
var walkerFile lasting[int]

// walker returns it.
func walker() (int, error) { return walkerFile.get(makeWalker) }

func makeWalker() (int, error) {
	elf, err := walkerELF()
	if err != nil {
		return -1, err
	}
	fd, err := memoryFile(elf)
	if err != nil && !isShortage(err) {
		// vm.memfd_noexec may be 2 (Linux 6.3): then no file of this kind can be executed. A filter may refuse the call.
		var other error
		if fd, other = tmpfsFile(elf); other != nil {
			err = fmt.Errorf("%w; on a tmpfs: %w", err, other)
		} else {
			err = nil
		}
	}
	if err != nil {
		return -1, fmt.Errorf("make the file that new processes execute: %w", err)
	}
	return fd, nil
}

// isShortage reports whether an error is of a kind that passes.
func isShortage(err error) bool {
	return errors.Is(err, unix.EMFILE) || errors.Is(err, unix.ENFILE) || errors.Is(err, unix.ENOMEM) || errors.Is(err, unix.EAGAIN)
}

// A lab's root may open /proc/1/exe, and what it wrote there the next lab's walker would run, outside (CVE-2019-5736). That
// the kernel refuses to write to what is being executed (ETXTBSY) does not help: Linux 6.11 and 6.12 do not. So the file is
// sealed, or on a mount that is read-only and out of everybody's reach.

// memoryFile makes an executable file that is in no file system.
func memoryFile(content []byte) (int, error) {
	// Who does not ask for it gets a file that cannot be executed where vm.memfd_noexec is 1. Linux before 6.3
	// does not know the flag (memfd_create(2)).
	fd, err := unix.MemfdCreate("init", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING|unix.MFD_EXEC)
	if err == unix.EINVAL {
		fd, err = unix.MemfdCreate("init", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	}
	if err != nil {
		return -1, fmt.Errorf("memfd_create: %w", err)
	}
	if _, err = unix.Write(fd, content); err == nil {
		_, err = unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, unix.F_SEAL_WRITE|unix.F_SEAL_GROW|unix.F_SEAL_SHRINK|unix.F_SEAL_SEAL)
	}
	if err != nil {
		closeAll(fd)
		return -1, fmt.Errorf("write and seal a file in memory: %w", err)
	}
	return fd, nil
}

// tmpfsFile makes an executable file on a tmpfs of its own, and returns it opened for reading. The tmpfs is mounted
// nowhere, and nobody can mount it: it was a detached mount (fsmount(2)), and ends with the descriptor of that, but for
// the one file that is still open, through a mount that is read-only for ever after.
func tmpfsFile(content []byte) (int, error) {
	fd, err := tmpfsFileIn(content, unix.CLONE_NEWUSER|unix.CLONE_NEWNS)
	if err != nil && os.Geteuid() == 0 {
		if fd, rerr := tmpfsFileIn(content, unix.CLONE_NEWNS); rerr == nil {
			return fd, nil
		}
	}
	return fd, err
}

// tmpfsFileIn does it in new namespaces in which the process may mount.
func tmpfsFileIn(content []byte, namespaces int) (int, error) {
	s := &script{}
	s.must("make namespaces", unix.SYS_UNSHARE, namespaces)
	if namespaces&unix.CLONE_NEWUSER != 0 {
		s.writeMaps(must, unix.AT_FDCWD, "/proc/", os.Geteuid(), os.Getegid())
	}
	// Named as a file in memory is: so it is shown to who reads the link /proc/1/exe (proc_pid_exe(5)).
	const name = "memfd:init"
	fs := s.must("fsopen tmpfs", unix.SYS_FSOPEN, "tmpfs", unix.FSOPEN_CLOEXEC)
	s.must("make a tmpfs", unix.SYS_FSCONFIG, fs, unix.FSCONFIG_CMD_CREATE, 0, 0, 0)
	mount := s.must("fsmount", unix.SYS_FSMOUNT, fs, unix.FSMOUNT_CLOEXEC, unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NODEV)
	s.must("close", unix.SYS_CLOSE, fs)
	file := s.must("create a file", unix.SYS_OPENAT, mount, name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC, 0o555)
	s.must("fchmod", unix.SYS_FCHMOD, file, 0o555) // whatever the umask
	s.must("write", unix.SYS_WRITE, file, content, len(content))
	s.must("close", unix.SYS_CLOSE, file)
	program := s.must("open the file", unix.SYS_OPENAT, mount, name, unix.O_RDONLY|unix.O_CLOEXEC)
	s.must("unlink the file", unix.SYS_UNLINKAT, mount, name, 0)
	attr := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY}
	s.must("make the tmpfs read-only", unix.SYS_MOUNT_SETATTR, mount, "", unix.AT_EMPTY_PATH, structBytes(&attr), unix.MOUNT_ATTR_SIZE_VER0)
	s.must("close", unix.SYS_CLOSE, mount)
	img, err := s.run(unix.CLONE_FILES)
	if err != nil {
		return -1, err
	}
	return img.result(program), nil
}

// apart is a process that has a memory of its own, with the walker in it, and awaits its script.
type apart struct {
	*script
	pid   int
	ours  int    // our end of the socket
	late  func() // called when nothing has been heard for as long as waitNoLonger says
	outer *image // what it walks before its exec, in our memory
	start int64  // when it was started, where timed is set
}

// startApart starts one. It keeps the descriptors keep, under their numbers; argv and env are what
// /proc shows of it. Its caller appends to its script, and calls walk. The process executes the walker meanwhile.
func startApart(argv, env []string, keep ...int) (*apart, error) {
	program, err := walker()
	if err != nil {
		return nil, err
	}
	// No other new process may hold a copy of the socket: walk would wait for it too.
	syscall.ForkLock.Lock()
	defer syscall.ForkLock.Unlock()
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("make a pair of sockets: %w", err)
	}
	defer closeAll(ends[1])
	s := &script{}
	s.must("close_range", unix.SYS_CLOSE_RANGE, 0, uintptr(^uint32(0)), unix.CLOSE_RANGE_CLOEXEC)
	for _, fd := range append(keep, ends[1]) {
		if fd >= 0 {
			s.must("fcntl F_SETFD", unix.SYS_FCNTL, fd, unix.F_SETFD, 0)
		}
	}
	s.must("dup3", unix.SYS_DUP3, ends[1], 0, 0)
	s.must("execute the walker", unix.SYS_EXECVEAT, program, "", s.vector(argv), s.vector(env), unix.AT_EMPTY_PATH)
	outer := s.image(0)
	var start unix.Timespec
	if timed != nil {
		_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &start)
	}
	pid, err := outer.start(0)
	if err != nil {
		closeAll(ends[0])
		return nil, err
	}
	return &apart{script: &script{sock: ends[1]}, pid: pid, ours: ends[0], outer: outer, start: start.Nano()}, nil
}

// waitNoLonger has walk call late whenever nothing has been heard for that long.
func (a *apart) waitNoLonger(than time.Duration, late func()) {
	t := unix.NsecToTimeval(int64(than))
	if unix.SetsockoptTimeval(a.ours, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &t) == nil {
		a.late = late
	}
}

// walk sends the script and waits until every process of it has called execve(2), settled or ended. Told
// is called when a process of the script does what tell appends. The first error of a process is returned;
// the image in any case. The process itself has yet to be waited for (born).
func (a *apart) walk(told func(news byte) error) (*image, error) {
	defer closeAll(a.ours)
	img := a.image(pageAt)
	// Who hears nothing more from us ends; what we have of it has come by then, or comes still.
	give := func(b []byte) error {
		for {
			err := unix.Send(a.ours, b, unix.MSG_NOSIGNAL)
			switch err {
			case unix.EINTR:
				continue
			case nil, unix.EPIPE, unix.ECONNRESET: // a process that has gone is found out below
				return nil
			}
			return fmt.Errorf("send a new process what it has to do: %w", err)
		}
	}
	var err error
	if size := len(wordBytes(img.words)); size > pageSize {
		err = fmt.Errorf("a script of %d bytes does not fit into %d", size, pageSize)
	} else {
		err = give(wordBytes(img.words))
	}
	message := make([]uintptr, img.end-img.board)
	heard := false
	for {
		if err != nil {
			_ = unix.Shutdown(a.ours, unix.SHUT_WR)
		}
		n, _, rerr := unix.Recvfrom(a.ours, wordBytes(message), 0)
		if rerr == unix.EINTR || rerr == unix.ECONNRESET {
			continue // the latter says that what we sent was not read, before what was sent to us can be (unix(7))
		}
		if rerr == unix.EAGAIN {
			a.late()
			continue
		}
		if rerr != nil && err == nil {
			err = fmt.Errorf("hear from a new process: %w", rerr)
		}
		if rerr != nil || n == 0 {
			break
		}
		if n == len(wordBytes(message)) {
			heard = true
			img.merge(message)
			continue
		}
		if n == 1 && err == nil {
			if err = told(wordBytes(message)[0]); err == nil {
				err = give([]byte{1})
			}
		}
	}
	if err == nil {
		err = a.outer.err()
	}
	if err == nil {
		err = img.err()
	}
	if err == nil && !heard {
		err = errUnborn
	}
	runtime.KeepAlive(a.outer)
	if timed != nil {
		timed(img, a.start)
	}
	return img, err
}

// abandon ends the process, for which there is nothing to do.
func (a *apart) abandon() {
	closeAll(a.ours)
	_, _ = reap(a.pid)
	runtime.KeepAlive(a.outer)
}

// tell appends telling the keeper how far the process has come, and hear the waiting for its word.
func (s *script) tell(news byte) {
	s.must("tell the keeper", unix.SYS_SENDTO, s.sock, []byte{news}, 1, unix.MSG_NOSIGNAL, 0, 0)
}

func (s *script) hear() {
	s.add(wantN, "wait for the keeper", unix.SYS_RECVFROM, s.sock, s.space(1), 1, 0, 0, 0)
}
