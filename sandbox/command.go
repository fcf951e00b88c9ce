package sandbox

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Command is a command to run in a lab.
type Command struct {
	// Args are the program and its arguments. A program without a slash is
	// looked for in the lab's Path.
	Args []string
	// Env is its whole environment; nil for [Env] of a dumb terminal.
	Env []string
	// Dir is its working directory in the lab; /root where empty.
	Dir string
	// Flags are clone flags (CLONE_NEW... of clone(2)) beyond the lab's own namespaces.
	Flags uintptr
	// Stdin, Stdout and Stderr are what it gets as 0, 1 and 2; nil for /dev/null. Do not
	// give it a terminal of the machine: see [Lab.NewShell].
	Stdin, Stdout, Stderr *os.File

	shell    string // the name of the shell that it is
	terminal int    // a terminal of the lab that becomes 0, 1, 2 and the controlling one; 0 for none
}

// Env returns the environment of commands in a lab, for a terminal of that
// type (TERM of environ(7)). Nothing of the caller's own environment is in it.
func Env(term string) []string {
	return []string{"PATH=" + Path, "HOME=/root", "USER=root", "LOGNAME=root", "SHELL=/bin/sh", "TERM=" + term,
		"LANG=C.UTF-8", "ENV=" + toolsLib + "/shrc", "PAGER=less"}
}

// Process is a command that runs in a lab.
type Process struct {
	// PID is its number on the machine, LabPID that in the lab.
	PID, LabPID int

	mu     sync.Mutex // held while it is reaped or signalled
	done   chan struct{}
	status unix.WaitStatus
	err    error
}

// newbornName is how the lab's ps(1) shows a command before its exec.
const newbornName = "nslab"

// ErrNotFound is the error of a command whose program is nowhere in the lab's Path.
var ErrNotFound = errors.New("no such command in the lab")

// Start starts a command. The process belongs to the lab and ends with it.
func (l *Lab) Start(c Command) (*Process, error) {
	if len(c.Args) == 0 {
		return nil, errors.New("start a command in the lab: no program given")
	}
	k := l.keeper
	k.starts.RLock()
	p, err := l.startCommand(c)
	if err != nil {
		k.lost.Store(true)
	}
	k.starts.RUnlock()
	k.sweep()
	if err != nil {
		return nil, fmt.Errorf("start %s in the lab: %w", c.Args[0], reached(err))
	}
	return p, nil
}

func (l *Lab) startCommand(c Command) (*Process, error) {
	if c.Env == nil {
		c.Env = Env("dumb")
	}
	if c.Dir == "" {
		c.Dir = "/root"
	}
	std, cleanup, err := c.stdio()
	if err != nil {
		return nil, err
	}
	defer cleanup()

	// Before the process can be: Close waits for it.
	if !l.hold() {
		return nil, errLabEnded
	}
	t := l.listenTo(c.shell)
	keep := slices.Concat(l.nsFDs(), l.cgroup.fds(), std[:], t.keep())
	a, err := startApart([]string{newbornName}, nil, keep...)
	if err != nil {
		t.forget()
		l.alive.Done()
		return nil, err
	}
	s := a.script
	number, between := l.enter(s, c.Flags, func() {
		s.setsid()
		for i, fd := range std {
			s.must("dup3", unix.SYS_DUP3, fd, i, 0)
		}
		if c.terminal > 0 {
			s.must("make the terminal the controlling one", unix.SYS_IOCTL, 0, unix.TIOCSCTTY, 0)
		}
		if c.Flags&unix.CLONE_NEWNS != 0 {
			// As unshare(1) does: what is mounted here stays here.
			s.mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
		}
		s.must("umask", unix.SYS_UMASK, 0o022)
		s.must("chdir "+c.Dir, unix.SYS_CHDIR, c.Dir)
		s.limitProcess()
		if t == nil && l.filtered {
			s.installForbid(must)
		}
		t.install(s, slices.Max(keep)+1)
		s.execIn(c.Args, c.Env)
	})
	s.report(must)
	s.exit(0)
	<-l.keeper.furnished
	if err := l.keeper.furnishErr; err != nil {
		a.abandon()
		t.forget()
		l.alive.Done()
		return nil, err
	}
	t.hear()
	var heldUp bool
	a.waitNoLonger(helpEvery, l.helpOn(&heldUp))
	img, err := a.walk(nil)
	p := &Process{done: make(chan struct{})}
	p.PID, err = img.born(err, a.pid, number, between)
	if err != nil {
		if p.PID > 0 {
			_ = unix.Kill(p.PID, unix.SIGKILL) // whatever it was that failed
			_, _ = reap(p.PID)
		}
		if heldUp {
			err = errHeldUp
		}
		if errors.Is(err, unix.ENOENT) && strings.HasPrefix(err.Error(), "execve") {
			err = ErrNotFound
		}
		err = l.over(err)
		l.alive.Done()
		return nil, err
	}
	known.Store(p.PID, p)
	if pids, perr := nsPIDs(p.PID); perr == nil && len(pids) > l.depth {
		p.LabPID = pids[l.depth]
	}
	go func() {
		defer l.alive.Done()
		p.await()
	}()
	return p, nil
}

// errHeldUp is the error of a command whose process could not come as far as its exec.
var errHeldUp = errors.New("something in the lab holds up new processes: it stops them, or has frozen their cgroup")

// How long a new process may have told nothing until the keeper helps it on, and how often; and when it is given up.
var (
	helpEvery   = 250 * time.Millisecond
	giveUpAfter = 10 * time.Second
)

// helpOn returns what there is to do each time a new process of the lab has told nothing for helpEvery. It is in the lab
// before its exec: a learner may have stopped it (kill -STOP -1), or frozen the cgroup it is in. It is told to
// go on and, where that does not help in the end, killed; then heldUp is set.
func (l *Lab) helpOn(heldUp *bool) func() {
	seen := map[int]time.Time{}
	return func() {
		for pid := range strangers(l.ns.pid) {
			// The name that startCommand gives it; what it executes has another.
			if b, err := readProc(strconv.Itoa(pid) + "/cmdline"); err != nil || string(b) != newbornName+"\x00" {
				continue
			}
			if seen[pid].IsZero() {
				seen[pid] = time.Now()
			}
			_ = unix.Kill(pid, unix.SIGCONT)
			if time.Since(seen[pid]) > giveUpAfter {
				*heldUp = true
				_ = unix.Kill(pid, unix.SIGKILL)
			}
		}
	}
}

// await waits for the end of the process.
func (p *Process) await() {
	// Its number is its own until it is reaped: Signal must not fall in between.
	for {
		if err := unix.Waitid(unix.P_PID, p.PID, nil, unix.WEXITED|unix.WNOWAIT|unix.WALL, nil); err != unix.EINTR {
			break
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status, p.err = reap(p.PID)
	known.CompareAndDelete(p.PID, p)
	close(p.done)
}

// execIn appends the search for a program in Path and its exec.
func (s *script) execIn(argv, env []string) {
	name := argv[0]
	if strings.Contains(name, "/") {
		s.exec(name, argv, env)
		return
	}
	s.must("close_range", unix.SYS_CLOSE_RANGE, 3, uintptr(^uint32(0)), unix.CLOSE_RANGE_CLOEXEC)
	s.unblock()
	v, e := s.vector(argv), s.vector(env)
	dirs := strings.Split(Path, ":")
	for i, dir := range dirs {
		kind := may
		if i == len(dirs)-1 {
			kind = must
		}
		s.add(kind, "execve "+name, unix.SYS_EXECVE, dir+"/"+name, v, e)
	}
}

// stdio returns the three descriptors the command begins with, all of them
// beyond 2, so that none is overwritten before it is used.
func (c *Command) stdio() (fds [3]int, cleanup func(), err error) {
	var opened []int
	cleanup = func() { closeAll(opened...) }
	for i, f := range []*os.File{c.Stdin, c.Stdout, c.Stderr} {
		switch {
		case c.terminal > 0:
			fds[i] = c.terminal
			continue
		case f == nil:
			fds[i], err = unix.Open("/dev/null", unix.O_RDWR|unix.O_CLOEXEC, 0)
		default:
			// Fd makes the file blocking, as programs expect it; it is the same open file in the lab.
			fds[i], err = unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 3)
			runtime.KeepAlive(f)
		}
		if err != nil {
			cleanup()
			return fds, nil, fmt.Errorf("prepare descriptor %d: %w", i, err)
		}
		opened = append(opened, fds[i])
	}
	return fds, cleanup, nil
}

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Wait waits for the end of the process and returns its exit status as a
// shell gives it: 128 and the signal's number for one that was killed.
func (p *Process) Wait() (int, error) {
	<-p.done
	if p.err != nil {
		return -1, p.err
	}
	if p.status.Signaled() {
		return 128 + int(p.status.Signal()), nil
	}
	return p.status.ExitStatus(), nil
}

// Signal sends a signal to the process; nothing happens when it has ended.
func (p *Process) Signal(sig unix.Signal) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.done:
		return nil
	default:
	}
	if err := unix.Kill(p.PID, sig); err != nil && err != unix.ESRCH {
		return fmt.Errorf("send signal %d to process %d: %w", sig, p.PID, err)
	}
	return nil
}
