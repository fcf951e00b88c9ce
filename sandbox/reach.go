package sandbox

import (
	"bytes"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// Stat says of each path what is there in the lab's host; links are followed
// inside the lab, never outside (openat2(2), RESOLVE_IN_ROOT). A path where nothing is has no entry.
func (l *Lab) Stat(paths []string) (map[string]snapshot.File, error) {
	if !l.hold() {
		return nil, errLabEnded
	}
	defer l.alive.Done()
	files := map[string]snapshot.File{}
	for _, p := range paths {
		fd, err := unix.Openat2(l.rootFD, p, &unix.OpenHow{Flags: unix.O_PATH | unix.O_CLOEXEC,
			Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS})
		if err != nil {
			continue
		}
		var st unix.Stat_t
		if err := unix.Fstat(fd, &st); err == nil {
			files[p] = snapshot.File{Dir: st.Mode&unix.S_IFMT == unix.S_IFDIR, Mode: st.Mode & 0o7777, Size: st.Size,
				Dev: uint64(st.Dev), Ino: st.Ino}
		}
		closeAll(fd)
	}
	return files, nil
}

// Find says where in the lab's host a path leads: the path without links, and the ID of the mount it is on, as in snapshot.Mount
// (0 where the kernel does not say). Links are followed inside the lab, never outside. Ok is false where nothing is.
func (l *Lab) Find(name string) (full string, mount int, ok bool) {
	if !l.hold() {
		return "", 0, false
	}
	defer l.alive.Done()
	fd, err := unix.Openat2(l.rootFD, name, &unix.OpenHow{Flags: unix.O_PATH | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS})
	if err != nil {
		return "", 0, false
	}
	defer closeAll(fd)
	full, err = os.Readlink("/proc/self/fd/" + strconv.Itoa(fd))
	if err != nil || !path.IsAbs(full) {
		full = path.Clean("/" + name)
	}
	var st unix.Statx_t
	if err := unix.Statx(fd, "", unix.AT_EMPTY_PATH, unix.STATX_MNT_ID, &st); err == nil && st.Mask&unix.STATX_MNT_ID != 0 {
		mount = int(st.Mnt_id)
	}
	return full, mount, true
}

// WriteFile makes a file in the lab's host, and the folders it stands in.
func (l *Lab) WriteFile(name string, content []byte) error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	go func() {
		_, _ = io.Copy(w, bytes.NewReader(content))
		_ = w.Close()
	}()
	p, err := l.Start(Command{Args: []string{"sh", "-c", `mkdir -p "$1" && cat >"$2"`, "sh", path.Dir(name), name}, Stdin: r})
	_ = r.Close()
	if err != nil {
		return fmt.Errorf("write %s in the lab: %w", name, err)
	}
	if status, err := p.Wait(); err != nil || status != 0 {
		return fmt.Errorf("write %s in the lab: status %d, %w", name, status, err)
	}
	return nil
}

// Connects reports whether a TCP connection from the lab's host to an address
// ("10.1.1.2:8000") is accepted within the time. Nothing is sent over it.
func (l *Lab) Connects(addr string, within time.Duration) (bool, error) {
	to, err := netip.ParseAddrPort(addr)
	if err != nil || !to.Addr().Is4() {
		return false, fmt.Errorf("connect to %q in the lab: it is no IPv4 address and port", addr)
	}
	if !l.hold() {
		return false, errLabEnded
	}
	defer l.alive.Done()
	// A socket belongs to the network namespace it was made in (network_namespaces(7)).
	s := &script{}
	if l.ns.user >= 0 {
		s.must("join the lab's user namespace", unix.SYS_SETNS, l.ns.user, unix.CLONE_NEWUSER)
	}
	s.must("join the lab's network namespace", unix.SYS_SETNS, l.ns.net, unix.CLONE_NEWNET)
	sock := s.must("socket", unix.SYS_SOCKET, unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	b, err := s.run(unix.CLONE_FILES)
	if err != nil {
		return false, fmt.Errorf("connect to %s in the lab: %w", addr, err)
	}
	fd := b.result(sock)
	defer closeAll(fd)
	err = unix.Connect(fd, &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()})
	if err == nil {
		return true, nil
	}
	if err != unix.EINPROGRESS {
		return false, nil
	}
	for end := time.Now().Add(within); ; {
		left := time.Until(end)
		if left <= 0 {
			return false, nil
		}
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}, int(left/time.Millisecond)+1)
		if err == unix.EINTR {
			continue
		}
		if err != nil || n == 0 {
			return false, nil
		}
		break
	}
	soerr, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	return err == nil && soerr == 0, nil
}

// Has reports whether the lab has a command of that name in its Path.
func (l *Lab) Has(name string) bool {
	var paths []string
	for dir := range strings.SplitSeq(Path, ":") {
		paths = append(paths, dir+"/"+name)
	}
	files, err := l.Stat(paths)
	if err != nil {
		return false
	}
	for _, f := range files {
		if !f.Dir && f.Mode&0o111 != 0 {
			return true
		}
	}
	return false
}
