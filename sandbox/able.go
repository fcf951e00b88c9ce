package sandbox

import "golang.org/x/sys/unix"

// mountData are what file systems want to be told before they are mounted.
var mountData = map[string]string{"overlay": "lowerdir=lower,upperdir=upper,workdir=work,userxattr"}

// CanMount reports whether the lab's root may mount file systems of that type ("overlay", "mqueue"), by mounting one
// out of sight: the kernel may have it, as a module (which the attempt loads) or within, or be too old to let a lab.
func (l *Lab) CanMount(fstype string) bool {
	data := mountData[fstype]
	if data == "" {
		data = "rw"
	}
	return l.succeeds(unix.CLONE_NEWNS|unix.CLONE_NEWIPC,
		`mount -t tmpfs none /mnt && cd /mnt && mkdir lower upper work on && mount -t "$1" -o "$2" none on`, fstype, data)
}

// CanLink reports whether the lab's root may make network interfaces of that type ("veth", "bridge").
func (l *Lab) CanLink(kind string) bool {
	return l.succeeds(unix.CLONE_NEWNET, `ip link add type "$1"`, kind)
}

// CanClone reports whether processes in the lab may have namespaces that others of the lab have not, by clone flags.
func (l *Lab) CanClone(flags uintptr) bool { return l.succeeds(flags, ":") }

// succeeds runs a line of shell in namespaces of its own.
func (l *Lab) succeeds(flags uintptr, line string, args ...string) bool {
	p, err := l.Start(Command{Args: append([]string{"sh", "-c", line, "sh"}, args...), Flags: flags})
	if err != nil {
		return false
	}
	status, err := p.Wait()
	return err == nil && status == 0
}
