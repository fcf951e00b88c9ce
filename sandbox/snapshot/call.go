package snapshot

import (
	"strings"
	"time"
)

// Call is one system call that a process of a lab made on namespaces, or on what a namespace holds,
// as it was seen when the process was about to make it. What stands in the process's memory can be changed by
// another thread before the kernel reads it: a Call tells a story, and no verdict rests on it.
type Call struct {
	// Seq numbers the calls of a lab from 1.
	Seq uint64
	// Time is when it was seen.
	Time time.Time
	// Shell is the name of the shell of the lab that the process descends from; empty for a command of nslab's own.
	Shell string
	// PID is the process's number in the lab, Inside what it calls itself, MachinePID the thread's on the
	// real machine; PID and Inside are 0 where the process ended too soon to tell.
	PID, Inside, MachinePID int
	// Comm is the command's name, Command its command line; that of execve is Argv.
	Comm    string
	Command []string
	// Name is the call's: "unshare". Params are its arguments as in C: "CLONE_NEWUTS", "\"nautilus\"", "8".
	Name   string
	Params []string
	// Flags are the clone flags (CLONE_NEW...) of unshare, setns, clone and clone3, and the flags of mount(2), umount2(2)
	// and the calls of System V IPC.
	Flags uint64
	// Target is what the call is about: the name for sethostname, the path for mount, chroot and execve, the key for msgget.
	// Source is where it comes from: a mount's source, the old root's place for pivot_root, the namespace or the process
	// behind setns's descriptor. Type is a mount's file system.
	Target, Source, Type string
	// Argv is the command line that execve asks for. Behind says that the process, or its parent, made another
	// of these calls since its own execve: this is the command that it made them for.
	Argv   []string
	Behind bool
	// NS are the namespaces of the process before the call; zero for execve. After are those behind it, of the child
	// for clone and clone3; zero where they were not seen.
	NS, After Namespaces
	// Outcome is what came of it, Lacks what a refusal is due to.
	Outcome Outcome
	Lacks   Lack
}

// Outcome is what came of a call. The kernel does not tell the result: it is known by what changed.
type Outcome string

const (
	// Unseen: the kernel should allow it, and what came of it was not seen, or not yet.
	Unseen Outcome = ""
	// Done: its effect was seen.
	Done Outcome = "done"
	// Refused: what the kernel asks for is lacking (Call.Lacks), and no effect was seen.
	Refused Outcome = "refused"
	// Failed: nothing seemed to forbid it, but it has returned and no effect is there.
	Failed Outcome = "failed"
)

// Lack is what a process lacks for a call.
type Lack struct {
	// Errno is the error that the kernel returns for it, "EPERM"; empty where nothing lacks.
	Errno string
	// Why is the rule it breaks, one of the Lack... constants.
	Why string
	// Cap is the capability that it lacks, "CAP_SYS_ADMIN", and Over the user namespace in which it would have to
	// have it; Over owns the namespace in question.
	Cap  string
	Over uint64
}

// The rules that a refused call breaks (Lack.Why).
const (
	LacksCap       = "capability" // capabilities(7)
	LacksThreads   = "threads"    // CLONE_NEWUSER, or joining a user namespace, in a process of several threads
	LacksRoot      = "root"       // CLONE_NEWUSER under a chroot(2)
	LacksTwice     = "twice"      // CLONE_NEWPID while its children go to another PID namespace than its own
	LacksOwnUserNS = "own"        // setns(2) to the user namespace that it is in
	LacksLeave     = "filter"     // the lab's seccomp filter lets nobody make the call
)

// C is the call as it would stand in a C program.
func (c Call) C() string { return c.Name + "(" + strings.Join(c.Params, ", ") + ")" }

// Of returns the kinds that clone flags ask for, in the order of Kinds.
func KindsOf(flags uint64) []Kind {
	var kinds []Kind
	for _, k := range Kinds() {
		if flags&cloneFlags[k] != 0 {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

// CloneFlag returns the clone flag that asks for a kind (clone(2), unshare(2)), and its name.
func CloneFlag(k Kind) (flag uint64, name string) {
	name = "CLONE_NEW" + strings.ToUpper(string(k))
	if k == Mnt {
		name = "CLONE_NEWNS"
	}
	return cloneFlags[k], name
}

var cloneFlags = map[Kind]uint64{Mnt: 0x20000, UTS: 0x4000000, IPC: 0x8000000, Net: 0x40000000, PID: 0x20000000,
	User: 0x10000000, Cgroup: 0x2000000, Time: 0x80}
