package screen

import (
	"bytes"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Cleaner takes out of a program's output what does not draw, for a
// terminal that shows it with no screen beside. What passes goes as it is, and may go anywhere on the terminal. Unlike a Screen it
// answers no question. The zero value is ready for use.
type Cleaner struct {
	state byte
	seq   []byte // the sequence or character that has begun
	modes bool
}

// Modes reports whether a mode was set, which the program may have left set ([Modeless]).
func (c *Cleaner) Modes() bool { return c.modes }

// maxSeq bounds a sequence; a longer one is passed over.
const maxSeq = 64

// Clean appends what of p may pass to out.
func (c *Cleaner) Clean(out, p []byte) []byte {
	for i := 0; i < len(p); {
		if c.state == ground && len(c.seq) == 0 {
			n := i
			for n < len(p) && kinds[p[n]] != 0 {
				n++
			}
			if out = append(out, p[i:n]...); n > i {
				i = n
				continue
			}
		}
		out = c.one(out, p[i])
		i++
	}
	return out
}

func (c *Cleaner) one(out []byte, b byte) []byte {
	switch c.state {
	case other, otherEnd: // a control string
		switch {
		case c.state == otherEnd && b == '\\', b == '\a', b == 0x18, b == 0x1a:
			c.state = ground
		case c.state == otherEnd && b != 0x1b:
			c.state = escape
			c.seq = append(c.seq[:0], 0x1b)
			return c.one(out, b)
		case b == 0x1b:
			c.state = otherEnd
		}
		return out
	}
	if len(c.seq) > 0 && c.state == ground { // a character
		if b&0xc0 != 0x80 {
			c.seq = c.seq[:0]
			return c.one(utf8.AppendRune(out, utf8.RuneError), b)
		}
		c.seq = append(c.seq, b)
		return c.character(out)
	}
	switch {
	case b == 0x1b:
		c.state, c.seq = escape, append(c.seq[:0], b)
		return out
	case b == 0x18 || b == 0x1a:
		c.state, c.seq = ground, c.seq[:0]
		return out
	case b < ' ':
		if b >= '\a' && b <= 0x0f {
			out = append(out, b)
		}
		return out
	}
	switch c.state {
	case ground:
		if b >= 0x80 {
			c.seq = append(c.seq, b)
			return c.character(out)
		}
		if b != 0x7f {
			out = append(out, b)
		}
		return out
	case escape:
		switch {
		case b == '[':
			c.state = control
			c.seq = append(c.seq, b)
			return out
		case b == ']' || b == 'P' || b == 'X' || b == '^' || b == '_':
			c.state, c.seq = other, c.seq[:0]
			return out
		case b < '0' && len(c.seq) < 4:
			c.seq = append(c.seq, b)
			return out
		}
	case control:
		if b < '@' {
			if len(c.seq) < maxSeq {
				c.seq = append(c.seq, b)
			}
			return out
		}
	}
	c.seq = append(c.seq, b)
	if c.draws() {
		out = append(out, c.seq...)
	}
	c.state, c.seq = ground, c.seq[:0]
	return out
}

// character passes a character when it is whole.
func (c *Cleaner) character(out []byte) []byte {
	if !utf8.FullRune(c.seq) {
		return out
	}
	r, n := utf8.DecodeRune(c.seq)
	rest := append([]byte(nil), c.seq[n:]...)
	c.seq = c.seq[:0]
	if !invisible(r) {
		out = utf8.AppendRune(out, r)
	}
	for _, b := range rest {
		out = c.one(out, b)
	}
	return out
}

// draws reports whether the sequence that has just ended may pass.
func (c *Cleaner) draws() bool {
	final := c.seq[len(c.seq)-1]
	if c.state == escape {
		switch len(c.seq) {
		case 2:
			return bytes.IndexByte([]byte("78DEMH=>c"), final) >= 0
		case 3:
			return (c.seq[1] == '(' || c.seq[1] == ')') && (final == '0' || final == 'B')
		}
		return false
	}
	ps := c.seq[2 : len(c.seq)-1]
	if len(c.seq) > maxSeq {
		return false
	}
	if len(ps) > 0 && ps[0] == '?' && (final == 'h' || final == 'l') {
		for p := range bytes.SplitSeq(ps[1:], []byte{';'}) {
			n, err := strconv.ParseUint(string(p), 10, 16)
			if err != nil || !slices.Contains(modeNumbers[:], int(n)) && !slices.Contains([]int{6, 47, 1047, 1048, 1049}, int(n)) {
				return false
			}
		}
		c.modes = true
		return true
	}
	for _, b := range ps {
		if (b < '0' || b > ';') && !(b == ' ' && final == 'q') {
			return false
		}
	}
	switch {
	case final == 'h' || final == 'l':
		c.modes = true
		return string(ps) == "4"
	case final == 'q':
		return string(ps) == " " || len(ps) == 2 && ps[0] <= '6' && ps[0] >= '0' && ps[1] == ' '
	case final == 'J':
		return len(ps) == 0 || len(ps) == 1 && ps[0] <= '2'
	case final == 'r':
		c.modes = true
	}
	return bytes.IndexByte([]byte("ABCDEFGHIJKLMPSTXZ@`abdefgmrsu"), final) >= 0
}
