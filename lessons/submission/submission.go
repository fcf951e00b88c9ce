// Package submission is what a student hands in: one text file that says who,
// in which course, with which nslab and kernel, and per lesson what was typed in which shell, when,
// and what nslab said to it.
//
// Nothing in it is believed: a grader (package grade) types it again into a
// fresh lab. The digests in it show damage, as by a mail program or an editor; whoever wants to
// can make others, and it does not matter.
//
// # The file
//
// It is ASCII; a line is at most 24 KiB long, the file at most 8 MiB. The first line is its name and version. Each
// further line begins with a tag: the first eight hexadecimal digits of SHA-256 over the digest of the line
// before (32 bytes; for the first, that of the file's first line) and the line without its tag. Then stand words
// with single spaces between them, texts in double quotes with Go's escapes ("\r" is Enter, "\x1b" Escape):
//
//	nslab-submission 2
//	TAG student ID                  who
//	TAG course ID "NAME"            in which course
//	TAG program "VERSION"           of nslab
//	TAG kernel "RELEASE" ARCH       of the student's machine, as in uname -r, and Go's name for it
//	TAG lang en|fr                  the student's language
//	TAG written TIME                when the file was written, in UTC (RFC 3339)
//	TAG pack LESSON DIGEST          a lesson of the course that is a pack, and which (pack.Pack, Digest)
//	TAG struck N                    how many pieces of what was typed the student has struck out
//	TAG step LESSON STEP TIME|- HINTS ATTEMPTS "ANSWER" "NEED"
//	                                a step that was tried: when it was done, how many hints were shown,
//	                                how often a check said no, what was answered, what the machine lacked
//	TAG sitting LESSON TIME "VERSION" STEPS|- STEP|-
//	                                a lesson was opened, with those steps done; the last word is the
//	                                step to whose beginning the lab was rebuilt
//	TAG +MS ACTION ...              what happened, MS milliseconds later; see package session
//	TAG end LINES
//	digest SHA256                   of the whole file up to here
//	seal HEX                        HMAC over that, with the student's code
//
// The actions are
//
//	type SHELL "TEXT"               typed
//	hidden SHELL "\r"               typed without an echo, as a password is: only Enter is kept
//	prompt SHELL N STATUS "LINE"    the shell prompted for the N-th time; LINE had ended with STATUS
//	wait SHELL "COMMAND"            a shell that prints no mark stood waiting
//	front SHELL N "COMMAND"         a program stood in front, and N lines had been printed
//	shell SHELL                     the shell was opened again
//	check STEP                      nslab check
//	answer STEP "TEXT"              nslab answer
//	found STEP 0|1 "KEY"            what nslab said: satisfied (0) or not
//	traced                          from here on the machine shows which system calls are made
//	call SHELL STEP 0|1 "CALL"      a system call on namespaces, told once a step: see session.CallText;
//	                                1 says that the kernel refused it
//	more STEP                       others were made in that step, too many to be told
//
// The last three came with version 2; version 1 is read too.
//
// # The record
//
// While the student works, the lines of sittings are kept in a [Log] of the state
// folder, with the same tags, so that a kill in the middle costs the last line at most.
package submission

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons/course"
	"github.com/nslab/nslab/lessons/session"
)

// Version is the version of the file that this program writes, and the newest it reads. Version 1 had no calls.
const Version = 2

const (
	magic = "nslab-submission "
	// MaxFile is how long a file may be.
	MaxFile = 8 << 20
	// maxLines is how many lines it may have: more than anybody types in a term.
	maxLines = 100000
	maxSteps = 1000
)

// Submission is a file that was handed in.
type Submission struct {
	Student              string
	CourseID, CourseName string
	// Program is the version of the nslab that wrote it; Kernel and Arch are of the student's machine.
	Program, Kernel, Arch string
	Lang                  say.Lang
	Written               time.Time
	// Struck counts the pieces of what was typed that the student has struck out.
	Struck int
	// Packs are the digests of the packs that were played, by lesson.
	Packs    map[string]string
	Steps    []Step
	Sittings []Sitting

	// Damage says what is wrong with the file's digests; empty for nothing. Digest is the one that it should end with.
	Damage Damage
	Digest string
	seal   string
}

// Damage is what the digests show.
type Damage string

// Kinds of damage.
const (
	Whole Damage = ""
	// Changed: a line was changed, or one is missing or was added. Short: the end is missing.
	Changed Damage = "changed"
	Short   Damage = "short"
)

// Step is what the student's nslab says of a step.
type Step struct {
	Lesson, Step string
	// Done is when it was done; zero when it was not.
	Done            time.Time
	Hints, Attempts int
	Answer          string
	// Missing is what the student's machine lacked for it (lessons.Step, Needs).
	Missing string
}

// Sitting is a lesson from its opening until it was left.
type Sitting struct {
	Lesson  string
	Began   time.Time
	Program string
	// Done are the steps that were done already; At is that to whose beginning the lab was rebuilt.
	Done   []string
	At     string
	Events []session.Event
}

// Length is how long the sitting took, up to the last thing that happened.
func (s *Sitting) Length() time.Duration {
	if len(s.Events) == 0 {
		return 0
	}
	return s.Events[len(s.Events)-1].After
}

// Claim returns what the student's nslab says of a step; the zero value where it was never tried.
func (s *Submission) Claim(lesson, step string) Step {
	for _, st := range s.Steps {
		if st.Lesson == lesson && st.Step == step {
			return st
		}
	}
	return Step{Lesson: lesson, Step: step}
}

func formatSitting(s *Sitting) string {
	return fmt.Sprintf("sitting %s %s %s %s %s", s.Lesson, formatTime(s.Began), strconv.QuoteToASCII(s.Program), formatList(s.Done), orHyphen(s.At))
}

func parseSitting(line string) (Sitting, error) {
	w := &words{rest: line}
	s := Sitting{Lesson: w.lesson(), Began: w.time(), Program: w.line(100), Done: w.list()}
	if at := w.list(); len(at) == 1 {
		s.At = at[0]
	} else if len(at) > 1 {
		w.fail("more than one step to which the lab was rebuilt")
	}
	return s, w.end()
}

// Encode writes the file, sealed with the student's code; without one where it is nil.
func (s *Submission) Encode(code course.Code) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(magic + strconv.Itoa(Version) + "\n")
	ch := chain(sha256.Sum256(bytes.TrimSuffix(b.Bytes(), []byte("\n"))))
	n := 1
	put := func(format string, args ...any) {
		line := fmt.Sprintf(format, args...)
		b.WriteString(ch.next(line) + " " + line + "\n")
		n++
	}
	put("student %s", s.Student)
	put("course %s %s", s.CourseID, strconv.QuoteToASCII(s.CourseName))
	put("program %s", strconv.QuoteToASCII(s.Program))
	put("kernel %s %s", strconv.QuoteToASCII(s.Kernel), s.Arch)
	put("lang %s", s.Lang)
	put("written %s", formatTime(s.Written))
	put("struck %d", s.Struck)
	for _, lesson := range slices.Sorted(maps.Keys(s.Packs)) {
		put("pack %s %s", lesson, s.Packs[lesson])
	}
	for _, st := range s.Steps {
		done := "-"
		if !st.Done.IsZero() {
			done = formatTime(st.Done)
		}
		put("step %s %s %s %d %d %s %s", st.Lesson, st.Step, done, st.Hints, st.Attempts, strconv.QuoteToASCII(st.Answer), strconv.QuoteToASCII(st.Missing))
	}
	for i := range s.Sittings {
		put("%s", formatSitting(&s.Sittings[i]))
		for _, e := range s.Sittings[i].Events {
			put("%s", formatEvent(e))
		}
	}
	put("end %d", n+1)
	sum := sha256.Sum256(b.Bytes())
	s.Digest = hex.EncodeToString(sum[:])
	b.WriteString("digest " + s.Digest + "\n")
	s.seal = "-"
	if code != nil {
		s.seal = code.Seal([]byte(s.Digest))
	}
	b.WriteString("seal " + s.seal + "\n")
	if b.Len() > MaxFile || n > maxLines {
		return nil, fmt.Errorf("the submission has %d bytes and %d lines: at most %d and %d are read", b.Len(), n, MaxFile, maxLines)
	}
	// What we cannot read again the grader cannot either.
	if back, err := Parse(b.Bytes()); err != nil {
		return nil, fmt.Errorf("read again what was written: %w", err)
	} else if back.Damage != Whole {
		return nil, errors.New("read again what was written: it is damaged")
	}
	return b.Bytes(), nil
}

// Sealed reports whether whoever wrote the file had the code.
func (s *Submission) Sealed(code course.Code) bool {
	return code != nil && s.seal != "" && s.seal != "-" && code.Seal([]byte(s.Digest)) == s.seal
}

// ErrNewer says that a newer nslab wrote a file.
var ErrNewer = errors.New("written by a newer nslab: use that one")

// Parse reads a file. It takes nothing for granted: the error says in which line what cannot be read. A file whose
// digests alone are wrong is read, and its Damage says so.
func Parse(b []byte) (*Submission, error) {
	if len(b) > MaxFile {
		return nil, fmt.Errorf("it has more than %d bytes", MaxFile)
	}
	// A mail program or an editor may have made other ends of lines; the digests do not know.
	b = bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))
	first, rest, _ := bytes.Cut(b, []byte("\n"))
	version, ok := strings.CutPrefix(string(first[:min(len(first), 100)]), magic)
	if !ok {
		return nil, errors.New("it is no submission: its first line is not \"" + magic + strconv.Itoa(Version) + "\"")
	}
	switch v, err := strconv.Atoi(version); {
	case err != nil || v < 1:
		return nil, fmt.Errorf("line 1: there is no version %s", strconv.QuoteToASCII(clip(version)))
	case v > Version:
		return nil, fmt.Errorf("version %d: %w", v, ErrNewer)
	}
	p := &parser{s: &Submission{Damage: Short}, chain: sha256.Sum256(first), seen: map[string]bool{}, read: len(first) + 1, n: 1, whole: b}
	for line := range bytes.SplitSeq(rest, []byte("\n")) {
		p.n++
		if p.n > maxLines {
			return nil, fmt.Errorf("it has more than %d lines", maxLines)
		}
		if len(line) > maxLine {
			return nil, fmt.Errorf("line %d: %w", p.n, errTooLong)
		}
		if len(line) > 0 || p.read < len(b) {
			if err := p.line(string(line)); err != nil {
				return nil, fmt.Errorf("line %d: %w", p.n, err)
			}
		}
		p.read += len(line) + 1
	}
	if p.s.Student == "" {
		return nil, errors.New("it names no student")
	}
	if p.changed {
		p.s.Damage = Changed
	}
	return p.s, nil
}

// parser is a file that is being read.
type parser struct {
	s       *Submission
	whole   []byte
	chain   chain
	changed bool
	n       int // the number of the line
	read    int // how many bytes stand before it
	ended   bool
	sealed  bool
	seen    map[string]bool
}

func (p *parser) line(line string) error {
	for i := 0; i < len(line); i++ {
		if line[i] < ' ' || line[i] > '~' {
			return errors.New("it has characters that are not ASCII, or that cannot be shown")
		}
	}
	s := p.s
	if p.ended {
		w := &words{rest: line}
		switch kind := w.word(); {
		case kind == "digest" && s.Digest == "":
			s.Digest = w.word()
			sum := sha256.Sum256(p.whole[:p.read])
			p.changed = p.changed || s.Digest != hex.EncodeToString(sum[:])
		case kind == "seal" && s.Digest != "" && !p.sealed:
			s.seal, p.sealed = w.word(), true
			s.Damage = Whole
		default:
			return errors.New("something stands behind its end")
		}
		return w.end()
	}
	if len(line) < 9 || line[8] != ' ' {
		return errors.New("it has no tag")
	}
	tag, line := line[:8], line[9:]
	p.changed = p.chain.next(line) != tag || p.changed
	if rest, ok := strings.CutPrefix(line, "+"); ok {
		if len(s.Sittings) == 0 {
			return errors.New("something happened before a lesson was opened")
		}
		e, err := parseEvent(rest)
		if err != nil {
			return err
		}
		last := &s.Sittings[len(s.Sittings)-1]
		if e.After < last.Length() {
			return errors.New("it happened before what stands above it")
		}
		last.Events = append(last.Events, e)
		return nil
	}
	kind, rest, _ := strings.Cut(line, " ")
	w := &words{rest: rest}
	if kind != "step" && kind != "sitting" && kind != "pack" {
		if p.seen[kind] {
			return fmt.Errorf("a second line %s", strconv.QuoteToASCII(clip(kind)))
		}
		p.seen[kind] = true
	}
	switch kind {
	case "student":
		s.Student = w.word()
		if err := course.ValidStudent(s.Student); w.err == nil && err != nil {
			return err
		}
	case "course":
		s.CourseID, s.CourseName = w.word(), w.line(200)
	case "program":
		s.Program = w.line(100)
	case "kernel":
		s.Kernel, s.Arch = w.line(100), w.name()
	case "lang":
		lang, err := say.Parse(w.word())
		if w.err == nil && err != nil {
			return err
		}
		s.Lang = lang
	case "written":
		s.Written = w.time()
	case "struck":
		s.Struck = w.number(maxCount)
	case "pack":
		lesson, digest := w.lesson(), w.word()
		if b, err := hex.DecodeString(digest); w.err == nil && (err != nil || len(b) != sha256.Size) {
			return fmt.Errorf("%s is no digest of a pack", strconv.QuoteToASCII(clip(digest)))
		}
		if s.Packs[lesson] != "" || len(s.Packs) >= maxSteps {
			return errors.New("a second line of that pack, or too many packs")
		}
		if s.Packs == nil {
			s.Packs = map[string]string{}
		}
		s.Packs[lesson] = digest
	case "step":
		st := Step{Lesson: w.lesson(), Step: w.name()}
		if done, ok := strings.CutPrefix(w.rest, "- "); ok {
			w.rest = done
		} else {
			st.Done = w.time()
		}
		st.Hints, st.Attempts, st.Answer, st.Missing = w.number(maxCount), w.number(maxCount), w.text(maxTyped), w.line(200)
		if len(s.Steps) >= maxSteps {
			return fmt.Errorf("it has more than %d steps", maxSteps)
		}
		if slices.ContainsFunc(s.Steps, func(o Step) bool { return o.Lesson == st.Lesson && o.Step == st.Step }) {
			return errors.New("a second line of that step")
		}
		s.Steps = append(s.Steps, st)
	case "sitting":
		sitting, err := parseSitting(rest)
		if err != nil {
			return err
		}
		s.Sittings = append(s.Sittings, sitting)
		return nil
	case "end":
		p.changed = p.changed || w.number(maxLines) != p.n
		p.ended = true
	default:
		return fmt.Errorf("there is no line %s", strconv.QuoteToASCII(clip(kind)))
	}
	return w.end()
}

// Plain makes a text of a stranger's fit to be shown in a line of anybody's terminal: what would not print becomes
// a question mark in a diamond.
func Plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, strings.ToValidUTF8(s, string(unicode.ReplacementChar)))
}

// Strike takes a piece of text out of all that was typed, as a password that got there by mistake: crosses
// stand in its place. It returns how often it was there.
func (s *Submission) Strike(text string) int {
	if text == "" {
		return 0
	}
	n := 0
	out := func(in string) string {
		n += strings.Count(in, text)
		return strings.ReplaceAll(in, text, strings.Repeat("x", len(text)))
	}
	for i := range s.Sittings {
		for j := range s.Sittings[i].Events {
			e := &s.Sittings[i].Events[j]
			if e.Action != session.Found {
				e.Text = out(e.Text)
			}
		}
	}
	for i := range s.Steps {
		s.Steps[i].Answer = out(s.Steps[i].Answer)
	}
	s.Struck += n
	return n
}

// StepCalls are the system calls that a sitting tells of a step.
type StepCalls struct {
	Step  string
	Calls []string
}

// Calls are the system calls of a sitting, by step, in their order.
func (s *Sitting) Calls() []StepCalls {
	var all []StepCalls
	for _, e := range s.Events {
		if e.Action != session.Called {
			continue
		}
		i := slices.IndexFunc(all, func(c StepCalls) bool { return c.Step == e.Step })
		if i < 0 {
			i, all = len(all), append(all, StepCalls{Step: e.Step})
		}
		all[i].Calls = append(all[i].Calls, e.Text)
	}
	return all
}

// Lines are the command lines that were typed in a sitting, with their shells, as the shells reported them; where they
// reported none, what was typed up to Enter.
func (s *Sitting) Lines() []Line {
	var all []Line
	typed := map[string]*strings.Builder{}
	for _, e := range s.Events {
		switch e.Action {
		case session.Typed:
			b := typed[e.Shell]
			if b == nil {
				b = &strings.Builder{}
				typed[e.Shell] = b
			}
			for _, r := range e.Text {
				switch {
				case r == '\r' || r == '\n':
					if line := strings.TrimSpace(b.String()); line != "" {
						all = append(all, Line{After: e.After, Shell: e.Shell, Text: line, typed: true})
					}
					b.Reset()
				case r == 0x7f || r == '\b':
					// What the person took back.
					was := []rune(b.String())
					b.Reset()
					b.WriteString(string(was[:max(len(was)-1, 0)]))
				case r == 3 || r == 0x15:
					b.Reset()
				case unicode.IsPrint(r) || r == '\t':
					b.WriteRune(r)
				}
			}
		case session.Prompted:
			if e.Text == "" {
				continue
			}
			// The shell knows better what the keys came to: completions, lines out of its history. A line that
			// opened a shell in the shell ends with that one's exit.
			last := -1
			for i := len(all) - 1; i >= 0; i-- {
				if all[i].Shell != e.Shell || !all[i].typed {
					continue
				}
				if all[i].Text == e.Text {
					last = i
					break
				}
				if last < 0 && i == len(all)-1 {
					last = i
				}
			}
			if last >= 0 {
				all[last].Text, all[last].typed, all[last].Status = e.Text, false, e.Status
			}
		}
	}
	return all
}

// Line is a command line.
type Line struct {
	After  time.Duration
	Shell  string
	Text   string
	Status int
	typed  bool
}
