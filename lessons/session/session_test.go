package session

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/data"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/session/screen"
	"github.com/nslab/nslab/sandbox"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// named is satisfied when some UTS namespace but the host's has the name.
func named(name string) checks.Check {
	return func(v *checks.View) checks.Finding {
		f := checks.Finding{Key: "named"}
		for inode, uts := range v.Now.UTS {
			if inode != v.Now.Host.UTS && uts.HostName == say.Fill(name, v.Params) {
				f.Satisfied = true
			}
		}
		return f
	}
}

var lesson = &lessons.Lesson{
	Name:   "trial",
	Shells: []lessons.Shell{{Name: "isolated", Flags: unix.CLONE_NEWUTS}, {Name: "host"}},
	Params: []lessons.Param{{Name: "name", Default: "first"}},
	Watch:  []string{"/root/{{name}}.txt"},
	Provide: []lessons.File{{Path: "/root/sub/given.txt", Content: func() ([]byte, error) {
		return []byte(strings.Repeat("given\n", 50000)), nil
	}}},
	Steps: []lessons.Step{
		{Name: "one", Check: named("{{name}}")},
		{Name: "two", Check: named("second")},
		{Name: "never", Check: named("never"), Needs: []string{"tool:no-such-tool|nor-this"}},
		{Name: "ask", Question: true, Check: func(v *checks.View) checks.Finding {
			return checks.Finding{Key: "ask", Satisfied: v.Answer == "42"}
		}},
		{Name: "seen", Check: func(v *checks.View) checks.Finding {
			f := checks.Finding{Key: "seen"}
			for _, s := range v.Seen {
				f.Satisfied = f.Satisfied || named("fleeting")(&checks.View{Now: s, Params: v.Params}).Satisfied
			}
			return f
		}},
	},
}

// play opens the trial lesson.
func play(t testing.TB, o Options) *Session {
	t.Helper()
	ko := sandbox.KeeperOptions{}
	if b, err := data.Busybox(); err == nil {
		ko.BusyBox, ko.Applets = b, data.Applets()
	}
	k, err := sandbox.NewKeeper(ko)
	if err != nil {
		t.Fatal(err)
	}
	o.Keeper = k
	if o.Lesson == nil {
		o.Lesson = lesson
	}
	if o.Term == "" {
		o.Term, o.Rows, o.Cols = "dumb", 50, 500
	}
	s, err := Open(o)
	if err != nil {
		_ = k.Close()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func shell(t testing.TB, s *Session, name string) *Shell {
	t.Helper()
	sh, err := s.Shell(name)
	if err != nil {
		t.Fatal(err)
	}
	return sh
}

func run(t testing.TB, sh *Shell, line string) Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	r, err := sh.Run(ctx, line)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return r
}

func TestRunReturnsWhatTheTerminalShowedAndTheStatus(t *testing.T) {
	s := play(t, Options{})
	host := shell(t, s, "host")
	has := s.Lab.Has
	for _, c := range []struct {
		line, output string
		status       int
	}{
		{"echo hello", "hello\n", 0},
		{"false", "", 1},
		{"printf 'no newline'", "no newline", 0},
		{"(exit 42)", "", 42},
		{"echo a; echo b >&2", "a\nb\n", 0},
		{"true; # a comment", "", 0},
		{"for i in 1 2 3; do echo $i; done", "1\n2\n3\n", 0},
		{`printf '\033[31mred\033[0m\n\033]0;title\007'`, "red\n", 0},
		{"wc -l < sub/given.txt", "50000\n", 0},
		{"seq 20000 | tail -n 1", "20000\n", 0},
		// A shell in a shell stays the same shell.
		{"bash", "", 0},
		{"echo inner $SHLVL", "inner 2\n", 0},
		{"exit 3", "exit\n", 3},
		{"echo outer", "outer\n", 0},
		// A POSIX shell marks its prompts by way of ENV.
		{"sh", "", 0},
		{"false", "", 1},
		{"echo posix", "posix\n", 0},
		{"exit 4", "", 4},
		// One that prints no mark is known by being asleep.
		{"env -i PATH=$PATH sh", "", 0},
		{"echo bare", "bare\n", 0},
		{"(exit 9)", "", 9},
		{"exit 5", "", 5},
		{"bash --norc", "", 0},
		{"echo norc", "norc\n", 0},
		{"exit 6", "exit\n", 6},
		{"/opt/nslab/busybox/sh", "", 0},
		{"echo ash; false", "ash\n", 1},
		{"env -i PATH=$PATH /opt/nslab/busybox/sh", "", 0},
		{"echo bare ash", "bare ash\n", 0},
		{"exit 7", "", 7},
		{"exit 8", "", 8},
		{"echo end", "end\n", 0},
	} {
		if strings.Contains(c.line, "/opt/nslab/busybox/sh") && !has("busybox") {
			t.Skip("no BusyBox: make data")
		}
		if r := run(t, host, c.line); r.Output != c.output || r.Status != c.status {
			// What a shell within a shell began with is not the point.
			if c.output == "" && r.Status == c.status && strings.HasPrefix(c.line, "exit") {
				continue
			}
			t.Errorf("%s: printed %q with status %d; want %q with status %d", c.line, r.Output, r.Status, c.output, c.status)
		}
	}
}

func TestInterruptEndsWhatDoesNotEnd(t *testing.T) {
	s := play(t, Options{})
	host := shell(t, s, "host")
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := host.Start(ctx, "echo begun; sleep 1000"); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool {
		snap, err := s.Look(0)
		return err == nil && slices.ContainsFunc(snap.Procs, func(p snapshot.Process) bool { return p.Comm == "sleep" })
	})
	r, err := host.Interrupt(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if r.Status != 130 {
		t.Errorf("sleep ended with status %d after Ctrl-C, want 130", r.Status)
	}
	if r := run(t, host, "echo on"); r.Output != "on\n" {
		t.Errorf("after Ctrl-C: %+v", r)
	}
}

// waitFor waits until f holds, and fails when it does not for long.
func waitFor(t testing.TB, f func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !f(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("waited for ten seconds")
		}
	}
}

// watcher is a viewer that keeps what it is shown.
type watcher struct {
	mu   sync.Mutex
	text strings.Builder
	gone bool
}

func (v *watcher) Begin(sc *screen.Screen) {
	v.mu.Lock()
	v.text.WriteString(strings.TrimRight(strings.Join(sc.Text(), "\r\n"), "\r\n"))
	v.mu.Unlock()
}
func (v *watcher) Show(_ *screen.Screen, p []byte, _ bool) {
	v.mu.Lock()
	v.text.Write(p)
	v.mu.Unlock()
}
func (v *watcher) Gone(*Shell) { v.mu.Lock(); v.gone = true; v.mu.Unlock() }
func (v *watcher) String() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.text.String()
}

// announce writes steps as <one done, next two>.
func announce(done []Done, next *lessons.Step) []byte {
	text := "<"
	for _, d := range done {
		text += d.Step.Name + " done, "
	}
	if next == nil {
		return []byte(text + "end>")
	}
	return []byte(text + "next " + next.Name + ">")
}

func TestAStepIsAnnouncedOnceBeforeThePrompt(t *testing.T) {
	var calls []string
	s := play(t, Options{Announce: announce, OnDone: func(step *lessons.Step, _ checks.Finding) { calls = append(calls, step.Name) }})
	sh := shell(t, s, "isolated")
	v := &watcher{}
	if err := sh.Watch(v); err != nil {
		t.Fatal(err)
	}
	run(t, sh, "true")
	if strings.Contains(v.String(), "<") {
		t.Fatalf("announced before anything was done: %q", v)
	}
	run(t, sh, "hostname first")
	run(t, sh, "hostname second")
	if got := strings.Count(v.String(), "<one done, next two>"); got != 1 {
		t.Errorf("step one was announced %d times: %q", got, v)
	}
	// The step that the machine lacks a tool for is left out.
	if got := strings.Count(v.String(), "<two done, next ask>"); got != 1 {
		t.Errorf("step two was announced %d times: %q", got, v)
	}
	if strings.Contains(v.String(), "7777") {
		t.Errorf("a mark was shown: %q", v)
	}
	if s.Missing("never") == "" || s.Missing("one") != "" {
		t.Errorf("missing: never %q, one %q", s.Missing("never"), s.Missing("one"))
	}
	if f, err := s.Answer("ask", "41"); err != nil || f.Satisfied {
		t.Errorf("a wrong answer: %+v, %v", f, err)
	}
	if f, err := s.Answer("ask", "42"); err != nil || !f.Satisfied {
		t.Errorf("the right answer: %+v, %v", f, err)
	}
	if _, err := s.Answer("one", "42"); err == nil {
		t.Error("a step that asks nothing took an answer")
	}
	if got := fmt.Sprint(calls); got != "[one two ask]" {
		t.Errorf("OnDone was called for %s", got)
	}
}

func TestWhatComesLaterIsAnnouncedAtThePromptThatStands(t *testing.T) {
	s := play(t, Options{Announce: announce})
	sh := shell(t, s, "isolated")
	v := &watcher{}
	if err := sh.Watch(v); err != nil {
		t.Fatal(err)
	}
	run(t, sh, "(sleep 0.3; hostname first) >/dev/null 2>&1 &")
	waitFor(t, func() bool { return strings.Contains(v.String(), "<one done, next two>") })
	waitFor(t, func() bool { return strings.HasSuffix(v.String(), "root@host:~# ") })
}

func TestWhatIsBeingTypedIsNotDisturbed(t *testing.T) {
	s := play(t, Options{Announce: announce})
	sh := shell(t, s, "isolated")
	v := &watcher{}
	if err := sh.Watch(v); err != nil {
		t.Fatal(err)
	}
	run(t, sh, "(until [ -e /tmp/go ]; do sleep 0.01; done; hostname first) >/dev/null 2>&1 &")
	if err := sh.Type([]byte("echo half")); err != nil {
		t.Fatal(err)
	}
	if err := s.Lab.WriteFile("/tmp/go", nil); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool { _, ok := s.IsDone("one"); return ok })
	waitFor(t, func() bool { return strings.Contains(v.String(), "echo half") })
	if strings.Contains(v.String(), "<") {
		t.Errorf("announced into a line that was being typed: %q", v)
	}
	if err := sh.Type([]byte(" done\r")); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool { return strings.Contains(v.String(), "half done\r\n<one done, next two>") })
}

func TestWhatWasThereForAMomentIsRemembered(t *testing.T) {
	s := play(t, Options{Announce: announce})
	sh := shell(t, s, "host")
	run(t, sh, "unshare --uts sh -c 'hostname fleeting; sleep 0.3'")
	f, err := s.Check("seen", 0)
	if err != nil || !f.Satisfied {
		t.Errorf("the namespace that lasted 0.3 seconds was not seen: %+v, %v", f, err)
	}
}

func TestAShellThatEndedIsOpenedAgain(t *testing.T) {
	s := play(t, Options{})
	old := shell(t, s, "isolated")
	v := &watcher{}
	if err := old.Watch(v); err != nil {
		t.Fatal(err)
	}
	run(t, old, "exit")
	waitFor(t, func() bool { v.mu.Lock(); defer v.mu.Unlock(); return v.gone })
	if err := old.Type([]byte("x")); err != ErrEnded {
		t.Errorf("typing into it: %v", err)
	}
	sh := shell(t, s, "isolated")
	if sh == old {
		t.Fatal("the same shell came back")
	}
	if r := run(t, sh, "echo back"); r.Output != "back\n" {
		t.Errorf("the new shell: %+v", r)
	}
	// Its namespaces are nslab's, as if they had been there from the start.
	snap, err := s.Look(0)
	if err != nil {
		t.Fatal(err)
	}
	p, ok := snap.Shell("isolated")
	if !ok || !slices.ContainsFunc(s.start.Procs, func(q snapshot.Process) bool { return q.NS.UTS == p.NS.UTS }) {
		t.Errorf("the namespaces of the shell that was opened again count as the learner's")
	}
}

func TestWhatALessonGivesAndWatches(t *testing.T) {
	s := play(t, Options{Params: map[string]string{"name": "other"}})
	if _, err := os.Stat("/root/sub/given.txt"); err == nil {
		t.Error("the file was made on the machine")
	}
	sh := shell(t, s, "host")
	run(t, sh, "echo 12345 > other.txt")
	snap, err := s.Look(0)
	if err != nil {
		t.Fatal(err)
	}
	if f := snap.Files["/root/other.txt"]; f.Size != 6 {
		t.Errorf("files: %+v", snap.Files)
	}
	if _, err := Open(Options{Keeper: s.o.Keeper, Lesson: lesson, Params: map[string]string{"nothing": "x"}}); err == nil {
		t.Error("an unknown parameter was taken")
	}
}

func TestDoneStaysDone(t *testing.T) {
	s := play(t, Options{Done: []string{"one"}})
	if step := s.Step(); step == nil || step.Name != "two" {
		t.Errorf("the open step is %v", step)
	}
	if f, err := s.Check("one", 0); err != nil || !f.Satisfied {
		t.Errorf("a step done in an earlier session: %+v, %v", f, err)
	}
	s.Reopen("one")
	if f, err := s.Check("one", 0); err != nil || f.Satisfied {
		t.Errorf("a step that was opened again: %+v, %v", f, err)
	}
	if _, err := s.Check("nothing", 0); err == nil {
		t.Error("an unknown step was checked")
	}
}

// BenchmarkTick is the time from the mark of a prompt to the announcement of the step it completed.
func BenchmarkTick(b *testing.B) {
	s := play(b, Options{Announce: announce, Params: map[string]string{"name": "first"}})
	sh := shell(b, s, "isolated")
	run(b, sh, "hostname first")
	var took []time.Duration
	for b.Loop() {
		s.Reopen("one")
		start := time.Now()
		text := s.prompted(sh, &sandbox.Mark{Prompt: true, Number: len(took) + 10}, true)
		took = append(took, time.Since(start))
		if !strings.Contains(string(text), "one done") {
			// watch was quicker, and has announced it at the prompt that stands.
			took = took[:len(took)-1]
		}
	}
	slices.Sort(took)
	if len(took) > 0 {
		b.ReportMetric(float64(took[len(took)/2].Microseconds()), "µs/median")
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "µs/99th")
	}
}

// greeted keeps what a viewer is shown, and how.
type greeted struct {
	whole bool
	out   []byte
}

func (*greeted) Begin(*screen.Screen) {}
func (*greeted) Gone(*Shell)          {}
func (g *greeted) Show(_ *screen.Screen, p []byte, whole bool) {
	g.whole = g.whole || whole
	g.out = append(g.out, p...)
}

// A terminal scrolls back to the beginning of a greeting that is longer than it, even if the shell has printed nothing so far.
func TestALongGreetingIsToldFromItsBeginning(t *testing.T) {
	sh := newShell(&Session{}, nil)
	var g greeted
	if err := sh.Watch(&g); err != nil {
		t.Fatal(err)
	}
	sh.Greet([]byte("the first line\r\n" + strings.Repeat("more\r\n", 40)))
	if g.whole || !strings.Contains(string(g.out), "the first line") {
		t.Errorf("only the screen as it is in the end was shown: %q", g.out)
	}
}
