package markdown

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
)

type blockKind int

const (
	paragraph blockKind = iota
	heading
	codeBlock
	ruleBlock
	quote
	list
	table
)

type align int

const (
	left align = iota
	center
	right
)

// block is one block of CommonMark: which fields it has follows from its kind.
type block struct {
	kind     blockKind
	level    int       // heading
	text     string    // heading, paragraph: inline Markdown
	lines    []string  // codeBlock
	children []block   // quote
	items    [][]block // list
	ordered  bool
	start    int
	tight    bool
	align    []align    // table
	rows     [][]string // the first is the head; all have as many cells
}

// maxDepth is how deep blocks may nest; what is deeper is read as a paragraph.
const maxDepth = 12

var (
	atxForm      = form(`^ {0,3}(#{1,6})(?:[ \t]+(.*?))??(?:[ \t]+#+)?[ \t]*$`)
	ruleForm     = form(`^ {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$`)
	setextForm   = form(`^ {0,3}(?:=+|-+)[ \t]*$`)
	itemForm     = form(`^( {0,3})([-*+]|[0-9]{1,9}[.)])([ \t]+|$)`)
	fenceForm    = form("^( {0,3})(`{3,}|~{3,})(.*)$")
	quoteForm    = form(`^ {0,3}> ?`)
	delimiterRow = form(`^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$`)
)

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// indentOf counts the columns of white space at the beginning of a line.
func indentOf(s string) int {
	n := 0
	for _, c := range s {
		switch c {
		case ' ':
			n++
		case '\t':
			n += 4 - n%4
		default:
			return n
		}
	}
	return n
}

// unindent takes up to n columns of white space from the beginning of a line.
func unindent(s string, n int) string {
	col := 0
	for i := 0; i < len(s); i++ {
		if col >= n {
			return strings.Repeat(" ", col-n) + s[i:] // a tab reached beyond n
		}
		switch s[i] {
		case ' ':
			col++
		case '\t':
			col += 4 - col%4
		default:
			return s[i:]
		}
	}
	return strings.Repeat(" ", max(col-n, 0))
}

func parseBlocks(lines []string, depth int) []block {
	var out []block
	for i := 0; i < len(lines); {
		line := lines[i]
		switch {
		case blank(line):
			i++
		case indentOf(line) >= 4:
			b, n := indentedCode(lines[i:])
			out = append(out, b)
			i += n
		case fenceOf(line) != nil:
			b, n := fencedCode(lines[i:])
			out = append(out, b)
			i += n
		case atxForm().MatchString(line):
			m := atxForm().FindStringSubmatch(line)
			out = append(out, block{kind: heading, level: len(m[1]), text: m[2]})
			i++
		case ruleForm().MatchString(line):
			out = append(out, block{kind: ruleBlock})
			i++
		case depth < maxDepth && quoteForm().MatchString(line):
			b, n := quoteBlock(lines[i:], depth)
			out = append(out, b)
			i += n
		case depth < maxDepth && itemForm().MatchString(line):
			b, n := listBlock(lines[i:], depth)
			out = append(out, b)
			i += n
		case i+1 < len(lines) && isTable(line, lines[i+1]):
			b, n := tableBlock(lines[i:])
			out = append(out, b)
			i += n
		default:
			b, n := paragraphBlock(lines[i:])
			out = append(out, b)
			i += n
		}
	}
	return out
}

func indentedCode(lines []string) (block, int) {
	b := block{kind: codeBlock}
	n := 0
	for n < len(lines) && (blank(lines[n]) || indentOf(lines[n]) >= 4) {
		b.lines = append(b.lines, unindent(lines[n], 4))
		n++
	}
	for blank(lines[n-1]) { // blank lines behind it are not its own
		n--
		b.lines = b.lines[:n]
	}
	return b, n
}

// fenceOf returns the parts of a line that opens a fenced code block, or nil.
func fenceOf(line string) []string {
	m := fenceForm().FindStringSubmatch(line)
	if m == nil || m[2][0] == '`' && strings.Contains(m[3], "`") {
		return nil
	}
	return m
}

func fencedCode(lines []string) (block, int) {
	open := fenceOf(lines[0])
	b := block{kind: codeBlock}
	n := 1
	for n < len(lines) {
		line := lines[n]
		n++
		if m := fenceForm().FindStringSubmatch(line); m != nil && strings.HasPrefix(m[2], open[2]) && blank(m[3]) {
			break
		}
		b.lines = append(b.lines, unindent(line, len(open[1])))
	}
	return b, n
}

// interrupts reports whether a line ends the paragraph before it.
func interrupts(line string) bool {
	if blank(line) || fenceOf(line) != nil || atxForm().MatchString(line) || ruleForm().MatchString(line) || quoteForm().MatchString(line) {
		return true
	}
	m := itemForm().FindStringSubmatch(line)
	// A number in running text may come to stand at the beginning of a line.
	return m != nil && !blank(line[len(m[0]):]) && (len(m[2]) == 1 || m[2] == "1." || m[2] == "1)")
}

func paragraphBlock(lines []string) (block, int) {
	text := []string{strings.TrimLeft(lines[0], " \t")}
	n := 1
	for ; n < len(lines); n++ {
		if setextForm().MatchString(lines[n]) {
			level := 1
			if strings.Contains(lines[n], "-") {
				level = 2
			}
			return block{kind: heading, level: level, text: strings.TrimSpace(strings.Join(text, "\n"))}, n + 1
		}
		if interrupts(lines[n]) {
			break
		}
		text = append(text, strings.TrimLeft(lines[n], " \t"))
	}
	return block{kind: paragraph, text: strings.TrimRight(strings.Join(text, "\n"), " \t")}, n
}

// lazy reports whether a line goes on with the paragraph of the block before
// it although it lacks that block's mark.
func lazy(before, line string) bool {
	return !blank(before) && indentOf(before) < 4 && fenceOf(before) == nil && !atxForm().MatchString(before) &&
		!ruleForm().MatchString(before) && !interrupts(line) && !setextForm().MatchString(line)
}

func quoteBlock(lines []string, depth int) (block, int) {
	var inner []string
	n := 0
	fenced := "" // in a fenced block nothing goes on lazily
	for ; n < len(lines); n++ {
		line := lines[n]
		if m := quoteForm().FindString(line); m != "" {
			line = line[len(m):]
		} else if n == 0 || fenced != "" || !lazy(inner[n-1], line) {
			break
		}
		fenced = fenceAfter(fenced, line)
		inner = append(inner, line)
	}
	return block{kind: quote, children: parseBlocks(inner, depth+1)}, n
}

// fenceAfter is the fence that is open after a line: empty for none.
func fenceAfter(open, line string) string {
	m := fenceForm().FindStringSubmatch(strings.TrimLeft(line, " \t"))
	switch {
	case open == "" && m != nil && fenceOf(strings.TrimLeft(line, " \t")) != nil:
		return m[2]
	case open != "" && m != nil && strings.HasPrefix(m[2], open) && blank(m[3]):
		return ""
	}
	return open
}

func listBlock(lines []string, depth int) (block, int) {
	m := itemForm().FindStringSubmatch(lines[0])
	kind := m[2][len(m[2])-1:] // "-", "*", "+", "." or ")": another one begins another list
	b := block{kind: list, tight: true, ordered: len(m[2]) > 1}
	if b.ordered {
		b.start, _ = strconv.Atoi(m[2][:len(m[2])-1])
	}
	n := 0
	for n < len(lines) {
		m := itemForm().FindStringSubmatch(lines[n])
		if m == nil || m[2][len(m[2])-1:] != kind || ruleForm().MatchString(lines[n]) {
			break
		}
		// The text of an item begins where its first line's does, unless that
		// is code indented by four columns or more.
		marker := len(m[1]) + len(m[2])
		rest := lines[n][marker:]
		indent := marker + indentOf(rest)
		if blank(rest) || indentOf(rest) > 4 {
			indent = marker + 1
		}
		inner := []string{unindent(rest, indent-marker)}
		fenced := fenceAfter("", inner[0])
		n++
		for ; n < len(lines); n++ {
			line := lines[n]
			switch {
			case blank(line):
				line = ""
				if len(inner) == 1 && inner[0] == "" { // an item may begin with one blank line at most
					goto done
				}
			case indentOf(line) >= indent:
				line = unindent(line, indent)
			case fenced != "" || !lazy(inner[len(inner)-1], line) || itemForm().MatchString(line):
				goto done
			}
			fenced = fenceAfter(fenced, line)
			inner = append(inner, line)
		}
	done:
		// Blank lines at the end part this item from the next one, if there is one.
		trailing := 0
		for len(inner) > 1 && blank(inner[len(inner)-1]) {
			inner = inner[:len(inner)-1]
			trailing++
		}
		item := parseBlocks(inner, depth+1)
		if gap(inner, item) {
			b.tight = false
		}
		b.items = append(b.items, item)
		for n < len(lines) && blank(lines[n]) {
			n++
			trailing++
		}
		if trailing > 0 && n < len(lines) {
			if next := itemForm().FindStringSubmatch(lines[n]); next != nil && next[2][len(next[2])-1:] == kind && !ruleForm().MatchString(lines[n]) {
				b.tight = false
			}
		}
	}
	return b, n
}

// gap reports whether two blocks of an item have a blank line between them.
func gap(lines []string, blocks []block) bool {
	if len(blocks) < 2 {
		return false
	}
	fenced := ""
	for i, l := range lines {
		fenced = fenceAfter(fenced, l)
		// Blank lines within a nested list or code are theirs.
		if blank(l) && fenced == "" && i+1 < len(lines) && !blank(lines[i+1]) && indentOf(lines[i+1]) < 2 {
			return true
		}
	}
	return false
}

func isTable(head, delimiters string) bool {
	return strings.Contains(head, "|") && delimiterRow().MatchString(delimiters) &&
		len(tableCells(head)) == len(tableCells(delimiters))
}

// tableCells cuts a row at the bars that no backslash and no code span hides.
func tableCells(row string) []string {
	row = strings.TrimSpace(row)
	row = strings.TrimPrefix(row, "|")
	var cells []string
	var cur strings.Builder
	for i := 0; i < len(row); i++ {
		switch {
		case row[i] == '\\' && i+1 < len(row):
			if row[i+1] != '|' {
				cur.WriteByte('\\')
			}
			i++
			cur.WriteByte(row[i])
		case row[i] == '|':
			cells = append(cells, strings.TrimSpace(cur.String()))
			cur.Reset()
			if strings.TrimSpace(row[i+1:]) == "" {
				return cells
			}
		default:
			cur.WriteByte(row[i])
		}
	}
	return append(cells, strings.TrimSpace(cur.String()))
}

func tableBlock(lines []string) (block, int) {
	b := block{kind: table, rows: [][]string{tableCells(lines[0])}}
	for _, c := range tableCells(lines[1]) {
		switch {
		case strings.HasPrefix(c, ":") && strings.HasSuffix(c, ":"):
			b.align = append(b.align, center)
		case strings.HasSuffix(c, ":"):
			b.align = append(b.align, right)
		default:
			b.align = append(b.align, left)
		}
	}
	n := 2
	for ; n < len(lines) && !interrupts(lines[n]); n++ {
		row := make([]string, len(b.align))
		copy(row, tableCells(lines[n])) // cells too few are empty, cells too many are dropped
		b.rows = append(b.rows, row)
	}
	return b, n
}

// form compiles a pattern when it is first used: every start of nslab would
// pay for it otherwise, and every keeper is a start.
func form(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}
