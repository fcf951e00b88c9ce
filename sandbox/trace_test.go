package sandbox

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// tracedLab makes a lab that tells its system calls; the test is skipped where the machine allows none.
func tracedLab(t testing.TB) *Lab {
	t.Helper()
	k := keeper(t)
	if err := k.CanTrace(); err != nil {
		t.Skipf("no lab can be traced on this machine: %v", err)
	}
	l := newLabOf(t, k, LabOptions{Trace: true})
	if l.Trace() == nil {
		t.Fatal("the lab has no trace")
	}
	return l
}

// await waits until a trace holds a call that matches, settled.
func await(t testing.TB, l *Lab, what string, match func(snapshot.Call) bool) snapshot.Call {
	t.Helper()
	timeout := time.After(patience)
	for {
		calls, _, more := l.Trace().Since(0)
		if i := slices.IndexFunc(calls, match); i >= 0 {
			return calls[i]
		}
		select {
		case <-more:
		case <-timeout:
			t.Fatalf("no call %s within %v among %s", what, patience, callTexts(calls))
		}
	}
}

func callTexts(calls []snapshot.Call) string {
	var b strings.Builder
	for _, c := range calls {
		fmt.Fprintf(&b, "\n%d %s: %s %s", c.Seq, c.Comm, c.C(), c.Outcome)
	}
	return b.String()
}

// Every kind of call is told, with its arguments as in C and what came of it; the call itself does what it does elsewhere.
func TestTraceTellsEveryKindOfCall(t *testing.T) {
	for _, want := range callCases() {
		t.Run(want.name, func(t *testing.T) {
			l := tracedLab(t)
			in, hold, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			defer hold.Close()
			out, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer out.Close()
			p, err := l.Start(Command{Args: []string{"nslab", "probe", "call", want.name}, Stdin: in, Stdout: w, Stderr: w})
			_ = w.Close()
			if err != nil {
				t.Fatal(err)
			}
			pattern := regexp.MustCompile(`^` + want.c + `$`)
			if want.name != "execve" {
				_ = out.SetReadDeadline(time.Now().Add(patience))
				line, err := bufio.NewReader(out).ReadString('\n')
				if err != nil {
					t.Fatal(err)
				}
				text := "<nil>"
				if want.fails != nil {
					text = want.fails.Error()
				}
				if line != "returned "+text+"\n" {
					t.Errorf("the probe says %q, want %q", line, text)
				}
			}
			if want.c == "" {
				// Whatever comes behind it must be the first that is told.
				sh(t, l, "hostname mark")
				first := await(t, l, "of any kind", func(snapshot.Call) bool { return true })
				if first.Name != "sethostname" {
					t.Errorf("%s was told", first.C())
				}
			} else {
				// The last of that kind: some have to make one before.
				c := await(t, l, want.c, func(c snapshot.Call) bool {
					// A signal may have the kernel begin anew, and the first is then unseen.
					return pattern.MatchString(c.C()) && (want.lacks == "" || c.Lacks.Why == want.lacks) && (c.Outcome != snapshot.Unseen || want.outcome == snapshot.Unseen)
				})
				if c.Outcome != want.outcome || c.Lacks.Why != want.lacks {
					t.Errorf("%s: outcome %q, lacks %+v; want %q, %q", c.C(), c.Outcome, c.Lacks, want.outcome, want.lacks)
				}
				if c.PID != p.LabPID || c.MachinePID == 0 || !slices.Contains(c.Command, "probe") && c.Name != "execve" {
					t.Errorf("%s: by PID %d (%d on the machine) %q, want PID %d", c.C(), c.PID, c.MachinePID, c.Command, p.LabPID)
				}
				if c.Name == "execve" && !c.Behind {
					t.Errorf("%s: not known as the command behind unshare", c.C())
				}
				if c.Outcome == snapshot.Done && (c.Name == "unshare" || c.Name == "clone" || c.Name == "clone3") {
					for _, k := range snapshot.KindsOf(c.Flags) {
						if k != snapshot.PID && (c.After.Of(k) == 0 || c.After.Of(k) == c.NS.Of(k)) {
							t.Errorf("%s: %s namespace %d, before %d", c.C(), k, c.After.Of(k), c.NS.Of(k))
						}
					}
				}
			}
			_ = hold.Close()
			if status, err := p.Wait(); status != 0 || err != nil {
				t.Errorf("status %d, %v", status, err)
			}
		})
	}
}

// What the course has learners type is seen, nested shells and namespaces included, with the namespaces it made.
func TestTraceFollowsNestedShells(t *testing.T) {
	needProgram(t, "/usr/bin/unshare", "/usr/bin/bash")
	l := tracedLab(t)
	sh(t, l, `unshare -u bash -c 'hostname nautilus; unshare -pf --mount-proc bash -c "hostname deep; true"'`)
	calls := l.Trace().OnNamespaces()
	var got []string
	for _, c := range calls {
		got = append(got, c.C())
	}
	want := []string{
		`unshare(CLONE_NEWUTS)`, `execve("/usr/bin/bash", {"bash", "-c", `, `sethostname("nautilus", 8)`,
		`unshare(CLONE_NEWNS|CLONE_NEWPID)`, `mount("none", "/", NULL, MS_REC|MS_PRIVATE, NULL)`,
		`mount("proc", "/proc", "proc", MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL)`, `execve("/usr/bin/bash", {"bash", "-c", "hostname deep; true"`, `sethostname("deep", 4)`,
	}
	if len(got) != len(want) {
		t.Fatalf("got %s", callTexts(calls))
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("call %d: %s, want %s", i, got[i], want[i])
		}
	}
	last := await(t, l, "deep", func(c snapshot.Call) bool { return c.Target == "deep" })
	if last.Inside != 2 || last.PID <= 2 {
		t.Errorf("the last is PID %d, %d to itself", last.PID, last.Inside)
	}
}

// Threads, children and other languages' runtimes work as ever, whatever the filter does to clone3.
func TestTracedProgramsWork(t *testing.T) {
	l := tracedLab(t)
	for _, c := range []struct{ tool, script, want string }{
		{"/usr/bin/python3", `python3 -c 'import threading,subprocess
t=[threading.Thread(target=lambda: None) for _ in range(20)]
[x.start() for x in t]; [x.join() for x in t]
print(subprocess.run(["echo","hello"],capture_output=True,text=True).stdout.strip())'`, "hello"},
		{"/usr/bin/bash", `bash -c 'echo $(echo a | cat; (echo b))'`, "a b"},
		{"/usr/bin/dash", `dash -c 'echo $(echo a | cat)'`, "a"},
		{"/usr/bin/make", `cd /tmp; printf 'all:\n\t@echo made\n' >Makefile; make -s`, "made"},
		{"", `nslab probe nothing || echo go works`, "no probe nothing\ngo works"},
	} {
		if c.tool != "" {
			if _, err := os.Stat(c.tool); err != nil {
				continue
			}
		}
		if got := sh(t, l, c.script); got != c.want {
			t.Errorf("%s: %q, want %q", c.script, got, c.want)
		}
	}
	if _, err := os.Stat("/proc/self/status"); err == nil {
		status := sh(t, l, "grep -E 'NoNewPrivs|^Seccomp:' /proc/self/status")
		if status != "NoNewPrivs:\t0\nSeccomp:\t2" {
			t.Errorf("a traced process says %q", status)
		}
	}
	// The listener and the socket it came by are the keeper's alone.
	if fds := sh(t, l, "ls /proc/self/fd | tr '\\n' ' '"); fds != "0 1 2 3 " {
		t.Errorf("a traced process has the descriptors %s", fds)
	}
}

// A process that wants a listener of its own gets the kernel's error; its filters without one work.
func TestTracedProcessHasNoListenerOfItsOwn(t *testing.T) {
	l := tracedLab(t)
	// As a lab's command does, twice over.
	a, err := startApart([]string{"nslab"}, nil, l.nsFDs()...)
	if err != nil {
		t.Fatal(err)
	}
	var second ref
	mid, pid := l.enter(a.script, 0, func() {
		a.installFilter(must)
		second = a.installFilter(may)
		a.exit(0)
	})
	a.report(must)
	a.exit(0)
	<-l.keeper.furnished
	img, err := a.walk(nil)
	process, err := img.born(err, a.pid, mid, pid)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = reap(process)
	if got := unix.Errno(-img.result(second)); got != unix.EBUSY {
		t.Errorf("a second listener: %v, want EBUSY", got)
	}
}

// A flood from one shell is bounded in what is kept and counted beyond; others in the lab, and the lab's end, do not wait for it.
func TestTraceFlood(t *testing.T) {
	l := tracedLab(t)
	l.Trace().burst, l.Trace().rate = 100, 1
	out, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	p, err := l.Start(Command{Args: []string{"nslab", "probe", "flood"}, Stdout: w, Stderr: w})
	_ = w.Close()
	if err != nil {
		t.Fatal(err)
	}
	_, _ = bufio.NewReader(out).ReadString('\n')
	timeout := time.After(patience)
	for {
		calls, lost, more := l.Trace().Since(0)
		if len(calls) > 2*maxCalls {
			t.Fatalf("%d calls are kept", len(calls))
		}
		if lost > 0 {
			break
		}
		select {
		case <-more:
		case <-timeout:
			t.Fatalf("no call of a flood was left out, of %d", l.Trace().Seq())
		}
	}
	sh(t, l, "hostname calm")
	await(t, l, "of another command", func(c snapshot.Call) bool { return c.Target == "calm" })
	if _, err := l.Snapshot(); err != nil {
		t.Error(err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if status, _ := p.Wait(); status != 128+int(unix.SIGKILL) {
		t.Errorf("the flood ended with status %d", status)
	}
}

// Processes that are killed while their call waits leave nothing behind, and the next is heard.
func TestTraceOfTheKilled(t *testing.T) {
	needProgram(t, "/usr/bin/bash", "/usr/bin/unshare")
	l := tracedLab(t)
	r := run(t, l, Command{Args: []string{"bash", "-c", "for i in {1..60}; do unshare -u true & kill -9 $!; done 2>/dev/null; wait; hostname survived"}}, "")
	if r.status != 0 {
		t.Fatal(r)
	}
	await(t, l, "after the killed", func(c snapshot.Call) bool { return c.Target == "survived" && c.Outcome == snapshot.Done })
	before := openDescriptors(t)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if now := openDescriptors(t); now >= before {
		t.Errorf("%d descriptors are open when the lab has ended, %d before", now, before)
	}
}

func openDescriptors(t *testing.T) int {
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(fds)
}

// Where the keeper stands still, so do the calls that are told and nothing else; who waits can be killed; and when it goes
// on, so do they.
func TestTraceWithAKeeperThatHangs(t *testing.T) {
	needProgram(t, "/usr/bin/bash")
	k := keeper(t)
	if err := k.CanTrace(); err != nil {
		t.Skip(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	out, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	c := exec.Command(exe, "keep-traced")
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.ExtraFiles = []*os.File{w} // the lab's command writes to it, past the keeper
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	defer func() { _ = c.Process.Signal(unix.SIGCONT); _ = c.Process.Kill(); _ = c.Wait() }()
	r := bufio.NewReader(out)
	_ = out.SetReadDeadline(time.Now().Add(patience))
	read := func(want string) {
		t.Helper()
		if line, err := r.ReadString('\n'); err != nil || line != want+"\n" {
			t.Fatalf("read %q, %v; want %q", line, err, want)
		}
	}
	typeLine := func(line string) {
		t.Helper()
		if _, err := in.Write([]byte(line + "\n")); err != nil {
			t.Fatal(err)
		}
	}
	typeLine("echo ready")
	read("ready")
	typeLine("/bin/echo told")
	read("told")
	if err := c.Process.Signal(unix.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	waitStopped(t, c.Process.Pid)
	// Built into the shell: no call that is told.
	typeLine("(echo alive)")
	read("alive")
	// This one waits, and ends when it is killed.
	typeLine("/bin/echo never & kill -9 $!; wait $! 2>/dev/null; echo killed $?")
	read("killed 137")
	typeLine("/bin/echo late")
	if err := c.Process.Signal(unix.SIGCONT); err != nil {
		t.Fatal(err)
	}
	read("late")
	_ = in.Close()
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
}

func waitStopped(t *testing.T, pid int) {
	t.Helper()
	var info unix.Siginfo
	for {
		err := unix.Waitid(unix.P_PID, pid, &info, unix.WSTOPPED|unix.WNOWAIT, nil)
		if err == nil {
			return
		}
		if !errors.Is(err, unix.EINTR) {
			t.Fatal(err)
		}
	}
}

// keepTraced is the keeper that hangs: a traced lab with a shell that reads our input and writes to descriptor 3.
func keepTraced() int {
	k, err := NewKeeper(keeperOptions())
	if err == nil {
		defer k.Close()
		var l *Lab
		if l, err = k.NewLab(LabOptions{Trace: true}); err == nil {
			var p *Process
			if p, err = l.Start(Command{Args: []string{"bash"}, Stdin: os.Stdin, Stdout: os.NewFile(3, "output"), Stderr: os.Stderr}); err == nil {
				_, err = p.Wait()
			}
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// Of execve only what comes behind another call is told, and that something was started; a call that made nothing is behind nobody.
func TestTraceTellsTheCommandBehindACall(t *testing.T) {
	needProgram(t, "/usr/bin/unshare")
	l := tracedLab(t)
	_, _, more := l.Trace().Since(0)
	sh(t, l, "/bin/true; /bin/echo x; ls /")
	select {
	case <-more:
	case <-time.After(patience):
		t.Error("nothing was said to have been started")
	}
	if calls, _, _ := l.Trace().Since(0); len(calls) > 0 {
		t.Errorf("told: %s", callTexts(calls))
	}
	sh(t, l, "unshare --uts --fork sh -c '/bin/true; /bin/true'; hostname x; /bin/true")
	await(t, l, "of hostname", func(c snapshot.Call) bool { return c.Target == "x" })
	var got []string
	for _, c := range l.Trace().OnNamespaces() {
		if c.Name == "execve" {
			got = append(got, fmt.Sprint(c.Comm, " ", c.Behind, " ", c.Argv))
		}
	}
	if want := []string{"unshare true [sh -c /bin/true; /bin/true]"}; !slices.Equal(got, want) {
		t.Errorf("told: %q, want %q", got, want)
	}
}

// A lab that is not asked to does not tell.
func TestNoTraceUnlessAsked(t *testing.T) {
	l := newLab(t)
	sh(t, l, "hostname x")
	if l.Trace() != nil {
		t.Error("the lab has a trace")
	}
	calls, lost, _ := l.Trace().Since(0)
	if len(calls) != 0 || lost != 0 || l.Trace().OnNamespaces() != nil || l.Trace().Seq() != 0 {
		t.Error("a lab without a trace tells calls")
	}
}

// Of very many calls the last ones are kept.
func TestTraceKeepsTheLast(t *testing.T) {
	tr := &Trace{open: map[uint64]bool{}}
	for range 5 * maxCalls {
		tr.add(snapshot.Call{Name: "unshare"}, false)
	}
	if calls, _, _ := tr.Since(0); len(calls) < maxCalls || len(calls) > 2*maxCalls || calls[len(calls)-1].Seq != 5*maxCalls {
		t.Errorf("%d calls are kept", len(calls))
	}
	// One that is not settled holds up those behind it, for they are told in order.
	last := tr.Seq()
	open := tr.add(snapshot.Call{Name: "unshare"}, true)
	tr.add(snapshot.Call{Name: "mount"}, false)
	if calls, _, _ := tr.Since(last); len(calls) != 0 {
		t.Errorf("told: %s", callTexts(calls))
	}
	tr.settle(open, func(c *snapshot.Call) { c.Outcome = snapshot.Done })
	if calls, _, _ := tr.Since(last); len(calls) != 2 || calls[0].Outcome != snapshot.Done {
		t.Errorf("told: %s", callTexts(calls))
	}
}

func FuzzTaskStatus(f *testing.F) {
	seedFile(f, "/proc/self/status")
	f.Add("Name:\ta\\nTgid: 7\nTgid:\t1\nPPid:\t0\nUid:\t0 0 0 0\nNStgid:\t5 4\nThreads:\t1\nCapEff:\t1ff\n")
	f.Fuzz(func(t *testing.T, s string) {
		st, err := parseTaskStatus(s)
		if err == nil && strings.Contains(st.comm, "\n") && !strings.Contains(s, `\`) {
			t.Errorf("%q of %q", st.comm, s)
		}
	})
}

func FuzzFlagText(f *testing.F) {
	f.Add(uint64(0))
	f.Add(uint64(unix.CLONE_NEWUTS | 0x4))
	f.Fuzz(func(t *testing.T, flags uint64) {
		s := flagText(flags, nsBits)
		if s == "" || flags == 0 && s != "0" {
			t.Errorf("%#x: %q", flags, s)
		}
	})
}
