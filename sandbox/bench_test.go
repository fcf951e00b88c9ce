package sandbox

import (
	"fmt"
	"testing"
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
func BenchmarkSnapshot500(b *testing.B) { benchmarkSnapshot(b, 500) }

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
