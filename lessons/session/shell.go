package session

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nslab/nslab/lessons/session/screen"
	"github.com/nslab/nslab/sandbox"
)

// Shell is one of the lesson's shells: its terminal, and who watches it.
type Shell struct {
	*sandbox.Shell
	session *Session
	// settingUp says that the lesson's set-up is being typed, not the learner's keys.
	settingUp atomic.Bool

	// showing is held while something is drawn on the screen and shown to the viewers; it is taken before mu.
	showing sync.Mutex
	screen  *screen.Screen
	drawn   []byte // what the viewers are shown of what was printed last
	typing  typing
	size    atomic.Uint32 // rows and columns, sixteen bits each

	mu       sync.Mutex
	changed  *sync.Cond // broadcast with every piece of output
	viewers  []Viewer
	scripted bool   // commands are run by Run or Start, which want their output
	line     []byte // what was printed since the last prompt was due: the prompt, and what is being typed
	prompts  int    // how many prompts were due
	base     int    // how many were when recording began
	lines    int    // how many lines were printed since Enter was pressed
	mark     sandbox.Mark
	marker   sandbox.Foreground // who printed the last mark
	number   int                // the history number of the last command
	begun    int                // that of the command that runs
	running  []byte             // what was printed since the command began
	began    bool               // running begins with a command's own output
	prompted bool               // a prompt stands, and Enter was not pressed since
	typed    bool               // a line has been begun and Enter not pressed
	pending  []byte             // what is to be shown before the next prompt
	lastOut  time.Time
	busy     bool // what was printed is being taken in
	ended    bool
	// before is what was in front when something was last typed by a replay.
	before sandbox.Foreground
}

// Viewer is a terminal that shows a shell. Begin and Show may look at the screen as long as the call lasts, and
// must not call the shell. They may block: the shell then waits as it would for any terminal.
type Viewer interface {
	// Begin shows the whole screen.
	Begin(sc *screen.Screen)
	// Show shows what has changed: p is what [screen.Screen.Feed] returned, whole is true where that is not enough.
	Show(sc *screen.Screen, p []byte, whole bool)
	// Gone is called once, when the shell has ended.
	Gone(sh *Shell)
}

// lineMax bounds what is kept of the line that a prompt begins.
const lineMax = 8 << 10

func newShell(s *Session, raw *sandbox.Shell) *Shell {
	rows, cols := s.o.Rows, s.o.Cols
	if rows == 0 || cols == 0 {
		rows, cols = 24, 80 // as sandbox.ShellOptions has it
	}
	sh := &Shell{Shell: raw, session: s, screen: screen.New(int(rows), int(cols))}
	// Who watches is shown all at its Begin; were the screen still to be drawn anew, what a long greeting moves out of sight
	// would not be told, where the shell has not yet printed anything.
	sh.screen.Repaint()
	sh.typing.to = raw
	sh.size.Store(uint32(rows)<<16 | uint32(cols))
	sh.changed = sync.NewCond(&sh.mu)
	return sh
}

// muchPrinted is how much makes it worth looking whether there is more: what is shown at once costs less than what is
// shown in pieces. An echo is not held up by it.
const muchPrinted = 2 << 10

// begin starts reading what the shell prints.
func (sh *Shell) begin() { go sh.read() }

func (sh *Shell) read() {
	var marks sandbox.Marks
	buf := make([]byte, 32<<10)
	for {
		n, err := sh.Shell.Read(buf)
		sh.setBusy(true)
		if n >= muchPrinted {
			n += sh.Shell.ReadMore(buf[n:])
		}
		sh.session.printed.Add(int64(n))
		for _, piece := range marks.Split(buf[:n]) {
			if piece.Mark == nil {
				sh.mu.Lock()
				sh.lines += bytes.Count(piece.Data, []byte("\n"))
				sh.mu.Unlock()
				sh.print(piece.Data)
				continue
			}
			sh.marked(piece.Mark)
		}
		sh.setBusy(false)
		if err != nil {
			break
		}
	}
	_, _ = sh.Wait()
	sh.session.left(sh)
	sh.mu.Lock()
	sh.ended = true
	viewers := sh.viewers
	sh.viewers = nil
	sh.changed.Broadcast()
	sh.mu.Unlock()
	for _, v := range viewers {
		v.Gone(sh)
	}
}

func (sh *Shell) setBusy(on bool) {
	sh.mu.Lock()
	sh.busy = on
	sh.mu.Unlock()
}

// print draws on the screen, and shows what came of it.
func (sh *Shell) print(p []byte) {
	sh.showing.Lock()
	replies := sh.draw(p)
	sh.showing.Unlock()
	if len(replies) > 0 {
		sh.typing.answer(replies)
	}
}

// draw is print where sh.showing is held; it returns what the terminal answers.
func (sh *Shell) draw(p []byte) (replies []byte) {
	sh.mu.Lock()
	sh.line = appendLast(sh.line, p, lineMax)
	if sh.scripted {
		sh.running = appendLast(sh.running, p, 16<<20)
	}
	sh.lastOut = time.Now()
	viewers := sh.viewers
	sh.changed.Broadcast()
	sh.mu.Unlock()
	sh.drawn = sh.screen.Feed(sh.drawn[:0], p)
	whole := sh.screen.Repaint()
	for _, v := range viewers {
		v.Show(sh.screen, sh.drawn, whole)
	}
	return sh.screen.Replies()
}

// appendLast appends and keeps the last limit bytes or so.
func appendLast(to, p []byte, limit int) []byte {
	to = append(to, p...)
	if len(to) > 2*limit {
		to = append(to[:0], to[len(to)-limit:]...)
	}
	return to
}

func (sh *Shell) marked(m *sandbox.Mark) {
	if !m.Prompt {
		sh.mu.Lock()
		// The parts of a pipeline may each say that the line has begun.
		first := m.Number == 0 || m.Number != sh.begun
		if first {
			sh.running, sh.began, sh.begun = sh.running[:0], true, m.Number
		}
		sh.mu.Unlock()
		if first {
			sh.session.began(sh, m)
		}
		return
	}
	sh.mu.Lock()
	ran := m.Number == 0 || m.Number != sh.number
	sh.mu.Unlock()
	front, _ := sh.Foreground()
	text := sh.session.prompted(sh, m, ran)
	sh.mu.Lock()
	// What is interjected while this is printed must not wait for another prompt.
	for len(sh.pending) > 0 || len(text) > 0 {
		text = append(sh.pending, text...)
		sh.pending = nil
		sh.mu.Unlock()
		sh.print(text)
		text = nil
		sh.mu.Lock()
	}
	if m.Number != 0 {
		sh.number = m.Number
	}
	sh.mark, sh.marker, sh.begun = *m, front, 0
	sh.line = sh.line[:0]
	sh.prompted, sh.typed = true, false
	sh.prompts++
	sh.session.recordPrompt(sh, m, sh.prompts-sh.base, ran)
	sh.changed.Broadcast()
	sh.mu.Unlock()
}

// Ended reports whether the shell has ended.
func (sh *Shell) Ended() bool {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return sh.ended
}

// Watch adds a viewer and shows it what is on the screen. It fails when the shell has ended.
func (sh *Shell) Watch(v Viewer) error {
	sh.showing.Lock()
	defer sh.showing.Unlock()
	sh.mu.Lock()
	ended := sh.ended
	if !ended {
		sh.viewers = append(append([]Viewer(nil), sh.viewers...), v)
	}
	sh.mu.Unlock()
	if ended {
		return ErrEnded
	}
	v.Begin(sh.screen)
	return nil
}

// Greet shows a text above the prompt that stands, on an otherwise empty screen. It is for the beginning, when
// nobody has typed yet.
func (sh *Shell) Greet(text []byte) { sh.afresh("\x1b[m\x1b[H\x1b[2J" + string(text)) }

// wipe forgets what is on the screen but for the prompt that stands.
func (sh *Shell) wipe() { sh.afresh("\x1bc") }

func (sh *Shell) afresh(begin string) {
	sh.showing.Lock()
	defer sh.showing.Unlock()
	sh.mu.Lock()
	line := string(sh.line[bytes.LastIndexByte(sh.line, '\n')+1:])
	sh.running, sh.scripted = nil, false
	sh.mu.Unlock()
	sh.draw([]byte(begin + line))
	sh.mu.Lock()
	sh.line = append(sh.line[:0], line...)
	sh.mu.Unlock()
}

// Look calls f with the screen; nothing is drawn or shown as long as it lasts.
func (sh *Shell) Look(f func(sc *screen.Screen)) {
	sh.showing.Lock()
	defer sh.showing.Unlock()
	f(sh.screen)
}

// Resize gives the shell's terminal another size, in characters. Whoever watches is shown the whole screen.
func (sh *Shell) Resize(rows, cols uint16) error {
	// Asked before each key that is typed, which must not wait for what is being shown.
	size := uint32(rows)<<16 | uint32(cols)
	if sh.size.Load() == size {
		return nil
	}
	sh.showing.Lock()
	defer sh.showing.Unlock()
	sh.size.Store(size)
	sh.screen.Resize(int(rows), int(cols))
	sh.screen.Repaint()
	err := sh.Shell.Resize(rows, cols)
	for _, v := range sh.Viewers() {
		v.Begin(sh.screen)
	}
	return err
}

// Leave takes a viewer away; it is not called any more when Leave has returned.
func (sh *Shell) Leave(v Viewer) {
	sh.showing.Lock()
	defer sh.showing.Unlock()
	sh.mu.Lock()
	defer sh.mu.Unlock()
	var left []Viewer
	for _, w := range sh.viewers {
		if w != v {
			left = append(left, w)
		}
	}
	sh.viewers = left
}

// Viewers returns who watches.
func (sh *Shell) Viewers() []Viewer {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return sh.viewers
}

// Type types into the shell.
func (sh *Shell) Type(p []byte) error {
	sh.session.recordTyping(sh, p)
	sh.mu.Lock()
	ended := sh.ended
	if i := bytes.LastIndexAny(p, "\r\n\x03\x04"); i >= 0 {
		sh.prompted, sh.lines = false, 0
		sh.typed = i < len(p)-1
	} else {
		sh.typed = true
	}
	sh.mu.Unlock()
	if ended {
		return ErrEnded
	}
	sh.session.typedIn(sh)
	if err := sh.typing.keys(p); err != nil {
		return fmt.Errorf("type into shell %s: %w", sh.Name, err)
	}
	return nil
}

// atRest reports whether the shell waits for a command.
func (sh *Shell) atRest() bool {
	sh.mu.Lock()
	prompted, quiet := sh.prompted, time.Since(sh.lastOut)
	sh.mu.Unlock()
	if prompted {
		return true
	}
	// A shell that prints no mark, such as one in a root of its own.
	if quiet < 20*time.Millisecond {
		return false
	}
	f, err := sh.Foreground()
	return err == nil && sh.promptsUnmarked(f)
}

// promptsUnmarked reports whether what is in front is a shell asleep at its terminal, and not the one that
// printed the last mark: that one will print another.
func (sh *Shell) promptsUnmarked(f sandbox.Foreground) bool {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return f.Waiting && shellNames[f.Comm] && (f.Leader != sh.marker.Leader || f.Program != sh.marker.Program)
}

// shellNames are the command names of programs that prompt for commands.
var shellNames = map[string]bool{"sh": true, "bash": true, "dash": true, "ash": true, "busybox": true, "zsh": true,
	"fish": true, "ksh": true, "mksh": true}

// Interject shows a text between two prompts: below the prompt that stands, which is then shown
// again. Where something is being typed, or a command runs, the text waits for the next prompt.
func (sh *Shell) Interject(text []byte) {
	if sh.Remark(text) {
		return
	}
	sh.mu.Lock()
	late := sh.prompted && !sh.typed // the prompt has come since
	if !late {
		sh.pending = append(sh.pending, text...)
	}
	sh.mu.Unlock()
	if late && !sh.Remark(text) {
		sh.mu.Lock()
		sh.pending = append(sh.pending, text...)
		sh.mu.Unlock()
	}
}

// Remark is Interject for what is worth saying now or not at all: it reports whether the text was shown.
func (sh *Shell) Remark(text []byte) bool {
	rest := sh.atRest()
	sh.Look(func(sc *screen.Screen) { rest = rest && !sc.Alternate() })
	sh.mu.Lock()
	if sh.typed || !rest {
		sh.mu.Unlock()
		return false
	}
	line := append([]byte(nil), sh.line...)
	sh.mu.Unlock()
	if i := bytes.LastIndexByte(line, '\n'); i >= 0 {
		line = line[i+1:]
	}
	sh.print([]byte("\r\n"))
	sh.print(text)
	sh.print(line)
	return true
}

// Result is what came of a command.
type Result struct {
	// Output is what the terminal showed, without escape sequences and with plain line ends.
	Output string
	// Status is the exit status.
	Status int
}

// Ready waits for the shell's first prompt.
func (sh *Shell) Ready(ctx context.Context) error {
	_, err := sh.await(ctx, 0, sandbox.Foreground{})
	return err
}

// Start types a command line and does not wait for its end.
func (sh *Shell) Start(ctx context.Context, line string) error {
	if strings.ContainsAny(line, "\n\r") {
		return fmt.Errorf("type %q into shell %s: one line at a time", line, sh.Name)
	}
	if err := sh.Ready(ctx); err != nil {
		return err
	}
	sh.mu.Lock()
	sh.running, sh.began, sh.scripted = sh.running[:0], false, true
	sh.mu.Unlock()
	return sh.Type([]byte(line + "\n"))
}

// Run types a command line into the shell, waits until it prompts again, and
// returns what came of it. In a shell that prints no mark of ours - one in a root of its own, say - it
// knows the prompt by the shell's being asleep at its terminal, and asks for the exit status by typing.
func (sh *Shell) Run(ctx context.Context, line string) (Result, error) {
	if err := sh.Ready(ctx); err != nil {
		return Result{}, err
	}
	before, _ := sh.Foreground()
	sh.mu.Lock()
	prompts := sh.prompts
	sh.mu.Unlock()
	if err := sh.Start(ctx, line); err != nil {
		return Result{}, err
	}
	return sh.finish(ctx, prompts, before)
}

// Interrupt types Ctrl-C and waits for the prompt.
func (sh *Shell) Interrupt(ctx context.Context) (Result, error) {
	before, _ := sh.Foreground()
	sh.mu.Lock()
	prompts := sh.prompts
	sh.mu.Unlock()
	if err := sh.Type([]byte{3}); err != nil {
		return Result{}, err
	}
	return sh.finish(ctx, prompts, before)
}

func (sh *Shell) finish(ctx context.Context, prompts int, before sandbox.Foreground) (Result, error) {
	marked, err := sh.await(ctx, prompts+1, before)
	if err != nil {
		return Result{}, err
	}
	sh.mu.Lock()
	r := Result{Output: sh.output(marked), Status: sh.mark.Status}
	sh.mu.Unlock()
	if marked || sh.Ended() {
		return r, nil
	}
	// No mark: ask.
	before, _ = sh.Foreground()
	sh.mu.Lock()
	sh.running, sh.began = sh.running[:0], false
	prompts = sh.prompts
	sh.mu.Unlock()
	if err := sh.Type([]byte("echo \"=$?=\"\n")); err != nil {
		return r, err
	}
	if marked, err = sh.await(ctx, prompts+1, before); err != nil {
		return r, err
	}
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if m := statusLine().FindStringSubmatch(sh.output(marked)); m != nil {
		r.Status, _ = strconv.Atoi(m[1])
	}
	return r, nil
}

var statusLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^=(\d+)=`) })

// output is what the command printed; sh.mu is held.
func (sh *Shell) output(marked bool) string {
	out := string(sh.running)
	if marked {
		// What came behind the mark is the prompt.
		out = strings.TrimSuffix(out, string(sh.line))
	}
	out = strings.ReplaceAll(escapes().ReplaceAllString(out, ""), "\r\n", "\n")
	out = strings.ReplaceAll(out, "\r", "")
	if !sh.began {
		// It begins with the echo of what was typed.
		_, out, _ = strings.Cut(out, "\n")
	}
	if !marked {
		// It ends with a prompt.
		out = out[:strings.LastIndexByte(out, '\n')+1]
	}
	return out
}

// escapes are control sequences of ECMA-48: CSI, OSC and the two-character ones.
var escapes = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("\x1b(\\[[0-?]*[ -/]*[@-~]|\\][^\a\x1b]*(\a|\x1b\\\\)|[()][A-Z0-9]|[@-_a-z=>])")
})

// await waits until the shell prompts: the prompts-th mark has come, or, where no mark comes, the
// one in front is a shell asleep at its terminal that has moved since before.
func (sh *Shell) await(ctx context.Context, prompts int, before sandbox.Foreground) (marked bool, err error) {
	stop := context.AfterFunc(ctx, func() { sh.mu.Lock(); sh.changed.Broadcast(); sh.mu.Unlock() })
	defer stop()
	// The other way of knowing is looked at from time to time.
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		for {
			select {
			case <-tick.C:
				sh.mu.Lock()
				sh.changed.Broadcast()
				sh.mu.Unlock()
			case <-ended:
				return
			}
		}
	}()
	asleep := 0
	for {
		sh.mu.Lock()
		for {
			if sh.prompts >= max(prompts, 1) && sh.prompted {
				sh.mu.Unlock()
				sh.reads(ctx)
				return true, nil
			}
			if sh.ended {
				sh.mu.Unlock()
				return false, nil
			}
			if err := ctx.Err(); err != nil {
				line := string(sh.line[max(0, len(sh.line)-400):])
				sh.mu.Unlock()
				return false, fmt.Errorf("wait for the prompt of shell %s: %w; it printed last: %q", sh.Name, err, line)
			}
			if time.Since(sh.lastOut) > 30*time.Millisecond {
				break
			}
			sh.changed.Wait()
		}
		sh.mu.Unlock()
		f, err := sh.Foreground()
		sh.mu.Lock()
		// The shell that nslab opened prints a mark at its first prompt. Of a later one the mark may have been read already.
		marks := sh.prompts == 0 || sh.busy
		sh.mu.Unlock()
		if err == nil && !marks && sh.promptsUnmarked(f) && (prompts == 0 || f.Leader != before.Leader || f.Switches > before.Switches) {
			// Twice in a row, for a mark may be on its way.
			if asleep++; asleep >= 3 {
				return false, nil
			}
		} else {
			asleep = 0
		}
		sh.mu.Lock()
		sh.changed.Wait()
		sh.mu.Unlock()
	}
}

// reads waits until a shell that has printed its mark takes what is typed: a mark comes before the prompt, and a shell that edits
// lines itself changes its terminal in between. What comes earlier the terminal still takes for itself: it is echoed twice,
// and Ctrl-D, Ctrl-C or Tab mean something else than at the prompt. It waits no longer than the prompt stands.
func (sh *Shell) reads(ctx context.Context) {
	for wait := 100 * time.Microsecond; ; wait = min(2*wait, 20*time.Millisecond) {
		f, err := sh.Foreground()
		if err != nil || f.Raw || f.Waiting {
			return
		}
		sh.mu.Lock()
		stands := sh.prompted && !sh.ended
		// Of a program that is just being executed an ordinary user is not told either; of the shell itself always or never.
		never := f.Unseen && f.Leader == sh.marker.Leader
		sh.mu.Unlock()
		if !stands || never {
			return
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return
		}
	}
}
