// Package lessons says what a lesson is: shells with their clone flags,
// parameters, and steps, each with a text in every language, hints, and a
// check.
//
// A lesson is a Go package in a folder of its own (lessons/uts is the first):
// a .go file that declares a [Lesson], text.en.md and text.fr.md with the words
// (see [Parse] for their form), solution.txtar, which does the lesson, and
// mistakes/*.txtar with what learners really get wrong. The package
// lessons/catalogue lists them; lessons/session plays one in a lab;
// lessons/script drives it from testscript; [Progress] keeps what a learner
// has done.
package lessons

import (
	"fmt"
	"io/fs"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
)

// Lesson is one lesson, as its package declares it.
type Lesson struct {
	// Name is what the learner types: "uts".
	Name string
	// Shells are the shells of the lab; the first is the one that opens.
	Shells []Shell
	// Params are the values that the texts and checks ask for as {{name}}.
	Params []Param
	// Steps are its tasks, in order.
	Steps []Step
	// Provide are files that the lab's host has at the start.
	Provide []File
	// Setup are commands that are typed in the lesson's shells when they open, before the learner finds them.
	Setup []Command
	// Watch are paths in the lab's host of which snapshots tell whether they are there.
	Watch []string
	// Files holds text.en.md, text.fr.md, solution.txtar and mistakes/.
	Files fs.FS
}

// Command is a line typed in one of the lesson's shells; parameters in it are filled in.
type Command struct{ Shell, Line string }

// File is a file that a lab has at the start.
type File struct {
	// Path is where, Content what is in it.
	Path    string
	Content func() ([]byte, error)
}

// Probe is a TCP connection that nslab tries while it looks, and closes at once. The result is
// in the snapshot under the probe's name.
type Probe struct {
	Name string
	// Addr is where to, "{{isolated-ip}}:8000"; the connection is tried from the lab's host.
	Addr string
}

// Shell is a shell that the lesson gives the learner.
type Shell struct {
	// Name is "host" or "isolated".
	Name string
	// Flags are the clone flags (clone(2), CLONE_NEW...) it is born with,
	// beyond the lab's own namespaces; 0 for the lab's host.
	Flags uintptr
}

// Param is a value that differs from learner to learner where an instructor
// wants it so, and is Default otherwise.
type Param struct {
	Name, Default string
	// Kind says which values an instructor's course may give it.
	Kind Kind
}

// Step is one task.
type Step struct {
	// Name is what scripts and graders call it: "rename".
	Name string
	// Shell is the shell it begins in; empty for the lesson's first.
	Shell string
	// Check says whether it is done.
	Check checks.Check
	// Needs says what the machine must give: "tool:nft|iptables" for a command under one of the
	// names, "cgroup:pids" or "cgroup:memory" for a controller that labs may use, "namespace:time" or "namespace:user" for a kind of
	// namespace, "filesystem:overlay" for a type that labs may mount, "link:veth" for a type of network interface, "seccomp:listener" for seeing system calls (checks.View, Calls). Where something is missing the step says so, and the lesson counts as done without it.
	Needs []string
	// Probes are tried when the step is looked at.
	Probes []Probe
	// Question is set for a step that is answered rather than done: the
	// check then looks at the view's Answer.
	Question bool
}

// Step returns the lesson's step of that name.
func (l *Lesson) Step(name string) (*Step, error) {
	for i := range l.Steps {
		if l.Steps[i].Name == name {
			return &l.Steps[i], nil
		}
	}
	return nil, fmt.Errorf("lesson %s has no step %q: its steps are %s", l.Name, name, l.stepNames())
}

func (l *Lesson) stepNames() string {
	s := ""
	for i, st := range l.Steps {
		if i > 0 {
			s += ", "
		}
		s += st.Name
	}
	return s
}

// Shell returns the lesson's shell of that name.
func (l *Lesson) Shell(name string) (*Shell, error) {
	names := ""
	for i := range l.Shells {
		if l.Shells[i].Name == name {
			return &l.Shells[i], nil
		}
		if i > 0 {
			names += ", "
		}
		names += l.Shells[i].Name
	}
	return nil, fmt.Errorf("lesson %s has no shell %q: its shells are %s", l.Name, name, names)
}

// Defaults returns the parameters as the tutorial has them.
func (l *Lesson) Defaults() map[string]string {
	m := map[string]string{}
	for _, p := range l.Params {
		m[p.Name] = p.Default
	}
	return m
}

// Words are a lesson's texts in one language, as [Parse] reads them.
type Words struct {
	Lang say.Lang
	// Title is the lesson's name for people, Intro what opens it, and Outro what
	// closes it (both Markdown).
	Title, Intro, Outro string
	// Steps are the steps' words by name; Order has their names as they stand in the file.
	Steps map[string]StepWords
	Order []string
}

// StepWords are the words of one step.
type StepWords struct {
	// Title is a line; Text is Markdown; Hints go from general to concrete.
	Title, Text string
	Hints       []string
}
