package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/fatih/color"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
)

// lessonForm is a lesson of nslab list for programs.
type lessonForm struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Open  bool   `json:"open,omitempty"`
	// Done is how many steps are done, Of how many there are to do here: without those that are left out.
	Done  int        `json:"done"`
	Of    int        `json:"of"`
	Steps []stepForm `json:"steps"`
}

type stepForm struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Done  bool   `json:"done"`
	// Hints is how many were shown, diagnoses among them; HintsOf, how many the lesson has prepared; Attempts, how often a
	// check said no.
	Hints    int `json:"hints"`
	HintsOf  int `json:"hints_of"`
	Attempts int `json:"attempts"`
	// Missing is what the machine lacked for the step when the lesson was last open.
	Missing string `json:"missing,omitempty"`
}

// listText is nslab list: lessons and steps, with progress. Open names the lesson that is open, if any; params are the
// parameters of a lesson, which its titles may ask for.
func listText(v view, p *lessons.Progress, params func(*lessons.Lesson) map[string]string, open string, asJSON bool) (string, error) {
	var forms []lessonForm
	for _, l := range allLessons(p) {
		w, err := l.Words(v.lang)
		if err != nil {
			return "", err
		}
		form := lessonForm{Name: l.Name, Title: w.Title, Open: l.Name == open}
		values := params(l)
		form.Title = say.Fill(form.Title, values)
		for _, s := range l.Steps {
			is := p.Step(l.Name, s.Name)
			step := stepForm{Name: s.Name, Title: say.Fill(w.Steps[s.Name].Title, values), Done: !is.Done.IsZero(),
				Hints: is.Hints, HintsOf: len(w.Steps[s.Name].Hints), Attempts: is.Attempts, Missing: is.Missing}
			switch {
			case step.Done:
				form.Done++
				form.Of++
			case step.Missing == "":
				form.Of++
			}
			form.Steps = append(form.Steps, step)
		}
		forms = append(forms, form)
	}
	if asJSON {
		b, err := json.MarshalIndent(forms, "", "  ")
		return string(b) + "\n", err
	}
	return v.list(forms), nil
}

// list draws the table: a bar for each lesson, and the steps below it.
func (v view) list(forms []lessonForm) string {
	var b strings.Builder
	all, of, name, numbers := 0, 0, 0, 0
	for _, form := range forms {
		all, of = all+form.Done, of+form.Of
		name = max(name, len(form.Name))
		numbers = max(numbers, len(fmt.Sprintf("%d/%d", form.Done, form.Of)))
	}
	total := textListTotal
	if all < 2 {
		total = textListTotal1
	}
	fmt.Fprintf(&b, "%s  %s\n", v.bar(all, of, min(30, max(v.width-32, 4))), total.In(v.lang, pairs([]string{"done", fmt.Sprint(all), "of", fmt.Sprint(of)})))
	for _, form := range forms {
		head := form.Name + strings.Repeat(" ", name-len(form.Name))
		count := fmt.Sprintf("%-*s", numbers, fmt.Sprintf("%d/%d", form.Done, form.Of))
		title := form.Title
		if form.Open {
			title += "  " + textListOpen.In(v.lang, nil)
		}
		lines := fold(title, max(v.width-name-numbers-18, 10))
		if len(lines) == 0 {
			lines = []string{""}
		}
		fmt.Fprintf(&b, "\n%s  %s  %s  %s\n", v.bold(head), v.bar(form.Done, form.Of, 10), count, v.bold(lines[0]))
		for _, l := range lines[1:] {
			b.WriteString(strings.Repeat(" ", name+numbers+18) + v.bold(l) + "\n")
		}
		v.listSteps(&b, form.Steps)
	}
	return b.String()
}

func (v view) listSteps(b *strings.Builder, steps []stepForm) {
	name, title := 0, 0
	for _, s := range steps {
		name = max(name, len(s.Name))
		title = max(title, cells.StringWidth(s.Title))
	}
	for _, s := range steps {
		mark, notes := "[ ]", v.listNotes(s)
		switch {
		case s.Done:
			mark = v.paint("[x]", color.FgGreen)
		case s.Missing != "":
			mark = "[-]"
		}
		indent := name + 8
		line := fmt.Sprintf("  %s %-*s  ", mark, name, s.Name)
		// What is to be said of a step stands in a column of its own where there is room for that, else below.
		if indent+title+2+cells.StringWidth(notes) <= v.width {
			pad := strings.Repeat(" ", title-cells.StringWidth(s.Title)+2)
			b.WriteString(strings.TrimRight(line+s.Title+pad+notes, " ") + "\n")
			continue
		}
		for i, l := range append(fold(s.Title, max(v.width-indent, 10)), fold(notes, max(v.width-indent-2, 10))...) {
			if i > 0 {
				line = strings.Repeat(" ", indent+2)
			}
			b.WriteString(line + l + "\n")
		}
	}
}

// listNotes says how a step was done, or why it cannot be.
func (v view) listNotes(s stepForm) string {
	var notes []string
	if s.Done {
		notes = append(notes, textListDone.In(v.lang, nil))
	} else if s.Missing != "" {
		_, what, _ := strings.Cut(s.Missing, ":")
		notes = append(notes, textListMissing.In(v.lang, pairs([]string{"what", strings.ReplaceAll(what, "|", ", ")})))
	}
	if s.Hints > 0 {
		notes = append(notes, textListHints.In(v.lang, pairs([]string{"n", fmt.Sprint(s.Hints)})))
	}
	if s.Attempts > 0 {
		notes = append(notes, v.counted(textListAttempts, s.Attempts))
	}
	return strings.Join(notes, ", ")
}

// bar draws done of all as a bar; the numbers stand beside it, for those who do not see it. It is full only
// when all is done, and empty only when nothing is.
func (v view) bar(done, of, width int) string {
	n := 0
	if of > 0 {
		n = done * width / of
	}
	if done > 0 && n == 0 {
		n = 1
	}
	return "[" + v.paint(strings.Repeat("#", n), color.FgGreen) + strings.Repeat("-", width-n) + "]"
}

func (a *app) view() view {
	return view{lang: a.lang, color: !noColor(), width: a.width()}
}

// list shows lessons and steps, with progress.
func (a *app) list() error {
	if inLab() {
		return a.remote("list")(nil)
	}
	text, err := listText(a.view(), a.progress(), a.params(), "", a.json)
	if err != nil {
		return err
	}
	fmt.Fprint(a.out, text)
	return nil
}

// where says where the learner is, and what to type next.
func (a *app) where() error {
	rep, ok, err := a.callLab("where", nil)
	if err != nil {
		return err
	}
	if ok {
		return a.print(rep)
	}
	p := a.progress()
	l := nextLesson(p)
	n := p.FirstOpen(l)
	if a.json {
		form := whereJSON{Lesson: l.Name, Done: []string{}, Shells: []string{}}
		if n < len(l.Steps) {
			form.Step = l.Steps[n].Name
		}
		for _, s := range l.Steps {
			if p.Done(l.Name, s.Name) {
				form.Done = append(form.Done, s.Name)
			}
		}
		return a.writeJSON(form)
	}
	w, err := l.Words(a.lang)
	if err != nil {
		return err
	}
	switch {
	case n == len(l.Steps):
		a.say(textWhereAll)
	case n == 0 && p.Current() == "":
		a.say(textWhereNew, "lesson", l.Name, "title", w.Title)
	default:
		a.say(textWhereNext, "lesson", l.Name, "title", w.Title, "step", l.Steps[n].Name, "steptitle", say.Fill(w.Steps[l.Steps[n].Name].Title, a.paramsOf(l)))
	}
	return nil
}
