package sandbox

import (
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sys/unix"
)

// lasting keeps what was found out once. It keeps no failure: what does not work today, for want of memory or
// descriptors, may work the next time.
type lasting[T any] struct {
	mu    sync.Mutex
	known bool
	value T
}

func (l *lasting[T]) get(find func() (T, error)) (T, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known {
		return l.value, nil
	}
	value, err := find()
	if err == nil {
		l.value, l.known = value, true
	}
	return value, err
}

// minFiles is how many descriptors a program should have for a keeper and a lab with a few shells. With very few Go's own
// runtime gives up, without a word that helps.
const minFiles = 64

// enoughFiles says what to do where the program may have too few (RLIMIT_NOFILE of getrlimit(2)).
func enoughFiles() error {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil || limit.Cur >= minFiles {
		return nil
	}
	return fmt.Errorf("only %d files may be open at a time here, and %d are needed; start nslab from a shell in which ulimit -n says more", limit.Cur, minFiles)
}

// reached adds to an error which limit it is that was reached, where a person can look at that.
func reached(err error) error {
	switch {
	case errors.Is(err, unix.EMFILE):
		return fmt.Errorf("%w (ulimit -n shows how many)", err)
	case errors.Is(err, unix.EAGAIN):
		return fmt.Errorf("%w: no more processes are allowed (ulimit -u shows how many), or the machine has none to give", err)
	}
	return err
}
