package main

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/fatih/color"
	"github.com/mattn/go-runewidth"
	"github.com/spf13/cobra"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// nslab map: the tree of snapshot.Tree as text, as JSON, and in mapsvg.go as a picture. All three
// are made of one form. The lesson that is open makes them; the command only prints, or writes the file, so that a
// file is written where, and by whom, the command was typed.

// The forms a map can be asked for: the first argument of a request.
const (
	mapText  = "text"
	mapASCII = "ascii" // for terminals without box drawing characters
	mapJSON  = "json"
	mapSVG   = "svg"
)

// mapForm is a map for programs; its names and those below it stay as they are. nslab help map tells them.
type mapForm struct {
	Lesson string   `json:"lesson"`
	Kind   string   `json:"kind"`
	Tree   *mapNode `json:"tree"`
	// Omitted are what the map has only a part of, because there is more of it than nslab looks at.
	Omitted []string `json:"omitted,omitempty"`
}

type mapNode struct {
	Host       bool            `json:"host"`
	Namespaces mapInodes       `json:"namespaces"`
	New        []snapshot.Kind `json:"new"`
	Own        []snapshot.Kind `json:"own"`
	Shared     []snapshot.Kind `json:"shared"`
	Holds      mapHolds        `json:"holds"`
	Files      []string        `json:"files,omitempty"`
	Processes  []mapProcess    `json:"processes"`
	Children   []*mapNode      `json:"children"`
}

type mapInodes map[snapshot.Kind]uint64

type mapHolds struct {
	User *mapUser `json:"user,omitempty"`
	Mnt  *mapMnt  `json:"mnt,omitempty"`
	UTS  *mapUTS  `json:"uts,omitempty"`
	IPC  *mapIPC  `json:"ipc,omitempty"`
	Net  *mapNet  `json:"net,omitempty"`
	Time *mapTime `json:"time,omitempty"`
}

type mapUser struct {
	UIDMap []mapIDs `json:"uid_map"`
}

type mapIDs struct {
	Inside  int64 `json:"inside"`
	Outside int64 `json:"outside"`
	Length  int64 `json:"length"`
}

type mapMnt struct {
	Mounts int `json:"mounts"`
}

type mapUTS struct {
	HostName   string `json:"hostname"`
	DomainName string `json:"domainname"`
}

type mapIPC struct {
	Queues     int      `json:"queues"`
	Segments   int      `json:"segments"`
	Semaphores int      `json:"semaphores"`
	POSIX      []string `json:"posix"`
}

type mapNet struct {
	Interfaces []mapLink `json:"interfaces"`
}

type mapLink struct {
	Name      string   `json:"name"`
	Type      string   `json:"type"`
	Up        bool     `json:"up"`
	Addresses []string `json:"addresses"`
	// Peer is the other end of a veth pair, in the network namespace PeerNet.
	Peer    string `json:"peer,omitempty"`
	PeerNet uint64 `json:"peer_net,omitempty"`
}

type mapTime struct {
	Boottime  int64 `json:"boottime"`
	Monotonic int64 `json:"monotonic"`
}

type mapProcess struct {
	PID       int    `json:"pid"`
	PIDInside int    `json:"pid_inside"`
	Comm      string `json:"comm"`
	Command   string `json:"command"`
	Shell     string `json:"shell,omitempty"`
	Zombie    bool   `json:"zombie,omitempty"`
	// PIDForChildren and TimeForChildren are the namespaces its children will be in, where it is not in them itself.
	PIDForChildren  uint64 `json:"pid_for_children,omitempty"`
	TimeForChildren uint64 `json:"time_for_children,omitempty"`
}

// newMap makes the form of a lab's namespaces of a kind; of all for the empty kind.
func newMap(lesson string, s *snapshot.Snapshot, kind snapshot.Kind) mapForm {
	m := mapForm{Lesson: lesson, Kind: string(kind), Tree: newMapNode(s, s.Tree(kind))}
	if kind == "" {
		m.Kind = allKinds
	}
	for _, o := range s.Omitted {
		m.Omitted = append(m.Omitted, o.What)
	}
	return m
}

const allKinds = "all"

func newMapNode(s *snapshot.Snapshot, n *snapshot.Node) *mapNode {
	m := &mapNode{Host: n.Host, Namespaces: mapInodes{}, New: some(n.New), Own: some(n.Own), Shared: some(n.Shared),
		Files: []string{}, Processes: []mapProcess{}, Children: []*mapNode{}}
	for _, k := range snapshot.Kinds() {
		if inode := n.NS.Of(k); inode != 0 {
			m.Namespaces[k] = inode
		}
	}
	kinds := n.New
	if n.Host {
		kinds = n.Shared
	}
	for _, k := range kinds {
		m.Holds.add(s, k, n)
	}
	for _, file := range n.Files {
		m.Files = append(m.Files, shown(file))
	}
	for _, p := range n.Procs {
		form := mapProcess{PID: p.PID, PIDInside: p.Inside(), Comm: shown(p.Comm), Command: shown(strings.Join(p.Args, " ")),
			Shell: p.Shell, Zombie: p.Ended()}
		if form.Command == "" {
			form.Command = form.Comm
		}
		if p.NS.PIDForChildren != p.NS.PID {
			form.PIDForChildren = p.NS.PIDForChildren
		}
		if p.NS.TimeForChildren != p.NS.Time {
			form.TimeForChildren = p.NS.TimeForChildren
		}
		m.Processes = append(m.Processes, form)
	}
	for _, child := range n.Children {
		m.Children = append(m.Children, newMapNode(s, child))
	}
	return m
}

// some is a list that JSON writes as one even where it is empty.
func some(kinds []snapshot.Kind) []snapshot.Kind { return append([]snapshot.Kind{}, kinds...) }

// add says what a namespace of a node holds; nothing where the snapshot does not know.
func (h *mapHolds) add(s *snapshot.Snapshot, k snapshot.Kind, n *snapshot.Node) {
	inode := n.NS.Of(k)
	switch k {
	case snapshot.User:
		if u, ok := s.Users[inode]; ok {
			h.User = &mapUser{UIDMap: []mapIDs{}}
			for _, ids := range u.UIDMap {
				h.User.UIDMap = append(h.User.UIDMap, mapIDs(ids))
			}
		}
	case snapshot.Mnt:
		if mounts, ok := s.Mounts[inode]; ok {
			h.Mnt = &mapMnt{len(mounts)}
		}
	case snapshot.UTS:
		if u, ok := s.UTS[inode]; ok {
			h.UTS = &mapUTS{shown(u.HostName), shown(u.DomainName)}
			if h.UTS.DomainName == "(none)" { // as uname(2) calls that there is none
				h.UTS.DomainName = ""
			}
		}
	case snapshot.IPC:
		if i, ok := s.IPC[inode]; ok {
			h.IPC = &mapIPC{len(i.Queues), len(i.Segments), len(i.Semaphores), []string{}}
			for _, name := range i.POSIX {
				h.IPC.POSIX = append(h.IPC.POSIX, shown(name))
			}
		}
	case snapshot.Net:
		if net, ok := s.Net[inode]; ok {
			h.Net = &mapNet{Interfaces: mapLinks(s, net)}
		}
	case snapshot.Time:
		for _, p := range n.Procs {
			if p.NS.Time == inode {
				h.Time = &mapTime{p.BootOffset, p.MonotonicOffset}
				break
			}
		}
	}
}

func mapLinks(s *snapshot.Snapshot, net snapshot.NetNS) []mapLink {
	links := []mapLink{}
	for _, l := range net.Links {
		form := mapLink{Name: shown(l.Name), Type: l.Type, Up: l.Up, Addresses: []string{}}
		for _, a := range net.Addrs {
			if a.LinkIndex == l.Index {
				form.Addresses = append(form.Addresses, fmt.Sprintf("%s/%d", a.IP, a.Bits))
			}
		}
		for _, other := range s.Net[l.PeerNS].Links {
			if l.PeerNS != 0 && l.Peer != 0 && other.Index == l.Peer {
				form.Peer, form.PeerNet = shown(other.Name), l.PeerNS
			}
		}
		links = append(links, form)
	}
	return links
}

// shown is clean, and takes out also what would draw a name in another place or order than the others.
func shown(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
			return '?'
		}
		return r
	}, clean(s))
}

// parseMapKind reads a kind as the kernel names it, or as unshare's option does; empty for all.
func parseMapKind(s string) (snapshot.Kind, bool) {
	switch s {
	case "", allKinds:
		return "", true
	case "mount":
		return snapshot.Mnt, true
	}
	k := snapshot.Kind(s)
	return k, slices.Contains(snapshot.Kinds(), k)
}

func mapKinds() string {
	var names []string
	for _, k := range snapshot.Kinds() {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}

// mapCommand declares nslab map.
func (a *app) mapCommand() *cobra.Command {
	c := a.command("map [KIND]", textMapShort, cobra.MaximumNArgs(1), nil)
	c.Long = textMapLong.In(a.lang, nil) + mapKinds() + ".\n\n" + textMapWatchHelp.In(a.lang, nil) + "\n\n" + textMapJSONHelp.In(a.lang, nil)
	svg := c.Flags().String("svg", "", textFlagSVG.In(a.lang, nil))
	watch := c.Flags().BoolP("watch", "w", false, textFlagWatch.In(a.lang, nil))
	c.RunE = func(c *cobra.Command, args []string) error {
		if *watch {
			return a.watchMap(args, c.Flags().Changed("svg"))
		}
		return a.drawMap(args, *svg, c.Flags().Changed("svg"))
	}
	c.ValidArgsFunction = func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return strings.Split(mapKinds(), ", "), cobra.ShellCompDirectiveNoFileComp
	}
	return c
}

// drawMap asks the open lesson for a map and prints it, or writes it to a file.
func (a *app) drawMap(args []string, file string, svg bool) error {
	kind := strings.Join(args, "")
	if _, ok := parseMapKind(kind); !ok {
		return a.fail(textMapUnknownKind, "kind", clean(kind), "kinds", mapKinds())
	}
	form := mapText
	switch {
	case svg && a.json:
		return a.fail(textMapOneForm)
	case svg && file == "":
		return a.fail(textMapNoFile)
	case svg:
		form = mapSVG
	case a.json:
		form = mapJSON
	case plainASCII(a.getenv):
		form = mapASCII
	}
	rep, ok, err := a.callLab("map", []string{form, kind})
	if err != nil {
		return err
	}
	if !ok {
		return a.fail(textNoLesson)
	}
	switch {
	case svg && file == "-", rep.Error != "":
		return a.print(rep)
	case !svg:
		return a.printPaged(rep)
	}
	if err := writeWhole(file, []byte(rep.Text)); err != nil {
		return err
	}
	a.say(textMapWritten, "file", clean(file))
	return nil
}

// plainASCII reports whether the terminal may lack box drawing characters: a locale(7) other than UTF-8, or
// a terminal that can do nothing.
func plainASCII(getenv func(string) string) bool {
	if getenv("TERM") == "dumb" {
		return true
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(getenv(name)); v != "" {
			return !strings.Contains(v, "utf-8") && !strings.Contains(v, "utf8")
		}
	}
	return true
}

// writeWhole writes a file, all of it or nothing; what is no regular file (a pipe, a terminal) is written to as it is.
func writeWhole(path string, content []byte) error {
	if to, err := filepath.EvalSymlinks(path); err == nil {
		path = to
	}
	mode := os.FileMode(0o666)
	switch fi, err := os.Stat(path); {
	case err == nil && !fi.Mode().IsRegular():
		return os.WriteFile(path, content, mode)
	case err == nil:
		mode = fi.Mode().Perm()
	case !errors.Is(err, os.ErrNotExist):
		return err
	}
	dir, base := filepath.Split(path)
	draft := fmt.Sprintf("%s.%s.%d", dir, base, os.Getpid())
	f, err := os.OpenFile(draft, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return &os.PathError{Op: "write", Path: path, Err: errors.Unwrap(err)} // the draft's name says nothing to anyone
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(draft, path)
	}
	if err != nil {
		_ = os.Remove(draft)
	}
	return err
}

// drawMap answers nslab map: args are the form and the kind.
func (s *server) drawMap(v view, req request, caller int) reply {
	args := append(slices.Clone(req.Args), "", "")
	kind, ok := parseMapKind(args[1])
	if !ok {
		return reply{Status: 2, Error: textMapUnknownKind.In(v.lang, pairs([]string{"kind", clean(args[1]), "kinds", mapKinds()}))}
	}
	snap, err := s.session.Lab.Snapshot()
	if err != nil {
		return failed(v, err)
	}
	if kind != "" && snap.Host.Of(kind) == 0 {
		return reply{Status: 2, Error: textMapNoKind.In(v.lang, pairs([]string{"kind", string(kind)}))}
	}
	m := newMap(s.lesson.Name, withoutCaller(snap, caller), kind)
	switch args[0] {
	case mapJSON:
		return jsonReply(m, 0)
	case mapSVG:
		return reply{Text: v.mapSVG(m)}
	}
	return reply{Text: v.mapText(m, args[0] == mapASCII)}
}

// withoutCaller leaves out the nslab map that asks, unless no other process is where it is.
func withoutCaller(s *snapshot.Snapshot, caller int) *snapshot.Snapshot {
	p, ok := s.Proc(caller)
	if !ok || !slices.ContainsFunc(s.Procs, func(q snapshot.Process) bool { return q.PID != caller && q.NS == p.NS }) {
		return s
	}
	without := *s
	without.Procs = slices.DeleteFunc(slices.Clone(s.Procs), func(q snapshot.Process) bool { return q.PID == caller })
	return &without
}

// The words of a node, for the text and for the picture.

func (v view) mapTitle(m mapForm) string {
	title := textMapTitleOne.In(v.lang, pairs([]string{"lesson", m.Lesson, "kind", m.Kind}))
	if m.Kind == allKinds {
		title = textMapTitle.In(v.lang, pairs([]string{"lesson", m.Lesson}))
	}
	if len(m.Omitted) > 0 {
		title += textMapPart.In(v.lang, nil)
	}
	return title
}

func nsName(k snapshot.Kind, inode uint64) string { return fmt.Sprintf("%s:[%d]", k, inode) }

func (n *mapNode) names(kinds []snapshot.Kind) string {
	var names []string
	for _, k := range kinds {
		names = append(names, nsName(k, n.Namespaces[k]))
	}
	return strings.Join(names, ", ")
}

// mapHead says what namespaces a node is: the first line is its name.
func (v view) mapHead(m mapForm, n *mapNode) []string {
	in := func(kinds []snapshot.Kind) map[string]string { return map[string]string{"namespaces": n.names(kinds)} }
	one := m.Kind != allKinds
	switch {
	case n.Host && one:
		return []string{textMapHostOne.In(v.lang, in(n.Shared))}
	case n.Host:
		return []string{textMapHost.In(v.lang, in(n.Shared))}
	}
	var fresh, above []snapshot.Kind
	for _, k := range n.Own {
		if slices.Contains(n.New, k) {
			fresh = append(fresh, k)
		} else {
			above = append(above, k)
		}
	}
	if one {
		fresh, above = n.Own, nil
	}
	var head []string
	switch len(fresh) {
	case 0:
	case 1:
		head = append(head, textMapOwn.In(v.lang, in(fresh)))
	default:
		head = append(head, textMapOwnMany.In(v.lang, in(fresh)))
	}
	if len(above) > 0 {
		head = append(head, textMapOwnAbove.In(v.lang, in(above)))
	}
	switch {
	case one || len(n.Namespaces) == 1:
	case len(n.Shared) == 0:
		head = append(head, textMapSharedNone.In(v.lang, nil))
	default:
		var kinds []string
		for _, k := range n.Shared {
			kinds = append(kinds, string(k))
		}
		head = append(head, textMapShared.In(v.lang, pairs([]string{"kinds", strings.Join(kinds, ", ")})))
	}
	return head
}

// mapFact is what one namespace holds.
type mapFact struct{ kind, text string }

// mapFacts says in brief what a node's namespaces hold, and what keeps them.
func (v view) mapFacts(n *mapNode) []mapFact {
	var facts []mapFact
	add := func(k snapshot.Kind, parts ...string) {
		facts = append(facts, mapFact{string(k), strings.Join(parts, ", ")})
	}
	word := func(list []string, ok bool, text string) []string {
		if ok {
			return append(list, text)
		}
		return list
	}
	h := n.Holds
	if h.User != nil {
		var lines []string
		for _, ids := range h.User.UIDMap {
			lines = append(lines, fmt.Sprintf("uid_map %d %d %d", ids.Inside, ids.Outside, ids.Length))
		}
		add(snapshot.User, word(lines, len(lines) == 0, textMapNoUIDMap.In(v.lang, nil))...)
	}
	if h.Mnt != nil {
		add(snapshot.Mnt, v.counted(textMapMounts, h.Mnt.Mounts))
	}
	if h.UTS != nil {
		names := []string{textMapHostName.In(v.lang, pairs([]string{"name", h.UTS.HostName}))}
		names = word(names, h.UTS.DomainName != "", textMapDomain.In(v.lang, pairs([]string{"name", h.UTS.DomainName})))
		add(snapshot.UTS, names...)
	}
	if h.IPC != nil {
		var list []string
		list = word(list, h.IPC.Queues > 0, v.counted(textMapQueues, h.IPC.Queues))
		list = word(list, h.IPC.Segments > 0, v.counted(textMapSegments, h.IPC.Segments))
		list = word(list, h.IPC.Semaphores > 0, v.counted(textMapSemaphores, h.IPC.Semaphores))
		list = word(list, len(h.IPC.POSIX) > 0, textMapPOSIX.In(v.lang, pairs([]string{"names", strings.Join(h.IPC.POSIX, " ")})))
		add(snapshot.IPC, word(list, len(list) == 0, textMapNoIPC.In(v.lang, nil))...)
	}
	if h.Net != nil {
		for _, l := range h.Net.Interfaces {
			add(snapshot.Net, v.mapLink(l)...)
		}
	}
	if h.Time != nil {
		add(snapshot.Time, textMapTime.In(v.lang, pairs([]string{"boot", fmt.Sprint(h.Time.Boottime), "monotonic", fmt.Sprint(h.Time.Monotonic)})))
	}
	if len(n.Files) > 0 {
		facts = append(facts, mapFact{"", textMapKept.In(v.lang, pairs([]string{"files", strings.Join(n.Files, ", ")}))})
	}
	if len(n.Processes) == 0 {
		facts = append(facts, mapFact{"", textMapEmpty.In(v.lang, nil)})
	}
	return facts
}

// mapLink is an interface in brief: without the addresses that every interface has.
func (v view) mapLink(l mapLink) []string {
	state := textMapDown
	if l.Up {
		state = textMapUp
	}
	parts := []string{state.In(v.lang, pairs([]string{"link", l.Name}))}
	for _, a := range l.Addresses {
		p, err := netip.ParsePrefix(a)
		if err == nil && p.Addr().Is6() && (p.Addr().IsLoopback() || p.Addr().IsLinkLocalUnicast()) {
			continue
		}
		parts = append(parts, a)
	}
	if l.Peer != "" {
		parts = append(parts, textMapPeer.In(v.lang, pairs([]string{"link", l.Peer, "namespace", nsName(snapshot.Net, l.PeerNet)})))
	}
	return parts
}

func (v view) counted(t say.Text, n int) string {
	return t.In(v.lang, pairs([]string{"n", fmt.Sprint(n)}))
}

// mapPID is a process's number, and the one it calls itself where that is another.
func (v view) mapPID(p mapProcess) string {
	s := fmt.Sprintf("PID %d", p.PID)
	if p.PIDInside != p.PID {
		s += " (" + textMapInside.In(v.lang, pairs([]string{"pid", fmt.Sprint(p.PIDInside)})) + ")"
	}
	return s
}

// mapNotes is what else there is to say about a process.
func (v view) mapNotes(p mapProcess) []string {
	var notes []string
	if p.Shell != "" {
		notes = append(notes, textMapShell.In(v.lang, pairs([]string{"shell", p.Shell})))
	}
	if p.Zombie {
		notes = append(notes, textMapZombie.In(v.lang, nil))
	}
	for _, c := range []struct {
		kind  snapshot.Kind
		inode uint64
	}{{snapshot.PID, p.PIDForChildren}, {snapshot.Time, p.TimeForChildren}} {
		if c.inode != 0 {
			notes = append(notes, textMapForChildren.In(v.lang, pairs([]string{"namespaces", nsName(c.kind, c.inode)})))
		}
	}
	return notes
}

// cells measures text as a terminal of the Western world shows it.
var cells = runewidth.Condition{EastAsianWidth: false, StrictEmojiNeutral: true}

// fold breaks a text at spaces into lines of at most width cells.
func fold(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case cells.StringWidth(line)+1+cells.StringWidth(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
		for cells.StringWidth(line) > width {
			head := cells.Truncate(line, width, "")
			if head == "" {
				break
			}
			lines = append(lines, head)
			line = strings.TrimPrefix(line, head)
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// maxDrawn bounds how many processes of one node are drawn; JSON has all.
const maxDrawn = 40

// mapText draws the tree for a terminal.
func (v view) mapText(m mapForm, ascii bool) string {
	var title strings.Builder
	for _, l := range fold(v.mapTitle(m), v.width) {
		title.WriteString(v.bold(l) + "\n")
	}
	tree, _ := v.mapTree(m, mapDiff{}, ascii)
	return title.String() + "\n" + tree
}

// mapTree is the tree without a title, and the numbers of the lines on which something has changed.
func (v view) mapTree(m mapForm, diff mapDiff, ascii bool) (tree string, changed []int) {
	d := &mapDrawer{view: v, form: m, diff: diff, bar: "│ ", tee: "├─", corner: "└─", dots: "…"}
	if ascii {
		d.bar, d.tee, d.corner, d.dots = "| ", "|-", "`-", "..."
	}
	d.node(m.Tree, "", "")
	return d.out.String(), d.changed
}

type mapDrawer struct {
	view
	form                   mapForm
	diff                   mapDiff
	changed                []int // lines on which something has changed
	bar, tee, corner, dots string
	out                    strings.Builder
}

// node draws a node: first is what stands before its first line, rest before the others.
func (d *mapDrawer) node(n *mapNode, first, rest string) {
	prefix, body := first, rest+"  "
	if len(n.Children) > 0 {
		body = rest + d.bar
	}
	put := func(indent, text string, strong bool, change string) {
		mark, attrs := d.mark(change)
		if mark != "" {
			d.changed = append(d.changed, d.lines())
			text += " " + mark
		}
		hang := indent + strings.Repeat(" ", min(4, d.width/8))
		room := d.width - cells.StringWidth(d.short(body)) - len(hang)
		for i, l := range fold(text, room) {
			if i > 0 {
				indent = hang
			}
			switch {
			case mark != "":
				l = d.paint(l, attrs...)
			case strong:
				l = d.bold(l)
			}
			d.out.WriteString(strings.TrimRight(d.short(prefix)+indent+l, " ") + "\n")
			prefix = body
		}
	}
	for i, line := range d.mapHead(d.form, n) {
		change := ""
		for _, k := range n.New {
			if d.diff.ns[nsID{k, n.Namespaces[k]}] != "" && i == 0 {
				change = changeNew
			}
		}
		put("", line, i == 0, change)
	}
	for _, f := range d.mapFacts(n) {
		k := snapshot.Kind(f.kind)
		change := d.diff.facts[nsFact{nsID{k, n.Namespaces[k]}, f.text}]
		if d.form.Kind == allKinds && f.kind != "" {
			f.text = f.kind + ": " + f.text
		}
		put("  ", f.text, false, change)
	}
	wide := 0
	drawn := n.Processes[:min(len(n.Processes), maxDrawn)]
	for _, p := range drawn {
		wide = max(wide, cells.StringWidth(d.mapPID(p)))
	}
	for _, p := range drawn {
		pid := d.mapPID(p)
		mark, attrs := d.mark(d.diff.procs[p.PID])
		if mark == "" {
			attrs = []color.Attribute{color.Bold}
		} else {
			d.changed = append(d.changed, d.lines())
			mark += " "
		}
		line := d.short(prefix) + "  " + d.paint(pid, attrs...) + strings.Repeat(" ", wide-cells.StringWidth(pid)+2) + d.paint(mark, attrs...)
		room := d.width - cells.StringWidth(d.short(prefix)) - wide - 4 - cells.StringWidth(mark)
		notes := ""
		if list := d.mapNotes(p); len(list) > 0 {
			notes = "(" + strings.Join(list, "; ") + ")"
		}
		// The command is cut where it is too long; what else is to be said is not.
		left := room - cells.StringWidth(notes) - 2
		if notes == "" || left < min(cells.StringWidth(p.Command), 12) {
			d.out.WriteString(line + cells.Truncate(p.Command, max(room, 1), d.dots) + "\n")
			put("      ", notes, false, "")
			continue
		}
		d.out.WriteString(line + cells.Truncate(p.Command, left, d.dots) + "  " + notes + "\n")
	}
	if more := len(n.Processes) - len(drawn); more > 0 {
		put("  ", d.counted(textMapMore, more), false, "")
	}
	for i, child := range n.Children {
		d.out.WriteString(strings.TrimRight(d.short(rest+d.bar), " ") + "\n")
		if i < len(n.Children)-1 {
			d.node(child, rest+d.tee+" ", rest+d.bar+" ")
		} else {
			d.node(child, rest+d.corner+" ", rest+"   ")
		}
	}
}

// lines is how many lines are drawn.
func (d *mapDrawer) lines() int { return strings.Count(d.out.String(), "\n") }

// short is a prefix that leaves half the width to what it stands before, however deep the tree is: then its end.
func (d *mapDrawer) short(prefix string) string {
	if over := cells.StringWidth(prefix) - d.width/2; over > 0 {
		return string([]rune(prefix)[over:])
	}
	return prefix
}
