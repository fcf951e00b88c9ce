package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fatih/color"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/checks/vocabulary"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/catalogue"
	"github.com/nslab/nslab/lessons/pack"
	"github.com/nslab/nslab/lessons/script"
	"github.com/nslab/nslab/lessons/session"
)

// lessonCommand is nslab lesson: what the author of a pack needs.
func (a *app) lessonCommand() *cobra.Command {
	c := &cobra.Command{Use: "lesson", Short: textLessonShort.In(a.lang, nil), Long: textLessonLong.In(a.lang, nil), DisableFlagsInUseLine: true}
	c.Args = func(cmd *cobra.Command, got []string) error {
		if len(got) > 0 {
			return a.fail(textNoSubcommand, "name", got[0])
		}
		return nil
	}
	c.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }

	create := a.command("new FOLDER", textNewShort, cobra.ExactArgs(1), a.newPack)
	lint := a.command("lint PACK", textLintShort, cobra.ExactArgs(1), a.lintPack)
	test := a.command("test PACK", textTestPackShort, cobra.ExactArgs(1), a.testPack)
	test.Flags().BoolVarP(&a.verbose, "verbose", "v", false, textFlagVerbose.In(a.lang, nil))
	preview := a.command("preview PACK", textPreviewShort, cobra.ExactArgs(1), nil)
	preview.RunE = func(cmd *cobra.Command, args []string) error { return a.preview(args[0], cmd.Flags().Changed("lang")) }
	archive := a.command("pack PACK", textPackShort, cobra.ExactArgs(1), nil)
	output := archive.Flags().StringP("output", "o", "", textFlagArchive.In(a.lang, nil))
	archive.RunE = func(_ *cobra.Command, args []string) error { return a.archive(args[0], *output) }
	words := a.command("vocabulary [WORD]", textVocabularyShort, cobra.MaximumNArgs(1), a.vocabulary)
	words.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		var names []string
		for _, w := range vocabulary.Words() {
			names = append(names, w.Name)
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
	c.AddCommand(create, lint, test, preview, archive, words)
	for _, sub := range c.Commands() {
		sub.InitDefaultHelpFlag()
		sub.Flags().Lookup("help").Usage = textFlagHelp.In(a.lang, nil)
	}
	return c
}

// completeLessonsAndPacks completes a lesson, or, by the shell itself, a pack's folder or file.
func completeLessonsAndPacks(c *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	words, _ := completeLessons(c, args, word)
	return words, cobra.ShellCompDirectiveDefault
}

// openPack reads a pack.
func (a *app) openPack(path string) (*pack.Pack, error) {
	p, err := pack.Open(path)
	var open *pack.OpenError
	if errors.As(err, &open) {
		return nil, &userError{open.In(a.lang)}
	}
	return p, err
}

// goodPack reads a pack that is to be used; where something is wrong with it, that is printed, and the command is over.
func (a *app) goodPack(path string) (*pack.Pack, error) {
	p, err := a.openPack(path)
	if err != nil {
		return nil, err
	}
	if !p.OK() {
		for _, q := range p.Problems {
			if !q.Advice {
				fmt.Fprintln(a.errOut, q.In(a.lang))
			}
		}
		return nil, a.fail(textPackHasProblems, "path", path)
	}
	return p, nil
}

func (a *app) newPack(args []string) error {
	err := pack.New(args[0])
	var open *pack.OpenError
	switch {
	case errors.As(err, &open):
		return &userError{open.In(a.lang)}
	case err != nil:
		return a.fail(textCannotWrite, "error", err.Error())
	}
	a.say(textNewDone, "path", args[0])
	return nil
}

type problemForm struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"`
	Reason string `json:"reason"`
	Remedy string `json:"remedy,omitempty"`
	Advice bool   `json:"advice,omitempty"`
}

func (a *app) lintPack(args []string) error {
	p, err := a.openPack(args[0])
	if err != nil {
		return err
	}
	if !p.OK() {
		a.status = 1
	}
	if a.json {
		forms := []problemForm{}
		for _, q := range p.Problems {
			forms = append(forms, problemForm{q.File, q.Line, q.Reason.In(a.lang, q.Args), q.Remedy.In(a.lang, q.Args), q.Advice})
		}
		return a.writeJSON(forms)
	}
	a.printProblems(p)
	return nil
}

// printProblems says what is wrong with a pack, and how much.
func (a *app) printProblems(p *pack.Pack) {
	problems, advice := 0, 0
	for _, q := range p.Problems {
		word := ""
		if q.Advice {
			advice++
			word = textAdvice.In(a.lang, nil) + " "
		} else {
			problems++
		}
		fmt.Fprintln(a.out, word+q.In(a.lang))
	}
	switch {
	case problems > 0:
		a.say(textLintCount, "n", fmt.Sprint(problems), "advice", fmt.Sprint(advice))
	case advice > 0:
		a.say(textLintAdvice, "advice", fmt.Sprint(advice))
	default:
		a.say(textLintNone)
	}
}

// testPack shows that the solution passes, the start does not, and the mistakes fail as they say.
func (a *app) testPack(args []string) error {
	p, err := a.openPack(args[0])
	if err != nil {
		return err
	}
	if !p.OK() {
		a.status = 1
		if a.json {
			return a.lintPack(args)
		}
		a.printProblems(p)
		a.say(textNotTested)
		return nil
	}
	keeper, err := a.keeper()
	if err != nil {
		return err
	}
	runner := &script.Runner{
		Find: func(name string) (*lessons.Lesson, error) {
			if name != p.Name {
				return nil, fmt.Errorf("no lesson %q: a pack's scripts open its own, %s", name, p.Name)
			}
			return p.Lesson, nil
		},
		// A script may look for a sentence in either language.
		Format: func(f checks.Finding) string {
			var b strings.Builder
			for _, lang := range p.Langs {
				b.WriteString(script.Format(f, lang))
			}
			return b.String()
		},
	}
	defer runner.Close()
	var results []scriptForm
	failed := 0
	tell := func(form scriptForm) {
		results = append(results, form)
		word := textScriptOK
		switch {
		case !form.Passed:
			word = textScriptFailed
			failed++
		case form.Skipped:
			word = textScriptSkipped
		}
		if a.json {
			return
		}
		fmt.Fprintf(a.out, "%-6s %s (%v)\n", word.In(a.lang, nil), form.Script, time.Duration(form.Seconds*float64(time.Second)).Round(time.Millisecond))
		if form.Log != "" && (!form.Passed || a.verbose) {
			fmt.Fprintln(a.out, indent(form.Log))
		}
	}
	tell(a.testStart(p, session.Options{Keeper: keeper, Lesson: p.Lesson, Term: "dumb"}))
	_ = keeper.Close()
	dir, err := os.MkdirTemp("", "nslab-pack-")
	if err != nil {
		return a.fail(textCannotWrite, "error", err.Error())
	}
	defer os.RemoveAll(dir)
	for _, name := range p.Scripts() {
		content, _ := p.File(name)
		file := filepath.Join(dir, filepath.Base(name))
		if err := os.WriteFile(file, content, 0o600); err != nil {
			return a.fail(textCannotWrite, "error", err.Error())
		}
		params := runner.Params("")
		params.Files = []string{file}
		params.WorkdirRoot = dir
		t := &outcome{name: scriptName(file), verbose: a.verbose}
		start := time.Now()
		t.do(func() { testscript.RunT(t, params) })
		form := scriptForm{Script: name, Passed: !t.failed, Skipped: t.skipped, Seconds: time.Since(start).Seconds()}
		if t.failed || a.verbose {
			form.Log = strings.ReplaceAll(t.text(), dir+string(os.PathSeparator), "")
		}
		tell(form)
	}
	if failed > 0 {
		a.status = 1
	}
	if a.json {
		return a.writeJSON(results)
	}
	a.say(textScripts, "passed", fmt.Sprint(len(results)-failed), "failed", fmt.Sprint(failed))
	return nil
}

// testStart opens the lesson and does nothing: no step may be satisfied.
func (a *app) testStart(p *pack.Pack, o session.Options) scriptForm {
	begin := time.Now()
	form := scriptForm{Script: textStart.In(a.lang, nil), Passed: true}
	wrong := func(t say.Text, args ...string) {
		form.Passed = false
		form.Log += t.In(a.lang, pairs(args)) + "\n"
	}
	s, err := session.Open(o)
	if err != nil {
		wrong(textStartFailed, "error", clean(err.Error()))
		form.Seconds = time.Since(begin).Seconds()
		return form
	}
	defer s.Close()
	for _, step := range p.Lesson.Steps {
		if s.Missing(step.Name) != "" {
			continue
		}
		f, err := s.Check(step.Name, 0)
		if err == nil && !f.Satisfied && step.Question {
			f, err = s.Answer(step.Name, "?")
		}
		switch {
		case err != nil:
			wrong(textStartFailed, "error", clean(err.Error()))
		case f.Satisfied:
			wrong(textStartPasses, "step", step.Name, "found", clean(f.Found.In(a.lang, f.Args)))
		}
	}
	form.Seconds = time.Since(begin).Seconds()
	return form
}

// preview shows a pack as a learner sees it, page by page; without a lab, and in the pack's other language too where none was asked for.
func (a *app) preview(path string, oneLanguage bool) error {
	p, err := a.goodPack(path)
	if err != nil {
		return err
	}
	langs := []say.Lang{a.lang}
	if !oneLanguage {
		langs = slices.Clone(p.Langs)
		slices.SortStableFunc(langs, func(x, y say.Lang) int {
			return strings.Compare(fmt.Sprint(x != a.lang), fmt.Sprint(y != a.lang))
		})
	}
	var pages []string
	for _, lang := range langs {
		more, err := a.pages(p.Lesson, lang)
		if err != nil {
			return err
		}
		pages = append(pages, more...)
	}
	if a.json {
		return a.writeJSON(pages)
	}
	paged := isTerminal(a.out) && isTerminal(a.in)
	in := bufio.NewReader(a.in)
	for i, page := range pages {
		if i > 0 && !paged {
			fmt.Fprintln(a.out, strings.Repeat("=", a.width()))
		}
		fmt.Fprint(a.out, page)
		if !paged || i == len(pages)-1 {
			continue
		}
		fmt.Fprint(a.out, textNextPage.In(a.lang, pairs([]string{"n", fmt.Sprint(i + 1), "of", fmt.Sprint(len(pages))})))
		line, err := in.ReadString('\n')
		if err != nil || strings.EqualFold(strings.TrimSpace(line), "q") {
			fmt.Fprintln(a.out)
			return nil
		}
		fmt.Fprintln(a.out)
	}
	return nil
}

// pages are what a learner sees of a lesson, one after the other.
func (a *app) pages(l *lessons.Lesson, lang say.Lang) ([]string, error) {
	w, err := l.Words(lang)
	if err != nil {
		return nil, err
	}
	v := a.view()
	v.lang, v.params = lang, l.Defaults()
	var pages []string
	for i, step := range l.Steps {
		page := ""
		if i == 0 {
			page = v.title(w) + v.markdown(w.Intro) + "\n"
		}
		page += v.step(w, step.Name)
		if step.Shell != "" && (i == 0 && step.Shell != l.Shells[0].Name || i > 0 && step.Shell != l.Steps[i-1].Shell) {
			page += "\n" + v.aside(textStepShell, "shell", step.Shell)
		}
		pages = append(pages, page)
		hints := w.Steps[step.Name].Hints
		page = ""
		for n, hint := range hints {
			head := textHintHead.In(lang, pairs([]string{"n", fmt.Sprint(n + 1), "of", fmt.Sprint(len(hints)), "step", step.Name}))
			page += v.bold(head) + "\n\n" + v.markdown(hint) + "\n"
		}
		pages = append(pages, page)
	}
	outro := v.bold(textLessonDone.In(lang, nil)) + "\n"
	if w.Outro != "" {
		outro += "\n" + v.markdown(w.Outro)
	}
	return append(pages, outro), nil
}

// archive writes a pack as one file.
func (a *app) archive(path, output string) error {
	p, err := a.goodPack(path)
	if err != nil {
		return err
	}
	if output == "" {
		output = p.Base()
	}
	var b bytes.Buffer
	if err := p.Archive(&b); err != nil {
		return a.fail(textCannotWrite, "error", err.Error())
	}
	if old, err := os.ReadFile(output); err == nil && !bytes.Equal(old, b.Bytes()) {
		return a.fail(textExists, "path", output)
	}
	// Another name first: who copies the file while it is written gets a whole one.
	f, err := os.CreateTemp(filepath.Dir(output), ".nslab-pack-")
	if err == nil {
		_, err = f.Write(b.Bytes())
		err = errors.Join(err, f.Chmod(0o644), f.Close())
		if err == nil {
			err = os.Rename(f.Name(), output)
		}
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}
	if err != nil {
		return a.fail(textCannotWrite, "error", err.Error())
	}
	if a.json {
		return a.writeJSON(map[string]any{"file": output, "name": p.Name, "digest": p.Digest, "bytes": b.Len()})
	}
	a.say(textPacked, "path", output, "bytes", fmt.Sprint(b.Len()))
	return nil
}

type wordForm struct {
	Name  string   `json:"name"`
	Usage string   `json:"usage"`
	Doc   string   `json:"doc"`
	Group string   `json:"group"`
	Miss  []string `json:"slots-missed"`
	Pass  []string `json:"slots-passed"`
}

// vocabulary lists the checks that packs may use, or explains one.
func (a *app) vocabulary(args []string) error {
	words := vocabulary.Words()
	if len(args) == 1 {
		i := slices.IndexFunc(words, func(w vocabulary.Word) bool { return w.Name == args[0] })
		if i < 0 {
			var names []string
			for _, w := range words {
				names = append(names, w.Name)
			}
			if near := vocabulary.Nearest(args[0], names); near != "" {
				return a.fail(textNoWordNear, "name", args[0], "near", near)
			}
			return a.fail(textNoWord, "name", args[0])
		}
		words = words[i : i+1]
	}
	if a.json {
		var forms []wordForm
		for _, w := range words {
			forms = append(forms, wordForm{w.Name, w.Usage(a.lang), w.Doc.In(a.lang, nil), w.Group, w.Miss, w.Pass})
		}
		return a.writeJSON(forms)
	}
	v := a.view()
	if len(args) == 1 {
		w := words[0]
		fmt.Fprintf(a.out, "%s\n    %s\n", v.bold(w.Usage(a.lang)), w.Doc.In(a.lang, nil))
		a.say(textWordSlots, "miss", slots(w.Miss), "pass", slots(w.Pass))
		return nil
	}
	fmt.Fprint(a.out, v.markdown(textVocabularyHead.In(a.lang, nil)))
	for _, g := range vocabulary.Groups() {
		fmt.Fprintf(a.out, "\n%s\n", v.paint(g.Text.In(a.lang, nil), color.Bold))
		for _, w := range words {
			if w.Group == g.Name {
				fmt.Fprintf(a.out, "  %s\n      %s\n", w.Usage(a.lang), w.Doc.In(a.lang, nil))
			}
		}
	}
	return nil
}

// slots writes names as texts ask for them.
func slots(names []string) string {
	var all []string
	for _, n := range names {
		all = append(all, "{{"+n+"}}")
	}
	return strings.Join(all, " ")
}

// looksLikePack reports whether somebody who names a lesson means a pack by its path.
func looksLikePack(name string) bool {
	if strings.ContainsRune(name, os.PathSeparator) || strings.HasSuffix(name, pack.Extension) {
		return true
	}
	for _, lang := range say.Langs() {
		if _, err := os.Stat(filepath.Join(name, "text."+string(lang)+".md")); err == nil {
			return true
		}
	}
	return false
}

// findLesson finds the lesson that somebody names: one of the catalogue, a pack by its path, or a pack that was open before by its name. A pack's path
// is noted, for the next time.
func (a *app) findLesson(name string, progress *lessons.Progress) (*lessons.Lesson, error) {
	if l, err := catalogue.Find(name); err == nil {
		return l, nil
	}
	if looksLikePack(name) {
		p, err := a.goodPack(name)
		if err != nil {
			return nil, err
		}
		if l, err := a.joinedPack(p.Lesson.Name, name, progress); l != nil || err != nil {
			return l, err
		}
		if path, err := filepath.Abs(name); err == nil {
			a.warnProgress(progress.SetPath(p.Lesson.Name, path))
		}
		return p.Lesson, nil
	}
	full := pack.Prefix + strings.TrimPrefix(name, pack.Prefix)
	if l, err := a.joinedPack(full, "", progress); l != nil || err != nil {
		return l, err
	}
	if path := progress.State().Lessons[full].Path; path != "" {
		p, err := a.goodPack(path)
		if err != nil {
			return nil, err
		}
		if p.Lesson.Name == full {
			return p.Lesson, nil
		}
	}
	return nil, a.fail(textUnknownLesson, "name", name, "lessons", strings.Join(append(lessonNames(), packNames(progress)...), ", "))
}

// packNames are the names of packs that were opened before.
func packNames(p *lessons.Progress) []string {
	var names []string
	for name, l := range p.State().Lessons {
		if l.Path != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// knownPack opens a pack that was open before, for looking only: nil where it is there no more, or not whole.
func knownPack(p *lessons.Progress, name string) *lessons.Lesson {
	path := p.State().Lessons[name].Path
	if path == "" {
		return nil
	}
	opened, err := pack.Open(path)
	if err != nil || !opened.OK() || opened.Lesson.Name != name {
		return nil
	}
	return opened.Lesson
}

// allLessons are those of the catalogue, then the packs that were open before.
func allLessons(p *lessons.Progress) []*lessons.Lesson {
	all := catalogue.Lessons()
	for _, name := range packNames(p) {
		if l := knownPack(p, name); l != nil {
			all = append(all, l)
		}
	}
	return all
}

// lessonNamed is one of allLessons, without complaint where there is none: nil.
func lessonNamed(p *lessons.Progress, name string) *lessons.Lesson {
	if l, err := catalogue.Find(name); err == nil {
		return l
	}
	if l := knownPack(p, name); l != nil {
		return l
	}
	return knownPack(p, pack.Prefix+name)
}
