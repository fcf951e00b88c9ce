// Command bench compares what it costs to start nslab, and a lab in it, with what
// others take for the same: a floor of one clone(2) and one execve(2), unshare(1),
// bubblewrap, crun and runc, where they are installed. `make bench` runs it.
//
// All run in turn in each of many rounds, so that whatever else the machine does falls upon all
// of them; what the table shows are medians and the ratio of those. They run as an ordinary
// user: as nobody, where root runs this. CPU is the time on processors, of the command and of all that
// it waited for.
//
// With -labs it makes many labs, in one keeper and in as many programs, and says what each takes (labs.go); with -grade
// it grades a made-up class, and compares with the shells and commands alone; with -memory, a large one of short
// submissions (grading.go). With -readme it writes the first tables into the README as well.
package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

//go:embed floor/floor.c
var floorSource []byte

// nobody is who runs the commands when root runs this program.
const nobody = 65534

// contender is one command.
type contender struct {
	name string
	args []string
	wall []time.Duration
	cpu  []time.Duration
}

func main() {
	rounds := flag.Int("n", 50, "how many rounds")
	nslab := flag.String("nslab", "bin/nslab", "the nslab to measure")
	labs := flag.Int("labs", 0, "make so many labs, and programs with a lab each")
	grade := flag.Int("grade", 0, "grade so many submissions")
	memory := flag.Int("memory", 0, "grade so many short submissions, for the memory that takes")
	readme := flag.String("readme", "", "write the tables into this file, between its comments")
	flag.Parse()
	if err := bench(*rounds, *nslab, *labs, *grade, *memory, *readme); err != nil {
		fmt.Fprintln(os.Stderr, "bench: "+err.Error())
		os.Exit(1)
	}
}

func bench(rounds int, nslab string, labs, grade, memory int, readme string) error {
	// Everybody must be able to enter it.
	dir, err := os.MkdirTemp("", "nslab-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &stage{dir: dir, env: []string{"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME=" + dir, "XDG_STATE_HOME=" + dir + "/home", "LANG=C.UTF-8"}}
	if err := b.prepare(nslab); err != nil {
		return err
	}
	fmt.Printf("%s, %s, %d processors, %d rounds, %s\n", time.Now().Format(time.DateOnly), kernel(), runtime.NumCPU(), rounds, b.who())
	if rounds > 0 {
		sandboxes, starts := b.sandboxes(), b.starts()
		b.compare("a fresh sandbox with user, mount, UTS, IPC, network, PID and cgroup namespace, running true", rounds, sandboxes)
		b.compare("start", rounds, starts)
		if readme != "" {
			if err := writeReadme(readme, rounds, sandboxes, starts); err != nil {
				return err
			}
		}
	}
	if labs > 0 {
		if err := b.many(labs); err != nil {
			return fmt.Errorf("many labs: %w", err)
		}
	}
	if grade > 0 {
		if err := b.grading(grade); err != nil {
			return err
		}
	}
	if memory > 0 {
		return b.growth(memory)
	}
	return nil
}

// Between these two lines of the README stand the tables.
const (
	readmeBegin = "<!-- go run ./cmd/bench -readme README.md writes from here"
	readmeEnd   = "to here -->"
)

// writeReadme puts the tables of this run in the place of those of the last.
func writeReadme(path string, rounds int, tables ...[]*contender) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, found := strings.Cut(string(text), readmeBegin+" -->\n")
	_, after, ends := strings.Cut(rest, "<!-- "+readmeEnd)
	if !found || !ends {
		return fmt.Errorf("%s has no place for the tables: a line %q and a line %q", path, readmeBegin+" -->", "<!-- "+readmeEnd)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s, %d processors; %d rounds, all in turn, as an ordinary user.\n", time.Now().Format(time.DateOnly), kernel(), runtime.NumCPU(), rounds)
	for i, all := range tables {
		if len(all) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n| %s | least ms | median ms | ratio |\n| --- | --- | --- | --- |\n", []string{"a sandbox that runs `true`", "a start"}[i])
		for _, c := range all {
			fmt.Fprintf(&b, "| %s | %.1f | %.1f | %.1f |\n", c.name, ms(c.wall[0]), ms(median(c.wall)), ms(median(c.wall))/ms(median(all[0].wall)))
		}
	}
	b.WriteString("\n")
	return os.WriteFile(path, []byte(before+readmeBegin+" -->\n"+b.String()+"<!-- "+readmeEnd+after), 0o644)
}

func median(sorted []time.Duration) time.Duration { return sorted[len(sorted)/2] }

func kernel() string {
	out, _ := exec.Command("uname", "-srm").Output()
	return strings.TrimSpace(string(out))
}

// stage is where the commands find what they need.
type stage struct {
	dir string
	env []string
}

func (b *stage) path(name string) string { return filepath.Join(b.dir, name) }

func (b *stage) who() string {
	if os.Geteuid() == 0 {
		return "as nobody"
	}
	return "as an ordinary user"
}

// prepare builds and copies into the stage.
func (b *stage) prepare(nslab string) error {
	if err := os.Chmod(b.dir, 0o755); err != nil {
		return err
	}
	if err := copyProgram(nslab, b.path("nslab")); err != nil {
		return fmt.Errorf("%w (make build makes it)", err)
	}
	if err := os.WriteFile(b.path("empty.go"), []byte("package main\n\nfunc main() {}\n"), 0o644); err != nil {
		return err
	}
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", b.path("empty"), b.path("empty.go"))
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GO111MODULE=off")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build an empty Go program: %w\n%s", err, out)
	}
	if cc := compiler(); cc == "" {
		fmt.Println("There is no C compiler here: without the floor, ratios are to the first that is there.")
	} else if out, err := b.buildFloor(cc); err != nil {
		return fmt.Errorf("build the floor: %w\n%s", err, out)
	}
	for _, dir := range []string{"home", "bundle", "bundle/root", "state"} {
		if err := os.Mkdir(b.path(dir), 0o700); err != nil {
			return err
		}
		if os.Geteuid() == 0 {
			if err := os.Chown(b.path(dir), nobody, nobody); err != nil {
				return err
			}
		}
	}
	return b.writeBundle()
}

func compiler() string {
	for _, name := range []string{os.Getenv("CC"), "cc", "gcc", "clang"} {
		if name == "" {
			continue
		}
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// buildFloor builds the floor without libraries to load, where it can.
func (b *stage) buildFloor(cc string) ([]byte, error) {
	if err := os.WriteFile(b.path("floor.c"), floorSource, 0o644); err != nil {
		return nil, err
	}
	out, err := exec.Command(cc, "-O2", "-static", "-o", b.path("floor"), b.path("floor.c")).CombinedOutput()
	if err != nil {
		out, err = exec.Command(cc, "-O2", "-o", b.path("floor"), b.path("floor.c")).CombinedOutput()
	}
	return out, err
}

func copyProgram(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o755)
}

// sandboxes are those that run true in namespaces like a lab's.
func (b *stage) sandboxes() []*contender {
	return b.those([]*contender{
		{name: "floor", args: []string{b.path("floor"), "/bin/true"}},
		{name: "unshare", args: strings.Fields("unshare --user --map-root-user --mount --uts --ipc --net --pid --cgroup --fork /bin/true")},
		{name: "bubblewrap", args: bubblewrap()},
		{name: "nslab exec", args: []string{b.path("nslab"), "exec", "--", "/bin/true"}},
		{name: "crun", args: []string{"crun", "--root", b.path("state"), "run", "--bundle", b.path("bundle"), "bench"}},
		{name: "runc", args: []string{"runc", "--root", b.path("state"), "run", "--bundle", b.path("bundle"), "bench"}},
	})
}

func (b *stage) starts() []*contender {
	return b.those([]*contender{
		{name: "an empty Go program", args: []string{b.path("empty")}},
		{name: "nslab --help", args: []string{b.path("nslab"), "--help"}},
		{name: "nslab list", args: []string{b.path("nslab"), "list"}},
		{name: "/bin/true", args: []string{"/bin/true"}},
	})
}

// those returns the ones that are installed and work here, and says which do not.
func (b *stage) those(all []*contender) []*contender {
	var able []*contender
	for _, c := range all {
		path, err := exec.LookPath(c.args[0])
		if err != nil {
			if c.name != "floor" {
				fmt.Printf("%s is not installed.\n", c.name)
			}
			continue
		}
		c.args[0] = path
		if out, err := b.run(c); err != nil {
			fmt.Printf("%s does not run here: %v %s\n", c.name, err, bytes.TrimSpace(out))
			continue
		}
		able = append(able, c)
	}
	return able
}

// command is a command as the user who runs the commands, in the stage.
func (b *stage) command(args ...string) *exec.Cmd {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env, cmd.Dir = b.env, b.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	if os.Geteuid() == 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
	return cmd
}

// run runs a command once and returns what it wrote to standard error.
func (b *stage) run(c *contender) ([]byte, error) {
	cmd := b.command(c.args...)
	// A file, so that the time does not depend on who reads a pipe.
	errs, err := os.CreateTemp(b.dir, "stderr")
	if err != nil {
		return nil, err
	}
	defer os.Remove(errs.Name())
	defer errs.Close()
	cmd.Stderr = errs
	begin := time.Now()
	err = cmd.Run()
	c.wall = append(c.wall, time.Since(begin))
	if cmd.ProcessState != nil {
		c.cpu = append(c.cpu, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
	}
	if err != nil {
		out, _ := os.ReadFile(errs.Name())
		return out, err
	}
	return nil, nil
}

// compare runs all in turn and prints the table.
func (b *stage) compare(title string, rounds int, all []*contender) {
	if len(all) == 0 {
		return
	}
	for _, c := range all {
		c.wall, c.cpu = nil, nil
	}
	for range rounds {
		for _, c := range all {
			if _, err := b.run(c); err != nil {
				fmt.Printf("%s failed: %v\n", c.name, err)
			}
		}
	}
	fmt.Printf("\n%s\n\n", title)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "ms\tleast\tmedian\tmiddle half\tratio\tCPU\tratio\n")
	base := all[0]
	for _, c := range all {
		slices.Sort(c.wall)
		slices.Sort(c.cpu)
		n := len(c.wall)
		fmt.Fprintf(w, "%s\t%.1f\t%.1f\t%.1f-%.1f\t%.2f\t%.1f\t%.2f\n", c.name, ms(c.wall[0]), ms(c.wall[n/2]), ms(c.wall[n/4]), ms(c.wall[n*3/4]),
			ms(c.wall[n/2])/ms(base.wall[len(base.wall)/2]), ms(c.cpu[len(c.cpu)/2]), ms(c.cpu[len(c.cpu)/2])/ms(base.cpu[len(base.cpu)/2]))
	}
	_ = w.Flush()
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// programDirs are the places of a machine's programs: those that are links, with their targets, and the others.
func programDirs() (links map[string]string, dirs []string) {
	links = map[string]string{}
	for _, dir := range []string{"/usr", "/bin", "/sbin", "/lib", "/lib64"} {
		if target, err := os.Readlink(dir); err == nil {
			links[dir] = target
		} else if _, err := os.Stat(dir); err == nil {
			dirs = append(dirs, dir)
		}
	}
	return links, dirs
}

// etc is what of the machine's /etc a lab has too.
var etc = []string{"ld.so.cache", "ld.so.conf", "localtime", "protocols", "services", "inputrc", "alternatives", "terminfo"}

// bubblewrap is the command that makes what a lab is, as far as bubblewrap can: it mounts no sysfs, and /etc is
// of the machine's files, mounted instead of copied.
func bubblewrap() []string {
	args := strings.Fields("bwrap --unshare-user --unshare-pid --unshare-ipc --unshare-uts --unshare-net --unshare-cgroup --uid 0 --gid 0 --hostname host --die-with-parent --new-session")
	links, dirs := programDirs()
	for _, dir := range dirs {
		args = append(args, "--ro-bind", dir, dir)
	}
	for link, target := range links {
		args = append(args, "--symlink", target, link)
	}
	for _, name := range etc {
		args = append(args, "--ro-bind-try", "/etc/"+name, "/etc/"+name)
	}
	args = append(args, strings.Fields("--proc /proc --dev /dev --mqueue /dev/mqueue --tmpfs /dev/shm --dir /run/nslab --proc /run/nslab/proc --ro-bind /usr/bin /opt/nslab")...)
	for _, dir := range []string{"root", "tmp", "mnt", "var", "var/tmp", "home", "srv"} {
		args = append(args, "--dir", "/"+dir)
	}
	return append(args, "/bin/true")
}

// writeBundle writes what crun and runc run: the same namespaces and mounts (the OCI runtime specification's config.json).
func (b *stage) writeBundle() error {
	type object = map[string]any
	id := os.Geteuid()
	if id == 0 {
		id = nobody
	}
	gid := os.Getegid()
	if id == nobody {
		gid = nobody
	}
	var mounts []object
	mount := func(where, kind, source string, options ...string) {
		mounts = append(mounts, object{"destination": where, "type": kind, "source": source, "options": options})
	}
	links, dirs := programDirs()
	for _, dir := range dirs {
		mount(dir, "bind", dir, "rbind", "ro", "nosuid")
	}
	for link, target := range links {
		if err := os.Symlink(target, b.path("bundle/root"+link)); err != nil {
			return err
		}
	}
	mount("/proc", "proc", "proc")
	mount("/dev", "tmpfs", "tmpfs", "nosuid", "mode=755", "size=64k")
	mount("/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620")
	mount("/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", "size=16m")
	mount("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev")
	mount("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev")
	var namespaces []object
	for _, kind := range []string{"user", "mount", "uts", "ipc", "network", "pid", "cgroup"} {
		namespaces = append(namespaces, object{"type": kind})
	}
	idMap := func(id int) []object { return []object{{"containerID": 0, "hostID": id, "size": 1}} }
	config := object{
		"ociVersion": "1.0.2", "hostname": "host",
		"process": object{"terminal": false, "user": object{"uid": 0, "gid": 0}, "args": []string{"/bin/true"}, "cwd": "/", "env": []string{"PATH=/bin"}, "noNewPrivileges": true},
		"root":    object{"path": "root"}, "mounts": mounts,
		"linux": object{"namespaces": namespaces, "uidMappings": idMap(id), "gidMappings": idMap(gid)},
	}
	data, err := json.MarshalIndent(config, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(b.path("bundle/config.json"), data, 0o644)
}
