// Package archive knows the one BusyBox that nslab pins, and builds from a
// BusyBox binary the archive that the course's mount lesson unpacks.
//
// Its words are BusyBox's own: an applet is a command that the one binary can
// be; a link is the path, below the root, of the symbolic link under which an
// applet is found, as `busybox --list-full` prints it.
//
// Two call it: data/make, when it sets up a clone, and package data, on a
// machine where nothing was set up. It stands apart from both so that data/make
// compiles whatever state the made files of package data are in.
package archive

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"
)

// What is pinned. The module carries BusyBox binaries and the configuration
// they were built with; it is a `tool` of go.mod, so go.sum vouches for it.
const (
	Version = "1.34.1"
	Source  = "https://busybox.net/downloads/busybox-" + Version + ".tar.bz2"
	Module  = "github.com/gokrazy/serial-busybox"
)

// Notice is what whoever passes the pinned BusyBox on has to say with it. It
// is in the archive too.
const Notice = `BusyBox ` + Version + `, copyright 1998-2021 by its many authors.

BusyBox is free software under the GNU General Public License, version 2 only
(GPL-2.0-only). It comes with no warranty.

Source:                 ` + Source + `
Licence:                https://busybox.net/license.html
Binary, configuration:  the Go module ` + Module + `,
                        third_party/busybox-` + Version + ` and busybox.config

nslab runs BusyBox as a program of its own and links none of it. nslab itself
is under the MIT licence.
`

// Top is the folder that the archive unpacks into.
const Top = "busybox"

// mtime is the date of everything in the archive: the SOURCE_DATE_EPOCH with
// which the pinned binaries were built.
var mtime = time.Unix(1600000000, 0)

// applets.txt is what `busybox --list-full` prints. A binary for another
// architecture cannot be asked, but all were built from one configuration, and
// [Check] finds the same names inside each.
//
//go:embed applets.txt
var applets string

// Links returns the links of the pinned BusyBox, in the order of the applets'
// names.
func Links() []string {
	return strings.Fields(applets)
}

// Check says whether binary has exactly the applets of links. It does not run
// the binary: BusyBox keeps the names of its applets in order, each ended by a
// zero byte, and an empty name ends them all.
func Check(binary []byte, links []string) error {
	if len(links) == 0 {
		return fmt.Errorf("look for applets in busybox: none to look for")
	}
	var table bytes.Buffer
	for _, link := range links {
		table.WriteString(path.Base(link))
		table.WriteByte(0)
	}
	table.WriteByte(0)
	if !bytes.Contains(binary, table.Bytes()) {
		return fmt.Errorf("look for applets in busybox: not the %d of the list", len(links))
	}
	return nil
}

// entry is one thing in the archive: a folder where mode says so, a symbolic
// link where target is set, otherwise a file.
type entry struct {
	mode   fs.FileMode
	target string
	body   []byte
}

const folder = fs.ModeDir | 0o755

// layout is what is in the archive besides links. As little as a shell needs
// that has it for its root, and the empty folders on which learners mount.
func layout(binary []byte, notice string) map[string]entry {
	text := func(s string) entry { return entry{mode: 0o644, body: []byte(s)} }
	return map[string]entry{
		"":                                {mode: folder},
		"bin":                             {mode: folder},
		"bin/busybox":                     {mode: 0o755, body: binary},
		"dev":                             {mode: folder},
		"etc":                             {mode: folder},
		"etc/group":                       text("root:x:0:\nnogroup:x:65534:\n"),
		"etc/hosts":                       text("127.0.0.1\tlocalhost\n::1\tlocalhost\n"),
		"etc/passwd":                      text("root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"),
		"mnt":                             {mode: folder},
		"proc":                            {mode: folder},
		"root":                            {mode: fs.ModeDir | 0o700},
		"run":                             {mode: folder},
		"sbin":                            {mode: folder},
		"sys":                             {mode: folder},
		"tmp":                             {mode: fs.ModeDir | fs.ModeSticky | 0o777},
		"usr":                             {mode: folder},
		"usr/bin":                         {mode: folder},
		"usr/sbin":                        {mode: folder},
		"usr/share":                       {mode: folder},
		"usr/share/doc":                   {mode: folder},
		"usr/share/doc/busybox":           {mode: folder},
		"usr/share/doc/busybox/copyright": text(notice),
		"var":                             {mode: folder},
	}
}

// Build returns a gzipped tar archive of a root with binary as bin/busybox and
// a relative symbolic link to it for each of links. The same arguments give
// the same bytes. The archive holds no device, no absolute and no outward
// name, so that anybody can unpack it anywhere.
func Build(binary []byte, links []string, notice string) ([]byte, error) {
	entries := layout(binary, notice)
	for _, link := range links {
		if !fs.ValidPath(link) {
			return nil, fmt.Errorf("put link %q in busybox archive: not a path below the root", link)
		}
		if link == "bin/busybox" {
			continue // BusyBox counts itself among its applets
		}
		dir := path.Dir(link)
		if at, ok := entries[dir]; dir != "." && (!ok || !at.mode.IsDir()) {
			return nil, fmt.Errorf("put link %q in busybox archive: no folder %s there", link, dir)
		}
		if _, ok := entries[link]; ok {
			return nil, fmt.Errorf("put link %q in busybox archive: there already", link)
		}
		entries[link] = entry{mode: fs.ModeSymlink | 0o777, target: target(link)}
	}

	var out bytes.Buffer
	zip, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("compress busybox archive: %w", err)
	}
	w := tar.NewWriter(zip)
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		if err := put(w, path.Join(Top, name), entries[name]); err != nil {
			return nil, fmt.Errorf("put %s in busybox archive: %w", name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("close busybox archive: %w", err)
	}
	if err := zip.Close(); err != nil {
		return nil, fmt.Errorf("compress busybox archive: %w", err)
	}
	return out.Bytes(), nil
}

// target is the way from link to bin/busybox: relative, so that it leads to
// the same file before chroot as after it.
func target(link string) string {
	if path.Dir(link) == "bin" {
		return "busybox"
	}
	return strings.Repeat("../", strings.Count(link, "/")) + "bin/busybox"
}

func put(w *tar.Writer, name string, e entry) error {
	head := &tar.Header{
		Format:  tar.FormatUSTAR,
		Name:    name,
		Mode:    int64(e.mode.Perm()),
		ModTime: mtime,
		Uname:   "root",
		Gname:   "root",
	}
	switch {
	case e.mode.IsDir():
		head.Typeflag, head.Name = tar.TypeDir, name+"/"
		if e.mode&fs.ModeSticky != 0 {
			head.Mode |= 0o1000
		}
	case e.target != "":
		head.Typeflag, head.Linkname = tar.TypeSymlink, e.target
	default:
		head.Typeflag, head.Size = tar.TypeReg, int64(len(e.body))
	}
	if err := w.WriteHeader(head); err != nil {
		return err
	}
	_, err := w.Write(e.body)
	return err
}
