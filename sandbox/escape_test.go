package sandbox

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// inTheLab checks that every process has its root and working directory on mounts of its own mount namespace: one
// that begins elsewhere leads out (CVE-2024-21626).
func inTheLab(t *testing.T, l *Lab) {
	t.Helper()
	s := snap(t, l)
	for _, p := range s.Procs {
		var ids []int
		for _, m := range s.Mounts[p.NS.Mnt] {
			ids = append(ids, m.ID)
		}
		for what, d := range map[string]int{"root": p.Root.MountID, "working directory": p.Cwd.MountID} {
			if d != 0 && !slices.Contains(ids, d) {
				t.Errorf("the %s of %d %s is on a mount that is not its own", what, p.PID, p.Comm)
			}
		}
	}
}

// Before its exec a process has descriptors of the machine, and /proc/self/fd leads wherever they do.
func TestAWorkingDirectoryIsInTheLab(t *testing.T) {
	l := newLab(t)
	started := 0
	try := func(c Command) {
		p, err := l.Start(c)
		if err != nil {
			return
		}
		started++
		inTheLab(t, l)
		_ = p.Signal(unix.SIGKILL)
		_, _ = p.Wait()
	}
	sh(t, l, "ln -s /proc/self/fd/0 /root/link")
	for fd := range 40 {
		try(Command{Args: []string{"sleep", "1000"}, Dir: fmt.Sprint("/proc/self/fd/", fd)})
		try(Command{Args: []string{"sleep", "1000"}, Dir: fmt.Sprint("/proc/self/fd/", fd, "/..")})
	}
	for _, dir := range []string{"/proc/self/cwd", "/proc/self/root", "/proc/1/root", "/proc/1/cwd/../..", "/root/link", "/tmp"} {
		try(Command{Args: []string{"sleep", "1000"}, Dir: dir})
	}
	if started == 0 {
		t.Error("not even /tmp is a working directory")
	}
	try(Command{Args: []string{"sleep", "1000"}, Flags: labFlags | unix.CLONE_NEWUSER})
}

// What is executed by a descriptor from before the exec would be a file of the machine.
func TestAProgramIsOfTheLab(t *testing.T) {
	l := newLab(t)
	for fd := 3; fd < 40; fd++ {
		if p, err := l.Start(Command{Args: []string{fmt.Sprint("/proc/self/fd/", fd)}}); err == nil {
			t.Errorf("descriptor %d was executed", fd)
			_ = p.Signal(unix.SIGKILL)
		}
	}
}

// The keeper follows no link of the lab's out of it.
func TestLinksOfALabLeadNowhereOutside(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("nslab"), 0o644); err != nil {
		t.Fatal(err)
	}
	l := newLab(t)
	sh(t, l, "cd /root; ln -s "+secret+" absolute; ln -s ../../../../../../../.."+secret+" relative; ln -s /proc/1/root"+secret+" init; "+
		"ln -s /proc/self/root self; ln -s /proc/self/fd/0 fd; ln -s /proc/self/exe exe; mkdir -p lower upper work on; "+
		"mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work,userxattr o on 2>/dev/null; true")
	paths := []string{"/root/absolute", "/root/relative", "/root/init", "/root/self" + secret, "/root/fd", "/root/exe", secret, "/../../../" + secret,
		"/proc/self/root" + secret, "/proc/self/exe", fmt.Sprintf("/proc/%d/root%s", os.Getpid(), secret)}
	files, err := l.Stat(paths)
	if err != nil || len(files) != 0 {
		t.Errorf("%v %v", files, err)
	}
	for _, p := range paths {
		if where, _, ok := l.Find(p); ok {
			t.Errorf("%s is found at %s", p, where)
		}
	}
	if err := l.WriteFile("/root/absolute", []byte("overwritten")); err == nil {
		sh(t, l, "cat "+secret) // it is a file of the lab then
	}
	if b, _ := os.ReadFile(secret); string(b) != "nslab" {
		t.Errorf("the machine's file says %q", b)
	}
	// What a snapshot opens by name: a pinned namespace, an overlay's root, /proc, the cgroups.
	sh(t, l, "umount -l on; rmdir on; ln -s / on; mkdir -p /run/netns; ip netns add n && umount -l /run/netns/n && rm /run/netns/n && ln -s "+secret+" /run/netns/n; "+
		"umount -l /sys; rm -rf /sys; ln -s / /sys; umount -l /proc; rmdir /proc; ln -s / /proc; true")
	_ = snap(t, l)
}

// The socket is made where its name leads in the lab.
func TestASocketIsMadeInTheLabWhateverItsNameIs(t *testing.T) {
	out := t.TempDir()
	l := newLab(t)
	sh(t, l, "umount -l /run/nslab/proc /run/nslab/sys; rm -rf /run/nslab; ln -s "+out+" /run/nslab")
	if ln, err := l.Listen(); err == nil {
		_ = ln.Close()
	}
	sh(t, l, "rm /run/nslab; ln -s /proc/self/fd/3 /run/nslab")
	if ln, err := l.Listen(); err == nil {
		_ = ln.Close()
		t.Error("a socket was made beyond /proc/self/fd")
	}
	if names, _ := os.ReadDir(out); len(names) != 0 {
		t.Errorf("%v", names)
	}
}

// A lab's file systems hold no device and no socket of the machine, and run nobody's set-user-ID programs but the lab's own.
func TestMountsOfALabAreHarmless(t *testing.T) {
	l := newLab(t)
	s := snap(t, l)
	for _, m := range s.Mounts[s.Host.Mnt] {
		if !slices.Contains(m.Options, "nosuid") && !strings.HasPrefix(m.Point, "/dev/") {
			t.Errorf("%s is not nosuid: %v", m.Point, m.Options)
		}
		if !slices.Contains(m.Options, "nodev") && m.FSType != "devpts" && !strings.HasPrefix(m.Point, "/dev") && slices.Contains(m.Options, "rw") {
			t.Errorf("%s is not nodev: %v", m.Point, m.Options)
		}
	}
	if out := sh(t, l, "find / -type s -not -path '/proc/*' 2>/dev/null; true"); out != "" {
		t.Errorf("sockets: %s", out)
	}
}

// A set-user-ID program of the machine is any program in a lab, and newuidmap(1) gives no subordinate IDs.
func TestSetUserIDProgramsGiveNothing(t *testing.T) {
	k := keeper(t)
	if !k.Confined() {
		t.Skip("without user namespaces the lab's root is the machine's")
	}
	uid, _ := k.ids()
	l := newLab(t)
	// As somebody else's file, and as one's own.
	sh(t, l, "cp /bin/sleep /root/s 2>/dev/null || cp "+busyboxPath+" /root/sleep; mv /root/s /root/sleep 2>/dev/null; chmod 6755 /root/sleep; /root/sleep 1000 >/dev/null 2>&1 & while ! grep -q sleep /proc/$!/comm; do :; done")
	for _, p := range snap(t, l).Procs {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.MachinePID))
		if err != nil {
			continue
		}
		want := fmt.Sprintf("Uid:\t%d\t%d\t%d\t%d\n", uid, uid, uid, uid)
		if !strings.Contains(string(b), want) {
			t.Errorf("%d %s is not %s", p.PID, p.Comm, want)
		}
	}
	for _, script := range []string{
		"unshare -U sh -c 'newuidmap $$ 0 0 1'", "unshare -U sh -c 'newuidmap $$ 0 100000 1'", "unshare -U sh -c 'newgidmap $$ 0 100000 1'",
		"unshare -U sh -c 'echo 0 0 2 >/proc/self/uid_map'", "unshare -U sh -c 'echo 0 1 1 >/proc/self/uid_map'",
	} {
		if r := shell(t, l, script); r.status == 0 {
			t.Errorf("%s: %+v", script, r)
		}
	}
}

// A crash in a lab leaves no core, and the machine's program for cores, which runs as root, is not started (core(5)).
func TestACrashStaysInTheLab(t *testing.T) {
	l := newLab(t)
	p, err := l.Start(Command{Args: []string{"sh", "-c", "ulimit -c unlimited; cd /tmp; kill -SEGV $$"}})
	if err != nil {
		t.Fatal(err)
	}
	if status, err := p.Wait(); status != 128+int(unix.SIGSEGV) || err != nil || p.status.CoreDump() {
		t.Errorf("status %d, %v, core %t", status, err, p.status.CoreDump())
	}
	if out := sh(t, l, "ls /tmp"); out != "" {
		t.Errorf("%s", out)
	}
	if b, err := os.ReadFile(fmt.Sprintf("/proc/%d/limits", l.InitPID())); err != nil || !strings.Contains(string(b), "Max core file size        1                    1 ") {
		t.Errorf("%s, %v", b, err)
	}
}

// What the kernel shows of the machine to its root alone.
func TestTheMachinesMemoryAndFirmwareAreOutOfSight(t *testing.T) {
	if !keeper(t).Confined() {
		t.Skip("without user namespaces the lab's root is the machine's")
	}
	l := newLab(t)
	for _, file := range []string{"/proc/kcore", "/proc/kmsg", "/dev/mem", "/dev/kmem", "/dev/port", "/dev/kmsg", "/dev/fuse", "/dev/net/tun", "/dev/kvm", "/dev/console",
		"/dev/tty0", "/dev/vda", "/dev/sda", "/sys/firmware/dmi/tables/DMI", "/sys/firmware/acpi/tables/DSDT", "/sys/kernel/debug/sched", "/sys/kernel/tracing/trace",
		"/sys/firmware/efi/efivars/", "/proc/1/root/var/log/", "/proc/1/root/home/", "/proc/self/root/boot/", "/sys/fs/pstore/"} {
		if strings.HasSuffix(file, "/") {
			if out := shell(t, l, "ls -A "+file); out.out != "" {
				t.Errorf("%s: %s", file, out.out)
			}
		} else if r := shell(t, l, "head -c 1 "+file+" >/dev/null"); r.status == 0 {
			t.Errorf("%s can be read", file)
		}
	}
	if out := sh(t, l, "grep -cv '^0* ' /proc/kallsyms; true"); out != "0" {
		t.Errorf("%s addresses of the kernel are shown", out)
	}
}

// Files of /proc/sys and /sys that a lab may write are of its own namespaces: nobody's else (CVE-2022-0492 was one that was not).
func TestWhatALabMayWriteIsItsOwn(t *testing.T) {
	if !keeper(t).Confined() {
		t.Skip("without user namespaces the lab's root is the machine's")
	}
	l := newLab(t)
	own := []string{"/proc/sys/net/", "/proc/sys/user/", "/proc/sys/fs/mqueue/", "/proc/sys/fs/binfmt_misc", "/proc/sys/kernel/hostname", "/proc/sys/kernel/domainname",
		"/proc/sys/kernel/shm", "/proc/sys/kernel/msg", "/proc/sys/kernel/sem", "/proc/sys/kernel/auto_msgmni", "/proc/sys/kernel/ns_last_pid", "/proc/sys/kernel/pid_max",
		"/proc/sys/vm/memfd_noexec", "/sys/class/net/", "/sys/devices/virtual/net/", "/sys/fs/cgroup/"}
	for path := range strings.FieldsSeq(sh(t, l, "nslab probe writable")) {
		if !slices.ContainsFunc(own, func(prefix string) bool { return strings.HasPrefix(path, prefix) }) {
			t.Errorf("a lab may write %s", path)
		}
	}
	for _, script := range []string{
		"mkdir -p /mnt/c && mount -t cgroup -o rdma c /mnt/c && echo /x > /mnt/c/release_agent",
		"mkdir -p /mnt/c && mount -t cgroup -o none,name=x c /mnt/c && echo /x > /mnt/c/release_agent",
		"unshare -UrmC sh -c 'mkdir -p /mnt/d && mount -t cgroup -o memory c /mnt/d && echo /x > /mnt/d/release_agent'",
		"echo /x > /sys/kernel/uevent_helper", "echo '|/x' > /proc/sys/kernel/core_pattern", "echo /x > /proc/sys/kernel/modprobe", "echo /x > /proc/sys/kernel/hotplug",
	} {
		if r := shell(t, l, script); r.status == 0 {
			t.Errorf("%s: %+v", script, r)
		}
	}
}

// writableProbe prints the files of /proc/sys and /sys that can be opened for writing. It writes nothing.
func writableProbe() int {
	for _, root := range []string{"/proc/sys", "/sys"} {
		_ = filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				if fd, err := unix.Open(path, unix.O_WRONLY|unix.O_NONBLOCK|unix.O_NOFOLLOW, 0); err == nil {
					_ = unix.Close(fd)
					fmt.Println(path)
				}
			}
			return nil
		})
	}
	return 0
}

// Descriptors that a lab sends over the socket (SCM_RIGHTS of unix(7)) do not arrive.
func TestDescriptorsSentOverTheSocketDoNotArrive(t *testing.T) {
	l := newLab(t)
	ln, err := l.Listen()
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	p, err := l.Start(Command{Args: []string{"nslab", "probe", "send-descriptors"}})
	if err != nil {
		t.Fatal(err)
	}
	c, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	b, err := io.ReadAll(c)
	if status, _ := p.Wait(); string(b) != "hello\n" || err != nil || status != 0 {
		t.Errorf("%q, %v, status %d", b, err, status)
	}
	// The sender's end of a pipe that it sent has gone with it: nobody else holds it.
	links, _ := os.ReadDir("/proc/self/fd")
	for _, fd := range links {
		if to, _ := os.Readlink("/proc/self/fd/" + fd.Name()); strings.HasSuffix(to, "/nslab-sent") {
			t.Errorf("descriptor %s is %s", fd.Name(), to)
		}
	}
}

func sendDescriptors() error {
	fd, err := unix.Open("/tmp/nslab-sent", unix.O_CREAT|unix.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	c, err := net.Dial("unix", SocketPath)
	if err != nil {
		return err
	}
	defer c.Close()
	_, _, err = c.(*net.UnixConn).WriteMsgUnix([]byte("hello\n"), unix.UnixRights(fd, fd, fd), nil)
	return err
}

// No packet leaves a lab, raw or not: there is no interface but lo.
func TestRawSocketsReachNobody(t *testing.T) {
	l := newLab(t)
	s := snap(t, l)
	n := s.Net[s.Host.Net]
	if len(n.Links) != 1 || n.Links[0].Name != "lo" || len(n.Routes) != 0 {
		t.Errorf("%+v", n)
	}
	if out := sh(t, l, "nslab probe raw"); out != "raw network is unreachable\npacket no such device" && out != "raw network is unreachable\npacket no such device or address" {
		t.Errorf("%s", out)
	}
}

// rawProbe sends a packet to an address outside, and a frame to the second interface.
func rawProbe() int {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW, unix.IPPROTO_ICMP)
	if err == nil {
		err = unix.Sendto(fd, make([]byte, 8), 0, &unix.SockaddrInet4{Addr: [4]byte{192, 0, 2, 1}})
	}
	fmt.Println("raw", err)
	fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
	if err == nil {
		err = unix.Sendto(fd, make([]byte, 60), 0, &unix.SockaddrLinklayer{Ifindex: 2, Halen: 6})
	}
	fmt.Println("packet", err)
	return 0
}
