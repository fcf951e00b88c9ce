package screen

import "strconv"

func appendCSI(out []byte, final, inter byte, ps ...int) []byte {
	out = append(out, "\x1b["...)
	for i, p := range ps {
		if i > 0 {
			out = append(out, ';')
		}
		out = strconv.AppendInt(out, int64(p), 10)
	}
	if inter != 0 {
		out = append(out, inter)
	}
	return append(out, final)
}

func appendMode(out []byte, n int, on bool) []byte {
	out = append(out, "\x1b[?"...)
	out = strconv.AppendInt(out, int64(n), 10)
	if on {
		return append(out, 'h')
	}
	return append(out, 'l')
}

// Paint appends what makes a real terminal show the whole screen, in its upper left corner, and be in its modes. A
// terminal that is smaller shows the part in which the cursor is. It must be on the alternate screen, or not, as this
// one is (Alternate); nothing else is taken for granted.
func (s *Screen) Paint(out []byte, rows, cols int) []byte {
	top := max(0, s.cur.y-rows+1)
	left := 0
	if s.cur.x >= cols {
		left = s.cur.x - cols + 1
	}
	below, right := max(0, rows-s.rows), cols
	rows, cols = min(rows, s.rows-top), min(cols, s.cols-left)
	// Without wrapping and inserting, what is written is where it is written.
	out = append(out, "\x1b[?25l\x1b[?6l\x1b[?7l\x1b[4l"...)
	out = append(out, "\x1b[r"...) // there may be a region that is not ours
	for y := range rows {
		out = appendCSI(out, 'H', 0, y+1, 1)
		out = append(out, "\x1b[0m"...)
		line := s.line(top + y)
		if line != nil {
			line = line[left : left+cols]
		}
		for len(line) > 0 && line[len(line)-1].bare() {
			line = line[:len(line)-1]
		}
		var pen style
		for x, c := range line {
			if c.r == wide {
				if x > 0 {
					continue
				}
				c.r = 0 // its first half is out of sight
			}
			if x == cols-1 && c.r > 0 && width(c.r) == 2 {
				c.r = 0
			}
			if c.style != pen {
				pen = c.style
				out = pen.appendSGR(out)
			}
			out = c.append(out)
		}
		if len(line) < right {
			if pen != 0 {
				out = append(out, "\x1b[0m"...)
			}
			out = append(out, "\x1b[K"...)
		}
	}
	for y := range below {
		out = appendCSI(out, 'H', 0, rows+y+1, 1)
		out = append(out, "\x1b[0m\x1b[K"...)
	}
	return s.appendState(out, top, left, rows)
}

// bare reports whether the cell looks as if it had been erased.
func (c cell) bare() bool {
	return (c.r == 0 || c.r == ' ') && c.marks == [2]uint16{} && c.style == 0
}

// State appends what makes a real terminal of the same number of columns be in the screen's modes, with its cursor where it is and
// its pen, after something else was drawn outside of the screen.
func (s *Screen) State(out []byte) []byte { return s.appendState(out, 0, 0, s.rows) }

func (s *Screen) appendState(out []byte, top, left, rows int) []byte {
	for bit, n := range modeNumbers {
		if bit != modeVisible && !s.modes.has(bit) {
			out = appendMode(out, n, false)
		}
	}
	for bit, n := range modeNumbers {
		if bit != modeVisible && s.modes.has(bit) {
			out = appendMode(out, n, true)
		}
	}
	if s.modes.has(modeKeypad) {
		out = append(out, "\x1b="...)
	} else {
		out = append(out, "\x1b>"...)
	}
	if s.shaped {
		out = appendCSI(out, 'q', ' ', s.shape)
	}
	if rows == s.rows {
		out = appendCSI(out, 'r', 0, s.top+1, s.bot+1)
	}
	out = s.appendPlaceAt(out, top, left)
	if s.insert {
		out = append(out, "\x1b[4h"...)
	}
	return appendMode(out, 25, s.modes.has(modeVisible))
}

// appendPlace puts the real terminal's cursor and pen where and what they are here.
func (s *Screen) appendPlace(out []byte) []byte {
	if !s.insert || !s.cur.wrap {
		return s.appendPlaceAt(out, 0, 0)
	}
	return append(s.appendPlaceAt(append(out, "\x1b[4l"...), 0, 0), "\x1b[4h"...)
}

func (s *Screen) appendPlaceAt(out []byte, top, left int) []byte {
	y, x := s.cur.y-top+1, s.cur.x-left+1
	if s.cur.wrap {
		// Only a character written there makes a terminal wait with the next line.
		if row := s.line(s.cur.y); row != nil {
			c := row[s.cur.x]
			if c.r == wide && s.cur.x > 0 {
				c = row[s.cur.x-1]
				x--
			}
			out = appendCSI(out, 'H', 0, y, x)
			return s.cur.style.appendSGR(c.append(c.style.appendSGR(out)))
		}
	}
	out = appendCSI(out, 'H', 0, y, x)
	return s.cur.style.appendSGR(out)
}

// Modeless ends all modes of a real terminal that a screen can set, and shows the cursor, which stays where it is.
const Modeless = "\x1b[0m\x1b[4l\x1b[?1l\x1b[?5l\x1b[?7h" +
	"\x1b[?9l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1004l\x1b[?1005l\x1b[?1006l\x1b[?1015l\x1b[?2004l\x1b>\x1b[?25h"

// Leave is what gives a real terminal back: the main screen, no scrolling region, no modes. It may be sent to a terminal at
// any time, and leaves the cursor in the upper left corner.
const Leave = "\x1b[?1049l\x1b[r" + Modeless
