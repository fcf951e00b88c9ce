package main

import (
	"io"

	"github.com/nslab/nslab/lessons/session/screen"
)

// cleanWriter shows on a person's terminal what a lab prints, as far as it draws.
type cleanWriter struct {
	to    io.Writer
	clean screen.Cleaner
	buf   []byte
}

func (w *cleanWriter) Write(p []byte) (int, error) {
	w.buf = w.clean.Clean(w.buf[:0], p)
	_, err := w.to.Write(w.buf)
	return len(p), err
}

// giveBack ends the modes that a program may have left behind.
func (w *cleanWriter) giveBack() {
	if w.clean.Modes() {
		_, _ = io.WriteString(w.to, "\x1b7\x1b[r\x1b8"+screen.Modeless)
	}
}
