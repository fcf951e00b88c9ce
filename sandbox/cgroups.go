package sandbox

import (
	"bytes"
	"os"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// A machine's hierarchy may be large; a lab's is a few groups.
const (
	maxCgroups     = 64
	maxCgroupDepth = 4
	// maxCgroupViews is how many cgroups are looked at as those see them who are in a cgroup namespace of their own.
	maxCgroupViews = 128
)

// cgroups fills in the cgroups below the lab's own that the lab has made, and how each process sees its own.
func (o *observer) cgroups() {
	o.snap.Cgroups = map[string]snapshot.Group{}
	root, err := unix.Openat2(o.lab.rootFD, "sys/fs/cgroup", &unix.OpenHow{Flags: unix.O_RDONLY | unix.O_DIRECTORY | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS})
	if err == nil {
		o.cgroup(root, "/", 0)
	}
	o.cgroupsInside()
}

// cgroup reads one group and those below it, and closes the descriptor.
func (o *observer) cgroup(dir int, at string, depth int) {
	f := os.NewFile(uintptr(dir), at)
	defer f.Close()
	var fs unix.Statfs_t
	// The learner may have mounted something else over it.
	if unix.Fstatfs(dir, &fs) != nil || fs.Type != unix.CGROUP2_SUPER_MAGIC {
		return
	}
	if len(o.snap.Cgroups) >= maxCgroups {
		o.omit(snapshot.OmittedCgroups, 0, 0)
		return
	}
	g := snapshot.Group{
		Owned:       o.lab.cgroup != nil,
		Controllers: strings.Fields(readCgroup(dir, "cgroup.controllers")),
		Subtree:     strings.Fields(readCgroup(dir, "cgroup.subtree_control")),
		PidsMax:     strings.TrimSpace(readCgroup(dir, "pids.max")),
		PidsRefused: eventCount(readCgroup(dir, "pids.events"), "max"),
		MemoryMax:   strings.TrimSpace(readCgroup(dir, "memory.max")),
		OOMKills:    eventCount(readCgroup(dir, "memory.events"), "oom_kill"),
	}
	if at != "/" { // the machine's processes may be in the lab's own
		g.Processes = strings.Count(readCgroup(dir, "cgroup.procs"), "\n")
	}
	o.snap.Cgroups[at] = g
	if o.lab.cgroup == nil {
		return // what is below is the machine's
	}
	entries, err := f.ReadDir(-1)
	if err != nil {
		return
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		child, err := unix.Openat(dir, e.Name(), unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		if err != nil {
			continue
		}
		if depth == maxCgroupDepth {
			closeAll(child)
			o.omit(snapshot.OmittedCgroups, 0, 0)
			return
		}
		o.cgroup(child, path.Join(at, e.Name()), depth+1)
	}
}

// readCgroup reads a file of a cgroup; empty where it is not there, as those of a controller that is not enabled.
func readCgroup(dir int, name string) string {
	fd, err := unix.Openat(dir, name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return ""
	}
	defer closeAll(fd)
	var buf [4096]byte
	n, err := unix.Read(fd, buf[:])
	if err != nil {
		return ""
	}
	return string(buf[:n])
}

// eventCount reads one line of pids.events or memory.events: a name and a number.
func eventCount(s, name string) int64 {
	for line := range strings.Lines(s) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if n, err := strconv.ParseInt(value, 10, 64); err == nil && key == name {
			return n
		}
	}
	return 0
}

// cgroupsInside asks what processes read in /proc/self/cgroup. The kernel writes the paths
// in the cgroup namespace of whoever reads (cgroup_namespaces(7)), so one process goes through the namespaces and reads
// in each; once for all processes of one namespace and one cgroup. It is spared where there is only the host's.
func (o *observer) cgroupsInside() {
	in, views := map[uint64]map[string][]*snapshot.Process{}, 0
	for i := range o.snap.Procs {
		p := &o.snap.Procs[i]
		if p.NS.Cgroup == 0 || !o.admit(snapshot.Cgroup, p.NS.Cgroup) {
			continue
		}
		if in[p.NS.Cgroup] == nil {
			in[p.NS.Cgroup] = map[string][]*snapshot.Process{}
		}
		if in[p.NS.Cgroup][p.Cgroup] == nil {
			if views++; views > maxCgroupViews {
				o.omit(snapshot.OmittedCgroups, 0, 0)
				break
			}
		}
		in[p.NS.Cgroup][p.Cgroup] = append(in[p.NS.Cgroup][p.Cgroup], p)
	}
	if len(in) < 2 {
		return
	}
	s := &script{}
	if o.lab.ns.user >= 0 {
		s.must("join the lab's user namespace", unix.SYS_SETNS, o.lab.ns.user, unix.CLONE_NEWUSER)
	}
	const size = 1024
	type answer struct {
		of         []*snapshot.Process
		join, read ref
		at         boardPtr
	}
	var answers []answer
	for inode, groups := range in {
		var first *snapshot.Process
		for _, procs := range groups {
			if first == nil || procs[0].PID < first.PID {
				first = procs[0]
			}
		}
		ns, err := o.openat(strconv.Itoa(first.PID) + "/ns/cgroup")
		if err != nil {
			continue
		}
		defer closeAll(ns)
		var st unix.Stat_t
		if unix.Fstat(ns, &st) != nil || st.Ino != inode {
			continue // the process has moved on
		}
		join := s.may("join", unix.SYS_SETNS, ns, unix.CLONE_NEWCGROUP)
		for _, procs := range groups {
			file := s.may("open", unix.SYS_OPENAT, o.lab.procFD, strconv.Itoa(procs[0].PID)+"/cgroup", unix.O_RDONLY|unix.O_CLOEXEC)
			a := answer{of: procs, join: join, at: s.space(size)}
			a.read = s.may("read", unix.SYS_READ, file, a.at, size)
			s.may("close", unix.SYS_CLOSE, file)
			answers = append(answers, a)
		}
	}
	b, err := s.run(0)
	if err != nil {
		return
	}
	for _, a := range answers {
		if n := b.result(a.read); n > 0 && n <= size && b.result(a.join) >= 0 {
			inside := parseCgroup(string(bytes.Clone(b.bytes(a.at, uintptr(n)))))
			for _, p := range a.of {
				p.CgroupInside = inside
			}
		}
	}
}
