package main

import (
	"strconv"
	"strings"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/catalogue"
)

var (
	textLessonDone = say.Text{EN: "The lesson is done.", FR: "La leçon est finie."}
	textWay        = say.Text{EN: "Your way: {{hints}}, {{attempts}}.", FR: "Votre chemin : {{hints}}, {{attempts}}."}
	textWayHead    = say.Text{EN: "step | hints | “not yet”", FR: "étape | indices | « pas encore »"}
	textHints0     = say.Text{EN: "no hint", FR: "aucun indice"}
	textHints1     = say.Text{EN: "one hint", FR: "un indice"}
	textHintsN     = say.Text{EN: "{{n}} hints", FR: "{{n}} indices"}
	textAttempts0  = say.Text{EN: "no check that said “not yet”", FR: "aucune vérification qui ait dit « pas encore »"}
	textAttempts1  = say.Text{EN: "one check that said “not yet”", FR: "une vérification qui a dit « pas encore »"}
	textAttemptsN  = say.Text{EN: "{{n}} checks that said “not yet”", FR: "{{n}} vérifications qui ont dit « pas encore »"}
	textCompare    = say.Text{EN: "`nslab solution` sets what you typed beside the lesson's solution.",
		FR: "`nslab solution` met ce que vous avez tapé à côté de la solution de la leçon."}
	textNextLesson = say.Text{EN: "The next lesson is `{{lesson}}` — {{title}}. Leave this one with `exit`, then type `nslab run {{lesson}}`.",
		FR: "La leçon suivante est `{{lesson}}` — {{title}}. Quittez celle-ci avec `exit`, puis tapez `nslab run {{lesson}}`."}
	textLastLesson = say.Text{EN: "It was the last one that was open: you have done the whole course. Leave it with `exit`.",
		FR: "C'était la dernière à faire : vous avez fini tout le cours. Quittez-la avec `exit`."}
)

// outro closes a lesson: what was learned, what it took, and where it goes on.
func (s *server) outro(v view, w lessons.Words) string {
	var b strings.Builder
	b.WriteString(v.bold(textLessonDone.In(v.lang, nil)) + "\n\n")
	if w.Outro != "" {
		b.WriteString(v.markdown(w.Outro) + "\n")
	}
	b.WriteString(s.essence(v))
	hints, attempts := 0, 0
	rows := ""
	for _, step := range s.lesson.Steps {
		st := s.progress.Step(s.lesson.Name, step.Name)
		hints, attempts = hints+st.Hints, attempts+st.Attempts
		if st.Hints+st.Attempts > 0 {
			rows += "| `" + step.Name + "` | " + strconv.Itoa(st.Hints) + " | " + strconv.Itoa(st.Attempts) + " |\n"
		}
	}
	b.WriteString(v.markdown(textWay.In(v.lang, pairs([]string{
		"hints", count(v.lang, hints, textHints0, textHints1, textHintsN),
		"attempts", count(v.lang, attempts, textAttempts0, textAttempts1, textAttemptsN)}))))
	if rows != "" {
		b.WriteString("\n" + v.markdown("| "+textWayHead.In(v.lang, nil)+" |\n|---|--:|--:|\n"+rows))
	}
	b.WriteString("\n" + v.plain(textCompare, nil) + "\n")
	next := s.nextLesson()
	if next == nil {
		b.WriteString(v.plain(textLastLesson, nil))
	} else if nw, err := next.Words(v.lang); err == nil {
		b.WriteString(v.plain(textNextLesson, pairs([]string{"lesson", next.Name, "title", nw.Title})))
	}
	return b.String()
}

// nextLesson is the lesson that comes after the one that is open, of those that have a step to do; nil for none.
func (s *server) nextLesson() *lessons.Lesson {
	all := catalogue.Lessons()
	at := -1 // a pack is none of them
	for i, l := range all {
		if l.Name == s.lesson.Name {
			at = i
		}
	}
	for i := 1; i <= len(all); i++ {
		if l := all[(at+i)%len(all)]; l.Name != s.lesson.Name && s.progress.FirstOpen(l) < len(l.Steps) {
			return l
		}
	}
	return nil
}

// count says how many.
func count(lang say.Lang, n int, none, one, more say.Text) string {
	switch n {
	case 0:
		return none.In(lang, nil)
	case 1:
		return one.In(lang, nil)
	}
	return more.In(lang, pairs([]string{"n", strconv.Itoa(n)}))
}
