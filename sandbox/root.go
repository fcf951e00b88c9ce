package sandbox

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Where things stand in a lab. The learner's own PATH begins with toolsBin, for a sudo that
// only runs its command, and ends with toolsBusybox, for what the machine lacks.
const (
	toolsDir     = "/opt/nslab"
	toolsBin     = toolsDir + "/bin"
	toolsLib     = toolsDir + "/lib"
	toolsBusybox = toolsDir + "/busybox"
	busyboxPath  = toolsLib + "/busybox"
	// SocketPath is where the program may listen for commands typed in a lab (see Lab.Listen).
	SocketPath = "/run/nslab/socket"
)

// Path is the PATH of every command in a lab.
const Path = toolsBin + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:" + toolsBusybox

// Where the keeper's mount namespace has things while a lab is being made.
const (
	stageDir   = "/tmp"
	stageTools = stageDir + "/tools"
	stageRoot  = stageDir + "/root"
)

// machineDirs are the places of a machine that a lab has, read-only. A
// symbolic link (/bin on most systems) is made again as a link.
var machineDirs = []string{"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32",
	// NixOS and Guix keep every program there.
	"/nix/store", "/gnu/store"}

// What programs need of /etc, where it is there: files are copied, directories mounted read-only.
var (
	etcFiles = []string{"ld.so.cache", "ld.so.conf", "localtime", "protocols", "services", "inputrc"}
	etcDirs  = []string{"alternatives", "terminfo", "static"}
)

// etcMax is what a file of etcFiles may have.
const etcMax = 4 << 20

// devices are the device nodes a lab has. They are the machine's own, for a
// user namespace may make none (user_namespaces(7)).
var devices = []string{"null", "zero", "full", "random", "urandom", "tty"}

// machine is what the keeper found out once about the machine's programs.
type machine struct {
	// links are the machineDirs that are symbolic links, with their targets; dirs the others.
	links map[string]string
	dirs  []string
	// etcFiles are what a lab has of /etc, etcDirs the directories.
	etcFiles []string
	etcDirs  []string
	// shell is the shell of a lab, as a path in it.
	shell string
}

func lookAtMachine() machine {
	m := machine{links: map[string]string{}}
	for _, dir := range machineDirs {
		fi, err := os.Lstat(dir)
		switch {
		case err != nil:
		case fi.Mode()&os.ModeSymlink != 0:
			if target, err := os.Readlink(dir); err == nil {
				m.links[dir] = target
			}
		case fi.IsDir():
			m.dirs = append(m.dirs, dir)
		}
	}
	for _, name := range etcFiles {
		if fi, err := os.Stat("/etc/" + name); err == nil && fi.Mode().IsRegular() && fi.Size() < etcMax && unix.Access("/etc/"+name, unix.R_OK) == nil {
			m.etcFiles = append(m.etcFiles, name)
		}
	}
	for _, name := range etcDirs {
		if fi, err := os.Stat("/etc/" + name); err == nil && fi.IsDir() {
			m.etcDirs = append(m.etcDirs, name)
		}
	}
	for _, shell := range []string{"/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash"} {
		if fi, err := os.Stat(shell); err == nil && fi.Mode()&0o111 != 0 {
			m.shell = shell
			break
		}
	}
	return m
}

// stage appends what the keeper's own mount namespace is: the machine's, with a tmpfs
// over stageDir that holds the tools of every lab; program is a detached mount of the nslab binary.
func (s *script) stage(t *tools, program ref) {
	s.mount("nslab", stageDir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=755,size=8m")
	s.mkdir(stageRoot, 0o755)
	s.mkdir(stageTools, 0o755)
	at := func(path string) string { return stageTools + strings.TrimPrefix(path, toolsDir) }
	for _, dir := range []string{toolsBin, toolsLib, toolsBusybox} {
		s.mkdir(at(dir), 0o755)
	}
	s.newFile(at(toolsBin)+"/sudo", []byte(sudoText), 0o755)
	s.newFile(at(toolsLib)+"/shrc", []byte(shrc), 0o644)
	s.newFile(at(toolsLib)+"/bashrc", []byte(bashrc), 0o644)
	if t.busybox != nil {
		s.newFile(at(toolsBusybox)+"/bash", []byte(bashText), 0o755)
	}
	if t.program != "" {
		s.newFile(at(toolsBin)+"/nslab", nil, 0o755)
		s.may("mount nslab", unix.SYS_MOVE_MOUNT, program, "", unix.AT_FDCWD, at(toolsBin)+"/nslab", unix.MOVE_MOUNT_F_EMPTY_PATH)
		for _, name := range t.links {
			s.symlink(toolsBin+"/nslab", at(toolsBusybox)+"/"+name)
		}
	}
	// Every lab sees this file system, and the program on it, so no lab's root may undo that (see lockMachine).
	ro := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID}
	s.must("make the tools read-only", unix.SYS_MOUNT_SETATTR, unix.AT_FDCWD, stageDir, unix.AT_RECURSIVE, structBytes(&ro), unix.MOUNT_ATTR_SIZE_VER0)
}

// furnish brings BusyBox and its hundreds of names into the tools, while the first lab is being made. It
// writes through a mount of its own, which no lab will see and which is still writable.
func (k *Keeper) furnish() {
	defer close(k.furnished)
	t := &k.tools
	if t.busybox == nil {
		return
	}
	s := &script{}
	k.join(s)
	k.becomeRoot(s, !k.noUser)
	s.must("umask", unix.SYS_UMASK, 0o022)
	tools := s.must("open_tree "+stageTools, unix.SYS_OPEN_TREE, unix.AT_FDCWD, stageTools, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC)
	rw := unix.MountAttr{Attr_clr: unix.MOUNT_ATTR_RDONLY}
	s.must("make the tools writable", unix.SYS_MOUNT_SETATTR, tools, "", unix.AT_EMPTY_PATH, structBytes(&rw), unix.MOUNT_ATTR_SIZE_VER0)
	in := func(path string) string { return strings.TrimPrefix(path, toolsDir+"/") }
	fd := s.must("create "+busyboxPath, unix.SYS_OPENAT, tools, in(busyboxPath), unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC, 0o755)
	s.must("write "+busyboxPath, unix.SYS_WRITE, fd, s.outside(t.busybox), len(t.busybox))
	s.must("close", unix.SYS_CLOSE, fd)
	busybox, dir := s.intern(busyboxPath), in(toolsBusybox)+"/"
	s.grow(len(t.applets))
	for _, applet := range append([]string{"sh"}, t.applets...) {
		s.may("make the names of BusyBox", unix.SYS_SYMLINKAT, busybox, tools, dir+applet)
	}
	if _, err := s.run(0); err != nil {
		k.furnishErr = fmt.Errorf("bring BusyBox into the labs: %w", err)
	}
}

// tools are the programs that nslab brings into its labs.
type tools struct {
	busybox []byte
	applets []string
	// program is the path of the nslab binary on the machine, and links the
	// names under which it stands in for commands the machine lacks.
	program string
	links   []string
}

// sudo: the course's commands say it; in a lab everyone is root already. Options that only choose
// the user or the environment are passed over.
const sudoText = `#!/bin/sh
while [ $# -gt 0 ]; do
	case $1 in
	--) shift; break ;;
	-u | -g | --user | --group) shift; [ $# -gt 0 ] && shift ;;
	-i | -s) shift; [ $# -eq 0 ] && exec "${SHELL:-/bin/sh}" ;;
	-*) shift ;;
	*=*) export "$1"; shift ;;
	*) break ;;
	esac
done
[ $# -eq 0 ] && { echo "usage: sudo COMMAND [ARG ...]" >&2; exit 1; }
exec "$@"
`

// bash: the course's commands say it; where the machine has none, and in a lab of BusyBox alone, it is BusyBox's shell.
const bashText = "#!" + toolsBusybox + "/sh\nexec " + toolsBusybox + "/sh \"$@\"\n"

// mark is the escape sequence with which a lab's shell tells its terminal that a prompt is
// due: an operating system command (ECMA-48, OSC) with a number no terminal
// uses, the last exit status and the last command. [Terminal] takes it out of the stream. It
// starts a look at the kernel, and is never believed.
const bashrc = `# What a lab's bash reads (bash(1), INVOCATION).
case $- in *i*) ;; *) return ;; esac
unset HISTFILE
HISTCONTROL= HISTSIZE=1000
shopt -s checkwinsize
PS1='${NSLAB_SHELL:+($NSLAB_SHELL) }\u@\h:\w\$ '
# What runs before a command may not fork: after unshare --pid without --fork nothing can.
__nslab_run() {
	case $__nslab_begun$BASH_COMMAND in 1* | *__nslab_mark*) return ;; esac
	__nslab_begun=1
	printf '\e]7777;run;0;' >&2
	HISTTIMEFORMAT= builtin history 1 >&2
	printf '\a' >&2
}
__nslab_mark() {
	local s=$?
	printf '\e]7777;prompt;%d;' "$s" >&2
	HISTTIMEFORMAT= builtin history 1 >&2
	printf '\a' >&2
	__nslab_begun=
	return $s
}
PROMPT_COMMAND=__nslab_mark
[ "$TERM" != dumb ] && [ -z "$NO_COLOR" ] && ls --color=auto / >/dev/null 2>&1 && alias ls='ls --color=auto'
[ -r /root/.bash_aliases ] && . /root/.bash_aliases
__nslab_begun=1
trap __nslab_run DEBUG
`

// shrc is what other POSIX shells of a lab read (sh(1), ENV).
const shrc = `case $(readlink /proc/$$/exe 2>/dev/null) in
*busybox*) PS1='\[` + "\x1b" + `]7777;prompt;$?;` + "\a" + `\]${NSLAB_SHELL:+($NSLAB_SHELL) }\u@\h:\w\$ ' ;;
*) PS1='` + "\x1b" + `]7777;prompt;$?;` + "\a" + `'"# " ;;
esac
`

// rootSize are the limits of a lab's file systems; all of them live in memory.
const (
	rootData = "mode=755,size=64m,nr_inodes=16k"
	shmData  = "mode=1777,size=16m,nr_inodes=1k"
)

// buildRoot appends the making of a lab's root, from the mounting of its tmpfs to the end of the
// old root. The process is alone in a new mount namespace, copied from the
// keeper's, and its PID, network and cgroup namespaces are new too.
func (s *script) buildRoot(m machine, o LabOptions) {
	// The copy must not pass anything back to the keeper's.
	s.mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
	s.mount("nslab", stageRoot, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, rootData)
	s.must("chdir "+stageRoot, unix.SYS_CHDIR, stageRoot)
	// From here on every path of the lab is relative.

	for _, dir := range []string{"dev", "proc", "sys", "etc", "opt", "opt/nslab", "run", "run/nslab", "var", "var/tmp", "home", "srv"} {
		s.mkdir(dir, 0o755)
	}
	s.mkdir("run/nslab/proc", 0o700)
	s.mkdir("run/nslab/sys", 0o700)
	s.mkdir("root", 0o700)
	s.mkdir("mnt", 0o755)
	s.mkdir("tmp", 0o777)
	s.must("chmod tmp", unix.SYS_FCHMODAT, unix.AT_FDCWD, "tmp", 0o1777)
	s.must("chmod var/tmp", unix.SYS_FCHMODAT, unix.AT_FDCWD, "var/tmp", 0o1777)
	s.symlink("../run", "var/run")

	s.bindReadOnly(stageTools, "opt/nslab")
	if o.Tools == BusyBoxTools {
		s.mkdir("bin", 0o755)
		s.mkdir("usr", 0o755)
		for _, link := range [][2]string{{"bin", "sbin"}, {"../bin", "usr/bin"}, {"../bin", "usr/sbin"}} {
			s.symlink(link[0], link[1])
		}
		busybox := s.intern(busyboxPath)
		for _, applet := range o.applets {
			s.must("make the names of BusyBox", unix.SYS_SYMLINKAT, busybox, unix.AT_FDCWD, "bin/"+applet)
		}
	} else {
		for _, dir := range sortedKeys(m.links) {
			s.symlink(m.links[dir], dir[1:])
		}
		for _, dir := range m.dirs {
			if parent := filepath.Dir(dir[1:]); parent != "." {
				s.mkdir(parent, 0o755)
			}
			s.mkdir(dir[1:], 0o755)
			s.bindReadOnly(dir, dir[1:])
		}
	}
	s.etc(m, o)

	// A fresh /proc is allowed only while the old, full one is still visible
	// (mount_too_revealing in the kernel's fs/namespace.c): before the pivot.
	const plain = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC
	s.mount("proc", "proc", "proc", plain, "")
	s.sysfs("sys")
	// For the same reason a learner who unmounts one of them could never mount it again, and
	// ip-netns(8) does so with /sys at every exec: a second of each, out of the way.
	s.mount("proc", "run/nslab/proc", "proc", plain, "")
	s.sysfs("run/nslab/sys")
	// Where there is no sysfs, a folder for cgroups all the same.
	for _, dir := range []string{"sys/fs", "sys/fs/cgroup"} {
		s.may("mkdir "+dir, unix.SYS_MKDIRAT, unix.AT_FDCWD, dir, 0o755)
	}
	cgroup := uintptr(plain)
	if !o.divided {
		// What is there is the caller's own group: its limits are not the lab's to set by mistake.
		cgroup |= unix.MS_RDONLY
	}
	s.may("mount cgroup2", unix.SYS_MOUNT, "cgroup2", "sys/fs/cgroup", "cgroup2", cgroup, "")
	s.dev(o)

	// pivot_root(2), NOTES: with both arguments "." the old root ends up
	// mounted over the new one, and the working directory is in it.
	s.must("pivot_root", unix.SYS_PIVOT_ROOT, ".", ".")
	s.must("unmount the machine's root", unix.SYS_UMOUNT2, ".", unix.MNT_DETACH)
	s.must("chdir /", unix.SYS_CHDIR, "/")
	// As on a machine that systemd started: what is mounted in the host reaches
	// whoever asked to receive it (mount_namespaces(7)).
	s.mount("", "/", "", unix.MS_REC|unix.MS_SHARED, "")
}

// sysfs appends the mounting of a fresh sysfs, as writable as the machine's is: in many containers that is read-only or not
// there at all, and then nobody may have more of it (mount_too_revealing). mount(2) would make all of the file
// system read-only with the mount, and that for good.
func (s *script) sysfs(target string) {
	fs := s.may("fsopen sysfs", unix.SYS_FSOPEN, "sysfs", unix.FSOPEN_CLOEXEC)
	s.may("name the source", unix.SYS_FSCONFIG, fs, unix.FSCONFIG_SET_STRING, "source", "sysfs", 0)
	s.may("create sysfs", unix.SYS_FSCONFIG, fs, unix.FSCONFIG_CMD_CREATE, 0, 0, 0)
	mount := s.may("fsmount sysfs", unix.SYS_FSMOUNT, fs, unix.FSMOUNT_CLOEXEC,
		unix.MOUNT_ATTR_RDONLY|unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NODEV|unix.MOUNT_ATTR_NOEXEC)
	writable := unix.MountAttr{Attr_clr: unix.MOUNT_ATTR_RDONLY}
	s.may("make sysfs writable", unix.SYS_MOUNT_SETATTR, mount, "", unix.AT_EMPTY_PATH, structBytes(&writable), unix.MOUNT_ATTR_SIZE_VER0)
	s.may("mount sysfs on "+target, unix.SYS_MOVE_MOUNT, mount, "", unix.AT_FDCWD, target, unix.MOVE_MOUNT_F_EMPTY_PATH)
	s.may("close", unix.SYS_CLOSE, mount)
	s.may("close", unix.SYS_CLOSE, fs)
}

// dev appends the lab's /dev: the machine's harmless devices, and terminals
// of its own.
func (s *script) dev(o LabOptions) {
	s.mount("dev", "dev", "tmpfs", unix.MS_NOSUID|unix.MS_NOEXEC, "mode=755,size=64k,nr_inodes=128")
	for _, name := range devices {
		s.newFile("dev/"+name, nil, 0o666)
		s.bind(must, "/dev/"+name, "dev/"+name)
	}
	for _, dir := range []string{"pts", "shm", "mqueue"} {
		s.mkdir("dev/"+dir, 0o755)
	}
	s.mount("devpts", "dev/pts", "devpts", unix.MS_NOSUID|unix.MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620,max=64")
	s.mount("shm", "dev/shm", "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, shmData)
	s.may("mount mqueue", unix.SYS_MOUNT, "mqueue", "dev/mqueue", "mqueue", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "")
	for _, link := range [][2]string{
		{"pts/ptmx", "ptmx"}, {"/proc/self/fd", "fd"}, {"/proc/self/fd/0", "stdin"},
		{"/proc/self/fd/1", "stdout"}, {"/proc/self/fd/2", "stderr"},
	} {
		s.symlink(link[0], "dev/"+link[1])
	}
}

// etc appends the lab's /etc: a few files of its own, and what the machine's programs need.
func (s *script) etc(m machine, o LabOptions) {
	shell := o.shell
	for _, f := range [][2]string{
		{"passwd", "root:x:0:0:root:/root:" + shell + "\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n"},
		{"group", "root:x:0:\nnogroup:x:65534:\n"},
		{"hostname", o.HostName + "\n"},
		{"hosts", "127.0.0.1\tlocalhost\n127.0.1.1\t" + o.HostName + "\n::1\tlocalhost ip6-localhost\n"},
		{"nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\nnetworks: files\nprotocols: files\nservices: files\n"},
		{"resolv.conf", ""},
		{"shells", shell + "\n/bin/sh\n"},
		{"profile", "export PATH=" + Path + "\nif [ -n \"$BASH_VERSION\" ]; then . " + toolsLib + "/bashrc; fi\n"},
		{"os-release", "NAME=\"nslab\"\nID=nslab\nPRETTY_NAME=\"nslab lab\"\n"},
		{"rpc", ""},
		{"networks", "loopback 127.0.0.0\n"},
	} {
		s.newFile("etc/"+f[0], []byte(f[1]), 0o644)
	}
	s.symlink("/proc/self/mounts", "etc/mtab")
	s.newFile("root/.bashrc", []byte(". "+toolsLib+"/bashrc\n"), 0o644)
	if o.Tools == BusyBoxTools {
		return
	}
	for _, name := range m.etcFiles {
		s.copyFile("/etc/"+name, "etc/"+name)
	}
	for _, name := range m.etcDirs {
		s.mkdir("etc/"+name, 0o755)
		s.bindReadOnly("/etc/"+name, "etc/"+name)
	}
}

// sortedKeys returns a map's keys in order, so that every lab is made alike.
func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// idMap is the text of a uid_map or gid_map with one line for one ID.
func idMap(inside, outside int) string {
	return strconv.Itoa(inside) + " " + strconv.Itoa(outside) + " 1\n"
}
