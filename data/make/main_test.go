package main

import (
	"debug/elf"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nslab/nslab/data/archive"
)

// pinnedModule is the folder of the pinned module; a test that wants it is
// skipped where the go command cannot give it.
func pinnedModule(t *testing.T) string {
	t.Helper()
	dir, err := moduleDir()
	if err != nil {
		t.Skip(err)
	}
	return dir
}

// moduleOf is a folder like the pinned module's, with one binary.
func moduleOf(t *testing.T, arch, body string) func() (string, error) {
	t.Helper()
	dir := t.TempDir()
	third := filepath.Join(dir, "third_party", "busybox-"+archive.Version)
	if err := os.MkdirAll(third, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(third, "busybox."+arch), []byte(body), 0o644); err != nil {
		t.Fatal(err)
	}
	return func() (string, error) { return dir, nil }
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(dir, path)
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestEveryPinnedBinaryIsStaticAndHasTheApplets(t *testing.T) {
	dir := pinnedModule(t)
	for arch, sum := range sums {
		file := filepath.Join(dir, "third_party", "busybox-"+archive.Version, "busybox."+arch)
		binary, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := verify(binary, sum); err != nil {
			t.Errorf("%s: %v", arch, err)
		}
		if err := archive.Check(binary, archive.Links()); err != nil {
			t.Errorf("%s: %v", arch, err)
		}
		f, err := elf.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range f.Progs {
			if p.Type == elf.PT_INTERP {
				t.Errorf("%s is not static", arch)
			}
		}
		f.Close()
	}
}

func TestSetUpMakesThreeFilesOnceAndThenLeavesThemAlone(t *testing.T) {
	dir, out := pinnedModule(t), t.TempDir()
	changed, err := setUp(out, "arm64", func() (string, error) { return dir, nil })
	if err != nil || !changed {
		t.Fatalf("first time: changed %v, %v", changed, err)
	}
	want := "made/busybox.arm64 made/busybox.arm64.tar.gz made_arm64.go"
	if got := strings.Join(files(t, out), " "); got != want {
		t.Fatalf("made %s, want %s", got, want)
	}
	old := time.Now().Add(-time.Hour)
	for _, name := range files(t, out) {
		if err := os.Chtimes(filepath.Join(out, name), old, old); err != nil {
			t.Fatal(err)
		}
	}

	changed, err = setUp(out, "arm64", func() (string, error) { return "", errors.New("asked for the module") })
	if err != nil || changed {
		t.Errorf("second time: changed %v, %v", changed, err)
	}
	for _, name := range files(t, out) {
		info, err := os.Stat(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.ModTime().After(old.Add(time.Minute)) {
			t.Errorf("%s was written again", name)
		}
	}
}

func TestSetUpMendsADamagedBinary(t *testing.T) {
	dir, out := pinnedModule(t), t.TempDir()
	module := func() (string, error) { return dir, nil }
	if _, err := setUp(out, "386", module); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(out, "made", "busybox.386")
	if err := os.WriteFile(file, []byte("half"), 0o644); err != nil {
		t.Fatal(err)
	}
	if changed, err := setUp(out, "386", module); err != nil || !changed {
		t.Fatalf("changed %v, %v", changed, err)
	}
	binary, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := verify(binary, sums["386"]); err != nil {
		t.Error(err)
	}
}

func TestSetUpRefusesAnotherBinary(t *testing.T) {
	out := t.TempDir()
	_, err := setUp(out, "amd64", moduleOf(t, "amd64", "something else"))
	if err == nil || !strings.Contains(err.Error(), sums["amd64"]) {
		t.Errorf("%v", err)
	}
	if left := files(t, out); left != nil {
		t.Errorf("left %v", left)
	}
}

func TestSetUpRefusesABinaryWithOtherApplets(t *testing.T) {
	t.Cleanup(func(old string) func() { return func() { sums["arm"] = old } }(sums["arm"]))
	// SHA-256 of no bytes at all.
	sums["arm"] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	out := t.TempDir()
	if _, err := setUp(out, "arm", moduleOf(t, "arm", "")); err == nil || !strings.Contains(err.Error(), "applets.txt") {
		t.Errorf("%v", err)
	}
	if left := files(t, out); left != nil {
		t.Errorf("left %v", left)
	}
}

func TestSetUpNeedsTheFolderOfPackageData(t *testing.T) {
	_, err := setUp(filepath.Join(t.TempDir(), "elsewhere"), "amd64", moduleOf(t, "amd64", ""))
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

func TestUnpinnedArchitectureIsNamed(t *testing.T) {
	_, err := setUp(t.TempDir(), "riscv64", nil)
	if !errors.Is(err, errNotPinned) || !strings.Contains(err.Error(), "riscv64") {
		t.Errorf("%v", err)
	}
}
