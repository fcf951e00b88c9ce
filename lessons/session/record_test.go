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
