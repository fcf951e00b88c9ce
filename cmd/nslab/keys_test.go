package main

import (
	"strings"
	"testing"
)

func TestParseKey(t *testing.T) {
	for name, want := range map[string]string{"f9": "F9", "F1": "F1", "^]": "Ctrl-]", "C-^": "Ctrl-^", "ctrl-t": "Ctrl-T",
		"Ctrl-@": "Ctrl-@", "none": "", "NONE": ""} {
		if k, err := parseKey(name); err != nil || k.name != want {
			t.Errorf("%q is %q, %v; not %q", name, k.name, err, want)
		}
	}
	for _, name := range []string{"", "F0", "F13", "x", "^C", "ctrl-d", "C-m", "^[", "^^^", "Ctrl-é", "\x1b[24~", "alt-x"} {
		if k, err := parseKey(name); err == nil {
			t.Errorf("%q was taken as %q", name, k.name)
		}
	}
}

func TestParseKeys(t *testing.T) {
	for _, c := range []struct{ shell, trace, want string }{
		{"", "", "F12 F8"},
		{"F9", "", "F9 F8"},
		{"F8", "", "F8 F12"},
		{"", "F9", "F12 F9"},
		{"none", "F12", " F12"},
		{"none", "none", " "},
		{"", "none", "F12 "},
		{"", "F12", "error"},
		{"^]", "C-]", "error"},
		{"F13", "", "error"},
		{"", "F13", "error"},
	} {
		shell, trace, err := parseKeys(c.shell, c.trace)
		got := shell.name + " " + trace.name
		if err != nil {
			got = "error"
		}
		if got != c.want {
			t.Errorf("%q and %q are %q, %v; not %q", c.shell, c.trace, got, err, c.want)
		}
	}
}

func TestKeysAreFound(t *testing.T) {
	const f12, f8 = "\x1b[24~", "\x1b[19~"
	for _, c := range []struct {
		name, key, in, want string // | stands for the key in what is wanted, ! for the other
	}{
		{"none", "", "abc\r", "abc\r"},
		{"alone", "", f12, "|"},
		{"between", "", "ab" + f12 + "cd" + f12, "ab|cd|"},
		{"twice", "", f12 + f12, "||"},
		{"the other", "", "a" + f8 + f12 + "b" + f8, "a!|b!"},
		{"after Ctrl-V the other is the program's too", "", "\x16" + f8 + f8, "\x16" + f8 + "!"},
		{"with Shift it is another", "", "\x1b[24;2~", "\x1b[24;2~"},
		{"other function keys", "", "\x1b[23~\x1b[20~\x1bOP", "\x1b[23~\x1b[20~\x1bOP"},
		{"a control character", "^]", "a\x1db", "a|b"},
		{"F1 in all its forms", "F1", "\x1bOP\x1b[[A\x1b[11~", "|||"},
		{"after Ctrl-V it is the program's", "", "\x16" + f12 + "x" + f12, "\x16" + f12 + "x|"},
		{"Ctrl-V twice is one for the program", "^]", "\x16\x16\x1d", "\x16\x16|"},
		{"pasted", "", "\x1b[200~a" + f12 + "b\x1b[201~" + f12, "\x1b[200~a" + f12 + "b\x1b[201~|"},
		{"pasted control character", "^]", "\x1b[200~\x1d\x1b[201~\x1d", "\x1b[200~\x1d\x1b[201~|"},
		{"switched off", "none", f12 + "\x1d" + f8, f12 + "\x1d!"},
		{"Escape", "", "\x1b", "\x1b"},
		{"Alt and a key", "", "\x1b[", "\x1b["},
	} {
		t.Run(c.name, func(t *testing.T) {
			shell, trace, err := parseKeys(c.key, "")
			if err != nil {
				t.Fatal(err)
			}
			read := func(pieces ...string) string {
				r, got := keyReader{keys: []key{shell, trace}}, ""
				for _, piece := range pieces {
					p := []byte(piece)
					for len(p) > 0 {
						typed, pressed, rest := r.next(p)
						got += string(typed)
						if pressed >= 0 {
							got += "|!"[pressed : pressed+1]
						}
						p = rest
					}
				}
				return got
			}
			if got := read(c.in); got != c.want {
				t.Errorf("%q becomes %q, not %q", c.in, got, c.want)
			}
			// However it is cut behind what a person could have meant by itself.
			for i := range len(c.in) {
				if strings.HasSuffix(c.in[:i], "\x1b") || strings.HasSuffix(c.in[:i], "\x1b[") || strings.HasSuffix(c.in[:i], "\x1bO") {
					continue
				}
				if got := read(c.in[:i], c.in[i:]); got != c.want {
					t.Errorf("%q and %q become %q, not %q", c.in[:i], c.in[i:], got, c.want)
				}
			}
		})
	}
}

// FuzzKeys: nothing that is typed is lost or changed, but for the key.
func FuzzKeys(f *testing.F) {
	f.Add([]byte("a\x1b[24~b\x16\x1b[24~\x1b[200~\x1b[24~\x1b[201~"), uint8(3))
	f.Add([]byte("\x1b[2"), uint8(1))
	f.Add([]byte("\x1b[19~\x16\x1b[19~\x1b[1"), uint8(4))
	f.Fuzz(func(t *testing.T, in []byte, cut uint8) {
		shell, trace, _ := parseKeys("", "")
		r, got := keyReader{keys: []key{shell, trace}}, ""
		at := int(cut) % (len(in) + 1)
		for _, p := range [][]byte{in[:at], in[at:]} {
			for len(p) > 0 {
				typed, pressed, rest := r.next(append([]byte(nil), p...))
				got += string(typed)
				if pressed >= 0 {
					got += r.keys[pressed].sent[0]
				}
				p = rest
			}
		}
		if got += string(r.held); got != string(in) {
			t.Errorf("%q became %q", in, got)
		}
		if len(r.held) >= len(pasteStart) {
			t.Errorf("%q is held back", r.held)
		}
	})
}
