package grade

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/session"
	"github.com/nslab/nslab/lessons/submission"
)

// Two kinds of likeness are told, and neither accuses anybody: two students may have worked side by side, as
// they were asked to. Another's parameters in a submission have come from the other in some way. Lines that
// nobody else typed, and that the lesson's text does not show, are counted for each pair.

// values are the forms that parameters have (package course).
var values = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`[a-z]+-[a-z]+-[0-9]{3}|[a-z]+-[0-9]{4}\.test|10\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}`)
})

const (
	maxForeign = 20
	maxLines   = 300
)

// likeness finds other students' parameters, and what was typed beyond the lesson's text.
func (g *grader) likeness(e *entry, params map[string]map[string]string) {
	seen := map[string]bool{}
	lines := map[string]bool{}
	look := func(lesson, line string) {
		for _, v := range values().FindAllString(line, -1) {
			o, ok := g.owners[v]
			if !ok || o.student == e.sub.Student || seen[v] || len(e.result.Foreign) >= maxForeign {
				continue
			}
			seen[v] = true
			e.result.Foreign = append(e.result.Foreign, Foreign{Lesson: o.lesson, Param: o.param, Value: v, Of: o.student, Line: clipText(submission.Plain(line))})
		}
	}
	for i := range e.sub.Sittings {
		s := &e.sub.Sittings[i]
		l := g.lessons[s.Lesson]
		if l == nil {
			continue
		}
		known := shown(l, params[l.Name])
		for _, line := range s.Lines() {
			look(l.Name, line.Text)
			text := strings.Join(strings.Fields(submission.Plain(line.Text)), " ")
			if len(text) < 6 || strings.HasPrefix(text, "nslab ") || strings.Contains(known, text) || strings.Contains(known, strings.TrimPrefix(text, "sudo ")) {
				continue
			}
			lines[l.Name+": "+slots(text, params[l.Name])] = true
		}
		for _, ev := range s.Events {
			if ev.Action == session.Answered {
				look(l.Name, ev.Text)
			}
		}
	}
	for line := range lines {
		e.result.Lines = append(e.result.Lines, clipText(line))
	}
	slices.Sort(e.result.Lines)
	if len(e.result.Lines) > maxLines {
		e.result.Lines = e.result.Lines[:maxLines]
	}
}

// slots puts {{name}} in the place of a student's parameters.
func slots(text string, params map[string]string) string {
	type pair struct{ name, value string }
	var all []pair
	for n, v := range params {
		all = append(all, pair{n, v})
	}
	// The longest first, for one may be within another.
	slices.SortFunc(all, func(a, b pair) int {
		return cmp.Or(len(b.value)-len(a.value), strings.Compare(a.name, b.name))
	})
	for _, p := range all {
		if len(p.value) >= 4 {
			text = strings.ReplaceAll(text, p.value, "{{"+p.name+"}}")
		}
	}
	return text
}

// shown is all that a lesson shows a student: texts and hints in every language, and its solution, with single spaces.
func shown(l *lessons.Lesson, params map[string]string) string {
	var b strings.Builder
	for _, lang := range say.Langs() {
		w, err := l.Words(lang)
		if err != nil {
			continue
		}
		b.WriteString(w.Intro + " " + w.Outro + " ")
		for _, name := range w.Order {
			b.WriteString(w.Steps[name].Text + " " + strings.Join(w.Steps[name].Hints, " ") + " ")
		}
	}
	if deeds, err := l.Solution(params); err == nil {
		for _, d := range deeds {
			b.WriteString(d.Text + " ")
		}
	}
	return strings.Join(strings.Fields(say.Fill(b.String(), params)), " ")
}

// Pair is two students whose submissions share lines that few others have.
type Pair struct {
	A string `json:"a"`
	B string `json:"b"`
	// Likeness is between 0 and 1: what they share of what the one with less typed beyond the lesson's text, rare lines
	// counting more.
	Likeness float64  `json:"likeness"`
	Lines    []string `json:"lines"`
}

const (
	maxPairs   = 50
	minShared  = 3
	minLikness = 0.3
)

// Pairs ranks the pairs of students by likeness; those with little of it are left out.
func (r *Results) Pairs() []Pair {
	holders := map[string][]int{}
	n := 0
	for i, s := range r.Submissions {
		if len(s.Steps) == 0 {
			continue
		}
		n++
		for _, line := range s.Lines {
			holders[line] = append(holders[line], i)
		}
	}
	weight := func(line string) float64 { return math.Log(float64(n+1) / float64(len(holders[line]))) }
	total := make([]float64, len(r.Submissions))
	for i, s := range r.Submissions {
		for _, line := range s.Lines {
			total[i] += weight(line)
		}
	}
	type key struct{ a, b int }
	shared := map[key][]string{}
	for line, who := range holders {
		// What many type is nobody's own.
		if len(who) < 2 || len(who) > max(2, n/10) {
			continue
		}
		for i, a := range who {
			for _, b := range who[i+1:] {
				shared[key{a, b}] = append(shared[key{a, b}], line)
			}
		}
	}
	var pairs []Pair
	for k, lines := range shared {
		if len(lines) < minShared {
			continue
		}
		slices.Sort(lines)
		sum := 0.0
		for _, line := range lines {
			sum += weight(line)
		}
		like := math.Round(100*sum/min(total[k.a], total[k.b])) / 100
		if like < minLikness {
			continue
		}
		pairs = append(pairs, Pair{A: r.Submissions[k.a].Student, B: r.Submissions[k.b].Student, Likeness: like, Lines: lines})
	}
	slices.SortFunc(pairs, func(a, b Pair) int {
		return cmp.Or(cmp.Compare(b.Likeness, a.Likeness), len(b.Lines)-len(a.Lines), strings.Compare(a.A, b.A), strings.Compare(a.B, b.B))
	})
	return pairs[:min(len(pairs), maxPairs)]
}
