package submission

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/nslab/nslab/lessons/session"
)

// logFirst is the first line of a record; it names the form and its version. Version 1 had no calls; a record
// that was begun with it is read, and gone on with.
const (
	logFirst  = "nslab-record 2"
	logFirst1 = "nslab-record 1"
)

// Log is the record of what a student types in a course, kept in the state folder while it happens. It is a
// [session.Recorder]. Keystrokes are put together to lines, and each line is written when it is complete.
type Log struct {
	mu      sync.Mutex
	f       *os.File
	chain   chain
	size    int64
	pending session.Event // typing that is not complete
	last    time.Time     // when the last of it was typed
	after   time.Duration // how far the sitting is
	err     error
	full    bool
	now     func() time.Time
}

// LogPath is where the record for a course is, in a state folder; name is that of the membership (course.Membership).
func LogPath(dir, name string) string { return filepath.Join(dir, "course-"+name+".log") }

// Dropped says what of a record could not be used: its last line, which a kill had cut short, or the whole of it,
// which now has another name.
type Dropped struct {
	Path  string
	Aside string
	Err   error
}

// Error says what was dropped and why.
func (d *Dropped) Error() string {
	if d.Aside != "" {
		return fmt.Sprintf("read what was recorded in %s: %v; the damaged file is now %s", d.Path, d.Err, d.Aside)
	}
	return fmt.Sprintf("the end of %s, which a kill had cut short, was dropped", d.Path)
}

// Unwrap returns the cause.
func (d *Dropped) Unwrap() error { return d.Err }

// OpenLog opens the record of a course for writing, and makes it where it is missing. Beside a usable log
// the error may be a [*Dropped].
func OpenLog(dir, name string) (*Log, error) {
	path := LogPath(dir, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o600)
	if err != nil {
		return nil, err
	}
	l := &Log{f: f, now: time.Now}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("%s: another nslab is writing to it", path)
	}
	b, err := readLog(f)
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	_, ch, good, err := parseLog(b)
	if err != nil {
		_ = f.Close()
		aside := path + ".damaged-" + time.Now().UTC().Format("20060102T150405Z")
		for n := 2; ; n++ {
			if _, serr := os.Lstat(aside); errors.Is(serr, fs.ErrNotExist) {
				break
			}
			aside = fmt.Sprintf("%s.damaged-%s-%d", path, time.Now().UTC().Format("20060102T150405Z"), n)
		}
		if rerr := os.Rename(path, aside); rerr != nil {
			return nil, fmt.Errorf("read what was recorded in %s: %w; it cannot be set aside: %w", path, err, rerr)
		}
		again, err2 := OpenLog(dir, name)
		if err2 != nil {
			return nil, err2
		}
		return again, &Dropped{Path: path, Aside: aside, Err: err}
	}
	l.chain, l.size = ch, int64(good)
	var dropped error
	if good < len(b) {
		if err := f.Truncate(l.size); err != nil {
			_ = f.Close()
			return nil, err
		}
		dropped = &Dropped{Path: path}
	}
	if _, err := f.Seek(l.size, io.SeekStart); err != nil {
		_ = f.Close()
		return nil, err
	}
	if l.size == 0 {
		l.chain = sha256.Sum256([]byte(logFirst))
		l.write([]byte(logFirst + "\n"))
	}
	return l, dropped
}

// readLog reads a record whole; what is no regular file is refused.
func readLog(f *os.File) ([]byte, error) {
	fi, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !fi.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", f.Name())
	}
	return io.ReadAll(io.LimitReader(f, 2*MaxFile))
}

// parseLog reads a record. Good is how many of its bytes are whole lines; where less than a line stands behind
// them, a kill had cut it short, and that is no error.
func parseLog(b []byte) (sittings []Sitting, ch chain, good int, err error) {
	if len(b) == 0 {
		return nil, ch, 0, nil
	}
	n := 0
	for good < len(b) {
		i := bytes.IndexByte(b[good:], '\n')
		if i < 0 {
			return sittings, ch, good, nil
		}
		line := string(b[good : good+i])
		good += i + 1
		n++
		if n == 1 {
			if line != logFirst && line != logFirst1 {
				return nil, ch, 0, errors.New("line 1: it is no record of this nslab")
			}
			ch = sha256.Sum256([]byte(line))
			continue
		}
		if len(line) < 9 || len(line) > maxLine || line[8] != ' ' || ch.next(line[9:]) != line[:8] {
			return nil, ch, 0, fmt.Errorf("line %d is not what was written there, or one before it is missing", n)
		}
		kind, rest, _ := strings.Cut(line[9:], " ")
		switch {
		case kind == "sitting":
			s, err := parseSitting(rest)
			if err != nil {
				return nil, ch, 0, fmt.Errorf("line %d: %w", n, err)
			}
			sittings = append(sittings, s)
		case kind[0] == '+' && len(sittings) > 0:
			e, err := parseEvent(line[10:])
			if err != nil {
				return nil, ch, 0, fmt.Errorf("line %d: %w", n, err)
			}
			last := &sittings[len(sittings)-1]
			last.Events = append(last.Events, e)
		default:
			return nil, ch, 0, fmt.Errorf("line %d: it makes no sense there", n)
		}
	}
	return sittings, ch, good, nil
}

// ReadLog reads the record of a course; none where there is no file. Its error may be a [*Dropped] that says what
// could not be used; the file is left as it is.
func ReadLog(dir, name string) ([]Sitting, error) {
	path := LogPath(dir, name)
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := readLog(f)
	if err != nil {
		return nil, err
	}
	sittings, _, _, err := parseLog(b)
	if err != nil {
		return nil, fmt.Errorf("read what was recorded in %s: %w", path, err)
	}
	return sittings, nil
}

func (l *Log) write(b []byte) {
	if l.err != nil || l.full {
		return
	}
	// A submission could not hold more.
	if l.size+int64(len(b)) > MaxFile-(64<<10) {
		l.full = true
		return
	}
	n, err := l.f.Write(b)
	l.size += int64(n)
	if err != nil {
		// Half a line must not stand before the next.
		l.err = fmt.Errorf("record what is typed: %w", err)
		_ = l.f.Truncate(l.size - int64(n))
	}
}

func (l *Log) put(line string) {
	was := l.chain
	tag := l.chain.next(line)
	l.write([]byte(tag + " " + line + "\n"))
	if l.err != nil || l.full {
		l.chain = was
	}
}

// Sit begins a sitting.
func (l *Log) Sit(s Sitting) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flush()
	l.after = 0
	l.put(formatSitting(&s))
	return l.err
}

// Record implements session.Recorder.
func (l *Log) Record(e session.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	// Names of programs and command lines may be as long as the learner likes.
	if e.Action != session.Typed && len(e.Text) > maxTyped {
		e.Text = e.Text[:maxTyped]
	}
	// A mark can be made by anything in the lab.
	e.Status, e.N = min(max(e.Status, 0), maxCount), min(max(e.N, 0), maxCount)
	// Two who record at once may come in the wrong order.
	e.After = max(e.After, l.after)
	l.after = e.After
	if e.Action != session.Typed {
		l.flush()
		l.put(formatEvent(e))
		return
	}
	now := l.now()
	p := &l.pending
	if p.Text != "" && (p.Shell != e.Shell || now.Sub(l.last) > time.Second || strings.HasSuffix(p.Text, "\x1b")) {
		l.flush()
	}
	l.last = now
	if p.Text == "" {
		*p = e
		p.Text = ""
	}
	for len(e.Text) > 0 {
		n := min(len(e.Text), maxTyped-len(p.Text))
		p.Text += e.Text[:n]
		e.Text = e.Text[n:]
		if len(p.Text) == maxTyped || len(e.Text) == 0 && strings.ContainsAny(p.Text[len(p.Text)-1:], "\r\n\x03\x04\x1a\x1c") {
			next := *p
			l.flush()
			if len(e.Text) > 0 {
				next.Text = ""
				*p = next
			}
		}
	}
}

// flush writes the typing that is not complete.
func (l *Log) flush() {
	if l.pending.Text != "" {
		l.put(formatEvent(l.pending))
	}
	l.pending = session.Event{}
}

// Err is what went wrong with writing, or that the record is full; nil for nothing.
func (l *Log) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.full {
		return errors.New("record what is typed: the record is as long as a submission may be")
	}
	return l.err
}

// Close writes what is left and closes the file.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flush()
	if err := l.f.Close(); l.err == nil {
		l.err = err
	}
	return l.err
}
