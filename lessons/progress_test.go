package lessons

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A test that needs a second process runs this binary again with the state
// folder in this variable, and how often to count in the next.
const (
	countIn    = "NSLAB_TEST_COUNT_IN"
	countTimes = "NSLAB_TEST_COUNT_TIMES"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(countIn); dir != "" {
		var times int
		fmt.Sscan(os.Getenv(countTimes), &times)
		p, err := Open(dir)
		for i := 0; err == nil && i < times; i++ {
			err = p.AddHint("uts", "rename")
			if i == 0 {
				fmt.Print(".") // it counts
			}
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func counter(t *testing.T, dir string, times int) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), countIn+"="+dir, fmt.Sprintf("%s=%d", countTimes, times))
	return cmd
}

func open(t *testing.T, dir string) *Progress {
	t.Helper()
	p, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	p.now = func() time.Time { return time.Date(2026, 1, 1, 12, 0, 0, 5, time.FixedZone("", 3600)) }
	return p
}

func try(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func names(t *testing.T, dir string) string {
	t.Helper()
	es, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var ns []string
	for _, e := range es {
		ns = append(ns, e.Name())
	}
	return strings.Join(ns, " ")
}

func TestStateDirIsWhereXDGPutsIt(t *testing.T) {
	for _, c := range []struct{ xdg, home, want string }{
		{"/s", "/home/l", "/s/nslab"},
		{"", "/home/l", "/home/l/.local/state/nslab"},
		{"relative", "/home/l", "/home/l/.local/state/nslab"},
		{"/s", "", "/s/nslab"},
		{"", "", ""},
		{"relative", "home", ""},
	} {
		got, err := StateDir(func(k string) string {
			return map[string]string{"XDG_STATE_HOME": c.xdg, "HOME": c.home}[k]
		})
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("StateDir with XDG_STATE_HOME=%q HOME=%q = %q, %v; want %q", c.xdg, c.home, got, err, c.want)
		}
	}
}

func TestReadingMakesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state", "nslab")
	p := open(t, dir)
	if p.Done("uts", "rename") || p.Hints("uts", "rename") != 0 || p.Current() != "" {
		t.Error("a fresh learner has done something")
	}
	if got := names(t, filepath.Dir(filepath.Dir(dir))); got != "" {
		t.Errorf("reading made %s", got)
	}
}

func TestProgressIsThereForTheNextProcess(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state", "nslab")
	l := &Lesson{Name: "uts", Steps: []Step{{Name: "rename"}, {Name: "domain"}}}
	p := open(t, dir)
	if got := p.FirstOpen(l); got != 0 {
		t.Errorf("FirstOpen at the start = %d", got)
	}
	try(t, p.SetCurrent("uts"))
	try(t, p.AddHint("uts", "rename"))
	try(t, p.AddHint("uts", "rename"))
	try(t, p.AddAttempt("uts", "rename"))
	try(t, p.SetAnswer("uts", "rename", "42"))
	try(t, p.SetDone("uts", "rename"))
	first := p.Step("uts", "rename").Done
	p.now = func() time.Time { return time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC) }
	try(t, p.SetDone("uts", "rename"))

	q := open(t, dir)
	want := StepState{Done: time.Date(2026, 1, 1, 11, 0, 0, 0, time.UTC), Hints: 2, Attempts: 1, Answer: "42"}
	if got := q.Step("uts", "rename"); !reflect.DeepEqual(got, want) || got.Done != first {
		t.Errorf("step = %+v, want %+v", got, want)
	}
	if !q.Done("uts", "rename") || q.Current() != "uts" || q.Hints("uts", "rename") != 2 {
		t.Error("something was lost")
	}
	if got := q.FirstOpen(l); got != 1 {
		t.Errorf("FirstOpen after a step = %d", got)
	}
	try(t, q.SetDone("uts", "domain"))
	if got := q.FirstOpen(l); got != 2 {
		t.Errorf("FirstOpen at the end = %d", got)
	}
	if p.Done("uts", "domain") {
		t.Error("p knows before it reloads")
	}
	try(t, p.Reload())
	if !p.Done("uts", "domain") {
		t.Error("p does not know after it reloaded")
	}
	if got := names(t, dir); got != "progress.json progress.lock" {
		t.Errorf("folder has %s", got)
	}
	for _, f := range []string{"", "progress.json", "progress.lock"} {
		fi, err := os.Stat(filepath.Join(dir, f))
		try(t, err)
		if fi.Mode().Perm()&0o077 != 0 {
			t.Errorf("others may look into %s: %v", f, fi.Mode())
		}
	}
}

func TestResetForgetsWhatItNames(t *testing.T) {
	p := open(t, t.TempDir())
	for _, s := range [][2]string{{"uts", "rename"}, {"uts", "domain"}, {"pid", "first"}} {
		try(t, p.SetDone(s[0], s[1]))
	}
	try(t, p.Reset("uts", "rename"))
	if p.Done("uts", "rename") || !p.Done("uts", "domain") || !p.Done("pid", "first") {
		t.Error("reset of a step forgot the wrong one")
	}
	try(t, p.Reset("uts", ""))
	if p.Done("uts", "domain") || !p.Done("pid", "first") {
		t.Error("reset of a lesson forgot the wrong one")
	}
	try(t, p.Reset("nothing", "such"))
	try(t, p.Reset("", ""))
	if p.Done("pid", "first") {
		t.Error("reset of everything left something")
	}
}

func TestAFailingUpdateChangesNothing(t *testing.T) {
	dir := t.TempDir()
	p := open(t, dir)
	no := errors.New("no")
	err := p.Update(func(s *State) error {
		s.Current = "uts"
		s.Change("uts", "rename", func(st *StepState) { st.Hints = 3 })
		return no
	})
	if err != no || p.Current() != "" || p.Hints("uts", "rename") != 0 {
		t.Errorf("err %v, state %+v", err, p.State())
	}
	if got := names(t, dir); strings.Contains(got, "json") {
		t.Errorf("folder has %s", got)
	}
}

func TestStateIsACopy(t *testing.T) {
	p := open(t, t.TempDir())
	try(t, p.AddHint("uts", "rename"))
	s := p.State()
	s.Change("uts", "rename", func(st *StepState) { st.Hints = 99 })
	if p.Hints("uts", "rename") != 1 {
		t.Error("a change of the copy reached the original")
	}
}

func TestWhatAKilledProcessLeftIsOverwritten(t *testing.T) {
	dir := t.TempDir()
	try(t, open(t, dir).SetDone("uts", "rename"))
	temp := filepath.Join(dir, progressTemp)
	try(t, os.WriteFile(temp, []byte(`{"version": 1, "lessons": {"ut`), 0o600)) // killed in the middle of a write
	p := open(t, dir)
	if !p.Done("uts", "rename") {
		t.Error("the old file is not read")
	}
	try(t, p.SetDone("uts", "domain"))
	if got := names(t, dir); got != "progress.json progress.lock" {
		t.Errorf("folder has %s", got)
	}
}

func TestAKillAtAnyMomentLeavesAWholeFile(t *testing.T) {
	dir := t.TempDir()
	try(t, open(t, dir).SetDone("uts", "domain"))
	last := 0
	for i := range 20 {
		cmd := counter(t, dir, 1<<30)
		counted, err := cmd.StdoutPipe()
		try(t, err)
		try(t, cmd.Start())
		// It counts by now, on a machine however busy; the kill falls somewhere in a later change.
		_, err = counted.Read(make([]byte, 1))
		try(t, err)
		time.Sleep(time.Duration(i) * 300 * time.Microsecond)
		cmd.Process.Kill()
		cmd.Wait()
		p := open(t, dir) // fails for a damaged file
		if n := p.Hints("uts", "rename"); n <= last || !p.Done("uts", "domain") {
			t.Fatalf("after kill %d: %d hints, %d before; done %v", i, n, last, p.Done("uts", "domain"))
		} else {
			last = n
		}
	}
	try(t, open(t, dir).SetDone("uts", "rename"))
	if got := names(t, dir); got != "progress.json progress.lock" {
		t.Errorf("folder has %s", got)
	}
}

func TestNoChangeIsLostBetweenProcesses(t *testing.T) {
	dir := t.TempDir()
	const procs, goroutines, times = 3, 6, 10
	var wg sync.WaitGroup
	for range procs {
		cmd := counter(t, dir, times)
		var out bytes.Buffer
		cmd.Stderr = &out
		try(t, cmd.Start())
		wg.Go(func() {
			if err := cmd.Wait(); err != nil {
				t.Errorf("%v: %s", err, &out)
			}
		})
	}
	shared := open(t, dir)
	for i := range goroutines {
		p := shared
		if i%2 == 0 {
			p = open(t, dir)
		}
		wg.Go(func() {
			for range times {
				if err := p.AddHint("uts", "rename"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got, want := open(t, dir).Hints("uts", "rename"), (procs+goroutines)*times; got != want {
		t.Errorf("%d hints, want %d", got, want)
	}
}

func TestADamagedFileIsPutAsideAndNamed(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, progressFile)
	for i, content := range []string{
		``, `{`, `null`, `[]`, `{}`, `{"version":0}`, `{"version":"1"}`, `{"version":1}x`,
		`{"version":1,"lessons":[]}`, `{"version":1,"lessons":{"uts":{"steps":{"rename":{"hints":-1}}}}}`,
		`{"version":1,"lessons":{"uts":{"steps":{"rename":{"done":"yesterday"}}}}}`,
		`{"version":1,"lessons":{"uts":{"steps":{"rename":{"done":"9999-12-31T23:59:59-23:00"}}}}}`,
		"\x00\x00\x00\x00", strings.Repeat(" ", maxState+1),
	} {
		try(t, os.WriteFile(file, []byte(content), 0o600))
		p := &Progress{dir: dir, now: func() time.Time { return time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC) }}
		err := p.Reload()
		var d *DamagedError
		if !errors.As(err, &d) {
			t.Fatalf("%.40q: %v, want a DamagedError", content, err)
		}
		want := file + ".damaged-20260101T120000Z"
		if i > 0 {
			want += fmt.Sprintf("-%d", i+1)
		}
		if d.Path != file || d.Aside != want || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want it in %s", content, err, want)
		}
		if b, err := os.ReadFile(want); err != nil || string(b) != content {
			t.Errorf("%.40q was not kept: %.40q, %v", content, b, err)
		}
		if err := p.SetDone("uts", "rename"); err != nil {
			t.Errorf("after %.40q: %v", content, err)
		}
		if !open(t, dir).Done("uts", "rename") {
			t.Errorf("after %.40q nothing was saved", content)
		}
	}
}

func TestAFileDamagedMeanwhileCostsNothing(t *testing.T) {
	dir := t.TempDir()
	p := open(t, dir)
	try(t, p.SetDone("uts", "rename"))
	try(t, os.WriteFile(filepath.Join(dir, progressFile), []byte("oops"), 0o600))
	err := p.SetDone("uts", "domain")
	var d *DamagedError
	if !errors.As(err, &d) || d.Aside == "" {
		t.Fatalf("%v, want a DamagedError", err)
	}
	q := open(t, dir)
	if !q.Done("uts", "rename") || !q.Done("uts", "domain") {
		t.Errorf("lost: %+v", q.State())
	}
}

func TestAFileOfANewerVersionIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, progressFile)
	const newer = `{"version": 2, "lessons": ["another", "form"]}`
	try(t, os.WriteFile(file, []byte(newer), 0o600))
	p, err := Open(dir)
	if !errors.Is(err, ErrNewer) {
		t.Fatalf("Open: %v, want ErrNewer", err)
	}
	if err := p.SetDone("uts", "rename"); !errors.Is(err, ErrNewer) {
		t.Errorf("SetDone: %v, want ErrNewer", err)
	}
	if !p.Done("uts", "rename") {
		t.Error("the change does not hold for this process")
	}
	if b, _ := os.ReadFile(file); string(b) != newer {
		t.Errorf("file is now %s", b)
	}
}

func TestWhereSavingFailsTheLearnerGoesOn(t *testing.T) {
	// A file where the folder should be: nobody, not even root, can write in it.
	dir := filepath.Join(t.TempDir(), "nslab")
	try(t, os.WriteFile(dir, nil, 0o600))
	p, err := Open(dir)
	if err == nil {
		t.Error("Open says nothing")
	}
	for range 2 {
		err := p.AddHint("uts", "rename")
		if err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("AddHint: %v, want one clear error", err)
		}
	}
	if p.Hints("uts", "rename") != 2 {
		t.Error("the changes do not hold for this process")
	}

	// When it can be written again, what another process did is kept too.
	try(t, os.Remove(dir))
	try(t, open(t, dir).AddHint("uts", "rename"))
	try(t, p.SetDone("uts", "domain"))
	q := open(t, dir)
	if q.Hints("uts", "rename") != 3 || !q.Done("uts", "domain") {
		t.Errorf("saved: %+v", q.State())
	}
}

func TestAReadOnlyFolderKeepsItsFile(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write anywhere")
	}
	dir := t.TempDir()
	try(t, open(t, dir).SetDone("uts", "rename"))
	try(t, os.Chmod(dir, 0o500))
	defer os.Chmod(dir, 0o700)
	p := open(t, dir)
	if !p.Done("uts", "rename") {
		t.Error("cannot be read")
	}
	if err := p.SetDone("uts", "domain"); !errors.Is(err, os.ErrPermission) {
		t.Errorf("SetDone: %v", err)
	}
	if !p.Done("uts", "domain") {
		t.Error("the change does not hold for this process")
	}
}

func TestAWriteThatFailsKeepsTheOldFile(t *testing.T) {
	dir := t.TempDir()
	p := open(t, dir)
	try(t, p.SetDone("uts", "rename"))
	// The temporary file cannot be written: its name is taken by a symbolic link.
	temp := filepath.Join(dir, progressTemp)
	try(t, os.Symlink("/dev/full", temp))
	if err := p.SetDone("uts", "domain"); err == nil {
		t.Error("SetDone says nothing")
	}
	if q := open(t, dir); !q.Done("uts", "rename") || q.Done("uts", "domain") {
		t.Errorf("saved: %+v", q.State())
	}
	os.Remove(temp)
	try(t, p.Update(func(*State) error { return nil }))
	if q := open(t, dir); !q.Done("uts", "domain") {
		t.Errorf("saved when it can be written again: %+v", q.State())
	}
}

func TestNoStateFolderAtAll(t *testing.T) {
	p, err := Open("")
	if err == nil {
		t.Error("Open says nothing")
	}
	if err := p.SetDone("uts", "rename"); err == nil {
		t.Error("SetDone says nothing")
	}
	if !p.Done("uts", "rename") {
		t.Error("the change does not hold for this process")
	}
}

func TestALockThatIsHeldEndsInAnError(t *testing.T) {
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, progressLock))
	try(t, err)
	defer f.Close()
	try(t, syscall.Flock(int(f.Fd()), syscall.LOCK_EX))
	p := open(t, dir)
	err = p.SetDone("uts", "rename")
	if err == nil || !strings.Contains(err.Error(), "another nslab") {
		t.Errorf("SetDone: %v", err)
	}
	f.Close()
	try(t, p.SetDone("uts", "domain"))
	if q := open(t, dir); !q.Done("uts", "rename") || !q.Done("uts", "domain") {
		t.Errorf("saved: %+v", q.State())
	}
}

func TestAFIFOInItsPlaceDoesNotHang(t *testing.T) {
	dir := t.TempDir()
	try(t, syscall.Mkfifo(filepath.Join(dir, progressFile), 0o600))
	_, err := Open(dir)
	if d := (*DamagedError)(nil); !errors.As(err, &d) || d.Aside == "" {
		t.Errorf("Open: %v", err)
	}
}

func FuzzDecodeState(f *testing.F) {
	for _, s := range []string{
		`{"version":1}`, `{"version":2}`, `{"version":1,"current":"uts","lessons":{"uts":{"steps":{"rename":{"done":"2026-01-01T12:00:00Z","hints":2,"answer":"x"}}}}}`,
		`{"version":1,"lessons":{"uts":null}}`, `{"version":1,"lessons":{"":{"steps":{"":{"done":"0000-01-01T00:00:00+23:00"}}}}}`, ``, `null`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := decodeState(b)
		if err != nil {
			return
		}
		out, err := encodeState(&s)
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		again, err := decodeState(out)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, out)
		}
		out2, err := encodeState(&again)
		if err != nil || !bytes.Equal(out, out2) {
			t.Fatalf("written twice: %s and %s, %v", out, out2, err)
		}
		s.Change("uts", "rename", func(st *StepState) { st.Hints++ })
		s.Reset("uts", "rename")
		s.Reset("uts", "")
	})
}

func TestStepsThatTheMachineLacksSomethingForAreLeftOut(t *testing.T) {
	p, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	l := &Lesson{Name: "l", Steps: []Step{{Name: "a"}, {Name: "b"}, {Name: "c"}}}
	if err := p.SetMissing(l, map[string]string{"a": "tool:x", "c": "cgroup:pids"}); err != nil {
		t.Fatal(err)
	}
	if n := p.FirstOpen(l); n != 1 {
		t.Errorf("the first open step is %d, want 1", n)
	}
	if err := p.SetDone("l", "b"); err != nil {
		t.Fatal(err)
	}
	if n := p.FirstOpen(l); n != 3 {
		t.Errorf("the first open step is %d, want none", n)
	}
	// The tool was installed.
	if err := p.SetMissing(l, map[string]string{"c": "cgroup:pids"}); err != nil {
		t.Fatal(err)
	}
	if n := p.FirstOpen(l); n != 0 {
		t.Errorf("the first open step is %d, want 0", n)
	}
}

// A folder that somebody removes under a lesson that is open costs nothing of what is known there.
func TestAFileThatVanishesIsWrittenAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "nslab")
	p := open(t, dir)
	try(t, p.Save())
	if _, err := os.Lstat(dir); err == nil {
		t.Error("Save makes a folder for nothing")
	}
	try(t, p.SetDone("uts", "rename"))
	try(t, p.Save())
	for _, again := range []func() error{p.Save, func() error { return p.AddHint("uts", "domain") }, func() error {
		if err := p.Reload(); err != nil {
			return err
		}
		return p.Save()
	}} {
		try(t, os.RemoveAll(dir))
		try(t, again())
		if q := open(t, dir); !q.Done("uts", "rename") {
			t.Errorf("saved: %+v", q.State())
		}
	}
	// What was forgotten on purpose does not come back.
	try(t, open(t, dir).Reset("", ""))
	try(t, p.Reload())
	try(t, p.Save())
	if q := open(t, dir); q.Done("uts", "rename") {
		t.Errorf("saved: %+v", q.State())
	}
}

func TestSaveTriesAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "nslab")
	try(t, os.WriteFile(dir, nil, 0o600))
	p, _ := Open(dir)
	if p.SetDone("uts", "rename") == nil || p.Save() == nil {
		t.Error("saved in a folder that is a file")
	}
	try(t, os.Remove(dir))
	try(t, p.Save())
	if q := open(t, dir); !q.Done("uts", "rename") {
		t.Errorf("saved: %+v", q.State())
	}
}

// A step keeps the time at which it was first done, and the file can be read, whatever the clock says now: it may have been
// set back, or never set (a machine without a battery begins in 1970).
func TestTheClockMayJump(t *testing.T) {
	dir := t.TempDir()
	first := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for i, now := range []time.Time{first, time.Unix(0, 0), first.AddDate(-10, 0, 0), first.AddDate(300, 0, 0), time.Unix(-1, 0)} {
		p := open(t, dir)
		p.now = func() time.Time { return now }
		try(t, p.SetDone("uts", "rename"))
		try(t, p.SetDone("pid", fmt.Sprint("step", i)))
		q := open(t, dir)
		if got := q.State().Lessons["uts"].Steps["rename"].Done; !got.Equal(first) {
			t.Errorf("at %v: done at %v", now, got)
		}
		if !q.Done("pid", fmt.Sprint("step", i)) {
			t.Errorf("at %v: not done", now)
		}
	}
}
