package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/course"
	"github.com/nslab/nslab/lessons/session"
	"github.com/nslab/nslab/lessons/submission"
)

// nonBlock keeps the opening of a FIFO from waiting for a writer (fifo(7)).
const nonBlock = unix.O_NONBLOCK

var (
	textJoinShort = say.Text{EN: "join an instructor's course: the names and numbers become yours alone", FR: "rejoindre le cours d'un enseignant : noms et nombres deviennent les vôtres"}
	textFlagAs    = say.Text{EN: "who you are in the course", FR: "qui vous êtes dans le cours"}
	textFlagCode  = say.Text{EN: "the code that your instructor gave you; asked for where missing", FR: "le code que votre enseignant vous a donné ; demandé si absent"}
	textFlagLeave = say.Text{EN: "leave the course; what you did in it is kept", FR: "quitter le cours ; ce que vous y avez fait est gardé"}

	textJoinAs      = say.Text{EN: "say who you are: nslab join {{course}} --as STUDENT", FR: "dites qui vous êtes : nslab join {{course}} --as ÉTUDIANT"}
	textJoinCode    = say.Text{EN: "The code that your instructor gave you: ", FR: "Le code que votre enseignant vous a donné : "}
	textJoinBadCode = say.Text{EN: "this is not the code of {{student}} for the course {{course}}. Look for a slip: it has eight groups of four; it belongs to one name, spelt as your instructor spells it, and one course.",
		FR: "ce n'est pas le code de {{student}} pour le cours {{course}}. Cherchez une faute de frappe : il a huit groupes de quatre ; il va avec un seul nom, écrit comme votre enseignant l'écrit, et un seul cours."}
	textJoined = say.Text{
		EN: "You are {{student}} in the course {{course}}: {{lessons}}.\nFrom now on these lessons ask for names and numbers that are yours alone, and nslab keeps what you type in their shells, in {{log}}. It leaves your machine only when you hand it in with nslab submit.\nBegin with: nslab run {{first}}",
		FR: "Vous êtes {{student}} dans le cours {{course}} : {{lessons}}.\nDésormais ces leçons demandent des noms et des nombres qui sont les vôtres, et nslab garde ce que vous tapez dans leurs shells, dans {{log}}. Cela ne quitte votre machine que quand vous le rendez avec nslab submit.\nCommencez par : nslab run {{first}}"}
	textLeft       = say.Text{EN: "You have left the course {{course}}. What you did in it is kept, and is there again when you join it again.", FR: "Vous avez quitté le cours {{course}}. Ce que vous y avez fait est gardé, et revient si vous le rejoignez."}
	textNoCourse   = say.Text{EN: "you are in no course. Join one with: nslab join COURSE --as STUDENT", FR: "vous n'êtes dans aucun cours. Rejoignez-en un avec : nslab join COURS --as ÉTUDIANT"}
	textYouAre     = say.Text{EN: "You are {{student}} in the course {{course}}: {{lessons}}.", FR: "Vous êtes {{student}} dans le cours {{course}} : {{lessons}}."}
	textLeaveFirst = say.Text{EN: "a lesson is open: leave it first.", FR: "une leçon est ouverte : quittez-la d'abord."}
	textNotKept    = say.Text{EN: "what you type is not kept for your submission: {{error}}", FR: "ce que vous tapez n'est pas gardé pour votre rendu : {{error}}"}
	textCut        = say.Text{EN: "the last line of {{file}} had been cut short and was dropped; the rest is whole", FR: "la dernière ligne de {{file}} était coupée et a été retirée ; le reste est entier"}
	textRecordBad  = say.Text{EN: "the record {{file}} is damaged; it was set aside as {{aside}}. Tell your instructor: what was done before is not in your submission", FR: "l'enregistrement {{file}} est abîmé ; il est mis de côté sous {{aside}}. Dites-le à votre enseignant : ce qui a été fait avant n'est pas dans votre rendu"}
	textMemberBad  = say.Text{EN: "your course cannot be used: {{error}}. Join it again with: nslab join COURSE --as STUDENT", FR: "votre cours est inutilisable : {{error}}. Rejoignez-le avec : nslab join COURS --as ÉTUDIANT"}
)

func (a *app) joinCommand() *cobra.Command {
	c := a.command("join [COURSE] [--as STUDENT]", textJoinShort, cobra.MaximumNArgs(1), nil)
	as := c.Flags().String("as", "", textFlagAs.In(a.lang, nil))
	code := c.Flags().String("code", "", textFlagCode.In(a.lang, nil))
	leave := c.Flags().Bool("leave", false, textFlagLeave.In(a.lang, nil))
	c.RunE = func(_ *cobra.Command, args []string) error {
		switch {
		case *leave:
			return a.leaveCourse()
		case len(args) == 0:
			return a.membership()
		}
		return a.join(args[0], *as, *code)
	}
	return c
}

// membership says which course was joined.
func (a *app) membership() error {
	dir, err := lessons.StateDir(a.getenv)
	if err != nil {
		return a.fail(textNoState, "error", err.Error())
	}
	m, err := course.Open(dir)
	switch {
	case errors.Is(err, course.ErrNone):
		return a.fail(textNoCourse)
	case err != nil:
		return a.fail(textMemberBad, "error", err.Error())
	case a.json:
		return a.writeJSON(map[string]any{"student": m.Student, "course": m.Course})
	}
	a.say(textYouAre, "student", m.Student, "course", m.Course.Name, "lessons", courseLessons(m.Course))
	return nil
}

func (a *app) join(name, student, text string) error {
	if inLab() || a.lessonOpen() {
		return a.fail(textLeaveFirst)
	}
	c, _, err := a.readCourse(name)
	if err != nil {
		return err
	}
	if student == "" {
		return a.fail(textJoinAs, "course", name)
	}
	if course.ValidStudent(student) != nil {
		return a.fail(textStudentBad, "name", strconv.Quote(student))
	}
	if text == "" {
		if isTerminal(a.in) {
			fmt.Fprint(a.out, textJoinCode.In(a.lang, nil))
		}
		text, err = bufio.NewReader(io.LimitReader(a.in, 1024)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
	}
	code, err := course.ParseCode(text, c, student)
	if err != nil {
		return a.fail(textJoinBadCode, "student", student, "course", c.Name)
	}
	dir, err := lessons.StateDir(a.getenv)
	if err != nil {
		return a.fail(textNoState, "error", err.Error())
	}
	file, _ := courseFiles(name)
	if err := a.keepPacks(dir, c, file); err != nil {
		return err
	}
	if err := course.Join(dir, c, student, code); err != nil {
		return err
	}
	a.notePacks(dir, c)
	m := &course.Membership{Student: student, Course: c}
	a.say(textJoined, "student", student, "course", c.Name, "lessons", courseLessons(c),
		"log", submission.LogPath(dir, m.Name()), "first", c.Lessons[0].Name)
	return nil
}

func (a *app) leaveCourse() error {
	if inLab() || a.lessonOpen() {
		return a.fail(textLeaveFirst)
	}
	dir, err := lessons.StateDir(a.getenv)
	if err != nil {
		return a.fail(textNoState, "error", err.Error())
	}
	m, err := course.Open(dir)
	if errors.Is(err, course.ErrNone) {
		return a.fail(textNoCourse)
	}
	if err == nil {
		err = course.Leave(dir)
	}
	if err != nil {
		return a.fail(textMemberBad, "error", err.Error())
	}
	a.say(textLeft, "course", m.Course.Name)
	return nil
}

// lessonOpen reports whether a lesson is open in another terminal.
func (a *app) lessonOpen() bool {
	path, err := socketPath(a.getenv)
	if err != nil {
		return false
	}
	c, err := dial(path)
	if err != nil {
		return false
	}
	_ = c.Close()
	return true
}

// individual is what a course makes of a lesson: the student's own parameters, and a record of what is typed.
// Where no course was joined, or the lesson is none of its, it is empty: the lesson is the tutorial's, and nothing
// is kept.
type individual struct {
	app    *app
	lesson *lessons.Lesson
	params map[string]string
	log    *submission.Log
}

func (a *app) individual(l *lessons.Lesson) (*individual, error) {
	in := &individual{app: a, lesson: l}
	dir, err := lessons.StateDir(a.getenv)
	if err != nil {
		return in, nil // the progress has said so
	}
	m, err := course.Open(dir)
	if errors.Is(err, course.ErrNone) {
		return in, nil
	}
	if err != nil {
		// With other names than the student's own, the work would be in vain.
		return nil, a.fail(textMemberBad, "error", err.Error())
	}
	if !m.Course.Has(l.Name) {
		return in, nil
	}
	in.params = m.Key().Params(l)
	in.log, err = submission.OpenLog(dir, m.Name())
	var dropped *submission.Dropped
	switch {
	case errors.As(err, &dropped) && dropped.Aside != "":
		a.warn(textRecordBad, "file", dropped.Path, "aside", dropped.Aside)
	case errors.As(err, &dropped):
		a.warn(textCut, "file", dropped.Path)
	case err != nil:
		a.warn(textNotKept, "error", err.Error())
	}
	return in, nil
}

// record begins the record of a sitting: the lesson was opened with those steps done, and its lab rebuilt to where the
// step at begins, if that is not empty.
func (in *individual) record(s *session.Session, done []string, at string) {
	if in.log == nil {
		return
	}
	err := in.log.Sit(submission.Sitting{Lesson: in.lesson.Name, Began: time.Now(), Program: version, Done: done, At: at})
	if err != nil {
		in.app.warn(textNotKept, "error", err.Error())
	}
	s.StartRecording(in.log)
}

func (in *individual) close() {
	if in.log == nil {
		return
	}
	err := in.log.Err()
	if cerr := in.log.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		in.app.warn(textNotKept, "error", strings.TrimPrefix(err.Error(), "record what is typed: "))
	}
}
