// Package say holds sentences in the languages nslab speaks.
//
// A [Text] is one sentence, or a few, in every language at once: whoever adds
// a sentence writes it in English and in French side by side, and a test of
// each package that has texts refuses one that lacks a language. Values are
// put in where the text says {{name}}.
//
// It imports nothing of ours, so that checks, lessons and the program can all
// use it.
package say

import (
	"fmt"
	"iter"
	"slices"
	"strings"
)

// Lang is a language nslab speaks, by its ISO 639-1 code.
type Lang string

// The languages.
const (
	EN Lang = "en"
	FR Lang = "fr"
)

// Langs lists every language, in a fixed order.
func Langs() []Lang { return []Lang{EN, FR} }

// Parse reads a language as a person or a locale names it: "fr", "FR",
// "fr_CA.UTF-8". It fails for a language nslab does not speak.
func Parse(s string) (Lang, error) {
	code, _, _ := strings.Cut(strings.ToLower(s), ".")
	code, _, _ = strings.Cut(code, "_")
	code, _, _ = strings.Cut(code, "-")
	for _, l := range Langs() {
		if code == string(l) {
			return l, nil
		}
	}
	return "", fmt.Errorf("language %q: nslab speaks en and fr", s)
}

// FromEnv chooses the language of messages as locale(7) does: LC_ALL, then
// LC_MESSAGES, then LANG, the first that is set; English where it is none of
// ours.
func FromEnv(getenv func(string) string) Lang {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(name); v != "" {
			if l, err := Parse(v); err == nil {
				return l
			}
			return EN
		}
	}
	return EN
}

// Text is one message in every language.
type Text struct {
	EN, FR string
}

// In returns the text in language l with every {{name}} replaced by its value
// in args. A name without a value stays as it stands, so that a test can see it.
func (t Text) In(l Lang, args map[string]string) string {
	s := t.EN
	if l == FR {
		s = t.FR
	}
	return Fill(s, args)
}

// IsZero reports whether the text says nothing in any language.
func (t Text) IsZero() bool { return t == Text{} }

// Complete reports whether the text is there in every language.
func (t Text) Complete() bool { return t.EN != "" && t.FR != "" }

// slots yields where each {{name}} of s begins and ends. It is no regular expression: nearly every start of nslab fills a text, and
// would have to compile it.
func slots(s string) iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		for at := 0; ; {
			i := strings.Index(s[at:], "{{")
			if i < 0 {
				return
			}
			at += i
			end := at + len("{{")
			for end < len(s) && ('a' <= s[end] && s[end] <= 'z' || end > at+2 && ('0' <= s[end] && s[end] <= '9' || s[end] == '-')) {
				end++
			}
			if end == at+2 || !strings.HasPrefix(s[end:], "}}") {
				at++
				continue
			}
			if end += len("}}"); !yield(at, end) {
				return
			}
			at = end
		}
	}
}

// Fill replaces every {{name}} in s by its value in args; a name without a
// value stays.
func Fill(s string, args map[string]string) string {
	var b strings.Builder
	from := 0
	for at, end := range slots(s) {
		if v, ok := args[s[at+2:end-2]]; ok {
			b.WriteString(s[from:at])
			b.WriteString(v)
			from = end
		}
	}
	if from == 0 {
		return s
	}
	b.WriteString(s[from:])
	return b.String()
}

// Slots lists the names that s asks for as {{name}}, in order, each once.
func Slots(s string) []string {
	var names []string
	for at, end := range slots(s) {
		if name := s[at+2 : end-2]; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
