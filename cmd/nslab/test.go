package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/nslab/nslab/lessons/script"
)

// test runs lesson scripts, each in fresh labs, and says of each whether it held.
func (a *app) test(names []string, toolsName string) error {
	tools, err := a.parseTools(toolsName)
	if err != nil {
		return err
	}
	files, err := script.Files(names)
	if err != nil {
		return a.fail(textNoScript, "error", err.Error())
	}
	// A lab that cannot be made is the machine's fault, not each script's.
	keeper, err := a.keeper()
	if err != nil {
		return err
	}
	_ = keeper.Close()
	runner := &script.Runner{Tools: tools, Lang: a.lang}
	defer runner.Close()
	failed := 0
	var results []scriptForm
	busy := a.working("")
	defer busy.done()
	for i, file := range files {
		busy.say(textScriptBusy.In(a.lang, pairs([]string{"n", fmt.Sprint(i + 1), "of", fmt.Sprint(len(files)), "file", clean(file)})))
		dir, err := os.MkdirTemp("", "nslab-script-")
		if err != nil {
			return a.fail(textNoScript, "error", err.Error())
		}
		// testscript runs a folder; a script is run alone, under its own name.
		params := runner.Params("")
		params.Files = []string{file}
		params.WorkdirRoot = dir
		t := &outcome{name: scriptName(file), verbose: a.verbose}
		start := time.Now()
		t.do(func() { testscript.RunT(t, params) })
		_ = os.RemoveAll(dir)
		took := time.Since(start).Round(time.Millisecond)
		form := scriptForm{Script: filepath.ToSlash(file), Passed: !t.failed, Skipped: t.skipped, Seconds: took.Seconds()}
		word := textScriptOK
		switch {
		case t.failed:
			failed++
			word = textScriptFailed
			form.Log = t.text()
		case t.skipped:
			word = textScriptSkipped
		}
		results = append(results, form)
		busy.hide()
		if a.json {
			continue
		}
		fmt.Fprintf(a.out, "%-6s %s (%v)\n", word.In(a.lang, nil), file, took)
		if t.failed || a.verbose {
			fmt.Fprintln(a.out, indent(t.text()))
		}
	}
	if a.json {
		if err := a.writeJSON(results); err != nil {
			return err
		}
	} else {
		a.say(textScripts, "passed", fmt.Sprint(len(files)-failed), "failed", fmt.Sprint(failed))
	}
	if failed > 0 {
		a.status = 1
	}
	return nil
}

type scriptForm struct {
	Script  string  `json:"script"`
	Passed  bool    `json:"passed"`
	Skipped bool    `json:"skipped,omitempty"`
	Seconds float64 `json:"seconds"`
	Log     string  `json:"log,omitempty"`
}

func indent(s string) string {
	return "    " + strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n    ")
}

// outcome stands in for a test in testscript (its type T): what is said, and whether it failed.
type outcome struct {
	name    string
	verbose bool

	mu      sync.Mutex
	log     strings.Builder
	failed  bool
	skipped bool
}

// stop unwinds a script that has failed or skipped.
type stop struct{}

// do runs f until it returns or stops.
func (t *outcome) do(f func()) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(stop); !ok {
				panic(r)
			}
		}
	}()
	f()
}

// Skip, Fatal, Parallel, Log, FailNow, Run and Verbose make a testscript.T.

// Skip ends the script without a verdict.
func (t *outcome) Skip(args ...any) {
	t.Log(args...)
	t.skipped = true
	panic(stop{})
}

// Fatal ends the script as failed.
func (t *outcome) Fatal(args ...any) {
	t.Log(args...)
	t.FailNow()
}

// FailNow ends the script as failed.
func (t *outcome) FailNow() {
	t.failed = true
	panic(stop{})
}

// Parallel would run scripts side by side; here they run one after the other.
func (t *outcome) Parallel() {}

// Log notes what is said.
func (t *outcome) Log(args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintln(&t.log, args...)
}

// Run runs a script.
func (t *outcome) Run(_ string, f func(testscript.T)) { t.do(func() { f(t) }) }

// Verbose says whether passing scripts are told of too.
func (t *outcome) Verbose() bool { return t.verbose }

func (t *outcome) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.log.String()
}
