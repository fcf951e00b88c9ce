// Package data holds what a lab is given besides the machine's own programs:
// a static BusyBox, for the commands that the machine lacks, and
// busybox.tar.gz, the archive that the course's mount lesson unpacks.
//
// Neither is in the repository. `make data` runs data/make, which takes the
// BusyBox of the Go module that go.mod pins, compares it with the SHA-256 in
// its own source, and leaves two files in made/ and, beside this file,
// made_GOARCH.go, which embeds them. Git ignores all three. A program built
// after that carries them with it, uncompressed and read in place: nothing
// happens at start, and [Busybox] copies nothing.
//
// A program built without that (`go install` is one way) looks for a static
// BusyBox on the machine it runs on, and where there is none says so with
// [ErrNone].
//
// Package sandbox calls [Busybox] and [Applets] for the root of a lab; the
// mount lesson calls [Archive]; cmd/nslab shows [Licence]. The archive is
// built in data/archive.
package data

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/nslab/nslab/data/archive"
)

// ErrNone is the error of a program that carries no BusyBox on a machine that
// has no static one.
var ErrNone = errors.New("no static busybox: run `make data` and build nslab again, or install the package busybox-static")

// embedded is set by made_GOARCH.go, where data/make has made that.
var embedded struct{ busybox, archive []byte }

// Busybox returns a static BusyBox that runs on this machine: the one that was
// embedded, else the machine's own. It must not be written to.
func Busybox() ([]byte, error) {
	if embedded.busybox != nil {
		return embedded.busybox, nil
	}
	own, err := machine()
	return own.binary, err
}

// Archive returns busybox.tar.gz, made of what [Busybox] returns. It must not
// be written to.
func Archive() ([]byte, error) {
	if embedded.archive != nil {
		return embedded.archive, nil
	}
	return machineArchive()
}

// Applets returns the names of the commands that [Busybox] has, sorted; none
// where there is no BusyBox.
func Applets() []string {
	links := archive.Links()
	if embedded.busybox == nil {
		own, err := machine()
		if err != nil {
			return nil
		}
		links = own.links
	}
	names := make([]string, len(links))
	for i, link := range links {
		names[i] = path.Base(link)
	}
	slices.Sort(names)
	return names
}

// Licence says under which licence the BusyBox that [Busybox] returns stands,
// and where its source is.
func Licence() string {
	if embedded.busybox != nil {
		return archive.Notice
	}
	own, err := machine()
	if err != nil {
		return archive.Notice
	}
	return own.notice()
}

// found is a BusyBox that was found on the machine.
type found struct {
	path   string
	binary []byte
	links  []string
}

func (f found) notice() string {
	return "BusyBox, copied from " + f.path + " of this machine. BusyBox is free software under the GNU\n" +
		"General Public License, version 2 only (GPL-2.0-only). Its source comes from\n" +
		"whom this machine's software comes from, and from https://busybox.net/.\n"
}

var machine = sync.OnceValues(func() (found, error) { return find(os.Getenv("PATH")) })

var machineArchive = sync.OnceValues(func() ([]byte, error) {
	own, err := machine()
	if err != nil {
		return nil, err
	}
	return archive.Build(own.binary, own.links, own.notice())
})

// find looks for a static BusyBox in the folders of a PATH. Folders that are
// not absolute do not count: what runs must not depend on where nslab was
// started. A dynamic BusyBox will not do, for it does not start under a root
// that lacks its libraries.
func find(folders string) (found, error) {
	var refused []string
	for _, dir := range filepath.SplitList(folders) {
		if !filepath.IsAbs(dir) {
			continue
		}
		// Alpine's static one has a name of its own.
		for _, name := range []string{"busybox", "busybox.static"} {
			file, err := exec.LookPath(filepath.Join(dir, name))
			if err != nil {
				continue
			}
			f, err := take(file)
			if err != nil {
				refused = append(refused, err.Error())
				continue
			}
			return f, nil
		}
	}
	if refused != nil {
		return found{}, fmt.Errorf("look for busybox in PATH: %s: %w", strings.Join(refused, "; "), ErrNone)
	}
	return found{}, fmt.Errorf("look for busybox in PATH: %w", ErrNone)
}

func take(file string) (found, error) {
	binary, err := os.ReadFile(file)
	if err != nil {
		return found{}, fmt.Errorf("read busybox: %w", err)
	}
	if err := static(binary); err != nil {
		return found{}, fmt.Errorf("use %s: %w", file, err)
	}
	links, err := ask(file)
	if err != nil {
		return found{}, err
	}
	return found{path: file, binary: binary, links: links}, nil
}

// static says whether the kernel can run binary with nothing beside it: an ELF
// file that asks for no interpreter (elf(5), PT_INTERP). A static-pie has a
// dynamic section and is static all the same.
//
// Package debug/elf would cost every start of nslab what it and its decompressors have to prepare.
func static(program []byte) error {
	const interpreter = 3 // PT_INTERP
	if len(program) < 64 || string(program[:4]) != "\x7fELF" {
		return errors.New("is no ELF file")
	}
	var order binary.ByteOrder = binary.LittleEndian
	if program[5] == 2 { // EI_DATA
		order = binary.BigEndian
	}
	if kind := order.Uint16(program[16:]); kind != 2 && kind != 3 { // ET_EXEC, ET_DYN
		return fmt.Errorf("is no program but an ELF file of type %d", kind)
	}
	// e_phoff, e_phentsize and e_phnum of ELFCLASS64; of ELFCLASS32.
	at, size, n := order.Uint64(program[32:]), order.Uint16(program[54:]), order.Uint16(program[56:])
	if program[4] == 1 {
		at, size, n = uint64(order.Uint32(program[28:])), order.Uint16(program[42:]), order.Uint16(program[44:])
	}
	for i := range uint64(n) {
		header := at + i*uint64(size)
		if header+4 < header || header+4 > uint64(len(program)) {
			return errors.New("is a damaged ELF file")
		}
		if order.Uint32(program[header:]) == interpreter { // p_type
			return errors.New("is not static")
		}
	}
	return nil
}

// ask has a BusyBox list its links. One that was built without its installer
// knows only the names; those go to bin.
func ask(file string) ([]string, error) {
	if out, err := list(file, "--list-full"); err == nil {
		// Only what [archive.Build] has folders for: a distribution's own
		// additions do not cost the learner the archive.
		links := slices.DeleteFunc(strings.Fields(out), func(link string) bool {
			return !slices.Contains([]string{".", "bin", "sbin", "usr/bin", "usr/sbin"}, path.Dir(link))
		})
		if len(links) > 0 {
			return links, nil
		}
	}
	out, err := list(file, "--list")
	if err != nil {
		return nil, err
	}
	var links []string
	for _, name := range strings.Fields(out) {
		links = append(links, "bin/"+name)
	}
	if links == nil {
		return nil, fmt.Errorf("%s --list: no applets", file)
	}
	return links, nil
}

func list(file, option string) (string, error) {
	cmd := exec.Command(file, option)
	// BusyBox goes by the name it is called; busybox.static would be no applet.
	cmd.Args[0] = "busybox"
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", file, option, err)
	}
	return string(out), nil
}
