package sandbox

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// Snapshot looks at the lab from outside and says what is there now. Whatever
// the learner did inside - other mounts over /proc, chroot, namespaces in namespaces - does not
// change what it looks through: descriptors opened when the lab was made.
//
// Processes come and go while it looks: one that ends on the way is left out.
func (l *Lab) Snapshot() (*snapshot.Snapshot, error) {
	l.mu.Lock()
	if l.ended {
		l.mu.Unlock()
		return nil, errLabEnded
	}
	shells := map[string]int{}
	for name, sh := range l.shells {
		if sh != nil && sh.open() {
			shells[name] = sh.LabPID
		}
	}
	before := l.rested
	// The descriptors must not be closed meanwhile.
	l.alive.Add(1)
	l.mu.Unlock()
	defer l.alive.Done()

	o := &observer{lab: l, snap: &snapshot.Snapshot{
		Host: l.host, Shells: shells,
		UTS: map[uint64]snapshot.UTSNS{}, Net: map[uint64]snapshot.NetNS{}, Mounts: map[uint64][]snapshot.Mount{},
		IPC: map[uint64]snapshot.IPCNS{}, Users: map[uint64]snapshot.UserNS{},
	}, buf: takeBuffer(), waited: new(atomic.Int64), effort: new(effort), files: map[nsKey]int{},
		admitted: map[nsKey]bool{}, asked: map[snapshot.Kind]int{}, offsets: map[uint64][2]int64{}, procs: map[procView]uint64{},
		before: before, rested: map[int]rested{}}
	defer o.close()
	if err := l.over(nil); err != nil {
		return nil, err
	}
	o.uid, o.gid = l.keeper.ids()
	if err := o.processes(); err != nil {
		return nil, fmt.Errorf("look at the lab's processes: %w", err)
	}
	l.mu.Lock()
	l.rested = o.rested
	l.mu.Unlock()
	o.pinned()
	o.owners()
	if l.options.Divide {
		o.cgroups()
	}
	o.overlays()
	o.limits()
	if err := o.inside(); err != nil {
		return nil, fmt.Errorf("look into the lab's namespaces: %w", err)
	}
	var err error
	if o.snap.Machine, err = lookAtSelf(); err != nil {
		return nil, fmt.Errorf("look at the machine: %w", err)
	}
	if looked != nil {
		looked(o.effort)
	}
	return o.snap, nil
}

// lookAtSelf reads the machine's own names and namespaces: those the program is in.
func lookAtSelf() (snapshot.Machine, error) {
	var m snapshot.Machine
	var err error
	if m.NS, err = ownNamespaces.get(lookAtOwnNamespaces); err != nil {
		return m, err
	}
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return m, err
	}
	m.UTS = utsOf(&u)
	return m, nil
}

// ownNamespaces does not change: the program enters no other, only processes that it makes.
var ownNamespaces lasting[snapshot.Namespaces]

func lookAtOwnNamespaces() (snapshot.Namespaces, error) {
	proc, err := unix.Open("/proc", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return snapshot.Namespaces{}, err
	}
	defer closeAll(proc)
	return namespacesAt(proc, "self")
}

func utsOf(u *unix.Utsname) snapshot.UTSNS {
	return snapshot.UTSNS{
		HostName: unix.ByteSliceToString(u.Nodename[:]), DomainName: unix.ByteSliceToString(u.Domainname[:])}
}

type nsKey struct {
	kind  snapshot.Kind
	inode uint64
}

// observer is one look.
type observer struct {
	lab      *Lab
	snap     *snapshot.Snapshot
	buf      []byte
	waited   *atomic.Int64 // for command lines, in nanoseconds, by all who look at once
	effort   *effort
	crowded  bool
	uid, gid int
	offsets  map[uint64][2]int64 // of time namespaces
	procs    map[procView]uint64 // what is mounted on /proc
	// before is what the last look knew of processes at rest, rested what this one does.
	before, rested map[int]rested
	// files are open namespaces by kind and inode number, and order the keys in the order of opening.
	files map[nsKey]int
	order []nsKey
	// admitted says of namespaces whether the look goes into them, asked how many of a kind it could.
	admitted map[nsKey]bool
	asked    map[snapshot.Kind]int
	pins     int
	overlaid int
}

func (o *observer) close() {
	for _, fd := range o.files {
		closeAll(fd)
	}
	giveBuffer(o.buf)
}

// read reads a file below the lab's /proc that is a table of what the lab made as much of as it liked. The bytes are valid
// until the next read. Of what is more than a look takes in, whole lines are left out, and what is noted.
func (o *observer) read(what, path string) ([]byte, error) { return o.readUntil(what, path, 1) }

// readUntil is read for a file that ends where a read yields fewer than short bytes.
func (o *observer) readUntil(what, path string, short int) ([]byte, error) {
	fd, err := o.openat(path)
	if err != nil {
		return nil, err
	}
	defer closeAll(fd)
	return o.table(what, fd, short)
}

func (o *observer) table(what string, fd, short int) ([]byte, error) {
	most := min(maxLookFile, maxLookBytes-int(o.effort.bytes.Load()))
	for n := 0; ; {
		if n >= most {
			o.effort.bytes.Add(int64(n))
			o.omit(what, 0, 0)
			return o.buf[:bytes.LastIndexByte(o.buf[:n], '\n')+1], nil
		}
		if n == len(o.buf) {
			o.buf = append(o.buf, make([]byte, len(o.buf))...)
		}
		room := o.buf[n:min(len(o.buf), most)]
		m, err := unix.Read(fd, room)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return nil, err
		}
		if n += m; m < min(short, len(room)) {
			o.effort.bytes.Add(int64(n))
			return o.buf[:n], nil
		}
	}
}

// readOne reads a file of one process, which the kernel hands over in one piece: asking for more is a system call for nothing.
func (o *observer) readOne(path string) ([]byte, error) {
	fd, err := o.openat(path)
	if err != nil {
		return nil, err
	}
	defer closeAll(fd)
	for {
		n, err := unix.Read(fd, o.buf)
		if err != unix.EINTR {
			return o.buf[:max(n, 0)], err
		}
	}
}

func (o *observer) openat(path string) (int, error) {
	o.effort.files.Add(1)
	return unix.Openat(o.lab.procFD, path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
}

// processes fills in the processes and what they show of their namespaces.
//
// They are read one after another. Where some end meanwhile, what was read first may be of a time before that, and the
// rest of a time after: a PID 1 that lives, without those who ended with it. So it reads until nothing ends.
func (o *observer) processes() error {
	var before []snapshot.Process
	for range looksAtProcesses {
		quiet, err := o.readProcesses()
		if err != nil {
			return err
		}
		if quiet || slices.EqualFunc(before, o.snap.Procs, samePassing) {
			break
		}
		if before = o.snap.Procs; int(o.effort.reads.Load())+len(before) > maxLookReads {
			o.omit(snapshot.OmittedChanges, 0, 0)
			break
		}
	}
	o.machinePIDs()
	for i := range o.snap.Procs {
		o.namespacesOf(&o.snap.Procs[i])
	}
	return nil
}

// looksAtProcesses is how often the processes are read at most, in a lab in which some end all the time.
const looksAtProcesses = 4

// samePassing reports whether a process is there as before, and lives or not as before.
func samePassing(a, b snapshot.Process) bool {
	return a.PID == b.PID && a.Start == b.Start && a.Ended() == b.Ended()
}

// readProcesses reads the processes, and reports whether none was about to end.
func (o *observer) readProcesses() (quiet bool, err error) {
	dir, err := unix.Openat(o.lab.procFD, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return false, err
	}
	var names []string
	for {
		n, err := unix.Getdents(dir, o.buf)
		if err != nil || n <= 0 {
			closeAll(dir)
			if err != nil {
				return false, err
			}
			break
		}
		_, _, names = unix.ParseDirent(o.buf[:n], -1, names)
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name[0] < '0' || name[0] > '9' })
	if o.crowded = len(names) > crowd; len(names) > maxLookProcs {
		o.omit(snapshot.OmittedProcesses, maxLookProcs, len(names))
		names = names[:maxLookProcs]
	}
	o.effort.reads.Add(int64(len(names)))
	// Most of the time passes in the kernel: several look at once where there are many.
	parts := slices.Collect(slices.Chunk(names, max(processesEach, (len(names)+runtime.GOMAXPROCS(0)-1)/runtime.GOMAXPROCS(0))))
	found, parted := make([][]snapshot.Process, len(parts)), make([]map[int]rested, len(parts))
	var others sync.WaitGroup
	for i, part := range parts {
		if i == len(parts)-1 {
			found[i] = o.those(part)
			break
		}
		others.Go(func() {
			one := &observer{lab: o.lab, buf: takeBuffer(), waited: o.waited, effort: o.effort, crowded: o.crowded, uid: o.uid, gid: o.gid, offsets: map[uint64][2]int64{}, procs: map[procView]uint64{},
				before: o.before, rested: map[int]rested{}}
			found[i], parted[i] = one.those(part), one.rested
			one.close()
		})
	}
	others.Wait()
	for _, rested := range parted {
		maps.Copy(o.rested, rested)
	}
	o.snap.Procs = slices.Concat(found...)
	slices.SortFunc(o.snap.Procs, func(a, b snapshot.Process) int { return cmp.Compare(a.PID, b.PID) })
	if o.crowded && o.waited.Load() >= int64(argsPatience) {
		o.omit(snapshot.OmittedCommands, 0, 0)
	}
	gone := len(o.snap.Procs) < len(names)
	return !gone && !slices.ContainsFunc(o.snap.Procs, snapshot.Process.Ended), nil
}

// processesEach is how many processes are worth a goroutine.
const processesEach = 8

// those looks at some processes, by their names in /proc.
func (o *observer) those(names []string) []snapshot.Process {
	procs := make([]snapshot.Process, 0, len(names))
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		p, err := o.process(name, pid)
		if err != nil {
			continue // it has ended
		}
		procs = append(procs, p)
	}
	return procs
}

// buffers are for reading, of bufferSize at least.
var buffers sync.Pool

const bufferSize = 64 << 10

func takeBuffer() []byte {
	if b, ok := buffers.Get().(*[]byte); ok {
		return *b
	}
	return make([]byte, bufferSize)
}

func giveBuffer(b []byte) { buffers.Put(&b) }

// machinePIDs fills in the processes' numbers on the machine.
func (o *observer) machinePIDs() {
	for i := range o.snap.Procs {
		p := &o.snap.Procs[i]
		n, err := pidFrom(o.lab.ns.pid, p.PID)
		if err == unix.ENOTTY || err == unix.EINVAL { // before Linux 6.11
			o.scanMachine()
			return
		}
		p.MachinePID = n
	}
}

// scanMachine finds the numbers on the machine where the kernel does not translate them: whoever
// has the same numbers in the lab (NSpid), in a lab's PID namespace, and was started at the same time.
func (o *observer) scanMachine() {
	procs, err := os.ReadDir("/proc")
	if err != nil {
		return
	}
	depth := o.lab.depth
	for _, d := range procs {
		n, err := strconv.Atoi(d.Name())
		if err != nil {
			continue
		}
		pids, err := nsPIDs(n)
		if err != nil || len(pids) <= depth {
			continue
		}
		i, found := slices.BinarySearchFunc(o.snap.Procs, pids[depth], func(p snapshot.Process, pid int) int { return cmp.Compare(p.PID, pid) })
		if !found || !slices.Equal(pids[depth:], o.snap.Procs[i].PIDs) {
			continue
		}
		// Another lab may have the same numbers.
		b, err := os.ReadFile("/proc/" + d.Name() + "/stat")
		var same snapshot.Process
		if err == nil && parseStat(string(b), &same) == nil && same.Start == o.snap.Procs[i].Start && o.inThisLab(n) {
			o.snap.Procs[i].MachinePID = n
		}
	}
}

// inThisLab reports whether a process of the machine is in the lab's PID namespace or below it (NS_GET_PARENT of ioctl_nsfs(2)).
func (o *observer) inThisLab(pid int) bool {
	ns, err := unix.Open("/proc/"+strconv.Itoa(pid)+"/ns/pid", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	for err == nil {
		var st unix.Stat_t
		if err = unix.Fstat(ns, &st); err == nil && st.Ino == o.lab.host.PID {
			closeAll(ns)
			return true
		}
		parent, perr := unix.IoctlRetInt(ns, nsGetParent)
		closeAll(ns)
		if ns, err = parent, perr; err != nil {
			return false
		}
	}
	return false
}

func (o *observer) process(name string, pid int) (snapshot.Process, error) {
	p := snapshot.Process{PID: pid}
	b, err := o.readOne(name + "/status")
	if err != nil {
		return p, err
	}
	switches, rests := rest(b)
	if err := parseStatus(string(b), &p); err != nil {
		return p, err
	}
	// The kernel shows the IDs to us as the machine's.
	p.UID, p.GID = o.inLab(p.UID, o.uid), o.inLab(p.GID, o.gid)
	if b, err = o.readOne(name + "/stat"); err != nil {
		return p, err
	}
	if err := parseStat(string(b), &p); err != nil {
		return p, err
	}
	if was, ok := o.before[pid]; ok && rests && !p.Ended() && was.start == p.Start && was.switches == switches {
		p.NS, p.Args = was.ns, was.args
	} else {
		if err := o.args(name, &p); err != nil {
			return p, err
		}
		if p.Ended() {
			return p, nil // its namespaces have gone already
		}
		if p.NS, err = namespacesAt(o.lab.procFD, name); err != nil {
			return p, err
		}
	}
	if rests && o.waited.Load() < int64(argsPatience) {
		o.rested[pid] = rested{p.Start, switches, p.NS, p.Args}
	}
	p.Root, p.Cwd = o.dir(name+"/root"), o.dir(name+"/cwd")
	o.program(name, &p)
	if b, err := o.readOne(name + "/cgroup"); err == nil {
		p.Cgroup = parseCgroup(string(b))
	}
	if p.NS.Time != 0 {
		// They cannot change once a process is in the namespace (time_namespaces(7)).
		offsets, ok := o.offsets[p.NS.Time]
		if !ok {
			if b, err := o.readOne(name + "/timens_offsets"); err == nil {
				offsets[0], offsets[1] = parseTimeOffsets(string(b))
				o.offsets[p.NS.Time] = offsets
			}
		}
		p.MonotonicOffset, p.BootOffset = offsets[0], offsets[1]
	}
	return p, nil
}

// argsPatience bounds what a snapshot of a crowded lab waits for command lines in all. A command line is in the process's
// memory, which is locked while it forks; in a fork bomb each waits seconds for its turn on
// the processor with the lock held. Beyond, processes are without Args. Each look has some more of them (rested).
const argsPatience = 150 * time.Millisecond

// argsMax is how much of a command line a snapshot has: a learner's could be megabytes, of each of hundreds of processes.
const argsMax = 16 << 10

// crowd is from how many processes on a command line is waited for no longer than is left of argsPatience. The wait is not to
// be broken off, so another goroutine waits on.
const crowd = 64

func (o *observer) args(name string, p *snapshot.Process) error {
	left := argsPatience - time.Duration(o.waited.Load())
	if o.crowded && left <= 0 {
		return nil
	}
	fd, err := o.openat(name + "/cmdline")
	if err != nil {
		return err
	}
	start := time.Now()
	var b []byte
	if !o.crowded {
		b, err = readArgs(fd, o.buf[:argsMax])
	} else {
		read := make(chan error, 1)
		go func() {
			var err error
			b, err = readArgs(fd, make([]byte, argsMax))
			read <- err
		}()
		late := time.NewTimer(left)
		defer late.Stop()
		select {
		case err = <-read:
		case <-late.C:
			o.waited.Add(int64(left))
			return nil
		}
	}
	if took := time.Since(start); o.crowded && took > time.Millisecond {
		o.waited.Add(int64(took)) // for the lock, that is: without it, it takes microseconds
	}
	if err != nil {
		return err
	}
	if s := strings.TrimSuffix(string(b), "\x00"); s != "" {
		p.Args = strings.Split(s, "\x00")
	}
	return nil
}

// readArgs reads a command line's beginning, and closes the file.
func readArgs(fd int, buf []byte) ([]byte, error) {
	defer closeAll(fd)
	n, err := unix.Read(fd, buf)
	return buf[:max(n, 0)], err
}

// inLab turns an ID of the machine into the lab's: only one is there.
func (o *observer) inLab(id, root int) int {
	if o.lab.keeper.noUser || id == root {
		if o.lab.keeper.noUser {
			return id
		}
		return 0
	}
	return 65534
}

// dir looks at a root or cwd link.
func (o *observer) dir(path string) snapshot.Dir {
	var d snapshot.Dir
	n, err := unix.Readlinkat(o.lab.procFD, path, o.buf)
	if err != nil {
		return d
	}
	d.Path = string(o.buf[:n])
	var st unix.Statx_t
	// The link leads straight to the directory, whatever its path says now.
	if err := unix.Statx(o.lab.procFD, path, unix.AT_NO_AUTOMOUNT, unix.STATX_INO|unix.STATX_MNT_ID, &st); err == nil {
		d.Dev = unix.Mkdev(st.Dev_major, st.Dev_minor)
		d.Ino = st.Ino
		if st.Mask&unix.STATX_MNT_ID != 0 {
			d.MountID = int(st.Mnt_id)
		}
	}
	return d
}

// namespacesAt reads the links of /proc/PID/ns (namespaces(7)).
func namespacesAt(proc int, pid string) (snapshot.Namespaces, error) {
	var n snapshot.Namespaces
	dir, err := unix.Openat(proc, pid+"/ns", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return n, err
	}
	defer closeAll(dir)
	var buf [64]byte
	for _, f := range []struct {
		name string
		to   *uint64
	}{
		{"user", &n.User}, {"mnt", &n.Mnt}, {"uts", &n.UTS}, {"ipc", &n.IPC}, {"net", &n.Net}, {"pid", &n.PID},
		{"cgroup", &n.Cgroup}, {"time", &n.Time}, {"pid_for_children", &n.PIDForChildren}, {"time_for_children", &n.TimeForChildren},
	} {
		m, err := unix.Readlinkat(dir, f.name, buf[:])
		if err != nil {
			// A kernel without that kind, or a PID namespace for children that has no init yet.
			if err == unix.ENOENT && (f.to == &n.Time || f.to == &n.TimeForChildren || f.to == &n.PIDForChildren) {
				continue
			}
			return n, err
		}
		_, inode, ok := parseNSLink(string(buf[:m]))
		if !ok {
			return n, fmt.Errorf("%q is no namespace", buf[:m])
		}
		*f.to = inode
	}
	return n, nil
}

// open keeps a namespace's file open for inside; the first path that leads to it will do.
func (o *observer) open(kind snapshot.Kind, inode uint64, openFile func() (int, error)) {
	key := nsKey{kind, inode}
	if _, ok := o.files[key]; ok || inode == 0 || !o.admit(kind, inode) {
		return
	}
	fd, err := openFile()
	if err != nil {
		return
	}
	var st unix.Stat_t
	if unix.Fstat(fd, &st) != nil || st.Ino != inode {
		closeAll(fd) // the process has moved on
		return
	}
	o.files[key] = fd
	o.order = append(o.order, key)
}

// namespacesOf looks at what a process shows of its namespaces, if no other has shown it before.
func (o *observer) namespacesOf(p *snapshot.Process) {
	name := strconv.Itoa(p.PID)
	for _, kind := range []snapshot.Kind{snapshot.UTS, snapshot.Net, snapshot.IPC} {
		o.open(kind, p.NS.Of(kind), func() (int, error) {
			return o.openat(name + "/ns/" + string(kind))
		})
	}
	if _, ok := o.snap.Mounts[p.NS.Mnt]; !ok && p.NS.Mnt != 0 && o.admit(snapshot.Mnt, p.NS.Mnt) {
		if b, err := o.read(snapshot.OmittedMounts, name+"/mountinfo"); err == nil && len(b) > 0 {
			if mounts, err := parseMountinfo(string(b)); err == nil {
				o.snap.Mounts[p.NS.Mnt] = mounts
			}
		}
	}
	if _, ok := o.snap.Users[p.NS.User]; !ok && p.NS.User != 0 && o.admit(snapshot.User, p.NS.User) {
		o.userNS(name, p.NS.User)
	}
	if _, ok := o.snap.Net[p.NS.Net]; !ok && p.NS.Net != 0 && o.admit(snapshot.Net, p.NS.Net) {
		var n snapshot.NetNS
		o.tcp(name, &n)
		if b, err := o.readOne(name + "/net/snmp"); err == nil {
			n.EchoRequests, n.EchoReplies = parseEchoes(string(b))
			n.ActiveOpens, n.PassiveOpens = parseOpens(string(b))
		}
		o.snap.Net[p.NS.Net] = n
	}
}

// tcp reads the TCP sockets. To look for them is to walk the kernel's table of those of all
// namespaces, which takes milliseconds on a large machine, at every read(2): so it is done only where the
// counters say that there are any, and what comes short of half a page, which the kernel
// would have filled, is taken for the end.
func (o *observer) tcp(name string, n *snapshot.NetNS) {
	v4, v6 := true, true
	b, err := o.readOne(name + "/net/sockstat")
	if err == nil {
		used, closed := parseSockstat(string(b), "TCP")
		v4 = used+closed > 0
		if b, err = o.readOne(name + "/net/sockstat6"); err == nil {
			used, _ = parseSockstat(string(b), "TCP6")
			v6 = used+closed > 0
		}
	}
	for _, file := range []struct {
		name string
		any  bool
	}{{"/net/tcp", v4}, {"/net/tcp6", v6}} {
		if !file.any {
			continue
		}
		if b, err := o.readUntil(snapshot.OmittedSockets, name+file.name, 2048); err == nil {
			n.Listening = append(n.Listening, parseListeners(string(b))...)
			n.Conns = append(n.Conns, parseConns(string(b))...)
		}
	}
}

func (o *observer) userNS(name string, inode uint64) {
	var u snapshot.UserNS
	for _, m := range []struct {
		file string
		to   *[]snapshot.IDMap
		root int
	}{{"/uid_map", &u.UIDMap, o.uid}, {"/gid_map", &u.GIDMap, o.gid}} {
		b, err := o.read(snapshot.OmittedMaps, name+m.file)
		if err != nil {
			return
		}
		for line := range strings.Lines(string(b)) {
			idmap, err := parseIDMap(line)
			if err != nil {
				return
			}
			// To us the kernel shows the machine's numbers.
			if !o.lab.keeper.noUser && idmap.Outside == int64(m.root) {
				idmap.Outside = 0
			}
			*m.to = append(*m.to, idmap)
		}
	}
	if b, err := o.readOne(name + "/setgroups"); err == nil {
		u.Setgroups = strings.TrimSpace(string(b))
	}
	o.snap.Users[inode] = u
}

// pinned finds the namespaces that no process is in but a bind mount of their
// file keeps (namespaces(7); so does ip-netns(8)).
func (o *observer) pinned() {
	for inode, mounts := range o.snap.Mounts {
		in := o.snap.In(snapshot.Mnt, inode)
		for _, m := range mounts {
			if m.FSType != "nsfs" || len(in) == 0 {
				continue
			}
			kind, ns, ok := parseNSLink(m.Root)
			if !ok {
				continue
			}
			if kind == snapshot.Net {
				if _, ok := o.snap.Net[ns]; !ok {
					o.snap.Net[ns] = snapshot.NetNS{}
				}
			}
			if kind == snapshot.UTS || kind == snapshot.Net || kind == snapshot.IPC {
				o.open(kind, ns, func() (int, error) { return o.pin(in[0].PID, m.Point) })
			}
		}
	}
}

// pin opens a namespace's file where it is mounted.
func (o *observer) pin(pid int, point string) (int, error) {
	if o.pins++; o.pins > maxLookPins {
		o.omit(snapshot.OmittedNamespaces, 0, 0)
		return -1, errEnough
	}
	return o.openIn(pid, point)
}

// openIn opens a file as a process of the lab sees it. Its links are followed
// inside the process's root, never outside (openat2(2), RESOLVE_IN_ROOT).
func (o *observer) openIn(pid int, path string) (int, error) {
	o.effort.mounts.Add(1)
	root, err := unix.Openat(o.lab.procFD, strconv.Itoa(pid)+"/root", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	defer closeAll(root)
	return unix.Openat2(root, path, &unix.OpenHow{
		Flags:   unix.O_RDONLY | unix.O_CLOEXEC | unix.O_NONBLOCK | unix.O_NOCTTY,
		Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS,
	})
}

// inside asks, in each namespace, what only someone in it can ask: one process goes through all of
// them. It shares our table of descriptors (CLONE_FILES of clone(2)), so that the sockets it makes there are ours.
func (o *observer) inside() error {
	l := o.lab
	s := &script{}
	if l.ns.user >= 0 {
		s.must("join the lab's user namespace", unix.SYS_SETNS, l.ns.user, unix.CLONE_NEWUSER)
	}
	type visit struct {
		key  nsKey
		join ref
		got  []ref
		at   boardPtr
	}
	var visits []visit
	const utsSize = unsafeSizeofUtsname
	for _, key := range o.order {
		v := visit{key: key}
		fd := o.files[key]
		switch key.kind {
		case snapshot.UTS:
			v.join = s.may("join", unix.SYS_SETNS, fd, unix.CLONE_NEWUTS)
			v.at = s.space(utsSize)
			v.got = append(v.got, s.may("uname", unix.SYS_UNAME, v.at))
		case snapshot.Net:
			v.join = s.may("join", unix.SYS_SETNS, fd, unix.CLONE_NEWNET)
			v.got = append(v.got, s.may("socket", unix.SYS_SOCKET, unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE))
			v.got = append(v.got, filterSockets(s)...)
		case snapshot.IPC:
			v.join = s.may("join", unix.SYS_SETNS, fd, unix.CLONE_NEWIPC)
			for _, file := range []string{"msg", "shm", "sem"} {
				v.got = append(v.got, s.may("open", unix.SYS_OPENAT, unix.AT_FDCWD, "/proc/sysvipc/"+file, unix.O_RDONLY|unix.O_CLOEXEC))
			}
		}
		visits = append(visits, v)
	}
	readQueues := o.mqueues(s)
	b, err := s.run(unix.CLONE_FILES)
	if err != nil {
		return err
	}

	sockets := map[uint64]int{}
	for _, v := range visits {
		joined := b.result(v.join) >= 0
		switch v.key.kind {
		case snapshot.UTS:
			if joined && b.result(v.got[0]) >= 0 {
				o.snap.UTS[v.key.inode] = utsFromBytes(b.bytes(v.at, utsSize))
			}
		case snapshot.Net:
			if fd := b.result(v.got[0]); fd >= 0 {
				defer closeAll(fd)
				if joined {
					sockets[v.key.inode] = fd
				}
			}
			o.filter(v.key.inode, b.result(v.got[1]), b.result(v.got[2]), joined)
		case snapshot.IPC:
			var ipc snapshot.IPCNS
			for i, to := range []*[]snapshot.IPCObject{&ipc.Queues, &ipc.Segments, &ipc.Semaphores} {
				fd := b.result(v.got[i])
				if fd < 0 {
					continue
				}
				if joined {
					if t, err := o.table(snapshot.OmittedIPC, fd, 1); err == nil {
						*to = parseSysvipc(string(t), i)
					}
				}
				closeAll(fd)
			}
			if joined {
				o.snap.IPC[v.key.inode] = ipc
			}
		}
	}
	readQueues(b)
	var errs []error
	for inode, fd := range sockets {
		n := o.snap.Net[inode]
		err := o.readNet(fd, &n)
		if err == nil {
			err = o.peers(fd, &n, inode)
		}
		if errors.Is(err, errEnough) {
			o.omit(snapshot.OmittedNetwork, 0, 0)
			for i := range n.Links {
				n.Links[i].PeerNS = 0 // not found out
			}
		} else if err != nil {
			errs = append(errs, err)
			continue
		}
		o.snap.Net[inode] = n
	}
	return errors.Join(errs...)
}
