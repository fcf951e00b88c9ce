package main

import (
	"errors"
	"os"
	"os/exec"
	"strings"
)

// sideBySide is from how many columns on both halves of a window have room for the lesson's texts.
const sideBySide = 120

// split opens another shell of the lesson beside this one: side by side where the window is wide enough, below it
// otherwise (tmux(1), split-window). The new pane ends with the lesson.
func (a *app) split(shell string, kind terminalKind, cols int) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	direction := "-v"
	if cols >= sideBySide {
		direction = "-h"
	}
	args := []string{"split-window", "-d", direction}
	if pane := a.getenv("TMUX_PANE"); pane != "" {
		args = append(args, "-t", pane)
	}
	// The pane has tmux's environment, not ours: what finds the lesson goes along.
	args = append(args, "--", "env")
	for _, name := range []string{"HOME", "XDG_STATE_HOME", "LANG", "LC_ALL", "LC_MESSAGES", "NO_COLOR", "NSLAB_STATUS"} {
		if v := a.getenv(name); v != "" {
			args = append(args, name+"="+v)
		}
	}
	args = append(args, exe, "--lang", string(a.lang), "shell")
	if kind.Key != "" {
		args = append(args, "--key", kind.Key)
	}
	if kind.TraceKey != "" {
		args = append(args, "--trace-key", kind.TraceKey)
	}
	if a.term.noStatus {
		args = append(args, "--no-status")
	}
	out, err := exec.Command("tmux", append(args, shell)...).CombinedOutput()
	if err != nil {
		return errors.New(strings.TrimSpace(err.Error() + " " + string(out)))
	}
	return nil
}
