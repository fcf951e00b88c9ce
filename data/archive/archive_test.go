package archive

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// unpack reads an archive into its headers, by name, in order.
func unpack(t *testing.T, packed []byte) (names []string, heads map[string]*tar.Header, bodies map[string]string) {
	t.Helper()
	zip, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	heads, bodies = map[string]*tar.Header{}, map[string]string{}
	for r := tar.NewReader(zip); ; {
		head, err := r.Next()
		if errors.Is(err, io.EOF) {
			return names, heads, bodies
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(head.Name, "/")
		names = append(names, name)
		heads[name], bodies[name] = head, string(body)
	}
}

func build(t *testing.T) []byte {
	t.Helper()
	packed, err := Build([]byte("the binary"), Links(), Notice)
	if err != nil {
		t.Fatal(err)
	}
	return packed
}

func TestSameArgumentsGiveSameBytes(t *testing.T) {
	first := build(t)
	for range 3 {
		if !bytes.Equal(first, build(t)) {
			t.Fatal("two builds differ")
		}
	}
}

func TestEntriesAreSortedOwnedByRootAndOfOneDate(t *testing.T) {
	names, heads, _ := unpack(t, build(t))
	if !slices.IsSorted(names) {
		t.Error("names are not sorted: a folder may come after what is in it")
	}
	if len(heads) != len(names) {
		t.Error("a name is there twice")
	}
	for _, name := range names {
		head := heads[name]
		if head.Uid != 0 || head.Gid != 0 || !head.ModTime.Equal(mtime) {
			t.Errorf("%s: uid %d, gid %d, date %v", name, head.Uid, head.Gid, head.ModTime)
		}
	}
}

func TestNoEntryLeavesItsFolder(t *testing.T) {
	names, heads, _ := unpack(t, build(t))
	for _, name := range names {
		if !filepath.IsLocal(name) || (name != Top && !strings.HasPrefix(name, Top+"/")) {
			t.Errorf("%q is outside of %s", name, Top)
		}
		head := heads[name]
		switch head.Typeflag {
		case tar.TypeDir, tar.TypeReg:
		case tar.TypeSymlink:
			to := path.Join(path.Dir(name), head.Linkname)
			if path.IsAbs(head.Linkname) || to != Top+"/bin/busybox" {
				t.Errorf("%s leads to %q", name, head.Linkname)
			}
		default:
			t.Errorf("%s is of type %q", name, head.Typeflag)
		}
		if parent := path.Dir(name); parent != "." && (heads[parent] == nil || heads[parent].Typeflag != tar.TypeDir) {
			t.Errorf("%s: no folder %s before it", name, parent)
		}
	}
}

func TestArchiveIsARootForAShell(t *testing.T) {
	_, heads, bodies := unpack(t, build(t))
	if head := heads["busybox/bin/busybox"]; head == nil || head.Mode != 0o755 || bodies["busybox/bin/busybox"] != "the binary" {
		t.Errorf("bin/busybox: %+v", head)
	}
	for _, dir := range strings.Fields("bin dev etc mnt proc root run sbin sys tmp usr usr/bin usr/sbin var") {
		if head := heads["busybox/"+dir]; head == nil || head.Typeflag != tar.TypeDir {
			t.Errorf("no folder %s", dir)
		}
	}
	if mode := heads["busybox/tmp"].Mode; mode != 0o1777 {
		t.Errorf("tmp has mode %o", mode)
	}
	if !strings.HasPrefix(bodies["busybox/etc/passwd"], "root:x:0:0:") {
		t.Error("etc/passwd knows no root")
	}
	if bodies["busybox/usr/share/doc/busybox/copyright"] != Notice {
		t.Error("the licence is not in the archive")
	}
}

// chroot(1) keeps the caller's PATH; this is Debian's for root.
func TestPATHFindsEveryApplet(t *testing.T) {
	_, heads, _ := unpack(t, build(t))
	dirs := strings.Split("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", ":")
	for _, link := range Links() {
		if link == "linuxrc" {
			continue // init's name on an initial ramdisk, in the root itself
		}
		if !slices.ContainsFunc(dirs, func(dir string) bool {
			return heads[path.Join(Top, dir, path.Base(link))] != nil
		}) {
			t.Errorf("PATH does not find %s", path.Base(link))
		}
	}
}

func TestCourseCommandsAreAmongTheApplets(t *testing.T) {
	var names []string
	for _, link := range Links() {
		names = append(names, path.Base(link))
	}
	for _, name := range strings.Fields("sh unshare nsenter hostname ps mount umount pivot_root chroot ip ifconfig route ping httpd wget nc tar ipcs ipcrm") {
		if !slices.Contains(names, name) {
			t.Errorf("no applet %s", name)
		}
	}
	if !slices.IsSorted(names) {
		t.Error("applets.txt is not in the order of names")
	}
}

func TestBuildRefusesLinksThatLeaveTheRoot(t *testing.T) {
	for _, link := range []string{"", "/bin/sh", "../sh", "bin/../../sh", "bin//sh", "opt/sh", "etc/passwd", "etc/passwd/sh", "bin"} {
		if _, err := Build(nil, []string{link}, ""); err == nil {
			t.Errorf("link %q was taken", link)
		}
	}
	if _, err := Build(nil, []string{"bin/sh", "bin/sh"}, ""); err == nil {
		t.Error("a link was taken twice")
	}
}

func TestCheckWantsExactlyTheApplets(t *testing.T) {
	links := []string{"usr/bin/[", "bin/ash", "sbin/ip"}
	for _, test := range []struct {
		binary string
		good   bool
	}{
		{"before[\x00ash\x00ip\x00\x00after", true},
		{"[\x00ash\x00\x00", false},
		{"[\x00ash\x00ip\x00zcat\x00\x00", false},
		{"[\x00ip\x00ash\x00\x00", false},
		{"", false},
	} {
		if err := Check([]byte(test.binary), links); (err == nil) != test.good {
			t.Errorf("%q: %v", test.binary, err)
		}
	}
	if Check([]byte("\x00\x00"), nil) == nil {
		t.Error("no applets at all were accepted")
	}
}
