package main

import (
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons/markdown"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// nslab explain: a few sentences on a process, a path or an interface, from a snapshot. What was asked for is
// what it is where the command was typed: in the caller's namespaces, or in the host's from another terminal.

func (a *app) explainCommand() *cobra.Command {
	c := a.command("explain [PID|PATH|INTERFACE|last]", textExplainShort, cobra.MaximumNArgs(1), a.explainThing)
	c.Long = textExplainLong.In(a.lang, nil)
	return c
}

// place is a path that was looked up where the command was typed.
type place struct {
	Path string `json:"path"`
	// Mount is the ID of the mount it is on; 0 where unknown.
	Mount int `json:"mount"`
}

// explainThing asks the open lesson. A path is looked up here in the lab, for only here its links and mounts are known.
func (a *app) explainThing(args []string) error {
	req := request{Op: "explain", Args: args}
	if len(args) == 1 && inLab() {
		req.Place = findHere(args[0])
	}
	rep, ok, err := a.ask(req)
	if err != nil {
		return err
	}
	if !ok {
		return a.fail(textNoLesson)
	}
	return a.printPaged(rep)
}

// findHere looks a path up; nil where nothing is.
func findHere(name string) *place {
	full, err := filepath.Abs(name)
	if err == nil {
		full, err = filepath.EvalSymlinks(full)
	}
	if err != nil {
		return nil
	}
	p := &place{Path: full}
	var st unix.Statx_t
	if unix.Statx(unix.AT_FDCWD, full, unix.AT_SYMLINK_NOFOLLOW|unix.AT_NO_AUTOMOUNT, unix.STATX_MNT_ID, &st) == nil && st.Mask&unix.STATX_MNT_ID != 0 {
		p.Mount = int(st.Mnt_id)
	}
	return p
}

// explainForm is an explanation for programs; its names and those below it stay as they are.
type explainForm struct {
	Kind       string            `json:"kind"` // "process", "path" or "interface"
	Process    *explainedProcess `json:"process,omitempty"`
	Path       *explainedPath    `json:"path,omitempty"`
	Interfaces []explainedLink   `json:"interfaces,omitempty"`
	// Sentences are the explanation itself, in the language that was asked for, as Markdown.
	Sentences []string `json:"sentences"`
}

type explainedNS struct {
	Inode uint64 `json:"inode"`
	Host  bool   `json:"host"`
	// Owner is the user namespace that owns it, of a user namespace its parent; 0 where the kernel does not say.
	Owner uint64 `json:"owner,omitempty"`
}

type explainedProcess struct {
	PID          int                           `json:"pid"`
	PIDs         []int                         `json:"pids"`
	Parent       int                           `json:"parent"`
	Comm         string                        `json:"comm"`
	Command      string                        `json:"command"`
	Shell        string                        `json:"shell,omitempty"`
	Zombie       bool                          `json:"zombie,omitempty"`
	Namespaces   map[snapshot.Kind]explainedNS `json:"namespaces"`
	UID          int                           `json:"uid"`
	UIDInside    *int64                        `json:"uid_inside"` // null where the user namespace's map has none
	Capabilities []string                      `json:"capabilities"`
	Root         string                        `json:"root"`
	RootHost     bool                          `json:"root_host"`
	Cgroup       string                        `json:"cgroup"`
}

type explainedPath struct {
	Path        string      `json:"path"`
	Namespace   explainedNS `json:"namespace"`
	Mount       int         `json:"mount"`
	Point       string      `json:"point"`
	Root        string      `json:"root"`
	FSType      string      `json:"fstype"`
	Source      string      `json:"source"`
	Dev         string      `json:"dev"`
	Propagation string      `json:"propagation"`
	HostSees    bool        `json:"host_sees"`
}

type explainedLink struct {
	Name      string      `json:"name"`
	Namespace explainedNS `json:"namespace"`
	Here      bool        `json:"here"`
	Type      string      `json:"type"`
	Up        bool        `json:"up"`
	Carrier   bool        `json:"carrier"`
	Addresses []string    `json:"addresses"`
	Peer      string      `json:"peer,omitempty"`
	PeerNet   uint64      `json:"peer_net,omitempty"`
	Bridge    string      `json:"bridge,omitempty"`
	HostSees  bool        `json:"host_sees"`
}

// explainer explains what a snapshot shows, to somebody.
type explainer struct {
	snap *snapshot.Snapshot
	lang say.Lang
	// ns are the namespaces of who asks, pids their PIDs, from the host's namespace inwards; only the host's for who is outside.
	ns   snapshot.Namespaces
	pids []int
}

// explain answers nslab explain.
func (s *server) explain(v view, req request, inLab bool, caller int) reply {
	if len(req.Args) == 1 && req.Args[0] == "last" {
		return s.explainLast(v, req.JSON)
	}
	snap, err := s.session.Lab.Snapshot()
	if err != nil {
		return failed(v, err)
	}
	e := explainer{snap: snap, lang: v.lang, ns: snap.Host}
	asks, known := snap.Proc(caller)
	if inLab && known {
		e.ns, e.pids = asks.NS, asks.PIDs
	}
	name := ""
	if len(req.Args) > 0 {
		name = req.Args[0]
	}
	find := func() *place {
		if inLab {
			return req.Place
		}
		full, mount, ok := s.session.Lab.Find(filepath.Join("/root", absolute(name)))
		if !ok {
			return nil
		}
		return &place{full, mount}
	}
	form, missing := e.form(name, asks.Parent, s.homeShell(), find)
	if missing != "" {
		return reply{Status: 2, Error: missing}
	}
	if req.JSON {
		return jsonReply(form, 0)
	}
	return reply{Text: markdown.Render(form.text(), markdown.Options{Width: v.width, Color: v.color})}
}

// text is the explanation as Markdown: of each thing the first sentence, and the others as a list.
func (f explainForm) text() string {
	var b strings.Builder
	first := true
	for _, sentence := range f.Sentences {
		switch {
		case sentence == "":
			first = true
			b.WriteByte('\n')
			continue
		case first:
			b.WriteString(sentence + "\n\n")
		default:
			b.WriteString("- " + sentence + "\n")
		}
		first = false
	}
	return b.String()
}

// absolute is a path such that joined to a folder it stays what it is when it is absolute.
func absolute(name string) string {
	if filepath.IsAbs(name) {
		return filepath.Join("..", name)
	}
	return name
}

// homeShell is the PID in the lab of the shell that the terminal of nslab run shows; 0 for none.
func (s *server) homeShell() int {
	if sh := s.home.shown(); sh != nil {
		return sh.LabPID
	}
	return 0
}

// form explains what a name means. Parent is the process that started the command, front the shell in front. What is
// missing is said instead where it is nowhere.
func (e *explainer) form(name string, parent, front int, find func() *place) (form explainForm, missing string) {
	switch pid, err := strconv.Atoi(name); {
	case name == "":
		p, ok := e.snap.Proc(cmp.Or(parent, front))
		if !ok {
			return form, e.say(textNoProcess, "pid", strconv.Itoa(cmp.Or(parent, front)), "where", e.say(textHostNS))
		}
		return e.process(p), ""
	case err == nil:
		p, ok := e.proc(pid)
		if !ok {
			return form, e.noProcess(pid)
		}
		return e.process(p), ""
	case strings.Contains(name, "/") || name == "." || name == "..":
		if at := find(); at != nil {
			return e.path(*at)
		}
		return form, e.say(textNoPath, "path", checks.Plain(name), "where", e.where())
	}
	if form = e.links(name); len(form.Interfaces) > 0 {
		return form, ""
	}
	if at := find(); at != nil {
		return e.path(*at)
	}
	return form, e.say(textNoSuchThing, "name", checks.Plain(name))
}

func (e *explainer) say(t say.Text, args ...string) string { return t.In(e.lang, pairs(args)) }

// where says from where somebody asks for a path.
func (e *explainer) where() string {
	if e.ns.Mnt == e.snap.Host.Mnt {
		return e.say(textTheHost)
	}
	return e.say(textOtherMntNS, "ns", checks.NSName(snapshot.Mnt, e.ns.Mnt))
}

// proc finds the process that has a PID where somebody asks. Processes of their PID namespace, and those in namespaces
// below it, have one there: behind those of the namespaces around it.
func (e *explainer) proc(pid int) (snapshot.Process, bool) {
	level := max(len(e.pids)-1, 0)
	if level == 0 {
		return e.snap.Proc(pid)
	}
	for _, p := range e.snap.Procs {
		if len(p.PIDs) > level && p.PIDs[level] == pid && e.below(p) {
			return p, true
		}
	}
	return snapshot.Process{}, false
}

// below reports whether a process is in the PID namespace of who asks, or below it: it is, or one of its ancestors is.
func (e *explainer) below(p snapshot.Process) bool {
	for range len(e.snap.Procs) {
		if p.NS.PID == e.ns.PID {
			return true
		}
		parent, ok := e.snap.Proc(p.Parent)
		if !ok {
			return false
		}
		p = parent
	}
	return false
}

func (e *explainer) noProcess(pid int) string {
	where := e.say(textHostNS)
	if len(e.pids) > 1 {
		where = e.say(textOtherPIDNS, "ns", checks.NSName(snapshot.PID, e.ns.PID))
		if p, ok := e.snap.Proc(pid); ok {
			return e.say(textNoProcessIn, "pid", strconv.Itoa(pid), "where", where, "who", checks.Who(p))
		}
	}
	return e.say(textNoProcess, "pid", strconv.Itoa(pid), "where", where)
}

func (e *explainer) namespace(kind snapshot.Kind, inode uint64) explainedNS {
	owner := e.snap.Owners[inode]
	if inode == e.snap.Host.Of(kind) && kind != snapshot.User {
		owner = e.snap.Host.User
	}
	return explainedNS{Inode: inode, Host: inode == e.snap.Host.Of(kind), Owner: owner}
}

// whose names a namespace and says whose it is.
func (e *explainer) whose(kind snapshot.Kind, inode uint64) string {
	ns := checks.NSName(kind, inode)
	if inode == e.snap.Host.Of(kind) {
		return e.say(textNSOfHost, "ns", ns)
	}
	for _, name := range slices.Sorted(maps.Keys(e.snap.Shells)) {
		if p, ok := e.snap.Shell(name); ok && p.NS.Of(kind) == inode {
			return e.say(textNSOfShell, "ns", ns, "shell", name)
		}
	}
	if in := e.snap.In(kind, inode); len(in) > 0 {
		return e.say(textNSOfProcess, "ns", ns, "who", checks.Who(in[0]))
	}
	return e.say(textNSOfFile, "ns", ns)
}

// list writes a list of things: a, b and c.
func (e *explainer) list(things []string) string {
	if len(things) < 2 {
		return strings.Join(things, "")
	}
	last := len(things) - 1
	return strings.Join(things[:last], ", ") + " " + e.say(textAnd) + " " + things[last]
}

func (e *explainer) process(p snapshot.Process) explainForm {
	host := e.snap.Host
	x := &explainedProcess{PID: p.PID, PIDs: p.PIDs, Parent: p.Parent, Comm: p.Comm, Command: commandOf(p),
		Zombie: !checks.Living(p), Namespaces: map[snapshot.Kind]explainedNS{}, UID: p.UID, Capabilities: capabilities(p.CapEff),
		Root: p.Root.Path, Cgroup: e.cgroup(p)}
	for name, pid := range e.snap.Shells {
		if pid == p.PID {
			x.Shell = name
		}
	}
	form := explainForm{Kind: "process", Process: x}
	add := func(t say.Text, args ...string) { form.Sentences = append(form.Sentences, e.say(t, args...)) }
	pid, command := strconv.Itoa(p.PID), code(x.Command)
	if x.Zombie {
		add(textProcessZombie, "pid", pid, "command", command, "parent", strconv.Itoa(p.Parent))
		return form
	}
	init, _ := e.snap.Proc(1)
	x.RootHost = p.Root.Ino == init.Root.Ino && p.Root.Dev == init.Root.Dev
	if inside, ok := checks.InsideUID(e.snap, p); ok {
		x.UIDInside = &inside
	}
	var own, shared []snapshot.Kind
	for _, kind := range snapshot.Kinds() {
		inode := p.NS.Of(kind)
		if inode == 0 {
			continue
		}
		x.Namespaces[kind] = e.namespace(kind, inode)
		if inode == host.Of(kind) {
			shared = append(shared, kind)
		} else {
			own = append(own, kind)
		}
	}
	if x.Shell != "" {
		add(textProcessShell, "pid", pid, "command", command, "shell", x.Shell)
	} else {
		add(textProcess, "pid", pid, "command", command)
	}
	e.numbers(p, add)
	var names []string
	for _, kind := range own {
		names = append(names, checks.NSName(kind, p.NS.Of(kind)))
	}
	switch {
	case len(own) == 0:
		add(textAllShared)
	case len(shared) == 0:
		add(textNoneShared, "own", e.list(names))
	default:
		add(textSomeShared, "own", e.list(names), "shared", checks.KindNames(shared))
	}
	e.owners(p, own, add)
	user, parent := checks.NSName(snapshot.User, p.NS.User), checks.NSName(snapshot.User, e.snap.Owners[p.NS.User])
	switch {
	case p.NS.User == host.User:
		add(textUserHost, "uid", strconv.Itoa(p.UID))
	case x.UIDInside == nil:
		add(textUserUnmapped, "user", user, "parent", parent, "uid", strconv.Itoa(p.UID))
	default:
		add(textUserMapped, "user", user, "parent", parent, "uid", strconv.Itoa(p.UID), "inside", strconv.FormatInt(*x.UIDInside, 10))
	}
	e.powers(p, init, add)
	if x.RootHost {
		add(textRootHost)
	} else if m, ok := mountByID(e.snap.Mounts[p.NS.Mnt], p.Root.MountID); ok {
		add(textRootOther, "path", inCode(p.Root.Path), "mount", inCode(m.Point), "fs", checks.MountName(m))
	} else {
		add(textRootUnknown)
	}
	if x.Cgroup == "/" {
		add(textCgroupHost)
	} else if x.Cgroup != "" {
		add(textCgroup, "path", inCode(x.Cgroup))
	}
	add(textSeesProcess, "pid", pid)
	e.unseen(p, own, add)
	return form
}

// numbers explains a process's PIDs.
func (e *explainer) numbers(p snapshot.Process, add func(say.Text, ...string)) {
	ns := checks.NSName(snapshot.PID, p.NS.PID)
	switch {
	case len(p.PIDs) < 2:
		add(textPIDHost, "pid", strconv.Itoa(p.PID))
	case len(p.PIDs) == 2:
		add(textPIDInside, "pid", strconv.Itoa(p.PID), "ns", ns, "inside", strconv.Itoa(p.Inside()))
	default:
		add(textPIDLevels, "pids", strings.Trim(strings.ReplaceAll(fmt.Sprint(p.PIDs), " ", ", "), "[]"), "ns", ns)
	}
	if len(p.PIDs) > 1 && p.Inside() == 1 {
		add(textPIDFirst)
	}
	if c := p.NS.PIDForChildren; c != 0 && c != p.NS.PID {
		add(textChildrenIn, "ns", checks.NSName(snapshot.PID, c))
	}
}

// owners says who owns the namespaces that are not the host's, those of one owner together.
func (e *explainer) owners(p snapshot.Process, own []snapshot.Kind, add func(say.Text, ...string)) {
	by := map[uint64][]string{}
	for _, kind := range own {
		if owner := e.snap.Owners[p.NS.Of(kind)]; kind != snapshot.User && owner != 0 {
			by[owner] = append(by[owner], string(kind))
		}
	}
	for _, owner := range slices.Sorted(maps.Keys(by)) {
		user := checks.NSName(snapshot.User, owner)
		if owner == e.snap.Host.User {
			add(textOwnerHost, "what", strings.Join(by[owner], ", "), "user", user)
		} else {
			add(textOwner, "what", strings.Join(by[owner], ", "), "user", user, "parent", checks.NSName(snapshot.User, e.snap.Owners[owner]))
		}
	}
}

// powers says which capabilities a process has, of those that the lab's init has.
func (e *explainer) powers(p, init snapshot.Process, add func(say.Text, ...string)) {
	has, lacks := capabilities(p.CapEff), capabilities(init.CapEff&^p.CapEff)
	switch {
	case len(has) == 0:
		add(textCapsNone)
	case len(lacks) == 0:
		add(textCapsAll)
	case len(lacks) <= len(has):
		add(textCapsBut, "names", e.list(lacks))
	default:
		add(textCapsSome, "names", e.list(has))
	}
}

// cgroup is a process's cgroup as the host would write it.
func (e *explainer) cgroup(p snapshot.Process) string {
	init, _ := e.snap.Proc(1)
	base := strings.TrimSuffix(init.Cgroup, "/")
	rest, ok := strings.CutPrefix(p.Cgroup, base)
	if p.Cgroup == "" || !ok || rest != "" && rest[0] != '/' {
		return p.Cgroup
	}
	return cmp.Or(rest, "/")
}

// unseen says what of a process's surroundings the host does not see.
func (e *explainer) unseen(p snapshot.Process, own []snapshot.Kind, add func(say.Text, ...string)) {
	var what []string
	for _, kind := range own {
		switch kind {
		case snapshot.UTS:
			what = append(what, e.say(textNotUTS, "name", checks.Plain(e.snap.UTS[p.NS.UTS].HostName)))
		case snapshot.Mnt:
			what = append(what, e.say(textNotMnt))
		case snapshot.Net:
			var names []string
			for _, l := range e.snap.Net[p.NS.Net].Links {
				names = append(names, checks.Plain(l.Name))
			}
			what = append(what, e.say(textNotNet, "names", strings.Join(names, ", ")))
		case snapshot.IPC:
			what = append(what, e.say(textNotIPC))
		case snapshot.Time:
			what = append(what, e.say(textNotTime))
		}
	}
	switch {
	case len(own) == 0:
		add(textSeesAll)
	case len(what) > 0:
		add(textSeesNot, "what", e.list(what))
	}
}

func mountByID(mounts []snapshot.Mount, id int) (snapshot.Mount, bool) {
	i := slices.IndexFunc(mounts, func(m snapshot.Mount) bool { return m.ID == id && id != 0 })
	if i < 0 {
		return snapshot.Mount{}, false
	}
	return mounts[i], true
}

func (e *explainer) path(at place) (form explainForm, missing string) {
	mounts := e.snap.Mounts[e.ns.Mnt]
	full := filepath.Clean("/" + at.Path)
	m, ok := mountByID(mounts, at.Mount)
	if !ok {
		m, ok = checks.MountUnder(mounts, full)
	}
	if !ok {
		return form, e.say(textNoPath, "path", checks.Plain(full), "where", e.where())
	}
	x := &explainedPath{Path: full, Namespace: e.namespace(snapshot.Mnt, e.ns.Mnt), Mount: m.ID, Point: m.Point, Root: m.Root,
		FSType: m.FSType, Source: m.Source, Dev: m.Dev, Propagation: m.Propagation(), HostSees: e.ns.Mnt == e.snap.Host.Mnt}
	form = explainForm{Kind: "path", Path: x}
	add := func(t say.Text, args ...string) { form.Sentences = append(form.Sentences, e.say(t, args...)) }
	add(textPathOn, "path", inCode(full), "point", inCode(m.Point), "id", strconv.Itoa(m.ID), "whose", e.whose(snapshot.Mnt, e.ns.Mnt))
	what := textMountWhole
	if m.Root != "/" {
		what = textMountPart
	}
	add(what, "root", inCode(m.Root), "fs", checks.Plain(m.FSType), "source", checks.Plain(m.Source), "dev", m.Dev)
	switch m.Propagation() {
	case "shared":
		add(textPropShared, "group", strconv.Itoa(m.Shared))
	case "slave":
		add(textPropSlave, "group", strconv.Itoa(m.Master))
	case "shared,slave":
		add(textPropBoth, "group", strconv.Itoa(m.Shared), "master", strconv.Itoa(m.Master))
	case "unbindable":
		add(textPropUnbind)
	default:
		add(textPropPrivate)
	}
	if x.HostSees {
		add(textHostPathIs)
		return form, ""
	}
	hosts := e.snap.Mounts[e.snap.Host.Mnt]
	h, ok := checks.MountUnder(hosts, full)
	if !ok {
		return form, ""
	}
	host := checks.NSName(snapshot.Mnt, e.snap.Host.Mnt)
	rest := func(m snapshot.Mount) string { return filepath.Join(m.Root, strings.TrimPrefix(full, m.Point)) }
	if x.HostSees = h.Dev == m.Dev && rest(h) == rest(m); x.HostSees {
		add(textHostPathSame, "host", host)
	} else {
		add(textHostPathOther, "host", host, "point", inCode(h.Point), "fs", checks.MountName(h))
	}
	return form, ""
}

// links explains the interfaces of a name: that of who asks first, then the host's, then the others.
func (e *explainer) links(name string) explainForm {
	form := explainForm{Kind: "interface"}
	inodes := slices.Sorted(maps.Keys(e.snap.Net))
	slices.SortStableFunc(inodes, func(a, b uint64) int {
		rank := func(inode uint64) int {
			switch inode {
			case e.ns.Net:
				return 0
			case e.snap.Host.Net:
				return 1
			}
			return 2
		}
		return cmp.Compare(rank(a), rank(b))
	})
	for _, inode := range inodes {
		for _, l := range e.snap.Net[inode].Links {
			if l.Name != name {
				continue
			}
			if len(form.Sentences) > 0 {
				form.Sentences = append(form.Sentences, "")
			}
			e.link(&form, inode, l)
		}
	}
	return form
}

func (e *explainer) link(form *explainForm, inode uint64, l snapshot.Link) {
	net, host := e.snap.Net[inode], e.snap.Host.Net
	x := explainedLink{Name: l.Name, Namespace: e.namespace(snapshot.Net, inode), Here: inode == e.ns.Net, Type: l.Type, Up: l.Up,
		Carrier: l.Running, Addresses: []string{}, HostSees: inode == host}
	for _, a := range net.Addrs {
		if a.LinkIndex == l.Index {
			x.Addresses = append(x.Addresses, fmt.Sprintf("%s/%d", a.IP, a.Bits))
		}
	}
	add := func(t say.Text, args ...string) { form.Sentences = append(form.Sentences, e.say(t, args...)) }
	add(textLink, "name", inCode(l.Name), "whose", e.whose(snapshot.Net, inode))
	if x.Here && inode != host {
		add(textLinkHere)
	}
	how := textAddresses
	switch len(x.Addresses) {
	case 0:
		how = textNoAddress
	case 1:
		how = textAddress
	}
	addresses := e.say(how, "list", e.list(x.Addresses))
	state := textLinkDown
	if l.Up {
		state = textLinkUp
	}
	add(state, "type", cmp.Or(checks.Plain(l.Type), "-"), "addresses", addresses)
	if l.Up && !l.Running {
		add(textNoCarrier)
	}
	if l.Type == "veth" {
		if peer, ok := linkByIndex(e.snap.Net[l.PeerNS], l.Peer); ok && l.PeerNS != 0 {
			x.Peer, x.PeerNet = peer.Name, l.PeerNS
			add(textPeer, "peer", inCode(peer.Name), "whose", e.whose(snapshot.Net, l.PeerNS))
		} else {
			add(textPeerGone)
		}
	}
	if bridge, ok := linkByIndex(net, l.Master); ok && l.Master != 0 {
		x.Bridge = bridge.Name
		add(textBridge, "bridge", inCode(bridge.Name))
	}
	if x.Namespace.Owner != 0 {
		add(textLinkOwner, "whose", e.whose(snapshot.User, x.Namespace.Owner))
	}
	switch {
	case x.HostSees:
		add(textHostLink)
	case x.PeerNet == host:
		add(textHostPeer, "peer", inCode(x.Peer))
	default:
		add(textHostNoLink)
	}
	form.Interfaces = append(form.Interfaces, x)
}

func linkByIndex(n snapshot.NetNS, index int) (snapshot.Link, bool) {
	i := slices.IndexFunc(n.Links, func(l snapshot.Link) bool { return l.Index == index })
	if i < 0 {
		return snapshot.Link{}, false
	}
	return n.Links[i], true
}

// commandOf is a process's command line, or its command's name where there is none.
func commandOf(p snapshot.Process) string {
	if len(p.Args) == 0 {
		return p.Comm
	}
	return strings.Join(p.Args, " ")
}

// code is what the lab has made fit to stand between backquotes.
func code(s string) string {
	return strings.ReplaceAll(checks.Plain(s), "`", "'")
}

// inCode is code between backquotes.
func inCode(s string) string { return "`" + code(s) + "`" }
