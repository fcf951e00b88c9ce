package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons/session/screen"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// The words of the view of the system calls.
var (
	textStatusCalls  = say.Text{EN: "{{key}}: calls", FR: "{{key}} : appels"}
	textCallsLine    = say.Text{EN: "{{key}}: the system calls that your commands made", FR: "{{key}} : les appels système que vos commandes ont faits"}
	textFlagTraceKey = say.Text{EN: "the key that shows the system calls: F1 to F12, Ctrl-X or none", FR: "la touche qui montre les appels système : F1 à F12, Ctrl-X ou none"}
	textCallsBack    = say.Text{EN: "system calls | {{key}} or q: back to the shell", FR: "appels système | {{key}} ou q : retour au shell"}
	textCallsScroll  = say.Text{EN: "arrows: scroll", FR: "flèches : défiler"}
	textSameKey      = say.Text{EN: "{{key}} cannot both show the other shell and the system calls: name another one with --key or --trace-key",
		FR: "{{key}} ne peut pas montrer à la fois l'autre shell et les appels système : nommez-en une autre avec --key ou --trace-key"}
)

// callsView is what a terminal shows in place of its shell after the key for it: the system calls on namespaces that were seen
// last, and new ones as they come. The shell goes on behind it, whatever runs there; when the view is left, the shell's
// screen is drawn as it is then. It is drawn under the shell's lock, as the shell is.
type callsView struct {
	calls []snapshot.Call
	lost  uint64
	// cannot says why there is nothing to be seen.
	cannot string
	top    int  // the first line that is shown
	back   bool // the person has scrolled back: the newest is not sought
	closed chan struct{}
}

// maxViewed bounds how many calls the view goes back.
const maxViewed = 300

// viewing is the view that covers the shell; nil for none.
func (t *terminal) viewing() *callsView {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.calls
}

// setView puts a view over the shell, or with nil takes it off; nothing is drawn.
func (t *terminal) setView(v *callsView) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.calls != nil {
		close(t.calls.closed)
	}
	t.calls = v
}

// toggleCalls shows the system calls, or the shell again.
func (t *terminal) toggleCalls() {
	switch {
	case t.dumb:
		// What cannot be drawn in place is told once.
		text := t.callsText(t.server.lastCalls(), 0)
		if t.server.session.Lab.Trace() == nil {
			text = t.cannotTrace()
		}
		t.look(func(sc *screen.Screen) {
			t.out([]byte("\r\n" + crlf(text)))
			t.out(t.paint(sc))
		})
	case t.viewing() != nil:
		t.look(func(sc *screen.Screen) {
			t.setView(nil)
			t.Begin(sc)
		})
	default:
		v := &callsView{closed: make(chan struct{})}
		if t.server.session.Lab.Trace() == nil {
			v.cannot = t.cannotTrace()
		}
		t.setView(v)
		go t.followCalls(v)
	}
}

func (t *terminal) cannotTrace() string {
	return textTraceCannot.In(t.kind.Lang, pairs([]string{"error", t.server.session.NoTrace()})) + "\n"
}

// followCalls draws the view, and again when there is more to see, until it is left.
func (t *terminal) followCalls(v *callsView) {
	s := t.server.session
	trace := s.Lab.Trace()
	for first, last := true, uint64(0); ; first = false {
		calls, lost, more := trace.Since(0)
		calls = calls[max(0, len(calls)-maxViewed):]
		newest := last
		if len(calls) > 0 {
			newest = calls[len(calls)-1].Seq
		}
		if first || newest != last || lost != v.lost {
			last = newest
			t.look(func(sc *screen.Screen) {
				if t.viewing() == v {
					v.calls, v.lost = calls, lost
					t.Begin(sc)
				}
			})
		}
		select {
		case <-more:
			// What comes in a burst is shown together.
			select {
			case <-time.After(40 * time.Millisecond):
			case <-v.closed:
				return
			}
		case <-v.closed:
			return
		case <-t.over:
			return
		case <-s.Closing():
			return
		}
	}
}

// callsText is what there is to say of calls, as wide as the terminal.
func (t *terminal) callsText(calls []snapshot.Call, lost uint64) string {
	t.mu.Lock()
	cols := int(t.cols)
	t.mu.Unlock()
	v := view{lang: t.kind.Lang, color: !t.dumb && !noColor(), width: min(max(cols-1, 20), 100)}
	return v.calls(calls, lost, false)
}

// paintCalls draws the view over the whole terminal, on its alternate screen: so what the shell showed stays where it was.
func (t *terminal) paintCalls(v *callsView) []byte {
	text := v.cannot
	if text == "" {
		text = t.callsText(v.calls, v.lost)
	}
	t.mu.Lock()
	rows, cols := int(t.rows), int(t.cols)
	t.mu.Unlock()
	var lines []string
	for l := range strings.Lines(text) {
		lines = append(lines, strings.TrimSuffix(l, "\n"))
	}
	room := max(rows-1, 1)
	last := max(len(lines)-room, 0)
	if !v.back || v.top >= last {
		v.top, v.back = last, false
	}
	v.top = max(v.top, 0)
	var b []byte
	if !t.alternate {
		t.alternate = true
		b = append(b, "\x1b[0m\x1b[?1049h"...)
	}
	b = append(b, screen.Modeless+"\x1b[?25l\x1b[?6l\x1b[?7l\x1b[r"...)
	for y := range room {
		b = append(b, fmt.Sprintf("\x1b[%d;1H\x1b[0m", y+1)...)
		if v.top+y < len(lines) {
			b = append(b, lines[v.top+y]...)
		}
		b = append(b, "\x1b[0m\x1b[K"...)
	}
	foot := " " + textCallsBack.In(t.kind.Lang, pairs([]string{"key", t.traceKey.name}))
	if last > 0 {
		foot += " | " + textCallsScroll.In(t.kind.Lang, nil)
		if rest := len(lines) - room - v.top; rest > 0 {
			foot += fmt.Sprintf(" (+%d)", rest)
		}
	}
	if rows > 1 {
		b = appendBar(b, foot, rows, cols)
	}
	return b
}

// typedInView obeys what is typed while the view is shown.
func (t *terminal) typedInView(v *callsView, p []byte) {
	t.mu.Lock()
	page := max(int(t.rows)-2, 1)
	t.mu.Unlock()
	leave := false
	t.look(func(sc *screen.Screen) {
		for rest := string(p); rest != "" && !leave; {
			k := aKey().FindString(rest)
			rest = rest[len(k):]
			leave = !v.key(k, page)
		}
		if leave {
			t.setView(nil)
		}
		t.Begin(sc)
	})
}

// key obeys a key; false is to leave.
func (v *callsView) key(k string, page int) bool {
	by := 0
	switch k {
	case "q", "Q", "\x03", "\x04":
		return false
	case "\x1b[A", "\x1bOA", "k":
		by = -1
	case "\x1b[B", "\x1bOB", "j":
		by = 1
	case "\x1b[5~", "b":
		by = -page
	case "\x1b[6~", " ":
		by = page
	case "\x1b[H", "\x1bOH", "\x1b[1~", "g":
		by = -v.top
	case "\x1b[F", "\x1bOF", "\x1b[4~", "G":
		v.back = false
		return true
	}
	if by != 0 {
		v.top, v.back = max(v.top+by, 0), true
	}
	return true
}
