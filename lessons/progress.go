package lessons

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"syscall"
	"time"
)

// StateDir is the folder that keeps a learner's progress, as the XDG Base
// Directory Specification says: $XDG_STATE_HOME/nslab, or
// $HOME/.local/state/nslab where that is unset or, against the specification,
// relative. It fails where neither variable says an absolute path.
func StateDir(getenv func(string) string) (string, error) {
	if d := getenv("XDG_STATE_HOME"); filepath.IsAbs(d) {
		return filepath.Join(d, "nslab"), nil
	}
	home := getenv("HOME")
	if !filepath.IsAbs(home) {
		return "", fmt.Errorf("find the state folder: HOME is %q, not an absolute path: set HOME or XDG_STATE_HOME", home)
	}
	return filepath.Join(home, ".local", "state", "nslab"), nil
}

// Names in the state folder. The temporary file has one name, and is written
// under the lock: what a killed process leaves of it the next one overwrites.
const (
	progressFile = "progress.json"
	progressTemp = "progress.json.tmp"
	progressLock = "progress.lock"
)

// stateVersion is the version of the file that this program writes.
const stateVersion = 1

// maxState is more than any honest progress file has.
const maxState = 4 << 20

// lockWait is how long a change waits for another nslab that holds the lock.
// A change takes milliseconds; only a stopped process holds it for longer.
const lockWait = 2 * time.Second

// ErrNewer says that a newer nslab wrote the progress file. The file is left
// as it is, and nothing is saved.
var ErrNewer = errors.New("written by a newer nslab: use that one, or move the file away to start afresh")

// DamagedError says that the progress file could not be understood, and where
// it was put aside for the learner to look at.
type DamagedError struct {
	// Path is the progress file, Aside the name it has now; Aside is empty
	// where it could not be renamed, and then nothing is saved either.
	Path, Aside string
	// Err says what is wrong with it, or why it could not be put aside.
	Err error
}

// Error says what was wrong, and where the file is now.
func (e *DamagedError) Error() string {
	if e.Aside == "" {
		return fmt.Sprintf("put damaged progress %s aside: %v", e.Path, e.Err)
	}
	return fmt.Sprintf("read progress %s: %v; the damaged file is now %s", e.Path, e.Err, e.Aside)
}

// Unwrap returns the cause.
func (e *DamagedError) Unwrap() error { return e.Err }

// State is what a learner has done, as progress.json holds it.
type State struct {
	Version int `json:"version"`
	// Current is the name of the lesson opened last; empty for none.
	Current string `json:"current,omitempty"`
	// Lessons are the lessons that were begun, by name.
	Lessons map[string]LessonState `json:"lessons,omitempty"`
}

// LessonState is what a learner has done of one lesson.
type LessonState struct {
	// Steps are the steps that were tried, by name.
	Steps map[string]StepState `json:"steps,omitempty"`
	// Path is where a lesson that is not nslab's own was last opened from.
	Path string `json:"path,omitempty"`
}

// StepState is what a learner has done of one step.
type StepState struct {
	// Done is when the step was first satisfied, in UTC; zero when it was not.
	Done time.Time `json:"done,omitzero"`
	// Hints is how many hints were shown, Attempts how often a check said no.
	Hints    int `json:"hints,omitempty"`
	Attempts int `json:"attempts,omitempty"`
	// Told are the keys of those hints that were diagnoses of what the learner had done ([checks.Finding]'s Key). The
	// other hints are the prepared ones, in their order.
	Told []string `json:"told,omitempty"`
	// Solution is how often the solution was shown before the step was done.
	Solution int `json:"solution,omitempty"`
	// Answer is what was answered last to a question step.
	Answer string `json:"answer,omitempty"`
	// Missing is what the machine lacked for the step when the lesson was last
	// opened, in the form of [Step]'s Needs; the lesson counts as done without it.
	Missing string `json:"missing,omitempty"`
}

// IsZero reports whether the step was never tried.
func (s StepState) IsZero() bool { return reflect.ValueOf(s).IsZero() }

// Step returns what was done of a step; a step never tried has the zero state.
func (s *State) Step(lesson, step string) StepState {
	return s.Lessons[lesson].Steps[step]
}

// Change lets f change the state of one step.
func (s *State) Change(lesson, step string, f func(*StepState)) {
	if s.Lessons == nil {
		s.Lessons = map[string]LessonState{}
	}
	l := s.Lessons[lesson]
	if l.Steps == nil {
		l.Steps = map[string]StepState{}
	}
	st := l.Steps[step]
	f(&st)
	l.Steps[step] = st
	s.Lessons[lesson] = l
}

// Reset forgets a step, a lesson where step is empty, or everything where both are.
func (s *State) Reset(lesson, step string) {
	switch {
	case lesson == "":
		*s = State{Version: stateVersion}
	case step == "" && s.Lessons[lesson].Path != "":
		s.Lessons[lesson] = LessonState{Path: s.Lessons[lesson].Path}
	case step == "":
		delete(s.Lessons, lesson)
	default:
		delete(s.Lessons[lesson].Steps, step)
	}
}

func (s *State) clone() State {
	c := *s
	c.Lessons = maps.Clone(s.Lessons)
	for name, l := range c.Lessons {
		l.Steps = maps.Clone(l.Steps)
		c.Lessons[name] = l
	}
	return c
}

// decodeState reads a progress file. It fails with an error that wraps
// ErrNewer for a file of a later version, whatever else that has in it.
func decodeState(b []byte) (State, error) {
	var head struct {
		Version *int `json:"version"`
	}
	if len(b) > maxState {
		return State{}, fmt.Errorf("it has more than %d bytes", maxState)
	}
	if err := json.Unmarshal(b, &head); err != nil {
		return State{}, err
	}
	switch {
	case head.Version == nil:
		return State{}, errors.New("it has no version")
	case *head.Version > stateVersion:
		return State{}, fmt.Errorf("version %d: %w", *head.Version, ErrNewer)
	case *head.Version < 1:
		return State{}, fmt.Errorf("version %d: there is none such", *head.Version)
	}
	var s State
	if err := json.Unmarshal(b, &s); err != nil {
		return State{}, err
	}
	for lesson, l := range s.Lessons {
		for step, st := range l.Steps {
			if st.Hints < len(st.Told) || st.Attempts < 0 || st.Solution < 0 {
				return State{}, fmt.Errorf("lesson %s, step %s: a count that cannot be", lesson, step)
			}
			st.Done = st.Done.UTC()
			if y := st.Done.Year(); y < 0 || y > 9999 { // JSON could not hold it again
				return State{}, fmt.Errorf("lesson %s, step %s: done in the year %d", lesson, step, y)
			}
			l.Steps[step] = st
		}
	}
	return s, nil
}

func encodeState(s *State) ([]byte, error) {
	s.Version = stateVersion
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(b, '\n'), nil
}

// Progress is the progress of one learner, kept in progress.json of the state
// folder. It may be used from several goroutines, and several nslab may use one
// folder at once: every change reads the file afresh under a lock (flock(2))
// and replaces it whole, so that a reader, or a kill at any moment, finds the
// old file or the new one.
//
// Where saving fails (a read-only folder, a full disk), the change holds for
// this process all the same, and is tried again with the next one.
type Progress struct {
	dir string
	now func() time.Time

	mu      sync.Mutex
	saved   State                // as last read or written
	pending []func(*State) error // changes that could not be saved
	state   State                // saved with pending applied
}

// Open reads the progress in folder dir. It makes neither the folder nor a
// file; the first change does.
//
// The progress it returns is always usable, also beside an error: it is then
// empty, and the error is for the learner to see. A file that cannot be
// understood is put aside and named by a [*DamagedError]; one of a newer nslab
// gives [ErrNewer] and stays.
func Open(dir string) (*Progress, error) {
	p := &Progress{dir: dir, now: time.Now}
	return p, p.Reload()
}

// Dir is the state folder.
func (p *Progress) Dir() string { return p.dir }

// Reload reads the file again, for what other nslab have written meanwhile.
// Its errors are those of [Open].
func (p *Progress) Reload() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, _, err := p.read()
	if damaged(err) {
		// Another nslab may be putting the same file aside, and writing a new
		// one: look again when nobody else can.
		unlock, cannot := p.lock()
		if cannot != nil {
			return p.stays(err, cannot)
		}
		defer unlock()
		if s, _, err = p.read(); damaged(err) {
			return p.putAside(err)
		}
	}
	if err == nil {
		p.set(p.known(s))
	}
	return err
}

// known returns the state that was read or, where the file has vanished, what this process knew of the learner: that is
// better than nothing, and the next change writes it again. (To forget it, nslab reset writes a state that is empty.)
func (p *Progress) known(s State) State {
	if s.isNothing() && !p.saved.isNothing() {
		if _, err := os.Lstat(p.path()); errors.Is(err, fs.ErrNotExist) {
			return p.saved
		}
	}
	return s
}

func (s *State) isNothing() bool { return len(s.Lessons) == 0 && s.Current == "" }

// set takes s as saved and applies to it what could not be saved.
func (p *Progress) set(s State) {
	p.saved = s
	p.state = s.clone()
	kept := p.pending[:0]
	for _, f := range p.pending {
		next := p.state.clone()
		if f(&next) == nil {
			p.state = next
			kept = append(kept, f)
		}
	}
	p.pending = kept
}

// State returns a copy of the state as last read or changed.
func (p *Progress) State() State {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state.clone()
}

// Update changes the state and saves it. When f fails, nothing is changed and
// its error is returned.
//
// Where the state could not be saved, the error says so, the change holds for
// this process, and f runs again, on a state read afresh, when saving is tried
// the next time: f changes its argument and nothing else. A [*DamagedError]
// with Aside set reports a file put aside; the change is then saved.
func (p *Progress) Update(f func(*State) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	unlock, old, aside, err := p.fresh()
	defer unlock()
	next := p.state.clone()
	if err := f(&next); err != nil {
		return err
	}
	var b []byte
	if err == nil {
		b, err = encodeState(&next)
	}
	if err == nil && !bytes.Equal(b, old) {
		err = p.write(b)
	}
	if err != nil {
		p.state = next
		p.pending = append(p.pending, f)
		return fmt.Errorf("save progress: %w", err)
	}
	p.pending = nil
	p.set(next)
	if aside != nil {
		return aside
	}
	return nil
}

// Save tries once more to save what could not be saved, or has vanished; nil says that all is. Where there is nothing to
// save it writes nothing.
func (p *Progress) Save() error {
	p.mu.Lock()
	settled := len(p.pending) == 0
	if settled && !p.saved.isNothing() {
		_, err := os.Lstat(p.path())
		settled = err == nil
	}
	p.mu.Unlock()
	if settled {
		return nil
	}
	return p.Update(func(*State) error { return nil })
}

// fresh takes the lock and reads the file, old, for a change. aside tells of a
// file that was put aside; err, that nothing can be saved now. unlock is never nil.
func (p *Progress) fresh() (unlock func(), old []byte, aside *DamagedError, err error) {
	unlock, err = p.lock()
	if err != nil {
		return func() {}, nil, nil, err
	}
	s, old, err := p.read()
	if damaged(err) {
		aside = p.putAside(err)
		if aside.Aside == "" {
			return unlock, nil, nil, aside
		}
		// What this process knew of the learner is better than nothing.
		s, err = p.saved, nil
	}
	if err == nil {
		p.set(p.known(s))
	}
	return unlock, old, aside, err
}

func (p *Progress) path() string { return filepath.Join(p.dir, progressFile) }

// unreadable marks a file that could be read and not be understood.
type unreadable struct{ error }

func (e unreadable) Unwrap() error { return e.error }

func damaged(err error) bool {
	var u unreadable
	return errors.As(err, &u)
}

// read returns the state in the file and the file itself; a file that is not
// there is a state without anything.
func (p *Progress) read() (State, []byte, error) {
	if p.dir == "" {
		return State{}, nil, errors.New("read progress: no state folder")
	}
	// O_NONBLOCK: to open a FIFO of that name would wait for a writer (fifo(7)).
	f, err := os.OpenFile(p.path(), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return State{Version: stateVersion}, nil, nil
	}
	if err != nil {
		return State{}, nil, fmt.Errorf("read progress: %w", err)
	}
	defer f.Close()
	if fi, err := f.Stat(); err != nil {
		return State{}, nil, fmt.Errorf("read progress: %w", err)
	} else if !fi.Mode().IsRegular() {
		return State{}, nil, unreadable{errors.New("it is not a regular file")}
	}
	b, err := io.ReadAll(io.LimitReader(f, maxState+1))
	if err != nil {
		return State{}, nil, fmt.Errorf("read progress: %w", err)
	}
	s, err := decodeState(b)
	switch {
	case errors.Is(err, ErrNewer):
		return State{}, nil, fmt.Errorf("read progress %s: %w", p.path(), err)
	case err != nil:
		return State{}, nil, unreadable{err}
	}
	return s, b, nil
}

// lock makes the folder where it is missing and takes the lock in it.
func (p *Progress) lock() (unlock func(), err error) {
	if p.dir == "" {
		return nil, errors.New("no state folder")
	}
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the state folder: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(p.dir, progressLock), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	// Not a blocking flock(2): an nslab stopped in the middle of a change
	// (Ctrl-Z) would hold up every other one for as long as it is stopped.
	deadline := time.Now().Add(lockWait)
	for pause := time.Millisecond; ; pause = min(2*pause, 8*time.Millisecond) {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { f.Close() }, nil // the lock goes with the open file description
		}
		if err != syscall.EWOULDBLOCK && err != syscall.EINTR {
			f.Close()
			return nil, fmt.Errorf("lock %s: %w", f.Name(), err)
		}
		if time.Now().After(deadline) {
			f.Close()
			return nil, fmt.Errorf("lock %s: another nslab has held it for %v; is one stopped (Ctrl-Z)?", f.Name(), lockWait)
		}
		time.Sleep(pause)
	}
}

// write replaces the file, under the lock.
func (p *Progress) write(b []byte) error {
	temp := filepath.Join(p.dir, progressTemp)
	f, err := os.OpenFile(temp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		// Before the rename: otherwise the new name may reach the disk before
		// the contents, and a power cut leaves an empty file (fsync(2)).
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(temp, p.path())
	}
	if err != nil {
		os.Remove(temp) // as good as it goes; the next write takes the same name
		return err
	}
	// The rename itself reaches the disk with the folder. Its failure is no
	// failure to save: the file is there and whole.
	if d, err := os.Open(p.dir); err == nil {
		d.Sync()
		d.Close()
	}
	return nil
}

// putAside renames the damaged file, under the lock, to a name that nothing has.
func (p *Progress) putAside(cause error) *DamagedError {
	base := p.path() + ".damaged-" + p.now().UTC().Format("20060102T150405Z")
	aside := base
	for n := 2; ; n++ {
		if _, err := os.Lstat(aside); errors.Is(err, fs.ErrNotExist) {
			break
		} else if err != nil {
			return p.stays(cause, err)
		}
		aside = fmt.Sprintf("%s-%d", base, n)
	}
	if err := os.Rename(p.path(), aside); err != nil {
		return p.stays(cause, err)
	}
	return &DamagedError{Path: p.path(), Aside: aside, Err: cause}
}

// stays is the error for a damaged file that cannot be put aside.
func (p *Progress) stays(cause, why error) *DamagedError {
	return &DamagedError{Path: p.path(), Err: fmt.Errorf("%w (it is damaged: %w)", why, cause)}
}

// Step returns what was done of a step: when, with how many hints and
// attempts, and the answer.
func (p *Progress) Step(lesson, step string) StepState {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state.Step(lesson, step)
}

// Done reports whether a step was satisfied.
func (p *Progress) Done(lesson, step string) bool {
	return !p.Step(lesson, step).Done.IsZero()
}

// Hints says how many hints of a step were shown.
func (p *Progress) Hints(lesson, step string) int { return p.Step(lesson, step).Hints }

// Current is the name of the lesson opened last; empty for none.
func (p *Progress) Current() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state.Current
}

// FirstOpen is the index of the lesson's first step that is not done and lacks nothing;
// len(l.Steps) when there is none.
func (p *Progress) FirstOpen(l *Lesson) int {
	for i, s := range l.Steps {
		if st := p.Step(l.Name, s.Name); st.Done.IsZero() && st.Missing == "" {
			return i
		}
	}
	return len(l.Steps)
}

// SetMissing notes what the machine lacks for a lesson's steps, by step; a step that is not named
// lacks nothing. Where that is known already, nothing is written.
func (p *Progress) SetMissing(l *Lesson, missing map[string]string) error {
	same := true
	for _, s := range l.Steps {
		same = same && p.Step(l.Name, s.Name).Missing == missing[s.Name]
	}
	if same {
		return nil
	}
	return p.Update(func(st *State) error {
		for _, s := range l.Steps {
			if st.Step(l.Name, s.Name).Missing != missing[s.Name] {
				st.Change(l.Name, s.Name, func(step *StepState) { step.Missing = missing[s.Name] })
			}
		}
		return nil
	})
}

func (p *Progress) change(lesson, step string, f func(*StepState)) error {
	return p.Update(func(s *State) error { s.Change(lesson, step, f); return nil })
}

// SetDone notes that a step was satisfied now; a step that was already done
// keeps its time. Its errors, and those of the methods below, are those of [Progress.Update].
func (p *Progress) SetDone(lesson, step string) error {
	now := p.now().UTC().Truncate(time.Second)
	return p.change(lesson, step, func(st *StepState) {
		if st.Done.IsZero() {
			st.Done = now
		}
	})
}

// AddHint notes that one more hint of a step was shown.
func (p *Progress) AddHint(lesson, step string) error {
	return p.change(lesson, step, func(st *StepState) { st.Hints++ })
}

// AddDiagnosis notes that a hint was shown which is the diagnosis with that key.
func (p *Progress) AddDiagnosis(lesson, step, key string) error {
	return p.change(lesson, step, func(st *StepState) {
		st.Hints++
		st.Told = append(slices.Clone(st.Told), key)
	})
}

// AddSolution notes that the solution of a step was shown before it was done.
func (p *Progress) AddSolution(lesson, step string) error {
	return p.change(lesson, step, func(st *StepState) { st.Solution++ })
}

// AddAttempt notes that a check of the step said no.
func (p *Progress) AddAttempt(lesson, step string) error {
	return p.change(lesson, step, func(st *StepState) { st.Attempts++ })
}

// SetAnswer notes what was answered to a question step.
func (p *Progress) SetAnswer(lesson, step, answer string) error {
	return p.change(lesson, step, func(st *StepState) { st.Answer = answer })
}

// SetPath notes where a lesson that is not nslab's own was opened from.
func (p *Progress) SetPath(lesson, path string) error {
	return p.Update(func(s *State) error {
		if s.Lessons == nil {
			s.Lessons = map[string]LessonState{}
		}
		l := s.Lessons[lesson]
		l.Path = path
		s.Lessons[lesson] = l
		return nil
	})
}

// SetCurrent notes which lesson was opened.
func (p *Progress) SetCurrent(lesson string) error {
	return p.Update(func(s *State) error { s.Current = lesson; return nil })
}

// Reopen makes a step of a lesson open again, and the steps that come after it. What was asked of nslab on the way,
// hints and attempts, stays counted.
func (p *Progress) Reopen(l *Lesson, step string) error {
	return p.Update(func(s *State) error {
		behind := false
		for _, st := range l.Steps {
			if st.Name == step {
				behind = true
			}
			if was := s.Step(l.Name, st.Name); behind && (!was.Done.IsZero() || was.Answer != "") {
				s.Change(l.Name, st.Name, func(st *StepState) { st.Done, st.Answer = time.Time{}, "" })
			}
		}
		return nil
	})
}

// Reset forgets a step, a lesson where step is empty, or everything where both are.
func (p *Progress) Reset(lesson, step string) error {
	return p.Update(func(s *State) error { s.Reset(lesson, step); return nil })
}
