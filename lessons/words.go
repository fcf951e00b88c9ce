package lessons

import (
	"bytes"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/nslab/nslab/checks/say"
)

// textFile is the name of the file with a lesson's words in one language.
func textFile(lang say.Lang) string { return "text." + string(lang) + ".md" }

// Words reads the lesson's words in one language from text.LANG.md. Slots
// stay as they are; [say.Fill] fills them.
func (l *Lesson) Words(lang say.Lang) (Words, error) {
	if l.Files == nil {
		return Words{}, fmt.Errorf("lesson %s: read %s: the lesson has no files", l.Name, textFile(lang))
	}
	b, err := fs.ReadFile(l.Files, textFile(lang))
	if err != nil {
		return Words{}, fmt.Errorf("lesson %s: %w", l.Name, err)
	}
	w, err := Parse(lang, b)
	if err != nil {
		return Words{}, fmt.Errorf("lesson %s: %w", l.Name, err)
	}
	return w, nil
}

var (
	nameForm    = form(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	headingForm = form(`^(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$`)
	stepForm    = form("^`([^`]*)`[ \t\u00a0]*(?:(?:—|–|-|:)[ \t\u00a0]*)?(.*)$")
)

// Parse reads the words of a lesson from Markdown that reads well on a forge
// too:
//
//	# UTS: a name of one's own
//
//	What opens the lesson, any Markdown.
//
//	## `rename` — Give the machine another name
//
//	The text of the step. Fenced code blocks hold commands; {{name}} is filled in.
//
//	### Hint
//
//	The first hint, general.
//
//	### Hint
//
//	The second, concrete.
//
//	## What you learned
//
//	What closes the lesson.
//
// In French a hint may also be headed "### Indice". A second-level heading
// that begins with a backquoted name opens a step; the one that does not opens
// the outro, which comes last, may be missing, and keeps its heading. Headings
// count at the beginning of a line and outside fenced code. A step has a title
// and a text; within it the third level belongs to hints, so that a
// misspelt "### Hints" is refused and not shown.
//
// An error is a [*TextError], one sentence that begins with the file's name and the line:
// "text.en.md:12: step `rename` has no text".
func Parse(lang say.Lang, markdown []byte) (Words, error) {
	p := parser{words: Words{Lang: lang, Steps: map[string]StepWords{}}}
	refuse := func(line int, reason say.Text, args ...string) (Words, error) {
		return Words{}, &TextError{File: textFile(lang), Line: line, Reason: reason, Args: pairs(args)}
	}
	if !utf8.Valid(markdown) {
		n := 1
		for line := range bytes.Lines(markdown) {
			if !utf8.Valid(line) {
				return refuse(n, textNotUTF8)
			}
			n++
		}
	}
	lines := splitLines(string(markdown))
	var f fence
	for i, line := range lines {
		n := i + 1
		if f.line(line, n) != prose {
			if p.section == nil {
				return refuse(n, textCodeFirst)
			}
			p.add(line)
			continue
		}
		m := headingForm().FindStringSubmatch(line)
		if p.section == nil {
			switch {
			case strings.TrimSpace(line) == "":
				continue
			case m == nil || m[1] != "#" || m[2] == "":
				return refuse(n, textTitleFirst)
			}
			p.words.Title = m[2]
			p.open(intro, n)
			continue
		}
		if m == nil || len(m[1]) > 3 {
			p.add(line)
			continue
		}
		title := m[2]
		switch len(m[1]) {
		case 1:
			return refuse(n, textSecondTitle, "title", title)
		case 2:
			if reason, args := p.close(); !reason.IsZero() {
				return refuse(p.start, reason, args...)
			}
			if p.kind == outro {
				return refuse(n, textAfterOutro, "title", strconv.Quote(title))
			}
			if !strings.HasPrefix(title, "`") {
				if title == "" {
					return refuse(n, textNoHeading)
				}
				p.open(outro, n)
				p.add(line)
				continue
			}
			s := stepForm().FindStringSubmatch(title)
			switch {
			case s == nil:
				return refuse(n, textNoBackquote, "title", strconv.Quote(title))
			case !nameForm().MatchString(s[1]):
				return refuse(n, textStepName, "name", strconv.Quote(s[1]))
			case s[2] == "":
				return refuse(n, textStepTitle, "name", s[1])
			}
			if _, twice := p.words.Steps[s[1]]; twice {
				return refuse(n, textStepTwice, "name", s[1])
			}
			p.name, p.step = s[1], StepWords{Title: s[2]}
			p.open(stepText, n)
		case 3:
			hint := title == "Hint" || lang == say.FR && title == "Indice"
			switch {
			case (p.kind == intro || p.kind == outro) && hint:
				return refuse(n, textHintOutside)
			case p.kind == intro || p.kind == outro:
				p.add(line)
				continue
			case !hint:
				return refuse(n, textThirdLevel, "title", strconv.Quote(title), "name", p.name)
			}
			if reason, args := p.closePart(); !reason.IsZero() {
				return refuse(p.start, reason, args...)
			}
			p.open(stepHint, n)
		}
	}
	switch {
	case f.open():
		return refuse(f.start, textNoEnd)
	case p.section == nil:
		return refuse(1, textEmptyFile)
	}
	if reason, args := p.close(); !reason.IsZero() {
		return refuse(p.start, reason, args...)
	}
	if len(p.words.Order) == 0 {
		return refuse(len(lines), textNoStep)
	}
	return p.words, nil
}

type sectionKind int

const (
	intro sectionKind = iota
	stepText
	stepHint
	outro
)

// parser holds what Parse has read: the words so far, and the open section.
type parser struct {
	words   Words
	kind    sectionKind
	start   int       // line of the open section's heading
	section *[]string // its lines; nil before the title
	name    string    // of the open step
	step    StepWords
}

func (p *parser) open(kind sectionKind, line int) {
	p.kind, p.start, p.section = kind, line, new([]string)
}

func (p *parser) add(line string) { *p.section = append(*p.section, line) }

// closePart ends the text or the hint that is open. What it returns is why that is refused, zero where it is not.
func (p *parser) closePart() (reason say.Text, args []string) {
	s := trimBlank(*p.section)
	switch p.kind {
	case intro:
		p.words.Intro = s
	case outro:
		p.words.Outro = s
	case stepText:
		if s == "" {
			return textNoText, []string{"name", p.name}
		}
		p.step.Text = s
	case stepHint:
		if s == "" {
			return textEmptyHint, []string{"n", strconv.Itoa(len(p.step.Hints) + 1), "name", p.name}
		}
		p.step.Hints = append(p.step.Hints, s)
	}
	return say.Text{}, nil
}

// close ends what is open at a heading of the second level or at the end.
func (p *parser) close() (reason say.Text, args []string) {
	if reason, args = p.closePart(); !reason.IsZero() {
		return reason, args
	}
	if p.kind == stepText || p.kind == stepHint {
		p.words.Steps[p.name] = p.step
		p.words.Order = append(p.words.Order, p.name)
	}
	return say.Text{}, nil
}

// splitLines splits a file into its lines, without a byte order mark and
// without the carriage returns of other systems.
func splitLines(s string) []string {
	s = strings.TrimPrefix(s, "\ufeff")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}

// trimBlank joins lines without the blank ones at both ends. Spaces at the
// beginning of the first line with words stay: there they may mean code.
func trimBlank(lines []string) string {
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	return strings.Join(lines, "\n")
}

// fence follows fenced code blocks from line to line.
type fence struct {
	mark  string // the backquotes or tildes that opened the block; empty outside
	info  string // what stands behind them
	start int
}

type lineKind int

const (
	prose lineKind = iota
	fenceMark
	code
)

func (f *fence) open() bool { return f.mark != "" }

// line says what the next line is.
func (f *fence) line(s string, n int) lineKind {
	t := strings.TrimSpace(s)
	mark := ""
	if t != "" && (t[0] == '`' || t[0] == '~') {
		mark = t[:len(t)-len(strings.TrimLeft(t, t[:1]))]
	}
	if f.mark == "" {
		info := strings.TrimSpace(t[len(mark):])
		// A line such as ```code``` is a code span, not a fence.
		if len(mark) < 3 || mark[0] == '`' && strings.Contains(info, "`") {
			return prose
		}
		f.mark, f.info, f.start = mark, info, n
		return fenceMark
	}
	if mark == t && len(mark) >= len(f.mark) && mark[0] == f.mark[0] {
		f.mark = ""
		return fenceMark
	}
	return code
}

// form compiles a pattern when it is first used: every start of nslab would
// pay for it otherwise, and every keeper is a start.
func form(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}
