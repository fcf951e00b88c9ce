package main

import (
	"strings"

	"github.com/fatih/color"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/markdown"
)

// view is how one reader sees the lesson: language, colours, width, and the parameters that texts
// are filled with. No meaning rests on colour or on a symbol alone.
type view struct {
	lang   say.Lang
	color  bool
	width  int
	params map[string]string
	// evidence says that findings show what the kernel said.
	evidence bool
}

func noColor() bool { return color.NoColor }

func (v view) paint(s string, attrs ...color.Attribute) string {
	if !v.color {
		return s
	}
	c := color.New(attrs...)
	c.EnableColor()
	return c.Sprint(s)
}

func (v view) bold(s string) string { return v.paint(s, color.Bold) }
func (v view) dim(s string) string  { return v.paint(s, color.Faint) }

// markdown renders a text of the lesson, filled in.
func (v view) markdown(text string) string {
	return markdown.Render(say.Fill(text, v.params), markdown.Options{Width: v.width, Color: v.color})
}

func (v view) title(w lessons.Words) string {
	return v.markdown("# " + w.Title)
}

// step shows a step's title and text.
func (v view) step(w lessons.Words, name string) string {
	s := w.Steps[name]
	return v.markdown("## `" + name + "` — " + s.Title + "\n\n" + s.Text)
}

// missing says that a step is left out, what for, and how to get it.
func (v view) missing(step, need string) string {
	kind, what, _ := strings.Cut(need, ":")
	t := textMissingTool
	switch kind {
	case "cgroup":
		t = textMissingCgroup
	case "namespace":
		t = textMissingNamespace
	case "seccomp":
		t = textMissingTrace
	case "filesystem":
		t = textMissingFilesystem
	case "link":
		t = textMissingLink
	}
	args := map[string]string{"step": step, "what": strings.ReplaceAll(what, "|", ", ")}
	return v.plain(t, args)
}

// finding shows a finding: what the kernel showed, or what was expected, what is, and what to try.
func (v view) finding(step string, f checks.Finding) string {
	var b strings.Builder
	if f.Satisfied {
		head := textStepDone.In(v.lang, map[string]string{"step": step})
		b.WriteString(v.paint("✓ "+head, color.FgGreen, color.Bold) + "\n")
		b.WriteString(v.plain(f.Found, f.Args))
	} else {
		head := textStepOpen.In(v.lang, map[string]string{"step": step})
		b.WriteString(v.paint("✗ "+head, color.FgYellow, color.Bold) + "\n")
		for _, part := range []struct{ head, text say.Text }{
			{textExpected, f.Expected}, {textFound, f.Found}, {textTry, f.Try},
		} {
			if !part.text.IsZero() {
				b.WriteString(v.markdown("**" + part.head.In(v.lang, nil) + "** " + part.text.In(v.lang, f.Args)))
			}
		}
	}
	if !v.evidence {
		return b.String()
	}
	for _, e := range f.Evidence {
		b.WriteString(v.dim("  "+clean(e.What)+": "+clean(e.Value)) + "\n")
	}
	return b.String()
}

// plain renders a sentence as a paragraph.
func (v view) plain(t say.Text, args map[string]string) string {
	if t.IsZero() {
		return ""
	}
	return markdown.Render(t.In(v.lang, args), markdown.Options{Width: v.width, Color: v.color})
}

// aside renders what is not the lesson's own text, as faint lines.
func (v view) aside(t say.Text, args ...string) string {
	text := markdown.Render(t.In(v.lang, pairs(args)), markdown.Options{Width: v.width})
	return v.dim(strings.TrimRight(text, "\n")) + "\n"
}

// clean takes control characters out of what the lab had a say in.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '?'
		}
		return r
	}, s)
}

type evidenceJSON struct {
	What  string `json:"what"`
	Value string `json:"value"`
}

type findingForm struct {
	Lesson    string         `json:"lesson"`
	Step      string         `json:"step"`
	Satisfied bool           `json:"satisfied"`
	Key       string         `json:"key"`
	Expected  string         `json:"expected,omitempty"`
	Found     string         `json:"found,omitempty"`
	Try       string         `json:"try,omitempty"`
	Evidence  []evidenceJSON `json:"evidence,omitempty"`
}

// findingJSON is a finding for programs.
func findingJSON(lesson, step string, f checks.Finding, l say.Lang) findingForm {
	form := findingForm{Lesson: lesson, Step: step, Satisfied: f.Satisfied, Key: f.Key,
		Expected: f.Expected.In(l, f.Args), Found: f.Found.In(l, f.Args), Try: f.Try.In(l, f.Args)}
	for _, e := range f.Evidence {
		form.Evidence = append(form.Evidence, evidenceJSON(e))
	}
	return form
}
