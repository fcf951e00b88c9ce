package screen

import "strconv"

// style is how a character looks: foreground and background, 26 bits each, and
// twelve bits of attributes. The zero value is the terminal's own.
type style uint64

const (
	bgShift   = 26
	attrShift = 52
	colorMask = 1<<26 - 1

	indexed = 1 << 24 // a colour of the palette, with its number
	direct  = 2 << 24 // red, green and blue, eight bits each
)

// attributes are the SGR parameters that set an attribute, by its bit.
var attributes = [...]int{1, 2, 3, 4, 5, 7, 8, 9, 21, 53}

const (
	bold = iota
	faint
	italic
	underline
	blink
	inverse
	hidden
	struck
	doubly
	overline
)

func (s style) with(bit int) style { return s | 1<<(attrShift+bit) }

func (s style) without(bits ...int) style {
	for _, b := range bits {
		s &^= 1 << (attrShift + b)
	}
	return s
}

func (s style) fg(c style) style  { return s&^colorMask | c }
func (s style) bg(c style) style  { return s&^(colorMask<<bgShift) | c<<bgShift }
func (s style) background() style { return s & (colorMask << bgShift) }
func (s style) fgColor() style    { return s & colorMask }
func (s style) bgColor() style    { return s >> bgShift & colorMask }
func (s style) has(bit int) bool  { return s>>(attrShift+bit)&1 == 1 }
func paletteColor(n int) style    { return indexed | style(n&0xff) }
func directColor(r, g, b int) style {
	return direct | style(r&0xff)<<16 | style(g&0xff)<<8 | style(b&0xff)
}

// apply is SGR (ECMA-48 8.3.117).
func (s style) apply(ps []param) style {
	if len(ps) == 0 {
		return 0
	}
	for i := 0; i < len(ps); i++ {
		p := ps[i].n
		switch {
		case p == 0:
			s = 0
		case p == 4 && i+1 < len(ps) && ps[i+1].sub:
			// 4:0 is none, 4:3 a curly one and the like.
			i++
			s = s.without(underline, doubly)
			if ps[i].n == 2 {
				s = s.with(doubly)
			} else if ps[i].n != 0 {
				s = s.with(underline)
			}
		case p == 6:
			s = s.with(blink)
		case p == 22:
			s = s.without(bold, faint)
		case p == 23:
			s = s.without(italic)
		case p == 24:
			s = s.without(underline, doubly)
		case p == 25:
			s = s.without(blink)
		case p == 27:
			s = s.without(inverse)
		case p == 28:
			s = s.without(hidden)
		case p == 29:
			s = s.without(struck)
		case p == 55:
			s = s.without(overline)
		case p >= 30 && p <= 37:
			s = s.fg(paletteColor(p - 30))
		case p >= 90 && p <= 97:
			s = s.fg(paletteColor(p - 90 + 8))
		case p == 39:
			s = s.fg(0)
		case p >= 40 && p <= 47:
			s = s.bg(paletteColor(p - 40))
		case p >= 100 && p <= 107:
			s = s.bg(paletteColor(p - 100 + 8))
		case p == 49:
			s = s.bg(0)
		case p == 38 || p == 48 || p == 58:
			c, used, ok := color(ps[i+1:])
			i += used
			if ok && p == 38 {
				s = s.fg(c)
			} else if ok && p == 48 {
				s = s.bg(c)
			}
		default:
			for bit, a := range attributes {
				if a == p {
					s = s.with(bit)
				}
			}
		}
		for i+1 < len(ps) && ps[i+1].sub {
			i++
		}
	}
	return s
}

// color reads what follows 38 or 48: 5;N or 2;R;G;B, or the same with colons and then, for 2, a colour space first.
func color(ps []param) (c style, used int, ok bool) {
	if len(ps) == 0 {
		return 0, 0, false
	}
	subs := 0
	for subs < len(ps) && ps[subs].sub {
		subs++
	}
	if subs > 0 {
		ps = ps[:subs]
		if ps[0].n == 2 && subs >= 5 {
			return directColor(ps[2].n, ps[3].n, ps[4].n), subs, true
		}
	}
	switch {
	case ps[0].n == 5 && len(ps) >= 2:
		return paletteColor(ps[1].n), max(2, subs), true
	case ps[0].n == 2 && len(ps) >= 4:
		return directColor(ps[1].n, ps[2].n, ps[3].n), max(4, subs), true
	}
	return 0, max(subs, 1), false
}

// appendSGR appends the sequence that sets the style, whatever was set before.
func (s style) appendSGR(out []byte) []byte {
	out = append(out, "\x1b[0"...)
	for bit, p := range attributes {
		if s.has(bit) {
			out = append(out, ';')
			out = strconv.AppendInt(out, int64(p), 10)
		}
	}
	out = appendColor(out, s.fgColor(), 30)
	out = appendColor(out, s.bgColor(), 40)
	return append(out, 'm')
}

func appendColor(out []byte, c style, base int) []byte {
	n := int64(c & 0xffffff)
	switch {
	case c&direct != 0:
		out = append(out, ';')
		out = strconv.AppendInt(out, int64(base+8), 10)
		out = append(out, ";2"...)
		for shift := 16; shift >= 0; shift -= 8 {
			out = append(out, ';')
			out = strconv.AppendInt(out, n>>shift&0xff, 10)
		}
	case c&indexed == 0:
	case n < 8:
		out = append(out, ';')
		out = strconv.AppendInt(out, int64(base)+n, 10)
	case n < 16:
		out = append(out, ';')
		out = strconv.AppendInt(out, int64(base)+60+n-8, 10)
	default:
		out = append(out, ';')
		out = strconv.AppendInt(out, int64(base+8), 10)
		out = append(out, ";5;"...)
		out = strconv.AppendInt(out, n, 10)
	}
	return out
}
