package session

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/sandbox"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// A session can be recorded, and what was recorded be done again in a fresh
// lab: that is how a grader finds out what a learner did. What is kept is what was typed,
// and between the keystrokes what was waited for: that a shell prompted, or that a program stood in
// front. Doing it again waits for the same, however fast or slow the machine; a moment in time
// is never waited for. So nothing of what the lab printed needs to be kept, or believed.

// Action is what an event is.
type Action string

// The actions.
const (
	// Typed: Text was typed into Shell. Hidden: something was, while its terminal did not echo it, as for a password;
	// Text has only the line's end, if that was typed.
	Typed  Action = "type"
	Hidden Action = "hidden"
	// Prompted: Shell prompted for the N-th time; the command line Text had ended with Status.
	Prompted Action = "prompt"
	// Waited: before what is typed next, a shell that prints no mark stood waiting in Shell; Text is its command's name.
	Waited Action = "wait"
	// Fronted: before what is typed next, the program with the command's name Text ran in front in Shell, and N lines
	// had been printed since it was begun.
	Fronted Action = "front"
	// Opened: Shell was asked for, and opened again where it had ended.
	Opened Action = "shell"
	// Checked: the step Step was looked at. Answered: it was answered with Text.
	Checked  Action = "check"
	Answered Action = "answer"
	// Found: the finding with the key Text was made of the step Step; Status is 0 where it was satisfied, 1 otherwise. It is
	// what the learner was told, and nothing to do again.
	Found Action = "found"
	// Traced: the lab's system calls on namespaces are seen, and those from here on are told. Called: while the step Step was open,
	// a process of Shell made the call Text ([CallText]); Status is 1 where the kernel refused it. It is told once a step.
	// MoreCalled: others were made while Step was open, too many to be told. Nothing of it is to do again.
	Traced     Action = "traced"
	Called     Action = "call"
	MoreCalled Action = "more"
)

// Event is one thing that happened in a session.
type Event struct {
	// After is how long after the session's opening.
	After  time.Duration
	Action Action
	Shell  string
	Step   string
	Text   string
	N      int
	Status int
}

// Recorder is told what happens, in its order. It must not call the session.
type Recorder interface{ Record(Event) }

// recording is a recorder, and since when it is told.
type recording struct {
	to    Recorder
	since time.Time
}

// StartRecording tells a recorder what happens from now on, when the learner takes over: the prompts that a shell has
// shown before count as one.
func (s *Session) StartRecording(to Recorder) {
	s.Rebase()
	s.recorder.Store(&recording{to, time.Now()})
	s.startCalls()
}

// Printed returns how many bytes the session's shells have printed.
func (s *Session) Printed() int64 { return s.printed.Load() }

// Rebase has prompts counted from now on, as StartRecording does.
func (s *Session) Rebase() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sh := range s.shells {
		sh.mu.Lock()
		sh.base = max(sh.prompts-1, 0)
		sh.mu.Unlock()
	}
}

// record tells the recorder. It takes no lock of the session's or a shell's.
func (s *Session) record(e Event) {
	if r := s.recorder.Load(); r != nil {
		e.After = time.Since(r.since)
		r.to.Record(e)
	}
}

// recordTyping records what is about to be typed, and what stands there waiting for it where a line begins.
func (s *Session) recordTyping(sh *Shell, p []byte) {
	if s.recorder.Load() == nil || sh.settingUp.Load() {
		return
	}
	sh.mu.Lock()
	begins, lines := !sh.prompted && !sh.typed, sh.lines
	sh.mu.Unlock()
	f, err := sh.Foreground()
	if err == nil && begins {
		if sh.promptsUnmarked(f) {
			s.record(Event{Action: Waited, Shell: sh.Name, Text: f.Comm})
		} else {
			s.record(Event{Action: Fronted, Shell: sh.Name, Text: f.Comm, N: lines})
		}
	}
	if err == nil && f.Silent && !f.Raw {
		end := ""
		if bytes.ContainsAny(p, "\r\n") {
			end = "\r"
		}
		s.record(Event{Action: Hidden, Shell: sh.Name, Text: end})
		return
	}
	s.record(Event{Action: Typed, Shell: sh.Name, Text: string(p)})
}

// recordPrompt records that a shell is about to prompt.
func (s *Session) recordPrompt(sh *Shell, m *sandbox.Mark, n int, ran bool) {
	e := Event{Action: Prompted, Shell: sh.Name, N: n, Status: m.Status}
	if ran {
		e.Text = m.Command
	}
	s.record(e)
}

// found records what was found of a step.
func (s *Session) found(step string, f checks.Finding) {
	e := Event{Action: Found, Step: step, Text: f.Key}
	if !f.Satisfied {
		e.Status = 1
	}
	s.record(e)
}

// ErrNotThere is the error of waiting for something that did not come.
var ErrNotThere = errors.New("it did not come")

// Replay does an event again, or waits for it, as long as the context allows; an error that wraps [ErrNotThere] says
// that it was waited for in vain. Pause is how long the learner had waited before it: what the last command has set going in
// the background gets about as long to get there.
func (s *Session) Replay(ctx context.Context, e Event, pause time.Duration) (checks.Finding, error) {
	var none checks.Finding
	switch e.Action {
	case Checked:
		return s.Check(e.Step, 0)
	case Answered:
		return s.Answer(e.Step, e.Text)
	case Found, Traced, Called, MoreCalled:
		return none, nil
	}
	sh, err := s.Shell(e.Shell)
	if err != nil {
		return none, err
	}
	switch e.Action {
	case Typed, Hidden:
		if e.Text == "" {
			return none, nil
		}
		s.rest(ctx, pause)
		sh.reads(ctx)
		before, _ := sh.Foreground()
		sh.mu.Lock()
		sh.before = before
		sh.mu.Unlock()
		if err := sh.Type([]byte(e.Text)); err != nil {
			return none, err
		}
		if strings.HasSuffix(e.Text, "\x1b") {
			// A program tells the key Escape from the beginning of another key's sequence by what follows it within
			// some milliseconds. They begin when it has read the key, and are over when it has come to rest once more.
			anything := func(sandbox.Foreground) bool { return true }
			_ = sh.until(ctx, sh.settled(anything))
			select {
			case <-time.After(150 * time.Millisecond):
			case <-ctx.Done():
			}
			_ = sh.until(ctx, sh.settled(anything))
		}
		return none, nil
	case Opened:
		// It had ended.
		if err := sh.until(ctx, func() bool { return false }); err != nil {
			return none, err
		}
		_, err := s.Shell(e.Shell)
		return none, err
	case Prompted:
		return none, sh.until(ctx, func() bool { return sh.prompts-sh.base >= e.N })
	case Waited:
		return none, sh.until(ctx, sh.settled(sh.promptsUnmarked))
	case Fronted:
		return none, sh.until(ctx, sh.settled(func(f sandbox.Foreground) bool {
			sh.mu.Lock()
			defer sh.mu.Unlock()
			// A program is the shell's own copy for a moment, before its exec.
			own := e.Text == sh.marker.Comm
			return sh.lines >= e.N && (f.Comm == e.Text || own && f.Leader != sh.marker.Leader)
		}))
	}
	return none, fmt.Errorf("there is no action %q", e.Action)
}

// until waits until there holds, which is called with the shell's lock, or the shell has ended.
func (sh *Shell) until(ctx context.Context, there func() bool) error {
	stop := context.AfterFunc(ctx, func() { sh.mu.Lock(); sh.changed.Broadcast(); sh.mu.Unlock() })
	defer stop()
	// What runs in front says nothing when it has changed: that is looked at from time to time.
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	over := make(chan struct{})
	defer close(over)
	go func() {
		for {
			select {
			case <-tick.C:
				sh.mu.Lock()
				sh.changed.Broadcast()
				sh.mu.Unlock()
			case <-over:
				return
			}
		}
	}()
	sh.mu.Lock()
	defer sh.mu.Unlock()
	for !there() && !sh.ended {
		if ctx.Err() != nil {
			return fmt.Errorf("shell %s: %w", sh.Name, ErrNotThere)
		}
		sh.changed.Wait()
	}
	return nil
}

// settled returns a condition for until: what is in front has read what was typed last, or will not, and is asleep
// since; and it is what is waited for, or the shell prompts again, so that this will not come.
//
// Were the next line typed as soon as a program is in front that is to end by the last one, it would read both, and what it
// does not need would be lost.
func (sh *Shell) settled(wanted func(sandbox.Foreground) bool) func() bool {
	var last sandbox.Foreground
	var since time.Time
	return func() bool {
		before, prompted := sh.before, sh.prompted
		sh.mu.Unlock()
		defer sh.mu.Lock()
		f, err := sh.Foreground()
		if err != nil || !f.Asleep || f != last {
			last, since = f, time.Now()
			return false
		}
		between := 40 * time.Millisecond
		if !f.Waiting {
			between = 250 * time.Millisecond // it may wait for a disk
		}
		if time.Since(since) < between {
			return false
		}
		if f.Leader == before.Leader && f.Switches == before.Switches {
			// What is typed comes to the terminal a moment later. It is there, and has woken nobody?
			if n, err := sh.Unread(); err != nil || n == 0 {
				return false
			}
		}
		return wanted(f) || prompted
	}
}

// rest waits until what the last command left in the background has come to rest: two looks in a row show the
// same, and no process is at work. It waits at most twice as long as the learner did, and two seconds.
func (s *Session) rest(ctx context.Context, pause time.Duration) {
	const between = 25 * time.Millisecond
	deadline := time.Now().Add(min(2*pause, 2*time.Second))
	for time.Now().Before(deadline) && ctx.Err() == nil {
		now, err := s.look(0)
		if err != nil {
			return
		}
		print := fingerprint(now)
		same := slices.Equal(print, s.rested)
		s.rested = print
		if same && !atWork(now) {
			return
		}
		select {
		case <-time.After(between):
		case <-ctx.Done():
		}
	}
}

func atWork(snap *snapshot.Snapshot) bool {
	return slices.ContainsFunc(snap.Procs, func(p snapshot.Process) bool { return p.State == "R" || p.State == "D" })
}
