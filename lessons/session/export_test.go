package session

// Reopen makes a step open again.
func (s *Session) Reopen(step string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.done, step)
}
