package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/catalogue"
	"github.com/nslab/nslab/lessons/course"
	"github.com/nslab/nslab/lessons/pack"
)

// The commands of an instructor: course here, grade and report in their files; those of a student of
// theirs are in join.go and submit.go.

var (
	textCourseShort       = say.Text{EN: "for instructors: make a course, and its students' codes", FR: "pour les enseignants : créer un cours, et les codes de ses étudiants"}
	textCourseInitShort   = say.Text{EN: "make a course file, and its secret beside it", FR: "créer un fichier de cours, et son secret à côté"}
	textCourseCodesShort  = say.Text{EN: "the code of each student of a roster, as CSV", FR: "le code de chaque étudiant d'une liste, en CSV"}
	textCourseShowShort   = say.Text{EN: "what a course file says", FR: "ce que dit un fichier de cours"}
	textCourseParamsShort = say.Text{EN: "the parameters of a student", FR: "les paramètres d'un étudiant"}

	textFlagLessons = say.Text{EN: "the lessons that count, with commas; all where missing", FR: "les leçons qui comptent, avec des virgules ; toutes si absent"}
	textFlagTitle   = say.Text{EN: "the course's name for people", FR: "le nom du cours, pour les humains"}
	textFlagPoints  = say.Text{EN: "points that each step gives", FR: "points que donne chaque étape"}
	textFlagDue     = say.Text{EN: "when submissions are due: 2026-12-01T23:59:00+01:00", FR: "date limite des rendus : 2026-12-01T23:59:00+01:00"}
	textFlagLate    = say.Text{EN: "a rule for late ones, as 0s=80 (later than due: 80 %); may be repeated", FR: "une règle pour les retards, comme 0s=80 (après la limite : 80 %) ; répétable"}

	textCourseMade = say.Text{
		EN: "{{file}} is the course: hand it out. {{secret}} is its secret: keep it, and show it to nobody; without it nothing can be graded.\nNext: change points and dates in {{file}} as you like, then nslab course codes {{file}} ROSTER.csv",
		FR: "{{file}} est le cours : distribuez-le. {{secret}} est son secret : gardez-le, ne le montrez à personne ; sans lui, rien ne peut être noté.\nEnsuite : changez points et dates dans {{file}} à votre goût, puis nslab course codes {{file}} LISTE.csv"}
	textCourseThere  = say.Text{EN: "{{file}} is there already: it is not overwritten. Choose another name, or move it away.", FR: "{{file}} existe déjà : il n'est pas écrasé. Choisissez un autre nom, ou déplacez-le."}
	textCourseBad    = say.Text{EN: "the course file {{file}} cannot be used: {{error}}", FR: "le fichier de cours {{file}} est inutilisable : {{error}}"}
	textCourseMiss   = say.Text{EN: "there is no course file {{file}}. nslab course init makes one.", FR: "il n'y a pas de fichier de cours {{file}}. nslab course init en crée un."}
	textSecretBad    = say.Text{EN: "the secret {{file}} cannot be used: {{error}}. It belongs beside the course file, where nslab course init put it.", FR: "le secret {{file}} est inutilisable : {{error}}. Sa place est à côté du fichier de cours, là où nslab course init l'a mis."}
	textSecretOpen   = say.Text{EN: "others on this machine can read the secret {{file}}. Close it: chmod 600 {{file}}", FR: "d'autres sur cette machine peuvent lire le secret {{file}}. Fermez-le : chmod 600 {{file}}"}
	textRosterBad    = say.Text{EN: "the roster {{file}} cannot be used: {{error}}", FR: "la liste {{file}} est inutilisable : {{error}}"}
	textStudentBad   = say.Text{EN: "{{name}} cannot name a student: letters, digits and . _ @ + -, 64 at most, as in a login or a mail address.", FR: "{{name}} ne peut pas nommer un étudiant : lettres, chiffres et . _ @ + -, 64 au plus, comme un identifiant ou une adresse mail."}
	textLateBad      = say.Text{EN: "--late {{rule}}: write it as 24h=50: what comes more than 24 hours after the date gets 50 percent.", FR: "--late {{rule}} : écrivez 24h=50 : ce qui arrive plus de 24 heures après la date reçoit 50 pour cent."}
	textDueBad       = say.Text{EN: "--due {{time}} is no time: write it as 2026-12-01T23:59:00+01:00.", FR: "--due {{time}} n'est pas une date : écrivez 2026-12-01T23:59:00+01:00."}
	textCourseHead   = say.Text{EN: "{{name}} (course {{id}})", FR: "{{name}} (cours {{id}})"}
	textCourseDue    = say.Text{EN: "due {{time}}", FR: "à rendre le {{time}}"}
	textCourseLate   = say.Text{EN: "more than {{after}} late: {{percent}} %", FR: "plus de {{after}} de retard : {{percent}} %"}
	textCoursePoints = say.Text{EN: "{{points}} points", FR: "{{points}} points"}
)

func (a *app) courseCommand() *cobra.Command {
	c := a.command("course", textCourseShort, cobra.NoArgs, nil)

	ini := a.command("init NAME", textCourseInitShort, cobra.ExactArgs(1), nil)
	lessonList := ini.Flags().StringSlice("lessons", nil, textFlagLessons.In(a.lang, nil))
	title := ini.Flags().String("title", "", textFlagTitle.In(a.lang, nil))
	packs := ini.Flags().StringArray("pack", nil, textFlagPack.In(a.lang, nil))
	points := ini.Flags().Float64("points", 1, textFlagPoints.In(a.lang, nil))
	due := ini.Flags().String("due", "", textFlagDue.In(a.lang, nil))
	late := ini.Flags().StringArray("late", nil, textFlagLate.In(a.lang, nil))
	ini.RunE = func(_ *cobra.Command, args []string) error {
		return a.courseInit(args[0], *title, *lessonList, *packs, *points, *due, *late)
	}
	codes := a.command("codes COURSE ROSTER.csv", textCourseCodesShort, cobra.ExactArgs(2), a.courseCodes)
	show := a.command("show COURSE", textCourseShowShort, cobra.ExactArgs(1), a.courseShow)
	params := a.command("params COURSE STUDENT [LESSON]", textCourseParamsShort, cobra.RangeArgs(2, 3), a.courseParams)
	workflow := a.command("workflow", textWorkflowShort, cobra.NoArgs, a.workflow)
	c.AddCommand(ini, codes, show, params, workflow)
	a.helpFlags(c)
	return c
}

// helpFlags puts cobra's own flag into the person's language, in commands below others.
func (a *app) helpFlags(c *cobra.Command) {
	for _, sub := range c.Commands() {
		sub.InitDefaultHelpFlag()
		if f := sub.Flags().Lookup("help"); f != nil {
			f.Usage = textFlagHelp.In(a.lang, nil)
		}
	}
}

func (a *app) courseInit(name, title string, names, packs []string, points float64, due string, late []string) error {
	if len(names) == 0 && len(packs) == 0 {
		names = lessonNames()
	}
	for _, l := range names {
		if _, err := catalogue.Find(l); err != nil {
			return a.fail(textUnknownLesson, "name", l, "lessons", strings.Join(lessonNames(), ", "))
		}
	}
	if title == "" {
		title = filepath.Base(strings.TrimSuffix(name, courseSuffix))
	}
	file, secretFile := courseFiles(name)
	all := make([]course.Lesson, 0, len(names)+len(packs))
	for _, l := range names {
		all = append(all, course.Lesson{Name: l})
	}
	for _, path := range packs {
		l, err := a.packLesson(path, file)
		if err != nil {
			return err
		}
		all = append(all, *l)
	}
	c, secret, err := course.New(title, all)
	if err != nil {
		return a.fail(textCourseBad, "file", name, "error", err.Error())
	}
	for i := range c.Lessons {
		c.Lessons[i].Points["*"] = points
	}
	if due != "" {
		if c.Due, err = time.Parse(time.RFC3339, due); err != nil {
			return a.fail(textDueBad, "time", due)
		}
	}
	for _, rule := range late {
		after, percent, _ := strings.Cut(rule, "=")
		d, err := time.ParseDuration(after)
		n, err2 := strconv.Atoi(strings.TrimSuffix(percent, "%"))
		if err != nil || err2 != nil {
			return a.fail(textLateBad, "rule", rule)
		}
		c.Late = append(c.Late, course.Late{After: course.Duration(d), Percent: n})
	}
	b, err := c.Encode()
	if err != nil {
		return a.fail(textCourseBad, "file", name, "error", err.Error())
	}
	for _, f := range []string{file, secretFile} {
		if _, err := os.Lstat(f); err == nil {
			return a.fail(textCourseThere, "file", f)
		}
	}
	// The secret first: a course file without one would be of no use.
	if err := course.WriteFile(secretFile, secret.Encode(), 0o600); err != nil {
		return err
	}
	if err := course.WriteFile(file, b, 0o644); err != nil {
		_ = os.Remove(secretFile)
		return err
	}
	a.say(textCourseMade, "file", file, "secret", secretFile)
	for _, l := range c.Lessons {
		if l.Pack != "" {
			a.say(textPackHandOut, "path", beside(file)(&l), "file", file)
		}
	}
	return nil
}

const courseSuffix = ".course"

// courseFiles are the course file that is named, with its suffix or without, and the secret beside it.
func courseFiles(name string) (file, secret string) {
	base := strings.TrimSuffix(name, courseSuffix)
	return base + courseSuffix, base + ".secret"
}

// readCourse reads a course file, and returns what finds its lessons.
func (a *app) readCourse(name string) (*course.Course, finder, error) {
	file, _ := courseFiles(name)
	b, err := readFile(file, 2<<20)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, a.fail(textCourseMiss, "file", file)
	}
	var c *course.Course
	if err == nil {
		c, err = course.Parse(b)
	}
	var find finder
	if err == nil {
		find = courseFinder(c, func(cl *course.Lesson) (*pack.Pack, error) { return a.coursePack(cl, beside(file)(cl)) })
		err = c.Check(find)
	}
	if err != nil {
		return nil, nil, a.fail(textCourseBad, "file", file, "error", err.Error())
	}
	return c, find, nil
}

// readSecret reads a course file and its secret, and returns what finds its lessons.
func (a *app) readSecret(name string) (*course.Course, course.Secret, finder, error) {
	c, find, err := a.readCourse(name)
	if err != nil {
		return nil, nil, nil, err
	}
	_, file := courseFiles(name)
	b, err := readFile(file, 1024)
	var s course.Secret
	if err == nil {
		s, err = course.ParseSecret(b)
	}
	if err != nil {
		return nil, nil, nil, a.fail(textSecretBad, "file", file, "error", err.Error())
	}
	if fi, err := os.Stat(file); err == nil && fi.Mode().Perm()&0o077 != 0 {
		a.warn(textSecretOpen, "file", file)
	}
	return c, s, find, nil
}

// readFile reads a regular file of at most limit bytes; a longer one is read in part, and then refused by whoever
// parses it.
func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|nonBlock, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if fi, err := f.Stat(); err != nil {
		return nil, err
	} else if !fi.Mode().IsRegular() {
		return nil, errors.New("it is no regular file")
	}
	return io.ReadAll(io.LimitReader(f, limit+1))
}

func (a *app) readRoster(file string) ([]course.Student, error) {
	b, err := readFile(file, 16<<20)
	var all []course.Student
	if err == nil {
		all, err = course.ParseRoster(b)
	}
	if err != nil {
		return nil, a.fail(textRosterBad, "file", file, "error", err.Error())
	}
	return all, nil
}

func (a *app) courseCodes(args []string) error {
	c, secret, _, err := a.readSecret(args[0])
	if err != nil {
		return err
	}
	students, err := a.readRoster(args[1])
	if err != nil {
		return err
	}
	if a.json {
		type one struct {
			Student string `json:"student"`
			Name    string `json:"name,omitempty"`
			Email   string `json:"email,omitempty"`
			Code    string `json:"code"`
		}
		all := []one{}
		for _, s := range students {
			all = append(all, one{s.ID, s.Name, s.Mail, secret.Code(c, s.ID).Text(c, s.ID)})
		}
		return a.writeJSON(all)
	}
	w := csv.NewWriter(a.out)
	_ = w.Write([]string{"student", "name", "email", "code"})
	for _, s := range students {
		_ = w.Write([]string{s.ID, s.Name, s.Mail, secret.Code(c, s.ID).Text(c, s.ID)})
	}
	w.Flush()
	return w.Error()
}

func (a *app) courseShow(args []string) error {
	c, find, err := a.readCourse(args[0])
	if err != nil {
		return err
	}
	if a.json {
		return a.writeJSON(c)
	}
	a.say(textCourseHead, "name", c.Name, "id", c.ID)
	if !c.Due.IsZero() {
		a.say(textCourseDue, "time", c.Due.Format(time.RFC3339))
	}
	for _, l := range c.Late {
		after, _ := l.After.MarshalText()
		a.say(textCourseLate, "after", string(after), "percent", strconv.Itoa(l.Percent))
	}
	total := 0.0
	for _, l := range c.Lessons {
		def, err := find(l.Name)
		if err != nil {
			return err
		}
		for _, step := range def.Steps {
			p := c.Points(l.Name, step.Name)
			total += p
			fmt.Fprintf(a.out, "  %-12s %-14s %s\n", l.Name, step.Name, points(p))
		}
	}
	a.say(textCoursePoints, "points", points(total))
	return nil
}

// points writes a number of points with the decimals it has.
func points(p float64) string { return strconv.FormatFloat(p, 'f', -1, 64) }

func (a *app) courseParams(args []string) error {
	c, secret, find, err := a.readSecret(args[0])
	if err != nil {
		return err
	}
	if err := course.ValidStudent(args[1]); err != nil {
		return a.fail(textStudentBad, "name", strconv.Quote(args[1]))
	}
	code := secret.Code(c, args[1])
	all := map[string]map[string]string{}
	for _, l := range c.Lessons {
		if len(args) == 3 && args[2] != l.Name {
			continue
		}
		def, err := find(l.Name)
		if err != nil {
			return err
		}
		all[l.Name] = code.Params(def)
		if !a.json {
			a.listParams(def, all[l.Name])
		}
	}
	if len(args) == 3 && len(all) == 0 {
		return a.fail(textUnknownLesson, "name", args[2], "lessons", courseLessons(c))
	}
	if a.json {
		return a.writeJSON(all)
	}
	return nil
}

func (a *app) listParams(l *lessons.Lesson, params map[string]string) {
	for _, p := range l.Params {
		fmt.Fprintf(a.out, "  %-12s %-14s %s\n", l.Name, p.Name, params[p.Name])
	}
}

func courseLessons(c *course.Course) string {
	var names []string
	for _, l := range c.Lessons {
		names = append(names, l.Name)
	}
	return strings.Join(names, ", ")
}
