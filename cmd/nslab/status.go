package main

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons/session"
)

// The words of the status line, and of the switching between shells.
var (
	textStatusShell  = say.Text{EN: "shell {{shell}}", FR: "shell {{shell}}"}
	textStatusKey    = say.Text{EN: "{{key}}: shell {{shell}}", FR: "{{key}} : shell {{shell}}"}
	textStatusLesson = say.Text{EN: "lesson {{lesson}}", FR: "leçon {{lesson}}"}
	textStatusStep   = say.Text{EN: "step {{n}} of {{of}}: {{step}}", FR: "étape {{n}} sur {{of}} : {{step}}"}
	textStatusDone   = say.Text{EN: "every step is done", FR: "tout est fait"}

	textKeyLine   = say.Text{EN: "{{key}}: the shell {{shell}}, and back", FR: "{{key}} : le shell {{shell}}, et retour"}
	textFlagKey   = say.Text{EN: "the key that shows the other shell: F1 to F12, Ctrl-X or none", FR: "la touche qui montre l'autre shell : F1 à F12, Ctrl-X ou none"}
	textFlagBar   = say.Text{EN: "no status line", FR: "pas de ligne d'état"}
	textFlagSplit = say.Text{EN: "show the other shell beside this one (in tmux)", FR: "montrer l'autre shell à côté de celui-ci (dans tmux)"}
	textFlagCast  = say.Text{EN: "record what the terminal shows in FILE, as an asciicast", FR: "enregistrer dans FICHIER ce que le terminal montre (asciicast)"}
	textFlagTyped = say.Text{EN: "record what is typed as well; passwords too", FR: "enregistrer aussi ce qui est tapé, mots de passe compris"}
	textBadKey    = say.Text{EN: "the key {{key}} cannot be used: choose F1 to F12, a Ctrl key that shells do not need (Ctrl-], for instance), or none",
		FR: "la touche {{key}} ne convient pas : choisissez F1 à F12, une touche Ctrl dont les shells n'ont pas besoin (Ctrl-], par exemple), ou none"}
	textCastExists = say.Text{EN: "{{file}} is there already, and is left as it is: name another file, or remove it first",
		FR: "{{file}} existe déjà et reste tel quel : nommez un autre fichier, ou effacez-le d'abord"}
	textNoCast     = say.Text{EN: "cannot record: {{error}}", FR: "impossible d'enregistrer : {{error}}"}
	textCastBroken = say.Text{EN: "the recording {{file}} is not complete: {{error}}", FR: "l'enregistrement {{file}} n'est pas complet : {{error}}"}
	textCastDone   = say.Text{EN: "Recorded in {{file}}.", FR: "Enregistré dans {{file}}."}
	textNeedsTmux  = say.Text{EN: "--split needs tmux: start tmux and type this there. Without it, open a second terminal and type: nslab shell host",
		FR: "--split a besoin de tmux : lancez tmux et tapez ceci dedans. Sans lui, ouvrez un second terminal et tapez : nslab shell host"}
	textNoSplit = say.Text{EN: "tmux did not split its window: {{error}}", FR: "tmux n'a pas partagé sa fenêtre : {{error}}"}
)

// statusText is what the status line of a terminal says that shows a shell: what matters most comes first, for
// a narrow window shows only the beginning.
func (s *server) statusText(t *terminal, sh *session.Shell) string {
	in := func(text say.Text, args ...string) string { return text.In(t.kind.Lang, pairs(args)) }
	parts := []string{" " + in(textStatusShell, "shell", sh.Name)}
	if other := s.otherShell(sh.Name); other != sh.Name && t.key.name != "" {
		parts = append(parts, in(textStatusKey, "key", t.key.name, "shell", other))
	}
	if t.traceKey.name != "" && s.session.Lab.Trace() != nil {
		parts = append(parts, in(textStatusCalls, "key", t.traceKey.name))
	}
	lesson := len(parts)
	parts = append(parts, in(textStatusLesson, "lesson", s.lesson.Name))
	step := s.session.Step()
	if step == nil {
		parts = append(parts, in(textStatusDone))
	}
	for i := range s.lesson.Steps {
		if step != nil && s.lesson.Steps[i].Name == step.Name {
			parts = append(parts, in(textStatusStep, "n", strconv.Itoa(i+1), "of", strconv.Itoa(len(s.lesson.Steps)), "step", step.Name))
		}
	}
	t.mu.Lock()
	cols := int(t.cols)
	t.mu.Unlock()
	text := strings.Join(parts, " | ")
	if cells.StringWidth(text) >= cols {
		// The lesson stands in the window's title too.
		text = strings.Join(slices.Delete(parts, lesson, lesson+1), " | ")
	}
	return text
}

// otherShell is the lesson's next shell; the same where it has but one.
func (s *server) otherShell(name string) string {
	for i, sh := range s.lesson.Shells {
		if sh.Name == name {
			return s.lesson.Shells[(i+1)%len(s.lesson.Shells)].Name
		}
	}
	return name
}

// join and part keep the terminals whose status lines are to be refreshed.
func (s *server) join(t *terminal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.terminals == nil {
		s.terminals = map[*terminal]bool{}
	}
	s.terminals[t] = true
}

func (s *server) part(t *terminal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.terminals, t)
}

// refresh brings all status lines up to date.
func (s *server) refresh() {
	s.mu.Lock()
	var all []*terminal
	for t := range s.terminals {
		all = append(all, t)
	}
	s.mu.Unlock()
	for _, t := range all {
		t.refresh()
	}
}

// terminalFlags are the options of a person's terminal.
type terminalFlags struct {
	key      string
	traceKey string
	noStatus bool
	split    bool
	record   string
	typed    bool
}

// terminalKind is this terminal, as its flags and the environment say. It fails on a key that cannot be used.
func (a *app) terminalKind() (terminalKind, error) {
	name := cmp.Or(a.term.key, a.getenv("NSLAB_KEY"))
	traceName := cmp.Or(a.term.traceKey, a.getenv("NSLAB_TRACE_KEY"))
	shell, _, err := parseKeys(name, traceName)
	var bad badKey
	switch {
	case errors.As(err, &bad):
		return terminalKind{}, a.fail(textBadKey, "key", clean(string(bad)))
	case err != nil:
		return terminalKind{}, a.fail(textSameKey, "key", shell.name)
	}
	status := !a.term.noStatus
	switch a.getenv("NSLAB_STATUS") {
	case "off", "0", "no":
		status = false
	}
	return terminalKind{Term: termName(a.getenv), Key: name, TraceKey: traceName, Status: status && isTerminal(a.out), Lang: a.lang}, nil
}
