package sandbox

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The kernel takes a lock to answer about a listener, and gives up on it when a signal comes while another has it: poll(2) then
// says POLLERR, and the ioctls of seccomp_unotify(2) EINTR. Go sends its threads such signals itself, to have goroutines take
// turns. Neither is a reason to let go of the listener: every call that is told would return ENOSYS from there on, the execve
// of the command itself among them.
func TestSignalsEndNoListening(t *testing.T) {
	t.Run("each answer in turn", func(t *testing.T) {
		// That the lock is held at such a moment is too rare to wait for.
		var answers atomic.Uint64
		interrupted = func() bool { return answers.Add(1)%2 == 1 }
		t.Cleanup(func() { interrupted = nil }) // after the lab's end
		l := tracedLab(t)
		for range 3 {
			if out := sh(t, l, "unshare -u true; nslab probe told 20"); out != "" {
				t.Error(out)
			}
		}
		if answers.Load() < 100 {
			t.Errorf("only %d answers were looked at", answers.Load())
		}
		if calls, _, _ := l.Trace().Since(0); len(calls) < 3*(8*20+1) {
			t.Errorf("only %d calls were told", len(calls))
		}
	})
	t.Run("a storm of them", func(t *testing.T) {
		l := tracedLab(t)
		stop := make(chan struct{})
		var signalling sync.WaitGroup
		signalling.Go(func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(50 * time.Microsecond): // without a rest, the program would do nothing else
					signalAllThreads(unix.SIGURG)
				}
			}
		})
		r := run(t, l, Command{Args: []string{"nslab", "probe", "told", "500"}}, "")
		close(stop)
		signalling.Wait()
		if r.status != 0 {
			t.Errorf("exit status %d: %s%s", r.status, r.out, r.err)
		}
	})
}

// signalAllThreads sends a signal to every thread of this process.
func signalAllThreads(sig unix.Signal) {
	threads, _ := os.ReadDir("/proc/self/task")
	for _, e := range threads {
		if tid, err := strconv.Atoi(e.Name()); err == nil {
			_ = unix.Tgkill(os.Getpid(), tid, sig)
		}
	}
}

// toldCalls makes n calls that are told from each of eight threads, and says how the first ended that the kernel
// did not answer as such a call.
func toldCalls(n int) int {
	var wait sync.WaitGroup
	bad := make(chan error, 8)
	for range 8 {
		wait.Go(func() {
			for i := range n {
				if err := unix.Setns(-1, 0); err != unix.EBADF {
					bad <- fmt.Errorf("call %d: %v", i, err)
					return
				}
			}
		})
	}
	wait.Wait()
	select {
	case err := <-bad:
		fmt.Println(err)
		return 1
	default:
		return 0
	}
}
