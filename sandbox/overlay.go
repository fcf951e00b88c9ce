package sandbox

import (
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// maxNames bounds how many names of an overlay's root a snapshot has.
const maxNames = 64

// overlays fills in what is at the roots of overlay mounts. The kernel says of one only by which
// names its layers were called when it was made, and those may be relative paths.
func (o *observer) overlays() {
	for inode, mounts := range o.snap.Mounts {
		in := o.snap.In(snapshot.Mnt, inode)
		if len(in) == 0 {
			continue
		}
		for i := range mounts {
			if mounts[i].FSType == "overlay" {
				if o.overlaid++; o.overlaid > maxLookOverlays {
					o.omit(snapshot.OmittedOverlays, 0, 0)
					return
				}
				mounts[i].Names = o.names(in[0].PID, mounts[i].Point)
			}
		}
	}
}

// names lists a directory as a process of the lab sees it, sorted. Where another file system than an
// overlay is mounted over it, there is nothing to list.
func (o *observer) names(pid int, path string) []string {
	fd, err := o.openIn(pid, path)
	if err != nil {
		return nil
	}
	f := os.NewFile(uintptr(fd), path)
	defer f.Close()
	var fs unix.Statfs_t
	if err := unix.Fstatfs(fd, &fs); err != nil || fs.Type != unix.OVERLAYFS_SUPER_MAGIC {
		return nil
	}
	names, _ := f.Readdirnames(maxNames)
	slices.Sort(names)
	return names
}
