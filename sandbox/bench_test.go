package sandbox

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
)

// What things cost (make bench). The figures stand beside those of unshare(1) and others in the README.

func BenchmarkKeeper(b *testing.B) {
	keeper(b)
	o := keeperOptions()
	for b.Loop() {
		k, err := NewKeeper(o)
		if err != nil {
			b.Fatal(err)
		}
		if err := k.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLab is a further lab in a running keeper: made, one command run in it, ended.
func BenchmarkLab(b *testing.B) {
	k := keeper(b)
	for b.Loop() {
		l, err := k.NewLab(LabOptions{})
		if err != nil {
			b.Fatal(err)
		}
		command(b, l)
		if err := l.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLabReady is the same up to the command's exit: Close is not counted.
func BenchmarkLabReady(b *testing.B) {
	k := keeper(b)
	for b.Loop() {
		l, err := k.NewLab(LabOptions{})
		if err != nil {
			b.Fatal(err)
		}
		command(b, l)
		b.StopTimer()
		if err := l.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

func command(b *testing.B, l *Lab) {
	p, err := l.Start(Command{Args: []string{"/bin/true"}})
	if err != nil {
		b.Fatal(err)
	}
	if status, err := p.Wait(); status != 0 || err != nil {
		b.Fatal(status, err)
	}
}

func BenchmarkCommand(b *testing.B) {
	l := newLab(b)
	for b.Loop() {
		command(b, l)
	}
}

func benchmarkSnapshot(b *testing.B, procs int) {
	l := newLab(b)
	// One shell is the parent of all but init and itself.
	background(b, l, 0, fmt.Sprintf("i=2; while [ $i -lt %d ]; do sleep 100000 & i=$((i+1)); done; echo; wait", procs))
	eventually(b, "as many processes", func() bool { return len(snap(b, l).Procs) == procs })
	for b.Loop() {
		if s, err := l.Snapshot(); err != nil || len(s.Procs) != procs {
			b.Fatal(len(s.Procs), err)
		}
	}
}

func BenchmarkSnapshot1(b *testing.B) {
	l := newLab(b)
	for b.Loop() {
		if _, err := l.Snapshot(); err != nil {
			b.Fatal(err)
		}
	}
}
func BenchmarkSnapshot20(b *testing.B)  { benchmarkSnapshot(b, 20) }
func BenchmarkSnapshot350(b *testing.B) { benchmarkSnapshot(b, 350) } // a lab has at most maxProcs

// BenchmarkSnapshotNested is 20 processes, each with namespaces of its own.
func BenchmarkSnapshotNested(b *testing.B) {
	l := newLab(b)
	for range 18 {
		background(b, l, labFlags, "echo; exec sleep 100000")
	}
	for b.Loop() {
		if _, err := l.Snapshot(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkShellPrompt is from the asking for a shell to its first prompt.
func BenchmarkShellPrompt(b *testing.B) {
	l := newLab(b)
	for b.Loop() {
		ty := newTypist(b, l, "b", ShellOptions{})
		ty.awaitPrompt()
		b.StopTimer()
		_ = ty.sh.Close()
		<-ty.sh.Done()
		b.StartTimer()
	}
}

// BenchmarkWhereTheTimeGoes prints which calls of a new process cost what: of the keeper's, a lab's and a command's, from
// the cloning of the process that is apart on. To note a time takes a system call itself.
func BenchmarkWhereTheTimeGoes(b *testing.B) {
	keeper(b)
	spent := map[string][]float64{}
	timed = func(img *image, start int64) {
		type step struct {
			what string
			at   int64
		}
		steps := []step{}
		for i := range img.script.calls {
			if at := img.when(ref(i)); at > 0 {
				steps = append(steps, step{img.script.what[i], at})
			}
		}
		slices.SortFunc(steps, func(a, b step) int { return cmp.Compare(a.at, b.at) })
		sums := map[string]float64{}
		last := start
		for i, s := range steps {
			what := s.what
			if i == 0 {
				what = "clone a process, execute the walker, fetch the script"
			} else if verb, rest, _ := strings.Cut(what, " "); verb != "mount" && !strings.Contains(rest, " ") {
				what = verb + " ..." // all files of a kind together
			}
			sums[what] += float64(s.at-last) / 1000
			last = s.at
		}
		for what, us := range sums {
			spent[what] = append(spent[what], us)
		}
	}
	defer func() { timed = nil }()
	n := 0
	for b.Loop() {
		n++
		k, err := NewKeeper(keeperOptions())
		if err != nil {
			b.Fatal(err)
		}
		l, err := k.NewLab(LabOptions{})
		if err != nil {
			b.Fatal(err)
		}
		command(b, l)
		if err := k.Close(); err != nil {
			b.Fatal(err)
		}
	}
	type row struct {
		what  string
		us    float64
		times int
	}
	var rows []row
	for what, all := range spent {
		slices.Sort(all)
		rows = append(rows, row{what, all[len(all)/2], max(len(all)/n, 1)})
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(b.us*float64(b.times), a.us*float64(a.times)) })
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "\nmicroseconds\tprocesses\tcall (medians of %d keepers with one lab and one command)\n", n)
	for _, r := range rows[:min(len(rows), 24)] {
		fmt.Fprintf(w, "%.0f\t%d\t%s\n", r.us, r.times, r.what)
	}
	_ = w.Flush()
}
