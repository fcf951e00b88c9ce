package grade

import (
	"slices"
	"strings"
	"sync"

	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/session"
	"github.com/nslab/nslab/lessons/submission"
)

// A file tells which system calls on namespaces were made in each step, and so does a replay where this machine shows them, too.
// Where they differ somebody should look: it is an observation, and no verdict rests on it.
//
// Compared is what was asked of the kernel, not by which of several calls: a C library and a version of util-linux have their own
// way to the same end. Nor does it matter when a step became done: what one has in a step the other may have in the step before or
// behind it.

// Calls are system calls that one of the two has in a step and the other has not.
type Calls struct {
	// Claimed are those that the file alone has, Replayed those that the replay alone showed.
	Claimed  []string `json:"claimed,omitempty"`
	Replayed []string `json:"replayed,omitempty"`
}

// IsZero reports whether the two agree.
func (c Calls) IsZero() bool { return len(c.Claimed) == 0 && len(c.Replayed) == 0 }

// and puts the calls of two sittings together.
func (c Calls) and(d Calls) Calls {
	return Calls{few(append(slices.Clone(c.Claimed), d.Claimed...)), few(append(slices.Clone(c.Replayed), d.Replayed...))}
}

// few sorts calls, and keeps as many as are told.
func few(calls []string) []string {
	slices.Sort(calls)
	calls = slices.Compact(calls)
	return calls[:min(len(calls), maxDiffering)]
}

// maxDiffering bounds how many calls of a step are told.
const maxDiffering = 10

// called is what calls were made in each step of a sitting.
type called struct {
	traced bool
	steps  map[string]*stepCalls
}

type stepCalls struct {
	done map[string]string // what was asked of the kernel, and the call that asked it
	more bool              // others were made that are not told
}

// add takes an event in.
func (c *called) add(e session.Event) {
	if c.steps == nil {
		c.steps = map[string]*stepCalls{}
	}
	of := c.steps[e.Step]
	if of == nil {
		of = &stepCalls{done: map[string]string{}}
		c.steps[e.Step] = of
	}
	switch e.Action {
	case session.Traced:
		c.traced = true
	case session.MoreCalled:
		of.more = true
	case session.Called:
		for _, what := range asks(e.Text) {
			if _, ok := of.done[what]; !ok {
				of.done[what] = submission.Plain(e.Text)
			}
		}
	}
}

// asks is what a call (session.CallText) asks of the kernel, whatever its name; nothing for what is a matter of taste.
func asks(text string) []string {
	name, what, _ := strings.Cut(text, "(")
	what = strings.TrimSuffix(what, ")")
	switch name {
	case "unshare", "clone", "clone3":
		return strings.Split(what, "|")
	case "setns":
		var all []string
		for kind := range strings.SplitSeq(what, "|") {
			all = append(all, "setns "+kind)
		}
		return all
	case "mount", "move_mount":
		if what == "" || strings.Contains(what, ", ") {
			return nil
		}
		return []string{"mount " + what}
	case "mount_setattr", "open_tree", "fsopen", "fsconfig", "fsmount", "fspick":
		return nil
	}
	return []string{text}
}

// compareCalls says where a file and its replay differ, by step.
func compareCalls(l *lessons.Lesson, file, replay *called) map[string]Calls {
	differ := map[string]Calls{}
	if !file.traced || !replay.traced {
		return differ
	}
	for i, st := range l.Steps {
		near := l.Steps[max(i-1, 0):min(i+2, len(l.Steps))]
		c := Calls{Claimed: file.without(replay, st.Name, near), Replayed: replay.without(file, st.Name, near)}
		if !c.IsZero() {
			differ[st.Name] = c
		}
	}
	return differ
}

// without returns the calls of a step that the other has in none of the steps near it.
func (c *called) without(other *called, step string, near []lessons.Step) []string {
	mine := c.steps[step]
	if mine == nil {
		return nil
	}
	var only []string
	for what, text := range mine.done {
		has := slices.ContainsFunc(near, func(st lessons.Step) bool {
			of := other.steps[st.Name]
			if of == nil {
				return false
			}
			_, ok := of.done[what]
			return ok || of.more
		})
		if !has {
			only = append(only, text)
		}
	}
	return few(only)
}

// recorder collects the calls of a replay.
type recorder struct {
	mu sync.Mutex
	called
}

// Record implements session.Recorder.
func (r *recorder) Record(e session.Event) {
	if isCall(e) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.add(e)
	}
}

// isCall tells what a recording says of system calls from what there is to do again.
func isCall(e session.Event) bool {
	return e.Action == session.Traced || e.Action == session.Called || e.Action == session.MoreCalled
}
