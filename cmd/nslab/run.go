package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/catalogue"
	"github.com/nslab/nslab/lessons/session"
)

// runLesson opens a lesson: the one that is named, or the one the learner was in, or the first
// that is not done.
func (a *app) runLesson(args []string) error {
	if inLab() {
		return a.fail(textAlreadyInLab)
	}
	progress := a.progress()
	var l *lessons.Lesson
	if len(args) == 1 {
		var err error
		if l, err = a.findLesson(args[0], progress); err != nil {
			return err
		}
	} else {
		l = nextLesson(progress)
	}
	kind, err := a.terminalKind()
	if err != nil {
		return err
	}
	if a.term.split && a.getenv("TMUX") == "" {
		return a.fail(textNeedsTmux)
	}
	if !term.IsTerminal(int(a.in.Fd())) {
		return a.fail(textNeedsTerminal)
	}
	rec, err := a.record(l, kind)
	if err != nil {
		return err
	}
	for {
		again, err := a.play(l, progress, kind, rec)
		if err != nil || !again {
			return errors.Join(err, a.endRecord(rec))
		}
	}
}

func lessonNames() []string {
	var names []string
	for _, l := range catalogue.Lessons() {
		names = append(names, l.Name)
	}
	return names
}

// nextLesson is where the learner goes on.
func nextLesson(p *lessons.Progress) *lessons.Lesson {
	all := catalogue.Lessons()
	if l := lessonNamed(p, p.Current()); l != nil && p.FirstOpen(l) < len(l.Steps) {
		return l
	}
	for _, l := range all {
		if p.FirstOpen(l) < len(l.Steps) {
			return l
		}
	}
	return all[0]
}

// play opens a lesson in the person's terminal until they leave it. It returns true when the
// lesson is to be opened again.
func (a *app) play(l *lessons.Lesson, progress *lessons.Progress, kind terminalKind, rec *castWriter) (again bool, err error) {
	path, err := socketPath(a.getenv)
	if err == nil {
		if c, err := dial(path); err == nil {
			_ = c.Close()
			return false, a.fail(textAlreadyOpen)
		}
	}
	// Whatever ends us must first give the terminal back.
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, unix.SIGTERM, unix.SIGHUP, unix.SIGINT, unix.SIGQUIT)
	defer signal.Stop(signals)

	s := &server{app: a, lesson: l, words: map[say.Lang]lessons.Words{}, progress: progress}
	for _, lang := range say.Langs() {
		if s.words[lang], err = l.Words(lang); err != nil {
			return false, err
		}
	}
	own, err := a.individual(l)
	if err != nil {
		return false, err
	}
	defer own.close()
	busy := a.working(textMakingLab.In(a.lang, nil))
	defer busy.done()
	keeper, err := a.keeper()
	if err != nil {
		return false, err
	}
	defer keeper.Close()

	cols, rows, err := term.GetSize(int(a.in.Fd()))
	if err != nil || cols == 0 || rows == 0 {
		cols, rows = 80, 24
	}
	s.home = newTerminal(s, kind, uint16(rows), uint16(cols), func(p []byte) bool { _, _ = a.out.Write(p); return true }, true)
	s.join(s.home)
	var done []string
	for _, step := range l.Steps {
		if progress.Done(l.Name, step.Name) {
			done = append(done, step.Name)
		}
	}
	if progress.FirstOpen(l) == len(l.Steps) {
		// To do it once more is to begin again.
		done = nil
	}
	roomRows, roomCols, _ := s.home.room()
	keep, endKeeping := keepTyped(progress.Dir(), l.Name)
	defer endKeeping()
	at := ""
	if first := progress.FirstOpen(l); first < len(l.Steps) && len(done) > 0 {
		at = l.Steps[first].Name
	}
	s.session, err = session.Open(session.Options{Keeper: keeper, Lesson: l, Params: own.params, Done: done, At: at,
		Rebuilding: func(n, of int) {
			busy.say(textRebuilding.In(a.lang, pairs([]string{"n", strconv.Itoa(n), "of", strconv.Itoa(of)})))
		},
		Term: kind.Term, Rows: roomRows, Cols: roomCols, Env: labEnv(a.getenv, a.lang),
		OnTyped: keep,
		OnDone: func(step *lessons.Step, _ checks.Finding) {
			s.saved(progress.SetDone(l.Name, step.Name))
		},
		Announce: func(done []session.Done, next *lessons.Step) []byte {
			s.refresh()
			return s.announce(done, next)
		},
	})
	busy.done()
	if err != nil {
		return false, a.fail(textNoLab, "error", err.Error())
	}
	defer s.session.Close()
	if _, err := s.session.Rebuilt(); err != nil {
		at = ""
	}
	own.record(s.session, done, at)
	s.saved(progress.SetCurrent(l.Name))
	s.saved(progress.SetMissing(l, s.session.AllMissing()))

	if ln, err := s.session.Lab.Listen(); err == nil {
		defer ln.Close()
		go s.serve(ln, true)
	}
	if path != "" {
		// Where no socket can be made, other terminals cannot join; the lesson goes on.
		if ln, err := listen(path); err == nil {
			defer os.Remove(path)
			defer ln.Close()
			go s.serve(ln, false)
		} else {
			a.warn(textNoSocket, "error", err.Error())
		}
	}
	first := l.Shells[0].Name
	if step := s.session.Step(); step != nil && step.Shell != "" {
		first = step.Shell
	}
	sh, err := s.session.Shell(first)
	if err != nil {
		return false, err
	}
	tty, err := takeTerminal(a.in, kind.Term, !s.home.dumb)
	if err != nil {
		return false, err
	}
	before, welcome := s.welcome(len(done) > 0, first)
	_, _ = io.WriteString(a.out, crlf(before))
	rec.setCooked(false)
	s.home.enter()
	s.home.show(sh, "")
	sh.Greet(welcome)
	go s.home.catchUp()
	if a.term.split {
		if err := a.split(s.otherShell(first), kind, cols); err != nil {
			s.home.say(textNoSplit.In(a.lang, pairs([]string{"error", clean(err.Error())})))
		}
	}
	tty.pump(rows, cols, func(p []byte) {
		if p == nil {
			// The terminal is gone.
			select {
			case signals <- unix.SIGHUP:
			default:
			}
			return
		}
		rec.typed(p)
		s.home.input(p)
	}, func(rows, cols uint16) {
		rec.resize(rows, cols)
		s.home.resize(rows, cols)
	})

	var ended os.Signal
	select {
	case <-s.home.over:
	case ended = <-signals:
	}
	s.mu.Lock()
	again = s.restart
	s.mu.Unlock()
	s.home.leave()
	// A terminal that takes nothing any more (Ctrl-S, a connection that hangs) does not hold up the end.
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		now := s.home.shown()
		if now != nil {
			now.Leave(s.home)
		}
		s.home.exit(now)
	}()
	select {
	case <-exited:
	case <-time.After(time.Second):
	}
	tty.restore()
	rec.setCooked(true)
	a.goodbye(s, again)
	if ended != nil {
		return false, statusError(128 + int(ended.(unix.Signal)))
	}
	return again, nil
}

// termName is the TERM of the lab's shells: the person's own, for it is their terminal.
func termName(getenv func(string) string) string {
	name := getenv("TERM")
	if name == "" || filepath.Base(name) != name {
		return "dumb"
	}
	return name
}

// labEnv is what of the person's environment concerns the terminal and the language.
func labEnv(getenv func(string) string, lang say.Lang) []string {
	env := []string{"NSLAB_LANG=" + string(lang)}
	for _, name := range []string{"COLORTERM", "COLORFGBG", "NO_COLOR", "PAGER", "LESS"} {
		if v := getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	return env
}

func (s *server) view() view {
	s.home.mu.Lock()
	cols := int(s.home.cols)
	s.home.mu.Unlock()
	return view{lang: s.app.lang, color: !noColor(), width: min(max(cols, 20), 100), params: s.session.Params()}
}

// welcome is the lesson's beginning, or where the learner left, for the shell that is shown first. What does not fit on the
// screen with the step is before, to be shown before the shell is: terminals scroll back to it.
func (s *server) welcome(back bool, shell string) (before string, text []byte) {
	v, w := s.view(), s.words[s.app.lang]
	head, body := v.title(w), ""
	step := s.session.Step()
	if back {
		head += textWelcomeBack.In(v.lang, pairs([]string{"lesson", s.lesson.Name})) + "\n\n"
	} else {
		head += v.markdown(w.Intro) + "\n"
	}
	for _, st := range s.lesson.Steps {
		if need := s.session.Missing(st.Name); need != "" {
			body += v.missing(st.Name, need) + "\n"
		}
	}
	task := ""
	if step == nil {
		task = s.outro(v, w)
	} else {
		task = v.step(w, step.Name)
	}
	body += task
	body += "\n" + s.rebuilt(v) + v.aside(textHelpLine)
	_, _, status := s.home.room()
	// The status line names the keys.
	if other := s.otherShell(shell); other != shell && s.home.key.name != "" && !status {
		body += v.aside(textKeyLine, "key", s.home.key.name, "shell", other)
	}
	if s.home.traceKey.name != "" && s.session.Lab.Trace() != nil && !status {
		body += v.aside(textCallsLine, "key", s.home.traceKey.name)
	}
	if s.fits(head + body) {
		return "", []byte(crlf(head + body))
	}
	if !back {
		body = v.aside(textIntroAbove, "lesson", s.lesson.Name) + body
	}
	return head, []byte(crlf(body + s.fromTheTop(v, task)))
}

// announce shows steps that have become done, and the next.
func (s *server) announce(done []session.Done, next *lessons.Step) []byte {
	v, w := s.view(), s.words[s.app.lang]
	var b strings.Builder
	for _, d := range done {
		b.WriteString(v.finding(d.Step.Name, d.Finding))
	}
	text := ""
	if next == nil {
		text = s.outro(v, w)
	} else {
		text = v.step(w, next.Name)
		if shell := s.stepShell(next); shell != "" {
			text += "\n" + v.aside(textStepShell, "shell", shell)
		}
	}
	b.WriteString("\n" + text + "\n" + s.fromTheTop(v, text))
	return []byte(crlf(b.String()))
}

// stepShell is the shell a step begins in, where another one was typed in last.
func (s *server) stepShell(step *lessons.Step) string {
	s.home.mu.Lock()
	defer s.home.mu.Unlock()
	if step.Shell == "" || s.home.shell == nil || s.home.shell.Name == step.Shell {
		return ""
	}
	return step.Shell
}

// goodbye says what is kept.
func (a *app) goodbye(s *server, again bool) {
	if again {
		fmt.Fprintln(a.out, s.restartLine)
		return
	}
	n := 0
	for _, step := range s.lesson.Steps {
		if _, ok := s.session.IsDone(step.Name); ok {
			n++
		}
	}
	text := textGoodbye
	if n < 2 {
		text = textGoodbye1 // in French none is singular, too
	}
	with := []string{"lesson", s.lesson.Name, "done", strconv.Itoa(n), "of", strconv.Itoa(len(s.lesson.Steps))}
	if err := s.progress.Save(); err != nil {
		text, with = textGoodbyeLost, append(with, "error", clean(err.Error()))
	}
	_, _ = io.WriteString(a.out, s.view().plain(text, pairs(with)))
}

// crlf makes line ends that a raw terminal shows as such.
func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

// shell attaches this terminal to a shell of the open lesson, or, typed in the lab, lets its
// terminal show another.
func (a *app) shell(args []string) error {
	if inLab() {
		return a.remote("shell")(args)
	}
	c, err := a.connect()
	if errors.Is(err, os.ErrNotExist) {
		return a.fail(textNoLesson)
	}
	if err != nil {
		return a.fail(textNoAnswer, "error", err.Error())
	}
	defer c.Close()
	if !term.IsTerminal(int(a.in.Fd())) {
		return a.fail(textNeedsTerminal)
	}
	kind, err := a.terminalKind()
	if err != nil {
		return err
	}
	return a.attach(c, args[0], kind)
}
