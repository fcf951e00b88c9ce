package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// minKernel is where the youngest system call that labs use came:
// mount_setattr(2). close_range(2) with CLOSE_RANGE_CLOEXEC is of 5.11, and
// setns(2) with a PID file descriptor of 5.8.
var minKernel = [2]int{5, 12}

// room is how many namespaces of a kind should be free: a class of labs, or
// one learner who opens many shells.
const room = 16

// examiner holds what several requirements ask for, read once.
type examiner struct {
	Machine
	report     Report
	mounts     []mountLine
	label      string // our AppArmor profile, as in /proc/PID/attr/current
	seccomp    bool   // a filter is on us
	restricted bool   // kernel.apparmor_restrict_unprivileged_userns is 1
	nested     bool   // our user namespace is not the initial one
	sysAdmin   bool   // CAP_SYS_ADMIN in our user namespace
	outside    bool   // sysctls cannot be set from where we are
	distro     distro
}

// Examine looks at each requirement in turn.
func Examine(m Machine) Report {
	e := &examiner{Machine: m}
	e.gather()

	e.kernel()
	base, ok := e.userNamespaces()
	e.limits()
	e.namespaces(base, ok)
	e.timeNamespaces(base, ok)
	e.mount(base, ok)
	e.proc(base, ok)
	e.sys(base, ok)
	e.devices()
	e.terminals()
	e.cgroups()
	e.unshare()
	e.tools()
	e.systemCalls(ok)
	e.state()
	e.lab()
	return e.report
}

func (e *examiner) add(r Requirement) { e.report.Requirements = append(e.report.Requirements, r) }

// wait adds a requirement that cannot be tried before another is met; where
// that one waits itself, for what it waits for.
func (e *examiner) wait(id, after ID, needed bool) {
	if first, _ := e.report.Get(after); first.After != "" {
		after = first.After
	}
	e.add(Requirement{ID: id, Needed: needed, Cause: Waiting, After: after})
}

// failing reports whether the report has id as not met.
func (e *examiner) failing(id ID) bool {
	r, ok := e.report.Get(id)
	return ok && !r.OK
}

// text reads a file and trims it; it is empty where there is none.
func (e *examiner) text(name string) string {
	b, err := fs.ReadFile(e.FS, strings.TrimPrefix(name, "/"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(strings.TrimRight(string(b), "\x00"))
}

func (e *examiner) exists(name string) bool {
	_, err := fs.Stat(e.FS, strings.TrimPrefix(name, "/"))
	return err == nil
}

// zero reports whether a sysctl is there and 0.
func (e *examiner) zero(name string) bool { return e.text(sysctlFile(name)) == "0" }

func sysctlFile(name string) string { return "/proc/sys/" + strings.ReplaceAll(name, ".", "/") }

func (e *examiner) gather() {
	e.mounts = parseMounts(e.text("/proc/self/mountinfo"))
	e.distro = parseDistro(e.text("/etc/os-release"))
	e.report.Container = e.container()
	e.label = e.text("/proc/self/attr/apparmor/current")
	if e.label == "" && !e.exists("/sys/fs/selinux/enforce") {
		e.label = e.text("/proc/self/attr/current")
	}
	e.restricted = e.text(sysctlFile("kernel.apparmor_restrict_unprivileged_userns")) == "1"
	for line := range strings.Lines(e.text("/proc/self/status")) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		value = strings.TrimSpace(value)
		switch name {
		case "Seccomp":
			e.seccomp = value == "2"
		case "CapEff":
			caps, err := strconv.ParseUint(value, 16, 64)
			e.sysAdmin = err == nil && caps&(1<<unix.CAP_SYS_ADMIN) != 0
		}
	}
	if f := strings.Fields(e.text("/proc/self/uid_map")); len(f) > 0 {
		e.nested = strings.Join(f, " ") != "0 0 4294967295"
	}
	e.outside = e.nested || e.readOnly("/proc/sys")
}

// container names the kind of container by the files that each leaves; it
// says nothing about what is allowed in it.
func (e *examiner) container() string {
	switch {
	case e.exists("/.flatpak-info"):
		return "flatpak"
	case e.exists("/run/secrets/kubernetes.io"), e.exists("/var/run/secrets/kubernetes.io"):
		return "kubernetes"
	case e.exists("/run/.containerenv"):
		return "podman"
	case e.exists("/.dockerenv"):
		return "docker"
	case e.exists("/dev/lxd/sock"), e.exists("/dev/.lxc"):
		return "lxc"
	}
	switch name := e.text("/run/systemd/container"); name {
	case "wsl":
		return "" // a virtual machine, whatever systemd-detect-virt(1) calls it
	case "lxc-libvirt":
		return "lxc"
	default:
		return name
	}
}

func (e *examiner) wsl() bool { return strings.Contains(strings.ToLower(e.Release), "microsoft") }

func (e *examiner) kernel() {
	r := Requirement{ID: Kernel, Needed: true, Found: "Linux " + e.Release}
	major, minor, ok := parseRelease(e.Release)
	r.OK = ok && (major > minKernel[0] || major == minKernel[0] && minor >= minKernel[1])
	if !r.OK {
		r.Cause = KernelOld
		r.Outside = e.report.Container != ""
		if !r.Outside {
			r.Remedy = e.newKernel()
		}
	}
	e.add(r)
}

// userNamespaces adds its requirement and returns the clone flags that every
// later probe starts from: CLONE_NEWUSER, or none for a root who may not make
// a user namespace and can do without. ok is false where neither works.
func (e *examiner) userNamespaces() (base uintptr, ok bool) {
	r := Requirement{ID: UserNamespaces, Needed: true}
	err := e.Clone(unix.CLONE_NEWUSER)
	if pid, _, _ := strings.Cut(e.text("/proc/self/stat"), " "); pid != "" && pid != strconv.Itoa(e.PID) {
		// Whatever the kernel allows, what is asked through /proc goes to other processes.
		e.otherProc(&r, pid)
		e.add(r)
		return 0, false
	}
	if err == nil && e.restricted && !e.confined() {
		// Ubuntu lets the clone pass, and moves what is in the new namespace
		// to a profile that has no capability there. Only using one tells.
		refused := e.Mount(unix.CLONE_NEWUSER | unix.CLONE_NEWNS)
		if errno := errnoOf(refused); errno == unix.EPERM || errno == unix.EACCES {
			err = refused
			e.blame(&r, AppArmorRestrict, "kernel.apparmor_restrict_unprivileged_userns = 1; "+err.Error(),
				e.profile()...)
			r.Outside = e.outside
		}
	} else if err != nil {
		e.blameUser(&r, err)
	} else if e.zero("kernel.unprivileged_userns_clone") {
		// The machine's root may make one, but nobody may make another in that, as a lab's is in the keeper's.
		err = unix.EPERM
		e.blameDebian(&r)
		r.Outside = e.outside
	}
	switch {
	case err == nil:
		r.OK = true
		r.Found = strings.Join(strings.Fields(firstLine(e.text("/proc/self/uid_map"))), " ")
		if r.Found != "" {
			r.Found = "uid_map " + r.Found
		}
		base, ok = unix.CLONE_NEWUSER, true
	case e.UID == 0 && e.Clone(unix.CLONE_NEWNS) == nil:
		// Real root needs no user namespace; the lab is less confined.
		r.Needed, ok = false, true
	}
	e.add(r)
	return base, ok
}

// confined reports whether an AppArmor profile other than Ubuntu's for
// unprivileged user namespaces is on us.
func (e *examiner) confined() bool {
	name, mode, _ := strings.Cut(e.label, " ")
	return name != "" && name != "unconfined" && !strings.Contains(name, "unprivileged_userns") &&
		mode != "(unconfined)" && mode != "(complain)"
}

func (e *examiner) blame(r *Requirement, c Cause, found string, remedy ...Remedy) {
	r.Cause, r.Found, r.Remedy = c, found, remedy
}

// blameUser finds why the kernel refused CLONE_NEWUSER. The errors are those
// of clone(2), unshare(2) and user_namespaces(7); security modules add
// theirs. What is certain comes before what is likely.
func (e *examiner) blameUser(r *Requirement, err error) {
	r.Outside = e.outside
	errno := errnoOf(err)
	max, _ := strconv.Atoi(e.text(sysctlFile("user.max_user_namespaces")))
	switch {
	case !e.exists("/proc/self/status"):
		// Without it nothing can be known, and no probe started.
		r.Outside = false
		e.blame(r, NoProc, "/proc", Remedy{MountIt, e.here("mount -t proc proc /proc")})
	case !e.exists("/proc/self/ns/user") || errno == unix.EINVAL || errno == unix.ENOSYS && !e.seccomp:
		r.Outside = e.report.Container != ""
		e.blame(r, NotBuilt, "CONFIG_USER_NS: "+err.Error())
	case e.zero("user.max_user_namespaces"):
		e.blame(r, UsernsZero, "user.max_user_namespaces = 0", e.sysctl("user.max_user_namespaces", "28633")...)
	case errno == unix.ENOSPC || errno == unix.EUSERS:
		// EUSERS was the error before Linux 4.9.
		if e.nested {
			e.blame(r, UsernsNested, err.Error(), Remedy{Leave, "exit"})
			return
		}
		e.blame(r, UsernsUsedUp, fmt.Sprintf("user.max_user_namespaces = %d; %v", max, err),
			e.sysctl("user.max_user_namespaces", strconv.Itoa(max*2))...)
	case errno == unix.EAGAIN:
		r.Outside = false
		e.blame(r, ProcessLimit, err.Error(), Remedy{ThisShell, `ulimit -u "$(ulimit -Hu)"`})
	case e.zero("kernel.unprivileged_userns_clone") && (!e.sysAdmin || e.nested):
		e.blameDebian(r)
	case !e.mapped("/proc/self/uid_map", e.UID) || !e.mapped("/proc/self/gid_map", e.GID):
		r.Outside = false
		e.blame(r, UsernsUnmapped, fmt.Sprintf("uid %d, gid %d; uid_map %s", e.UID, e.GID,
			strings.Join(strings.Fields(e.text("/proc/self/uid_map")), " ")), Remedy{Leave, "exit"})
	case errno == unix.EPERM && e.chrooted():
		r.Outside = false
		e.blame(r, UsernsChroot, err.Error(), Remedy{Leave, "exit"})
	case e.restricted && (errno == unix.EACCES || !e.seccomp):
		e.blame(r, AppArmorRestrict, "kernel.apparmor_restrict_unprivileged_userns = 1; "+err.Error(), e.profile()...)
	default:
		e.blameSecurity(r, err)
	}
}

// otherProc blames a /proc that shows another PID namespace than the one we are in, as the first try at unshare --pid
// leaves it (unshare(1), --mount-proc).
func (e *examiner) otherProc(r *Requirement, pid string) {
	e.blame(r, OtherProc, fmt.Sprintf("getpid() = %d, /proc/self -> %s", e.PID, pid), Remedy{Leave, "exit"})
}

func (e *examiner) blameDebian(r *Requirement) {
	const name = "kernel.unprivileged_userns_clone"
	e.blame(r, UsernsSysctl, name+" = 0", e.sysctl(name, "1")...)
}

// blameSecurity finds which security module or filter refused something that
// no sysctl forbids.
func (e *examiner) blameSecurity(r *Requirement, err error) {
	errno := errnoOf(err)
	denied := errno == unix.EACCES || errno == unix.EPERM || errno == unix.ENOSYS
	switch {
	case errno == unix.EACCES && e.text("/sys/fs/selinux/enforce") == "1":
		r.Outside = e.report.Container != ""
		if r.Outside {
			e.blame(r, SELinux, err.Error(), e.options()...)
			return
		}
		e.blame(r, SELinux, err.Error(), Remedy{Policy,
			e.asRoot("ausearch -m avc -ts recent | "+e.asRoot("audit2allow -M nslab")) + "\n" + e.asRoot("semodule -i nslab.pp")})
	case errno == unix.EACCES && e.confined():
		r.Outside = e.report.Container != ""
		e.blame(r, AppArmorProfile, e.label+"; "+err.Error(), e.options()...)
		if r.Remedy == nil {
			r.Remedy = e.profile()[:1]
		}
	case denied && e.seccomp:
		r.Outside = e.report.Container != ""
		e.blame(r, Seccomp, "Seccomp: 2; "+err.Error(), e.options()...)
	default:
		r.Outside = e.report.Container != ""
		e.blame(r, Refused, err.Error(), e.options()...)
	}
}

// mapped reports whether id is in a map as user_namespaces(7) writes it. A map
// that is not there does not speak against us.
func (e *examiner) mapped(name string, id int) bool {
	if !e.exists(name) {
		return true
	}
	text := e.text(name) // empty in a namespace that nobody has given a map
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) != 3 {
			continue
		}
		first, _ := strconv.ParseUint(f[0], 10, 32)
		size, _ := strconv.ParseUint(f[2], 10, 64)
		if uint64(id) >= first && uint64(id)-first < size {
			return true
		}
	}
	return false
}

// chrooted reports whether our root folder is not the root of a mount: then
// no line of mountinfo, which shows mounts as seen from our root, is for "/".
func (e *examiner) chrooted() bool {
	for _, m := range e.mounts {
		if m.point == "/" {
			return false
		}
	}
	return len(e.mounts) > 0
}

// limits are of the user namespace we are in, and count for those within:
// namespaces(7), "The /proc/sys/user directory".
func (e *examiner) limits() {
	r := Requirement{ID: Limits, Needed: true, OK: true, Outside: e.outside}
	var zero, low []string
	seen := 0
	names := make([]string, 0, len(kinds)+1)
	for _, k := range kinds {
		names = append(names, "user.max_"+k.name+"_namespaces")
	}
	if !e.zero("user.max_user_namespaces") { // else it has been said above
		names = append(names, "user.max_user_namespaces")
	}
	for _, name := range names {
		n, err := strconv.Atoi(e.text(sysctlFile(name)))
		switch {
		case err != nil: // before Linux 4.9 there are none
			continue
		case n == 0:
			zero = append(zero, name)
		case n < room:
			low = append(low, fmt.Sprintf("%s = %d", name, n))
		}
		seen++
	}
	switch {
	case zero != nil:
		r.OK = false
		e.blame(&r, LimitZero, strings.Join(zero, " = 0, ")+" = 0", e.sysctls(zero, "28633")...)
	case low != nil:
		r.OK, r.Needed = false, false
		var names []string
		for _, l := range low {
			name, _, _ := strings.Cut(l, " ")
			names = append(names, name)
		}
		e.blame(&r, LimitLow, strings.Join(low, ", "), e.sysctls(names, "28633")...)
	default:
		r.Outside = false
		r.Found = fmt.Sprintf("user.max_*_namespaces >= %d", room)
		if seen == 0 {
			r.Found = ""
		}
	}
	e.add(r)
}

// blocker returns which requirement keeps namespaces from being tried.
func (e *examiner) blocker(userOK bool) (ID, bool) {
	if !userOK {
		return UserNamespaces, true
	}
	if r, _ := e.report.Get(Limits); !r.OK && r.Needed {
		return Limits, true
	}
	return "", false
}

func (e *examiner) namespaces(base uintptr, userOK bool) {
	if after, blocked := e.blocker(userOK); blocked {
		e.wait(Namespaces, after, true)
		return
	}
	r := Requirement{ID: Namespaces, Needed: true, OK: true}
	err := e.Clone(base | labFlags())
	if err == nil {
		var names []string
		for _, k := range kinds {
			names = append(names, k.name)
		}
		r.Found = strings.Join(names, ", ")
		e.add(r)
		return
	}
	r.OK = false
	// One at a time, to name the kinds that fail.
	var failed, sysctls []string
	for _, k := range kinds {
		if kerr := e.Clone(base | k.flag); kerr != nil {
			failed = append(failed, k.name)
			sysctls = append(sysctls, "user.max_"+k.name+"_namespaces")
			err = kerr
		}
	}
	found := strings.Join(failed, ", ") + ": " + err.Error()
	if failed == nil {
		found = err.Error()
	}
	switch errno := errnoOf(err); {
	case errno == unix.EINVAL || len(failed) == 1 && !e.exists("/proc/self/ns/"+failed[0]):
		r.Outside = e.report.Container != ""
		e.blame(&r, NotBuilt, found)
	case errno == unix.ENOSPC && failed != nil:
		r.Outside = e.outside
		e.blame(&r, LimitUsedUp, found, e.sysctls(sysctls, "100000")...)
	case errno == unix.EAGAIN:
		e.blame(&r, ProcessLimit, found, Remedy{ThisShell, `ulimit -u "$(ulimit -Hu)"`})
	default:
		e.blameSecurity(&r, err)
		if failed != nil {
			r.Found = strings.Join(failed, ", ") + ": " + r.Found
		}
	}
	e.add(r)
}

// timeNamespaces are for one lesson only.
func (e *examiner) timeNamespaces(base uintptr, userOK bool) {
	if after, blocked := e.blocker(userOK); blocked {
		e.wait(TimeNamespaces, after, false)
		return
	}
	r := Requirement{ID: TimeNamespaces}
	const limit = "user.max_time_namespaces"
	err := e.Clone(base | unix.CLONE_NEWTIME)
	switch errno := errnoOf(err); {
	case err == nil:
		r.OK, r.Found = true, "time"
	case !e.exists("/proc/self/ns/time") || errno == unix.EINVAL:
		r.Outside = e.report.Container != ""
		e.blame(&r, NotBuilt, "CONFIG_TIME_NS: "+err.Error())
	case e.zero(limit):
		r.Outside = e.outside
		e.blame(&r, LimitZero, limit+" = 0", e.sysctl(limit, "28633")...)
	case errno == unix.ENOSPC:
		r.Outside = e.outside
		e.blame(&r, LimitUsedUp, err.Error(), e.sysctl(limit, "100000")...)
	default:
		e.blameSecurity(&r, err)
	}
	e.add(r)
}

func (e *examiner) mount(base uintptr, userOK bool) {
	if !userOK {
		e.wait(Mount, UserNamespaces, true)
		return
	}
	if e.failing(Namespaces) {
		e.wait(Mount, Namespaces, true)
		return
	}
	r := Requirement{ID: Mount, Needed: true}
	err := e.Mount(base | labFlags())
	switch {
	case err == nil:
		r.OK, r.Found = true, "tmpfs, mount_setattr(2)"
	case errnoOf(err) == unix.ENOSYS:
		r.Outside = e.report.Container != ""
		if e.failing(Kernel) {
			e.wait(Mount, Kernel, true)
			return
		}
		// The kernel is young enough: a filter answers in its place.
		e.blame(&r, Seccomp, err.Error(), e.options()...)
	default:
		e.blameSecurity(&r, err)
	}
	e.add(r)
}

// proc may be mounted in a new user namespace only if the one that is there
// shows all of itself; the kernel says EPERM otherwise: user_namespaces(7),
// and the kernel's Documentation/filesystems/proc.rst.
func (e *examiner) proc(base uintptr, userOK bool) {
	if !userOK {
		e.wait(Proc, UserNamespaces, true)
		return
	}
	for _, id := range []ID{Namespaces, Mount} {
		if e.failing(id) {
			e.wait(Proc, id, true)
			return
		}
	}
	r := Requirement{ID: Proc, Needed: true}
	err := e.MountProc(base | labFlags())
	over := e.overProc()
	switch {
	case err == nil:
		r.OK, r.Found = true, "proc"
	case errnoOf(err) == unix.EPERM && len(over) > 0:
		found := strings.Join(over, ", ")
		if len(over) > 4 {
			found = strings.Join(over[:4], ", ") + ", …"
		}
		if e.report.Container != "" || e.nested {
			r.Outside = true
			e.blame(&r, ProcMasked, found, e.options()...)
			break
		}
		// The last mounted is the first to go.
		var points []string
		for i := len(over) - 1; i >= 0; i-- {
			points = append(points, quote(over[i]))
		}
		e.blame(&r, ProcOvermounted, found, Remedy{Unmount, e.here("umount " + strings.Join(points, " "))})
	default:
		e.blameSecurity(&r, err)
	}
	e.add(r)
}

// sys serves what reads /sys, as ip-netns(8) does; a lab starts without.
func (e *examiner) sys(base uintptr, userOK bool) {
	if !userOK {
		e.wait(Sys, UserNamespaces, false)
		return
	}
	for _, id := range []ID{Namespaces, Mount} {
		if e.failing(id) {
			e.wait(Sys, id, false)
			return
		}
	}
	r := Requirement{ID: Sys, OK: true, Found: "sysfs"}
	if err := e.MountSys(base | labFlags()); errnoOf(err) == unix.EPERM {
		r.OK, r.Outside = false, e.report.Container != "" || e.nested
		e.blame(&r, SysHidden, err.Error(), e.options()...)
	} else if err != nil {
		r.OK = false
		e.blameSecurity(&r, err)
	}
	e.add(r)
}

// overProc lists what is mounted below /proc, without the mount points that
// the kernel itself keeps empty for it, and which therefore hide nothing.
func (e *examiner) overProc() []string {
	var over []string
	seen := map[string]bool{}
	for _, m := range e.mounts {
		if !strings.HasPrefix(m.point, "/proc/") || seen[m.point] ||
			m.point == "/proc/sys/fs/binfmt_misc" || m.point == "/proc/fs/nfsd" {
			continue
		}
		seen[m.point] = true
		over = append(over, m.point)
	}
	return over
}

// readOnly reports whether the topmost mount that holds the path, by the
// order of mountinfo, is read-only.
func (e *examiner) readOnly(name string) bool {
	ro, best := false, -1
	for _, m := range e.mounts {
		if within(name, m.point) && len(m.point) >= best {
			best, ro = len(m.point), m.readOnly
		}
	}
	return ro
}

// nodes are the devices that a lab binds from the machine, with the numbers
// that null(4), full(4), random(4) and tty(4) give them.
var nodes = []struct{ name, numbers string }{
	{"null", "1 3"}, {"zero", "1 5"}, {"full", "1 7"}, {"random", "1 8"}, {"urandom", "1 9"}, {"tty", "5 0"},
}

func (e *examiner) devices() {
	r := Requirement{ID: Devices, Needed: true, OK: true}
	var there, missing, commands []string
	for _, n := range nodes {
		name := "/dev/" + n.name
		st, err := fs.Stat(e.FS, name[1:])
		if err == nil && st.Mode()&fs.ModeCharDevice != 0 {
			there = append(there, name)
			continue
		}
		missing = append(missing, name)
		commands = append(commands, e.here("mknod -m 666 "+name+" c "+n.numbers))
	}
	r.Found = strings.Join(there, ", ")
	if missing != nil {
		r.OK = false
		e.blame(&r, DeviceMissing, strings.Join(missing, ", "), Remedy{Node, strings.Join(commands, "\n")})
	}
	e.add(r)
}

func (e *examiner) terminals() {
	r := Requirement{ID: Terminals, Needed: true, OK: true, Found: "devpts"}
	if list := e.text("/proc/filesystems"); list != "" && !strings.Contains("\n"+list+"\n", "\tdevpts\n") {
		r.OK, r.Outside = false, e.report.Container != ""
		e.blame(&r, NoDevpts, "/proc/filesystems")
	}
	e.add(r)
}

// cgroups serve the limits of one lesson; the cgroup namespace needs none.
func (e *examiner) cgroups() {
	r := Requirement{ID: Cgroups}
	var unified *mountLine
	v1 := false
	for i, m := range e.mounts {
		switch m.fstype {
		case "cgroup2":
			if unified == nil || m.point == "/sys/fs/cgroup" {
				unified = &e.mounts[i]
			}
		case "cgroup":
			// A version 1 hierarchy without a controller, like systemd's
			// own, takes none away from version 2.
			v1 = v1 || !strings.Contains(m.super, "name=")
		}
	}
	switch {
	case v1 && unified != nil:
		e.blame(&r, CgroupV1, "cgroup, cgroup2 "+unified.point, e.unifiedBoot()...)
		r.Outside = e.report.Container != "" && e.outside
	case v1:
		e.blame(&r, CgroupV1, "cgroup", e.unifiedBoot()...)
		r.Outside = e.report.Container != "" && e.outside
	case unified == nil:
		e.blame(&r, CgroupNone, "/proc/self/mountinfo",
			Remedy{MountIt, e.here("mount -t cgroup2 none /sys/fs/cgroup")})
	default:
		e.delegation(&r, *unified)
	}
	e.add(r)
}

// delegation looks at where a lab's cgroup would be made (cgroups(7), "Cgroups delegation"): beside the one that we are
// in, for one with processes cannot hand controllers on, or in the hierarchy's root, which is spared.
func (e *examiner) delegation(r *Requirement, m mountLine) {
	own := "/"
	for line := range strings.Lines(e.text("/proc/self/cgroup")) {
		if p, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok {
			own = p
		}
	}
	dir, file := path.Join(m.point, path.Dir(own)), "cgroup.subtree_control"
	if own == "/" && !e.exists(path.Join(dir, "cgroup.type")) {
		file = "cgroup.controllers" // it can be made to hand on what it has
	}
	controllers := strings.Fields(e.text(path.Join(dir, file)))
	var lacks []string
	for _, want := range []string{"memory", "pids"} {
		has := false
		for _, c := range controllers {
			has = has || c == want
		}
		if !has {
			lacks = append(lacks, want)
		}
	}
	run := Remedy{Delegate, "systemd-run --user --scope -p Delegate=yes " + quote(e.Program)}
	systemd := e.exists("/run/systemd/system")
	switch {
	case m.readOnly:
		r.Outside = e.report.Container != ""
		e.blame(r, CgroupReadOnly, dir, e.privileged()...)
	case !e.Writable(dir) || !e.Writable(path.Join(dir, "cgroup.procs")):
		e.blame(r, CgroupNotYours, dir)
		if systemd {
			r.Remedy = []Remedy{run}
		} else if e.UID != 0 {
			// A group of the user's, and one below it for the shell in which this is typed.
			top, yours := quote(m.point), quote(path.Join(m.point, "user"+strconv.Itoa(e.UID)))
			enter := `sudo sh -c "echo $$ > ` + yours + `/shell/cgroup.procs"`
			if e.LookPath("sudo") == "" {
				enter = strings.Replace(enter, "sudo sh", "su", 1)
			}
			r.Remedy = []Remedy{{Own, strings.Join([]string{
				e.here("mkdir -p " + yours + "/shell"),
				e.here(`sh -c "echo +memory +pids | tee ` + top + "/cgroup.subtree_control " + yours + `/cgroup.subtree_control"`),
				e.here("chown -R " + strconv.Itoa(e.UID) + " " + yours),
				enter}, "\n")}}
		}
	case lacks != nil:
		e.blame(r, CgroupNoControl, path.Join(dir, file)+": "+strings.Join(controllers, " "))
		if systemd {
			r.Remedy = []Remedy{{Delegate, e.asRoot("mkdir -p /etc/systemd/system/user@.service.d") + "\n" +
				e.writeFile("/etc/systemd/system/user@.service.d/delegate.conf", "[Service]\nDelegate=yes") + "\n" +
				e.asRoot("systemctl daemon-reload")}}
		}
	default:
		r.OK = true
		r.Found = "cgroup2 " + dir + ": " + strings.Join(controllers, " ")
	}
}

// unshare looks for the profile by which Ubuntu 25.04 and later take root's
// rights from whatever unshare(1) starts, in a lab as well: AppArmor goes by
// the program's file.
func (e *examiner) unshare() {
	r := Requirement{ID: Unshare, OK: true}
	const file = "/etc/apparmor.d/unshare-userns-restrict"
	on := strings.HasPrefix(e.text("/sys/module/apparmor/parameters/enabled"), "Y")
	if on && e.exists(file) && !e.exists("/etc/apparmor.d/disable/unshare-userns-restrict") {
		r.OK, r.Outside = false, e.outside
		e.blame(&r, AppArmorUnshare, file, Remedy{DropProfile,
			e.asRoot("ln -s "+file+" /etc/apparmor.d/disable/") + "\n" + e.asRoot("apparmor_parser -R "+file)})
	}
	e.add(r)
}

// systemCalls looks whether the system calls of labs can be seen. Lessons do without.
func (e *examiner) systemCalls(userOK bool) {
	if after, blocked := e.blocker(userOK); blocked {
		e.wait(SystemCalls, after, false)
		return
	}
	if e.Trace == nil {
		return
	}
	r := Requirement{ID: SystemCalls, OK: true}
	if err := e.Trace(); err != nil {
		r.OK = false
		switch errnoOf(err) {
		case unix.EBUSY:
			r.Outside = e.report.Container != ""
			e.blame(&r, ListenerTaken, err.Error(), e.options()...)
		case unix.EINVAL:
			e.blame(&r, NotBuilt, err.Error())
		default:
			e.blameSecurity(&r, err)
		}
	}
	e.add(r)
}

func (e *examiner) state() {
	r := Requirement{ID: State, OK: true, Found: e.State}
	if e.State != "" {
		// What is not there yet is made in the nearest folder that is.
		dir := path.Clean(e.State)
		for dir != "/" && dir != "." && !e.exists(dir) {
			dir = path.Dir(dir)
		}
		if !e.Writable(dir) {
			r.OK = false
			e.blame(&r, StateUnwritable, dir)
			if dir == path.Clean(e.State) {
				r.Remedy = append(r.Remedy, Remedy{Own,
					e.here(fmt.Sprintf("chown -R %d:%d %s", e.UID, e.GID, quote(dir)))})
			} else {
				r.Remedy = append(r.Remedy, Remedy{Own, e.here(fmt.Sprintf("install -d -o %d -g %d %s", e.UID, e.GID, quote(e.State)))})
			}
			r.Remedy = append(r.Remedy, Remedy{OtherFolder, "export XDG_STATE_HOME=/tmp/nslab-$(id -u)"})
		}
	}
	e.add(r)
}

// lab comes last: it is the proof, or shows that a requirement is unknown
// here.
func (e *examiner) lab() {
	for _, r := range e.report.Requirements {
		if r.Needed && !r.OK {
			e.wait(Lab, r.ID, true)
			return
		}
	}
	if e.Try == nil {
		return
	}
	r := Requirement{ID: Lab, Needed: true, OK: true}
	if err := e.Try(); err != nil {
		r.OK = false
		e.blame(&r, LabFailed, err.Error())
	}
	e.add(r)
}

// errnoOf returns what the kernel said, or 0.
func errnoOf(err error) syscall.Errno {
	var errno syscall.Errno
	errors.As(err, &errno)
	return errno
}

// mountLine is a line of /proc/PID/mountinfo: proc_pid_mountinfo(5).
type mountLine struct {
	point    string
	fstype   string
	super    string
	readOnly bool
}

func parseMounts(text string) []mountLine {
	var mounts []mountLine
	for line := range strings.Lines(text) {
		before, after, ok := strings.Cut(strings.TrimSpace(line), " - ")
		f, g := strings.Fields(before), strings.Fields(after)
		if !ok || len(f) < 6 || len(g) < 3 {
			continue
		}
		mounts = append(mounts, mountLine{
			point:    unescape(f[4]),
			fstype:   g[0],
			super:    g[2],
			readOnly: hasOption(f[5], "ro") || hasOption(g[2], "ro"),
		})
	}
	return mounts
}

var octal = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

func unescape(s string) string { return octal.Replace(s) }

func hasOption(options, want string) bool {
	for o := range strings.SplitSeq(options, ",") {
		if o == want {
			return true
		}
	}
	return false
}

func within(name, dir string) bool {
	return dir == "/" || name == dir || strings.HasPrefix(name, dir+"/")
}

// parseRelease reads the first two numbers of a kernel release such as
// "5.15.153.1-microsoft-standard-WSL2" or "6.12-rc1".
func parseRelease(release string) (major, minor int, ok bool) {
	n, _ := fmt.Sscanf(release, "%d.%d", &major, &minor)
	return major, minor, n == 2
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
