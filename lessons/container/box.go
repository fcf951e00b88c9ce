package container

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// kinds are the kinds of namespace that a box has of its own. A user namespace may be among them and need
// not: Docker makes none unless it is told to. Nor need a time namespace.
func kinds() []snapshot.Kind {
	return []snapshot.Kind{snapshot.Mnt, snapshot.UTS, snapshot.IPC, snapshot.Net, snapshot.PID, snapshot.Cgroup}
}

// shared lists the kinds that a process shares with the host; ok is false where it has nothing of its own.
func shared(s *snapshot.Snapshot, p snapshot.Process) (same []snapshot.Kind, ok bool) {
	all := kinds()
	same = make([]snapshot.Kind, 0, len(all))
	for _, k := range all {
		switch p.NS.Of(k) {
		case s.Host.Of(k):
			same = append(same, k)
		case 0:
			return nil, false // it was ending
		}
	}
	return same, len(same) < len(all)
}

func living(p snapshot.Process) bool { return !p.Ended() && p.NS.PID != 0 }

// boxRoot says what is wrong with a process's root: the key of a message, empty for nothing.
func boxRoot(s *snapshot.Snapshot, p snapshot.Process) string {
	root, ok := mountAt(s, p.NS.Mnt, "/")
	switch {
	case p.Root.Path != "/":
		// The kernel prints the path from the root of the mount namespace. pivot_root(2) changes
		// that root, chroot(2) only the process's.
		return "container.chrooted"
	case !ok || oldRoot(s, root):
		return "container.not-pivoted"
	case root.FSType != "overlay":
		return "container.root-not-overlay"
	case option(root, "upperdir") == "":
		return "container.root-no-upper"
	}
	return ""
}

// oldRoot says that a mount is the host's root, wherever it hangs.
func oldRoot(s *snapshot.Snapshot, m snapshot.Mount) bool {
	host, ok := mountAt(s, s.Host.Mnt, "/")
	return ok && m.Dev == host.Dev && m.Root == host.Root
}

// judgeBox judges one process; ok is false for one that has nothing of its own.
//
// What is looked at is a process's own namespaces, root and mounts, not how it came by them: one unshare or
// several, in whatever order, bash or python.
func judgeBox(v *checks.View, p snapshot.Process) (f checks.Finding, ok bool) {
	s := v.Now
	if !living(p) {
		return f, false
	}
	same, ok := shared(s, p)
	if !ok {
		return f, false
	}
	is := s.UTS[p.NS.UTS].HostName
	args := v.Args("process", procName(p), "kinds", kindNames(same), "is", checks.Plain(is), "root", checks.Plain(p.Root.Path),
		"inside", strconv.Itoa(p.Inside()), "point", "/")
	evidence := nsEvidence(s, p.NS, checks.ProcName(p), kinds())
	evidence = append(evidence, checks.Evidence{What: "host name in " + checks.NSName(snapshot.UTS, p.NS.UTS), Value: checks.Plain(is)})
	evidence = append(evidence, mountEvidence(s, p.NS.Mnt, "/", "/proc")...)
	miss := func(key string, near int) (checks.Finding, bool) {
		f := words.Miss(key, args, evidence...)
		f.Near = near
		return f, true
	}
	if len(same) > 0 {
		return miss("container.shares", len(kinds())-len(same))
	}
	near := len(kinds())
	if is != v.Params["name"] {
		return miss("container.not-named", near)
	}
	if key := boxRoot(s, p); key != "" {
		if m, ok := mountAt(s, p.NS.Mnt, "/"); ok {
			args["type"] = checks.Plain(m.FSType)
		}
		return miss(key, near+1)
	}
	proc, ok := mountAt(s, p.NS.Mnt, "/proc")
	hosts, _ := mountAt(s, s.Host.Mnt, "/proc")
	switch {
	case !ok || proc.FSType != "proc":
		return miss("container.no-proc", near+2)
	// A proc file system shows the processes of one PID namespace, and has a device number of its own.
	case proc.Dev == hosts.Dev:
		return miss("container.hosts-proc", near+2)
	}
	for _, m := range s.Mounts[p.NS.Mnt] {
		if oldRoot(s, m) {
			args["point"] = checks.Plain(m.Point)
			evidence = append(evidence, mountEvidence(s, p.NS.Mnt, m.Point)...)
			return miss("container.old-root", near+3)
		}
	}
	f = words.Pass("container.boxed", args, evidence...)
	f.Near = near + 4
	return f, true
}

// container is a box that later steps build upon: its first process, which has namespaces of its own and an overlay as root.
type container struct{ init snapshot.Process }

// boxesOf lists the containers of a snapshot, one a PID namespace.
func boxesOf(v *checks.View, s *snapshot.Snapshot) []container {
	var boxes []container
	seen := map[uint64]bool{}
	for _, p := range s.Procs {
		if !living(p) || p.Inside() != 1 || seen[p.NS.PID] {
			continue
		}
		if same, ok := shared(s, p); ok && len(same) == 0 && boxRoot(s, p) == "" {
			boxes = append(boxes, container{p})
			seen[p.NS.PID] = true
		}
	}
	// The one that bears the name comes first.
	slices.SortStableFunc(boxes, func(a, b container) int {
		return rank(v, s, a) - rank(v, s, b)
	})
	return boxes
}

func rank(v *checks.View, s *snapshot.Snapshot, b container) int {
	if s.UTS[b.init.NS.UTS].HostName == v.Params["name"] {
		return 0
	}
	return 1
}

// joinKinds are the kinds that count for being in a box: its own, and the user namespace.
func joinKinds() []snapshot.Kind { return append(kinds(), snapshot.User) }

// lacks lists the kinds of the box's namespaces that a process is not in.
func (b container) lacks(p snapshot.Process) []snapshot.Kind {
	return slices.DeleteFunc(joinKinds(), func(k snapshot.Kind) bool { return p.NS.Of(k) == b.init.NS.Of(k) })
}

// sameRoot says that the process's root is the box's.
func (b container) sameRoot(p snapshot.Process) bool {
	return p.Root.Path == b.init.Root.Path && p.Root.Dev == b.init.Root.Dev && p.Root.Ino == b.init.Root.Ino
}

// members lists the processes in all the box's namespaces.
func (b container) members(s *snapshot.Snapshot) []snapshot.Process {
	var in []snapshot.Process
	for _, p := range s.Procs {
		if living(p) && len(b.lacks(p)) == 0 {
			in = append(in, p)
		}
	}
	return in
}

// born says that a process was born in the box: its parent is in the box's PID namespace too.
func (b container) born(s *snapshot.Snapshot, p snapshot.Process) bool {
	parent, ok := s.Proc(p.Parent)
	return ok && parent.NS.PID == b.init.NS.PID
}

// joinedTo returns a process that has joined the box from outside. In a PID namespace one can only be born;
// who joins it (setns(2), CLONE_NEWPID) has a child there, and stays outside itself.
func joinedTo(s *snapshot.Snapshot, b container) (snapshot.Process, bool) {
	for _, p := range b.members(s) {
		if p.Inside() != 1 && !b.born(s, p) && b.sameRoot(p) {
			return p, true
		}
	}
	return snapshot.Process{}, false
}

// evidence is that of the box and of processes in it.
func (b container) evidence(s *snapshot.Snapshot, in ...snapshot.Process) []checks.Evidence {
	evidence := nsEvidence(s, b.init.NS, checks.ProcName(b.init), kinds())
	for _, p := range in {
		evidence = append(evidence, nsEvidence(s, p.NS, checks.ProcName(p), kinds())...)
		evidence = append(evidence, checks.Evidence{What: "parent of " + checks.ProcName(p), Value: strconv.Itoa(p.Parent)})
	}
	return evidence
}

func procName(p snapshot.Process) string {
	return strconv.Itoa(p.PID) + " (" + checks.Plain(p.Comm) + ")"
}

func kindNames(ks []snapshot.Kind) string {
	var names []string
	for _, k := range ks {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}

func nsEvidence(_ *snapshot.Snapshot, ns snapshot.Namespaces, whose string, ks []snapshot.Kind) []checks.Evidence {
	var evidence []checks.Evidence
	for _, k := range ks {
		evidence = append(evidence, checks.NSEvidence(k, whose, ns.Of(k)))
	}
	return evidence
}

// mountAt returns what is mounted on a path in a mount namespace; of several the uppermost.
func mountAt(s *snapshot.Snapshot, ns uint64, point string) (snapshot.Mount, bool) {
	for _, m := range slices.Backward(s.Mounts[ns]) {
		if m.Point == point {
			return m, true
		}
	}
	return snapshot.Mount{}, false
}

// mountEvidence is the evidence of what is mounted on paths.
func mountEvidence(s *snapshot.Snapshot, ns uint64, points ...string) []checks.Evidence {
	var evidence []checks.Evidence
	for _, point := range points {
		value := "—"
		if m, ok := mountAt(s, ns, point); ok {
			value = describe(m)
		}
		evidence = append(evidence, checks.Evidence{What: "mounted on " + checks.Plain(point) + " in " + checks.NSName(snapshot.Mnt, ns), Value: value})
	}
	return evidence
}

func describe(m snapshot.Mount) string {
	text := checks.Plain(m.FSType) + " " + m.Dev
	if m.Root != "/" {
		text += " from " + checks.Plain(m.Root)
	}
	for _, name := range []string{"lowerdir", "upperdir"} {
		if value := option(m, name); value != "" {
			text += ", " + name + "=" + checks.Plain(value)
		}
	}
	return text
}

// option returns the value of an option of the mount's file system. Newer kernels print each lower layer as lowerdir+.
func option(m snapshot.Mount, name string) string {
	for _, o := range m.SuperOptions {
		if key, value, ok := strings.Cut(o, "="); ok && strings.TrimSuffix(key, "+") == name {
			return value
		}
	}
	return ""
}

// mounted is a mount, and the mount namespace it is in.
type mounted struct {
	snapshot.Mount
	ns uint64
}

func (m mounted) evidence() []checks.Evidence {
	return []checks.Evidence{{What: "mounted on " + checks.Plain(m.Point) + " in " + checks.NSName(snapshot.Mnt, m.ns), Value: describe(m.Mount)},
		{What: "at its root", Value: list(m.Names)}}
}

// overlays lists the overlay mounts that nothing hides, by mount namespace, the host's first.
func overlays(s *snapshot.Snapshot) []mounted {
	var found []mounted
	for ns, mounts := range s.Mounts {
		for _, m := range mounts {
			if m.FSType != "overlay" {
				continue
			}
			if top, _ := mountAt(s, ns, m.Point); top.ID == m.ID {
				found = append(found, mounted{m, ns})
			}
		}
	}
	slices.SortFunc(found, func(a, b mounted) int {
		if (a.ns == s.Host.Mnt) != (b.ns == s.Host.Mnt) {
			if a.ns == s.Host.Mnt {
				return -1
			}
			return 1
		}
		return a.ID - b.ID
	})
	return found
}
