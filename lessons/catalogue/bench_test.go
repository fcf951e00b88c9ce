package catalogue_test

import (
	"testing"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/lessons/catalogue"
	"github.com/nslab/nslab/lessons/session"
	"github.com/nslab/nslab/sandbox"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// BenchmarkCheck is the check of each step on the lesson's lab as the learner finds it, with as many earlier states as a
// session keeps: a miss, in which every diagnosis is tried.
func BenchmarkCheck(b *testing.B) {
	k, err := sandbox.NewKeeper(sandbox.KeeperOptions{})
	if err != nil {
		b.Fatal(err)
	}
	defer k.Close()
	for _, l := range catalogue.Lessons() {
		s, err := session.Open(session.Options{Keeper: k, Lesson: l, Term: "dumb"})
		if err != nil {
			b.Fatalf("%s: %v", l.Name, err)
		}
		now, err := s.Look(0)
		if err == nil {
			err = s.Close()
		}
		if err != nil {
			b.Fatalf("%s: %v", l.Name, err)
		}
		seen := make([]*snapshot.Snapshot, 64)
		for i := range seen {
			seen[i] = now
		}
		v := &checks.View{Now: now, Start: now, Seen: seen, Params: s.Params(), Typed: []checks.Line{{Shell: l.Shells[0].Name, Text: "ls -l", Status: 0}}}
		for _, step := range l.Steps {
			if step.Check == nil {
				continue
			}
			b.Run(l.Name+"/"+step.Name, func(b *testing.B) {
				for b.Loop() {
					step.Check(v)
				}
			})
		}
	}
}
