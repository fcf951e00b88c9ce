package session

import (
	"testing"
	"time"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// next is the newest state that is told within a while.
func next(t *testing.T, changes <-chan *snapshot.Snapshot) (*snapshot.Snapshot, bool) {
	t.Helper()
	select {
	case s, ok := <-changes:
		return s, ok
	case <-time.After(20 * time.Second):
		t.Fatal("nothing was told")
		return nil, false
	}
}

func TestWhoFollowsIsToldOfEveryStateUntilTheEnd(t *testing.T) {
	s := play(t, Options{})
	changes, stop := s.Follow()
	defer stop()
	if now, ok := next(t, changes); !ok || len(now.Procs) == 0 {
		t.Fatalf("at first: %v, %v", now, ok)
	}
	// Nobody follows here, and nobody waits for it.
	_, left := s.Follow()
	left()
	left()
	run(t, shell(t, s, "isolated"), "hostname other")
	for {
		now, ok := next(t, changes)
		if !ok {
			t.Fatal("it ended before the change")
		}
		sh, _ := now.Shell("isolated")
		if now.UTS[sh.NS.UTS].HostName == "other" {
			break
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	for {
		if _, ok := next(t, changes); !ok {
			break
		}
	}
	after, stop := s.Follow()
	defer stop()
	if _, ok := next(t, after); ok {
		t.Error("after the end there is a state")
	}
}
