package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/nslab/nslab/sandbox"
)

func TestMain(m *testing.M) {
	// In a lab the test binary stands for the program too, under both its names.
	if filepath.Base(os.Args[0]) == domainname {
		os.Exit(Main())
	}
	if os.Args[0] == inContainer {
		fmt.Fprintln(os.Stderr, beContainer(os.Args[1], os.Args[2:]))
		os.Exit(125)
	}
	testscript.Main(m, map[string]func(){"nslab": func() { os.Exit(Main()) }})
}

// The scripts in testdata at the top of the repository run the program as its users do.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("..", "..", "testdata"),
		Setup: func(env *testscript.Env) error {
			env.Setenv("XDG_STATE_HOME", filepath.Join(env.WorkDir, "state"))
			env.Setenv("LANG", "C.UTF-8")
			env.Setenv("TERM", "xterm")
			env.Setenv("TMUX", "")
			lessons, err := filepath.Abs(filepath.Join("..", "..", "lessons"))
			if err != nil {
				return err
			}
			env.Setenv("LESSONS", lessons)
			t := &terminals{list: map[string]*testTerminal{}}
			env.Values[terminalsKey{}] = t
			env.Defer(t.close)
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"status": status, "term": cmdTerm, "type": cmdType, "expect": cmdExpect, "screen": cmdScreen, "keys": cmdKeys, "modes": cmdModes, "cast": cmdCast, "noescapes": cmdNoEscapes, "picture": cmdPicture, "resize": cmdResize, "rests": cmdRests,
			"signal": cmdSignal, "hangup": cmdHangup, "end": cmdEnd,
		},
		RequireUniqueNames: true,
		Condition: func(cond string) (bool, error) {
			if cond != "trace" {
				return false, fmt.Errorf("unknown condition %q", cond)
			}
			k, err := sandbox.NewKeeper(sandbox.KeeperOptions{})
			if err != nil {
				return false, nil
			}
			return k.CanTrace() == nil, k.Close()
		},
	})
}

// status runs a program and holds when its exit status is the one given: status 2 nslab frobnicate.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N PROGRAM [ARG ...]")
	}
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if err != nil {
		got = strings.TrimPrefix(err.Error(), "exit status ")
	}
	if got != args[0] {
		ts.Fatalf("%s: exit status %s, not %s", strings.Join(args[1:], " "), got, args[0])
	}
}
