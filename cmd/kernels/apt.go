package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// packages are what the virtual machine has besides a kernel: what a learner's machine has, and the commands of the course.
var packages = []string{"apparmor", "base-files", "bash", "bsdutils", "bubblewrap", "coreutils", "curl", "dash", "diffutils", "findutils",
	"grep", "hostname", "iproute2", "iputils-ping", "kmod", "less", "libc-bin", "libcap2-bin", "login", "mawk", "mount", "ncurses-base", "ncurses-bin",
	"net-tools", "nftables", "procps", "python3", "sed", "strace", "sudo", "tar", "gzip", "tmux", "util-linux"}

// apt is apt-get(8) with a state of its own: as if for a machine of that architecture on which nothing is
// installed, with this machine's sources. Everything it keeps is in dir.
type apt struct{ dir string }

func newApt(dir, arch string) (*apt, error) {
	for _, command := range []string{"apt-get", "apt-cache", "dpkg-deb"} {
		if _, err := exec.LookPath(command); err != nil {
			return nil, missing("there is no %s here: this needs Debian, or another distribution with apt and Debian's kernels", command)
		}
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	for _, d := range []string{"state/lists/partial", "archives/partial"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			return nil, err
		}
	}
	// apt.conf(5). No lock is needed on a folder that is ours, and taking one is for root.
	conf := fmt.Sprintf(`APT::Architecture %[1]q;
APT::Architectures { %[1]q; };
APT::Install-Recommends "false";
Dir::State %[2]q;
Dir::State::status %[3]q;
Dir::Cache %[4]q;
Dir::Cache::archives %[5]q;
Debug::NoLocking "true";
`, arch, filepath.Join(dir, "state"), filepath.Join(dir, "state", "status"), dir, filepath.Join(dir, "archives"))
	if err := os.WriteFile(filepath.Join(dir, "state", "status"), nil, 0o644); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "apt.conf"), []byte(conf), 0o644); err != nil {
		return nil, err
	}
	return &apt{dir: dir}, nil
}

// run runs a command of apt in the folder of the packages and returns what it printed.
func (a *apt) run(command string, args ...string) (string, error) {
	cmd := exec.Command(command, args...)
	cmd.Dir = filepath.Join(a.dir, "archives")
	cmd.Env = append(os.Environ(), "APT_CONFIG="+filepath.Join(a.dir, "apt.conf"), "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive")
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", command, strings.Join(args, " "), err, strings.TrimSpace(said.String()))
	}
	return string(out), nil
}

// update fetches the lists of packages, from which the checksums come, unless they are of today.
func (a *apt) update() error {
	stamp := filepath.Join(a.dir, "updated")
	if st, err := os.Stat(stamp); err == nil && time.Since(st.ModTime()) < 24*time.Hour {
		return nil
	}
	if _, err := a.run("apt-get", "-qq", "update"); err != nil {
		return missing("%w\nThe sources of apt (/etc/apt) must be in reach, and have packages for this architecture.", err)
	}
	return os.WriteFile(stamp, nil, 0o644)
}

// kernel fetches the newest kernel for clouds and virtual machines whose version begins with that, and returns
// the path of its package.
func (a *apt) kernel(series string) (string, error) {
	out, err := a.run("apt-cache", "pkgnames", "linux-image-"+series+".")
	if err != nil {
		return "", err
	}
	wanted := regexp.MustCompile(`^linux-image-[0-9][0-9a-z.+~-]*-cloud-[a-z0-9]+$`)
	names := slices.DeleteFunc(strings.Fields(out), func(name string) bool { return !wanted.MatchString(name) })
	if len(names) == 0 {
		return "", missing("apt knows no package linux-image-%s.*-cloud-*: add the sources of a Debian that has this kernel "+
			"(bookworm: 6.1 and 6.12) to /etc/apt, or choose others with -series", series)
	}
	return a.fetch(slices.MaxFunc(names, compareVersions))
}

var digits = regexp.MustCompile(`[0-9]+|[^0-9]+`)

// compareVersions compares names with numbers in them, such as linux-image-6.1.0-9-cloud-amd64, by the numbers.
func compareVersions(a, b string) int {
	return slices.CompareFunc(digits.FindAllString(a, -1), digits.FindAllString(b, -1), func(a, b string) int {
		n, errA := strconv.Atoi(a)
		m, errB := strconv.Atoi(b)
		if errA == nil && errB == nil {
			return n - m
		}
		return strings.Compare(a, b)
	})
}

// fetch downloads one package, without those it depends on.
func (a *apt) fetch(name string) (string, error) {
	if _, err := a.run("apt-get", "-q", "download", name); err != nil {
		return "", err
	}
	found, err := filepath.Glob(filepath.Join(a.dir, "archives", name+"_*.deb"))
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("apt-get download %s left no package: %w", name, errors.Join(err))
	}
	return slices.MaxFunc(found, compareVersions), nil
}

// closure fetches packages and all that they depend on, and returns the paths of theirs.
func (a *apt) closure(names []string) ([]string, error) {
	if _, err := a.run("apt-get", append([]string{"-q", "-y", "--download-only", "install"}, names...)...); err != nil {
		return nil, err
	}
	out, err := a.run("apt-get", append([]string{"-q", "-s", "install"}, names...)...)
	if err != nil {
		return nil, err
	}
	return a.installs(out)
}

// installed is a line of apt-get -s: "Inst bash (5.2.15-2+b2 Debian:12/stable [amd64]) []".
var installed = regexp.MustCompile(`(?m)^Inst (\S+) \((\S+) .*\[(\w+)\]\)`)

// installs reads what apt-get -s would install.
func (a *apt) installs(out string) ([]string, error) {
	var paths []string
	for _, f := range installed.FindAllStringSubmatch(out, -1) {
		path := filepath.Join(a.dir, "archives", f[1]+"_"+strings.ReplaceAll(f[2], ":", "%3a")+"_"+f[3]+".deb")
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("apt has not fetched what it would install: %w", err)
		}
		paths = append(paths, path)
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("apt would install nothing:\n%s", out)
	}
	return paths, nil
}
