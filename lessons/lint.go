package lessons

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/nslab/nslab/checks/say"
)

// Lint lists everything that is wrong with how a lesson is written; the
// catalogue's own test refuses a lesson for which it finds anything. It looks
// at what can be seen without a lab:
//
//   - names: of the lesson, its shells, parameters and steps, in form and unique;
//   - every step has a check, and begins in a shell that the lesson has;
//   - the words are there in every language, for the lesson's steps in the
//     lesson's order, with at least two hints a step;
//   - the languages ask for the same slots, each a parameter of the lesson,
//     and show the same commands;
//   - solution.txtar, with every step in the lesson's order ([Lesson.Solution]), and at least two files mistakes/STEP-WHAT.txtar a step.
//
// Commands are the lines of fenced code blocks without their comments (a "#"
// and a space after it); a block whose info string is "text" is no command but
// output or a drawing, and may differ.
func Lint(l *Lesson) []error {
	lint := linter{lesson: l}
	lint.names()
	lint.words()
	lint.files()
	return lint.errs
}

type linter struct {
	lesson *Lesson
	errs   []error
}

func (t *linter) refuse(format string, args ...any) {
	t.errs = append(t.errs, fmt.Errorf("lesson %s: %w", t.lesson.Name, fmt.Errorf(format, args...)))
}

func (t *linter) names() {
	l := t.lesson
	seen := map[string]bool{}
	name := func(what, name string) {
		if !isName(name) {
			t.refuse("name of %s %q: a name is small letters and digits, joined by single hyphens", what, name)
		}
		if seen[what+name] {
			t.refuse("a second %s %q: names are unique", what, name)
		}
		seen[what+name] = true
	}
	name("lesson", l.Name)
	for _, s := range l.Shells {
		name("shell", s.Name)
	}
	for _, p := range l.Params {
		name("param", p.Name)
		if p.Default == "" {
			t.refuse("param %q has no default", p.Name)
		}
		if err := p.Kind.Valid(p.Default); err != nil {
			t.refuse("param %q: its default: %v", p.Name, err)
		}
	}
	for _, s := range l.Steps {
		name("step", s.Name)
		if s.Check == nil {
			t.refuse("step %s has no check", s.Name)
		}
		if s.Shell != "" && !seen["shell"+s.Shell] {
			t.refuse("step %s begins in shell %q, which the lesson has not", s.Name, s.Shell)
		}
	}
	for _, s := range l.Steps {
		for _, need := range s.Needs {
			if !needForm().MatchString(need) {
				t.refuse("step %s needs %q: a need is KIND:WHAT with a kind that Step.Needs tells of", s.Name, need)
			}
		}
	}
	if len(l.Shells) == 0 {
		t.refuse("it has no shell")
	}
	if len(l.Steps) == 0 {
		t.refuse("it has no step")
	}
}

var needForm = form(`^(tool:[A-Za-z0-9_.-]+(\|[A-Za-z0-9_.-]+)*|cgroup:(pids|memory)|namespace:(user|time)|filesystem:[a-z0-9]+|link:[a-z]+|seccomp:listener)$`)

// part is a piece of a lesson's words that must agree between languages.
type part struct{ name, text string }

func parts(w Words) []part {
	ps := []part{{"title", w.Title}, {"intro", w.Intro}}
	for _, name := range w.Order {
		s := w.Steps[name]
		ps = append(ps, part{"step " + name, s.Title + "\n\n" + s.Text + "\n\n" + strings.Join(s.Hints, "\n\n")})
	}
	return append(ps, part{"outro", w.Outro})
}

// misspelt is what was meant as a slot but is none, such as {{ name }}; the
// templates of other programs, {{.Name}}, are left alone.
var misspelt = form(`\{\{\s*[A-Za-z0-9_-]+\s*\}\}`)

func (t *linter) words() {
	l := t.lesson
	params := map[string]bool{}
	for _, p := range l.Params {
		params[p.Name] = true
	}
	var want []string
	for _, s := range l.Steps {
		want = append(want, s.Name)
	}
	var first []part
	var firstFile string
	for _, lang := range say.Langs() {
		w, err := l.Words(lang)
		if err != nil {
			t.errs = append(t.errs, err) // names the lesson already
			continue
		}
		file := textFile(lang)
		if !slices.Equal(w.Order, want) {
			t.refuse("%s has the steps %s, the lesson %s", file, strings.Join(w.Order, ", "), strings.Join(want, ", "))
		}
		for _, name := range w.Order {
			if n := len(w.Steps[name].Hints); n < 2 {
				t.refuse("%s: step %s has %d hints: at least two, from general to concrete", file, name, n)
			}
		}
		ps := parts(w)
		for _, p := range ps {
			for _, slot := range say.Slots(p.text) {
				if !params[slot] {
					t.refuse("%s: %s asks for {{%s}}, which is no param of the lesson", file, p.name, slot)
				}
			}
			for _, m := range misspelt().FindAllString(p.text, -1) {
				if len(say.Slots(m)) == 0 {
					t.refuse("%s: %s has %s, which nothing fills: a slot is {{name}} in small letters, without spaces", file, p.name, m)
				}
			}
		}
		if first == nil {
			first, firstFile = ps, file
			continue
		}
		t.same(firstFile, first, file, ps)
	}
}

// same compares the parts that two languages have both.
func (t *linter) same(fileA string, a []part, fileB string, b []part) {
	other := map[string]string{}
	for _, p := range b {
		other[p.name] = p.text
	}
	for _, p := range a {
		text, ok := other[p.name]
		if !ok {
			continue // steps that differ are refused elsewhere
		}
		if (p.text == "") != (text == "") {
			t.refuse("only one of %s and %s has an %s", fileA, fileB, p.name)
			continue
		}
		sa, sb := say.Slots(p.text), say.Slots(text)
		slices.Sort(sa)
		slices.Sort(sb)
		if !slices.Equal(sa, sb) {
			t.refuse("%s: %s asks for the params %q, %s for %q", fileA, p.name, sa, fileB, sb)
		}
		ca, cb := commands(p.text), commands(text)
		for i := range max(len(ca), len(cb)) {
			switch {
			case i >= len(cb):
				t.refuse("%s: %s shows the command %q, %s does not", fileA, p.name, ca[i], fileB)
			case i >= len(ca):
				t.refuse("%s: %s shows the command %q, %s does not", fileB, p.name, cb[i], fileA)
			case ca[i] != cb[i]:
				t.refuse("%s: %s shows the command %q where %s shows %q", fileA, p.name, ca[i], fileB, cb[i])
			default:
				continue
			}
			break // one difference makes all that follow differ
		}
	}
}

var comment = form(`(^|\s)#(\s.*)?$`)

// commands lists the commands that a text shows, without their comments.
func commands(markdown string) []string {
	var found []string
	var f fence
	for i, line := range splitLines(markdown) {
		if f.line(line, i+1) != code || strings.EqualFold(f.info, "text") {
			continue
		}
		if c := strings.TrimSpace(comment().ReplaceAllString(line, "")); c != "" {
			found = append(found, c)
		}
	}
	return found
}

func (t *linter) files() {
	l := t.lesson
	if l.Files == nil {
		return // the words have said so
	}
	if s, err := fs.ReadFile(l.Files, solutionFile); err != nil {
		t.errs = append(t.errs, fmt.Errorf("lesson %s: %w", l.Name, err))
	} else if len(strings.TrimSpace(string(s))) == 0 {
		t.refuse("solution.txtar is empty")
	} else if _, err := l.Solution(l.Defaults()); err != nil {
		t.errs = append(t.errs, err) // names the lesson already
	}
	files, err := fs.Glob(l.Files, "mistakes/*.txtar")
	if err != nil {
		t.refuse("list mistakes: %w", err)
	}
	count := map[string]int{}
	for _, file := range files {
		base := strings.TrimSuffix(path.Base(file), ".txtar")
		// The longest name wins: two-pids-x belongs to two-pids, not to two.
		owner := ""
		for _, s := range l.Steps {
			if strings.HasPrefix(base, s.Name+"-") && len(s.Name) > len(owner) && len(base) > len(s.Name)+1 {
				owner = s.Name
			}
		}
		if owner == "" {
			t.refuse("%s belongs to no step: its name is STEP-WHAT.txtar", file)
		}
		count[owner]++
	}
	for _, s := range l.Steps {
		if count[s.Name] < 2 {
			t.refuse("step %s has %d mistakes (mistakes/%s-WHAT.txtar): at least two", s.Name, count[s.Name], s.Name)
		}
	}
}
