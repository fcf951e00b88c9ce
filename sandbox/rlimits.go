package sandbox

import (
	"strconv"

	"golang.org/x/sys/unix"
)

// This file has what a lab may use at most where no cgroup counts it: limits of each process (getrlimit(2)) and of user
// namespaces (namespaces(7), /proc/sys/user). The sizes of its file systems are in root.go, its memory in memory.go.

// rlimit is one limit: so much where a process does not ask for more, and so much at most. Nobody in a lab can raise the
// second (prlimit(2): that takes CAP_SYS_RESOURCE over the machine).
type rlimit struct {
	resource  int
	soft, max uint64
}

// rlimits are those of every process of a lab but for that of processes, maxProcs.
var rlimits = []rlimit{
	// A million descriptors for each of its processes would be more kernel memory than most machines have.
	{unix.RLIMIT_NOFILE, 1024, 4096},
	// What one process may allocate: a learner's mistake ends with "out of memory", and not the machine's memory.
	{unix.RLIMIT_DATA, 2 << 30, 2 << 30},
	// Memory that cannot be swapped; in a user namespace all its processes share it.
	{unix.RLIMIT_MEMLOCK, 8 << 20, 8 << 20},
	{unix.RLIMIT_MSGQUEUE, 819200, 819200},
	{unix.RLIMIT_SIGPENDING, 4096, 4096},
	// No core file, and where the machine has a program for them (core(5), core_pattern), not that either: it would run
	// as root, outside, on what a lab prepared for it. 0 would not stop it; 1 does, and is too little for a file.
	{unix.RLIMIT_CORE, 1, 1},
	{unix.RLIMIT_NICE, 0, 0},
	{unix.RLIMIT_RTPRIO, 0, 0},
}

// limitProcess appends limiting the process and all its children.
func (s *script) limitProcess() {
	for _, l := range rlimits {
		// Who has less already cannot give more.
		var own unix.Rlimit
		if unix.Getrlimit(l.resource, &own) != nil {
			continue
		}
		limit := unix.Rlimit{Cur: min(l.soft, own.Max), Max: min(l.max, own.Max)}
		s.may("limit a resource", unix.SYS_PRLIMIT64, 0, l.resource, structBytes(&limit), 0)
	}
}

// limitProcesses appends limiting how many processes there may be in its user namespace.
func (s *script) limitProcesses() {
	if labsCountProcs() {
		limit := unix.Rlimit{Cur: maxProcs, Max: maxProcs}
		s.may("limit processes", unix.SYS_PRLIMIT64, 0, unix.RLIMIT_NPROC, structBytes(&limit), 0)
	}
}

// How many namespaces of each kind there may be in a lab, and in all labs of a keeper. The first is a lab's own limit, which
// its root may raise, but not beyond the second.
const (
	labNamespaces    = 512
	keeperNamespaces = 8192
)

// keeperInotify is how many inotify(7) instances all labs of a keeper may have. They count against the machine's user,
// whose desktop needs some of its 128 itself.
const keeperInotify = 64

// limitNamespaces appends setting the limits of the user namespace that the process is root of.
func (s *script) limitNamespaces(namespaces int) {
	for _, kind := range []string{"user", "mnt", "uts", "ipc", "net", "pid", "cgroup", "time"} {
		s.writeFile(may, "/proc/sys/user/max_"+kind+"_namespaces", strconv.Itoa(namespaces))
	}
}
