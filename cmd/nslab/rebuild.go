package main

import (
	"strconv"
	"strings"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
)

// Coming back to a lesson, and beginning it or a step of it again: the lab is made anew and rebuilt to where the open
// step begins (lessons/session).

var (
	textRebuilding = say.Text{EN: "Rebuilding the lab: {{n}} of {{of}}", FR: "Reconstruction du labo : {{n}} sur {{of}}"}
	textRebuilt    = say.Text{EN: "The lab is rebuilt to where step {{step}} begins ({{n}} commands were typed for you).",
		FR: "Le labo est reconstruit au point où commence l'étape {{step}} ({{n}} commandes ont été tapées pour vous)."}
	textRebuilt1 = say.Text{EN: "The lab is rebuilt to where step {{step}} begins (one command was typed for you).",
		FR: "Le labo est reconstruit au point où commence l'étape {{step}} (une commande a été tapée pour vous)."}
	textNotRebuilt = say.Text{EN: "The lab could not be rebuilt to where step {{step}} begins: {{error}}. It is as the lesson begins; `nslab solution` shows what led here.",
		FR: "Le labo n'a pas pu être reconstruit au point où commence l'étape {{step}} : {{error}}. Il est comme au début de la leçon ; `nslab solution` montre ce qui menait ici."}
	textStepAgain = say.Text{EN: "Step {{step}} is open again, and those after it.", FR: "L'étape {{step}} est de nouveau à faire, ainsi que les suivantes."}
)

// rebuilt says what has been rebuilt; nothing where nothing was.
func (s *server) rebuilt(v view) string {
	n, err := s.session.Rebuilt()
	step := s.session.Step()
	switch {
	case step == nil:
		return ""
	case err != nil:
		return v.plain(textNotRebuilt, pairs([]string{"step", step.Name, "error", clean(err.Error())}))
	case n == 0:
		return ""
	}
	text := textRebuilt
	if n == 1 {
		text = textRebuilt1
	}
	return v.plain(text, pairs([]string{"step", "`" + step.Name + "`", "n", strconv.Itoa(n)}))
}

// resetAll is the argument of a request to forget everything.
const resetAll = "--all"

// reset opens a step and those after it, or a whole lesson, again; the lesson that is open begins anew in a lab that fits.
func (s *server) reset(v view, req request) reply {
	what := s.lesson.Name
	if len(req.Args) > 0 {
		what = req.Args[0]
	}
	var line string
	switch {
	case what == resetAll:
		s.saved(forget(s.progress, ""))
		line = textAllReset.In(s.app.lang, nil)
	case what == s.lesson.Name:
		s.saved(forget(s.progress, what))
		line = textLessonReset.In(s.app.lang, pairs([]string{"lesson", what}))
	default:
		if _, err := s.lesson.Step(what); err != nil {
			other := lessonNamed(s.progress, what)
			if other == nil {
				return failed(v, err)
			}
			s.saved(forget(s.progress, other.Name))
			return reply{Text: textLessonReset.In(v.lang, pairs([]string{"lesson", other.Name})) + "\n"}
		}
		s.saved(s.progress.Reopen(s.lesson, what))
		line = textStepAgain.In(s.app.lang, pairs([]string{"step", what}))
	}
	s.mu.Lock()
	s.restart, s.restartLine = true, line
	s.mu.Unlock()
	go s.home.leave()
	return reply{}
}

// forget forgets what was done of a lesson and what was typed in it; of every lesson where it is empty.
func forget(p *lessons.Progress, lesson string) error {
	for _, name := range append(lessonNames(), packNames(p)...) {
		if lesson == "" || lesson == name {
			_ = lessons.ForgetTyped(p.Dir(), name) // it is only for comparing
		}
	}
	return p.Reset(lesson, "")
}

// reset is nslab reset: of the open lesson where there is one, of the progress otherwise.
func (a *app) reset(args []string, all bool) error {
	if all {
		if len(args) > 0 {
			return a.fail(textUsage, "usage", "nslab reset --all")
		}
		args = []string{resetAll}
	}
	rep, ok, err := a.callLab("reset", args)
	if err != nil {
		return err
	}
	if ok {
		return a.print(rep)
	}
	p := a.progress()
	current := lessonNamed(p, p.Current())
	switch {
	case all:
		a.warnProgress(forget(p, ""))
		a.say(textAllReset)
	case len(args) == 0 && current == nil:
		return a.fail(textNothingToReset)
	case len(args) == 0:
		a.warnProgress(forget(p, current.Name))
		a.say(textLessonReset, "lesson", current.Name)
	default:
		// A lesson, or a step of the lesson the learner was in.
		if l := lessonNamed(p, args[0]); l != nil {
			a.warnProgress(forget(p, l.Name))
			a.say(textLessonReset, "lesson", l.Name)
			return nil
		}
		if current != nil {
			if _, err := current.Step(args[0]); err == nil {
				a.warnProgress(p.Reopen(current, args[0]))
				a.say(textStepAgain, "step", args[0])
				return nil
			}
		}
		return a.fail(textUnknownLesson, "name", args[0], "lessons", strings.Join(lessonNames(), ", "))
	}
	return nil
}
