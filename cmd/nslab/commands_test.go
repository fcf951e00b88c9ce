package main

import (
	"os"
	"strings"
	"testing"
)

// A command that is declared alone is the one that is declared with all others.
func TestEachCommandIsDeclaredByItself(t *testing.T) {
	declared := func(args ...string) *app {
		return newApp(args, os.Stdin, &strings.Builder{}, &strings.Builder{}, func(string) string { return "" })
	}
	all := declared().root.Commands()
	if len(all) < 20 {
		t.Fatalf("only %d commands", len(all))
	}
	for _, c := range all {
		a := declared("--json", "--lang", "fr", c.Name(), "--help")
		got, _, err := a.root.Find([]string{c.Name()})
		if err != nil || got.Name() != c.Name() {
			t.Errorf("%s alone: %v", c.Name(), err)
			continue
		}
		whole := declared("--lang", "fr")
		want, _, _ := whole.root.Find([]string{c.Name()})
		if g, w := a.usage(got), whole.usage(want); g != w {
			t.Errorf("usage of %s alone:\n%s\nwith all others:\n%s", c.Name(), g, w)
		}
	}
}

func TestTheFirstWordIsFoundBehindOptionsOfAllCommands(t *testing.T) {
	for args, want := range map[string]string{
		"": "", "list": "list", "--json list": "list", "--lang fr list": "list", "--lang=fr --json list x": "list",
		"--lang": "", "-h list": "", "--help": "", "--lang fr": "", "-- list": "", "exec -- list": "exec",
	} {
		if got := firstWord(strings.Fields(args)); got != want {
			t.Errorf("%q: %q, not %q", args, got, want)
		}
	}
}
