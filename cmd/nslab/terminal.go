package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"sync"

	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"github.com/nslab/nslab/lessons/session"
)

// terminal is a person's terminal that shows one of the lesson's shells: that
// of nslab run, or another that is attached through the socket.
type terminal struct {
	server *server
	out    func(p []byte)
	// follow says that when its shell ends, another of the lesson is shown.
	follow bool
	over   chan struct{}
	once   sync.Once

	mu         sync.Mutex
	shell      *session.Shell
	rows, cols uint16
}

func newTerminal(s *server, out func([]byte), follow bool) *terminal {
	return &terminal{server: s, out: out, follow: follow, over: make(chan struct{})}
}

// Show implements session.Viewer.
func (t *terminal) Show(p []byte) { t.out(p) }

// Gone implements session.Viewer: the shell has ended. The learner who leaves the isolated shell stands
// in the host again, as in the course; who leaves the host leaves the lesson.
func (t *terminal) Gone(sh *session.Shell) {
	if t.follow && sh.Name != "host" {
		if host, err := t.server.session.Shell("host"); err == nil {
			t.show(host, textBackInHost.In(t.server.app.lang, pairs([]string{"shell", sh.Name})))
			return
		}
	}
	t.leave()
}

// leave ends the terminal's part in the lesson.
func (t *terminal) leave() { t.once.Do(func() { close(t.over) }) }

// show lets the terminal show another shell, after a line of nslab's own; none where it is empty.
func (t *terminal) show(sh *session.Shell, line string) {
	// What is typed from here on is for the new shell.
	t.mu.Lock()
	old := t.shell
	t.shell = sh
	rows, cols := t.rows, t.cols
	t.mu.Unlock()
	if old == sh {
		return
	}
	if old != nil {
		old.Leave(t)
	}
	if line != "" {
		t.note(line)
	}
	if rows > 0 {
		_ = sh.Resize(rows, cols)
	}
	if err := sh.Watch(t); err != nil {
		t.Gone(sh)
	}
}

// note shows a line of nslab's own.
func (t *terminal) note(line string) { t.out([]byte("\r\n" + crlf("["+line+"]\n"))) }

// input types into the shell that is shown.
func (t *terminal) input(p []byte) {
	t.mu.Lock()
	sh := t.shell
	t.mu.Unlock()
	if sh != nil {
		_ = sh.Type(p) // its end is told by Gone
	}
}

// resize passes a new size on.
func (t *terminal) resize(rows, cols uint16) {
	t.mu.Lock()
	t.rows, t.cols = rows, cols
	sh := t.shell
	t.mu.Unlock()
	if sh != nil && rows > 0 && cols > 0 {
		_ = sh.Resize(rows, cols)
	}
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
	// A terminal that does not take what it is shown must not hold the lesson up.
	queue := make(chan []byte, 1024)
	t := newTerminal(s, nil, false)
	t.out = func(p []byte) {
		select {
		case queue <- append([]byte(nil), p...):
		default:
			t.leave()
		}
	}
	t.rows, t.cols = req.Rows, req.Cols
	t.show(sh, "")
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
	for {
		select {
		case p := <-queue:
			if writeFrame(c, 'd', p) != nil {
				t.leave()
			}
			continue
		case <-t.over:
		}
		break
	}
	t.mu.Lock()
	now := t.shell
	t.mu.Unlock()
	now.Leave(t)
	for {
		select {
		case p := <-queue:
			_ = writeFrame(c, 'd', p)
			continue
		default:
		}
		break
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
	// stop is a pipe whose writing end is closed to stop the reading: what is typed after is somebody else's.
	stop, stopper *os.File
}

func takeTerminal(in *os.File) (*raw, error) {
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
	return r, nil
}

// pump passes on what is typed and how large the terminal is.
func (r *raw) pump(typed func([]byte), size func(rows, cols uint16)) {
	go func() {
		for {
			select {
			case <-r.winch:
				if w, h, err := term.GetSize(int(r.in.Fd())); err == nil {
					size(uint16(h), uint16(w))
				}
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
}
