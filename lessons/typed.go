package lessons

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
	"unicode/utf8"
)

// TypedLine is a command line that a learner typed in a lesson, kept to be compared with the solution.
type TypedLine struct {
	Time time.Time `json:"time"`
	// Step is the step that was open, Shell the lab's shell, Text what was typed.
	Step  string `json:"step"`
	Shell string `json:"shell"`
	Text  string `json:"text"`
	// Status is the exit status; -1 while the command runs.
	Status int `json:"status"`
}

// Typed keeps the command lines of a lesson in a file of the state folder, typed-LESSON.jsonl, one JSON
// value a line: each is written at once, and what a kill cuts short is the last line at most. Nothing rests on the
// file but the comparison, so that what cannot be written or read is left out.
type Typed struct{ f *os.File }

// maxTypedFile bounds the file; of a longer one only the second half is kept when it is opened, and what is written beyond
// twice of it is left out. maxTypedText bounds a line in it.
const (
	maxTypedFile = 256 << 10
	maxTypedText = 2 << 10
)

func typedPath(dir, lesson string) string { return filepath.Join(dir, "typed-"+lesson+".jsonl") }

// OpenTyped opens the file of a lesson, to add to it.
func OpenTyped(dir, lesson string) (*Typed, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(typedPath(dir, lesson), os.O_CREATE|os.O_RDWR|os.O_APPEND|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o600)
	if err != nil {
		return nil, err
	}
	fi, err := f.Stat()
	if err == nil && !fi.Mode().IsRegular() {
		err = fmt.Errorf("%s: it is not a regular file", f.Name())
	}
	if err == nil && fi.Size() > maxTypedFile {
		err = halve(f)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	// A line that a kill has cut short ends here, and is no JSON.
	last := make([]byte, 1)
	if end, err := f.Seek(0, io.SeekEnd); err == nil && end > 0 {
		if _, err := f.ReadAt(last, end-1); err == nil && last[0] != '\n' {
			_, _ = f.WriteString("\n")
		}
	}
	return &Typed{f}, nil
}

// halve keeps the whole lines of the second half.
func halve(f *os.File) error {
	b, err := io.ReadAll(io.LimitReader(f, 4*maxTypedFile))
	if err != nil {
		return err
	}
	b = b[len(b)/2:]
	b = b[bytes.IndexByte(b, '\n')+1:]
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.Write(b)
	return err
}

// Add adds a line; an ended command is added again, with its status.
func (t *Typed) Add(l TypedLine) {
	if len(l.Text) > maxTypedText {
		l.Text = l.Text[:maxTypedText]
		for !utf8.ValidString(l.Text) && len(l.Text) > 0 {
			l.Text = l.Text[:len(l.Text)-1]
		}
	}
	l.Time = l.Time.UTC().Truncate(time.Second)
	if fi, err := t.f.Stat(); err != nil || fi.Size() > 2*maxTypedFile {
		return
	}
	if b, err := json.Marshal(l); err == nil {
		_, _ = t.f.Write(append(b, '\n'))
	}
}

// Close closes the file.
func (t *Typed) Close() error { return t.f.Close() }

// ReadTyped returns the lines of a lesson, oldest first, each once; none where there is no file. Lines that are damaged
// are left out.
func ReadTyped(dir, lesson string) ([]TypedLine, error) {
	f, err := os.OpenFile(typedPath(dir, lesson), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 4*maxTypedFile))
	if err != nil {
		return nil, err
	}
	return parseTyped(b), nil
}

func parseTyped(b []byte) []TypedLine {
	var lines []TypedLine
	for line := range bytes.Lines(b) {
		var l TypedLine
		if json.Unmarshal(line, &l) != nil || l.Text == "" {
			continue
		}
		if i := begun(lines, l); i >= 0 {
			lines[i].Status = l.Status
			continue
		}
		lines = append(lines, l)
	}
	return lines
}

// begun finds the line whose end another tells; -1 for none.
func begun(lines []TypedLine, end TypedLine) int {
	if end.Status < 0 {
		return -1
	}
	for i := len(lines) - 1; i >= 0; i-- {
		if l := lines[i]; l.Status < 0 && l.Shell == end.Shell && l.Text == end.Text {
			return i
		}
	}
	return -1
}

// ForgetTyped removes the file of a lesson.
func ForgetTyped(dir, lesson string) error {
	err := os.Remove(typedPath(dir, lesson))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
