package sandbox

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// refusal is a system call that the kernel refuses, where an argument has one of some bits or, with no bits, always.
type refusal struct {
	nr        uint32
	arg, bits uint32
	errno     unix.Errno
}

// The first argument of a test program that is to run under refusals, which follow it: all of it, or one lab that it makes.
const (
	refusedRole    = "refused"
	refusedLabRole = "refused-lab"
)

func (r refusal) String() string {
	return fmt.Sprintf("%d,%d,%d,%d", r.nr, r.arg, r.bits, int(r.errno))
}

// parseRefusals reads what String wrote.
func parseRefusals(s string) (all []refusal, err error) {
	for one := range strings.FieldsSeq(s) {
		var n [4]uint64
		for i, f := range strings.Split(one, ",") {
			if n[i], err = strconv.ParseUint(f, 10, 32); err != nil {
				return nil, err
			}
		}
		all = append(all, refusal{uint32(n[0]), uint32(n[1]), uint32(n[2]), unix.Errno(n[3])})
	}
	return all, nil
}

// refuse puts a seccomp(2) filter, as a container has one, on the whole program (SECCOMP_FILTER_FLAG_TSYNC), or on the thread
// alone, and on all that it starts.
func refuse(all []refusal, flags uintptr) error {
	const (
		load  = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
		equal = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		bits  = unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K
		give  = unix.BPF_RET | unix.BPF_K
	)
	allow := unix.SockFilter{Code: give, K: unix.SECCOMP_RET_ALLOW}
	p := []unix.SockFilter{{Code: load, K: 4}, {Code: equal, K: auditArch, Jt: 1}, allow}
	for _, r := range all {
		answer := unix.SockFilter{Code: give, K: unix.SECCOMP_RET_ERRNO | uint32(r.errno)}
		if r.bits == 0 {
			p = append(p, unix.SockFilter{Code: load}, unix.SockFilter{Code: equal, K: r.nr, Jf: 1}, answer)
			continue
		}
		p = append(p, unix.SockFilter{Code: load}, unix.SockFilter{Code: equal, K: r.nr, Jf: 3},
			unix.SockFilter{Code: load, K: 16 + 8*r.arg}, unix.SockFilter{Code: bits, K: r.bits, Jf: 1}, answer)
	}
	p = append(p, allow)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	prog := unix.SockFprog{Len: uint16(len(p)), Filter: &p[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, uintptr(unsafe.Pointer(&prog)))
	runtime.KeepAlive(p)
	if errno != 0 {
		return errno
	}
	return nil
}

// Where a call that a lab could use is not to be had, and another will do, the tests that look at what every lab is made
// with hold all the same: in a test program of its own, for a filter stays.
func TestLabsDoWithout(t *testing.T) {
	if len(refusals) > 0 {
		t.Skip("this is that program")
	}
	keeper(t)
	const clone3 = uint32(unix.SYS_CLONE3)
	const memfd = uint32(unix.SYS_MEMFD_CREATE)
	for _, c := range []struct {
		name    string
		refused []refusal
	}{
		{"clone3, as Docker 20.10.10 and later answer it", []refusal{{nr: clone3, errno: unix.ENOSYS}}},
		{"MFD_EXEC, before Linux 6.3", []refusal{{nr: memfd, arg: 1, bits: unix.MFD_EXEC, errno: unix.EINVAL}}},
		{"executable files in memory, where vm.memfd_noexec is 2", []refusal{{nr: memfd, errno: unix.EACCES}}},
		{"files in memory, in a filter's sandbox", []refusal{{nr: memfd, errno: unix.EPERM}}},
		{"all of these", []refusal{{nr: clone3, errno: unix.ENOSYS}, {nr: memfd, errno: unix.ENOSYS}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var list []string
			for _, r := range c.refused {
				list = append(list, r.String())
			}
			out, err := refusedTests(t, strings.Join(list, " "),
				"TestNobodyCanWriteToTheWalker|TestAnInitsMemoryIsBare|TestAScriptTellsWhereItFailed|TestARefusalIsInForce")
			if err != nil || !strings.Contains(out, "--- PASS: TestARefusalIsInForce") {
				t.Errorf("%v\n%s", err, out)
			}
			if n := strings.Count(out, "--- PASS: "); n != 4 {
				t.Errorf("%d tests passed:\n%s", n, out)
			}
		})
	}
}

// Older versions of Docker answer clone3 with EPERM, on which a C library gives up where it makes threads: so do test programs
// of Go that are linked with one, and only the thread that makes the lab is under this filter.
func TestLabsDoWithoutClone3AndItsENOSYS(t *testing.T) {
	keeper(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(self, refusedLabRole, refusal{nr: unix.SYS_CLONE3, errno: unix.EPERM}.String()).CombinedOutput()
	if err != nil || string(out) != "hello from the lab\n" {
		t.Errorf("%v\n%s", err, out)
	}
}

// refusedLab makes a lab on a thread that does without some system calls, and has it say hello.
func refusedLab(list string) error {
	runtime.LockOSThread()
	all, err := parseRefusals(list)
	if err == nil {
		err = refuse(all, 0)
	}
	if err != nil {
		return err
	}
	for _, r := range all {
		if _, _, errno := unix.Syscall(uintptr(r.nr), 0, 0, 0); errno != r.errno {
			return fmt.Errorf("%v: %v", r, errno)
		}
	}
	k, err := NewKeeper(keeperOptions())
	if err != nil {
		return err
	}
	l, err := k.NewLab(LabOptions{})
	if err == nil {
		var p *Process
		if p, err = l.Start(Command{Args: []string{"sh", "-c", "echo hello from the lab"}, Stdout: os.Stdout}); err == nil {
			_, err = p.Wait()
		}
	}
	return errors.Join(err, k.Close())
}

func refusedTests(t *testing.T, refused, tests string) (string, error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(self, refusedRole, refused, "-test.v", "-test.timeout=2m", "-test.run=^("+tests+")$").CombinedOutput()
	return string(out), err
}

// refusals are what this test program does without.
var refusals []refusal

// Without this the tests above would pass where the filter does nothing.
func TestARefusalIsInForce(t *testing.T) {
	if len(refusals) == 0 {
		t.Skip("this program does without nothing")
	}
	for _, r := range refusals {
		var args [6]uintptr
		args[r.arg] = uintptr(r.bits)
		if _, _, errno := unix.Syscall6(uintptr(r.nr), args[0], args[1], args[2], args[3], args[4], args[5]); errno != r.errno {
			t.Errorf("%v: %v", r, errno)
		}
	}
}
