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
	text := splitText(string(markdown))
	p.text = text
	var f fence
	n := 0
	for at, next := 0, 0; next <= len(text); at = next {
		line := text[at:]
		if end := strings.IndexByte(line, '\n'); end >= 0 {
			line = line[:end]
		}
		next = at + len(line) + 1
		n++
		if f.line(line, n) != prose {
			if !p.begun {
				return refuse(n, textCodeFirst)
			}
			continue
		}
		level, title := heading(line)
		if !p.begun {
			switch {
			case strings.TrimSpace(line) == "":
				continue
			case level != 1 || title == "":
				return refuse(n, textTitleFirst)
			}
			p.words.Title = title
			p.open(intro, n, next)
			continue
		}
		switch level {
		case 1:
			return refuse(n, textSecondTitle, "title", title)
		case 2:
			if reason, args := p.close(at); !reason.IsZero() {
				return refuse(p.start, reason, args...)
			}
			if p.kind == outro {
				return refuse(n, textAfterOutro, "title", strconv.Quote(title))
			}
			if !strings.HasPrefix(title, "`") {
				if title == "" {
					return refuse(n, textNoHeading)
				}
				p.open(outro, n, at)
				continue
			}
			name, of, ok := stepHeading(title)
			switch {
			case !ok:
				return refuse(n, textNoBackquote, "title", strconv.Quote(title))
			case !isName(name):
				return refuse(n, textStepName, "name", strconv.Quote(name))
			case of == "":
				return refuse(n, textStepTitle, "name", name)
			}
			if _, twice := p.words.Steps[name]; twice {
				return refuse(n, textStepTwice, "name", name)
			}
			p.name, p.step = name, StepWords{Title: of}
			p.open(stepText, n, next)
		case 3:
			hint := title == "Hint" || lang == say.FR && title == "Indice"
			switch {
			case (p.kind == intro || p.kind == outro) && hint:
				return refuse(n, textHintOutside)
			case p.kind == intro || p.kind == outro:
				continue
			case !hint:
				return refuse(n, textThirdLevel, "title", strconv.Quote(title), "name", p.name)
			}
			if reason, args := p.closePart(at); !reason.IsZero() {
				return refuse(p.start, reason, args...)
			}
			p.open(stepHint, n, next)
		}
	}
	switch {
	case f.open():
		return refuse(f.start, textNoEnd)
	case !p.begun:
		return refuse(1, textEmptyFile)
	}
	if reason, args := p.close(len(text)); !reason.IsZero() {
		return refuse(p.start, reason, args...)
	}
	if len(p.words.Order) == 0 {
		return refuse(n, textNoStep)
	}
	return p.words, nil
}

// heading reads a heading: its level from 1 to 6, and its title without the hashes that may close it too; 0
// where the line is none.
//
// This and the next two are no regular expressions: each line of each lesson is looked at in one start of nslab list.
func heading(line string) (level int, title string) {
	rest := strings.TrimLeft(line, "#")
	level = len(line) - len(rest)
	rest = strings.TrimRight(rest, " \t")
	if level > 6 || rest != "" && rest[0] != ' ' && rest[0] != '\t' {
		return 0, ""
	}
	title = strings.TrimLeft(rest, " \t")
	if open := strings.TrimRight(title, "#"); strings.HasSuffix(open, " ") || strings.HasSuffix(open, "\t") {
		title = strings.TrimRight(open, " \t")
	}
	return level, title
}

// stepHeading reads the title of a heading that begins with a backquote: `name`, perhaps a dash or a colon, and the
// step's title.
func stepHeading(s string) (name, title string, ok bool) {
	const space = " \t\u00a0"
	name, title, ok = strings.Cut(s[1:], "`")
	title = strings.TrimLeft(title, space)
	for _, mark := range []string{"—", "–", "-", ":"} {
		if rest, found := strings.CutPrefix(title, mark); found {
			title = strings.TrimLeft(rest, space)
			break
		}
	}
	return name, title, ok
}

// isName reports whether s is a name: small letters and digits, in words of which the first begins with a letter, with
// hyphens between.
func isName(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z':
		case '0' <= c && c <= '9' && i > 0:
		case c == '-' && i > 0 && s[i-1] != '-' && i+1 < len(s):
		default:
			return false
		}
	}
	return s != ""
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
	words Words
	text  string
	begun bool // the title is read
	kind  sectionKind
	start int    // line of the open section's heading
	at    int    // where in text the section begins
	name  string // of the open step
	step  StepWords
}

func (p *parser) open(kind sectionKind, line, at int) {
	p.begun, p.kind, p.start, p.at = true, kind, line, min(at, len(p.text))
}

// closePart ends the text or the hint that is open. What it returns is why that is refused, zero where it is not.
func (p *parser) closePart(end int) (reason say.Text, args []string) {
	s := trimBlank(p.text[p.at:end])
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
func (p *parser) close(end int) (reason say.Text, args []string) {
	if reason, args = p.closePart(end); !reason.IsZero() {
		return reason, args
	}
	if p.kind == stepText || p.kind == stepHint {
		p.words.Steps[p.name] = p.step
		p.words.Order = append(p.words.Order, p.name)
	}
	return say.Text{}, nil
}

// splitLines splits a file into its lines.
func splitLines(s string) []string { return strings.Split(splitText(s), "\n") }

// splitText prepares a file for being split into lines: without a byte order mark, the carriage returns of other
// systems, and the newline at the end.
func splitText(s string) string {
	s = strings.TrimPrefix(s, "\ufeff")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.TrimSuffix(s, "\n")
}

// trimBlank cuts blank lines off at both ends. Spaces at the beginning of the first line with words stay: there they
// may mean code.
func trimBlank(s string) string {
	for s != "" {
		line, rest, _ := strings.Cut(s, "\n")
		if strings.TrimSpace(line) != "" {
			break
		}
		s = rest
	}
	for s != "" {
		end := strings.LastIndexByte(s, '\n')
		if strings.TrimSpace(s[end+1:]) != "" {
			break
		}
		s = s[:max(end, 0)]
	}
	return s
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
