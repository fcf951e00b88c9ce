package main

import (
	"fmt"
	"html"
	"strings"
	"unicode/utf8"
)

// The picture of nslab map: a rounded box for each node, its processes in it as pills, the nodes below it as boxes
// in the box. Nothing of it rests on colour: what is said is said in words, and lines are dark enough for print. How
// wide a text is depends on the reader's fonts, which are not known here; it is taken to be as
// wide as common ones draw it.

const (
	svgLine   = 19.0 // from one line of text to the next
	svgMono   = 8.1  // the width of a cell at the sizes used, of monospace fonts,
	svgSans   = 7.8  // of the others,
	svgBold   = 8.8  // and of those in bold
	svgPad    = 14.0
	svgGap    = 12.0
	svgPillH  = 46.0
	svgWidth  = 960.0 // a box puts its children side by side up to this
	svgFold   = 46    // cells of a line of text in a box; twice as many in the outermost
	svgCmd    = 28    // cells of a command
	svgColors = "#ffffff #eef3f9"
)

// svgBox is a node laid out: sizes, and places relative to its own upper left corner.
type svgBox struct {
	node     *mapNode
	w, h     float64
	lines    []svgText
	pills    []svgPill
	children []svgPlaced
}

type svgText struct {
	x, y float64
	text string
	bold bool
}

type svgPill struct {
	x, y, w        float64
	command, label string
	zombie         bool
}

type svgPlaced struct {
	x, y float64
	box  *svgBox
}

// layout measures a box and places what is in it.
func (v view) layout(m mapForm, n *mapNode) *svgBox {
	b := &svgBox{node: n}
	width := svgFold
	if n.Host {
		width *= 2
	}
	y := svgPad
	line := func(text string, bold bool) {
		for _, l := range fold(text, width) {
			y += svgLine
			b.lines = append(b.lines, svgText{svgPad, y - 5, l, bold})
			cell := svgSans
			if bold {
				cell = svgBold
			}
			b.w = max(b.w, float64(cells.StringWidth(l))*cell)
		}
	}
	for i, l := range v.mapHead(m, n) {
		line(l, i == 0)
	}
	for _, f := range v.mapFacts(n) {
		if m.Kind == allKinds && f.kind != "" {
			f.text = f.kind + ": " + f.text
		}
		line(f.text, false)
	}
	drawn := n.Processes[:min(len(n.Processes), maxDrawn)]
	if more := len(n.Processes) - len(drawn); more > 0 {
		line(v.counted(textMapMore, more), false)
	}

	// The children decide how much room the pills have.
	var boxes []*svgBox
	for _, child := range n.Children {
		boxes = append(boxes, v.layout(m, child))
	}
	x, wide := 0.0, 0.0
	for _, child := range boxes {
		if x > 0 && x+child.w <= svgWidth {
			wide = max(wide, x+child.w)
		} else {
			x, wide = 0, max(wide, child.w)
		}
		x += child.w + svgGap
	}
	b.w = max(b.w, wide)

	room := max(b.w, svgFold*svgSans)
	x = 0
	y += 8
	for i, p := range drawn {
		pill := svgPill{command: cells.Truncate(p.Command, svgCmd, "…"), zombie: p.Zombie,
			label: strings.Join(append([]string{v.mapPID(p)}, v.mapNotes(p)...), " · ")}
		pill.w = 24 + max(float64(cells.StringWidth(pill.command))*svgMono, float64(cells.StringWidth(pill.label))*svgSans)
		if i > 0 && x+pill.w > room {
			x = 0
			y += svgPillH + svgGap
		}
		pill.x, pill.y = svgPad+x, y
		x += pill.w
		b.w = max(b.w, x)
		x += svgGap
		b.pills = append(b.pills, pill)
	}
	if len(drawn) > 0 {
		y += svgPillH
	}
	if len(boxes) > 0 && len(drawn) > 0 {
		y += svgGap
	}
	x = 0
	row := 0.0
	for _, child := range boxes {
		if x > 0 && x+child.w > svgWidth {
			x = 0
			y += row + svgGap
			row = 0
		}
		b.children = append(b.children, svgPlaced{svgPad + x, y, child})
		x += child.w + svgGap
		row = max(row, child.h)
	}
	b.w += 2 * svgPad
	b.h = y + row + svgPad
	return b
}

// mapSVG draws the map as a document of its own.
func (v view) mapSVG(m mapForm) string {
	box := v.layout(m, m.Tree)
	title, desc := v.mapTitle(m), textMapDesc.In(v.lang, nil)
	w := max(box.w, float64(cells.StringWidth(title))*svgBold*1.2) + 2*svgPad
	h := box.h + 2*svgPad + 34
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f" role="img" xml:lang="%s" font-family="Helvetica, Arial, sans-serif" font-size="14" fill="#1a1a1a">
<title>%s</title>
<desc>%s</desc>
<rect width="100%%" height="100%%" fill="#ffffff"/>
<text x="%.0f" y="32" font-size="18" font-weight="bold">%s</text>
`, w, h, w, h, v.lang, escaped(title), escaped(desc), svgPad, escaped(title))
	box.write(&b, svgPad, svgPad+34, 0)
	b.WriteString("</svg>\n")
	return b.String()
}

func (b *svgBox) write(out *strings.Builder, x, y float64, depth int) {
	fills := strings.Fields(svgColors)
	dash := ""
	if len(b.node.Processes) == 0 && !b.node.Host {
		dash = ` stroke-dasharray="6 4"`
	}
	fmt.Fprintf(out, `<g transform="translate(%.1f %.1f)">`+"\n", x, y)
	fmt.Fprintf(out, `<rect width="%.1f" height="%.1f" rx="14" fill="%s" stroke="#2f4f73" stroke-width="2"%s/>`+"\n",
		b.w, b.h, fills[(depth+1)%len(fills)], dash)
	for _, l := range b.lines {
		weight := ""
		if l.bold {
			weight = ` font-weight="bold"`
		}
		fmt.Fprintf(out, `<text x="%.1f" y="%.1f"%s>%s</text>`+"\n", l.x, l.y, weight, escaped(l.text))
	}
	for _, p := range b.pills {
		dash := ""
		if p.zombie {
			dash = ` stroke-dasharray="3 3"`
		}
		fmt.Fprintf(out, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="%.1f" fill="#fdf6e0" stroke="#555555"%s/>`+"\n",
			p.x, p.y, p.w, svgPillH, svgPillH/2, dash)
		fmt.Fprintf(out, `<text x="%.1f" y="%.1f" text-anchor="middle" font-family="monospace" font-size="13" font-weight="bold">%s</text>`+"\n",
			p.x+p.w/2, p.y+19, escaped(p.command))
		fmt.Fprintf(out, `<text x="%.1f" y="%.1f" text-anchor="middle" font-size="13">%s</text>`+"\n",
			p.x+p.w/2, p.y+36, escaped(p.label))
	}
	for _, c := range b.children {
		c.box.write(out, c.x, c.y, depth+1)
	}
	out.WriteString("</g>\n")
}

// escaped is text for XML; what XML cannot hold at all becomes U+FFFD.
func escaped(s string) string {
	// Not by encoding/xml, which would cost every start of nslab its tables.
	return html.EscapeString(strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' || r >= ' ' && r != 0xfffe && r != 0xffff {
			return r
		}
		return utf8.RuneError
	}, s))
}
