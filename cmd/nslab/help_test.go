package main

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nslab/nslab/checks/say"
)

func TestEveryTopicIsThereInEachLanguage(t *testing.T) {
	files, err := fs.Glob(topicFiles, "topics/*.md")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(topicNames)*len(say.Langs()) {
		t.Errorf("%d files for %d topics", len(files), len(topicNames))
	}
	code := regexp.MustCompile("`nslab help ([a-z-]+)`")
	a := newApp(nil, nil, nil, nil, func(string) string { return "" })
	for _, name := range topicNames {
		sections := map[say.Lang]int{}
		for _, lang := range say.Langs() {
			topic, ok := readTopic(name, lang)
			if !ok || topic.Title == "" || topic.Text == "" {
				t.Errorf("topic %s lacks %s", name, lang)
				continue
			}
			sections[lang] = strings.Count(topic.Text, "\n## ") + strings.Count(topic.Text, "\n- ")
			for l := range strings.Lines(view{lang: lang, width: 80}.markdown(topic.Text)) {
				if n := cells.StringWidth(strings.TrimSuffix(l, "\n")); n > 80 {
					t.Errorf("%s in %s: %d cells: %s", name, lang, n, l)
				}
			}
			// What a text sends the reader to is there.
			for _, m := range code.FindAllStringSubmatch(topic.Text, -1) {
				c, rest, err := a.root.Find([]string{m[1]})
				if !slices.Contains(topicNames, m[1]) && (err != nil || len(rest) > 0 || c == a.root) {
					t.Errorf("%s in %s sends to %s, which is neither topic nor command", name, lang, m[1])
				}
			}
		}
		if sections[say.EN] != sections[say.FR] {
			t.Errorf("topic %s: the languages have other sections and lists: %v", name, sections)
		}
	}
}

func TestHelpFitsTheTerminal(t *testing.T) {
	for _, lang := range say.Langs() {
		a := newApp([]string{"--lang", string(lang)}, nil, nil, nil, func(string) string { return "" })
		for _, c := range append(a.root.Commands(), a.root) {
			for l := range strings.Lines(c.Long + "\n" + a.usage(c)) {
				if n := cells.StringWidth(strings.TrimSuffix(l, "\n")); n > 80 {
					t.Errorf("%s in %s: %d cells: %s", c.Name(), lang, n, l)
				}
			}
		}
	}
}
