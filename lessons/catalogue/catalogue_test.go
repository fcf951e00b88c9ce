package catalogue_test

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/catalogue"
	"github.com/nslab/nslab/lessons/script"
	"github.com/nslab/nslab/lessons/session"
	"github.com/nslab/nslab/sandbox"
)

func TestLessonsAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, l := range catalogue.Lessons() {
		if seen[l.Name] {
			t.Errorf("two lessons are called %s", l.Name)
		}
		seen[l.Name] = true
		for _, err := range lessons.Lint(l) {
			t.Errorf("%s: %v", l.Name, err)
		}
		// What is embedded is what stands in the lesson's folder.
		if _, err := os.Stat(filepath.Join("..", l.Name, "solution.txtar")); err != nil {
			t.Errorf("lesson %s does not stand in the folder of its name: %v", l.Name, err)
		}
	}
}

func TestMistakesSayWhatTheLearnerIsTold(t *testing.T) {
	for _, l := range catalogue.Lessons() {
		files, err := fs.Glob(l.Files, "mistakes/*.txtar")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			b, err := fs.ReadFile(l.Files, file)
			if err != nil {
				t.Fatal(err)
			}
			step := stepOf(l, path.Base(file))
			if step == "" {
				t.Errorf("%s/%s: no step's name begins the file's", l.Name, file)
				continue
			}
			missed, told := false, false
			for line := range strings.Lines(string(b)) {
				if strings.HasPrefix(line, "-- ") {
					break
				}
				f := strings.Fields(line)
				if len(f) >= 3 && f[0] == "!" && (f[1] == "check" || f[1] == "answer") && f[2] == step {
					missed, told = true, false
				}
				told = told || len(f) >= 2 && f[0] == "stdout"
			}
			if !missed || !told {
				t.Errorf("%s/%s: wants \"! check %s\" (or answer) and then the diagnosis as stdout", l.Name, file, step)
			}
		}
	}
}

// stepOf is the step a mistake is of: the longest step name that the file's name begins with.
func stepOf(l *lessons.Lesson, file string) string {
	best := ""
	for _, s := range l.Steps {
		if strings.HasPrefix(file, s.Name+"-") && len(s.Name) > len(best) {
			best = s.Name
		}
	}
	return best
}

func TestSolutionsPassAndMistakesFail(t *testing.T) {
	runScripts(t, &script.Runner{}, catalogue.Lessons())
}

// runScripts runs every script of some lessons.
func runScripts(t *testing.T, runner *script.Runner, all []*lessons.Lesson) {
	t.Helper()
	t.Cleanup(func() {
		if err := runner.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Run("scripts", func(t *testing.T) {
		for _, l := range all {
			t.Run(l.Name, func(t *testing.T) {
				dir := filepath.Join("..", l.Name)
				files := []string{filepath.Join(dir, "solution.txtar")}
				mistakes, err := filepath.Glob(filepath.Join(dir, "mistakes", "*.txtar"))
				if err != nil {
					t.Fatal(err)
				}
				right, err := filepath.Glob(filepath.Join(dir, "right", "*.txtar"))
				if err != nil {
					t.Fatal(err)
				}
				p := runner.Params("")
				p.Files = append(append(files, mistakes...), right...)
				testscript.Run(t, p)
			})
		}
	})
}

func TestSolutionsEndWithDone(t *testing.T) {
	for _, l := range catalogue.Lessons() {
		b, err := fs.ReadFile(l.Files, "solution.txtar")
		if err != nil {
			t.Fatal(err)
		}
		last := ""
		for line := range strings.Lines(string(b)) {
			if strings.HasPrefix(line, "-- ") {
				break
			}
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				last = line
			}
		}
		if last != "done" {
			t.Errorf("%s: solution.txtar ends with %q, not with done", l.Name, last)
		}
	}
}

// untouched says what is wrong with a lesson as it begins: a step that is done before anything was, one that takes any
// answer, or a finding that lacks its words.
func untouched(k *sandbox.Keeper, l *lessons.Lesson) (wrong []error) {
	refuse := func(format string, args ...any) {
		wrong = append(wrong, fmt.Errorf("lesson %s: "+format, append([]any{l.Name}, args...)...))
	}
	s, err := session.Open(session.Options{Keeper: k, Lesson: l, Term: "dumb"})
	if err != nil {
		return []error{err}
	}
	for _, step := range l.Steps {
		f, err := s.Check(step.Name, 0)
		if err != nil {
			refuse("check step %s: %w", step.Name, err)
			continue
		}
		if f.Satisfied {
			refuse("step %s passes before anything was done: %s", step.Name, f.Key)
		}
		if f.Key == "" || !f.Expected.Complete() || !f.Found.Complete() || !f.Try.Complete() {
			refuse("the finding of step %s at the start lacks its key or a text: %+v", step.Name, f)
		}
		if !step.Question {
			continue
		}
		for _, answer := range []string{"", "?", "x", fmt.Sprint(1 << 40)} {
			if f, err = s.Answer(step.Name, answer); err != nil || f.Satisfied {
				refuse("step %s takes the answer %q: %+v %v", step.Name, answer, f, err)
			}
		}
	}
	if err := s.Close(); err != nil {
		refuse("close: %w", err)
	}
	return wrong
}

func TestUntouchedStartPassesNoStep(t *testing.T) {
	k, err := sandbox.NewKeeper(sandbox.KeeperOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	for _, l := range catalogue.Lessons() {
		for _, err := range untouched(k, l) {
			t.Error(err)
		}
	}
}

// What the test above looks for, it finds: a lesson whose first step is done at the start, and one that takes any answer.
func TestUntouchedStartIsRefusedWhereItPasses(t *testing.T) {
	k, err := sandbox.NewKeeper(sandbox.KeeperOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	both := say.Text{EN: "x", FR: "x"}
	done := func(v *checks.View) checks.Finding {
		return checks.Finding{Satisfied: true, Key: "done", Expected: both, Found: both, Try: both}
	}
	answered := func(v *checks.View) checks.Finding {
		return checks.Finding{Satisfied: v.Answer == "x", Key: "answered", Expected: both, Found: both, Try: both}
	}
	good, err := catalogue.Find("uts")
	if err != nil {
		t.Fatal(err)
	}
	l := *good
	l.Steps = []lessons.Step{{Name: "rename", Check: done}, {Name: "domain", Check: answered, Question: true}}
	wrong := untouched(k, &l)
	for i, want := range []string{"step rename passes before anything was done", `step domain takes the answer "x"`} {
		if i >= len(wrong) || !strings.Contains(wrong[i].Error(), want) {
			t.Errorf("%q is not refused: %v", want, wrong)
		}
	}
}

func TestFindNamesTheLessonsThereAre(t *testing.T) {
	if l, err := catalogue.Find("uts"); err != nil || l.Name != "uts" {
		t.Errorf("Find(uts) = %v, %v", l, err)
	}
	if _, err := catalogue.Find("nothing"); err == nil || !strings.Contains(err.Error(), "uts") {
		t.Errorf("Find(nothing): %v", err)
	}
}
