package checks

import (
	"path"
	"strings"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// MntsElsewhere lists the mount namespaces that are not the host's, by ascending inode number.
func MntsElsewhere(s *snapshot.Snapshot) []uint64 {
	return elsewhere(s.Mounts, s.Host.Mnt)
}

// MountOn returns what is mounted on a point. Of several mounts on one point it is the one on top, which
// hides the others; a mount of a namespace's root on "/" counts as well.
func MountOn(mounts []snapshot.Mount, point string) (snapshot.Mount, bool) {
	for i := range mounts {
		if m := &mounts[i]; m.Point == point && !covered(mounts, m) {
			return *m, true
		}
	}
	return snapshot.Mount{}, false
}

// covered reports whether another mount is mounted on the root of this one.
func covered(mounts []snapshot.Mount, m *snapshot.Mount) bool {
	for i := range mounts {
		if above := &mounts[i]; above.Parent == m.ID && above.ID != m.ID && above.Point == m.Point {
			return true
		}
	}
	return false
}

// MountUnder returns the mount that a path stands on, the path itself where something is mounted on it.
func MountUnder(mounts []snapshot.Mount, p string) (snapshot.Mount, bool) {
	for {
		if m, ok := MountOn(mounts, p); ok {
			return m, true
		}
		if p == "/" || p == "." {
			return snapshot.Mount{}, false
		}
		p = path.Dir(p)
	}
}

// Locate says which directory of which file system a path is, as the fields Dev and Root of a bind mount
// of it have them.
func Locate(mounts []snapshot.Mount, p string) (dev, root string, ok bool) {
	m, ok := MountUnder(mounts, p)
	if !ok {
		return "", "", false
	}
	return m.Dev, path.Join(m.Root, strings.TrimPrefix(p, m.Point)), true
}

// Receives reports whether what is mounted under the mount "from" arrives under the mount "to" by propagation: they
// are peers, or "to" is a slave of from's peer group (mount_namespaces(7)).
func Receives(to, from snapshot.Mount) bool {
	return from.Shared != 0 && (to.Shared == from.Shared || to.Master == from.Shared)
}

// StandsIn reports whether a process's root or working directory is that directory, by whatever path it
// was reached.
func StandsIn(d snapshot.Dir, f snapshot.File) bool {
	return f.Dir && f.Ino != 0 && d.Ino == f.Ino && d.Dev == f.Dev
}

// HasOwnRoot reports whether a process's root directory is another than the root of its mount namespace:
// chroot(2) does that, and pivot_root(2) does not.
func HasOwnRoot(p snapshot.Process) bool { return p.Root.Path != "" && p.Root.Path != "/" }

// MountEvidence is the evidence of a mount in a mount namespace: what is mounted where, and its propagation.
func MountEvidence(s *snapshot.Snapshot, inode uint64, m snapshot.Mount) Evidence {
	return Evidence{What: "mount on " + Plain(m.Point) + " in " + NSName(snapshot.Mnt, inode) + " (" + Whose(s, snapshot.Mnt, inode) + ")",
		Value: MountName(m) + ", " + m.Propagation()}
}

// MountName says what is mounted, in no language: a directory of a file system, or the whole of it.
func MountName(m snapshot.Mount) string {
	fs := m.FSType + " " + m.Dev
	if m.Source != "" && m.Source != "none" && m.Source != m.FSType {
		fs = m.FSType + " " + Plain(m.Source) + " " + m.Dev
	}
	if m.Root == "/" {
		return fs
	}
	return Plain(m.Root) + " (" + fs + ")"
}
