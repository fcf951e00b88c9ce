package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"

	"github.com/nslab/nslab/lessons/session/screen"
)

// guard gives the terminal back when nslab cannot: a process of its own that
// waits for nslab to end, and does nothing if it was told so. The kernel closes
// its pipe however nslab dies. The learner's shell sets the terminal's settings right
// by itself when a program was killed (bash, zsh, fish do), but knows nothing of its scrolling region and modes.
type guard struct {
	cmd  *exec.Cmd
	pipe io.WriteCloser
}

// newGuard starts the guard of a terminal; nil where there is no sh, and the terminal has none.
func newGuard(tty *os.File, term string) *guard {
	// The cursor stays where the shell's prompt puts it; only the last row, the status line's, is erased.
	restore := "\x1b7\x1b[999;1H\x1b[0m\x1b[K\x1b[r\x1b8" + screen.Modeless + "\x1b[?1047l"
	if hasTitle(term) {
		restore += popTitle
	}
	cmd := exec.Command("/bin/sh", "-c", `trap '' INT TERM QUIT; read -r ended || printf %s "$1"`, "nslab-guard", restore)
	cmd.Stdout = tty
	pipe, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil
	}
	return &guard{cmd, pipe}
}

// dismiss ends the guard: the terminal has been given back.
func (g *guard) dismiss() {
	if g == nil {
		return
	}
	_, _ = fmt.Fprintln(g.pipe)
	_ = g.pipe.Close()
	_ = g.cmd.Wait()
}
