package main

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// key is a key that nslab takes for itself: it shows the lesson's next shell.
//
// F12 is the default. Every terminal sends it alike, on every keyboard; bash
// (emacs and vi mode), BusyBox sh, vi, less, top, tmux and screen leave it alone; for nano it is
// a second way to its spell checker, beside Ctrl-T. The control characters that are
// left over are worse: Ctrl-] jumps to a tag in vi, and it, Ctrl-^ and Ctrl-\ are hardly to be typed on
// keyboards such as the French one. Typed after Ctrl-V, which shells and editors know as "take the next key as it is", the
// key is the program's.
type key struct {
	name string
	// sent is what terminals send for it; none where there is no such key.
	sent []string
}

const defaultKey = "F12"

// functionKeys are what terminals send for F1 and so on: xterm and its kin, then the Linux console's or rxvt's own.
var functionKeys = [12][]string{
	{"\x1bOP", "\x1b[[A", "\x1b[11~"}, {"\x1bOQ", "\x1b[[B", "\x1b[12~"}, {"\x1bOR", "\x1b[[C", "\x1b[13~"}, {"\x1bOS", "\x1b[[D", "\x1b[14~"},
	{"\x1b[15~", "\x1b[[E"}, {"\x1b[17~"}, {"\x1b[18~"}, {"\x1b[19~"}, {"\x1b[20~"}, {"\x1b[21~"}, {"\x1b[23~"}, {"\x1b[24~"},
}

// notAKey are the control characters that would be missed too much.
const notAKey = "CDHIJMQSVZ["

// parseKey reads a key's name: F1 to F12, Ctrl-X (also C-X and ^X), or none. Empty is the default.
func parseKey(name string) (key, error) {
	if name == "" {
		name = defaultKey
	}
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
	return key{}, fmt.Errorf("no key %q", name)
}

const (
	pasteStart = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
	ctrlV      = 0x16
)

// keyReader finds a key in what is typed. What is pasted between the marks of bracketed paste is no typing, and
// what follows Ctrl-V is not ours.
type keyReader struct {
	key    key
	held   []byte
	pasted bool
	quoted bool
}

// next returns what is typed before the key, whether it was pressed, and what was typed behind it.
// What may be the beginning of the key is kept for the next call, but never so short a one that a person
// could have meant it: Escape goes on at once.
func (r *keyReader) next(p []byte) (typed []byte, pressed bool, rest []byte) {
	if len(r.held) > 0 {
		p = append(r.held, p...)
		r.held = nil
	}
	quotedAt := -1
	for i := 0; i < len(p); i++ {
		if r.pasted {
			end := bytes.Index(p[i:], []byte(pasteEnd))
			if end < 0 {
				return r.hold(p, 1, pasteEnd), false, nil
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
		for _, s := range r.key.sent {
			if bytes.HasPrefix(p[i:], []byte(s)) {
				if quoted {
					i += len(s) - 1
					break
				}
				return p[:i], true, p[i+len(s):]
			}
		}
	}
	typed = r.hold(p, 3, append([]string{pasteStart}, r.key.sent...)...)
	if len(r.held) > 0 && quotedAt == len(typed) {
		r.quoted = true
	}
	return typed, false, nil
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
