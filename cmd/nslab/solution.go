package main

import (
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
)

var (
	textSolutionShort  = say.Text{EN: "the solution of a step that is done, beside what you typed", FR: "la solution d'une étape faite, à côté de ce que vous avez tapé"}
	textFlagAnyway     = say.Text{EN: "show it though the step is not done (it is counted)", FR: "la montrer même si l'étape n'est pas faite (c'est compté)"}
	textSolutionEarly  = say.Text{EN: "Step {{step}} is not done yet. Its solution is for comparing, later; nslab hint helps on the way. If you want to see it all the same:\n\n    nslab solution {{step}} --anyway", FR: "L'étape {{step}} n'est pas encore faite. Sa solution sert à comparer, après ; nslab hint aide en chemin. Pour la voir quand même :\n\n    nslab solution {{step}} --anyway"}
	textSolutionHead   = say.Text{EN: "The solution:", FR: "La solution :"}
	textTypedHead      = say.Text{EN: "What you typed:", FR: "Ce que vous avez tapé :"}
	textTypedNothing   = say.Text{EN: "Of what you typed nothing is kept.", FR: "De ce que vous avez tapé, rien n'est conservé."}
	textSolutionAnswer = say.Text{EN: "answer: {{text}}", FR: "réponse : {{text}}"}
	textTypedMore      = say.Text{EN: "(lines before these: {{n}})", FR: "(lignes avant celles-ci : {{n}})"}
	textTypedStatus    = say.Text{EN: "exit status {{n}}", FR: "statut de sortie {{n}}"}
)

func (a *app) solutionCommand() *cobra.Command {
	c := a.command("solution [STEP|LESSON]", textSolutionShort, cobra.MaximumNArgs(1), nil)
	anyway := c.Flags().Bool("anyway", false, textFlagAnyway.In(a.lang, nil))
	c.RunE = func(_ *cobra.Command, args []string) error { return a.solution(args, *anyway) }
	c.ValidArgsFunction = completeLessonsAndSteps
	return c
}

// keepTyped returns what keeps the command lines of a lesson for the comparison, and what ends that. Where no file can be
// made, nothing is kept.
func keepTyped(dir, lesson string) (keep func(step string, l checks.Line), end func()) {
	t, err := lessons.OpenTyped(dir, lesson)
	if err != nil {
		return nil, func() {}
	}
	return func(step string, l checks.Line) {
		t.Add(lessons.TypedLine{Time: time.Now(), Step: step, Shell: l.Shell, Text: l.Text, Status: l.Status})
	}, func() { _ = t.Close() }
}

// solver shows solutions: of the lesson that is open, or of one that was.
type solver struct {
	view
	lesson   *lessons.Lesson
	words    lessons.Words
	progress *lessons.Progress
	// applies reports whether a line of the solution is for this machine.
	applies func(lessons.Deed) bool
	json    bool
}

// anywayArg is the argument of a request that wants the solution of a step that is not done.
const anywayArg = "--anyway"

func (s *server) solution(v view, w lessons.Words, req request) reply {
	sv := solver{v, s.lesson, w, s.progress, s.session.Applies, req.JSON}
	args := slices.DeleteFunc(slices.Clone(req.Args), func(a string) bool { return a == anywayArg })
	return sv.show(args, len(args) < len(req.Args), s.saved)
}

// solution is nslab solution: of the open lesson, or of the lesson the learner was in last, or of a lesson by its name.
func (a *app) solution(args []string, anyway bool) error {
	sent := slices.Clone(args)
	if anyway {
		sent = append(sent, anywayArg)
	}
	rep, ok, err := a.callLab("solution", sent)
	if err != nil {
		return err
	}
	if ok {
		return a.printPaged(rep)
	}
	p := a.progress()
	l := lessonNamed(p, p.Current())
	if len(args) == 1 {
		if named := lessonNamed(p, args[0]); named != nil {
			l, args = named, nil
		}
	}
	if l == nil {
		return a.fail(textNoLesson)
	}
	w, err := l.Words(a.lang)
	if err != nil {
		return err
	}
	v := a.view()
	v.params = l.Defaults()
	sv := solver{v, l, w, p, appliesHere, a.json}
	return a.printPaged(sv.show(args, anyway, a.warnProgress))
}

// appliesHere is solver.applies where no lab is open.
func appliesHere(d lessons.Deed) bool {
	return !slices.ContainsFunc(d.If, func(cond string) bool {
		need, not := strings.CutPrefix(cond, "!")
		names, tool := strings.CutPrefix(need, "tool:")
		if !tool {
			return not
		}
		has := slices.ContainsFunc(strings.Split(names, "|"), func(name string) bool {
			_, err := exec.LookPath(name)
			return err == nil || errors.Is(err, exec.ErrDot)
		})
		return has == not
	})
}

type commandForm struct {
	Shell  string `json:"shell,omitempty"`
	Text   string `json:"text,omitempty"`
	Answer string `json:"answer,omitempty"`
	Status *int   `json:"status,omitempty"`
}

type solutionForm struct {
	Lesson   string        `json:"lesson"`
	Step     string        `json:"step"`
	Done     bool          `json:"done"`
	Solution []commandForm `json:"solution"`
	Typed    []commandForm `json:"typed"`
}

// show shows the solution of the step that is named, or of all that are done.
func (s *solver) show(args []string, anyway bool, saved func(error)) reply {
	var steps []string
	for _, step := range s.lesson.Steps {
		if s.progress.Done(s.lesson.Name, step.Name) {
			steps = append(steps, step.Name)
		}
	}
	if len(args) > 0 || anyway || len(steps) == 0 {
		i := s.progress.FirstOpen(s.lesson)
		name := s.lesson.Steps[min(i, len(s.lesson.Steps)-1)].Name
		if len(args) > 0 {
			name = args[0]
		}
		if _, err := s.lesson.Step(name); err != nil {
			return failed(s.view, err)
		}
		if !s.progress.Done(s.lesson.Name, name) {
			if !anyway {
				return reply{Status: 1, Text: s.plain(textSolutionEarly, pairs([]string{"step", name}))}
			}
			saved(s.progress.AddSolution(s.lesson.Name, name))
		}
		steps = []string{name}
	}
	deeds, err := s.lesson.Solution(s.params)
	if err != nil {
		return failed(s.view, err)
	}
	// What was kept is only for comparing: without it the solution is shown alone.
	typed, _ := lessons.ReadTyped(s.progress.Dir(), s.lesson.Name)
	forms := make([]solutionForm, 0, len(steps))
	for _, step := range steps {
		forms = append(forms, s.form(step, deeds, typed))
	}
	if s.json {
		return jsonReply(forms, 0)
	}
	var b strings.Builder
	for i, f := range forms {
		if i > 0 {
			b.WriteByte('\n')
		}
		s.write(&b, f)
	}
	return reply{Text: b.String()}
}

func (s *solver) form(step string, deeds []lessons.Deed, typed []lessons.TypedLine) solutionForm {
	f := solutionForm{Lesson: s.lesson.Name, Step: step, Done: s.progress.Done(s.lesson.Name, step),
		Solution: []commandForm{}, Typed: []commandForm{}}
	for _, d := range deeds {
		switch {
		case d.Step != step || d.Waits || !s.applies(d):
		case d.Kind == lessons.Answer && !d.Fails:
			f.Solution = append(f.Solution, commandForm{Answer: d.Text})
		case d.Kind == lessons.Interrupt:
			f.Solution = append(f.Solution, commandForm{Shell: d.Shell, Text: "Ctrl-C"})
		case d.Asks == "":
			f.Solution = append(f.Solution, commandForm{Shell: d.Shell, Text: d.Text})
		}
	}
	for _, l := range typed {
		if l.Step != step || strings.HasPrefix(strings.TrimSpace(l.Text), "nslab ") {
			continue
		}
		c := commandForm{Shell: l.Shell, Text: l.Text}
		if l.Status >= 0 {
			c.Status = &l.Status
		}
		f.Typed = append(f.Typed, c)
	}
	if answer := s.progress.Step(s.lesson.Name, step).Answer; answer != "" {
		f.Typed = append(f.Typed, commandForm{Answer: answer})
	}
	return f
}

// maxTypedShown is how many of the learner's lines are shown of a step.
const maxTypedShown = 40

func (s *solver) write(b *strings.Builder, f solutionForm) {
	b.WriteString(s.markdown("## `" + f.Step + "` — " + s.words.Steps[f.Step].Title))
	b.WriteString("\n" + s.bold(textSolutionHead.In(s.lang, nil)) + "\n\n")
	s.commands(b, f.Solution)
	if len(f.Typed) == 0 {
		b.WriteString("\n" + textTypedNothing.In(s.lang, nil) + "\n")
		return
	}
	b.WriteString("\n" + s.bold(textTypedHead.In(s.lang, nil)) + "\n\n")
	if over := len(f.Typed) - maxTypedShown; over > 0 {
		fmt.Fprintf(b, "    %s\n", textTypedMore.In(s.lang, pairs([]string{"n", fmt.Sprint(over)})))
		f.Typed = f.Typed[over:]
	}
	s.commands(b, f.Typed)
}

// commands writes command lines as code, each behind the name of its shell.
func (s *solver) commands(b *strings.Builder, list []commandForm) {
	for _, c := range list {
		switch {
		case c.Answer != "":
			fmt.Fprintf(b, "    %s\n", textSolutionAnswer.In(s.lang, pairs([]string{"text", clean(c.Answer)})))
		case c.Status != nil && *c.Status != 0:
			fmt.Fprintf(b, "    (%s) %s  %s\n", c.Shell, clean(c.Text), s.dim("# "+textTypedStatus.In(s.lang, pairs([]string{"n", fmt.Sprint(*c.Status)}))))
		default:
			fmt.Fprintf(b, "    (%s) %s\n", c.Shell, clean(c.Text))
		}
	}
}
