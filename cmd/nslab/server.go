package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/session"
	"github.com/nslab/nslab/sandbox"
)

// While a lesson is open, nslab run listens on two sockets: one in the
// learner's state folder, for commands in other terminals, and one in the lab,
// for commands typed in the lesson's shells. A request is one line of JSON, and so is the reply;
// after a request to attach, frames follow (see terminal.go). The caller in
// the lab may be anyone the learner let in: nothing here trusts it, and it can do
// only what the learner can.

// request is what a command asks of the lesson that is open.
type request struct {
	Op    string   `json:"op"`
	Args  []string `json:"args,omitempty"`
	Lang  say.Lang `json:"lang"`
	JSON  bool     `json:"json,omitempty"`
	Color bool     `json:"color,omitempty"`
	// Verbose asks for the evidence of a finding.
	Verbose bool `json:"verbose,omitempty"`
	// Place is the path that nslab explain asks about, looked up where it was typed.
	Place *place `json:"place,omitempty"`
	Width int    `json:"width,omitempty"`
	Rows  uint16 `json:"rows,omitempty"`
	Cols  uint16 `json:"cols,omitempty"`
	// Terminal is the caller's, where it asks to attach.
	Terminal terminalKind `json:"terminal,omitzero"`
}

// reply is the answer: what to print and the exit status.
type reply struct {
	Status int    `json:"status"`
	Text   string `json:"text,omitempty"`
	// Error goes to standard error.
	Error string `json:"error,omitempty"`
}

// maxRequest bounds a request; a longer one is refused.
const maxRequest = 64 << 10

// server is the lesson that is open.
type server struct {
	app      *app
	lesson   *lessons.Lesson
	words    map[say.Lang]lessons.Words
	session  *session.Session
	progress *lessons.Progress
	home     *terminal // the terminal of nslab run
	restart  bool      // the lesson was reset: open it again
	// restartLine says so.
	restartLine string
	mu          sync.Mutex
	// terminals are all that show a shell of the lesson.
	terminals map[*terminal]bool
}

// socketPath is where the open lesson listens outside the lab.
func socketPath(getenv func(string) string) (string, error) {
	dir, err := lessons.StateDir(getenv)
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "session.socket"), nil
}

// throughFD runs f with a path to the socket's folder that is short enough for an address of
// unix(7), however long the folder's own path is.
func throughFD(path string, f func(short string) error) error {
	dir, err := unix.Open(filepath.Dir(path), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return &os.PathError{Op: "open", Path: filepath.Dir(path), Err: err}
	}
	defer unix.Close(dir)
	return f(fmt.Sprintf("/proc/self/fd/%d/%s", dir, filepath.Base(path)))
}

// dial connects to the open lesson; os.ErrNotExist where there is none.
func dial(path string) (net.Conn, error) {
	var c net.Conn
	err := throughFD(path, func(short string) error {
		var err error
		c, err = net.DialTimeout("unix", short, 2*time.Second)
		return err
	})
	if errors.Is(err, unix.ECONNREFUSED) || errors.Is(err, os.ErrNotExist) {
		return nil, os.ErrNotExist
	}
	return c, err
}

// listen makes the socket, in the place of one that nobody listens on any more.
func listen(path string) (net.Listener, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var ln net.Listener
	err := throughFD(path, func(short string) error {
		old := unix.Umask(0o177)
		defer unix.Umask(old)
		var err error
		ln, err = net.Listen("unix", short)
		return err
	})
	if u, ok := ln.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false) // its name for the path is gone by then
	}
	return ln, err
}

// serve answers connections until the listener is closed.
func (s *server) serve(ln net.Listener, inLab bool) {
	// A hostile lab may open as many connections as it likes; only so many are heard at once.
	slots := make(chan struct{}, 16)
	for {
		c, err := ln.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			time.Sleep(10 * time.Millisecond) // out of descriptors, say
			continue
		}
		slots <- struct{}{}
		go func() {
			defer func() { <-slots }()
			defer c.Close()
			s.answer(c.(*net.UnixConn), inLab)
		}()
	}
}

func (s *server) answer(c *net.UnixConn, inLab bool) {
	if !inLab && !sameUser(c) {
		return
	}
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	r := bufio.NewReaderSize(c, maxRequest)
	line, err := r.ReadSlice('\n') // a longer line is an error
	if err != nil {
		return
	}
	var req request
	if err := json.Unmarshal(line, &req); err != nil {
		writeReply(c, reply{Status: 2, Error: "the request is not JSON"})
		return
	}
	if _, err := say.Parse(string(req.Lang)); err != nil {
		req.Lang = s.app.lang
	}
	req.Width = min(max(req.Width, 20), 200)
	caller := 0
	if inLab {
		caller, _ = s.session.Lab.Caller(c)
	}
	if req.Op == "attach" && !inLab {
		_ = c.SetDeadline(time.Time{})
		s.attach(c, r, req)
		return
	}
	if req.Op == "watch" {
		_ = c.SetDeadline(time.Time{})
		s.sendMaps(c, r, view{lang: req.Lang}, req, caller)
		return
	}
	if req.Op == "trace" {
		s.traceCalls(c, req, inLab)
		return
	}
	writeReply(c, s.do(req, inLab, caller))
	s.refresh()
}

func writeReply(w io.Writer, r reply) {
	b, err := json.Marshal(r)
	if err == nil {
		_, _ = w.Write(append(b, '\n'))
	}
}

// sameUser reports whether the other end belongs to who runs us, or to root.
func sameUser(c *net.UnixConn) bool {
	rc, err := c.SyscallConn()
	if err != nil {
		return false
	}
	ok := false
	_ = rc.Control(func(fd uintptr) {
		cred, err := unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
		ok = err == nil && (int(cred.Uid) == os.Getuid() || cred.Uid == 0)
	})
	return ok
}

// do carries out a request.
func (s *server) do(req request, inLab bool, caller int) reply {
	w := s.words[req.Lang]
	v := view{lang: req.Lang, color: req.Color, width: req.Width, params: s.session.Params(), evidence: req.Verbose}
	switch req.Op {
	case "where":
		return s.where(v, w, req)
	case "check":
		return s.check(v, w, req, caller)
	case "hint":
		return s.hint(v, w, req, caller)
	case "step":
		return s.stepText(v, w, req)
	case "answer":
		return s.answerStep(v, w, req)
	case "solution":
		return s.solution(v, w, req)
	case "shell":
		if !inLab {
			break
		}
		return s.switchShell(v, req, caller)
	case "list":
		text, err := listText(v, s.progress, s.paramsOf, s.lesson.Name, req.JSON)
		if err != nil {
			return failed(v, err)
		}
		return reply{Text: text}
	case "map":
		return s.drawMap(v, req, caller)
	case "explain":
		return s.explain(v, req, inLab, caller)
	case "reset":
		return s.reset(v, req)
	}
	return reply{Status: 2, Error: textNotHere.In(req.Lang, pairs([]string{"command", req.Op}))}
}

func failed(v view, err error) reply {
	return reply{Status: 2, Error: err.Error()}
}

// wanted is the step a request names, the open one where it names none, nil where all are done.
func (s *server) wanted(req request) (*lessons.Step, error) {
	if len(req.Args) > 0 {
		return s.lesson.Step(req.Args[0])
	}
	return s.session.Step(), nil
}

type whereJSON struct {
	Lesson string   `json:"lesson"`
	Step   string   `json:"step,omitempty"`
	Done   []string `json:"done"`
	Shells []string `json:"shells"`
}

func (s *server) where(v view, w lessons.Words, req request) reply {
	step := s.session.Step()
	if req.JSON {
		j := whereJSON{Lesson: s.lesson.Name, Done: []string{}}
		if step != nil {
			j.Step = step.Name
		}
		for _, st := range s.lesson.Steps {
			if _, ok := s.session.IsDone(st.Name); ok {
				j.Done = append(j.Done, st.Name)
			}
		}
		for _, sh := range s.lesson.Shells {
			j.Shells = append(j.Shells, sh.Name)
		}
		return jsonReply(j, 0)
	}
	if step == nil {
		return reply{Text: textWhereDone.In(v.lang, pairs([]string{"lesson", s.lesson.Name})) + "\n"}
	}
	return reply{Text: textWhereOpen.In(v.lang, pairs([]string{"lesson", s.lesson.Name, "step", step.Name,
		"title", w.Steps[step.Name].Title})) + "\n"}
}

func jsonReply(value any, status int) reply {
	b, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return reply{Status: 2, Error: err.Error()}
	}
	return reply{Status: status, Text: string(b) + "\n"}
}

func (s *server) check(v view, w lessons.Words, req request, caller int) reply {
	step, err := s.wanted(req)
	if err != nil {
		return failed(v, err)
	}
	if step == nil {
		return reply{Text: textAllDone.In(v.lang, pairs([]string{"lesson", s.lesson.Name})) + "\n"}
	}
	before, was := s.session.IsDone(step.Name)
	f, err := s.session.Check(step.Name, s.group(caller))
	if err != nil {
		return failed(v, err)
	}
	if last := s.progress.Step(s.lesson.Name, step.Name).Answer; step.Question && !f.Satisfied && last != "" {
		// An answer was given: why it is not right says more than that there is none.
		if g, _, err := s.session.Diagnose(step.Name, last, s.group(caller)); err == nil && !g.Satisfied {
			f = g
		}
	}
	if !f.Satisfied {
		s.saved(s.progress.AddAttempt(s.lesson.Name, step.Name))
	}
	status := 0
	if !f.Satisfied {
		status = 1
	}
	if req.JSON {
		return jsonReply(findingJSON(s.lesson.Name, step.Name, f, v.lang), status)
	}
	if was && before.Key == "" && f.Satisfied && f.Key == "" {
		return reply{Text: textStepWasDone.In(v.lang, pairs([]string{"step", step.Name})) + "\n"}
	}
	text := v.finding(step.Name, f)
	if f.Satisfied && !was {
		if next := s.session.Step(); next != nil {
			text += "\n" + v.step(w, next.Name)
		} else {
			text += "\n" + s.outro(v, w)
		}
	}
	return reply{Status: status, Text: text}
}

// group is the process group of a caller in the lab: it is not what the learner made. 0 for a caller outside.
func (s *server) group(caller int) int {
	if caller > 0 {
		if snap, err := s.session.Lab.Snapshot(); err == nil {
			if p, ok := snap.Proc(caller); ok {
				return p.Group
			}
		}
	}
	return 0
}

// saved tells of a change that could not be saved. The lesson goes on without.
func (s *server) saved(err error) {
	if err != nil {
		// Not now: the session is locked where this is its OnDone.
		go s.home.say(textNotSaved.In(s.app.lang, pairs([]string{"error", clean(err.Error())})))
	}
}

func (s *server) answerStep(v view, w lessons.Words, req request) reply {
	args := req.Args
	step := s.session.Step()
	if len(args) > 1 {
		if st, err := s.lesson.Step(args[0]); err == nil {
			step, args = st, args[1:]
		}
	}
	if step == nil {
		return reply{Text: textAllDone.In(v.lang, pairs([]string{"lesson", s.lesson.Name})) + "\n"}
	}
	if !step.Question {
		return reply{Status: 2, Error: textNoQuestion.In(v.lang, pairs([]string{"step", step.Name}))}
	}
	text := strings.Join(args, " ")
	f, err := s.session.Answer(step.Name, text)
	if err != nil {
		return failed(v, err)
	}
	s.saved(s.progress.SetAnswer(s.lesson.Name, step.Name, text))
	status := 0
	if !f.Satisfied {
		status = 1
	}
	if req.JSON {
		return jsonReply(findingJSON(s.lesson.Name, step.Name, f, v.lang), status)
	}
	out := v.finding(step.Name, f)
	if f.Satisfied {
		if next := s.session.Step(); next != nil {
			out += "\n" + v.step(w, next.Name)
		} else {
			out += "\n" + s.outro(v, w)
		}
	}
	return reply{Status: status, Text: out}
}

// switchShell lets the terminal that shows the caller's shell show another.
func (s *server) switchShell(v view, req request, caller int) reply {
	if len(req.Args) != 1 {
		return reply{Status: 2, Error: textUsage.In(v.lang, pairs([]string{"usage", "nslab shell NAME"}))}
	}
	from := s.callersShell(caller)
	if from == nil {
		return reply{Status: 2, Error: textNotHere.In(v.lang, pairs([]string{"command", "shell"}))}
	}
	if from.Name == req.Args[0] {
		return reply{Text: textAlreadyShell.In(v.lang, pairs([]string{"shell", from.Name})) + "\n"}
	}
	to, err := s.session.Shell(req.Args[0])
	if err != nil {
		return failed(v, err)
	}
	for _, viewer := range from.Viewers() {
		if t, ok := viewer.(*terminal); ok {
			go t.show(to, "") // after the reply, which the shell we leave prints
		}
	}
	return reply{}
}

// callersShell is the shell in whose terminal session a process of the lab is.
func (s *server) callersShell(pid int) *session.Shell {
	snap, err := s.session.Lab.Snapshot()
	if err != nil {
		return nil
	}
	p, ok := snap.Proc(pid)
	if !ok {
		return nil
	}
	for name, leader := range snap.Shells {
		if leader == p.Session {
			if sh, err := s.session.Shell(name); err == nil {
				return sh
			}
		}
	}
	return nil
}

// callLab asks the lesson that is open, from inside its lab or from another terminal. It returns
// false where no lesson is open.
func (a *app) callLab(op string, args []string) (reply, bool, error) {
	return a.ask(request{Op: op, Args: args, Verbose: a.verbose})
}

// ask is callLab for a request that says more.
func (a *app) ask(req request) (reply, bool, error) {
	c, err := a.connect()
	if errors.Is(err, os.ErrNotExist) {
		return reply{}, false, nil
	}
	if err != nil {
		return reply{}, false, a.fail(textNoAnswer, "error", err.Error())
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	if err := a.send(c, req); err != nil {
		return reply{}, false, a.fail(textNoAnswer, "error", err.Error())
	}
	rep, err := readReply(bufio.NewReader(c))
	if err != nil {
		return reply{}, false, a.fail(textNoAnswer, "error", err.Error())
	}
	return rep, true, nil
}

// inLab reports whether we were started in a lab.
func inLab() bool {
	_, err := os.Stat(sandbox.SocketPath)
	return err == nil
}

func (a *app) connect() (net.Conn, error) {
	if inLab() {
		return net.DialTimeout("unix", sandbox.SocketPath, 2*time.Second)
	}
	path, err := socketPath(a.getenv)
	if err != nil {
		return nil, os.ErrNotExist
	}
	return dial(path)
}

func (a *app) send(c net.Conn, req request) error {
	req.Lang, req.JSON, req.Width = a.lang, a.json, a.width()
	req.Color = !noColor()
	b, err := json.Marshal(req)
	if err != nil {
		return err
	}
	_, err = c.Write(append(b, '\n'))
	return err
}

func readReply(r *bufio.Reader) (reply, error) {
	var rep reply
	line, err := r.ReadBytes('\n')
	if err != nil {
		return rep, err
	}
	return rep, json.Unmarshal(line, &rep)
}

// remote makes a command of which the open lesson does the work.
func (a *app) remote(op string) func(args []string) error {
	return func(args []string) error {
		rep, ok, err := a.callLab(op, args)
		if err != nil {
			return err
		}
		if !ok {
			return a.fail(textNoLesson)
		}
		return a.print(rep)
	}
}

// print prints a reply; its status becomes ours.
func (a *app) print(rep reply) error {
	_, _ = io.WriteString(a.out, rep.Text)
	if rep.Error != "" {
		return &userError{rep.Error}
	}
	a.status = rep.Status
	return nil
}
