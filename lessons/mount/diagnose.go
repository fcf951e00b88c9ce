package mount

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/sandbox/snapshot"
)

func miss(v *checks.View, key string, evidence []checks.Evidence, pairs ...string) (checks.Finding, bool) {
	return words.Miss(key, args(v, pairs...), evidence...), true
}

var none checks.Finding

// others names the mount namespaces beside the host's, with whose they are.
func others(v *checks.View) string {
	var names []string
	for _, ns := range checks.MntsElsewhere(v.Now) {
		names = append(names, mnt(ns)+" ("+checks.Whose(v.Now, snapshot.Mnt, ns)+")")
	}
	if names == nil {
		return "—"
	}
	return strings.Join(names, ", ")
}

// propagations names the mount namespaces beside the host's, with how their roots propagate.
func propagations(v *checks.View) string {
	var names []string
	for _, ns := range checks.MntsElsewhere(v.Now) {
		m, _ := checks.MountUnder(v.Now.Mounts[ns], point)
		names = append(names, mnt(ns)+" ("+checks.Whose(v.Now, snapshot.Mnt, ns)+"): "+m.Propagation())
	}
	if names == nil {
		return "—"
	}
	return strings.Join(names, ", ")
}

// What was typed. It speaks only where the kernel shows nothing.

func onlyFunction(commands ...string) checks.Diagnosis {
	return func(v *checks.View) (checks.Finding, bool) {
		command, shell, ok := v.Redefined(commands...)
		if !ok {
			return none, false
		}
		return miss(v, "mount.only-function", every(v), "command", command, "shell", shell)
	}
}

// applet takes the word busybox away, where it begins a command.
func applet(words []string) []string {
	if len(words) > 1 && path.Base(words[0]) == "busybox" {
		return words[1:]
	}
	return words
}

// last returns the last command of that name that was typed, also behind an unshare or nsenter, as its words from
// there on.
func last(v *checks.View, name string) (words []string, line checks.Line, ok bool) {
	for words, line := range v.LastCommands() {
		words = applet(words)
		if words[0] == name {
			return words, line, true
		}
		if words[0] != "unshare" && words[0] != "nsenter" {
			continue
		}
		if i := slices.Index(words, name); i > 0 {
			return words[i:], line, true
		}
	}
	return nil, checks.Line{}, false
}

// Step unpack.

func treeEvidence(v *checks.View) []checks.Evidence {
	return []checks.Evidence{fileEvidence(v.Now, archive), fileEvidence(v.Now, tree), fileEvidence(v.Now, tree+parts[0])}
}

func unpackedElsewhere(v *checks.View) (checks.Finding, bool) {
	if _, ok := v.Now.Files[tree+parts[0]]; ok {
		return none, false
	}
	for _, dir := range elsewhere {
		f, ok := v.Now.Files[dir+"/bin/busybox"]
		// On a machine that has BusyBox it stands in /bin.
		if _, before := v.Start.Files[dir+"/bin/busybox"]; !ok || before || !binary(f) {
			continue
		}
		return miss(v, "mount.unpacked-elsewhere", append(treeEvidence(v), fileEvidence(v.Now, dir+"/bin/busybox")), "where", dir+"/bin/busybox")
	}
	return none, false
}

func onlyGunzipped(v *checks.View) (checks.Finding, bool) {
	f, ok := v.Now.Files[home+"/busybox.tar"]
	if _, there := v.Now.Files[tree]; !ok || there {
		return none, false
	}
	return miss(v, "mount.only-gunzipped", []checks.Evidence{fileEvidence(v.Now, home+"/busybox.tar")}, "size", strconv.FormatInt(f.Size, 10))
}

// partly recognises the real BusyBox without the rest of the archive.
func partly(v *checks.View) (checks.Finding, bool) {
	fs := v.Now.Files
	if !binary(fs[tree+parts[0]]) {
		return none, false
	}
	for _, part := range parts {
		if _, ok := fs[tree+part]; !ok {
			return miss(v, "mount.partly", append(treeEvidence(v), fileEvidence(v.Now, tree+part)), "missing", "busybox"+part)
		}
	}
	return none, false
}

func notTheArchive(v *checks.View) (checks.Finding, bool) {
	f, ok := v.Now.Files[tree]
	if !ok {
		return none, false
	}
	if !f.Dir {
		return miss(v, "mount.not-a-directory", treeEvidence(v))
	}
	return miss(v, "mount.not-the-archive", treeEvidence(v))
}

func onlyListed(v *checks.View) (checks.Finding, bool) {
	words, _, ok := last(v, "tar")
	if !ok || len(words) < 2 || strings.HasPrefix(words[1], "--") || !strings.Contains(words[1], "t") || strings.Contains(words[1], "x") {
		return none, false
	}
	return miss(v, "mount.only-listed", treeEvidence(v))
}

func tarFailed(v *checks.View) (checks.Finding, bool) {
	_, line, ok := last(v, "tar")
	if !ok || line.Status <= 0 {
		return none, false
	}
	return miss(v, "mount.tar-failed", treeEvidence(v), "status", strconv.Itoa(line.Status))
}

func archiveGone(v *checks.View) (checks.Finding, bool) {
	if _, ok := v.Now.Files[archive]; ok {
		return none, false
	}
	return miss(v, "mount.archive-gone", treeEvidence(v))
}

func notUnpacked(v *checks.View) (checks.Finding, bool) {
	return miss(v, "mount.not-unpacked", treeEvidence(v))
}

// noTree recognises, in the steps that build upon it, that the archive is not unpacked.
func noTree(v *checks.View) (checks.Finding, bool) {
	if _, ok := v.Now.Files[tree]; ok {
		return none, false
	}
	return miss(v, "mount.no-tree", treeEvidence(v))
}

// Step bind.

// boundInHost recognises something mounted on the host's /mnt: there alone, there and elsewhere, or there because
// it travelled.
func boundInHost(v *checks.View) (checks.Finding, bool) {
	m, ok := checks.MountOn(host(v.Now), point)
	if !ok {
		return none, false
	}
	if !isTree(v.Now, m) {
		return miss(v, "mount.host-point-taken", every(v), "what", checks.MountName(m))
	}
	key := "mount.bound-in-host"
	pairs := []string{"others", others(v)}
	for _, ns := range checks.MntsElsewhere(v.Now) {
		in, ok := boundAt(v.Now, ns, point)
		if !ok {
			continue
		}
		if checks.Receives(in, m) || checks.Receives(m, in) {
			return miss(v, "mount.bound-and-travelled", every(v), "ns", mnt(ns), "type", in.Propagation())
		}
		key, pairs = "mount.bound-in-host-too", append(pairs, "ns", mnt(ns))
	}
	return miss(v, key, every(v), pairs...)
}

// hostPointChanged recognises look-alikes of a mount in the host's /mnt, and what else was left there.
func hostPointChanged(v *checks.View) (checks.Finding, bool) {
	if _, changed := hostPoint(v); !changed {
		return none, false
	}
	fs := v.Now.Files
	is, dir := fs[point], fs[tree]
	evidence := append(every(v), fileEvidence(v.Now, point), fileEvidence(v.Now, tree))
	box, below := fs[point+"/bin/busybox"], fs[point+"/busybox/bin/busybox"]
	switch {
	case is.Ino == 0:
		return miss(v, "mount.point-gone", evidence)
	case dir.Ino != 0 && (is.Ino == dir.Ino && is.Dev == dir.Dev || fs[point+"/busybox"].Ino == dir.Ino && fs[point+"/busybox"].Dev == dir.Dev):
		return miss(v, "mount.linked", evidence)
	case binary(box) || binary(below):
		return miss(v, "mount.copied-files", evidence)
	}
	return miss(v, "mount.point-not-empty", evidence)
}

// otherSource recognises a mount on /mnt that shows something else.
func otherSource(v *checks.View) (checks.Finding, bool) {
	for _, ns := range checks.MntsElsewhere(v.Now) {
		m, ok := checks.MountOn(v.Now.Mounts[ns], point)
		if !ok || isTree(v.Now, m) {
			continue
		}
		return miss(v, "mount.other-source", every(v), "ns", mnt(ns), "whose", checks.Whose(v.Now, snapshot.Mnt, ns), "what", checks.MountName(m))
	}
	return none, false
}

// otherPoint recognises that busybox is bound, but on something else than /mnt.
func otherPoint(v *checks.View) (checks.Finding, bool) {
	for _, ns := range append(checks.MntsElsewhere(v.Now), v.Now.Host.Mnt) {
		for _, m := range v.Now.Mounts[ns] {
			if isTree(v.Now, m) && m.Point != point && m.Point != "/" {
				return miss(v, "mount.other-point", append(every(v), checks.MountEvidence(v.Now, ns, m)), "ns", mnt(ns), "point", checks.Plain(m.Point))
			}
		}
	}
	return none, false
}

// bindEnded recognises that it was right, and is no more.
func bindEnded(v *checks.View) (checks.Finding, bool) {
	for _, seen := range slices.Backward(v.Seen) {
		for _, ns := range checks.MntsElsewhere(seen) {
			if _, ok := boundAt(seen, ns, point); !ok {
				continue
			}
			if _, still := v.Now.Mounts[ns]; still {
				return miss(v, "mount.unmounted", every(v), "ns", mnt(ns))
			}
			return miss(v, "mount.bind-ended", every(v), "ns", mnt(ns))
		}
	}
	return none, false
}

// withoutBind recognises mount busybox /mnt: mount(8) then takes busybox for a device.
func withoutBind(v *checks.View) (checks.Finding, bool) {
	words, line, ok := last(v, "mount")
	if !ok || line.Status <= 0 || !slices.ContainsFunc(words, func(w string) bool { return strings.TrimSuffix(path.Base(w), "/") == "busybox" }) {
		return none, false
	}
	for _, w := range words {
		if strings.Contains(w, "bind") || w == "-B" || w == "-R" {
			return none, false
		}
	}
	return miss(v, "mount.without-bind", every(v))
}

// endedAtOnce recognises a namespace made for the one command that mounts.
func endedAtOnce(v *checks.View) (checks.Finding, bool) {
	for words := range v.LastCommands() {
		u, ok := checks.Unshare(words)
		if !ok {
			continue
		}
		if u.Has(snapshot.Mnt) && strings.Contains(strings.Join(u.Program, " "), "mount ") && len(u.Program) > 1 {
			return miss(v, "mount.ended-at-once", every(v))
		}
		return none, false
	}
	return none, false
}

// userOnly recognises root of a new user namespace in the host's mount namespace: what it mounts is refused.
func userOnly(v *checks.View) (checks.Finding, bool) {
	for _, p := range alive(v.Now) {
		if p.NS.User != 0 && p.NS.User != v.Now.Host.User && p.NS.Mnt == v.Now.Host.Mnt {
			return miss(v, "mount.user-only", append(every(v), checks.NSEvidence(snapshot.User, checks.ProcName(p), p.NS.User)), "process", pid(p))
		}
	}
	return none, false
}

func mountRefused(v *checks.View) (checks.Finding, bool) {
	_, line, ok := last(v, "mount")
	if !ok || line.Status <= 0 {
		return none, false
	}
	return miss(v, "mount.refused", every(v), "status", strconv.Itoa(line.Status))
}

// noMountNS recognises an unshare without the option for this kind.
func noMountNS(v *checks.View) (checks.Finding, bool) {
	u, _, ok := v.LastUnshare()
	if !ok || u.Has(snapshot.Mnt) {
		return none, false
	}
	options := strings.Join(u.Options, " ")
	if options == "" {
		options = "—"
	}
	return miss(v, "mount.no-mount-ns", every(v), "options", checks.Plain(options))
}

func noIsolated(v *checks.View) (checks.Finding, bool) {
	if _, ok := v.Now.Shell("isolated"); ok || len(checks.MntsElsewhere(v.Now)) > 0 {
		return none, false
	}
	return miss(v, "mount.no-isolated", every(v))
}

func notBound(v *checks.View) (checks.Finding, bool) {
	return miss(v, "mount.not-bound", every(v), "others", others(v))
}

// Step chroot.

// otherRoot recognises a root directory that is neither that of its namespace nor busybox.
func otherRoot(v *checks.View) (checks.Finding, bool) {
	for _, p := range alive(v.Now) {
		if checks.HasOwnRoot(p) && !checks.StandsIn(p.Root, v.Now.Files[tree]) {
			return miss(v, "mount.other-root", append(rootEvidence(v.Now, p), fileEvidence(v.Now, tree)), "process", pid(p), "root", checks.Plain(p.Root.Path))
		}
	}
	return none, false
}

// chrootEnded recognises a process that had busybox for its root. One that is called chroot still has changed its root
// and started nothing in there: what it was to start is perhaps not there, and that is noProgram's to say.
func chrootEnded(v *checks.View) (checks.Finding, bool) {
	for _, seen := range slices.Backward(v.Seen) {
		for _, p := range alive(seen) {
			if checks.StandsIn(p.Root, seen.Files[tree]) && p.Comm != "chroot" {
				return miss(v, "mount.chroot-ended", rootEvidence(seen, p), "process", pid(p))
			}
		}
	}
	return none, false
}

// runsBusybox recognises the BusyBox of the archive, run with the host's root.
func runsBusybox(v *checks.View) (checks.Finding, bool) {
	for _, p := range alive(v.Now) {
		if strings.HasSuffix(p.Exe, tree+"/bin/busybox") && !checks.HasOwnRoot(p) && p.NS.Mnt == v.Now.Host.Mnt {
			return miss(v, "mount.runs-busybox", append(rootEvidence(v.Now, p), fileEvidence(v.Now, tree)), "process", pid(p))
		}
	}
	return none, false
}

// noProgram recognises that chroot found no program of that name in its new root.
func noProgram(v *checks.View) (checks.Finding, bool) {
	words, line, ok := last(v, "chroot")
	if !ok || line.Status != 127 && line.Status != 126 {
		return none, false
	}
	program := "bash"
	if len(words) > 2 {
		program = words[2]
	}
	return miss(v, "mount.no-program", []checks.Evidence{fileEvidence(v.Now, tree)}, "program", checks.Plain(program))
}

func chrootRefused(v *checks.View) (checks.Finding, bool) {
	_, line, ok := last(v, "chroot")
	if !ok || line.Status <= 0 {
		return none, false
	}
	return miss(v, "mount.chroot-refused", []checks.Evidence{fileEvidence(v.Now, tree)}, "status", strconv.Itoa(line.Status))
}

func onlyPrompt(v *checks.View) (checks.Finding, bool) {
	for words := range v.LastCommands() {
		for _, w := range words {
			if name, _, ok := strings.Cut(w, "="); ok && slices.Contains([]string{"PS1", "PROMPT_COMMAND"}, name) {
				return miss(v, "mount.only-prompt", []checks.Evidence{fileEvidence(v.Now, tree)})
			}
		}
	}
	return none, false
}

func onlyCwd(v *checks.View) (checks.Finding, bool) {
	for _, p := range alive(v.Now) {
		if checks.StandsIn(p.Cwd, v.Now.Files[tree]) {
			return miss(v, "mount.only-cwd", append(rootEvidence(v.Now, p), fileEvidence(v.Now, tree)), "process", pid(p), "root", checks.Plain(p.Root.Path))
		}
	}
	return none, false
}

func noChroot(v *checks.View) (checks.Finding, bool) {
	evidence := []checks.Evidence{fileEvidence(v.Now, tree)}
	for _, p := range alive(v.Now) {
		evidence = append(evidence, rootEvidence(v.Now, p)[0])
	}
	return miss(v, "mount.no-chroot", evidence[:min(len(evidence), 4)])
}

// Step pivot.

func hostPivoted(v *checks.View) (checks.Finding, bool) {
	is, was := hostRoot(v)
	if is.ID == was.ID && sameDir(is, was) {
		return none, false
	}
	return miss(v, "mount.host-pivoted", roots(v), "what", checks.MountName(is), "was", checks.MountName(was))
}

// covered recognises a mount over "/": who is there still has what is below for the root.
func covered(v *checks.View) (checks.Finding, bool) {
	for _, ns := range checks.MntsElsewhere(v.Now) {
		m, ok := checks.MountOn(v.Now.Mounts[ns], "/")
		if !ok {
			continue
		}
		for _, below := range v.Now.Mounts[ns] {
			if below.Point == "/" && below.ID != m.ID {
				return miss(v, "mount.covered", roots(v), "ns", mnt(ns), "what", checks.MountName(m))
			}
		}
	}
	return none, false
}

// oldRootThere recognises that pivot_root has been called, and that the old root is still mounted.
func oldRootThere(v *checks.View) (checks.Finding, bool) {
	_, was := hostRoot(v)
	for _, ns := range checks.MntsElsewhere(v.Now) {
		m, _, ok := root(v.Now, ns)
		if !ok || sameDir(m, was) {
			continue
		}
		for _, old := range oldRoots(v, ns) {
			return miss(v, "mount.old-root", append(roots(v), checks.MountEvidence(v.Now, ns, old)), "ns", mnt(ns), "point", checks.Plain(old.Point),
				"number", strconv.Itoa(len(v.Now.Mounts[ns])))
		}
	}
	return none, false
}

// onlyChroot recognises chroot(2) in a mount namespace: the namespace keeps its root.
func onlyChroot(v *checks.View) (checks.Finding, bool) {
	for _, p := range alive(v.Now) {
		if !checks.HasOwnRoot(p) {
			continue
		}
		key := "mount.only-chroot"
		if p.NS.Mnt == v.Now.Host.Mnt {
			key = "mount.chroot-in-host"
		}
		return miss(v, key, rootEvidence(v.Now, p), "process", pid(p), "ns", mnt(p.NS.Mnt), "root", checks.Plain(p.Root.Path))
	}
	return none, false
}

func pivotEnded(v *checks.View) (checks.Finding, bool) {
	for _, seen := range slices.Backward(v.Seen) {
		past := &checks.View{Now: seen, Start: v.Start, Params: v.Params}
		if ns, _, p, ok := pivotedNS(past); ok {
			if _, still := v.Now.Mounts[ns]; !still {
				return miss(v, "mount.pivot-ended", roots(v), "ns", mnt(ns), "process", pid(p))
			}
		}
	}
	return none, false
}

// tried says that pivot_root was typed and failed.
func tried(v *checks.View) bool {
	_, line, ok := last(v, "pivot_root")
	return ok && line.Status > 0
}

// stillShared recognises why the kernel refuses: what pivot_root changes must not be passed on.
func stillShared(v *checks.View) (checks.Finding, bool) {
	if !tried(v) {
		return none, false
	}
	_, line, _ := last(v, "pivot_root")
	if u, from, ok := v.LastUnshare(); !ok && line.Shell == "host" || ok && !u.Has(snapshot.Mnt) && from.Shell == "host" && line.Shell == "host" {
		is, _ := hostRoot(v)
		return miss(v, "mount.pivot-in-host", roots(v), "type", is.Propagation())
	}
	for _, ns := range slices.Backward(checks.MntsElsewhere(v.Now)) {
		if m, ok := checks.MountOn(v.Now.Mounts[ns], "/"); ok && m.Shared != 0 {
			return miss(v, "mount.pivot-shared", roots(v), "ns", mnt(ns), "type", m.Propagation())
		}
	}
	return none, false
}

// notAMountPoint recognises the other reason: the new root must be a mount point, and the shell must stand on it.
func notAMountPoint(v *checks.View) (checks.Finding, bool) {
	if !tried(v) {
		return none, false
	}
	for _, ns := range slices.Backward(checks.MntsElsewhere(v.Now)) {
		m, ok := checks.MountOn(v.Now.Mounts[ns], tree)
		if !ok {
			continue
		}
		for _, p := range alive(v.Now) {
			if p.NS.Mnt == ns && p.Cwd.Path == tree && p.Cwd.MountID != 0 && p.Cwd.MountID != m.ID {
				return miss(v, "mount.stands-below", append(roots(v), checks.MountEvidence(v.Now, ns, m)), "ns", mnt(ns), "process", pid(p))
			}
		}
		return none, false
	}
	return miss(v, "mount.not-a-mount-point", roots(v), "others", others(v))
}

// ready recognises that the new root is mounted, and pivot_root is what comes next.
func ready(v *checks.View) (checks.Finding, bool) {
	if line, ok := v.LastTyped(); ok && line.Status > 0 && strings.Contains(line.Text, "pivot_root") {
		return none, false // it was tried as things are now
	}
	for _, ns := range checks.MntsElsewhere(v.Now) {
		if m, ok := checks.MountOn(v.Now.Mounts[ns], tree); ok {
			return miss(v, "mount.ready", append(roots(v), checks.MountEvidence(v.Now, ns, m)), "ns", mnt(ns), "whose", checks.Whose(v.Now, snapshot.Mnt, ns))
		}
	}
	return none, false
}

func pivotRefused(v *checks.View) (checks.Finding, bool) {
	if !tried(v) {
		return none, false
	}
	return miss(v, "mount.pivot-refused", roots(v))
}

func boundOntoItselfInHost(v *checks.View) (checks.Finding, bool) {
	m, ok := checks.MountOn(host(v.Now), tree)
	if !ok {
		return none, false
	}
	return miss(v, "mount.ready-in-host", append(roots(v), checks.MountEvidence(v.Now, v.Now.Host.Mnt, m)))
}

func noPivot(v *checks.View) (checks.Finding, bool) {
	return miss(v, "mount.no-pivot", roots(v), "others", others(v))
}

// Step propagation.

// volumes is the evidence of the wanted mount, and of the mount that stands under it, in each namespace.
func volumes(v *checks.View) []checks.Evidence {
	var evidence []checks.Evidence
	for _, ns := range append([]uint64{v.Now.Host.Mnt}, checks.MntsElsewhere(v.Now)...) {
		m, ok := named(v.Now.Mounts[ns], v.Params["volume"])
		if !ok {
			m, ok = checks.MountOn(v.Now.Mounts[ns], "/")
		}
		if ok {
			evidence = append(evidence, checks.MountEvidence(v.Now, ns, m))
		}
	}
	return evidence
}

// hostPrivate recognises that the host passes nothing on.
func hostPrivate(v *checks.View) (checks.Finding, bool) {
	of, ok := volume(v)
	if !ok {
		return none, false
	}
	under, _ := checks.MountUnder(without(host(v.Now), of.Point), of.Point)
	if under.Shared != 0 {
		return none, false
	}
	return miss(v, "mount.host-private", append(volumes(v), checks.MountEvidence(v.Now, v.Now.Host.Mnt, under)), "type", under.Propagation(), "point", checks.Plain(under.Point))
}

// twice recognises two mounts of one name, made one by one.
func twice(v *checks.View) (checks.Finding, bool) {
	of, ok := volume(v)
	if !ok {
		return none, false
	}
	for _, ns := range checks.MntsElsewhere(v.Now) {
		if m, ok := named(v.Now.Mounts[ns], v.Params["volume"]); ok && m.Dev != of.Dev {
			return miss(v, "mount.twice", volumes(v), "ns", mnt(ns), "dev", m.Dev, "host-dev", of.Dev)
		}
	}
	return none, false
}

// copied recognises a namespace that has the mount because it began as a copy of the host's.
func copied(v *checks.View) (checks.Finding, bool) {
	of, ok := volume(v)
	if !ok {
		return none, false
	}
	for _, ns := range checks.MntsElsewhere(v.Now) {
		m, arrived, before := passedOn(v, ns, of)
		if arrived {
			return none, false
		}
		if _, there := twin(v.Now.Mounts[ns], of); there || before {
			return miss(v, "mount.copied", volumes(v), "ns", mnt(ns), "whose", checks.Whose(v.Now, snapshot.Mnt, ns), "type", m.Propagation())
		}
	}
	return none, false
}

func arrivedNowhere(v *checks.View) (checks.Finding, bool) {
	of, ok := volume(v)
	all := checks.MntsElsewhere(v.Now)
	if !ok || len(all) == 0 {
		return none, false
	}
	for _, ns := range all {
		if _, there := twin(v.Now.Mounts[ns], of); there || would(v.Now, ns, of.Point) {
			return none, false
		}
	}
	// It may have arrived in one that is there no more.
	for _, seen := range slices.Backward(v.Seen) {
		for ns, mounts := range seen.Mounts {
			if _, was := twin(mounts, of); was && ns != v.Now.Host.Mnt && !slices.Contains(all, ns) {
				return miss(v, "mount.receiver-ended", volumes(v), "ns", mnt(ns))
			}
		}
	}
	return miss(v, "mount.arrived-nowhere", volumes(v), "list", propagations(v))
}

// takenAway recognises a namespace that receives what the host mounts, and has it not: it was unmounted there, or the
// namespace was made a receiver afterwards.
func takenAway(v *checks.View) (checks.Finding, bool) {
	of, ok := volume(v)
	if !ok {
		return none, false
	}
	for _, ns := range checks.MntsElsewhere(v.Now) {
		if _, there := twin(v.Now.Mounts[ns], of); !there && would(v.Now, ns, of.Point) {
			return miss(v, "mount.taken-away", volumes(v), "ns", mnt(ns), "whose", checks.Whose(v.Now, snapshot.Mnt, ns))
		}
	}
	return none, false
}

func arrivedEverywhere(v *checks.View) (checks.Finding, bool) {
	of, ok := volume(v)
	all := checks.MntsElsewhere(v.Now)
	if !ok || len(all) == 0 {
		return none, false
	}
	for _, ns := range all {
		if _, there := twin(v.Now.Mounts[ns], of); !there {
			return none, false
		}
	}
	return miss(v, "mount.arrived-everywhere", volumes(v), "list", propagations(v))
}

func onlyHost(v *checks.View) (checks.Finding, bool) {
	if len(checks.MntsElsewhere(v.Now)) > 0 {
		return none, false
	}
	return miss(v, "mount.only-host", volumes(v))
}

// otherVolume recognises a new mount of the host's under another name.
func otherVolume(v *checks.View) (checks.Finding, bool) {
	if _, ok := volume(v); ok {
		return none, false
	}
	was := map[int]bool{}
	for _, m := range host(v.Start) {
		was[m.ID] = true
	}
	for _, m := range slices.Backward(host(v.Now)) {
		if !was[m.ID] && m.Point != tree {
			return miss(v, "mount.other-volume", append(volumes(v), checks.MountEvidence(v.Now, v.Now.Host.Mnt, m)),
				"source", checks.Plain(m.Source), "point", checks.Plain(m.Point))
		}
	}
	return none, false
}

// notInHost recognises the mount in another namespace alone: slaves pass nothing up.
func notInHost(v *checks.View) (checks.Finding, bool) {
	for _, ns := range checks.MntsElsewhere(v.Now) {
		if m, ok := named(v.Now.Mounts[ns], v.Params["volume"]); ok {
			under, _ := checks.MountUnder(without(v.Now.Mounts[ns], m.Point), m.Point)
			return miss(v, "mount.not-in-host", volumes(v), "ns", mnt(ns), "whose", checks.Whose(v.Now, snapshot.Mnt, ns), "type", under.Propagation())
		}
	}
	return none, false
}

// volumeGone recognises that it was mounted, and is no more.
func volumeGone(v *checks.View) (checks.Finding, bool) {
	for _, seen := range slices.Backward(v.Seen) {
		for _, ns := range slices.Sorted(maps.Keys(seen.Mounts)) {
			if _, ok := named(seen.Mounts[ns], v.Params["volume"]); ok {
				return miss(v, "mount.volume-gone", volumes(v), "ns", mnt(ns))
			}
		}
	}
	return none, false
}

func volumeRefused(v *checks.View) (checks.Finding, bool) {
	words, line, ok := last(v, "mount")
	if !ok || line.Status <= 0 || !slices.Contains(words, v.Params["volume"]) {
		return none, false
	}
	return miss(v, "mount.volume-refused", volumes(v), "status", strconv.Itoa(line.Status))
}

// receiverWaits recognises a namespace that receives from the host, which has mounted nothing yet.
func receiverWaits(v *checks.View) (checks.Finding, bool) {
	for _, ns := range checks.MntsElsewhere(v.Now) {
		if would(v.Now, ns, point) {
			m, _ := checks.MountOn(v.Now.Mounts[ns], "/")
			return miss(v, "mount.receiver-waits", volumes(v), "ns", mnt(ns), "whose", checks.Whose(v.Now, snapshot.Mnt, ns), "type", m.Propagation())
		}
	}
	return none, false
}

func noVolume(v *checks.View) (checks.Finding, bool) {
	return miss(v, "mount.no-volume", volumes(v), "list", propagations(v))
}
