package session

import (
	"context"
	"fmt"
	"time"

	"github.com/nslab/nslab/checks/say"
)

// setUpTimeout bounds how long one command of a lesson's set-up may take.
const setUpTimeout = 30 * time.Second

// setUpAll types the lesson's set-up into its shells, in the order in which it is written, before the start is looked at.
func (s *Session) setUpAll() error {
	for _, sh := range s.shells {
		sh.settingUp.Store(true)
		sh.begin()
	}
	for _, c := range s.Lesson.Setup {
		sh := s.shells[c.Shell]
		if sh == nil {
			return fmt.Errorf("set up lesson %s: it has no shell %q", s.Lesson.Name, c.Shell)
		}
		if err := s.typeSetUp(sh, c.Line); err != nil {
			return err
		}
	}
	for _, sh := range s.shells {
		sh.forget()
	}
	s.mu.Lock()
	s.last, s.seen = nil, nil
	s.mu.Unlock()
	return nil
}

// setUp types what of the set-up belongs to a shell that was opened again.
func (s *Session) setUp(sh *Shell) error {
	typed := false
	sh.settingUp.Store(true)
	for _, c := range s.Lesson.Setup {
		if c.Shell != sh.Name {
			continue
		}
		typed = true
		if err := s.typeSetUp(sh, c.Line); err != nil {
			return err
		}
	}
	if typed {
		sh.forget()
	}
	sh.settingUp.Store(false)
	return nil
}

func (s *Session) typeSetUp(sh *Shell, line string) error {
	ctx, cancel := context.WithTimeout(context.Background(), setUpTimeout)
	defer cancel()
	line = say.Fill(line, s.params)
	r, err := sh.Run(ctx, line)
	if err == nil && r.Status != 0 {
		err = fmt.Errorf("exit status %d: %.200q", r.Status, r.Output)
	}
	if err != nil {
		return fmt.Errorf("set up lesson %s: type %q in shell %s: %w", s.Lesson.Name, line, sh.Name, err)
	}
	return nil
}

// forget makes a shell look as if nothing had been typed in it yet: neither its screen nor its history shows the set-up.
func (sh *Shell) forget() {
	ctx, cancel := context.WithTimeout(context.Background(), setUpTimeout)
	defer cancel()
	// BusyBox's shell has no such command; what it remembers cannot be taken back.
	_, _ = sh.Run(ctx, "history -c 2>/dev/null || true")
	sh.wipe()
	sh.mu.Lock()
	sh.number = 0
	sh.mu.Unlock()
	sh.settingUp.Store(false)
}
