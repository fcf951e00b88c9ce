package sandbox

import (
	"encoding/hex"
	"os"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// A lab that asks for it (LabOptions.Divide) gets a cgroup of version 2 of its own, where the machine lets us make one:
//
//	the caller's own group, or the one above it
//	 └─ nslab-...       the lab's: root of its cgroup namespace, owned by the lab's root
//	     └─ host        where the lab's processes begin
//
// The second level is there because a group that hands controllers on may have no processes itself
// (cgroups(7), "no internal processes" rule). So the caller's own group will do only where it is the
// hierarchy's root, which the rule spares; elsewhere the caller itself is in it, and the
// lab's goes beside it. (That the kernel would enable pids there all the same is a trap: the group
// becomes the root of a threaded subtree, and those below it take no processes.)
const (
	labGroup  = "nslab-"
	hostGroup = "host"
)

// labControllers are the controllers that a lab may divide.
var labControllers = []string{"memory", "pids"}

// division is a lab's own cgroup.
type division struct {
	above int // the directory in which it is
	name  string
	dir   int // itself, locked for as long as it is ours
	enter int // its cgroup.procs
	host  int // that of the group in which the lab's processes begin
	// controllers are those that it hands on.
	controllers []string
}

// divide makes a cgroup for a lab whose root is uid and gid here; nil where the machine lets us make none.
func divide(uid, gid int) *division {
	above := dividable()
	if above < 0 {
		return nil
	}
	sweep(above)
	d := &division{above: above, name: labGroup + randomName(), dir: -1, enter: -1, host: -1}
	if err := d.make(uid, gid); err != nil {
		d.close()
		return nil
	}
	return d
}

// randomName returns a name that nobody else gives. Package crypto/rand would take its time at every start of nslab.
func randomName() string {
	var b [8]byte
	_, _ = unix.Getrandom(b[:], 0)
	return hex.EncodeToString(b[:])
}

func (d *division) make(uid, gid int) error {
	err := unix.Mkdirat(d.above, d.name, 0o755)
	if err == nil {
		d.dir, err = openGroup(d.above, d.name)
	}
	if err == nil {
		// From here on no sweep takes it away; one that came before has.
		err = unix.Flock(d.dir, unix.LOCK_SH|unix.LOCK_NB)
	}
	if err == nil && strings.TrimSpace(readCgroup(d.dir, "cgroup.type")) != "domain" {
		err = unix.EOPNOTSUPP // somebody above has threads in mind
	}
	if err == nil {
		err = unix.Mkdirat(d.dir, hostGroup, 0o755)
	}
	if err != nil {
		return err
	}
	host, err := openGroup(d.dir, hostGroup)
	if err != nil {
		return err
	}
	defer closeAll(host)
	if uid != os.Geteuid() {
		// What delegation takes (cgroups(7), "Delegation"): the directory, for making others in it, and the files for moving
		// processes and handing controllers on. The lab's own limits stay with whoever sets them; host is as if the lab had made it.
		if err := giveGroup(d.dir, uid, gid, []string{"cgroup.procs", "cgroup.threads", "cgroup.subtree_control"}); err != nil {
			return err
		}
		if err := giveGroup(host, uid, gid, entries(host, false)); err != nil {
			return err
		}
	}
	if d.enter, err = unix.Openat(d.dir, "cgroup.procs", unix.O_WRONLY|unix.O_CLOEXEC, 0); err != nil {
		return err
	}
	d.host, err = unix.Openat(host, "cgroup.procs", unix.O_WRONLY|unix.O_CLOEXEC, 0)
	return err
}

// giveGroup makes somebody else the owner of a group's directory and of files in it.
func giveGroup(dir, uid, gid int, files []string) error {
	if err := unix.Fchown(dir, uid, gid); err != nil {
		return err
	}
	for _, name := range files {
		if err := unix.Fchownat(dir, name, uid, gid, unix.AT_SYMLINK_NOFOLLOW); err != nil {
			return err
		}
	}
	return nil
}

// fds are the descriptors that the lab's processes take with them until their exec.
func (d *division) fds() []int {
	if d == nil {
		return nil
	}
	return []int{d.enter, d.host}
}

// begin appends moving the first process into the lab's group, where its cgroup namespace shall begin. The
// kernel lets us move processes by our right to the group above both, when the file was opened.
func (d *division) begin(s *script) {
	if d != nil {
		s.must("enter the lab's cgroup", unix.SYS_WRITE, d.enter, []byte("0"), 1)
	}
}

// settle appends moving the process to where the lab's begin. It is a process in the lab's PID namespace that calls
// it: a learner may have frozen the group (cgroups(7), cgroup.freeze), and the lab's end must find it.
func (d *division) settle(s *script) {
	if d != nil {
		s.must("enter the cgroup of the lab's host", unix.SYS_WRITE, d.host, []byte("0"), 1)
	}
}

// handOn enables the controllers for the groups below the lab's, once nobody is in it.
func (d *division) handOn() {
	if d == nil {
		return
	}
	for _, c := range handsOn(d.dir, "cgroup.controllers") {
		_ = enable(d.dir, c)
	}
	d.controllers = handsOn(d.dir, "cgroup.subtree_control")
}

// HasController reports whether a process in the lab may put a limit on
// others with that controller of cgroup v2 ("pids", "memory"): whether the lab has a cgroup of its own (LabOptions.Divide)
// that hands the controller on.
func (l *Lab) HasController(name string) bool {
	return l.cgroup != nil && slices.Contains(l.cgroup.controllers, name)
}

// close removes the group. What cannot be removed yet is left to the next sweep.
func (d *division) close() {
	if d == nil {
		return
	}
	closeAll(d.enter, d.host, d.dir)
	removeGroup(d.above, d.name, 0)
	closeAll(d.above)
}

// dividable opens the directory of a group in which we may make others that get controllers; -1 where there is none.
func dividable() int {
	mount, own := ownGroup()
	if own == "" {
		return -1
	}
	root, err := unix.Open(mount, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1
	}
	defer closeAll(root)
	if dir, err := openGroup(root, own); err == nil {
		if isRoot(dir) && ours(dir) {
			for _, c := range handsOn(dir, "cgroup.controllers") {
				_ = enable(dir, c)
			}
			return dir
		}
		closeAll(dir)
	}
	if path.Clean(own) == "." {
		return -1 // what is above is out of sight
	}
	dir, err := openGroup(root, path.Dir(own))
	if err != nil {
		return -1
	}
	if !ours(dir) || len(handsOn(dir, "cgroup.subtree_control")) == 0 {
		closeAll(dir)
		return -1
	}
	return dir
}

// isRoot reports whether a group is the hierarchy's root, which alone has no cgroup.type.
func isRoot(dir int) bool { return unix.Faccessat(dir, "cgroup.type", unix.F_OK, 0) == unix.ENOENT }

// ours reports whether we may make groups in one and move our processes there.
func ours(dir int) bool {
	return unix.Faccessat(dir, ".", unix.W_OK, unix.AT_EACCESS) == nil && unix.Faccessat(dir, "cgroup.procs", unix.W_OK, unix.AT_EACCESS) == nil
}

// ownGroup says where the hierarchy of version 2 is mounted and where our own group is below; own is empty for nowhere.
func ownGroup() (mount, own string) {
	b, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return "", ""
	}
	group := parseCgroup(string(b))
	if b, err = os.ReadFile("/proc/self/mountinfo"); err != nil || group == "" {
		return "", ""
	}
	mounts, err := parseMountinfo(string(b))
	if err != nil {
		return "", ""
	}
	for _, m := range mounts {
		if m.FSType != "cgroup2" {
			continue
		}
		if rel, ok := below(m.Root, group); ok {
			return m.Point, rel
		}
	}
	return "", ""
}

// openGroup opens the directory of a group for reading.
func openGroup(dir int, name string) (int, error) {
	return unix.Openat(dir, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
}

// handsOn reads which of labControllers a group has, in cgroup.controllers, or hands on, in cgroup.subtree_control.
func handsOn(dir int, file string) []string {
	return slices.DeleteFunc(strings.Fields(readCgroup(dir, file)), func(c string) bool { return !slices.Contains(labControllers, c) })
}

func enable(dir int, controller string) error {
	fd, err := unix.Openat(dir, "cgroup.subtree_control", unix.O_WRONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer closeAll(fd)
	_, err = unix.Write(fd, []byte("+"+controller))
	return err
}

// sweep removes the groups of labs whose nslab was killed: those that nobody has locked.
func sweep(above int) {
	for _, name := range groupsIn(above) {
		if !strings.HasPrefix(name, labGroup) {
			continue
		}
		dir, err := openGroup(above, name)
		if err != nil {
			continue
		}
		if unix.Flock(dir, unix.LOCK_EX|unix.LOCK_NB) == nil {
			removeGroup(above, name, 0)
		}
		closeAll(dir)
	}
}

// removeGroup removes a group and those below it, the lowest first. Groups with processes stay.
func removeGroup(dir int, name string, depth int) {
	if unix.Unlinkat(dir, name, unix.AT_REMOVEDIR) == nil || depth > 16 {
		return
	}
	// A learner may have closed it, also to himself.
	_ = unix.Fchmodat(dir, name, 0o755, 0)
	fd, err := openGroup(dir, name)
	if err != nil {
		return
	}
	defer closeAll(fd)
	for _, below := range groupsIn(fd) {
		removeGroup(fd, below, depth+1)
	}
	_ = unix.Unlinkat(dir, name, unix.AT_REMOVEDIR)
}

// groupsIn lists the groups right below one.
func groupsIn(dir int) []string { return entries(dir, true) }

// entries lists the directories or the files of a directory.
func entries(dir int, dirs bool) []string {
	fd, err := openGroup(dir, ".")
	if err != nil {
		return nil
	}
	f := os.NewFile(uintptr(fd), "cgroup")
	defer f.Close()
	all, err := f.ReadDir(-1)
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range all {
		if e.IsDir() == dirs {
			names = append(names, e.Name())
		}
	}
	return names
}
