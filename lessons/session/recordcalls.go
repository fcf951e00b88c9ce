package session

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// A recording has, for each step, which system calls on namespaces the lab's processes made while it was open: Called. A
// replay is recorded in the same way, and the grader says where the two differ. What a call names is kept, what a lab has
// by chance is not: no PID, no inode number, no descriptor; nor how often a call was made. So a recording stays small
// whatever the lab does.

// maxCalled bounds how many different calls of a step are recorded.
const maxCalled = 40

// calledSoFar is what of the calls is in the recording.
type calledSoFar struct {
	// opened says from which number of the trace on which step was open; guarded by Session.mu.
	opened []openedAt
	seq    uint64 // the last call that was looked at
	lost   uint64
	told   map[string][]string // by step
}

type openedAt struct {
	seq  uint64
	step string
}

// startCalls begins recording calls: those from now on.
func (s *Session) startCalls() {
	trace := s.Lab.Trace()
	if trace == nil {
		return
	}
	s.record(Event{Action: Traced})
	_, lost, _ := trace.Since(trace.Seq())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.called = &calledSoFar{seq: trace.Seq(), lost: lost, told: map[string][]string{}}
	s.stepOpened()
}

// stepOpened notes which step is open now; s.mu is held.
func (s *Session) stepOpened() {
	if s.called == nil {
		return
	}
	name := ""
	if step := s.open1(); step != nil {
		name = step.Name
	}
	s.called.opened = append(s.called.opened, openedAt{s.Lab.Trace().Seq(), name})
}

// recordCalls records calls, which come in their order, and that some were lost.
func (s *Session) recordCalls(calls []snapshot.Call, lost uint64) {
	s.mu.Lock()
	c := s.called
	var opened []openedAt
	if c != nil {
		opened = slices.Clone(c.opened)
	}
	s.mu.Unlock()
	if c == nil {
		return
	}
	stepOf := func(seq uint64) string {
		step := ""
		for _, o := range opened {
			if o.seq < seq {
				step = o.step
			}
		}
		return step
	}
	for _, call := range calls {
		if call.Seq <= c.seq || call.Lacks.Why == snapshot.LacksLeave {
			continue // what no lab allows is not about namespaces
		}
		c.seq = call.Seq
		step, text := stepOf(call.Seq), CallText(call)
		told := c.told[step]
		switch {
		case step == "" || call.Shell == "" || text == "" || slices.Contains(told, text) || len(told) > maxCalled:
			continue
		case len(told) == maxCalled:
			s.record(Event{Action: MoreCalled, Step: step})
		default:
			e := Event{Action: Called, Shell: call.Shell, Step: step, Text: text}
			if call.Outcome == snapshot.Refused {
				e.Status = 1
			}
			s.record(e)
		}
		c.told[step] = append(told, text)
	}
	if step := stepOf(^uint64(0)); lost > c.lost && step != "" {
		c.lost = lost
		if len(c.told[step]) <= maxCalled {
			s.record(Event{Action: MoreCalled, Step: step})
		}
	}
}

// lastCalls records what has not been by the end. Nothing else may be recording calls by then.
func (s *Session) lastCalls() {
	_, lost, _ := s.Lab.Trace().Since(s.Lab.Trace().Seq())
	s.recordCalls(s.Lab.Trace().OnNamespaces(), lost)
}

// maxCallText bounds the text of a call.
const maxCallText = 120

// CallText is a call in short, as it stands in a recording: "unshare(CLONE_NEWUTS)", "mount(/proc)", "sethostname(nautilus)". What
// a mount changes beside where it is stands behind a comma: "mount(/, MS_REC|MS_PRIVATE)". It is empty for execve.
func CallText(c snapshot.Call) string {
	what := c.Target
	switch c.Name {
	case "execve", "execveat":
		return ""
	case "unshare", "clone", "clone3":
		what = flagNames(c.Flags)
	case "setns":
		what = flagNames(c.Flags)
		if kind, _, ok := strings.Cut(c.Source, ":["); ok && slices.Contains(snapshot.Kinds(), snapshot.Kind(kind)) {
			_, what = snapshot.CloneFlag(snapshot.Kind(kind))
		}
	case "mount":
		const changes = 1<<5 | 1<<17 | 1<<18 | 1<<19 | 1<<20 // MS_REMOUNT, MS_UNBINDABLE, MS_PRIVATE, MS_SLAVE, MS_SHARED
		if c.Flags&changes != 0 && len(c.Params) > 3 {
			what += ", " + c.Params[3]
		}
	case "open_tree":
		what = c.Source
	case "fsopen":
		what = c.Type
	case "msgctl", "semctl", "shmctl":
		what = "IPC_RMID"
	}
	if what != "" {
		what = checks.Plain(byChance().Replace(what))
	}
	text := c.Name + "(" + what + ")"
	if len(text) > maxCallText {
		cut := maxCallText
		for cut > 0 && text[cut]&0xc0 == 0x80 { // not in the middle of a character
			cut--
		}
		text = text[:cut] + "..."
	}
	return text
}

func flagNames(flags uint64) string {
	var names []string
	for _, k := range snapshot.KindsOf(flags) {
		_, name := snapshot.CloneFlag(k)
		names = append(names, name)
	}
	return strings.Join(names, "|")
}

// chance is what of a path is another one each time: a process's folder, what mktemp(1) makes up.
type chance struct{ pid, temporary *regexp.Regexp }

func (c chance) Replace(s string) string {
	return c.temporary.ReplaceAllString(c.pid.ReplaceAllString(s, "/proc/PID"), "tmp.XXXXXXXXXX")
}

var byChance = sync.OnceValue(func() chance {
	return chance{regexp.MustCompile(`/proc/[0-9]+`), regexp.MustCompile(`\btmp\.[A-Za-z0-9]{6,}`)}
})
