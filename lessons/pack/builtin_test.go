package pack_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/tools/txtar"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/catalogue"
	"github.com/nslab/nslab/lessons/pack"
	"github.com/nslab/nslab/lessons/script"
)

var heading = regexp.MustCompile("(?m)^## `([a-z0-9-]+)`.*$")

// asPack writes a lesson of the catalogue as a pack: its own words, with a front matter and checks from testdata.
func asPack(t *testing.T, name string) string {
	t.Helper()
	l, err := catalogue.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	a, err := txtar.ParseFile(filepath.Join("testdata", name+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for _, f := range a.Files {
		parts[f.Name] = string(f.Data)
	}
	dir := t.TempDir()
	for _, lang := range say.Langs() {
		file := "text." + string(lang) + ".md"
		b, err := fs.ReadFile(l.Files, file)
		if err != nil {
			t.Fatal(err)
		}
		text := heading.ReplaceAllStringFunc(string(b), func(h string) string {
			step := heading.FindStringSubmatch(h)[1]
			return h + "\n\n```check\n" + parts[step+"."+string(lang)] + "```\n"
		})
		write(t, dir, file, "---\n"+parts["front"]+"---\n"+text)
	}
	// The sentences are not the lesson's own, and the names of the findings neither.
	for _, file := range scripts(t, name) {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		rel, err := filepath.Rel(filepath.Join("..", name), file)
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir, rel, verdictsOnly(string(b), strings.HasPrefix(rel, "mistakes")))
	}
	return dir
}

func scripts(t *testing.T, lesson string) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"solution.txtar", "mistakes/*.txtar", "right/*.txtar"} {
		files, err := filepath.Glob(filepath.Join("..", lesson, pattern))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, files...)
	}
	return all
}

// verdictsOnly leaves of what follows a verdict only that it says something.
func verdictsOnly(script string, mistake bool) string {
	var b strings.Builder
	verdict := false
	for line := range strings.Lines(script) {
		f := strings.Fields(line)
		word := ""
		if len(f) > 0 {
			word = strings.TrimPrefix(f[0], "!")
			if word == "" && len(f) > 1 {
				word = f[1]
			}
		}
		if verdict && word == "stdout" {
			continue
		}
		// A pack asks whether the lab has a program, not whether the machine has.
		b.WriteString(strings.ReplaceAll(line, "[!exec:", "[!lab:tool:"))
		if verdict = word == "check" || word == "answer"; verdict && f[0] == "!" && mistake {
			b.WriteString("stdout '^expected: .'\nstdout '^found: .'\nstdout '^try: .'\n")
		}
	}
	return b.String()
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Two lessons of the catalogue, written as packs, say of every solution, mistake and other right way what the lesson says.
func TestVocabularyIsEnoughForLessonsOfTheCatalogue(t *testing.T) {
	for _, name := range []string{"uts", "ipc"} {
		t.Run(name, func(t *testing.T) {
			dir := asPack(t, name)
			p, err := pack.Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, q := range p.Problems {
				t.Log(q.In(say.EN))
			}
			if !p.OK() {
				t.Fatal("the pack has problems")
			}
			runner := &script.Runner{Find: func(name string) (*lessons.Lesson, error) {
				if name != p.Name {
					return nil, fmt.Errorf("no lesson %s", name)
				}
				return p.Lesson, nil
			}}
			t.Cleanup(func() {
				if err := runner.Close(); err != nil {
					t.Error(err)
				}
			})
			params := runner.Params("")
			for _, file := range p.Scripts() {
				params.Files = append(params.Files, filepath.Join(dir, file))
			}
			t.Run("scripts", func(t *testing.T) { testscript.Run(t, params) })
		})
	}
}
