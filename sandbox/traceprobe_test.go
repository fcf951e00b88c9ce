package sandbox

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// callCase is a system call that a probe makes in a lab, and what the trace is to say of it.
type callCase struct {
	name string
	make func() error
	// c is a pattern of the call as in C, outcome what came of it; empty where no call is to be told.
	c       string
	outcome snapshot.Outcome
	lacks   string
	// fails is what the call returns.
	fails error
}

func raw(nr uintptr, args ...uintptr) error {
	var a [6]uintptr
	copy(a[:], args)
	_, _, errno := syscall.RawSyscall6(nr, a[0], a[1], a[2], a[3], a[4], a[5])
	if errno != 0 {
		return errno
	}
	return nil
}

func str(s string) uintptr {
	b, _ := unix.BytePtrFromString(s)
	return uintptr(unsafe.Pointer(b))
}

// atEdge is a string without an end, before a page that is not there.
func atEdge(s string) uintptr {
	size := os.Getpagesize()
	b, err := unix.Mmap(-1, 0, 2*size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		panic(err)
	}
	if err := unix.Mprotect(b[size:], unix.PROT_NONE); err != nil {
		panic(err)
	}
	copy(b[size-len(s):], s)
	return uintptr(unsafe.Pointer(&b[size-len(s)]))
}

// dropCap takes a capability from the thread.
func dropCap(bit int) error {
	h := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var d [2]unix.CapUserData
	if err := unix.Capget(&h, &d[0]); err != nil {
		return err
	}
	d[bit/32].Effective &^= 1 << (bit % 32)
	return unix.Capset(&h, &d[0])
}

// cloned makes a child that sleeps until the probe ends it.
func cloned(nr uintptr, args ...uintptr) error {
	var a [3]uintptr
	copy(a[:], args)
	pid, _, errno := syscall.RawSyscall(nr, a[0], a[1], a[2])
	if errno != 0 {
		return errno
	}
	if pid == 0 {
		for {
			_, _, _ = syscall.RawSyscall6(unix.SYS_PPOLL, 0, 0, 0, 0, 0, 0)
		}
	}
	clonedPID = int(pid)
	return nil
}

var clonedPID int

type clone3Args struct {
	flags, pidfd, childTID, parentTID, exitSignal, stack, stackSize, tls, setTID, setTIDSize, cgroup uint64
}

func clone3(flags, cgroup uint64) error {
	a := &clone3Args{flags: flags, exitSignal: uint64(unix.SIGCHLD), cgroup: cgroup}
	return cloned(unix.SYS_CLONE3, uintptr(unsafe.Pointer(a)), unsafe.Sizeof(*a))
}

func ownMounts() error {
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		return err
	}
	return unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
}

func then(steps ...func() error) func() error {
	return func() error {
		for _, step := range steps {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	}
}

func openNS(kind string) int {
	fd, err := unix.Open("/proc/thread-self/ns/"+kind, unix.O_RDONLY, 0)
	if err != nil {
		panic(err)
	}
	return fd
}

func callCases() []callCase {
	tmpfs := func() error { return unix.Mount("none", "/mnt", "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "size=1m") }
	unshare := func(flags int) func() error { return func() error { return unix.Unshare(flags) } }
	return []callCase{
		{name: "unshare", make: unshare(unix.CLONE_NEWUTS), c: `unshare\(CLONE_NEWUTS\)`, outcome: snapshot.Done},
		{name: "unshare-several", make: unshare(unix.CLONE_NEWIPC | unix.CLONE_NEWNET | unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP | unix.CLONE_FS),
			c: `unshare\(CLONE_NEWNS\|CLONE_NEWIPC\|CLONE_NEWNET\|CLONE_NEWCGROUP\|CLONE_FS\)`, outcome: snapshot.Done},
		{name: "unshare-pid", make: unshare(unix.CLONE_NEWPID), c: `unshare\(CLONE_NEWPID\)`, outcome: snapshot.Done},
		{name: "unshare-pid-twice", make: then(unshare(unix.CLONE_NEWPID), unshare(unix.CLONE_NEWPID)), c: `unshare\(CLONE_NEWPID\)`,
			outcome: snapshot.Refused, lacks: snapshot.LacksTwice, fails: unix.EINVAL},
		{name: "unshare-user-threads", make: unshare(unix.CLONE_NEWUSER), c: `unshare\(CLONE_NEWUSER\)`, outcome: snapshot.Refused,
			lacks: snapshot.LacksThreads, fails: unix.EINVAL},
		{name: "unshare-no-cap", make: then(func() error { return dropCap(unix.CAP_SYS_ADMIN) }, unshare(unix.CLONE_NEWUTS)),
			c: `unshare\(CLONE_NEWUTS\)`, outcome: snapshot.Refused, lacks: snapshot.LacksCap, fails: unix.EPERM},
		{name: "unshare-nothing", make: unshare(unix.CLONE_FS)},
		{name: "clone", make: func() error { return cloned(unix.SYS_CLONE, unix.CLONE_NEWUTS|uintptr(unix.SIGCHLD)) },
			c: `clone\(CLONE_NEWUTS\|SIGCHLD, \.\.\.\)`, outcome: snapshot.Done},
		{name: "clone-plain", make: func() error { return cloned(unix.SYS_CLONE, uintptr(unix.SIGCHLD)) }},
		{name: "clone3", make: func() error { return clone3(unix.CLONE_NEWUTS|unix.CLONE_NEWIPC, 0) },
			c: `clone3\(\{flags=CLONE_NEWUTS\|CLONE_NEWIPC, \.\.\.\}, 88\)`, outcome: snapshot.Done},
		{name: "clone3-plain", make: func() error { return clone3(0, 0) }, fails: unix.ENOSYS},
		// The kernel judges it, not we.
		{name: "clone3-cgroup", make: func() error { return clone3(unix.CLONE_INTO_CGROUP, 12345) }, c: `clone3\(\{flags=CLONE_INTO_CGROUP.*`,
			outcome: snapshot.Failed, fails: unix.EBADF},
		{name: "setns", make: func() error {
			fd := openNS("uts")
			return then(unshare(unix.CLONE_NEWUTS), func() error { return unix.Setns(fd, unix.CLONE_NEWUTS) })()
		}, c: `setns\(\d+, CLONE_NEWUTS\)`, outcome: snapshot.Done},
		{name: "setns-any", make: func() error { return unix.Setns(openNS("ipc"), 0) }, c: `setns\(\d+, 0\)`, outcome: snapshot.Done},
		{name: "setns-pid", make: func() error { return unix.Setns(openNS("pid"), unix.CLONE_NEWPID) }, c: `setns\(\d+, CLONE_NEWPID\)`, outcome: snapshot.Done},
		{name: "setns-own-user", make: func() error { return unix.Setns(openNS("user"), unix.CLONE_NEWUSER) },
			c: `setns\(\d+, CLONE_NEWUSER\)`, outcome: snapshot.Refused, lacks: snapshot.LacksOwnUserNS, fails: unix.EINVAL},
		{name: "setns-no-cap", make: then(func() error { return dropCap(unix.CAP_SYS_ADMIN) }, func() error { return unix.Setns(openNS("net"), 0) }),
			c: `setns\(\d+, 0\)`, outcome: snapshot.Refused, lacks: snapshot.LacksCap, fails: unix.EPERM},
		{name: "sethostname", make: func() error { return unix.Sethostname([]byte("nautilus")) }, c: `sethostname\("nautilus", 8\)`, outcome: snapshot.Done},
		{name: "sethostname-escape", make: func() error { return unix.Sethostname([]byte("a\x1b[2J\x00b\xff")) },
			c: `sethostname\("a\\x1b\[2J\\x00b\\xff", 8\)`, outcome: snapshot.Done},
		{name: "sethostname-nowhere", make: func() error { return raw(unix.SYS_SETHOSTNAME, 0x1000, 5) }, c: `sethostname\(0x1000, 5\)`,
			outcome: snapshot.Failed, fails: unix.EFAULT},
		{name: "setdomainname", make: func() error { return unix.Setdomainname([]byte("sea")) }, c: `setdomainname\("sea", 3\)`, outcome: snapshot.Done},
		{name: "mount", make: tmpfs, c: `mount\("none", "/mnt", "tmpfs", MS_NOSUID\|MS_NODEV, "size=1m"\)`, outcome: snapshot.Done},
		{name: "mount-bind", make: func() error { return unix.Mount("/usr", "/mnt", "", unix.MS_BIND|unix.MS_REC, "") },
			c: `mount\("/usr", "/mnt", "", MS_BIND\|MS_REC, (NULL|"")\)`, outcome: snapshot.Done},
		{name: "mount-private", make: func() error { return unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "") },
			c: `mount\("", "/", "", MS_REC\|MS_PRIVATE, (NULL|"")\)`},
		{name: "mount-nowhere", make: func() error { return unix.Mount("none", "/no/such/place", "tmpfs", 0, "") },
			c: `mount\("none", "/no/such/place", "tmpfs", 0, (NULL|"")\)`, outcome: snapshot.Failed, fails: unix.ENOENT},
		{name: "mount-long", make: func() error { return unix.Mount("none", "/"+strings.Repeat("x", 3000), "tmpfs", 0, "") },
			c: `mount\("none", "/x{511}\.\.\.", "tmpfs", 0, (NULL|"")\)`, outcome: snapshot.Failed, fails: unix.ENAMETOOLONG},
		{name: "mount-edge", make: func() error { return raw(unix.SYS_MOUNT, atEdge("no end"), str("/mnt"), str("tmpfs"), 0, 0) },
			c: `mount\("no end\.\.\.", "/mnt", "tmpfs", 0, NULL\)`, outcome: snapshot.Failed, fails: unix.EFAULT},
		{name: "umount2", make: then(tmpfs, func() error { return unix.Unmount("/mnt", unix.MNT_DETACH) }), c: `umount2\("/mnt", MNT_DETACH\)`, outcome: snapshot.Done},
		{name: "fsopen", make: func() error { _, err := unix.Fsopen("tmpfs", unix.FSOPEN_CLOEXEC); return err }, c: `fsopen\("tmpfs", FSOPEN_CLOEXEC\)`},
		{name: "fsconfig", make: func() error {
			fd, err := unix.Fsopen("tmpfs", 0)
			if err != nil {
				return err
			}
			return unix.FsconfigSetString(fd, "size", "1m")
		}, c: `fsconfig\(\d+, FSCONFIG_SET_STRING, "size", "1m", 0\)`},
		{name: "fsmount", make: func() error { _, err := newTmpfs(); return err }, c: `fsmount\(\d+, 0, MOUNT_ATTR_NODEV\)`},
		{name: "move_mount", make: func() error {
			fd, err := newTmpfs()
			if err != nil {
				return err
			}
			return unix.MoveMount(fd, "", unix.AT_FDCWD, "/mnt", unix.MOVE_MOUNT_F_EMPTY_PATH)
		}, c: `move_mount\(\d+, "", AT_FDCWD, "/mnt", MOVE_MOUNT_F_EMPTY_PATH\)`, outcome: snapshot.Done},
		{name: "open_tree", make: func() error { _, err := unix.OpenTree(unix.AT_FDCWD, "/usr", unix.OPEN_TREE_CLONE); return err },
			c: `open_tree\(AT_FDCWD, "/usr", OPEN_TREE_CLONE\)`},
		{name: "fspick", make: func() error { _, err := unix.Fspick(unix.AT_FDCWD, "/", 0); return err }, c: `fspick\(AT_FDCWD, "/", 0\)`},
		{name: "mount_setattr", make: then(tmpfs, func() error {
			return unix.MountSetattr(unix.AT_FDCWD, "/mnt", 0, &unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY, Propagation: unix.MS_PRIVATE})
		}), c: `mount_setattr\(AT_FDCWD, "/mnt", 0, \{attr_set=MOUNT_ATTR_RDONLY, attr_clr=0, propagation=MS_PRIVATE\}, 32\)`},
		{name: "pivot_root", make: then(ownMounts, tmpfs, func() error { return unix.Mkdir("/mnt/old", 0o700) },
			func() error { return unix.PivotRoot("/mnt", "/mnt/old") }), c: `pivot_root\("/mnt", "/mnt/old"\)`, outcome: snapshot.Done},
		{name: "chroot", make: func() error { return unix.Chroot("/usr") }, c: `chroot\("/usr"\)`, outcome: snapshot.Done},
		{name: "chroot-no-cap", make: then(func() error { return dropCap(unix.CAP_SYS_CHROOT) }, func() error { return raw(unix.SYS_CHROOT, str("/usr")) }),
			c: `chroot\("/usr"\)`, outcome: snapshot.Refused, lacks: snapshot.LacksCap, fails: unix.EPERM},
		{name: "msgget", make: func() error { return raw(unix.SYS_MSGGET, 0x1234, ipcCreat|0o644) }, c: `msgget\(0x00001234, IPC_CREAT\|0644\)`},
		{name: "semget", make: func() error { return raw(unix.SYS_SEMGET, 0, 3, ipcCreat|ipcExcl|0o600) }, c: `semget\(IPC_PRIVATE, 3, IPC_CREAT\|IPC_EXCL\|0600\)`},
		{name: "shmget", make: func() error { return raw(unix.SYS_SHMGET, 0, 4096, 0o600) }, c: `shmget\(IPC_PRIVATE, 4096, 0600\)`},
		{name: "msgctl", make: func() error {
			id, err := unix.SysvShmGet(unix.IPC_PRIVATE, 4096, 0o600)
			if err != nil {
				return err
			}
			_, err = unix.SysvShmCtl(id, unix.IPC_RMID, nil)
			return err
		}, c: `shmctl\(\d+, IPC_RMID, NULL\)`},
		{name: "shmctl-stat", make: func() error {
			var desc unix.SysvShmDesc
			id, err := unix.SysvShmGet(77, 4096, 0o600)
			if err == nil {
				_, err = unix.SysvShmCtl(id, unix.IPC_STAT, &desc)
			}
			return err
		}, c: `shmget\(0x0000004d, .*`, fails: unix.ENOENT},
		{name: "mq_open", make: func() error { return raw(unix.SYS_MQ_OPEN, str("queue"), unix.O_CREAT|unix.O_RDWR, 0o600, 0) },
			c: `mq_open\("queue", O_RDWR\|O_CREAT, 0600, \.\.\.\)`},
		{name: "mq_unlink", make: func() error { return raw(unix.SYS_MQ_UNLINK, str("none")) }, c: `mq_unlink\("none"\)`, fails: unix.ENOENT},
		{name: "execve", make: then(unshare(unix.CLONE_NEWUTS), func() error {
			// Through PATH, as execvp(3) does: what is not there is not told.
			_ = syscall.Exec("/no/such/cat", []string{"cat", "-"}, nil)
			return syscall.Exec("/bin/cat", []string{"cat", "-"}, nil)
		}), c: `execve\("/bin/cat", \{"cat", "-", NULL\}, environ\)`},
	}
}

func newTmpfs() (int, error) {
	fd, err := unix.Fsopen("tmpfs", 0)
	if err != nil {
		return -1, err
	}
	if err := unix.FsconfigCreate(fd); err != nil {
		return -1, err
	}
	return unix.Fsmount(fd, 0, unix.MOUNT_ATTR_NODEV)
}

// probeCall makes a call of the table, says what came of it, and stays until its standard input ends.
func probeCall(name string) int {
	runtime.LockOSThread()
	for _, c := range callCases() {
		if c.name != name {
			continue
		}
		err := c.make()
		fmt.Println("returned", err)
		_, _ = io.Copy(io.Discard, os.Stdin)
		if clonedPID > 0 {
			_ = unix.Kill(clonedPID, unix.SIGKILL)
		}
		return 0
	}
	fmt.Println("no call", name)
	return 1
}

// flood makes calls as fast as it can.
func flood() int {
	fmt.Println("ready")
	for range 4 {
		go func() {
			runtime.LockOSThread()
			for {
				_ = unix.Unshare(unix.CLONE_NEWUTS)
			}
		}()
	}
	select {}
}
