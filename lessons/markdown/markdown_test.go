package markdown

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

var update = flag.Bool("update", false, "write testdata/*.txt afresh from what Render gives")

func TestALessonAsItIsDrawn(t *testing.T) {
	in, err := os.ReadFile(filepath.Join("testdata", "lesson.md"))
	if err != nil {
		t.Fatal(err)
	}
	for name, opt := range map[string]Options{
		"80.txt":       {},
		"40.txt":       {Width: 40},
		"40-ascii.txt": {Width: 40, ASCII: true},
		"60-color.txt": {Width: 60, Color: true},
	} {
		got := Render(string(in), opt)
		file := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
	}
}

// lines joins what a person would see below each other.
func lines(l ...string) string { return strings.Join(l, "\n") + "\n" }

func TestRenderDraws(t *testing.T) {
	for in, want := range map[string]string{
		"":                          "",
		"\n\n":                      "",
		"one\ntwo":                  lines("one two"),
		"one\\\ntwo  \nthree":       lines("one", "two", "three"),
		"aaaa bbbb cccc dddd eeee":  lines("aaaa bbbb cccc dddd", "eeee"),
		"x aaaaaaaaaaaaaaaaaaaaaaa": lines("x", "aaaaaaaaaaaaaaaaaaaaaaa"),
		"# T":                       lines("T", "═"),
		"## Two *x*":                lines("Two _x_", "───────"),
		"### Three ###":             lines("Three", "┄┄┄┄┄"),
		"T\n===\n\nU\n---":          lines("T", "═", "", "U", "─"),
		"#hash and #":               lines("#hash and #"),
		"---":                       lines(strings.Repeat("─", 20)),
		// Emphasis.
		"*a* **b** ***c*** _d_ __e__": lines("_a_ *b* *_c_* _d_", "*e*"),
		"snake_case_name 2*3*4":       lines("snake_case_name", "2_3_4"),
		"** no ** * no *":             lines("** no ** * no *"),
		"*a **b** c*":                 lines("_a *b* c_"),
		"**a *b***":                   lines("*a _b_*"),
		"*open **shut*":               lines("*open *_shut_"),
		`\*a\* 1\. \q`:                lines(`*a* 1. \q`),
		// Code.
		"`a  b` ``c`d`` `*e*`":                      lines("`a  b` ``c`d`` `*e*`"),
		"`open and ``more`":                         lines("```open and", "``more```"),
		"```sh\nls   -l # " + long + "\n\n\tx\n```": lines("    ls   -l # "+long, "", "    \tx"),
		"~~~\n```\n~~~":                             lines("    ```"),
		"```\nnever closed":                         lines("    never closed"),
		"  ```\n   indented\n  ```":                 lines("     indented"),
		"    code\n      more\n\ntext":              lines("    code", "      more", "", "text"),
		"```a`b```":                                 lines("``a`b``"),
		// Lists.
		"- a\n- b\n  - c\n  - d\n- e":  lines("• a", "• b", "  • c", "  • d", "• e"),
		"* a\n\n* b":                   lines("• a", "", "• b"),
		"9. nine\n10. ten\n11) other":  lines(" 9. nine", "10. ten", "", "11. other"),
		"1. a\n\n   more\n2. b":        lines("1. a", "", "   more", "", "2. b"),
		"- a\n  ```\n  ls\n  ```\n- b": lines("• a", "      ls", "• b"),
		"- aaaa bbbb cccc dddd eeee":   lines("• aaaa bbbb cccc", "  dddd eeee"),
		"- a\nlazy\n\nnot":             lines("• a lazy", "", "not"),
		"-\n- b":                       lines("•", "• b"),
		"text\n- item":                 lines("text", "", "• item"),
		"born in\n1969. Or not":        lines("born in 1969. Or not"),
		"- - -\n- x":                   lines(strings.Repeat("─", 20), "", "• x"),
		// Quotes.
		"> a\nb\n>\n> - c":        lines("│ a b", "│", "│ • c"),
		"> ```\n> ls\n> ```\nout": lines("│     ls", "", "out"),
		// Links.
		"[man](http://x/y)":               lines("man (http://x/y)"),
		"<http://x/y> <a@b.c>":            lines("http://x/y a@b.c"),
		"[http://x](http://x)":            lines("http://x"),
		"[a *b*](<u v> \"t\") [here](#x)": lines("a _b_ (u%20v) here"),
		"![pic](p.png) [](u)":             lines("pic (p.png) u"),
		"[a] (b) [c](d e) [x":             lines("[a] (b) [c](d e) [x"),
		"[`]`](u) [a[b]](v)":              lines("`]` (u) a[b] (v)"),
		// Entities, and what is none.
		"a &lt; b &amp;&amp; c &nope; &": lines("a < b && c &nope; &"),
		// Tables.
		"|a|b|\n|-|-:|\n|1|22|\n|`x\\|y`|3|":      lines("a     │  b", "──────┼───", "1     │ 22", "`x|y` │  3"),
		"a | b\n--- | :-:\nmore words here | c d": lines("a              │  b", "───────────────┼────", "more words     │ c d", "here           │"),
		"a|b\n-|-|-\n": lines("a|b -|-|-"),
		"|aaaaaaaaaa|bbbbbbbbbb|\n|-|-|\n|1|2|\n|3|4|": lines("*aaaaaaaaaa*: 1", "*bbbbbbbbbb*: 2", "", "*aaaaaaaaaa*: 3", "*bbbbbbbbbb*: 4"),
	} {
		if got := Render(in, Options{Width: 20}); got != want {
			t.Errorf("Render(%q)\n got %q\nwant %q", in, got, want)
		}
	}
}

const long = "a line of code that is much wider than the terminal"

func TestWidthIsWhatTheTerminalShows(t *testing.T) {
	for in, want := range map[string]string{
		"世界世界 世界世界 世":                          lines("世界世界", "世界世界", "世"), // two cells each: 8 + 1 + 8
		"e\u0301e\u0301e\u0301e\u0301 aaaaa b": lines("e\u0301e\u0301e\u0301e\u0301 aaaaa", "b"),
		"éééé aaaaa b":                         lines("éééé aaaaa", "b"),
		"👩‍🚀 aaaaaaa b":                        lines("👩‍🚀 aaaaaaa", "b"),
		"aaaa\u00a0bbb ccc":                    lines("aaaa\u00a0bbb", "ccc"),
	} {
		if got := Render(in, Options{Width: 10}); got != want {
			t.Errorf("Render(%q)\n got %q\nwant %q", in, got, want)
		}
	}
	if got, want := Render("|世界|é|\n|-|-|\n|a|b|", Options{}), lines("世界 │ é", "─────┼──", "a    │ b"); got != want {
		t.Errorf("table\n got %q\nwant %q", got, want)
	}
}

func TestFrenchPunctuationStaysWithItsWord(t *testing.T) {
	for in, want := range map[string]string{
		"aaaa bbbbb : ccc":      lines("aaaa", "bbbbb\u00a0:", "ccc"),
		"aaaa bbb « cc » ?":     lines("aaaa bbb", "«\u00a0cc\u00a0»\u00a0?"),
		"aaaaa `a` : `[ ! x ]`": lines("aaaaa", "`a`\u00a0: `[ !", "x ]`"),
	} {
		if got := Render(in, Options{Width: 10}); got != want {
			t.Errorf("Render(%q)\n got %q\nwant %q", in, got, want)
		}
	}
}

func TestColorOnlyAdds(t *testing.T) {
	for in, want := range map[string]string{
		"# T":              lines("\x1b[1mT\x1b[0m", "═"),
		"*a b* **c**":      lines("\x1b[3ma b\x1b[0m \x1b[1mc\x1b[0m"),
		"`ls -l`":          lines("\x1b[35m`ls -l`\x1b[0m"),
		"```\nls\n```":     lines("    \x1b[35mls\x1b[0m"),
		"[a b](u)":         lines("\x1b[4ma b\x1b[0m (u)"),
		"**[`a`](u)**":     lines("\x1b[1;4;35m`a`\x1b[0m\x1b[1m (u)\x1b[0m"),
		"plain":            lines("plain"),
		"**aa bb cc dd ee": lines("**aa bb cc", "dd ee"),
		"**aa bb cc dd**":  lines("\x1b[1maa bb cc\x1b[0m", "\x1b[1mdd\x1b[0m"),
	} {
		if got := Render(in, Options{Width: 10, Color: true}); got != want {
			t.Errorf("Render(%q)\n got %q\nwant %q", in, got, want)
		}
	}
}

func TestNothingInTheTextReachesTheTerminalAsCommand(t *testing.T) {
	for _, in := range []string{
		"a\x1b[31mred", "`\x1b]0;title\x07`", "```\n\x1b[2J\x9b2J\n```", "&#27;[2J &#x9b;2J", "[a](\x1b]8;;http://x\x1b\\)",
		"a\rb\bc\x7fd", "\u202etxt.exe", "# \x1b", "|\x1b|\n|-|\n|\x07|", "\xff\xfe\x9b",
	} {
		if got := Render(in, Options{}); strings.IndexFunc(got, obeyed) >= 0 {
			t.Errorf("Render(%q) = %q", in, got)
		}
	}
}

func obeyed(r rune) bool {
	return r != '\n' && r != '\t' && unicode.IsControl(r) || r >= '\u202a' && r <= '\u202e'
}

var sgr = regexp.MustCompile("\x1b\\[[0-9;]+m")

func FuzzRender(f *testing.F) {
	in, err := os.ReadFile(filepath.Join("testdata", "lesson.md"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(in), uint8(40))
	for _, s := range []string{
		"> - 1. > x\n\ty", "|a|b|\n|-|-|\n|c", "***a** b* `c", "[[a](b)](c)", "- a\n\n      code\n\n  b", "```\n", "\t- x\n\t\ty", "« a : b »", "-\n\n  x",
	} {
		f.Add(s, uint8(10))
	}
	f.Fuzz(func(t *testing.T, in string, w uint8) {
		opt := Options{Width: int(w)}
		plain := Render(in, opt)
		if strings.IndexFunc(plain, obeyed) >= 0 {
			t.Fatalf("control characters: %q", plain)
		}
		opt.Color = true
		if got := sgr.ReplaceAllString(Render(in, opt), ""); strings.IndexFunc(got, obeyed) >= 0 {
			t.Fatalf("control characters in colour: %q", got)
		}
		if opt.Width == 0 {
			opt.Width = 80
		}
		checkWidths(t, parseBlocks(strings.Split(clean(in), "\n"), 0), opt.Width)
	})
}

// checkWidths looks at each paragraph where it stands, for only there can one
// tell its words from the marks of what it stands in.
func checkWidths(t *testing.T, bs []block, w int) {
	d := drawer{}
	for _, b := range bs {
		switch b.kind {
		case paragraph, heading:
			for _, l := range breakLines(d.words(parseInline(b.text), 0), w) {
				if n := width(d.line(l)); n > w && len(l) > 1 {
					t.Fatalf("width %d: %q takes %d", w, d.line(l), n)
				}
			}
		case quote:
			checkWidths(t, b.children, max(w-2, 1))
		case list:
			for _, item := range b.items {
				checkWidths(t, item, max(w-2, 1))
			}
		}
	}
}

func BenchmarkRender(b *testing.B) {
	in, err := os.ReadFile(filepath.Join("testdata", "lesson.md"))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		Render(string(in), Options{Color: true})
	}
}
