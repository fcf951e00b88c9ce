package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fatih/color"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// What has changed from one map to the next. Namespaces are told apart by kind and inode number, processes
// by their PID in the lab; what a namespace holds is compared as mapFacts words it, for that is what is drawn.

// The ways a thing can differ; in JSON too.
const (
	changeNew     = "new"
	changeGone    = "gone"
	changeChanged = "changed"
)

// mapChange is one difference; its exported fields are for programs.
type mapChange struct {
	Change string        `json:"change"`
	What   string        `json:"what"` // namespace, holds, process
	Kind   snapshot.Kind `json:"kind,omitempty"`
	Inode  uint64        `json:"inode,omitempty"`
	PID    int           `json:"pid,omitempty"`

	text string // what of it, for a person
}

// mapDiff is what has changed in a map, in order, and by what it is drawn as.
type mapDiff struct {
	list  []mapChange
	ns    map[nsID]string   // namespaces that are new
	facts map[nsFact]string // facts that are new or changed
	procs map[int]string
}

type nsID struct {
	kind  snapshot.Kind
	inode uint64
}

type nsFact struct {
	nsID
	text string
}

// mapParts is a map taken apart.
type mapParts struct {
	ns    []nsID
	facts map[nsID][]string
	procs []mapPart
}

type mapPart struct {
	mapProcess
	in string // the namespaces it is in
}

func (v view) mapParts(m mapForm) mapParts {
	parts := mapParts{facts: map[nsID][]string{}}
	seen := map[nsID]bool{}
	var walk func(n *mapNode)
	walk = func(n *mapNode) {
		for _, k := range snapshot.Kinds() {
			id := nsID{k, n.Namespaces[k]}
			if id.inode != 0 && !seen[id] {
				seen[id] = true
				parts.ns = append(parts.ns, id)
			}
		}
		for _, f := range v.mapFacts(n) {
			if f.kind != "" {
				id := nsID{snapshot.Kind(f.kind), n.Namespaces[snapshot.Kind(f.kind)]}
				parts.facts[id] = append(parts.facts[id], f.text)
			}
		}
		for _, p := range n.Processes {
			parts.procs = append(parts.procs, mapPart{p, n.names(some(kindsOf(n)))})
		}
		for _, c := range n.Children {
			walk(c)
		}
	}
	walk(m.Tree)
	return parts
}

// kindsOf are the kinds by which a process of this node is told from one of the host.
func kindsOf(n *mapNode) []snapshot.Kind {
	if n.Host || len(n.Own) == 0 {
		return n.Shared
	}
	return n.Own
}

// mapDiff compares two maps of the same kinds. There is no difference to no map.
func (v view) mapDiff(before *mapForm, now mapForm) mapDiff {
	d := mapDiff{ns: map[nsID]string{}, facts: map[nsFact]string{}, procs: map[int]string{}}
	if before == nil || before.Lesson != now.Lesson || before.Kind != now.Kind {
		return d
	}
	a, b := v.mapParts(*before), v.mapParts(now)
	for _, id := range b.ns {
		if !slices.Contains(a.ns, id) {
			d.ns[id] = changeNew
			d.list = append(d.list, mapChange{Change: changeNew, What: "namespace", Kind: id.kind, Inode: id.inode, text: nsName(id.kind, id.inode)})
		}
	}
	for _, id := range b.ns {
		if slices.Contains(a.ns, id) {
			d.holds(id, a.facts[id], b.facts[id])
		}
	}
	d.processes(v, a.procs, b.procs)
	for _, id := range a.ns {
		if !slices.Contains(b.ns, id) {
			d.list = append(d.list, mapChange{Change: changeGone, What: "namespace", Kind: id.kind, Inode: id.inode, text: nsName(id.kind, id.inode)})
		}
	}
	return d
}

// holds compares what a namespace holds: a fact that begins with the same word (an interface's name) is the same fact.
func (d *mapDiff) holds(id nsID, before, now []string) {
	gone := slices.DeleteFunc(slices.Clone(before), func(f string) bool { return slices.Contains(now, f) })
	name := nsName(id.kind, id.inode) + ": "
	add := func(change, text string) {
		d.list = append(d.list, mapChange{Change: change, What: "holds", Kind: id.kind, Inode: id.inode, text: name + text})
	}
	for _, f := range now {
		if slices.Contains(before, f) {
			continue
		}
		first, _, _ := strings.Cut(f, " ")
		i := slices.IndexFunc(gone, func(g string) bool {
			head, _, _ := strings.Cut(g, " ")
			return head == first || id.kind != snapshot.Net // but for net, a namespace has one fact
		})
		change := changeNew
		if i >= 0 {
			change = changeChanged
			add(change, gone[i]+" → "+f)
			gone = slices.Delete(gone, i, i+1)
		} else {
			add(change, f)
		}
		d.facts[nsFact{id, f}] = change
	}
	for _, f := range gone {
		add(changeGone, f)
	}
}

func (d *mapDiff) processes(v view, before, now []mapPart) {
	old := map[int]mapPart{}
	for _, p := range before {
		old[p.PID] = p
	}
	add := func(change string, p mapPart, text string) {
		d.list = append(d.list, mapChange{Change: change, What: "process", PID: p.PID, text: fmt.Sprintf("PID %d %s", p.PID, text)})
	}
	for _, p := range now {
		was, there := old[p.PID]
		delete(old, p.PID)
		switch {
		case !there:
			d.procs[p.PID] = changeNew
			add(changeNew, p, p.Command)
			continue
		case was.in != p.in:
			add(changeChanged, p, p.Command+": "+textMapMoved.In(v.lang, pairs([]string{"namespaces", p.in})))
		case was.Command != p.Command:
			add(changeChanged, p, was.Command+" → "+p.Command)
		case !slices.Equal(v.mapNotes(was.mapProcess), v.mapNotes(p.mapProcess)):
			add(changeChanged, p, p.Command+": "+strings.Join(v.mapNotes(p.mapProcess), "; "))
		default:
			continue
		}
		d.procs[p.PID] = changeChanged
	}
	for _, p := range before {
		if _, gone := old[p.PID]; gone {
			add(changeGone, p, p.Command)
		}
	}
}

// mapChanges says what has changed, a line or a few for each.
func (v view) mapChanges(d mapDiff, arrow string) []string {
	var lines []string
	for _, c := range d.list {
		mark, word, attr := "~", textMapChanged, color.FgYellow
		switch c.Change {
		case changeNew:
			mark, word, attr = "+", textMapNew, color.FgGreen
		case changeGone:
			mark, word, attr = "-", textMapGone, color.FgRed
		}
		text := mark + " " + textMapChange.In(v.lang, pairs([]string{"word", word.In(v.lang, nil),
			"what", strings.ReplaceAll(c.text, "→", arrow)}))
		for i, l := range fold(text, v.width-4) {
			if i > 0 {
				l = "    " + l
			}
			lines = append(lines, v.paint(l, attr))
		}
	}
	return lines
}

// mark is the word for a thing of the tree that has changed, in brackets, and its colour.
func (v view) mark(change string) (string, []color.Attribute) {
	switch change {
	case changeNew:
		return "[" + textMapNew.In(v.lang, nil) + "]", []color.Attribute{color.FgGreen, color.Bold}
	case changeChanged:
		return "[" + textMapChanged.In(v.lang, nil) + "]", []color.Attribute{color.FgYellow, color.Bold}
	}
	return "", nil
}
