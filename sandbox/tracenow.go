package sandbox

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// System calls on files of /proc that the kernel answers at once, whatever the process they are about does: they are made
// without telling Go's scheduler, which costs more than they do while a process waits for its listener. What looks into
// a process's memory (cmdline, process_vm_readv(2)) is none of these: it can wait for a page as long as that process likes.

func openNow(dir int, name string, flags int) (int, error) {
	p, err := unix.BytePtrFromString(name)
	if err != nil {
		return -1, err
	}
	for {
		fd, _, errno := unix.RawSyscall6(unix.SYS_OPENAT, uintptr(dir), uintptr(unsafe.Pointer(p)), uintptr(flags|unix.O_CLOEXEC), 0, 0, 0)
		switch errno {
		case 0:
			return int(fd), nil
		case unix.EINTR:
		default:
			return -1, errno
		}
	}
}

func readNow(fd int, b []byte) (int, error) {
	n, _, errno := unix.RawSyscall(unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)))
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

// readlinkNow reads a link below a folder.
func readlinkNow(dir int, name string) (string, error) {
	p, err := unix.BytePtrFromString(name)
	if err != nil {
		return "", err
	}
	var b [unix.PathMax]byte
	n, _, errno := unix.RawSyscall6(unix.SYS_READLINKAT, uintptr(dir), uintptr(unsafe.Pointer(p)), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), 0, 0)
	if errno != 0 {
		return "", errno
	}
	return string(b[:n]), nil
}

func closeNow(fd int) { _, _, _ = unix.RawSyscall(unix.SYS_CLOSE, uintptr(fd), 0, 0) }
