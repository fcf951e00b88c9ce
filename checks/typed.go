package checks

import (
	"slices"
	"strings"
)

// Commands splits a line as typed into its simple commands, each a list of
// words: "a 'b c' | sudo d" is [a, b c] and [d]. Quotes are taken off; a
// leading sudo, command, builtin, exec, env, nohup or time is left out; nothing is expanded.
// A diagnosis may look at it, a verdict must not.
func Commands(line string) [][]string {
	var all [][]string
	var words []string
	var word strings.Builder
	inWord := false
	endWord := func() {
		if inWord {
			words = append(words, word.String())
		}
		word.Reset()
		inWord = false
	}
	endCommand := func() {
		endWord()
		for len(words) > 0 && slices.Contains([]string{"sudo", "command", "builtin", "exec", "env", "nohup", "time"}, words[0]) {
			words = words[1:]
		}
		if len(words) > 0 {
			all = append(all, words)
		}
		words = nil
	}
	var quote, before rune
	escaped := false
	depth := 0 // of parentheses in a command substitution, $(...), which is part of its word
	for _, r := range line {
		last := before
		before = r
		switch {
		case depth > 0 || r == '(' && last == '$' && quote != '\'' && !escaped:
			word.WriteRune(r)
			inWord = true
			if r == '(' {
				depth++
			} else if r == ')' {
				depth--
			}
		case escaped:
			word.WriteRune(r)
			inWord, escaped = true, false
		case quote != 0 && r == quote:
			quote = 0
		case r == '\\' && quote != '\'':
			escaped = true
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, inWord = r, true
		case r == '#' && !inWord:
			endCommand()
			return all
		case strings.ContainsRune(" \t", r):
			endWord()
		case strings.ContainsRune(";|&\n()", r):
			endCommand()
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	endCommand()
	return all
}

// LastTyped returns the last line that was typed for something else than asking nslab.
func (v *View) LastTyped() (Line, bool) {
	for i := len(v.Typed) - 1; i >= 0; i-- {
		cmds := Commands(v.Typed[i].Text)
		if len(cmds) > 0 && cmds[0][0] != "nslab" {
			return v.Typed[i], true
		}
	}
	return Line{}, false
}
