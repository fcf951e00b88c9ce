package session

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nslab/nslab/sandbox"
)

// Shell is one of the lesson's shells: its terminal, and who watches it.
type Shell struct {
	*sandbox.Shell
	session *Session

	mu       sync.Mutex
	changed  *sync.Cond // broadcast with every piece of output
	viewers  []Viewer
	screen   []byte // the last that was printed, for whoever comes to watch
	line     []byte // what was printed since the last prompt was due: the prompt, and what is being typed
	prompts  int    // how many prompts were due
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
	ended    bool
}

// Viewer is a terminal that shows a shell.
type Viewer interface {
	// Show shows output. It may block: the shell then waits as it would for any terminal.
	Show(p []byte)
	// Gone is called once, when the shell has ended.
	Gone(sh *Shell)
}

// screenMax is how much of the past a new viewer is shown.
const screenMax = 8 << 10

func newShell(s *Session, raw *sandbox.Shell) *Shell {
	sh := &Shell{Shell: raw, session: s}
	sh.changed = sync.NewCond(&sh.mu)
	return sh
}

// begin starts reading what the shell prints.
func (sh *Shell) begin() { go sh.read() }

func (sh *Shell) read() {
	var marks sandbox.Marks
	buf := make([]byte, 32<<10)
	for {
		n, err := sh.Shell.Read(buf)
		for _, piece := range marks.Split(buf[:n]) {
			if piece.Mark == nil {
				sh.print(piece.Data)
				continue
			}
			sh.marked(piece.Mark)
		}
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

func (sh *Shell) print(p []byte) {
	sh.mu.Lock()
	sh.screen = appendLast(sh.screen, p, screenMax)
	sh.line = appendLast(sh.line, p, screenMax)
	sh.running = appendLast(sh.running, p, 16<<20)
	sh.lastOut = time.Now()
	viewers := sh.viewers
	sh.changed.Broadcast()
	sh.mu.Unlock()
	for _, v := range viewers {
		v.Show(p)
	}
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
	text = append(sh.pending, text...)
	sh.pending = nil
	sh.mu.Unlock()
	if len(text) > 0 {
		sh.print(text)
	}
	sh.mu.Lock()
	if m.Number != 0 {
		sh.number = m.Number
	}
	sh.mark, sh.marker, sh.begun = *m, front, 0
	sh.line = sh.line[:0]
	sh.prompted, sh.typed = true, false
	sh.prompts++
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
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.ended {
		return ErrEnded
	}
	if len(sh.screen) > 0 {
		v.Show(sh.screen[max(0, len(sh.screen)-screenMax):])
	}
	sh.viewers = append(append([]Viewer(nil), sh.viewers...), v)
	return nil
}

// Leave takes a viewer away.
func (sh *Shell) Leave(v Viewer) {
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
	sh.mu.Lock()
	ended := sh.ended
	if i := bytes.LastIndexAny(p, "\r\n\x03\x04"); i >= 0 {
		sh.prompted = false
		sh.typed = i < len(p)-1
	} else {
		sh.typed = true
	}
	sh.mu.Unlock()
	if ended {
		return ErrEnded
	}
	sh.session.typedIn(sh)
	if _, err := sh.Shell.Write(p); err != nil {
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

// interject shows a text between two prompts: below the prompt that stands, which is then shown
// again. Where something is being typed, or a command runs, the text waits for the next prompt.
func (sh *Shell) interject(text []byte) {
	rest := sh.atRest()
	sh.mu.Lock()
	if sh.typed || !rest {
		sh.pending = append(sh.pending, text...)
		sh.mu.Unlock()
		return
	}
	line := append([]byte(nil), sh.line...)
	sh.mu.Unlock()
	if i := bytes.LastIndexByte(line, '\n'); i >= 0 {
		line = line[i+1:]
	}
	sh.print([]byte("\r\n"))
	sh.print(text)
	sh.print(line)
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
	sh.running, sh.began = sh.running[:0], false
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
				return true, nil
			}
			if sh.ended {
				sh.mu.Unlock()
				return false, nil
			}
			if err := ctx.Err(); err != nil {
				screen := string(sh.screen[max(0, len(sh.screen)-400):])
				sh.mu.Unlock()
				return false, fmt.Errorf("wait for the prompt of shell %s: %w; on the screen: %q", sh.Name, err, screen)
			}
			if time.Since(sh.lastOut) > 30*time.Millisecond {
				break
			}
			sh.changed.Wait()
		}
		sh.mu.Unlock()
		f, err := sh.Foreground()
		if err == nil && sh.promptsUnmarked(f) && (prompts == 0 || f.Leader != before.Leader || f.Switches > before.Switches) {
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
