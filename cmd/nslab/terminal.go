package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons/session"
	"github.com/nslab/nslab/lessons/session/screen"
)

// terminal is a person's terminal that shows one of the lesson's shells: that
// of nslab run, or another that is attached through the socket.
//
// The shell's output passes to it as package screen lets it through, as long as the shell is as
// large as the terminal has room for. It is as large as the terminal in which something was typed last; any
// other shows the part of the screen where the cursor is, drawn anew when it has changed.
type terminal struct {
	server *server
	kind   terminalKind
	key    key // shows the next shell
	// traceKey shows the system calls.
	traceKey key
	dumb     bool
	// out shows bytes; false means that the terminal did not take them, and is to be drawn anew later.
	out func(p []byte) bool
	// follow says that when its shell ends, another of the lesson is shown.
	follow bool
	over   chan struct{}
	once   sync.Once
	wake   chan struct{} // it is stale
	keys   keyReader     // of input alone

	mu         sync.Mutex
	shell      *session.Shell
	rows, cols uint16
	status     string // the status line's text
	calls      *callsView

	// What follows is guarded by the shell that is shown (session.Viewer).
	alternate bool
	title     string
	stale     bool
}

// terminalKind is what a terminal's own end says of it.
type terminalKind struct {
	// Term is its TERM (environ(7)).
	Term string `json:"term"`
	// Key is the name of the key that shows the next shell, TraceKey of that which shows the system calls.
	Key      string `json:"key"`
	TraceKey string `json:"trace_key"`
	// Status says that a status line is wanted.
	Status bool     `json:"status"`
	Lang   say.Lang `json:"lang"`
}

func newTerminal(s *server, kind terminalKind, rows, cols uint16, out func([]byte) bool, follow bool) *terminal {
	t := &terminal{server: s, kind: kind, out: out, follow: follow, over: make(chan struct{}), wake: make(chan struct{}, 1),
		rows: rows, cols: cols, dumb: kind.Term == "" || kind.Term == "dumb"}
	t.key, t.traceKey, _ = parseKeys(kind.Key, kind.TraceKey) // said at its own end
	t.keys.keys = []key{t.key, t.traceKey}
	return t
}

// room is what the terminal has for a shell, and whether a status line is below it. A window in which it would take
// too much has none.
func (t *terminal) room() (rows, cols uint16, status bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kind.Status && !t.dumb && t.rows >= 5 && t.cols >= 20 {
		return t.rows - 1, t.cols, true
	}
	return t.rows, t.cols, false
}

func (t *terminal) shown() *session.Shell {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.shell
}

// Begin implements session.Viewer.
func (t *terminal) Begin(sc *screen.Screen) {
	if v := t.viewing(); v != nil {
		t.stale = !t.out(t.paintCalls(v))
		return
	}
	t.stale = !t.out(t.paint(sc))
}

// Show implements session.Viewer.
func (t *terminal) Show(sc *screen.Screen, p []byte, whole bool) {
	rows, cols, _ := t.room()
	r, c := sc.Size()
	switch {
	case t.viewing() != nil: // all is drawn when the view is left
	case t.dumb:
		t.out(withoutEscapes(p))
	case t.stale || r != int(rows) || c != int(cols):
		t.stale = true
		t.nudge()
	case whole:
		t.Begin(sc)
	default:
		if sc.Title() != t.title {
			p = t.appendTitle(append([]byte(nil), p...), sc)
		}
		if !t.out(p) {
			t.stale = true
			t.nudge()
		}
	}
}

// nudge has catchUp draw the screen.
func (t *terminal) nudge() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// catchUp draws what could not be shown as it came, a few times a second.
func (t *terminal) catchUp() {
	for {
		select {
		case <-t.wake:
		case <-t.over:
			return
		}
		t.look(func(sc *screen.Screen) {
			if t.stale {
				t.Begin(sc)
			}
		})
		select {
		case <-time.After(40 * time.Millisecond):
		case <-t.over:
			return
		}
	}
}

// look calls f with the screen of the shell that is shown.
func (t *terminal) look(f func(sc *screen.Screen)) {
	sh := t.shown()
	if sh == nil {
		return
	}
	sh.Look(func(sc *screen.Screen) {
		if t.shown() == sh {
			f(sc)
		}
	})
}

// paint draws the whole terminal.
func (t *terminal) paint(sc *screen.Screen) []byte {
	if t.dumb {
		return []byte(strings.Join(shownLines(sc), "\r\n"))
	}
	var b []byte
	if sc.Alternate() != t.alternate {
		t.alternate = sc.Alternate()
		b = append(b, "\x1b[0m\x1b[?1049l"...)
		if t.alternate {
			b = append(b, "\x1b[?1049h"...)
		}
	}
	rows, cols, status := t.room()
	if status {
		b = t.appendStatus(b)
	}
	return sc.Paint(t.appendTitle(b, sc), int(rows), int(cols))
}

// shownLines are a screen's last lines down to the cursor's: few, for what cannot be drawn in place is read again by
// whoever listens to it.
func shownLines(sc *screen.Screen) []string {
	y, _ := sc.Cursor()
	lines := sc.Text()[:y+1]
	lines = lines[max(0, len(lines)-5):]
	for len(lines) > 1 && lines[0] == "" {
		lines = lines[1:]
	}
	return lines
}

// appendStatus draws the status line, in the terminal's last row.
func (t *terminal) appendStatus(b []byte) []byte {
	t.mu.Lock()
	text, rows, cols := t.status, t.rows, t.cols
	t.mu.Unlock()
	return appendBar(b, text, int(rows), int(cols))
}

// appendBar draws a reversed line in the last of so many rows.
func appendBar(b []byte, text string, rows, cols int) []byte {
	// The last column stays free: to write there moves some terminals' screen up.
	text = cells.Truncate(text, cols-1, "")
	text += strings.Repeat(" ", max(0, cols-1-cells.StringWidth(text)))
	return append(b, fmt.Sprintf("\x1b[?25l\x1b[?6l\x1b[4l\x1b[r\x1b[%d;1H\x1b[0;7m%s\x1b[0m\x1b[K", rows, text)...)
}

// appendTitle sets the title of the terminal's window: the program's own, or which shell this is.
func (t *terminal) appendTitle(b []byte, sc *screen.Screen) []byte {
	t.title = sc.Title()
	if !hasTitle(t.kind.Term) {
		return b
	}
	title := t.title
	if sh := t.shown(); title == "" && sh != nil {
		title = "nslab " + t.server.lesson.Name + ": " + sh.Name
	}
	return append(b, "\x1b]2;"+title+"\a"...)
}

// hasTitle reports whether terminals of the name TERM know how to set a title; consoles show it as text, or not at all.
func hasTitle(term string) bool {
	for _, kind := range []string{"xterm", "screen", "tmux", "rxvt", "alacritty", "foot", "konsole", "gnome", "vte", "kitty", "st-", "wezterm", "ghostty"} {
		if strings.HasPrefix(term, kind) {
			return true
		}
	}
	return false
}

// XTWINOPS: the terminal remembers its window's title, and sets it again.
const (
	pushTitle = "\x1b[22;2t"
	popTitle  = "\x1b[23;2t"
)

// enter takes the terminal for the lesson: what was on it moves up, out of sight but not lost.
func (t *terminal) enter() {
	if t.dumb {
		return
	}
	b := []byte("\x1b(B\x0f" + strings.Repeat("\r\n", max(int(t.rows)-1, 0)))
	if hasTitle(t.kind.Term) {
		b = append([]byte(pushTitle), b...)
	}
	t.out(b)
}

// exit gives the terminal back as it was, with the cursor below what the shell showed. It must not be shown a shell any more.
func (t *terminal) exit(sh *session.Shell) {
	if t.dumb {
		return
	}
	row := int(t.rows) - 1
	if sh != nil && !t.alternate {
		sh.Look(func(sc *screen.Screen) {
			row = 0
			for y, line := range sc.Text() {
				if line != "" {
					row = y + 1
				}
			}
		})
	}
	t.out([]byte(leaveTerminal(t.kind.Term, int(t.rows), min(row, int(t.rows)-1))))
}

// leaveTerminal is what gives a terminal of so many rows back, with the cursor in a row counted from 0.
func leaveTerminal(term string, rows, row int) string {
	s := screen.Leave
	if hasTitle(term) {
		s += popTitle
	}
	return s + fmt.Sprintf("\x1b[%d;1H\x1b[K\x1b[%d;1H\x1b[J", max(rows, 1), row+1)
}

// Gone implements session.Viewer: the shell has ended. The learner who leaves the isolated shell stands
// in the host again, as in the course; who leaves the host leaves the lesson.
func (t *terminal) Gone(sh *session.Shell) {
	if t.follow && sh.Name != "host" {
		if host, err := t.server.session.Shell("host"); err == nil {
			t.show(host, textBackInHost.In(t.kind.Lang, pairs([]string{"shell", sh.Name})))
			return
		}
	}
	t.leave()
}

// leave ends the terminal's part in the lesson.
func (t *terminal) leave() { t.once.Do(func() { close(t.over) }) }

// show lets the terminal show another shell. A line of nslab's own is shown there, if it is not empty, between two prompts.
func (t *terminal) show(sh *session.Shell, line string) {
	// What is typed from here on is for the new shell.
	t.mu.Lock()
	old := t.shell
	t.shell = sh
	t.mu.Unlock()
	if old == sh {
		return
	}
	if old != nil {
		old.Leave(t)
	}
	t.setView(nil)
	text := t.server.statusText(t, sh)
	t.mu.Lock()
	t.status = text
	t.mu.Unlock()
	rows, cols, status := t.room()
	if rows > 0 && cols > 0 {
		_ = sh.Resize(rows, cols)
	}
	switch {
	case t.dumb && old != nil:
		if line == "" {
			line = textNowShell.In(t.kind.Lang, pairs([]string{"shell", sh.Name}))
		}
		t.out([]byte("\r\n[" + line + "]\r\n"))
	case line != "":
		sh.Interject(note(line))
	case !status && old != nil:
		go t.remark(sh)
	}
	if err := sh.Watch(t); err != nil {
		t.Gone(sh)
	}
}

// remark says which shell is shown, where no status line does: at its prompt, if that stands or comes soon.
func (t *terminal) remark(sh *session.Shell) {
	for range 20 {
		if t.shown() != sh || sh.Remark(note(textNowShell.In(t.kind.Lang, pairs([]string{"shell", sh.Name})))) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// next shows the lesson's next shell.
func (t *terminal) next() {
	sh := t.shown()
	if sh == nil {
		return
	}
	if to, err := t.server.session.Shell(t.server.otherShell(sh.Name)); err == nil {
		t.show(to, "")
	}
}

// note is a line of nslab's own.
func note(line string) []byte { return []byte("[" + line + "]\r\n") }

// say shows a line of nslab's own when it can be shown.
func (t *terminal) say(line string) {
	if sh := t.shown(); sh != nil {
		sh.Interject(note(line))
	}
}

// refresh shows the status line again if what it says has changed.
func (t *terminal) refresh() {
	sh := t.shown()
	if sh == nil {
		return
	}
	text := t.server.statusText(t, sh)
	t.mu.Lock()
	same := text == t.status
	t.status = text
	t.mu.Unlock()
	rows, cols, status := t.room()
	if same || !status {
		return
	}
	t.look(func(sc *screen.Screen) {
		if t.viewing() != nil {
			return
		}
		if r, c := sc.Size(); t.stale || r != int(rows) || c != int(cols) || !t.out(sc.State(t.appendStatus(nil))) {
			t.stale = true
			t.nudge()
		}
	})
}

// input types into the shell that is shown, which gets this terminal's size; or scrolls the view that covers it.
func (t *terminal) input(p []byte) {
	for len(p) > 0 {
		typed, pressed, rest := t.keys.next(p)
		if v := t.viewing(); v != nil && len(typed) > 0 {
			t.typedInView(v, typed)
		} else if sh := t.shown(); sh != nil && len(typed) > 0 {
			if rows, cols, _ := t.room(); rows > 0 && cols > 0 {
				_ = sh.Resize(rows, cols)
			}
			_ = sh.Type(typed) // its end is told by Gone
		}
		switch pressed {
		case 0:
			t.next()
		case 1:
			t.toggleCalls()
		}
		p = rest
	}
}

// resize passes a new size on.
func (t *terminal) resize(rows, cols uint16) {
	t.mu.Lock()
	t.rows, t.cols = rows, cols
	sh := t.shell
	t.mu.Unlock()
	if sh == nil || rows == 0 || cols == 0 {
		return
	}
	text := t.server.statusText(t, sh) // as much as there is room for
	t.mu.Lock()
	t.status = text
	t.mu.Unlock()
	rows, cols, _ = t.room()
	_ = sh.Resize(rows, cols)
	// Terminals move their text about when they are resized.
	t.look(t.Begin)
}

// withoutEscapes is what a terminal that knows no sequences is shown of what package screen lets through.
func withoutEscapes(p []byte) []byte {
	var b []byte
	for len(p) > 0 {
		i := bytes.IndexByte(p, 0x1b)
		if i < 0 {
			return append(b, p...)
		}
		b = append(b, p[:i]...)
		p = p[i+1:]
		if len(p) > 0 && p[0] == '[' {
			n := 1
			for n < len(p) && (p[n] < '@' || p[n] > '~') {
				n++
			}
			p = p[min(n+1, len(p)):]
		} else if len(p) > 0 {
			p = p[1:]
		}
	}
	return b
}

// A frame is a letter, a length in four bytes, and that many bytes: 'd' for
// what is typed or shown, 'r' for a size (rows and columns, two bytes each),
// 'e' for the end, with a last line to show.

const maxFrame = 1 << 20

func writeFrame(w io.Writer, kind byte, p []byte) error {
	head := [5]byte{kind}
	binary.BigEndian.PutUint32(head[1:], uint32(len(p)))
	_, err := w.Write(append(head[:], p...))
	return err
}

func readFrame(r io.Reader) (kind byte, p []byte, err error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint32(head[1:])
	if n > maxFrame {
		return 0, nil, fmt.Errorf("a frame of %d bytes is too long", n)
	}
	p = make([]byte, n)
	_, err = io.ReadFull(r, p)
	return head[0], p, err
}

// attach serves nslab shell NAME of another terminal.
func (s *server) attach(c *net.UnixConn, r io.Reader, req request) {
	if len(req.Args) != 1 {
		writeReply(c, reply{Status: 2, Error: textUsage.In(req.Lang, pairs([]string{"usage", "nslab shell NAME"}))})
		return
	}
	sh, err := s.session.Shell(req.Args[0])
	if err != nil {
		writeReply(c, reply{Status: 2, Error: err.Error()})
		return
	}
	writeReply(c, reply{})
	// A terminal that does not take what it is shown must not hold the lesson up: it is drawn anew when it does.
	queue := make(chan []byte, 64)
	out := func(p []byte) bool {
		select {
		case queue <- append([]byte(nil), p...):
			return true
		default:
			return false
		}
	}
	kind := req.Terminal
	kind.Lang = req.Lang
	t := newTerminal(s, kind, req.Rows, req.Cols, out, false)
	s.join(t)
	defer s.part(t)
	t.enter()
	t.show(sh, "")
	go t.catchUp()
	go func() {
		defer t.leave()
		for {
			kind, p, err := readFrame(r)
			if err != nil {
				return
			}
			switch {
			case kind == 'd':
				t.input(p)
			case kind == 'r' && len(p) == 4:
				t.resize(binary.BigEndian.Uint16(p), binary.BigEndian.Uint16(p[2:]))
			}
		}
	}()
	for open := true; open; {
		select {
		case p := <-queue:
			if writeFrame(c, 'd', p) != nil {
				t.leave()
			}
		case <-t.over:
			open = false
		}
	}
	// Who does not read by now is not waited for.
	_ = c.SetWriteDeadline(time.Now().Add(2 * time.Second))
	now := t.shown()
	left := make(chan struct{})
	go func() {
		now.Leave(t)
		close(left)
	}()
	for open := true; open; {
		select {
		case p := <-queue:
			_ = writeFrame(c, 'd', p)
		case <-left:
			open = false
		}
	}
	for len(queue) > 0 {
		_ = writeFrame(c, 'd', <-queue)
	}
	t.exit(now)
	for len(queue) > 0 {
		_ = writeFrame(c, 'd', <-queue)
	}
	_ = writeFrame(c, 'e', []byte(textShellOver.In(req.Lang, pairs([]string{"shell", now.Name}))))
}

// errNoTerminal is the error of a command that needs a terminal and has none.
var errNoTerminal = errors.New("standard input is not a terminal")

// raw takes a person's terminal: what is typed passes as it is, until restore.
type raw struct {
	in     *os.File
	state  *term.State
	winch  chan os.Signal
	closed chan struct{}
	guard  *guard
	// stop is a pipe whose writing end is closed to stop the reading: what is typed after is somebody else's.
	stop, stopper *os.File
}

// takeTerminal takes the terminal, of which the TERM is name; guarded says that it is to be given back even if nslab is killed.
func takeTerminal(in *os.File, name string, guarded bool) (*raw, error) {
	if !term.IsTerminal(int(in.Fd())) {
		return nil, errNoTerminal
	}
	state, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return nil, fmt.Errorf("take the terminal: %w", err)
	}
	r := &raw{in: in, state: state, winch: make(chan os.Signal, 1), closed: make(chan struct{})}
	if r.stop, r.stopper, err = os.Pipe(); err != nil {
		_ = term.Restore(int(in.Fd()), state)
		return nil, fmt.Errorf("take the terminal: %w", err)
	}
	signal.Notify(r.winch, unix.SIGWINCH)
	if guarded {
		r.guard = newGuard(in, name)
	}
	return r, nil
}

// pump passes on what is typed, and how large the terminal is when that is no longer what it was. Where nslab has no controlling
// terminal, and so no SIGWINCH (su -c makes it so), the size is seen when something is typed.
func (r *raw) pump(rows, cols int, typed func([]byte), size func(rows, cols uint16)) {
	var mu sync.Mutex
	look := func() {
		mu.Lock()
		defer mu.Unlock()
		if w, h, err := term.GetSize(int(r.in.Fd())); err == nil && (w != cols || h != rows) {
			rows, cols = h, w
			size(uint16(h), uint16(w))
		}
	}
	look()
	go func() {
		for {
			select {
			case <-r.winch:
				look()
			case <-r.closed:
				return
			}
		}
	}()
	go func() {
		defer r.stop.Close()
		buf := make([]byte, 4096)
		for {
			fds := []unix.PollFd{{Fd: int32(r.in.Fd()), Events: unix.POLLIN}, {Fd: int32(r.stop.Fd())}}
			if _, err := unix.Poll(fds, -1); err == unix.EINTR {
				continue
			}
			if fds[1].Revents != 0 {
				return
			}
			n, err := r.in.Read(buf)
			if n > 0 {
				look()
				typed(buf[:n])
			}
			if err != nil {
				typed(nil)
				return
			}
		}
	}()
}

func (r *raw) restore() {
	signal.Stop(r.winch)
	close(r.closed)
	_ = r.stopper.Close()
	_ = term.Restore(int(r.in.Fd()), r.state)
	r.guard.dismiss()
}
