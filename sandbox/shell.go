package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// ShellOptions say what a shell is to be.
type ShellOptions struct {
	// Flags are clone flags (CLONE_NEW... of clone(2)) beyond the lab's own namespaces; 0 for the host.
	Flags uintptr
	// Rows and Cols are the size of its terminal; 24 and 80 where 0.
	Rows, Cols uint16
	// Term is its TERM (environ(7)); dumb where empty. Env is added to what every command has.
	Term string
	Env  []string
	// Args are the program to run in the place of a shell, and its arguments; nil for the lab's shell.
	Args []string
}

// Shell is a shell on a terminal of the lab. What it prints is read from it,
// what is typed is written to it.
type Shell struct {
	*Process
	Name   string
	lab    *Lab
	master *os.File
}

// NewShell opens a shell: bash where the machine has it, BusyBox sh
// otherwise, in a session of its own with a controlling terminal from the
// lab's devpts. The name is for [Lab.Snapshot]; no two open shells have the same.
func (l *Lab) NewShell(name string, o ShellOptions) (*Shell, error) {
	if err := l.reserve(name); err != nil {
		return nil, fmt.Errorf("open shell %s: %w", name, err)
	}
	defer l.alive.Done()
	sh, err := l.newShell(name, o)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		delete(l.shells, name)
		return nil, err
	}
	l.shells[name] = sh
	return sh, nil
}

// reserve takes a name for a shell that is being opened, and has Close wait for it.
func (l *Lab) reserve(name string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return errLabEnded
	}
	if old, ok := l.shells[name]; ok && old.open() {
		return errors.New("there is one of that name")
	}
	l.shells[name] = nil
	l.alive.Add(1)
	return nil
}

// open reports whether the shell is being opened (nil) or has not ended.
func (sh *Shell) open() bool {
	if sh == nil {
		return true
	}
	select {
	case <-sh.Done():
		return false
	default:
		return true
	}
}

func (l *Lab) newShell(name string, o ShellOptions) (*Shell, error) {
	if o.Rows == 0 || o.Cols == 0 {
		o.Rows, o.Cols = 24, 80
	}
	if o.Term == "" {
		o.Term = "dumb"
	}
	master, slave, err := l.openTerminal()
	if err != nil {
		return nil, fmt.Errorf("open shell %s: %w", name, err)
	}
	defer closeAll(slave)
	sh := &Shell{Name: name, lab: l, master: master}
	if err := sh.Resize(o.Rows, o.Cols); err != nil {
		_ = master.Close()
		return nil, err
	}
	env := append(Env(o.Term), "SHELL="+l.options.shell)
	env = append(env, o.Env...)
	argv := o.Args
	if argv == nil {
		argv = []string{l.options.shell, "-i"}
	}
	sh.Process, err = l.Start(Command{Args: argv, Env: env, Flags: o.Flags, shell: name, terminal: slave})
	if err != nil {
		_ = master.Close()
		return nil, err
	}
	go func() {
		<-sh.Done()
		// What it left behind in the background may keep the terminal open for ever.
		_ = master.SetReadDeadline(time.Unix(1, 0))
	}()
	return sh, nil
}

// openTerminal makes a pseudo-terminal in the lab's devpts (pts(4)). The
// devpts is the one the lab was made with, whatever is mounted over it now.
func (l *Lab) openTerminal() (master *os.File, slave int, err error) {
	fd, err := unix.Openat(l.ptsFD, "ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, -1, fmt.Errorf("make a terminal in the lab: %w", err)
	}
	if err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		closeAll(fd)
		return nil, -1, fmt.Errorf("unlock the terminal: %w", err)
	}
	// TIOCGPTPEER(2const): by the master, not by a path that the learner may have changed.
	if slave, err = ptPeer(fd); err != nil {
		closeAll(fd)
		return nil, -1, fmt.Errorf("open the terminal's other end: %w", err)
	}
	return os.NewFile(uintptr(fd), "terminal in the lab"), slave, nil
}

func ptPeer(master int) (int, error) {
	fd, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(master), unix.TIOCGPTPEER, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC)
	if errno != 0 {
		return -1, errno
	}
	return int(fd), nil
}

// Read reads what the shell prints. It fails when the shell has ended and all has been read.
func (sh *Shell) Read(p []byte) (int, error) {
	n, err := sh.master.Read(p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		if cerr := sh.control(func(fd int) (err error) { n, err = unix.Read(fd, p); return err }); cerr != nil || n <= 0 {
			return 0, os.ErrClosed
		}
		return n, nil
	}
	if errors.Is(err, unix.EIO) {
		// What Linux says when the other end is closed (pty(7)).
		err = os.ErrClosed
	}
	return n, err
}

// Write types into the shell.
func (sh *Shell) Write(p []byte) (int, error) { return sh.master.Write(p) }

// ReadMore reads what the shell has printed beyond what a Read has just returned, without waiting: a terminal
// hands out at most 4095 bytes at a time (N_TTY_BUF_SIZE), however much there is. It returns 0 where there is no more.
func (sh *Shell) ReadMore(p []byte) (n int) {
	_ = sh.control(func(fd int) error {
		for n < len(p) {
			m, err := unix.Read(fd, p[n:])
			if m <= 0 || err != nil {
				break // Read will tell
			}
			n += m
		}
		return nil
	})
	return n
}

// TryWrite types as much of p into the shell as its terminal takes now, and returns how much that was. It
// does not wait.
func (sh *Shell) TryWrite(p []byte) (n int, err error) {
	cerr := sh.control(func(fd int) error {
		for n < len(p) {
			m, werr := unix.Write(fd, p[n:])
			if errors.Is(werr, unix.EINTR) {
				continue
			}
			if errors.Is(werr, unix.EAGAIN) {
				return nil
			}
			if werr != nil {
				return werr
			}
			n += m
		}
		return nil
	})
	return n, cerr
}

// Resize changes the size of the terminal; what runs in front gets SIGWINCH (ioctl_tty(2), TIOCSWINSZ).
func (sh *Shell) Resize(rows, cols uint16) error {
	err := sh.control(func(fd int) error {
		return unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: rows, Col: cols})
	})
	if err != nil {
		return fmt.Errorf("set the size of shell %s: %w", sh.Name, err)
	}
	return nil
}

func (sh *Shell) control(f func(fd int) error) error {
	rc, err := sh.master.SyscallConn()
	if err != nil {
		return err
	}
	cerr := rc.Control(func(fd uintptr) { err = f(int(fd)) })
	return errors.Join(err, cerr)
}

// Close hangs up: the shell and what runs in front of it get SIGHUP. The shell itself is killed if
// it does not go.
func (sh *Shell) Close() error {
	err := sh.master.Close()
	if kerr := sh.Signal(unix.SIGKILL); err == nil {
		err = kerr
	}
	return err
}

// Foreground is what runs in front on a shell's terminal.
type Foreground struct {
	// Leader is the PID, on the machine, of the leader of the process group in front.
	Leader int
	// Comm is its command's name.
	Comm string
	// Program is the file it runs, as the link /proc/PID/exe says; empty where it cannot be read.
	Program string
	// Waiting says that it waits for something to be typed: it is asleep in
	// read(2), poll(2), select(2) or the like on its terminal.
	Waiting bool
	// Asleep says that it is asleep in some call, and not at work. Unseen says that the kernel tells neither of the two
	// (ptrace_scope 3 of the Yama LSM).
	Asleep, Unseen bool
	// Silent says that what is typed is not echoed (ECHO off, termios(3)): by a program that shows it itself, where Raw
	// is set, and otherwise by one that asks for a password.
	Silent bool
	// Raw says that it has taken line editing upon itself (ICANON off, termios(3)), as
	// shells do at their prompts and editors always.
	Raw bool
	// Switches counts how often the leader has gone to sleep (voluntary_ctxt_switches of
	// proc_pid_status(5)): if it has grown, the leader was awake in between.
	Switches int
}

// Foreground looks at who has the terminal. It serves for shells that print no
// mark before their prompt.
func (sh *Shell) Foreground() (Foreground, error) {
	var f Foreground
	err := sh.control(func(fd int) error {
		pgrp, err := unix.IoctlGetInt(fd, unix.TIOCGPGRP)
		if err != nil {
			return err
		}
		f.Leader = pgrp
		t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
		if err != nil {
			return err
		}
		f.Raw = t.Lflag&unix.ICANON == 0
		f.Silent = t.Lflag&unix.ECHO == 0
		return nil
	})
	if err != nil {
		return f, fmt.Errorf("ask who is in front on shell %s: %w", sh.Name, err)
	}
	dir := "/proc/" + strconv.Itoa(f.Leader) + "/"
	comm, err := os.ReadFile(dir + "comm")
	if err != nil {
		return f, nil // it has just ended
	}
	f.Comm = strings.TrimSuffix(string(comm), "\n")
	f.Program, _ = os.Readlink(dir + "exe")
	if status, err := os.ReadFile(dir + "status"); err == nil {
		_, rest, _ := strings.Cut(string(status), "\nvoluntary_ctxt_switches:")
		n, _, _ := strings.Cut(rest, "\n")
		f.Switches, _ = strconv.Atoi(strings.TrimSpace(n))
	}
	call, err := os.ReadFile(dir + "syscall")
	if err == nil {
		f.Waiting = waitsForInput(string(call))
		f.Asleep = !strings.HasPrefix(string(call), "running")
	}
	f.Unseen = errors.Is(err, fs.ErrPermission)
	return f, nil
}

// Unread returns how many bytes that were typed nobody has read yet (FIONREAD, TIOCINQ(2const)): of a line that is not
// complete none, where the terminal edits lines.
func (sh *Shell) Unread() (int, error) {
	var n int
	err := sh.control(func(master int) error {
		terminal, err := ptPeer(master)
		if err != nil {
			return err
		}
		defer unix.Close(terminal)
		n, err = unix.IoctlGetInt(terminal, unix.TIOCINQ)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("ask what is unread on shell %s: %w", sh.Name, err)
	}
	return n, nil
}

// waitsForInput reads /proc/PID/syscall (proc_pid_syscall(5)): the number of
// the call the process sleeps in, and its arguments.
func waitsForInput(call string) bool {
	fields := strings.Fields(call)
	if len(fields) < 2 {
		return false
	}
	nr, err := strconv.Atoi(fields[0])
	if err != nil {
		return false
	}
	if nr == unix.SYS_READ {
		fd, err := strconv.ParseUint(strings.TrimPrefix(fields[1], "0x"), 16, 32)
		// Shells keep the terminal on a high descriptor too.
		return err == nil && (fd == 0 || fd == 10 || fd == 255)
	}
	return inputCalls[nr]
}
