package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/lessons/session/screen"
)

// A person waits for what the screen says before typing on. These commands let a script do so, on terminals
// of its own (testscript's ttyin types everything at once):
//
//	term NAME PROGRAM [ARG ...]   starts a program on a new terminal of 24 rows and 80 columns
//	type NAME TEXT                types TEXT and Enter there; \x03 and the like stand for themselves
//	expect NAME REGEXP            waits until what was printed since the last expect matches
//	screen NAME REGEXP            waits until the screen shows what matches, as a person would see it, rows ended by newlines;
//	                              ! screen holds when it does not show it now
//	modes NAME MODES              waits until the terminal's modes are these: '?25l ?1000h'
//	noescapes NAME                holds when no escape sequence was printed
//	keys NAME TEXT                types TEXT as it is; \\e, \\r and \\xNN stand for themselves
//	rests NAME PROGRAM            waits until PROGRAM, in the terminal's lab, waits for input
//	resize NAME ROWS COLS         changes the terminal's size
//	signal NAME NUMBER            sends the program a signal
//	hangup NAME                   takes the terminal away
//	end NAME STATUS               waits for the program's end with that exit status
type terminals struct {
	mu   sync.Mutex
	list map[string]*testTerminal
}

type testTerminal struct {
	master *os.File
	cmd    *exec.Cmd
	ended  chan struct{} // the program has ended
	quiet  chan struct{} // and all that it printed has been read

	mu   sync.Mutex
	news *sync.Cond
	out  []byte
	seen int
	// screen is the terminal that shows what was printed.
	screen *screen.Screen
}

type terminalsKey struct{}

const patience = 20 * time.Second

func terminalsOf(ts *testscript.TestScript) *terminals {
	return ts.Value(terminalsKey{}).(*terminals)
}

func (t *terminals) get(ts *testscript.TestScript, name string) *testTerminal {
	t.mu.Lock()
	defer t.mu.Unlock()
	tt := t.list[name]
	if tt == nil {
		ts.Fatalf("there is no terminal %s", name)
	}
	return tt
}

func (t *terminals) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, tt := range t.list {
		_ = tt.master.Close()
		_ = tt.cmd.Process.Kill()
		<-tt.ended
	}
}

func cmdTerm(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: term NAME PROGRAM [ARG ...]")
	}
	master, slave, err := openPTY()
	ts.Check(err)
	defer slave.Close()
	ts.Check(unix.IoctlSetWinsize(int(slave.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80}))
	path := args[1]
	for dir := range strings.SplitSeq(ts.Getenv("PATH"), ":") {
		if p := filepath.Join(dir, args[1]); !strings.Contains(args[1], "/") && isFile(p) {
			path = p
			break
		}
	}
	cmd := exec.Command(path, args[2:]...)
	cmd.Args[0] = args[1]
	cmd.Dir = ts.Getenv("WORK")
	for _, name := range []string{"PATH", "HOME", "TERM", "LANG", "LC_ALL", "NO_COLOR", "XDG_STATE_HOME", "WORK"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	ts.Check(cmd.Start())
	tt := &testTerminal{master: master, cmd: cmd, ended: make(chan struct{}), quiet: make(chan struct{}),
		screen: screen.New(24, 80)}
	tt.news = sync.NewCond(&tt.mu)
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := master.Read(buf)
			tt.mu.Lock()
			tt.out = append(tt.out, buf[:n]...)
			tt.screen.Feed(nil, buf[:n])
			replies := tt.screen.Replies()
			if err != nil {
				close(tt.quiet)
			}
			tt.news.Broadcast()
			tt.mu.Unlock()
			if len(replies) > 0 {
				_, _ = master.Write(replies)
			}
			if err != nil {
				return
			}
		}
	}()
	go func() {
		_ = cmd.Wait()
		close(tt.ended)
		tt.mu.Lock()
		tt.news.Broadcast()
		tt.mu.Unlock()
	}()
	t := terminalsOf(ts)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.list[args[0]] = tt
}

func isFile(p string) bool {
	fi, err := os.Stat(p)
	return err == nil && !fi.IsDir()
}

func openPTY() (master, slave *os.File, err error) {
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		return nil, nil, err
	}
	peer, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.TIOCGPTPEER, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC)
	if errno != 0 {
		return nil, nil, errno
	}
	return os.NewFile(uintptr(fd), "ptmx"), os.NewFile(peer, "pts"), nil
}

func cmdType(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: type NAME TEXT")
	}
	tt := terminalsOf(ts).get(ts, args[0])
	text := strings.Join(args[1:], " ")
	for _, key := range [][2]string{{`\x03`, "\x03"}, {`\x04`, "\x04"}, {`\x1a`, "\x1a"}, {`\t`, "\t"}, {`\x1b`, "\x1b"}} {
		text = strings.ReplaceAll(text, key[0], key[1])
	}
	if !strings.ContainsAny(text, "\x03\x04\x1a\t\x1b") {
		text += "\r"
	}
	_, err := tt.master.WriteString(text)
	ts.Check(err)
}

func cmdExpect(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: expect NAME REGEXP")
	}
	tt := terminalsOf(ts).get(ts, args[0])
	re, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	var left string
	tt.wait(ts, func() bool {
		printed := plain(tt.out)
		tt.seen = min(tt.seen, len(printed))
		left = printed[tt.seen:]
		at := re.FindStringIndex(left)
		if at != nil {
			tt.seen += at[1]
		}
		return at != nil
	}, func() {
		ts.Fatalf("terminal %s never showed %q; since the last expect it showed:\n%s", args[0], args[1], left)
	})
}

func cmdScreen(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: screen NAME REGEXP")
	}
	tt := terminalsOf(ts).get(ts, args[0])
	re, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	shows := func() bool { return re.MatchString(strings.Join(tt.screen.Text(), "\n")) }
	if neg {
		tt.mu.Lock()
		defer tt.mu.Unlock()
		if shows() {
			ts.Fatalf("terminal %s shows %q:\n%s", args[0], args[1], strings.Join(tt.screen.Text(), "\n"))
		}
		return
	}
	tt.wait(ts, shows, func() {
		ts.Fatalf("terminal %s never showed %q; its screen is:\n%s", args[0], args[1], strings.Join(tt.screen.Text(), "\n"))
	})
}

// cmdRests waits until the programs of that name in a terminal's lab wait for what is typed. Between showing their screen and
// reading the next key less and vi lose a SIGWINCH, so that a test must not resize them there.
func cmdRests(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: rests NAME PROGRAM")
	}
	nslab := terminalsOf(ts).get(ts, args[0]).cmd.Process.Pid
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		found, rest := false, true
		for below := children(nslab); len(below) > 0; below = below[1:] {
			below = append(below, children(below[0])...)
			stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", below[0]))
			if err != nil {
				continue // it has ended
			}
			// Its name stands in parentheses, its state behind them (proc_pid_stat(5)).
			_, name, _ := strings.Cut(string(stat), "(")
			if end := strings.LastIndexByte(name, ')'); end >= 0 && name[:end] == args[1] {
				found, rest = true, rest && strings.HasPrefix(name[end:], ") S")
			}
		}
		if found && rest {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("no %s in terminal %s came to rest", args[1], args[0])
		}
	}
}

func cmdModes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: modes NAME MODES")
	}
	tt := terminalsOf(ts).get(ts, args[0])
	wrong := ""
	tt.wait(ts, func() bool {
		wrong = ""
		for mode := range strings.FieldsSeq(args[1]) {
			tt.screen.Feed(nil, []byte("\x1b["+strings.TrimRight(mode, "hl")+"$p"))
			state := map[byte]string{'h': ";1$y", 'l': ";2$y"}[mode[len(mode)-1]]
			if !strings.HasSuffix(string(tt.screen.Replies()), state) {
				wrong += " " + mode
			}
		}
		return wrong == ""
	}, func() { ts.Fatalf("terminal %s: these modes are otherwise:%s", args[0], wrong) })
}

func cmdNoEscapes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: noescapes NAME")
	}
	tt := terminalsOf(ts).get(ts, args[0])
	tt.mu.Lock()
	defer tt.mu.Unlock()
	if i := strings.IndexByte(string(tt.out), 0x1b); i >= 0 {
		ts.Fatalf("terminal %s was sent %q", args[0], tt.out[i:min(len(tt.out), i+20)])
	}
}

func cmdKeys(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: keys NAME TEXT")
	}
	text, err := strconv.Unquote(`"` + strings.ReplaceAll(strings.ReplaceAll(args[1], `"`, `\"`), `\e`, `\x1b`) + `"`)
	ts.Check(err)
	_, err = terminalsOf(ts).get(ts, args[0]).master.WriteString(text)
	ts.Check(err)
}

// wait waits until f holds, which is asked whenever something was printed, and calls late where it never does.
func (tt *testTerminal) wait(ts *testscript.TestScript, f func() bool, late func()) {
	timer := time.AfterFunc(patience, func() { tt.mu.Lock(); tt.news.Broadcast(); tt.mu.Unlock() })
	defer timer.Stop()
	end := time.Now().Add(patience)
	tt.mu.Lock()
	defer tt.mu.Unlock()
	for !f() {
		over := false
		select {
		case <-tt.quiet:
			over = true
		default:
		}
		if over || time.Now().After(end) {
			late()
		}
		tt.news.Wait()
	}
}

var (
	escapes = regexp.MustCompile("\x1b(\\[[0-?]*[ -/]*[@-~]|\\][^\a\x1b]*(\a|\x1b\\\\)|[()][0-9A-Z]|[@-_a-z=>])")
	moves   = regexp.MustCompile("\x1b\\[[0-9;]*H")
)

// plain is what was printed without escape sequences, a newline for each move of the cursor, but for one that is still being printed.
func plain(out []byte) string {
	s := escapes.ReplaceAllString(moves.ReplaceAllString(string(out), "\n"), "")
	if i := strings.LastIndexByte(s, 0x1b); i >= 0 {
		s = s[:i]
	}
	return strings.ReplaceAll(s, "\r", "")
}

func cmdSignal(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: signal NAME NUMBER")
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(terminalsOf(ts).get(ts, args[0]).cmd.Process.Signal(unix.Signal(n)))
}

func cmdResize(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: resize NAME ROWS COLS")
	}
	tt := terminalsOf(ts).get(ts, args[0])
	n, err := regexp.MatchString(`^\d+ \d+$`, args[1]+" "+args[2])
	if err != nil || !n {
		ts.Fatalf("resize: %v is no size", args[1:])
	}
	size := func(s string) (v uint16) {
		for _, c := range s {
			v = v*10 + uint16(c-'0')
		}
		return v
	}
	rc, err := tt.master.SyscallConn()
	ts.Check(err)
	var werr error
	// What is drawn for the new size must not come before it.
	tt.mu.Lock()
	err = rc.Control(func(fd uintptr) {
		werr = unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, &unix.Winsize{Row: size(args[1]), Col: size(args[2])})
	})
	tt.screen.Resize(int(size(args[1])), int(size(args[2])))
	tt.mu.Unlock()
	ts.Check(err)
	ts.Check(werr)
}

func cmdHangup(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: hangup NAME")
	}
	ts.Check(terminalsOf(ts).get(ts, args[0]).master.Close())
}

func cmdEnd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: end NAME STATUS")
	}
	tt := terminalsOf(ts).get(ts, args[0])
	select {
	case <-tt.ended:
	case <-time.After(patience):
		ts.Fatalf("the program on terminal %s has not ended", args[0])
	}
	got := "0"
	if state := tt.cmd.ProcessState; !state.Success() {
		got = strings.TrimPrefix(state.String(), "exit status ")
	}
	if got != args[1] {
		ts.Fatalf("terminal %s: %s ended with %s, not %s", args[0], tt.cmd.Args[0], got, args[1])
	}
}
