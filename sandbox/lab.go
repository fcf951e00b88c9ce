package sandbox

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// Tools says where a lab's commands come from.
type Tools int

const (
	// MachineTools gives a lab the machine's programs, and BusyBox for what is missing.
	MachineTools Tools = iota
	// BusyBoxTools gives a lab BusyBox alone.
	BusyBoxTools
)

// LabOptions say what a lab is to be.
type LabOptions struct {
	// HostName is the hostname of the lab's host; "host" where empty.
	HostName string
	Tools    Tools
	// Divide gives it a cgroup of version 2 of its own where the machine lets us make one, with controllers
	// that the learner may hand on (see HasController).
	Divide bool
	// Trace asks for the system calls on namespaces that its processes make (Lab.Trace).
	Trace bool

	shell   string
	applets []string
	divided bool // it has a cgroup of its own
}

// maxProcs is how many processes a lab may have (RLIMIT_NPROC of getrlimit(2), which since Linux
// 5.14 counts in each user namespace by itself).
const maxProcs = 400

// Lab is a stand-in for a whole machine. Its methods may be called from several goroutines.
type Lab struct {
	keeper   *Keeper
	options  LabOptions
	init     int // PID of its init on the machine
	depth    int // where in a list of NSpid its PID namespace stands
	ns       nsFiles
	host     snapshot.Namespaces
	rootFD   int        // its root directory, O_PATH
	procFD   int        // its first /proc
	ptsFD    int        // its devpts
	queuesFD int        // its /dev/mqueue, -1 for none
	queues   sync.Mutex // who reads queuesFD
	cgroup   *division
	trace    *Trace
	// filtered is false where the kernel has no seccomp filters.
	filtered bool

	ending sync.Once
	endErr error

	mu     sync.Mutex
	shells map[string]*Shell
	rested map[int]rested // processes of the last look, by their numbers in the lab
	ended  bool
	alive  sync.WaitGroup // processes the keeper has to wait for
}

// nsFiles are descriptors of a lab's own namespaces, opened when it was made, so that nothing
// the learner does changes what is joined. User is -1 without a user namespace.
type nsFiles struct {
	user, mnt, uts, ipc, net, pid, cgroup int
}

// labFlags are the namespaces that every lab has of its own.
const labFlags = unix.CLONE_NEWNS | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWNET | unix.CLONE_NEWPID | unix.CLONE_NEWCGROUP

// NewLab makes a lab.
func (k *Keeper) NewLab(o LabOptions) (*Lab, error) {
	if o.HostName == "" {
		o.HostName = "host"
	}
	o.applets = k.tools.applets
	o.shell = k.machine.shell
	if o.Tools == BusyBoxTools || o.shell == "" {
		if k.tools.busybox == nil && (o.Tools == BusyBoxTools || o.shell == "") {
			return nil, errors.New("make a lab: there is no bash on this machine and no BusyBox in this nslab; build it with make, or install busybox-static")
		}
		o.shell = toolsBusybox + "/sh"
	}
	l := &Lab{keeper: k, options: o, shells: map[string]*Shell{}, rootFD: -1, procFD: -1, ptsFD: -1, queuesFD: -1,
		ns: nsFiles{-1, -1, -1, -1, -1, -1, -1}}
	k.mu.Lock()
	if k.closed {
		k.mu.Unlock()
		return nil, errors.New("make a lab: the keeper is closed")
	}
	k.births.Add(1)
	k.mu.Unlock()
	defer k.births.Done()
	k.starts.RLock()
	err := l.start()
	if err != nil {
		k.lost.Store(true)
	}
	k.starts.RUnlock()
	k.sweep()
	if err != nil {
		return nil, fmt.Errorf("make a lab: %w", reached(err))
	}
	l.startTrace()
	k.mu.Lock()
	k.labs[l] = true
	k.mu.Unlock()
	return l, nil
}

func (l *Lab) start() error {
	k := l.keeper
	if l.options.Divide {
		l.cgroup = divide(k.ids())
		l.options.divided = l.cgroup != nil
	}
	a, err := startApart([]string{"init"}, []string{"PATH=" + Path}, append(l.cgroup.fds(), k.user, k.mnt, k.pid)...)
	if err != nil {
		l.cgroup.close()
		return err
	}
	s := a.script
	s.grow(256)
	l.cgroup.begin(s)
	k.dropGroups(s)
	s.dieWithKeeper()
	k.join(s)
	s.must("join the keeper's PID namespace", unix.SYS_SETNS, k.pid, unix.CLONE_NEWPID)
	k.becomeRoot(s, !k.noUser)
	proc, between, number := s.openProc(), s.space(numberSize), s.space(numberSize)
	var filter ref
	// See intoPID.
	s.fork("clone a process in the keeper's PID namespace", unix.CLONE_VM|unix.CLONE_PARENT, func() {
		s.readNumber(proc, between)
		if !k.noUser {
			// Changed credentials made it undumpable, and its /proc files root's (PR_SET_DUMPABLE(2const)).
			s.must("prctl PR_SET_DUMPABLE", unix.SYS_PRCTL, unix.PR_SET_DUMPABLE, 1)
			s.must("make a user namespace", unix.SYS_UNSHARE, unix.CLONE_NEWUSER)
			s.writeMaps(must, unix.AT_FDCWD, "/proc/", 0, 0)
			s.limitNamespaces(labNamespaces)
		}
		s.fork("clone the lab's init", labFlags|unix.CLONE_VM|unix.CLONE_PARENT, func() {
			s.readNumber(proc, number)
			l.cgroup.settle(s)
			if !k.noUser {
				s.ownKeyring()
				// The machine kills a lab first when memory runs out: all it does, and then the lab itself, with its files.
				s.writeFile(may, "/proc/self/oom_score_adj", "500")
			}
			s.setsid()
			s.must("umask", unix.SYS_UMASK, 0)
			s.must("sethostname", unix.SYS_SETHOSTNAME, []byte(l.options.HostName), len(l.options.HostName))
			s.must("setdomainname", unix.SYS_SETDOMAINNAME, []byte("(none)"), len("(none)"))
			s.linkUp("lo")
			s.buildRoot(k.machine, l.options)
			s.must("umask", unix.SYS_UMASK, 0o022)
			s.must("chdir /root", unix.SYS_CHDIR, "/root")
			// The lab's root may trace its init, and have it do anything: it is bound as all others are.
			s.limitProcesses()
			s.limitProcess()
			filter = s.installForbid(may)
			s.beInit("init")
		})
		s.exit(0)
	})
	s.exit(0)

	img, err := a.walk(nil)
	l.init, err = img.born(err, a.pid, number, between)
	if err == nil {
		l.filtered = img.result(filter) >= 0
		l.cgroup.handOn()
		err = l.open()
	}
	if err != nil && l.init > 0 {
		closeAll(l.fds()...)
		_ = unix.Kill(l.init, unix.SIGKILL)
		_, _ = reap(l.init)
	} else if err == nil {
		known.Store(l.init, l)
	}
	if err != nil {
		l.cgroup.close()
	}
	return err
}

// join appends entering the keeper's namespaces, but for its PID namespace.
func (k *Keeper) join(s *script) {
	if !k.noUser {
		s.must("join the keeper's user namespace", unix.SYS_SETNS, k.user, unix.CLONE_NEWUSER)
	}
	s.must("join the keeper's mount namespace", unix.SYS_SETNS, k.mnt, unix.CLONE_NEWNS)
}

// writeMaps appends making the outside IDs root of the user namespace that the process is in; dir and path lead to a /proc.
func (s *script) writeMaps(kind callKind, dir any, path string, uid, gid int) {
	for _, f := range []struct {
		name, text string
		kind       callKind
	}{{"setgroups", "deny", may}, {"uid_map", idMap(0, uid), kind}, {"gid_map", idMap(0, gid), kind}} {
		fd := s.add(f.kind, "open "+f.name, unix.SYS_OPENAT, dir, path+"self/"+f.name, unix.O_WRONLY|unix.O_CLOEXEC)
		s.add(f.kind, "write "+f.name, unix.SYS_WRITE, fd, []byte(f.text), len(f.text))
		s.add(f.kind, "close", unix.SYS_CLOSE, fd)
	}
}

// beInit appends what makes the process the init of its PID namespace for the rest of its life: it goes by that
// name, and the kernel reaps its children (wait(2), NOTES).
func (s *script) beInit(name string) {
	s.must("prctl PR_SET_NAME", unix.SYS_PRCTL, unix.PR_SET_NAME, name)
	ignore := [32]byte{1} // SIG_IGN, in the byte order of all we run on
	s.must("ignore SIGCHLD", unix.SYS_RT_SIGACTION, int(unix.SIGCHLD), ignore[:], 0, 8)
	s.settle()
}

// intoPID appends the cloning of a process, with the flags, inside the PID namespace that the
// script has joined. What joined it is not in it itself; only its children are, and only a process
// that is in one can make another below (pid_namespaces(7), clone(2) EINVAL): hence the
// process between, which is gone at once. All of them are children of the program (CLONE_PARENT), so that it
// can wait for them, and of one memory until the last has called execve(2): the others sleep until then (CLONE_VFORK).
//
// clone(2) tells the number that the process has where it was cloned; what we want is the
// machine's, which the process itself reads from the machine's /proc.
func (s *script) intoPID(flags uintptr, proc ref, body func()) (number, between boardPtr) {
	number, between = s.space(numberSize), s.space(numberSize)
	process := func() {
		memory := uintptr(unix.CLONE_VM)
		if flags&unix.CLONE_NEWTIME != 0 {
			// clone(2) has no room for this flag, and unshare(2) moves the children only. As the last step before the clone, for
			// who shares memory with others does not change to it: in Linux 6.1 not even at execve(2), and there clone(2) with
			// CLONE_VM says EINVAL.
			s.must("make a time namespace", unix.SYS_UNSHARE, unix.CLONE_NEWTIME)
			memory = 0
		}
		s.fork("clone a process in the lab", flags&^unix.CLONE_NEWTIME|memory|unix.CLONE_PARENT|unix.CLONE_VFORK, func() {
			s.readNumber(proc, number)
			if memory == 0 {
				s.report(must) // the others do not see it
			}
			body()
		})
	}
	if flags&unix.CLONE_NEWPID == 0 {
		process()
		return number, between
	}
	s.fork("clone a process in the PID namespace", unix.CLONE_PARENT|unix.CLONE_VM|unix.CLONE_VFORK, func() {
		s.readNumber(proc, between)
		process()
		s.exit(0)
	})
	return number, between
}

// readNumber appends writing down which number the process has in the PID namespace of a /proc.
func (s *script) readNumber(proc ref, number boardPtr) {
	s.must("read the process's number", unix.SYS_READLINKAT, proc, "self", number, numberSize)
}

// numberSize is room for a PID in decimal.
const numberSize = 24

// openProc appends the opening of the machine's /proc, for use where it is out of sight.
func (s *script) openProc() ref {
	return s.must("open /proc", unix.SYS_OPENAT, unix.AT_FDCWD, "/proc", unix.O_PATH|unix.O_CLOEXEC)
}

// born waits for the processes on the way, first and those that wrote their numbers between, and returns
// the PID of the one that was wanted, or err or what else went wrong.
func (img *image) born(err error, first int, number boardPtr, between ...boardPtr) (int, error) {
	read := func(p boardPtr) int {
		pid, _ := strconv.Atoi(unix.ByteSliceToString(img.bytes(p, numberSize)))
		return pid
	}
	ways := []int{first}
	for _, b := range between {
		ways = append(ways, read(b))
	}
	for _, pid := range ways {
		if pid > 0 {
			if _, rerr := reap(pid); err == nil {
				err = rerr
			}
		}
	}
	pid := read(number)
	if err == nil && pid <= 0 {
		err = errUnborn
	}
	return pid, err
}

// linkUp appends setting a network interface up (netdevice(7)).
func (s *script) linkUp(name string) {
	fd := s.must("socket", unix.SYS_SOCKET, unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	ifreq := make([]byte, 40)
	copy(ifreq, name)
	ifreq[16] = unix.IFF_UP
	s.must("set "+name+" up", unix.SYS_IOCTL, fd, unix.SIOCSIFFLAGS, ifreq)
	s.must("close", unix.SYS_CLOSE, fd)
}

// open opens what the keeper needs of the lab, before anyone else is in it.
func (l *Lab) open() error {
	dir := "/proc/" + strconv.Itoa(l.init) + "/"
	for _, ns := range []struct {
		kind snapshot.Kind
		fd   *int
	}{
		{snapshot.User, &l.ns.user}, {snapshot.Mnt, &l.ns.mnt}, {snapshot.UTS, &l.ns.uts}, {snapshot.IPC, &l.ns.ipc},
		{snapshot.Net, &l.ns.net}, {snapshot.PID, &l.ns.pid}, {snapshot.Cgroup, &l.ns.cgroup},
	} {
		if ns.kind == snapshot.User && l.keeper.noUser {
			continue
		}
		fd, err := unix.Open(dir+"ns/"+string(ns.kind), unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			return fmt.Errorf("open the lab's %s namespace: %w", ns.kind, err)
		}
		*ns.fd = fd
	}
	var err error
	if l.rootFD, err = unix.Open(dir+"root", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0); err != nil {
		return fmt.Errorf("open the lab's root: %w", err)
	}
	if l.procFD, err = unix.Openat(l.rootFD, "proc", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0); err != nil {
		return fmt.Errorf("open the lab's /proc: %w", err)
	}
	if l.ptsFD, err = unix.Openat(l.rootFD, "dev/pts", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0); err != nil {
		return fmt.Errorf("open the lab's /dev/pts: %w", err)
	}
	l.openQueues()
	pids, err := nsPIDs(l.init)
	if err != nil {
		return err
	}
	l.depth = len(pids) - 1
	l.host, err = namespacesAt(l.procFD, "1")
	if err != nil {
		return fmt.Errorf("read the lab's namespaces: %w", err)
	}
	return nil
}

// nsPIDs returns a process's numbers, from the machine's PID namespace inwards
// (NSpid of proc_pid_status(5)).
func nsPIDs(pid int) ([]int, error) {
	b, err := readProc(strconv.Itoa(pid) + "/status")
	if err != nil {
		return nil, fmt.Errorf("read the status of process %d: %w", pid, err)
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "NSpid:"); ok {
			return parseInts(rest)
		}
	}
	return nil, fmt.Errorf("the kernel does not say NSpid of process %d", pid)
}

func (l *Lab) fds() []int {
	return append(l.nsFDs(), l.rootFD, l.procFD, l.ptsFD, l.queuesFD)
}

// readProc reads a file of one piece below /proc. Package os would prepare for waiting for it, which costs more.
func readProc(path string) ([]byte, error) {
	fd, err := unix.Open("/proc/"+path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer closeAll(fd)
	buf := make([]byte, 4096)
	n, err := unix.Read(fd, buf)
	if err != nil {
		return nil, err
	}
	return buf[:n], nil
}

func (l *Lab) nsFDs() []int {
	return []int{l.ns.user, l.ns.mnt, l.ns.uts, l.ns.ipc, l.ns.net, l.ns.pid, l.ns.cgroup}
}

// Host returns the inode numbers of the lab's own initial namespaces.
func (l *Lab) Host() snapshot.Namespaces { return l.host }

// InitPID returns the PID of the lab's init on the machine.
func (l *Lab) InitPID() int { return l.init }

// Close ends the lab: its processes are killed, and with them go its mounts,
// devices and namespaces. It returns when they have.
func (l *Lab) Close() error {
	l.keeper.mu.Lock()
	if l.keeper.labs != nil {
		delete(l.keeper.labs, l)
	}
	l.keeper.mu.Unlock()
	return l.end()
}

// errLabEnded is the error of whatever comes after Close.
var errLabEnded = errors.New("the lab has ended")

// over returns errLabEnded in the place of an error where the lab's init has ended: reboot(2) in the
// lab ends it, as whoever kills it or the keeper's process does, and then nothing can be started (fork(2) ENOMEM).
func (l *Lab) over(err error) error {
	var info unix.Siginfo
	werr := unix.Waitid(unix.P_PID, l.init, &info, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT|unix.WALL, nil)
	if werr == nil && info.Signo != 0 {
		return errLabEnded
	}
	return err
}

// hold counts one more process that Close has to wait for; false where Close has begun.
func (l *Lab) hold() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return false
	}
	l.alive.Add(1)
	return true
}

func (l *Lab) end() error {
	l.ending.Do(func() {
		l.mu.Lock()
		l.ended = true
		l.mu.Unlock()
		if err := unix.Kill(l.init, unix.SIGKILL); err != nil {
			l.endErr = fmt.Errorf("end the lab's init %d: %w", l.init, err)
			known.CompareAndDelete(l.init, l) // it ends with the keeper's, and is waited for there
			return
		}
		// init cannot end before those who joined its PID namespace have been
		// waited for (pid_namespaces(7)), which their own goroutines do.
		l.endTrace()
		l.alive.Wait()
		l.endErr = reapInit(l.init, l.ns.pid)
		known.CompareAndDelete(l.init, l)
		l.cgroup.close()
		closeAll(l.fds()...)
	})
	return l.endErr
}

// enter appends what takes a new process into the lab: into its namespaces
// and, by way of intoPID, into its PID namespace, where body goes on.
func (l *Lab) enter(s *script, flags uintptr, body func()) (number, between boardPtr) {
	k := l.keeper
	k.dropGroups(s)
	s.dieWithKeeper()
	// Until its exec the process has our descriptors, and from its cloning on
	// the learner can see it: let nobody look inside. Its memory's owner is our own user
	// namespace, where it executed the walker, so the lab's root
	// has no power over it (PR_SET_DUMPABLE(2const), ptrace(2)).
	proc := s.openProc()
	adj := s.may("open oom_score_adj", unix.SYS_OPENAT, proc, "self/oom_score_adj", unix.O_WRONLY|unix.O_CLOEXEC)
	s.may("write oom_score_adj", unix.SYS_WRITE, adj, "1000", len("1000"))
	s.may("close", unix.SYS_CLOSE, adj)
	for _, ns := range []struct {
		name string
		fd   int
		flag int
	}{
		{"user", l.ns.user, unix.CLONE_NEWUSER}, {"mount", l.ns.mnt, unix.CLONE_NEWNS}, {"UTS", l.ns.uts, unix.CLONE_NEWUTS},
		{"IPC", l.ns.ipc, unix.CLONE_NEWIPC}, {"network", l.ns.net, unix.CLONE_NEWNET}, {"PID", l.ns.pid, unix.CLONE_NEWPID},
		{"cgroup", l.ns.cgroup, unix.CLONE_NEWCGROUP},
	} {
		if ns.fd >= 0 {
			s.must("join the lab's "+ns.name+" namespace", unix.SYS_SETNS, ns.fd, ns.flag)
		}
	}
	k.becomeRoot(s, !k.noUser)
	// After the last change of credentials, which resets it.
	s.must("prctl PR_SET_DUMPABLE", unix.SYS_PRCTL, unix.PR_SET_DUMPABLE, 0)
	if !k.noUser {
		s.ownKeyring()
	}
	s.limitProcesses()
	if flags&unix.CLONE_NEWUSER != 0 {
		// A new user namespace's maps are written by the process itself
		// while it is still outside the lab's PID namespace, through the machine's /proc: it has to be
		// dumpable for that.
		s.must("make a user namespace", unix.SYS_UNSHARE, unix.CLONE_NEWUSER)
		s.must("prctl PR_SET_DUMPABLE", unix.SYS_PRCTL, unix.PR_SET_DUMPABLE, 1)
		s.writeMaps(must, proc, "", 0, 0)
		s.must("prctl PR_SET_DUMPABLE", unix.SYS_PRCTL, unix.PR_SET_DUMPABLE, 0)
	}
	flags &^= unix.CLONE_NEWUSER
	if l.cgroup == nil {
		return s.intoPID(flags, proc, body)
	}
	return s.intoPID(flags&^unix.CLONE_NEWCGROUP, proc, func() {
		l.cgroup.settle(s)
		if flags&unix.CLONE_NEWCGROUP != 0 {
			// Its root is the group in which the process is now (cgroup_namespaces(7)).
			s.must("make a cgroup namespace", unix.SYS_UNSHARE, unix.CLONE_NEWCGROUP)
		}
		body()
	})
}

// labsCountProcs reports whether RLIMIT_NPROC counts the processes of a user
// namespace by itself (Linux 5.14); before, it would count all that the user has.
var labsCountProcs = sync.OnceValue(func() bool {
	major, minor := kernelVersion()
	return major > 5 || major == 5 && minor >= 14
})

func kernelVersion() (major, minor int) {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return 0, 0
	}
	_, _ = fmt.Sscanf(unix.ByteSliceToString(u.Release[:]), "%d.%d", &major, &minor)
	return major, minor
}
