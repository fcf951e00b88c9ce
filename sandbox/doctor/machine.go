package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Machine is all that Examine sees of a machine. Paths are absolute; FS is
// asked for them without the leading slash.
type Machine struct {
	FS      fs.FS    // the root folder
	PID     int      // getpid(2)
	UID     int      // geteuid(2)
	GID     int      // getegid(2)
	Release string   // uname(2), release
	Program string   // this program's file
	State   string   // the folder for progress; empty if nothing is kept
	BusyBox []string // the applets that a lab's BusyBox has

	LookPath func(name string) string // where a command is; empty if nowhere
	Writable func(path string) bool   // access(2), W_OK

	// Clone starts a process by clone(2) with flags, our own IDs mapped to
	// root when CLONE_NEWUSER is among them, and waits for its end.
	Clone func(flags uintptr) error
	// Mount does the same with a process that makes all its mounts private,
	// mounts a tmpfs and calls mount_setattr(2).
	Mount func(flags uintptr) error
	// MountProc does the same with a process that mounts proc(5).
	MountProc func(flags uintptr) error
	// MountSys does the same with a process that mounts sysfs(5), read-only.
	MountSys func(flags uintptr) error

	// Trace installs a seccomp filter with a listener in a user namespace of the keeper's. It may be nil.
	Trace func() error
	// Try starts a real lab and ends it. It may be nil.
	Try func() error
}

// Real returns the machine that we run on. The caller fills in State, BusyBox,
// Trace and Try.
func Real() Machine {
	m := Machine{
		FS:        os.DirFS("/"),
		PID:       os.Getpid(),
		UID:       os.Geteuid(),
		GID:       os.Getegid(),
		LookPath:  lookPath,
		Writable:  func(path string) bool { return unix.Access(path, unix.W_OK) == nil },
		Clone:     func(flags uintptr) error { return probe("nothing", flags) },
		Mount:     func(flags uintptr) error { return probe("mount", flags) },
		MountProc: func(flags uintptr) error { return probe("proc", flags) },
		MountSys:  func(flags uintptr) error { return probe("sys", flags) },
	}
	var u unix.Utsname
	if unix.Uname(&u) == nil {
		m.Release = unix.ByteSliceToString(u.Release[:])
	}
	// AppArmor attaches a profile to the file itself, never to a link to it.
	if exe, err := os.Executable(); err == nil {
		m.Program = exe
		if real, err := filepath.EvalSymlinks(exe); err == nil {
			m.Program = real
		}
	}
	return m
}

// lookPath searches PATH, and after it the folders of system programs, which
// an ordinary user's PATH often lacks and a lab's has.
func lookPath(name string) string {
	dirs := filepath.SplitList(os.Getenv("PATH"))
	dirs = append(dirs, "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
	for _, dir := range dirs {
		if !filepath.IsAbs(dir) {
			continue
		}
		path := filepath.Join(dir, name)
		if st, err := os.Stat(path); err == nil && st.Mode().IsRegular() && st.Mode()&0o111 != 0 {
			return path
		}
	}
	return ""
}

// probeName is argv[0] of a process that tries something out for probe.
const probeName = "nslab-doctor-probe"

// A probe is this same program, because rules may hang on the program's file:
// AppArmor allows user namespaces by path. Only argv[0] makes it a probe, so
// that any program with this package in it, a test's too, can be one, and
// nothing in the environment can turn a person's command into one.
func init() {
	if len(os.Args) == 2 && os.Args[0] == probeName {
		os.Exit(runProbe(os.Args[1]))
	}
}

// probe runs the probe named what in a process made with the clone flags.
func probe(what string, flags uintptr) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	// PR_SET_PDEATHSIG fires when the thread ends that made the process, not
	// the whole program: prctl(2).
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	cmd := exec.CommandContext(ctx, "/proc/self/exe")
	cmd.Args = []string{probeName, what}
	cmd.Env = []string{"GOMAXPROCS=1"}
	cmd.Dir = "/"
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	// clone(2) reads the bit of CLONE_NEWTIME as part of the exit signal, so a time namespace can only come from
	// unshare(2), which the probe calls itself: in Linux 6.1 execve(2) does not enter the new one, and a process with
	// another for its children may have no threads (time_namespaces(7)).
	attr.Cloneflags = flags &^ unix.CLONE_NEWTIME
	if flags&unix.CLONE_NEWTIME != 0 {
		what = "time"
	}
	if flags&unix.CLONE_NEWUSER != 0 {
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	cmd.SysProcAttr = attr
	out, err := cmd.Output()
	if err == nil {
		return nil
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		var errno syscall.Errno
		if errors.As(err, &errno) {
			return fmt.Errorf("clone with %s: %w", flagNames(flags), errno)
		}
		return fmt.Errorf("clone with %s: %w", flagNames(flags), err)
	}
	number, doing, found := strings.Cut(string(out), " ")
	if n, aerr := strconv.Atoi(number); found && aerr == nil {
		return fmt.Errorf("%s: %w", doing, syscall.Errno(n))
	}
	return fmt.Errorf("process cloned with %s: %w", flagNames(flags), err)
}

// runProbe does in the new process what its name says. What failed goes to
// stdout as the errno and what was being done.
func runProbe(what string) int {
	try := func(doing string, err error) bool {
		if err == nil {
			return true
		}
		var errno syscall.Errno
		errors.As(err, &errno)
		fmt.Printf("%d %s", int(errno), doing)
		return false
	}
	switch what {
	case "nothing":
		return 0
	case "time":
		runtime.LockOSThread()
		if !try("unshare CLONE_NEWTIME", unix.Unshare(unix.CLONE_NEWTIME)) {
			return 1
		}
		return 0
	}
	// Before all else, for where the user namespace is not new the mounts
	// below would propagate to the machine: mount_namespaces(7).
	if !try("make / private", unix.Mount("none", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")) {
		return 1
	}
	switch what {
	case "mount":
		if !try("mount_setattr on /", unix.MountSetattr(unix.AT_FDCWD, "/", 0,
			&unix.MountAttr{Attr_set: unix.MOUNT_ATTR_NOSUID})) {
			return 1
		}
		if !try("mount tmpfs on /", unix.Mount("tmpfs", "/", "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "size=64k")) {
			return 1
		}
	case "proc":
		if !try("mount proc on /proc", unix.Mount("proc", "/proc", "proc",
			unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "")) {
			return 1
		}
	case "sys":
		// Where there may be no /sys at all, on a folder that is there.
		if !try("mount sysfs", unix.Mount("sysfs", "/proc", "sysfs",
			unix.MS_RDONLY|unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "")) {
			return 1
		}
	}
	return 0
}

// kinds are the namespaces of a lab other than user and time, by the name
// they have in /proc/PID/ns.
var kinds = []struct {
	name string
	flag uintptr
}{
	{"mnt", unix.CLONE_NEWNS},
	{"uts", unix.CLONE_NEWUTS},
	{"ipc", unix.CLONE_NEWIPC},
	{"net", unix.CLONE_NEWNET},
	{"pid", unix.CLONE_NEWPID},
	{"cgroup", unix.CLONE_NEWCGROUP},
}

// labFlags are the clone flags of all kinds together.
func labFlags() (flags uintptr) {
	for _, k := range kinds {
		flags |= k.flag
	}
	return flags
}

// flagNames writes clone flags as the man pages do.
func flagNames(flags uintptr) string {
	var names []string
	for _, f := range []struct {
		flag uintptr
		name string
	}{
		{unix.CLONE_NEWUSER, "NEWUSER"}, {unix.CLONE_NEWNS, "NEWNS"}, {unix.CLONE_NEWUTS, "NEWUTS"},
		{unix.CLONE_NEWIPC, "NEWIPC"}, {unix.CLONE_NEWNET, "NEWNET"}, {unix.CLONE_NEWPID, "NEWPID"},
		{unix.CLONE_NEWCGROUP, "NEWCGROUP"}, {unix.CLONE_NEWTIME, "NEWTIME"},
	} {
		if flags&f.flag != 0 {
			names = append(names, "CLONE_"+f.name)
		}
	}
	if names == nil {
		return "no flags"
	}
	return strings.Join(names, "|")
}
