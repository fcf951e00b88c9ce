// Package markdown draws the texts of lessons in a terminal.
//
// [Render] turns Markdown into lines of a given width, as the program prints
// them: headings, paragraphs, lists, quotes, tables, code, rules, emphasis and
// links. Code is indented and otherwise left as it is, so that a learner can
// copy it. No meaning hangs on colour: what is code stands in backquotes, a
// link has its address behind it.
//
// Nothing in the Markdown reaches the terminal as anything but text: control
// characters are dropped, those of Unicode that turn the writing direction
// too. The only escape sequences are the ones this package adds for
// [Options.Color] (ECMA-48 SGR, console_codes(4)).
//
// The parser (block.go, inline.go) is our own and knows what lesson texts use
// of CommonMark, and the tables of GitHub; it does not know reference links
// and treats HTML as text. A parser from elsewhere would be better code, and
// is too dear here: what is linked into nslab is paid for at every start, and
// every keeper is a start. Measured in November 2026 with GODEBUG=inittrace=1
// and as the median of 200 starts (an empty program takes 2.2 ms, one with
// regexp, net/url and encoding/json 2.7):
//
//	goldmark v1.8.7, parser alone     3.7 ms, of which 0.8 initialise its tables
//	goldmark v1.8.7 with its tables   4.8 ms
//	gomarkdown                        3.7 ms
//	blackfriday v2.1.0                3.4 ms
//	rsc.io/markdown                   3.8 ms
//	go-runewidth v0.0.31              2.6 ms, of which 0.1 its own
//
// go-runewidth, which knows how many cells a character takes, costs next to
// nothing and is used.
package markdown

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// Options say for which terminal to draw.
type Options struct {
	// Width is the number of columns; 0 means 80.
	Width int
	// Color allows SGR sequences. Without it, emphasis is written with
	// asterisks and underscores.
	Color bool
	// ASCII draws bullets, rules and tables in ASCII alone. The text itself
	// stays as it is.
	ASCII bool
}

// Render draws Markdown as lines, each ended by a newline. No line of prose is
// wider than the width, unless it has a single word that is.
func Render(markdown string, opt Options) string {
	if opt.Width <= 0 {
		opt.Width = 80
	}
	d := drawer{Options: opt, bullet: "•", bar: "│", rule: "─", double: "═", dots: "┄", cross: "┼"}
	if opt.ASCII {
		d.bullet, d.bar, d.rule, d.double, d.dots, d.cross = "-", "|", "-", "=", ".", "+"
	}
	var b strings.Builder
	for _, l := range d.blocks(parseBlocks(strings.Split(clean(markdown), "\n"), 0), opt.Width, 0, false) {
		b.WriteString(l)
		b.WriteByte('\n')
	}
	return b.String()
}

// clean drops what a terminal might obey.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < 0x20, r >= 0x7f && r < 0xa0: // C0, DEL and C1 controls
			return -1
		case r == '\u200e', r == '\u200f', r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069': // UAX 9
			return -1
		case r == '\u2028', r == '\u2029': // line and paragraph separators
			return ' '
		}
		return r // of bytes that are not UTF-8: U+FFFD
	}, s)
}

// cells measures in a terminal of the Western world, whatever the locale says:
// the characters of ambiguous width that texts and drawings use take one cell.
var cells = runewidth.Condition{EastAsianWidth: false, StrictEmojiNeutral: true}

func width(s string) int { return cells.StringWidth(s) }

type drawer struct {
	Options
	noMarks                                bool // leave emphasis unmarked even without colour: to measure
	bullet, bar, rule, double, dots, cross string
}

// blocks draws blocks in w columns, every word with the styles in add. Tight
// blocks, as in a list without blank lines, have no blank line between them.
func (d *drawer) blocks(bs []block, w int, add style, tight bool) []string {
	var out []string
	for i, b := range bs {
		if i > 0 && !tight {
			out = append(out, "")
		}
		out = append(out, d.block(b, w, add)...)
	}
	return out
}

func (d *drawer) block(b block, w int, add style) []string {
	switch b.kind {
	case heading:
		lines := d.wrap(parseInline(b.text), w, add|bold)
		under := ""
		switch b.level {
		case 1:
			under = d.double
		case 2:
			under = d.rule
		default:
			under = d.dots
		}
		longest := 0
		for _, l := range d.plain().wrap(parseInline(b.text), w, 0) {
			longest = max(longest, width(l))
		}
		if longest > 0 {
			lines = append(lines, strings.Repeat(under, min(longest, w)))
		}
		return lines
	case paragraph:
		return d.wrap(parseInline(b.text), w, add)
	case codeBlock:
		var out []string
		for _, l := range b.lines {
			if strings.TrimSpace(l) == "" {
				out = append(out, "")
				continue
			}
			out = append(out, "    "+d.styled(l, add|codeStyle))
		}
		return out
	case ruleBlock:
		return []string{strings.Repeat(d.rule, max(w, 1))}
	case quote:
		bar := d.bar
		if d.ASCII {
			bar = ">"
		}
		var out []string
		for _, l := range d.blocks(b.children, max(w-2, 1), add, false) {
			out = append(out, strings.TrimRight(bar+" "+l, " "))
		}
		return out
	case list:
		return d.list(b, w, add)
	case table:
		return d.table(b, w, add)
	}
	return nil
}

func (d *drawer) list(b block, w int, add style) []string {
	var out []string
	last := strconv.Itoa(b.start + len(b.items) - 1)
	for i, item := range b.items {
		if i > 0 && !b.tight {
			out = append(out, "")
		}
		mark := d.bullet + " "
		if b.ordered {
			n := strconv.Itoa(b.start + i)
			mark = strings.Repeat(" ", len(last)-len(n)) + n + ". "
		}
		indent := strings.Repeat(" ", width(mark))
		lines := d.blocks(item, max(w-len(indent), 1), add, b.tight)
		if len(lines) == 0 {
			lines = []string{""}
		}
		for j, l := range lines {
			switch {
			case j == 0:
				out = append(out, strings.TrimRight(mark+l, " "))
			case l == "":
				out = append(out, "")
			default:
				out = append(out, indent+l)
			}
		}
	}
	return out
}

// table draws columns as wide as their cells, and narrows the widest until
// they fit; where that leaves columns too narrow to read, each row becomes a
// list of "heading: cell".
func (d *drawer) table(b block, w int, add style) []string {
	cols := len(b.rows[0])
	natural := make([]int, cols) // as wide as a column would like to be
	longest := make([]int, cols) // its longest word
	cellsOf := func(row []string, i int) []word {
		st := add
		if &row[0] == &b.rows[0][0] {
			st |= bold
		}
		return d.words(parseInline(row[i]), st)
	}
	for _, row := range b.rows {
		for i := range cols {
			ws := cellsOf(row, i)
			n := 0
			for j, wd := range ws {
				if j > 0 {
					n++
				}
				n += wd.width
				longest[i] = max(longest[i], wd.width)
			}
			natural[i] = max(natural[i], n, 1)
		}
	}
	room := w - 3*(cols-1)
	for sum(natural) > room {
		// Narrow the widest column that may still be narrowed without cutting a word.
		widest := -1
		for i := range cols {
			if natural[i] > max(longest[i], 1) && (widest < 0 || natural[i] > natural[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return d.rowsAsLists(b, w, add)
		}
		natural[widest]--
	}
	var out []string
	wrapped := false
	for r, row := range b.rows {
		lines := make([][]string, cols)
		high := 1
		for i := range cols {
			lines[i] = d.fill(cellsOf(row, i), natural[i], b.align[i])
			high = max(high, len(lines[i]))
		}
		if high > 1 {
			wrapped = true
		}
		if r > 1 && wrapped {
			out = append(out, d.tableRule(natural)) // else one could not tell where a row ends
		}
		for h := range high {
			var s strings.Builder
			for i := range cols {
				if i > 0 {
					s.WriteString(" " + d.bar + " ")
				}
				if h < len(lines[i]) {
					s.WriteString(lines[i][h])
				} else {
					s.WriteString(strings.Repeat(" ", natural[i]))
				}
			}
			out = append(out, strings.TrimRight(s.String(), " "))
		}
		if r == 0 {
			out = append(out, d.tableRule(natural))
		}
	}
	return out
}

func (d *drawer) tableRule(widths []int) string {
	var parts []string
	for _, n := range widths {
		parts = append(parts, strings.Repeat(d.rule, n))
	}
	return strings.Join(parts, d.rule+d.cross+d.rule)
}

// fill wraps words to lines of exactly w cells.
func (d *drawer) fill(ws []word, w int, a align) []string {
	lines := breakLines(ws, w)
	out := make([]string, len(lines))
	for i, l := range lines {
		n := lineWidth(l)
		left := 0
		switch a {
		case right:
			left = w - n
		case center:
			left = (w - n) / 2
		}
		left = max(left, 0)
		out[i] = strings.Repeat(" ", left) + d.line(l) + strings.Repeat(" ", max(w-n-left, 0))
	}
	return out
}

func (d *drawer) rowsAsLists(b block, w int, add style) []string {
	head := b.rows[0]
	if len(b.rows) == 1 {
		b.rows = append(b.rows, make([]string, len(head)))
	}
	var out []string
	for r, row := range b.rows[1:] {
		if r > 0 {
			out = append(out, "")
		}
		for i, cell := range row {
			spans := append(withStyle(parseInline(head[i]), bold), span{text: ": "})
			out = append(out, d.wrap(append(spans, parseInline(cell)...), w, add)...)
		}
	}
	return out
}

func sum(ns []int) int {
	t := 0
	for _, n := range ns {
		t += n
	}
	return t
}

// style is a set of ways to write a word.
type style uint8

const (
	bold style = 1 << iota
	italic
	codeStyle
	link
)

// sgr are the parameters of a style. Magenta is the colour that both a dark
// and a light ground show well.
func (s style) sgr() string {
	var p []string
	if s&bold != 0 {
		p = append(p, "1")
	}
	if s&italic != 0 {
		p = append(p, "3")
	}
	if s&link != 0 {
		p = append(p, "4")
	}
	if s&codeStyle != 0 {
		p = append(p, "35")
	}
	return strings.Join(p, ";")
}

func (d *drawer) styled(s string, st style) string {
	if !d.Color || st == 0 || s == "" {
		return s
	}
	return "\x1b[" + st.sgr() + "m" + s + "\x1b[0m"
}

// plain draws the same words without colour, to measure them.
func (d *drawer) plain() *drawer {
	p := *d
	p.Color, p.noMarks = false, d.Color
	return &p
}

// piece is a part of a word in one style.
type piece struct {
	text  string
	style style
}

// word is what is never broken. A word that ends a line for good (a hard line
// break) has brk set.
type word struct {
	pieces []piece
	width  int
	brk    bool
	// space is the style of the space before it.
	space style
}

func (w word) text() string {
	var b strings.Builder
	for _, p := range w.pieces {
		b.WriteString(p.text)
	}
	return b.String()
}

// words cuts spans at their spaces. No-break spaces hold, and the punctuation
// that French sets off with a space stays with its word.
func (d *drawer) words(spans []span, add style) []word {
	spans = d.marked(spans)
	var out []word
	var cur word
	var space style
	end := func() {
		if len(cur.pieces) > 0 {
			cur.width = width(cur.text())
			out = append(out, cur)
			cur = word{}
		}
	}
	for _, s := range spans {
		if s.brk {
			end()
			if len(out) > 0 {
				out[len(out)-1].brk = true
			}
			continue
		}
		st := s.style | add
		rest := s.text
		for rest != "" {
			i := strings.IndexAny(rest, " \t\n")
			if n := runLength(rest, ' '); n > 1 && st&codeStyle != 0 {
				i = n // several spaces in code mean something: they stay
			} else if i == 0 {
				end()
				space = st
				rest = rest[1:]
				continue
			}
			if i < 0 {
				i = len(rest)
			}
			if len(cur.pieces) == 0 {
				cur.space = space & st
			}
			cur.pieces = append(cur.pieces, piece{rest[:i], st})
			rest = rest[i:]
		}
	}
	end()
	return glue(out)
}

// glue joins to its neighbour, by a no-break space, the punctuation that
// French sets apart from it and that must not begin or end a line.
func glue(ws []word) []word {
	var out []word
	for _, w := range ws {
		prose := w.pieces[0].style&codeStyle == 0
		if n := len(out); n > 0 && prose && !out[n-1].brk {
			prev := &out[n-1]
			last := prev.pieces[len(prev.pieces)-1]
			switch first, _ := utf8.DecodeRuneInString(w.text()); {
			case strings.ContainsRune(":;!?»", first) && strings.Trim(w.text(), ":;!?».,)…") == "",
				last.style&codeStyle == 0 && strings.HasSuffix(last.text, "«"):
				prev.pieces = append(append(prev.pieces, piece{"\u00a0", w.space}), w.pieces...)
				prev.width += 1 + w.width
				prev.brk = w.brk
				continue
			}
		}
		out = append(out, w)
	}
	return out
}

// marked writes the styles that must be seen without colour as characters.
func (d *drawer) marked(spans []span) []span {
	var out []span
	for i, s := range spans {
		if s.style&codeStyle != 0 {
			s.text = quoted(s.text)
		}
		if d.Color || d.noMarks {
			out = append(out, s)
			continue
		}
		emphasis := func(j int) style {
			if j < 0 || j >= len(spans) {
				return 0
			}
			return spans[j].style & (bold | italic)
		}
		opens, closes := emphasis(i)&^emphasis(i-1), emphasis(i)&^emphasis(i+1)
		if s.brk {
			opens, closes = 0, 0
		}
		s.text = marks(opens, false) + s.text + marks(closes, true)
		out = append(out, s)
	}
	return out
}

// quoted puts code between backquotes, more of them than it has in a row itself.
func quoted(code string) string {
	longest := 0
	for i := 0; i < len(code); i++ {
		n := runLength(code[i:], '`')
		longest = max(longest, n)
		i += n
	}
	fence := strings.Repeat("`", longest+1)
	if strings.HasPrefix(code, "`") || strings.HasSuffix(code, "`") {
		code = " " + code + " "
	}
	return fence + code + fence
}

func marks(st style, closing bool) string {
	var m string
	if st&bold != 0 {
		m = "*"
	}
	if st&italic != 0 {
		if closing {
			return "_" + m
		}
		m += "_"
	}
	return m
}

func lineWidth(l []word) int {
	n := 0
	for i, w := range l {
		if i > 0 {
			n++
		}
		n += w.width
	}
	return n
}

// breakLines puts as many words on each line as fit in w cells, at least one.
func breakLines(ws []word, w int) [][]word {
	var lines [][]word
	var cur []word
	n := 0
	for _, wd := range ws {
		if len(cur) > 0 && (n+1+wd.width > w || cur[len(cur)-1].brk) {
			lines = append(lines, cur)
			cur, n = nil, 0
		}
		if len(cur) > 0 {
			n++
		}
		n += wd.width
		cur = append(cur, wd)
	}
	if len(cur) > 0 {
		lines = append(lines, cur)
	}
	return lines
}

func (d *drawer) wrap(spans []span, w int, add style) []string {
	var out []string
	for _, l := range breakLines(d.words(spans, add), w) {
		out = append(out, d.line(l))
	}
	return out
}

// line writes words with spaces between them, each run of one style once.
func (d *drawer) line(ws []word) string {
	var b strings.Builder
	var run piece
	put := func(p piece) {
		if p.style != run.style {
			b.WriteString(d.styled(run.text, run.style))
			run = piece{style: p.style}
		}
		run.text += p.text
	}
	for i, w := range ws {
		if i > 0 {
			put(piece{" ", w.space})
		}
		for _, p := range w.pieces {
			put(p)
		}
	}
	b.WriteString(d.styled(run.text, run.style))
	return b.String()
}
