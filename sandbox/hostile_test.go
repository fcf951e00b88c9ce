package sandbox

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// attack is what a hostile or careless learner does in a lab.
type attack struct {
	name string
	// script is run by sh; what it prints first, "ready", says that the harm is done and lasts. A script that ends has done its worst, too.
	script string
	// need is a command of the machine that it takes.
	need string
	lab  LabOptions
}

// Every attack is bounded by itself as well, should the wall that it is to try not stand: these tests run on people's machines.
var attacks = []attack{
	{name: "kill -9 -1", script: "kill -9 -1"},
	{name: "kill -STOP -1", script: "kill -STOP -1"},
	{name: "umount -a -l", script: "umount -a -l"},
	{name: "rm -rf /", script: "rm -rf --no-preserve-root / 2>/dev/null"},
	{name: "mount over all", script: "for d in /usr /bin /lib /lib64 /dev /proc /sys /etc /root /opt /run / ; do mount -t tmpfs -o size=1m x $d; done"},
	{name: "no proc, no dev", script: "umount -l /proc; umount -l /dev/pts; umount -l /dev; rm -rf /dev /proc"},
	{name: "sleepers ignored", script: "for i in 1 2 3; do (trap '' TERM HUP INT; setsid sleep 1000) & done; echo ready; wait"},
	{name: "fork bomb", script: "b() { b | b & }; b"},
	{name: "fork bomb in a user namespace", script: "unshare -U -r sh -c 'b() { b | b & }; b'"},
	{name: "files filled", script: "for d in /root /tmp /dev/shm /run /dev /mnt; do cat /dev/zero > $d/full; done 2>/dev/null; echo ready; sleep 1000"},
	{name: "inodes filled", script: "for d in /root /dev/shm /dev; do mkdir $d/i && cd $d/i && seq 40000 | xargs touch; done 2>/dev/null; echo ready; sleep 1000"},
	{name: "user namespaces in each other", script: "i=0; while [ $i -lt 40 ]; do i=$((i+1)); c=\"$c unshare -Ur\"; done; exec $c sh -c 'echo ready; sleep 1000'"},
	{name: "many namespaces", script: "i=0; while [ $i -lt 150 ]; do i=$((i+1)); unshare -imnpuC --fork sleep 1000 & done; echo ready; wait"},
	{name: "namespaces hoarded", script: "nslab probe hoard-namespaces"},
	{name: "unshare and setns in loops", script: "for i in 1 2 3 4; do nslab probe loop-namespaces & done; echo ready; wait"},
	{name: "a million descriptors", script: "i=0; while [ $i -lt 8 ]; do i=$((i+1)); nslab probe hoard-descriptors & done; wait"},
	{name: "ptrace of everything", script: "for i in 1 2 3; do sleep 1000 & done; nslab probe seize"},
	{name: "mounts doubled", script: "mount --make-rprivate /; mkdir /mnt/a; i=0; while [ $i -lt 20 ] && mount --rbind /mnt /mnt/a; do i=$((i+1)); done 2>/dev/null; echo ready; sleep 1000"},
	{name: "thousands of network devices", need: "ip",
		script: "i=0; while [ $i -lt 1500 ]; do i=$((i+1)); echo link add a$i type veth peer name b$i; done >/tmp/batch; ip -batch /tmp/batch; echo ready; sleep 1000"},
	{name: "thousands of routes", need: "ip",
		script: "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo route add 10.$((i/65536)).$((i/256%256)).$((i%256))/32 dev lo; done >/tmp/batch; ip -batch /tmp/batch; echo ready; sleep 1000"},
	{name: "thousands of sockets", script: "i=0; while [ $i -lt 4 ]; do i=$((i+1)); nslab probe listen-all & done; wait"},
	{name: "long command lines", script: "i=0; while [ $i -lt 40 ]; do i=$((i+1)); nslab probe long-args & done; echo ready; wait"},
	{name: "names of nothing good", script: "nslab probe names; exec 3>\"$(printf '/tmp/\\033]0;x\\007\\n\\tx')\"; hostname \"$(printf '\\033[2J\\033]52;c;eA==\\007')\"; echo ready; sleep 1000"},
	{name: "commands without end", script: "while :; do true & wait; done"},
	{name: "a trace flooded", script: "nslab probe flood", lab: LabOptions{Trace: true}},
	{name: "a fork bomb that is traced", script: "b() { b | unshare -U b & }; b", lab: LabOptions{Trace: true}},
}

// harmTime is how long a harm that does not say that it is done gets.
const harmTime = 700 * time.Millisecond

// Whatever one lab does, another goes on, the keeper answers, the lab ends when asked, and nothing is left.
func TestHostileLearners(t *testing.T) {
	for _, a := range attacks {
		t.Run(a.name, func(t *testing.T) {
			if a.need != "" && !newLab(t).Has(a.need) {
				t.Skipf("this machine lacks %s", a.need)
			}
			keeper(t)
			before := traces()
			k := ownKeeper(t)
			victim, other := newLabOf(t, k, a.lab), newLabOf(t, k, LabOptions{HostName: "other"})
			ty := newTypist(t, other, "a", ShellOptions{})
			ty.awaitPrompt()
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			p, err := victim.Start(Command{Args: []string{"sh", "-c", a.script}, Stdout: w})
			_ = w.Close()
			if err != nil {
				t.Fatal(err)
			}
			ready := make(chan bool)
			go func() {
				defer close(ready)
				_ = r.SetReadDeadline(time.Now().Add(patience))
				_, _ = r.Read(make([]byte, 1))
			}()
			wait := time.NewTimer(harmTime)
			if strings.Contains(a.script, "ready") || strings.Contains(a.script, "hoard") || strings.Contains(a.script, "seize") {
				wait.Reset(patience)
			}
			select {
			case <-p.Done():
			case <-ready:
			case <-wait.C:
			}
			var slowest [4]time.Duration
			timed := func(i int, what string, f func()) {
				start := time.Now()
				within(t, patience, what, f)
				slowest[i] = max(slowest[i], time.Since(start))
			}
			for range 3 {
				timed(0, "a snapshot of the harmed lab", func() {
					if s, err := victim.Snapshot(); err != nil {
						t.Errorf("snapshot: %v", err)
					} else if len(s.Procs) > maxProcs+10 {
						t.Errorf("%d processes", len(s.Procs))
					}
				})
				timed(1, "a snapshot of the other lab", func() {
					if s := snap(t, other); len(s.Procs) != 2 || s.UTS[s.Host.UTS].HostName != "other" {
						t.Errorf("the other lab has %d processes", len(s.Procs))
					}
				})
				timed(2, "the shell of the other lab", func() {
					if out, _ := ty.line("ls /usr/bin/env; cat /proc/1/comm; echo > /root/x"); !strings.Contains(out, "/usr/bin/env\r\ninit\r\n") {
						t.Errorf("the other lab says %q", out)
					}
				})
			}
			timed(3, "Close of the harmed lab", func() {
				if err := victim.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			})
			t.Logf("at most: snapshot %v, of the other lab %v, its shell %v; close %v", slowest[0].Round(time.Millisecond),
				slowest[1].Round(time.Millisecond), slowest[2].Round(time.Millisecond), slowest[3].Round(time.Millisecond))
			_ = ty.sh.Close()
			_ = r.Close()
			if err := k.Close(); err != nil {
				t.Error(err)
			}
			for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
				now := traces()
				now = slices.DeleteFunc(now, func(s string) bool { return slices.Contains(before, s) })
				if len(now) == 0 {
					break
				}
				if time.Now().After(end) {
					t.Fatalf("what was not there before: %q", now)
				}
			}
		})
	}
}

// One process cannot have all memory, and the machine takes it from a lab before it takes it from anybody else: first from what
// runs in it, then the lab.
func TestMemoryIsTakenFromALabFirst(t *testing.T) {
	l := newLab(t)
	mib, err := strconv.Atoi(sh(t, l, "nslab probe allocate"))
	if err != nil || mib > 2048 || mib < 1024 {
		t.Errorf("a process may have %d MiB, %v", mib, err)
	}
	own, err := os.ReadFile("/proc/self/oom_score_adj")
	if err != nil {
		t.Fatal(err)
	}
	init, err := os.ReadFile(fmt.Sprintf("/proc/%d/oom_score_adj", l.InitPID()))
	if err != nil {
		t.Fatal(err)
	}
	if got := sh(t, l, "cat /proc/self/oom_score_adj"); got != "1000" || string(init) != "500\n" && keeper(t).Confined() || string(own) == "1000\n" {
		t.Errorf("oom_score_adj: of a command %s, of init %s, of ours %s", got, init, own)
	}
}

// traces is what a lab could leave on the machine: processes, descriptors of ours, mounts, network devices, System V objects.
func traces() (all []string) {
	for _, pid := range descendants(os.Getpid()) {
		all = append(all, "process "+strconv.Itoa(pid))
	}
	fds, _ := os.ReadDir("/proc/self/fd")
	all = append(all, fmt.Sprint("descriptors ", len(fds)))
	// Others use the machine too: a lab's mounts are where labs are made, or have their names.
	b, _ := os.ReadFile("/proc/self/mountinfo")
	for line := range strings.Lines(string(b)) {
		if strings.Contains(line, stageRoot) || strings.Contains(line, stageTools) || strings.Contains(line, "nslab") {
			all = append(all, line)
		}
	}
	links, _ := net.Interfaces()
	for _, l := range links {
		all = append(all, l.Name)
	}
	return all
}

// hostileProbe is what attacks do that no command of the machine does. Most say "ready" and stay.
func hostileProbe(name string) int {
	stay := func() int {
		fmt.Println("ready")
		time.Sleep(time.Hour)
		return 0
	}
	switch name {
	case "hoard-namespaces": // one descriptor each, which is all that keeps a namespace
		runtime.LockOSThread()
		for range 5000 {
			if unix.Unshare(unix.CLONE_NEWNET|unix.CLONE_NEWUTS|unix.CLONE_NEWIPC) != nil {
				break
			}
			for _, kind := range []string{"net", "uts", "ipc"} {
				_, _ = unix.Open("/proc/thread-self/ns/"+kind, unix.O_RDONLY, 0)
			}
		}
		return stay()
	case "loop-namespaces":
		runtime.LockOSThread()
		ns, _ := unix.Open("/proc/1/ns/uts", unix.O_RDONLY, 0)
		for {
			_ = unix.Unshare(unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP)
			_ = unix.Setns(ns, 0)
		}
	case "hoard-descriptors":
		for range 1_000_000 {
			if _, err := unix.Open("/dev/null", unix.O_RDONLY, 0); err != nil {
				break
			}
		}
		return stay()
	case "seize": // attach to all there is, init too, and to all that comes
		runtime.LockOSThread()
		said := false
		for {
			names, _ := os.ReadDir("/proc")
			for _, n := range names {
				if pid, err := strconv.Atoi(n.Name()); err == nil && pid != os.Getpid() {
					_ = unix.PtraceAttach(pid)
				}
			}
			if !said {
				said = true
				fmt.Println("ready")
			}
		}
	case "listen-all":
		for range 4000 {
			fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
			if err != nil || unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}) != nil || unix.Listen(fd, 1) != nil {
				break
			}
		}
		return stay()
	case "listen-everywhere": // each at an address of its own, which is found at once
		for i := range 4000 {
			fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
			if err != nil || unix.Bind(fd, &unix.SockaddrInet4{Port: 80, Addr: [4]byte{127, 1, byte(i / 256), byte(i)}}) != nil || unix.Listen(fd, 1) != nil {
				break
			}
		}
		return stay()
	case "hoard-queues":
		for range 8000 {
			if _, _, errno := unix.Syscall(unix.SYS_MSGGET, 0 /* IPC_PRIVATE */, 0o600, 0); errno != 0 {
				break
			}
		}
		return stay()
	case "long-args":
		args := []string{"sleep", "1000"}
		for range 15 {
			args = append(args, strings.Repeat("x", 120<<10))
		}
		// sleep(1) adds its arguments up, and these are no numbers: so a shell, which has them as its parameters.
		_ = unix.Exec("/bin/sh", append([]string{"sh", "-c", "sleep 1000; :"}, args...), os.Environ())
		return 1
	case "names":
		_ = unix.Prctl(unix.PR_SET_NAME, uintptr(str("\x1b]0;\n\x9b\xff")), 0, 0, 0)
		return 0
	case "allocate": // until the kernel refuses, or 8 GiB; none of it is touched, so none is used
		n := 0
		for ; n < 512; n++ {
			if _, err := unix.Mmap(-1, 0, 16<<20, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS); err != nil {
				break
			}
		}
		fmt.Println(n * 16)
		return 0
	}
	return -1
}
