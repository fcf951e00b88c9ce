package snapshot

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Node is namespaces that processes share, in a tree made by [Snapshot.Tree].
type Node struct {
	// NS are the namespaces. In a tree of one kind only that kind is set; of a namespace that no process is in,
	// only that one.
	NS Namespaces
	// Host says that they are the host's: the root of the tree.
	Host bool
	// New are the kinds in which it is not in its parent's namespace, Own those in which it is not in the
	// host's, Shared those in which it is. Of the root, all are Shared.
	New, Own, Shared []Kind
	// Procs are the processes in it, by ascending PID; none for a namespace that is only kept by a file or by
	// the namespaces below it.
	Procs []Member
	// Files are the paths on which files of its New namespaces are mounted, of the root on which its own are
	// (as ip-netns(8) does).
	Files []string
	// Children are the nodes below it: first those with processes, the oldest process first.
	Children []*Node

	parent *Node
	oldest Process
}

// Member is a process in a node.
type Member struct {
	Process
	// Shell is the name of the shell that nslab opened with this process; empty for any other.
	Shell string
}

// Tree arranges the lab's namespaces as a tree, with the host's at the root.
//
// For a kind, a node is one namespace of it. For the empty kind, a node is one set of namespaces: processes
// stand together when they share all of them.
//
// User and PID namespaces have parents in the kernel (user_namespaces(7), pid_namespaces(7)), and a tree of
// either kind shows those as far as the snapshot knows them. For everything else the kernel keeps no tree: the
// parent is where the oldest process of the node came from, which is where the nearest of its ancestors that is
// elsewhere is now. It is the host where there is no such ancestor, as for a process whose parent has ended.
func (s *Snapshot) Tree(kind Kind) *Node {
	t := &treeMaker{snap: s, procs: map[int]Process{}, sets: map[int]Namespaces{}, nodes: map[Namespaces]*Node{}}
	for _, k := range Kinds() {
		if (kind == "" || kind == k) && s.Host.Of(k) != 0 {
			t.kinds = append(t.kinds, k)
		}
	}
	root := &Node{NS: t.only(s.Host), Host: true}
	t.nodes[root.NS] = root
	t.order = []*Node{root}
	for _, p := range s.Procs {
		t.procs[p.PID] = p
	}
	t.place()
	if kind == User {
		t.betweenUsers()
	}
	for _, n := range t.order[1:] {
		n.parent = t.parent(n, kind)
	}
	t.breakCycles(root)
	t.kept()
	files := s.nsFiles()
	for _, n := range t.order {
		for _, k := range t.kinds {
			inode := n.NS.Of(k)
			switch {
			case inode == 0:
				continue
			case inode == s.Host.Of(k):
				n.Shared = append(n.Shared, k)
			default:
				n.Own = append(n.Own, k)
			}
			if !n.Host && inode != n.parent.NS.Of(k) {
				n.New = append(n.New, k)
			}
			if n.Host || inode != n.parent.NS.Of(k) {
				n.Files = append(n.Files, files[nsID{k, inode}]...)
			}
		}
		slices.Sort(n.Files)
		if n.parent != nil {
			n.parent.Children = append(n.parent.Children, n)
		}
	}
	return root
}

// nsID is a namespace.
type nsID struct {
	kind  Kind
	inode uint64
}

type treeMaker struct {
	snap  *Snapshot
	kinds []Kind
	procs map[int]Process
	sets  map[int]Namespaces // by PID, once known
	nodes map[Namespaces]*Node
	order []*Node // the root, then by the age of the oldest process, then those without processes
}

// only returns the namespaces of the kinds that the tree is about.
func (t *treeMaker) only(n Namespaces) Namespaces {
	var some Namespaces
	for _, k := range t.kinds {
		some.set(k, n.Of(k))
	}
	return some
}

func (n *Namespaces) set(k Kind, inode uint64) {
	switch k {
	case User:
		n.User = inode
	case Mnt:
		n.Mnt = inode
	case UTS:
		n.UTS = inode
	case IPC:
		n.IPC = inode
	case Net:
		n.Net = inode
	case PID:
		n.PID = inode
	case Cgroup:
		n.Cgroup = inode
	case Time:
		n.Time = inode
	}
}

// set returns the namespaces a process is counted in; what the kernel no longer said of it is its parent's.
func (t *treeMaker) set(pid int) Namespaces {
	p, ok := t.procs[pid]
	if !ok {
		return t.only(t.snap.Host)
	}
	if set, ok := t.sets[pid]; ok {
		return set
	}
	t.sets[pid] = t.only(t.snap.Host) // should it be its own ancestor
	set := t.only(p.NS)
	for _, k := range t.kinds {
		if set.Of(k) == 0 {
			set.set(k, t.set(p.Parent).Of(k))
		}
	}
	t.sets[pid] = set
	return set
}

// place makes a node of each set and puts the processes in.
func (t *treeMaker) place() {
	shells := map[int]string{}
	for name, pid := range t.snap.Shells {
		shells[pid] = name
	}
	procs := slices.Clone(t.snap.Procs)
	slices.SortStableFunc(procs, older)
	for _, p := range procs {
		set := t.set(p.PID)
		n := t.nodes[set]
		if n == nil {
			n = &Node{NS: set, oldest: p}
			t.nodes[set] = n
			t.order = append(t.order, n)
		}
		n.Procs = append(n.Procs, Member{Process: p, Shell: shells[p.PID]})
	}
	for _, n := range t.order {
		slices.SortFunc(n.Procs, func(a, b Member) int { return cmp.Compare(a.PID, b.PID) })
	}
}

func older(a, b Process) int {
	return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.PID, b.PID))
}

func (t *treeMaker) add(k Kind, inode uint64) *Node {
	var ns Namespaces
	ns.set(k, inode)
	n := &Node{NS: ns, parent: t.order[0]}
	t.nodes[ns] = n
	t.order = append(t.order, n)
	return n
}

// betweenUsers adds user namespaces that no process is in but that others descend from.
func (t *treeMaker) betweenUsers() {
	for _, n := range t.order[1:] {
		up := t.snap.Owners[n.NS.User]
		if up != 0 && t.nodes[Namespaces{User: up}] == nil {
			t.add(User, up)
		}
	}
}

// parent is the node that a node hangs below.
func (t *treeMaker) parent(n *Node, kind Kind) *Node {
	root := t.order[0]
	if kind == User {
		if up := t.nodes[Namespaces{User: t.snap.Owners[n.NS.User]}]; up != nil {
			return up
		}
	}
	if len(n.Procs) == 0 {
		return root
	}
	depth := len(n.oldest.PIDs)
	nested := kind == PID && depth > 1
	climbed := map[int]bool{}
	for p, ok := t.procs[n.oldest.Parent]; ok && !climbed[p.PID]; p, ok = t.procs[p.Parent] {
		climbed[p.PID] = true
		if nested && len(p.PIDs) != depth-1 {
			continue
		}
		if set := t.set(p.PID); set != n.NS {
			return t.nodes[set]
		}
	}
	if nested {
		// Its creator has ended: the only namespace of that depth, if it is the only one.
		var up []*Node
		for _, other := range t.order[1:] {
			if len(other.oldest.PIDs) == depth-1 {
				up = append(up, other)
			}
		}
		if len(up) == 1 {
			return up[0]
		}
	}
	return root
}

// breakCycles hangs below the root what hangs below itself: where two processes started within one tick of the clock,
// neither is the older one for certain.
func (t *treeMaker) breakCycles(root *Node) {
	for _, n := range t.order[1:] {
		up := n.parent
		for range t.order {
			if up == nil || up == n {
				break
			}
			up = up.parent
		}
		if up != nil {
			n.parent = root
		}
	}
}

// kept adds namespaces that no process is in: what the snapshot looked into, and what a file keeps.
func (t *treeMaker) kept() {
	s := t.snap
	in := map[nsID]bool{}
	for _, n := range t.order {
		for _, k := range t.kinds {
			in[nsID{k, n.NS.Of(k)}] = true
		}
	}
	found := map[nsID]bool{}
	look := func(k Kind, inode uint64) {
		if slices.Contains(t.kinds, k) && inode != 0 && !in[nsID{k, inode}] {
			found[nsID{k, inode}] = true
		}
	}
	for inode := range s.UTS {
		look(UTS, inode)
	}
	for inode := range s.Net {
		look(Net, inode)
	}
	for inode := range s.IPC {
		look(IPC, inode)
	}
	for inode := range s.Mounts {
		look(Mnt, inode)
	}
	for inode := range s.Users {
		look(User, inode)
	}
	for id := range s.nsFiles() {
		look(id.kind, id.inode)
	}
	for _, k := range t.kinds {
		var inodes []uint64
		for id := range found {
			if id.kind == k {
				inodes = append(inodes, id.inode)
			}
		}
		slices.Sort(inodes)
		for _, inode := range inodes {
			t.add(k, inode)
		}
	}
}

// nsFiles returns the paths on which files of namespaces are mounted.
func (s *Snapshot) nsFiles() map[nsID][]string {
	files := map[nsID][]string{}
	for _, mounts := range s.Mounts {
		for _, m := range mounts {
			if m.FSType != "nsfs" {
				continue
			}
			// The root of such a mount is "net:[4026532299]".
			kind, rest, _ := strings.Cut(m.Root, ":[")
			inode, err := strconv.ParseUint(strings.TrimSuffix(rest, "]"), 10, 64)
			id := nsID{Kind(kind), inode}
			if err == nil && !slices.Contains(files[id], m.Point) {
				files[id] = append(files[id], m.Point)
			}
		}
	}
	return files
}
