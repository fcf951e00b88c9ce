package sandbox

import (
	"runtime"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"
)

// This file has the seccomp(2) filter that every process of a lab takes upon itself before its exec, and that all its
// children have: it forbids the system calls that no lesson needs. Namespaces and capabilities keep them from most
// of what they could do already; the filter is there for what is of no namespace - the machine's keys, its hypervisor,
// its clock - and for the parts of the kernel in which most ways out of a namespace were found.
//
// In a traced lab the kernel tells the keeper of a call that is refused, and so nslab trace says which it was and why.
// The keeper answers with the error, never with leave to go on. Calls with the numbers of 32-bit programs are refused by the
// same list, untold.
//
// Everything else stays open, for a lab is there to try things: ptrace(2), namespaces of every kind, raw sockets, nftables.

// numbers are a call's by architecture, in the order of abis; -1 where it has none.
type numbers [4]int

// abis are the architectures that labs run on, each with that of the 32-bit programs it runs.
var abis = []string{"amd64", "386", "arm64", "arm"}

// native is our own architecture among them, native+1 that of 32-bit programs.
var native = slices.Index(abis, runtime.GOARCH)

// Forbidden is a system call that a lab's processes may not make.
type Forbidden struct {
	// Name is the call's.
	Name string
	// Errno is what it returns.
	Errno   unix.Errno
	numbers numbers
}

// forbidden is the list; SECURITY.md gives it in words, and so does nslab trace. What is here is refused whatever its arguments;
// forbiddenRequests and families are about arguments.
var forbidden = []Forbidden{
	// Does other calls' work out of sight of this filter and of a trace, and has been a way to root again and again.
	{"io_uring_setup", unix.EPERM, numbers{425, 425, 425, 425}},
	{"io_uring_enter", unix.EPERM, numbers{426, 426, 426, 426}},
	{"io_uring_register", unix.EPERM, numbers{427, 427, 427, 427}},
	// Puts programs into the kernel.
	{"bpf", unix.EPERM, numbers{321, 357, 280, 386}},
	// Holds the kernel in the middle of a copy for as long as the caller likes: what most exploits of races begin with.
	{"userfaultfd", unix.EPERM, numbers{323, 374, 282, 388}},
	// Watches the machine's processors.
	{"perf_event_open", unix.EPERM, numbers{298, 336, 241, 364}},
	// Keys count against the machine's user, and asking for one has the kernel start a program of the machine as root
	// (request-key(8)). The error is that of a kernel without keys, which programs take for an answer.
	{"add_key", unix.ENOSYS, numbers{248, 286, 217, 309}},
	{"request_key", unix.ENOSYS, numbers{249, 287, 218, 310}},
	{"keyctl", unix.ENOSYS, numbers{250, 288, 219, 311}},
	// The machine's kernel and its parts. Of these and all below, the kernel asks for power over the machine itself, which a
	// lab's root has only where there is no user namespace (Keeper.Confined).
	{"kexec_load", unix.EPERM, numbers{246, 283, 104, 347}},
	{"kexec_file_load", unix.EPERM, numbers{320, -1, 294, 401}},
	{"init_module", unix.EPERM, numbers{175, 128, 105, 128}},
	{"finit_module", unix.EPERM, numbers{313, 350, 273, 379}},
	{"delete_module", unix.EPERM, numbers{176, 129, 106, 129}},
	// The machine's log, which the kernel may show to anybody.
	{"syslog", unix.EPERM, numbers{103, 103, 116, 103}},
	// The machine's clock.
	{"settimeofday", unix.EPERM, numbers{164, 79, 170, 79}},
	{"clock_settime", unix.EPERM, numbers{227, 264, 112, 262}},
	{"clock_settime64", unix.EPERM, numbers{-1, 404, -1, 404}},
	{"clock_adjtime", unix.EPERM, numbers{305, 343, 266, 372}},
	{"clock_adjtime64", unix.EPERM, numbers{-1, 405, -1, 405}},
	{"adjtimex", unix.EPERM, numbers{159, 124, 171, 124}},
	{"stime", unix.EPERM, numbers{-1, 25, -1, -1}},
	// The machine's swap, accounting and quotas.
	{"swapon", unix.EPERM, numbers{167, 87, 224, 87}},
	{"swapoff", unix.EPERM, numbers{168, 115, 225, 115}},
	{"acct", unix.EPERM, numbers{163, 51, 89, 51}},
	{"quotactl", unix.EPERM, numbers{179, 131, 60, 131}},
	{"quotactl_fd", unix.EPERM, numbers{443, 443, 443, 443}},
	// Opens any file of a file system by its number, whatever is mounted of it.
	{"open_by_handle_at", unix.EPERM, numbers{304, 342, 265, 371}},
	// The processor's ports, and what old 16-bit programs want of it.
	{"iopl", unix.EPERM, numbers{172, 110, -1, -1}},
	{"ioperm", unix.EPERM, numbers{173, 101, -1, -1}},
	{"modify_ldt", unix.EPERM, numbers{154, 123, -1, -1}},
	{"vm86", unix.EPERM, numbers{-1, 166, -1, -1}},
	{"vm86old", unix.EPERM, numbers{-1, 113, -1, -1}},
	// Hides from the filter what kind of socket is asked for. Programs then make the call by its own number.
	{"socketcall", unix.ENOSYS, numbers{-1, 102, -1, -1}},
}

// forbiddenRequests are the requests of ioctl(2) that type into a terminal, which is as good as the hands of the person at it.
// A lab's programs have no terminal but the lab's own; none needs them.
var (
	ioctlCall         = Forbidden{"ioctl", unix.EPERM, numbers{16, 54, 29, 54}}
	forbiddenRequests = []uint32{unix.TIOCSTI, tiocLinux}
)

// tiocLinux is TIOCLINUX (ioctl_console(2)), which also pastes.
const tiocLinux = 0x541c

// families are the address families that sockets of a lab may have. Others are of no network namespace (AF_VSOCK talks to
// the hypervisor), or would have the kernel load one of its many seldom used protocols. The error is that of a kernel that
// lacks the family.
var (
	families    = []uint32{unix.AF_UNSPEC, unix.AF_UNIX, unix.AF_INET, unix.AF_INET6, unix.AF_NETLINK, unix.AF_PACKET}
	socketCalls = []Forbidden{{"socket", unix.EAFNOSUPPORT, numbers{41, 359, 198, 281}}, {"socketpair", unix.EAFNOSUPPORT, numbers{53, 360, 199, 288}}}
)

// ForbiddenCalls returns the calls of which a trace may tell that the filter refused them: not those of 32-bit programs alone.
func ForbiddenCalls() []Forbidden {
	return slices.DeleteFunc(append(slices.Clone(forbidden), ioctlCall), func(f Forbidden) bool { return f.numbers[native] < 0 })
}

// forbiddenCall returns the refused call with that number; false where the filter tells of it for another reason.
func forbiddenCall(nr int) (Forbidden, bool) {
	for i := range forbidden {
		if forbidden[i].numbers[native] == nr {
			return forbidden[i], true
		}
	}
	return ioctlCall, ioctlCall.numbers[native] == nr
}

// The machine language of bpf(4) of old, and where things stand in struct seccomp_data (seccomp(2)). All architectures
// have the low half of an argument first.
const (
	bpfLoad        = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS
	bpfJump        = unix.BPF_JMP | unix.BPF_JA
	bpfJumpEqual   = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
	bpfJumpAtLeast = unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K
	bpfJumpBits    = unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K
	bpfReturn      = unix.BPF_RET | unix.BPF_K

	dataNr, dataArch, dataArgs = 0, 4, 16
)

func bpfRefuse(errno unix.Errno) unix.SockFilter {
	return unix.SockFilter{Code: bpfReturn, K: unix.SECCOMP_RET_ERRNO | uint32(errno)}
}

var (
	bpfAllow = unix.SockFilter{Code: bpfReturn, K: unix.SECCOMP_RET_ALLOW}
	bpfTell  = unix.SockFilter{Code: bpfReturn, K: unix.SECCOMP_RET_USER_NOTIF}
)

// auditArchs is how struct seccomp_data calls the architectures of abis, auditArch our own.
var (
	auditArchs = []uint32{unix.AUDIT_ARCH_X86_64, unix.AUDIT_ARCH_I386, unix.AUDIT_ARCH_AARCH64, unix.AUDIT_ARCH_ARM}
	auditArch  = auditArchs[native]
)

// forbidFilter writes the filter up to where a call of our own architecture is not forbidden: there more may follow, with
// the call's number loaded. It tells of refused calls or refuses them itself.
func forbidFilter(tell bool) []unix.SockFilter {
	others := append([]unix.SockFilter{
		{Code: bpfJumpEqual, K: auditArchs[native+1], Jt: 1}, bpfRefuse(unix.ENOSYS),
		{Code: bpfLoad, K: dataNr},
	}, rules(native+1, false)...)
	others = append(others, bpfAllow)
	p := []unix.SockFilter{
		{Code: bpfLoad, K: dataArch},
		{Code: bpfJumpEqual, K: auditArch, Jf: 1}, {Code: bpfJump, K: uint32(len(others))},
	}
	p = append(append(p, others...), unix.SockFilter{Code: bpfLoad, K: dataNr})
	if runtime.GOARCH == "amd64" {
		// x32 has the same architecture, and numbers with a bit of their own. A tracer has a call skipped by the number -1.
		p = append(p, unix.SockFilter{Code: bpfJumpEqual, K: ^uint32(0), Jf: 1}, bpfAllow,
			unix.SockFilter{Code: bpfJumpAtLeast, K: 0x40000000, Jf: 1}, bpfRefuse(unix.ENOSYS))
	}
	return append(p, rules(native, tell)...)
}

// rules writes what is forbidden of one architecture's calls.
func rules(abi int, tell bool) (p []unix.SockFilter) {
	refuse := func(f Forbidden) unix.SockFilter {
		if tell {
			return bpfTell
		}
		return bpfRefuse(f.Errno)
	}
	for _, f := range forbidden {
		if f.numbers[abi] >= 0 {
			p = append(p, unix.SockFilter{Code: bpfJumpEqual, K: uint32(f.numbers[abi]), Jf: 1}, refuse(f))
		}
	}
	// if it is ioctl: load the request; of each, refuse; allow.
	p = append(p, unix.SockFilter{Code: bpfJumpEqual, K: uint32(ioctlCall.numbers[abi]), Jf: uint8(2*len(forbiddenRequests) + 2)},
		unix.SockFilter{Code: bpfLoad, K: dataArgs + 8})
	for _, r := range forbiddenRequests {
		p = append(p, unix.SockFilter{Code: bpfJumpEqual, K: r, Jf: 1}, refuse(ioctlCall))
	}
	p = append(p, bpfAllow)
	for _, f := range socketCalls {
		// if it is that call: load the family; of each, allow; refuse. Programs that ask for one family after
		// the other are no news, so this is not told.
		p = append(p, unix.SockFilter{Code: bpfJumpEqual, K: uint32(f.numbers[abi]), Jf: uint8(2*len(families) + 2)},
			unix.SockFilter{Code: bpfLoad, K: dataArgs})
		for _, a := range families {
			p = append(p, unix.SockFilter{Code: bpfJumpEqual, K: a, Jf: 1}, bpfAllow)
		}
		p = append(p, bpfRefuse(f.Errno))
	}
	return p
}

// installForbid appends taking the filter upon itself, as installFilter does with the one that also tells.
func (s *script) installForbid(kind callKind) ref {
	return s.seccomp(kind, append(forbidFilter(false), bpfAllow), 0)
}

// seccomp appends taking a filter upon itself, for good and for all its children. A process may do so without
// PR_SET_NO_NEW_PRIVS, which the learner would see, where it has CAP_SYS_ADMIN in its user namespace (seccomp(2)).
func (s *script) seccomp(kind callKind, code []unix.SockFilter, flags int) ref {
	at := s.bytes(unsafe.Slice((*byte)(unsafe.Pointer(&code[0])), len(code)*int(unsafe.Sizeof(code[0]))))
	prog := s.structure(structBytes(&unix.SockFprog{Len: uint16(len(code))}), unsafe.Offsetof(unix.SockFprog{}.Filter), at)
	return s.add(kind, "install the lab's seccomp filter", unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, prog)
}
