package main

import (
	"flag"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/nslab/nslab/lessons/session/screen"
)

// The README's pictures are what a terminal really shows: testdata/pictures.txtar runs the program as every other
// script does, and its command picture draws the screen of a terminal as SVG. Only make pictures keeps them:
//
//	picture NAME FILE TITLE   draws the screen of terminal NAME to FILE of the folder that -pictures names
var pictures = flag.String("pictures", "", "folder to write the README's pictures to")

func cmdPicture(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: picture NAME FILE TITLE")
	}
	tt := terminalsOf(ts).get(ts, args[0])
	tt.mu.Lock()
	svg := picture(tt.screen, args[2])
	tt.mu.Unlock()
	if *pictures != "" {
		ts.Check(os.MkdirAll(*pictures, 0o777))
		ts.Check(writeWhole(filepath.Join(*pictures, args[1]), []byte(svg)))
	}
}

// The measures of a picture, in its own units; and the colours of a terminal, chosen to be told apart on a dark ground.
const (
	cellW, cellH = 8.4, 19
	margin       = 14
	bar          = 30 // the frame's upper edge
)

var palette = [16]string{"#3b4252", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#c8ccd4",
	"#6b7385", "#ff7b86", "#b5e08f", "#ffd787", "#82c4ff", "#dd9bf0", "#7fdbe6", "#ffffff"}

func hex(c screen.Color) string {
	if r, g, b, ok := c.RGB(); ok {
		return fmt.Sprintf("#%02x%02x%02x", r, g, b)
	}
	switch n := int(c); {
	case c == screen.DefaultFg:
		return "#d8dee9"
	case c == screen.DefaultBg:
		return "#1b1f27"
	case n < 16:
		return palette[n]
	case n < 232: // a cube of six steps each
		step := func(i int) int { return []int{0, 95, 135, 175, 215, 255}[i] }
		n -= 16
		return fmt.Sprintf("#%02x%02x%02x", step(n/36), step(n/6%6), step(n%6))
	default:
		v := 8 + 10*(n-232)
		return fmt.Sprintf("#%02x%02x%02x", v, v, v)
	}
}

// picture draws a screen as SVG: text stays text, to be read aloud and copied.
func picture(s *screen.Screen, title string) string {
	rows, cols := s.Size()
	// What is blank below the last line is not drawn.
	text := s.Text()
	for rows > 1 && text[rows-1] == "" {
		rows--
	}
	w, h := float64(cols)*cellW+2*margin, float64(rows*cellH+bar+2*margin-6)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img">`+"\n", w, h, w, h)
	fmt.Fprintf(&b, "<title>%s</title>\n<desc>%s</desc>\n", html.EscapeString(title), html.EscapeString(strings.TrimSpace(strings.Join(text, "\n"))))
	fmt.Fprintf(&b, `<rect width="%.0f" height="%.0f" rx="8" fill="%s"/>`+"\n", w, h, hex(screen.DefaultBg))
	fmt.Fprintf(&b, `<path d="M0 %d V8 A8 8 0 0 1 8 0 H%.0f A8 8 0 0 1 %.0f 8 V%d Z" fill="#2b303b"/>`+"\n", bar, w-8, w, bar)
	fmt.Fprintf(&b, `<text x="%.0f" y="20" text-anchor="middle" font-family="sans-serif" font-size="13" fill="#aab2c0">%s</text>`+"\n", w/2, html.EscapeString(title))
	b.WriteString(`<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" xml:space="preserve">` + "\n")
	for y := range rows {
		top := float64(bar + margin/2 + y*cellH)
		for _, r := range s.Runs(y) {
			x, wide := margin+float64(r.Col)*cellW, float64(r.Width)*cellW
			if r.Bg != screen.DefaultBg {
				fmt.Fprintf(&b, `<rect x="%.1f" y="%.0f" width="%.1f" height="%d" fill="%s"/>`+"\n", x, top, wide, cellH, hex(r.Bg))
			}
			if strings.TrimSpace(r.Text) == "" {
				continue
			}
			look := ""
			if r.Bold {
				look += ` font-weight="bold"`
			}
			if r.Faint {
				look += ` opacity="0.65"`
			}
			if r.Italic {
				look += ` font-style="italic"`
			}
			if r.Underline {
				look += ` text-decoration="underline"`
			}
			fmt.Fprintf(&b, `<text x="%.1f" y="%.0f" textLength="%.1f" fill="%s"%s>%s</text>`+"\n", x, top+14, wide, hex(r.Fg), look, html.EscapeString(r.Text))
		}
	}
	b.WriteString("</g>\n</svg>\n")
	return b.String()
}
