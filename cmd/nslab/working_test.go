package main

import (
	"bytes"
	"testing"
	"time"
)

func TestWhatIsBeingDoneIsOneLineAndGoesAgain(t *testing.T) {
	var out bytes.Buffer
	w := &working{out: &out, width: 12, text: "", timer: time.NewTimer(time.Hour)}
	w.show() // there is nothing to say yet
	w.say("not shown before a moment has gone")
	if out.Len() > 0 {
		t.Errorf("too early: %q", &out)
	}
	w.show()
	w.say("short")
	w.hide()
	w.hide()
	w.done()
	w.done()
	w.show()
	if want := "\rnot shown b\x1b[K\rshort\x1b[K\r\x1b[K"; out.String() != want {
		t.Errorf("%q, not %q", &out, want)
	}
}

func TestNothingIsWrittenWhereThereIsNoTerminal(t *testing.T) {
	var out bytes.Buffer
	a := newApp(nil, nil, &out, &out, func(string) string { return "" })
	w := a.working("work")
	w.show()
	w.say("more work")
	w.done()
	if out.Len() > 0 {
		t.Errorf("%q", &out)
	}
}
