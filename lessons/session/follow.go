package session

import "github.com/nslab/nslab/sandbox/snapshot"

// Follow lets somebody follow the lab: the channel has what it looks like now, and again whenever a look shows
// another state. A reader that is slow misses what came between, never the newest; the channel is closed when the
// session ends. Stop ends it before that, and must be called.
func (s *Session) Follow() (changes <-chan *snapshot.Snapshot, stop func()) {
	c := make(chan *snapshot.Snapshot, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.followers == nil { // the session has ended
		close(c)
		return c, func() {}
	}
	s.followers[c] = struct{}{}
	last := s.start
	if len(s.seen) > 0 {
		last = s.seen[len(s.seen)-1]
	}
	c <- last
	s.wake() // it may be a while since anybody looked
	return c, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if _, ok := s.followers[c]; ok {
			delete(s.followers, c)
			close(c)
		}
	}
}

// tell gives followers a new snapshot; s.mu is held.
func (s *Session) tell(now *snapshot.Snapshot) {
	for c := range s.followers {
		select {
		case <-c: // not taken yet: it is old now
		default:
		}
		c <- now
	}
}

// followed reports whether anybody follows the lab.
func (s *Session) followed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.followers) > 0
}

// leave ends every following.
func (s *Session) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.followers {
		close(c)
	}
	s.followers = nil
}
