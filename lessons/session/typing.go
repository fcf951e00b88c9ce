package session

import (
	"sync"

	"github.com/nslab/nslab/sandbox"
)

// typing passes on what is typed into a shell. What the terminal takes goes at
// once; what it does not - a program that reads nothing, a long paste - waits here, so that whoever
// types can go on to another shell meanwhile. Its zero value needs a shell.
type typing struct {
	to *sandbox.Shell

	mu      sync.Mutex
	waiting []byte
	writes  bool // somebody writes what waits
}

// Who types more than typingMax ahead loses it, as on a real terminal, of which the buffer is smaller still
// (n_tty: 4096). A program that asks its terminal much and reads no answer gets none beyond answerMax.
const (
	typingMax = 4 << 20
	answerMax = 4 << 10
)

// keys passes on what a person typed.
func (t *typing) keys(p []byte) error { return t.pass(p, typingMax) }

// answer passes on what the terminal answers to the program in it.
func (t *typing) answer(p []byte) { _ = t.pass(p, answerMax) } // the shell's end is told otherwise

func (t *typing) pass(p []byte, limit int) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.waiting)+len(p) > limit && len(t.waiting) > 0 {
		return nil
	}
	if len(t.waiting) == 0 && !t.writes {
		n, err := t.to.TryWrite(p)
		if err != nil {
			return err
		}
		p = p[n:]
	}
	if len(p) == 0 {
		return nil
	}
	t.waiting = append(t.waiting, p...)
	if !t.writes {
		t.writes = true
		go t.write()
	}
	return nil
}

// write writes what waits until nothing does.
func (t *typing) write() {
	for {
		t.mu.Lock()
		p := t.waiting
		t.waiting = nil
		if len(p) == 0 {
			t.writes = false
			t.mu.Unlock()
			return
		}
		t.mu.Unlock()
		if _, err := t.to.Write(p); err != nil {
			t.mu.Lock()
			t.waiting, t.writes = nil, false
			t.mu.Unlock()
			return
		}
	}
}
