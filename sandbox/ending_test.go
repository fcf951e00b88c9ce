package sandbox

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// keepLabs is the program that is killed: it makes a keeper, labs, commands and
// shells without end, and prints the anchor's PID and the labs' as it goes.
func keepLabs() int {
	k, err := NewKeeper(keeperOptions())
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	fmt.Println("anchor", k.AnchorPID())
	for i := 0; ; i++ {
		l, err := k.NewLab(LabOptions{Trace: i%2 == 0})
		if err != nil {
			fmt.Println("error", err)
			return 1
		}
		fmt.Println("lab", l.InitPID())
		for j := range 2 {
			if s, err := l.NewShell(fmt.Sprint("s", j), ShellOptions{Flags: unix.CLONE_NEWUTS | unix.CLONE_NEWNET}); err == nil {
				_, _ = s.Write([]byte("unshare -fp sleep 1000 & setsid sleep 1001 & trap '' TERM HUP; nohup sleep 1002\n"))
			}
		}
		_, _ = l.Start(Command{Args: []string{"sh", "-c", "unshare -fp --mount-proc sh -c 'setsid sleep 1003 & wait' & wait"}, Flags: unix.CLONE_NEWPID})
		_, _ = l.Snapshot()
		if i%3 == 2 {
			_ = l.Close()
		}
		if i >= 6 {
			_ = k.Close()
			fmt.Println("closed")
			if k, err = NewKeeper(keeperOptions()); err != nil {
				fmt.Println("error", err)
				return 1
			}
			fmt.Println("anchor", k.AnchorPID())
			i = 0
		}
	}
}

// descendants returns the processes of the machine that come from pid.
func descendants(pid int) []int {
	children := map[int][]int{}
	names, _ := os.ReadDir("/proc")
	for _, name := range names {
		n, err := strconv.Atoi(name.Name())
		if err != nil {
			continue
		}
		if b, err := os.ReadFile("/proc/" + name.Name() + "/stat"); err == nil {
			f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
			if parent, err := strconv.Atoi(f[1]); err == nil {
				children[parent] = append(children[parent], n)
			}
		}
	}
	var all []int
	for queue := children[pid]; len(queue) > 0; {
		n := queue[0]
		queue = append(queue[1:], children[n]...)
		all = append(all, n)
	}
	return all
}

// reapOrphans does what a machine's init does: the dead that the killed
// program leaves are ours, for we are a child subreaper (PR_SET_CHILD_SUBREAPER(2const)).
func reapOrphans(t *testing.T) {
	t.Helper()
	tasks, _ := filepath.Glob("/proc/self/task/*/children")
	for _, task := range tasks {
		b, _ := os.ReadFile(task)
		children, _ := parseInts(string(b))
		for _, pid := range children {
			if !isKnown(pid) {
				_, _ = unix.Wait4(pid, nil, unix.WALL|unix.WNOHANG, nil)
			}
		}
	}
}

func kills() int {
	if n, err := strconv.Atoi(os.Getenv("NSLAB_KILLS")); err == nil {
		return n
	}
	if testing.Short() {
		return 5
	}
	return 40
}

// The program, or the keeper's process, is killed at a moment that nobody
// chose: nothing of it may be left.
func TestNothingIsLeftAfterSIGKILL(t *testing.T) {
	keeper(t)
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0) }()
	for _, victim := range []string{"program", "anchor"} {
		t.Run(victim, func(t *testing.T) { killRounds(t, victim) })
	}
}

func killRounds(t *testing.T, victim string) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	temp := t.TempDir()
	for round := range kills() {
		cmd := exec.Command(self, "keep-labs")
		cmd.Env = append(os.Environ(), "TMPDIR="+temp)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := make(chan string, 1000)
		go func() {
			defer close(lines)
			for s := bufio.NewScanner(out); s.Scan(); {
				lines <- s.Text()
			}
		}()
		delay := time.Duration(rand.IntN(90_000)) * time.Microsecond
		if victim == "anchor" {
			delay /= 2
			if line := <-lines; !strings.HasPrefix(line, "anchor ") {
				t.Fatalf("the program said %q", line)
			}
		}
		time.Sleep(delay) // the moment is what is varied
		// The program stands still while its processes are counted, so that none is missed.
		_ = cmd.Process.Signal(unix.SIGSTOP)
		eventually(t, "the program stands still", func() bool {
			b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", cmd.Process.Pid))
			return err != nil || strings.Contains(string(b), ") T ") || strings.Contains(string(b), ") Z ")
		})
		pids := descendants(cmd.Process.Pid)
		var ends []int
		for _, pid := range pids {
			if fd, err := unix.PidfdOpen(pid, 0); err == nil {
				ends = append(ends, fd)
			}
		}
		if victim == "anchor" {
			// Before the program: what depends on it ends without the program's help.
			if comm := anchorOf(pids); comm > 0 {
				_ = unix.Kill(comm, unix.SIGKILL)
			}
			_ = cmd.Process.Signal(unix.SIGCONT)
			// The program finds its keeper gone, says so and ends, or is ended.
			time.Sleep(2 * time.Millisecond)
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		for i, fd := range ends {
			fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
			for deadline := time.Now().Add(patience); ; {
				// An init ends when those in its PID namespace have been waited for, which is for us to do.
				reapOrphans(t)
				if n, _ := unix.Poll(fds, 5); n > 0 {
					break
				}
				if time.Now().After(deadline) {
					cmdline, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pids[i]))
					t.Errorf("round %d, killed after %v: process %d (%q) lives", round, delay, pids[i], cmdline)
					break
				}
			}
			_ = unix.Close(fd)
		}
		var said []string
		for line := range lines {
			if strings.HasPrefix(line, "error") && victim == "program" {
				t.Errorf("round %d: %s", round, line)
			}
			said = append(said, line)
		}
		for _, line := range said {
			what, number, _ := strings.Cut(line, " ")
			pid, err := strconv.Atoi(number)
			if err != nil || what != "anchor" && what != "lab" {
				continue
			}
			eventually(t, line+" has gone", func() bool {
				reapOrphans(t)
				cmdline, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
				return err != nil || string(cmdline) != "init\x00" && string(cmdline) != "nslab-keeper\x00"
			})
		}
	}
	if after, err := os.ReadFile("/proc/self/mountinfo"); err != nil || string(after) != string(mounts) {
		t.Errorf("the machine's mounts were\n%s\nand are\n%s", mounts, after)
	}
	if files, err := os.ReadDir(temp); err != nil || len(files) > 0 {
		t.Errorf("files are left: %v %v", files, err)
	}
}

func anchorOf(pids []int) int {
	for _, pid := range pids {
		if b, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)); err == nil && string(b) == "nslab-keeper\x00" {
			return pid
		}
	}
	return 0
}

// Somebody kills the keeper's process: its labs end, what is asked of them is refused, and Close returns.
func TestWithoutItsAnchorAKeeperEndsInOrder(t *testing.T) {
	k := ownKeeper(t)
	var labs []*Lab
	for range 3 {
		l, err := k.NewLab(LabOptions{Trace: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := l.NewShell("a", ShellOptions{}); err != nil {
			t.Fatal(err)
		}
		labs = append(labs, l)
	}
	if err := unix.Kill(k.AnchorPID(), unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	within(t, patience, "refusals and Close", func() {
		for _, l := range labs {
			for {
				// The kernel may still be at it.
				if p, err := l.Start(Command{Args: []string{"sleep", "1000"}}); err != nil {
					break
				} else {
					_, _ = p.Wait()
				}
			}
			_, _ = l.Snapshot()
		}
		if l, err := k.NewLab(LabOptions{}); err == nil {
			t.Errorf("a lab without an anchor: %+v", l)
		}
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	})
}
