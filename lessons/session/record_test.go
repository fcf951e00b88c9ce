package session

import (
	"context"
	"os/exec"
	"testing"
	"time"

	"github.com/nslab/nslab/lessons"
)

// What was typed while an editor was about to end was read by the shell behind it, and is so when it is done again: an
// editor that is given its last command and the next line at once may take both.
func TestWhatWasTypedBehindAnEditorIsForTheShell(t *testing.T) {
	for _, editor := range []string{"busybox vi", "vi"} {
		if editor == "vi" {
			if _, err := exec.LookPath(editor); err != nil {
				continue
			}
		}
		t.Run(editor, func(t *testing.T) {
			s := play(t, Options{Announce: func([]Done, *lessons.Step) []byte { return nil }})
			shell(t, s, "isolated")
			s.Rebase()
			front := "vi"
			if editor != front {
				front = "busybox"
			}
			for _, e := range []Event{
				{Action: Typed, Text: editor + " /tmp/x\r"},
				{Action: Typed, Text: "ihello\r"},
				{Action: Fronted, Text: "bash"},
				{Action: Typed, Text: "\x1b"},
				{Action: Typed, Text: ":wq\r"},
				{Action: Fronted, Text: front},
				{Action: Typed, Text: "hostname first\r"},
				{Action: Prompted, N: 2},
				{Action: Prompted, N: 3},
			} {
				e.Shell = "isolated"
				ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
				_, err := s.Replay(ctx, e, time.Millisecond)
				cancel()
				if err != nil && e.Action == Prompted {
					t.Errorf("%s %q: %v", e.Action, e.Text, err)
				}
			}
			if _, done := s.IsDone("one"); !done {
				t.Error("the host name is not what was typed")
			}
		})
	}
}

// A mark comes before the prompt. What is typed in between by who waits for the mark is what it would be at the prompt:
// Ctrl-D ends the shell, and is no character of the next line.
func TestNothingIsTypedBetweenTheMarkAndThePrompt(t *testing.T) {
	s := play(t, Options{})
	host := shell(t, s, "host")
	run(t, host, "bash")
	run(t, host, "PROMPT_COMMAND='__nslab_mark; sleep 0.3'")
	if r := run(t, host, "(exit 42)"); r.Output != "" || r.Status != 42 {
		t.Errorf("(exit 42): %+v", r)
	}
	s.Rebase()
	for _, e := range []Event{
		{Action: Typed, Text: "true\r"},
		{Action: Prompted, N: 2},
		{Action: Typed, Text: "\x04"},
		{Action: Prompted, N: 3},
	} {
		e.Shell = "host"
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		_, err := s.Replay(ctx, e, time.Millisecond)
		cancel()
		if err != nil {
			f, _ := host.Foreground()
			t.Fatalf("%s %q %d: %v; in front is %+v, printed last was %q", e.Action, e.Text, e.N, err, f, host.line)
		}
	}
	if r := run(t, host, "echo $SHLVL"); r.Output != "1\n" {
		t.Errorf("after Ctrl-D the shell's level is %q", r.Output)
	}
}
