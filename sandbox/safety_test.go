package sandbox

import (
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// leaky opens descriptors without close-on-exec, as a careless library or a
// shell that starts nslab may leave them (CVE-2024-21626 began with one).
func leaky(t *testing.T) {
	t.Helper()
	dir, err := syscall.Open("/", syscall.O_RDONLY|syscall.O_DIRECTORY, 0)
	if err != nil {
		t.Fatal(err)
	}
	var pipe [2]int
	if err := syscall.Pipe2(pipe[:], 0); err != nil {
		t.Fatal(err)
	}
	high, err := unix.FcntlInt(uintptr(dir), unix.F_DUPFD, 700)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeAll(dir, pipe[0], pipe[1], high) })
}

// descriptors lists what every process of the lab has open, seen from outside.
func descriptors(t *testing.T, l *Lab) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	for _, p := range snap(t, l).Procs {
		dir := fmt.Sprintf("/proc/%d/fd", p.MachinePID)
		fds, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		key := fmt.Sprintf("%d %s", p.PID, p.Comm)
		found[key] = []string{}
		for _, fd := range fds {
			to, err := os.Readlink(dir + "/" + fd.Name())
			if err == nil {
				found[key] = append(found[key], fd.Name()+" "+to)
			}
		}
	}
	return found
}

// Nothing but 0, 1, 2 and what a program opened itself; init has nothing at all: its 0, 1 and
// 2 would be the terminal of whoever started nslab, open to the learner as /proc/1/fd/0.
func TestEveryDescriptorInALabIsAccountedFor(t *testing.T) {
	for name, o := range map[string]LabOptions{"plain": {}, "traced": {Trace: true}, "with a cgroup": {Divide: true}} {
		t.Run(name, func(t *testing.T) { accountForDescriptors(t, o) })
	}
}

func accountForDescriptors(t *testing.T, o LabOptions) {
	leaky(t)
	k := ownKeeper(t)
	l := newLabOf(t, k, o)
	if ln, err := l.Listen(); err != nil {
		t.Error(err)
	} else {
		defer ln.Close()
	}
	ty := newTypist(t, l, "a", ShellOptions{})
	ty.awaitPrompt()
	iso := newTypist(t, l, "b", ShellOptions{Flags: labFlags | unix.CLONE_NEWUSER})
	iso.awaitPrompt()
	p, err := l.Start(Command{Args: []string{"sleep", "1000"}})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Signal(unix.SIGKILL)
	// Before, it reads its libraries and its locale.
	eventually(t, "sleep sleeps", func() bool {
		b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/syscall", p.PID))
		call, _, _ := strings.Cut(string(b), " ")
		return call == strconv.Itoa(unix.SYS_CLOCK_NANOSLEEP) || call == strconv.Itoa(unix.SYS_NANOSLEEP)
	})
	for process, fds := range descriptors(t, l) {
		for _, fd := range fds {
			number, to, _ := strings.Cut(fd, " ")
			ok := false
			switch {
			case process == "1 init":
			case strings.HasSuffix(process, " sleep"):
				ok = slices.Contains([]string{"0", "1", "2"}, number) && to == "/dev/null"
			default: // bash keeps its terminal at 255
				ok = slices.Contains([]string{"0", "1", "2", "255"}, number) && strings.HasPrefix(to, "/dev/pts/")
			}
			if !ok {
				t.Errorf("process %s has descriptor %s", process, fd)
			}
		}
	}
	fds, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", k.AnchorPID()))
	if err != nil || len(fds) != 0 {
		t.Errorf("the anchor has %d descriptors, %v", len(fds), err)
	}
}

func TestNothingOfTheCallersEnvironmentIsInALab(t *testing.T) {
	const secret = "nslab-secret-e7d1"
	t.Setenv("NSLAB_SECRET", secret)
	k := ownKeeper(t)
	l := newLabOf(t, k, LabOptions{})
	ty := newTypist(t, l, "a", ShellOptions{})
	ty.awaitPrompt()
	out := sh(t, l, "for p in /proc/[0-9]*; do echo \"$p:\"; tr '\\0' '\\n' < $p/environ; tr '\\0' ' ' < $p/cmdline; done")
	if strings.Contains(out, secret) || strings.Contains(out, "NSLAB_SECRET") {
		t.Errorf("%s", out)
	}
	if got := sh(t, l, "tr '\\0' '\\n' < /proc/1/environ; tr '\\0' '\\n' < /proc/1/cmdline"); got != "PATH="+Path+"\ninit" {
		t.Errorf("process 1: %q", got)
	}
	for _, pid := range []int{k.AnchorPID(), l.InitPID()} {
		for _, file := range []string{"environ", "cmdline"} {
			if b, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file)); err != nil || strings.Contains(string(b), secret) {
				t.Errorf("%s of %d: %q, %v", file, pid, b, err)
			}
		}
	}
}

// Between its cloning and its exec a new process holds a copy of the keeper's
// memory and descriptors: nobody in the lab may look inside it. A spy looks at everything, while
// commands are started beside it.
func TestAProcessCannotBeLookedIntoBeforeItsExec(t *testing.T) {
	if !keeper(t).Confined() {
		t.Skip("without user namespaces the lab's root is the machine's")
	}
	l := newLab(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// The probe is mounted as nslab; what only the keeper's copy shows is the machine's path of it.
	p, line := background(t, l, 0, "exec nslab probe spy "+self)
	if line != "ready" {
		t.Fatal(line)
	}
	for end := time.Now().Add(500 * time.Millisecond); time.Now().Before(end); {
		for _, flags := range []uintptr{0, unix.CLONE_NEWPID, unix.CLONE_NEWUSER} {
			r, err := tryRun(l, Command{Args: []string{"true"}, Flags: flags}, "")
			if err != nil || r.status != 0 {
				t.Fatal(r, err)
			}
		}
		select {
		case <-p.Done():
			t.Fatal("the spy saw something")
		default:
		}
	}
}

func TestTheLabsRootReachesNobodyOutside(t *testing.T) {
	k := keeper(t)
	l := newLab(t)
	other := newLab(t)
	for name, pid := range map[string]int{"the program": os.Getpid(), "the anchor": k.AnchorPID(), "another lab's init": other.InitPID(), "the machine's init": 1 << 22} {
		for _, script := range []string{"kill -9 %d", "kill -0 %d", "ls /proc/%d/", "nslab probe ptrace %d", "nsenter -t %d -a true"} {
			script = fmt.Sprintf(script, pid)
			// The lab may have a process of that number itself, so only numbers far beyond its own are tried.
			if pid < 100 {
				continue
			}
			if r := shell(t, l, script); r.status == 0 {
				t.Errorf("%s: %s: %+v", name, script, r)
			}
		}
	}
	// Its own init can be looked at, but not killed.
	sh(t, l, "kill -9 1; kill -TERM 1; kill -STOP 1; true")
	if s := snap(t, l); s.Procs[0].State != "S" {
		t.Errorf("init is in state %s", s.Procs[0].State)
	}
}

func TestTheMachinesSettingsAreOutOfReach(t *testing.T) {
	if !keeper(t).Confined() {
		t.Skip("without user namespaces the lab's root is the machine's")
	}
	before, err := os.ReadFile("/proc/sys/kernel/core_pattern")
	if err != nil {
		t.Fatal(err)
	}
	l := newLab(t)
	for _, script := range []string{
		"echo '|/bin/false' > /proc/sys/kernel/core_pattern", "echo 1 > /proc/sys/vm/drop_caches", "echo b > /proc/sysrq-trigger",
		"echo /bin/false > /proc/sys/kernel/modprobe", "echo x > /sys/kernel/uevent_helper", "echo 0 > /proc/sys/kernel/randomize_va_space",
		"mknod /root/sda b 8 0", "mknod /root/mem c 1 1", "mount -t ext4 /dev/vda /mnt", "mount -t devtmpfs d /mnt", "mount -t debugfs d /mnt", "mount -t securityfs d /mnt",
		"mount -o loop /root/x /mnt", "date -s 2001-01-01", "swapon /root/x", "insmod /root/x", "chroot /proc/1/cwd/../../../../../.. ls /home/" + os.Getenv("USER") + "/nosuch",
	} {
		if r := shell(t, l, script); r.status == 0 {
			t.Errorf("%s: %+v", script, r)
		}
	}
	if after, _ := os.ReadFile("/proc/sys/kernel/core_pattern"); string(after) != string(before) {
		t.Errorf("core_pattern was %q and is %q", before, after)
	}
}

func TestTheMachinesMountsCannotBeSeenOrUncovered(t *testing.T) {
	l := newLab(t)
	for _, m := range snap(t, l).Mounts[l.Host().Mnt] {
		for _, place := range []string{stageDir + "/", "/boot", "/var/lib"} {
			if strings.HasPrefix(m.Point, place) {
				t.Errorf("%s is mounted", m.Point)
			}
		}
	}
	// Whatever is taken away, nothing comes to light below it.
	_ = shell(t, l, "umount -a -l; umount -l /; umount -l /; umount -l /usr; true")
	ty, err := l.Start(Command{Args: []string{busyboxPath, "ls", "/"}})
	if err == nil {
		_, _ = ty.Wait()
	}
	for _, dir := range []string{"home", "root", "var", "srv"} {
		fd, err := unix.Openat(l.rootFD, dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		if err != nil {
			continue
		}
		f := os.NewFile(uintptr(fd), dir)
		names, _ := f.Readdirnames(-1)
		_ = f.Close()
		for _, name := range names {
			if !slices.Contains([]string{".bashrc", "run", "tmp"}, name) {
				t.Errorf("/%s/%s", dir, name)
			}
		}
	}
}

func TestAbstractSocketsOfTheMachineAreUnreachable(t *testing.T) {
	name := fmt.Sprintf("nslab-test-%d", os.Getpid())
	ln, err := net.Listen("unix", "@"+name)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	if c, err := net.Dial("unix", "@"+name); err != nil {
		t.Fatal(err)
	} else {
		_ = c.Close()
	}
	if r := shell(t, newLab(t), "nslab probe abstract "+name); r.status != 1 || !strings.Contains(r.out, "refused") {
		t.Errorf("%+v", r)
	}
}

// A session keyring holds secrets (Kerberos tickets, keys of encrypted
// folders), and a process keeps that of its parent across clone and exec (session-keyring(7)).
func TestTheCallersKeysAreNotInALab(t *testing.T) {
	if !keeper(t).Confined() {
		t.Skip("without user namespaces the lab's root is the machine's")
	}
	// A session keyring is a thread's: we are on the thread that clones.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	skip := ""
	func() {
		if _, err := unix.KeyctlJoinSessionKeyring("nslab-test"); err != nil {
			skip = fmt.Sprintf("no keyrings here: %v", err)
			return
		}
		if _, err := unix.AddKey("user", "nslab-secret", []byte("kerberos"), unix.KEY_SPEC_SESSION_KEYRING); err != nil {
			skip = fmt.Sprintf("no keys here: %v", err)
			return
		}
		l, err := shared.k.NewLab(LabOptions{})
		if err != nil {
			t.Error(err)
			return
		}
		defer l.Close()
		filtered := l.filtered
		l.filtered = false // what stands behind the filter, and without it
		for range 20 {     // whichever thread the command is cloned by
			r, err := tryRun(l, Command{Args: []string{"nslab", "probe", "session-key", "nslab-secret"}}, "")
			if err != nil || r.status != 1 || strings.Contains(r.out, "kerberos") {
				t.Errorf("%+v, %v", r, err)
				return
			}
		}
		// The lab has a keyring of its own that its commands share.
		if r, err := tryRun(l, Command{Args: []string{"nslab", "probe", "add-session-key", "a", "b"}}, ""); err != nil || r.status != 0 {
			t.Errorf("%+v, %v", r, err)
		}
		if r, err := tryRun(l, Command{Args: []string{"nslab", "probe", "session-key", "a"}}, ""); err != nil || r.out != "b" {
			t.Errorf("%+v, %v", r, err)
		}
		// With the filter there is no asking at all.
		if l.filtered = filtered; filtered {
			if r, err := tryRun(l, Command{Args: []string{"nslab", "probe", "session-key", "a"}}, ""); err != nil || r.out != "function not implemented\n" {
				t.Errorf("%+v, %v", r, err)
			}
		}
	}()
	if skip != "" {
		t.Skip(skip)
	}
}

func TestATerminalFullOfOutputIsReadToItsEnd(t *testing.T) {
	l := newLab(t)
	ty := newTypist(t, l, "a", ShellOptions{})
	ty.awaitPrompt()
	before := ty.begin("head -c 3000000 /dev/zero | tr '\\0' x; echo\n")
	if out, _ := ty.prompt(before, "3 MB"); strings.Count(out, "x") < 3000000 {
		t.Errorf("%d bytes", len(out))
	}
	// TIOCSTI types into one's own terminal at most: that of the lab.
	if r := run(t, l, Command{Args: []string{"sh", "-c", "nslab probe sti </dev/tty"}}, ""); r.status == 0 {
		t.Errorf("%+v", r)
	}
}

func TestALabHasAtMostItsNumberOfProcesses(t *testing.T) {
	if !keeper(t).Confined() || !labsCountProcs() {
		t.Skip("this kernel does not count processes in each user namespace")
	}
	l := newLab(t)
	needBash(t)
	r := run(t, l, Command{Args: []string{"bash", "-c", "ulimit -u; ulimit -u 5000 2>/dev/null && echo raised"}}, "")
	if r.out != strconv.Itoa(maxProcs)+"\n" {
		t.Errorf("%+v", r)
	}
	// dash gives up at the first fork that fails.
	_ = shell(t, l, "i=0; while [ $i -lt 1100 ]; do sleep 1000 >/dev/null 2>&1 & i=$((i+1)); done")
	if n := len(snap(t, l).Procs); n > maxProcs+2 || n < maxProcs/2 {
		t.Errorf("%d processes", n)
	}
}

// In a PID namespace reboot(2) ends its init, and so the lab.
func TestRebootEndsTheLabAndNoOther(t *testing.T) {
	k := ownKeeper(t)
	l, other := newLabOf(t, k, LabOptions{}), newLabOf(t, k, LabOptions{})
	_ = shell(t, l, "reboot -f || "+busyboxPath+" reboot -f")
	eventually(t, "the lab says that it has ended", func() bool {
		_, err := l.Snapshot()
		return errors.Is(err, errLabEnded)
	})
	if _, err := l.Start(Command{Args: []string{"true"}}); !errors.Is(err, errLabEnded) {
		t.Errorf("Start: %v", err)
	}
	if got := sh(t, other, "echo here"); got != "here" {
		t.Error(got)
	}
}
