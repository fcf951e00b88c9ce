package main

import (
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The socket of an open lesson is its owner's alone: by its folder, by its own mode, and by who calls.
func TestTheSocketIsItsOwnersAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state", "nslab")
	path := filepath.Join(dir, "session.socket")
	ln, err := listen(path)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	for _, f := range []struct {
		path string
		mode fs.FileMode
	}{{dir, 0o700}, {path, 0o600}} {
		if fi, err := os.Stat(f.path); err != nil || fi.Mode().Perm() != f.mode {
			t.Errorf("%s: %v, %v", f.path, fi.Mode(), err)
		}
	}
	accept := func() bool {
		t.Helper()
		c, err := ln.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		return sameUser(c.(*net.UnixConn))
	}
	c, err := dial(path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if !accept() {
		t.Error("its owner is refused")
	}
	if os.Geteuid() != 0 {
		return
	}
	// Root can play somebody else. First with the modes as they are, then as if they let everybody in.
	const other = 12345
	if err := dialAs(other, path); err == nil {
		t.Error("somebody else reached the socket")
		accept()
	}
	for p := path; p != filepath.Dir(os.TempDir()) && p != "/"; p = filepath.Dir(p) {
		if err := os.Chmod(p, 0o777); err != nil {
			t.Fatal(err)
		}
		if p == filepath.Dir(filepath.Dir(filepath.Dir(dir))) {
			break
		}
	}
	if err := dialAs(other, path); err != nil {
		t.Skipf("somebody else cannot come so far: %v", err)
	}
	if accept() {
		t.Error("somebody else is heard")
	}
}

// dialAs connects as another user: the thread alone becomes that user, and root again.
func dialAs(uid int, path string) error {
	errs := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		const same = ^uintptr(0)
		if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, same, uintptr(uid), same); errno != 0 {
			errs <- errno
			return
		}
		fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		if err == nil {
			err = unix.Connect(fd, &unix.SockaddrUnix{Name: path})
			time.AfterFunc(time.Minute, func() { _ = unix.Close(fd) })
		}
		_, _, _ = unix.RawSyscall(unix.SYS_SETRESUID, same, 0, same)
		errs <- err
	}()
	return <-errs
}
