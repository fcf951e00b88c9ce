package mount

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/lessons/lessontest"
	"github.com/nslab/nslab/sandbox/snapshot"
)

func TestTheLessonIsWellWritten(t *testing.T) {
	for _, err := range lessons.Lint(Lesson) {
		t.Error(err)
	}
}

// The mount namespaces of the tests' lab, by inode number: the host's, that of shell isolated, and
// those that a learner makes.
const (
	hostNS uint64 = 100 + iota
	isolatedNS
	ns1
	ns2
)

// PIDs of the lab as it begins.
const (
	initPID     = 1
	hostPID     = 2
	isolatedPID = 3
)

// Devices and inodes of the lab: its tmpfs, and what is in it.
const (
	dev              = "0:50"
	rootDev          = 50
	rootIno   uint64 = 1
	mntIno    uint64 = 2
	treeIno   uint64 = 30
	boxIno    uint64 = 31
	emptySize        = 40
)

// change is what a learner did to a lab.
type change = func(*checks.View)

func do(changes ...change) []change { return changes }

// table is a mount namespace as it begins, numbered from a first ID: the host's shared, any other private.
func table(first int, ns uint64) []snapshot.Mount {
	mounts := []snapshot.Mount{
		{ID: first, Parent: first - 1, Dev: dev, Root: "/", Point: "/", FSType: "tmpfs", Source: "nslab"},
		{ID: first + 1, Parent: first, Dev: "0:51", Root: "/", Point: "/proc", FSType: "proc", Source: "proc"},
	}
	if ns == hostNS {
		mounts[0].Shared, mounts[1].Shared = 1, 2
	}
	return mounts
}

func process(pid, parent int, comm string, mnt uint64) snapshot.Process {
	return snapshot.Process{PID: pid, Parent: parent, Comm: comm, State: "S", Exe: "/usr/bin/" + comm,
		NS:   snapshot.Namespaces{User: 10, Mnt: mnt, UTS: 12, IPC: 13, Net: 14, PID: 15},
		Root: snapshot.Dir{Path: "/", Dev: rootDev, Ino: rootIno, MountID: int(mnt) * 10},
		Cwd:  snapshot.Dir{Path: home, Dev: rootDev, Ino: 3, MountID: int(mnt) * 10}}
}

func fresh() *snapshot.Snapshot {
	return &snapshot.Snapshot{
		Host:   snapshot.Namespaces{User: 10, Mnt: hostNS, UTS: 12, IPC: 13, Net: 14, PID: 15},
		Shells: map[string]int{"host": hostPID, "isolated": isolatedPID},
		Procs: []snapshot.Process{process(initPID, 0, "init", hostNS), process(hostPID, 0, "bash", hostNS),
			process(isolatedPID, 0, "bash", isolatedNS)},
		Mounts: map[uint64][]snapshot.Mount{hostNS: table(int(hostNS)*10, hostNS), isolatedNS: table(int(isolatedNS)*10, isolatedNS)},
		Files: map[string]snapshot.File{
			archive: {Size: 743031, Dev: rootDev, Ino: 29}, point: {Dir: true, Size: emptySize, Dev: rootDev, Ino: mntIno}},
	}
}

func lab(changes ...change) *checks.View {
	v := &checks.View{Start: fresh(), Now: fresh(), Params: Lesson.Defaults()}
	for _, c := range changes {
		c(v)
	}
	return v
}

func file(path string, f snapshot.File) change {
	return func(v *checks.View) { v.Now.Files[path] = f }
}

func remove(path string) change { return func(v *checks.View) { delete(v.Now.Files, path) } }

var box = snapshot.File{Mode: 0o755, Size: 1153512, Dev: rootDev, Ino: boxIno}

// untar unpacks the archive in a directory.
func untar(v *checks.View) {
	dir := func(ino uint64) snapshot.File {
		return snapshot.File{Dir: true, Mode: 0o755, Size: emptySize, Dev: rootDev, Ino: ino}
	}
	maps.Copy(v.Now.Files, map[string]snapshot.File{tree: dir(treeIno), tree + "/bin/busybox": box, tree + "/bin/sh": box,
		tree + "/proc": dir(33), tree + "/mnt": dir(34), tree + "/etc/passwd": {Size: 90, Dev: rootDev, Ino: 35},
		tree + "/usr/share/doc/busybox/copyright": {Size: 500, Dev: rootDev, Ino: 36}})
}

// proc starts a process; a new mount namespace is a copy of the host's, made private.
func proc(pid, parent int, comm string, mnt uint64) change {
	return func(v *checks.View) {
		v.Now.Procs = append(v.Now.Procs, process(pid, parent, comm, mnt))
		if _, ok := v.Now.Mounts[mnt]; !ok {
			v.Now.Mounts[mnt] = copyOf(v.Now.Mounts[hostNS], int(mnt)*10)
		}
	}
}

func copyOf(mounts []snapshot.Mount, first int) []snapshot.Mount {
	c := slices.Clone(mounts)
	for i := range c {
		c[i].ID, c[i].Shared, c[i].Master = c[i].ID-mounts[0].ID+first, 0, 0
	}
	return c
}

// slave and peer set the propagation of a namespace that is a copy of the host's.
func slave(ns uint64) change {
	return func(v *checks.View) {
		for i := range v.Now.Mounts[ns] {
			v.Now.Mounts[ns][i].Master = v.Now.Mounts[hostNS][i].Shared
		}
	}
}

func peer(ns uint64) change {
	return func(v *checks.View) {
		for i := range v.Now.Mounts[ns] {
			v.Now.Mounts[ns][i].Shared = v.Now.Mounts[hostNS][i].Shared
		}
	}
}

func with(pid int, f func(*snapshot.Process)) change {
	return func(v *checks.View) {
		for i := range v.Now.Procs {
			if v.Now.Procs[i].PID == pid {
				f(&v.Now.Procs[i])
			}
		}
	}
}

// mounted adds a mount to one namespace.
func mounted(ns uint64, m snapshot.Mount) change {
	return func(v *checks.View) {
		if m.ID == 0 {
			m.ID = int(ns)*10 + len(v.Now.Mounts[ns])
		}
		under, _ := checks.MountUnder(v.Now.Mounts[ns], m.Point)
		m.Parent = under.ID
		v.Now.Mounts[ns] = append(v.Now.Mounts[ns], m)
	}
}

func bindMount(ns uint64, root, at string) change {
	return mounted(ns, snapshot.Mount{Dev: dev, Root: root, Point: at, FSType: "tmpfs", Source: "nslab"})
}

// passed mounts a tmpfs in the host and wherever the mounts of the host arrive.
func passed(name string) change {
	return func(v *checks.View) {
		for ns, mounts := range v.Now.Mounts {
			m := snapshot.Mount{ID: int(ns)*10 + 7, Dev: "0:60", Root: "/", Point: point, FSType: "tmpfs", Source: name}
			switch {
			case ns == hostNS, mounts[0].Shared == 1:
				m.Shared = 40
			case mounts[0].Master == 1:
				m.Master = 40
			default:
				continue
			}
			mounted(ns, m)(v)
		}
	}
}

func unmounted(ns uint64, at string) change {
	return func(v *checks.View) {
		v.Now.Mounts[ns] = slices.DeleteFunc(slices.Clone(v.Now.Mounts[ns]), func(m snapshot.Mount) bool { return m.Point == at })
	}
}

// pivotTo replaces the root of a namespace by another, as pivot_root does; the old one is then at "old", where
// that is not empty.
func pivotTo(ns uint64, pid int, old string) change {
	return func(v *checks.View) {
		was := v.Now.Mounts[ns]
		id := int(ns)*10 + 8
		now := []snapshot.Mount{{ID: id, Parent: 1, Dev: dev, Root: tree, Point: "/", FSType: "tmpfs", Source: "nslab"}}
		if old != "" {
			for _, m := range was {
				if m.Point == "/" {
					m.Parent, m.Point = id, old
				} else {
					m.Point = old + m.Point
				}
				now = append(now, m)
			}
		}
		v.Now.Mounts[ns] = now
		with(pid, func(p *snapshot.Process) {
			p.Root = snapshot.Dir{Path: "/", Dev: rootDev, Ino: treeIno, MountID: id}
			p.Exe = "/bin/busybox"
		})(v)
	}
}

func chrootTo(pid int, path string, ino uint64) change {
	return with(pid, func(p *snapshot.Process) {
		p.Root = snapshot.Dir{Path: path, Dev: rootDev, Ino: ino, MountID: p.Root.MountID}
		p.Exe = path + "/bin/busybox"
	})
}

func end(pid int) change {
	return func(v *checks.View) {
		p, _ := v.Now.Proc(pid)
		v.Now.Procs = slices.DeleteFunc(slices.Clone(v.Now.Procs), func(p snapshot.Process) bool { return p.PID == pid })
		maps.DeleteFunc(v.Now.Shells, func(_ string, shell int) bool { return shell == pid })
		if len(v.Now.In(snapshot.Mnt, p.NS.Mnt)) == 0 {
			delete(v.Now.Mounts, p.NS.Mnt)
		}
	}
}

// seen keeps the state so far for the view's Seen.
func seen(v *checks.View) {
	s := *v.Now
	s.Procs, s.Shells, s.Files, s.Mounts = slices.Clone(s.Procs), maps.Clone(s.Shells), maps.Clone(s.Files), maps.Clone(s.Mounts)
	for ns := range s.Mounts {
		s.Mounts[ns] = slices.Clone(s.Mounts[ns])
	}
	v.Seen = append(v.Seen, &s)
}

func typed(shell, text string) change {
	return func(v *checks.View) { v.Typed = append(v.Typed, checks.Line{Shell: shell, Text: text}) }
}

func failed(shell, text string) change {
	return func(v *checks.View) { v.Typed = append(v.Typed, checks.Line{Shell: shell, Text: text, Status: 1}) }
}

func status(shell, text string, n int) change {
	return func(v *checks.View) { v.Typed = append(v.Typed, checks.Line{Shell: shell, Text: text, Status: n}) }
}

// state is a row of the tables: what the learner did, and what is said about it.
type state struct {
	Step, What string
	Changes    []change
	Key        string
}

// right are states that satisfy.
var right = []state{
	{"unpack", "tar", do(untar), "mount.unpacked"},
	{"unpack", "the archive removed afterwards", do(untar, remove(archive)), "mount.unpacked"},
	{"unpack", "and once more elsewhere", do(untar, file("/tmp/busybox/bin/busybox", box)), "mount.unpacked"},

	{"bind", "in the isolated shell", do(untar, bindMount(isolatedNS, tree, point)), "mount.bound"},
	{"bind", "in one made from shell host", do(untar, proc(4, hostPID, "bash", ns1), bindMount(ns1, tree, point)), "mount.bound"},
	{"bind", "in a slave of the host's", do(untar, proc(4, hostPID, "bash", ns1), slave(ns1), bindMount(ns1, tree, point)), "mount.bound"},
	{"bind", "over a wrong one", do(untar, bindMount(isolatedNS, home, point), bindMount(isolatedNS, tree, point)), "mount.bound"},
	{"bind", "in the host by mistake, and unmounted", do(untar, bindMount(hostNS, tree, point), seen, unmounted(hostNS, point), bindMount(isolatedNS, tree, point)), "mount.bound"},
	{"bind", "busybox on itself in the host as well", do(untar, bindMount(hostNS, tree, tree), bindMount(isolatedNS, tree, point)), "mount.bound"},

	{"chroot", "chroot in a user namespace", do(untar, proc(4, hostPID, "sh", hostNS), chrootTo(4, tree, treeIno), with(4, func(p *snapshot.Process) { p.NS.User = 77 })), "mount.chrooted"},
	{"chroot", "in the background", do(untar, proc(4, hostPID, "sleep", hostNS), chrootTo(4, tree, treeIno)), "mount.chrooted"},
	{"chroot", "through /mnt in a namespace", do(untar, bindMount(isolatedNS, tree, point), proc(4, isolatedPID, "sh", isolatedNS), chrootTo(4, point, treeIno)), "mount.chrooted-elsewhere"},
	{"chroot", "by pivot_root", do(untar, pivotTo(isolatedNS, isolatedPID, "")), "mount.chrooted-elsewhere"},
	{"chroot", "beside one that has another root", do(untar, proc(4, hostPID, "sh", hostNS), chrootTo(4, "/tmp", 99), proc(5, hostPID, "sh", hostNS), chrootTo(5, tree, treeIno)), "mount.chrooted"},

	{"pivot", "in the isolated shell's own", do(untar, pivotTo(isolatedNS, isolatedPID, "")), "mount.pivoted"},
	{"pivot", "in one made from shell host", do(untar, proc(4, hostPID, "sh", ns1), pivotTo(ns1, 4, "")), "mount.pivoted"},
	{"pivot", "with a proc of its own", do(untar, proc(4, hostPID, "sh", ns1), pivotTo(ns1, 4, ""), mounted(ns1, snapshot.Mount{Dev: "0:70", Root: "/", Point: "/proc", FSType: "proc"})), "mount.pivoted"},
	{"pivot", "a kernel that tells no mount of a directory", do(untar, pivotTo(isolatedNS, isolatedPID, ""), with(isolatedPID, func(p *snapshot.Process) { p.Root.MountID = 0 })), "mount.pivoted"},
	{"pivot", "a tmpfs as the root", do(pivotTo(isolatedNS, isolatedPID, ""), func(v *checks.View) {
		v.Now.Mounts[isolatedNS][0].Dev, v.Now.Mounts[isolatedNS][0].Root = "0:88", "/"
	}), "mount.pivoted"},
	{"pivot", "another with the old root beside it", do(untar, pivotTo(isolatedNS, isolatedPID, "/oldroot"), proc(4, hostPID, "sh", ns1), pivotTo(ns1, 4, "")), "mount.pivoted"},

	{"propagation", "a slave and the isolated shell", do(proc(4, hostPID, "sleep", ns1), slave(ns1), passed("stick")), "mount.propagated"},
	{"propagation", "a peer and the isolated shell", do(proc(4, hostPID, "sleep", ns1), peer(ns1), passed("stick")), "mount.propagated"},
	{"propagation", "a slave and a private one", do(end(isolatedPID), proc(4, hostPID, "sleep", ns1), slave(ns1), proc(5, hostPID, "sleep", ns2), passed("stick")), "mount.propagated"},
	{"propagation", "seen before and after", do(proc(4, hostPID, "sleep", ns1), slave(ns1), seen, passed("stick"), seen), "mount.propagated"},
	{"propagation", "a first try unmounted", do(passed("stick"), seen, unmounted(hostNS, point), seen, proc(4, hostPID, "sleep", ns1), slave(ns1), passed("stick"), seen), "mount.propagated"},
	{"propagation", "a first try whose end was not seen: another mount ID", do(mounted(hostNS, snapshot.Mount{ID: 9, Dev: "0:60", Root: "/", Point: point, Source: "stick", Shared: 40}), seen, unmounted(hostNS, point), proc(4, hostPID, "sleep", ns1), slave(ns1), passed("stick")), "mount.propagated"},
	{"propagation", "after a pivot in the isolated shell's", do(untar, pivotTo(isolatedNS, isolatedPID, ""), proc(4, hostPID, "sleep", ns1), slave(ns1), passed("stick")), "mount.propagated"},
}

// wrong are states that do not, and what the learner is told.
var wrong = []state{
	{"unpack", "nothing done", nil, "mount.not-unpacked"},
	{"unpack", "in /tmp", do(file("/tmp/busybox/bin/busybox", box)), "mount.unpacked-elsewhere"},
	{"unpack", "with the first folder stripped", do(file(home+"/bin/busybox", box)), "mount.unpacked-elsewhere"},
	{"unpack", "one folder too deep", do(file(tree, snapshot.File{Dir: true, Ino: treeIno}), file(tree+"/busybox/bin/busybox", box)), "mount.unpacked-elsewhere"},
	{"unpack", "only the machine's own BusyBox", do(file("/bin/busybox", box), func(v *checks.View) { v.Start.Files["/bin/busybox"] = box }), "mount.not-unpacked"},
	{"unpack", "only gunzip", do(remove(archive), file(home+"/busybox.tar", snapshot.File{Size: 1300000})), "mount.only-gunzipped"},
	{"unpack", "a part", do(untar, remove(tree+"/etc/passwd")), "mount.partly"},
	{"unpack", "a file", do(file(tree, snapshot.File{Size: 9, Ino: treeIno})), "mount.not-a-directory"},
	{"unpack", "an empty folder", do(file(tree, snapshot.File{Dir: true, Ino: treeIno})), "mount.not-the-archive"},
	{"unpack", "empty files", do(untar, file(tree+"/bin/busybox", snapshot.File{Mode: 0o755, Ino: boxIno})), "mount.not-the-archive"},
	{"unpack", "sh is something else", do(untar, file(tree+"/bin/sh", snapshot.File{Mode: 0o755, Size: 120000, Ino: 98})), "mount.not-the-archive"},
	{"unpack", "not a program", do(untar, file(tree+"/bin/busybox", snapshot.File{Mode: 0o644, Size: 1153512, Ino: boxIno})), "mount.not-the-archive"},
	{"unpack", "listed", do(typed("host", "tar tvfz busybox.tar.gz | less")), "mount.only-listed"},
	{"unpack", "listed with a hyphen", do(typed("host", "busybox tar -tzf busybox.tar.gz")), "mount.only-listed"},
	{"unpack", "a function", do(typed("host", "tar() { :; }"), typed("host", "tar xvfz busybox.tar.gz")), "mount.only-function"},
	{"unpack", "in a directory without it", do(status("host", "tar xvfz busybox.tar.gz", 2)), "mount.tar-failed"},
	{"unpack", "the archive removed", do(remove(archive)), "mount.archive-gone"},

	{"bind", "not unpacked", nil, "mount.no-tree"},
	{"bind", "nothing done", do(untar), "mount.not-bound"},
	{"bind", "in the host", do(untar, bindMount(hostNS, tree, point)), "mount.bound-in-host"},
	{"bind", "in both", do(untar, bindMount(hostNS, tree, point), bindMount(isolatedNS, tree, point)), "mount.bound-in-host-too"},
	{"bind", "in the host, and copied", do(untar, bindMount(hostNS, tree, point), proc(4, hostPID, "bash", ns1)), "mount.bound-in-host-too"},
	{"bind", "in a peer of the host's", do(untar, proc(4, hostPID, "bash", ns1), peer(ns1),
		mounted(ns1, snapshot.Mount{Dev: dev, Root: tree, Point: point, Shared: 9}), mounted(hostNS, snapshot.Mount{Dev: dev, Root: tree, Point: point, Shared: 9})), "mount.bound-and-travelled"},
	{"bind", "something else on the host's /mnt", do(untar, bindMount(hostNS, "/usr", point), bindMount(isolatedNS, tree, point)), "mount.host-point-taken"},
	{"bind", "no /mnt", do(untar, remove(point)), "mount.point-gone"},
	{"bind", "a link in /mnt", do(untar, file(point, snapshot.File{Dir: true, Size: 60, Dev: rootDev, Ino: mntIno}), file(point+"/busybox", snapshot.File{Dir: true, Dev: rootDev, Ino: treeIno})), "mount.linked"},
	{"bind", "a link for /mnt", do(untar, file(point, snapshot.File{Dir: true, Size: 240, Dev: rootDev, Ino: treeIno})), "mount.linked"},
	{"bind", "a copy", do(untar, file(point, snapshot.File{Dir: true, Size: 200, Dev: rootDev, Ino: mntIno}), file(point+"/bin/busybox", box)), "mount.copied-files"},
	{"bind", "a copy, one deeper", do(untar, file(point, snapshot.File{Dir: true, Size: 60, Dev: rootDev, Ino: mntIno}), file(point+"/busybox", snapshot.File{Dir: true, Ino: 80}), file(point+"/busybox/bin/busybox", box)), "mount.copied-files"},
	{"bind", "right, with a file in the host's /mnt", do(untar, bindMount(isolatedNS, tree, point), file(point, snapshot.File{Dir: true, Size: 60, Dev: rootDev, Ino: mntIno})), "mount.point-not-empty"},
	{"bind", "the working directory", do(untar, bindMount(isolatedNS, home, point)), "mount.other-source"},
	{"bind", "right, and covered", do(untar, bindMount(isolatedNS, tree, point), mounted(isolatedNS, snapshot.Mount{Dev: "0:77", Root: "/", Point: point, FSType: "tmpfs"})), "mount.other-source"},
	{"bind", "another file system with the same directory name", do(untar, mounted(isolatedNS, snapshot.Mount{Dev: "0:77", Root: tree, Point: point})), "mount.other-source"},
	{"bind", "another point", do(untar, bindMount(isolatedNS, tree, "/srv")), "mount.other-point"},
	{"bind", "the shell left", do(untar, proc(4, hostPID, "bash", ns1), bindMount(ns1, tree, point), seen, end(4)), "mount.bind-ended"},
	{"bind", "unmounted", do(untar, bindMount(isolatedNS, tree, point), seen, unmounted(isolatedNS, point)), "mount.unmounted"},
	{"bind", "without bind", do(untar, failed("isolated", "mount busybox /mnt")), "mount.without-bind"},
	{"bind", "ended at once", do(untar, typed("host", "sudo unshare --mount mount -o bind busybox /mnt")), "mount.ended-at-once"},
	{"bind", "only a user namespace", do(untar, proc(4, hostPID, "bash", hostNS), with(4, func(p *snapshot.Process) { p.NS.User = 77 }), failed("host", "mount -o bind busybox /mnt")), "mount.user-only"},
	{"bind", "refused", do(untar, failed("isolated", "mount --bind busybox /mnt")), "mount.refused"},
	{"bind", "a namespace of another kind", do(untar, typed("host", "unshare --uts bash")), "mount.no-mount-ns"},
	{"bind", "unshare without options", do(untar, typed("host", "sudo unshare bash")), "mount.no-mount-ns"},
	{"bind", "a function", do(untar, typed("isolated", "mount() { :; }")), "mount.only-function"},
	{"bind", "the isolated shell left", do(untar, end(isolatedPID)), "mount.no-isolated"},

	{"chroot", "not unpacked", nil, "mount.no-tree"},
	{"chroot", "nothing done", do(untar), "mount.no-chroot"},
	{"chroot", "another directory", do(untar, proc(4, hostPID, "sh", hostNS), chrootTo(4, "/tmp/copy", 99)), "mount.other-root"},
	{"chroot", "a process of that name", do(untar, proc(4, hostPID, "busybox", hostNS), with(4, func(p *snapshot.Process) { p.Args = []string{"chroot", "busybox", "sh"} })), "mount.no-chroot"},
	{"chroot", "a zombie", do(untar, proc(4, hostPID, "sh", hostNS), chrootTo(4, tree, treeIno), with(4, func(p *snapshot.Process) { p.State = "Z" })), "mount.no-chroot"},
	{"chroot", "the same inode on another device", do(untar, proc(4, hostPID, "sh", hostNS), with(4, func(p *snapshot.Process) { p.Root = snapshot.Dir{Path: "/x", Dev: 51, Ino: treeIno} })), "mount.other-root"},
	{"chroot", "ended", do(untar, proc(4, hostPID, "sh", hostNS), chrootTo(4, tree, treeIno), seen, end(4)), "mount.chroot-ended"},
	{"chroot", "BusyBox with the host's root", do(untar, proc(4, hostPID, "sh", hostNS), with(4, func(p *snapshot.Process) { p.Exe = tree + "/bin/busybox" })), "mount.runs-busybox"},
	{"chroot", "no bash in there", do(untar, status("host", "unshare -r chroot busybox bash", 127)), "mount.no-program"},
	{"chroot", "no bash in there, and seen on the way", do(untar, proc(4, hostPID, "chroot", hostNS), chrootTo(4, tree, treeIno), seen, end(4), status("host", "unshare -r chroot busybox bash", 127)), "mount.no-program"},
	{"chroot", "no program named", do(untar, status("host", "chroot busybox", 127)), "mount.no-program"},
	{"chroot", "refused", do(untar, status("host", "sudo chroot busybox sh", 125)), "mount.chroot-refused"},
	{"chroot", "a function", do(untar, typed("host", "alias chroot=true")), "mount.only-function"},
	{"chroot", "the prompt", do(untar, typed("host", "PS1='/ # '")), "mount.only-prompt"},
	{"chroot", "a working directory", do(untar, with(hostPID, func(p *snapshot.Process) { p.Cwd = snapshot.Dir{Path: tree, Dev: rootDev, Ino: treeIno} })), "mount.only-cwd"},

	{"pivot", "not unpacked", nil, "mount.no-tree"},
	{"pivot", "nothing done", do(untar), "mount.no-pivot"},
	{"pivot", "the host's root", do(untar, pivotTo(hostNS, initPID, "/oldroot")), "mount.host-pivoted"},
	{"pivot", "right, and the host's root too", do(untar, pivotTo(isolatedNS, isolatedPID, ""), pivotTo(hostNS, initPID, "")), "mount.host-pivoted"},
	{"pivot", "covered", do(untar, mounted(isolatedNS, snapshot.Mount{Dev: dev, Root: tree, Point: "/"})), "mount.covered"},
	{"pivot", "the old root there", do(untar, pivotTo(isolatedNS, isolatedPID, "/oldroot")), "mount.old-root"},
	{"pivot", "the old root there, within another", do(untar, pivotTo(isolatedNS, isolatedPID, ""), bindMount(isolatedNS, "/", "/mnt")), "mount.old-root"},
	{"pivot", "chroot in a mount namespace", do(untar, proc(4, hostPID, "bash", ns1), chrootTo(4, tree, treeIno)), "mount.only-chroot"},
	{"pivot", "chroot, seen through its own root", do(untar, proc(4, hostPID, "sh", ns1), chrootTo(4, tree, treeIno), func(v *checks.View) {
		v.Now.Mounts[ns1] = []snapshot.Mount{{ID: 1018, Parent: 1010, Dev: dev, Root: tree, Point: "/"}}
	}), "mount.only-chroot"},
	{"pivot", "chroot in the host's", do(untar, proc(4, hostPID, "sh", hostNS), chrootTo(4, tree, treeIno)), "mount.chroot-in-host"},
	{"pivot", "ended", do(untar, proc(4, hostPID, "sh", ns1), pivotTo(ns1, 4, ""), seen, end(4)), "mount.pivot-ended"},
	{"pivot", "a function", do(untar, typed("isolated", "pivot_root() { cd busybox; }")), "mount.only-function"},
	{"pivot", "in the host", do(untar, failed("host", "pivot_root . oldroot")), "mount.pivot-in-host"},
	{"pivot", "in the host, after an unshare of another kind", do(untar, typed("host", "unshare --uts bash"), failed("host", "pivot_root . oldroot")), "mount.pivot-in-host"},
	{"pivot", "shared", do(untar, proc(4, isolatedPID, "bash", ns1), peer(ns1), bindMount(ns1, tree, tree), failed("isolated", "pivot_root . oldroot")), "mount.pivot-shared"},
	{"pivot", "not a mount", do(untar, failed("isolated", "pivot_root . oldroot")), "mount.not-a-mount-point"},
	{"pivot", "not a mount, in BusyBox's words", do(untar, typed("host", "unshare -m sh"), failed("host", "busybox pivot_root . oldroot")), "mount.not-a-mount-point"},
	{"pivot", "below the mount", do(untar, bindMount(isolatedNS, tree, tree), failed("isolated", "pivot_root . oldroot"), with(isolatedPID, func(p *snapshot.Process) {
		p.Cwd = snapshot.Dir{Path: tree, Dev: rootDev, Ino: treeIno, MountID: int(isolatedNS) * 10}
	})), "mount.stands-below"},
	{"pivot", "ready", do(untar, bindMount(isolatedNS, tree, tree)), "mount.ready"},
	{"pivot", "ready after a try", do(untar, failed("isolated", "pivot_root . oldroot"), bindMount(isolatedNS, tree, tree), typed("isolated", "cd busybox")), "mount.ready"},
	{"pivot", "no directory for the old root", do(untar, bindMount(isolatedNS, tree, tree), failed("isolated", "pivot_root . nowhere")), "mount.pivot-refused"},
	{"pivot", "ready, but in the host", do(untar, bindMount(hostNS, tree, tree)), "mount.ready-in-host"},

	{"propagation", "nothing done", nil, "mount.no-volume"},
	{"propagation", "a slave waits", do(proc(4, hostPID, "sleep", ns1), slave(ns1)), "mount.receiver-waits"},
	{"propagation", "all private", do(proc(4, hostPID, "sleep", ns1), passed("stick")), "mount.arrived-nowhere"},
	{"propagation", "the host private", do(func(v *checks.View) { v.Now.Mounts[hostNS][0].Shared = 0 }, mounted(hostNS, snapshot.Mount{Dev: "0:60", Root: "/", Point: point, Source: "stick"})), "mount.host-private"},
	{"propagation", "by hand in both", do(passed("stick"), mounted(isolatedNS, snapshot.Mount{Dev: "0:61", Root: "/", Point: point, Source: "stick"})), "mount.twice"},
	{"propagation", "copied into a private one", do(passed("stick"), proc(4, hostPID, "sleep", ns1)), "mount.copied"},
	{"propagation", "copied into a slave", do(passed("stick"), seen, proc(4, hostPID, "sleep", ns1), slave(ns1)), "mount.copied"},
	{"propagation", "received, and ended", do(proc(4, hostPID, "sleep", ns1), slave(ns1), passed("stick"), seen, end(4)), "mount.receiver-ended"},
	{"propagation", "unmounted in a slave", do(end(isolatedPID), proc(4, hostPID, "sleep", ns1), slave(ns1), proc(5, hostPID, "sleep", ns2), slave(ns2), passed("stick"), unmounted(ns2, point)), "mount.taken-away"},
	{"propagation", "everywhere", do(end(isolatedPID), proc(4, hostPID, "sleep", ns1), slave(ns1), passed("stick")), "mount.arrived-everywhere"},
	{"propagation", "no other namespace", do(end(isolatedPID), passed("stick")), "mount.only-host"},
	{"propagation", "another name", do(proc(4, hostPID, "sleep", ns1), slave(ns1), passed("tmpfs")), "mount.other-volume"},
	{"propagation", "in the slave alone", do(proc(4, hostPID, "sleep", ns1), slave(ns1), mounted(ns1, snapshot.Mount{Dev: "0:60", Root: "/", Point: point, Source: "stick"})), "mount.not-in-host"},
	{"propagation", "unmounted", do(passed("stick"), seen, unmounted(hostNS, point)), "mount.volume-gone"},
	{"propagation", "refused", do(failed("host", "mount stick /mnt")), "mount.volume-refused"},
}

func judge(t *testing.T, st state, v *checks.View) checks.Finding {
	t.Helper()
	return lessontest.Judge(t, Lesson, lessontest.State(st), v)
}

func TestWhatTheLearnerIsTold(t *testing.T) {
	lessontest.Tables(t, Lesson, words, lab, right, wrong)
}

// A shell can report what it likes.
func TestWhatWasTypedNeverDecides(t *testing.T) {
	lines := do(untar, typed("isolated", "unshare --mount bash"), typed("isolated", "mount -o bind busybox /mnt"),
		typed("host", "unshare -r chroot busybox sh"), typed("isolated", "pivot_root . oldroot"), typed("isolated", "umount -l /oldroot"),
		typed("host", "unshare --mount --propagation slave sleep 1000 &"), typed("host", "mount -t tmpfs stick /mnt"))
	for _, step := range Lesson.Steps[1:] {
		if f := step.Check(lab(lines...)); f.Satisfied {
			t.Errorf("%s is satisfied by words: %s", step.Name, f.Key)
		}
	}
	for _, st := range right {
		if f := judge(t, st, lab(append(slices.Clone(st.Changes), typed("host", "alias mount=true chroot=true"), failed("host", "pivot_root . x"))...)); !f.Satisfied {
			t.Errorf("%s: %s: words took it away: %s", st.Step, st.What, f.Key)
		}
	}
}

// Bytes of the learner's making must not reach a terminal as they are.
func TestNamesArePrintable(t *testing.T) {
	const evil = "\x1b]0;evil\a\u202e"
	for _, st := range []state{
		{"bind", "a mount", do(untar, mounted(isolatedNS, snapshot.Mount{Dev: "0:9", Root: "/" + evil, Point: point, Source: evil})), ""},
		{"bind", "a point", do(untar, bindMount(isolatedNS, tree, "/"+evil)), ""},
		{"bind", "typed", do(untar, typed("host", "unshare --"+evil+" bash")), ""},
		{"chroot", "a root", do(untar, proc(4, hostPID, evil, hostNS), chrootTo(4, "/"+evil, 99)), ""},
		{"chroot", "a program", do(untar, status("host", "chroot busybox "+evil, 127)), ""},
		{"pivot", "the old root", do(untar, pivotTo(isolatedNS, isolatedPID, "/"+evil)), ""},
		{"propagation", "another volume", do(passed(evil)), ""},
		{"propagation", "a process", do(proc(4, hostPID, evil, ns1), slave(ns1)), ""},
	} {
		f := judge(t, st, lab(st.Changes...))
		all := f.Found.In(say.EN, f.Args) + f.Try.In(say.FR, f.Args)
		for _, e := range f.Evidence {
			all += e.What + e.Value
		}
		if strings.ContainsAny(all, "\x1b\a\u202e") {
			t.Errorf("%s: %s: %q", st.Step, st.What, all)
		}
	}
}
