package markdown

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"
)

// span is text in one style, or a hard line break.
type span struct {
	text  string
	style style
	brk   bool
}

func withStyle(spans []span, st style) []span {
	for i := range spans {
		spans[i].style |= st
	}
	return spans
}

// delim is a run of asterisks or underscores that may be emphasis: the node
// at index node has those that are left of it.
type delim struct {
	node        int
	char        byte
	count, full int
	opens       bool
	closes      bool
}

var (
	autolink = form(`^<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*|[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+)>`)
	entity   = form(`^&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});`)
)

const punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

func parseInline(s string) []span { return inline(s, false) }

// inline reads inline Markdown; within a link there are no further links.
func inline(s string, inLink bool) []span {
	var nodes []span
	var delims []delim
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			nodes = append(nodes, span{text: text.String()})
			text.Reset()
		}
	}
	missing := map[int]bool{} // lengths of backquote runs that have no partner ahead
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s) && s[i+1] == '\n':
			flush()
			nodes = append(nodes, span{brk: true})
			i += 2
		case c == '\\' && i+1 < len(s) && strings.IndexByte(punctuation, s[i+1]) >= 0:
			text.WriteByte(s[i+1])
			i += 2
		case c == '\n':
			if t := text.String(); strings.HasSuffix(t, "  ") {
				flush()
				nodes = append(nodes, span{brk: true})
			} else {
				text.WriteByte(' ')
			}
			i++
		case c == '`':
			n := runLength(s[i:], '`')
			if end := closing(s[i+n:], n, missing); end >= 0 {
				flush()
				nodes = append(nodes, span{text: codeText(s[i+n : i+n+end]), style: codeStyle})
				i += n + end + n
			} else {
				text.WriteString(s[i : i+n])
				i += n
			}
		case c == '<' && autolink().MatchString(s[i:]):
			m := autolink().FindStringSubmatch(s[i:])
			flush()
			nodes = append(nodes, span{text: m[1], style: link})
			i += len(m[0])
		case c == '&' && entity().MatchString(s[i:]):
			m := entity().FindString(s[i:])
			text.WriteString(clean(html.UnescapeString(m))) // &#27; is an escape character too
			i += len(m)
		case !inLink && (c == '[' || c == '!' && strings.HasPrefix(s[i+1:], "[")):
			from := i + 1
			if c == '!' {
				from++
			}
			label, url, n := linkAt(s[from:])
			if n == 0 {
				text.WriteString(s[i:from])
				i = from
				continue
			}
			flush()
			nodes = append(nodes, linkSpans(inline(label, true), url)...)
			i = from + n
		case c == '*' || c == '_':
			n := runLength(s[i:], c)
			flush()
			opens, closes := flanking(s, i, n)
			delims = append(delims, delim{node: len(nodes), char: c, count: n, full: n, opens: opens, closes: closes})
			nodes = append(nodes, span{text: s[i : i+n]})
			i += n
		default:
			text.WriteByte(c)
			i++
		}
	}
	flush()
	emphasize(nodes, delims)
	out := nodes[:0]
	for _, n := range nodes {
		if n.text != "" || n.brk {
			out = append(out, n)
		}
	}
	return out
}

func runLength(s string, c byte) int {
	n := 0
	for n < len(s) && s[n] == c {
		n++
	}
	return n
}

// closing finds in s the run of exactly n backquotes that closes a code span;
// -1 where there is none, which missing remembers.
func closing(s string, n int, missing map[int]bool) int {
	if missing[n] {
		return -1
	}
	for i := 0; i < len(s); {
		j := strings.IndexByte(s[i:], '`')
		if j < 0 {
			break
		}
		i += j
		k := runLength(s[i:], '`')
		if k == n {
			return i
		}
		i += k
	}
	missing[n] = true
	return -1
}

// codeText is what a code span shows: one space less at each end where both
// have one, so that “ ` “ can be written.
func codeText(s string) string {
	s = strings.ReplaceAll(s, "\n", " ")
	if len(s) > 2 && s[0] == ' ' && s[len(s)-1] == ' ' && !blank(s) {
		s = s[1 : len(s)-1]
	}
	return s
}

// maxLabel and maxURL bound how far a bracket looks for its partner.
const (
	maxLabel = 1000
	maxURL   = 2000
)

// linkAt reads label](url "title") behind an opening bracket, and says how
// long that is; 0 where it is no link.
func linkAt(s string) (label, url string, n int) {
	depth := 1
	i := 0
	missing := map[int]bool{}
	for ; i < len(s) && i < maxLabel && depth > 0; i++ {
		switch s[i] {
		case '\\':
			i++
		case '[':
			depth++
		case ']':
			depth--
		case '`':
			k := runLength(s[i:], '`')
			if end := closing(s[i+k:], k, missing); end >= 0 {
				i += k + end
			}
			i += k - 1
		}
	}
	if depth > 0 || i >= len(s) || s[i] != '(' {
		return "", "", 0
	}
	label = s[:i-1]
	i++
	rest := s[i:]
	if len(rest) > maxURL {
		rest = rest[:maxURL]
	}
	depth = 1
	end := -1
	for j := 0; j < len(rest) && end < 0; j++ {
		switch rest[j] {
		case '\\':
			j++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				end = j
			}
		}
	}
	if end < 0 {
		return "", "", 0
	}
	target := strings.TrimSpace(rest[:end])
	if t, ok := strings.CutPrefix(target, "<"); ok {
		target, _, _ = strings.Cut(t, ">")
	} else if j := strings.IndexAny(target, " \t\n"); j >= 0 {
		title := strings.TrimSpace(target[j:])
		if !strings.ContainsAny(title[:1], `"'(`) {
			return "", "", 0 // words in parentheses behind words in brackets
		}
		target = target[:j]
	}
	return label, strings.Join(strings.Fields(target), "%20"), i + end + 1
}

// linkSpans shows a link as its text and, in parentheses, its address, unless
// that is the text already or only a place in the same file.
func linkSpans(label []span, url string) []span {
	var text strings.Builder
	for _, s := range label {
		text.WriteString(s.text)
	}
	if blank(text.String()) {
		label, url = []span{{text: url}}, ""
	}
	spans := withStyle(label, link)
	if url == "" || strings.HasPrefix(url, "#") || text.String() == url || "mailto:"+text.String() == url {
		return spans
	}
	return append(spans, span{text: " (" + url + ")"})
}

// flanking says whether the run of n delimiters at i may open and close
// emphasis (CommonMark 6.2).
func flanking(s string, i, n int) (opens, closes bool) {
	before, after := ' ', ' '
	if i > 0 {
		before, _ = utf8.DecodeLastRuneInString(s[:i])
	}
	if i+n < len(s) {
		after, _ = utf8.DecodeRuneInString(s[i+n:])
	}
	punct := func(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) }
	leftFlanking := !unicode.IsSpace(after) && (!punct(after) || unicode.IsSpace(before) || punct(before))
	rightFlanking := !unicode.IsSpace(before) && (!punct(before) || unicode.IsSpace(after) || punct(after))
	if s[i] == '*' {
		return leftFlanking, rightFlanking
	}
	return leftFlanking && (!rightFlanking || punct(before)), rightFlanking && (!leftFlanking || punct(after))
}

// emphasize pairs the delimiters as CommonMark's "process emphasis" does.
func emphasize(nodes []span, delims []delim) {
	var open []*delim // the delimiters that may still open
	for k := range delims {
		d := &delims[k]
		for d.closes && d.count > 0 {
			o := len(open) - 1
			for ; o >= 0; o-- {
				c := open[o]
				if c.char == d.char && c.count > 0 &&
					!((c.closes || d.opens) && (c.full+d.full)%3 == 0 && (c.full%3 != 0 || d.full%3 != 0)) {
					break
				}
			}
			if o < 0 {
				break
			}
			c := open[o]
			n, st := 1, italic
			if c.count >= 2 && d.count >= 2 {
				n, st = 2, bold
			}
			for i := c.node + 1; i < d.node; i++ {
				nodes[i].style |= st
			}
			c.count -= n
			d.count -= n
			nodes[c.node].text = nodes[c.node].text[n:]
			nodes[d.node].text = nodes[d.node].text[n:]
			open = open[:o+1] // those between are text
			if c.count == 0 {
				open = open[:o]
			}
		}
		if d.opens && d.count > 0 {
			open = append(open, d)
		}
	}
}
