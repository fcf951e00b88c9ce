// Package mount is the lesson on mount namespaces: a table of mounts of one's
// own, a root of one's own, and how mounts travel from one namespace to
// another.
//
// mount.go says what each step asks of the kernel; diagnose.go recognises the
// wrong states that learners reach, and words.go has the sentences for them.
package mount

import (
	"embed"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/data"
	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/sandbox/snapshot"
)

//go:embed text.en.md text.fr.md solution.txtar mistakes/*.txtar
var files embed.FS

// What the steps look at, in the lab's host.
const (
	home    = "/root"
	archive = home + "/busybox.tar.gz"
	tree    = home + "/busybox" // what the archive unpacks into
	point   = "/mnt"
)

// parts are what the archive must have left in tree, the binary first. There are more; these are of every kind.
var parts = []string{"/bin/busybox", "/bin/sh", "/etc/passwd", "/proc", "/mnt", "/usr/share/doc/busybox/copyright"}

// elsewhere are the folders in which learners unpack by mistake.
var elsewhere = []string{tree + "/busybox", home, "/busybox", "", "/tmp/busybox", "/tmp", "/mnt/busybox", "/mnt",
	"/opt/busybox", "/run/busybox", "/srv/busybox", "/home/busybox", "/var/tmp/busybox"}

// Lesson is the lesson.
var Lesson = &lessons.Lesson{
	Name: "mount",
	Shells: []lessons.Shell{
		{Name: "host"},
		{Name: "isolated", Flags: unix.CLONE_NEWNS},
	},
	Params: []lessons.Param{
		{Name: "volume", Default: "stick", Kind: lessons.Kind{Form: lessons.HostName}},
	},
	Steps: []lessons.Step{
		{Name: "unpack", Shell: "host", Check: unpack},
		{Name: "bind", Shell: "isolated", Check: bind},
		{Name: "chroot", Shell: "host", Check: chroot},
		{Name: "pivot", Shell: "isolated", Check: pivot},
		{Name: "propagation", Shell: "host", Check: propagation},
	},
	Provide: []lessons.File{{Path: archive, Content: data.Archive}},
	Watch:   watch(),
	Files:   files,
}

func watch() []string {
	paths := []string{archive, home + "/busybox.tar", tree, point}
	for _, part := range parts {
		paths = append(paths, tree+part)
	}
	for _, dir := range elsewhere {
		paths = append(paths, dir+"/bin/busybox")
	}
	// A copy or a link in the host's /mnt.
	paths = append(paths, point+"/busybox")
	slices.Sort(paths)
	return slices.Compact(paths)
}

// unpack: what the archive holds is in tree.
var unpack = checks.Expect(
	say.Text{
		EN: "The archive is unpacked: `/root/busybox` holds the root of a small system.",
		FR: "L'archive est désarchivée : `/root/busybox` contient la racine d'un petit système."},
	checks.Diagnose(unpacked,
		unpackedElsewhere, onlyGunzipped, partly, notTheArchive, onlyListed, onlyFunction("tar"), tarFailed, archiveGone, notUnpacked))

// bind: /mnt shows tree in a mount namespace other than the host's, and the host's /mnt is as it was.
var bind = checks.Expect(
	say.Text{
		EN: "In a mount namespace other than the host's, `/root/busybox` is mounted on `/mnt`; the host's `/mnt` stays empty.",
		FR: "Dans un espace de noms de montage autre que celui de l'hôte, `/root/busybox` est monté sur `/mnt` ; le `/mnt` de l'hôte reste vide."},
	checks.Diagnose(bound,
		boundInHost, hostPointChanged, otherSource, otherPoint, bindEnded, noTree, onlyFunction("mount", "unshare"),
		withoutBind, endedAtOnce, userOnly, mountRefused, noMountNS, noIsolated, notBound))

// chroot: some process has tree for its root directory, by chroot(2), by a bind mount of it, or by pivot_root(2).
var chroot = checks.Expect(
	say.Text{
		EN: "A process runs with `/root/busybox` for its root directory.",
		FR: "Un processus tourne avec `/root/busybox` pour racine."},
	checks.Diagnose(chrooted,
		otherRoot, noTree, chrootEnded, runsBusybox, noProgram, chrootRefused, onlyFunction("chroot"), onlyPrompt, onlyCwd, noChroot))

// pivot: a mount namespace has another root than the host's, and nothing in it leads back to that.
var pivot = checks.Expect(
	say.Text{
		EN: "A mount namespace other than the host's has another root, a process runs in it, and the old root is no longer mounted there; the host keeps its root.",
		FR: "Un espace de noms de montage autre que celui de l'hôte a une autre racine, un processus y tourne, et l'ancienne racine n'y est plus montée ; l'hôte garde la sienne."},
	checks.Diagnose(pivoted,
		hostPivoted, covered, oldRootThere, onlyChroot, pivotEnded, noTree, onlyFunction("pivot_root"), stillShared,
		notAMountPoint, ready, pivotRefused, boundOntoItselfInHost, noPivot))

// propagation: a mount of the host's is in one namespace because it was passed on, and not in another.
var propagation = checks.Expect(
	say.Text{
		EN: "A mount named {{volume}}, made in the host, has arrived in one other mount namespace and not in another.",
		FR: "Un montage nommé {{volume}}, fait dans l'hôte, est arrivé dans un autre espace de noms de montage, et pas dans un autre encore."},
	checks.Diagnose(propagated,
		hostPrivate, twice, copied, arrivedNowhere, takenAway, arrivedEverywhere, onlyHost, otherVolume, notInHost,
		receiverWaits, volumeGone, volumeRefused, noVolume))

// args are the values that most of the lesson's sentences ask for.
func args(v *checks.View, pairs ...string) map[string]string {
	return v.Args(append([]string{"host-ns", mnt(v.Now.Host.Mnt)}, pairs...)...)
}

func mnt(inode uint64) string { return checks.NSName(snapshot.Mnt, inode) }

// host are the mounts of the host's namespace.
func host(s *snapshot.Snapshot) []snapshot.Mount { return s.Mounts[s.Host.Mnt] }

// fileEvidence says what is on a path of the host.
func fileEvidence(s *snapshot.Snapshot, path string) checks.Evidence {
	f, ok := s.Files[path]
	value := "nothing there"
	switch {
	case ok && f.Dir:
		value = "directory, inode " + strconv.FormatUint(f.Ino, 10)
	case ok:
		value = strconv.FormatInt(f.Size, 10) + " bytes, inode " + strconv.FormatUint(f.Ino, 10)
	}
	return checks.Evidence{What: path + " in the host", Value: value}
}

// binary says that a file may be BusyBox: a program, and no mere name of one.
func binary(f snapshot.File) bool { return !f.Dir && f.Mode&0o111 != 0 && f.Size >= 100<<10 }

func unpacked(v *checks.View) checks.Finding {
	fs := v.Now.Files
	evidence := []checks.Evidence{fileEvidence(v.Now, tree), fileEvidence(v.Now, tree+parts[0]), fileEvidence(v.Now, tree+parts[1])}
	missing := ""
	for _, part := range parts {
		if _, ok := fs[tree+part]; !ok && missing == "" {
			missing = part
		}
	}
	box := fs[tree+parts[0]]
	if missing == "" && fs[tree].Dir && binary(box) && fs[tree+parts[1]].Ino == box.Ino && fs[tree+"/proc"].Dir {
		return words.Pass("mount.unpacked", args(v, "size", strconv.FormatInt(box.Size, 10), "ino", strconv.FormatUint(box.Ino, 10)), evidence...)
	}
	return words.Miss("mount.not-unpacked", args(v), evidence...)
}

// source says which directory of which file system tree is, as a bind mount of it shows it.
func source(s *snapshot.Snapshot) (dev, root string) {
	dev, root, _ = checks.Locate(host(s), tree)
	return dev, root
}

func isTree(s *snapshot.Snapshot, m snapshot.Mount) bool {
	dev, root := source(s)
	return m.Dev == dev && m.Root == root && dev != ""
}

// boundAt returns the mount of tree on a point of a namespace, where it is on top.
func boundAt(s *snapshot.Snapshot, inode uint64, point string) (snapshot.Mount, bool) {
	m, ok := checks.MountOn(s.Mounts[inode], point)
	return m, ok && isTree(s, m)
}

// hostPoint reports whether the host's /mnt is as it was: nothing mounted on it, and nothing in it. A directory of
// a tmpfs is as large as what is in it.
func hostPoint(v *checks.View) (mounted *snapshot.Mount, changed bool) {
	if m, ok := checks.MountOn(host(v.Now), point); ok {
		return &m, true
	}
	is, was := v.Now.Files[point], v.Start.Files[point]
	return nil, is.Ino != was.Ino || is.Dev != was.Dev || is.Size != was.Size
}

func bound(v *checks.View) checks.Finding {
	_, changed := hostPoint(v)
	for _, ns := range checks.MntsElsewhere(v.Now) {
		m, ok := boundAt(v.Now, ns, point)
		if !ok || changed {
			continue
		}
		return words.Pass("mount.bound", args(v, "ns", mnt(ns), "what", m.Root), checks.MountEvidence(v.Now, ns, m),
			checks.NSEvidence(snapshot.Mnt, "host", v.Now.Host.Mnt), fileEvidence(v.Now, point))
	}
	return words.Miss("mount.not-bound", args(v, "others", others(v)), every(v)...)
}

// every is the evidence of the mount namespaces there are, and of /mnt in each.
func every(v *checks.View) []checks.Evidence {
	var evidence []checks.Evidence
	for _, ns := range append([]uint64{v.Now.Host.Mnt}, checks.MntsElsewhere(v.Now)...) {
		if m, ok := checks.MountOn(v.Now.Mounts[ns], point); ok {
			evidence = append(evidence, checks.MountEvidence(v.Now, ns, m))
		} else {
			evidence = append(evidence, checks.NSEvidence(snapshot.Mnt, checks.Whose(v.Now, snapshot.Mnt, ns), ns))
		}
	}
	return evidence
}

// rootEvidence is the evidence of a process's root directory.
func rootEvidence(s *snapshot.Snapshot, p snapshot.Process) []checks.Evidence {
	return []checks.Evidence{
		{What: "root directory of " + checks.ProcName(p), Value: checks.Plain(p.Root.Path) + ", inode " + strconv.FormatUint(p.Root.Ino, 10)},
		checks.NSEvidence(snapshot.Mnt, checks.ProcName(p), p.NS.Mnt)}
}

// alive lists the processes that run, without the lab's init.
func alive(s *snapshot.Snapshot) []snapshot.Process {
	var all []snapshot.Process
	for _, p := range s.Procs {
		if p.PID != 1 && !p.Ended() {
			all = append(all, p)
		}
	}
	return all
}

func pid(p snapshot.Process) string { return strconv.Itoa(p.PID) + " (" + checks.Plain(p.Comm) + ")" }

func chrooted(v *checks.View) checks.Finding {
	dir := v.Now.Files[tree]
	for _, p := range alive(v.Now) {
		if !checks.StandsIn(p.Root, dir) {
			continue
		}
		key := "mount.chrooted"
		if p.NS.Mnt != v.Now.Host.Mnt {
			key = "mount.chrooted-elsewhere"
		}
		return words.Pass(key, args(v, "process", pid(p), "ino", strconv.FormatUint(p.Root.Ino, 10), "ns", mnt(p.NS.Mnt)),
			append(rootEvidence(v.Now, p), fileEvidence(v.Now, tree), checks.NSEvidence(snapshot.Mnt, "host", v.Now.Host.Mnt))...)
	}
	return words.Miss("mount.no-chroot", args(v), fileEvidence(v.Now, tree))
}

// root is what is seen of the root of a mount namespace: the mount on "/", and a process whose root directory
// that is. A namespace whose first process has a root of its own shows us its mounts below that only.
func root(s *snapshot.Snapshot, ns uint64) (m snapshot.Mount, p snapshot.Process, ok bool) {
	m, ok = checks.MountOn(s.Mounts[ns], "/")
	for i := range s.Procs {
		p := &s.Procs[i]
		if p.NS.Mnt != ns || p.Ended() {
			continue
		}
		return m, *p, ok && !checks.HasOwnRoot(*p) && p.Root.Path != "" && (p.Root.MountID == 0 || p.Root.MountID == m.ID)
	}
	return m, p, false
}

// hostRoot returns the mount that is the host's root, now and at the start.
func hostRoot(v *checks.View) (is, was snapshot.Mount) {
	is, _ = checks.MountOn(host(v.Now), "/")
	was, _ = checks.MountOn(host(v.Start), "/")
	return is, was
}

func sameDir(a, b snapshot.Mount) bool { return a.Dev == b.Dev && a.Root == b.Root }

// oldRoots lists where in a namespace the host's root is mounted.
func oldRoots(v *checks.View, ns uint64) []snapshot.Mount {
	_, was := hostRoot(v)
	var old []snapshot.Mount
	for _, m := range v.Now.Mounts[ns] {
		if sameDir(m, was) {
			old = append(old, m)
		}
	}
	return old
}

// pivotedNS finds a namespace whose root is not the host's, as a process in it shows.
func pivotedNS(v *checks.View) (ns uint64, m snapshot.Mount, p snapshot.Process, ok bool) {
	_, was := hostRoot(v)
	for _, ns := range checks.MntsElsewhere(v.Now) {
		if m, p, ok := root(v.Now, ns); ok && !sameDir(m, was) && len(oldRoots(v, ns)) == 0 {
			return ns, m, p, true
		}
	}
	return 0, m, p, false
}

func pivoted(v *checks.View) checks.Finding {
	is, was := hostRoot(v)
	ns, m, p, ok := pivotedNS(v)
	if ok && is.ID == was.ID && sameDir(is, was) {
		return words.Pass("mount.pivoted", args(v, "ns", mnt(ns), "process", pid(p), "what", checks.MountName(m), "number", strconv.Itoa(len(v.Now.Mounts[ns])),
			"host-number", strconv.Itoa(len(host(v.Now)))),
			append(rootEvidence(v.Now, p), checks.MountEvidence(v.Now, ns, m), checks.MountEvidence(v.Now, v.Now.Host.Mnt, is))...)
	}
	return words.Miss("mount.no-pivot", args(v, "others", others(v)), roots(v)...)
}

// roots is the evidence of what is mounted on "/" in every mount namespace.
func roots(v *checks.View) []checks.Evidence {
	var evidence []checks.Evidence
	for _, ns := range append([]uint64{v.Now.Host.Mnt}, checks.MntsElsewhere(v.Now)...) {
		if m, ok := checks.MountOn(v.Now.Mounts[ns], "/"); ok {
			evidence = append(evidence, checks.MountEvidence(v.Now, ns, m))
		}
	}
	return evidence
}

// volume returns the host's mount that has the wanted name for its source.
func volume(v *checks.View) (snapshot.Mount, bool) {
	return named(host(v.Now), v.Params["volume"])
}

func named(mounts []snapshot.Mount, name string) (snapshot.Mount, bool) {
	for _, m := range mounts {
		if m.Source == name && name != "" {
			return m, true
		}
	}
	return snapshot.Mount{}, false
}

// twin returns the mount of a namespace that shows the same as one of the host's.
func twin(mounts []snapshot.Mount, of snapshot.Mount) (snapshot.Mount, bool) {
	for _, m := range mounts {
		if sameDir(m, of) && m.Source == of.Source {
			return m, true
		}
	}
	return snapshot.Mount{}, false
}

// passedOn reports whether the namespace has the mount because it was passed on. What is passed on is a
// peer or a slave; but so is the copy in a namespace that was made later, and that is told only by a look
// in between: the mount was there, and the namespace was not.
func passedOn(v *checks.View, ns uint64, of snapshot.Mount) (m snapshot.Mount, arrived, before bool) {
	m, ok := twin(v.Now.Mounts[ns], of)
	if !ok || m.Shared == 0 && m.Master == 0 {
		return m, false, false
	}
	for _, seen := range slices.Backward(v.Seen) {
		// Before it was mounted, another of that name may have been. (An unshare in between takes the old one's ID.)
		if was, ok := twin(host(seen), of); !ok || was.ID != of.ID {
			break
		}
		if _, there := seen.Mounts[ns]; !there {
			return m, false, true
		}
	}
	return m, true, false
}

// would reports whether a namespace would receive what is mounted there in the host.
func would(s *snapshot.Snapshot, ns uint64, point string) bool {
	from, ok := checks.MountUnder(without(host(s), point), point)
	if !ok {
		return false
	}
	to, ok := checks.MountUnder(without(s.Mounts[ns], point), from.Point)
	return ok && checks.Receives(to, from)
}

// without leaves out what is mounted on a point.
func without(mounts []snapshot.Mount, point string) []snapshot.Mount {
	return slices.DeleteFunc(slices.Clone(mounts), func(m snapshot.Mount) bool { return m.Point == point && point != "/" })
}

func propagated(v *checks.View) checks.Finding {
	of, ok := volume(v)
	if ok {
		for _, in := range checks.MntsElsewhere(v.Now) {
			m, arrived, _ := passedOn(v, in, of)
			if !arrived {
				continue
			}
			for _, not := range checks.MntsElsewhere(v.Now) {
				if _, there := twin(v.Now.Mounts[not], of); there || would(v.Now, not, of.Point) {
					continue
				}
				under, _ := checks.MountUnder(v.Now.Mounts[not], of.Point)
				return words.Pass("mount.propagated", args(v, "point", checks.Plain(of.Point), "in", mnt(in), "in-type", m.Propagation(),
					"not", mnt(not), "not-type", under.Propagation()),
					checks.MountEvidence(v.Now, v.Now.Host.Mnt, of), checks.MountEvidence(v.Now, in, m), checks.MountEvidence(v.Now, not, under))
			}
		}
	}
	return words.Miss("mount.no-volume", args(v, "list", propagations(v)), roots(v)...)
}
