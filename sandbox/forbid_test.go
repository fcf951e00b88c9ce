package sandbox

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// needFilter skips the test where the kernel has no seccomp filters.
func needFilter(t *testing.T, l *Lab) {
	t.Helper()
	if !l.filtered {
		t.Skip("this kernel has no seccomp filters")
	}
}

// probeForbidden makes every forbidden call, and prints the name and the error of each.
func probeForbidden() int {
	for _, f := range forbidden {
		if nr := f.numbers[native]; nr >= 0 {
			fmt.Println(f.Name, raw(uintptr(nr)))
		}
	}
	for _, request := range forbiddenRequests {
		fmt.Println("ioctl", raw(unix.SYS_IOCTL, 0, uintptr(request)))
	}
	return 0
}

func TestForbiddenCallsReturnTheirError(t *testing.T) {
	for name, o := range map[string]LabOptions{"untraced": {}, "traced": {Trace: true}} {
		t.Run(name, func(t *testing.T) {
			l := newLabOf(t, keeper(t), o)
			needFilter(t, l)
			var want []string
			for _, f := range forbidden {
				if f.numbers[native] >= 0 {
					want = append(want, fmt.Sprintln(f.Name, f.Errno))
				}
			}
			for range forbiddenRequests {
				want = append(want, fmt.Sprintln("ioctl", ioctlCall.Errno))
			}
			got := shell(t, l, "nslab probe forbidden")
			if got.out != strings.Join(want, "") {
				t.Errorf("%s\n%s\nwant\n%s", got.out, got.err, strings.Join(want, ""))
			}
			if l.Trace() == nil {
				return
			}
			// A learner is told of each.
			calls, lost, _ := l.Trace().Since(0)
			for _, line := range want {
				call, _, _ := strings.Cut(line, " ")
				if !slices.ContainsFunc(calls, func(c snapshot.Call) bool {
					return c.Name == call && c.Outcome == snapshot.Refused && c.Lacks.Why == snapshot.LacksLeave && c.Comm == "nslab" && c.PID > 1
				}) {
					t.Errorf("the trace does not tell of %s; %d calls were lost", call, lost)
				}
			}
			// They are of no namespace, so no check looks at them.
			if slices.ContainsFunc(l.Trace().OnNamespaces(), func(c snapshot.Call) bool { return c.Name == "bpf" }) {
				t.Error("bpf is among the calls on namespaces")
			}
		})
	}
}

// In a flood, calls are only counted, and refused all the same.
func TestAForbiddenCallIsRefusedWhenTooManyAreToBeTold(t *testing.T) {
	l := tracedLab(t)
	l.Trace().burst, l.Trace().rate = 1, 0
	got := shell(t, l, "nslab probe forbidden")
	if strings.Contains(got.out, "<nil>") || strings.Count(got.out, "\n") < 20 {
		t.Errorf("%s", got.out)
	}
	if _, lost, _ := l.Trace().Since(0); lost < 20 {
		t.Errorf("%d calls were lost", lost)
	}
}

// probeFamilies prints the address families of which a socket can be made.
func probeFamilies() int {
	for family := range 64 {
		for _, kind := range []int{unix.SOCK_STREAM, unix.SOCK_DGRAM, unix.SOCK_RAW, unix.SOCK_SEQPACKET} {
			fd, err := unix.Socket(family, kind, 0)
			if err == nil {
				_ = unix.Close(fd)
			}
			if err != unix.EAFNOSUPPORT {
				fmt.Println(family)
				break
			}
		}
		if _, err := unix.Socketpair(family, unix.SOCK_STREAM, 0); err != unix.EAFNOSUPPORT {
			fmt.Println(family)
		}
	}
	return 0
}

// AF_VSOCK reaches the hypervisor from any network namespace.
func TestSocketsAreOfFamiliesThatHaveNamespaces(t *testing.T) {
	l := newLab(t)
	needFilter(t, l)
	for family := range strings.FieldsSeq(sh(t, l, "nslab probe families")) {
		if !slices.ContainsFunc(families, func(f uint32) bool { return fmt.Sprint(f) == family }) {
			t.Errorf("a lab has sockets of family %s", family)
		}
	}
	for _, want := range []int{unix.AF_UNIX, unix.AF_INET, unix.AF_NETLINK, unix.AF_PACKET} {
		if !slices.Contains(strings.Fields(sh(t, l, "nslab probe families")), fmt.Sprint(want)) {
			t.Errorf("a lab has no sockets of family %d", want)
		}
	}
}

// Everything in a lab has the filter: commands, shells, what they start in namespaces of their own, and init,
// which the lab's root may trace and so have do what it likes.
func TestEveryProcessOfALabHasTheFilter(t *testing.T) {
	for name, o := range map[string]LabOptions{"untraced": {}, "traced": {Trace: true}} {
		t.Run(name, func(t *testing.T) {
			l := newLabOf(t, keeper(t), o)
			needFilter(t, l)
			ty := newTypist(t, l, "a", ShellOptions{Flags: unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNS})
			ty.awaitPrompt()
			_, _ = background(t, l, 0, "unshare -Urp --fork sh -c 'echo; sleep 1000; :'")
			procs := snap(t, l).Procs
			if len(procs) < 5 {
				t.Errorf("%d processes", len(procs))
			}
			for _, p := range procs {
				b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.MachinePID))
				if err == nil && !bytes.Contains(b, []byte("Seccomp:\t2\n")) {
					t.Errorf("process %d %s has no filter", p.PID, p.Comm)
				}
			}
		})
	}
}

// elf386 is a program for the 32-bit system calls of a 64-bit kernel: it makes one, without arguments, and ends with the error as
// its status.
func elf386(nr int) []byte {
	code := []byte{0xb8, byte(nr), byte(nr >> 8), 0, 0} // mov eax, nr
	code = append(code, 0x31, 0xdb, 0x31, 0xc9, 0x31, 0xd2, 0x31, 0xf6, 0x31, 0xff, 0x31, 0xed)
	code = append(code, 0xcd, 0x80, 0xf7, 0xd8, 0x89, 0xc3, 0xb8, 1, 0, 0, 0, 0xcd, 0x80) // int 0x80; neg eax; exit(eax)
	const base, header = 0x8048000, 52 + 32
	le := binary.LittleEndian
	b := []byte{0x7f, 'E', 'L', 'F', 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	for _, half := range []uint16{2, 3} {
		b = le.AppendUint16(b, half)
	}
	for _, word := range []uint32{1, base + header, 52, 0, 0} {
		b = le.AppendUint32(b, word)
	}
	for _, half := range []uint16{52, 32, 1, 40, 0, 0} {
		b = le.AppendUint16(b, half)
	}
	size := uint32(header + len(code))
	for _, word := range []uint32{1, 0, base, base, size, size, 5, 0x1000} {
		b = le.AppendUint32(b, word)
	}
	return append(b, code...)
}

// The numbers of 32-bit programs are others, and the calls the same.
func TestForbiddenCallsAreForbiddenTo32BitProgramsToo(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("the program of this test is for amd64")
	}
	l := newLab(t)
	needFilter(t, l)
	put := func(nr int) int {
		if err := l.WriteFile("/root/call", elf386(nr)); err != nil {
			t.Fatal(err)
		}
		return shell(t, l, "chmod +x call; ./call").status
	}
	if status := put(2000); status != int(unix.ENOSYS) { // no call has that number
		t.Skip("this kernel runs no 32-bit programs")
	}
	for _, f := range forbidden {
		if nr := f.numbers[1]; nr >= 0 {
			if status := put(nr); status != int(f.Errno) {
				t.Errorf("%s: %d, want %d", f.Name, status, f.Errno)
			}
		}
	}
	if status := put(359); status != int(unix.EAFNOSUPPORT) && status != 0 { // socket(AF_UNSPEC)
		t.Errorf("socket: %d", status)
	}
}

// What the course and its readers use of the calls that other sandboxes forbid.
func TestToolsOfTheTradeWorkInALab(t *testing.T) {
	l := newLab(t)
	for tool, script := range map[string]string{
		"strace":  "strace -f -o /root/log sh -c 'true; true' && grep -q execve /root/log",
		"gdb":     "gdb -nx -batch -ex run -ex 'info inferiors' --args /bin/true | grep -q 'exited normally'",
		"unshare": "unshare -Urmpuinf --mount-proc true",
		"nsenter": "nsenter -t 1 -m -u -i -n -p true",
		"ip":      "ip link add v type veth peer name w && ip netns add n && ip link set w netns n",
		"ping":    "ping -c 1 127.0.0.1",
		"setarch": "setarch -R true",
		"chrt":    "chrt -b 0 true",
		"taskset": "taskset 1 true",
		"nice":    "nice true",
		"tcpdump": "timeout 5 tcpdump -i lo -c 0 >/dev/null 2>&1; tcpdump --version 2>/dev/null",
	} {
		t.Run(tool, func(t *testing.T) {
			if !l.Has(tool) {
				t.Skipf("this machine lacks %s", tool)
			}
			if r := shell(t, l, script); r.status != 0 {
				t.Errorf("%s: %+v", script, r)
			}
		})
	}
}
