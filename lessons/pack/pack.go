// Package pack reads lesson packs: lessons that somebody wrote without Go.
//
// A pack is a folder, or one file made of it ([Pack.Archive]):
//
//	text.en.md, text.fr.md   a language each, or one alone: a front matter (shells, parameters, files, set-up), then the
//	                         lesson's words in the form of lessons.Parse, with a code block "check" in each step
//	solution.txtar           does the lesson (package lessons/script)
//	mistakes/STEP-WHAT.txtar what learners get wrong; right/*.txtar, other ways that are right
//	files/                   what the lab is given at the start
//
// [Open] reads one and says what is wrong with it, each [Problem] with its place, the reason and the remedy. A pack without
// problems has a [lessons.Lesson], which runs like any other.
//
// A pack may be a stranger's. Reading it opens no file outside its folder, follows no link, and reads no more than the bounds
// below; no control character of its texts reaches a terminal. What it wants done is done in a lab: its set-up is
// typed there and its files are written there. Its checks are words of package checks/vocabulary. Its scripts may use
// only the commands that act on the lab: testscript's own, which run programs and write files on the machine, are refused
// before anything runs.
package pack

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/checks/vocabulary"
	"github.com/nslab/nslab/lessons"
)

// Prefix begins the name of a pack's lesson, so that its progress is not taken for that of a lesson of nslab's own.
const Prefix = "pack:"

// Problem is something wrong in a pack.
type Problem = vocabulary.Problem

// Pack is a lesson pack that was read.
type Pack struct {
	// Path is where it was read from, Name what it calls itself.
	Path, Name string
	// Lesson is the lesson, nil where there are problems that are no mere advice. Its name is Name after Prefix.
	Lesson *lessons.Lesson
	// Problems are what is wrong with it, file by file and line by line.
	Problems []Problem
	// Langs are the languages that it speaks.
	Langs []say.Lang
	// Digest tells it from any other pack: a SHA-256 of its files' names and contents, in hexadecimal.
	Digest string

	files map[string][]byte
	texts map[say.Lang]*text
}

// OpenError says why nothing can be read at a path.
type OpenError struct {
	Path   string
	Reason say.Text
	Args   map[string]string
}

// Error says it in English.
func (e *OpenError) Error() string { return e.In(say.EN) }

// In says it in a language.
func (e *OpenError) In(lang say.Lang) string { return e.Path + ": " + e.Reason.In(lang, e.Args) }

// OK reports whether the pack can be run.
func (p *Pack) OK() bool { return p.Lesson != nil }

// Open reads the pack in a folder or an archive. It fails with an [*OpenError] where there is none to be read; what is wrong in a pack that is
// there is in its Problems.
func Open(path string) (*Pack, error) {
	files, problems, err := read(path)
	if err != nil {
		return nil, err
	}
	p := parse(files)
	p.Path = path
	p.Problems = append(problems, p.Problems...)
	p.sort()
	if slices.ContainsFunc(problems, func(q Problem) bool { return !q.Advice }) {
		p.Lesson = nil
	}
	return p, nil
}

func (p *Pack) sort() {
	slices.SortStableFunc(p.Problems, func(a, b Problem) int {
		if a.File != b.File {
			return strings.Compare(a.File, b.File)
		}
		return a.Line - b.Line
	})
}

func (p *Pack) refuse(file string, line int, reason, remedy say.Text, args ...string) {
	p.Problems = append(p.Problems, Problem{File: file, Line: line, Reason: reason, Remedy: remedy, Args: pairs(args)})
}

func (p *Pack) advise(file string, line int, reason, remedy say.Text, args ...string) {
	p.refuse(file, line, reason, remedy, args...)
	p.Problems[len(p.Problems)-1].Advice = true
}

// pairs makes a map of name, value, name, value ...; open and close are the braces of a slot, which no text can have.
func pairs(args []string) map[string]string {
	m := map[string]string{"open": "{{", "close": "}}"}
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i]] = args[i+1]
	}
	return m
}

// text is one language of a pack.
type text struct {
	file  string
	lang  say.Lang
	front *front
	// rest is the file without front matter and check blocks, every line in its place.
	rest   string
	words  lessons.Words
	blocks map[string]*vocabulary.Block // by step
	lines  map[string]int               // of the steps' headings
}

// parse makes a pack of its files.
func parse(files map[string][]byte) *Pack {
	p := &Pack{files: files, texts: map[say.Lang]*text{}, Digest: digest(files)}
	for _, lang := range say.Langs() {
		name := "text." + string(lang) + ".md"
		if b, ok := files[name]; ok {
			p.Langs = append(p.Langs, lang)
			p.texts[lang] = &text{file: name, lang: lang, rest: string(b), blocks: map[string]*vocabulary.Block{}}
		}
	}
	if len(p.Langs) == 0 {
		p.refuse("text.en.md", 0, noText, writeText)
		return p
	}
	if len(p.Langs) < len(say.Langs()) {
		p.advise(p.texts[p.Langs[0]].file, 0, oneLanguage, otherLanguage)
	}
	f := p.fronts()
	if f == nil {
		return p
	}
	p.Name = f.name
	for _, lang := range p.Langs {
		p.parseText(p.texts[lang], f)
	}
	p.same()
	p.scripts(f)
	if slices.ContainsFunc(p.Problems, func(q Problem) bool { return !q.Advice }) {
		return p
	}
	p.Lesson = p.lesson(f)
	if _, err := p.Lesson.Solution(p.Lesson.Defaults()); err != nil {
		p.Lesson = nil
		p.refuse("solution.txtar", 0, solutionForm, solutionComments, "error", clean(err.Error()))
	}
	return p
}

// fronts reads the front matter of every language; they must agree, and one may leave it to the other.
func (p *Pack) fronts() *front {
	var first *text
	for _, lang := range p.Langs {
		t := p.texts[lang]
		f, rest, ok := p.front(t)
		t.rest = rest
		if !ok {
			return nil
		}
		t.front = f
		if f == nil {
			continue
		}
		if first == nil {
			first = t
			continue
		}
		if key, line := first.front.differs(f); key != "" {
			p.refuse(t.file, line, frontDiffers, sameFront, "key", key, "file", first.file)
		}
	}
	if first == nil {
		p.refuse(p.texts[p.Langs[0]].file, 1, noFront, addFront)
		return nil
	}
	return first.front
}

// parseText reads the words and the checks of one language.
func (p *Pack) parseText(t *text, f *front) {
	var blocks []lessons.Block
	t.rest, blocks = lessons.CutBlocks(t.rest, "check")
	t.lines = lessons.StepLines(t.rest)
	for i, line := range strings.Split(t.rest, "\n") {
		for _, m := range misspelt().FindAllString(line, -1) {
			slots := say.Slots(m)
			if len(slots) == 0 {
				p.refuse(t.file, i+1, misspeltSlot, slotForm, "value", m)
			} else if _, ok := f.params[slots[0]]; !ok {
				p.unknownSlot(t.file, i+1, slots[0], f)
			}
		}
	}
	w, err := lessons.Parse(t.lang, []byte(t.rest))
	if err != nil {
		if te, ok := err.(*lessons.TextError); ok {
			p.Problems = append(p.Problems, Problem{File: t.file, Line: te.Line, Reason: te.Reason, Args: te.Args})
		} else {
			p.refuse(t.file, 0, say.Text{EN: "{{error}}", FR: "{{error}}"}, say.Text{}, "error", err.Error())
		}
	}
	t.words = w
	if len(w.Order) > maxSteps {
		p.refuse(t.file, 0, tooManySteps, twoLessons, "n", fmt.Sprint(maxSteps))
		return
	}
	c := vocabulary.Context{Params: f.params, Shells: f.shellNames()}
	for _, b := range blocks {
		switch {
		case b.Step == "":
			p.refuse(t.file, b.Line-1, checkOutside, moveIntoStep)
			continue
		case t.blocks[b.Step] != nil:
			p.refuse(t.file, b.Line-1, checkTwice, oneBlock, "step", b.Step)
			continue
		}
		block, problems := vocabulary.Parse(t.file, b.Line, b.Lines, t.lang, c)
		t.blocks[b.Step] = block
		p.Problems = append(p.Problems, problems...)
	}
	for _, name := range w.Order {
		if t.blocks[name] == nil {
			p.refuse(t.file, t.lines[name], stepWithoutCheck, addBlock, "step", name)
		}
		switch n := len(w.Steps[name].Hints); {
		case n == 0:
			p.refuse(t.file, t.lines[name], noHint, addHint, "step", name)
		case n == 1:
			p.advise(t.file, t.lines[name], oneHint, secondHint, "step", name)
		}
	}
}

func (p *Pack) unknownSlot(file string, line int, name string, f *front) {
	var names []string
	for n := range f.params {
		names = append(names, n)
	}
	slices.Sort(names)
	if near := vocabulary.Nearest(name, names); near != "" {
		p.refuse(file, line, noParam, perhapsParam, "name", name, "near", near)
	} else {
		p.refuse(file, line, noParam, addParam, "name", name)
	}
}

// same compares the languages, and joins their checks.
func (p *Pack) same() {
	if len(p.Langs) < 2 {
		return
	}
	a, b := p.texts[p.Langs[0]], p.texts[p.Langs[1]]
	if a.words.Order == nil || b.words.Order == nil {
		return // what is wrong there has been said
	}
	if !slices.Equal(a.words.Order, b.words.Order) {
		p.refuse(b.file, 0, stepsDiffer, sameSteps, "steps", strings.Join(b.words.Order, ", "), "file", a.file, "others", strings.Join(a.words.Order, ", "))
		return
	}
	for _, name := range a.words.Order {
		p.sameCommands(a, b, name)
		ba, bb := a.blocks[name], b.blocks[name]
		// A block with problems may be read only in part.
		if ba != nil && bb != nil && !p.hasProblem(a.file, ba) && !p.hasProblem(b.file, bb) {
			p.Problems = append(p.Problems, ba.Join(bb)...)
		}
	}
	if (a.words.Outro == "") != (b.words.Outro == "") {
		p.refuse(b.file, 0, outroDiffers, sameOutro, "file", a.file)
	}
}

// hasProblem reports whether something is wrong within a block.
func (p *Pack) hasProblem(file string, b *vocabulary.Block) bool {
	return slices.ContainsFunc(p.Problems, func(q Problem) bool {
		return q.File == file && !q.Advice && q.Line >= b.Line && q.Line <= b.Line+b.Lines
	})
}

func (p *Pack) sameCommands(a, b *text, step string) {
	of := func(t *text) (commands, slots []string) {
		s := t.words.Steps[step]
		all := s.Title + "\n\n" + s.Text + "\n\n" + strings.Join(s.Hints, "\n\n")
		slots = say.Slots(all)
		slices.Sort(slots)
		return lessons.Commands(all), slots
	}
	ca, sa := of(a)
	cb, sb := of(b)
	for i := range max(len(ca), len(cb)) {
		switch {
		case i >= len(cb):
			p.refuse(b.file, b.lines[step], commandMissing, sameCommandsAs, "step", step, "command", ca[i], "file", a.file)
		case i >= len(ca):
			p.refuse(a.file, a.lines[step], commandMissing, sameCommandsAs, "step", step, "command", cb[i], "file", b.file)
		case ca[i] != cb[i]:
			p.refuse(b.file, b.lines[step], commandDiffers, sameCommandsAs, "step", step, "command", cb[i], "other", ca[i], "file", a.file)
		default:
			continue
		}
		return // one difference makes all that follow differ
	}
	if !slices.Equal(sa, sb) {
		p.refuse(b.file, b.lines[step], slotsDiffer, sameSlots, "step", step, "here", slotList(sb), "there", slotList(sa), "file", a.file)
	}
}

func slotList(slots []string) string {
	if len(slots) == 0 {
		return "-"
	}
	return "{{" + strings.Join(slots, "}}, {{") + "}}"
}

// lesson makes the lesson of a pack in which nothing is wrong.
func (p *Pack) lesson(f *front) *lessons.Lesson {
	l := &lessons.Lesson{Name: Prefix + f.name, Shells: f.shells, Setup: f.setup, Files: p.lessonFiles()}
	for _, name := range f.paramOrder {
		l.Params = append(l.Params, lessons.Param{Name: name, Default: f.params[name], Kind: f.kinds[name]})
	}
	for _, file := range f.files {
		content := file.content
		if file.from != "" {
			content = p.files["files/"+file.from]
		}
		l.Provide = append(l.Provide, lessons.File{Path: file.path, Content: func() ([]byte, error) { return content, nil }})
	}
	t := p.texts[p.Langs[0]]
	for _, name := range t.words.Order {
		b := t.blocks[name]
		c := b.Compile(name)
		step := lessons.Step{Name: name, Shell: b.Shell, Needs: b.Needs, Check: c.Check, Question: c.Question}
		for _, addr := range c.Probes {
			step.Probes = append(step.Probes, lessons.Probe{Name: addr, Addr: addr})
		}
		l.Steps = append(l.Steps, step)
		for _, w := range c.Watch {
			if !slices.Contains(l.Watch, w) {
				l.Watch = append(l.Watch, w)
			}
		}
	}
	if slices.ContainsFunc(l.Steps, func(s lessons.Step) bool { return s.Check == nil }) {
		panic("pack: a step without a check") // compiled from blocks that were found to be whole
	}
	return l
}

// lessonFiles are the pack's files as a lesson has them: its texts without what is not words, in every language.
func (p *Pack) lessonFiles() fs.FS {
	files := map[string][]byte{}
	for name, b := range p.files {
		files[name] = b
	}
	first := p.texts[p.Langs[0]]
	for _, lang := range say.Langs() {
		t := p.texts[lang]
		if t == nil {
			t = &text{rest: indice().ReplaceAllString(first.rest, "### Hint")}
		}
		files["text."+string(lang)+".md"] = []byte(t.rest)
	}
	return memory(files)
}

// digest is the SHA-256 of the names and contents of files.
func digest(files map[string][]byte) string {
	h := sha256.New()
	for _, name := range names(files) {
		fmt.Fprintf(h, "%d %s %d\n", len(name), name, len(files[name]))
		_, _ = h.Write(files[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// File returns a file of the pack by its name in it: "solution.txtar".
func (p *Pack) File(name string) ([]byte, bool) {
	b, ok := p.files[name]
	return b, ok
}

// Base is the name of the archive that is made of the pack by itself.
func (p *Pack) Base() string { return filepath.Base(p.Name) + Extension }
