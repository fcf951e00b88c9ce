package vocabulary

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
)

// flat is a line of a block, for comparing two.
type flat struct {
	text    string
	line    int
	message *message
}

func (b *Block) flat() []flat {
	var all []flat
	for _, h := range b.heads {
		all = append(all, flat{text: h, line: b.Line})
	}
	var add func(n *node, depth int)
	add = func(n *node, depth int) {
		words := append([]string{n.op, n.word.Name}, n.args...)
		text := strings.Join(slices.DeleteFunc(words, func(s string) bool { return s == "" }), " ")
		all = append(all, flat{strings.Repeat("  ", depth) + text, n.line, n.message})
		for _, c := range n.children {
			add(c, depth+1)
		}
	}
	for _, n := range slices.Concat(b.checks, b.whens) {
		add(n, 0)
	}
	return all
}

// Join adds to a block the sentences of the same step in another language. The checks must be the same.
func (b *Block) Join(other *Block) []Problem {
	mine, theirs := b.flat(), other.flat()
	var problems []Problem
	for i := range max(len(mine), len(theirs)) {
		switch {
		case i >= len(mine):
			return []Problem{problem(other.File, theirs[i].line, checksMore, sameInAll, "file", b.File)}
		case i >= len(theirs):
			return []Problem{problem(other.File, other.Line, checksLess, sameInAll, "file", b.File, "other", fmt.Sprint(mine[i].line), "line", strings.TrimSpace(mine[i].text))}
		case mine[i].text != theirs[i].text:
			return []Problem{problem(other.File, theirs[i].line, checksDiffer, sameInAll, "file", b.File, "other", fmt.Sprint(mine[i].line), "line", strings.TrimSpace(mine[i].text))}
		}
		problems = append(problems, joinMessages(b.File, mine[i], other.File, theirs[i])...)
	}
	whole := flat{line: b.Line, message: b.whole}
	problems = append(problems, joinMessages(b.File, whole, other.File, flat{line: other.Line, message: other.whole})...)
	b.langs = append(b.langs, other.langs...)
	return problems
}

func joinMessages(fileA string, a flat, fileB string, b flat) []Problem {
	var problems []Problem
	ma, mb := a.message, b.message
	if ma == nil {
		ma = &message{}
	}
	if mb == nil {
		mb = &message{}
	}
	if ma.key != mb.key {
		problems = append(problems, problem(fileB, b.line, onlyOne, sayItToo, "name", "key", "file", fileA))
	}
	for _, field := range fields {
		ta, tb := ma.texts[field], mb.texts[field]
		switch {
		case ta != nil && tb == nil:
			problems = append(problems, problem(fileB, b.line, onlyOne, sayItToo, "name", field, "file", fileA))
		case ta == nil && tb != nil:
			problems = append(problems, problem(fileA, a.line, onlyOne, sayItToo, "name", field, "file", fileB))
		default:
			maps.Copy(ta, tb)
		}
	}
	return problems
}

// Compiled is what a block comes to.
type Compiled struct {
	Check checks.Check
	// Question is set where a check looks at the answer.
	Question bool
	// Watch are paths in the host that snapshots must tell of, Probes addresses that must be tried; both with slots.
	Watch, Probes []string
}

// Compile makes the check of a step. Call it only for a block without problems.
//
// A finding with a sentence of the pack's has the key STEP.KEY, where KEY stands in the pack, or is made of the words of the
// line: "rename.not-hostname". Any other has the key of its check.
func (b *Block) Compile(step string) Compiled {
	c := &compiler{block: b, step: step, keys: map[string]int{}}
	verdict := c.group(b.checks)
	verdict = c.speak(verdict, b.whole, step)
	var diagnoses []checks.Diagnosis
	for _, n := range b.whens {
		diagnoses = append(diagnoses, c.diagnosis(n, verdict))
	}
	c.out.Check = checks.Diagnose(verdict, diagnoses...)
	slices.Sort(c.out.Watch)
	slices.Sort(c.out.Probes)
	c.out.Watch, c.out.Probes = slices.Compact(c.out.Watch), slices.Compact(c.out.Probes)
	return c.out
}

type compiler struct {
	block *Block
	step  string
	keys  map[string]int
	out   Compiled
}

func (c *compiler) group(nodes []*node) checks.Check {
	var all []checks.Check
	for _, n := range nodes {
		all = append(all, c.node(n))
	}
	return checks.All(all[0], all[1:]...)
}

func (c *compiler) node(n *node) checks.Check {
	var check checks.Check
	switch n.op {
	case "":
		check = n.word.build(n.args)
		c.out.Question = c.out.Question || n.word.Answer
		if n.word.watch != nil {
			c.out.Watch = append(c.out.Watch, n.word.watch(n.args))
		}
		if n.word.probe != nil {
			c.out.Probes = append(c.out.Probes, n.word.probe(n.args))
		}
	case "any":
		var all []checks.Check
		for _, child := range n.children {
			all = append(all, c.node(child))
		}
		check = checks.Any(all[0], all[1:]...)
	default:
		check = c.group(n.children)
		switch n.op {
		case "not":
			check = checks.Not(check)
		case "seen":
			check = checks.Seen(check)
		}
	}
	if n.message != nil && n.op != "when" {
		check = c.speak(check, n.message, c.key(n))
	}
	return check
}

// key names the message of a line.
func (c *compiler) key(n *node) string {
	name := ""
	if n.message != nil {
		name = n.message.key
	}
	if name == "" {
		for at := n; ; at = at.children[0] {
			if name != "" {
				name += "-"
			}
			name += at.op + at.word.Name
			if at.op == "" || at.op == "all" || at.op == "any" || len(at.children) != 1 {
				break
			}
		}
	}
	key := c.step + "." + name
	if c.keys[key]++; c.keys[key] > 1 {
		key += fmt.Sprintf("-%d", c.keys[key])
	}
	return key
}

// text is a sentence in every language; a language that the pack does not speak has the words of the one it does.
func (c *compiler) text(m *message, field string) say.Text {
	t := m.texts[field]
	first := t[c.block.langs[0]]
	in := func(l say.Lang) string {
		if s, ok := t[l]; ok {
			return s
		}
		return first
	}
	return say.Text{EN: in(say.EN), FR: in(say.FR)}
}

// speak lets a check say the sentences of a message.
func (c *compiler) speak(check checks.Check, m *message, key string) checks.Check {
	expected, found, try, passed := c.text(m, "expected"), c.text(m, "found"), c.text(m, "try"), c.text(m, "passed")
	if m.texts == nil && m.key == "" {
		return check
	}
	named := m.key != ""
	return func(v *checks.View) checks.Finding {
		f := check(v)
		f.Args = merged(v, f)
		if f.Satisfied {
			if !passed.IsZero() {
				f.Found, f.Key = passed, key
			}
			return f
		}
		if !expected.IsZero() {
			f.Expected = expected
		}
		if !found.IsZero() {
			f.Found = found
		}
		if !try.IsZero() {
			f.Try = try
		}
		if named || !found.IsZero() || !try.IsZero() {
			f.Key = key
		}
		return f
	}
}

// merged are the finding's arguments beside the learner's parameters.
func merged(v *checks.View, f checks.Finding) map[string]string {
	args := v.Args()
	maps.Copy(args, f.Args)
	return args
}

// diagnosis makes of a when line what recognises a wrong state.
func (c *compiler) diagnosis(n *node, verdict checks.Check) checks.Diagnosis {
	is := c.group(n.children)
	key := c.key(n)
	expected, found, try := c.text(n.message, "expected"), c.text(n.message, "found"), c.text(n.message, "try")
	return func(v *checks.View) (checks.Finding, bool) {
		f := is(v)
		if !f.Satisfied {
			return f, false
		}
		g := checks.Finding{Key: key, Expected: expected, Found: found, Try: try, Args: merged(v, f), Evidence: f.Evidence}
		if expected.IsZero() || try.IsZero() {
			kernel := *v
			kernel.Typed = nil
			miss := verdict(&kernel)
			if expected.IsZero() {
				g.Expected = miss.Expected
			}
			if try.IsZero() {
				g.Try = miss.Try
			}
			for name, value := range miss.Args {
				if _, ok := g.Args[name]; !ok {
					g.Args[name] = value
				}
			}
		}
		return g, true
	}
}
