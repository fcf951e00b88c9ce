package main

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// bare is a program on a terminal, as the benchmarks want it: what it prints is read and thrown away.
type bare struct {
	b      *testing.B
	master *os.File
	buf    []byte
	seen   []byte // what was printed last
}

// onTerminal starts a program on a terminal, and waits for its prompt.
func onTerminal(b *testing.B, prompt string, args ...string) *bare {
	b.Helper()
	master, slave, err := openPTY()
	if err != nil {
		b.Skip(err)
	}
	defer slave.Close()
	if err := unix.IoctlSetWinsize(int(slave.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80}); err != nil {
		b.Fatal(err)
	}
	path, err := exec.LookPath(args[0])
	if err != nil {
		b.Skip(err)
	}
	cmd := exec.Command(path, args[1:]...)
	cmd.Env = append(os.Environ(), "TERM=xterm", "LANG=C.UTF-8", "PS1=alone$ ", "XDG_STATE_HOME="+b.TempDir())
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	t := &bare{b: b, master: master, buf: make([]byte, 64<<10)}
	b.Cleanup(func() {
		_ = master.Close()
		_ = cmd.Process.Signal(unix.SIGTERM)
		_ = cmd.Wait()
	})
	t.until(prompt)
	return t
}

// until reads until something is printed, and returns how many bytes that took.
func (t *bare) until(what string) (n int) {
	t.b.Helper()
	if err := t.master.SetReadDeadline(time.Now().Add(60 * time.Second)); err != nil {
		t.b.Fatal(err)
	}
	for {
		if i := bytes.Index(t.seen, []byte(what)); i >= 0 {
			t.seen = append(t.seen[:0], t.seen[i+len(what):]...)
			return n
		}
		t.seen = append(t.seen[:0], t.seen[max(0, len(t.seen)-len(what)):]...)
		m, err := t.master.Read(t.buf)
		if err != nil {
			t.b.Fatalf("wait for %q: %v; read last %q", what, err, t.seen)
		}
		n += m
		t.seen = append(t.seen, t.buf[:m]...)
	}
}

func (t *bare) typeIn(s string) {
	if _, err := t.master.WriteString(s); err != nil {
		t.b.Fatal(err)
	}
}

// both opens bash alone on a terminal, and a lesson's bash through nslab.
func both(b *testing.B) (alone, through *bare) {
	return onTerminal(b, "alone$ ", "bash", "--norc", "-i"), onTerminal(b, "(isolated) root@host:~# ", "nslab", "run", "uts")
}

// BenchmarkKey measures how long a key takes from the terminal to its echo, in bash alone and through nslab, one after the other in
// turns.
func BenchmarkKey(b *testing.B) {
	alone, through := both(b)
	time.Sleep(3 * time.Second) // the lesson looks often at its lab at first
	var took [2][]time.Duration
	for i := 0; b.Loop(); i++ {
		for j, t := range []*bare{alone, through} {
			if i%40 == 39 {
				t.typeIn("\x15") // Ctrl-U: a new line
				t.typeIn("=")
				t.until("=")
				continue
			}
			start := time.Now()
			t.typeIn("x")
			t.until("x")
			took[j] = append(took[j], time.Since(start))
		}
		time.Sleep(2 * time.Millisecond) // nobody types faster
	}
	for j, name := range []string{"bash", "nslab"} {
		if len(took[j]) == 0 {
			continue
		}
		slices.Sort(took[j])
		at := func(p int) float64 {
			return float64(took[j][min(len(took[j])*p/100, len(took[j])-1)].Nanoseconds()) / 1000
		}
		b.ReportMetric(at(50), name+"-p50-µs")
		b.ReportMetric(at(99), name+"-p99-µs")
	}
}

// BenchmarkCat measures how fast 100 MB of text come to the terminal, in bash alone and through nslab, in turns.
func BenchmarkCat(b *testing.B) {
	const half = 50 << 20
	alone, through := both(b)
	file := b.TempDir() + "/big"
	for t, path := range map[*bare]string{alone: file, through: "/tmp/big"} {
		t.typeIn("yes 'the quick brown fox jumps over the lazy dog 0123456789' | head -c 52428800 >" + path + "; echo rea\"\"dy\r")
		t.until("ready\r\n")
	}
	var rate [2][]float64
	for b.Loop() {
		for j, t := range []*bare{alone, through} {
			path := file
			if j == 1 {
				path = "/tmp/big"
			}
			start := time.Now()
			t.typeIn("cat " + path + " " + path + "; echo o\"\"ver\r")
			if n := t.until("over\r\n"); n < 2*half {
				b.Fatalf("of %d bytes came %d", 2*half, n)
			}
			rate[j] = append(rate[j], 2*half/1e6/time.Since(start).Seconds())
		}
	}
	for j, name := range []string{"bash", "nslab"} {
		slices.Sort(rate[j])
		b.ReportMetric(rate[j][len(rate[j])/2], name+"-MB/s")
	}
}
