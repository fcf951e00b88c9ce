package main

import (
	"slices"
	"strconv"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
)

var (
	textHintHead = say.Text{EN: "Hint {{n}} of {{of}} for step {{step}}", FR: "Indice {{n}} sur {{of}} pour l'étape {{step}}"}
	textHintLab  = say.Text{EN: "A hint for step {{step}}, from what is in your lab now", FR: "Un indice pour l'étape {{step}}, d'après l'état de votre labo"}
	textNoHints  = say.Text{EN: "Those were all {{n}} hints for step {{step}}. nslab step shows its text again; the commands are in it. nslab solution --anyway shows the solution.",
		FR: "C'étaient les {{n}} indices de l'étape {{step}}. nslab step remontre son texte ; les commandes y sont. nslab solution --anyway montre la solution."}
	textNoHints1 = say.Text{EN: "That was the only hint for step {{step}}. nslab step shows its text again; the commands are in it. nslab solution --anyway shows the solution.",
		FR: "C'était le seul indice de l'étape {{step}}. nslab step remontre son texte ; les commandes y sont. nslab solution --anyway montre la solution."}
)

// hintForm is a hint for programs.
type hintForm struct {
	Lesson string `json:"lesson"`
	Step   string `json:"step"`
	// Kind is "diagnosis", with Key, or "prepared", with its number and how many there are.
	Kind string `json:"kind"`
	Key  string `json:"key,omitempty"`
	Hint int    `json:"hint,omitempty"`
	Of   int    `json:"of,omitempty"`
	// Shown is how many hints of the step were shown, with this one.
	Shown int    `json:"shown"`
	Text  string `json:"text"`
}

// hint shows the next hint for the open step. Where the learner has got the lab into a state that is diagnosed, the hint is
// that diagnosis, once; otherwise it is the next of those that the lesson has prepared.
func (s *server) hint(v view, w lessons.Words, req request, caller int) reply {
	step := s.session.Step()
	if step == nil {
		return reply{Text: textAllDone.In(v.lang, pairs([]string{"lesson", s.lesson.Name})) + "\n"}
	}
	before := s.progress.Step(s.lesson.Name, step.Name)
	f, begun, err := s.session.Diagnose(step.Name, before.Answer, s.group(caller))
	if err != nil {
		return failed(v, err)
	}
	if f.Satisfied {
		return s.check(v, w, request{Args: []string{step.Name}, JSON: req.JSON}, caller)
	}
	form := hintForm{Lesson: s.lesson.Name, Step: step.Name, Shown: before.Hints + 1}
	var head, body string
	if f.Key != begun && !slices.Contains(before.Told, f.Key) && !f.Try.IsZero() {
		s.saved(s.progress.AddDiagnosis(s.lesson.Name, step.Name, f.Key))
		form.Kind, form.Key = "diagnosis", f.Key
		form.Text = diagnosis(f, v.lang)
		head, body = textHintLab.In(v.lang, pairs([]string{"step", step.Name})), v.markdown(form.Text)
	} else {
		hints := w.Steps[step.Name].Hints
		n := before.Hints - len(before.Told)
		if n >= len(hints) {
			text := textNoHints
			if len(hints) == 1 {
				text = textNoHints1
			}
			return reply{Status: 1, Text: text.In(v.lang, pairs([]string{"n", strconv.Itoa(len(hints)), "step", step.Name})) + "\n"}
		}
		s.saved(s.progress.AddHint(s.lesson.Name, step.Name))
		form.Kind, form.Hint, form.Of = "prepared", n+1, len(hints)
		form.Text = say.Fill(hints[n], v.params)
		head = textHintHead.In(v.lang, pairs([]string{"n", strconv.Itoa(n + 1), "of", strconv.Itoa(len(hints)), "step", step.Name}))
		body = v.markdown(form.Text)
	}
	if req.JSON {
		return jsonReply(form, 0)
	}
	return reply{Text: v.bold(head) + "\n\n" + body}
}

// diagnosis says what a finding found and what to try.
func diagnosis(f checks.Finding, lang say.Lang) string {
	text := f.Try.In(lang, f.Args)
	if !f.Found.IsZero() {
		text = f.Found.In(lang, f.Args) + "\n\n" + text
	}
	return text
}
