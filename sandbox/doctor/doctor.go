// Package doctor finds out whether labs can run on this machine and, where
// they cannot, which setting forbids it and which command allows it.
//
// A [Requirement] is one thing a lab needs. [Examine] looks at every one of
// them through a [Machine], which is the real one ([Real]) or, in tests, any
// other, and returns a [Report]. What the kernel allows is found by doing it
// for real, with clone(2) and mount(2); files under /proc, /sys and /etc only
// serve to name the [Cause] when the kernel refused. A requirement that cannot
// be tried before another is mended is reported as waiting for it, not as
// failed.
//
// The package holds facts and commands only. Sentences are written where they
// are printed, by requirement, cause and remedy; [IDs], [Causes] and
// [RemedyIDs] list what must have one. The program's doctor command calls it,
// and whatever else failed to start a lab.
package doctor

// ID names a requirement.
type ID string

// The requirements, in the order in which a report lists them.
const (
	Kernel         ID = "kernel"          // a kernel with the system calls labs use
	UserNamespaces ID = "user-namespaces" // user_namespaces(7), and root's rights within
	Limits         ID = "limits"          // namespaces(7), "The /proc/sys/user directory"
	Namespaces     ID = "namespaces"      // mnt, uts, ipc, net, pid, cgroup
	TimeNamespaces ID = "time-namespaces" // time_namespaces(7)
	Mount          ID = "mount"           // mount(2), mount_setattr(2)
	Proc           ID = "proc"            // a fresh proc(5)
	Sys            ID = "sys"             // a fresh sysfs(5)
	Devices        ID = "devices"         // null(4), full(4), random(4), tty(4)
	Terminals      ID = "terminals"       // pts(4)
	Cgroups        ID = "cgroups"         // cgroups(7), version 2, delegated
	Unshare        ID = "unshare"         // unshare(1), not confined by a profile of its own
	Tools          ID = "tools"           // the commands of the course
	SystemCalls    ID = "system-calls"    // seccomp_unotify(2): seeing the lab's system calls
	State          ID = "state"           // a folder for the learner's progress
	Lab            ID = "lab"             // a real lab, started and ended
)

// IDs lists every requirement in the order of a report.
func IDs() []ID {
	return []ID{Kernel, UserNamespaces, Limits, Namespaces, TimeNamespaces, Mount, Proc, Sys,
		Devices, Terminals, Cgroups, Unshare, Tools, SystemCalls, State, Lab}
}

// Cause names why a requirement is not met.
type Cause string

// The causes.
const (
	// Waiting is the cause of a requirement that was not tried because the
	// one named in Requirement.After is not met.
	Waiting Cause = "waiting"
	// Refused is the cause when the kernel said no and no setting known here
	// explains it; Requirement.Found has the kernel's words.
	Refused Cause = "refused"

	KernelOld Cause = "kernel-old"
	NoProc    Cause = "no-proc"    // nothing is mounted on /proc
	OtherProc Cause = "other-proc" // what is mounted there shows another PID namespace than ours
	NotBuilt  Cause = "not-built"  // the kernel lacks a kind of namespace

	UsernsSysctl     Cause = "userns-sysctl"     // kernel.unprivileged_userns_clone is 0
	UsernsZero       Cause = "userns-zero"       // user.max_user_namespaces is 0
	UsernsUsedUp     Cause = "userns-used-up"    // user.max_user_namespaces are in use
	UsernsNested     Cause = "userns-nested"     // 32 deep, or an outer namespace's limit
	UsernsUnmapped   Cause = "userns-unmapped"   // our own ID is missing from uid_map
	UsernsChroot     Cause = "userns-chroot"     // clone(2), EPERM: in a chroot
	AppArmorRestrict Cause = "apparmor-restrict" // kernel.apparmor_restrict_unprivileged_userns is 1
	AppArmorProfile  Cause = "apparmor-profile"  // a profile confines us, as in a container
	AppArmorUnshare  Cause = "apparmor-unshare"  // unshare(1) has a profile that takes root's rights
	SELinux          Cause = "selinux"           // SELinux enforces, and the kernel said EACCES
	Seccomp          Cause = "seccomp"           // seccomp(2), mode 2, as in a container
	ProcessLimit     Cause = "process-limit"     // getrlimit(2), RLIMIT_NPROC
	LimitZero        Cause = "limit-zero"        // user.max_*_namespaces is 0
	LimitLow         Cause = "limit-low"         // user.max_*_namespaces leaves no room
	LimitUsedUp      Cause = "limit-used-up"     // the kernel said ENOSPC
	ProcMasked       Cause = "proc-masked"       // a container hides parts of /proc
	ProcOvermounted  Cause = "proc-overmounted"  // something is mounted below /proc
	SysHidden        Cause = "sys-hidden"        // a container shows no whole /sys
	DeviceMissing    Cause = "device-missing"    // a node of /dev is not there
	NoDevpts         Cause = "no-devpts"         // the kernel has no devpts
	CgroupV1         Cause = "cgroup-v1"         // controllers are in version 1
	CgroupNone       Cause = "cgroup-none"       // nothing is mounted
	CgroupReadOnly   Cause = "cgroup-read-only"  // mounted read-only, as in a container
	CgroupNotYours   Cause = "cgroup-not-yours"  // not delegated to this user
	CgroupNoControl  Cause = "cgroup-no-control" // delegated without memory or pids
	ToolsMissing     Cause = "tools-missing"     // nowhere, not even in BusyBox
	ToolsLess        Cause = "tools-less"        // BusyBox has them, but they do less
	ListenerTaken    Cause = "listener-taken"    // seccomp(2), EBUSY: somebody listens already
	StateUnwritable  Cause = "state-unwritable"  // access(2) says no
	LabFailed        Cause = "lab-failed"        // all is well, and yet a lab does not start
)

// Causes lists every cause.
func Causes() []Cause {
	return []Cause{Waiting, Refused, KernelOld, NoProc, OtherProc, NotBuilt,
		UsernsSysctl, UsernsZero, UsernsUsedUp, UsernsNested, UsernsUnmapped, UsernsChroot,
		AppArmorRestrict, AppArmorProfile, AppArmorUnshare, SELinux, Seccomp, ProcessLimit,
		LimitZero, LimitLow, LimitUsedUp, ProcMasked, ProcOvermounted, SysHidden,
		DeviceMissing, NoDevpts,
		CgroupV1, CgroupNone, CgroupReadOnly, CgroupNotYours, CgroupNoControl,
		ToolsMissing, ToolsLess, ListenerTaken, StateUnwritable, LabFailed}
}

// RemedyID names a way to mend something.
type RemedyID string

// The ways to mend.
const (
	UntilBoot     RemedyID = "until-boot"     // sysctl(8); gone at the next boot
	ForGood       RemedyID = "for-good"       // sysctl.d(5); stays
	Profile       RemedyID = "profile"        // an AppArmor profile for this program alone
	DropProfile   RemedyID = "drop-profile"   // take an AppArmor profile away
	Container     RemedyID = "container"      // start the container with these options
	Privileged    RemedyID = "privileged"     // start it with every right there is
	Pod           RemedyID = "pod"            // the same for Kubernetes, as YAML
	Leave         RemedyID = "leave"          // leave the shell you are in
	ThisShell     RemedyID = "this-shell"     // for this shell and what it starts
	Policy        RemedyID = "policy"         // allow in SELinux what it refused
	MountIt       RemedyID = "mount"          // mount(8)
	Unmount       RemedyID = "unmount"        // umount(8)
	NewKernel     RemedyID = "new-kernel"     // install one, then boot it
	Node          RemedyID = "node"           // mknod(1)
	Delegate      RemedyID = "delegate"       // systemd.resource-control(5), Delegate=
	BootParameter RemedyID = "boot-parameter" // kernel-command-line(7)
	WSLConfig     RemedyID = "wsl-config"     // .wslconfig of Windows
	Install       RemedyID = "install"        // the package manager
	Own           RemedyID = "own"            // chown(1)
	OtherFolder   RemedyID = "other-folder"   // XDG_STATE_HOME
)

// RemedyIDs lists every way to mend.
func RemedyIDs() []RemedyID {
	return []RemedyID{UntilBoot, ForGood, Profile, DropProfile, Container, Privileged, Pod, Leave,
		ThisShell, Policy, MountIt, Unmount, NewKernel, Node, Delegate, BootParameter, WSLConfig,
		Install, Own, OtherFolder}
}

// Remedy is one way to meet a requirement. Each of several is enough by
// itself.
type Remedy struct {
	ID RemedyID `json:"id"`
	// Command is what to type, word for word; several lines are typed in
	// that order.
	Command string `json:"command"`
}

// Tool is one command of the course and where it is found.
type Tool struct {
	Name    string `json:"name"`
	Path    string `json:"path,omitempty"`    // of the machine's own
	BusyBox bool   `json:"busybox,omitempty"` // BusyBox provides it
	Less    bool   `json:"less,omitempty"`    // BusyBox's does less than the course asks
	Package string `json:"package,omitempty"` // where it is missing: what to install
}

// Requirement is one thing a lab needs, and whether this machine gives it.
type Requirement struct {
	ID     ID   `json:"id"`
	Needed bool `json:"needed"` // without it no lab runs; otherwise labs do less
	OK     bool `json:"ok"`
	// Found is what was seen: a version, a setting and its value, the
	// kernel's words. It is the same in every language.
	Found string `json:"found,omitempty"`
	Cause Cause  `json:"cause,omitempty"`
	After ID     `json:"after,omitempty"` // with Waiting: what to mend first
	// Outside says that the remedies are for the machine that runs this
	// container, not for the container.
	Outside bool     `json:"outside,omitempty"`
	Remedy  []Remedy `json:"remedy,omitempty"` // the most specific first
	Tools   []Tool   `json:"tools,omitempty"`
}

// Report is what Examine found, in the order of IDs.
type Report struct {
	// Container names what kind of container this is: "docker", "podman",
	// "kubernetes", "lxc", "flatpak", or the name that systemd gives it.
	// It is empty on a machine.
	Container    string        `json:"container,omitempty"`
	Requirements []Requirement `json:"requirements"`
}

// OK reports whether labs can run: everything needed is there.
func (r Report) OK() bool {
	for _, q := range r.Requirements {
		if q.Needed && !q.OK {
			return false
		}
	}
	return true
}

// Get returns the requirement named id, and whether the report has it.
func (r Report) Get(id ID) (Requirement, bool) {
	for _, q := range r.Requirements {
		if q.ID == id {
			return q, true
		}
	}
	return Requirement{}, false
}
