package lessons

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/nslab/nslab/checks"
)

const lintEN = `# UTS: a name of one's own

Hello {{name}}.

## ´two´ — First

Type {{name}}:

´´´
$ hostname {{name}}   # the name
# a comment
echo $#
´´´

´´´text
a drawing
´´´

### Hint

one

### Hint

two

## ´two-pids´ — Second

Text.

### Hint

one

### Hint

two

## What you learned

A lot.
`

const lintFR = `# UTS : un nom à soi

Bonjour {{name}}.

## ´two´ — Un

Tapez {{name}} :

´´´
$ hostname {{name}}   # le nom

echo $#
´´´

´´´text
un dessin
´´´

### Indice

un

### Indice

deux

## ´two-pids´ — Deux

Texte.

### Indice

un

### Indice

deux

## Ce que vous avez appris

Beaucoup.
`

// good is a lesson with which nothing is wrong.
func good() (*Lesson, fstest.MapFS) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(md(s))} }
	files := fstest.MapFS{
		"text.en.md":                file(lintEN),
		"text.fr.md":                file(lintFR),
		"solution.txtar":            file("lesson uts\n! check two-pids\nsh isolated ls\ncheck two\ncheck two-pids\ndone\n"),
		"mistakes/two-a.txtar":      file("x"),
		"mistakes/two-b.txtar":      file("x"),
		"mistakes/two-pids-a.tx":    file("not looked at"),
		"mistakes/two-pids-a.txtar": file("x"),
		"mistakes/two-pids-b.txtar": file("x"),
	}
	check := func(*checks.View) checks.Finding { return checks.Finding{} }
	return &Lesson{
		Name:   "uts",
		Shells: []Shell{{Name: "isolated"}, {Name: "host"}},
		Params: []Param{{Name: "name", Default: "tardis"}},
		Steps:  []Step{{Name: "two", Check: check}, {Name: "two-pids", Shell: "host", Check: check}},
		Files:  files,
	}, files
}

func TestLintPassesAGoodLesson(t *testing.T) {
	l, _ := good()
	for _, err := range Lint(l) {
		t.Error(err)
	}
}

func TestLintRefuses(t *testing.T) {
	type files = fstest.MapFS
	edit := func(f files, name, old, new string) {
		s := string(f[name].Data)
		if !strings.Contains(s, md(old)) {
			panic(name + " has no " + old)
		}
		f[name] = &fstest.MapFile{Data: []byte(strings.Replace(s, md(old), md(new), 1))}
	}
	cases := map[string]struct {
		damage func(*Lesson, files)
		want   []string // a piece of each error, in order
	}{
		"a lesson's name in capitals": {func(l *Lesson, f files) { l.Name = "UTS" }, []string{`name of lesson "UTS"`}},
		"a step's name with a blank":  {func(l *Lesson, f files) { l.Shells[1].Name = "my host" }, []string{`name of shell "my host"`, `begins in shell "host", which`}},
		"two shells of one name":      {func(l *Lesson, f files) { l.Shells[0].Name = "host" }, []string{`a second shell "host"`}},
		"no shell":                    {func(l *Lesson, f files) { l.Shells = nil; l.Steps[1].Shell = "" }, []string{"no shell"}},
		"no step": {func(l *Lesson, f files) { l.Steps = nil }, []string{
			"it has no step", "text.en.md has the steps two, two-pids, the lesson ", "text.fr.md has the steps",
			`has no step "two-pids"`, "mistakes/two-a.txtar belongs to no step", "two-b", "two-pids-a", "two-pids-b"}},
		"two steps of one name": {func(l *Lesson, f files) { l.Steps[1].Name = "two" }, []string{
			`a second step "two"`, "text.en.md has the steps", "text.fr.md has the steps", `has no step "two-pids"`}},
		"a step without a check":     {func(l *Lesson, f files) { l.Steps[0].Check = nil }, []string{"step two has no check"}},
		"a step in no shell":         {func(l *Lesson, f files) { l.Steps[0].Shell = "third" }, []string{`step two begins in shell "third"`}},
		"a param without default":    {func(l *Lesson, f files) { l.Params[0].Default = "" }, []string{`param "name" has no default`}},
		"two params of one name":     {func(l *Lesson, f files) { l.Params = append(l.Params, l.Params[0]) }, []string{`a second param "name"`}},
		"no files":                   {func(l *Lesson, f files) { l.Files = nil }, []string{"text.en.md", "text.fr.md"}},
		"a language that lacks":      {func(l *Lesson, f files) { delete(f, "text.fr.md") }, []string{"text.fr.md"}},
		"a text that does not parse": {func(l *Lesson, f files) { edit(f, "text.fr.md", "### Indice", "### Indices") }, []string{"text.fr.md:19: "}},
		"steps in another order": {func(l *Lesson, f files) { slices.Reverse(l.Steps) }, []string{
			"text.en.md has the steps two, two-pids, the lesson two-pids, two", "text.fr.md", "solution.txtar:4: step two comes before"}},
		"one hint only":             {func(l *Lesson, f files) { edit(f, "text.fr.md", "### Indice\n\nun\n\n", "") }, []string{"text.fr.md: step two has 1 hints"}},
		"a slot that is no param":   {func(l *Lesson, f files) { l.Params[0].Name = "nom" }, []string{"intro asks for {{name}}", "step two asks", "fr.md: intro", "fr.md: step two"}},
		"a slot with blanks":        {func(l *Lesson, f files) { edit(f, "text.en.md", "A lot.", "A lot, {{ name }}, {{.Name}}.") }, []string{"outro has {{ name }}, which nothing fills"}},
		"a slot in one language":    {func(l *Lesson, f files) { edit(f, "text.fr.md", "Bonjour {{name}}", "Bonjour") }, []string{`intro asks for the params ["name"], text.fr.md for []`}},
		"another command":           {func(l *Lesson, f files) { edit(f, "text.fr.md", "$ hostname ", "$ hostname -b ") }, []string{`shows the command "$ hostname {{name}}" where text.fr.md shows "$ hostname -b {{name}}"`}},
		"a command less":            {func(l *Lesson, f files) { edit(f, "text.fr.md", "echo $#\n", "") }, []string{`text.en.md: step two shows the command "echo $#", text.fr.md does not`}},
		"a command more":            {func(l *Lesson, f files) { edit(f, "text.fr.md", "echo $#\n", "echo $#\nls\n") }, []string{`text.fr.md: step two shows the command "ls", text.en.md does not`}},
		"an outro in one language":  {func(l *Lesson, f files) { edit(f, "text.fr.md", "## Ce que vous avez appris\n\nBeaucoup.\n", "") }, []string{"only one of text.en.md and text.fr.md has an outro"}},
		"no solution":               {func(l *Lesson, f files) { delete(f, "solution.txtar") }, []string{"solution.txtar"}},
		"an empty solution":         {func(l *Lesson, f files) { f["solution.txtar"] = &fstest.MapFile{Data: []byte("\n")} }, []string{"solution.txtar is empty"}},
		"a solution without a step": {func(l *Lesson, f files) { edit(f, "solution.txtar", "\ncheck two\n", "\n") }, []string{"solution.txtar:1: nothing checks or answers step two"}},
		"a solution that does more": {func(l *Lesson, f files) { edit(f, "solution.txtar", "\ncheck two\n", "\nexec ls\ncheck two\n") }, []string{"solution.txtar:4: exec: "}},
		"one mistake only":          {func(l *Lesson, f files) { delete(f, "mistakes/two-a.txtar") }, []string{"step two has 1 mistakes"}},
		"a longer name's mistakes do not count": {func(l *Lesson, f files) {
			delete(f, "mistakes/two-a.txtar")
			f["mistakes/two-pids-c.txtar"] = f["solution.txtar"]
		}, []string{"step two has 1 mistakes"}},
		"a mistake of no step": {func(l *Lesson, f files) { f["mistakes/three-a.txtar"] = f["solution.txtar"] }, []string{"mistakes/three-a.txtar belongs to no step"}},
	}
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		t.Run(name, func(t *testing.T) {
			l, f := good()
			cases[name].damage(l, f)
			errs, want := Lint(l), cases[name].want
			for i := range max(len(errs), len(want)) {
				switch {
				case i >= len(errs):
					t.Errorf("missing: %s", want[i])
				case i >= len(want):
					t.Errorf("too much: %v", errs[i])
				case !strings.Contains(errs[i].Error(), want[i]) || !strings.HasPrefix(errs[i].Error(), "lesson "+l.Name+": "):
					t.Errorf("got %v\nwant %s", errs[i], want[i])
				}
			}
		})
	}
}
