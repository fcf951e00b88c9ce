package data

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/nslab/nslab/data/archive"
)

// pinned returns the embedded BusyBox, or skips the test in a clone that was
// not set up.
func pinned(t *testing.T) []byte {
	t.Helper()
	if embedded.busybox == nil {
		t.Skip("no BusyBox is embedded: run `make data`")
	}
	return embedded.busybox
}

// install puts a program of that name into a new folder, and returns both.
func install(t *testing.T, name string, body []byte) (dir, file string) {
	t.Helper()
	dir = t.TempDir()
	file = filepath.Join(dir, name)
	if err := os.WriteFile(file, body, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir, file
}

// program is the least ELF program, with segments of the given types.
func program(segments ...elf.ProgType) []byte {
	const headSize, segmentSize = 64, 56
	var out bytes.Buffer
	head := elf.Header64{
		Type: uint16(elf.ET_DYN), Machine: uint16(elf.EM_X86_64), Version: 1,
		Phoff: headSize, Ehsize: headSize, Phentsize: segmentSize, Phnum: uint16(len(segments)),
	}
	copy(head.Ident[:], elf.ELFMAG)
	head.Ident[elf.EI_CLASS], head.Ident[elf.EI_DATA], head.Ident[elf.EI_VERSION] = byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), 1
	_ = binary.Write(&out, binary.LittleEndian, head) // to memory: cannot fail
	for _, segment := range segments {
		_ = binary.Write(&out, binary.LittleEndian, elf.Prog64{Type: uint32(segment)})
	}
	return out.Bytes()
}

func TestEmbeddedBusyboxIsStatic(t *testing.T) {
	if err := static(pinned(t)); err != nil {
		t.Error(err)
	}
}

func TestEmbeddedBusyboxHasTheAppletsOfTheList(t *testing.T) {
	_, file := install(t, "busybox", pinned(t))
	links, err := ask(file)
	if err != nil {
		t.Fatal(err)
	}
	if want := archive.Links(); !slices.Equal(links, want) {
		t.Errorf("busybox --list-full and applets.txt differ:\n%q\n%q", links, want)
	}
}

func TestBusyboxIsReadInPlace(t *testing.T) {
	pinned(t)
	if n := testing.AllocsPerRun(10, func() { _, _ = Busybox() }); n != 0 {
		t.Errorf("Busybox allocates %v times", n)
	}
}

func TestAppletsAreSorted(t *testing.T) {
	names := Applets()
	if len(names) == 0 {
		if _, err := Busybox(); !errors.Is(err, ErrNone) {
			t.Errorf("no applets, and Busybox says %v", err)
		}
		t.Skip("there is no BusyBox here")
	}
	if !slices.IsSorted(names) || !slices.Contains(names, "sh") || !slices.Contains(names, "busybox") {
		t.Errorf("%q", names)
	}
}

func TestEmbeddedArchiveIsWhatTheBuilderBuilds(t *testing.T) {
	want, err := archive.Build(pinned(t), archive.Links(), archive.Notice)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Archive()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("they differ: run `make data`")
	}
}

func TestLicenceNamesLicenceAndSource(t *testing.T) {
	for _, text := range []string{Licence(), found{path: "/bin/busybox"}.notice()} {
		for _, want := range []string{"GPL-2.0", "busybox.net"} {
			if !strings.Contains(text, want) {
				t.Errorf("no %s in: %s", want, text)
			}
		}
	}
	pinned(t)
	for _, want := range []string{"1.34.1", archive.Module} {
		if !strings.Contains(Licence(), want) {
			t.Errorf("no %s in: %s", want, Licence())
		}
	}
}

func TestMachineWithoutBusyboxIsToldWhatToDo(t *testing.T) {
	_, err := find(t.TempDir())
	if !errors.Is(err, ErrNone) || !strings.Contains(err.Error(), "make data") {
		t.Errorf("%v", err)
	}
}

func TestDynamicBusyboxIsRefusedByName(t *testing.T) {
	dir, file := install(t, "busybox", program(elf.PT_LOAD, elf.PT_INTERP))
	_, err := find(dir)
	if !errors.Is(err, ErrNone) || !strings.Contains(err.Error(), file+": is not static") {
		t.Errorf("%v", err)
	}
}

func TestWhatIsNoProgramIsRefused(t *testing.T) {
	dir, _ := install(t, "busybox", []byte("#!/bin/sh\n"))
	if _, err := find(dir); !errors.Is(err, ErrNone) {
		t.Errorf("%v", err)
	}
}

func TestStaticPieIsStatic(t *testing.T) {
	if err := static(program(elf.PT_LOAD, elf.PT_DYNAMIC)); err != nil {
		t.Error(err)
	}
}

func TestBusyboxOfTheMachineTakesThePlace(t *testing.T) {
	dynamic, _ := install(t, "busybox", program(elf.PT_INTERP))
	for _, name := range []string{"busybox", "busybox.static"} {
		dir, file := install(t, name, pinned(t))
		own, err := find(dynamic + ":relative:" + dir)
		if err != nil {
			t.Fatal(err)
		}
		if own.path != file || !bytes.Equal(own.binary, pinned(t)) || !slices.Equal(own.links, archive.Links()) {
			t.Errorf("%s: found %s with %d links", file, own.path, len(own.links))
		}
		if _, err := archive.Build(own.binary, own.links, own.notice()); err != nil {
			t.Error(err)
		}
	}
}

func TestRelativeFoldersOfPATHDoNotCount(t *testing.T) {
	dir, _ := install(t, "busybox", pinned(t))
	t.Chdir(dir)
	for _, folders := range []string{".", "", ":", "./"} {
		if _, err := find(folders); !errors.Is(err, ErrNone) {
			t.Errorf("PATH %q: %v", folders, err)
		}
	}
}

// The commands of the course: tar xvfz busybox.tar.gz, and then
// unshare -r chroot busybox sh.
func TestArchiveUnpacksIntoARootThatRuns(t *testing.T) {
	pinned(t)
	packed, err := Archive()
	if err != nil {
		t.Fatal(err)
	}
	dir, busybox := install(t, "busybox.1", pinned(t))
	if err := os.WriteFile(filepath.Join(dir, "busybox.tar.gz"), packed, 0o644); err != nil {
		t.Fatal(err)
	}
	tars := map[string]*exec.Cmd{
		"busybox": {Path: busybox, Args: []string{"tar", "xvfz", "../busybox.tar.gz"}},
	}
	if tar, err := exec.LookPath("tar"); err == nil {
		tars["machine"] = exec.Command(tar, "xvfz", "../busybox.tar.gz")
	}
	for name, tar := range tars {
		t.Run(name+" tar", func(t *testing.T) {
			tar.Dir = filepath.Join(dir, name)
			if err := os.Mkdir(tar.Dir, 0o755); err != nil {
				t.Fatal(err)
			}
			if out, err := tar.CombinedOutput(); err != nil {
				t.Fatalf("%v: %v\n%s", tar.Args, err, out)
			}
			var complaint strings.Builder
			sh := &exec.Cmd{
				Path: "/bin/sh",
				Args: []string{"sh", "-c", "ls -d /proc && env true && readlink /usr/bin/env && id -un"},
				Dir:  "/",
				// chroot(1) keeps the caller's PATH.
				Env:    []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
				Stderr: &complaint,
				SysProcAttr: &syscall.SysProcAttr{
					Chroot:      filepath.Join(tar.Dir, "busybox"),
					Cloneflags:  syscall.CLONE_NEWUSER,
					UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
					GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
				},
			}
			out, err := sh.Output()
			if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.ENOSYS) {
				t.Skipf("this machine gives no user namespace: %v", err)
			}
			if want := "/proc\n../../bin/busybox\nroot\n"; err != nil || string(out) != want {
				t.Errorf("sh: %v\n%swant\n%s%s", err, out, want, complaint.String())
			}
		})
	}
}
