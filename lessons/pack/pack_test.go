package pack

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
	"golang.org/x/tools/txtar"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons"
)

// whole is a small pack in which nothing is wrong, in one language.
func whole() map[string][]byte {
	return map[string][]byte{
		"text.en.md": []byte("---\npack: 1\nname: one\nshells:\n  host:\nparams:\n  name: nautilus\n---\n# Title\n\n## `step` — Step\n\n```check\nhostname made {{name}}\n```\n\n" +
			"Text.\n\n### Hint\n\nHint.\n\n### Hint\n\nHint.\n"),
		"solution.txtar":        []byte("lesson one\nsh host unshare -u bash\nsh host hostname $name\ncheck step\ndone\n"),
		"mistakes/step-x.txtar": []byte("lesson one\n! check step\nstdout x\n"),
	}
}

func problems(p *Pack, lang say.Lang) string {
	var b strings.Builder
	for _, q := range p.Problems {
		b.WriteString(q.In(lang) + "\n")
	}
	return b.String()
}

// bad reports whether something is wrong that is no mere advice.
func bad(p *Pack) bool {
	return slices.ContainsFunc(p.Problems, func(q Problem) bool { return !q.Advice })
}

func writeAll(t *testing.T, dir string, files map[string][]byte) {
	t.Helper()
	for name, b := range files {
		to := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestProblemsSayWhereWhyAndWhatMends(t *testing.T) {
	files, err := filepath.Glob("testdata/lint/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no golden files", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			given, want := map[string][]byte{}, map[say.Lang]string{}
			for _, f := range a.Files {
				if lang, ok := strings.CutPrefix(f.Name, "want."); ok {
					want[say.Lang(lang)] = string(f.Data)
				} else {
					given[f.Name] = f.Data
				}
			}
			dir := t.TempDir()
			writeAll(t, dir, given)
			p, err := Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			if p.OK() {
				t.Error("the pack is taken for whole")
			}
			for lang, want := range want {
				if got := problems(p, lang); got != want {
					t.Errorf("got:\n%s\nwant:\n%s", got, want)
				}
			}
			for _, q := range p.Problems {
				if !q.Reason.Complete() || !q.Advice && q.Remedy.IsZero() {
					t.Errorf("incomplete: %+v", q)
				}
			}
		})
	}
}

func TestWholePackIsALesson(t *testing.T) {
	dir := t.TempDir()
	files := whole()
	files["text.en.md"] = []byte(strings.Replace(string(files["text.en.md"]), "params:",
		"files:\n  /root/a: inline\n  /root/b: {from: b/c}\nsetup:\n  - host: echo {{name}}\nparams:", 1))
	files["files/b/c"] = []byte{0, 0xff, 0x1b}
	writeAll(t, dir, files)
	// What an editor and git leave is no part of it.
	writeAll(t, dir, map[string][]byte{".git/config": nil, "text.en.md~": nil, ".swp": nil})
	p, err := Open(dir)
	if err != nil || !p.OK() {
		t.Fatalf("%v\n%s", err, problems(p, say.EN))
	}
	l := p.Lesson
	if l.Name != "pack:one" || len(l.Steps) != 1 || l.Shells[0].Name != "host" || l.Params[0] != (lessons.Param{Name: "name", Default: "nautilus"}) ||
		l.Setup[0] != (lessons.Command{Shell: "host", Line: "echo {{name}}"}) {
		t.Errorf("%+v", l)
	}
	for i, want := range []string{"inline", "\x00\xff\x1b"} {
		if b, err := l.Provide[i].Content(); err != nil || string(b) != want {
			t.Errorf("%s: %q %v", l.Provide[i].Path, b, err)
		}
	}
	for _, lang := range say.Langs() {
		w, err := l.Words(lang)
		if err != nil || w.Title != "Title" || w.Steps["step"].Text != "Text." || len(w.Steps["step"].Hints) != 2 {
			t.Errorf("%s: %+v %v", lang, w, err)
		}
	}
}

func TestFrenchAloneServesBothLanguages(t *testing.T) {
	files := whole()
	files["text.fr.md"] = []byte(strings.ReplaceAll(string(files["text.en.md"]), "### Hint", "### Indice"))
	delete(files, "text.en.md")
	p := parse(files)
	if p.Lesson == nil {
		t.Fatal(problems(p, say.FR))
	}
	for _, lang := range say.Langs() {
		if w, err := p.Lesson.Words(lang); err != nil || len(w.Steps["step"].Hints) != 2 {
			t.Errorf("%s: %+v %v", lang, w, err)
		}
	}
}

func TestArchiveIsThePackAndAlwaysTheSame(t *testing.T) {
	dir := t.TempDir()
	writeAll(t, dir, whole())
	p, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	var a, b bytes.Buffer
	if err := errors.Join(p.Archive(&a), p.Archive(&b)); err != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Fatal("two archives of one pack differ", err)
	}
	file := filepath.Join(dir, "one"+Extension)
	if err := os.WriteFile(file, a.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	q, err := Open(file)
	if err != nil || !q.OK() || q.Digest != p.Digest {
		t.Fatalf("%v %v\n%s", err, q, problems(q, say.EN))
	}
	// The archive in the folder is no part of the pack.
	if r, err := Open(dir); err != nil || r.Digest != p.Digest {
		t.Error("the digest has changed", err)
	}
}

func TestNothingOutsideTheFolderIsRead(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(outside, []byte("secret"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, make := range map[string]func(dir string) error{
		"a link to a file":    func(dir string) error { return os.Symlink(outside, filepath.Join(dir, "README.md")) },
		"a link as a text":    func(dir string) error { return os.Symlink(outside, filepath.Join(dir, "text.fr.md")) },
		"a link to a folder":  func(dir string) error { return os.Symlink(filepath.Dir(outside), filepath.Join(dir, "files")) },
		"a link in a folder":  func(dir string) error { os.Mkdir(dir+"/files", 0o755); return os.Symlink(outside, dir+"/files/x") },
		"a FIFO":              func(dir string) error { return unix.Mkfifo(filepath.Join(dir, "LICENSE"), 0o644) },
		"a socket for a file": func(dir string) error { return unix.Mknod(filepath.Join(dir, "README.md"), unix.S_IFSOCK|0o644, 0) },
		"an unreadable file":  func(dir string) error { os.Mkdir(dir+"/files", 0o755); return os.Mkdir(dir+"/solution.txtar", 0o755) },
	} {
		dir := t.TempDir()
		files := whole()
		if name == "an unreadable file" {
			delete(files, "solution.txtar")
		}
		writeAll(t, dir, files)
		if err := make(dir); err != nil {
			t.Fatal(name, err)
		}
		p, err := Open(dir)
		if err != nil {
			t.Fatal(name, err)
		}
		if p.OK() {
			t.Errorf("%s: the pack is taken for whole", name)
		}
		for _, b := range p.files {
			if bytes.Contains(b, []byte("secret")) {
				t.Errorf("%s: it was read", name)
			}
		}
	}
}

func archiveOf(t *testing.T, names []string, content func(name string) []byte) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range names {
		h := &zip.FileHeader{Name: strings.TrimPrefix(name, "link:"), Method: zip.Deflate}
		if strings.HasPrefix(name, "link:") {
			h.SetMode(fs.ModeSymlink | 0o777)
		}
		w, err := z.CreateHeader(h)
		if err == nil {
			_, err = w.Write(content(name))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x"+Extension)
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestHostileArchivesAreRefused(t *testing.T) {
	files := whole()
	var base []string
	for name := range files {
		base = append(base, name)
	}
	slices.Sort(base)
	for what, c := range map[string]struct {
		more []string
		want string
	}{
		"a name that climbs":         {[]string{"../../etc/passwd"}, "may not have a file of that name"},
		"an absolute name":           {[]string{"/etc/passwd"}, "may not have a file of that name"},
		"a name with a backslash":    {[]string{`files\..\x`}, "may not have a file of that name"},
		"a name with an escape":      {[]string{"files/\x1b[2J"}, "may not have a file of that name"},
		"a name twice":               {[]string{"text.en.md"}, "two files of that name"},
		"a link":                     {[]string{"link:files/x"}, "not a plain file"},
		"a file that is too large":   {[]string{"files/big"}, "more than 8388608 bytes"},
		"a text that is too large":   {[]string{"README.md"}, "more than 262144 bytes"},
		"files too large together":   {[]string{"files/half1", "files/half2", "files/half3"}, "more than 16777216 bytes together"},
		"more files than a few":      {many(600), "more than 500 files"},
		"more entries than a folder": {many(2100), "more than 2000 files"},
	} {
		t.Run(what, func(t *testing.T) {
			path := archiveOf(t, append(slices.Clone(base), c.more...), func(name string) []byte {
				switch {
				case strings.HasPrefix(name, "files/half"):
					return make([]byte, maxFile)
				case name == "files/big":
					return make([]byte, 1<<28) // 256 MB, a quarter of one as it stands in the archive
				case name == "README.md":
					return bytes.Repeat([]byte("x"), 1<<20)
				}
				return files[name]
			})
			p, err := Open(path)
			if err != nil {
				t.Fatal(err)
			}
			if got := problems(p, say.EN); p.OK() || !strings.Contains(got, c.want) || strings.Contains(got, "\x1b") {
				t.Errorf("OK %v:\n%s", p.OK(), got)
			}
		})
	}
}

func many(n int) []string {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("files/%d", i))
	}
	return names
}

func TestWhatIsNoPackIsSaidSo(t *testing.T) {
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain")
	if err := os.WriteFile(plain, []byte("no archive"), 0o644); err != nil {
		t.Fatal(err)
	}
	large := filepath.Join(dir, "large")
	if err := os.WriteFile(large, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(large, maxTotal+1); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(filepath.Join(dir, "fifo"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"missing", "plain", "large", "fifo"} {
		_, err := Open(filepath.Join(dir, name))
		var open *OpenError
		if !errors.As(err, &open) || !open.Reason.Complete() {
			t.Errorf("%s: %v", name, err)
		}
	}
	if p, err := Open(dir); err != nil || p.OK() || !strings.Contains(problems(p, say.EN), "no text") {
		t.Error("an empty folder is a pack", err)
	}
}

func TestControlCharactersNeverPass(t *testing.T) {
	for _, c := range []string{"\x1b[2J", "\a", "\x00", "\u009b31m", "\u202e", "\xff", "a\rb"} {
		for _, name := range []string{"text.en.md", "solution.txtar", "mistakes/step-x.txtar"} {
			dir := t.TempDir()
			files := whole()
			files[name] = append(files[name], []byte("# "+c+"\n")...)
			writeAll(t, dir, files)
			p, err := Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			if p.OK() {
				t.Errorf("%q in %s passes", c, name)
			}
			for line := range strings.Lines(problems(p, say.EN)) {
				if !printable(strings.TrimSuffix(line, "\n")) {
					t.Errorf("%q in %s: it is printed: %q", c, name, line)
				}
			}
		}
	}
}

func TestTemplatePassesItsOwnLint(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "first-name")
	if err := New(dir); err != nil {
		t.Fatal(err)
	}
	p, err := Open(dir)
	if err != nil || !p.OK() || len(p.Problems) > 0 || len(p.Langs) != 2 {
		t.Errorf("%v\n%s", err, problems(p, say.EN))
	}
	var open *OpenError
	if err := New(dir); !errors.As(err, &open) {
		t.Errorf("made twice: %v", err)
	}
	if err := New(filepath.Join(filepath.Dir(dir), "Not A Name")); !errors.As(err, &open) {
		t.Errorf("a name that will not do: %v", err)
	}
}

// testscriptWords takes a line apart as testscript's documentation says, with the variables that a lesson sets.
func testscriptWords(line string, env map[string]string) (words []string) {
	var word strings.Builder
	in, quoted := false, false
	var run strings.Builder
	flush := func() {
		word.WriteString(os.Expand(run.String(), func(name string) string { return env[name] }))
		run.Reset()
	}
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case quoted && c == '\'' && i+1 < len(line) && line[i+1] == '\'':
			word.WriteByte(c)
			i++
		case quoted && c == '\'':
			quoted = false
		case quoted:
			word.WriteByte(c)
		case c == '\'':
			flush()
			quoted, in = true, true
		case strings.IndexByte(" \t\r#", c) >= 0:
			flush()
			if in {
				words = append(words, word.String())
			}
			word.Reset()
			if in = false; c == '#' {
				return words
			}
		default:
			run.WriteByte(c)
			in = true
		}
	}
	flush()
	if in {
		words = append(words, word.String())
	}
	return words
}

// Whatever a script holds: where it is not refused, each of its lines is one of the commands that act on the lab.
func FuzzScript(f *testing.F) {
	for _, s := range []string{"lesson one\nsh host true\n! check step\n[!lab:tool:x] skip\nstdout 'a b'", "$name x", "[exec:x] exec x", "'exec' x", "sh'x' y", "-- a --\nx",
		"lesson one\n\texec rm", "exec#", "!exec a", "! ! exec a", "[lab:a:b]exec", "sh\rexec", "[lab:tool:$name] exec x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p := &Pack{files: map[string][]byte{"right/x.txtar": []byte(s)}}
		p.script("right/x.txtar", &front{name: "one", params: map[string]string{"name": "exec"}, paramOrder: []string{"name"}, shells: []lessons.Shell{{Name: "host"}}}, []string{"step"})
		if bad(p) || !printable(strings.NewReplacer("\n", "", "\t", "").Replace(s)) {
			return
		}
		a := txtar.Parse([]byte(s))
		if len(a.Files) > 0 {
			t.Fatalf("%q holds files", s)
		}
		for line := range strings.SplitSeq(string(a.Comment), "\n") {
			words := testscriptWords(line, map[string]string{"name": "exec"})
			for len(words) > 0 && strings.HasPrefix(words[0], "[") && strings.HasSuffix(words[0], "]") {
				if !strings.HasPrefix(strings.TrimLeft(words[0], "[!"), "lab:") {
					t.Fatalf("%q asks %s", s, words[0])
				}
				words = words[1:]
			}
			if len(words) > 0 && words[0] == "!" {
				words = words[1:]
			}
			if len(words) > 0 && !slices.Contains(commands, words[0]) {
				t.Fatalf("%q runs %q", s, words[0])
			}
		}
	})
}

// FuzzText reads any text as a language of a pack. Where nothing is wrong with it, it is a lesson that can be shown and judged.
func FuzzText(f *testing.F) {
	f.Add(string(whole()["text.en.md"]), "")
	files, _ := filepath.Glob("testdata/lint/*.txtar")
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		texts := map[string]string{}
		for _, x := range a.Files {
			texts[x.Name] = string(x.Data)
		}
		f.Add(texts["text.en.md"], texts["text.fr.md"])
	}
	f.Add("---\na: &b [*b, *b]\n<<: *b\n? x\n: !!int y\n---\n", "---\n{{{{[[[[\n---\n")
	f.Fuzz(func(t *testing.T, en, fr string) {
		files := whole()
		r := &reader{files: map[string][]byte{}}
		for name, s := range map[string]string{"text.en.md": en, "text.fr.md": fr} {
			if s != "" || name == "text.en.md" {
				r.take(name, strings.NewReader(s))
			}
		}
		for name, b := range r.files {
			files[name] = b
		}
		p := parse(files)
		p.Problems = append(p.Problems, r.problems...)
		for _, q := range p.Problems {
			for _, lang := range say.Langs() {
				for line := range strings.SplitSeq(q.In(lang), "\n") {
					if !printable(strings.ReplaceAll(line, "\t", "")) {
						t.Fatalf("%q is printed", line)
					}
				}
			}
		}
		if p.Lesson == nil {
			if !bad(p) {
				t.Fatal("no lesson, and nothing wrong")
			}
			return
		}
		for _, lang := range say.Langs() {
			if _, err := p.Lesson.Words(lang); err != nil {
				t.Fatalf("%s: %v\n%s", lang, err, en)
			}
		}
	})
}

// FuzzArchive reads any bytes as an archive.
func FuzzArchive(f *testing.F) {
	var b bytes.Buffer
	if err := write(&b, whole(), zip.Deflate); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	b.Reset()
	_ = write(&b, map[string][]byte{"files/../../x": []byte("x"), "text.en.md": nil}, zip.Store)
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		r := &reader{files: map[string][]byte{}}
		r.archive(z)
		for name, b := range r.files {
			if !known(name) || !fs.ValidPath(name) || len(b) > maxFile {
				t.Fatalf("it took %q", name)
			}
		}
		if r.total > maxTotal+1 {
			t.Fatalf("it read %d bytes", r.total)
		}
		p := parse(r.files)
		if p.Lesson == nil && !bad(p) {
			t.Fatal("no lesson, and nothing wrong")
		}
	})
}

// The library that reads YAML takes minutes for what follows; so it is not given it.
func TestFrontMatterIsNotNestedWithoutEnd(t *testing.T) {
	for _, s := range []string{strings.Repeat("[", 4000), strings.Repeat("{a: ", 4000), strings.Repeat("- ", 4000), strings.Repeat("[\n", 4000)} {
		if _, _, err := readYAML(s); err == nil || !strings.Contains(err.Error(), "nested too deep") {
			t.Errorf("%.20q: %v", s, err)
		}
	}
	files := whole()
	files["text.en.md"] = []byte("---\n# " + strings.Repeat("x", maxFront) + "\n---\n# Title\n")
	if p := parse(files); !strings.Contains(problems(p, say.EN), "more than 16384 bytes") {
		t.Error(problems(p, say.EN))
	}
}

func TestParametersMayHaveAKindForCourses(t *testing.T) {
	for value, want := range map[string]string{
		"{value: nautilus, kind: host-name}":                        "",
		"{value: 4, kind: number, min: 2, max: 8, step: 2}":         "",
		"{value: 5, kind: number, min: 2, max: 8, step: 2}":         `"5" is no number`,
		"{value: 10.1.2.3, kind: address}":                          "",
		"{value: 8.8.8.8, kind: address}":                           "no IPv4 address",
		"{value: x, kind: colour}":                                  `no kind "colour"`,
		"{value: x}":                                                "it has no kind",
		"{value: x, kind: host-name, size: 3}":                      `no key "size"`,
		"{value: 1, kind: number, min: many}":                       `min cannot be "many"`,
		"{value: 1, kind: number, max: 99999999999999999999999999}": `max cannot be`,
		"{value: [x], kind: host-name}":                             "value is no word",
	} {
		files := whole()
		files["text.en.md"] = []byte(strings.Replace(string(files["text.en.md"]), "name: nautilus", "name: "+value, 1))
		p := parse(files)
		got := problems(p, say.EN)
		if want == "" && (p.Lesson == nil || p.Lesson.Params[0].Kind.Form == "") || want != "" && !strings.Contains(got, want) {
			t.Errorf("%s: %s", value, got)
		}
	}
}

func TestSolutionDoesTheStepsInTheirOrder(t *testing.T) {
	for _, c := range []struct{ solution, want string }{
		{"lesson one\ndone\n", "does not show that step step is done"},
		{"lesson one\n! check step\ndone\n", "does not show that step step is done"},
		{"lesson one\nsh host true # because\ncheck step\ndone\n", "cannot be typed line by line"},
		{"lesson one\nsh host true # looks\ncheck step\ndone\n", ""},
	} {
		files := whole()
		files["solution.txtar"] = []byte(c.solution)
		p := parse(files)
		if got := problems(p, say.EN); (c.want == "") != (p.Lesson != nil) || !strings.Contains(got, c.want) {
			t.Errorf("%q: %s", c.solution, got)
		}
	}
	p := &Pack{}
	p.solution("solution.txtar", []scriptLine{{line: 2, command: "check", args: []string{"b"}}, {line: 3, command: "check", args: []string{"a"}}}, []string{"a", "b"})
	if got := problems(p, say.EN); !strings.Contains(got, "solution.txtar:2: the solution does step b before") {
		t.Error(got)
	}
}
