package vocabulary

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/nslab/nslab/checks/say"
)

// Problem is something wrong in a pack: where, why, and what mends it.
type Problem struct {
	File string
	// Line counts from 1; 0 for the file as a whole.
	Line int
	// Reason says what is wrong, Remedy what to do; Args are the values of their slots.
	Reason, Remedy say.Text
	Args           map[string]string
	// Advice is set for what works and could be better.
	Advice bool
}

// In writes a problem for people, in one line or two: "text.en.md:12: reason" and the remedy.
func (p Problem) In(lang say.Lang) string {
	where := p.File
	if p.Line > 0 {
		where = fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	s := where + ": " + p.Reason.In(lang, p.Args)
	if !p.Remedy.IsZero() {
		s += "\n    " + p.Remedy.In(lang, p.Args)
	}
	return s
}

// Bounds of what one step may ask.
const (
	maxLines  = 200
	maxDepth  = 8
	maxLength = 4000
)

// Block is what stands in the check block of one step.
type Block struct {
	// Line is where its first line is in the file, Lines how many it has.
	File        string
	Line, Lines int
	// Shell is the shell the step begins in, empty for the lesson's first; Needs are as lessons.Step has them.
	Shell string
	Needs []string

	langs  []say.Lang
	checks []*node // all of them must hold
	whens  []*node
	whole  *message // expected and passed for the step as a whole
	heads  []string // shell and needs lines as they stand
}

// node is a line with what stands under it.
type node struct {
	op       string // all, any, not, seen, when, or empty for a check
	word     Word
	args     []string
	line     int
	indent   int
	children []*node
	message  *message
}

// message is the sentences under a line, by field and language.
type message struct {
	key   string
	line  int
	texts map[string]map[say.Lang]string
	lines map[string]int
}

// The fields of a message.
var fields = []string{"expected", "found", "try", "passed", "key"}

var operators = []string{"all", "any", "not", "seen", "when"}

var directives = []string{"shell", "needs"}

var messageForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([A-Za-z]+)[ \x{a0}\x{202f}]?:(?:[ \t]+(.*))?$`) })

var keyForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`) })

// parser reads a block.
type parser struct {
	file     string
	lang     say.Lang
	context  Context
	words    map[string]Word
	problems []Problem
	block    *Block
}

// Parse reads the lines of a check block, which begin at a line of a file, in one language. Where there are problems the block
// is not fit to be compiled.
func Parse(file string, line int, lines []string, lang say.Lang, c Context) (*Block, []Problem) {
	p := &parser{file: file, lang: lang, context: c, words: map[string]Word{},
		block: &Block{File: file, Line: line, Lines: len(lines), langs: []say.Lang{lang}, whole: &message{}}}
	for _, w := range Words() {
		p.words[w.Name] = w
	}
	if len(lines) > maxLines {
		p.refuse(line, tooManyLines, wordsLess, "n", fmt.Sprint(maxLines))
		return p.block, p.problems
	}
	var open []*node // from the outermost to the innermost line that something may stand under
	for i, text := range lines {
		n := line + i
		trimmed := strings.TrimLeft(text, " ")
		indent := len(text) - len(trimmed)
		trimmed = strings.TrimRight(trimmed, " \t")
		switch {
		case trimmed == "" || strings.HasPrefix(trimmed, "#"):
			continue
		case len(text) > maxLength:
			p.refuse(n, lineTooLong, wordsLess, "n", fmt.Sprint(maxLength))
			continue
		case strings.HasPrefix(trimmed, "\t"):
			p.refuse(n, tabIndent, useSpaces)
			continue
		}
		for len(open) > 0 && open[len(open)-1].indent >= indent {
			open = open[:len(open)-1]
		}
		if m := messageForm().FindStringSubmatch(trimmed); m != nil {
			p.addMessage(n, open, indent, strings.ToLower(m[1]), strings.TrimSpace(m[2]))
			continue
		}
		tokens, ok := split(trimmed)
		if !ok {
			p.refuse(n, unclosedQuote, closeQuote)
			continue
		}
		if slices.Contains(directives, tokens[0]) {
			p.directive(n, indent, tokens)
			continue
		}
		head := p.line(n, tokens)
		if head == nil {
			// What stands under a line that is refused is read all the same.
			open = append(open, &node{op: "all", line: n, indent: indent})
			continue
		}
		head.indent = indent
		switch {
		case len(open) > 0:
			parent := open[len(open)-1]
			// not any: what follows stands under any.
			for len(parent.children) > 0 && parent.children[0].line == parent.line {
				parent = parent.children[0]
			}
			if parent.op == "" {
				p.refuse(n, nothingUnder, sameIndent, "above", parent.word.Name)
				continue
			}
			if head.op == "when" {
				p.refuse(n, whenInside, whenOutside)
				continue
			}
			parent.children = append(parent.children, head)
		case head.op == "when":
			p.block.whens = append(p.block.whens, head)
		default:
			p.block.checks = append(p.block.checks, head)
		}
		open = append(open, head)
		if len(open) > maxDepth {
			p.refuse(n, tooDeep, wordsLess, "n", fmt.Sprint(maxDepth))
			return p.block, p.problems
		}
	}
	p.finish()
	return p.block, p.problems
}

func (p *parser) refuse(line int, reason, remedy say.Text, args ...string) {
	p.problems = append(p.problems, problem(p.file, line, reason, remedy, args...))
}

func (p *parser) advise(line int, reason, remedy say.Text, args ...string) {
	q := problem(p.file, line, reason, remedy, args...)
	q.Advice = true
	p.problems = append(p.problems, q)
}

func problem(file string, line int, reason, remedy say.Text, args ...string) Problem {
	m := map[string]string{"open": "{{", "close": "}}"}
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i]] = args[i+1]
	}
	return Problem{File: file, Line: line, Reason: reason, Remedy: remedy, Args: m}
}

// split takes a line apart into words; quotes of either kind keep spaces in one.
func split(line string) (tokens []string, ok bool) {
	var word strings.Builder
	inWord := false
	quote := rune(0)
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, inWord = r, true
		case r == ' ' || r == '\t':
			if inWord {
				tokens = append(tokens, word.String())
			}
			word.Reset()
			inWord = false
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	if inWord {
		tokens = append(tokens, word.String())
	}
	if len(tokens) == 0 {
		tokens = []string{""}
	}
	return tokens, quote == 0
}

// directive reads a line that is about the step itself.
func (p *parser) directive(n, indent int, tokens []string) {
	if indent > 0 {
		p.refuse(n, directiveIndented, moveToMargin, "name", tokens[0])
		return
	}
	p.block.heads = append(p.block.heads, strings.Join(tokens, " "))
	switch tokens[0] {
	case "shell":
		if len(tokens) != 2 || !slices.Contains(p.context.Shells, tokens[1]) {
			p.refuse(n, noShell, nameShell, "shells", list(p.context.Shells))
			return
		}
		p.block.Shell = tokens[1]
	case "needs":
		for _, need := range tokens[1:] {
			kind, what, ok := strings.Cut(need, ":")
			known := kind == "tool" && needForm().MatchString(what) || kind == "cgroup" && (what == "pids" || what == "memory") ||
				kind == "namespace" && slices.Contains(kindNames(p.context), what)
			if !ok || !known {
				p.refuse(n, noNeed, nameNeed, "need", need)
				continue
			}
			p.block.Needs = append(p.block.Needs, need)
		}
	}
}

var needForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9._+-]{1,40}(\|[A-Za-z0-9._+-]{1,40}){0,7}$`)
})

// line reads a line of checks: operators, and a word with its arguments.
func (p *parser) line(n int, tokens []string) *node {
	name := tokens[0]
	if slices.Contains(operators, name) {
		head := &node{op: name, line: n}
		rest := tokens[1:]
		switch {
		case len(rest) == 0:
			return head // what it joins stands under it
		case name == "all" || name == "any":
			p.refuse(n, groupWithMore, putUnder, "name", name)
			return nil
		case rest[0] == "when":
			p.refuse(n, whenInside, whenOutside)
			return nil
		}
		child := p.line(n, rest)
		if child == nil {
			return nil
		}
		head.children = []*node{child}
		return head
	}
	w, ok := p.words[name]
	if !ok {
		candidates := slices.Concat(operators, directives)
		for _, w := range Words() {
			candidates = append(candidates, w.Name)
		}
		if near := Nearest(name, candidates); near != "" {
			p.refuse(n, noWord, perhaps, "name", name, "near", near)
		} else {
			p.refuse(n, noWord, seeVocabulary, "name", name)
		}
		return nil
	}
	args := tokens[1:]
	if !p.arguments(n, w, args) {
		return nil
	}
	return &node{word: w, args: args, line: n}
}

// arguments holds the arguments of a word against what it takes.
func (p *parser) arguments(n int, w Word, args []string) bool {
	least := 0
	most := len(w.Args)
	for _, a := range w.Args {
		if !a.Optional {
			least++
		}
		if a.Many {
			most = 20
		}
	}
	if len(args) < least || len(args) > most {
		p.refuse(n, wrongCount, usageIs, "name", w.Name, "n", fmt.Sprint(len(args)), "usage", w.Usage(p.lang))
		return false
	}
	ok := true
	for i, value := range args {
		a := w.Args[min(i, len(w.Args)-1)]
		label := a.Label.In(p.lang, nil)
		filled := say.Fill(value, p.context.Params)
		slots := say.Slots(value)
		switch {
		case len(slots) > 0 && a.literal:
			p.refuse(n, slotInLiteral, writeOut, "arg", label, "value", value)
			ok = false
			continue
		case len(say.Slots(filled)) > 0:
			ok = p.slots(n, say.Slots(filled), nil) && ok
			continue
		case strings.Contains(filled, "{{"):
			p.refuse(n, misspeltSlot, slotForm, "value", value)
			ok = false
			continue
		}
		if a.choices != nil {
			if names := a.choices(p.context); !slices.Contains(names, value) {
				if near := Nearest(value, names); near != "" {
					p.refuse(n, badChoice, perhaps, "arg", label, "name", value, "near", near)
				} else {
					p.refuse(n, badChoice, chooseFrom, "arg", label, "name", value, "names", list(names))
				}
				ok = false
			}
			continue
		}
		if why := a.check(filled, p.context); !why.IsZero() {
			shown := value
			if filled != value {
				shown = value + " (" + filled + ")"
			}
			p.problems = append(p.problems, Problem{File: p.file, Line: n, Reason: badArgument, Remedy: capital(why),
				Args: map[string]string{"arg": label, "value": shown}})
			ok = false
		}
	}
	return ok
}

// capital begins a sentence and ends it.
func capital(t say.Text) say.Text {
	return say.Text{EN: strings.ToUpper(t.EN[:1]) + t.EN[1:] + ".", FR: strings.ToUpper(t.FR[:1]) + t.FR[1:] + "."}
}

// slots refuses slots that are neither parameters nor in extra.
func (p *parser) slots(n int, slots, extra []string) bool {
	ok := true
	for _, s := range slots {
		if _, param := p.context.Params[s]; param || slices.Contains(extra, s) {
			continue
		}
		ok = false
		candidates := slices.Clone(extra)
		for name := range p.context.Params {
			candidates = append(candidates, name)
		}
		slices.Sort(candidates)
		switch near := Nearest(s, candidates); {
		case near != "":
			p.refuse(n, noSlot, perhapsSlot, "name", s, "near", near)
		case len(candidates) == 0:
			p.refuse(n, noSlot, noSlotsAtAll, "name", s)
		default:
			p.refuse(n, noSlot, slotsAre, "name", s, "names", "{{"+strings.Join(candidates, "}}, {{")+"}}")
		}
	}
	return ok
}

// addMessage takes a sentence to the line it stands under.
func (p *parser) addMessage(n int, open []*node, indent int, field, text string) {
	if !slices.Contains(fields, field) {
		if near := Nearest(field, fields); near != "" {
			p.refuse(n, noField, perhaps, "name", field, "near", near)
		} else {
			p.refuse(n, noField, chooseFrom, "name", field, "names", list(fields))
		}
		return
	}
	if text == "" {
		p.refuse(n, emptyField, writeSentence, "name", field)
		return
	}
	m := p.block.whole
	switch {
	case len(open) > 0:
		at := open[len(open)-1]
		if at.message == nil {
			at.message = &message{line: at.line}
		}
		m = at.message
	case field != "expected" && field != "passed":
		p.refuse(n, fieldAtMargin, indentField, "name", field)
		return
	}
	if field == "key" {
		switch {
		case !keyForm().MatchString(text):
			p.refuse(n, badKey, keyIs, "name", text)
		case m.key != "":
			p.refuse(n, twiceField, takeOneOut, "name", field)
		}
		m.key = text
		return
	}
	if m.texts[field] != nil {
		p.refuse(n, twiceField, takeOneOut, "name", field)
		return
	}
	if m.texts == nil {
		m.texts, m.lines = map[string]map[say.Lang]string{}, map[string]int{}
	}
	m.texts[field] = map[say.Lang]string{p.lang: text}
	m.lines[field] = n
}

// finish looks at the block as a whole.
func (p *parser) finish() {
	if len(p.block.checks) == 0 {
		if len(p.problems) == 0 {
			p.refuse(p.block.Line, noChecks, addCheck)
		}
		return
	}
	for _, n := range p.block.checks {
		p.look(n, false)
	}
	for _, n := range p.block.whens {
		p.look(n, true)
		m := n.message
		if m == nil || m.texts["found"] == nil {
			p.refuse(n.line, whenWithout, addFound)
			continue
		}
		if m.texts["passed"] != nil {
			p.refuse(m.lines["passed"], whenPassed, takeOut)
		}
		if m.texts["try"] == nil {
			p.advise(n.line, withoutTry, addTry)
		}
	}
	if len(p.problems) == 0 {
		// What the step as a whole can say depends on checks that may be missing.
		miss, pass := p.block.slots()
		p.messageSlots(p.block.whole, miss, pass)
	}
}

// look holds one line against what may stand there. Below when a line may look at what was typed.
func (p *parser) look(n *node, diagnosis bool) {
	if n.op == "" {
		if n.word.Diagnosis && !diagnosis {
			p.refuse(n.line, onlyUnderWhen, putUnderWhen, "name", n.word.Name)
		}
	} else if len(n.children) == 0 {
		p.refuse(n.line, groupEmpty, fillGroup, "name", n.op)
		return
	}
	for _, c := range n.children {
		p.look(c, diagnosis)
	}
	if n.message != nil {
		miss, pass := n.slots()
		if n.op == "when" {
			miss = pass
		}
		p.messageSlots(n.message, miss, pass)
	} else if n.op == "not" && !diagnosis && len(p.problems) == 0 {
		p.advise(n.line, notWithout, addFound)
	}
}

func (p *parser) messageSlots(m *message, miss, pass []string) {
	for _, field := range fields {
		text := m.texts[field][p.lang]
		if text == "" {
			continue
		}
		slots := miss
		if field == "passed" {
			slots = pass
		}
		p.slots(m.lines[field], say.Slots(text), slots)
		for _, s := range misspelt().FindAllString(text, -1) {
			if len(say.Slots(s)) == 0 {
				p.refuse(m.lines[field], misspeltSlot, slotForm, "value", s)
			}
		}
	}
}

var misspelt = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{\{\s*[A-Za-z0-9_-]+\s*\}\}`) })

// slots are those that a finding of the line has: where it does not hold, and where it does.
func (n *node) slots() (miss, pass []string) {
	switch n.op {
	case "":
		return n.word.Miss, n.word.Pass
	case "any":
		for i, c := range n.children {
			m, p := c.slots()
			if i == 0 {
				miss, pass = m, p
			} else {
				miss, pass = both(miss, m), both(pass, p)
			}
		}
		return miss, pass
	}
	miss, pass = all(n.children)
	if n.op == "not" {
		return pass, miss
	}
	return miss, pass
}

// all are the slots of checks that must all hold: of the one that fails, or of the first.
func all(nodes []*node) (miss, pass []string) {
	for i, c := range nodes {
		m, p := c.slots()
		if i == 0 {
			miss, pass = m, p
		} else {
			miss = both(miss, m)
		}
	}
	return miss, pass
}

func (b *Block) slots() (miss, pass []string) { return all(b.checks) }

func both(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return !slices.Contains(b, s) })
}

func list(names []string) string { return strings.Join(names, ", ") }
