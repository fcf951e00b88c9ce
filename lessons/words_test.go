package lessons

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/nslab/nslab/checks/say"
)

// Backquotes cannot stand in a raw string: tests write ´ for them.
func md(s string) string { return strings.ReplaceAll(s, "´", "`") }

func TestParseReadsTheFormOfATextFile(t *testing.T) {
	const text = `
# UTS: a name of one's own

Intro, *any* Markdown.

### A heading in the intro

## ´rename´ — Give the machine another name

Text of the step.

´´´sh
# not a heading
## ´nor´ a step
hostname {{name}}
´´´

#### A heading in the text

### Hint

first hint

### Hint

    second hint
~~~
### Hint
~~~

## ´two-words´: Title with ´code´ ##

Text.

## What you learned

### In short

All of it.

`
	want := Words{
		Lang:  say.EN,
		Title: "UTS: a name of one's own",
		Intro: "Intro, *any* Markdown.\n\n### A heading in the intro",
		Outro: "## What you learned\n\n### In short\n\nAll of it.",
		Order: []string{"rename", "two-words"},
		Steps: map[string]StepWords{
			"rename": {
				Title: "Give the machine another name",
				Text:  md("Text of the step.\n\n´´´sh\n# not a heading\n## ´nor´ a step\nhostname {{name}}\n´´´\n\n#### A heading in the text"),
				Hints: []string{"first hint", "    second hint\n~~~\n### Hint\n~~~"},
			},
			"two-words": {Title: md("Title with ´code´"), Text: "Text."},
		},
	}
	for name, in := range map[string]string{
		"as it stands":                       md(text),
		"with carriage returns":              strings.ReplaceAll(md(text), "\n", "\r\n"),
		"with a byte order mark":             "\ufeff" + md(text),
		"with a shorter fence inside":        strings.Replace(strings.Replace(md(text), "~~~", "~~~~", 2), "nothing", "", 1),
		"without a newline at the very end.": strings.TrimSpace(md(text)),
	} {
		want := want
		if strings.Contains(in, "~~~~") {
			s := want.Steps["rename"]
			s.Hints = []string{s.Hints[0], strings.ReplaceAll(s.Hints[1], "~~~", "~~~~")}
			want.Steps = map[string]StepWords{"rename": s, "two-words": want.Steps["two-words"]}
		}
		got, err := Parse(say.EN, []byte(in))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", name, got, want)
		}
	}
}

func TestInFrenchAHintIsAnIndice(t *testing.T) {
	w, err := Parse(say.FR, []byte(md("# T\n\n## ´a´ : Titre\n\ntexte\n\n### Indice\n\nun\n\n### Hint\n\ndeux\n")))
	if err != nil {
		t.Fatal(err)
	}
	if got := w.Steps["a"]; got.Title != "Titre" || !reflect.DeepEqual(got.Hints, []string{"un", "deux"}) {
		t.Errorf("%+v", got)
	}
}

func TestParseRefusesWithFileAndLine(t *testing.T) {
	const step = "# T\n\n## ´a´ — A\n\ntext\n\n"
	for in, want := range map[string]string{
		"":                                    "text.en.md:1: the file is empty",
		"\n\n":                                "text.en.md:1: the file is empty",
		"\nhello\n":                           "text.en.md:2: the first line must be the lesson's title",
		"#\n":                                 "text.en.md:1: the first line must be",
		"#T\n":                                "text.en.md:1: the first line must be",
		"## ´a´ — A\n":                        "text.en.md:1: the first line must be",
		"´´´\n# T\n´´´\n":                     "text.en.md:1: the file begins with a code block",
		"# T\n\nonly an intro\n":              "text.en.md:3: the lesson has no step",
		"# T\n\n## Outro\n\nx\n":              "text.en.md:5: the lesson has no step",
		step + "# Again\n":                    "text.en.md:7: a second title",
		step + "## ´a´ — B\n\nx":              "text.en.md:7: a second step `a`",
		step + "## ´b´ — B\n":                 "text.en.md:7: step `b` has no text",
		step + "## ´b´\n\nx":                  "text.en.md:7: step `b` has no title",
		step + "## ´b´ —\n\nx":                "text.en.md:7: step `b` has no title",
		step + "## ´b — B\n\nx":               "text.en.md:7: heading \"`b — B\": the step's name lacks its closing backquote",
		step + "## ´B b´ — B\n\n":             "text.en.md:7: step name \"B b\"",
		step + "## ´´ — B\n\n":                "text.en.md:7: step name \"\"",
		step + "##\n\nx":                      "text.en.md:7: a heading without words",
		step + "### Hint\n\n### Hint\n\nx":    "text.en.md:7: hint 1 of step `a` is empty",
		step + "### Hint\n\nx\n\n### Hint\n":  "text.en.md:11: hint 2 of step `a` is empty",
		step + "### Hints\n\nx":               "text.en.md:7: heading \"Hints\" in step `a`",
		step + "### Indice\n\nx":              "text.en.md:7: heading \"Indice\" in step `a`",
		step + "## End\n\nx\n\n### Hint\n\nx": "text.en.md:11: a hint outside a step",
		"# T\n\n### Hint\n\nx\n\n" + step:     "text.en.md:3: a hint outside a step",
		step + "## End\n\nx\n\n## ´b´ — B\n":  "text.en.md:11: section \"`b` — B\" comes after the outro",
		step + "## End\n\nx\n\n## End\n\nx":   "text.en.md:11: section \"End\" comes after the outro",
		step + "´´´\nls\n\n## ´b´ — B\n\nx\n": "text.en.md:7: the code block that begins here has no end",
		step + "~~~~\nls\n~~~\n´´´´\n":        "text.en.md:7: the code block that begins here has no end",
		step + "caf\xe9\n":                    "text.en.md:7: this line is not UTF-8",
	} {
		_, err := Parse(say.EN, []byte(md(in)))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("Parse(%q)\n got %v\nwant %s", md(in), err, want)
		}
	}
}

func TestWordsNamesLessonAndFile(t *testing.T) {
	l := &Lesson{Name: "uts", Files: fstest.MapFS{
		"text.en.md": {Data: []byte(md("# T\n\n## ´a´ — A\n\ntext\n"))},
		"text.fr.md": {Data: []byte("# T\n")},
	}}
	if w, err := l.Words(say.EN); err != nil || w.Title != "T" || w.Lang != say.EN {
		t.Errorf("Words(en) = %+v, %v", w, err)
	}
	if _, err := l.Words(say.FR); err == nil || !strings.HasPrefix(err.Error(), "lesson uts: text.fr.md:1: ") {
		t.Errorf("Words(fr): %v", err)
	}
	if _, err := l.Words("de"); err == nil || !strings.Contains(err.Error(), "text.de.md") {
		t.Errorf("Words(de): %v", err)
	}
	if _, err := (&Lesson{Name: "none"}).Words(say.EN); err == nil {
		t.Error("a lesson without files has words")
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"# T\n\nintro\n\n## ´a´ — A\n\ntext\n\n´´´\nls # x\n´´´\n\n### Hint\n\nh\n\n## End\n\nx\n",
		"# T\n## ´a´ A\nx\n### Indice\nx", "", "```", "# \n##\n###", "# T\n## `", "# T\r\n## `a` — B\r\nx\r\n", "\xff",
	} {
		f.Add([]byte(md(s)))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, lang := range say.Langs() {
			w, err := Parse(lang, b)
			if err != nil {
				if !strings.HasPrefix(err.Error(), textFile(lang)+":") || strings.Contains(err.Error(), "%!") || strings.Contains(err.Error(), "\n") {
					t.Fatalf("error %q", err)
				}
				continue
			}
			if w.Title == "" || len(w.Order) == 0 || len(w.Order) != len(w.Steps) {
				t.Fatalf("%+v", w)
			}
			for _, name := range w.Order {
				s := w.Steps[name]
				if !isName(name) || s.Title == "" || strings.TrimSpace(s.Text) == "" {
					t.Fatalf("step %q: %+v", name, s)
				}
				for _, h := range s.Hints {
					if strings.TrimSpace(h) == "" {
						t.Fatalf("step %q: an empty hint", name)
					}
				}
			}
			commands(string(b))
		}
	})
}

// What headings and names are, as patterns.
var (
	headingPattern = regexp.MustCompile(`^(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$`)
	stepPattern    = regexp.MustCompile("^`([^`]*)`[ \t\u00a0]*(?:(?:—|–|-|:)[ \t\u00a0]*)?(.*)$")
	namePattern    = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
)

func FuzzHeading(f *testing.F) {
	for _, s := range []string{"# T", "## `a` — A", "##", "## a ## ", "# #", "#a", "####### a", "###### a # b\t##", " # a", "#\t#\t", "## `a`:b", "## `a`\u00a0–\u00a0b", "## `a", "a-b", "a--b", "-a", "a-", "1a", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) || strings.Contains(s, "\n") {
			t.Skip()
		}
		level, title := heading(s)
		m := headingPattern.FindStringSubmatch(s)
		if m == nil && level != 0 || m != nil && (level != len(m[1]) || title != m[2]) {
			t.Fatalf("heading(%q) = %d %q, not %q", s, level, title, m)
		}
		if strings.HasPrefix(s, "`") {
			name, title, ok := stepHeading(s)
			m := stepPattern.FindStringSubmatch(s)
			if ok != (m != nil) || ok && (name != m[1] || title != m[2]) {
				t.Fatalf("stepHeading(%q) = %q %q %v, not %q", s, name, title, ok, m)
			}
		}
		if isName(s) != namePattern.MatchString(s) {
			t.Fatalf("isName(%q) = %v", s, isName(s))
		}
	})
}

// Every text of the catalogue must parse, whether or not its lesson lists it yet.
func TestTextsOfTheLessonsParse(t *testing.T) {
	for _, lang := range say.Langs() {
		dirs, err := os.ReadDir(".")
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range dirs {
			b, err := os.ReadFile(d.Name() + "/" + textFile(lang))
			if err != nil {
				continue
			}
			if _, err := Parse(lang, b); err != nil {
				t.Errorf("%s/%v", d.Name(), err)
			}
		}
	}
}
