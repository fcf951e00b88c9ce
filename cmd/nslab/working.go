package main

import (
	"io"
	"sync"
	"time"

	"github.com/nslab/nslab/checks/say"
)

var (
	textMakingLab  = say.Text{EN: "making the lab ...", FR: "préparation du labo ..."}
	textExamining  = say.Text{EN: "looking at the machine ...", FR: "examen de la machine ..."}
	textScriptBusy = say.Text{EN: "script {{n}} of {{of}}: {{file}}", FR: "script {{n}} sur {{of}} : {{file}}"}
)

// working tells a person who waits for longer than a moment what is being done: one line on the terminal
// of standard error, gone again when it is done. Where that is no terminal, nothing is ever written.
type working struct {
	mu    sync.Mutex
	out   io.Writer // nil where there is no terminal
	width int
	text  string
	timer *time.Timer
	shown bool
}

// moment is how long nobody needs to be told why they wait.
const moment = 500 * time.Millisecond

// working begins; the text may be empty until say.
func (a *app) working(text string) *working {
	w := &working{text: text, width: a.width()}
	if isTerminal(a.errOut) && a.getenv("TERM") != "dumb" {
		w.out = a.errOut
		w.timer = time.AfterFunc(moment, w.show)
	}
	return w
}

func (w *working) show() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil && w.text != "" {
		w.shown = true
		_, _ = io.WriteString(w.out, "\r"+cells.Truncate(w.text, w.width-1, "")+"\x1b[K")
	}
}

// say says what is being done now.
func (w *working) say(text string) {
	w.mu.Lock()
	w.text = text
	shown := w.shown
	w.mu.Unlock()
	if shown {
		w.show()
	}
}

// hide makes room for what is printed; the next text is shown after a moment again.
func (w *working) hide() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.shown {
		_, _ = io.WriteString(w.out, "\r\x1b[K")
	}
	w.shown, w.text = false, ""
	if w.timer != nil {
		w.timer.Reset(moment)
	}
}

// done ends it. It may be called again.
func (w *working) done() {
	w.hide()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil {
		w.timer.Stop()
		w.timer = nil
	}
}
