package sandbox

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/sandbox/snapshot"
)

func TestACommandHasItsThreeDescriptors(t *testing.T) {
	both(t, func(t *testing.T, l *Lab) {
		r := run(t, l, Command{Args: []string{"sh", "-c", "cat; echo err >&2; exit 7"}}, "in\n")
		if r != (result{"in\n", "err\n", 7}) {
			t.Errorf("%+v", r)
		}
	})
}

func TestACommandWithoutFilesReadsNothing(t *testing.T) {
	l := newLab(t)
	p, err := l.Start(Command{Args: []string{"sh", "-c", "cat; echo x; echo y >&2"}})
	if err != nil {
		t.Fatal(err)
	}
	if status, err := p.Wait(); status != 0 || err != nil {
		t.Errorf("status %d, %v", status, err)
	}
}

func TestLargeInputAndOutputPassThrough(t *testing.T) {
	l := newLab(t)
	in := strings.Repeat("0123456789abcdef", 1<<16)
	if r := run(t, l, Command{Args: []string{"cat"}}, in); r.out != in {
		t.Errorf("%d bytes of %d came back", len(r.out), len(in))
	}
}

func TestTheExitStatusIsTheShells(t *testing.T) {
	l := newLab(t)
	for script, want := range map[string]int{"exit 0": 0, "exit 255": 255, "kill -9 $$": 137, "kill -TERM $$": 143, "kill -SEGV $$": 139, "nosuch": 127} {
		if r := shell(t, l, script); r.status != want {
			t.Errorf("%s: status %d, want %d", script, r.status, want)
		}
	}
}

func TestSignalReachesTheCommand(t *testing.T) {
	l := newLab(t)
	p, _ := background(t, l, 0, "trap 'exit 42' TERM; echo ready; while :; do sleep 0.05; done")
	if err := p.Signal(unix.SIGTERM); err != nil {
		t.Fatal(err)
	}
	within(t, patience, "the end after SIGTERM", func() {
		if status, err := p.Wait(); status != 42 || err != nil {
			t.Errorf("status %d, %v", status, err)
		}
	})
	if err := p.Signal(unix.SIGTERM); err != nil {
		t.Errorf("a signal to a command that has ended: %v", err)
	}
}

func TestEverySignalIsAtItsDefault(t *testing.T) {
	// What starts nslab may ignore any signal, also those that have no name, such as 32 and 33 (signal(7)).
	for _, sig := range []syscall.Signal{unix.SIGTSTP, unix.SIGTTOU, 32, 33, 64} {
		restore := ignore(t, sig)
		defer restore()
	}
	l := newLab(t)
	for _, field := range []string{"SigBlk", "SigIgn", "SigCgt"} {
		if got := sh(t, l, "exec cat /proc/self/status"); !strings.Contains(got, field+":\t0000000000000000\n") {
			t.Errorf("%s", got)
		}
	}
	// Go handles SIGPIPE by itself; a command of the lab must die of it.
	r := shell(t, l, "(yes; echo $? >&2) | head -1")
	if r.out != "y\n" || strings.TrimSpace(r.err) != "141" {
		t.Errorf("%+v", r)
	}
}

// ignore has this process ignore a signal, behind Go's back, as if it had been started that way.
func ignore(t *testing.T, sig syscall.Signal) (restore func()) {
	t.Helper()
	var before [4]uintptr
	set := func(action, old *[4]uintptr) {
		_, _, errno := syscall.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(action)),
			uintptr(unsafe.Pointer(old)), 8, 0, 0)
		if errno != 0 {
			t.Fatalf("ignore signal %d: %v", sig, errno)
		}
	}
	set(&[4]uintptr{1}, &before)
	return func() { set(&before, nil) }
}

func TestWhatCannotBeStartedSaysWhy(t *testing.T) {
	l := newLab(t)
	sh(t, l, "echo 'not a program' > /root/text; chmod 644 /root/text; printf '\\177ELFbad' > /root/bad; chmod 755 /root/bad; mkdir /root/dir")
	for _, c := range []struct {
		command Command
		is      error
		says    string
	}{
		{Command{Args: []string{"nosuch"}}, ErrNotFound, "start nosuch in the lab"},
		{Command{Args: []string{"/root/nosuch"}}, ErrNotFound, "start /root/nosuch in the lab"},
		{Command{Args: []string{"/root/text"}}, unix.EACCES, "execve /root/text"},
		{Command{Args: []string{"/root/bad"}}, unix.ENOEXEC, "execve /root/bad"},
		{Command{Args: []string{"/root/dir"}}, unix.EACCES, "execve /root/dir"},
		{Command{Args: []string{"true"}, Dir: "/nosuch"}, unix.ENOENT, "chdir /nosuch"},
		{Command{}, nil, "no program given"},
		{Command{Args: []string{""}}, nil, ""},
	} {
		_, err := l.Start(c.command)
		if err == nil {
			t.Errorf("%q in %q: no error", c.command.Args, c.command.Dir)
			continue
		}
		if c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q in %q: %v", c.command.Args, c.command.Dir, err)
		}
		if c.command.Dir != "" && errors.Is(err, ErrNotFound) {
			t.Errorf("%v", err)
		}
	}
}

func TestACommandHasItsDirectoryAndEnvironment(t *testing.T) {
	t.Setenv("NSLAB_SECRET", "do-not-show")
	both(t, func(t *testing.T, l *Lab) {
		if got := sh(t, l, "pwd; umask"); got != "/root\n0022" {
			t.Errorf("%q", got)
		}
		if r := run(t, l, Command{Args: []string{"pwd"}, Dir: "/tmp"}, ""); r.out != "/tmp\n" {
			t.Errorf("%+v", r)
		}
		if r := run(t, l, Command{Args: []string{"env"}, Env: []string{"A=b"}}, ""); r.out != "A=b\n" {
			t.Errorf("%+v", r)
		}
		if r := run(t, l, Command{Args: []string{"env"}}, ""); r.out != strings.Join(Env("dumb"), "\n")+"\n" {
			t.Errorf("%+v", r)
		}
		if r := run(t, l, Command{Args: []string{"env"}, Env: []string{}}, ""); r.out != "" {
			t.Errorf("%+v", r)
		}
	})
}

// flagKinds are the clone flags that a command can be given.
var flagKinds = []struct {
	flag uintptr
	kind snapshot.Kind
}{
	{unix.CLONE_NEWUSER, snapshot.User}, {unix.CLONE_NEWNS, snapshot.Mnt}, {unix.CLONE_NEWUTS, snapshot.UTS}, {unix.CLONE_NEWIPC, snapshot.IPC},
	{unix.CLONE_NEWNET, snapshot.Net}, {unix.CLONE_NEWPID, snapshot.PID}, {unix.CLONE_NEWCGROUP, snapshot.Cgroup}, {unix.CLONE_NEWTIME, snapshot.Time},
}

// Each flag alone and all together, and each with a new user namespace: just
// the namespaces asked for are new.
func TestFlagsMakeNamespaces(t *testing.T) {
	l := newLab(t)
	if l.Host().Time == 0 {
		t.Skip("this kernel has no time namespaces")
	}
	var sets []uintptr
	all := uintptr(0)
	for _, f := range flagKinds {
		sets = append(sets, f.flag, f.flag|unix.CLONE_NEWUSER)
		all |= f.flag
	}
	sets = append(sets, 0, all, all&^unix.CLONE_NEWUSER)
	for _, flags := range sets {
		if flags&unix.CLONE_NEWUSER != 0 && !keeper(t).Confined() {
			continue
		}
		p, line := background(t, l, flags, "echo $$; exec sleep 1000")
		s := snap(t, l)
		sp := proc(t, s, p)
		for _, f := range flagKinds {
			own := sp.NS.Of(f.kind) != s.Host.Of(f.kind)
			if own != (flags&f.flag != 0) {
				t.Errorf("flags %#x: own %s namespace: %v", flags, f.kind, own)
			}
		}
		inside := fmt.Sprint(sp.Inside())
		if flags&unix.CLONE_NEWPID != 0 {
			if inside != "1" || len(sp.PIDs) != 2 {
				t.Errorf("flags %#x: numbers %v", flags, sp.PIDs)
			}
		}
		if line != inside {
			t.Errorf("flags %#x: it calls itself %s, the snapshot %s", flags, line, inside)
		}
		if flags&unix.CLONE_NEWUSER != 0 {
			if u := s.Users[sp.NS.User]; len(u.UIDMap) != 1 || u.UIDMap[0] != (snapshot.IDMap{Inside: 0, Outside: 0, Length: 1}) || u.Setgroups != "deny" {
				t.Errorf("flags %#x: user namespace %+v", flags, u)
			}
		}
		if sp.UID != 0 || sp.GID != 0 {
			t.Errorf("flags %#x: IDs %d %d", flags, sp.UID, sp.GID)
		}
		if flags&unix.CLONE_NEWNS != 0 {
			for _, m := range s.Mounts[sp.NS.Mnt] {
				if m.Propagation() != "private" {
					t.Errorf("flags %#x: %s is %s", flags, m.Point, m.Propagation())
				}
			}
		}
		if p.PID != sp.MachinePID {
			t.Errorf("flags %#x: PID %d, the snapshot's %d", flags, p.PID, sp.MachinePID)
		}
		_ = p.Signal(unix.SIGKILL)
		if status, err := p.Wait(); status != 137 || err != nil {
			t.Errorf("flags %#x: status %d, %v", flags, status, err)
		}
	}
}

func TestWithAllFlagsACommandIsRootStill(t *testing.T) {
	if !keeper(t).Confined() {
		t.Skip("without user namespaces")
	}
	l := newLab(t)
	all := uintptr(0)
	for _, f := range flagKinds {
		all |= f.flag
	}
	r := run(t, l, Command{Flags: all, Args: []string{"sh", "-c",
		"hostname x && mount -t tmpfs t /mnt && mount -t proc p /proc && ip link set lo up && id -u && hostname && cd /proc && echo [0-9]*"}}, "")
	if lines := strings.Fields(r.out); r.status != 0 || len(lines) < 3 || lines[0] != "0" || lines[1] != "x" || lines[2] != "1" {
		t.Errorf("%+v", r)
	}
	s := snap(t, l)
	if s.UTS[s.Host.UTS].HostName != "host" {
		t.Errorf("the host is called %s", s.UTS[s.Host.UTS].HostName)
	}
}

func TestManyLabsInOneKeeperAreApart(t *testing.T) {
	k := ownKeeper(t)
	labs := make([]*Lab, 12)
	var wg sync.WaitGroup
	for i := range labs {
		wg.Go(func() {
			l, err := k.NewLab(LabOptions{HostName: fmt.Sprint("h", i)})
			if err != nil {
				t.Error(err)
				return
			}
			labs[i] = l
			for range 3 {
				r, err := tryRun(l, Command{Args: []string{"sh", "-c", "hostname; cd /proc; echo [0-9]*"}}, "")
				if want := fmt.Sprintf("h%d\n1 ", i); err != nil || !strings.HasPrefix(r.out, want) {
					t.Errorf("lab %d: %+v, %v", i, r, err)
				}
				s, err := l.Snapshot()
				if err != nil || s.UTS[s.Host.UTS].HostName != fmt.Sprint("h", i) {
					t.Errorf("lab %d: %v", i, err)
				}
			}
		})
	}
	wg.Wait()
	seen := map[uint64]bool{}
	for i, l := range labs {
		if l == nil {
			t.Fatalf("lab %d is missing", i)
		}
		for _, kind := range snapshot.Kinds() {
			n := l.Host().Of(kind)
			if kind != snapshot.Time && n != 0 && (kind != snapshot.User || k.Confined()) && seen[n] {
				t.Errorf("lab %d shares its %s namespace", i, kind)
			}
			seen[n] = true
		}
	}
	within(t, patience, "the keeper's end with 12 live labs", func() {
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, l := range labs {
		if _, err := l.Snapshot(); err == nil {
			t.Error("a snapshot of a lab that has ended")
		}
		if err := l.Close(); err != nil {
			t.Errorf("Close after the keeper's: %v", err)
		}
	}
}

func TestCommandsShellsAndSnapshotsAtTheSameTime(t *testing.T) {
	l := newLab(t)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 8 {
				r, err := tryRun(l, Command{Args: []string{"echo", fmt.Sprint(i)}}, "")
				if err != nil || r.out != fmt.Sprintln(i) {
					t.Errorf("%+v, %v", r, err)
				}
			}
		})
		wg.Go(func() {
			for range 8 {
				if _, err := l.Snapshot(); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for range 3 {
				s, err := l.NewShell(fmt.Sprint("s", i), ShellOptions{})
				if err != nil {
					t.Error(err)
					return
				}
				_ = s.Close()
				<-s.Done()
			}
		})
	}
	wg.Wait()
}

func TestNoTwoShellsHaveTheSameName(t *testing.T) {
	l := newLab(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	opened := 0
	for range 8 {
		wg.Go(func() {
			s, err := l.NewShell("a", ShellOptions{})
			if err == nil {
				mu.Lock()
				opened++
				mu.Unlock()
				t.Cleanup(func() { _ = s.Close() })
			}
		})
	}
	wg.Wait()
	if opened != 1 {
		t.Errorf("%d shells of one name", opened)
	}
	if _, err := l.NewShell("b", ShellOptions{Args: []string{"nosuch"}}); err == nil {
		t.Error("a shell of no program")
	}
	s, err := l.NewShell("b", ShellOptions{})
	if err != nil {
		t.Errorf("after one that could not be opened: %v", err)
	} else {
		_ = s.Close()
	}
}

func TestWhatIsStartedDuringCloseEndsOrIsRefused(t *testing.T) {
	k := ownKeeper(t)
	for round := range 15 {
		l, err := k.NewLab(LabOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				for {
					p, err := l.Start(Command{Args: []string{"sleep", "1000"}})
					if err != nil {
						return
					}
					if i == 0 {
						_, _ = l.NewShell(fmt.Sprint(p.PID), ShellOptions{})
					}
					if i == 1 {
						_, _ = l.Snapshot()
					}
				}
			})
		}
		time.Sleep(time.Duration(round) * time.Millisecond) // the moment is what is varied
		within(t, patience, "Close while commands are started", func() {
			if err := l.Close(); err != nil {
				t.Error(err)
			}
			wg.Wait()
		})
		if _, err := l.Start(Command{Args: []string{"true"}}); !errors.Is(err, errLabEnded) {
			t.Errorf("Start after Close: %v", err)
		}
		if _, err := l.NewShell("x", ShellOptions{}); !errors.Is(err, errLabEnded) {
			t.Errorf("NewShell after Close: %v", err)
		}
		if _, err := l.Listen(); !errors.Is(err, errLabEnded) {
			t.Errorf("Listen after Close: %v", err)
		}
	}
}

func TestLabsMadeDuringTheKeepersCloseEndOrAreRefused(t *testing.T) {
	for round := range 6 {
		k := ownKeeper(t)
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				for {
					if _, err := k.NewLab(LabOptions{}); err != nil {
						if !strings.Contains(err.Error(), "the keeper is closed") {
							t.Error(err)
						}
						return
					}
				}
			})
		}
		time.Sleep(time.Duration(3*round) * time.Millisecond)
		within(t, patience, "the keeper's Close", func() {
			if err := k.Close(); err != nil {
				t.Error(err)
			}
			wg.Wait()
		})
	}
}

// A second Close must not touch descriptors and process numbers that are somebody else's by now.
func TestClosingTwiceIsClosingOnce(t *testing.T) {
	k := ownKeeper(t)
	l := newLabOf(t, k, LabOptions{})
	for range 2 {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
	user, mnt := k.user, k.mnt
	if err := k.Close(); err != nil {
		t.Error(err)
	}
	var reused []*os.File
	for range 50 {
		f, err := os.Open("/dev/null")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		reused = append(reused, f)
	}
	if err := k.Close(); err != nil {
		t.Error(err)
	}
	for _, f := range reused {
		if _, err := f.Stat(); err != nil {
			t.Errorf("descriptor %d (the keeper had %d and %d): %v", f.Fd(), user, mnt, err)
		}
	}
	if _, err := k.NewLab(LabOptions{}); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("a lab of a closed keeper: %v", err)
	}
}

func TestTwoKeepersEndByThemselves(t *testing.T) {
	a, b := ownKeeper(t), ownKeeper(t)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			l, err := a.NewLab(LabOptions{})
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := tryRun(l, Command{Args: []string{"true"}}, ""); err != nil {
				t.Error(err)
			}
			_ = l.Close()
			select {
			case <-stop:
				return
			default:
			}
		}
	})
	for range 5 {
		newLabOf(t, b, LabOptions{})
		within(t, patience, "a keeper's end beside another", func() {
			if err := b.Close(); err != nil {
				t.Error(err)
			}
		})
		b = ownKeeper(t)
	}
	close(stop)
	wg.Wait()
}
