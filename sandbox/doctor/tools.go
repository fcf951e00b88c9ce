package doctor

import (
	"fmt"
	"slices"
	"strings"
)

// distro is what os-release(5) tells of the distribution.
type distro struct {
	id, version string
	manager     string // its package manager; empty if unknown here
}

// managers are the package managers we know, with their command to install
// and the IDs of os-release(5) that have them.
var managers = []struct {
	name, install string
	ids           []string
}{
	{"apt", "apt install", []string{"debian", "ubuntu"}},
	{"dnf", "dnf install", []string{"fedora", "rhel", "centos"}},
	{"pacman", "pacman -S", []string{"arch"}},
	{"apk", "apk add", []string{"alpine"}},
	{"zypper", "zypper install", []string{"suse", "opensuse"}},
}

func parseDistro(text string) distro {
	values := map[string]string{}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		values[name] = strings.Trim(value, `"'`)
	}
	d := distro{id: values["ID"], version: values["VERSION_ID"]}
	for _, id := range append([]string{d.id}, strings.Fields(values["ID_LIKE"])...) {
		for _, m := range managers {
			if slices.Contains(m.ids, id) && d.manager == "" {
				d.manager = m.name
			}
		}
	}
	return d
}

// installer is the command of the package manager, without the packages.
func (d distro) installer() string {
	for _, m := range managers {
		if m.name == d.manager {
			return m.install
		}
	}
	return ""
}

// command is one command of the course.
type command struct {
	name string
	// alternative, where another command serves as well.
	alternative string
	// less says that BusyBox's own does less than the course asks: its ip
	// makes no veth with its peer in another namespace, its unshare no time
	// or cgroup namespace, its sh is not bash.
	less bool
	// packages, by package manager; "" is all those not named. A manager
	// with an empty name has it in no package that we know.
	packages map[string]string
}

// in names the package for a manager; empty if it is not known.
func (c command) in(manager string) string {
	if manager == "" {
		return ""
	}
	if p, ok := c.packages[manager]; ok {
		return p
	}
	return c.packages[""]
}

// commands is every command that the course has a learner type. It is made when doctor asks: every start of nslab
// would pay for the tables otherwise.
func commands() []command {
	return []command{
		{name: "bash", packages: map[string]string{"": "bash"}},
		{name: "unshare", less: true, packages: map[string]string{"": "util-linux"}},
		{name: "nsenter", packages: map[string]string{"": "util-linux"}},
		{name: "hostname", packages: map[string]string{"": "hostname", "pacman": "inetutils", "apk": "busybox"}},
		{name: "domainname", packages: map[string]string{"": "hostname", "pacman": "", "apk": "net-tools"}},
		{name: "ip", less: true, packages: map[string]string{"": "iproute2", "dnf": "iproute"}},
		{name: "ifconfig", packages: map[string]string{"": "net-tools", "zypper": "net-tools-deprecated"}},
		{name: "route", packages: map[string]string{"": "net-tools", "zypper": "net-tools-deprecated"}},
		{name: "ping", packages: map[string]string{"": "iputils", "apt": "iputils-ping"}},
		{name: "mount", packages: map[string]string{"": "util-linux", "apt": "mount"}},
		{name: "pivot_root", packages: map[string]string{"": "util-linux"}},
		{name: "chroot", packages: map[string]string{"": "coreutils"}},
		{name: "ps", packages: map[string]string{"": "procps", "dnf": "procps-ng", "pacman": "procps-ng"}},
		{name: "ipcs", packages: map[string]string{"": "util-linux"}},
		{name: "ipcmk", packages: map[string]string{"": "util-linux"}},
		{name: "curl", packages: map[string]string{"": "curl"}},
		{name: "python3", packages: map[string]string{"": "python3", "pacman": "python"}},
		{name: "nft", alternative: "iptables", packages: map[string]string{"": "nftables"}},
	}
}

// tools looks for the commands of the course: on the machine, then in
// BusyBox.
func (e *examiner) tools() {
	r := Requirement{ID: Tools, OK: true}
	var missing, less, packages []string
	all := commands()
	for _, c := range all {
		t := Tool{Name: c.name, Path: e.LookPath(c.name)}
		if t.Path == "" && c.alternative != "" {
			if t.Path = e.LookPath(c.alternative); t.Path != "" {
				t.Name = c.alternative
			}
		}
		if t.Path == "" {
			t.BusyBox = slices.Contains(e.BusyBox, c.name)
			t.Less = t.BusyBox && c.less
		}
		if t.Path == "" && (!t.BusyBox || t.Less) {
			t.Package = c.in(e.distro.manager)
			if t.Package != "" && !slices.Contains(packages, t.Package) {
				packages = append(packages, t.Package)
			}
			if t.Less {
				less = append(less, c.name)
			} else {
				missing = append(missing, c.name)
			}
		}
		r.Tools = append(r.Tools, t)
	}
	r.Found = fmt.Sprintf("%d/%d", len(all)-len(missing), len(all))
	var remedy []Remedy
	if packages != nil {
		remedy = []Remedy{{Install, e.here(e.distro.installer() + " " + strings.Join(packages, " "))}}
	}
	switch {
	case missing != nil:
		r.OK = false
		e.blame(&r, ToolsMissing, strings.Join(append(missing, less...), ", "), remedy...)
	case less != nil:
		r.OK = false
		e.blame(&r, ToolsLess, strings.Join(less, ", "), remedy...)
	}
	e.add(r)
}
