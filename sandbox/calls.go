package sandbox

import (
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// This file makes processes without starting nslab a second time, and without copying it.
//
// What a lab needs done in a new process - join namespaces, mount, chroot, exec - is a list of
// system calls, so the keeper writes the list first, with every string and structure in place, and
// the new process does nothing but walk it (walk_amd64.s). That saves the start of a second
// Go program, which alone costs as much as all the namespaces of a lab. And since the walker needs
// nothing of Go, not even a stack, the new process gets no copy of the memory of this one, as
// fork(2) makes it: that copy, the page faults it brings to both and its taking down cost more than
// all the rest.
//
// Two ways remain, and which one is a matter of who can see the process:
//
//   - script.run: a process that shares our memory (CLONE_VM of clone(2)) and is gone when it has
//     walked its script. It never enters the PID namespace of a lab, so nobody in a lab can name it.
//   - [apart]: a process that executes the walker first, a program of 500 bytes (walker.go), and so has a
//     memory of its own with nothing in it but the script, and no descriptor but those it was
//     given. All that goes into a lab comes from such a process.
//
// Results and the first error go to the board: words behind the calls, which the keeper reads in place or
// gets as a message.

// script is a list of system calls for a new process, and the memory they
// point to.
type script struct {
	calls []call
	// what says what each call does, for the error: "mount proc on /proc".
	what []string
	// arena holds the strings and structures that calls point to.
	arena []byte
	// extra is how many bytes the script wants on the board for results in memory.
	extra uintptr
	// fixes are the arguments that are addresses, known only when it is known where the script will be.
	fixes []fix
	// vectors are the places in the arena that hold addresses in it.
	vectors []int
	keep    [][]byte // see outside
	// sock is the descriptor over which an apart process tells; 0 for others.
	sock int
}

// call is one system call, as the walker knows it (walk.h).
type call struct {
	nr   uintptr
	args [6]uintptr
	// from[i], where not 0, says that argument i is the result of call from[i]-1.
	from [6]int32
	// to is where the parent goes on after a fork, fail where anyone goes on after an error.
	to, fail int32
	kind     callKind
	// time is the word of the board that gets the time when the call was done, 0 for none.
	time int32
}

type callKind int32

const (
	must   callKind = iota // an error ends the process
	may                    // an error is noted as the result -errno
	fork                   // clone(2): the child walks on, the parent goes to call .to
	wantN                  // like must, and a result of 0 is an error too (read at end of file)
	settle                 // no call: the process forgets its script, closes all and rests for ever
)

// fix is an argument that is an address: offset bytes into the arena, or into the script's own bytes on the board.
type fix struct {
	call, arg int
	board     bool
	offset    uintptr
}

// boardPtr is an offset into the script's own bytes on the board.
type boardPtr uintptr

// wholeBoard and boardLen are the board as an argument, and its length.
type (
	wholeBoard struct{}
	boardLen   struct{}
)

// ref is the result of an earlier call, as an argument of a later one.
type ref int32

// add appends a call. Arguments are int, uintptr, string (a C string), []byte
// (a pointer to a copy), interned, vector, ref, boardPtr, wholeBoard or boardLen.
func (s *script) add(kind callKind, what string, nr uintptr, args ...any) ref {
	c := call{nr: nr, kind: kind}
	n := len(s.calls)
	for i, a := range args {
		switch a := a.(type) {
		case int:
			c.args[i] = uintptr(a)
		case uintptr:
			c.args[i] = a
		case string:
			s.fixes = append(s.fixes, fix{call: n, arg: i, offset: s.cstring(a)})
		case []byte:
			if len(a) > 0 {
				s.fixes = append(s.fixes, fix{call: n, arg: i, offset: s.bytes(a)})
			}
		case vector:
			s.fixes = append(s.fixes, fix{call: n, arg: i, offset: uintptr(a)})
		case interned:
			s.fixes = append(s.fixes, fix{call: n, arg: i, offset: uintptr(a)})
		case ref:
			c.from[i] = int32(a) + 1
		case boardPtr:
			s.fixes = append(s.fixes, fix{call: n, arg: i, board: true, offset: uintptr(a)})
		case wholeBoard:
			s.fixes = append(s.fixes, fix{call: n, arg: i, board: true, offset: allOfIt})
		case boardLen:
			s.fixes = append(s.fixes, fix{call: n, arg: i, board: true, offset: lengthOfIt})
		default:
			// Without the argument itself: it would have all arguments escape to the heap (go build -gcflags=-m).
			panic("sandbox: an argument of no known type to " + what)
		}
	}
	s.calls = append(s.calls, c)
	s.what = append(s.what, what)
	return ref(n)
}

const (
	allOfIt    = ^uintptr(0)
	lengthOfIt = ^uintptr(0) - 1
)

// grow makes room for that many more calls.
func (s *script) grow(calls int) {
	s.calls = slices.Grow(s.calls, calls)
	s.what = slices.Grow(s.what, calls)
	s.fixes = slices.Grow(s.fixes, calls)
	s.arena = slices.Grow(s.arena, 16*calls)
}

// must appends a call whose failure ends the process.
func (s *script) must(what string, nr uintptr, args ...any) ref {
	return s.add(must, what, nr, args...)
}

// may appends a call that is allowed to fail.
func (s *script) may(what string, nr uintptr, args ...any) ref {
	return s.add(may, what, nr, args...)
}

// fork appends clone(2) with the flags; the calls that body adds are the child's, which must
// end in an exec, an exit or settle. The parent goes on behind them. Its result is the child's PID.
func (s *script) fork(what string, flags uintptr, body func()) ref {
	r := s.add(fork, what, unix.SYS_CLONE, flags|uintptr(unix.SIGCHLD))
	body()
	s.calls[r].to = int32(len(s.calls))
	return r
}

// exit appends the end of the process.
func (s *script) exit(status int) {
	s.must("exit", unix.SYS_EXIT_GROUP, status)
}

// report appends the sending of the board by a process that is apart. Who cannot send it must end: nobody would know of it.
func (s *script) report(kind callKind) {
	if s.sock > 0 {
		s.add(kind, "report", unix.SYS_SENDTO, s.sock, wholeBoard{}, boardLen{}, unix.MSG_NOSIGNAL, 0, 0)
	}
}

// settle appends what an init is when all is done: a process without descriptors that only waits.
func (s *script) settle() {
	s.unblock()
	s.report(must)
	s.add(settle, "settle", 0)
}

// unblock undoes what Go, or whoever started us, did to signals: the mask outlives execve(2), and so does it that a
// signal is ignored. Caught ones have had their defaults since the walker was executed; before, all are blocked.
func (s *script) unblock() {
	var sigDefault, noSignals [32]byte // SIG_DFL is 0
	for sig := range ignoredSignals() {
		s.must("rt_sigaction", unix.SYS_RT_SIGACTION, int(sig), sigDefault[:], 0, 8)
	}
	s.must("rt_sigprocmask", unix.SYS_RT_SIGPROCMASK, unix.SIG_SETMASK, noSignals[:8], 0, 8)
}

// ignoredSignals yields the signals that this process ignores. The kernel is asked, since package os/signal knows only
// those that have a name; of real-time signals too a parent may have ignored some (signal(7)).
func ignoredSignals() iter.Seq[syscall.Signal] {
	const (
		lastSignal = 64
		sigIgn     = 1
	)
	return func(yield func(syscall.Signal) bool) {
		for sig := syscall.Signal(1); sig <= lastSignal; sig++ {
			var action [4]uintptr // the handler comes first
			_, _, errno := syscall.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), 0, uintptr(unsafe.Pointer(&action)), 8, 0, 0)
			if errno == 0 && action[0] == sigIgn && !yield(sig) {
				return
			}
		}
	}
}

// writeFile appends the writing of a short text to a file of /proc that is
// there already.
func (s *script) writeFile(kind callKind, path, text string) {
	fd := s.add(kind, "open "+path, unix.SYS_OPENAT, unix.AT_FDCWD, path, unix.O_WRONLY|unix.O_CLOEXEC)
	s.add(kind, "write "+path, unix.SYS_WRITE, fd, []byte(text), len(text))
	s.add(kind, "close "+path, unix.SYS_CLOSE, fd)
}

// newFile appends the making of a file with that content.
func (s *script) newFile(path string, content []byte, mode int) {
	fd := s.must("create "+path, unix.SYS_OPENAT, unix.AT_FDCWD, path, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC|unix.O_NOFOLLOW, mode)
	if len(content) > 0 {
		s.must("write "+path, unix.SYS_WRITE, fd, content, len(content))
	}
	s.must("close "+path, unix.SYS_CLOSE, fd)
}

// copyFile appends the copying of a file of the machine; where it cannot be read any more, an empty one is made.
func (s *script) copyFile(from, to string) {
	source := s.may("open "+from, unix.SYS_OPENAT, unix.AT_FDCWD, from, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NOCTTY|unix.O_NONBLOCK)
	fd := s.must("create "+to, unix.SYS_OPENAT, unix.AT_FDCWD, to, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC|unix.O_NOFOLLOW, 0o644)
	s.may("copy "+from, unix.SYS_SENDFILE, fd, source, 0, etcMax)
	s.must("close "+to, unix.SYS_CLOSE, fd)
	s.may("close "+from, unix.SYS_CLOSE, source)
}

func (s *script) mkdir(path string, mode int) {
	s.must("mkdir "+path, unix.SYS_MKDIRAT, unix.AT_FDCWD, path, mode)
}

func (s *script) symlink(target, path string) {
	s.must("symlink "+path, unix.SYS_SYMLINKAT, target, unix.AT_FDCWD, path)
}

func (s *script) mount(source, target, fstype string, flags uintptr, data string) {
	what := "mount " + fstype + " on " + target
	if fstype == "" {
		what = "change the mount " + target
	}
	s.must(what, unix.SYS_MOUNT, source, target, fstype, flags, data)
}

// bindReadOnly appends a read-only bind mount of all that is mounted at or
// below source, which mount(2) could not make read-only in one step
// (mount_setattr(2)).
func (s *script) bindReadOnly(source, target string) {
	tree := s.must("open_tree "+source, unix.SYS_OPEN_TREE, unix.AT_FDCWD, source,
		unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE)
	attr := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID, Propagation: unix.MS_PRIVATE}
	s.must("make "+source+" read-only", unix.SYS_MOUNT_SETATTR, tree, "", unix.AT_EMPTY_PATH|unix.AT_RECURSIVE,
		structBytes(&attr), int(unsafe.Sizeof(attr)))
	s.attach(tree, source, target)
}

// bind appends a bind mount of one file or directory as it is.
func (s *script) bind(kind callKind, source, target string) {
	tree := s.add(kind, "open_tree "+source, unix.SYS_OPEN_TREE, unix.AT_FDCWD, source, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC)
	s.add(kind, "mount "+source+" on "+target, unix.SYS_MOVE_MOUNT, tree, "", unix.AT_FDCWD, target, unix.MOVE_MOUNT_F_EMPTY_PATH)
	s.add(kind, "close", unix.SYS_CLOSE, tree)
}

// attach appends the mounting of a detached tree, and closes its descriptor.
func (s *script) attach(tree ref, source, target string) {
	s.must("mount "+source+" on "+target, unix.SYS_MOVE_MOUNT, tree, "", unix.AT_FDCWD, target, unix.MOVE_MOUNT_F_EMPTY_PATH)
	s.must("close", unix.SYS_CLOSE, tree)
}

// exec appends what every program of a lab is started with: no descriptor but
// 0, 1 and 2 survives (close_range(2) marks the rest close-on-exec), signals
// are at their defaults.
func (s *script) exec(path string, argv, env []string) {
	s.must("close_range", unix.SYS_CLOSE_RANGE, 3, uintptr(^uint32(0)), unix.CLOSE_RANGE_CLOEXEC)
	s.unblock()
	s.must("execve "+path, unix.SYS_EXECVE, path, s.vector(argv), s.vector(env))
}

// space reserves n bytes on the board for a system call to write to.
func (s *script) space(n uintptr) boardPtr {
	at := s.extra
	s.extra += (n + 7) &^ 7
	return boardPtr(at)
}

// room returns where in the arena n bytes begin.
func (s *script) room(n int) int {
	at := (len(s.arena) + 7) &^ 7
	for len(s.arena) < at+n {
		s.arena = append(s.arena, 0)
	}
	return at
}

func (s *script) cstring(str string) uintptr {
	at := len(s.arena)
	s.arena = append(append(s.arena, str...), 0)
	return uintptr(at)
}

// interned is a C string that is in the arena already, for more than one call.
type interned uintptr

func (s *script) intern(str string) interned { return interned(s.cstring(str)) }

func (s *script) bytes(b []byte) uintptr {
	at := s.room(0)
	s.arena = append(s.arena[:at:cap(s.arena)], b...)
	return uintptr(at)
}

// vector is a NULL-terminated array of C strings in the arena, as execve(2) wants it.
type vector uintptr

func (s *script) vector(list []string) vector {
	const word = unsafe.Sizeof(uintptr(0))
	at := s.room((len(list) + 1) * int(word))
	for i, str := range list {
		place := at + i*int(word)
		s.vectors = append(s.vectors, place)
		offset := s.cstring(str)
		*(*uintptr)(unsafe.Pointer(&s.arena[place])) = offset
	}
	return vector(at)
}

// outside returns the address of memory that a call is given as it is, too large to be copied; only for
// a script that is run.
func (s *script) outside(b []byte) uintptr {
	s.keep = append(s.keep, b)
	return uintptr(unsafe.Pointer(unsafe.SliceData(b)))
}

// structBytes returns the memory of a kernel structure as bytes.
func structBytes[T any](p *T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(p)), unsafe.Sizeof(*p))
}

// image is a script laid out in one stretch of memory: two words, of which the first is the address of the
// board; the calls; the board; the arena.
//
// The board is the number of the call that failed plus one, its errno, then one word a call for its
// result, then the script's own bytes.
type image struct {
	words  []uintptr
	script *script
	board  int // where in words it begins
	end    int // where it ends
}

// timed, where set, has every call note when it was done, and is called with the image of each process that was apart and
// when that was started, in nanoseconds of CLOCK_MONOTONIC. Benchmarks set it.
var timed func(img *image, start int64)

// spoil, where set, gets every script before it is walked; at is its address, 0 for in our own memory. Tests have calls fail by it.
var spoil func(s *script, at uintptr)

// image lays the script out for an address, 0 for where it will be in our own memory.
func (s *script) image(at uintptr) *image {
	const word = unsafe.Sizeof(uintptr(0))
	// Where anyone goes on after an error.
	fail := int32(len(s.calls))
	s.report(may)
	s.exit(126)
	if spoil != nil {
		spoil(s, at)
	}
	n := len(s.calls)
	img := &image{script: s, board: 2 + n*int(unsafe.Sizeof(call{})/word)}
	times := 2 + n + int(s.extra/word)
	img.end = img.board + times
	if timed != nil {
		img.end += 2 * n
	}
	img.words = make([]uintptr, img.end+(len(s.arena)+int(word)-1)/int(word))
	if at == 0 {
		at = uintptr(unsafe.Pointer(&img.words[0]))
	}
	board := at + uintptr(img.board)*word
	arena := at + uintptr(img.end)*word
	for i := range s.calls {
		s.calls[i].fail = fail
		if timed != nil {
			s.calls[i].time = int32(times + 2*i)
		}
	}
	for _, f := range s.fixes {
		a := &s.calls[f.call].args[f.arg]
		switch {
		case !f.board:
			*a = arena + f.offset
		case f.offset == allOfIt:
			*a = board
		case f.offset == lengthOfIt:
			*a = uintptr(img.end-img.board) * word
		default:
			*a = board + uintptr(2+n)*word + f.offset
		}
	}
	for _, v := range s.vectors {
		*(*uintptr)(unsafe.Pointer(&s.arena[v])) += arena
	}
	img.words[0] = board
	copy(unsafe.Slice((*call)(unsafe.Pointer(&img.words[2])), n), s.calls)
	if len(s.arena) > 0 {
		copy(wordBytes(img.words[img.end:]), s.arena)
	}
	return img
}

// wordBytes are the same memory as bytes.
func wordBytes(words []uintptr) []byte {
	if len(words) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), uintptr(len(words))*unsafe.Sizeof(words[0]))
}

// when returns when a call was done, in nanoseconds of CLOCK_MONOTONIC; 0 where it was not, or none is timed.
func (img *image) when(r ref) int64 {
	at := img.script.calls[r].time
	if at == 0 {
		return 0
	}
	t := img.words[img.board+int(at):]
	return int64(t[0])*1e9 + int64(t[1])
}

// result returns what a call returned; negative errno for a call that was allowed to fail and did.
func (img *image) result(r ref) int { return int(img.words[img.board+2+int(r)]) }

// bytes returns n bytes of the script's own part of the board.
func (img *image) bytes(p boardPtr, n uintptr) []byte {
	return wordBytes(img.words[img.board+2+len(img.script.calls) : img.end])[p : uintptr(p)+n]
}

// err returns the error of the call that ended the process, as what it was doing and errno.
func (img *image) err() error {
	failed, errno := img.words[img.board], img.words[img.board+1]
	if failed == 0 {
		return nil
	}
	what := img.script.what[failed-1]
	if errno == 0 {
		return fmt.Errorf("%s: the other side has gone", what)
	}
	return fmt.Errorf("%s: %w", what, syscall.Errno(errno))
}

// merge takes over what a message says of the board. Of one whose sender shares no memory with
// the others, only what it filled in itself counts.
func (img *image) merge(message []uintptr) {
	for i, w := range message {
		if w != 0 {
			img.words[img.board+i] = w
		}
	}
}

// errUnborn is the error of a process that neither reached its exec nor said why:
// something killed it.
var errUnborn = errors.New("the new process was killed before it was ready")

// spawn makes a process that shares our memory, has every signal blocked and walks the calls. This is the only place where one is made.
//
// It is the clone(2) of old: clone3(2) is what many a container's seccomp filter refuses, for its flags are out of a filter's
// sight. What clone3 could do more, CLONE_CLEAR_SIGHAND, is not missed: no handler of Go's runs in the new process, since its
// signals are blocked until it executes a program, which gives caught ones their defaults (execve(2)).
//
//go:noescape
func spawn(flags uintptr, calls *call, words *uintptr) (pid, errno uintptr)

// start sets a process walking; flags are added to those it takes to share our memory.
func (img *image) start(flags uintptr) (int, error) {
	// Without a signal at its end: nobody waits for SIGCHLD here, and each would interrupt a thread.
	pid, errno := spawn(flags|unix.CLONE_VM, (*call)(unsafe.Pointer(&img.words[2])), &img.words[img.board])
	if errno != 0 {
		return 0, fmt.Errorf("clone a process: %w", syscall.Errno(errno))
	}
	return int(pid), nil
}

// reap waits for the end of a process of ours and returns its status.
func reap(pid int) (unix.WaitStatus, error) {
	var status unix.WaitStatus
	for {
		_, err := unix.Wait4(pid, &status, unix.WALL, nil)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("wait for process %d: %w", pid, err)
		}
		return status, nil
	}
}

// run starts the script's process, in our own memory, and waits for its end. Unless it gets our table of
// descriptors too (CLONE_FILES) it has a copy.
func (s *script) run(flags uintptr) (*image, error) {
	s.exit(0)
	img := s.image(0)
	pid, err := img.start(flags)
	if err != nil {
		return nil, err
	}
	status, err := reap(pid)
	runtime.KeepAlive(img)
	if err == nil {
		err = img.err()
	}
	if err == nil && (!status.Exited() || status.ExitStatus() != 0) {
		err = errUnborn
	}
	if err != nil {
		if flags&unix.CLONE_FILES != 0 {
			closeAll(img.opened()...)
		}
		return nil, err
	}
	return img, nil
}

// opening are the calls whose result is a new descriptor.
var opening = []uintptr{unix.SYS_OPENAT, unix.SYS_OPENAT2, unix.SYS_SOCKET, unix.SYS_OPEN_TREE, unix.SYS_FSOPEN, unix.SYS_FSMOUNT,
	unix.SYS_MEMFD_CREATE}

// opened returns the descriptors that a script without forks has opened before it failed, and has not closed.
func (img *image) opened() (fds []int) {
	calls := img.script.calls
	if failed := int(img.words[img.board]); failed > 0 {
		calls = calls[:failed-1]
	}
	for i, c := range calls {
		closed := func(d call) bool { return d.nr == unix.SYS_CLOSE && d.from[0] == int32(i)+1 }
		// 0 is what a call that was never made has: descriptor 0 is always taken in a Go program.
		if fd := img.result(ref(i)); fd > 0 && slices.Contains(opening, c.nr) && !slices.ContainsFunc(calls, closed) {
			fds = append(fds, fd)
		}
	}
	return fds
}

// closeAll closes descriptors that are not negative.
func closeAll(fds ...int) {
	for _, fd := range fds {
		if fd >= 0 {
			_ = unix.Close(fd)
		}
	}
}
