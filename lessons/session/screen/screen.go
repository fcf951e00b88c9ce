// Package screen keeps the screen of a terminal whose program it only hears: a
// [Screen] is fed what a shell prints, and knows at any time what a person
// would see. With it a shell's screen can be shown again as it was left, on
// this terminal or on another.
//
// It is a filter too, for what runs in a lab is not to be trusted.
// [Screen.Feed] returns what a real terminal must be sent to show the same, and
// that is made anew from what was understood: text, and sequences that draw.
// Whatever would make the terminal answer, set its title or clipboard, load keys
// or colours, move its window or print, is not among it. Questions that
// programs may rightly ask (where is the cursor, what kind of terminal is this)
// are answered here, to the shell that asked, and never by the real terminal, whose
// reply would be typed into whatever shell is shown by then.
//
// What Feed returns draws on the first rows of a real terminal, as many as the screen
// has, and never below: a terminal that is a row higher keeps its last row for itself. For
// that the real terminal's scrolling region (DECSTBM) always ends where the
// screen does, and it is never in origin mode, never asked to save the cursor, and keeps its
// tab stops, for what is saved in a terminal would be there for another shell to find.
//
// The sequences are those of ECMA-48, of the VT100 family, and of xterm
// (XTerm Control Sequences, ctlseqs); the terminal that is played is an xterm
// of which only the screen is left. There were libraries for it. The two that could be had did 1.6 and
// 18 MB/s where a pseudo-terminal does 37, and none filters; this one does several hundred.
package screen

import "unicode/utf8"

// Screen is the screen of one terminal. It is not safe for use by several goroutines at once.
type Screen struct {
	rows, cols int
	grids      [2][][]cell // the main screen and the alternate one
	alt        int         // which is shown: 1 for the alternate
	cur        cursor
	saved      [2]cursor // what DECSC saved, for each
	top, bot   int       // the scrolling region, both included
	insert     bool      // IRM
	modes      modeSet
	shape      int  // of the cursor (DECSCUSR), 0 for the terminal's own
	shaped     bool // it was set once
	title      string
	tabs       []bool // tab stops, nil where they are every eight columns
	last       rune   // what REP repeats

	parser
	replies []byte
	repaint bool
}

// cell is one place of a screen; the zero value is blank. A character two
// columns wide has a cell with rune wide behind it.
type cell struct {
	r     rune
	marks [2]uint16 // combining characters
	style style
}

const wide rune = -1

// cursor is where the next character goes and how it will look: what DECSC saves.
type cursor struct {
	x, y int
	// wrap says that the last column was just written: the next character goes to the next line.
	wrap   bool
	style  style
	origin bool    // DECOM
	sets   [2]byte // G0 and G1: 0 is DEC Special Graphics, B is ASCII
	shift  int     // which of them is used
}

// New returns an empty screen.
func New(rows, cols int) *Screen {
	s := &Screen{rows: max(rows, 1), cols: max(cols, 1)}
	s.reset()
	return s
}

// reset is RIS: all as it was at the start.
func (s *Screen) reset() {
	s.grids = [2][][]cell{make([][]cell, s.rows), make([][]cell, s.rows)}
	s.alt, s.saved = 0, [2]cursor{{sets: [2]byte{'B', 'B'}}, {sets: [2]byte{'B', 'B'}}}
	s.softReset()
	s.cur = s.saved[0]
	s.title, s.tabs, s.modes, s.last = "", nil, defaultModes, 0
	s.repaint = true
}

// softReset is DECSTR: the screen stays, what may confuse goes.
func (s *Screen) softReset() {
	s.top, s.bot, s.insert, s.shape = 0, s.rows-1, false, 0
	s.modes = s.modes&^(1<<modeCursorKeys|1<<modeKeypad) | 1<<modeVisible | 1<<modeWrap
	s.cur.style, s.cur.origin, s.cur.sets, s.cur.shift = 0, false, [2]byte{'B', 'B'}, 0
	s.saved[s.alt] = cursor{sets: [2]byte{'B', 'B'}}
}

// Size returns how many rows and columns the screen has.
func (s *Screen) Size() (rows, cols int) { return s.rows, s.cols }

// Alternate reports whether a program has taken the alternate screen, as editors and pagers do.
func (s *Screen) Alternate() bool { return s.alt == 1 }

// Title returns the title that the program set, without control characters; empty for none.
func (s *Screen) Title() string { return s.title }

// Resize changes the size. Rows that no longer fit go at the top as far as the cursor needs it.
func (s *Screen) Resize(rows, cols int) {
	rows, cols = max(rows, 1), max(cols, 1)
	if rows == s.rows && cols == s.cols {
		return
	}
	gone := max(0, s.cur.y-rows+1)
	for i, g := range s.grids {
		off := gone
		if i != s.alt {
			off = max(0, s.saved[i].y-rows+1)
		}
		g = g[min(off, len(g)):]
		grown := make([][]cell, rows)
		copy(grown, g)
		for y, row := range grown {
			// What a narrower screen hides is kept for when it is wide again.
			if row != nil && len(row) < cols {
				grown[y] = append(row, make([]cell, cols-len(row))...)
			}
		}
		s.grids[i] = grown
		s.saved[i].y -= off
	}
	s.cur.y -= gone
	s.rows, s.cols = rows, cols
	for _, c := range []*cursor{&s.cur, &s.saved[0], &s.saved[1]} {
		c.x, c.y, c.wrap = min(c.x, cols-1), min(max(c.y, 0), rows-1), false
	}
	s.top, s.bot = 0, rows-1
	for s.tabs != nil && len(s.tabs) < cols {
		s.tabs = append(s.tabs, len(s.tabs)%8 == 0)
	}
	s.repaint = true
}

// Text returns what the rows show, without the blanks at their ends.
func (s *Screen) Text() []string {
	text := make([]string, s.rows)
	for y := range text {
		text[y] = s.lineText(y)
	}
	return text
}

func (s *Screen) lineText(y int) string {
	var b []byte
	end := 0
	for _, c := range s.line(y) {
		if c.r == wide {
			continue
		}
		b = c.append(b)
		if c.style = 0; !c.bare() {
			end = len(b)
		}
	}
	return string(b[:end])
}

// Cursor returns where the cursor is, counted from 0.
func (s *Screen) Cursor() (row, col int) { return s.cur.y, s.cur.x }

// append appends the cell's characters.
func (c cell) append(b []byte) []byte {
	if c.r == 0 {
		return append(b, ' ')
	}
	b = utf8.AppendRune(b, c.r)
	for _, m := range c.marks {
		if m != 0 {
			b = utf8.AppendRune(b, rune(m))
		}
	}
	return b
}

// line is a row to read; nil where it is blank.
func (s *Screen) line(y int) []cell {
	row := s.grids[s.alt][y]
	if row == nil {
		return nil
	}
	return row[:s.cols]
}

// row is a row to write.
func (s *Screen) row(y int) []cell {
	g := s.grids[s.alt]
	if g[y] == nil {
		g[y] = make([]cell, s.cols)
	}
	return g[y][:s.cols]
}

// blank is what erasing leaves: the background of the pen (back colour erase, terminfo's bce).
func (s *Screen) blank() cell { return cell{style: s.cur.style.background()} }

func fill(cells []cell, c cell) {
	if c == (cell{}) {
		clear(cells)
		return
	}
	for i := range cells {
		cells[i] = c
	}
}

// split makes blank the halves of wide characters that would be left when from..to of a row is overwritten.
func split(row []cell, from, to int) {
	if from < len(row) && row[from].r == wide {
		row[from-1].r, row[from-1].marks = 0, [2]uint16{}
	}
	if to < len(row) && row[to].r == wide {
		row[to].r = 0
	}
}

// erase blanks from..to of a row.
func (s *Screen) erase(y, from, to int) {
	blank := s.blank()
	if s.grids[s.alt][y] == nil && blank == (cell{}) {
		return
	}
	row := s.row(y)
	split(row, from, to)
	fill(row[from:to], blank)
}

// scrollUp moves the rows from top to bot up by n; what comes in is blank.
func (s *Screen) scrollUp(top, bot, n int) {
	g := s.grids[s.alt]
	n = min(n, bot-top+1)
	blank := s.blank()
	for ; n > 0; n-- {
		old := g[top]
		copy(g[top:bot], g[top+1:bot+1])
		if blank == (cell{}) {
			clear(old)
		} else if old == nil {
			old = make([]cell, s.cols)
		}
		g[bot] = old
		if blank != (cell{}) {
			fill(old, blank)
		}
	}
}

// scrollDown moves the rows from top to bot down by n.
func (s *Screen) scrollDown(top, bot, n int) {
	g := s.grids[s.alt]
	n = min(n, bot-top+1)
	for ; n > 0; n-- {
		copy(g[top+1:bot+1], g[top:bot])
		g[top] = nil
		s.erase(top, 0, s.cols)
	}
}

// lineFeed moves the cursor down, and the region up where the cursor is at its end. It reports false where
// nothing moves: below the region, on the last row.
func (s *Screen) lineFeed() bool {
	s.cur.wrap = false
	switch {
	case s.cur.y == s.bot:
		s.scrollUp(s.top, s.bot, 1)
	case s.cur.y < s.rows-1:
		s.cur.y++
	default:
		return false
	}
	return true
}

// plain draws text of printable ASCII, carriage returns, line feeds, backspaces and tabs, with a region that ends at
// the last row, no insert mode and automatic wrapping.
func (s *Screen) plain(b []byte) {
	if s.top == 0 {
		b = s.skip(b)
	}
	for i := 0; i < len(b); {
		switch c := b[i]; c {
		case '\r':
			s.cur.x, s.cur.wrap = 0, false
		case '\n':
			s.lineFeed()
		case '\b':
			s.backspace()
		case '\t':
			s.tab(1)
		default:
			n := i + 1
			for n < len(b) && b[n] >= ' ' {
				n++
			}
			s.putASCII(b[i:n])
			i = n
			continue
		}
		i++
	}
}

// skip passes over what is scrolled away again before the end of the text, and blanks the screen for it. The place to go
// on at is behind a carriage return and a line feed, where the column is known, with as many line feeds
// before it as there are rows, so that the row is known too, and as many behind it, so that all before it is out of sight.
func (s *Screen) skip(b []byte) []byte {
	if len(b) < 4*s.rows {
		return b
	}
	feeds, at := 0, 0
	for i := len(b) - 1; i > 0; i-- {
		if b[i] != '\n' {
			continue
		}
		if feeds >= s.rows && at == 0 && b[i-1] == '\r' {
			at, feeds = i+1, 0
		}
		if feeds++; at > 0 && feeds > s.rows {
			s.scrollUp(0, s.rows-1, s.rows)
			s.cur.x, s.cur.y, s.cur.wrap = 0, s.rows-1, false
			s.last = 0
			return b[at:]
		}
	}
	return b
}

// putASCII writes printable ASCII characters.
func (s *Screen) putASCII(b []byte) {
	s.last = rune(b[len(b)-1])
	for len(b) > 0 {
		if s.cur.wrap {
			s.cur.x = 0
			s.lineFeed()
		}
		row := s.row(s.cur.y)
		n := min(len(b), s.cols-s.cur.x)
		split(row, s.cur.x, s.cur.x+n)
		cells := row[s.cur.x : s.cur.x+n]
		for i, c := range b[:n] {
			cells[i] = cell{r: rune(c), style: s.cur.style}
		}
		b = b[n:]
		if s.cur.x += n; s.cur.x == s.cols {
			s.cur.x, s.cur.wrap = s.cols-1, true
		}
	}
}

func (s *Screen) backspace() {
	s.cur.x, s.cur.wrap = max(s.cur.x-1, 0), false
}

// tab moves to the n-th tab stop.
func (s *Screen) tab(n int) {
	for ; n > 0 && s.cur.x < s.cols-1; n-- {
		s.cur.x++
		for s.cur.x < s.cols-1 && !s.stop(s.cur.x) {
			s.cur.x++
		}
	}
}

func (s *Screen) backTab(n int) {
	s.cur.wrap = false
	for ; n > 0 && s.cur.x > 0; n-- {
		s.cur.x--
		for s.cur.x > 0 && !s.stop(s.cur.x) {
			s.cur.x--
		}
	}
}

func (s *Screen) stop(x int) bool {
	if s.tabs == nil {
		return x%8 == 0
	}
	return s.tabs[x]
}

// setTab sets or clears a tab stop.
func (s *Screen) setTab(x int, on bool) {
	if s.tabs == nil {
		s.tabs = make([]bool, s.cols)
		for i := range s.tabs {
			s.tabs[i] = i%8 == 0
		}
	}
	s.tabs[x] = on
}
