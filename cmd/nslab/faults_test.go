package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Here the kernel answers nslab's own system calls with errors, one at a time, and ends nslab at each of them: strace(1), option
// --inject, sees to it. (What the processes on their way into a lab call is spoilt in package sandbox.) Two things are
// done: one command in a lab, and a lesson with a step done in it, on a terminal.
//
// What must hold each time: nslab does what it was asked for, or says in a sentence why not and ends with status 2; it does not hang, nor
// panic; when it has ended nothing of it is there, no process, no mount, no file but the state; the state is whole, and
// nothing that was in it before is lost; the terminal is as it was, unless nslab was killed.
//
// By default a few of all faults are tried, spread over all; with NSLAB_FAULTS=300 so many of each kind, with NSLAB_FAULTS=all every
// one (an hour).

// programFaults are the calls that nslab makes for its own ends, and what the kernel may say to each. Calls without which Go's
// own runtime gives up (futex, mmap, eventfd2 ...) are not among them.
var programFaults = map[string][]string{
	"openat": {"EMFILE", "EACCES"}, "newfstatat": {"EACCES"}, "readlinkat": {"EACCES"}, "getdents64": {"ENOMEM"}, "faccessat": {"EACCES"},
	"socketpair": {"EMFILE"}, "socket": {"EMFILE"}, "bind": {"EADDRINUSE"}, "listen": {"EADDRINUSE"}, "accept4": {"EMFILE"}, "connect": {"EACCES"},
	"sendto": {"ENOBUFS"}, "recvfrom": {"ENOMEM"}, "recvmsg": {"ENOMEM"}, "setsockopt": {"ENOMEM"}, "getsockopt": {"ENOMEM"},
	"wait4": {"EINTR", "ECHILD"}, "waitid": {"EINTR"}, "pidfd_open": {"EMFILE", "ENOSYS"}, "kill": {"EPERM"}, "ioctl": {"EIO"}, "poll": {"EINTR", "ENOMEM"},
	"fcntl": {"EMFILE"}, "memfd_create": {"EMFILE", "EACCES"}, "prctl": {"EPERM"},
	"mkdirat": {"ENOSPC"}, "renameat": {"EROFS"}, "unlinkat": {"EROFS"}, "fsync": {"EIO"}, "flock": {"ENOLCK"}, "fchmodat": {"EPERM"},
	"execve": {"ENOMEM"}, "execveat": {"ENOMEM", "EACCES"}, "clone": {"EAGAIN"}, "unshare": {"ENOSPC"}, "setns": {"ENOMEM"},
}

// act is something that nslab is asked to do.
type act struct {
	name string
	args []string
	// typed is what is typed into its terminal, each line when what stands before it has been printed; none where that is empty.
	typed [][2]string
	// done is what its output then has.
	done string
}

var acts = []act{
	{"exec", []string{"exec", "--tools", "busybox", "--", "echo", "it-worked"}, nil, "it-worked"},
	{"run", []string{"run", "uts"}, [][2]string{{"(isolated) root@host", "hostname nautilus"}, {"rename: done", "exit"},
		{"you are in the shell host", "exit"}}, "rename: done"},
}

// performance is what came of it.
type performance struct {
	out     string
	status  int
	killed  bool
	hung    bool
	waited  bool   // until its terminal ended
	changed string // what is not with the terminal as it was
}

// ended returns how it ended, or what is wrong with that.
func (p *performance) verdict(a act) (verdict string, bad bool) {
	said := regexp.MustCompile(`nslab: .+ .+ .+`).FindString(p.out)
	switch {
	case p.hung:
		return "hangs", true
	case strings.Contains(p.out, "runtime.checkfds"):
		return "is never begun by Go's runtime", false
	case strings.Contains(p.out, "goroutine ") || strings.Contains(p.out, "panic:") || strings.Contains(p.out, "fatal error:"):
		return "panics", true
	case p.killed:
		return "killed", false
	case p.changed != "":
		return "leaves the terminal in another mode: " + p.changed, true
	case strings.Contains(p.out, a.done):
		return "works", false
	case p.status != 0 && said != "":
		return "fails, and tells", false
	case a.typed == nil && (p.status == 128+int(unix.SIGKILL) || p.status == 1 && p.out != ""):
		return "passes on how the command in the lab ended", false // it was the one that was hit
	case p.waited && p.status == 128+int(unix.SIGHUP):
		return "waits, and ends with its terminal", false
	case p.status == 0 && a.typed != nil:
		return "works", false // the lesson was left before it saw the step done
	}
	return fmt.Sprintf("ends with status %d and tells nothing", p.status), true
}

// perform does it under strace with these options.
func perform(t *testing.T, a act, state string, options ...string) *performance {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	nslab := filepath.Join(bin, "nslab")
	if err := os.Symlink(self, nslab); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("strace", append(append([]string{"-f", "-qqq"}, options...), append([]string{nslab}, a.args...)...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + bin, "XDG_STATE_HOME=" + state, "LANG=C.UTF-8", "TERM=xterm", "TMPDIR=" + filepath.Join(state, "tmp"), "XDG_RUNTIME_DIR=" + filepath.Join(state, "run")}
	cmd.Dir = bin
	var p performance
	var out bytes.Buffer
	read := make(chan struct{})
	end := func() {}
	var modes func() string
	if a.typed == nil {
		pr, pw, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Stdout, cmd.Stderr = pw, pw
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		_ = pw.Close()
		go func() { defer close(read); _, _ = io.Copy(&out, pr); _ = pr.Close() }()
	} else {
		master, slave, err := openPTY()
		if err != nil {
			t.Fatal(err)
		}
		defer slave.Close()
		if err := unix.IoctlSetWinsize(int(slave.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80}); err != nil {
			t.Fatal(err)
		}
		before, err := unix.IoctlGetTermios(int(slave.Fd()), unix.TCGETS)
		if err != nil {
			t.Fatal(err)
		}
		modes = func() string {
			after, err := unix.IoctlGetTermios(int(slave.Fd()), unix.TCGETS)
			if err != nil || *after != *before {
				return fmt.Sprintf("%+v, was %+v, %v", after, before, err)
			}
			return ""
		}
		cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		end = func() { _ = master.Close() }
		go func() {
			defer close(read)
			buf := make([]byte, 4096)
			lines, from := a.typed, 0
			for {
				n, err := master.Read(buf)
				out.Write(buf[:n])
				if err != nil {
					return
				}
				if len(lines) == 0 {
					continue
				}
				if i := strings.Index(out.String()[from:], lines[0][0]); i >= 0 {
					from += i
					_, _ = io.WriteString(master, lines[0][1]+"\n")
					lines = lines[1:]
				}
			}
		}()
		defer slave.Close()
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	// wait does meanwhile what a machine's init does: the dead that nslab leaves are ours.
	wait := func() (err error, over bool) {
		for limit := time.Now().Add(patience); time.Now().Before(limit); {
			select {
			case err = <-ended:
				return err, true
			case <-time.After(10 * time.Millisecond):
				for _, pid := range children(os.Getpid()) {
					if pid != cmd.Process.Pid {
						_, _ = unix.Wait4(pid, nil, unix.WALL|unix.WNOHANG, nil)
					}
				}
			}
		}
		return nil, false
	}
	err, over := wait()
	if !over {
		// What is not done by now may wait for a person: then the end of the terminal ends it, as a person's going would.
		end()
		p.waited, modes = true, nil
		err, over = wait()
	}
	if !over {
		p.hung = true
		for _, pid := range children(os.Getpid()) {
			_ = unix.Kill(pid, unix.SIGKILL)
		}
		err, _ = wait()
	}
	if modes != nil {
		p.changed = modes()
	}
	if a.typed != nil {
		// The reader gets to the end when the last who has the terminal is gone: that is us.
		_ = cmd.Stdin.(*os.File).Close()
	}
	select {
	case <-read:
	case <-time.After(patience):
		p.hung = true
	}
	end()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		ws := exit.Sys().(syscall.WaitStatus)
		p.status, p.killed = ws.ExitStatus(), ws.Signaled()
	} else if err != nil {
		t.Fatal(err)
	}
	p.out = out.String()
	return &p
}

// children are a process's children; ours are also those that a killed nslab left.
func children(of int) (all []int) {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", of))
	for _, task := range tasks {
		b, _ := os.ReadFile(task)
		for f := range strings.FieldsSeq(string(b)) {
			var pid int
			if _, err := fmt.Sscan(f, &pid); err == nil {
				all = append(all, pid)
			}
		}
	}
	return all
}

// stateFile are the names of what nslab keeps (nslab help files), and of what it was about to.
var stateFile = regexp.MustCompile(`^(progress\.json(\.tmp)?|progress\.lock|typed-uts\.jsonl|session\.socket)$`)

// nothingLeft waits until what comes from nslab has gone, and looks at what else it could have left.
func nothingLeft(t *testing.T, where, state string, mounts []byte) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		_, err := unix.Wait4(-1, nil, unix.WALL|unix.WNOHANG, nil)
		if err == unix.ECHILD {
			break
		}
		if time.Now().After(end) {
			for _, pid := range children(os.Getpid()) {
				b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
				t.Errorf("%s: process %d (%q) is left", where, pid, b)
				_ = unix.Kill(pid, unix.SIGKILL)
			}
			break
		}
	}
	if now, err := os.ReadFile("/proc/self/mountinfo"); err != nil || !bytes.Equal(now, mounts) {
		t.Errorf("%s: mounts are left:\n%s\nwere\n%s", where, now, mounts)
	}
	if groups, _ := filepath.Glob("/sys/fs/cgroup/*/nslab-*"); len(groups) > 0 {
		t.Logf("%s: cgroups, which the next nslab removes: %v", where, groups)
	}
	entries, err := os.ReadDir(filepath.Join(state, "nslab"))
	if err != nil {
		t.Errorf("%s: the state folder: %v", where, err)
	}
	for _, e := range entries {
		if !stateFile.MatchString(e.Name()) {
			t.Errorf("%s: the state folder has %s", where, e.Name())
		}
	}
	if files, err := os.ReadDir(filepath.Join(state, "tmp")); err != nil || len(files) > 0 {
		t.Errorf("%s: files for the time being: %v, %v", where, files, err)
	}
	var progress struct {
		Lessons map[string]struct {
			Steps map[string]struct{ Attempts int }
		}
	}
	b, err := os.ReadFile(filepath.Join(state, "nslab", "progress.json"))
	if err == nil {
		err = json.Unmarshal(b, &progress)
	}
	if err != nil || progress.Lessons["pid"].Steps["first"].Attempts != 7 {
		t.Errorf("%s: the progress: %s, %v", where, b, err)
	}
}

// earlier is a state folder with something in it.
func earlier(t *testing.T) string {
	t.Helper()
	state := t.TempDir()
	for _, dir := range []string{"nslab", "tmp", "run"} {
		if err := os.Mkdir(filepath.Join(state, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(state, "nslab", "progress.json"), []byte(`{"version":1,"lessons":{"pid":{"steps":{"first":{"attempts":7}}}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	return state
}

// callsOf does an act without a fault, and returns how often the thread that makes a call most often makes it.
func callsOf(t *testing.T, a act) map[string]int {
	t.Helper()
	log := filepath.Join(t.TempDir(), "calls")
	if p := perform(t, a, earlier(t), "-o", log); !strings.Contains(p.out, a.done) || p.status != 0 {
		t.Skipf("%s does not work here under strace: status %d\n%s", a.name, p.status, p.out)
	}
	b, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	each := map[[2]string]int{}
	for _, m := range regexp.MustCompile(`(?m)^(\d+) +(\w+)\(`).FindAllStringSubmatch(string(b), -1) {
		each[[2]string{m[1], m[2]}]++
	}
	most := map[string]int{}
	for k, n := range each {
		most[k[1]] = max(most[k[1]], n)
	}
	return most
}

func needStrace(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("this machine lacks strace, which makes system calls fail")
	}
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0) })
}

// spoilt tries faults, in the form of strace's --inject and in a way to say them, and lists what came of them.
func spoilt(t *testing.T, a act, injections []string) {
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	most := 6
	if list := os.Getenv("NSLAB_FAULTS"); list == "all" {
		most = len(injections)
	} else if n, err := strconv.Atoi(list); err == nil {
		most = n
	}
	step := max(1, len(injections)/most)
	came := map[string]int{}
	for i := 0; i < len(injections); i += step {
		state := earlier(t)
		start := time.Now()
		p := perform(t, a, state, "-o", "/dev/null", "-e", "trace="+strings.Split(injections[i], ":")[0], "--inject="+injections[i])
		verdict, bad := p.verdict(a)
		came[verdict]++
		where := a.name + ", " + injections[i]
		if bad {
			t.Errorf("%s: %s, after %v:\n%s", where, verdict, time.Since(start), p.out)
		} else if testing.Verbose() {
			t.Logf("%s: %s %q", where, verdict, regexp.MustCompile(`nslab: .+`).FindString(p.out))
		}
		nothingLeft(t, where, state, mounts)
	}
	for _, verdict := range slices.Sorted(maps.Keys(came)) {
		t.Logf("%s: %d %s", a.name, came[verdict], verdict)
	}
}

func TestEveryCallOfTheProgramMayFail(t *testing.T) {
	needStrace(t)
	for _, a := range acts {
		t.Run(a.name, func(t *testing.T) {
			var injections []string
			calls := callsOf(t, a)
			for _, name := range slices.Sorted(maps.Keys(calls)) {
				for _, errno := range programFaults[name] {
					for n := range calls[name] {
						injections = append(injections, fmt.Sprintf("%s:error=%s:when=%d", name, errno, n+1))
					}
				}
			}
			spoilt(t, a, injections)
		})
	}
}

// waits are calls that Go's runtime makes as often as it happens to wait.
var waits = []string{"nanosleep", "futex", "epoll_pwait", "sched_yield", "tgkill", "getpid", "rt_sigreturn", "rt_sigprocmask", "madvise"}

func TestTheProgramMayBeKilledAtEveryCall(t *testing.T) {
	needStrace(t)
	for _, a := range acts {
		t.Run(a.name, func(t *testing.T) {
			var injections []string
			calls := callsOf(t, a)
			for _, name := range slices.Sorted(maps.Keys(calls)) {
				if slices.Contains(waits, name) {
					continue
				}
				for n := range calls[name] {
					injections = append(injections, fmt.Sprintf("%s:signal=KILL:when=%d", name, n+1))
				}
			}
			spoilt(t, a, injections)
		})
	}
}
