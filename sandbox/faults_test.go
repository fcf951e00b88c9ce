package sandbox

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Every process of a lab is made by a script (calls.go), and so every system call of the set-up can be made to fail, one at a
// time: by another in its place that fails for sure, or that kills the process at its next call.
//
// What must hold each time: the operation works all the same, or fails with one sentence that names the call and
// what the kernel said; it does not hang; and when it has failed nothing of it is left, neither process nor
// descriptor, goroutine or mount. Afterwards it works.
//
// By default each call fails in one way, and each operation is spoilt at most at quickFaults calls, spread over all; with NSLAB_FAULTS=all
// (a few minutes) each fails in every way.

const quickFaults = 40

// fault is a way for a call to go wrong.
type fault struct {
	name string
	call call
	// errno is what the kernel says; 0 for no word at all.
	errno unix.Errno
}

var faults = []fault{
	// What may_mknod in the kernel's fs/namei.c says of a directory, before it looks at the path.
	{"EPERM", call{nr: unix.SYS_MKNODAT, args: [6]uintptr{0, 0, unix.S_IFDIR}}, unix.EPERM},
	{"ENOMEM", call{nr: unix.SYS_MMAP, args: [6]uintptr{0, 1 << 62, 0, unix.MAP_PRIVATE | unix.MAP_ANONYMOUS, ^uintptr(0), 0}}, unix.ENOMEM},
	{"ENOSYS", call{nr: 5000}, unix.ENOSYS},
	{"EINVAL", call{nr: unix.SYS_DUP3}, unix.EINVAL},
	// As by SIGKILL, which PID 1 of a namespace could not send to itself: without a word.
	{"the end", call{nr: unix.SYS_EXIT_GROUP, args: [6]uintptr{137}}, 0},
}

// spoiler makes one call of an operation's scripts fail.
type spoiler struct {
	mu      sync.Mutex
	script  int // the number of the script at hand
	target  struct{ script, call int }
	fault   fault
	lengths []int // how many calls each script has, in a run without a fault
	hit     string
	kind    callKind
}

func (sp *spoiler) spoil(s *script, _ uintptr) {
	sp.mu.Lock()
	defer sp.mu.Unlock()
	n := sp.script
	sp.script++
	sp.lengths = append(sp.lengths, len(s.calls))
	if sp.fault.name == "" || n != sp.target.script || sp.target.call >= len(s.calls) || s.calls[sp.target.call].kind == settle ||
		sp.fault.errno != 0 && s.calls[sp.target.call].nr == unix.SYS_EXIT_GROUP { // which cannot fail
		return
	}
	c := &s.calls[sp.target.call]
	sp.hit, sp.kind = s.what[sp.target.call], c.kind
	c.nr, c.args, c.from = sp.fault.call.nr, sp.fault.call.args, [6]int32{}
	s.fixes = slices.DeleteFunc(s.fixes, func(f fix) bool { return f.call == sp.target.call })
}

// operation is what one does with labs.
type operation struct {
	name string
	do   func(k *Keeper, l *Lab) error
}

func operations() []operation {
	command := func(flags uintptr) func(*Keeper, *Lab) error {
		return func(_ *Keeper, l *Lab) error {
			p, err := l.Start(Command{Args: []string{"sleep", "1000"}, Flags: flags})
			if err != nil {
				return err
			}
			if err := p.Signal(unix.SIGKILL); err != nil {
				return err
			}
			_, err = p.Wait()
			return err
		}
	}
	return []operation{
		{"NewKeeper", func(*Keeper, *Lab) error {
			k, err := NewKeeper(keeperOptions())
			if err != nil {
				return err
			}
			<-k.furnished
			return errors.Join(k.furnishErr, k.Close())
		}},
		{"NewLab", func(k *Keeper, _ *Lab) error {
			l, err := k.NewLab(LabOptions{})
			if err != nil {
				return err
			}
			return l.Close()
		}},
		{"Start", command(0)},
		{"Start in new namespaces", command(unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNS | unix.CLONE_NEWUTS |
			unix.CLONE_NEWIPC | unix.CLONE_NEWNET | unix.CLONE_NEWCGROUP)},
		{"Start in a new time namespace", command(unix.CLONE_NEWTIME | unix.CLONE_NEWUTS)},
		{"NewShell", func(_ *Keeper, l *Lab) error {
			s, err := l.NewShell("faulty", ShellOptions{Flags: unix.CLONE_NEWUTS})
			if err != nil {
				return err
			}
			err = s.Close()
			<-s.Done()
			return err
		}},
		{"Listen", func(_ *Keeper, l *Lab) error {
			ln, err := l.Listen()
			if err == nil {
				_ = ln.Close()
			}
			// What a process bound before it failed is a file in the lab.
			if rerr := unix.Unlinkat(l.rootFD, SocketPath[1:], 0); rerr != nil && rerr != unix.ENOENT {
				return rerr
			}
			return err
		}},
		{"Connects", func(_ *Keeper, l *Lab) error { _, err := l.Connects("127.0.0.1:9", time.Second); return err }},
		{"Snapshot", func(_ *Keeper, l *Lab) error { _, err := l.Snapshot(); return err }},
		{"CanTrace", func(k *Keeper, _ *Lab) error { k.traceOnce = sync.Once{}; k.traceErr = nil; return k.CanTrace() }},
	}
}

func TestEveryCallOfTheSetUpMayFail(t *testing.T) {
	k := ownKeeper(t)
	<-k.furnished
	l := newLabOf(t, k, LabOptions{})
	traced := newLabOf(t, k, LabOptions{Trace: true})
	if traced.Trace() == nil {
		traced = nil
	}
	all := os.Getenv("NSLAB_FAULTS") == "all"
	outcomes := map[string]map[string]int{}
	for _, op := range operations() {
		for _, in := range []*Lab{l, traced} {
			if in == nil || in == traced && op.name != "Start" {
				continue
			}
			name := op.name
			if in == traced {
				name += " in a traced lab"
			}
			t.Run(name, func(t *testing.T) { outcomes[name] = spoilEach(t, op, k, in, all) })
		}
	}
	for _, name := range slices.Sorted(maps.Keys(outcomes)) {
		t.Logf("%-40s %v", name, outcomes[name])
	}
}

// spoilEach tries an operation with a fault at each call, and returns how often what came of it.
func spoilEach(t *testing.T, op operation, k *Keeper, l *Lab, all bool) map[string]int {
	try := func(sp *spoiler) error {
		var err error
		spoil = sp.spoil
		within(t, patience, fmt.Sprintf("%s with %s at call %d of script %d", op.name, sp.fault.name, sp.target.call, sp.target.script), func() { err = op.do(k, l) })
		spoil = nil
		return err
	}
	// The first time something may be kept that is made only once.
	if err := op.do(k, l); err != nil {
		t.Fatal(err)
	}
	before := restingInventory(t)
	plain := &spoiler{}
	if err := try(plain); err != nil {
		t.Fatal(err)
	}
	sameInventory(t, before, "without a fault")
	type place struct{ script, call int }
	var places []place
	for i, n := range plain.lengths {
		for j := range n {
			places = append(places, place{i, j})
		}
	}
	step := 1
	if !all {
		step = max(1, len(places)/quickFaults)
	}
	came := map[string]int{}
	for n := 0; n < len(places); n += step {
		for i, f := range faults {
			if !all && i != n/step%len(faults) {
				continue
			}
			sp := &spoiler{target: places[n], fault: f}
			err := try(sp)
			where := fmt.Sprintf("%s at %q (call %d of script %d)", f.name, sp.hit, places[n].call, places[n].script)
			switch {
			case sp.hit == "":
				continue
			case err == nil:
				came["works"]++
			case f.errno != 0 && sp.kind != may && !strings.Contains(err.Error(), sp.hit+": "+f.errno.Error()):
				t.Errorf("%s: the error does not tell: %v", where, err)
			case strings.Contains(err.Error(), "\n") || len(strings.Fields(err.Error())) < 4:
				t.Errorf("%s: the error is no sentence: %q", where, err)
			default:
				came["fails, and tells"]++
			}
			sameInventory(t, before, where)
			if t.Failed() {
				t.Logf("%s: %v", where, err)
				return came
			}
		}
	}
	if err := op.do(k, l); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	if p, err := l.Start(Command{Args: []string{"true"}}); err != nil {
		t.Errorf("afterwards the lab is out of order: %v", err)
	} else if status, err := p.Wait(); status != 0 || err != nil {
		t.Errorf("afterwards the lab is out of order: status %d, %v", status, err)
	}
	return came
}

// inventory lists what an operation could leave in this program and in the kernel.
func inventory(t *testing.T) map[string]bool {
	t.Helper()
	has := map[string]bool{}
	for _, pid := range descendants(os.Getpid()) {
		comm, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/comm")
		has[fmt.Sprintf("process %d %s", pid, strings.TrimSpace(string(comm)))] = true
	}
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		if to, err := os.Readlink("/proc/self/fd/" + fd.Name()); err == nil {
			has["descriptor "+fd.Name()+" "+to] = true
		}
	}
	has["goroutines "+strconv.Itoa(runtime.NumGoroutine())] = true
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(mounts)) {
		has["mount "+line] = true
	}
	return has
}

// restingInventory takes it when what earlier tests have let go of is closed: files that nobody holds any more, the
// collector of garbage closes some time.
func restingInventory(t *testing.T) map[string]bool {
	t.Helper()
	var before map[string]bool
	for range 100 {
		runtime.GC()
		time.Sleep(20 * time.Millisecond)
		now := inventory(t)
		if maps.Equal(before, now) {
			return now
		}
		before = now
	}
	t.Fatalf("never at rest: %v", before)
	return nil
}

// sameInventory waits until all is as it was before: what ends by itself may take its time.
func sameInventory(t *testing.T, before map[string]bool, where string) {
	t.Helper()
	var now map[string]bool
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if now = inventory(t); maps.Equal(before, now) {
			return
		}
	}
	for what := range now {
		if !before[what] {
			t.Errorf("%s: more than before: %s", where, what)
		}
	}
	for what := range before {
		if !now[what] {
			t.Errorf("%s: no more: %s", where, what)
		}
	}
}
