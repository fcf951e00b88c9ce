package sandbox

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// This file reads what the kernel writes under /proc. The learner has a say
// in some of it (command names, mount points, sizes), so nothing here trusts the form.

const unsafeSizeofUtsname = unsafe.Sizeof(unix.Utsname{})

func utsFromBytes(b []byte) snapshot.UTSNS {
	u := (*unix.Utsname)(unsafe.Pointer(&b[0]))
	return utsOf(u)
}

func parseInts(s string) ([]int, error) {
	var ns []int
	for f := range strings.FieldsSeq(s) {
		n, err := strconv.Atoi(f)
		if err != nil {
			return nil, fmt.Errorf("%q is no number", f)
		}
		ns = append(ns, n)
	}
	return ns, nil
}

// parseNSLink reads "uts:[4026531838]".
func parseNSLink(s string) (snapshot.Kind, uint64, bool) {
	kind, rest, ok := strings.Cut(s, ":[")
	if !ok || !strings.HasSuffix(rest, "]") {
		return "", 0, false
	}
	inode, err := strconv.ParseUint(strings.TrimSuffix(rest, "]"), 10, 64)
	return snapshot.Kind(kind), inode, err == nil
}

// parseIDMap reads a line of uid_map or gid_map (user_namespaces(7)).
func parseIDMap(line string) (snapshot.IDMap, error) {
	var m snapshot.IDMap
	fields := strings.Fields(line)
	if len(fields) != 3 {
		return m, fmt.Errorf("ID map line %q has not three numbers", line)
	}
	for i, to := range []*int64{&m.Inside, &m.Outside, &m.Length} {
		n, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil || n < 0 {
			return m, fmt.Errorf("ID map line %q has not three numbers", line)
		}
		*to = n
	}
	return m, nil
}

// parseStatus reads what we want of proc_pid_status(5).
func parseStatus(s string, p *snapshot.Process) error {
	var err error
	seen := false
	for line := range strings.Lines(s) {
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		var e error
		switch key {
		case "Name":
			p.Comm = unescapeOctal(value)
		case "PPid":
			p.Parent, e = strconv.Atoi(value)
		case "Uid", "Gid":
			ids, e2 := parseInts(value)
			if e = e2; e == nil && len(ids) != 4 {
				e = fmt.Errorf("%s has not four numbers", key)
			}
			if e == nil && key == "Uid" {
				p.UID = ids[1]
			} else if e == nil {
				p.GID = ids[1]
			}
		case "NSpid":
			p.PIDs, e = parseInts(value)
			seen = true
		case "SigPnd":
			var pending uint64
			if pending, e = strconv.ParseUint(value, 16, 64); pending&(1<<(unix.SIGKILL-1)) != 0 {
				p.State = "X" // it will not run again, however long it waits for its turn to end (signal(7))
			}
		case "CapInh":
			p.CapInh, e = strconv.ParseUint(value, 16, 64)
		case "CapPrm":
			p.CapPrm, e = strconv.ParseUint(value, 16, 64)
		case "CapEff":
			p.CapEff, e = strconv.ParseUint(value, 16, 64)
		case "CapBnd":
			p.CapBnd, e = strconv.ParseUint(value, 16, 64)
		case "NoNewPrivs":
			p.NoNewPrivs = value == "1"
		case "Seccomp":
			p.Seccomp, e = strconv.Atoi(value)
		}
		if err == nil {
			err = e
		}
	}
	if err == nil && !seen {
		err = fmt.Errorf("no NSpid")
	}
	if err != nil {
		return fmt.Errorf("read /proc/PID/status: %w", err)
	}
	return nil
}

// parseStat reads what we want of proc_pid_stat(5). The command's name may hold
// anything, also ") R 1": the fields begin behind the last parenthesis.
func parseStat(s string, p *snapshot.Process) error {
	i := strings.LastIndexByte(s, ')')
	fields := strings.Fields(s[i+1:])
	if i < 0 || len(fields) < 20 {
		return fmt.Errorf("read /proc/PID/stat: %q is too short", s)
	}
	killed := p.State == "X" // says parseStatus
	p.State = fields[0]
	var err, e error
	flags, e := strconv.ParseUint(fields[6], 10, 64)
	if e != nil {
		err = e
	}
	if (killed || flags&pfExiting != 0) && p.State != "Z" {
		// The kernel calls it so only at the very end. An init that ends is on its way while it waits for all that it takes along.
		p.State = "X"
	}
	if p.Group, e = strconv.Atoi(fields[2]); e != nil {
		err = e
	}
	if p.Session, e = strconv.Atoi(fields[3]); e != nil {
		err = e
	}
	if p.Start, e = strconv.ParseUint(fields[19], 10, 64); e != nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("read /proc/PID/stat: %w", err)
	}
	return nil
}

// pfExiting is PF_EXITING of the flags in proc_pid_stat(5): the process has begun to end (linux/sched.h).
const pfExiting = 0x4

// parseCgroup returns the path in the cgroup v2 hierarchy (cgroups(7)), the line that begins with "0::".
func parseCgroup(s string) string {
	for line := range strings.Lines(s) {
		if path, ok := strings.CutPrefix(line, "0::"); ok {
			return strings.TrimSuffix(path, "\n")
		}
	}
	return ""
}

// parseTimeOffsets reads the seconds of timens_offsets (time_namespaces(7)).
func parseTimeOffsets(s string) (monotonic, boot int64) {
	for line := range strings.Lines(s) {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		n, err := strconv.ParseInt(f[1], 10, 64)
		if err != nil {
			continue
		}
		switch f[0] {
		case "monotonic", "1":
			monotonic = n
		case "boottime", "7":
			boot = n
		}
	}
	return monotonic, boot
}

// parseMountinfo reads proc_pid_mountinfo(5).
func parseMountinfo(s string) ([]snapshot.Mount, error) {
	var mounts []snapshot.Mount
	for line := range strings.Lines(s) {
		m, err := parseMount(strings.TrimSuffix(line, "\n"))
		if err != nil {
			return nil, err
		}
		mounts = append(mounts, m)
	}
	return mounts, nil
}

func parseMount(line string) (snapshot.Mount, error) {
	var m snapshot.Mount
	f := strings.Split(line, " ")
	// Optional fields end with a hyphen; the fields before have a fixed number.
	dash := -1
	for i := 6; i < len(f); i++ {
		if f[i] == "-" {
			dash = i
			break
		}
	}
	if dash < 0 || len(f) < dash+4 {
		return m, fmt.Errorf("mountinfo line %q is too short", line)
	}
	var err error
	if m.ID, err = strconv.Atoi(f[0]); err != nil {
		return m, fmt.Errorf("mountinfo line %q: mount ID: %w", line, err)
	}
	if m.Parent, err = strconv.Atoi(f[1]); err != nil {
		return m, fmt.Errorf("mountinfo line %q: parent ID: %w", line, err)
	}
	m.Dev = f[2]
	m.Root, m.Point = unescapeOctal(f[3]), unescapeOctal(f[4])
	m.Options = strings.Split(f[5], ",")
	for _, opt := range f[6:dash] {
		name, value, _ := strings.Cut(opt, ":")
		n, err := strconv.Atoi(value)
		switch {
		case name == "unbindable":
			m.Unbindable = true
		case err != nil:
			return m, fmt.Errorf("mountinfo line %q: optional field %q", line, opt)
		case name == "shared":
			m.Shared = n
		case name == "master":
			m.Master = n
		}
	}
	m.FSType, m.Source = unescapeOctal(f[dash+1]), unescapeOctal(f[dash+2])
	m.SuperOptions = strings.Split(f[dash+3], ",")
	return m, nil
}

// unescapeOctal undoes the \040 with which the kernel writes spaces and the like.
func unescapeOctal(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// parseListeners reads the sockets in state LISTEN of /proc/PID/net/tcp or tcp6 (proc_pid_net(5)).
func parseListeners(s string) []snapshot.Listener {
	var ls []snapshot.Listener
	for line := range strings.Lines(s) {
		f := strings.Fields(line)
		if len(f) < 10 || f[3] != "0A" {
			continue
		}
		host, port, ok := strings.Cut(f[1], ":")
		if !ok {
			continue
		}
		ip, ok := parseHexIP(host)
		n, err := strconv.ParseUint(port, 16, 16)
		inode, err2 := strconv.ParseUint(f[9], 10, 64)
		if !ok || err != nil || err2 != nil {
			continue
		}
		ls = append(ls, snapshot.Listener{IP: ip, Port: int(n), Inode: inode})
	}
	return ls
}

// parseSockstat reads how many sockets of a protocol /proc/PID/net/sockstat or sockstat6 counts in use, and how many in
// TIME_WAIT, of both versions of IP (proc_pid_net(5)). Without such a line it says one, so that one looks.
func parseSockstat(s, protocol string) (used, closed int) {
	for line := range strings.Lines(s) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] != protocol+":" {
			continue
		}
		for i := 1; i+1 < len(f); i += 2 {
			n, err := strconv.Atoi(f[i+1])
			switch {
			case err != nil:
				return 1, 0
			case f[i] == "inuse":
				used = n
			case f[i] == "tw":
				closed = n
			}
		}
		return used, closed
	}
	return 1, 0
}

// tcpStates are the states of a TCP socket by their number in /proc/net/tcp (the kernel's include/net/tcp_states.h).
var tcpStates = map[string]string{"01": "ESTABLISHED", "02": "SYN_SENT", "03": "SYN_RECV", "04": "FIN_WAIT1",
	"05": "FIN_WAIT2", "06": "TIME_WAIT", "07": "CLOSE", "08": "CLOSE_WAIT", "09": "LAST_ACK", "0B": "CLOSING"}

// parseConns reads the connections of /proc/PID/net/tcp or tcp6.
func parseConns(s string) []snapshot.Conn {
	var conns []snapshot.Conn
	for line := range strings.Lines(s) {
		f := strings.Fields(line)
		if len(f) < 4 || tcpStates[f[3]] == "" {
			continue
		}
		c := snapshot.Conn{State: tcpStates[f[3]]}
		ok := true
		for i, end := range []struct {
			ip   *string
			port *int
		}{{&c.LocalIP, &c.LocalPort}, {&c.RemoteIP, &c.RemotePort}} {
			host, port, _ := strings.Cut(f[1+i], ":")
			n, err := strconv.ParseUint(port, 16, 16)
			var valid bool
			*end.ip, valid = parseHexIP(host)
			*end.port = int(n)
			ok = ok && valid && err == nil
		}
		if ok {
			conns = append(conns, c)
		}
	}
	return conns
}

// parseEchoes reads InEchos and InEchoReps of /proc/PID/net/snmp (proc_pid_net(5)): a line of names
// and a line of numbers.
func parseEchoes(s string) (requests, replies int64) {
	var names []string
	for line := range strings.Lines(s) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] != "Icmp:" {
			continue
		}
		if names == nil {
			names = f
			continue
		}
		for i, name := range names {
			if i >= len(f) {
				break
			}
			switch name {
			case "InEchos":
				requests, _ = strconv.ParseInt(f[i], 10, 64)
			case "InEchoReps":
				replies, _ = strconv.ParseInt(f[i], 10, 64)
			}
		}
	}
	return requests, replies
}

// parseHexIP reads an address as /proc/net/tcp has it: words of the machine's byte order, which
// is little-endian on all we run on.
func parseHexIP(s string) (string, bool) {
	if len(s) != 8 && len(s) != 32 {
		return "", false
	}
	b := make([]byte, 0, 16)
	for i := 0; i < len(s); i += 8 {
		w, err := strconv.ParseUint(s[i:i+8], 16, 32)
		if err != nil {
			return "", false
		}
		b = append(b, byte(w), byte(w>>8), byte(w>>16), byte(w>>24))
	}
	ip, ok := netip.AddrFromSlice(b)
	// An IPv4 peer of an IPv6 socket is an IPv4 peer.
	return ip.Unmap().String(), ok
}

// parseSysvipc reads /proc/sysvipc/msg (0), shm (1) or sem (2) (proc_sysvipc(5)).
func parseSysvipc(s string, which int) []snapshot.IPCObject {
	var objects []snapshot.IPCObject
	for line := range strings.Lines(s) {
		f := strings.Fields(line)
		if len(f) < 7 {
			continue
		}
		key, err := strconv.Atoi(f[0])
		id, err2 := strconv.Atoi(f[1])
		if err != nil || err2 != nil {
			continue // the heading
		}
		o := snapshot.IPCObject{Key: key, ID: id}
		switch which {
		case 0: // key msqid perms cbytes qnum
			o.Bytes, _ = strconv.ParseInt(f[3], 10, 64)
			o.Messages, _ = strconv.Atoi(f[4])
		case 1: // key shmid perms size cpid lpid nattch
			o.Bytes, _ = strconv.ParseInt(f[3], 10, 64)
			o.Messages, _ = strconv.Atoi(f[6])
		}
		objects = append(objects, o)
	}
	return objects
}

// What a descriptor of a PID namespace answers (linux/nsfs.h); translations of numbers since Linux 6.11.
const (
	nsGetParent       = 0xb702 // since 4.9
	nsGetPIDFromPIDNS = 0x8004b706
	nsGetPIDInPIDNS   = 0x8004b708
)

// pidFrom returns our number of the process that the PID namespace ns calls pid.
func pidFrom(ns, pid int) (int, error) { return translatePID(ns, nsGetPIDFromPIDNS, pid) }

// pidIn returns the number that the PID namespace ns has for our pid; 0 for none.
func pidIn(ns, pid int) (int, error) {
	n, err := translatePID(ns, nsGetPIDInPIDNS, pid)
	if err == unix.ESRCH {
		return 0, nil
	}
	return n, err
}

func translatePID(ns int, request uintptr, pid int) (int, error) {
	n, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(ns), request, uintptr(pid))
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
