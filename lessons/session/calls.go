package session

import (
	"slices"
	"time"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// This file is about the system calls that the lab's processes make on namespaces (sandbox.Trace). They say when to
// look, and what there was that has gone again; what is there is said by snapshots alone.

// maxMarks bounds how many of the last commands are told apart.
const maxMarks = 64

// mark notes how far the trace was when a command had ended; s.mu is held.
func (s *Session) mark() {
	if len(s.marks) == maxMarks {
		s.marks = slices.Delete(s.marks, 0, maxMarks/2)
	}
	s.marks = append(s.marks, s.Lab.Trace().Seq())
}

// LastCalls returns, of the calls that a trace gave, those of the last command that made one other than execve.
func (s *Session) LastCalls(calls []snapshot.Call) []snapshot.Call {
	s.mu.Lock()
	marks := slices.Clone(s.marks)
	s.mu.Unlock()
	end := len(calls)
	for _, mark := range slices.Backward(append([]uint64{0}, marks...)) {
		begin := slices.IndexFunc(calls, func(c snapshot.Call) bool { return c.Seq > mark })
		if begin < 0 {
			continue
		}
		if slices.ContainsFunc(calls[begin:end], onNamespaces) {
			return calls[begin:end]
		}
		end = begin
	}
	return nil
}

// onNamespaces tells a call on namespaces from the execve of any command.
func onNamespaces(c snapshot.Call) bool { return c.Name != "execve" && c.Name != "execveat" }

// NoTrace says why the lab's system calls are not seen; empty where they are.
func (s *Session) NoTrace() string {
	if s.Lab.Trace() != nil {
		return ""
	}
	if err := s.o.Keeper.CanTrace(); err != nil {
		return err.Error()
	}
	return "the trace could not be started"
}

// Closing is closed when the session begins to close.
func (s *Session) Closing() <-chan struct{} { return s.closing }

// hear has the lab looked at when a call on namespaces was made, and for a while when anything was started. However many there
// are, a look a moment is enough; there is one after the last.
func (s *Session) hear() {
	trace := s.Lab.Trace()
	if trace == nil {
		return
	}
	const moment = 20 * time.Millisecond
	var seq uint64
	var last time.Time
	for {
		select {
		case <-time.After(moment - time.Since(last)):
		case <-s.closing:
			return
		}
		last = time.Now()
		calls, lost, more := trace.Since(seq)
		s.recordCalls(calls, lost)
		if len(calls) > 0 {
			seq = calls[len(calls)-1].Seq
			select {
			case s.happened <- struct{}{}:
			default:
			}
		}
		select {
		case <-more:
			s.wake()
		case <-s.closing:
			return
		}
	}
}
