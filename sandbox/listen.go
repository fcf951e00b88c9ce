package sandbox

import (
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// Listen makes a socket at SocketPath in the lab (unix(7)), where commands typed in the lab can
// reach the program. Whoever connects may be anyone in the lab.
func (l *Lab) Listen() (net.Listener, error) {
	if !l.hold() {
		return nil, fmt.Errorf("listen at %s in the lab: %w", SocketPath, errLabEnded)
	}
	defer l.alive.Done()
	s := &script{}
	if l.ns.user >= 0 {
		s.must("join the lab's user namespace", unix.SYS_SETNS, l.ns.user, unix.CLONE_NEWUSER)
	}
	s.must("join the lab's mount namespace", unix.SYS_SETNS, l.ns.mnt, unix.CLONE_NEWNS)
	l.keeper.becomeRoot(s, !l.keeper.noUser)
	address := make([]byte, 2+len(SocketPath)+1)
	address[0] = unix.AF_UNIX // sun_family, in the byte order of all we run on
	copy(address[2:], SocketPath)
	fd := s.must("socket", unix.SYS_SOCKET, unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	s.must("bind", unix.SYS_BIND, fd, address, len(address))
	s.must("listen", unix.SYS_LISTEN, fd, 16)
	b, err := s.run(unix.CLONE_FILES)
	if err != nil {
		return nil, fmt.Errorf("listen at %s in the lab: %w", SocketPath, err)
	}
	f := os.NewFile(uintptr(b.result(fd)), SocketPath)
	defer f.Close()
	ln, err := net.FileListener(f)
	if err != nil {
		return nil, fmt.Errorf("listen at %s in the lab: %w", SocketPath, err)
	}
	if u, ok := ln.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false) // the path is the lab's, not the machine's
	}
	return ln, nil
}

// Caller returns the PID, in the lab, of the process at the other end of a connection that
// Listen accepted (SO_PEERCRED of unix(7)).
func (l *Lab) Caller(c *net.UnixConn) (int, error) {
	rc, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	var cred *unix.Ucred
	cerr := rc.Control(func(fd uintptr) {
		cred, err = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	})
	if cerr != nil {
		return 0, cerr
	}
	if err != nil {
		return 0, fmt.Errorf("ask who called: %w", err)
	}
	pids, err := nsPIDs(int(cred.Pid))
	if err != nil {
		return 0, err
	}
	if len(pids) <= l.depth {
		return 0, fmt.Errorf("process %d is not in the lab", cred.Pid)
	}
	return pids[l.depth], nil
}
