package sandbox

import (
	"encoding/binary"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// caller is a thread that waits in a system call, and what its notification says of it.
type caller struct {
	tid    int
	name   string // tid in decimal
	dir    int    // its folder in the machine's /proc: it stays this thread's, whoever has the number later
	proc   int    // the machine's /proc
	depth  int
	nr     int
	args   [6]uint64
	status taskStatus
	buf    []byte
	more   []int // further descriptors to close
}

func (t *listener) lookAtCaller(n *seccompNotif) (*caller, error) {
	c := &caller{tid: int(n.pid), name: strconv.Itoa(int(n.pid)), proc: t.proc, depth: t.lab.depth, nr: int(n.nr), args: n.args, buf: make([]byte, 4096)}
	var err error
	if c.dir, err = openNow(t.proc, c.name, unix.O_PATH|unix.O_DIRECTORY); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *caller) readStatus() error {
	fd, err := openNow(c.dir, "status", unix.O_RDONLY)
	if err != nil {
		return err
	}
	defer closeNow(fd)
	n, err := readNow(fd, c.buf)
	if err == nil {
		c.status, err = parseTaskStatus(string(c.buf[:n]))
	}
	return err
}

func (c *caller) close() {
	for _, fd := range append(c.more, c.dir) {
		closeNow(fd)
	}
	c.dir, c.more = -1, nil
}

// read reads the beginning of a file of the thread's folder. The bytes are valid until the next read.
func (c *caller) read(name string) ([]byte, error) {
	fd, err := unix.Openat(c.dir, name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer closeAll(fd)
	n, err := unix.Read(fd, c.buf)
	return c.buf[:max(n, 0)], err
}

// identify says who makes the call.
func (c *caller) identify(call *snapshot.Call) {
	call.Comm, call.MachinePID = c.status.comm, c.tid
	if len(c.status.pids) > c.depth {
		call.PID, call.Inside = c.status.pids[c.depth], c.status.pids[len(c.status.pids)-1]
	}
	if call.Argv != nil {
		return // of execve, the command line is what it asks for by now
	}
	if b, err := c.read("cmdline"); err == nil {
		if s := strings.TrimSuffix(string(b), "\x00"); s != "" {
			call.Command = strings.Split(s, "\x00")
		}
	}
}

// returned reports whether the thread is elsewhere than in the call: asleep in another one (proc_pid_syscall(5)). While
// it runs the kernel does not say where.
func (c *caller) returned() bool {
	b, err := c.read("syscall")
	if err != nil {
		return false
	}
	where, _, _ := strings.Cut(string(b), " ")
	nr, err := strconv.Atoi(strings.TrimSpace(where))
	return err == nil && nr != c.nr
}

// Memory of the caller. It can change or go away meanwhile; what is read is cleaned when it is shown.

// memory reads from the caller's memory to b, and returns how much was there.
func (c *caller) memory(addr uint64, b []byte) int {
	got := 0
	for got < len(b) {
		// Page by page: the next may not be there.
		n := min(len(b)-got, int(4096-(addr+uint64(got))%4096))
		local := unix.Iovec{Base: &b[got], Len: uint64(n)}
		remote := unix.RemoteIovec{Base: uintptr(addr) + uintptr(got), Len: n}
		m, err := unix.ProcessVMReadv(c.tid, []unix.Iovec{local}, []unix.RemoteIovec{remote}, 0)
		if err != nil || m <= 0 {
			break
		}
		got += m
	}
	return got
}

// maxString bounds what is read of a string.
const maxString = 512

// text reads a C string; false where it cannot be read.
func (c *caller) text(addr uint64) (string, bool) {
	if addr == 0 {
		return "", false
	}
	b := c.buf[:maxString]
	// Up to the end of the page it begins in, which mostly is enough.
	n := c.memory(addr, b[:min(maxString, int(4096-addr%4096))])
	s, ended := cString(b[:n])
	if !ended && n > 0 && n < maxString {
		n += c.memory(addr+uint64(n), b[n:])
		s, ended = cString(b[:n])
	}
	if n == 0 {
		return "", false
	}
	if !ended {
		s += "..."
	}
	return s, true
}

func cString(b []byte) (s string, ended bool) {
	if i := slices.Index(b, 0); i >= 0 {
		return string(b[:i]), true
	}
	return string(b), false
}

// vector reads a vector of strings, as execve(2) has it.
func (c *caller) vector(addr uint64) []string {
	const maxWords, size = 16, int(unsafe.Sizeof(uintptr(0)))
	var list []string
	words := make([]byte, (maxWords+1)*size)
	n := c.memory(addr, words)
	for i := 0; i+size <= n; i += size {
		p := binary.NativeEndian.Uint64(words[i:])
		if p == 0 {
			return list
		}
		if len(list) == maxWords {
			break
		}
		s, ok := c.text(p)
		if !ok {
			break
		}
		list = append(list, s)
	}
	return append(list, "...")
}

// Decoding.

// decode names the call and puts its arguments into words of C.
func (c *caller) decode(call *snapshot.Call) {
	d := &decoder{caller: c, call: call}
	if how, ok := decoders[c.nr]; ok {
		call.Name = how.name
		how.decode(d)
		return
	}
	call.Name = fmt.Sprintf("syscall_%d", c.nr)
}

type decoder struct {
	*caller
	call *snapshot.Call
}

func (d *decoder) param(s string) { d.call.Params = append(d.call.Params, s) }

// string adds argument i, a string, and returns it.
func (d *decoder) string(i int) string {
	s, ok := d.text(d.args[i])
	switch {
	case ok:
		d.param(strconv.Quote(s))
	case d.args[i] == 0:
		d.param("NULL")
	default:
		d.param(fmt.Sprintf("%#x", d.args[i]))
	}
	return s
}

func (d *decoder) number(i int) int {
	n := int(int32(d.args[i]))
	d.param(strconv.Itoa(n))
	return n
}

// dirfd adds a descriptor of a folder.
func (d *decoder) dirfd(i int) {
	if n := int32(d.args[i]); n == unix.AT_FDCWD {
		d.param("AT_FDCWD")
	} else {
		d.param(strconv.Itoa(int(n)))
	}
}

// flags adds argument i, of which the names are bits.
func (d *decoder) flags(i int, names []bit) uint64 {
	flags := d.args[i] & 0xffffffff
	d.param(flagText(flags, names))
	return flags
}

// bit is a name of a bit, or of a value.
type bit struct {
	value uint64
	name  string
}

// flagText joins the names of the bits of flags; what has no name is a number.
func flagText(flags uint64, names []bit) string {
	var s []string
	for _, b := range names {
		if b.value != 0 && flags&b.value == b.value {
			s = append(s, b.name)
			flags &^= b.value
		}
	}
	if flags != 0 || len(s) == 0 {
		rest := strconv.FormatUint(flags, 16)
		if flags != 0 {
			rest = "0x" + rest
		}
		s = append(s, rest)
	}
	return strings.Join(s, "|")
}

var cloneBits = func() []bit {
	var bits []bit
	for _, k := range snapshot.Kinds() {
		flag, name := snapshot.CloneFlag(k)
		if k != snapshot.Time {
			bits = append(bits, bit{flag, name})
		}
	}
	return append(bits, []bit{{unix.CLONE_VM, "CLONE_VM"}, {unix.CLONE_FS, "CLONE_FS"}, {unix.CLONE_FILES, "CLONE_FILES"},
		{unix.CLONE_SIGHAND, "CLONE_SIGHAND"}, {unix.CLONE_PIDFD, "CLONE_PIDFD"}, {unix.CLONE_VFORK, "CLONE_VFORK"},
		{unix.CLONE_PARENT, "CLONE_PARENT"}, {unix.CLONE_THREAD, "CLONE_THREAD"}, {unix.CLONE_SYSVSEM, "CLONE_SYSVSEM"},
		{unix.CLONE_SETTLS, "CLONE_SETTLS"}, {unix.CLONE_PARENT_SETTID, "CLONE_PARENT_SETTID"},
		{unix.CLONE_CHILD_CLEARTID, "CLONE_CHILD_CLEARTID"}, {unix.CLONE_CHILD_SETTID, "CLONE_CHILD_SETTID"},
		{unix.CLONE_CLEAR_SIGHAND, "CLONE_CLEAR_SIGHAND"}, {unix.CLONE_INTO_CGROUP, "CLONE_INTO_CGROUP"}}...)
}()

// nsBits are those of unshare(2) and setns(2), CLONE_NEWTIME among them.
var nsBits = append([]bit{{unix.CLONE_NEWTIME, "CLONE_NEWTIME"}}, cloneBits...)

var mountBits = []bit{{unix.MS_RDONLY, "MS_RDONLY"}, {unix.MS_NOSUID, "MS_NOSUID"}, {unix.MS_NODEV, "MS_NODEV"},
	{unix.MS_NOEXEC, "MS_NOEXEC"}, {unix.MS_SYNCHRONOUS, "MS_SYNCHRONOUS"}, {unix.MS_REMOUNT, "MS_REMOUNT"},
	{unix.MS_DIRSYNC, "MS_DIRSYNC"}, {unix.MS_NOSYMFOLLOW, "MS_NOSYMFOLLOW"}, {unix.MS_NOATIME, "MS_NOATIME"},
	{unix.MS_NODIRATIME, "MS_NODIRATIME"}, {unix.MS_BIND, "MS_BIND"}, {unix.MS_MOVE, "MS_MOVE"}, {unix.MS_REC, "MS_REC"},
	{unix.MS_SILENT, "MS_SILENT"}, {unix.MS_UNBINDABLE, "MS_UNBINDABLE"}, {unix.MS_PRIVATE, "MS_PRIVATE"},
	{unix.MS_SLAVE, "MS_SLAVE"}, {unix.MS_SHARED, "MS_SHARED"}, {unix.MS_RELATIME, "MS_RELATIME"},
	{unix.MS_STRICTATIME, "MS_STRICTATIME"}, {unix.MS_LAZYTIME, "MS_LAZYTIME"}}

var umountBits = []bit{{unix.MNT_FORCE, "MNT_FORCE"}, {unix.MNT_DETACH, "MNT_DETACH"}, {unix.MNT_EXPIRE, "MNT_EXPIRE"},
	{unix.UMOUNT_NOFOLLOW, "UMOUNT_NOFOLLOW"}}

var openTreeBits = []bit{{unix.OPEN_TREE_CLONE, "OPEN_TREE_CLONE"}, {unix.OPEN_TREE_CLOEXEC, "OPEN_TREE_CLOEXEC"},
	{unix.AT_RECURSIVE, "AT_RECURSIVE"}, {unix.AT_EMPTY_PATH, "AT_EMPTY_PATH"}, {unix.AT_SYMLINK_NOFOLLOW, "AT_SYMLINK_NOFOLLOW"},
	{unix.AT_NO_AUTOMOUNT, "AT_NO_AUTOMOUNT"}}

var moveMountBits = []bit{{unix.MOVE_MOUNT_F_SYMLINKS, "MOVE_MOUNT_F_SYMLINKS"}, {unix.MOVE_MOUNT_F_EMPTY_PATH, "MOVE_MOUNT_F_EMPTY_PATH"},
	{unix.MOVE_MOUNT_T_SYMLINKS, "MOVE_MOUNT_T_SYMLINKS"}, {unix.MOVE_MOUNT_T_EMPTY_PATH, "MOVE_MOUNT_T_EMPTY_PATH"}}

var mountAttrBits = []bit{{unix.MOUNT_ATTR_RDONLY, "MOUNT_ATTR_RDONLY"}, {unix.MOUNT_ATTR_NOSUID, "MOUNT_ATTR_NOSUID"},
	{unix.MOUNT_ATTR_NODEV, "MOUNT_ATTR_NODEV"}, {unix.MOUNT_ATTR_NOEXEC, "MOUNT_ATTR_NOEXEC"}, {unix.MOUNT_ATTR_IDMAP, "MOUNT_ATTR_IDMAP"}}

var openBits = []bit{{unix.O_WRONLY, "O_WRONLY"}, {unix.O_RDWR, "O_RDWR"}, {unix.O_CREAT, "O_CREAT"}, {unix.O_EXCL, "O_EXCL"},
	{unix.O_NONBLOCK, "O_NONBLOCK"}, {unix.O_CLOEXEC, "O_CLOEXEC"}, {unix.O_TRUNC, "O_TRUNC"}}

// Of sys/ipc.h.
const ipcCreat, ipcExcl = 0o1000, 0o2000

var fsconfigCommands = []string{"FSCONFIG_SET_FLAG", "FSCONFIG_SET_STRING", "FSCONFIG_SET_BINARY", "FSCONFIG_SET_PATH",
	"FSCONFIG_SET_PATH_EMPTY", "FSCONFIG_SET_FD", "FSCONFIG_CMD_CREATE", "FSCONFIG_CMD_RECONFIGURE", "FSCONFIG_CMD_CREATE_EXCL"}

type decoding struct {
	name   string
	decode func(d *decoder)
}

var decoders = map[int]decoding{
	unix.SYS_UNSHARE: {"unshare", func(d *decoder) { d.call.Flags = d.flags(0, nsBits) }},
	unix.SYS_CLONE: {"clone", func(d *decoder) {
		d.call.Flags = d.args[0] & 0xffffff00
		s := flagText(d.call.Flags, cloneBits)
		if uint64(d.args[0]&0xff) == uint64(unix.SIGCHLD) {
			s += "|SIGCHLD"
		}
		d.param(s)
		d.param("...")
	}},
	// Its flags have been read by then.
	unix.SYS_CLONE3: {"clone3", func(d *decoder) {
		d.param("{flags=" + flagText(d.call.Flags, nsBits) + ", ...}")
		d.param(strconv.FormatUint(d.args[1], 10))
	}},
	unix.SYS_SETNS: {"setns", func(d *decoder) {
		fd := d.number(0)
		d.call.Source = d.behind(fd)
		d.call.Flags = d.flags(1, nsBits)
	}},
	unix.SYS_SETHOSTNAME:   {"sethostname", hostName},
	unix.SYS_SETDOMAINNAME: {"setdomainname", hostName},
	unix.SYS_MOUNT: {"mount", func(d *decoder) {
		d.call.Source, d.call.Target, d.call.Type = d.string(0), d.string(1), d.string(2)
		// Bits that were once a magic number are ignored (mount(2)).
		if d.args[3]&0xffff0000 == 0xc0ed0000 {
			d.args[3] &= 0xffff
		}
		d.call.Flags = d.flags(3, mountBits)
		d.string(4)
	}},
	unix.SYS_UMOUNT2: {"umount2", func(d *decoder) { d.call.Target = d.string(0); d.call.Flags = d.flags(1, umountBits) }},
	unix.SYS_PIVOT_ROOT: {"pivot_root", func(d *decoder) {
		d.call.Target, d.call.Source = d.string(0), d.string(1)
	}},
	unix.SYS_CHROOT: {"chroot", func(d *decoder) { d.call.Target = d.string(0) }},
	unix.SYS_OPEN_TREE: {"open_tree", func(d *decoder) {
		d.dirfd(0)
		d.call.Source = d.string(1)
		d.flags(2, openTreeBits)
	}},
	unix.SYS_MOVE_MOUNT: {"move_mount", func(d *decoder) {
		d.dirfd(0)
		d.call.Source = d.string(1)
		d.dirfd(2)
		d.call.Target = d.string(3)
		d.flags(4, moveMountBits)
	}},
	unix.SYS_FSOPEN: {"fsopen", func(d *decoder) {
		d.call.Type = d.string(0)
		d.flags(1, []bit{{unix.FSOPEN_CLOEXEC, "FSOPEN_CLOEXEC"}})
	}},
	unix.SYS_FSCONFIG: {"fsconfig", func(d *decoder) {
		d.number(0)
		command := int(uint32(d.args[1]))
		if command < len(fsconfigCommands) {
			d.param(fsconfigCommands[command])
		} else {
			d.param(strconv.Itoa(command))
		}
		d.call.Source = d.string(2)
		if command == unix.FSCONFIG_SET_STRING || command == unix.FSCONFIG_SET_PATH {
			d.call.Target = d.string(3)
		} else {
			d.param(fmt.Sprintf("%#x", d.args[3]))
		}
		d.number(4)
	}},
	unix.SYS_FSMOUNT: {"fsmount", func(d *decoder) {
		d.number(0)
		d.flags(1, []bit{{unix.FSMOUNT_CLOEXEC, "FSMOUNT_CLOEXEC"}})
		d.flags(2, mountAttrBits)
	}},
	unix.SYS_FSPICK: {"fspick", func(d *decoder) {
		d.dirfd(0)
		d.call.Target = d.string(1)
		d.flags(2, []bit{{unix.FSPICK_CLOEXEC, "FSPICK_CLOEXEC"}, {unix.FSPICK_SYMLINK_NOFOLLOW, "FSPICK_SYMLINK_NOFOLLOW"},
			{unix.FSPICK_NO_AUTOMOUNT, "FSPICK_NO_AUTOMOUNT"}, {unix.FSPICK_EMPTY_PATH, "FSPICK_EMPTY_PATH"}})
	}},
	unix.SYS_MOUNT_SETATTR: {"mount_setattr", func(d *decoder) {
		d.dirfd(0)
		d.call.Target = d.string(1)
		d.flags(2, openTreeBits)
		var attr unix.MountAttr
		if n := d.memory(d.args[3], structBytes(&attr)); n >= unix.MOUNT_ATTR_SIZE_VER0 {
			s := "{attr_set=" + flagText(attr.Attr_set, mountAttrBits) + ", attr_clr=" + flagText(attr.Attr_clr, mountAttrBits)
			d.param(s + ", propagation=" + flagText(attr.Propagation, mountBits) + "}")
		} else {
			d.param(fmt.Sprintf("%#x", d.args[3]))
		}
		d.number(4)
	}},
	unix.SYS_MSGGET: {"msgget", func(d *decoder) { d.key(); d.ipcFlags(1) }},
	unix.SYS_SEMGET: {"semget", func(d *decoder) { d.key(); d.number(1); d.ipcFlags(2) }},
	unix.SYS_SHMGET: {"shmget", func(d *decoder) { d.key(); d.param(strconv.FormatUint(d.args[1], 10)); d.ipcFlags(2) }},
	unix.SYS_MSGCTL: {"msgctl", func(d *decoder) { d.call.Target = strconv.Itoa(d.number(0)); d.param("IPC_RMID"); d.param("NULL") }},
	unix.SYS_SHMCTL: {"shmctl", func(d *decoder) { d.call.Target = strconv.Itoa(d.number(0)); d.param("IPC_RMID"); d.param("NULL") }},
	unix.SYS_SEMCTL: {"semctl", func(d *decoder) { d.call.Target = strconv.Itoa(d.number(0)); d.number(1); d.param("IPC_RMID") }},
	unix.SYS_MQ_OPEN: {"mq_open", func(d *decoder) {
		d.call.Target = d.queue()
		if flags := d.args[1] & 0xffffffff; flags&unix.O_ACCMODE == 0 {
			s := "O_RDONLY"
			if flags != 0 {
				s += "|" + flagText(flags, openBits)
			}
			d.param(s)
		} else {
			d.param(flagText(flags, openBits))
		}
		d.call.Flags = d.args[1] & 0xffffffff
		if d.call.Flags&unix.O_CREAT != 0 {
			d.param(fmt.Sprintf("%#o", d.args[2]&0o7777))
			d.param("...")
		}
	}},
	unix.SYS_MQ_UNLINK: {"mq_unlink", func(d *decoder) { d.call.Target = d.queue() }},
	unix.SYS_EXECVE:    {"execve", func(d *decoder) { d.call.Target = d.string(0); d.argv(1) }},
	unix.SYS_EXECVEAT: {"execveat", func(d *decoder) {
		d.dirfd(0)
		d.call.Target = d.string(1)
		d.argv(2)
	}},
}

func hostName(d *decoder) {
	n := min(d.args[1], 64) // __NEW_UTS_LEN
	b := make([]byte, n)
	got := d.memory(d.args[0], b)
	d.call.Target = string(b[:got])
	if uint64(got) < n {
		d.param(fmt.Sprintf("%#x", d.args[0]))
	} else {
		d.param(strconv.Quote(d.call.Target))
	}
	d.param(strconv.FormatUint(d.args[1], 10))
}

// queue adds the name of a POSIX queue. The C library takes off the slash that it begins with (mq_open(3), C
// library/kernel differences).
func (d *decoder) queue() string {
	return "/" + strings.TrimPrefix(d.string(0), "/")
}

func (d *decoder) argv(i int) {
	d.call.Argv = d.vector(d.args[i])
	var quoted []string
	for j, a := range d.call.Argv {
		if a == "..." && j == len(d.call.Argv)-1 {
			quoted = append(quoted, a)
			continue
		}
		quoted = append(quoted, strconv.Quote(a))
	}
	d.param("{" + strings.Join(append(quoted, "NULL"), ", ") + "}")
	d.param("environ")
}

// key adds a key of System V IPC.
func (d *decoder) key() {
	key := uint32(d.args[0])
	d.call.Target = fmt.Sprintf("0x%08x", key)
	if key == 0 {
		d.param("IPC_PRIVATE")
	} else {
		d.param(d.call.Target)
	}
}

func (d *decoder) ipcFlags(i int) {
	d.call.Flags = d.args[i] & 0xffffffff
	s := fmt.Sprintf("%#o", d.call.Flags&0o777)
	if d.call.Flags&ipcExcl != 0 {
		s = "IPC_EXCL|" + s
	}
	if d.call.Flags&ipcCreat != 0 {
		s = "IPC_CREAT|" + s
	}
	d.param(s)
}

// behind says what a descriptor of the caller is: "uts:[4026531838]" for a namespace, "PID 7" for a process (pidfd_open(2)).
func (c *caller) behind(fd int) string {
	link, err := readlinkNow(c.dir, "fd/"+strconv.Itoa(fd))
	if err != nil {
		return ""
	}
	if _, _, ok := parseNSLink(link); ok {
		return link
	}
	// A namespace's file that is bound to a path has that path; its inode number is the namespace's all the same.
	var st unix.Stat_t
	var fs unix.Statfs_t
	if f, err := unix.Openat(c.dir, "fd/"+strconv.Itoa(fd), unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0); err == nil {
		defer closeAll(f)
		if unix.Fstatfs(f, &fs) == nil && fs.Type == unix.NSFS_MAGIC && unix.Fstat(f, &st) == nil {
			if kind, err := unix.IoctlRetInt(f, nsGetNSType); err == nil {
				for _, k := range snapshot.Kinds() {
					if flag, _ := snapshot.CloneFlag(k); flag == uint64(kind) {
						return fmt.Sprintf("%s:[%d]", k, st.Ino)
					}
				}
			}
		}
		return link
	}
	if strings.HasPrefix(link, "anon_inode:[pidfd]") || strings.HasPrefix(link, "pidfd:") {
		if b, err := c.read("fdinfo/" + strconv.Itoa(fd)); err == nil {
			_, rest, _ := strings.Cut(string(b), "\nNSpid:")
			line, _, _ := strings.Cut(rest, "\n")
			if pids, err := parseInts(line); err == nil && len(pids) > c.depth {
				return "PID " + strconv.Itoa(pids[c.depth])
			}
		}
	}
	return link
}

// nsGetNSType asks for the CLONE_NEW flag of a namespace (ioctl_nsfs(2)).
const nsGetNSType = 0xb703

// clone3 reads the flags of clone3(2) and reports whether the call is to go on: it asks for namespaces, or for what
// clone(2) cannot do. Everything else does as well with clone(2), of which the filter reads the flags itself.
func (c *caller) clone3(call *snapshot.Call) bool {
	// struct clone_args: 11 words, flags first, set_tid the ninth.
	var args [11]uint64
	n := c.memory(c.args[0], unsafe.Slice((*byte)(unsafe.Pointer(&args[0])), min(c.args[1], uint64(unsafe.Sizeof(args)))))
	if n < 8 {
		return false
	}
	call.Flags = args[0]
	return args[0]&(uint64(nsFlags)|unix.CLONE_INTO_CGROUP) != 0 || args[8] != 0
}

// programThere reports whether the program that execve(2) names is there; true where we cannot tell.
func (c *caller) programThere(call *snapshot.Call) bool {
	if c.nr != unix.SYS_EXECVE || call.Target == "" {
		return true
	}
	from := "cwd"
	how := unix.OpenHow{Flags: unix.O_PATH | unix.O_CLOEXEC, Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_MAGICLINKS}
	if path.IsAbs(call.Target) {
		from, how.Resolve = "root", unix.RESOLVE_IN_ROOT|unix.RESOLVE_NO_MAGICLINKS
	}
	dir, err := unix.Openat(c.dir, from, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return true
	}
	defer closeAll(dir)
	fd, err := unix.Openat2(dir, call.Target, &how)
	closeAll(fd)
	return err != unix.ENOENT && err != unix.ENOTDIR
}

// What the kernel asks for.

// lacks says what the caller lacks for the call, by the kernel's rules as far as they are about capabilities and the
// state of the process: those of each call's man page under EPERM and EINVAL.
func (c *caller) lacks(call *snapshot.Call) snapshot.Lack {
	einval := func(why string) snapshot.Lack { return snapshot.Lack{Errno: "EINVAL", Why: why} }
	admin := func(owned string) snapshot.Lack { return c.lacksCap(unix.CAP_SYS_ADMIN, "CAP_SYS_ADMIN", owned) }
	newUser := call.Flags&unix.CLONE_NEWUSER != 0
	newPID := call.Flags&unix.CLONE_NEWPID != 0
	switch c.nr {
	case unix.SYS_UNSHARE, unix.SYS_CLONE, unix.SYS_CLONE3:
		switch {
		case newUser && c.nr == unix.SYS_UNSHARE && c.status.threads > 1:
			return einval(snapshot.LacksThreads)
		case newUser && c.chrooted():
			return snapshot.Lack{Errno: "EPERM", Why: snapshot.LacksRoot}
		case newPID && call.NS.PIDForChildren != call.NS.PID:
			return einval(snapshot.LacksTwice)
		case newUser:
			// With it come all capabilities, before the other namespaces are made (user_namespaces(7)).
			return snapshot.Lack{}
		}
		return c.lacksOwn(unix.CAP_SYS_ADMIN, "CAP_SYS_ADMIN")
	case unix.SYS_SETNS:
		kind, inode, ok := parseNSLink(call.Source)
		if !ok {
			return snapshot.Lack{}
		}
		if kind == snapshot.User {
			switch {
			case inode == call.NS.User:
				return einval(snapshot.LacksOwnUserNS)
			case c.status.threads > 1:
				return einval(snapshot.LacksThreads)
			}
			return admin("fd/" + strconv.Itoa(int(int32(c.args[0]))))
		}
		if lack := admin("fd/" + strconv.Itoa(int(int32(c.args[0])))); lack.Errno != "" {
			return lack
		}
		if kind == snapshot.Mnt {
			if lack := c.lacksOwn(unix.CAP_SYS_CHROOT, "CAP_SYS_CHROOT"); lack.Errno != "" {
				return lack
			}
		}
		return c.lacksOwn(unix.CAP_SYS_ADMIN, "CAP_SYS_ADMIN")
	case unix.SYS_SETHOSTNAME, unix.SYS_SETDOMAINNAME:
		return admin("ns/uts")
	case unix.SYS_CHROOT:
		return c.lacksOwn(unix.CAP_SYS_CHROOT, "CAP_SYS_CHROOT")
	case unix.SYS_OPEN_TREE:
		if c.args[2]&unix.OPEN_TREE_CLONE == 0 {
			return snapshot.Lack{}
		}
		return admin("ns/mnt")
	case unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_PIVOT_ROOT, unix.SYS_MOVE_MOUNT, unix.SYS_FSOPEN, unix.SYS_FSMOUNT, unix.SYS_FSPICK, unix.SYS_MOUNT_SETATTR:
		return admin("ns/mnt")
	}
	return snapshot.Lack{}
}

// lacksOwn says whether the caller lacks a capability in its own user namespace.
func (c *caller) lacksOwn(bit int, name string) snapshot.Lack {
	if c.status.capEff&(1<<bit) != 0 {
		return snapshot.Lack{}
	}
	return c.lacksCap(bit, name, "ns/user")
}

// lacksCap says whether the caller lacks a capability over the namespace at path, in its folder of /proc; or, for a
// user namespace, in it.
func (c *caller) lacksCap(bit int, name, path string) snapshot.Lack {
	ns, err := unix.Openat(c.dir, path, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return snapshot.Lack{}
	}
	if kind, err := unix.IoctlRetInt(ns, nsGetNSType); err == nil && kind != unix.CLONE_NEWUSER {
		owner, err := unix.IoctlRetInt(ns, nsGetUserNS)
		closeAll(ns)
		if err != nil {
			return snapshot.Lack{}
		}
		ns = owner
	}
	defer func() { closeAll(ns) }()
	var own, at unix.Stat_t
	if unix.Fstatat(c.dir, "ns/user", &own, 0) != nil || unix.Fstat(ns, &at) != nil {
		return snapshot.Lack{}
	}
	lack := snapshot.Lack{Errno: "EPERM", Why: snapshot.LacksCap, Cap: name, Over: at.Ino}
	// cap_capable of the kernel's security/commoncap.c: what is held in a user namespace is held in those below it, and
	// who made one from its parent holds everything in it.
	for {
		if at.Ino == own.Ino {
			if c.status.capEff&(1<<bit) != 0 {
				return snapshot.Lack{}
			}
			return lack
		}
		parent, err := unix.IoctlRetInt(ns, nsGetParent)
		if err != nil {
			return lack
		}
		var uid uint32
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(ns), nsGetOwnerUID, uintptr(unsafe.Pointer(&uid)))
		closeAll(ns)
		ns = parent
		if unix.Fstat(ns, &at) != nil {
			return snapshot.Lack{}
		}
		if at.Ino == own.Ino && errno == 0 && int(uid) == c.status.uid {
			return snapshot.Lack{}
		}
	}
}

// nsGetOwnerUID asks for the user who made a user namespace (ioctl_nsfs(2)).
const nsGetOwnerUID = 0xb704

// chrooted reports whether the caller's root is not that of its mount namespace, as the kernel's current_chrooted: no
// mount of the namespace has "/" for its place as the caller sees it with the root's own root.
func (c *caller) chrooted() bool {
	b, err := c.read("mountinfo")
	if err != nil {
		return false
	}
	// The root mount is there, at "/", unless the root is a directory further down.
	for line := range strings.Lines(string(b)) {
		if m, err := parseMount(strings.TrimSuffix(line, "\n")); err == nil && m.Point == "/" {
			return false
		}
	}
	return len(b) > 0
}

// Outcomes.

// watch returns how the effect of a call is seen; nil where a trace does not see it.
func (t *listener) watch(c *caller, call *snapshot.Call) watch {
	switch c.nr {
	case unix.SYS_SETHOSTNAME, unix.SYS_SETDOMAINNAME:
		if call.Lacks.Errno != "" || !t.unames.spend() {
			return nil
		}
		return t.watchName(c)
	case unix.SYS_UNSHARE, unix.SYS_SETNS:
		return c.watchNamespaces
	case unix.SYS_CLONE, unix.SYS_CLONE3:
		return c.watchChild
	case unix.SYS_CHROOT, unix.SYS_PIVOT_ROOT:
		before, err := c.rootOf()
		if err != nil || path.Clean(call.Target) == "/" {
			return nil // of chroot("/") there is nothing to see
		}
		return func(*snapshot.Call) (bool, bool) {
			now, err := c.rootOf()
			return err == nil && now != before, err != nil
		}
	case unix.SYS_MOUNT:
		if call.Flags&(unix.MS_REMOUNT|unix.MS_PRIVATE|unix.MS_SHARED|unix.MS_SLAVE|unix.MS_UNBINDABLE) != 0 || call.Target == "" {
			return nil
		}
		return c.watchMounts()
	case unix.SYS_UMOUNT2, unix.SYS_MOVE_MOUNT:
		return c.watchMounts()
	}
	return nil
}

func (c *caller) watchNamespaces(call *snapshot.Call) (there, gone bool) {
	now, err := readNamespaces(c.dir, "", concerned(call))
	if err != nil {
		return false, true
	}
	call.After = now
	if c.nr == unix.SYS_SETNS {
		if kind, inode, ok := parseNSLink(call.Source); ok {
			// Where it was there before, nothing is to be seen of it.
			return moved(now, kind) == inode && (moved(call.NS, kind) != inode || call.Lacks.Errno == ""), false
		}
	}
	for _, k := range snapshot.KindsOf(call.Flags) {
		if moved(now, k) != moved(call.NS, k) {
			return true, false
		}
	}
	return false, false
}

// moved is the namespace that unshare(2) and setns(2) change: for two kinds that of the children to come.
func moved(n snapshot.Namespaces, k snapshot.Kind) uint64 {
	switch k {
	case snapshot.PID:
		return n.PIDForChildren
	case snapshot.Time:
		return n.TimeForChildren
	}
	return n.Of(k)
}

// watchChild looks for a child with the namespaces that clone(2) asks for.
func (c *caller) watchChild(call *snapshot.Call) (there, gone bool) {
	b, err := c.read("task/" + c.name + "/children")
	if err != nil {
		return false, true
	}
	children, err := parseInts(string(b))
	if err != nil {
		return false, false
	}
	for _, child := range slices.Backward(children) {
		ns, err := readNamespaces(c.proc, strconv.Itoa(child)+"/", concerned(call))
		if err != nil {
			continue
		}
		all := true
		for _, k := range snapshot.KindsOf(call.Flags) {
			all = all && ns.Of(k) != call.NS.Of(k)
		}
		if all {
			call.After = ns
			return true, false
		}
	}
	return false, false
}

// watchName asks for the name once the call has returned: only a process in the UTS namespace can.
func (t *listener) watchName(c *caller) watch {
	uts, err := unix.Openat(c.dir, "ns/uts", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	c.more = append(c.more, uts)
	return func(call *snapshot.Call) (there, gone bool) {
		s := &script{}
		if t.lab.ns.user >= 0 {
			s.must("join the lab's user namespace", unix.SYS_SETNS, t.lab.ns.user, unix.CLONE_NEWUSER)
		}
		s.must("join the UTS namespace", unix.SYS_SETNS, uts, unix.CLONE_NEWUTS)
		at := s.space(unsafeSizeofUtsname)
		s.must("uname", unix.SYS_UNAME, at)
		img, err := s.run(0)
		if err != nil {
			return false, true
		}
		now := utsFromBytes(img.bytes(at, unsafeSizeofUtsname))
		want, _ := cString([]byte(call.Target)) // uname(2) tells no more of it
		if c.nr == unix.SYS_SETDOMAINNAME {
			return now.DomainName == want, false
		}
		return now.HostName == want, false
	}
}

// rootOf tells the caller's root from another.
func (c *caller) rootOf() (snapshot.Dir, error) {
	var st unix.Statx_t
	if err := unix.Statx(c.dir, "root", unix.AT_NO_AUTOMOUNT, unix.STATX_INO|unix.STATX_MNT_ID, &st); err != nil {
		return snapshot.Dir{}, err
	}
	return snapshot.Dir{Dev: unix.Mkdev(st.Dev_major, st.Dev_minor), Ino: st.Ino, MountID: int(st.Mnt_id)}, nil
}

// watchMounts looks whether the mounts of the caller's mount namespace have changed: its mountinfo is readable as an event
// then (proc_pid_mountinfo(5)), from when it was opened on.
func (c *caller) watchMounts() watch {
	fd, err := openNow(c.dir, "mountinfo", unix.O_RDONLY)
	if err != nil {
		return nil
	}
	c.more = append(c.more, fd)
	return func(*snapshot.Call) (there, gone bool) {
		fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLPRI}}
		if n, err := unix.Poll(fds, 0); err == nil && n > 0 && fds[0].Revents&unix.POLLPRI != 0 {
			return true, false
		}
		_, err := readlinkNow(c.dir, "ns/mnt")
		return false, err != nil
	}
}

// concerned returns the kinds of namespaces that a call is about.
func concerned(call *snapshot.Call) []snapshot.Kind {
	switch call.Name {
	case "unshare", "clone", "clone3":
		return snapshot.KindsOf(call.Flags)
	case "setns":
		kinds := snapshot.KindsOf(call.Flags)
		if kind, _, ok := parseNSLink(call.Source); ok {
			kinds = []snapshot.Kind{kind}
		}
		if !slices.Contains(kinds, snapshot.User) {
			kinds = append(kinds, snapshot.User) // what is lacking is told by it
		}
		return kinds
	case "sethostname", "setdomainname":
		return []snapshot.Kind{snapshot.UTS}
	case "msgget", "semget", "shmget", "msgctl", "semctl", "shmctl", "mq_open", "mq_unlink":
		return []snapshot.Kind{snapshot.IPC}
	case "mount":
		return []snapshot.Kind{snapshot.Mnt, snapshot.PID} // proc is that of a PID namespace
	}
	return []snapshot.Kind{snapshot.Mnt}
}

// readNamespaces reads some of a process's namespaces, in its folder of /proc, which is at path in dir; of two kinds those of its
// children to come as well.
func readNamespaces(dir int, path string, kinds []snapshot.Kind) (snapshot.Namespaces, error) {
	var n snapshot.Namespaces
	for _, f := range [...]struct {
		kind snapshot.Kind
		name string
		to   *uint64
	}{
		{snapshot.User, "user", &n.User}, {snapshot.Mnt, "mnt", &n.Mnt}, {snapshot.UTS, "uts", &n.UTS}, {snapshot.IPC, "ipc", &n.IPC},
		{snapshot.Net, "net", &n.Net}, {snapshot.PID, "pid", &n.PID}, {snapshot.PID, "pid_for_children", &n.PIDForChildren},
		{snapshot.Cgroup, "cgroup", &n.Cgroup}, {snapshot.Time, "time", &n.Time}, {snapshot.Time, "time_for_children", &n.TimeForChildren},
	} {
		if !slices.Contains(kinds, f.kind) {
			continue
		}
		link, err := readlinkNow(dir, path+"ns/"+f.name)
		if err == unix.ENOENT {
			continue // a kernel without that kind, or a PID namespace for children that has no init yet
		}
		if err != nil {
			return n, err
		}
		if _, *f.to, _ = parseNSLink(link); *f.to == 0 {
			return n, fmt.Errorf("%q is no namespace", link)
		}
	}
	return n, nil
}
