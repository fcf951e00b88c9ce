package pack

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/checks/vocabulary"
)

// Bounds of a pack. What is larger is refused, and not read to its end.
const (
	maxFiles   = 500
	maxEntries = 2000 // of one folder, and of an archive
	maxText    = 256 << 10
	maxFile    = 8 << 20
	maxTotal   = 16 << 20
	maxSteps   = 50
	maxDepth   = 6
)

// Extension ends the name of an archive.
const Extension = ".nslab.zip"

// names are the names of files, sorted.
func names(files map[string][]byte) []string { return slices.Sorted(maps.Keys(files)) }

// reader collects the files of a pack.
type reader struct {
	files    map[string][]byte
	problems []Problem
	total    int
}

func (r *reader) refuse(file string, line int, reason, remedy say.Text, args ...string) {
	r.problems = append(r.problems, Problem{File: shown(file), Line: line, Reason: reason, Remedy: remedy, Args: pairs(args)})
}

// shown is a file's name fit to be printed.
func shown(name string) string {
	if printable(name) && len(name) <= 200 {
		return name
	}
	return fmt.Sprintf("%.200q", name)
}

// printable reports whether a line can do nothing to a terminal or a reader: no control characters, and none that reorder text.
func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
	})
}

// read reads the files of the pack at a path.
func read(path string) (map[string][]byte, []Problem, error) {
	r := &reader{files: map[string][]byte{}}
	// O_NONBLOCK: to open a FIFO would wait for a writer (fifo(7)).
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, openError(path, err)
	}
	defer f.Close()
	fi, err := f.Stat()
	switch {
	case err != nil:
		return nil, nil, openError(path, err)
	case fi.IsDir():
		root, err := os.OpenRoot(path)
		if err != nil {
			return nil, nil, openError(path, err)
		}
		defer root.Close()
		r.folder(root, ".", 0)
	case fi.Mode().IsRegular():
		if fi.Size() > maxTotal {
			return nil, nil, &OpenError{Path: path, Reason: archiveTooLarge, Args: pairs([]string{"n", fmt.Sprint(maxTotal)})}
		}
		z, err := zip.NewReader(f, fi.Size())
		if err != nil {
			return nil, nil, &OpenError{Path: path, Reason: noArchive}
		}
		r.archive(z)
	default:
		return nil, nil, &OpenError{Path: path, Reason: noArchive}
	}
	return r.files, r.problems, nil
}

func openError(path string, err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &OpenError{Path: path, Reason: notThere}
	case errors.Is(err, fs.ErrPermission):
		return &OpenError{Path: path, Reason: notPermitted}
	}
	return &OpenError{Path: path, Reason: cannotRead, Args: pairs([]string{"error", err.Error()})}
}

// folder reads a folder of the pack. The root lets nothing lead outside it, and no link is followed within.
func (r *reader) folder(root *os.Root, dir string, depth int) {
	d, err := root.Open(dir)
	if err != nil {
		r.refuse(dir, 0, cannotRead, say.Text{}, "error", plainError(err))
		return
	}
	entries, err := d.ReadDir(maxEntries + 1)
	_ = d.Close()
	if err != nil && !errors.Is(err, io.EOF) {
		r.refuse(dir, 0, cannotRead, say.Text{}, "error", plainError(err))
		return
	}
	if len(entries) > maxEntries {
		r.refuse(dir, 0, tooManyFiles, fewerFiles, "n", fmt.Sprint(maxEntries))
		return
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		if strings.HasPrefix(e.Name(), ".") || strings.HasSuffix(e.Name(), "~") || strings.HasSuffix(e.Name(), Extension) {
			continue // an editor's, git's, or an archive made of this folder
		}
		switch {
		case e.IsDir() && known(name+"/x"):
			if depth >= maxDepth {
				r.refuse(name, 0, tooDeepFolder, fewerFiles)
				continue
			}
			r.folder(root, name, depth+1)
		case e.Type()&fs.ModeSymlink != 0:
			r.refuse(name, 0, isLink, copyIt)
		case !e.IsDir() && !e.Type().IsRegular():
			r.refuse(name, 0, noPlainFile, takeOut)
		case !known(name):
			r.unknown(name, e.IsDir())
		default:
			r.file(root, name)
		}
	}
}

func (r *reader) file(root *os.Root, name string) {
	f, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOFOLLOW, 0)
	if err != nil {
		r.refuse(name, 0, cannotRead, say.Text{}, "error", plainError(err))
		return
	}
	defer f.Close()
	if fi, err := f.Stat(); err != nil || !fi.Mode().IsRegular() {
		r.refuse(name, 0, noPlainFile, takeOut)
		return
	}
	r.take(name, f)
}

func plainError(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return err.Error()
}

// archive reads the files of an archive. Its names are only names: nothing is written anywhere.
func (r *reader) archive(z *zip.Reader) {
	if len(z.File) > maxEntries {
		r.refuse("", 0, tooManyFiles, fewerFiles, "n", fmt.Sprint(maxEntries))
		return
	}
	for _, zf := range z.File {
		name := zf.Name
		switch {
		case strings.HasSuffix(name, "/") && fs.ValidPath(strings.TrimSuffix(name, "/")):
			continue
		case !fs.ValidPath(name) || strings.Contains(name, `\`) || !printable(name):
			r.refuse(name, 0, badName, takeOut)
		case !zf.Mode().IsRegular():
			r.refuse(name, 0, noPlainFile, takeOut)
		case !known(name):
			r.unknown(name, false)
		case r.files[name] != nil:
			r.refuse(name, 0, nameTwice, takeOut)
		default:
			f, err := zf.Open()
			if err != nil {
				r.refuse(name, 0, cannotRead, say.Text{}, "error", plainError(err))
				continue
			}
			r.take(name, f)
			_ = f.Close()
		}
	}
}

// take reads one file within the bounds.
func (r *reader) take(name string, from io.Reader) {
	limit := maxFile
	if !strings.HasPrefix(name, "files/") {
		limit = maxText
	}
	switch {
	case len(r.files) >= maxFiles:
		r.refuse(name, 0, tooManyFiles, fewerFiles, "n", fmt.Sprint(maxFiles))
		return
	case r.total >= maxTotal:
		r.refuse(name, 0, tooMuch, fewerFiles, "n", fmt.Sprint(maxTotal))
		return
	}
	b, err := io.ReadAll(io.LimitReader(from, int64(min(limit, maxTotal-r.total))+1))
	r.total += len(b)
	switch {
	case err != nil:
		r.refuse(name, 0, cannotRead, say.Text{}, "error", plainError(err))
		return
	case len(b) > limit:
		r.refuse(name, 0, fileTooLarge, fewerFiles, "n", fmt.Sprint(limit))
		return
	case r.total > maxTotal:
		r.refuse(name, 0, tooMuch, fewerFiles, "n", fmt.Sprint(maxTotal))
		return
	}
	if !strings.HasPrefix(name, "files/") {
		b = bytes.ReplaceAll(bytes.TrimPrefix(b, []byte("\ufeff")), []byte("\r\n"), []byte("\n"))
		n := 0
		for line := range strings.SplitSeq(string(b), "\n") {
			n++
			if !printable(strings.ReplaceAll(line, "\t", "")) {
				r.refuse(name, n, controlCharacter, takeOutCharacter, "what", fmt.Sprintf("%.100q", line))
				b = plain(b) // what else is wrong is told too, and may quote it
				break
			}
		}
	}
	if b == nil {
		b = []byte{}
	}
	r.files[name] = b
}

// plain puts question marks in the place of what is not printable in a text.
func plain(b []byte) []byte {
	return bytes.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (r == utf8.RuneError || !printable(string(r))) {
			return '?'
		}
		return r
	}, b)
}

// known reports whether a pack may have a file of that name.
func known(name string) bool {
	dir, base := path.Split(name)
	switch {
	case dir == "":
		return slices.Contains(rootFiles, base)
	case dir == "mistakes/" || dir == "right/":
		return strings.HasSuffix(base, ".txtar") || base == "x"
	}
	return strings.HasPrefix(name, "files/")
}

var rootFiles = []string{"text.en.md", "text.fr.md", "solution.txtar", "README.md", "LICENSE"}

func (r *reader) unknown(name string, isDir bool) {
	dir, base := path.Split(name)
	candidates := slices.Clone(rootFiles)
	if isDir {
		candidates = []string{"mistakes", "right", "files"}
	}
	p := Problem{File: shown(name), Reason: unknownFile, Remedy: namesAre, Advice: true, Args: pairs(nil)}
	if near := vocabulary.Nearest(base, candidates); dir == "" && near != "" {
		p.Remedy, p.Args["near"] = perhapsName, near
	} else if dir == "mistakes/" || dir == "right/" {
		p.Remedy = scriptNames
	}
	r.problems = append(r.problems, p)
}

// memory is a file system of files in memory.
func memory(files map[string][]byte) fs.FS {
	var b bytes.Buffer
	if err := write(&b, files, zip.Store); err != nil {
		panic("pack: " + err.Error()) // a buffer does not fail
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		panic("pack: " + err.Error())
	}
	return z
}

// write writes an archive: the same bytes for the same files.
func write(to io.Writer, files map[string][]byte, method uint16) error {
	z := zip.NewWriter(to)
	for _, name := range names(files) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err == nil {
			_, err = w.Write(files[name])
		}
		if err != nil {
			return err
		}
	}
	return z.Close()
}

// Archive writes the pack as one file, which [Open] reads. The same pack gives the same bytes.
func (p *Pack) Archive(to io.Writer) error { return write(to, p.files, zip.Deflate) }
