package screen

import (
	"regexp"
	"testing"
)

var alsoClean = regexp.MustCompile("\x1b([78DEHc]|[()][0B]|\\[[0-9;:]*[EFGIZ`abdefgsu]|\\[[0-2]?J|\\[ q|\\[\\?[0-9;]+[hl])|[\v\f\x0e]")

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain\ttext\r\n":               "plain\ttext\r\n",
		"é日\xff\xc3":                    "é日\ufffd",
		"\x1b[1;31mred\x1b[0m":          "\x1b[1;31mred\x1b[0m",
		"\x1b[?1049h\x1b[H\x1b[2J":      "\x1b[?1049h\x1b[H\x1b[2J",
		"\x1b]52;c;x\aa\x1b]0;t\x1b\\b": "ab",
		"\x1bPq\x1b[6n\x1b\\a":          "a",
		"\x1b[6n\x1b[c\x1b[>c\x1b[21t":  "",
		"\x1b[5i\x1b[3J\x1b[2h\x1b[20h": "",
		"\x1b[?2026h\x1b[?3h\x1b[?69h":  "",
		"a\u009b6nb\u202e\x05\x00":      "a6nb",
		"\x1b(0qq\x1b(B\x1b(K":          "\x1b(0qq\x1b(B",
		"\x1b[12\x18x\x1b\x1b[mx":       "x\x1b[mx",
	} {
		c := new(Cleaner)
		if got := string(c.Clean(nil, []byte(in))); got != want {
			t.Errorf("%q becomes %q, not %q", in, got, want)
		}
		one, got := new(Cleaner), []byte(nil)
		for i := range len(in) {
			got = one.Clean(got, []byte{in[i]})
		}
		if string(got) != want {
			t.Errorf("%q byte by byte becomes %q, not %q", in, got, want)
		}
	}
}

// FuzzClean: what passes is text and sequences that draw, however it is cut.
func FuzzClean(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s), uint16(3))
	}
	f.Fuzz(func(t *testing.T, in []byte, cut uint16) {
		c, at := new(Cleaner), int(cut)%(len(in)+1)
		out := c.Clean(c.Clean(nil, in[:at]), in[at:])
		if bad := forbidden(alsoClean.ReplaceAll(out, nil)); bad != "" {
			t.Fatalf("%q: passed %q", in, bad)
		}
		if whole := new(Cleaner).Clean(nil, in); string(whole) != string(out) {
			t.Fatalf("%q becomes %q, and cut at %d %q", in, whole, at, out)
		}
	})
}
