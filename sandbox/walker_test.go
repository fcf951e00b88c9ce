package sandbox

import (
	"bytes"
	"debug/elf"
	"errors"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What the assembler is told of a call is what Go makes of it.
func TestTheWalkerKnowsWhatACallIs(t *testing.T) {
	header, err := os.ReadFile("walk.h")
	if err != nil {
		t.Fatal(err)
	}
	var c call
	want := map[string]uintptr{
		"call_nr": unsafe.Offsetof(c.nr), "call_args": unsafe.Offsetof(c.args), "call_from": unsafe.Offsetof(c.from),
		"call_to": unsafe.Offsetof(c.to), "call_fail": unsafe.Offsetof(c.fail), "call_kind": unsafe.Offsetof(c.kind),
		"call_time": unsafe.Offsetof(c.time), "call_size": unsafe.Sizeof(c),
		"kind_may": uintptr(may), "kind_fork": uintptr(fork), "kind_wantN": uintptr(wantN), "kind_settle": uintptr(settle),
		"page_at": pageAt, "page_size": pageSize,
	}
	for _, m := range regexp.MustCompile(`(?m)^#define (\w+) +(\w+)$`).FindAllStringSubmatch(string(header), -1) {
		n, err := strconv.ParseUint(m[2], 0, 64)
		if w, ok := want[m[1]]; err != nil || !ok || uintptr(n) != w {
			t.Errorf("walk.h says %s is %s, Go %d", m[1], m[2], w)
		}
		delete(want, m[1])
	}
	if len(want) > 0 {
		t.Errorf("walk.h lacks %v", want)
	}
}

func TestTheWalkerIsAProgramOfOnePage(t *testing.T) {
	b, err := walkerELF()
	if err != nil {
		t.Fatal(err)
	}
	f, err := elf.NewFile(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if len(b) > 4096 || len(f.Progs) != 1 || f.Progs[0].Flags != elf.PF_R|elf.PF_X || f.Entry < f.Progs[0].Vaddr || f.Entry >= f.Progs[0].Vaddr+f.Progs[0].Memsz {
		t.Errorf("%d bytes, %+v", len(b), f.Progs)
	}
}

// A lab's root may open the file its init runs; another lab's init will run it too.
func TestNobodyCanWriteToTheWalker(t *testing.T) {
	l := newLab(t)
	if r := shell(t, l, "cat /proc/1/exe | wc -c; echo x > /proc/1/exe"); r.status == 0 {
		t.Errorf("%+v", r)
	}
}

// Not even when nobody executes it, by whatever way: the kernel's ETXTBSY is not what protects it.
func TestNobodyCanWriteToAFileLikeTheWalkers(t *testing.T) {
	l := newLab(t)
	content := []byte("what new processes execute")
	for name, file := range map[string]func([]byte) (int, error){"memory": memoryFile, "tmpfs": tmpfsFile} {
		fd, err := file(content)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		f := os.NewFile(uintptr(fd), name)
		defer f.Close()
		if said := withStdin(t, l, f, "nslab", "probe", "write", "/proc/self/fd/0"); said != "no\n" {
			t.Errorf("%s, in a lab: %s", name, said)
		}
		for _, flags := range []int{unix.O_RDWR, unix.O_WRONLY, unix.O_RDWR | unix.O_TRUNC} {
			w, err := unix.Open("/proc/self/fd/"+strconv.Itoa(fd), flags|unix.O_CLOEXEC, 0)
			if err != nil {
				continue
			}
			if n, err := unix.Pwrite(w, []byte("x"), 0); err == nil {
				t.Errorf("%s, opened with %#x: wrote %d bytes", name, flags, n)
			}
			if err := unix.Ftruncate(w, 0); err == nil {
				t.Errorf("%s, opened with %#x: truncated", name, flags)
			}
			closeAll(w)
		}
		got := make([]byte, 100)
		if n, err := unix.Pread(fd, got, 0); err != nil || !bytes.Equal(got[:n], content) {
			t.Errorf("%s: the file holds %q, %v", name, got[:n], err)
		}
	}
}

// withStdin runs a command in a lab that gets that file as its descriptor 0, and returns what it printed.
func withStdin(t *testing.T, l *Lab, f *os.File, args ...string) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	p, err := l.Start(Command{Args: args, Stdin: f, Stdout: w})
	_ = w.Close()
	if err != nil {
		t.Fatal(err)
	}
	said, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if status, err := p.Wait(); err != nil || status != 0 {
		t.Errorf("%q: status %d, %v", args, status, err)
	}
	return string(said)
}

// An init's memory holds nothing of the script it walked, nor of the keeper.
func TestAnInitsMemoryIsBare(t *testing.T) {
	l := newLab(t)
	maps := sh(t, l, "cat /proc/1/maps")
	for line := range strings.Lines(maps) {
		fields := strings.Fields(line)
		if len(fields) > 5 && (strings.HasPrefix(fields[5], "[") || strings.HasPrefix(fields[5], "/memfd:init")) {
			continue
		}
		t.Errorf("%s", line)
	}
}

// The first error of a script is told, whichever of its processes made it, and wherever it walks.
func TestAScriptTellsWhereItFailed(t *testing.T) {
	failing := func(s *script) {
		s.may("fail in passing", unix.SYS_CLOSE, 12345)
		s.must("ask who I am", unix.SYS_GETPID)
		s.must("close nothing", unix.SYS_CLOSE, 12345)
		s.must("never come here", unix.SYS_GETPID)
	}
	const want = "close nothing: bad file descriptor"
	s := &script{}
	failing(s)
	if _, err := s.run(0); err == nil || err.Error() != want {
		t.Errorf("run: %v", err)
	}
	for _, depth := range []int{0, 1, 2} {
		a, err := startApart([]string{"test"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		var nest func(n int)
		nest = func(n int) {
			if n == 0 {
				failing(a.script)
				return
			}
			a.fork("fork", unix.CLONE_VM|unix.CLONE_VFORK, func() { nest(n - 1) })
			a.exit(0)
		}
		nest(depth)
		if _, err := a.walk(nil); err == nil || err.Error() != want {
			t.Errorf("apart, %d deep: %v", depth, err)
		}
		_, _ = reap(a.pid)
	}
}

// Killed before it has a word to say, or before its script reaches it.
func TestAProcessThatIsKilledIsMissed(t *testing.T) {
	a, err := startApart([]string{"test"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	a.must("sleep", unix.SYS_PPOLL, 0, 0, 0, 0)
	if err := unix.Kill(a.pid, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if _, err := a.walk(nil); err != errUnborn {
		t.Errorf("%v", err)
	}
	_, _ = reap(a.pid)
}

func TestTheResultsOfAScriptCanBeItsArguments(t *testing.T) {
	s := &script{}
	text := s.space(8)
	fd := s.must("memfd_create", unix.SYS_MEMFD_CREATE, "x", unix.MFD_CLOEXEC)
	n := s.must("write", unix.SYS_WRITE, fd, []byte("walked"), 6)
	s.must("pread", unix.SYS_PREAD64, fd, text, n, 0)
	img, err := s.run(0)
	if err != nil {
		t.Fatal(err)
	}
	if got := unix.ByteSliceToString(img.bytes(text, 8)); got != "walked" {
		t.Errorf("%q", got)
	}
}

// A learner's loop that stops all processes, those too that are on the way to their exec, keeps nobody waiting for ever.
func TestALabThatStopsNewProcessesHangsNobody(t *testing.T) {
	defer func(every, after time.Duration) { helpEvery, giveUpAfter = every, after }(helpEvery, giveUpAfter)
	helpEvery, giveUpAfter = 5*time.Millisecond, 200*time.Millisecond
	l := newLabOf(t, ownKeeper(t), LabOptions{})
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	_, err = l.Start(Command{Args: []string{"sh", "-c", "echo ready; while :; do kill -STOP -1; done"}, Stdout: w})
	_ = w.Close()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Read(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	within(t, patience, "starts of commands", func() {
		for range 20 {
			if _, err := l.Start(Command{Args: []string{"true"}, Flags: unix.CLONE_NEWPID}); err != nil && !errors.Is(err, errHeldUp) {
				t.Error(err)
			}
		}
	})
}

// Which children are of a PID namespace is found out in either way that kernels have, whether they live or not.
func TestChildrenAreKnownByTheirPIDNamespace(t *testing.T) {
	k := keeper(t)
	a, b := newLab(t), newLab(t)
	inside, err := a.Start(Command{Args: []string{"sleep", "1000"}, Flags: unix.CLONE_NEWPID})
	if err != nil {
		t.Fatal(err)
	}
	dead, err := a.Start(Command{Args: []string{"sleep", "1000"}})
	if err != nil {
		t.Fatal(err)
	}
	dead.mu.Lock() // so it will not be reaped
	defer dead.mu.Unlock()
	if err := unix.Kill(dead.PID, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the process is dead", func() bool {
		b, err := readProc(strconv.Itoa(dead.PID) + "/stat")
		return err == nil && bytes.Contains(b, []byte(") Z "))
	})
	for _, c := range []struct {
		what string
		ns   int
		pid  int
		want bool
	}{
		{"a lab's init in its lab", a.ns.pid, a.init, true},
		{"a lab's init in its keeper", k.pid, a.init, true},
		{"a lab's init in another lab", b.ns.pid, a.init, false},
		{"a process in a namespace of its own, in its lab", a.ns.pid, inside.PID, true},
		{"a process in a namespace of its own, in another lab", b.ns.pid, inside.PID, false},
		{"the anchor in a lab", a.ns.pid, k.anchor, false},
		{"a process that has ended, in its lab", a.ns.pid, dead.PID, true},
		{"a process that has ended, in another lab", b.ns.pid, dead.PID, false},
		{"a process that has ended, in its keeper", k.pid, dead.PID, true},
		{"a process in a namespace of its own, in its keeper", k.pid, inside.PID, true},
	} {
		if got := isBelow(c.ns, c.pid); got != c.want {
			t.Errorf("%s: isBelow says %v", c.what, got)
		}
		if got := isIn(c.ns, c.pid); got != c.want {
			t.Errorf("%s: isIn says %v", c.what, got)
		}
	}
}
