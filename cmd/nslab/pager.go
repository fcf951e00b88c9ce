package main

import (
	"os"
	"os/exec"
	"strings"

	"golang.org/x/term"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
)

var (
	textFlagNoPager = say.Text{EN: "print long texts as they are, without a pager", FR: "afficher les longs textes tels quels, sans pagineur"}
	textFromTheTop  = say.Text{EN: "Longer than the screen; from the top: nslab step", FR: "Plus long que l'écran ; depuis le début : nslab step"}
	textIntroAbove  = say.Text{EN: "The introduction is above: scroll back, or type nslab step {{lesson}}.", FR: "L'introduction est au-dessus : remontez, ou tapez nslab step {{lesson}}."}
)

// paged is remote for a command whose text may be longer than the screen.
func (a *app) paged(op string) func(args []string) error {
	return func(args []string) error {
		rep, ok, err := a.callLab(op, args)
		if err != nil {
			return err
		}
		if !ok {
			return a.fail(textNoLesson)
		}
		return a.printPaged(rep)
	}
}

// printPaged prints a reply, through a pager where it is longer than the screen.
func (a *app) printPaged(rep reply) error {
	if a.page(rep.Text) {
		rep.Text = ""
	}
	return a.print(rep)
}

// page shows a text in a pager; false where it is to be printed as it is: where the output is no terminal, or the text fits
// on it, or there is no pager. PAGER says which (man(1)); cat or nothing for none. Without it, it is less, or more; in a lab these
// are the lab's.
func (a *app) page(text string) bool {
	if a.noPager || a.json || !isTerminal(a.out) || !isTerminal(a.in) {
		return false
	}
	_, rows, err := term.GetSize(int(a.in.Fd()))
	if err != nil || rows <= 2 || strings.Count(text, "\n") < rows {
		return false
	}
	pager, set := os.LookupEnv("PAGER")
	if pager = strings.TrimSpace(pager); set && (pager == "" || pager == "cat") {
		return false
	}
	for _, name := range []string{pager, "less", "more"} {
		// A pager of the person's that is not in the lab gives way to one that is.
		program, _, _ := strings.Cut(name, " ")
		if _, err := exec.LookPath(program); err != nil {
			continue
		}
		cmd := exec.Command("sh", "-c", name)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(text), a.out, a.errOut
		cmd.Env = os.Environ()
		if os.Getenv("LESS") == "" {
			// Colours are shown as such; the text stays on the screen, to type what it says.
			cmd.Env = append(cmd.Env, "LESS=RX")
		}
		if !strings.Contains(strings.ToUpper(os.Getenv("LC_ALL")+os.Getenv("LC_CTYPE")+os.Getenv("LANG")), "UTF") {
			// In a lab there may be no locale at all, and the text is UTF-8.
			cmd.Env = append(cmd.Env, "LC_ALL=C.UTF-8", "LESSCHARSET=utf-8")
		}
		// Whoever leaves the pager early has seen enough.
		_ = cmd.Run()
		return cmd.ProcessState != nil
	}
	return false
}

// fits reports whether a text fits on the screen with a prompt below it.
func (s *server) fits(text string) bool {
	rows, _, _ := s.home.room()
	return rows == 0 || strings.Count(text, "\n") < int(rows)
}

// fromTheTop says how to read the text of a step, or a lesson's end, from its beginning, where that is longer than the screen.
func (s *server) fromTheTop(v view, text string) string {
	if s.fits(text) {
		return ""
	}
	return v.aside(textFromTheTop) + "\n"
}

type stepTextForm struct {
	Lesson string `json:"lesson"`
	Step   string `json:"step,omitempty"`
	Title  string `json:"title"`
	// Text is Markdown, with the parameters filled in.
	Text string `json:"text"`
}

// stepText shows a step's text again, the lesson's beginning where its name is given, or its end where all is done.
func (s *server) stepText(v view, w lessons.Words, req request) reply {
	form := stepTextForm{Lesson: s.lesson.Name}
	text := ""
	if len(req.Args) > 0 && req.Args[0] == s.lesson.Name {
		form.Title, form.Text = w.Title, w.Intro
		text = v.title(w) + "\n" + v.markdown(w.Intro)
	} else if step, err := s.wanted(req); err != nil {
		return failed(v, err)
	} else if step != nil {
		form.Step, form.Title, form.Text = step.Name, w.Steps[step.Name].Title, w.Steps[step.Name].Text
		text = v.step(w, step.Name)
	} else {
		form.Title, form.Text = w.Title, w.Outro
		text = s.outro(v, w)
	}
	if req.JSON {
		form.Text = say.Fill(form.Text, v.params)
		return jsonReply(form, 0)
	}
	return reply{Text: text}
}
