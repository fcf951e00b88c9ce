package screen

import (
	"bytes"
	"fmt"
	"math/rand"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// feed draws on a new screen of 5 rows and 10 columns.
func feed(p string) *Screen {
	s := New(5, 10)
	s.Feed(nil, []byte(p))
	return s
}

func TestDrawing(t *testing.T) {
	for _, c := range []struct{ name, in, rows string }{
		{"text", "hello\r\nworld", "hello|world"},
		{"wraps at the last column", "0123456789ab", "0123456789|ab"},
		{"waits with the next line", "0123456789\r\nab", "0123456789|ab"},
		{"a line feed keeps the column", "ab\ncd", "ab|  cd"},
		{"scrolls", "1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7", "3|4|5|6|7"},
		{"scrolls a lot", strings.Repeat("x\r\n", 500) + "1\r\n2\r\n3\r\n4\r\n5", "1|2|3|4|5"},
		{"backspace", "abc\b\bX", "aXc"},
		{"tab", "a\tb", "a       b"},
		{"tab stops", "\x1b[3g\x1b[4G\x1bH\r\tx", "   x"},
		{"cursor position", "\x1b[3;4Hx\x1b[Hy\x1b[99;99Hz", "y||   x||         z"},
		{"relative moves", "\x1b[2;2Ha\x1b[Bb\x1b[2Dc\x1b[Ad\x1b[Ce", "| ad e| cb"},
		{"columns and rows", "\x1b[5Ga\x1b[3db\x1b[Ec\x1b[2Fd", "    a|d|     b|c"},
		{"erase in line", "0123456789\x1b[1;5H\x1b[K", "0123"},
		{"erase to the left", "0123456789\x1b[1;5H\x1b[1K", "     56789"},
		{"erase in display", "1\r\n2\r\n3\x1b[2;1H\x1b[J", "1"},
		{"erase above", "1\r\n2\r\n3\x1b[2;1H\x1b[1J", "||3"},
		{"erase all", "1\r\n2\x1b[2J3", "| 3"},
		{"erase characters", "abcdef\x1b[3G\x1b[2X", "ab  ef"},
		{"insert and delete characters", "abcdef\x1b[3G\x1b[2@\x1b[1G\x1b[P", "b  cdef"},
		{"insert and delete lines", "1\r\n2\r\n3\x1b[2;1H\x1b[Lx\x1b[1;1H\x1b[M", "x|2|3"},
		{"insert mode", "abc\r\x1b[4hX\x1b[4lY", "XYbc"},
		{"region", "1\r\n2\r\n3\r\n4\r\n5\x1b[2;3r\x1b[3;1H\nx", "1|3|x|4|5"},
		{"below the region nothing scrolls", "\x1b[1;3r\x1b[5;1Ha\r\nb\n\nc", "||||bc"},
		{"reverse index", "1\r\n2\x1b[H\x1bMx", "x|1|2"},
		{"scroll up and down", "1\r\n2\r\n3\x1b[S\x1b[2Tx", "||2x|3"},
		{"origin mode", "\x1b[2;4r\x1b[?6h\x1b[1;1Ha\x1b[9;1Hb", "|a||b"},
		{"save and restore", "\x1b[2;3H\x1b7\x1b[Ha\x1b8b", "a|  b"},
		{"alternate screen", "main\x1b[?1049h\x1b[Halt\x1b[?1049lX", "mainX"},
		{"on the alternate screen", "main\x1b[?1049h\x1b[Halt", "alt"},
		{"no wrapping", "\x1b[?7l0123456789ab", "012345678b"},
		{"line drawing", "\x1b(0lqk\x1b(Bx", "┌─┐x"},
		{"line drawing by shift", "\x1b)0q\x0eq\x0fq", "q─q"},
		{"repeat", "a\x1b[3b", "aaaa"},
		{"full reset", "abc\x1b[2;3r\x1bcx", "x"},
		{"wide characters", "日本", "日本"},
		{"a wide one does not fit", "012345678日", "012345678|日"},
		{"half of a wide one is overwritten", "日本\x1b[2Gx", " x本"},
		{"combining characters", "e\u0301a", "e\u0301a"},
		{"invalid UTF-8", "a\xffb\xc3", "a\ufffdb"},
		{"C1 as UTF-8", "a\u009b2Jb", "a2Jb"},
		{"control strings are not text", "a\x1b]0;title\ab\x1bPq#1\x1b\\c\x1b_x\x1b\\d\x1b^x\x1b\\e", "abcde"},
		{"broken sequences", "\x1b[12\x1b[31ma\x1b[?\x18b\x1b[1;;;;$~c", "abc"},
		{"controls in a sequence", "ab\x1b[\r2Cc", "abc"},
		{"alignment", "\x1b#8\x1b[2;1H\x1b[J", "EEEEEEEEEE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := feed(c.in)
			if got := strings.TrimRight(strings.Join(s.Text(), "|"), "|"); got != c.rows {
				t.Errorf("%q shows\n%s, not\n%s", c.in, got, c.rows)
			}
			// The same in single bytes.
			one := New(5, 10)
			for i := range len(c.in) {
				one.Feed(nil, []byte{c.in[i]})
			}
			if got, want := fmt.Sprint(one.Text(), one.cur), fmt.Sprint(s.Text(), s.cur); got != want {
				t.Errorf("%q byte by byte shows\n%s, not\n%s", c.in, got, want)
			}
		})
	}
}

func TestQuestionsAreAnsweredHere(t *testing.T) {
	for _, c := range []struct{ ask, answer string }{
		{"\x1b[6n", "\x1b[1;1R"},
		{"\x1b[3;4H\x1b[6n", "\x1b[3;4R"},
		{"\x1b[999;999H\x1b[6n", "\x1b[5;10R"},
		{"\x1b[2;4r\x1b[?6h\x1b[6n", "\x1b[1;1R"},
		{"\x1b[?6n", "\x1b[?1;1R"},
		{"\x1b[5n", "\x1b[0n"},
		{"\x1b[c", "\x1b[?1;2c"},
		{"\x1b[>c", "\x1b[>1;10;0c"},
		{"\x1b[18t", "\x1b[8;5;10t"},
		{"\x1b[?2004h\x1b[?2004$p", "\x1b[?2004;1$y"},
		{"\x1b[?1006$p", "\x1b[?1006;2$y"},
		{"\x1b[?2026$p", "\x1b[?2026;0$y"},
		{"\x1b[21t", ""}, {"\x1b[20t", ""}, {"\x05", ""}, {"\x1b]52;c;?\a", ""}, {"\x1b]11;?\a", ""},
		{"\x1bP$qm\x1b\\", ""}, {"\x1bP+q544e\x1b\\", ""}, {"\x1b[>q", ""}, {"\x1b[?u", ""},
		{"\x1b]0;\x1b[6n\a", "\x1b[1;1R"},
	} {
		s := New(5, 10)
		out := s.Feed(nil, []byte(c.ask))
		if got := string(s.Replies()); got != c.answer {
			t.Errorf("%q is answered with %q, not %q", c.ask, got, c.answer)
		}
		if bad := forbidden(out); bad != "" {
			t.Errorf("%q: the real terminal was sent %q", c.ask, bad)
		}
		if len(s.Replies()) > 0 {
			t.Errorf("%q is answered twice", c.ask)
		}
	}
}

func TestWhatActsOnTheTerminalDoesNotPass(t *testing.T) {
	for _, in := range []string{
		"\x1b]52;c;aGFybQ==\a", "\x1b]0;title\a", "\x1b]2;t\x1b\\", "\x1b]4;1;red\a", "\x1b]10;red\a", "\x1b]8;;http://x\atext\x1b]8;;\a",
		"\x1b]9;notice\a", "\x1b]777;notify;a;b\a", "\x1b]1337;File=:AAAA\a", "\x1b]50;font\a", "\x1b]133;A\a", "\x1b]7;file:///\a",
		"\x1bPtmux;\x1b\x1b]52;c;x\a\x1b\\", "\x1bP1$r\x1b\\", "\x1b_Gx\x1b\\", "\x1b^x\x1b\\", "\x1bXx\x1b\\",
		"\x1b[5i", "\x1b[4i", "\x1b[?5i", "\x1b[8;200;200t", "\x1b[2t", "\x1b[3;0;0t", "\x1b[22;0t", "\x1b[c", "\x1b[>c", "\x1b[=c", "\x1b[6n",
		"\x1b[>4;2m", "\x1b[>1u", "\x1b[=1u", "\x1b[2h", "\x1b[12h", "\x1b[20h", "\x1b[?3h", "\x1b[?1049h", "\x1b[?69h", "\x1b[?2026h", "\x1b[?s", "\x1b[?r",
		"\x1bc", "\x1b[!p", "\x1b#3", "\x1b#8", "\x1bn", "\x1bo", "\x1b|", "\x1b}", "\x1b~", "\x1b%G", "\x1b%@", "\x1b(K", "\x1b*0", "\x1b6", "\x1b7", "\x1b8",
		"\x1b[3J", "\x1b[0q", "\x1b[1\"q", "\x1b[1;1;1;1$z", "\x1b[1;1;5;5;1$r", "\x1b[1;2'z", "\x05", "\u009d52;c;x\u009c", "\u009b6n", "\x9b6n", "\x9d52;c;x\x9c",
		"\u202eevil", "\x0e", "\x00\x7f",
	} {
		s := New(5, 10)
		out := s.Feed(nil, []byte(in))
		if bad := forbidden(out); bad != "" {
			t.Errorf("%q: the real terminal was sent %q", in, bad)
		}
		out = s.Paint(nil, 5, 10)
		if bad := forbidden(out); bad != "" {
			t.Errorf("%q: the real terminal was painted %q", in, bad)
		}
	}
	s := feed("\x1b]2;a\u009b\x01\u202e b\x7f" + strings.Repeat("x", 200) + "\x1b\\")
	if want := "a b" + strings.Repeat("x", 77); s.Title() != want {
		t.Errorf("title %q, not %q", s.Title(), want)
	}
}

var (
	sequence = regexp.MustCompile("^\x1b(\\[[0-9;:]*[mABCDHKXPLMST@r]|\\[4[hl]|\\[[0-6] q|\\[\\?(1|5|6|7|9|25|100[0-6]|1015|2004)[hl]|[=>M]|\\(B)")
	harmless = regexp.MustCompile("^[\r\n\b\t\a\x0f]")
)

// forbidden returns the first of what a real terminal is sent that is neither text nor known to be harmless.
func forbidden(out []byte) string {
	for len(out) > 0 {
		if m := sequence.Find(out); m != nil {
			out = out[len(m):]
			continue
		}
		if m := harmless.Find(out); m != nil {
			out = out[1:]
			continue
		}
		r, n := utf8.DecodeRune(out)
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == utf8.RuneError && n == 1 || r >= 0x202a && r <= 0x202e {
			return string(out[:min(len(out), 20)])
		}
		out = out[n:]
	}
	return ""
}

const status = "status"

// pair is a screen and the real terminal that shows it, a row higher.
type pair struct {
	s, real *Screen
}

func newPair(rows, cols int) *pair {
	p := &pair{New(rows, cols), New(rows+1, cols)}
	p.s.Repaint()
	p.real.Feed(nil, p.s.Paint(nil, rows, cols))
	p.real.Feed(nil, []byte(fmt.Sprintf("\x1b[%d;1H%s", rows+1, status[:min(len(status), cols-1)])))
	p.real.Feed(nil, p.s.State(nil))
	return p
}

// feed prints in the shell, and lets the real terminal follow.
func (p *pair) feed(t testing.TB, in []byte) {
	t.Helper()
	out := p.s.Feed(nil, in)
	if bad := forbidden(out); bad != "" {
		t.Fatalf("%q: the real terminal was sent %q", in, bad)
	}
	if p.s.Repaint() {
		rows, cols := p.s.Size()
		out = p.s.Paint(nil, rows, cols)
		if bad := forbidden(out); bad != "" {
			t.Fatalf("%q: the real terminal was painted %q", in, bad)
		}
	}
	p.real.Feed(nil, out)
	if got := p.real.Replies(); len(got) > 0 {
		t.Fatalf("%q: the real terminal was made to answer %q", in, got)
	}
	if got := p.real.lineText(p.s.rows); got != status[:min(len(status), p.s.cols-1)] {
		t.Fatalf("%q: the status line is %q", in, got)
	}
	p.same(t, in)
}

func (p *pair) same(t testing.TB, in []byte) {
	t.Helper()
	if p.real.cur.x != p.s.cur.x || p.real.cur.y != p.s.cur.y || p.real.cur.wrap != p.s.cur.wrap || p.real.cur.style != p.s.cur.style {
		t.Fatalf("%q: the cursor is %+v, the real one %+v", in, p.s.cur, p.real.cur)
	}
	if p.real.modes != p.s.modes || p.real.insert != p.s.insert || p.real.top != p.s.top || p.real.bot != p.s.bot {
		t.Fatalf("%q: modes %b, insert %v, region %d to %d; the real terminal's %b %v %d %d", in,
			p.s.modes, p.s.insert, p.s.top, p.s.bot, p.real.modes, p.real.insert, p.real.top, p.real.bot)
	}
	for y := range p.s.rows {
		a, b := make([]cell, p.s.cols), make([]cell, p.s.cols)
		copy(a, p.s.line(y))
		copy(b, p.real.line(y))
		for x := range a {
			for _, c := range []*cell{&a[x], &b[x]} {
				if c.r == ' ' {
					c.r = 0
				}
				if c.r == wide {
					c.style = 0 // the first half's counts
				}
			}
			if a[x] != b[x] {
				t.Fatalf("%q: row %d, column %d is %+v, on the real terminal %+v\n%q\n%q", in, y, x, a[x], b[x], p.s.Text(), p.real.Text())
			}
		}
	}
}

// seeds are what programs print, and what they had better not.
var seeds = []string{
	"hello\r\nworld", "\x1b[1;31mred\x1b[0m \x1b[38;5;200mx\x1b[48;2;1;2;3my\x1b[4:3mz", "0123456789ab\x1b[K", "日本語日本語", "e\u0301\u0302\u0303",
	"\x1b[2;4r\x1b[5;1Habcdefghijklm\r\n\n\n\x1b[9B\x1b[9ex", "\x1b[?1049h\x1b[2J\x1b[Hvi\x1b[?1049l", "\x1bc", "\x1b[!p", "\x1b#8", "\x1b[3g\tx\x1bH\ty",
	"\x1b7\x1b[5;5H\x1b8x", "\x1b[?6h\x1b[2;3r\x1b[Hx", "\x1b(0lqqk\x1b(B", "\x0e\x1b)0x\x0f", "\x1b[4habc\r日", "\x1b[?7labcdefghijklmn\x1b[?7h", "a\x1b[20b",
	"\x1b[44m\x1b[2J\x1b[L\x1b[M\x1b[5@\x1b[3P\x1b[2X\x1b[S\x1b[T", "\x1b]0;t\a\x1b]52;c;x\a\x1bPq\x1b\\", "\x1b[6n\x1b[c\x1b[5n\x1b[18t",
	"\x1b[?1000h\x1b[?1006h\x1b[?2004h\x1b[?25l\x1b=\x1b[5 q", "\xff\xc3\x1b[\xc3(", "\x1b[?3h\x1b[?5h\x1b[?1048h", "\x1b[I\x1b[Z\x1b[3G\x1b[2d\x1b[2F\x1b[E",
	"012345678日", "日\bx", "\x1b[1;10H日", "\x1b[10G日\x1b[10Gx", "\x1b[J\x1b[1J\x1b[K\x1b[1K\x1b[2K",
}

// FuzzFeed: whatever is printed, the real terminal shows what the screen holds, its last row is left alone, and nothing
// but what draws is sent to it.
func FuzzFeed(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s), uint8(4), uint8(9), uint16(3))
	}
	f.Add([]byte(strings.Join(seeds, "")), uint8(6), uint8(11), uint16(7))
	f.Fuzz(func(t *testing.T, in []byte, rows, cols uint8, cut uint16) {
		if len(in) > 4096 {
			in = in[:4096]
		}
		p := newPair(int(rows)%20+2, int(cols)%30+2)
		at := int(cut) % (len(in) + 1)
		p.feed(t, in[:at])
		// The shell is left and shown again.
		p.real.Feed(nil, []byte("\x1b[m\x1b[H\x1b[?7h\x1b[4lanother\r\nshell\x1b[?1000h"))
		p.real.Feed(nil, p.s.Paint(nil, p.s.rows, p.s.cols))
		p.same(t, in[:at])
		p.feed(t, in[at:])
		p.s.Resize(int(cut)%20+1, int(cut)%30+1)
		_ = p.s.Paint(nil, 3, 5)
		_ = p.s.Feed(nil, in)
		p.s.Resize(int(rows)+1, int(cols)+1)
		_ = p.s.Feed(nil, in)
	})
}

func TestTheRealTerminalFollows(t *testing.T) {
	rng := rand.New(rand.NewSource(1))
	for range 3000 {
		p := newPair(2+rng.Intn(6), 2+rng.Intn(14))
		var in []byte
		for range 1 + rng.Intn(8) {
			in = append(in, seeds[rng.Intn(len(seeds))]...)
		}
		for len(in) > 0 {
			n := 1 + rng.Intn(len(in))
			p.feed(t, in[:n])
			in = in[n:]
		}
	}
}

func TestResizeKeepsTheCursorsLine(t *testing.T) {
	s := New(5, 10)
	s.Feed(nil, []byte("1\r\n2\r\n3\r\n4\r\n5 prompt"))
	s.Resize(3, 6)
	if got := strings.Join(s.Text(), "|"); got != "3|4|5 prom" {
		t.Errorf("shrunk: %s", got)
	}
	s.Resize(4, 12)
	if got := strings.Join(s.Text(), "|"); got != "3|4|5 prompt|" {
		t.Errorf("grown: %s", got)
	}
}

func TestASmallerTerminalShowsWhereTheCursorIs(t *testing.T) {
	s := New(5, 10)
	s.Feed(nil, []byte("1\r\n2\r\n3\r\n4\r\n5 prompt"))
	small := New(2, 6)
	small.Feed(nil, s.Paint(nil, 2, 6))
	if got := strings.Join(small.Text(), "|"); got != "|rompt" {
		t.Errorf("%q", got)
	}
	if y, x := small.Cursor(); y != 1 || x != 5 {
		t.Errorf("the cursor is at %d, %d", y, x)
	}
}

func TestSkippingLosesNothing(t *testing.T) {
	rng := rand.New(rand.NewSource(2))
	for range 500 {
		var b []byte
		for range rng.Intn(400) {
			b = append(b, strings.Repeat("abcdefg", 4)[:rng.Intn(25)]...)
			b = append(b, []string{"\r\n", "\n", "\r\n", "\r", "\t", "\b", "\r\n"}[rng.Intn(7)]...)
		}
		fast, slow := New(7, 12), New(7, 12)
		fast.Feed(nil, b)
		for i := range b {
			slow.Feed(nil, b[i:i+1])
		}
		if got, want := fmt.Sprintf("%q", fast.Text()), fmt.Sprintf("%q", slow.Text()); got != want || fast.cur != slow.cur {
			t.Fatalf("%q\n%s %+v\n%s %+v", b, got, fast.cur, want, slow.cur)
		}
	}
}

func BenchmarkFeed(b *testing.B) {
	plain := []byte(strings.Repeat("the quick brown fox 0123456789 the quick brown fox 0123456789\r\n", 64))
	for _, c := range []struct {
		name string
		p    []byte
	}{
		{"plain", plain},
		{"colours", []byte(strings.Repeat("\x1b[0m\x1b[01;34mbin\x1b[0m  \x1b[01;32mfile.sh\x1b[0m  notes.txt\r\n", 64))},
		{"accents", []byte(strings.Repeat("voilà une leçon où l'on tape de vraies commandes, à côté\r\n", 64))},
		{"wide", []byte(strings.Repeat("日本語の端末は幅の広い文字を使う\r\n", 64))},
	} {
		b.Run(c.name, func(b *testing.B) {
			s, out := New(24, 80), []byte(nil)
			b.SetBytes(int64(len(c.p)))
			for b.Loop() {
				out = s.Feed(out[:0], c.p)
			}
		})
	}
	b.Run("paint", func(b *testing.B) {
		s, out := New(60, 200), []byte(nil)
		s.Feed(nil, bytes.Repeat(plain, 2))
		for b.Loop() {
			out = s.Paint(out[:0], 60, 200)
		}
	})
}
