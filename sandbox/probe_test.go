package sandbox

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// probe is what the test program does in a lab, where it is nslab: things that
// no command of the machine shows. It prints what it found.
func probe(name string, args []string) int {
	var err error
	switch name {
	case "ptrace": // PID
		pid, _ := strconv.Atoi(args[0])
		err = unix.PtraceAttach(pid)
		if err == nil {
			_ = unix.PtraceDetach(pid)
		}
	case "abstract": // NAME
		var c net.Conn
		if c, err = net.Dial("unix", "@"+args[0]); err == nil {
			_ = c.Close()
		}
	case "session-key": // NAME: read a key of the session keyring
		var id int
		if id, err = unix.KeyctlSearch(unix.KEY_SPEC_SESSION_KEYRING, "user", args[0], 0); err == nil {
			buf := make([]byte, 100)
			var n int
			if n, err = unix.KeyctlBuffer(unix.KEYCTL_READ, id, buf, 0); err == nil {
				fmt.Printf("%s", buf[:min(n, len(buf))])
			}
		}
	case "add-session-key": // NAME VALUE
		_, err = unix.AddKey("user", args[0], []byte(args[1]), unix.KEY_SPEC_SESSION_KEYRING)
	case "sti": // type into the terminal that descriptor 0 is
		c := byte('x')
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, 0, unix.TIOCSTI, uintptr(unsafe.Pointer(&c)))
		if errno != 0 {
			err = errno
		}
	case "calls":
		return probeCalls(args[0])
	case "call": // NAME: see trace_test.go
		return probeCall(args[0])
	case "forbidden": // see forbid_test.go
		return probeForbidden()
	case "families":
		return probeFamilies()
	case "writable": // see escape_test.go
		return writableProbe()
	case "raw":
		return rawProbe()
	case "send-descriptors":
		err = sendDescriptors()
	case "told": // N: see tracesignals_test.go
		n, _ := strconv.Atoi(args[0])
		return toldCalls(n)
	case "flood": // unshare, from four threads, without end
		return flood()
	case "write": // PATH: by whatever way root has
		return writeTo(args[0])
	case "spy": // PATTERN: look into every process there is, over and over
		return spy([]byte(args[0]))
	default:
		if status := hostileProbe(name); status >= 0 {
			return status
		}
		err = fmt.Errorf("no probe %s", name)
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

// spy looks into every process of the lab but itself and its init until it is
// killed, and says when it saw one with that pattern in what only the keeper's
// own processes have: environment, descriptors, program, memory map.
func spy(pattern []byte) int {
	fmt.Println("ready")
	self := strconv.Itoa(os.Getpid())
	for {
		f, err := os.Open("/proc")
		if err != nil {
			return 1
		}
		names, _ := f.Readdirnames(-1)
		_ = f.Close()
		for _, name := range names {
			if name == self || name == "1" || name[0] < '0' || name[0] > '9' {
				continue
			}
			dir := "/proc/" + name + "/"
			if b, err := os.ReadFile(dir + "environ"); err == nil && bytes.Contains(b, pattern) {
				fmt.Println("environ of", name)
				return 1
			}
			if b, err := os.ReadFile(dir + "maps"); err == nil && bytes.Contains(b, pattern) {
				fmt.Println("maps of", name)
				return 1
			}
			if exe, err := os.Readlink(dir + "exe"); err == nil && bytes.Contains([]byte(exe), pattern) {
				fmt.Println("exe of", name, exe)
				return 1
			}
			if fds, err := os.ReadDir(dir + "fd"); err == nil {
				for _, fd := range fds {
					if to, err := os.Readlink(dir + "fd/" + fd.Name()); err == nil && bytes.Contains([]byte(to), pattern) {
						fmt.Println("descriptor of", name, to)
						return 1
					}
				}
			}
		}
	}
}

// writeTo tries every way to write to a file: itself, by a change of its mount, by a copy of its mount, by a bind mount.
func writeTo(path string) int {
	found := "no"
	try := func(how, path string) {
		_ = os.Chmod(path, 0o777)
		if fd, err := unix.Open(path, unix.O_RDWR|unix.O_CLOEXEC, 0); err == nil {
			if _, err := unix.Pwrite(fd, []byte("x"), 1000); err == nil {
				found = how
			}
			_ = unix.Close(fd)
		}
		if unix.Truncate(path, 1000) == nil {
			found = "truncate " + how
		}
	}
	try("itself", path)
	writable := unix.MountAttr{Attr_clr: unix.MOUNT_ATTR_RDONLY}
	if fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0); err != nil {
		found = err.Error() // that it cannot be opened would prove nothing
	} else if unix.MountSetattr(fd, "", unix.AT_EMPTY_PATH, &writable) == nil {
		try("its mount", path)
	}
	if fd, err := unix.OpenTree(unix.AT_FDCWD, path, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC); err == nil {
		_ = unix.MountSetattr(fd, "", unix.AT_EMPTY_PATH, &writable)
		try("a copy of its mount", "/proc/self/fd/"+strconv.Itoa(fd))
	}
	on := "/tmp/on"
	if err := os.WriteFile(on, nil, 0o600); err != nil {
		found = err.Error()
	}
	if unix.Mount(path, on, "", unix.MS_BIND, "") == nil {
		_ = unix.Mount("", on, "", unix.MS_REMOUNT|unix.MS_BIND, "")
		try("a bind mount", on)
	}
	fmt.Println(found)
	return 0
}
