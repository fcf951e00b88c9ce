package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
)

// somewhere is the progress of a learner in the middle of the course.
func somewhere(t *testing.T) *lessons.Progress {
	t.Helper()
	p, err := lessons.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		p.SetDone("intro", "look"), p.SetDone("intro", "isolate"), p.AddHint("intro", "isolate"),
		p.SetDone("uts", "rename"), p.AddAttempt("uts", "rename"), p.AddAttempt("uts", "rename"),
		p.AddHint("uts", "own"), p.AddHint("uts", "own"), p.AddAttempt("uts", "own"),
		p.Update(func(s *lessons.State) error {
			s.Change("net", "firewall", func(st *lessons.StepState) { st.Missing = "tool:nft|iptables" })
			return nil
		}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func TestListIsAsInTestdata(t *testing.T) {
	p := somewhere(t)
	for _, tt := range []struct {
		name  string
		lang  say.Lang
		width int
	}{{"en", say.EN, 80}, {"fr", say.FR, 80}, {"narrow", say.FR, 44}} {
		t.Run(tt.name, func(t *testing.T) {
			v := view{lang: tt.lang, width: tt.width}
			got, err := listText(v, p, (*lessons.Lesson).Defaults, "uts", false)
			if err != nil {
				t.Fatal(err)
			}
			for l := range strings.Lines(got) {
				l = strings.TrimSuffix(l, "\n")
				if n := cells.StringWidth(l); n > tt.width || strings.TrimRight(l, " ") != l {
					t.Errorf("%d cells, or spaces at the end: %q", n, l)
				}
			}
			v.color = true
			if coloured, _ := listText(v, p, (*lessons.Lesson).Defaults, "uts", false); plain([]byte(coloured)) != got {
				t.Errorf("with colours the text is another:\n%s", coloured)
			}
			file := filepath.Join("testdata", "list", tt.name+".txt")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

func TestListForProgramsCounts(t *testing.T) {
	text, err := listText(view{lang: say.FR, color: true}, somewhere(t), (*lessons.Lesson).Defaults, "uts", true)
	if err != nil {
		t.Fatal(err)
	}
	var forms []lessonForm
	if err := json.Unmarshal([]byte(text), &forms); err != nil {
		t.Fatal(err)
	}
	for _, f := range forms {
		switch f.Name {
		case "uts":
			own := f.Steps[2]
			if f.Done != 1 || f.Of != 4 || !f.Open || own.Name != "own" || own.Hints != 2 || own.Attempts != 1 || own.Done {
				t.Errorf("%+v", f)
			}
		case "net":
			if f.Of != len(f.Steps)-1 || f.Open {
				t.Errorf("%+v", f)
			}
		}
	}
}

func TestABarIsFullOnlyWhenAllIsDone(t *testing.T) {
	for _, tt := range []struct {
		done, of int
		want     string
	}{{0, 4, "[----]"}, {1, 100, "[#---]"}, {99, 100, "[###-]"}, {2, 4, "[##--]"}, {4, 4, "[####]"}, {0, 0, "[----]"}} {
		if got := (view{}).bar(tt.done, tt.of, 4); got != tt.want {
			t.Errorf("%d of %d: %s, not %s", tt.done, tt.of, got, tt.want)
		}
	}
}
