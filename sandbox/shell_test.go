package sandbox

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// openShell opens a shell and waits for its first prompt.
func openShell(t testing.TB, l *Lab, name string, o ShellOptions) *typist {
	t.Helper()
	ty := newTypist(t, l, name, o)
	ty.awaitPrompt()
	return ty
}

func needBash(t testing.TB) {
	t.Helper()
	if !strings.HasSuffix(keeper(t).machine.shell, "bash") {
		t.Skip("this machine lacks bash")
	}
}

func TestAPromptIsMarkedWithStatusCommandAndNumber(t *testing.T) {
	needBash(t)
	ty := openShell(t, newLab(t), "a", ShellOptions{})
	last := ty.last()
	for _, c := range []struct {
		line, command string
		status        int
	}{
		{"true", "true", 0},
		{"  false ", "false", 1},
		{"sh -c 'exit 42'", "sh -c 'exit 42'", 42},
		{"kill -9 $BASHPID & wait $!", "kill -9 $BASHPID & wait $!", 137},
		{"echo 'a;b' \"c\" | cat", "echo 'a;b' \"c\" | cat", 0},
		{"nosuch", "nosuch", 127},
		{"echo é", "echo é", 0},
		{"true", "true", 0},
		{"true", "true", 0},
	} {
		_, m := ty.line(c.line)
		if !m.Prompt || m.Status != c.status || m.Command != c.command || m.Number != last.Number+1 {
			t.Errorf("%q: %+v after %+v", c.line, m, last)
		}
		last = m
	}
	// Nothing typed is nothing run: the number stays.
	if _, m := ty.line(""); m.Number != last.Number {
		t.Errorf("an empty line: %+v after %+v", m, last)
	}
	// The status is not disturbed by the mark.
	if out, _ := ty.line("(exit 3); echo $?"); !strings.Contains(out, "3\r\n") {
		t.Errorf("%q", out)
	}
	ty.line("(exit 5)")
	if out, _ := ty.line("echo was $?"); !strings.Contains(out, "was 5\r\n") {
		t.Errorf("%q", out)
	}
}

func TestACommandThatBeginsIsMarkedBeforeItPrints(t *testing.T) {
	needBash(t)
	ty := openShell(t, newLab(t), "a", ShellOptions{})
	ty.line("echo one")
	ty.mu.Lock()
	defer ty.mu.Unlock()
	n := len(ty.marks)
	if n < 3 || ty.marks[n-2].Prompt || !ty.marks[n-1].Prompt {
		t.Fatalf("%+v", ty.marks)
	}
	raw := ty.raw.String()
	mark, printed := strings.LastIndex(raw, "\x1b]7777;run"), strings.LastIndex(raw, "one\r\n")
	if mark < 0 || mark > printed {
		t.Errorf("%q", raw)
	}
}

// Nothing of the marks, not even a byte that no terminal shows, is left in the output.
func TestTheOutputIsWhatItWouldBeWithoutMarks(t *testing.T) {
	needBash(t)
	ty := openShell(t, newLab(t), "a", ShellOptions{})
	out, _ := ty.line("echo hello")
	out = strings.NewReplacer("\x1b[?2004h", "", "\x1b[?2004l", "", "\r\r\n", "\n", "\r", "").Replace(out)
	for _, c := range out {
		if c < ' ' && c != '\n' {
			t.Errorf("%q holds %q", out, c)
		}
	}
	if !strings.Contains(out, "echo hello\nhello\n") {
		t.Errorf("%q", out)
	}
}

func TestAFakedMarkIsOnlyAMark(t *testing.T) {
	ty := openShell(t, newLab(t), "a", ShellOptions{})
	before := ty.begin(`printf '\033]7777;prompt;0;  99  faked\a'; echo after` + "\n")
	ty.prompt(before, "the faked mark")
	ty.awaitOut("after\r\n")
}

func TestJobControl(t *testing.T) {
	needBash(t)
	ty := openShell(t, newLab(t), "a", ShellOptions{})

	before := ty.begin("sleep 1000\n")
	ty.awaitForeground("sleep")
	ty.typed("\x03")
	if _, m := ty.prompt(before, "Ctrl-C"); m.Status != 130 {
		t.Errorf("after Ctrl-C: %+v", m)
	}

	before = ty.begin("sleep 1001\n")
	ty.awaitForeground("sleep")
	ty.typed("\x1a")
	if out, m := ty.prompt(before, "Ctrl-Z"); m.Status != 148 || !strings.Contains(out, "Stopped") {
		t.Errorf("after Ctrl-Z: %+v %q", m, out)
	}
	if p := byComm(t, snap(t, ty.sh.lab), "sleep"); p.State != "T" {
		t.Errorf("sleep is in state %s", p.State)
	}
	if out, _ := ty.line("jobs"); !strings.Contains(out, "[1]+  Stopped                 sleep 1001") {
		t.Errorf("jobs: %q", out)
	}
	before = ty.begin("fg\n")
	ty.awaitForeground("sleep")
	eventually(t, "sleep goes on", func() bool { return byComm(t, snap(t, ty.sh.lab), "sleep").State == "S" })
	ty.typed("\x03")
	ty.prompt(before, "fg and Ctrl-C")
	if out, _ := ty.line("jobs; echo none"); !strings.Contains(out, "none\r\n") || strings.Contains(out, "sleep") {
		t.Errorf("jobs: %q", out)
	}

	ty.line("sleep 1002 &")
	if out, _ := ty.line("jobs"); !strings.Contains(out, "Running") {
		t.Errorf("jobs: %q", out)
	}
	if _, m := ty.line("kill %1; wait %1"); m.Status != 143 {
		t.Errorf("%+v", m)
	}
}

func (ty *typist) awaitForeground(comm string) Foreground {
	ty.t.Helper()
	var f Foreground
	eventually(ty.t, comm+" in front", func() bool {
		var err error
		if f, err = ty.sh.Foreground(); err != nil {
			ty.t.Fatal(err)
		}
		return f.Comm == comm
	})
	return f
}

func TestAShellLeadsASessionWithATerminal(t *testing.T) {
	l := newLab(t)
	a, b := openShell(t, l, "a", ShellOptions{}), openShell(t, l, "b", ShellOptions{})
	s := snap(t, l)
	for name, ty := range map[string]*typist{"a": a, "b": b} {
		p, ok := s.Shell(name)
		if !ok || p.PID != ty.sh.LabPID || p.Session != p.PID || p.Group != p.PID || p.Parent != 0 || p.MachinePID != ty.sh.PID {
			t.Errorf("shell %s: %+v", name, p)
		}
	}
	if out, m := a.line("echo x > /dev/tty"); !strings.Contains(out, "\nx\r\n") || m.Status != 0 {
		t.Errorf("%q %+v", out, m)
	}
	_ = b.sh.Close()
	<-b.sh.Done()
	if _, ok := snap(t, l).Shells["b"]; ok {
		t.Error("a shell that has ended is in the snapshot")
	}
	c, err := l.NewShell("b", ShellOptions{})
	if err != nil {
		t.Fatalf("the name of a shell that has ended: %v", err)
	}
	_ = c.Close()
}

func TestTheTerminalHasTheSizeItIsGiven(t *testing.T) {
	needBash(t)
	l := newLab(t)
	ty := openShell(t, l, "a", ShellOptions{Rows: 30, Cols: 100})
	if out, _ := ty.line("stty size"); !strings.Contains(out, "30 100\r\n") {
		t.Errorf("%q", out)
	}
	before := ty.begin("trap 'stty size; got=1' WINCH; echo set; while [ -z \"$got\" ]; do :; done\n") // with nobody else in front
	ty.awaitOut("\nset\r\n")
	if err := ty.sh.Resize(40, 120); err != nil {
		t.Fatal(err)
	}
	if out, _ := ty.prompt(before, "SIGWINCH"); !strings.Contains(out, "40 120\r\n") {
		t.Errorf("%q", out)
	}
	if out, _ := openShell(t, l, "b", ShellOptions{}).line("stty size; echo $TERM"); !strings.Contains(out, "24 80\r\ndumb\r\n") {
		t.Errorf("%q", out)
	}
}

func TestAShellWithFlagsIsIsolated(t *testing.T) {
	l := newLab(t)
	host := openShell(t, l, "host", ShellOptions{})
	ty := openShell(t, l, "isolated", ShellOptions{Flags: unix.CLONE_NEWUTS, Term: "xterm", Env: []string{"A=b c"}})
	ty.line("hostname other")
	if out, _ := ty.line("hostname; echo $TERM $A $SHELL"); !strings.Contains(out, "other\r\nxterm b c ") {
		t.Errorf("%q", out)
	}
	if out, _ := host.line("hostname"); !strings.Contains(out, "host\r\n") {
		t.Errorf("%q", out)
	}
	s := snap(t, l)
	p, _ := s.Shell("isolated")
	if p.NS.UTS == s.Host.UTS || s.UTS[p.NS.UTS] != (snapshot.UTSNS{HostName: "other", DomainName: "(none)"}) || s.UTS[s.Host.UTS].HostName != "host" {
		t.Errorf("%+v, %+v", p.NS, s.UTS)
	}
}

func TestExitEndsAShell(t *testing.T) {
	ty := openShell(t, newLab(t), "a", ShellOptions{})
	ty.typed("exit 7\n")
	within(t, patience, "the end after exit", func() {
		if status, err := ty.sh.Wait(); status != 7 || err != nil {
			t.Errorf("status %d, %v", status, err)
		}
	})
	ty.mu.Lock()
	defer ty.mu.Unlock()
}

func TestClosingAShellHangsUpWhatRunsInIt(t *testing.T) {
	l := newLab(t)
	ty := openShell(t, l, "a", ShellOptions{})
	ty.begin("sleep 1000\n")
	ty.awaitForeground("sleep")
	_ = ty.sh.Close()
	<-ty.sh.Done()
	eventually(t, "sleep has gone", func() bool { return len(snap(t, l).Procs) == 1 })
	if err := ty.sh.Close(); err == nil {
		t.Log("closed twice without an error")
	}
}

// Who is in front, and whether it waits to be typed to.
func TestForeground(t *testing.T) {
	l := newLab(t)
	vi := ""
	for _, path := range []string{"/usr/bin/vi", "/usr/bin/vim"} {
		if _, err := os.Stat(path); err == nil {
			vi = path
		}
	}
	for _, c := range []struct {
		program      string
		args         []string
		comm         string
		waiting, raw bool
	}{
		{"/bin/bash", []string{"bash", "--norc"}, "bash", true, true},
		{"/bin/dash", []string{"dash"}, "dash", true, false},
		{"busybox", []string{toolsLib + "/busybox", "ash"}, "busybox", true, true},
		{"/bin/cat", []string{"cat"}, "cat", true, false},
		{"/bin/sleep", []string{"sleep", "1000"}, "sleep", false, false},
		{vi, []string{"vi", "-u", "NONE"}, "vi", true, true},
		{"/bin/sh", []string{"sh", "-c", "while :; do :; done"}, "sh", false, false},
	} {
		t.Run(c.comm, func(t *testing.T) {
			if c.program == "busybox" {
				needBusybox(t)
			} else {
				needProgram(t, c.program)
			}
			ty := newTypist(t, l, "f-"+c.comm, ShellOptions{Args: c.args})
			var f Foreground
			what := fmt.Sprintf("%s waiting %v, raw %v", c.comm, c.waiting, c.raw)
			eventually(t, what, func() bool {
				var err error
				if f, err = ty.sh.Foreground(); err != nil {
					t.Fatal(err)
				}
				return strings.HasPrefix(f.Comm, c.comm) && f.Waiting == c.waiting && f.Raw == c.raw
			})
			if f.Leader != ty.sh.PID {
				t.Errorf("the leader is %d, the shell %d", f.Leader, ty.sh.PID)
			}
		})
	}
}

func TestAProgramStartedInAShellIsInFront(t *testing.T) {
	ty := openShell(t, newLab(t), "a", ShellOptions{})
	before := ty.begin("cat\n")
	f := ty.awaitForeground("cat")
	if f.Leader == ty.sh.PID {
		t.Error("cat is the shell")
	}
	ty.typed("x\n")
	ty.awaitOut("x\r\nx\r\n")
	ty.typed("\x04")
	ty.prompt(before, "Ctrl-D")
	if f := ty.awaitForeground("bash"); f.Leader != ty.sh.PID {
		t.Errorf("in front is %+v", f)
	}
}

func TestAShellOpenedInAShellPrintsMarks(t *testing.T) {
	needBash(t)
	l := newLab(t)
	ty := openShell(t, l, "a", ShellOptions{})
	for _, inner := range []string{"bash", "unshare --uts bash", "unshare --fork --pid --mount-proc bash", "sudo -s", "dash", "sh"} {
		if strings.HasPrefix(inner, "dash") {
			if _, err := os.Stat("/bin/dash"); err != nil {
				continue
			}
		}
		_, m := ty.line(inner)
		if !m.Prompt {
			t.Errorf("%s: %+v", inner, m)
		}
		if _, m := ty.line("(exit 9)"); m.Status != 9 {
			t.Errorf("in %s: %+v", inner, m)
		}
		if _, m := ty.line("exit 4"); m.Status != 4 {
			t.Errorf("after %s: %+v", inner, m)
		}
	}
}

func TestAShellThatLeavesSomethingBehindHasEnded(t *testing.T) {
	l := newLab(t)
	sh, err := l.NewShell("host", ShellOptions{Args: []string{"sh", "-c", "trap '' HUP; sleep 1000 & echo the last word"}})
	if err != nil {
		t.Fatal(err)
	}
	var out []byte
	within(t, patience, "the end of what it prints", func() { out, _ = io.ReadAll(sh) })
	if !strings.Contains(string(out), "the last word") {
		t.Errorf("it printed %q", out)
	}
}
