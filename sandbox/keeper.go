// Package sandbox makes labs: disposable stand-ins for a whole machine, built
// of namespaces by an ordinary user, in which a learner is root and from which
// nothing outside can be harmed or seen.
//
// # Words
//
// A [Keeper] makes labs, starts commands and shells in them and observes them.
// It is not a process of its own but a part of the program that uses this
// package; what it has in the kernel is its anchor, a process that does
// nothing but be the init of a PID namespace (pid_namespaces(7)):
//
//	the program (an ordinary user, no privilege)
//	 ├─ anchor          clone: NEWUSER NEWPID NEWNS; dies with the program (PR_SET_PDEATHSIG)
//	 ├─ lab init        in the anchor's PID namespace: NEWUSER NEWPID NEWNS NEWUTS NEWIPC NEWNET NEWCGROUP
//	 ├─ shell "host"    joins the lab's namespaces
//	 └─ shell "isolated"  joins them, plus the clone flags it is given
//
// When the program ends, however it ends, the kernel kills the anchor, with
// it every process in its PID namespace and below, and with the last process
// of a lab go its mounts, network devices and namespaces. No process in a lab
// can name, signal or trace the anchor or the program: they are in PID
// namespaces outside.
//
// A [Lab] has its own root: a tmpfs of limited size in which the machine's
// programs are mounted read-only, with fresh /proc, /sys and /dev. Its own
// initial namespaces play the part of "your machine" in the course and are
// called its host. A [Command] runs in it; a [Shell] is a command on a terminal of the lab's
// own devpts. [Lab.Snapshot] is what the kernel says of it,
// as plain data.
//
// Nothing of Go is started a second time on the way, nor copied: see calls.go for how, and walker.go
// for the program of 500 bytes that every process of a lab begins with and its init stays.
package sandbox

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// KeeperOptions say what a keeper brings into its labs.
type KeeperOptions struct {
	// BusyBox is a static BusyBox for this machine, nil for none, and Applets
	// the names it answers to.
	BusyBox []byte
	Applets []string
	// Program is the path of a program that labs shall have in their PATH under the name nslab; empty for none.
	// Links are further names for it, after all other commands.
	Program string
	Links   []string
}

// Keeper makes labs. Its methods may be called from several goroutines.
type Keeper struct {
	machine machine
	tools   tools
	// noUser is set where user namespaces are forbidden and we are real root.
	noUser bool
	// root is set when the program runs as root: new processes then become
	// the ID that stands for root in the labs.
	root   bool
	anchor int
	user   int // descriptors of the anchor's namespaces
	mnt    int
	pid    int

	// furnished is closed when the tools of the labs are complete, or furnishErr says why not.
	furnished  chan struct{}
	furnishErr error

	traceOnce sync.Once
	traceErr  error

	closing  sync.Once
	closeErr error

	mu     sync.Mutex
	closed bool
	labs   map[*Lab]bool
	births sync.WaitGroup // labs being made, which use the descriptors above

	// starts is held, for reading, while a process is on its way; lost says that one failed of whose
	// processes some may be there still, dead or alive (sweep).
	starts sync.RWMutex
	lost   atomic.Bool
}

// outsideID is who a lab's root is on the machine when root runs nslab:
// nobody. Were it root itself, files under /proc/sys and the like would
// obey it (user_namespaces(7): capabilities protect, ownership still counts).
const outsideID = 65534

// NewKeeper makes a keeper. Its error says what the kernel refused; nslab doctor finds out why.
func NewKeeper(o KeeperOptions) (*Keeper, error) {
	if err := enoughFiles(); err != nil {
		return nil, fmt.Errorf("start the keeper of labs: %w", err)
	}
	k := &Keeper{
		machine: lookAtMachine(),
		tools:   tools{busybox: o.BusyBox, applets: o.Applets, program: o.Program, links: o.Links},
		root:    os.Geteuid() == 0,
		user:    -1, mnt: -1, pid: -1,
		labs: map[*Lab]bool{}, furnished: make(chan struct{}),
	}
	if self, err := os.Readlink("/proc/self"); err != nil || self != strconv.Itoa(os.Getpid()) {
		// What is read of a process there and what is done to it by its number would be of two different ones.
		return nil, errors.New("start the keeper of labs: /proc is missing, or shows another PID namespace than nslab's own")
	}
	err := error(unix.EPERM)
	if !k.root || !userNamespacesForRootOnly() {
		err = k.start(unix.CLONE_NEWUSER)
	}
	if err != nil {
		if !k.root || !errors.Is(err, unix.EPERM) && !errors.Is(err, unix.ENOSPC) && !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOSYS) {
			return nil, fmt.Errorf("start the keeper of labs: %w", reached(err))
		}
		k.noUser = true
		if err2 := k.start(0); err2 != nil {
			return nil, fmt.Errorf("start the keeper of labs: with a user namespace: %w; without: %w", err, err2)
		}
	}
	go k.furnish()
	return k, nil
}

// userNamespacesForRootOnly reports whether a setting of Debian's kernels lets only the machine's root make user namespaces:
// then nobody makes one in another, as a lab's is in the keeper's.
func userNamespacesForRootOnly() bool {
	b, err := os.ReadFile("/proc/sys/kernel/unprivileged_userns_clone")
	return err == nil && strings.TrimSpace(string(b)) == "0"
}

// Confined reports whether labs have user namespaces of their own. Without
// one, a lab's root is the machine's, and only mistakes are kept away from it.
func (k *Keeper) Confined() bool { return !k.noUser }

// ids returns who a lab's root is on the machine.
func (k *Keeper) ids() (uid, gid int) {
	if k.root && nobodyMapped() {
		return outsideID, outsideID
	}
	return os.Geteuid(), os.Getegid()
}

// nobodyMapped does not change: maps are written once (user_namespaces(7)).
var nobodyMapped = sync.OnceValue(func() bool {
	return idMapped("/proc/self/uid_map", outsideID) && idMapped("/proc/self/gid_map", outsideID)
})

// idMapped reports whether a map of user_namespaces(7) has that ID inside.
func idMapped(path string, id int64) bool {
	b, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(b)) {
		m, err := parseIDMap(line)
		if err == nil && id >= m.Inside && id-m.Inside < m.Length {
			return true
		}
	}
	return false
}

// start makes the anchor.
func (k *Keeper) start(userFlag uintptr) error {
	a, err := startApart([]string{"nslab-keeper"}, nil)
	if err != nil {
		return err
	}
	s := a.script
	s.grow(96)
	s.dieWithKeeper()
	const unmapped, anchored = 1, 2 // what it tells
	if userFlag != 0 {
		s.must("make a user namespace", unix.SYS_UNSHARE, unix.CLONE_NEWUSER)
		if k.root {
			// Only from outside may somebody else be made root.
			s.tell(unmapped)
			s.hear()
		} else {
			s.writeMaps(must, unix.AT_FDCWD, "/proc/", os.Geteuid(), os.Getegid())
		}
	}
	proc, number := s.openProc(), s.space(numberSize)
	anchor := s.fork("clone the keeper's process", unix.CLONE_VM|unix.CLONE_PARENT|unix.CLONE_NEWPID|unix.CLONE_NEWNS, func() {
		s.readNumber(proc, number)
		s.mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
		var program ref
		if k.tools.program != "" {
			// Before a tmpfs hides it, and while we may still pass through
			// folders that only root may enter.
			program = s.may("open_tree "+k.tools.program, unix.SYS_OPEN_TREE, unix.AT_FDCWD, k.tools.program, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC)
		}
		k.becomeRoot(s, userFlag != 0)
		if userFlag != 0 {
			// Changed credentials made it undumpable, and its /proc files root's: without CAP_SYS_PTRACE, as in most containers,
			// root itself could not open its namespaces (PR_SET_DUMPABLE(2const), ptrace(2)).
			s.must("prctl PR_SET_DUMPABLE", unix.SYS_PRCTL, unix.PR_SET_DUMPABLE, 1)
			s.limitNamespaces(keeperNamespaces)
			s.writeFile(may, "/proc/sys/user/max_inotify_instances", strconv.Itoa(keeperInotify))
		}
		s.setsid()
		// A change of credentials clears the signal (PR_SET_PDEATHSIG(2const)), so it is set
		// after the last; and the program may have died before: only its answer proves that it had not. All else
		// that a keeper makes ends with the anchor, or by itself.
		s.dieWithKeeper()
		s.tell(anchored)
		s.lockMachine()
		s.stage(&k.tools, program)
		s.hear()
		s.beInit("nslab-keeper")
	})
	s.report(may) // should the anchor be killed before it knows its number
	s.exit(0)
	img, err := a.walk(func(news byte) error {
		if news == unmapped {
			return k.writeMaps(a.pid)
		}
		return nil
	})
	k.anchor, err = img.born(err, a.pid, number)
	if k.anchor <= 0 {
		k.anchor = img.result(anchor)
	}
	if err == nil {
		known.Store(k.anchor, k)
		err = k.openAnchor()
	}
	if err != nil {
		closeAll(k.user, k.mnt, k.pid)
		k.user, k.mnt, k.pid = -1, -1, -1
		if k.anchor > 0 {
			_ = unix.Kill(k.anchor, unix.SIGKILL)
			_, _ = reap(k.anchor)
			known.CompareAndDelete(k.anchor, k)
		}
	}
	return err
}

func (k *Keeper) writeMaps(pid int) error {
	dir := "/proc/" + strconv.Itoa(pid) + "/"
	uid, gid := k.ids()
	for _, f := range [][2]string{{"setgroups", "deny"}, {"uid_map", idMap(0, uid)}, {"gid_map", idMap(0, gid)}} {
		if err := os.WriteFile(dir+f[0], []byte(f[1]), 0); err != nil {
			return fmt.Errorf("write %s of the keeper's user namespace: %w", f[0], errnoOf(err))
		}
	}
	return nil
}

func (k *Keeper) openAnchor() error {
	dir := "/proc/" + strconv.Itoa(k.anchor) + "/ns/"
	for _, ns := range []struct {
		fd   *int
		name string
	}{{&k.user, "user"}, {&k.mnt, "mnt"}, {&k.pid, "pid"}} {
		fd, err := unix.Open(dir+ns.name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			return fmt.Errorf("open the keeper's %s namespace: %w", ns.name, err)
		}
		*ns.fd = fd
	}
	return nil
}

// Close ends every lab and the keeper. It may be called more than once.
func (k *Keeper) Close() error {
	k.closing.Do(func() { k.closeErr = k.close() })
	return k.closeErr
}

func (k *Keeper) close() error {
	k.mu.Lock()
	k.closed = true
	k.mu.Unlock()
	k.births.Wait()
	k.mu.Lock()
	labs := k.labs
	k.labs = nil
	k.mu.Unlock()
	<-k.furnished
	var errs []error
	for l := range labs {
		errs = append(errs, l.end())
	}
	if err := unix.Kill(k.anchor, unix.SIGKILL); err != nil {
		errs = append(errs, fmt.Errorf("end the keeper's process %d: %w", k.anchor, err))
	} else if err := reapInit(k.anchor, k.pid); err != nil {
		errs = append(errs, err)
	}
	known.CompareAndDelete(k.anchor, k)
	k.starts.Lock()
	defer k.starts.Unlock()
	closeAll(k.user, k.mnt, k.pid)
	k.user, k.mnt, k.pid = -1, -1, -1
	return errors.Join(errs...)
}

// Kill ends every lab and the keeper as Close does, but leaves waiting for their end to the kernel. It is
// for a program that ends next, and the last that is asked of a keeper.
func (k *Keeper) Kill() error {
	// Whoever lets go of the last reference to a lab's mounts takes them down, and waits for other processors in doing
	// so. Now that is not us, for the labs' inits are still there.
	k.mu.Lock()
	for l := range k.labs {
		closeAll(l.fds()...)
	}
	k.mu.Unlock()
	closeAll(k.user, k.mnt, k.pid)
	if err := unix.Kill(k.anchor, unix.SIGKILL); err != nil {
		return fmt.Errorf("end the keeper's process %d: %w", k.anchor, err)
	}
	return nil
}

// reapInit waits for the end of an init that has been killed, of a lab or of the keeper.
//
// An init does not end before every process of its PID namespace has been waited
// for (pid_namespaces(7)), and some of those are children of ours that were killed before
// they could say their number: whoever waits for the others does not know them.
func reapInit(pid, ns int) error {
	fd, err := unix.PidfdOpen(pid, 0)
	if err == nil {
		defer closeAll(fd)
		for {
			// A moment for those who do know what they wait for.
			n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 5)
			if n > 0 || err != nil && err != unix.EINTR {
				break
			}
			reapStrays(pid, ns)
		}
	}
	_, err = reap(pid)
	return err
}

// reapStrays waits for the children that nobody knows and that are dead, in the PID namespace ns and below. Those of
// others, which may be being born, are not touched.
func reapStrays(init, ns int) {
	for pid := range strangers(ns) {
		if pid != init {
			_, _ = unix.Wait4(pid, nil, unix.WALL|unix.WNOHANG, nil)
		}
	}
}

// strangers yields our children in the PID namespace ns and below that nobody waits for, or not yet.
func strangers(ns int) iter.Seq[int] {
	return func(yield func(int) bool) {
		tasks, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return
		}
		for _, task := range tasks {
			b, err := os.ReadFile("/proc/self/task/" + task.Name() + "/children")
			if err != nil {
				continue
			}
			children, err := parseInts(string(b))
			if err != nil {
				continue
			}
			for _, pid := range children {
				if !isKnown(pid) && isIn(ns, pid) && !yield(pid) {
					return
				}
			}
		}
	}
}

// isIn reports whether a child of ours, dead or alive, is in the PID namespace ns or below it.
func isIn(ns, pid int) bool {
	inside, err := pidIn(ns, pid)
	if err != nil {
		return isBelow(ns, pid) // before Linux 6.11
	}
	return inside != 0
}

// isBelow does it by going up from the process's own PID namespace (NS_GET_PARENT of ioctl_nsfs(2)).
func isBelow(ns, pid int) bool {
	var want, st unix.Stat_t
	if unix.Fstat(ns, &want) != nil {
		return false
	}
	fd, err := unix.Open("/proc/"+strconv.Itoa(pid)+"/ns/pid", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	for err == nil {
		serr := unix.Fstat(fd, &st)
		if serr == nil && st.Dev == want.Dev && st.Ino == want.Ino {
			closeAll(fd)
			return true
		}
		var up int
		up, err = unix.IoctlRetInt(fd, unix.NS_GET_PARENT)
		closeAll(fd)
		fd = up
	}
	return false // EPERM: we have come to our own
}

// sweep ends what a start that failed has left, when no other is under way: processes whose number never came to us, because
// they or those that should have told it were killed. Whoever is in the keeper's PID namespace, a child of ours, and
// not known then, is one of them.
func (k *Keeper) sweep() {
	if !k.lost.Load() || !k.starts.TryLock() {
		return
	}
	defer k.starts.Unlock()
	k.lost.Store(false)
	for pid := range strangers(k.pid) {
		fd, err := unix.PidfdOpen(pid, 0)
		if err != nil {
			k.lost.Store(true)
			continue
		}
		_ = unix.Kill(pid, unix.SIGKILL)
		_, _ = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 1000)
		closeAll(fd)
		if n, err := unix.Wait4(pid, nil, unix.WALL|unix.WNOHANG, nil); err != nil || n == 0 {
			k.lost.Store(true)
		}
	}
}

// known has the numbers of children that somebody waits for, and who that is: a number may be given to another as soon as it
// has been waited for.
var known sync.Map

func isKnown(pid int) bool { _, ok := known.Load(pid); return ok }

// AnchorPID returns the process, on the machine, whose end ends every lab.
func (k *Keeper) AnchorPID() int { return k.anchor }

// becomeRoot appends becoming root of the user namespace the process is in.
// Only real root is not that already: its labs' root is somebody else.
func (k *Keeper) becomeRoot(s *script, inUser bool) {
	if !k.root || !inUser {
		return
	}
	s.must("setresgid", unix.SYS_SETRESGID, 0, 0, 0)
	s.must("setresuid", unix.SYS_SETRESUID, 0, 0, 0)
}

// ownKeyring appends leaving the caller's session keyring, which holds the machine's user's secrets, for
// one that the whole lab shares (session-keyring(7)). Names of keyrings belong to the user namespace.
func (s *script) ownKeyring() {
	const session, everything = unix.KEY_SPEC_SESSION_KEYRING, 0x3f3f0000
	s.may("join the lab's session keyring", unix.SYS_KEYCTL, unix.KEYCTL_JOIN_SESSION_KEYRING, "nslab")
	// Who does not possess a keyring finds it by its name only if he may search it.
	s.may("open the lab's session keyring", unix.SYS_KEYCTL, unix.KEYCTL_SETPERM, session, everything)
}

// dropGroups appends leaving root's supplementary groups, which a user namespace would keep.
func (k *Keeper) dropGroups(s *script) {
	if k.root {
		s.may("setgroups", unix.SYS_SETGROUPS, 0, 0)
	}
}

func (s *script) setsid() { s.may("setsid", unix.SYS_SETSID) }

// dieWithKeeper appends the death of the process with the thread that cloned it. Go's
// runtime ends no thread unless a goroutine exits while locked to it, and none of ours does.
func (s *script) dieWithKeeper() {
	s.must("prctl PR_SET_PDEATHSIG", unix.SYS_PRCTL, unix.PR_SET_PDEATHSIG, int(unix.SIGKILL))
}

// lockMachine appends making all that the machine has mounted read-only in the
// keeper's mount namespace. A lab's is a copy of it that belongs to a lesser user namespace, in which
// what was read-only stays so: the lab's root cannot undo it with mount -o remount,rw
// (mount_namespaces(7), restrictions). A lab may mount proc and sysfs anew only as
// writable as it finds them (mount_too_revealing in the kernel's fs/namespace.c), and writes its maps in /proc.
func (s *script) lockMachine() {
	set := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY}
	s.must("make the machine read-only", unix.SYS_MOUNT_SETATTR, unix.AT_FDCWD, "/", unix.AT_RECURSIVE, structBytes(&set), unix.MOUNT_ATTR_SIZE_VER0)
	clear := unix.MountAttr{Attr_clr: unix.MOUNT_ATTR_RDONLY}
	for _, dir := range []string{"/proc", "/sys"} {
		s.may("keep "+dir+" writable", unix.SYS_MOUNT_SETATTR, unix.AT_FDCWD, dir, 0, structBytes(&clear), unix.MOUNT_ATTR_SIZE_VER0)
	}
}

// errnoOf takes the path out of an error of package os, whose text would repeat it.
func errnoOf(err error) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
