package sandbox

import (
	"bytes"
	"strconv"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// rested is what a look keeps of a process for the next one: what only the process itself can change - its
// namespaces, its command line - need not be read again where it has not run since. Half of the system calls of a look at a lab
// that waits for its learner are saved by that.
type rested struct {
	start    uint64 // the process's; a later one may have its number
	switches int
	ns       snapshot.Namespaces
	args     []string
}

// rest reads from /proc/PID/status (proc_pid_status(5)) how often the process has been taken off the processor; ok says
// that it is off now, so that the same number in a later look, there too, says that it has never been on it
// meanwhile. That is so of a process with one thread only.
func rest(status []byte) (switches int, ok bool) {
	field := func(name string) []byte {
		_, rest, _ := bytes.Cut(status, []byte("\n"+name+":\t"))
		value, _, _ := bytes.Cut(rest, []byte("\n"))
		return value
	}
	state := field("State")
	// S sleeps, D in a call that nothing interrupts; T and t are stopped.
	if len(state) == 0 || !bytes.ContainsRune([]byte("SDTt"), rune(state[0])) || string(field("Threads")) != "1" {
		return 0, false
	}
	voluntary, err := strconv.Atoi(string(field("voluntary_ctxt_switches")))
	if err != nil {
		return 0, false
	}
	others, err := strconv.Atoi(string(field("nonvoluntary_ctxt_switches")))
	return voluntary + others, err == nil
}
