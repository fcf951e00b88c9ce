package screen

// Run is a piece of a row of which all characters look alike, for whoever draws a screen elsewhere than on a terminal.
type Run struct {
	// Col is the column it begins in, counted from 0; Width how many it takes.
	Col, Width int
	Text       string
	// Fg and Bg are the colours of the characters and behind them, inverse video taken into account.
	Fg, Bg                         Color
	Bold, Faint, Italic, Underline bool
}

// Color is a colour: 0 to 255 of the palette, red, green and blue (RGB), or one of the terminal's own two.
type Color int

// The terminal's own colours.
const (
	DefaultFg Color = -1
	DefaultBg Color = -2
)

const rgb = 1 << 24

// RGB returns red, green and blue of a colour that is given by them.
func (c Color) RGB() (r, g, b uint8, ok bool) {
	return uint8(c >> 16), uint8(c >> 8), uint8(c), c >= rgb
}

func colorOf(s style, is Color) Color {
	switch {
	case s&direct != 0:
		return rgb | Color(s&0xffffff)
	case s&indexed != 0:
		return Color(s & 0xff)
	}
	return is
}

// Runs returns a row, counted from 0, as runs; what is blank and has no colour of its own is left out at the end.
func (s *Screen) Runs(row int) []Run {
	var runs []Run
	var pen style
	line := s.line(row)
	for len(line) > 0 && line[len(line)-1].bare() {
		line = line[:len(line)-1]
	}
	var text []byte
	for x, c := range line {
		if c.r == wide {
			runs[len(runs)-1].Width++
			continue
		}
		if x == 0 || c.style != pen {
			if len(runs) > 0 {
				runs[len(runs)-1].Text = string(text)
			}
			text, pen = nil, c.style
			r := Run{Col: x, Fg: colorOf(pen.fgColor(), DefaultFg), Bg: colorOf(pen.bgColor(), DefaultBg),
				Bold: pen.has(bold), Faint: pen.has(faint), Italic: pen.has(italic), Underline: pen.has(underline) || pen.has(doubly)}
			if pen.has(inverse) {
				r.Fg, r.Bg = r.Bg, r.Fg
			}
			runs = append(runs, r)
		}
		runs[len(runs)-1].Width++
		text = c.append(text)
	}
	if len(runs) > 0 {
		runs[len(runs)-1].Text = string(text)
	}
	return runs
}
