package catalogue_test

import (
	"context"
	"testing"
	"time"

	"github.com/nslab/nslab/data"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/catalogue"
	"github.com/nslab/nslab/lessons/session"
	"github.com/nslab/nslab/sandbox"
)

// Whoever comes back finds each step as open, and as doable, as if they had never left.
func TestEveryStepOfARebuiltLab(t *testing.T) {
	o := sandbox.KeeperOptions{}
	if b, err := data.Busybox(); err == nil {
		o.BusyBox, o.Applets = b, data.Applets()
	}
	k, err := sandbox.NewKeeper(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.Close() })
	for _, l := range catalogue.Lessons() {
		for i, step := range l.Steps {
			t.Run(l.Name+"/"+step.Name, func(t *testing.T) { testRebuilt(t, k, l, i) })
		}
	}
}

func testRebuilt(t *testing.T, k *sandbox.Keeper, l *lessons.Lesson, at int) {
	o := session.Options{Keeper: k, Lesson: l, At: l.Steps[at].Name, Term: "dumb", Rows: 50, Cols: 500}
	for _, before := range l.Steps[:at] {
		o.Done = append(o.Done, before.Name)
	}
	begun := time.Now()
	s, err := session.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	n, err := s.Rebuilt()
	if err != nil {
		t.Fatalf("not rebuilt: %v", err)
	}
	t.Logf("%d commands in %v", n, time.Since(begun).Round(time.Millisecond))
	step := s.Step()
	if step == nil {
		t.Skip("the machine lacks what the rest of the lesson needs")
	}
	if s.Missing(o.At) != "" {
		t.Skipf("the machine lacks %s", s.Missing(o.At))
	}
	if step.Name != o.At {
		t.Fatalf("the open step is %s", step.Name)
	}
	if f, err := s.Check(o.At, 0); err != nil || f.Satisfied {
		t.Errorf("before anything was done: %s satisfied %v, %v", f.Key, f.Satisfied, err)
	}
	deeds, err := l.Solution(s.Params())
	if err != nil {
		t.Fatal(err)
	}
	behind := map[string]bool{}
	for _, name := range o.Done {
		behind[name] = true
	}
	for _, d := range deeds {
		// "! check" of a later step may rest on the steps before having been done in this very lab.
		if behind[d.Step] || s.Missing(d.Step) != "" || d.Asks != "" && s.Missing(d.Asks) != "" || d.Step == "" || !s.Applies(d) {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		err := s.Do(ctx, d)
		cancel()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, rest := range l.Steps[at:] {
		if _, ok := s.IsDone(rest.Name); !ok && s.Missing(rest.Name) == "" {
			t.Errorf("the rest of the solution leaves step %s open", rest.Name)
		}
	}
}
