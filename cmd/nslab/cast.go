package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/nslab/nslab/lessons"
)

// cast records what a terminal shows, as an asciicast of version 2
// (docs.asciinema.org/manual/asciicast/v2): a line of JSON that says how large the terminal is, and one for
// each event: [seconds since the start, kind, data]. Every line is written when its event
// happens and by one call, so that the file is whole up to its last line however nslab ends.
type cast struct {
	mu    sync.Mutex
	f     *os.File
	start time.Time
	keys  bool // what is typed is recorded too
	err   error
	// split are the first bytes of a character whose others are still to come, by kind.
	split map[string][]byte
}

type castHeader struct {
	Version   int               `json:"version"`
	Width     int               `json:"width"`
	Height    int               `json:"height"`
	Timestamp int64             `json:"timestamp"`
	Title     string            `json:"title,omitempty"`
	Env       map[string]string `json:"env"`
}

// newCast makes the file, which must not be there yet.
func newCast(path string, h castHeader, keys bool) (*cast, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	c := &cast{f: f, start: time.Now(), keys: keys, split: map[string][]byte{}}
	h.Version, h.Timestamp = 2, c.start.Unix()
	c.line(h)
	return c, c.err
}

// line writes one line; the first error stays.
func (c *cast) line(v any) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if c.err != nil {
		return
	}
	if c.err = e.Encode(v); c.err == nil {
		_, c.err = c.f.Write(b.Bytes())
	}
}

// event records data of a kind: "o" for what is shown, "i" for what is typed, "r" for a new size.
func (c *cast) event(kind string, p []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p = append(c.split[kind], p...)
	end := len(p)
	for n := 1; n < utf8.UTFMax && n <= len(p); n++ {
		if utf8.RuneStart(p[len(p)-n]) {
			if !utf8.FullRune(p[len(p)-n:]) {
				end = len(p) - n
			}
			break
		}
	}
	c.split[kind] = append([]byte(nil), p[end:]...)
	if end == 0 {
		return
	}
	// The time in microseconds; more digits say nothing.
	at := json.RawMessage(strconv.FormatFloat(time.Since(c.start).Seconds(), 'f', 6, 64))
	c.line([]any{at, kind, string(p[:end])})
}

// close ends the recording, and returns what went wrong with it.
func (c *cast) close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.f.Close(); c.err == nil {
		c.err = err
	}
	return c.err
}

// castWriter writes to a terminal, and records it.
type castWriter struct {
	to   io.Writer
	cast *cast
	// cooked says that the terminal makes carriage returns itself (ONLCR, termios(3)).
	cooked bool
}

func (w *castWriter) Write(p []byte) (int, error) {
	// First the file: who sees something may end us at once, and the recording is to have what was seen.
	shown := p
	if w.cooked {
		shown = bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n"))
	}
	w.cast.event("o", shown)
	return w.to.Write(p)
}

// setCooked tells whether the terminal makes carriage returns itself.
func (w *castWriter) setCooked(on bool) {
	if w != nil {
		w.cooked = on
	}
}

func (w *castWriter) typed(p []byte) {
	if w != nil && w.cast.keys {
		w.cast.event("i", p)
	}
}

func (w *castWriter) resize(rows, cols uint16) {
	if w != nil {
		w.cast.event("r", []byte(strconv.Itoa(int(cols))+"x"+strconv.Itoa(int(rows))))
	}
}

// record begins the recording that --record asks for; nil where it does not.
func (a *app) record(l *lessons.Lesson, kind terminalKind) (*castWriter, error) {
	if a.term.record == "" {
		return nil, nil
	}
	cols, rows, err := term.GetSize(int(a.in.Fd()))
	if err != nil || cols == 0 || rows == 0 {
		cols, rows = 80, 24
	}
	c, err := newCast(a.term.record, castHeader{Width: cols, Height: rows, Title: "nslab " + l.Name,
		Env: map[string]string{"TERM": kind.Term, "SHELL": a.getenv("SHELL")}}, a.term.typed)
	if errors.Is(err, os.ErrExist) {
		return nil, a.fail(textCastExists, "file", clean(a.term.record))
	}
	if err != nil {
		return nil, a.fail(textNoCast, "error", clean(err.Error()))
	}
	w := &castWriter{to: a.out, cast: c, cooked: true}
	a.out = w
	return w, nil
}

// endRecord closes the recording and says where it is.
func (a *app) endRecord(w *castWriter) error {
	if w == nil {
		return nil
	}
	a.out = w.to
	if err := w.cast.close(); err != nil {
		return a.fail(textCastBroken, "file", clean(a.term.record), "error", err.Error())
	}
	a.say(textCastDone, "file", clean(a.term.record))
	return nil
}
