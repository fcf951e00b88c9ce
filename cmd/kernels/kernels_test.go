package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestTheNewestKernelIsByNumber(t *testing.T) {
	names := []string{"linux-image-6.1.0-9-cloud-amd64", "linux-image-6.1.0-56-cloud-amd64", "linux-image-6.1.0-47-cloud-amd64"}
	if got := slices.MaxFunc(names, compareVersions); got != names[1] {
		t.Error(got)
	}
}

func TestWhatAptWouldInstallIsRead(t *testing.T) {
	a := &apt{dir: t.TempDir()}
	if err := os.Mkdir(filepath.Join(a.dir, "archives"), 0o755); err != nil {
		t.Fatal(err)
	}
	want := []string{"libc6_2.36-9+deb12u14_amd64.deb", "mount_2%3a2.38.1_all.deb"}
	for i, name := range want {
		want[i] = filepath.Join(a.dir, "archives", name)
		if err := os.WriteFile(want[i], nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const out = "Reading package lists...\nInst libc6 (2.36-9+deb12u14 Debian:12.15/oldstable [amd64]) []\n" +
		"Inst mount (2:2.38.1 Debian:12/stable, Debian-Security:12/stable [all])\nConf libc6 (2.36-9+deb12u14 Debian:12.15/oldstable [amd64])\n"
	if got, err := a.installs(out); err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := a.installs("Inst lost (1 Debian:12/stable [all])\n"); err == nil {
		t.Error("a package that is not there passes")
	}
}

func TestWhatTheMachineLacksIsNamed(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for arch, want := range map[string]string{"amd64": "apt install --no-install-recommends qemu-system-x86", "mips": "amd64 or arm64"} {
		if _, err := findQemu(arch); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", arch, err)
		}
	}
	if _, err := newApt(t.TempDir(), "amd64"); err == nil || !strings.Contains(err.Error(), "there is no apt-get here") {
		t.Error(err)
	}
}

// The packages' /bin and the like become links into /usr, as on a Debian that is installed.
func TestTheRootHasOneUsr(t *testing.T) {
	var b bytes.Buffer
	w := &rootWriter{Writer: tar.NewWriter(&b), seen: map[string]bool{}}
	for _, h := range []*tar.Header{
		{Typeflag: tar.TypeReg, Name: "./bin/bash", Mode: 0o755},
		{Typeflag: tar.TypeReg, Name: "usr/bin/env", Mode: 0o755},
		{Typeflag: tar.TypeDir, Name: "./usr/bin/", Mode: 0o755},
		{Typeflag: tar.TypeLink, Name: "bin/rbash", Linkname: "./bin/bash"},
	} {
		if err := w.copy(h, strings.NewReader("")); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for r := tar.NewReader(&b); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, strings.TrimSpace(h.Name+" "+h.Linkname))
	}
	want := []string{"usr", "usr/bin", "usr/bin/bash", "usr/bin/env", "usr/bin/rbash usr/bin/bash"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestInitramfs(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(name, []byte("hello"), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b bytes.Buffer
	c := &cpio{w: bufio.NewWriter(&b)}
	c.dir("dev")
	c.file("init", 0o755, f)
	if err := c.close(); err != nil {
		t.Fatal(err)
	}
	// Each header has 110 bytes; names, with their zero, and contents end at multiples of four.
	if b.Len()%4 != 0 || b.Len() != 116+116+8+124 || !bytes.HasPrefix(b.Bytes()[116:], []byte("07070100000002000081ed")) ||
		!bytes.Contains(b.Bytes(), []byte("init\x00\x00hello\x00\x00\x00070701")) {
		t.Errorf("%d bytes: %q", b.Len(), b.Bytes())
	}
}

// Every test that the plan names is there: a suite that ran nothing would fail only in the virtual machine.
func TestThePlanNamesTestsThatAreThere(t *testing.T) {
	for _, s := range plan() {
		for _, st := range s.suites {
			first, _, _ := strings.Cut(st.run, "/")
			files, err := filepath.Glob(filepath.Join("..", "..", st.pkg, "*_test.go"))
			if err != nil || files == nil {
				t.Errorf("%s: no tests: %v", st.pkg, err)
			}
			found := false
			for _, file := range files {
				b, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				found = found || regexp.MustCompile(`(?m)^func Test\w*(`+first+`)`).Match(b) || strings.HasPrefix(first, "Test") && bytes.Contains(b, []byte("func "+first+"("))
			}
			if !found {
				t.Errorf("%s: no test %q", st.pkg, st.run)
			}
		}
	}
}
