package sandbox

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// scarce is the part of a test program that has ever more descriptors to spare, and does all there is to do with each number:
// it must fail with the kernel's EMFILE until it works, leave none open, and not remember that it failed.
func scarce() error {
	// Where Go's runtime cannot poll it gives up: it gets what it takes first.
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	defer w.Close()
	const limit = 100
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &before); err != nil {
		return err
	}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: limit, Max: before.Max}); err != nil {
		return err
	}
	// fill opens files until there is no descriptor more.
	fill := func() (taken []int) {
		for {
			fd, err := unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0)
			if err != nil {
				return taken
			}
			taken = append(taken, fd)
		}
	}
	taken := fill()
	for spare := 0; spare < len(taken); spare++ {
		closeAll(taken[:spare]...)
		had := walkerFile.known
		err := everything(keeperOptions())
		left := fill()
		kept := 0
		if walkerFile.known != had {
			kept = 1 // once and for all
		}
		if len(left)+kept != spare {
			return fmt.Errorf("%d descriptors were to spare, and %d are: %w", spare, len(left), err)
		}
		taken = append(left, taken[spare:]...)
		switch {
		case err == nil && spare < 10:
			return fmt.Errorf("it works with %d descriptors to spare", spare)
		case err == nil:
			return nil
		case !errors.Is(err, unix.EMFILE):
			return err
		}
	}
	return errors.New("it never works")
}

// everything makes a keeper, a lab, a shell and a look.
func everything(o KeeperOptions) error {
	k, err := NewKeeper(o)
	if err != nil {
		return err
	}
	l, err := k.NewLab(LabOptions{})
	if err == nil {
		var s *Shell
		if s, err = l.NewShell("a", ShellOptions{Flags: unix.CLONE_NEWUTS}); err == nil {
			_, err = l.Snapshot()
			_ = s.Close()
			<-s.Done()
		}
	}
	return errors.Join(err, k.Close())
}

func TestDescriptorsMayRunOut(t *testing.T) {
	keeper(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(self, "scarce").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// Where the limit is lower than any program can do with, the message says what to do.
func TestAFewDescriptorsAreTooFew(t *testing.T) {
	keeper(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("sh", "-c", `ulimit -n 20 && exec "$0" few`, self).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "ulimit -n") || strings.Contains(string(out), "goroutine") {
		t.Errorf("%v\n%s", err, out)
	}
}
