package sandbox

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// both runs a test in a lab of the machine's programs and in one of BusyBox alone.
func both(t *testing.T, f func(t *testing.T, l *Lab)) {
	t.Run("machine", func(t *testing.T) { f(t, newLab(t)) })
	t.Run("busybox", func(t *testing.T) {
		needBusybox(t)
		f(t, newLabOf(t, keeper(t), LabOptions{Tools: BusyBoxTools}))
	})
}

func TestNothingOfTheMachinesDataIsInALab(t *testing.T) {
	both(t, func(t *testing.T, l *Lab) {
		for dir, want := range map[string]string{
			"/root": ".bashrc", "/home": "", "/srv": "", "/var": "run tmp", "/var/tmp": "", "/tmp": "", "/mnt": "", "/opt": "nslab", "/run": "nslab",
		} {
			if got := strings.Join(strings.Fields(sh(t, l, "ls -A "+dir)), " "); got != want {
				t.Errorf("%s holds %q, want %q", dir, got, want)
			}
		}
		want := "bin dev etc home lib lib32 lib64 libx32 mnt nix gnu opt proc root run sbin srv sys tmp usr var"
		for _, name := range strings.Fields(sh(t, l, "ls -A /")) {
			if !slices.Contains(strings.Fields(want), name) {
				t.Errorf("/%s is in the lab", name)
			}
		}
		for _, name := range []string{"shadow", "gshadow", "ssh", "sudoers", "machine-id"} {
			if r := shell(t, l, "ls /etc/"+name); r.status == 0 {
				t.Errorf("/etc/%s is in the lab", name)
			}
		}
	})
}

func TestTheMachinesProgramsAreReadOnly(t *testing.T) {
	both(t, func(t *testing.T, l *Lab) {
		for _, m := range snap(t, l).Mounts[l.Host().Mnt] {
			top, _, _ := strings.Cut(strings.TrimPrefix(m.Point, "/"), "/")
			if slices.Contains([]string{"usr", "bin", "sbin", "lib", "lib64", "nix", "opt", "etc"}, top) && (!slices.Contains(m.Options, "ro") || !slices.Contains(m.Options, "nosuid")) {
				t.Errorf("%s is mounted %v", m.Point, m.Options)
			}
		}
		for _, dir := range []string{"/opt/nslab", "/opt/nslab/bin", "/opt/nslab/lib"} {
			if r := shell(t, l, "touch "+dir+"/x"); r.status == 0 {
				t.Errorf("%s can be written", dir)
			}
		}
	})
}

// Were it only the lab's own mount flags that forbid writing, the lab's root could take them off.
func TestTheLabsRootCannotMakeTheMachinesProgramsWritable(t *testing.T) {
	if !keeper(t).Confined() {
		t.Skip("without user namespaces the lab's root is the machine's")
	}
	both(t, func(t *testing.T, l *Lab) {
		for _, m := range snap(t, l).Mounts[l.Host().Mnt] {
			top, _, _ := strings.Cut(strings.TrimPrefix(m.Point, "/"), "/")
			if !slices.Contains([]string{"usr", "bin", "sbin", "lib", "lib64", "nix", "opt", "etc"}, top) {
				continue
			}
			if r := shell(t, l, "mount -o remount,bind,rw "+m.Point); r.status == 0 {
				t.Errorf("%s could be remounted writable", m.Point)
			}
		}
		if r := shell(t, l, "mkdir /mnt/o && mount --bind /opt/nslab /mnt/o && mount -o remount,bind,rw /mnt/o && touch /mnt/o/x"); r.status == 0 {
			t.Error("a bind mount of /opt/nslab could be written")
		}
		if r := shell(t, l, "umount /opt/nslab/bin/nslab && ls -l /opt/nslab/bin"); r.status == 0 {
			t.Logf("umount of nslab itself: %s", r.out)
		}
	})
}

func TestALabHasPlacesToWrite(t *testing.T) {
	both(t, func(t *testing.T, l *Lab) {
		for _, dir := range []string{"/root", "/tmp", "/mnt", "/run", "/var/tmp", "/etc", "/dev/shm", "/srv", "/home"} {
			if r := shell(t, l, "echo x > "+dir+"/x && cat "+dir+"/x"); r.out != "x\n" {
				t.Errorf("%s cannot be written: %s", dir, r.err)
			}
		}
	})
}

func TestTheSizeOfALabIsLimited(t *testing.T) {
	l := newLab(t)
	for _, dir := range []string{"/root", "/dev/shm", "/dev", "/tmp"} {
		r := shell(t, l, "dd if=/dev/zero of="+dir+"/full bs=1M count=200 2>&1; stat -c %s "+dir+"/full; rm "+dir+"/full")
		lines := strings.Fields(r.out)
		size, err := strconv.Atoi(lines[len(lines)-1])
		if err != nil || size > 64<<20 || !strings.Contains(r.out, "No space left") {
			t.Errorf("%s took %d bytes: %s", dir, size, r.out)
		}
	}
	if r := shell(t, l, "mkdir /root/n; i=0; while [ $i -lt 20000 ]; do : > /root/n/$i || exit 1; i=$((i+1)); done"); r.status == 0 {
		t.Error("20000 files were made")
	}
}

func TestProcShowsTheLabsProcessesOnly(t *testing.T) {
	both(t, func(t *testing.T, l *Lab) {
		pids := strings.Fields(sh(t, l, "cd /proc; echo [0-9]*"))
		if len(pids) > 2 || pids[0] != "1" {
			t.Errorf("/proc has %v", pids)
		}
		if comm := sh(t, l, "cat /proc/1/comm"); comm != "init" {
			t.Errorf("process 1 is %q", comm)
		}
	})
}

func TestALabsHostHasItsOwnNames(t *testing.T) {
	before := snap(t, newLab(t)).Machine.UTS
	for _, o := range []LabOptions{{}, {HostName: "web"}} {
		l := newLabOf(t, keeper(t), o)
		want := o.HostName
		if want == "" {
			want = "host"
		}
		for _, command := range []string{"uname -n", "cat /etc/hostname", "cat /proc/sys/kernel/hostname"} {
			if got := sh(t, l, command); got != want {
				t.Errorf("%s says %q, want %q", command, got, want)
			}
		}
		sh(t, l, "sudo hostname other")
		s := snap(t, l)
		if got := s.UTS[s.Host.UTS]; got != (snapshot.UTSNS{HostName: "other", DomainName: "(none)"}) {
			t.Errorf("the snapshot says %+v", got)
		}
		if s.Machine.UTS != before {
			t.Errorf("the machine was %+v and is %+v", before, s.Machine.UTS)
		}
	}
}

func TestLoIsUp(t *testing.T) {
	l := newLab(t)
	n := snap(t, l).Net[l.Host().Net]
	if len(n.Links) < 1 || n.Links[0].Name != "lo" || !n.Links[0].Up || n.Links[0].Type != "loopback" {
		t.Fatalf("links %+v", n.Links)
	}
	if !slices.Contains(n.Addrs, snapshot.Addr{LinkIndex: n.Links[0].Index, IP: "127.0.0.1", Bits: 8}) {
		t.Errorf("addresses %+v", n.Addrs)
	}
	for _, link := range n.Links {
		if link.Type == "veth" || strings.HasPrefix(link.Name, "eth") {
			t.Errorf("link %+v", link)
		}
	}
}

func TestSudoRunsItsCommand(t *testing.T) {
	both(t, func(t *testing.T, l *Lab) {
		for script, want := range map[string]string{
			"sudo echo a":                      "a",
			"sudo -u root echo a":              "a",
			"sudo --user root -n echo a b":     "a b",
			"sudo -E X=1 sh -c 'echo $X'":      "1",
			"sudo -- echo -n a":                "a",
			"sudo -i sh -c 'echo $0'":          "sh",
			"echo 'echo in' | sudo -s":         "in",
			"sudo sh -c 'exit 3'; echo $?":     "3",
			"sudo echo 'two words' '' \"*\"":   "two words  *",
			"sudo 2>/dev/null; echo $?":        "1",
			"sudo nosuch 2>/dev/null; echo $?": "127",
			"sudo id -u":                       "0",
		} {
			if got := sh(t, l, script); got != want {
				t.Errorf("%s: %q, want %q", script, got, want)
			}
		}
	})
}

func TestALabsTerminalsAreItsOwn(t *testing.T) {
	l := newLab(t)
	for i := range 3 {
		ty := newTypist(t, l, fmt.Sprint("s", i), ShellOptions{})
		ty.awaitPrompt()
		if out, _ := ty.line("tty"); !strings.Contains(out, fmt.Sprintf("/dev/pts/%d\r\n", i)) {
			t.Errorf("tty says %q", out)
		}
	}
	if got := sh(t, l, "cd /dev/pts; echo *"); got != "0 1 2 ptmx" {
		t.Errorf("/dev/pts has %s", got)
	}
	// A second lab begins at 0 again.
	ty := newTypist(t, newLab(t), "a", ShellOptions{})
	ty.awaitPrompt()
	if out, _ := ty.line("tty"); !strings.Contains(out, "/dev/pts/0\r\n") {
		t.Errorf("tty says %q", out)
	}
	if out, _ := ty.line("script -qc tty /dev/null 2>/dev/null || echo none"); !strings.Contains(out, "/dev/pts/1") && !strings.Contains(out, "none") {
		t.Errorf("a terminal made in the lab is %q", out)
	}
}

func TestDevicesAreFew(t *testing.T) {
	both(t, func(t *testing.T, l *Lab) {
		if got, want := strings.Join(strings.Fields(sh(t, l, "ls -A /dev")), " "),
			"fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero"; got != want {
			t.Errorf("/dev has %s\nwant %s", got, want)
		}
		sh(t, l, "echo x > /dev/null; head -c 4 /dev/zero >/dev/null; head -c 4 /dev/urandom > /dev/null")
	})
}

func TestABusyBoxLabHasBusyBoxAlone(t *testing.T) {
	needBusybox(t)
	l := newLabOf(t, keeper(t), LabOptions{Tools: BusyBoxTools})
	if got := sh(t, l, "ls /lib /usr/lib /lib64 2>&1 | grep -v 'No such' ; readlink -f /bin/ls"); got != "/opt/nslab/lib/busybox" {
		t.Errorf("%s", got)
	}
	ty := newTypist(t, l, "a", ShellOptions{})
	ty.awaitPrompt()
	if out, m := ty.line("echo $((6*7)); hostname"); !strings.Contains(out, "42\r\nhost\r\n") || m.Status != 0 {
		t.Errorf("%q %+v", out, m)
	}
	if _, m := ty.line("false"); m.Status != 1 {
		t.Errorf("after false: %+v", m)
	}
}

func TestBusyBoxStandsInForWhatTheMachineLacks(t *testing.T) {
	needBusybox(t)
	l := newLab(t)
	if got := sh(t, l, "readlink -f $(command -v ls)"); strings.HasPrefix(got, toolsDir) {
		t.Errorf("ls is %s", got)
	}
	if got := sh(t, l, "command -v httpd"); got != toolsBusybox+"/httpd" {
		if _, err := os.Stat("/usr/sbin/httpd"); err != nil {
			t.Errorf("httpd is %s", got)
		}
	}
}

func TestTheNslabInALabIsTheKeepersProgram(t *testing.T) {
	l := newLab(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	fi, err := os.Stat(self)
	if err != nil {
		t.Fatal(err)
	}
	if got := sh(t, l, "stat -c %s $(command -v nslab)"); got != strconv.FormatInt(fi.Size(), 10) {
		t.Errorf("%s is %s bytes, %s %d", filepath.Base(self), got, self, fi.Size())
	}
	if r := shell(t, l, "nslab probe nosuch"); r.status != 1 || r.out != "no probe nosuch\n" {
		t.Errorf("%+v", r)
	}
	// CVE-2019-5736: what runs may not be overwritten through /proc/PID/exe.
	if r := shell(t, l, "echo x >> /opt/nslab/bin/nslab || echo x >> /proc/1/exe"); r.status == 0 {
		t.Error("a program of ours was written to")
	}
}
