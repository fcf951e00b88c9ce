package sandbox

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// worker is a process in a lab that does so much work as it is told, over and over, and says how long it took.
type worker struct {
	in  io.WriteCloser
	out *bufio.Reader
}

// newWorker starts a command that reads numbers, does its work as often, and writes a line when it has.
func newWorker(b *testing.B, l *Lab, args ...string) *worker {
	b.Helper()
	in, inW, err := os.Pipe()
	if err != nil {
		b.Fatal(err)
	}
	outR, out, err := os.Pipe()
	if err != nil {
		b.Fatal(err)
	}
	_, err = l.Start(Command{Args: args, Stdin: in, Stdout: out, Stderr: out})
	_, _ = in.Close(), out.Close()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _, _ = inW.Close(), outR.Close() })
	return &worker{inW, bufio.NewReader(outR)}
}

// do has the work done n times and returns how long one took: by the worker's own word where it says so.
func (w *worker) do(b *testing.B, n int) time.Duration {
	b.Helper()
	begin := time.Now()
	if _, err := fmt.Fprintln(w.in, n); err != nil {
		b.Fatal(err)
	}
	line, err := w.out.ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	took := time.Since(begin) / time.Duration(n)
	line = strings.TrimSpace(line)
	if line == "done" {
		return took
	}
	ns, err := strconv.Atoi(line)
	if err != nil {
		b.Fatalf("the worker says %q", line)
	}
	return time.Duration(ns)
}

// BenchmarkTraceCost is what it adds to a command, a fork and a call that the lab is traced: the same work in turn in a lab that is
// and in one that is not, in so many rounds. What is reported are the medians of the rounds and, of what is added, their
// quartiles; ns/op is of no interest. -benchtime 200x of fork are 10,000 forks in each lab.
func BenchmarkTraceCost(b *testing.B) {
	k := keeper(b)
	if err := k.CanTrace(); err != nil {
		b.Skip(err)
	}
	shell := func(work string) []string {
		return []string{"sh", "-c", "while read n; do i=0; while [ $i -lt $n ]; do " + work + "; i=$((i+1)); done; echo done; done"}
	}
	for _, c := range []struct {
		name  string
		args  []string
		batch int
	}{
		{"builtin", shell("true"), 500},
		{"fork", shell("(:)"), 50},
		{"true", shell("/bin/true"), 20},
		{"unshare", shell("unshare --uts /bin/true"), 10},
		{"call-unshare", []string{"nslab", "probe", "calls", "unshare"}, 100},
		{"call-mount", []string{"nslab", "probe", "calls", "mount"}, 100},
	} {
		b.Run(c.name, func(b *testing.B) {
			var labs [2]*worker
			for i, o := range []LabOptions{{}, {Trace: true}} {
				l := newLabOf(b, k, o)
				if l.trace != nil {
					l.trace.burst = math.Inf(1) // all are looked at
				}
				labs[i] = newWorker(b, l, c.args...)
				labs[i].do(b, c.batch)
			}
			var took [2][]float64
			var added []float64
			for b.Loop() {
				var t [2]float64
				for i := range labs {
					i ^= len(added) & 1 // whoever is second may find caches warm
					t[i] = float64(labs[i].do(b, c.batch)) / 1000
					took[i] = append(took[i], t[i])
				}
				added = append(added, t[1]-t[0])
			}
			for _, all := range [][]float64{took[0], took[1], added} {
				slices.Sort(all)
			}
			at := func(all []float64, part float64) float64 { return all[int(part*float64(len(all)-1))] }
			without, with := at(took[0], 0.5), at(took[1], 0.5)
			b.ReportMetric(without, "without-µs")
			b.ReportMetric(with, "with-µs")
			b.ReportMetric(100*(with-without)/without, "added-%")
			for _, q := range []int{25, 50, 75} {
				b.ReportMetric(at(added, float64(q)/100), fmt.Sprintf("added-µs-p%d", q))
			}
		})
	}
}

// probeCalls makes a call as often as it is told, and writes the median of how long one took, in nanoseconds. It makes it as a program
// in C would: without telling Go's scheduler, which would have another thread take over while the call is held.
func probeCalls(name string) int {
	at := func(s []byte) uintptr { return uintptr(unsafe.Pointer(&s[0])) }
	call := map[string]func() error{
		"unshare": func() error { return raw(unix.SYS_UNSHARE, unix.CLONE_NEWUTS) },
		"mount":   func() error { return raw(unix.SYS_MOUNT, at(probeNone), at(probeMnt), at(probeTmpfs), 0, 0) },
	}[name]
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		n, err := strconv.Atoi(lines.Text())
		if err != nil {
			return 1
		}
		var took []time.Duration
		for range n {
			begin := time.Now()
			err := call()
			took = append(took, time.Since(begin))
			if err == nil && name == "mount" {
				err = unix.Unmount("/mnt", 0)
			}
			if err != nil {
				fmt.Println(err)
				return 1
			}
		}
		slices.Sort(took)
		fmt.Println(took[n/2].Nanoseconds())
	}
	return 0
}

// What a call is told by its address must stay where it is.
var probeNone, probeMnt, probeTmpfs = []byte("none\x00"), []byte("/mnt\x00"), []byte("tmpfs\x00")
