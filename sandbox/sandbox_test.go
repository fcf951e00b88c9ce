package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/data"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// patience bounds every wait for an event of these tests: long enough for a
// loaded machine, short enough that a hang is an error and not a nuisance.
const patience = time.Minute

// The test program plays more parts: in a lab, where it is mounted as
// nslab, a probe for what no command shows; outside, a keeper that is killed, and tests that have to do without some system calls.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "probe" {
		os.Exit(probe(os.Args[2], os.Args[3:]))
	}
	if len(os.Args) > 1 && os.Args[1] == "keep-labs" {
		os.Exit(keepLabs())
	}
	if len(os.Args) > 1 && os.Args[1] == "keep-traced" {
		os.Exit(keepTraced())
	}
	for name, part := range map[string]func() error{
		refusedLabRole: func() error { return refusedLab(os.Args[2]) },
		"scarce":       scarce,
		"few":          func() error { return everything(keeperOptions()) },
	} {
		if len(os.Args) > 1 && os.Args[1] == name {
			if err := part(); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
	if len(os.Args) > 2 && os.Args[1] == refusedRole {
		var err error
		if refusals, err = parseRefusals(os.Args[2]); err == nil {
			err = refuse(refusals, unix.SECCOMP_FILTER_FLAG_TSYNC)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "refuse", os.Args[2]+":", err)
			os.Exit(2)
		}
		os.Args = append(os.Args[:1], os.Args[3:]...)
	}
	code := m.Run()
	if shared.k != nil {
		if err := shared.k.Close(); err != nil {
			fmt.Fprintln(os.Stderr, "close the keeper of all tests:", err)
			code = 1
		}
	}
	os.Exit(code)
}

// keeperOptions are those of every keeper here: BusyBox where there is one,
// and the test program itself as nslab.
func keeperOptions() KeeperOptions {
	var o KeeperOptions
	if b, err := data.Busybox(); err == nil {
		o.BusyBox, o.Applets = b, data.Applets()
	}
	o.Program, _ = os.Executable()
	return o
}

var shared struct {
	once sync.Once
	k    *Keeper
	err  error
}

// keeper returns the keeper that most tests share. Where this machine allows
// none, the test is skipped with the reason.
func keeper(t testing.TB) *Keeper {
	t.Helper()
	shared.once.Do(func() { shared.k, shared.err = NewKeeper(keeperOptions()) })
	if shared.err != nil {
		t.Skipf("no lab can be made on this machine: %v", shared.err)
	}
	return shared.k
}

// ownKeeper returns a keeper for one test.
func ownKeeper(t testing.TB) *Keeper {
	t.Helper()
	keeper(t)
	k, err := NewKeeper(keeperOptions())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.Close() })
	return k
}

func newLabOf(t testing.TB, k *Keeper, o LabOptions) *Lab {
	t.Helper()
	l, err := k.NewLab(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Errorf("close the lab: %v", err)
		}
	})
	return l
}

func newLab(t testing.TB) *Lab { t.Helper(); return newLabOf(t, keeper(t), LabOptions{}) }

func needBusybox(t testing.TB) {
	t.Helper()
	if _, err := data.Busybox(); err != nil {
		t.Skip(err)
	}
}

func needProgram(t testing.TB, paths ...string) {
	t.Helper()
	for _, path := range paths {
		if _, err := os.Stat(path); err != nil {
			t.Skipf("this machine lacks %s", path)
		}
	}
}

// result is what a one-shot command left.
type result struct {
	out, err string
	status   int
}

// run runs a command to its end; what it reads is input.
func run(t testing.TB, l *Lab, c Command, input string) result {
	t.Helper()
	r, err := tryRun(l, c, input)
	if err != nil {
		t.Fatalf("%q: %v", c.Args, err)
	}
	return r
}

func tryRun(l *Lab, c Command, input string) (result, error) {
	var r result
	var files [6]*os.File
	for i := 0; i < 6; i += 2 {
		var err error
		if files[i], files[i+1], err = os.Pipe(); err != nil {
			return r, err
		}
	}
	defer func() {
		for _, f := range files {
			_ = f.Close()
		}
	}()
	c.Stdin, c.Stdout, c.Stderr = files[0], files[3], files[5]
	p, err := l.Start(c)
	if err != nil {
		return r, err
	}
	for _, f := range []*os.File{files[0], files[3], files[5]} {
		_ = f.Close()
	}
	go func() {
		_, _ = io.WriteString(files[1], input)
		_ = files[1].Close()
	}()
	var wg sync.WaitGroup
	read := func(f *os.File, to *string) {
		wg.Go(func() {
			b, _ := io.ReadAll(f)
			*to = string(b)
		})
	}
	read(files[2], &r.out)
	read(files[4], &r.err)
	timer := time.AfterFunc(patience, func() {
		_ = p.Signal(unix.SIGKILL)
		_ = files[2].Close()
		_ = files[4].Close()
	})
	r.status, err = p.Wait()
	wg.Wait()
	if !timer.Stop() {
		return r, fmt.Errorf("no end within %v; so far it printed %q and %q", patience, r.out, r.err)
	}
	return r, err
}

// sh runs a shell command and returns what it printed. A status other than 0 is an error.
func sh(t testing.TB, l *Lab, script string) string {
	t.Helper()
	r := shell(t, l, script)
	if r.status != 0 {
		t.Fatalf("sh -c %q: status %d\n%s%s", script, r.status, r.out, r.err)
	}
	return strings.TrimSuffix(r.out, "\n")
}

// shell is sh for commands that may fail.
func shell(t testing.TB, l *Lab, script string) result {
	t.Helper()
	return run(t, l, Command{Args: []string{"sh", "-c", script}}, "")
}

// background starts a shell command that prints a line when it is ready and
// then stays; it returns that line. The command ends with the test.
func background(t testing.TB, l *Lab, flags uintptr, script string) (*Process, string) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	errs, err := os.CreateTemp(t.TempDir(), "stderr")
	if err != nil {
		t.Fatal(err)
	}
	defer errs.Close()
	p, err := l.Start(Command{Args: []string{"sh", "-c", script}, Flags: flags, Stdout: w, Stderr: errs})
	_ = w.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Signal(unix.SIGKILL) })
	_ = r.SetReadDeadline(time.Now().Add(patience))
	var line []byte
	for one := make([]byte, 1); ; {
		n, err := r.Read(one)
		if n == 1 && one[0] == '\n' {
			return p, string(line)
		}
		if err != nil {
			text, _ := os.ReadFile(errs.Name())
			t.Fatalf("sh -c %q: no line within %v: %q, %v\n%s", script, patience, line, err, text)
		}
		line = append(line, one[:n]...)
	}
}

func snap(t testing.TB, l *Lab) *snapshot.Snapshot {
	t.Helper()
	s, err := l.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// proc returns the process that Start started, from a snapshot.
func proc(t testing.TB, s *snapshot.Snapshot, p *Process) snapshot.Process {
	t.Helper()
	sp, ok := s.Proc(p.LabPID)
	if !ok {
		t.Fatalf("process %d of the lab is not in the snapshot", p.LabPID)
	}
	return sp
}

// byComm returns the one process with that command name.
func byComm(t testing.TB, s *snapshot.Snapshot, comm string) snapshot.Process {
	t.Helper()
	var found []snapshot.Process
	for _, p := range s.Procs {
		if p.Comm == comm {
			found = append(found, p)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d processes are called %s, want 1", len(found), comm)
	}
	return found[0]
}

// eventually asks again until the condition holds. It is for what announces itself in no other way.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

// within fails the test when f has not returned in time.
func within(t testing.TB, limit time.Duration, what string, f func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-ctx.Done():
		t.Fatalf("%s: not within %v", what, limit)
	}
}

// typist types into a shell and reads what comes.
type typist struct {
	t  testing.TB
	sh *Shell

	mu      sync.Mutex
	changed chan struct{} // closed and renewed at every change
	out     bytes.Buffer  // since the last command, marks taken out
	marks   []Mark
	raw     bytes.Buffer // all of it, with marks
	err     error
}

func newTypist(t testing.TB, l *Lab, name string, o ShellOptions) *typist {
	t.Helper()
	s, err := l.NewShell(name, o)
	if err != nil {
		t.Fatal(err)
	}
	ty := &typist{t: t, sh: s, changed: make(chan struct{})}
	t.Cleanup(func() { _ = s.Close() })
	go ty.read()
	return ty
}

func (ty *typist) read() {
	var marks Marks
	buf := make([]byte, 4096)
	for {
		n, err := ty.sh.Read(buf)
		ty.mu.Lock()
		ty.raw.Write(buf[:n])
		for _, p := range marks.Split(buf[:n]) {
			if p.Mark != nil {
				ty.marks = append(ty.marks, *p.Mark)
			} else {
				ty.out.Write(p.Data)
			}
		}
		ty.err = err
		close(ty.changed)
		ty.changed = make(chan struct{})
		ty.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// await waits until the condition holds of what has been read.
func (ty *typist) await(what string, holds func() bool) {
	ty.t.Helper()
	limit := time.After(patience)
	for {
		ty.mu.Lock()
		ok, changed, err := holds(), ty.changed, ty.err
		raw := ""
		if err != nil {
			raw = ty.raw.String()
		}
		ty.mu.Unlock()
		if ok {
			return
		}
		if err != nil {
			ty.t.Fatalf("%s: the terminal has ended (%v); it printed %q", what, err, raw)
		}
		select {
		case <-changed:
		case <-limit:
			ty.mu.Lock()
			raw := ty.raw.Bytes()
			raw = raw[max(0, len(raw)-4096):]
			ty.mu.Unlock()
			ty.t.Fatalf("%s: not within %v; the terminal printed %q", what, patience, raw)
		}
	}
}

func (ty *typist) prompts() (n int) {
	for _, m := range ty.marks {
		if m.Prompt {
			n++
		}
	}
	return n
}

// awaitPrompt waits for the first prompt of a shell.
func (ty *typist) awaitPrompt() Mark {
	ty.t.Helper()
	ty.await("the first prompt", func() bool { return ty.prompts() > 0 })
	return ty.last()
}

func (ty *typist) last() Mark {
	ty.mu.Lock()
	defer ty.mu.Unlock()
	return ty.marks[len(ty.marks)-1]
}

// typed types as it is.
func (ty *typist) typed(s string) {
	ty.t.Helper()
	if _, err := io.WriteString(ty.sh, s); err != nil {
		ty.t.Fatal(err)
	}
}

// line types a command and waits for the next prompt; it returns what was printed, and the mark.
func (ty *typist) line(command string) (string, Mark) {
	ty.t.Helper()
	before := ty.begin(command + "\n")
	return ty.prompt(before, command)
}

// begin types, and returns the number of prompts before.
func (ty *typist) begin(s string) int {
	ty.t.Helper()
	ty.mu.Lock()
	before := ty.prompts()
	ty.out.Reset()
	ty.mu.Unlock()
	ty.typed(s)
	return before
}

func (ty *typist) prompt(before int, what string) (string, Mark) {
	ty.t.Helper()
	ty.await("the prompt after "+what, func() bool { return ty.prompts() > before })
	ty.mu.Lock()
	defer ty.mu.Unlock()
	return ty.out.String(), ty.marks[len(ty.marks)-1]
}

// awaitOut waits for a text among what was printed since the last command.
func (ty *typist) awaitOut(text string) {
	ty.t.Helper()
	ty.await(fmt.Sprintf("%q", text), func() bool { return strings.Contains(ty.out.String(), text) })
}
