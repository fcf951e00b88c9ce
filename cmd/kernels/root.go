package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

// Where things are in the virtual machine.
const (
	repository = "/nslab"     // the sources, for the data of the tests
	testDir    = "/nslab-bin" // the test programs
	rootTar    = "/root.tar"
	wantedFile = "/nslab-wanted"
)

// build builds into dir what runs in the virtual machine: nslab, the test programs, and this program.
func build(dir, arch string) error {
	env := append(os.Environ(), "GOOS=linux", "GOARCH="+arch, "CGO_ENABLED=0")
	goCommand := func(args ...string) error {
		cmd := exec.Command("go", args...)
		cmd.Env = env
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out)
		}
		return nil
	}
	for name, pkg := range map[string]string{"nslab": "./cmd/nslab", "init": "./cmd/kernels"} {
		if err := goCommand("build", "-trimpath", "-ldflags=-s -w", "-o", filepath.Join(dir, name), pkg); err != nil {
			return err
		}
	}
	for _, pkg := range testPackages() {
		if err := goCommand("test", "-c", "-trimpath", "-ldflags=-s -w", "-o", filepath.Join(dir, testName(pkg)), "./"+pkg); err != nil {
			return err
		}
	}
	return nil
}

// testName is the file name of a package's test program.
func testName(pkg string) string { return strings.ReplaceAll(pkg, "/", "-") + ".test" }

// moduleDirs are the modules that the virtual machine has, as folders of /lib/modules/VERSION/kernel: what labs ask
// for and what that needs. There is no hardware to drive.
var moduleDirs = []string{"net/", "drivers/net/", "fs/overlayfs/", "lib/", "crypto/"}

// writeInitrd makes an initramfs with this program as init and, in it, an archive of the root that init
// unpacks: a tmpfs, since the initramfs's own root could not be a machine's (pivot_root(2), NOTES). The kernel itself goes to image.
func writeInitrd(initrd, image, kernel string, userland []string, built string, wanted wanted) error {
	archive := initrd + ".tar"
	f, err := os.Create(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	defer os.Remove(archive)
	w := &rootWriter{Writer: tar.NewWriter(f), seen: map[string]bool{}}
	if err := w.fill(image, kernel, userland, built, wanted); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	init, err := os.Open(filepath.Join(built, "init"))
	if err != nil {
		return err
	}
	defer init.Close()
	out, err := os.Create(initrd)
	if err != nil {
		return err
	}
	defer out.Close()
	c := &cpio{w: bufio.NewWriterSize(out, 1<<20)}
	c.dir("dev")
	c.file("init", 0o755, init)
	c.file(path.Base(rootTar), 0o644, f)
	if err := c.close(); err != nil {
		return fmt.Errorf("write the initramfs: %w", err)
	}
	return out.Close()
}

// rootWriter writes the root of the virtual machine, in which /bin and the like are links into /usr.
type rootWriter struct {
	*tar.Writer
	seen map[string]bool // what is there already
}

var merged = []string{"bin", "sbin", "lib", "lib32", "lib64", "libx32"}

func (w *rootWriter) fill(image, kernel string, userland []string, built string, wanted wanted) error {
	for _, dir := range []string{"usr", "dev", "proc", "sys", "run", "tmp", "root", "home", "var", "etc", "mnt"} {
		if err := w.header(&tar.Header{Typeflag: tar.TypeDir, Name: dir, Mode: 0o755}); err != nil {
			return err
		}
	}
	for _, dir := range merged {
		if err := w.header(&tar.Header{Typeflag: tar.TypeDir, Name: "usr/" + dir, Mode: 0o755}); err != nil {
			return err
		}
		if err := w.header(&tar.Header{Typeflag: tar.TypeSymlink, Name: dir, Linkname: "usr/" + dir, Mode: 0o777}); err != nil {
			return err
		}
	}
	for _, deb := range userland {
		if err := unpack(deb, w.program); err != nil {
			return err
		}
	}
	// What alternatives would have made (update-alternatives(1)).
	if err := w.header(&tar.Header{Typeflag: tar.TypeSymlink, Name: "usr/bin/awk", Linkname: "mawk", Mode: 0o777}); err != nil {
		return err
	}
	order, err := json.Marshal(wanted)
	if err != nil {
		return err
	}
	if err := w.text(wantedFile, string(order)); err != nil {
		return err
	}
	for name, content := range etc {
		if err := w.text(name, content); err != nil {
			return err
		}
	}
	err = unpack(kernel, func(h *tar.Header, r io.Reader) error { return w.kernel(image, h, r) })
	if err != nil {
		return err
	}
	if err := w.local("usr/local/bin/nslab", filepath.Join(built, "nslab")); err != nil {
		return err
	}
	if err := w.local("sbin/init", filepath.Join(built, "init")); err != nil {
		return err
	}
	for _, pkg := range testPackages() {
		if err := w.local(testDir+"/"+testName(pkg), filepath.Join(built, testName(pkg))); err != nil {
			return err
		}
	}
	out, err := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		return fmt.Errorf("git ls-files: %w", err)
	}
	for name := range strings.SplitSeq(strings.TrimRight(string(out), "\x00"), "\x00") {
		if st, err := os.Lstat(name); err != nil || !st.Mode().IsRegular() {
			continue // removed, or a link
		}
		if err := w.local(repository+"/"+name, name); err != nil {
			return err
		}
	}
	return nil
}

// kernel takes the kernel and its modules out of its package.
func (w *rootWriter) kernel(image string, h *tar.Header, r io.Reader) error {
	name := path.Clean(h.Name)
	if strings.HasPrefix(name, "boot/vmlinuz-") {
		f, err := os.Create(image)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = io.Copy(f, r)
		return errors.Join(err, f.Close())
	}
	// lib/modules/VERSION/kernel/...
	parts := strings.SplitN(strings.TrimPrefix(name, "usr/"), "/", 5)
	if len(parts) < 4 || parts[0] != "lib" || parts[1] != "modules" || h.Typeflag != tar.TypeReg {
		return nil
	}
	wanted := parts[3] != "kernel" // modules.order, modules.builtin
	for _, dir := range moduleDirs {
		wanted = wanted || len(parts) == 5 && strings.HasPrefix(parts[4], dir)
	}
	if !wanted {
		return nil
	}
	return w.copy(h, r)
}

// program takes what is needed of another package: no manuals.
func (w *rootWriter) program(h *tar.Header, r io.Reader) error {
	for _, dir := range []string{"doc/", "man/", "locale/", "info/", "lintian/"} {
		if strings.HasPrefix(placed(h.Name), "usr/share/"+dir) {
			return nil
		}
	}
	return w.copy(h, r)
}

// copy writes an entry.
func (w *rootWriter) copy(h *tar.Header, r io.Reader) error {
	if err := w.header(h); err != nil || h.Typeflag != tar.TypeReg {
		return err
	}
	_, err := io.Copy(w, r)
	return err
}

func (w *rootWriter) text(name, content string) error {
	return w.copy(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(content))}, strings.NewReader(content))
}

// local writes a file of this machine, as root's.
func (w *rootWriter) local(name, from string) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	return w.copy(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: int64(st.Mode().Perm() | 0o444), Size: st.Size()}, f)
}

// header writes the header of an entry, where /bin and the like are in /usr, and the folders above it
// that nobody has written.
func (w *rootWriter) header(h *tar.Header) error {
	h.Name = placed(h.Name)
	if h.Typeflag == tar.TypeLink {
		h.Linkname = placed(h.Linkname)
	}
	if h.Typeflag == tar.TypeDir && w.seen[h.Name] || h.Name == "." {
		return nil
	}
	if above := path.Dir(h.Name); above != "." && !w.seen[above] {
		if err := w.header(&tar.Header{Typeflag: tar.TypeDir, Name: above, Mode: 0o755}); err != nil {
			return err
		}
	}
	w.seen[h.Name] = true
	h.Format = tar.FormatPAX
	return w.WriteHeader(h)
}

// placed is where a file of a package is in a root whose /bin and the like are links.
func placed(name string) string {
	name = strings.TrimPrefix(path.Clean("/"+name), "/")
	if name == "" {
		return "."
	}
	for _, dir := range merged {
		if strings.HasPrefix(name, dir+"/") {
			return "usr/" + name
		}
	}
	return name
}

// unpack reads the files of a Debian package.
func unpack(deb string, each func(h *tar.Header, r io.Reader) error) error {
	cmd := exec.Command("dpkg-deb", "--fsys-tarfile", deb)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	t := tar.NewReader(out)
	for err == nil {
		var h *tar.Header
		if h, err = t.Next(); err == nil {
			err = each(h, t)
		}
	}
	if err == io.EOF {
		err = nil
		_, _ = io.Copy(io.Discard, out) // padding
	} else {
		_ = cmd.Process.Kill()
	}
	if waited := cmd.Wait(); err == nil {
		err = waited
	}
	if err != nil {
		return fmt.Errorf("unpack %s: %w\n%s", deb, err, said.String())
	}
	return nil
}

// permit is a PAM configuration that lets everybody in (pam.d(5)).
const permit = "auth sufficient pam_permit.so\naccount sufficient pam_permit.so\npassword sufficient pam_permit.so\nsession sufficient pam_permit.so\n"

// etc is what a machine's own set-up would have written: who is who, and that the learner may use sudo.
var etc = map[string]string{
	"etc/passwd":            "root:x:0:0:root:/root:/bin/bash\nlearner:x:1000:1000::/home/learner:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
	"etc/group":             "root:x:0:\nlearner:x:1000:\nnogroup:x:65534:\n",
	"etc/hosts":             "127.0.0.1 localhost debian\n",
	"etc/hostname":          "debian\n",
	"etc/sudoers.d/learner": "learner ALL=(ALL) NOPASSWD: ALL\n",
	"etc/pam.d/sudo":        permit,
	"etc/pam.d/other":       permit,
}

// cpio writes an initramfs (the kernel's Documentation/driver-api/early-userspace/buffer-format.rst, "newc").
type cpio struct {
	w   *bufio.Writer
	ino int
	at  int64
	err error
}

func (c *cpio) dir(name string) { c.entry(name, 0o040755, 0, nil) }

func (c *cpio) file(name string, mode int, f *os.File) {
	size, err := f.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	c.fail(err)
	c.entry(name, 0o100000|mode, size, f)
}

func (c *cpio) entry(name string, mode int, size int64, content io.Reader) {
	c.ino++
	links := 1
	c.write(strings.NewReader(fmt.Sprintf("070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%s\x00",
		c.ino, mode, 0, 0, links, 0, size, 0, 0, 0, 0, len(name)+1, 0, name)))
	c.pad()
	if content != nil {
		c.write(content)
		c.pad()
	}
}

func (c *cpio) write(r io.Reader) {
	n, err := io.Copy(c.w, r)
	c.at += n
	c.fail(err)
}

func (c *cpio) pad() { c.write(bytes.NewReader(make([]byte, -c.at&3))) }

func (c *cpio) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

func (c *cpio) close() error {
	c.entry("TRAILER!!!", 0, 0, nil)
	c.fail(c.w.Flush())
	return c.err
}
