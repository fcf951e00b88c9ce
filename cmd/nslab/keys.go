package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// key is a key that nslab takes for itself: one shows the lesson's next shell, another the system calls.
//
// F12 and F8 are the defaults. Every terminal sends them alike, on every keyboard; bash
// (emacs and vi mode), BusyBox sh, vi, less, top, tmux and screen leave them alone; for nano F12 is
// a second way to its spell checker, beside Ctrl-T, and F8 one to the next page, beside Ctrl-V. F1, F10 and F11 do not come
// through: windows take them for their help, their menu and the full screen. The control characters that are
// left over are worse: Ctrl-] jumps to a tag in vi, and it, Ctrl-^ and Ctrl-\ are hardly to be typed on
// keyboards such as the French one. Typed after Ctrl-V, which shells and editors know as "take the next key as it is", the
// key is the program's.
type key struct {
	name string
	// sent is what terminals send for it; none where there is no such key.
	sent []string
}

const (
	defaultKey      = "F12"
	defaultTraceKey = "F8"
)

// badKey is a name that is no key's, or that of one that cannot be used.
type badKey string

func (b badKey) Error() string { return fmt.Sprintf("no key %q", string(b)) }

// errSameKey says that one key was named for both.
var errSameKey = errors.New("one key for two things")

// parseKeys reads the names of the key for the other shell and of that for the system calls. Where the first is the second's
// default, that is the first's.
func parseKeys(name, traceName string) (shell, trace key, err error) {
	if shell, err = parseKey(cmp.Or(name, defaultKey)); err != nil {
		return shell, trace, err
	}
	if traceName == "" {
		traceName = defaultTraceKey
		if shell.name == traceName {
			traceName = defaultKey
		}
	}
	if trace, err = parseKey(traceName); err == nil && trace.name == shell.name && trace.name != "" {
		err = errSameKey
	}
	return shell, trace, err
}

// functionKeys are what terminals send for F1 and so on: xterm and its kin, then the Linux console's or rxvt's own.
var functionKeys = [12][]string{
	{"\x1bOP", "\x1b[[A", "\x1b[11~"}, {"\x1bOQ", "\x1b[[B", "\x1b[12~"}, {"\x1bOR", "\x1b[[C", "\x1b[13~"}, {"\x1bOS", "\x1b[[D", "\x1b[14~"},
	{"\x1b[15~", "\x1b[[E"}, {"\x1b[17~"}, {"\x1b[18~"}, {"\x1b[19~"}, {"\x1b[20~"}, {"\x1b[21~"}, {"\x1b[23~"}, {"\x1b[24~"},
}

// notAKey are the control characters that would be missed too much.
const notAKey = "CDHIJMQSVZ["

// parseKey reads a key's name: F1 to F12, Ctrl-X (also C-X and ^X), or none.
func parseKey(name string) (key, error) {
	up := strings.ToUpper(name)
	if up == "NONE" {
		return key{}, nil
	}
	if n, err := strconv.Atoi(strings.TrimPrefix(up, "F")); err == nil && strings.HasPrefix(up, "F") && n >= 1 && n <= len(functionKeys) {
		return key{name: "F" + strconv.Itoa(n), sent: functionKeys[n-1]}, nil
	}
	for _, prefix := range []string{"CTRL-", "CTRL+", "C-", "^"} {
		if c, ok := strings.CutPrefix(up, prefix); ok && len(c) == 1 && c[0] >= '@' && c[0] <= '_' && !strings.Contains(notAKey, c) {
			return key{name: "Ctrl-" + c, sent: []string{string(rune(c[0] - '@'))}}, nil
		}
	}
	return key{}, badKey(name)
}

// keyWords are names of keys, for completion.
func keyWords() []string {
	words := []string{"none"}
	for i := range functionKeys {
		words = append(words, "F"+strconv.Itoa(i+1))
	}
	return words
}

const (
	pasteStart = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
	ctrlV      = 0x16
)

// keyReader finds keys in what is typed. What is pasted between the marks of bracketed paste is no typing, and
// what follows Ctrl-V is not ours.
type keyReader struct {
	keys   []key
	held   []byte
	pasted bool
	quoted bool
}

// next returns what is typed before a key, which of the keys was pressed, -1 for none, and what was typed behind it.
// What may be the beginning of a key is kept for the next call, but never so short a one that a person
// could have meant it: Escape goes on at once.
func (r *keyReader) next(p []byte) (typed []byte, pressed int, rest []byte) {
	if len(r.held) > 0 {
		p = append(r.held, p...)
		r.held = nil
	}
	quotedAt := -1
	for i := 0; i < len(p); i++ {
		if r.pasted {
			end := bytes.Index(p[i:], []byte(pasteEnd))
			if end < 0 {
				return r.hold(p, 1, pasteEnd), -1, nil
			}
			r.pasted = false
			i += end + len(pasteEnd) - 1
			continue
		}
		if bytes.HasPrefix(p[i:], []byte(pasteStart)) {
			r.pasted, r.quoted = true, false
			i += len(pasteStart) - 1
			continue
		}
		quoted := r.quoted
		if quoted {
			quotedAt = i
		}
		r.quoted = p[i] == ctrlV && !quoted
		if which, n := r.at(p[i:]); n > 0 && !quoted {
			return p[:i], which, p[i+n:]
		} else if n > 0 {
			i += n - 1
		}
	}
	sequences := []string{pasteStart}
	for _, k := range r.keys {
		sequences = append(sequences, k.sent...)
	}
	typed = r.hold(p, 3, sequences...)
	if len(r.held) > 0 && quotedAt == len(typed) {
		r.quoted = true
	}
	return typed, -1, nil
}

// at returns which key stands at the beginning of p, and how long it is; 0 for none.
func (r *keyReader) at(p []byte) (which, n int) {
	for which, k := range r.keys {
		for _, s := range k.sent {
			if bytes.HasPrefix(p, []byte(s)) {
				return which, len(s)
			}
		}
	}
	return -1, 0
}

// hold keeps what p ends with if one of the sequences begins so, with least bytes or more, and returns the rest.
func (r *keyReader) hold(p []byte, least int, sequences ...string) []byte {
	for _, s := range sequences {
		for n := min(len(s)-1, len(p)); n >= least; n-- {
			if bytes.HasSuffix(p, []byte(s[:n])) {
				r.held = append([]byte(nil), p[len(p)-n:]...)
				return p[:len(p)-n]
			}
		}
	}
	return p
}
