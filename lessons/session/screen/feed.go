package screen

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// parser is what is known of a sequence that has not ended.
type parser struct {
	state  byte
	held   [utf8.UTFMax]byte // the beginning of a character
	nHeld  int
	params []byte // of CSI, as they came, or the text of OSC
	inter  []byte // intermediate characters (ECMA-48 5.4.1), and what marks a private sequence
}

// States of the parser.
const (
	ground    = iota
	escape    // behind ESC
	control   // behind CSI
	badCSI    // a CSI that is passed over
	system    // behind OSC
	systemEnd // ESC in it
	other     // behind DCS, SOS, PM or APC: passed over
	otherEnd  // ESC in it
)

// What is longer is passed over.
const (
	maxParams = 256
	maxTitle  = 1024
)

// param is a parameter of a CSI; sub says that a colon stands before it.
type param struct {
	n   int
	sub bool
}

// modeSet has a bit for each mode that is on.
type modeSet uint32

const (
	modeCursorKeys = iota // DECCKM
	modeReverse           // DECSCNM
	modeWrap              // DECAWM
	modeVisible           // DECTCEM
	modeMouseX10
	modeMouse
	modeMouseDrag
	modeMouseAll
	modeFocus
	modeMouseUTF8
	modeMouseSGR
	modeMouseURXVT
	modePaste
	modeKeypad // DECKPAM; its sequences are others
)

// modeNumbers are the DEC private modes that pass, in the order of the bits.
var modeNumbers = [...]int{1, 5, 7, 25, 9, 1000, 1002, 1003, 1004, 1005, 1006, 1015, 2004}

const (
	defaultModes modeSet = 1<<modeWrap | 1<<modeVisible
	// Of these, one is on at a time.
	mouseTracking  modeSet = 1<<modeMouseX10 | 1<<modeMouse | 1<<modeMouseDrag | 1<<modeMouseAll
	mouseEncodings modeSet = 1<<modeMouseUTF8 | 1<<modeMouseSGR | 1<<modeMouseURXVT
)

func (m modeSet) has(bit int) bool { return m>>bit&1 == 1 }

func (m *modeSet) set(bit int, on bool) {
	for _, group := range []modeSet{mouseTracking, mouseEncodings} {
		if group.has(bit) {
			*m &^= group
		}
	}
	*m &^= 1 << bit
	if on {
		*m |= 1 << bit
	}
}

// kinds tells printable ASCII (1) and the controls that plain text has (2 and 3; 3 for the tab) from all else.
var kinds = func() (k [256]byte) {
	for c := ' '; c <= '~'; c++ {
		k[c] = 1
	}
	k['\r'], k['\n'], k['\b'], k['\t'] = 2, 2, 2, 3
	return k
}()

// Feed draws what a program printed, and appends to out what a real terminal of the same
// number of columns, and at least as many rows, must be sent to show it too. Where
// [Screen.Repaint] reports true afterwards, that is not enough: the terminal needs [Screen.Paint].
func (s *Screen) Feed(out, p []byte) []byte {
	for i := 0; i < len(p); {
		if s.state == ground && s.nHeld == 0 {
			n := i
			kind := byte(3)
			if s.tabs != nil {
				kind = 2
			}
			for n < len(p) && kinds[p[n]]-1 < kind {
				n++
			}
			if n > i {
				if s.simple() {
					s.plain(p[i:n])
					out = append(out, p[i:n]...)
				} else {
					for _, c := range p[i:n] {
						out = s.one(out, c)
					}
				}
				i = n
				continue
			}
		}
		if s.state == ground && s.nHeld == 0 && p[i] >= 0xc3 {
			if r, n := utf8.DecodeRune(p[i:]); n > 1 {
				out = s.char(out, r)
				i += n
				continue
			}
		}
		out = s.one(out, p[i])
		i++
	}
	return out
}

// simple reports whether plain text does to a real terminal what it does here.
func (s *Screen) simple() bool {
	return s.bot == s.rows-1 && !s.insert && s.modes.has(modeWrap) && s.cur.sets[s.cur.shift] == 'B'
}

// Repaint reports whether the screen has changed in ways that Feed's output does not tell; once.
func (s *Screen) Repaint() bool {
	r := s.repaint
	s.repaint = false
	return r
}

// Replies returns what the terminal answers to the program's questions, to be typed to it; once.
func (s *Screen) Replies() []byte {
	r := s.replies
	s.replies = nil
	return r
}

// one takes one byte.
func (s *Screen) one(out []byte, c byte) []byte {
	if s.nHeld > 0 || s.state == ground && c >= 0x80 {
		return s.character(out, c)
	}
	switch s.state {
	case system, systemEnd, other, otherEnd:
		return s.str(out, c)
	}
	// Controls act in the middle of sequences too, as on a VT100.
	switch {
	case c == 0x1b:
		s.state, s.inter, s.params = escape, s.inter[:0], s.params[:0]
		return out
	case c == 0x18 || c == 0x1a: // CAN, SUB
		s.state = ground
		return out
	case c < ' ':
		return s.c0(out, c)
	case c == 0x7f:
		return out
	}
	switch s.state {
	case ground:
		return s.put(out, s.glyph(c))
	case escape:
		if c < '0' {
			if len(s.inter) < 4 {
				s.inter = append(s.inter, c)
			}
			return out
		}
		s.state = ground
		return s.esc(out, c)
	case control:
		switch {
		case c >= '@' && c <= '~':
			s.state = ground
			return s.csi(out, c)
		case c >= '<' && c <= '?' && len(s.params) == 0 && len(s.inter) == 0, c < '0' && len(s.inter) < 4:
			s.inter = append(s.inter, c)
		case c >= '0' && c <= ';' && len(s.params) < maxParams && (len(s.inter) == 0 || s.inter[len(s.inter)-1] >= '<'):
			s.params = append(s.params, c)
		default:
			s.state = badCSI
		}
	case badCSI:
		if c >= '@' && c <= '~' {
			s.state = ground
		}
	}
	return out
}

// character takes a byte of a character in UTF-8.
func (s *Screen) character(out []byte, c byte) []byte {
	if s.nHeld > 0 && !(c >= 0x80 && c < 0xc0) {
		// The character ends before its time.
		s.nHeld = 0
		out = s.put(out, utf8.RuneError)
		return s.one(out, c)
	}
	s.held[s.nHeld] = c
	s.nHeld++
	held := s.held[:s.nHeld]
	if !utf8.FullRune(held) {
		return out
	}
	r, size := utf8.DecodeRune(held)
	s.nHeld = 0
	if r == utf8.RuneError && size == 1 {
		out = s.put(out, r)
		for _, c := range append([]byte(nil), held[1:]...) {
			out = s.one(out, c)
		}
		return out
	}
	return s.char(out, r)
}

// char takes a character that is not ASCII.
func (s *Screen) char(out []byte, r rune) []byte {
	if invisible(r) {
		return out
	}
	return s.put(out, r)
}

// invisible tells what is left out of text: the C1 controls, which in some terminals do what they do as single bytes, and
// what turns the direction of text around and the like. What joins characters stays.
func invisible(r rune) bool {
	return r >= 0x80 && r < 0xa0 || r >= 0x600 && unicode.Is(unicode.Cf, r) && r != 0x200c && r != 0x200d
}

// glyph is the character of an ASCII byte in the character set that is in use.
func (s *Screen) glyph(c byte) rune {
	if s.cur.sets[s.cur.shift] == '0' && c >= 0x5f && c <= 0x7e {
		return specialGraphics[c-0x5f]
	}
	return rune(c)
}

// specialGraphics is the DEC Special Graphics character set, from 0x5f on.
var specialGraphics = [...]rune{' ', '◆', '▒', '␉', '␌', '␍', '␊', '°', '±', '␤', '␋', '┘', '┐', '┌', '└', '┼',
	'⎺', '⎻', '─', '⎼', '⎽', '├', '┤', '┴', '┬', '│', '≤', '≥', 'π', '≠', '£', '·'}

// columns knows how many columns a character takes; those of ambiguous width take one, as in the C library.
var columns = runewidth.Condition{EastAsianWidth: false, StrictEmojiNeutral: true}

func width(r rune) int {
	switch {
	case r < 0x300, r >= 0x2500 && r < 0x2580:
		return 1
	case r >= 0x4e00 && r < 0xa000, r >= 0xac00 && r < 0xd7a4, r >= 0x3041 && r < 0x3097, r >= 0x30a1 && r < 0x30fb:
		return 2
	}
	if unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) {
		return 0
	}
	return columns.RuneWidth(r)
}

// put writes a character.
func (s *Screen) put(out []byte, r rune) []byte {
	w := width(r)
	if w == 0 {
		return s.combine(out, r)
	}
	if w > s.cols {
		return out
	}
	wraps := s.modes.has(modeWrap)
	if s.cur.wrap && wraps {
		s.cur.x = 0
		if !s.lineFeed() {
			out = append(out, '\r') // the real terminal would go on to a row that is not ours
		}
	}
	if s.cur.x+w > s.cols {
		if !wraps {
			return out
		}
		// Terminals differ in how a wide character leaves the last column.
		s.cur.x = 0
		out = append(out, '\r')
		if s.lineFeed() {
			out = append(out, '\n')
		}
	}
	row := s.row(s.cur.y)
	if s.insert {
		split(row, s.cur.x, s.cur.x)
		copy(row[s.cur.x+w:], row[s.cur.x:])
		if last := row[s.cols-1]; last.r != wide && width(last.r) == 2 {
			row[s.cols-1] = cell{}
		}
		fill(row[s.cur.x:s.cur.x+w], cell{})
	}
	split(row, s.cur.x, s.cur.x+w)
	row[s.cur.x] = cell{r: r, style: s.cur.style}
	if w == 2 {
		row[s.cur.x+1] = cell{r: wide, style: s.cur.style}
	}
	s.last = r
	s.cur.wrap = false
	if s.cur.x += w; s.cur.x >= s.cols {
		s.cur.x, s.cur.wrap = s.cols-1, true
	}
	return utf8.AppendRune(out, r)
}

// combine adds a combining character to the one before the cursor.
func (s *Screen) combine(out []byte, r rune) []byte {
	x := s.cur.x - 1
	if s.cur.wrap {
		x = s.cur.x
	}
	if x < 0 || r > 0xffff {
		return out
	}
	row := s.row(s.cur.y)
	if row[x].r == wide {
		x--
	}
	c := &row[x]
	if c.r == 0 {
		c.r = ' '
	}
	for i := range c.marks {
		if c.marks[i] == 0 {
			c.marks[i] = uint16(r)
			return utf8.AppendRune(out, r)
		}
	}
	return out
}

// c0 is a control character of ASCII.
func (s *Screen) c0(out []byte, c byte) []byte {
	switch c {
	case '\a':
		return append(out, c)
	case '\b':
		s.backspace()
		return append(out, c)
	case '\t':
		if s.tabs == nil {
			s.tab(1)
			return append(out, c)
		}
		s.tab(1)
		return s.appendPlace(out)
	case '\n', '\v', '\f':
		wrap := s.cur.wrap
		if s.lineFeed() {
			out = append(out, '\n')
			if wrap {
				out = s.appendPlace(out) // terminals differ
			}
		}
	case '\r':
		s.cur.x, s.cur.wrap = 0, false
		return append(out, c)
	case 0x0e: // SO
		s.cur.shift = 1
	case 0x0f: // SI
		s.cur.shift = 0
	}
	return out
}

// esc is an escape sequence without parameters.
func (s *Screen) esc(out []byte, final byte) []byte {
	if len(s.inter) == 1 {
		switch s.inter[0] {
		case '(', ')':
			set := byte('B')
			if final == '0' {
				set = '0'
			}
			s.cur.sets[s.inter[0]-'('] = set
		case '#':
			if final == '8' { // DECALN
				s.top, s.bot = 0, s.rows-1
				s.cur.x, s.cur.y, s.cur.wrap = 0, 0, false
				for y := range s.rows {
					fill(s.row(y), cell{r: 'E'})
				}
				s.repaint = true
			}
		}
		return out
	}
	if len(s.inter) > 0 {
		return out
	}
	switch final {
	case '[':
		s.state = control
	case ']':
		s.state = system
	case 'P', 'X', '^', '_': // DCS, SOS, PM, APC
		s.state = other
	case '7': // DECSC
		s.saved[s.alt] = s.cur
	case '8': // DECRC
		s.cur = s.saved[s.alt]
		return s.appendPlace(out)
	case 'D': // IND
		return s.c0(out, '\n')
	case 'E': // NEL
		return s.c0(s.c0(out, '\r'), '\n')
	case 'M': // RI
		s.cur.wrap = false
		if s.cur.y == s.top {
			s.scrollDown(s.top, s.bot, 1)
		} else if s.cur.y > 0 {
			s.cur.y--
		}
		return s.appendPlace(append(out, "\x1bM"...))
	case 'H': // HTS
		s.setTab(s.cur.x, true)
	case '=', '>': // DECKPAM, DECKPNM
		s.modes.set(modeKeypad, final == '=')
		return append(out, 0x1b, final)
	case 'c': // RIS
		s.reset()
	}
	return out
}

// str is a byte of a control string.
func (s *Screen) str(out []byte, c byte) []byte {
	switch {
	case c == 0x18 || c == 0x1a:
		s.state = ground
	case s.state == systemEnd || s.state == otherEnd:
		if c == '\\' {
			if s.state == systemEnd {
				s.osc()
			}
			s.state = ground
			return out
		}
		// Any other sequence breaks it off.
		s.state, s.inter, s.params = escape, s.inter[:0], s.params[:0]
		return s.one(out, c)
	case c == 0x1b:
		s.state++
	case s.state == system && c == '\a':
		s.osc()
		s.state = ground
	case s.state == system && len(s.params) <= maxTitle:
		s.params = append(s.params, c)
	}
	return out
}

// osc is an operating system command. The title is all that is taken.
func (s *Screen) osc() {
	number, text, _ := strings.Cut(string(s.params), ";")
	if number == "0" || number == "2" {
		s.title = cleanTitle(text)
	}
}

// cleanTitle leaves what can be seen, at most 80 characters of it.
func cleanTitle(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if !unicode.IsPrint(r) || r == utf8.RuneError {
			continue
		}
		if n++; n > 80 {
			break
		}
		b.WriteRune(r)
	}
	return b.String()
}

// parse reads the parameters of a CSI.
func (s *Screen) parse() []param {
	if len(s.params) == 0 {
		return nil
	}
	ps := make([]param, 1, 8)
	for _, c := range s.params {
		switch last := &ps[len(ps)-1]; c {
		case ';', ':':
			ps = append(ps, param{sub: c == ':'})
		default:
			last.n = min(last.n*10+int(c-'0'), 65535)
		}
	}
	return ps
}

// csi is a control sequence.
func (s *Screen) csi(out []byte, final byte) []byte {
	ps := s.parse()
	// get is a parameter, 0 counting as 1.
	get := func(i int) int {
		if i < len(ps) && ps[i].n > 0 {
			return ps[i].n
		}
		return 1
	}
	kind := 0
	if len(ps) > 0 {
		kind = ps[0].n
	}
	switch string(s.inter) {
	case "":
	case "?":
		return s.private(out, final, ps)
	case ">":
		if final == 'c' && kind == 0 { // DA2
			s.replies = append(s.replies, "\x1b[>1;10;0c"...)
		}
		return out
	case "!":
		if final == 'p' { // DECSTR
			s.softReset()
			s.repaint = true
		}
		return out
	case " ":
		if final == 'q' && kind <= 6 { // DECSCUSR
			s.shape, s.shaped = kind, true
			return appendCSI(out, 'q', ' ', kind)
		}
		return out
	case "?$":
		if final == 'p' {
			s.reportMode(kind)
		}
		return out
	default:
		return out
	}
	if wrap := s.cur.wrap; wrap && final != 'm' && final != 'h' && final != 'l' && final != 'b' && final != 'n' && final != 'c' && final != 's' {
		// Terminals differ in what the column is now. From here on it is the last.
		s.cur.wrap = false
		out = s.appendPlace(out)
	}
	c, g := &s.cur, s.grids[s.alt]
	n := get(0)
	switch final {
	case 'm': // SGR
		c.style = c.style.apply(ps)
		out = append(out, "\x1b["...)
		out = append(out, s.params...)
		return append(out, 'm')
	case 'A': // CUU
		floor := 0
		if c.y >= s.top {
			floor = s.top
		}
		return s.moveTo(out, max(c.y-n, floor), c.x)
	case 'B': // CUD
		return s.moveTo(out, s.down(n), c.x)
	case 'C', 'a': // CUF, HPR
		n = min(n, s.cols-1-c.x)
		if c.x += n; n > 0 {
			out = appendCSI(out, 'C', 0, n)
		}
		return out
	case 'D': // CUB
		n = min(n, c.x)
		if c.x -= n; n > 0 {
			out = appendCSI(out, 'D', 0, n)
		}
		return out
	case 'E': // CNL
		return s.moveTo(out, s.down(n), 0)
	case 'F': // CPL
		floor := 0
		if c.y >= s.top {
			floor = s.top
		}
		return s.moveTo(out, max(c.y-n, floor), 0)
	case 'G', '`': // CHA, HPA
		return s.moveTo(out, c.y, n-1)
	case 'H', 'f': // CUP, HVP
		return s.moveTo(out, s.originRow(n-1), get(1)-1)
	case 'd': // VPA
		return s.moveTo(out, s.originRow(n-1), c.x)
	case 'e': // VPR
		return s.moveTo(out, c.y+n, c.x)
	case 'I': // CHT
		s.tab(n)
		return s.appendPlace(out)
	case 'Z': // CBT
		s.backTab(n)
		return s.appendPlace(out)
	case 'J': // ED
		return s.eraseDisplay(out, kind)
	case 'K': // EL
		switch kind {
		case 0:
			s.erase(c.y, c.x, s.cols)
		case 1:
			s.erase(c.y, 0, c.x+1)
		case 2:
			s.erase(c.y, 0, s.cols)
		default:
			return out
		}
		return appendCSI(out, 'K', 0, kind)
	case 'X': // ECH
		n = min(n, s.cols-c.x)
		s.erase(c.y, c.x, c.x+n)
		return appendCSI(out, 'X', 0, n)
	case '@', 'P': // ICH, DCH
		n = min(n, s.cols-c.x)
		if g[c.y] != nil || s.blank() != (cell{}) {
			row := s.row(c.y)
			split(row, c.x, c.x)
			if final == '@' {
				copy(row[c.x+n:], row[c.x:])
				fill(row[c.x:c.x+n], s.blank())
				if last := row[s.cols-1]; last.r != wide && width(last.r) == 2 {
					row[s.cols-1] = cell{}
				}
			} else {
				split(row, c.x, c.x+n)
				copy(row[c.x:], row[c.x+n:])
				fill(row[s.cols-n:], s.blank())
			}
		}
		return appendCSI(out, final, 0, n)
	case 'L', 'M': // IL, DL
		if c.y < s.top || c.y > s.bot {
			return out
		}
		n = min(n, s.bot-c.y+1)
		if final == 'L' {
			s.scrollDown(c.y, s.bot, n)
		} else {
			s.scrollUp(c.y, s.bot, n)
		}
		c.x = 0
		return s.appendPlace(appendCSI(out, final, 0, n))
	case 'S': // SU
		n = min(n, s.bot-s.top+1)
		s.scrollUp(s.top, s.bot, n)
		return appendCSI(out, 'S', 0, n)
	case 'T': // SD
		if len(ps) > 1 {
			return out // mouse highlighting
		}
		n = min(n, s.bot-s.top+1)
		s.scrollDown(s.top, s.bot, n)
		return appendCSI(out, 'T', 0, n)
	case 'b': // REP
		if s.last == 0 {
			return out
		}
		for range min(n, s.cols) {
			out = s.put(out, s.last)
		}
	case 'g': // TBC
		if kind == 0 {
			s.setTab(c.x, false)
		} else if kind == 3 {
			s.setTab(0, false)
			clear(s.tabs)
		}
	case 'r': // DECSTBM
		top, bot := get(0)-1, s.rows-1
		if len(ps) > 1 && ps[1].n > 0 {
			bot = min(ps[1].n, s.rows) - 1
		}
		if top >= bot {
			return out
		}
		s.top, s.bot = top, bot
		c.x, c.y, c.wrap = 0, s.originRow(0), false
		return s.appendPlace(appendCSI(out, 'r', 0, top+1, bot+1))
	case 's': // SCOSC
		s.saved[s.alt] = *c
	case 'u': // SCORC
		*c = s.saved[s.alt]
		return s.appendPlace(out)
	case 'h', 'l':
		for _, p := range ps {
			if p.n == 4 { // IRM
				s.insert = final == 'h'
				out = appendCSI(out, final, 0, 4)
			}
		}
	case 'c': // DA
		if kind == 0 {
			s.replies = append(s.replies, "\x1b[?1;2c"...)
		}
	case 'n': // DSR
		switch kind {
		case 5:
			s.replies = append(s.replies, "\x1b[0n"...)
		case 6:
			s.replies = s.appendPosition(s.replies, "\x1b[")
		}
	case 't': // of XTWINOPS, the size in characters
		if kind == 18 {
			s.replies = appendCSI(s.replies, 't', 0, 8, s.rows, s.cols)
		}
	}
	return out
}

// down is n rows below the cursor, at most the end of the region or the screen.
func (s *Screen) down(n int) int {
	if s.cur.y <= s.bot {
		return min(s.cur.y+n, s.bot)
	}
	return min(s.cur.y+n, s.rows-1)
}

// originRow is a row that a program counts from the region's top in origin mode.
func (s *Screen) originRow(y int) int {
	if s.cur.origin {
		return min(y+s.top, s.bot)
	}
	return y
}

func (s *Screen) moveTo(out []byte, y, x int) []byte {
	s.cur.y, s.cur.x, s.cur.wrap = min(max(y, 0), s.rows-1), min(max(x, 0), s.cols-1), false
	return appendCSI(out, 'H', 0, s.cur.y+1, s.cur.x+1)
}

// eraseDisplay is ED, row by row, for the real terminal may have more of them.
func (s *Screen) eraseDisplay(out []byte, kind int) []byte {
	from, to := 0, s.rows
	switch kind {
	case 0:
		s.erase(s.cur.y, s.cur.x, s.cols)
		out = appendCSI(out, 'K', 0)
		from = s.cur.y + 1
	case 1:
		s.erase(s.cur.y, 0, s.cur.x+1)
		out = appendCSI(out, 'K', 0, 1)
		to = s.cur.y
	case 2:
	default:
		// 3 would erase what is scrolled away, in which there is more than the lab's.
		return out
	}
	if from >= to {
		return out
	}
	for y := from; y < to; y++ {
		s.erase(y, 0, s.cols)
		out = appendCSI(out, 'H', 0, y+1, 1)
		out = append(out, "\x1b[2K"...)
	}
	return appendCSI(out, 'H', 0, s.cur.y+1, s.cur.x+1)
}

// private is a CSI with a question mark.
func (s *Screen) private(out []byte, final byte, ps []param) []byte {
	switch final {
	case 'n':
		if len(ps) > 0 && ps[0].n == 6 { // DECXCPR
			s.replies = s.appendPosition(s.replies, "\x1b[?")
		}
	case 'J', 'K': // DECSED, DECSEL: nothing here is protected
		s.inter = s.inter[:0]
		return s.csi(out, final)
	case 'h', 'l':
		for _, p := range ps {
			out = s.mode(out, p.n, final == 'h')
		}
	}
	return out
}

// mode sets or resets a DEC private mode.
func (s *Screen) mode(out []byte, n int, on bool) []byte {
	switch n {
	case 6: // DECOM
		s.cur.origin = on
		return s.moveTo(out, s.originRow(0), 0)
	case 47, 1047, 1049:
		if on == (s.alt == 1) {
			return out
		}
		if on {
			if n == 1049 {
				s.saved[0] = s.cur
			}
			s.alt = 1
			s.cur.wrap = false
			if n == 1049 {
				s.grids[1] = make([][]cell, s.rows)
			}
		} else {
			if n != 47 {
				s.grids[1] = make([][]cell, s.rows)
			}
			s.alt = 0
			s.cur.wrap = false
			if n == 1049 {
				s.cur = s.saved[0]
			}
		}
		s.repaint = true
		return out
	case 1048:
		if on {
			s.saved[s.alt] = s.cur
			return out
		}
		s.cur = s.saved[s.alt]
		return s.appendPlace(out)
	}
	for bit, number := range modeNumbers {
		if number == n {
			s.modes.set(bit, on)
			if bit == modeWrap && s.cur.wrap {
				s.cur.wrap = false
				out = s.appendPlace(out)
			}
			return appendMode(out, n, on)
		}
	}
	return out
}

// reportMode is DECRQM: 1 for set, 2 for reset, 0 for one that is not known.
func (s *Screen) reportMode(n int) {
	state := 0
	known := func(on bool) {
		state = 2
		if on {
			state = 1
		}
	}
	switch n {
	case 6:
		known(s.cur.origin)
	case 47, 1047, 1049:
		known(s.alt == 1)
	default:
		for bit, number := range modeNumbers {
			if number == n {
				known(s.modes.has(bit))
			}
		}
	}
	s.replies = append(s.replies, "\x1b[?"+strconv.Itoa(n)+";"+strconv.Itoa(state)+"$y"...)
}

// appendPosition is CPR.
func (s *Screen) appendPosition(out []byte, intro string) []byte {
	y := s.cur.y
	if s.cur.origin {
		y -= s.top
	}
	out = append(out, intro...)
	out = strconv.AppendInt(out, int64(y+1), 10)
	out = append(out, ';')
	out = strconv.AppendInt(out, int64(s.cur.x+1), 10)
	return append(out, 'R')
}
