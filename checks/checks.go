// Package checks judges what nslab saw.
//
// A [Check] is a pure function from a [View] - snapshots of a lab, and the
// learner's parameters - to a [Finding]: satisfied or not, what was expected,
// what was found, the evidence, and what to try next. Checks open no file and
// make no system call; a table of snapshots tests them.
//
// The lessons say what they want in this package's vocabulary (namespace.go,
// uts.go and their neighbours), joined by [All] and [Any], and add, with
// [Diagnose], sentences of their own for the wrong states that learners really
// reach.
package checks

import (
	"fmt"
	"maps"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// View is all that a check may look at.
type View struct {
	// Now is the lab as it is.
	Now *snapshot.Snapshot
	// Start is the lab as the learner found it when the lesson was opened.
	Start *snapshot.Snapshot
	// Seen are snapshots between Start and Now, oldest first, for states that
	// are gone a moment later. Not every state is among them.
	Seen []*snapshot.Snapshot
	// Params are the learner's parameters, by name.
	Params map[string]string
	// Typed are the command lines the learner's shells reported, oldest
	// first. They serve for a better diagnosis, never for a verdict: a shell
	// can report what it likes.
	Typed []Line
	// Calls are the system calls on namespaces that were seen, oldest first, with the execve behind them. They tell
	// of what has gone again, for a better diagnosis: never for a verdict on what is there, for what a process has in
	// its memory can change before the kernel reads it. Where the machine does not show them there are none.
	Calls []snapshot.Call
	// Answer is what the learner answered to a question step.
	Answer string
}

// Args are the values for a finding's texts: the learner's parameters, and
// pairs of a name and its value, which go before them.
func (v *View) Args(pairs ...string) map[string]string {
	args := make(map[string]string, len(v.Params)+len(pairs)/2)
	maps.Copy(args, v.Params)
	for i := 0; i+1 < len(pairs); i += 2 {
		args[pairs[i]] = pairs[i+1]
	}
	return args
}

// Line is a command line that a shell reported.
type Line struct {
	// Shell is the name of the lab's shell, Text what was typed, Status its exit status; -1 while it
	// runs, which a shell that was opened in a shell does until exit.
	Shell, Text string
	Status      int
}

// Check looks at a view and says what it found.
type Check func(*View) Finding

// Finding is the outcome of a check.
type Finding struct {
	// Key names the message, for programs: "uts.renamed-in-host".
	Key       string
	Satisfied bool
	// Expected says what should be, Found what is, Try what to do next. A
	// satisfied finding has only Found: what the kernel showed.
	Expected, Found, Try say.Text
	// Args are the values of the texts' slots.
	Args     map[string]string
	Evidence []Evidence
	// Near says how near the state is to what was expected, for [Any] to
	// choose between findings that are not satisfied; [All] sets it.
	Near int
}

// Evidence is one thing the kernel said: a namespace's inode number, a PID, a
// mount, an address.
type Evidence struct {
	// What says what it is, in the kernel's own terms: "uts namespace of host".
	What string
	// Value is what the kernel said.
	Value string
}

// Message is the text of a finding, kept in a table by its key.
type Message struct {
	Expected, Found, Try say.Text
}

// Messages are the sentences of a package's findings, by key.
type Messages map[string]Message

// Pass makes a satisfied finding from the message with that key.
func (m Messages) Pass(key string, args map[string]string, evidence ...Evidence) Finding {
	return m.finding(key, true, args, evidence)
}

// Miss makes a finding that is not satisfied from the message with that key.
func (m Messages) Miss(key string, args map[string]string, evidence ...Evidence) Finding {
	return m.finding(key, false, args, evidence)
}

func (m Messages) finding(key string, ok bool, args map[string]string, evidence []Evidence) Finding {
	t, found := m[key]
	if !found {
		panic("checks: no message with key " + key) // a mistake in our own source; every key is met in tests
	}
	return Finding{Key: key, Satisfied: ok, Expected: t.Expected, Found: t.Found, Try: t.Try, Args: args, Evidence: evidence}
}

// NSEvidence is the evidence of a namespace: its kind, whose it is, its inode number.
func NSEvidence(kind snapshot.Kind, whose string, inode uint64) Evidence {
	return Evidence{What: fmt.Sprintf("%s namespace of %s", kind, whose), Value: NSName(kind, inode)}
}
