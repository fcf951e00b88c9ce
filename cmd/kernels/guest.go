package main

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// resultMark begins a result on the console, behind whatever the kernel said on the same line.
const resultMark = "@@nslab "

// guestArg, as the first argument, makes this program the one that goes through the plan.
const guestArg = "in-the-virtual-machine"

func tell(r result) {
	b, err := json.Marshal(r)
	if err != nil {
		panic(err)
	}
	fmt.Printf("\n%s%s\n", resultMark, b)
}

// initMain is PID 1 of the virtual machine. It does not return.
func initMain() {
	err := beMachine()
	if err == nil {
		err = reapUntil(guestArg)
	}
	if err != nil {
		fmt.Println("init:", err)
	}
	unix.Sync()
	_ = unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF)
	for {
		time.Sleep(time.Hour)
	}
}

// reapUntil runs this program once more and, as an init must, waits for every process that ends, until that one has.
func reapUntil(arg string) error {
	cmd := exec.Command("/sbin/init", arg)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8", "TERM=dumb"}
	if err := cmd.Start(); err != nil {
		return err
	}
	for {
		pid, err := unix.Wait4(-1, nil, 0, nil)
		switch {
		case err == unix.EINTR:
		case err != nil:
			return fmt.Errorf("wait: %w", err)
		case pid == cmd.Process.Pid:
			return nil
		}
	}
}

// beMachine unpacks the root, and mounts and sets what a machine has when it has booted.
func beMachine() error {
	const root = "/new"
	if err := os.Mkdir(root, 0o755); err != nil {
		return err
	}
	if err := unix.Mount("root", root, "tmpfs", 0, "mode=755,size=80%"); err != nil {
		return fmt.Errorf("mount a tmpfs: %w", err)
	}
	if err := untar(rootTar, root); err != nil {
		return fmt.Errorf("unpack the root: %w", err)
	}
	if err := os.Remove(rootTar); err != nil {
		return err
	}
	// As switch_root(8) does.
	if err := errors.Join(os.Chdir(root), unix.Mount(".", "/", "", unix.MS_MOVE, ""), unix.Chroot("."), os.Chdir("/")); err != nil {
		return fmt.Errorf("switch to the new root: %w", err)
	}
	for _, m := range []struct {
		fstype, on, data string
		flags            uintptr
	}{
		{"proc", "/proc", "", unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC},
		{"sysfs", "/sys", "", unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC},
		{"devtmpfs", "/dev", "mode=755", unix.MS_NOSUID},
		{"devpts", "/dev/pts", "gid=5,mode=620,ptmxmode=666", unix.MS_NOSUID | unix.MS_NOEXEC},
		{"tmpfs", "/dev/shm", "", unix.MS_NOSUID | unix.MS_NODEV},
		{"tmpfs", "/run", "mode=755", unix.MS_NOSUID | unix.MS_NODEV},
		{"tmpfs", "/tmp", "mode=1777", unix.MS_NOSUID | unix.MS_NODEV},
		{"securityfs", "/sys/kernel/security", "", unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC},
		{"cgroup2", cgroupRoot, "nsdelegate", unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC},
	} {
		_ = os.Mkdir(m.on, 0o755) // those in /dev are new each time
		if err := unix.Mount(m.fstype, m.on, m.fstype, m.flags, m.data); err != nil {
			return fmt.Errorf("mount %s on %s: %w", m.fstype, m.on, err)
		}
	}
	_ = os.Chmod("/dev/ptmx", 0o666)
	home := filepath.Join("/home", learner)
	if err := errors.Join(os.MkdirAll(home, 0o755), os.Chown(home, learnerID, learnerID), unix.Sethostname([]byte("debian"))); err != nil {
		return err
	}
	// What the packages of a kernel and of Python do when they are installed. From here on the kernel finds its modules itself,
	// through modprobe(8), when somebody asks for what they do; and Python need not compile its modules each time.
	for _, line := range []string{"depmod", "ip link set lo up", "python3 -c 'import ctypes, http.server, subprocess'"} {
		if out, err := exec.Command("/bin/sh", "-c", line).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", line, err, out)
		}
	}
	return nil
}

// untar unpacks an archive, with owners and modes.
func untar(archive, root string) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	t := tar.NewReader(f)
	buf := make([]byte, 1<<20)
	for {
		h, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		to := path.Join(root, h.Name)
		switch h.Typeflag {
		case tar.TypeDir:
			err = os.Mkdir(to, 0o755)
		case tar.TypeSymlink:
			_ = os.Remove(to)
			err = os.Symlink(h.Linkname, to)
		case tar.TypeLink:
			err = os.Link(path.Join(root, h.Linkname), to)
		case tar.TypeReg:
			err = unpackFile(to, t, buf)
		default:
			return fmt.Errorf("%s is of type %q", h.Name, h.Typeflag)
		}
		if err != nil {
			return err
		}
		if err = os.Lchown(to, h.Uid, h.Gid); err == nil && h.Typeflag != tar.TypeSymlink {
			// After chown(2), which takes set-user-ID away.
			err = unix.Chmod(to, uint32(h.Mode&0o7777))
		}
		if err != nil {
			return err
		}
	}
}

func unpackFile(to string, r io.Reader, buf []byte) error {
	_ = os.Remove(to)
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	// Without the file's ReadFrom, which would not take our buffer.
	_, err = io.CopyBuffer(struct{ io.Writer }{f}, r, buf)
	return errors.Join(err, f.Close())
}

// guestMain goes through the plan. It does not return.
func guestMain() {
	var u unix.Utsname
	_ = unix.Uname(&u)
	tell(result{Kernel: unix.ByteSliceToString(u.Release[:]) + " " + unix.ByteSliceToString(u.Machine[:])})
	if err := follow(); err != nil {
		tell(result{Setting: "the plan", What: "could not be followed", Outcome: err.Error()})
	}
	tell(result{End: true})
	os.Exit(0)
}

// follow does what is wanted.
func follow() error {
	b, err := os.ReadFile(wantedFile)
	if err != nil {
		return err
	}
	var w wanted
	if err := json.Unmarshal(b, &w); err != nil {
		return fmt.Errorf("%s: %w", wantedFile, err)
	}
	if w.Type == "" {
		return goThrough(w.Only)
	}
	for _, who := range []person{delegated, root} {
		o := who.sh(w.Type)
		fmt.Print(o.out, o.err)
		tell(result{Setting: "as booted", Who: who.name, What: w.Type, Held: o.status == 0, Outcome: fmt.Sprintf("exit status %d\n%s%s", o.status, o.out, o.err)})
	}
	return nil
}
