package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/fatih/color"

	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/catalogue"
)

type lessonForm struct {
	Name  string     `json:"name"`
	Title string     `json:"title"`
	Open  bool       `json:"open,omitempty"`
	Steps []stepForm `json:"steps"`
}

type stepForm struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Done  bool   `json:"done"`
	Hints int    `json:"hints"`
	// Missing is what the machine lacked for the step when the lesson was last open.
	Missing string `json:"missing,omitempty"`
}

// listText is nslab list: lessons and steps, with progress. Open names the lesson that is open, if any.
func listText(v view, p *lessons.Progress, open string, asJSON bool) (string, error) {
	var forms []lessonForm
	for _, l := range catalogue.Lessons() {
		w, err := l.Words(v.lang)
		if err != nil {
			return "", err
		}
		form := lessonForm{Name: l.Name, Title: w.Title, Open: l.Name == open}
		for _, s := range l.Steps {
			form.Steps = append(form.Steps, stepForm{Name: s.Name, Title: w.Steps[s.Name].Title,
				Done: p.Done(l.Name, s.Name), Hints: p.Hints(l.Name, s.Name),
				Missing: p.Step(l.Name, s.Name).Missing})
		}
		forms = append(forms, form)
	}
	if asJSON {
		b, err := json.MarshalIndent(forms, "", "  ")
		return string(b) + "\n", err
	}
	var b strings.Builder
	for i, form := range forms {
		if i > 0 {
			b.WriteByte('\n')
		}
		done, width := 0, 0
		for _, s := range form.Steps {
			if s.Done {
				done++
			}
			width = max(width, len(s.Name))
		}
		count := textListCount.In(v.lang, pairs([]string{"done", fmt.Sprint(done), "of", fmt.Sprint(len(form.Steps))}))
		fmt.Fprintf(&b, "%s  %s  (%s)\n", v.bold(form.Name), form.Title, count)
		for _, s := range form.Steps {
			mark, word := "[ ]", ""
			if s.Done {
				mark, word = v.paint("[x]", color.FgGreen), "  "+textListDone.In(v.lang, nil)
			} else if s.Missing != "" {
				mark, word = "[-]", "  "+textListMissing.In(v.lang, pairs([]string{"what", s.Missing}))
			}
			fmt.Fprintf(&b, "  %s %-*s  %s%s\n", mark, width, s.Name, s.Title, word)
		}
	}
	return b.String(), nil
}

func (a *app) view() view {
	return view{lang: a.lang, color: !noColor(), width: a.width()}
}

// list shows lessons and steps, with progress.
func (a *app) list() error {
	if inLab() {
		return a.remote("list")(nil)
	}
	text, err := listText(a.view(), a.progress(), "", a.json)
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
		a.say(textWhereNext, "lesson", l.Name, "title", w.Title, "step", l.Steps[n].Name, "steptitle", w.Steps[l.Steps[n].Name].Title)
	}
	return nil
}
