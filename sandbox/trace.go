package sandbox

import (
	"fmt"
	"os"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// A traced lab (LabOptions.Trace) tells which system calls on namespaces its processes make.
//
// Every command that is started in it takes a seccomp filter upon itself just before its exec (tracefilter.go),
// which all that descends from it inherits, nested shells and namespaces included. The filter's listener
// (SECCOMP_FILTER_FLAG_NEW_LISTENER of seccomp(2), seccomp_unotify(2)) comes to the keeper: when a process makes one of the
// calls, the kernel holds it and says so; the keeper looks who it is and what the arguments are, and lets the
// call go on (SECCOMP_USER_NOTIF_FLAG_CONTINUE). The result is not told. What came of the call is known by what has
// changed a moment later, where it can be seen.
//
// A call that labs may not make (forbid.go) is told, and refused. Of others nothing is decided here: a process may change
// its arguments behind our back, and calls by other ways (32-bit programs) are not seen. If the keeper ends, so does the lab; if it is stopped, these calls wait for it, all others go on, and
// any signal that ends the process ends the waiting too. A process of the lab cannot have a listener of its own: the
// kernel allows one a process (EBUSY). A flood holds up the shell that it comes from, and no other: each
// command has its own listener, which decodes so many calls a second and only counts the rest.

// Trace is what a lab's processes did, as far as it was seen. Its methods may be called from several goroutines.
type Trace struct {
	mu      sync.Mutex
	calls   []snapshot.Call // the last ones, by Seq
	open    map[uint64]bool // those whose outcome may yet become known
	seq     uint64
	lost    uint64
	changed chan struct{}
	ended   chan struct{} // closed when the lab ends
	// burst and rate bound how many calls of one command are decoded at once and each second.
	burst, rate float64
}

// maxCalls bounds how many calls a trace keeps.
const maxCalls = 4096

// Since returns the calls behind number seq, oldest first, as far as what came of them is known or no longer waited for;
// how many calls of the lab were too many to be looked at; and a channel that is closed when there is more, or when a program
// was started. A nil Trace has none.
func (t *Trace) Since(seq uint64) (calls []snapshot.Call, lost uint64, more <-chan struct{}) {
	if t == nil {
		return nil, 0, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.changed == nil {
		t.changed = make(chan struct{})
	}
	first := t.find(seq + 1)
	last := first
	for last < len(t.calls) && !t.open[t.calls[last].Seq] {
		last++
	}
	return slices.Clone(t.calls[first:last]), t.lost, t.changed
}

// OnNamespaces returns all calls on namespaces that are kept, oldest first, also those of which the outcome is still open.
func (t *Trace) OnNamespaces() []snapshot.Call {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	var calls []snapshot.Call
	for _, c := range t.calls {
		if c.Lacks.Why != snapshot.LacksLeave {
			calls = append(calls, c)
		}
	}
	return calls
}

// Seq returns the number of the last call; 0 before the first.
func (t *Trace) Seq() uint64 {
	if t == nil {
		return 0
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.seq
}

// add keeps a call and returns its number.
func (t *Trace) add(c snapshot.Call, open bool) uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seq++
	c.Seq = t.seq
	if len(t.calls) >= 2*maxCalls {
		t.calls = slices.Delete(t.calls, 0, maxCalls)
	}
	t.calls = append(t.calls, c)
	if open {
		t.open[c.Seq] = true
	} else {
		t.tell()
	}
	return c.Seq
}

// settle says what came of a call.
func (t *Trace) settle(seq uint64, set func(*snapshot.Call)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.open, seq)
	if i := t.find(seq); i < len(t.calls) && t.calls[i].Seq == seq {
		set(&t.calls[i])
	}
	t.tell()
}

// find returns where the calls from number seq on begin; t.mu is held.
func (t *Trace) find(seq uint64) int {
	return sort.Search(len(t.calls), func(i int) bool { return t.calls[i].Seq >= seq })
}

// started says that some program was started, of which there is nothing to be told but that.
func (t *Trace) started() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.tell()
}

func (t *Trace) tell() {
	if t.changed != nil {
		close(t.changed)
		t.changed = nil
	}
}

func (t *Trace) lose(n uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lost += n
	t.tell()
}

// Trace returns what the lab's processes do; nil where the lab is not traced, because it was not asked for or because the
// machine does not allow it (Keeper.CanTrace).
func (l *Lab) Trace() *Trace { return l.trace }

// CanTrace says why labs cannot be traced here; nil where they can. It tries once.
func (k *Keeper) CanTrace() error {
	k.traceOnce.Do(func() {
		s := &script{}
		k.dropGroups(s)
		if !k.noUser {
			s.must("join the keeper's user namespace", unix.SYS_SETNS, k.user, unix.CLONE_NEWUSER)
		}
		k.becomeRoot(s, !k.noUser)
		r := s.installFilter(may)
		img, err := s.run(0)
		if err != nil {
			err = fmt.Errorf("look whether system calls can be told: %w", err)
		} else {
			if n := img.result(r); n < 0 {
				err = fmt.Errorf("install a seccomp filter with a listener: %w", unix.Errno(-n))
			}
		}
		k.traceErr = err
	})
	return k.traceErr
}

// startTrace makes the lab traced, where that can be.
func (l *Lab) startTrace() {
	if !l.options.Trace || l.keeper.CanTrace() != nil {
		return
	}
	l.trace = &Trace{open: map[uint64]bool{}, ended: make(chan struct{}), burst: traceBurst, rate: traceRate}
}

// endTrace lets the listeners end whether or not the kernel tells them that nobody is left (it does since Linux 5.9).
func (l *Lab) endTrace() {
	if l.trace != nil {
		close(l.trace.ended)
	}
}

// listener hears what one command and all that descends from it do.
type listener struct {
	lab   *Lab
	trace *Trace
	shell string
	// ours and theirs are the ends of the socket on which the listener's descriptor comes.
	ours, theirs int
	fd           int
	proc         int // the machine's /proc
	// born is set when the command itself has begun: what the keeper's own script does before is not told.
	born bool
	// acted are the processes that made a call other than execve since their last execve, as they were then. Those that have
	// ended are taken out when there are prune of them.
	acted map[int]taskStatus
	prune int
	// settling are calls whose outcome is being looked for, by thread; tokens bounds how many.
	mu       sync.Mutex
	settling map[int]*pending
	tokens   chan struct{}
	waiting  sync.WaitGroup
	decodes  allowance
	unames   allowance
}

// Bounds on what a listener does for a lab: how many calls it decodes at once and each second, how many outcomes it
// looks for at the same time, and for how many it makes a process. What a person or a build does stays far below.
const (
	traceBurst   = 2048
	traceRate    = 1024
	traceSettles = 64
	unameBurst   = 20
	unameRate    = 10
)

// allowance is so many at once and so many a second.
type allowance struct {
	burst, rate, left float64
	at                time.Time
}

func newAllowance(burst, rate float64) allowance {
	return allowance{burst: burst, rate: rate, left: burst, at: time.Now()}
}

// spend reports whether one more is allowed now.
func (a *allowance) spend() bool {
	now := time.Now()
	a.left = min(a.left+now.Sub(a.at).Seconds()*a.rate, a.burst)
	a.at = now
	if a.left < 1 {
		return false
	}
	a.left--
	return true
}

// listenTo makes a listener for a command; nil where the lab is not traced. Its caller lets it install its filter in the
// command's script, and calls hear when the process has been cloned, or forget.
func (l *Lab) listenTo(shell string) *listener {
	if l.trace == nil {
		return nil
	}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil // the command runs; it is not traced
	}
	// What hearing takes is opened before the filter is there: a listener that is given up leaves calls without an answer.
	proc, err := unix.Open("/proc", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		closeAll(pair[:]...)
		return nil
	}
	t := &listener{lab: l, trace: l.trace, shell: shell, ours: pair[0], theirs: pair[1], fd: -1, proc: proc,
		acted: map[int]taskStatus{}, settling: map[int]*pending{}, tokens: make(chan struct{}, traceSettles),
		decodes: newAllowance(l.trace.burst, l.trace.rate), unames: newAllowance(unameBurst, unameRate)}
	return t
}

// keep is what the command's process has to keep until its exec.
func (t *listener) keep() []int {
	if t == nil {
		return nil
	}
	return []int{t.theirs}
}

// install appends taking the filter, as the last step before the exec (a lab is traced only where the machine has been seen to allow
// it); spare is a number that no descriptor of the
// process has.
func (t *listener) install(s *script, spare int) {
	if t != nil {
		s.sendFD(t.theirs, s.installFilter(must), spare)
	}
}

func (t *listener) forget() {
	if t != nil {
		closeAll(t.ours, t.theirs, t.proc)
	}
}

// hear begins to listen. The lab must be held (Lab.hold) by the caller until it returns.
func (t *listener) hear() {
	if t == nil {
		return
	}
	closeAll(t.theirs)
	t.lab.alive.Add(1)
	go func() {
		defer t.lab.alive.Done()
		t.run()
	}()
}

func (t *listener) run() {
	defer func() { closeAll(t.proc) }()
	t.fd = receiveFD(t.ours)
	closeAll(t.ours)
	if t.fd < 0 {
		return
	}
	// It is waited for as for any other file of Go's, and asked without telling Go's scheduler: were a processor of its counted as in a
	// system call all the time, a thread of its would look every few microseconds whether it still is, and that takes more time
	// than all that is done for the most frequent call, execve.
	_ = unix.SetNonblock(t.fd, true)
	file := os.NewFile(uintptr(t.fd), "seccomp")
	// Linux 6.6: the one who waits and the one who answers take turns on one processor.
	_, _, _ = unix.Syscall(unix.SYS_IOCTL, uintptr(t.fd), notifSetFlags, unix.SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP)
	t.loop(file)
	// Calls that still come are answered by the kernel, with ENOSYS; but there is no one left to make one.
	_ = file.Close()
	t.waiting.Wait()
}

// receiveFD waits for the descriptor; -1 where the process has ended without, or could not install its filter.
func receiveFD(socket int) int {
	var one [1]byte
	control := make([]byte, unix.CmsgSpace(4))
	for {
		_, n, _, _, err := unix.Recvmsg(socket, one[:], control, unix.MSG_CMSG_CLOEXEC)
		if err == unix.EINTR {
			continue
		}
		if err != nil || n == 0 {
			return -1
		}
		messages, err := unix.ParseSocketControlMessage(control[:n])
		if err != nil || len(messages) != 1 {
			return -1
		}
		fds, err := unix.ParseUnixRights(&messages[0])
		if err != nil || len(fds) != 1 {
			return -1
		}
		// Where the filter could not be installed it is whatever had that number.
		if !notifValid(fds[0], 0, unix.ENOENT) {
			closeAll(fds...)
			return -1
		}
		return fds[0]
	}
}

// The kernel's structures and requests of seccomp_unotify(2).
type seccompNotif struct {
	id         uint64
	pid, flags uint32
	nr         int32
	arch       uint32
	ip         uint64
	args       [6]uint64
}

type seccompNotifResp struct {
	id    uint64
	val   int64
	errno int32
	flags uint32
}

const (
	notifIDValid  = 0x40082102
	notifSetFlags = 0x40082104
)

// interrupted, where set, says that the kernel answers as if a signal had come, in the one place or the other. Tests set it.
var interrupted func() bool

// notifValid asks whether a notification stands: its process still waits; or whether the answer is want.
func notifValid(fd int, id uint64, want unix.Errno) bool {
	for {
		_, _, errno := unix.RawSyscall(unix.SYS_IOCTL, uintptr(fd), notifIDValid, uintptr(unsafe.Pointer(&id)))
		if interrupted != nil && interrupted() {
			errno = unix.EINTR
		}
		// The kernel waits for a lock here, and a signal ends that (seccomp_notify_id_valid in kernel/seccomp.c). Go sends
		// its threads signals all the time.
		if errno != unix.EINTR {
			return errno == want
		}
	}
}

// loop hears calls until no process is left that could make one, or the lab ends.
func (t *listener) loop(file *os.File) {
	conn, err := file.SyscallConn()
	if err != nil {
		return
	}
	if file.SetReadDeadline(time.Time{}) != nil {
		// Go cannot wait for it: this user has no room for one more file in epoll(7).
		t.wait()
		return
	}
	over := make(chan struct{})
	defer close(over)
	go func() {
		select {
		case <-t.trace.ended:
			_ = file.SetReadDeadline(time.Unix(1, 0))
		case <-over:
		}
	}()
	if conn.Read(func(uintptr) bool { return t.hearAll() }) != nil {
		// The lab has ended; or epoll(7) has met a signal (see hearAll), and to Go that is a file for which one cannot wait.
		t.wait()
	}
}

// wait hears calls on a thread of its own. When the lab ends, the kernel wakes it: nobody is left who could make one.
func (t *listener) wait() {
	for !t.hearAll() {
		_, _ = unix.Poll([]unix.PollFd{{Fd: int32(t.fd), Events: unix.POLLIN}}, -1)
	}
}

// hearAll hears the calls that are there, and reports whether no more will come.
func (t *listener) hearAll() (over bool) {
	// Neither of the two waits: a notification that can be polled can be received.
	for {
		select {
		case <-t.trace.ended:
			return true
		default:
		}
		poll := unix.PollFd{Fd: int32(t.fd), Events: unix.POLLIN}
		var none unix.Timespec
		_, _, errno := unix.RawSyscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&poll)), 1, uintptr(unsafe.Pointer(&none)), 0, 0, 0)
		if interrupted != nil && interrupted() {
			poll.Revents = unix.POLLERR
		}
		switch {
		case errno == unix.EINTR:
			continue
		case errno != 0 || poll.Revents == 0:
			return errno != 0
		case poll.Revents&unix.POLLHUP != 0 && poll.Revents&unix.POLLIN == 0:
			return true
		case poll.Revents&unix.POLLIN == 0:
			// POLLERR: a signal came while the kernel waited for a lock (seccomp_notify_poll in kernel/seccomp.c).
			continue
		}
		var n seccompNotif
		_, _, errno = unix.RawSyscall(unix.SYS_IOCTL, uintptr(t.fd), unix.SECCOMP_IOCTL_NOTIF_RECV, uintptr(unsafe.Pointer(&n)))
		switch errno {
		case 0:
			t.handle(&n)
		case unix.EINTR, unix.ENOENT: // ENOENT: the process was killed in between
		default:
			return true
		}
	}
}

// answer lets a call go on, or, with an error, return that. The process may have been killed meanwhile: that is no error.
func (t *listener) answer(n *seccompNotif, errno unix.Errno) {
	r := seccompNotifResp{id: n.id, flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE}
	if errno != 0 {
		r.errno, r.flags = -int32(errno), 0
	}
	for {
		_, _, e := unix.RawSyscall(unix.SYS_IOCTL, uintptr(t.fd), unix.SECCOMP_IOCTL_NOTIF_SEND, uintptr(unsafe.Pointer(&r)))
		if e != unix.EINTR {
			return
		}
	}
}

// handle looks at one call and lets it go on.
func (t *listener) handle(n *seccompNotif) {
	goOn := unix.Errno(0)
	refused, forbidden := forbiddenCall(int(n.nr))
	switch {
	case forbidden:
		goOn = refused.Errno
	case n.nr == unix.SYS_CLONE3:
		goOn = unix.ENOSYS
	}
	if n.nr == unix.SYS_EXECVE || n.nr == unix.SYS_EXECVEAT {
		t.exec(n)
		return
	}
	if !t.decodes.spend() {
		t.answer(n, goOn)
		if goOn == 0 || forbidden {
			t.trace.lose(1)
		}
		return
	}
	c, err := t.lookAtCaller(n)
	if err == nil {
		if err = c.readStatus(); err != nil {
			c.close()
		}
	}
	if err != nil {
		t.answer(n, goOn) // it is being killed
		return
	}
	handed := false
	defer func() {
		if !handed {
			c.close()
		}
	}()
	t.hadReturned(c)
	call := snapshot.Call{Time: time.Now(), Shell: t.shell}
	if forbidden {
		call.Name, call.Params, call.Outcome = refused.Name, []string{"..."}, snapshot.Refused
		call.Lacks = snapshot.Lack{Errno: unix.ErrnoName(refused.Errno), Why: snapshot.LacksLeave}
		c.identify(&call)
		call.NS, _ = namespacesAt(t.proc, c.name)
		if notifValid(t.fd, n.id, 0) {
			t.trace.add(call, false)
		}
		t.answer(n, goOn)
		return
	}
	if n.nr == unix.SYS_CLONE3 && !c.clone3(&call) {
		t.answer(n, unix.ENOSYS)
		return
	}
	c.decode(&call)
	c.identify(&call)
	call.NS, _ = readNamespaces(c.dir, "", concerned(&call))
	call.Lacks = c.lacks(&call)
	p := &pending{listener: t, caller: c, call: call, watch: t.watch(c, &call)}
	// What was read is the caller's only if it still waits: else its number may be another's by now.
	if !notifValid(t.fd, n.id, 0) {
		t.answer(n, goOn)
		return
	}
	t.mark(c)
	watched := p.watch != nil
	if watched {
		select {
		case t.tokens <- struct{}{}:
		default:
			watched = false
		}
	}
	if !watched {
		if call.Lacks.Errno != "" {
			call.Outcome = snapshot.Refused
		}
		t.trace.add(call, false)
		t.answer(n, 0)
		return
	}
	handed = true
	p.call.Seq = t.trace.add(call, true)
	t.mu.Lock()
	t.settling[c.tid] = p
	t.mu.Unlock()
	t.answer(n, 0)
	t.waiting.Go(func() { p.follow(); <-t.tokens })
}

// mark notes that a process has made a call on namespaces.
func (t *listener) mark(c *caller) {
	if len(t.acted) >= t.prune {
		for pid := range t.acted {
			if unix.Kill(pid, 0) == unix.ESRCH {
				delete(t.acted, pid)
			}
		}
		if len(t.acted) > 1024 {
			clear(t.acted)
		}
		t.prune = 2*len(t.acted) + 8
	}
	t.acted[c.status.tgid] = c.status
}

// hadReturned settles the call before, which has returned if the thread makes another.
func (t *listener) hadReturned(c *caller) {
	t.mu.Lock()
	p := t.settling[c.tid]
	t.mu.Unlock()
	if p != nil {
		p.look(!p.caller.restarts() || p.caller.nr != c.nr || p.caller.args != c.args, true)
	}
}

// restarts reports whether the kernel begins the call again, as if it had never been made, when a signal comes while it
// makes the process (ERESTARTNOINTR, copy_process in kernel/fork.c): who seems to be back from it may be in a signal's handler.
func (c *caller) restarts() bool { return c.nr == unix.SYS_CLONE || c.nr == unix.SYS_CLONE3 }

// walkerExe is how proc_pid_exe(5) shows the walker (walker.go).
const walkerExe = "/memfd:init (deleted)"

// exec tells of an execve by a process that made another of the calls before, or whose parent did: of the command behind it. Any
// other is let go at once, for a build starts thousands, and so is one for which there is no such program: who looks for one in
// PATH tries one folder after the other.
func (t *listener) exec(n *seccompNotif) {
	tid := int(n.pid)
	if !t.born {
		// The keeper's own script, on its way to the command.
		exe, err := readlinkNow(t.proc, strconv.Itoa(tid)+"/exe")
		t.born = err == nil && exe != walkerExe
	}
	if !t.born || len(t.acted) == 0 || !t.decodes.spend() {
		t.answer(n, 0)
		t.trace.started()
		return
	}
	c, err := t.lookAtCaller(n)
	if err != nil {
		t.answer(n, 0) // it is being killed
		return
	}
	defer c.close()
	acted := false
	// It need not be the thread that made the call which goes on as another program.
	if err = c.readStatus(); err == nil {
		_, own := t.acted[c.status.tgid]
		_, parents := t.acted[c.status.parent]
		acted = own || parents
	}
	call := snapshot.Call{Time: time.Now(), Shell: t.shell, Behind: true}
	if acted {
		t.hadReturned(c)
		c.decode(&call)
		acted = notifValid(t.fd, n.id, 0)
	}
	t.answer(n, 0)
	// What is left does not change by the call, and so need not hold it up.
	if !acted || !c.programThere(&call) {
		t.trace.started()
		return
	}
	delete(t.acted, c.status.tgid)
	c.identify(&call)
	t.trace.add(call, false)
}

// pending is a call of which the outcome is looked for: by follow, and when its thread makes the next.
type pending struct {
	listener *listener
	caller   *caller
	call     snapshot.Call
	watch    watch

	mu   sync.Mutex // one look at a time
	done bool
}

// watch looks whether a call's effect is there and notes it; gone says that the process has ended.
type watch func(c *snapshot.Call) (there, gone bool)

// settlePatience bounds how long an outcome is looked for.
const settlePatience = 2 * time.Second

// follow looks for the outcome, soon at first, then less often.
func (p *pending) follow() {
	start := time.Now()
	for wait := 100 * time.Microsecond; !p.look(false, time.Since(start) > settlePatience); wait *= 2 {
		time.Sleep(wait)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.caller.close()
}

// look settles the call if its effect is there, or if it has returned, and reports whether that is done. With
// next the thread is known to have returned; with last it is settled in any case.
func (p *pending) look(next, last bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done {
		return true
	}
	// In this order: what returns between the two is found at the next look.
	returned := next || p.caller.returned() && (last || !p.caller.restarts())
	after := p.call
	there, gone := p.watch(&after)
	if !there && !gone && !returned && !last {
		return false
	}
	switch {
	case there:
		after.Outcome, after.Lacks = snapshot.Done, snapshot.Lack{}
	case after.Lacks.Errno != "":
		after.Outcome = snapshot.Refused
	case returned && !gone:
		after.Outcome = snapshot.Failed
	}
	p.done = true
	t := p.listener
	t.mu.Lock()
	delete(t.settling, p.caller.tid)
	t.mu.Unlock()
	t.trace.settle(after.Seq, func(c *snapshot.Call) { *c = after })
	return true
}

// taskStatus is what a trace wants of proc_pid_status(5).
type taskStatus struct {
	comm         string
	tgid, parent int
	uid          int
	pids         []int // the process's numbers, from the machine's PID namespace inwards
	threads      int
	capEff       uint64
}

func parseTaskStatus(s string) (taskStatus, error) {
	var t taskStatus
	var err error
	for line := range strings.Lines(s) {
		key, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		var e error
		switch key {
		case "Name":
			t.comm = unescapeOctal(value)
		case "Tgid":
			t.tgid, e = strconv.Atoi(value)
		case "PPid":
			t.parent, e = strconv.Atoi(value)
		case "Uid":
			if ids, e2 := parseInts(value); e2 == nil && len(ids) == 4 {
				t.uid = ids[1]
			}
		case "NStgid":
			t.pids, e = parseInts(value)
		case "Threads":
			t.threads, e = strconv.Atoi(value)
		case "CapEff":
			t.capEff, e = strconv.ParseUint(value, 16, 64)
			return t, e // all that we want stands before
		}
		if err == nil {
			err = e
		}
	}
	return t, err
}
