package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"github.com/nslab/nslab/checks/say"
)

// nslab map --watch: the open lesson sends the form of a map, one a line, whenever the lab's namespaces have
// changed (session.Follow); this end compares, draws, and waits for the next lesson when one has ended. On a terminal
// the picture is drawn anew in place; elsewhere, and on a terminal that cannot do that, one picture follows the other.

// sendMaps answers a request to watch until the lesson ends or the reader goes.
func (s *server) sendMaps(c net.Conn, r *bufio.Reader, v view, req request, caller int) {
	args := append(slices.Clone(req.Args), "")
	kind, ok := parseMapKind(args[0])
	if !ok {
		writeReply(c, reply{Status: 2, Error: textMapUnknownKind.In(v.lang, pairs([]string{"kind", clean(args[0]), "kinds", mapKinds()}))})
		return
	}
	changes, stop := s.session.Follow()
	defer stop()
	go func() { // nothing more is said; the end of it is that the reader has gone
		_, _ = io.Copy(io.Discard, r)
		stop()
	}()
	last := ""
	for snap := range changes {
		if kind != "" && snap.Host.Of(kind) == 0 {
			writeReply(c, reply{Status: 2, Error: textMapNoKind.In(v.lang, pairs([]string{"kind", string(kind)}))})
			return
		}
		b, err := json.Marshal(newMap(s.lesson.Name, withoutCaller(snap, caller), kind))
		if err != nil || string(b) == last {
			continue
		}
		last = string(b)
		_ = c.SetWriteDeadline(time.Now().Add(10 * time.Second))
		writeReply(c, reply{Text: last})
	}
}

// mapEvent is news of the lab that is watched: a map, or that a lesson has ended, or that none is open.
type mapEvent struct {
	form *mapForm
	none bool // no lesson was open
	err  error
}

// watchMap follows the lab.
func (a *app) watchMap(args []string, svg bool) error {
	kind := strings.Join(args, "")
	if _, ok := parseMapKind(kind); !ok {
		return a.fail(textMapUnknownKind, "kind", clean(kind), "kinds", mapKinds())
	}
	if svg {
		return a.fail(textMapWatchSVG)
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT)
	defer signal.Stop(signals)
	// Somebody who looks waits for the next lesson; a program does not.
	w := &mapWatch{app: a, ascii: plainASCII(a.getenv), waits: isTerminal(a.out) && !a.json}
	if w.waits && a.getenv("TERM") != "dumb" {
		w.screen = a.out.(*os.File)
	}
	events, leave := make(chan mapEvent), make(chan struct{})
	defer close(leave)
	go a.mapEvents(kind, w.waits, events, leave)
	if w.screen != nil {
		return w.onScreen(events, signals)
	}
	return w.onPaper(events, signals)
}

// mapEvents asks the lesson for maps, and sends what comes; with wait it goes on with the next lesson.
func (a *app) mapEvents(kind string, wait bool, events chan<- mapEvent, leave <-chan struct{}) {
	defer close(events)
	send := func(e mapEvent) bool {
		select {
		case events <- e:
			return true
		case <-leave:
			return false
		}
	}
	for {
		c, err := a.connect()
		switch {
		case err == nil:
			err = a.receiveMaps(c, kind, send)
			if err == nil && !send(mapEvent{}) {
				return
			}
		case errors.Is(err, os.ErrNotExist):
			err = nil
			if !send(mapEvent{none: true}) {
				return
			}
		default:
			err = a.fail(textNoAnswer, "error", err.Error())
		}
		if err == nil && wait && !inLab() {
			err = a.awaitLesson(leave)
		} else if err == nil {
			return
		}
		if err != nil {
			send(mapEvent{err: err})
			return
		}
	}
}

// receiveMaps sends on the maps of one lesson until it ends.
func (a *app) receiveMaps(c net.Conn, kind string, send func(mapEvent) bool) error {
	defer c.Close()
	if err := a.send(c, request{Op: "watch", Args: []string{kind}}); err != nil {
		return nil // it ended just now
	}
	r := bufio.NewReader(c)
	for {
		rep, err := readReply(r)
		if err != nil {
			return nil
		}
		if rep.Error != "" {
			return &userError{rep.Error}
		}
		var form mapForm
		if err := json.Unmarshal([]byte(rep.Text), &form); err != nil || form.Tree == nil {
			return a.fail(textNoAnswer, "error", "the map is not one")
		}
		if !send(mapEvent{form: &form}) {
			return nil
		}
	}
}

// awaitLesson waits until a lesson is open: inotify(7) tells when something happens to its socket's folder.
func (a *app) awaitLesson(leave <-chan struct{}) error {
	path, err := socketPath(a.getenv)
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return os.NewSyscallError("inotify_init1", err)
	}
	news := os.NewFile(uintptr(fd), "inotify")
	defer news.Close()
	if _, err := unix.InotifyAddWatch(fd, dir, unix.IN_CREATE|unix.IN_MOVED_TO|unix.IN_DELETE_SELF); err != nil {
		return &os.PathError{Op: "inotify_add_watch", Path: dir, Err: err}
	}
	happened := make(chan struct{}, 1)
	go func() {
		defer close(happened)
		buf := make([]byte, 16*(unix.SizeofInotifyEvent+unix.NAME_MAX+1))
		for {
			n, err := news.Read(buf)
			if err != nil {
				return
			}
			for rest := buf[:n]; len(rest) >= unix.SizeofInotifyEvent; {
				e := (*unix.InotifyEvent)(unsafe.Pointer(&rest[0]))
				name := rest[unix.SizeofInotifyEvent : unix.SizeofInotifyEvent+int(e.Len)]
				rest = rest[unix.SizeofInotifyEvent+int(e.Len):]
				if strings.TrimRight(string(name), "\x00") == filepath.Base(path) || e.Mask&unix.IN_DELETE_SELF != 0 {
					select {
					case happened <- struct{}{}:
					default:
					}
				}
			}
		}
	}()
	// Between bind(2), which makes the file, and listen(2), nobody answers yet.
	for tries := 0; ; {
		if c, err := dial(path); err == nil {
			return c.Close()
		}
		var soon <-chan time.Time
		if tries > 0 {
			tries--
			soon = time.After(20 * time.Millisecond)
		}
		select {
		case _, ok := <-happened:
			if !ok {
				return &os.PathError{Op: "watch", Path: dir, Err: os.ErrClosed}
			}
			tries = 50
		case <-soon:
		case <-leave:
			return nil
		}
	}
}

// mapWatch is the watching end.
type mapWatch struct {
	app    *app
	ascii  bool
	waits  bool
	screen *os.File // nil where one picture follows the other

	// now is the last map; base the one that changes are told against: what the lab was like when it was last at
	// rest, so that what one command does in a few steps is told together.
	base, now *mapForm
	at        time.Time
	over      bool   // the lesson of the last map has ended: nothing is compared with it
	message   string // what there is to say beside the map
	printed   bool   // a picture was printed: a line goes before the next
	top       int    // the first line of the tree that is shown
	free      bool   // the person has scrolled: what has changed is not sought
}

// rest is how long a lab is as it is until what comes next is told by itself.
const rest = 2 * time.Second

// take takes a new map.
func (w *mapWatch) take(m *mapForm, at time.Time) {
	if w.over {
		w.now = nil
	}
	if w.now == nil || w.base == nil || at.Sub(w.at) > rest {
		w.base = w.now
		w.free = false
	}
	w.now, w.at, w.message, w.over = m, at, "", false
}

// news takes an event other than a map: its words.
func (w *mapWatch) news(e mapEvent) {
	w.over = true
	switch {
	case e.none && w.now == nil:
		w.message = textMapWaits.In(w.app.lang, nil)
	case !e.none && w.now != nil && w.waits && !inLab():
		w.message = textMapEnded.In(w.app.lang, pairs([]string{"lesson", w.now.Lesson}))
	case !e.none && w.now != nil:
		w.message = textMapOver.In(w.app.lang, pairs([]string{"lesson", w.now.Lesson}))
	}
}

// mapLine is a line of nslab map --watch --json.
type mapLine struct {
	mapForm
	Changes []mapChange `json:"changes"`
}

// onPaper prints a map at each change, one after the other.
func (w *mapWatch) onPaper(events <-chan mapEvent, signals <-chan os.Signal) error {
	a := w.app
	var settle <-chan time.Time // a moment is waited for the command to do the rest of its work
	for {
		select {
		case sig := <-signals:
			return statusError(128 + int(sig.(unix.Signal)))
		case <-settle:
			settle = nil
			w.print()
		case e, ok := <-events:
			if settle != nil && e.form == nil {
				settle = nil
				w.print()
			}
			switch {
			case !ok:
				return nil
			case e.err != nil:
				return e.err
			case e.form == nil && a.json && e.none:
				return a.fail(textNoLesson)
			case e.form == nil && a.json:
				if err := w.line(map[string]any{"lesson": w.now.Lesson, "ended": true}); err != nil {
					return err
				}
			case e.form == nil && e.none && !w.waits:
				return a.fail(textNoLesson)
			case e.form == nil:
				if before := w.message; !e.none || w.now == nil {
					if w.news(e); w.message != before {
						fmt.Fprintln(a.out, w.message)
					}
				}
			case a.json:
				w.base, w.now = w.now, e.form
				if err := w.line(mapLine{*w.now, append([]mapChange{}, a.view().mapDiff(w.base, *w.now).list...)}); err != nil {
					return err
				}
			default:
				if settle == nil {
					w.base = w.now
					if w.over {
						w.base = nil
					}
					settle = time.After(300 * time.Millisecond)
				}
				w.now, w.message, w.over = e.form, "", false
			}
		}
	}
}

func (w *mapWatch) line(v any) error {
	e := json.NewEncoder(w.app.out)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// print prints the map with what has changed.
func (w *mapWatch) print() {
	v := w.app.view()
	diff := v.mapDiff(w.base, *w.now)
	if w.base != nil && len(diff.list) == 0 {
		return
	}
	var b strings.Builder
	if w.printed {
		b.WriteString(strings.Repeat("-", v.width-1) + "\n")
	}
	b.WriteString(strings.Join(fold(v.mapTitle(*w.now), v.width), "\n") + "\n\n")
	if len(diff.list) > 0 {
		b.WriteString(textMapSince.In(v.lang, nil) + "\n" + strings.Join(v.mapChanges(diff, w.arrow()), "\n") + "\n\n")
	}
	w.printed = true
	tree, _ := v.mapTree(*w.now, diff, w.ascii)
	_, _ = io.WriteString(w.app.out, b.String()+tree)
}

func (w *mapWatch) arrow() string {
	if w.ascii {
		return "->"
	}
	return "→"
}

// onScreen draws the map in place, and scrolls it.
func (w *mapWatch) onScreen(events <-chan mapEvent, signals <-chan os.Signal) error {
	a := w.app
	sizes := make(chan os.Signal, 1)
	signal.Notify(sizes, unix.SIGWINCH)
	defer signal.Stop(sizes)
	pauses := make(chan os.Signal, 1)
	signal.Notify(pauses, unix.SIGTSTP)
	defer signal.Stop(pauses)
	restore := w.enter()
	defer func() { restore() }()
	keys := make(chan string)
	go readKeys(a.in, keys)
	w.draw()
	for {
		select {
		case sig := <-signals:
			return statusError(128 + int(sig.(unix.Signal)))
		case <-sizes:
		case <-pauses:
			// Ctrl-Z: the terminal is the shell's meanwhile.
			restore()
			_ = unix.Kill(unix.Getpid(), unix.SIGSTOP)
			restore = w.enter()
		case k, ok := <-keys:
			if !ok {
				keys = nil
			} else if !w.key(k) {
				return nil
			}
		case e, ok := <-events:
			switch {
			case !ok:
				// Nothing more comes: what was there last stays to be read below the prompt.
				restore()
				restore = func() {}
				fmt.Fprintln(w.screen, w.message)
				return nil
			case e.err != nil:
				return e.err
			case e.form != nil:
				w.take(e.form, time.Now())
			default:
				w.news(e)
			}
		}
		w.draw()
	}
}

// enter takes the screen, and the keys one by one; the function it returns gives them back.
func (w *mapWatch) enter() (restore func()) {
	const alternate, back = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
	fd := int(w.app.in.Fd())
	old, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err == nil {
		keyed := *old
		keyed.Lflag &^= unix.ICANON | unix.ECHO // Ctrl-C and Ctrl-Z stay signals (termios(3), ISIG)
		keyed.Cc[unix.VMIN], keyed.Cc[unix.VTIME] = 1, 0
		_ = unix.IoctlSetTermios(fd, unix.TCSETS, &keyed)
	}
	_, _ = w.screen.WriteString(alternate)
	return func() {
		_, _ = w.screen.WriteString(back)
		if err == nil {
			_ = unix.IoctlSetTermios(fd, unix.TCSETS, old)
		}
	}
}

// aKey is what one key sends: an escape sequence, or a character.
var aKey = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("^(?s:\x1b\\[[0-?]*[ -/]*[@-~]|\x1bO.|.)") })

// readKeys sends what is typed, until the terminal is gone.
func readKeys(in *os.File, keys chan<- string) {
	defer close(keys)
	if !term.IsTerminal(int(in.Fd())) {
		return
	}
	buf := make([]byte, 64)
	for {
		n, err := in.Read(buf)
		if err != nil || n == 0 {
			return
		}
		for rest := string(buf[:n]); rest != ""; {
			k := aKey().FindString(rest)
			keys <- k
			rest = rest[len(k):]
		}
	}
}

// key obeys a key; false is to leave.
func (w *mapWatch) key(k string) bool {
	_, rows := w.size()
	switch k {
	case "q", "Q", "\x04":
		return false
	case "\x1b[A", "\x1bOA", "k":
		w.top--
	case "\x1b[B", "\x1bOB", "j":
		w.top++
	case "\x1b[5~", "b":
		w.top -= rows / 2
	case "\x1b[6~", " ":
		w.top += rows / 2
	case "0":
		w.free = false
		return true
	default:
		return true
	}
	w.free = true
	return true
}

func (w *mapWatch) size() (cols, rows int) {
	cols, rows, err := term.GetSize(int(w.screen.Fd()))
	if err != nil || cols < 1 || rows < 1 {
		return 80, 24
	}
	return cols, rows
}

// draw draws the screen anew. Each line is written whole and the rest of it erased, so that nothing flickers.
func (w *mapWatch) draw() {
	cols, rows := w.size()
	v := w.app.view()
	v.width = min(max(cols, 20), 120)
	lines := w.frame(v, rows, time.Now().Format(time.TimeOnly))
	var b strings.Builder
	b.WriteString("\x1b[H")
	for i, l := range lines {
		if i > 0 {
			b.WriteString("\r\n")
		}
		b.WriteString(l + "\x1b[K")
	}
	b.WriteString("\x1b[J")
	_, _ = w.screen.WriteString(b.String())
}

// frame is the picture as lines, at most rows of them: what has changed comes first, then as much of the
// tree as there is room for, with the first line that has changed in it.
func (w *mapWatch) frame(v view, rows int, clock string) []string {
	var head, foot []string
	short := func(t say.Text, n int) string { return cells.Truncate(v.counted(t, n), v.width, "") }
	for _, l := range fold(w.message, v.width) {
		head = append(head, v.bold(l))
	}
	foot = append(foot, v.dim(cells.Truncate(textMapKeys.In(v.lang, pairs([]string{"time", clock})), v.width-1, "")))
	if w.now == nil {
		return cut(append(head, foot...), rows)
	}
	for _, l := range fold(v.mapTitle(*w.now), v.width) {
		head = append(head, v.bold(l))
	}
	diff := v.mapDiff(w.base, *w.now)
	if changes := v.mapChanges(diff, w.arrow()); len(changes) > 0 {
		head = append(head, textMapSince.In(v.lang, nil))
		if most := max(rows/2-len(head)-1, 1); len(changes) > most {
			more := len(changes) - most + 1
			changes = append(changes[:most-1:most-1], short(textMapCutChanges, more))
		}
		head = append(head, changes...)
	}
	head = append(head, "")
	text, changed := v.mapTree(*w.now, diff, w.ascii)
	tree := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	room := rows - len(head) - len(foot)
	if len(tree) <= room {
		w.top = 0
		return cut(slices.Concat(head, tree, foot), rows)
	}
	room -= 2 // for what says that the tree is cut
	if room < 1 {
		return cut(append(head, foot...), rows)
	}
	if !w.free {
		w.top = 0
		if len(changed) > 0 && changed[len(changed)-1] >= room {
			w.top = min(changed[0], max(changed[len(changed)-1]-room/2, 0))
		}
	}
	w.top = min(max(w.top, 0), len(tree)-room)
	above, below := "", ""
	if w.top > 0 {
		above = v.dim(short(textMapCutAbove, w.top))
	}
	if rest := len(tree) - room - w.top; rest > 0 {
		below = v.dim(short(textMapCutBelow, rest))
	}
	return cut(slices.Concat(head, []string{above}, tree[w.top:w.top+room], []string{below}, foot), rows)
}

func cut(lines []string, rows int) []string { return lines[:min(len(lines), rows)] }
