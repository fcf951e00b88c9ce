package session

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/session/screen"
	"github.com/nslab/nslab/sandbox"
)

func setUpLesson(lines ...lessons.Command) *lessons.Lesson {
	return &lessons.Lesson{Name: "trial", Shells: []lessons.Shell{{Name: "isolated", Flags: unix.CLONE_NEWUTS}, {Name: "host"}},
		Params: []lessons.Param{{Name: "name", Default: "first"}}, Setup: lines,
		Steps: []lessons.Step{{Name: "one", Check: named("never")}}}
}

func TestSetUpIsThereAndLeavesNoTrace(t *testing.T) {
	s := play(t, Options{Lesson: setUpLesson(lessons.Command{Shell: "host", Line: "echo made > /root/{{name}}"},
		lessons.Command{Shell: "isolated", Line: "hostname {{name}}"}, lessons.Command{Shell: "isolated", Line: "cd /tmp"})})
	if got := s.start.UTS; len(got) != 2 {
		t.Errorf("the start has the UTS namespaces %v", got)
	}
	named := false
	for inode, uts := range s.start.UTS {
		named = named || inode != s.start.Host.UTS && uts.HostName == "first"
	}
	if !named {
		t.Errorf("the start is from before the set-up: %v", s.start.UTS)
	}
	for name, want := range map[string]string{"host": "made\n/root\n", "isolated": "made\n/tmp\n"} {
		if r := run(t, shell(t, s, name), "cat /root/first; pwd"); r.Output != want {
			t.Errorf("%s: %q", name, r.Output)
		}
		if r := run(t, shell(t, s, name), "history"); strings.Contains(r.Output, "hostname") || strings.Contains(r.Output, "echo made") {
			t.Errorf("%s remembers its set-up: %q", name, r.Output)
		}
		sh := shell(t, s, name)
		shown := ""
		sh.Look(func(sc *screen.Screen) { shown = strings.Join(sc.Text(), "\n") })
		if strings.Contains(shown, "echo made") || strings.Contains(shown, "hostname first") {
			t.Errorf("%s shows its set-up: %q", name, shown)
		}
	}
	for _, l := range s.typed {
		if strings.Contains(l.Text, "echo made") || strings.Contains(l.Text, "hostname") {
			t.Errorf("the set-up was typed by the learner: %+v", l)
		}
	}

	// A shell that is opened again is set up again.
	run(t, shell(t, s, "isolated"), "exit")
	if r := run(t, shell(t, s, "isolated"), "hostname; pwd"); r.Output != "first\n/tmp\n" {
		t.Errorf("opened again: %q", r.Output)
	}
}

func TestSetUpThatFailsSaysWhichCommand(t *testing.T) {
	k, err := sandbox.NewKeeper(sandbox.KeeperOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	_, err = Open(Options{Keeper: k, Lesson: setUpLesson(lessons.Command{Shell: "host", Line: "ls /nowhere/{{name}}"}), Term: "dumb"})
	if err == nil || !strings.Contains(err.Error(), `type "ls /nowhere/first" in shell host: exit status`) {
		t.Errorf("%v", err)
	}
}
