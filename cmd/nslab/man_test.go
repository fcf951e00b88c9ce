package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/nslab/nslab/checks/say"
)

func TestEveryCommandAndTopicHasAManPageInEachLanguage(t *testing.T) {
	a := newApp(nil, nil, nil, nil, func(string) string { return "" })
	groff, err := exec.LookPath("groff")
	if err != nil {
		t.Log("groff is not there: what it says of the pages is not heard")
	}
	for _, lang := range say.Langs() {
		pages := manPages(lang, "2026-01-02")
		want := []string{"nslab.1"}
		var all strings.Builder
		for _, c := range a.root.Commands() {
			if c.IsAvailableCommand() {
				want = append(want, "nslab-"+c.Name()+".1")
			}
		}
		for _, name := range topicNames {
			want = append(want, "nslab-"+name+".7")
		}
		for name := range pages { // of the commands below commands too
			if !slices.Contains(want, name) {
				want = append(want, name)
			}
		}
		for _, name := range want {
			page := pages[name]
			if !strings.Contains(page, "\n.TH ") || strings.Count(page, "\n.SH ") < 3 {
				t.Errorf("%s in %s is no page:\n%s", name, lang, page)
			}
			all.WriteString(page)
		}
		if groff == "" {
			continue
		}
		cmd := exec.Command(groff, "-K", "utf8", "-man", "-Tutf8", "-ww", "-z")
		cmd.Stdin = strings.NewReader(all.String())
		if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("groff on the pages in %s: %v\n%s", lang, err, out)
		}
	}
}

func TestRoffTakesTextAsText(t *testing.T) {
	for in, want := range map[string]string{
		".SH is no macro": `\&.SH is no macro`,
		"'tis":            `\(aqtis`,
		`C:\dir`:          `C:\edir`,
		"--lang":          `\-\-lang`,
	} {
		if got := roff(in); got != want {
			t.Errorf("%q: %q, not %q", in, got, want)
		}
	}
	if got, want := inline("`.x` and **bold** text"), `\fB\&.x\fR and \fBbold\fR text`; got != want {
		t.Errorf("%q, not %q", got, want)
	}
}
