package grade

import (
	"context"
	"errors"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/session"
	"github.com/nslab/nslab/lessons/submission"
	"github.com/nslab/nslab/sandbox"
)

// Job is a submission to do again.
type Job struct {
	// File is the submission, Params are the student's parameters by lesson.
	File   []byte                       `json:"file"`
	Params map[string]map[string]string `json:"params"`
	Limits Limits                       `json:"limits"`
}

// Outcome is what came of it.
type Outcome struct {
	Steps   map[string]StepOutcome `json:"steps"`
	Stopped Text                   `json:"stopped,omitzero"`
	Notes   []Text                 `json:"notes,omitempty"`
}

// StepOutcome is what the replay showed of a step.
type StepOutcome struct {
	Passed  bool    `json:"passed"`
	Finding Finding `json:"finding,omitzero"`
	Lacks   string  `json:"lacks,omitempty"`
	// Calls are where the system calls that the file tells differ from the replay's.
	Calls Calls `json:"calls,omitzero"`
}

// Step returns the outcome of a step.
func (o *Outcome) Step(lesson, step string) StepOutcome { return o.Steps[lesson+" "+step] }

// Limits bound what a submission may use.
type Limits struct {
	// Time is how long its replay may take.
	Time time.Duration `json:"time"`
	// Memory is how many bytes the processes of its lab may have in memory together, Output how many its shells may print.
	Memory int64 `json:"memory"`
	Output int64 `json:"output"`
}

const (
	maxSittings = 200
	// maxMisses is how often something that the file tells may not come before the rest of the sitting is given up.
	maxMisses = 3
)

// Replay does a submission again.
func Replay(ctx context.Context, keeper *sandbox.Keeper, tools sandbox.Tools, find func(string) (*lessons.Lesson, error), j *Job) (*Outcome, error) {
	sub, err := submission.Parse(j.File)
	if err != nil {
		return nil, err
	}
	r := &replay{keeper: keeper, tools: tools, limits: j.Limits, out: &Outcome{Steps: map[string]StepOutcome{}}}
	ctx, r.cancel = context.WithCancelCause(ctx)
	defer r.cancel(nil)
	timer := time.AfterFunc(j.Limits.Time, func() { r.stop(fill(textTooLong, "limit", j.Limits.Time.String())) })
	defer timer.Stop()
	for i := range sub.Sittings {
		if ctx.Err() != nil {
			break
		}
		if i == maxSittings {
			r.note(fill(textTooMany, "limit", strconv.Itoa(maxSittings)))
			break
		}
		s := &sub.Sittings[i]
		l, err := find(s.Lesson)
		params, ok := j.Params[s.Lesson]
		if err != nil || !ok {
			continue // none of the course
		}
		if err := r.sitting(ctx, l, params, s); err != nil {
			return nil, err
		}
	}
	if t := r.stopped.Load(); t != nil {
		r.out.Stopped = *t
	}
	return r.out, nil
}

type replay struct {
	keeper  *sandbox.Keeper
	tools   sandbox.Tools
	limits  Limits
	out     *Outcome
	cancel  context.CancelCauseFunc
	stopped atomic.Pointer[Text]
}

// stop ends the replay with a reason; the first one counts.
func (r *replay) stop(why Text) {
	r.stopped.CompareAndSwap(nil, &why)
	r.cancel(errStopped)
}

var errStopped = errors.New("stopped")

func (r *replay) note(t Text) {
	if len(r.out.Notes) < 20 {
		r.out.Notes = append(r.out.Notes, t)
	}
}

// sitting does one sitting again. Its error is the grader's own: no lab can be made.
func (r *replay) sitting(ctx context.Context, l *lessons.Lesson, params map[string]string, sit *submission.Sitting) error {
	// The file says which steps were done when the lesson was opened. That is taken for which step was open, and for
	// what the lab was rebuilt to, and for nothing else: they are passed where the replay shows them, in
	// this sitting or another. What the rebuilding does is not the student's doing.
	given := map[string]bool{}
	for _, step := range sit.Done {
		given[step] = true
	}
	at := sit.At
	if _, err := l.Step(at); err != nil {
		at = ""
	}
	for _, st := range l.Steps {
		if at == "" || st.Name == at {
			break
		}
		given[st.Name] = true
	}
	var done []string
	for _, st := range l.Steps {
		if given[st.Name] {
			done = append(done, st.Name)
		}
	}
	var mu sync.Mutex
	passed := map[string]checks.Finding{}
	s, err := session.Open(session.Options{Keeper: r.keeper, Lesson: l, Params: params, Done: done, At: at, Tools: r.tools,
		Term: "xterm", Rows: 40, Cols: 120,
		OnDone: func(step *lessons.Step, f checks.Finding) {
			mu.Lock()
			defer mu.Unlock()
			passed[step.Name] = f
		},
		Announce: func([]session.Done, *lessons.Step) []byte { return nil },
	})
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := s.Rebuilt(); err != nil {
		r.note(fill(textNoRebuild, "lesson", l.Name, "step", at, "error", submission.Plain(err.Error())))
	}
	for step, what := range s.AllMissing() {
		o := r.out.Steps[l.Name+" "+step]
		o.Lacks = what
		r.out.Steps[l.Name+" "+step] = o
	}
	// What is there before anything was typed was not typed.
	for _, st := range l.Steps {
		if given[st.Name] || at == "" || st.Question || s.Missing(st.Name) != "" {
			continue
		}
		if f, err := s.Check(st.Name, 0); err == nil && f.Satisfied {
			given[st.Name] = true
		}
	}
	// What of nslab was typed in the lab was written down, and is done again from outside; the command itself finds
	// somebody who answers.
	if ln, err := s.Lab.Listen(); err == nil {
		defer ln.Close()
		go nod(ln)
	}
	ended := make(chan struct{})
	defer close(ended)
	go r.guard(ctx, s, ended)
	var calls recorder
	s.StartRecording(&calls)
	whole := r.events(ctx, s, l, sit)
	// The last look, for the findings; a step that was not tried needs none.
	tried := claimsOf(&submission.Submission{Sittings: []submission.Sitting{*sit}}, map[string]*lessons.Lesson{l.Name: l})
	for _, st := range l.Steps {
		if _, ok := s.IsDone(st.Name); ok || ctx.Err() != nil {
			continue
		}
		if c := tried[l.Name+" "+st.Name]; c == nil || !c.tried || s.Missing(st.Name) != "" {
			continue
		}
		o := r.out.Steps[l.Name+" "+st.Name]
		if o.Passed || st.Question && o.Finding.Key != "" {
			continue // an answer's finding is that of the last answer
		}
		if f, err := s.Check(st.Name, 0); err == nil && !f.Satisfied {
			o.Finding = findingOf(f)
			r.out.Steps[l.Name+" "+st.Name] = o
		}
	}
	_ = s.Close()
	mu.Lock()
	defer mu.Unlock()
	for step, f := range passed {
		if !given[step] {
			calls := r.out.Steps[l.Name+" "+step].Calls
			r.out.Steps[l.Name+" "+step] = StepOutcome{Passed: true, Finding: findingOf(f), Calls: calls}
		}
	}
	if whole && ctx.Err() == nil {
		r.compare(l, sit, &calls.called)
	}
	return nil
}

// compare notes where the system calls that a sitting tells differ from the replay's.
func (r *replay) compare(l *lessons.Lesson, sit *submission.Sitting, replayed *called) {
	var claimed called
	for _, e := range sit.Events {
		if isCall(e) {
			claimed.add(e)
		}
	}
	for step, c := range compareCalls(l, &claimed, replayed) {
		o := r.out.Steps[l.Name+" "+step]
		o.Calls = o.Calls.and(c)
		r.out.Steps[l.Name+" "+step] = o
	}
}

// nod answers every command of nslab that is typed in the lab: status 0, nothing to say.
func nod(ln net.Listener) {
	for {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		_ = c.SetDeadline(time.Now().Add(time.Second))
		// One line is asked, and one answered.
		_, _ = c.Read(make([]byte, 64<<10))
		_, _ = c.Write([]byte("{\"status\":0}\n"))
		_ = c.Close()
	}
}

// events does the events of a sitting again, and reports whether all of them were.
func (r *replay) events(ctx context.Context, s *session.Session, l *lessons.Lesson, sit *submission.Sitting) bool {
	before := time.Duration(0)
	misses := 0
	last := map[string]string{}
	for _, e := range sit.Events {
		if ctx.Err() != nil {
			return false
		}
		if isCall(e) {
			continue
		}
		if e.Shell != "" {
			if _, err := l.Shell(e.Shell); err != nil {
				continue
			}
		}
		if e.Step != "" {
			if _, err := l.Step(e.Step); err != nil {
				continue
			}
		}
		pause := e.After - before
		before = e.After
		ectx, cancel := context.WithTimeout(ctx, patience(e.Action, pause))
		f, err := s.Replay(ectx, e, pause)
		cancel()
		if e.Action == session.Typed {
			last[e.Shell] = e.Text
		}
		if e.Action == session.Answered && err == nil && !f.Satisfied {
			o := r.out.Steps[l.Name+" "+e.Step]
			if !o.Passed {
				o.Finding = findingOf(f)
				r.out.Steps[l.Name+" "+e.Step] = o
			}
		}
		switch {
		case err == nil || ctx.Err() != nil:
		case e.Action == session.Prompted && errors.Is(err, session.ErrNotThere):
			r.note(fill(textNoPrompt, "lesson", l.Name, "shell", e.Shell, "line", submission.Plain(strings.TrimSpace(last[e.Shell]))))
			misses++
			if misses >= maxMisses {
				r.note(fill(textLost, "lesson", l.Name))
				return false
			}
			// Whatever it is that does not end.
			if sh, err := s.Shell(e.Shell); err == nil {
				_ = sh.Type([]byte{3})
			}
		case e.Action == session.Fronted || e.Action == session.Waited || e.Action == session.Opened:
			// What comes next will show whether it matters.
		default:
			select {
			case <-ctx.Done():
			default:
				r.note(fill(textLabEnded, "lesson", l.Name))
			}
			return false
		}
	}
	return misses == 0
}

// patience is how long an event is waited for: longer than the student waited, for the grader's machine may be busier.
func patience(a session.Action, pause time.Duration) time.Duration {
	switch a {
	case session.Prompted:
		return 10*time.Second + 3*pause
	case session.Fronted, session.Waited, session.Opened:
		return min(2*time.Second+2*pause, 20*time.Second)
	}
	return 10 * time.Second
}

// guard looks from time to time at how much a lab has printed and how much memory it has, and ends the lab when the replay is stopped, whatever
// waits for it. The kernel offers nothing to wait for where there is no cgroup to count in.
func (r *replay) guard(ctx context.Context, s *session.Session, ended chan struct{}) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return
		case <-ctx.Done():
			_ = s.Lab.Close()
			return
		case <-tick.C:
		}
		if s.Printed() > r.limits.Output {
			r.stop(fill(textTooLoud, "limit", strconv.FormatInt(r.limits.Output>>20, 10)))
		}
		total, err := s.Lab.Resident()
		if err != nil {
			continue
		}
		if total > r.limits.Memory {
			r.stop(fill(textTooMuch, "limit", strconv.FormatInt(r.limits.Memory>>20, 10)))
		}
	}
}
