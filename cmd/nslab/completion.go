package main

import (
	"context"
	"encoding/json"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/catalogue"
)

// Completion: the scripts are cobra's; they ask nslab itself (nslab __complete ...) what may come next, so that
// steps and shells are those of the lesson that is open.

var (
	textCompletionShort = say.Text{EN: "completion scripts for bash, zsh, fish", FR: "scripts de complétion pour bash, zsh, fish"}
	textCompletionLong  = say.Text{
		EN: "Writes a script for your shell; with it, the Tab key completes nslab's commands,\nlessons, steps, shells and topics. A package of nslab has it installed already.\n\n" +
			"bash, in this terminal (it needs the package bash-completion):\n  source <(nslab completion bash)\nfor good:\n  mkdir -p ~/.local/share/bash-completion/completions\n  nslab completion bash > ~/.local/share/bash-completion/completions/nslab\n\n" +
			"zsh, where a folder of yours is in $fpath and compinit runs:\n  nslab completion zsh > FOLDER/_nslab\n\n" +
			"fish, for good:\n  mkdir -p ~/.config/fish/completions\n  nslab completion fish > ~/.config/fish/completions/nslab.fish",
		FR: "Écrit un script pour votre shell ; avec lui, la touche Tab complète les\ncommandes, leçons, étapes, shells et sujets de nslab. Un paquet de nslab l'a\ndéjà installé.\n\n" +
			"bash, dans ce terminal (il faut le paquet bash-completion) :\n  source <(nslab completion bash)\npour de bon :\n  mkdir -p ~/.local/share/bash-completion/completions\n  nslab completion bash > ~/.local/share/bash-completion/completions/nslab\n\n" +
			"zsh, si l'un de vos dossiers est dans $fpath et que compinit s'exécute :\n  nslab completion zsh > DOSSIER/_nslab\n\n" +
			"fish, pour de bon :\n  mkdir -p ~/.config/fish/completions\n  nslab completion fish > ~/.config/fish/completions/nslab.fish"}
	textUnknownShell = say.Text{EN: "there are no completions for {{name}}; choose bash, zsh or fish", FR: "il n'y a pas de complétions pour {{name}} ; choisissez bash, zsh ou fish"}
)

// completionCommand declares nslab completion.
func (a *app) completionCommand() *cobra.Command {
	c := a.command("completion bash|zsh|fish", textCompletionShort, cobra.ExactArgs(1), nil)
	c.Long = textCompletionLong.In(a.lang, nil)
	c.ValidArgs = []string{"bash", "zsh", "fish"}
	c.RunE = func(c *cobra.Command, args []string) error {
		switch root := c.Root(); args[0] {
		case "bash":
			return root.GenBashCompletionV2(a.out, true)
		case "zsh":
			return root.GenZshCompletion(a.out)
		case "fish":
			return root.GenFishCompletion(a.out, true)
		}
		return a.fail(textUnknownShell, "name", clean(args[0]))
	}
	return c
}

// appKey is the key of the context of a command under which its app is.
type appKey struct{}

func (a *app) context() context.Context { return context.WithValue(context.Background(), appKey{}, a) }

func appOf(c *cobra.Command) *app {
	a, _ := c.Context().Value(appKey{}).(*app)
	return a
}

// completeFirst completes the first argument only.
func completeFirst(args []string, words func() []string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return words(), cobra.ShellCompDirectiveNoFileComp
}

// completeLessons completes a lesson.
func completeLessons(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	return completeFirst(args, appOf(c).lessonWords)
}

// completeSteps completes a step of the lesson that is open, or was last.
func completeSteps(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	return completeFirst(args, appOf(c).stepWords)
}

// completeLessonsAndSteps completes either.
func completeLessonsAndSteps(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	a := appOf(c)
	return completeFirst(args, func() []string { return append(a.stepWords(), a.lessonWords()...) })
}

// completeShells completes a shell of the lesson that is open.
func completeShells(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	return completeFirst(args, func() []string {
		if open, ok := appOf(c).openLesson(); ok {
			return open.Shells
		}
		return []string{"host", "isolated"}
	})
}

func (a *app) lessonWords() []string {
	var words []string
	for _, l := range catalogue.Lessons() {
		word := l.Name
		if w, err := l.Words(a.lang); err == nil {
			word += "\t" + w.Title
		}
		words = append(words, word)
	}
	return words
}

// quietProgress is what the learner has done. Whatever is wrong with it is told by commands, not between the keys.
func (a *app) quietProgress() *lessons.Progress {
	dir, err := lessons.StateDir(a.getenv)
	if err != nil {
		return nil
	}
	p, _ := lessons.Open(dir)
	return p
}

func (a *app) stepWords() []string {
	var l *lessons.Lesson
	if open, ok := a.openLesson(); ok {
		if p := a.quietProgress(); p != nil {
			l = lessonNamed(p, open.Lesson)
		}
	} else if p := a.quietProgress(); p != nil && !inLab() {
		l = lessonNamed(p, p.Current())
	}
	if l == nil {
		return nil
	}
	w, err := l.Words(a.lang)
	if err != nil {
		return nil
	}
	var words []string
	for _, s := range l.Steps {
		words = append(words, s.Name+"\t"+w.Steps[s.Name].Title)
	}
	return words
}

// openLesson asks which lesson is open.
func (a *app) openLesson() (whereJSON, bool) {
	asking := *a
	asking.json = true
	rep, ok, err := asking.callLab("where", nil)
	var where whereJSON
	if err != nil || !ok || rep.Error != "" {
		return where, false
	}
	return where, json.Unmarshal([]byte(rep.Text), &where) == nil
}

// completeValue registers what may follow a flag.
func completeValue(c *cobra.Command, flag string, words ...string) {
	_ = c.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return words, cobra.ShellCompDirectiveNoFileComp
	})
}

// placeholders are the words for what is to be put in, as they stand in a usage.
var placeholders = sync.OnceValue(func() *strings.Replacer {
	return strings.NewReplacer("LESSON", "LEÇON", "STEP", "ÉTAPE", "TEXT", "TEXTE", "FILE", "FICHIER", "FOLDER", "DOSSIER",
		"COMMAND", "COMMANDE", "NAME", "NOM", "KIND", "SORTE", "PACK", "PAQUET", "WORD", "MOT",
		"COURSE", "COURS", "STUDENT", "ÉLÈVE", "ROSTER", "LISTE")
})
