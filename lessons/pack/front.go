package pack

import (
	"errors"
	"fmt"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/checks/vocabulary"
	"github.com/nslab/nslab/lessons"
)

// front is the front matter of a text: YAML between two lines "---", of which plain scalars, lists and mappings are understood.
//
//	pack: 1                      the version of this form
//	name: first-name             the lesson's name
//	shells:                      the lab's shells, the first of which opens, and the kinds of namespace each is born in
//	  isolated: [uts]
//	  host:
//	params:                      what texts and checks ask for as {{name}}
//	  name: nautilus
//	  own: {value: calypso, kind: host-name}   in a course, each student has another
//	files:                       what the lab's host is given
//	  /root/notes.txt: the content itself
//	  /root/tree.tar: {from: tree.tar}       of the pack's folder files
//	setup:                       what is typed in the shells before the learner finds them
//	  - host: mkdir -p /root/work
type front struct {
	name       string
	shells     []lessons.Shell
	params     map[string]string
	paramOrder []string
	kinds      map[string]lessons.Kind
	files      []provided
	setup      []lessons.Command

	lines map[string]int // of its keys
}

// provided is a file that the lab is given: its content, or the name of one in files/.
type provided struct {
	path    string
	content []byte
	from    string
}

// Bounds of the front matter.
const (
	maxFront    = 16 << 10
	maxShells   = 6
	maxParams   = 40
	maxValue    = 200
	maxProvided = 60
	maxSetup    = 40
)

var frontKeys = []string{"pack", "name", "shells", "params", "files", "setup"}

// reserved are the names that findings use for what they saw.
var reserved = []string{"is", "ns", "host-ns", "was", "shell", "kind", "kinds", "process", "answer", "typed", "host-is", "want", "open", "close"}

func (f *front) shellNames() []string {
	var names []string
	for _, s := range f.shells {
		names = append(names, s.Name)
	}
	return names
}

// differs returns the first key in which another front matter differs, and its line there.
func (f *front) differs(g *front) (key string, line int) {
	for _, part := range []struct {
		key  string
		a, b any
	}{{"name", f.name, g.name}, {"shells", f.shells, g.shells}, {"params", f.params, g.params}, {"params", f.paramOrder, g.paramOrder}, {"params", f.kinds, g.kinds},
		{"files", f.files, g.files}, {"setup", f.setup, g.setup}} {
		if !reflect.DeepEqual(part.a, part.b) {
			return part.key, max(1, g.lines[part.key])
		}
	}
	return "", 0
}

// yaml is a node of the front matter.
type yaml struct {
	line  int
	kind  yamlKind
	text  string
	keys  []string
	lines []int // of the keys
	items []yaml
}

type yamlKind int

const (
	scalar yamlKind = iota
	null
	mapping
	list
)

// front takes the front matter off a text. Where there is none, it returns nil; ok is false where there is one that cannot be read.
func (p *Pack) front(t *text) (f *front, rest string, ok bool) {
	lines := strings.Split(t.rest, "\n")
	if strings.TrimRight(lines[0], " ") != "---" {
		return nil, t.rest, true
	}
	end := slices.IndexFunc(lines[1:], func(l string) bool { return strings.TrimRight(l, " ") == "---" }) + 1
	if end == 0 {
		p.refuse(t.file, 1, frontOpen, closeFront)
		return nil, t.rest, false
	}
	source := strings.Join(lines[1:end], "\n") + "\n"
	rest = strings.Repeat("\n", end+1) + strings.Join(lines[end+1:], "\n")
	if len(source) > maxFront {
		p.refuse(t.file, 1, fileTooLarge, fewerFiles, "n", fmt.Sprint(maxFront))
		return nil, rest, false
	}
	root, line, err := readYAML(source)
	if err != nil {
		p.refuse(t.file, max(line, 1)+1, frontNotYAML, plainYAML, "error", clean(err.Error()))
		return nil, rest, false
	}
	f = &front{params: map[string]string{}, kinds: map[string]lessons.Kind{}, lines: map[string]int{}}
	before := len(p.Problems)
	p.fields(t.file, f, root)
	return f, rest, !slices.ContainsFunc(p.Problems[before:], func(q Problem) bool { return !q.Advice })
}

// clean makes one line of what another program said, without control characters.
func clean(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return strings.Map(func(r rune) rune {
		if r == '\uFFFD' || !printable(string(r)) {
			return '?'
		}
		return r
	}, s)
}

// readYAML reads YAML down to scalars, lists and mappings. What refers to something else (anchors, tags, merges) is refused.
func readYAML(source string) (y yaml, line int, err error) {
	// The library has been seen to panic at nonsense; here that is no more than an error.
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("it cannot be read")
		}
	}()
	if nested(source) {
		return y, 0, errors.New("it is nested too deep")
	}
	file, err := parser.ParseBytes([]byte(source), 0)
	if err != nil {
		var syntax interface {
			GetMessage() string
			GetToken() *token.Token
		}
		if errors.As(err, &syntax) {
			if t := syntax.GetToken(); t != nil && t.Position != nil {
				line = t.Position.Line
			}
			return y, line, errors.New(syntax.GetMessage())
		}
		return y, 0, err
	}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		return yaml{kind: mapping}, 0, nil
	}
	return convert(file.Docs[0].Body, 0)
}

// nested reports whether a source opens more levels than a front matter has any use for. What the library takes to read them grows with a
// power of their number: sixty thousand brackets keep it busy for minutes.
func nested(source string) bool {
	const levels = 16
	open := 0
	for line := range strings.SplitSeq(source, "\n") {
		for _, r := range line {
			switch r {
			case '[', '{':
				open++
			case ']', '}':
				open = max(0, open-1)
			}
		}
		if open > levels || strings.Count(line, "- ") > levels && strings.Trim(line[:levels], "- ") == "" {
			return true
		}
	}
	return false
}

func convert(n ast.Node, depth int) (y yaml, line int, err error) {
	if t := n.GetToken(); t != nil && t.Position != nil {
		y.line = t.Position.Line
	}
	if depth > 4 {
		return y, y.line, errors.New("too many levels")
	}
	pair := func(kv *ast.MappingValueNode) (line int, err error) {
		key, line, err := convert(kv.Key, depth+1)
		if err != nil || key.kind != scalar {
			return max(line, y.line), errors.New("a key must be a plain word")
		}
		if slices.Contains(y.keys, key.text) {
			return key.line, fmt.Errorf("a second %s", key.text)
		}
		value, line, err := convert(kv.Value, depth+1)
		if err != nil {
			return line, err
		}
		y.keys, y.lines, y.items = append(y.keys, key.text), append(y.lines, key.line), append(y.items, value)
		return 0, nil
	}
	switch n := n.(type) {
	case *ast.NullNode:
		y.kind = null
	case *ast.StringNode:
		y.text = n.Value
	case *ast.LiteralNode:
		y.text = n.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		y.text = n.GetToken().Value
	case *ast.MappingNode:
		y.kind = mapping
		for _, kv := range n.Values {
			if line, err := pair(kv); err != nil {
				return y, line, err
			}
		}
		if len(y.lines) > 0 {
			y.line = y.lines[0]
		}
	case *ast.MappingValueNode:
		y.kind = mapping
		if line, err := pair(n); err != nil {
			return y, line, err
		}
		y.line = y.lines[0]
	case *ast.SequenceNode:
		y.kind = list
		for _, item := range n.Values {
			value, line, err := convert(item, depth+1)
			if err != nil {
				return y, line, err
			}
			y.items = append(y.items, value)
		}
	default:
		return y, y.line, errors.New("only words, lists and mappings")
	}
	return y, 0, nil
}

// fields reads the keys of the front matter.
func (p *Pack) fields(file string, f *front, root yaml) {
	if root.kind != mapping && root.kind != null {
		p.refuse(file, 2, frontNoMapping, frontExample)
		return
	}
	at := func(line int) int { return line + 1 } // its first line is the file's second
	given := map[string]yaml{}
	for i, key := range root.keys {
		f.lines[key] = at(root.lines[i])
		given[key] = root.items[i]
		if slices.Contains(frontKeys, key) {
			continue
		}
		if near := vocabulary.Nearest(key, frontKeys); near != "" {
			p.refuse(file, at(root.lines[i]), noKey, perhapsName, "name", shown(key), "near", near)
		} else {
			p.refuse(file, at(root.lines[i]), noKey, keysAre, "name", shown(key), "names", strings.Join(frontKeys, ", "))
		}
	}
	line := func(key string) int { return max(1, f.lines[key]) }
	if v, ok := given["pack"]; !ok || v.kind != scalar || v.text != "1" {
		p.refuse(file, line("pack"), noVersion, writeVersion)
	}
	f.name = given["name"].text
	if !nameForm().MatchString(f.name) || len(f.name) > 40 {
		p.refuse(file, line("name"), badLessonName, nameIs, "name", shown(f.name))
	}
	p.shells(file, f, given["shells"], line("shells"), at)
	p.params(file, f, given["params"], line("params"), at)
	p.provide(file, f, given["files"], line("files"), at)
	p.setup(file, f, given["setup"], line("setup"), at)
}

func (p *Pack) shells(file string, f *front, y yaml, line int, at func(int) int) {
	if y.kind != mapping || len(y.keys) == 0 || len(y.keys) > maxShells {
		p.refuse(file, line, noShells, shellsExample, "n", fmt.Sprint(maxShells))
		return
	}
	for i, name := range y.keys {
		n := at(y.lines[i])
		if !nameForm().MatchString(name) || len(name) > 20 || name == "elsewhere" || name == "made" {
			p.refuse(file, n, badShellName, nameIs, "name", shown(name))
			continue
		}
		sh := lessons.Shell{Name: name}
		kinds := y.items[i].items
		if y.items[i].kind == scalar {
			kinds = []yaml{y.items[i]}
		}
		for _, k := range kinds {
			flag, ok := cloneFlags[k.text]
			if !ok || k.kind != scalar {
				if near := vocabulary.Nearest(k.text, kindNames); near != "" {
					p.refuse(file, n, noKind, perhapsName, "name", shown(k.text), "near", near)
				} else {
					p.refuse(file, n, noKind, kindsAre, "name", shown(k.text), "names", strings.Join(kindNames, ", "))
				}
				continue
			}
			sh.Flags |= flag
		}
		if name == "host" && sh.Flags != 0 {
			p.refuse(file, n, hostWithKinds, hostIs)
		}
		f.shells = append(f.shells, sh)
	}
}

// cloneFlags are the kinds of namespace that a shell may be born in. There is no time: its clocks could not be set any more.
var cloneFlags = map[string]uintptr{"user": unix.CLONE_NEWUSER, "mnt": unix.CLONE_NEWNS, "uts": unix.CLONE_NEWUTS, "ipc": unix.CLONE_NEWIPC,
	"net": unix.CLONE_NEWNET, "pid": unix.CLONE_NEWPID, "cgroup": unix.CLONE_NEWCGROUP}

var kindNames = []string{"user", "mnt", "uts", "ipc", "net", "pid", "cgroup"}

func (p *Pack) params(file string, f *front, y yaml, line int, at func(int) int) {
	if y.kind == null || y.kind == scalar && y.text == "" {
		return
	}
	if y.kind != mapping || len(y.keys) > maxParams {
		p.refuse(file, line, badParams, paramsExample, "n", fmt.Sprint(maxParams))
		return
	}
	for i, name := range y.keys {
		n, v := at(y.lines[i]), y.items[i]
		var kind lessons.Kind
		if v.kind == mapping {
			var err error
			if v, kind, err = paramKind(v); err != nil {
				p.refuse(file, n, badKind, kindIs, "name", shown(name), "error", clean(err.Error()))
				continue
			}
		}
		switch {
		case !nameForm().MatchString(name):
			p.refuse(file, n, badParamName, nameIs, "name", shown(name))
		case slices.Contains(reserved, name):
			p.refuse(file, n, reservedName, otherName, "name", name)
		case v.kind != scalar || v.text == "" || len(v.text) > maxValue || !printable(v.text) || strings.Contains(v.text, "{{"):
			p.refuse(file, n, badValue, valueIs, "name", name, "n", fmt.Sprint(maxValue))
		default:
			f.params[name], f.kinds[name] = v.text, kind
			f.paramOrder = append(f.paramOrder, name)
		}
	}
}

var forms = map[string]lessons.Form{"host-name": lessons.HostName, "domain-name": lessons.DomainName, "address": lessons.Address, "number": lessons.Number}

// paramKind reads a parameter with a kind, which says what a course may give each student instead of the value.
func paramKind(y yaml) (value yaml, kind lessons.Kind, err error) {
	for i, key := range y.keys {
		v := y.items[i]
		if v.kind != scalar {
			return value, kind, fmt.Errorf("%s is no word", clean(key))
		}
		n, nerr := strconv.Atoi(v.text)
		switch key {
		case "value":
			value, nerr = v, nil
		case "kind":
			form, ok := forms[v.text]
			if !ok {
				return value, kind, fmt.Errorf("no kind %q", v.text)
			}
			kind.Form, nerr = form, nil
		case "min":
			kind.Min = n
		case "max":
			kind.Max = n
		case "step":
			kind.Step = n
		default:
			return value, kind, fmt.Errorf("no key %q", key)
		}
		if nerr != nil || kind.Step < 0 || kind.Min < 0 || kind.Max > 1<<31-1 {
			return value, kind, fmt.Errorf("%s cannot be %q", key, v.text)
		}
	}
	if kind.Form == "" {
		return value, kind, errors.New("it has no kind")
	}
	return value, kind, kind.Valid(value.text)
}

// labFolders are where a lab may be given files: folders that are its own.
var labFolders = []string{"/root/", "/tmp/", "/mnt/", "/run/", "/srv/", "/home/", "/opt/", "/var/"}

func (p *Pack) provide(file string, f *front, y yaml, line int, at func(int) int) {
	if y.kind == null || y.kind == scalar && y.text == "" {
		return
	}
	if y.kind != mapping || len(y.keys) > maxProvided {
		p.refuse(file, line, badFiles, filesExample, "n", fmt.Sprint(maxProvided))
		return
	}
	for i, to := range y.keys {
		n, v := at(y.lines[i]), y.items[i]
		if !printable(to) || len(to) > maxValue || path.Clean(to) != to || strings.Contains(to, "{{") ||
			!slices.ContainsFunc(labFolders, func(dir string) bool { return strings.HasPrefix(to, dir) }) {
			p.refuse(file, n, badFilePath, filePathIs, "name", shown(to), "folders", strings.Join(labFolders, " "))
			continue
		}
		g := provided{path: to}
		switch {
		case v.kind == scalar:
			g.content = []byte(v.text)
		case v.kind == mapping && slices.Equal(v.keys, []string{"from"}) && v.items[0].kind == scalar:
			g.from = v.items[0].text
			if _, ok := p.files["files/"+g.from]; !ok {
				var have []string
				for _, name := range names(p.files) {
					if rest, ok := strings.CutPrefix(name, "files/"); ok {
						have = append(have, rest)
					}
				}
				if near := vocabulary.Nearest(g.from, have); near != "" {
					p.refuse(file, n, noSuchFile, perhapsName, "name", shown(g.from), "near", near)
				} else {
					p.refuse(file, n, noSuchFile, putItThere, "name", shown(g.from))
				}
				continue
			}
		default:
			p.refuse(file, n, badFiles, filesExample, "n", fmt.Sprint(maxProvided))
			continue
		}
		f.files = append(f.files, g)
	}
}

func (p *Pack) setup(file string, f *front, y yaml, line int, at func(int) int) {
	if y.kind == null || y.kind == scalar && y.text == "" {
		return
	}
	if y.kind != list || len(y.items) > maxSetup {
		p.refuse(file, line, badSetup, setupExample, "n", fmt.Sprint(maxSetup))
		return
	}
	for _, item := range y.items {
		n := at(max(item.line, 1))
		if item.kind != mapping || len(item.keys) != 1 || item.items[0].kind != scalar {
			p.refuse(file, n, badSetup, setupExample, "n", fmt.Sprint(maxSetup))
			continue
		}
		c := lessons.Command{Shell: item.keys[0], Line: item.items[0].text}
		if !slices.Contains(f.shellNames(), c.Shell) {
			p.refuse(file, n, noSuchShell, shellsAre, "name", shown(c.Shell), "names", strings.Join(f.shellNames(), ", "))
			continue
		}
		if c.Line == "" || len(c.Line) > 1000 || !printable(c.Line) {
			p.refuse(file, n, badCommand, commandIs)
			continue
		}
		for _, slot := range say.Slots(c.Line) {
			if _, ok := f.params[slot]; !ok {
				p.unknownSlot(file, n, slot, f)
			}
		}
		f.setup = append(f.setup, c)
	}
}

// form compiles a pattern when it is first used: every start of nslab would pay for it otherwise.
func form(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

var (
	nameForm = form(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	misspelt = form(`\{\{\s*[A-Za-z0-9_-]+\s*\}\}`)
	indice   = form(`(?m)^### Indice[ \t]*$`)
)
