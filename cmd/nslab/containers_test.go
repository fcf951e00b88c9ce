package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/sandbox/doctor"
)

// In containers and sandboxes a lab starts, or nslab doctor says what forbids it. The test program makes them itself: as inContainer it
// becomes what the manager of a container makes of its first process, and executes the command.

const inContainer = "nslab-test-in-container"

// container is what a container's manager takes away. The zero value is a process that is root in new user, mount and PID namespaces, with a
// /proc of its own.
type container struct {
	// Masked hides what docker run hides: files and folders of /proc under others, or read-only; /sys read-only.
	Masked bool
	// SysReadOnly is what stays of that with --security-opt systempaths=unconfined.
	SysReadOnly bool
	// Filter refuses the system calls that the manager's seccomp filter refuses to whoever lacks CAP_SYS_ADMIN.
	Filter bool
	// NoClone3 is a filter of clone3(2) alone, ENOSYS, as of a manager that does not know the call.
	NoClone3 bool
}

// run runs nslab in the container.
func (c container) run(t *testing.T, args ...string) said {
	t.Helper()
	order, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Args = append([]string{inContainer, string(order)}, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS, Pdeathsig: syscall.SIGKILL}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= unix.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}}
	}
	return runIn(t, cmd)
}

type said struct {
	status   int
	out, err string
}

func runIn(t *testing.T, cmd *exec.Cmd) said {
	t.Helper()
	runtime.LockOSThread() // see PR_SET_PDEATHSIG(2const)
	defer runtime.UnlockOSThread()
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+filepath.Join(t.TempDir(), "state"), "LANG=C.UTF-8")
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Skipf("this machine starts no such container: %v", err)
	}
	return said{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

// beContainer makes the container of the process, and executes nslab in it. It returns what went wrong.
func beContainer(order string, args []string) error {
	var c container
	if err := json.Unmarshal([]byte(order), &c); err != nil {
		return err
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make / private: %w", err)
	}
	const plain = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC
	if err := unix.Mount("proc", "/proc", "proc", plain, ""); err != nil {
		return fmt.Errorf("mount proc: %w", err)
	}
	if c.Masked {
		for _, name := range []string{"bus", "fs", "irq", "sys", "sysrq-trigger"} {
			if err := readOnly("/proc/" + name); err != nil && !errors.Is(err, unix.ENOENT) {
				return err
			}
		}
		for _, name := range []string{"kcore", "keys", "timer_list"} {
			if err := unix.Mount("/dev/null", "/proc/"+name, "", unix.MS_BIND, ""); err != nil && err != unix.ENOENT {
				return fmt.Errorf("hide %s: %w", name, err)
			}
		}
		if err := unix.Mount("tmpfs", "/proc/acpi", "tmpfs", unix.MS_RDONLY, ""); err != nil && err != unix.ENOENT {
			return fmt.Errorf("hide acpi: %w", err)
		}
	}
	if c.Masked || c.SysReadOnly {
		if err := readOnly("/sys"); err != nil {
			return err
		}
	}
	// Of docker run, as its documentation lists them: no CAP_SYS_ADMIN.
	if c.Masked || c.SysReadOnly || c.Filter {
		if err := c.dropCapabilities(); err != nil {
			return err
		}
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	runtime.LockOSThread()
	if err := c.filter(); err != nil {
		return err
	}
	return fmt.Errorf("execute %s: %w", self, unix.Exec(self, append([]string{"nslab"}, args...), os.Environ()))
}

// readOnly mounts something over itself, read-only.
func readOnly(name string) error {
	err := unix.Mount(name, name, "", unix.MS_BIND|unix.MS_REC, "")
	if err == nil {
		err = unix.MountSetattr(unix.AT_FDCWD, name, unix.AT_RECURSIVE, &unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY})
	}
	if err != nil {
		return fmt.Errorf("make %s read-only: %w", name, err)
	}
	return nil
}

// dropCapabilities keeps those that docker run leaves to root. The thread's are those of the program that it executes next.
func (c container) dropCapabilities() error {
	const left = 0x00000000a80425fb
	runtime.LockOSThread()
	for n := uintptr(0); n <= unix.CAP_LAST_CAP; n++ {
		if left&(1<<n) == 0 {
			if err := unix.Prctl(unix.PR_CAPBSET_DROP, n, 0, 0, 0); err != nil && err != unix.EINVAL {
				return fmt.Errorf("drop capability %d: %w", n, err)
			}
		}
	}
	if !c.Filter {
		return nil // what is executed has no more than the bounding set (capabilities(7))
	}
	// A filter without CAP_SYS_ADMIN needs this (seccomp(2)).
	return unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
}

// namespaceFlags are the flags of clone(2) that the filter refuses.
const namespaceFlags = unix.CLONE_NEWNS | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNET | unix.CLONE_NEWCGROUP

// filter installs the seccomp filter.
func (c container) filter() error {
	if !c.Filter && !c.NoClone3 {
		return nil
	}
	const (
		load  = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		equal = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		any   = unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K
		ret   = unix.BPF_RET | unix.BPF_K

		allow = 0x7fff0000
		eperm = 0x00050000 | uint32(unix.EPERM)
		none  = 0x00050000 | uint32(unix.ENOSYS)
	)
	// struct seccomp_data: the number at 0, the lower half of the first argument at 16.
	prog := []unix.SockFilter{{Code: load, K: 0}, {Code: equal, Jf: 1, K: unix.SYS_CLONE3}, {Code: ret, K: none}}
	if c.Filter {
		for _, nr := range []uint32{unix.SYS_UNSHARE, unix.SYS_SETNS, unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_PIVOT_ROOT,
			unix.SYS_KEYCTL, unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY, unix.SYS_BPF, unix.SYS_PERF_EVENT_OPEN, unix.SYS_FSOPEN,
			unix.SYS_FSCONFIG, unix.SYS_FSMOUNT, unix.SYS_FSPICK, unix.SYS_OPEN_TREE, unix.SYS_MOVE_MOUNT, unix.SYS_MOUNT_SETATTR,
			unix.SYS_SETHOSTNAME, unix.SYS_SETDOMAINNAME, unix.SYS_QUOTACTL, unix.SYS_USERFAULTFD} {
			prog = append(prog, unix.SockFilter{Code: equal, Jf: 1, K: nr}, unix.SockFilter{Code: ret, K: eperm})
		}
		prog = append(prog, unix.SockFilter{Code: equal, Jf: 3, K: unix.SYS_CLONE}, unix.SockFilter{Code: load, K: 16},
			unix.SockFilter{Code: any, Jf: 1, K: namespaceFlags}, unix.SockFilter{Code: ret, K: eperm})
	}
	prog = append(prog, unix.SockFilter{Code: ret, K: allow})
	fprog := unix.SockFprog{Len: uint16(len(prog)), Filter: &prog[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0, uintptr(unsafe.Pointer(&fprog)))
	if errno != 0 {
		return fmt.Errorf("install the filter: %w", errno)
	}
	return nil
}

// expect is what nslab must say in a container.
type expect struct {
	labs bool // run
	// unmet are requirements with their causes; what only makes lessons less is named where the container is to blame for it.
	unmet map[doctor.ID]doctor.Cause
}

// judge has nslab make a lab, and nslab doctor explain.
func (e expect) judge(t *testing.T, nslab func(args ...string) said) {
	t.Helper()
	o := nslab("exec", "--", "sh", "-c", "id -u; cat /proc/1/comm")
	switch {
	case o.status == 125:
		t.Skip(o.err) // see TestMain
	case e.labs && (o.status != 0 || o.out != "0\ninit\n"):
		t.Errorf("exec: exit status %d: %s%s", o.status, o.out, o.err)
	case !e.labs && (o.status != 2 || !strings.Contains(o.err, "Type nslab doctor")):
		t.Errorf("exec: exit status %d, and must be 2 and name nslab doctor: %s%s", o.status, o.out, o.err)
	}
	o = nslab("doctor", "--json")
	var report doctor.Report
	if err := json.Unmarshal([]byte(o.out), &report); err != nil {
		t.Fatalf("doctor: %v: exit status %d: %s%s", err, o.status, o.out, o.err)
	}
	found := map[doctor.ID]doctor.Cause{}
	for _, r := range report.Requirements {
		// The machine around may lack these by itself.
		if r.OK || r.Cause == doctor.Waiting || slices.Contains([]doctor.ID{doctor.Cgroups, doctor.Tools, doctor.State, doctor.Unshare}, r.ID) {
			continue
		}
		found[r.ID] = r.Cause
	}
	if report.OK() != e.labs || !maps.Equal(found, e.unmet) {
		t.Errorf("doctor: labs %t, %v; want %t, %v\n%s", report.OK(), found, e.labs, e.unmet, o.out)
	}
	if want := map[bool]int{true: 0, false: 2}[e.labs]; o.status != want {
		t.Errorf("doctor: exit status %d, not %d", o.status, want)
	}
}

func TestContainersHaveLabsOrDoctorSaysWhyNot(t *testing.T) {
	nothing := map[doctor.ID]doctor.Cause{}
	masked := expect{unmet: map[doctor.ID]doctor.Cause{doctor.Proc: doctor.ProcMasked}}
	for name, c := range map[string]struct {
		container
		expect
	}{
		"namespaces alone":         {container{}, expect{true, nothing}},
		"docker":                   {container{Masked: true, Filter: true}, expect{unmet: map[doctor.ID]doctor.Cause{doctor.UserNamespaces: doctor.Seccomp}}},
		"docker, unconfined":       {container{Masked: true}, masked},
		"docker, as doctor has it": {container{SysReadOnly: true}, expect{true, nothing}},
		"no clone3":                {container{NoClone3: true}, expect{true, nothing}},
	} {
		t.Run(name, func(t *testing.T) {
			c.judge(t, func(args ...string) said { return c.run(t, args...) })
		})
	}
}

// What stands here is a command that starts another in a sandbox, as a learner may have it around the shell.
func TestSandboxesHaveLabsOrDoctorSaysWhyNot(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// The program under its name, in a folder of its own, where a sandbox shows little of the machine.
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	nslab := filepath.Join(dir, "nslab")
	b, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(nslab, b, 0o755); err != nil {
		t.Fatal(err)
	}
	nothing := map[doctor.ID]doctor.Cause{}
	works := expect{true, nothing}
	for _, c := range []struct {
		command string
		user    expect
		root    expect
	}{
		{"unshare --user --map-root-user --mount --pid --fork --mount-proc", works, works},
		{"unshare --user --map-root-user --pid --fork",
			expect{unmet: map[doctor.ID]doctor.Cause{doctor.UserNamespaces: doctor.OtherProc}},
			expect{unmet: map[doctor.ID]doctor.Cause{doctor.UserNamespaces: doctor.OtherProc}}},
		// For root bwrap hides parts of /proc that root could write to.
		{"bwrap --ro-bind / / --dev /dev --proc /proc --unshare-all", works, expect{unmet: map[doctor.ID]doctor.Cause{doctor.Proc: doctor.ProcMasked}}},
		{"bwrap --ro-bind / / --dev /dev --proc /proc --unshare-pid --unshare-ipc --unshare-net", works, expect{unmet: map[doctor.ID]doctor.Cause{doctor.Proc: doctor.ProcMasked}}},
		{"bwrap --ro-bind / / --dev /dev --proc /proc --unshare-all --unshare-user --disable-userns",
			expect{unmet: map[doctor.ID]doctor.Cause{doctor.UserNamespaces: doctor.UsernsNested}}, expect{}},
		{"bwrap --ro-bind-try /usr /usr --ro-bind-try /bin /bin --ro-bind-try /lib /lib --ro-bind-try /lib64 /lib64 --ro-bind-try /sbin /sbin --ro-bind " +
			dir + " " + dir + " --dev /dev --proc /proc --unshare-all",
			expect{true, map[doctor.ID]doctor.Cause{doctor.Sys: doctor.SysHidden}}, expect{}},
	} {
		t.Run(c.command, func(t *testing.T) {
			argv := strings.Fields(c.command)
			if _, err := exec.LookPath(argv[0]); err != nil {
				t.Skipf("there is no %s", argv[0])
			}
			e := c.user
			if os.Geteuid() == 0 {
				e = c.root
			}
			if e.unmet == nil {
				t.Skip("for an ordinary user")
			}
			if out, err := exec.Command(argv[0], append(argv[1:], "true")...).CombinedOutput(); err != nil {
				t.Skipf("%s does not do that here: %v: %s", argv[0], err, out)
			}
			e.judge(t, func(args ...string) said {
				return runIn(t, exec.Command(argv[0], append(append(slices.Clone(argv[1:]), nslab), args...)...))
			})
		})
	}
}
