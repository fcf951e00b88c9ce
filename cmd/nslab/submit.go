package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/course"
	"github.com/nslab/nslab/lessons/pack"
	"github.com/nslab/nslab/lessons/submission"
)

var (
	textSubmitShort = say.Text{EN: "write the file to hand in: what you did in your course's lessons", FR: "écrire le fichier à rendre : ce que vous avez fait dans les leçons du cours"}
	textFlagOutput  = say.Text{EN: "the file to write, or a folder for it", FR: "le fichier à écrire, ou un dossier où le mettre"}
	textFlagYes     = say.Text{EN: "write without asking", FR: "écrire sans demander"}
	textFlagStrike  = say.Text{EN: "strike something out first: asks for it, and shows crosses in its place", FR: "rayer d'abord quelque chose : le demande, et met des croix à la place"}

	textSubmitEmpty = say.Text{EN: "there is nothing to hand in yet: nothing was typed in a lesson of the course {{course}}. Begin with: nslab run", FR: "il n'y a rien à rendre encore : rien n'a été tapé dans une leçon du cours {{course}}. Commencez par : nslab run"}
	textSubmitBad   = say.Text{EN: "what was recorded cannot be used: {{error}}. Open a lesson once with nslab run: it sets the damaged file aside.", FR: "l'enregistrement est inutilisable : {{error}}. Ouvrez une fois une leçon avec nslab run : le fichier abîmé sera mis de côté."}
	textSubmitHead  = say.Text{EN: "This is what the file for your instructor will contain, and nothing else:", FR: "Voici ce que contiendra le fichier pour votre enseignant, et rien d'autre :"}
	textSubmitWho   = say.Text{EN: "you: {{student}}, in the course {{course}}", FR: "vous : {{student}}, dans le cours {{course}}"}
	textSubmitKern  = say.Text{EN: "your kernel: {{kernel}} ({{arch}}); this nslab: {{version}}; your language: {{lang}}", FR: "votre noyau : {{kernel}} ({{arch}}) ; ce nslab : {{version}} ; votre langue : {{lang}}"}
	textSubmitSteps = say.Text{EN: "of the steps: when they were done, how many hints and tries, what you answered: {{done}} of {{of}} are done", FR: "pour les étapes : quand elles ont été faites, combien d'indices et d'essais, vos réponses : {{done}} sur {{of}} sont faites"}
	textSubmitPack  = say.Text{EN: "which pack the lesson {{lesson}} is: {{digest}}", FR: "de quel paquet vient la leçon {{lesson}} : {{digest}}"}
	textSubmitKeys  = say.Text{EN: "each key that you typed in the lessons' shells, with the time, in {{sittings}} sittings; what was not shown while you typed it is not in it. These are the {{lines}} command lines:", FR: "chaque touche tapée dans les shells des leçons, avec l'heure, en {{sittings}} séances ; ce qui ne s'affichait pas pendant la frappe n'y est pas. Voici les {{lines}} lignes de commande :"}
	textSubmitCalls = say.Text{EN: "which system calls on namespaces your commands made in each step, where your machine shows them: {{calls}}", FR: "quels appels système sur les espaces de noms vos commandes ont faits à chaque étape, si votre machine les montre : {{calls}}"}
	textSubmitCall  = say.Text{EN: "system calls, step {{step}}: {{calls}}", FR: "appels système, étape {{step}} : {{calls}}"}
	textSubmitAsk   = say.Text{EN: "Write {{file}}? Something that is nobody's business can be struck out with: nslab submit --strike [y/N] ", FR: "Écrire {{file}} ? Ce qui ne regarde personne peut être rayé avec : nslab submit --strike [o/N] "}
	textSubmitNot   = say.Text{EN: "Nothing was written. To write without being asked: nslab submit --yes", FR: "Rien n'a été écrit. Pour écrire sans question : nslab submit --yes"}
	textSubmitDone  = say.Text{EN: "{{file}} is written: {{bytes}} bytes. Hand it in where your instructor says.", FR: "{{file}} est écrit : {{bytes}} octets. Rendez-le là où votre enseignant le dit."}
	textStrikeAsk   = say.Text{EN: "What shall be struck out (it is not shown): ", FR: "Que faut-il rayer (cela ne s'affiche pas) : "}
	textStruck      = say.Text{EN: "struck out ×{{n}}", FR: "rayé ×{{n}}"}
)

func (a *app) submitCommand() *cobra.Command {
	c := a.command("submit", textSubmitShort, cobra.NoArgs, nil)
	out := c.Flags().StringP("output", "o", "", textFlagOutput.In(a.lang, nil))
	yes := c.Flags().BoolP("yes", "y", false, textFlagYes.In(a.lang, nil))
	strike := c.Flags().Bool("strike", false, textFlagStrike.In(a.lang, nil))
	c.RunE = func(*cobra.Command, []string) error { return a.submit(*out, *yes, *strike) }
	return c
}

func (a *app) submit(out string, yes, strike bool) error {
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
	}
	sub, err := a.collect(dir, m)
	if err != nil {
		return err
	}
	if strike {
		if err := a.strike(sub); err != nil {
			return err
		}
	}
	file := out
	if fi, err := os.Stat(file); err == nil && fi.IsDir() || file == "" {
		file = filepath.Join(file, m.Student+submissionSuffix)
	}
	b, err := sub.Encode(m.Key())
	if err != nil {
		return a.fail(textSubmitBad, "error", err.Error())
	}
	if !a.json {
		a.describe(sub)
	}
	if !yes {
		if !isTerminal(a.in) || a.json {
			a.warn(textSubmitNot)
			a.status = 1
			return nil
		}
		fmt.Fprint(a.out, "\n"+textSubmitAsk.In(a.lang, pairs([]string{"file", file})))
		answer, _ := bufio.NewReader(io.LimitReader(a.in, 100)).ReadString('\n')
		answer = strings.ToLower(strings.TrimSpace(answer))
		if !slices.Contains([]string{"y", "yes", "o", "oui"}, answer) {
			a.say(textSubmitNot)
			a.status = 1
			return nil
		}
	}
	if err := course.WriteFile(file, b, 0o644); err != nil {
		return err
	}
	if a.json {
		return a.writeJSON(map[string]any{"file": file, "bytes": len(b), "student": sub.Student, "course": sub.CourseID,
			"sittings": len(sub.Sittings), "calls": countCalls(sub), "struck": sub.Struck})
	}
	a.say(textSubmitDone, "file", file, "bytes", strconv.Itoa(len(b)))
	return nil
}

const submissionSuffix = ".nslab"

// collect puts together what the student hands in.
func (a *app) collect(dir string, m *course.Membership) (*submission.Submission, error) {
	sittings, err := submission.ReadLog(dir, m.Name())
	if err != nil {
		return nil, a.fail(textSubmitBad, "error", err.Error())
	}
	sittings = slices.DeleteFunc(sittings, func(s submission.Sitting) bool { return !m.Course.Has(s.Lesson) })
	sub := &submission.Submission{Student: m.Student, CourseID: m.Course.ID, CourseName: m.Course.Name,
		Program: version, Kernel: "unknown", Arch: runtime.GOARCH, Lang: a.lang, Written: time.Now(), Sittings: sittings}
	var u unix.Utsname
	if unix.Uname(&u) == nil {
		sub.Kernel = submission.Plain(unix.ByteSliceToString(u.Release[:]))
	}
	p := a.progress()
	find := courseFinder(m.Course, func(cl *course.Lesson) (*pack.Pack, error) { return a.keptPack(dir, m, cl) })
	for _, cl := range m.Course.Lessons {
		l, err := find(cl.Name)
		switch {
		case err != nil && cl.Pack != "":
			return nil, err
		case err != nil:
			continue // a lesson of another nslab: nothing was typed in it here
		case cl.Pack != "":
			// The finder has compared it with the pack itself.
			if sub.Packs == nil {
				sub.Packs = map[string]string{}
			}
			sub.Packs[cl.Name] = cl.Digest
		}
		for _, step := range l.Steps {
			st := p.Step(l.Name, step.Name)
			if st.IsZero() {
				continue
			}
			sub.Steps = append(sub.Steps, submission.Step{Lesson: l.Name, Step: step.Name, Done: st.Done, Hints: st.Hints,
				Attempts: st.Attempts, Answer: st.Answer, Missing: st.Missing})
		}
	}
	if len(sub.Sittings) == 0 {
		return nil, a.fail(textSubmitEmpty, "course", m.Course.Name)
	}
	return sub, nil
}

// strike asks what is to be struck out, until nothing is answered; from a pipe it reads lines.
func (a *app) strike(sub *submission.Submission) error {
	lines := bufio.NewReader(a.in)
	for {
		var text string
		if isTerminal(a.in) {
			fmt.Fprint(a.errOut, textStrikeAsk.In(a.lang, nil))
			b, err := term.ReadPassword(int(a.in.Fd()))
			fmt.Fprintln(a.errOut)
			if err != nil {
				return err
			}
			text = string(b)
		} else {
			line, err := lines.ReadString('\n')
			if err != nil && line == "" {
				return nil
			}
			text = strings.TrimRight(line, "\r\n")
		}
		if text == "" {
			return nil
		}
		a.warn(textStruck, "n", strconv.Itoa(sub.Strike(text)))
	}
}

// describe says what the file will contain.
func (a *app) describe(sub *submission.Submission) {
	a.say(textSubmitHead)
	fmt.Fprintln(a.out)
	item := func(t say.Text, args ...string) {
		fmt.Fprintln(a.out, wrap("- "+t.In(a.lang, pairs(args)), a.width(), "  "))
	}
	done, lines := 0, 0
	for _, st := range sub.Steps {
		if !st.Done.IsZero() {
			done++
		}
	}
	for i := range sub.Sittings {
		lines += len(sub.Sittings[i].Lines())
	}
	item(textSubmitWho, "student", sub.Student, "course", sub.CourseName)
	item(textSubmitKern, "kernel", sub.Kernel, "arch", sub.Arch, "version", sub.Program, "lang", string(sub.Lang))
	item(textSubmitSteps, "done", strconv.Itoa(done), "of", strconv.Itoa(len(sub.Steps)))
	for _, lesson := range slices.Sorted(maps.Keys(sub.Packs)) {
		item(textSubmitPack, "lesson", lesson, "digest", sub.Packs[lesson])
	}
	item(textSubmitKeys, "sittings", strconv.Itoa(len(sub.Sittings)), "lines", strconv.Itoa(lines))
	item(textSubmitCalls, "calls", strconv.Itoa(countCalls(sub)))
	for i := range sub.Sittings {
		s := &sub.Sittings[i]
		fmt.Fprintf(a.out, "\n  %s, %s\n", s.Lesson, s.Began.Local().Format("2006-01-02 15:04"))
		for _, l := range s.Lines() {
			fmt.Fprintf(a.out, "    %-9s %s\n", l.Shell, submission.Plain(l.Text))
		}
		for _, c := range s.Calls() {
			text := textSubmitCall.In(a.lang, pairs([]string{"step", c.Step, "calls", submission.Plain(strings.Join(c.Calls, ", "))}))
			fmt.Fprintln(a.out, "    "+wrap(text, a.width()-4, "      "))
		}
	}
}

// countCalls counts the system calls that the file tells.
func countCalls(sub *submission.Submission) int {
	n := 0
	for i := range sub.Sittings {
		for _, c := range sub.Sittings[i].Calls() {
			n += len(c.Calls)
		}
	}
	return n
}

// wrap breaks a text into lines; those after the first begin with indent.
func wrap(text string, width int, indent string) string {
	var b strings.Builder
	col := 0
	for i, word := range strings.Fields(text) {
		n := len([]rune(word))
		switch {
		case i == 0:
		case col+1+n > width:
			b.WriteString("\n" + indent)
			col = len(indent)
		default:
			b.WriteByte(' ')
			col++
		}
		b.WriteString(word)
		col += n
	}
	return b.String()
}
