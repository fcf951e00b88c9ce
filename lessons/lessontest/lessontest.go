// Package lessontest holds what must be true of every lesson's checks: the lessons' own tests give it tables of
// states, each with what a learner did and which message that leads to, and it judges them. Only tests import it.
package lessontest

import (
	"slices"
	"strings"
	"testing"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
)

// State is a row of the tables: What the learner did in Step, as changes to a view of the fresh lab, and the Key of
// the message that must come of it.
type State struct {
	Step, What string
	Changes    []func(*checks.View)
	Key        string
}

// row is a State under the name that a lesson's test has for it.
type row interface {
	~struct {
		Step, What string
		Changes    []func(*checks.View)
		Key        string
	}
}

// Tables judges two tables of a lesson: each state in right must satisfy its step, none in wrong may, all by the
// message that the row names; and each of the lesson's messages must be met by a state and be whole. The lab that a
// learner finds, with some changes, comes from lab.
func Tables[R row](t *testing.T, l *lessons.Lesson, words checks.Messages, lab func(...func(*checks.View)) *checks.View, right, wrong []R) {
	t.Helper()
	met := map[string]bool{}
	for satisfied, states := range map[bool][]R{true: right, false: wrong} {
		for _, r := range states {
			st := State(r)
			met[st.Key] = true
			if f := Judge(t, l, st, lab(st.Changes...)); f.Satisfied != satisfied || f.Key != st.Key {
				t.Errorf("%s: %s: satisfied %t, %s; want %t, %s", st.Step, st.What, f.Satisfied, f.Key, satisfied, st.Key)
			}
		}
	}
	for key, m := range words {
		if !met[key] {
			t.Errorf("%s: no state of the tables leads there", key)
		}
		for part, text := range map[string]say.Text{"expected": m.Expected, "found": m.Found, "try": m.Try} {
			if !text.IsZero() && !text.Complete() {
				t.Errorf("%s: %s lacks a language", key, part)
			}
			en, fr := say.Slots(text.EN), say.Slots(text.FR)
			slices.Sort(en)
			slices.Sort(fr)
			if !slices.Equal(en, fr) {
				t.Errorf("%s: %s asks for %q in English, for %q in French", key, part, en, fr)
			}
		}
	}
}

// Typed says that lines a shell reports decide nothing: what satisfies does so whatever else was typed, and what does
// not is not made right by it.
func Typed[R row](t *testing.T, l *lessons.Lesson, lab func(...func(*checks.View)) *checks.View, right, wrong []R, lines ...checks.Line) {
	t.Helper()
	for satisfied, states := range map[bool][]R{true: right, false: wrong} {
		for _, r := range states {
			st := State(r)
			v := lab(st.Changes...)
			v.Typed = append(v.Typed, lines...)
			if f := Judge(t, l, st, v); f.Satisfied != satisfied {
				t.Errorf("%s: %s: what was typed changed the verdict: %s", st.Step, st.What, f.Key)
			}
		}
	}
}

// Judge returns what the step's check finds in a view of the state. Its sentences must be whole in every language: no
// empty slot, what is expected and what to try exactly where something is missing; and there must be evidence.
func Judge(t *testing.T, l *lessons.Lesson, st State, v *checks.View) checks.Finding {
	t.Helper()
	step, err := l.Step(st.Step)
	if err != nil {
		t.Fatal(err)
	}
	f := step.Check(v)
	for _, lang := range say.Langs() {
		for part, text := range map[string]say.Text{"expected": f.Expected, "found": f.Found, "try": f.Try} {
			s := text.In(lang, f.Args)
			if strings.Contains(s, "{{") {
				t.Errorf("%s: %s: %s in %s has an empty slot: %s", st.Step, st.What, part, lang, s)
			}
			if wanted := part == "found" || !f.Satisfied; (s != "") != wanted {
				t.Errorf("%s: %s: %s in %s: %q", st.Step, st.What, part, lang, s)
			}
		}
	}
	if len(f.Evidence) == 0 {
		t.Errorf("%s: %s: no evidence", st.Step, st.What)
	}
	return f
}
