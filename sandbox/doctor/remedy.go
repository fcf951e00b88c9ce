package doctor

import (
	"fmt"
	"strings"
)

// here makes a command one that root runs, by what this machine has.
func (e *examiner) here(command string) string {
	switch {
	case e.UID == 0:
		return command
	case e.LookPath("sudo") != "":
		return "sudo " + command
	default:
		return "su -c " + quote(command)
	}
}

// asRoot does the same for what is set for the whole machine. In a container
// it is typed elsewhere, by someone of whom nothing is known here.
func (e *examiner) asRoot(command string) string {
	if e.outside {
		return "sudo " + command
	}
	return e.here(command)
}

// writeFile is the command that writes a small file of the machine.
func (e *examiner) writeFile(name, content string) string {
	write := "sudo tee " + name + " >/dev/null"
	switch {
	case e.outside:
	case e.UID == 0:
		write = "cat >" + name
	case e.LookPath("sudo") == "":
		write = "su -c 'cat >" + name + "'"
	}
	return write + " <<'EOF'\n" + content + "\nEOF"
}

// sysctl is how to set one kernel parameter, now and for good.
func (e *examiner) sysctl(name, value string) []Remedy { return e.sysctls([]string{name}, value) }

// sysctls sets several to one value.
func (e *examiner) sysctls(names []string, value string) []Remedy {
	var set []string
	for _, name := range names {
		set = append(set, name+"="+value)
	}
	var remedies []Remedy
	if e.nested && e.report.Container == "" {
		// The parameters under user.* are those of the user namespace.
		remedies = append(remedies, Remedy{Leave, "exit"})
	}
	return append(remedies,
		Remedy{UntilBoot, e.asRoot("sysctl -w " + strings.Join(set, " "))},
		// One file a parameter, so that a later remedy does not undo this.
		Remedy{ForGood, e.writeFile("/etc/sysctl.d/99-nslab-"+strings.ReplaceAll(names[0], ".", "-")+".conf",
			strings.Join(set, "\n")) + "\n" + e.asRoot("sysctl --system")},
	)
}

// profile lets this program alone make user namespaces: apparmor.d(5). The
// profile confines nothing, it only is one; that is what the restriction asks
// for. The sysctl, for all programs, comes after it.
func (e *examiner) profile() []Remedy {
	const file = "/etc/apparmor.d/nslab"
	text := "abi <abi/4.0>,\ninclude <tunables/global>\n\n" +
		"profile nslab " + apparmorPath(e.Program) + " flags=(unconfined) {\n  userns,\n}"
	own := Remedy{Profile, e.writeFile(file, text) + "\n" + e.asRoot("apparmor_parser -r "+file)}
	return append([]Remedy{own}, e.sysctl("kernel.apparmor_restrict_unprivileged_userns", "0")...)
}

// apparmorPath writes a path so that apparmor.d(5) reads it literally.
func apparmorPath(p string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range p {
		if strings.ContainsRune(`\"*?[]{}^,@`, c) {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	b.WriteByte('"')
	return b.String()
}

// options starts the container so that labs run in it. Every option a lab
// needs is there, not only the one that the kernel refused first, since the
// next would be refused after it.
func (e *examiner) options() []Remedy {
	switch e.report.Container {
	case "docker":
		return append([]Remedy{{Container, "docker run --security-opt seccomp=unconfined " +
			"--security-opt apparmor=unconfined --security-opt systempaths=unconfined -it IMAGE"}}, e.privileged()...)
	case "podman":
		return append([]Remedy{{Container, "podman run --security-opt seccomp=unconfined " +
			"--security-opt unmask=ALL --security-opt label=disable -it IMAGE"}}, e.privileged()...)
	case "kubernetes":
		return []Remedy{{Pod, `spec:
  hostUsers: false
  containers:
  - name: nslab
    securityContext:
      procMount: Unmasked
      seccompProfile: {type: Unconfined}
      appArmorProfile: {type: Unconfined}`}}
	case "lxc":
		return []Remedy{{Container, "lxc config set NAME security.nesting true\nlxc restart NAME"}}
	case "flatpak":
		return []Remedy{{Container, "flatpak-spawn --host " + quote(e.Program)}}
	case "":
		if e.nested {
			return []Remedy{{Leave, "exit"}}
		}
	}
	return nil
}

// privileged starts the container with every right.
func (e *examiner) privileged() []Remedy {
	switch e.report.Container {
	case "docker", "podman":
		return []Remedy{{Privileged, e.report.Container + " run --privileged -it IMAGE"}}
	}
	return nil
}

// unifiedBoot makes the machine boot with cgroups of version 2 alone.
func (e *examiner) unifiedBoot() []Remedy {
	const parameter = "systemd.unified_cgroup_hierarchy=1"
	switch {
	case e.wsl():
		return []Remedy{{WSLConfig, "[wsl2]\nkernelCommandLine = cgroup_no_v1=all"}}
	case !e.exists("/run/systemd/system"):
		return nil // who mounts them is not known here
	case e.distro.manager == "apt":
		return []Remedy{{BootParameter, e.asRoot("mkdir -p /etc/default/grub.d") + "\n" +
			e.writeFile("/etc/default/grub.d/nslab.cfg",
				`GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX `+parameter+`"`) + "\n" +
			e.asRoot("update-grub") + "\n" + e.asRoot("reboot")}}
	case e.distro.manager == "dnf":
		return []Remedy{{BootParameter, e.asRoot("grubby --update-kernel=ALL --args="+parameter) + "\n" + e.asRoot("reboot")}}
	}
	return []Remedy{{BootParameter, parameter}}
}

// newKernel installs one that is young enough.
func (e *examiner) newKernel() []Remedy {
	d := e.distro
	one := func(commands ...string) []Remedy {
		for i, c := range commands {
			commands[i] = e.asRoot(c)
		}
		return []Remedy{{NewKernel, strings.Join(append(commands, e.asRoot("reboot")), "\n")}}
	}
	switch {
	case e.wsl():
		return []Remedy{{NewKernel, "wsl.exe --update\nwsl.exe --shutdown"}}
	case d.id == "ubuntu" && d.version != "":
		return one("apt update", "apt install linux-generic-hwe-"+d.version)
	case d.manager == "apt":
		return one("apt update", "apt full-upgrade")
	case d.manager == "dnf" && d.id != "fedora" && d.version != "":
		major, _, _ := strings.Cut(d.version, ".")
		return one(fmt.Sprintf("dnf install https://www.elrepo.org/elrepo-release-%s.el%s.elrepo.noarch.rpm", major, major),
			"dnf --enablerepo=elrepo-kernel install kernel-ml")
	case d.manager == "dnf":
		return one("dnf upgrade --refresh")
	case d.manager == "pacman":
		return one("pacman -Syu")
	case d.manager == "apk":
		return one("apk upgrade --update-cache --available")
	case d.manager == "zypper":
		return one("zypper dup")
	}
	return nil
}

// quote makes s one word of sh(1).
func quote(s string) string {
	plain := s != ""
	for _, c := range s {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=+,@%", c) {
			plain = false
		}
	}
	if plain {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
