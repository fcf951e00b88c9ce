package doctor

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"golang.org/x/sys/unix"
)

// fake is a machine on which all is well; a case takes something away.
type fake struct {
	Machine
	files fstest.MapFS
	// refuse is what the kernel answers to clone(2), by flags.
	refuse func(flags uintptr) syscall.Errno
	mount  syscall.Errno
	proc   syscall.Errno
	sys    syscall.Errno
	tools  []string // nil for all
	sudo   bool
}

const plainMounts = `22 27 0:21 / /proc rw,relatime - proc proc rw
23 27 0:22 / /sys rw,relatime - sysfs sysfs rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
31 23 0:28 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate
`

// dockerMounts is /proc as docker run masks it.
const dockerMounts = `1000 900 0:50 / / rw,relatime - overlay overlay rw
1001 1000 0:51 / /proc rw,nosuid - proc proc rw
1002 1000 0:52 / /sys ro,nosuid - sysfs sysfs ro
1003 1002 0:53 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw
1010 1001 0:51 /bus /proc/bus ro,nosuid - proc proc rw
1011 1001 0:51 /sys /proc/sys ro,nosuid - proc proc rw
1012 1001 0:54 / /proc/kcore rw,nosuid - tmpfs tmpfs rw
`

func newFake() *fake {
	f := &fake{sudo: true, files: fstest.MapFS{}}
	f.PID = 4242
	f.write("/proc/self/stat", "4242 (nslab) R 1 4242\n")
	f.UID, f.GID, f.Release, f.Program = 1000, 1000, "6.8.0-45-generic", "/home/ada/nslab/bin/nslab"
	f.write("/proc/self/mountinfo", plainMounts)
	f.write("/proc/self/status", "Name:\tnslab\nCapEff:\t0000000000000000\nSeccomp:\t0\n")
	f.write("/proc/self/uid_map", "         0          0 4294967295\n")
	f.write("/proc/self/gid_map", "         0          0 4294967295\n")
	f.write("/proc/self/cgroup", "0::/user.slice/user-1000.slice/user@1000.service/app.slice/run-1.scope\n")
	f.write("/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/cgroup.subtree_control", "memory pids\n")
	f.write("/proc/filesystems", "nodev\tproc\nnodev\tdevpts\n\text4\n")
	f.write("/etc/os-release", "ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"24.04\"\n")
	f.write("/run/systemd/system/.x", "")
	f.write("/home/ada/.x", "")
	f.State = "/home/ada/.local/state/nslab"
	for _, ns := range []string{"user", "mnt", "uts", "ipc", "net", "pid", "cgroup", "time"} {
		f.write("/proc/self/ns/"+ns, "")
		f.write("/proc/sys/user/max_"+ns+"_namespaces", "63000\n")
	}
	for _, n := range nodes {
		f.files["dev/"+n.name] = &fstest.MapFile{Mode: fs.ModeDevice | fs.ModeCharDevice | 0o666}
	}
	return f
}

func (f *fake) write(name, content string) {
	f.files[strings.TrimPrefix(name, "/")] = &fstest.MapFile{Data: []byte(content), Mode: 0o644}
}

func (f *fake) machine() Machine {
	m := f.Machine
	m.FS = f.files
	m.Clone = func(flags uintptr) error {
		if f.refuse != nil {
			if errno := f.refuse(flags); errno != 0 {
				return fmt.Errorf("clone with %s: %w", flagNames(flags), errno)
			}
		}
		return nil
	}
	then := func(doing string, errno syscall.Errno) func(uintptr) error {
		return func(flags uintptr) error {
			if err := m.Clone(flags); err != nil {
				return err
			}
			if errno != 0 {
				return fmt.Errorf("%s: %w", doing, errno)
			}
			return nil
		}
	}
	m.Mount = then("make / private", f.mount)
	m.MountProc = then("mount proc on /proc", f.proc)
	m.MountSys = then("mount sysfs", f.sys)
	m.LookPath = func(name string) string {
		if name == "sudo" {
			if f.sudo {
				return "/usr/bin/sudo"
			}
			return ""
		}
		if f.tools != nil && !slices.Contains(f.tools, name) {
			return ""
		}
		return "/usr/bin/" + name
	}
	if m.Writable == nil {
		m.Writable = func(string) bool { return true }
	}
	return m
}

// noUser refuses a new user namespace and allows all else.
func noUser(errno syscall.Errno) func(uintptr) syscall.Errno {
	return func(flags uintptr) syscall.Errno {
		if flags&unix.CLONE_NEWUSER != 0 {
			return errno
		}
		return 0
	}
}

// nothing refuses every new namespace, as for one without CAP_SYS_ADMIN.
func nothing(errno syscall.Errno) func(uintptr) syscall.Errno {
	return func(flags uintptr) syscall.Errno {
		if flags != 0 {
			return errno
		}
		return 0
	}
}

func docker(f *fake) {
	f.write("/.dockerenv", "")
	f.write("/proc/self/mountinfo", dockerMounts)
	f.write("/proc/self/status", "CapEff:\t00000000a80425fb\nSeccomp:\t2\n")
	f.write("/proc/self/cgroup", "0::/\n")
	f.UID, f.GID, f.sudo = 0, 0, false
}

const dockerRun = "docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined " +
	"--security-opt systempaths=unconfined -it IMAGE"

func TestMachinesGetTheirCauseAndTheCommandThatMendsIt(t *testing.T) {
	tests := []struct {
		name    string
		change  func(f *fake)
		ok      bool
		id      ID // the one requirement that fails, beside what waits for it
		cause   Cause
		found   string // a part of it
		remedy  string // a part of the first
		outside bool
	}{
		{name: "all is well", ok: true},
		{name: "Ubuntu 24.04: AppArmor takes root's rights in the new namespace", id: UserNamespaces,
			cause: AppArmorRestrict, found: "make / private: permission denied",
			remedy: "sudo tee /etc/apparmor.d/nslab >/dev/null <<'EOF'\nabi <abi/4.0>,\ninclude <tunables/global>\n\n" +
				"profile nslab \"/home/ada/nslab/bin/nslab\" flags=(unconfined) {\n  userns,\n}\nEOF\n" +
				"sudo apparmor_parser -r /etc/apparmor.d/nslab",
			change: func(f *fake) {
				f.write("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n")
				f.write("/proc/self/attr/current", "unconfined\n")
				f.mount = unix.EACCES
			}},
		{name: "Ubuntu 23.10: AppArmor refuses the namespace", id: UserNamespaces,
			cause: AppArmorRestrict, found: "clone with CLONE_NEWUSER: permission denied", remedy: "profile nslab",
			change: func(f *fake) {
				f.write("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n")
				f.refuse = noUser(unix.EACCES)
			}},
		{name: "Ubuntu 24.04 with the profile loaded", ok: true,
			change: func(f *fake) {
				f.write("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n")
				f.write("/proc/self/attr/current", "nslab (unconfined)\n")
			}},
		{name: "Ubuntu 25.04: unshare has a profile", ok: true, id: Unshare, cause: AppArmorUnshare,
			found:  "/etc/apparmor.d/unshare-userns-restrict",
			remedy: "sudo apparmor_parser -R /etc/apparmor.d/unshare-userns-restrict",
			change: func(f *fake) {
				f.write("/sys/module/apparmor/parameters/enabled", "Y\n")
				f.write("/etc/apparmor.d/unshare-userns-restrict", "")
			}},
		{name: "Debian 10: unprivileged_userns_clone", id: UserNamespaces, cause: UsernsSysctl,
			found: "kernel.unprivileged_userns_clone = 0", remedy: "sudo sysctl -w kernel.unprivileged_userns_clone=1",
			change: func(f *fake) {
				f.write("/proc/sys/kernel/unprivileged_userns_clone", "0\n")
				f.refuse = noUser(unix.EPERM)
			}},
		{name: "the same without sudo", id: UserNamespaces, cause: UsernsSysctl,
			remedy: "su -c 'sysctl -w kernel.unprivileged_userns_clone=1'",
			change: func(f *fake) {
				f.sudo = false
				f.write("/proc/sys/kernel/unprivileged_userns_clone", "0\n")
				f.refuse = noUser(unix.EPERM)
			}},
		{name: "the same for root, whose namespace would hold no further one", ok: true, id: UserNamespaces, cause: UsernsSysctl,
			found: "kernel.unprivileged_userns_clone = 0", remedy: "sysctl -w kernel.unprivileged_userns_clone=1",
			change: func(f *fake) {
				f.UID, f.GID = 0, 0
				f.write("/proc/self/status", "CapEff:\t000001ffffffffff\nSeccomp:\t0\n")
				f.write("/proc/sys/kernel/unprivileged_userns_clone", "0\n")
			}},
		{name: "the same in a user namespace", id: UserNamespaces, cause: UsernsSysctl, outside: true,
			found: "kernel.unprivileged_userns_clone = 0", remedy: "exit",
			change: func(f *fake) {
				f.UID, f.GID = 0, 0
				f.write("/proc/self/status", "CapEff:\t000001ffffffffff\nSeccomp:\t0\n")
				f.write("/proc/self/uid_map", "0 1000 1\n")
				f.write("/proc/self/gid_map", "0 1000 1\n")
				f.write("/proc/sys/kernel/unprivileged_userns_clone", "0\n")
				f.refuse = nothing(unix.EPERM)
			}},
		{name: "unshare --pid without --mount-proc", id: UserNamespaces, cause: OtherProc, found: "getpid() = 4242, /proc/self -> 4250",
			remedy: "exit", change: func(f *fake) {
				f.UID, f.GID = 0, 0
				f.write("/proc/self/uid_map", "0 1000 1\n")
				f.write("/proc/self/gid_map", "0 1000 1\n")
				f.write("/proc/self/stat", "4250 (nslab) R 1 4250\n")
			}},
		{name: "a sandbox without /sys", ok: true, id: Sys, cause: SysHidden, found: "mount sysfs: operation not permitted",
			outside: true, remedy: "exit", change: func(f *fake) {
				f.write("/proc/self/uid_map", "1000 1000 1\n")
				f.write("/proc/self/gid_map", "1000 1000 1\n")
				f.sys = unix.EPERM
			}},
		{name: "a hardened machine: max_user_namespaces is 0", id: UserNamespaces, cause: UsernsZero,
			found: "user.max_user_namespaces = 0", remedy: "sudo sysctl -w user.max_user_namespaces=28633",
			change: func(f *fake) {
				f.write("/proc/sys/user/max_user_namespaces", "0\n")
				f.refuse = noUser(unix.ENOSPC)
			}},
		{name: "all user namespaces are in use", id: UserNamespaces, cause: UsernsUsedUp,
			remedy: "sudo sysctl -w user.max_user_namespaces=126000",
			change: func(f *fake) { f.refuse = noUser(unix.ENOSPC) }},
		{name: "32 user namespaces deep", id: UserNamespaces, cause: UsernsNested, remedy: "exit", outside: true,
			change: func(f *fake) {
				f.UID, f.GID = 0, 0
				f.write("/proc/self/uid_map", "0 1000 1\n")
				f.write("/proc/self/gid_map", "0 1000 1\n")
				f.refuse = nothing(unix.ENOSPC)
			}},
		{name: "our own ID is not mapped", id: UserNamespaces, cause: UsernsUnmapped, found: "uid 65534", remedy: "exit",
			change: func(f *fake) {
				f.UID = 65534
				f.write("/proc/self/uid_map", "0 1000 1\n")
				f.refuse = noUser(unix.EPERM)
			}},
		{name: "in a namespace without a map", id: UserNamespaces, cause: UsernsUnmapped, remedy: "exit",
			change: func(f *fake) {
				f.write("/proc/self/uid_map", "")
				f.refuse = noUser(unix.EPERM)
			}},
		{name: "in a chroot", id: UserNamespaces, cause: UsernsChroot, remedy: "exit",
			change: func(f *fake) {
				f.write("/proc/self/mountinfo", strings.Replace(plainMounts, " / / ", " / /mnt ", 1))
				f.refuse = noUser(unix.EPERM)
			}},
		{name: "in a chroot without /proc", id: UserNamespaces, cause: NoProc, remedy: "sudo mount -t proc proc /proc",
			change: func(f *fake) {
				for name := range f.files {
					if strings.HasPrefix(name, "proc/") {
						delete(f.files, name)
					}
				}
				f.refuse = func(uintptr) syscall.Errno { return unix.ENOENT }
			}},
		{name: "root of a nested namespace that allows no further", ok: true, id: UserNamespaces, cause: UsernsZero,
			remedy: "exit", outside: true,
			change: func(f *fake) {
				f.UID, f.GID = 0, 0
				f.write("/proc/self/uid_map", "0 1000 1\n")
				f.write("/proc/self/gid_map", "0 1000 1\n")
				f.write("/proc/sys/user/max_user_namespaces", "0\n")
				f.refuse = noUser(unix.ENOSPC)
			}},
		{name: "a distribution we do not know lacks ping", ok: true, id: Tools, cause: ToolsMissing, found: "ping",
			change: func(f *fake) {
				f.write("/etc/os-release", "ID=guix\n")
				for _, c := range commands() {
					if c.name != "ping" {
						f.tools = append(f.tools, c.name)
					}
				}
			}},
		{name: "no room for a further process", id: UserNamespaces, cause: ProcessLimit, remedy: "ulimit -u",
			change: func(f *fake) { f.refuse = noUser(unix.EAGAIN) }},
		{name: "a kernel without CONFIG_USER_NS", id: UserNamespaces, cause: NotBuilt, found: "CONFIG_USER_NS",
			change: func(f *fake) {
				delete(f.files, "proc/self/ns/user")
				delete(f.files, "proc/sys/user/max_user_namespaces")
				f.refuse = noUser(unix.EINVAL)
			}},
		{name: "docker run", id: UserNamespaces, cause: Seccomp, found: "Seccomp: 2", remedy: dockerRun, outside: true,
			change: func(f *fake) { docker(f); f.refuse = nothing(unix.EPERM) }},
		{name: "docker run on Ubuntu 24.04", id: UserNamespaces, cause: Seccomp, remedy: dockerRun, outside: true,
			change: func(f *fake) {
				docker(f)
				f.write("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n")
				f.write("/proc/self/attr/current", "docker-default (enforce)\n")
				f.refuse = nothing(unix.EPERM)
			}},
		{name: "docker run without seccomp, with AppArmor", id: Mount, cause: AppArmorProfile, found: "docker-default (enforce)",
			remedy: dockerRun, outside: true,
			change: func(f *fake) {
				docker(f)
				f.write("/proc/self/attr/current", "docker-default (enforce)\n")
				f.mount = unix.EACCES
			}},
		{name: "docker run without seccomp and AppArmor: /proc is masked", id: Proc, cause: ProcMasked, found: "/proc/bus, /proc/sys, /proc/kcore",
			remedy: dockerRun, outside: true,
			change: func(f *fake) { docker(f); f.proc = unix.EPERM }},
		{name: "rootless podman in docker", id: Proc, cause: ProcMasked, found: "/proc/kcore",
			remedy: "podman run --security-opt seccomp=unconfined --security-opt unmask=ALL", outside: true,
			change: func(f *fake) {
				docker(f)
				f.write("/run/.containerenv", "")
				f.write("/proc/self/uid_map", "0 1000 1\n1 100000 65536\n")
				f.proc = unix.EPERM
			}},
		{name: "a pod of Kubernetes", id: UserNamespaces, cause: Seccomp, remedy: "procMount: Unmasked", outside: true,
			change: func(f *fake) {
				docker(f)
				f.write("/run/secrets/kubernetes.io/serviceaccount/token", "")
				f.refuse = nothing(unix.EPERM)
			}},
		{name: "something is mounted below /proc", id: Proc, cause: ProcOvermounted, found: "/proc/xen", remedy: "sudo umount /proc/xen",
			change: func(f *fake) {
				f.write("/proc/self/mountinfo", plainMounts+"40 22 0:40 / /proc/xen rw - xenfs none rw\n"+
					"41 22 0:41 / /proc/sys/fs/binfmt_misc rw - autofs systemd-1 rw\n")
				f.proc = unix.EPERM
			}},
		{name: "root without user namespaces", ok: true, id: UserNamespaces, cause: UsernsZero,
			remedy: "sysctl -w user.max_user_namespaces=28633",
			change: func(f *fake) {
				f.UID, f.GID = 0, 0
				f.write("/proc/sys/user/max_user_namespaces", "0\n")
				f.refuse = noUser(unix.ENOSPC)
			}},
		{name: "Red Hat 8 with kernel 4.18", id: Kernel, cause: KernelOld, found: "Linux 4.18.0-553.el8.x86_64",
			remedy: "sudo dnf install https://www.elrepo.org/elrepo-release-8.el8.elrepo.noarch.rpm",
			change: func(f *fake) {
				f.Release = "4.18.0-553.el8.x86_64"
				f.write("/etc/os-release", "ID=\"rhel\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"8.10\"\n")
				f.mount = unix.ENOSYS
			}},
		{name: "Red Hat 9: SELinux", id: UserNamespaces, cause: SELinux,
			remedy: "sudo ausearch -m avc -ts recent | sudo audit2allow -M nslab\nsudo semodule -i nslab.pp",
			change: func(f *fake) {
				f.Release = "5.14.0-427.el9.x86_64"
				f.write("/sys/fs/selinux/enforce", "1")
				f.write("/proc/self/attr/current", "user_u:user_r:user_t:s0\x00")
				f.refuse = noUser(unix.EACCES)
			}},
		{name: "WSL 2 with kernel 5.15", ok: true, id: Cgroups, cause: CgroupV1,
			remedy: "[wsl2]\nkernelCommandLine = cgroup_no_v1=all",
			change: func(f *fake) {
				f.Release = "5.15.153.1-microsoft-standard-WSL2"
				f.write("/run/systemd/container", "wsl")
				f.write("/proc/self/mountinfo", `27 1 254:0 / / rw - ext4 /dev/sdc rw
31 27 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw
32 31 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
33 31 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
`)
			}},
		{name: "cgroups of version 1 on Debian", ok: true, id: Cgroups, cause: CgroupV1,
			remedy: "systemd.unified_cgroup_hierarchy=1",
			change: func(f *fake) {
				f.write("/proc/self/mountinfo", "27 1 254:0 / / rw - ext4 /dev/sda rw\n33 27 0:30 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n")
			}},
		{name: "no cgroups", ok: true, id: Cgroups, cause: CgroupNone, remedy: "mount -t cgroup2",
			change: func(f *fake) { f.write("/proc/self/mountinfo", "27 1 254:0 / / rw - ext4 /dev/sda rw\n") }},
		{name: "a login's cgroup is not delegated", ok: true, id: Cgroups, cause: CgroupNotYours,
			remedy: "systemd-run --user --scope -p Delegate=yes /home/ada/nslab/bin/nslab",
			change: func(f *fake) {
				f.Writable = func(name string) bool { return !strings.HasPrefix(name, "/sys/fs/cgroup") }
			}},
		{name: "a login's cgroup where there is no systemd", ok: true, id: Cgroups, cause: CgroupNotYours,
			remedy: `su -c "echo $$ > /sys/fs/cgroup/user1000/shell/cgroup.procs"`,
			change: func(f *fake) {
				delete(f.files, "run/systemd/system/.x")
				f.sudo = false
				f.Writable = func(name string) bool { return !strings.HasPrefix(name, "/sys/fs/cgroup") }
			}},
		{name: "a delegated cgroup without controllers", ok: true, id: Cgroups, cause: CgroupNoControl,
			found: "app.slice/cgroup.subtree_control: pids", remedy: "/etc/systemd/system/user@.service.d/delegate.conf",
			change: func(f *fake) {
				f.write("/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/cgroup.subtree_control", "pids\n")
			}},
		{name: "no network namespaces allowed", id: Limits, cause: LimitZero, found: "user.max_net_namespaces = 0",
			remedy: "sudo sysctl -w user.max_net_namespaces=28633",
			change: func(f *fake) { f.write("/proc/sys/user/max_net_namespaces", "0\n") }},
		{name: "few pid namespaces allowed", ok: true, id: Limits, cause: LimitLow, found: "user.max_pid_namespaces = 3",
			remedy: "sudo sysctl -w user.max_pid_namespaces=28633",
			change: func(f *fake) { f.write("/proc/sys/user/max_pid_namespaces", "3\n") }},
		{name: "all network namespaces are in use", id: Namespaces, cause: LimitUsedUp, found: "net: clone with",
			remedy: "sudo sysctl -w user.max_net_namespaces=100000",
			change: func(f *fake) {
				f.refuse = func(flags uintptr) syscall.Errno {
					if flags&unix.CLONE_NEWNET != 0 {
						return unix.ENOSPC
					}
					return 0
				}
			}},
		{name: "a kernel without CONFIG_IPC_NS", id: Namespaces, cause: NotBuilt, found: "ipc: clone with CLONE_NEWUSER|CLONE_NEWIPC: invalid argument",
			change: func(f *fake) {
				delete(f.files, "proc/self/ns/ipc")
				f.refuse = func(flags uintptr) syscall.Errno {
					if flags&unix.CLONE_NEWIPC != 0 {
						return unix.EINVAL
					}
					return 0
				}
			}},
		{name: "a kernel without CONFIG_TIME_NS", ok: true, id: TimeNamespaces, cause: NotBuilt, found: "CONFIG_TIME_NS",
			change: func(f *fake) {
				delete(f.files, "proc/self/ns/time")
				f.refuse = func(flags uintptr) syscall.Errno {
					if flags&unix.CLONE_NEWTIME != 0 {
						return unix.EINVAL
					}
					return 0
				}
			}},
		{name: "no /dev/full", id: Devices, cause: DeviceMissing, found: "/dev/full", remedy: "sudo mknod -m 666 /dev/full c 1 7",
			change: func(f *fake) { delete(f.files, "dev/full") }},
		{name: "a file in place of /dev/null", id: Devices, cause: DeviceMissing, found: "/dev/null", remedy: "mknod",
			change: func(f *fake) { f.write("/dev/null", "") }},
		{name: "no devpts", id: Terminals, cause: NoDevpts,
			change: func(f *fake) { f.write("/proc/filesystems", "nodev\tproc\n") }},
		{name: "the state folder is not writable", ok: true, id: State, cause: StateUnwritable, found: "/home/ada",
			remedy: "sudo install -d -o 1000 -g 1000 /home/ada/.local/state/nslab",
			change: func(f *fake) {
				f.Writable = func(name string) bool { return !strings.HasPrefix(name, "/home") }
			}},
		{name: "no tools but BusyBox's", ok: true, id: Tools, cause: ToolsMissing, found: "bash, domainname, ipcmk, curl, python3, nft, unshare, ip",
			remedy: "sudo apt install bash util-linux hostname iproute2 curl python3 nftables",
			change: func(f *fake) {
				f.tools = []string{}
				f.BusyBox = []string{"unshare", "nsenter", "hostname", "ip", "ifconfig", "route", "ping", "mount",
					"pivot_root", "chroot", "ps", "ipcs"}
			}},
		{name: "Arch without ping", ok: true, id: Tools, cause: ToolsMissing, found: "ping", remedy: "sudo pacman -S iputils",
			change: func(f *fake) {
				f.write("/etc/os-release", "ID=arch\n")
				for _, c := range commands() {
					if c.name != "ping" {
						f.tools = append(f.tools, c.name)
					}
				}
			}},
		{name: "all is well, and no lab starts", id: Lab, cause: LabFailed, found: "mount sysfs in lab",
			change: func(f *fake) {
				f.Try = func() error { return fmt.Errorf("mount sysfs in lab: %w", unix.EPERM) }
			}},
		{name: "the kernel refuses for no reason we know", id: UserNamespaces, cause: Refused, found: "operation not permitted",
			change: func(f *fake) { f.refuse = noUser(unix.EPERM) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake()
			if tt.change != nil {
				tt.change(f)
			}
			report := Examine(f.machine())
			if report.OK() != tt.ok {
				t.Errorf("OK() = %v, want %v", report.OK(), tt.ok)
			}
			for _, r := range report.Requirements {
				switch {
				case r.OK && (r.Cause != "" || r.Remedy != nil):
					t.Errorf("%s is met, yet has cause %q and remedies %v", r.ID, r.Cause, r.Remedy)
				case !r.OK && r.Cause == "":
					t.Errorf("%s is not met for no cause", r.ID)
				case r.ID == tt.id || r.OK || r.Cause == Waiting:
				case tt.ok || r.Needed || tt.id != UserNamespaces && tt.id != Mount && tt.id != Proc:
					t.Errorf("%s fails too: %s, %s", r.ID, r.Cause, r.Found)
				}
			}
			if tt.id == "" {
				return
			}
			r, _ := report.Get(tt.id)
			if r.OK || r.Cause != tt.cause || !strings.Contains(r.Found, tt.found) {
				t.Errorf("%s: ok %v, cause %q, found %q; want cause %q, found %q", r.ID, r.OK, r.Cause, r.Found, tt.cause, tt.found)
			}
			if r.Outside != tt.outside {
				t.Errorf("%s: outside %v, want %v", r.ID, r.Outside, tt.outside)
			}
			first := ""
			if len(r.Remedy) > 0 {
				first = r.Remedy[0].Command
			}
			if !strings.Contains(first, tt.remedy) || tt.remedy == "" && first != "" {
				t.Errorf("%s: first remedy\n%s\nwant\n%s", r.ID, first, tt.remedy)
			}
		})
	}
}

func TestWhatCannotBeTriedWaitsForWhatForbidsIt(t *testing.T) {
	f := newFake()
	f.write("/proc/sys/kernel/unprivileged_userns_clone", "0\n")
	f.refuse = noUser(unix.EPERM)
	f.Try = func() error { t.Error("a lab was tried that cannot start"); return nil }
	report := Examine(f.machine())
	for _, id := range []ID{Namespaces, TimeNamespaces, Mount, Proc, Lab} {
		if r, _ := report.Get(id); r.OK || r.Cause != Waiting || r.After != UserNamespaces {
			t.Errorf("%s: ok %v, cause %q, after %q", id, r.OK, r.Cause, r.After)
		}
	}
}

func TestSystemCallsWaitForWhatForbidsNamespaces(t *testing.T) {
	f := newFake()
	f.write("/proc/sys/user/max_pid_namespaces", "0\n")
	f.Trace = func() error { return fmt.Errorf("clone the keeper's process: %w", unix.ENOSPC) }
	report := Examine(f.machine())
	if r, _ := report.Get(SystemCalls); r.OK || r.Cause != Waiting || r.After != Limits {
		t.Errorf("%+v", r)
	}
}

func TestAReportHasEveryRequirementOnceAndInOrder(t *testing.T) {
	f := newFake()
	f.Try = func() error { return nil }
	f.Trace = func() error { return nil }
	var got []ID
	for _, r := range Examine(f.machine()).Requirements {
		got = append(got, r.ID)
	}
	if !slices.Equal(got, IDs()) {
		t.Errorf("got %v, want %v", got, IDs())
	}
}

func TestWhoListensAlreadyIsNamed(t *testing.T) {
	for _, c := range []struct {
		err     error
		seccomp string
		cause   Cause
	}{
		{nil, "0", ""},
		{unix.EBUSY, "2", ListenerTaken},
		{unix.EINVAL, "0", NotBuilt},
		{unix.EPERM, "2", Seccomp},
		{unix.EPERM, "0", Refused},
	} {
		f := newFake()
		f.write("/proc/self/status", "CapEff:\t0000000000000000\nSeccomp:\t"+c.seccomp+"\n")
		f.Trace = func() error {
			if c.err == nil {
				return nil
			}
			return fmt.Errorf("install a seccomp filter with a listener: %w", c.err)
		}
		report := Examine(f.machine())
		r, ok := report.Get(SystemCalls)
		if !ok || r.Needed || r.OK != (c.err == nil) || r.Cause != c.cause {
			t.Errorf("%v: %+v", c.err, r)
		}
	}
}

func TestAProfileNamesTheProgramLiterally(t *testing.T) {
	if got, want := apparmorPath(`/home/ada l/[x]*"`), `"/home/ada l/\[x\]\*\""`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestReleasesAreRead(t *testing.T) {
	for release, want := range map[string][2]int{
		"6.18.44-fc-v595": {6, 18}, "5.15.153.1-microsoft-standard-WSL2": {5, 15}, "6.12-rc1": {6, 12}, "4.4.0": {4, 4},
	} {
		if major, minor, ok := parseRelease(release); !ok || [2]int{major, minor} != want {
			t.Errorf("%s: got %d.%d, %v", release, major, minor, ok)
		}
	}
	if _, _, ok := parseRelease("unknown"); ok {
		t.Error("a release without numbers was read")
	}
}

func TestTheReportOfThisMachineAgreesWithARealClone(t *testing.T) {
	path, err := exec.LookPath("true")
	if err != nil {
		t.Skip("no true on this machine")
	}
	run := func(flags uintptr) error {
		cmd := exec.Command(path)
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: flags}
		if flags&unix.CLONE_NEWUSER != 0 {
			cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}}
			cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}}
		}
		return cmd.Run()
	}
	m := Real()
	report := Examine(m)
	user := run(unix.CLONE_NEWUSER)
	all := run(unix.CLONE_NEWUSER | labFlags())
	if user != nil {
		all = run(labFlags())
	}
	r, _ := report.Get(UserNamespaces)
	if r.OK && user != nil {
		t.Errorf("user namespaces reported, but clone: %v", user)
	}
	if !r.OK && user == nil && r.Cause != AppArmorRestrict {
		t.Errorf("clone works, but the report says %s: %s", r.Cause, r.Found)
	}
	if r, _ := report.Get(Namespaces); r.OK != (all == nil) && r.Cause != Waiting {
		t.Errorf("namespaces %v: %s; but clone: %v", r.OK, r.Found, all)
	}
	if report.OK() && all != nil {
		t.Errorf("labs reported possible, but clone: %v", all)
	}
	for _, r := range report.Requirements {
		t.Logf("%-16s needed %-5v ok %-5v %s %s %v", r.ID, r.Needed, r.OK, r.Cause, r.Found, r.Remedy)
	}
}
