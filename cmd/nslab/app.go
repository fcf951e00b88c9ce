package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/fatih/color"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/data"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/sandbox"
)

// app is one run of the program.
type app struct {
	args   []string
	in     *os.File
	out    io.Writer
	errOut io.Writer
	getenv func(string) string
	lang   say.Lang
	json   bool
	// verbose asks for evidence, or for what scripts printed.
	verbose bool
	// term has the options of a person's terminal.
	term terminalFlags
	// noPager says that long texts are printed as they are.
	noPager bool
	root    *cobra.Command
	// status is the exit status that a command which went well wants: 0 or 1.
	status int
}

func newApp(args []string, in *os.File, out, errOut io.Writer, getenv func(string) string) *app {
	a := &app{args: args, in: in, out: out, errOut: errOut, getenv: getenv, lang: say.FromEnv(getenv)}
	if l, err := say.Parse(getenv("NSLAB_LANG")); err == nil {
		a.lang = l // in a lab, where the locale is the lab's
	}
	// The language is needed before the arguments are parsed, for help is in it.
	for i, arg := range args {
		if arg == "--" {
			break
		}
		value, ok := strings.CutPrefix(arg, "--lang=")
		if arg == "--lang" && i+1 < len(args) {
			value, ok = args[i+1], true
		}
		if ok {
			if l, err := say.Parse(value); err == nil {
				a.lang = l
			}
		}
	}
	if getenv("TERM") == "dumb" || getenv("NO_COLOR") != "" || !isTerminal(out) {
		color.NoColor = true
	}
	a.root = a.commands()
	return a
}

func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// width is the width to write for: the terminal's, at most 100 columns; 80 where there is none.
func (a *app) width() int {
	if f, ok := a.out.(*os.File); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			return min(w, 100)
		}
	}
	return 80
}

// run executes the command line and returns the exit status.
func (a *app) run() int {
	a.root.SetArgs(a.args)
	a.root.SetOut(a.out)
	a.root.SetErr(a.errOut)
	err := a.root.ExecuteContext(a.context())
	if err == nil {
		return a.status
	}
	var st statusError
	if errors.As(err, &st) {
		return int(st)
	}
	fmt.Fprintln(a.errOut, "nslab: "+a.explain(err))
	return 2
}

// statusError is an exit status that needs no further words.
type statusError int

func (e statusError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// userError is an error in words for the person who made it.
type userError struct{ text string }

func (e *userError) Error() string { return e.text }

// fail makes an error of a text for a person.
func (a *app) fail(t say.Text, args ...string) error {
	return &userError{t.In(a.lang, pairs(args))}
}

// say writes a text and a newline.
func (a *app) say(t say.Text, args ...string) {
	fmt.Fprintln(a.out, t.In(a.lang, pairs(args)))
}

// warn writes a text to standard error.
func (a *app) warn(t say.Text, args ...string) {
	fmt.Fprintln(a.errOut, "nslab: "+t.In(a.lang, pairs(args)))
}

// pairs makes a map of name, value, name, value ...
func pairs(args []string) map[string]string {
	m := make(map[string]string, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i]] = args[i+1]
	}
	return m
}

// explain puts an error into words for a person.
func (a *app) explain(err error) string {
	var u *userError
	if errors.As(err, &u) {
		return u.text
	}
	if strings.HasPrefix(err.Error(), "unknown") || strings.HasPrefix(err.Error(), "flag needs") || strings.HasPrefix(err.Error(), "invalid argument") {
		// Cobra's own errors: wrong use.
		return err.Error() + "\n" + textSeeHelp.In(a.lang, nil)
	}
	return err.Error()
}

// writeJSON writes a value as JSON for programs.
func (a *app) writeJSON(v any) error {
	e := json.NewEncoder(a.out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// progress opens what the learner has done. A damaged file is named, and the learner goes on.
func (a *app) progress() *lessons.Progress {
	dir, err := lessons.StateDir(a.getenv)
	if err != nil {
		a.warn(textNoState, "error", err.Error())
		dir = filepath.Join(os.TempDir(), fmt.Sprintf("nslab-%d", os.Getuid()))
	}
	p, err := lessons.Open(dir)
	a.warnProgress(err)
	return p
}

// warnProgress tells the learner what went wrong with the progress file.
func (a *app) warnProgress(err error) {
	var damaged *lessons.DamagedError
	switch {
	case err == nil:
	case errors.As(err, &damaged) && damaged.Aside != "":
		a.warn(textDamaged, "file", damaged.Path, "aside", damaged.Aside)
	default:
		a.warn(textNotSaved, "error", err.Error())
	}
}

// keeper starts the keeper of labs. A failure points to doctor.
func (a *app) keeper() (*sandbox.Keeper, error) {
	k, err := sandbox.NewKeeper(a.keeperOptions())
	if err != nil {
		return nil, a.fail(textNoLab, "error", err.Error())
	}
	return k, nil
}

// keeperOptions are what nslab brings into every lab.
func (a *app) keeperOptions() sandbox.KeeperOptions {
	o := sandbox.KeeperOptions{Links: []string{domainname}}
	if b, err := data.Busybox(); err == nil {
		o.BusyBox, o.Applets = b, data.Applets()
	}
	if exe, err := os.Executable(); err == nil {
		o.Program = exe
	}
	return o
}
