// Package course is what an instructor hands out: which lessons count, how
// many points a step gives, what a late submission costs, and each student's own
// parameters.
//
// Three things, in three places:
//
//   - the course file ([Course], NAME.course) is for everybody: it holds no secret;
//   - the secret ([Secret], NAME.secret) stays with the instructor, beside the course
//     file, readable by its owner alone;
//   - a student's [Code] goes to that student. It is HMAC-SHA256(secret, course and student), so it cannot be
//     worked out from the course file, from another student's code, or from any number of them.
//
// A parameter of a lesson is derived from the code: HMAC-SHA256(code, lesson and
// parameter), turned into a value of the parameter's kind ([Code.Params]). The student's nslab and
// the grader's come to the same values, the one from the code, the other from the secret.
//
// What this is good for, and what not: a student who hands his code on hands his
// parameters on. But what is copied from another's terminal or submission names the other's
// parameters, and the grader knows whose they are.
package course

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/nslab/nslab/lessons"
)

// Version is the version of the course file that this program writes.
const Version = 1

// packPrefix is that of package pack, which reads packs; this package only names them.
const packPrefix = "pack:"

// maxFile is more than any honest course file has.
const maxFile = 1 << 20

// Course is the course file, as JSON.
type Course struct {
	// Version is that of the file's form.
	Version int `json:"nslab-course"`
	// ID tells the course from any other, Name is for people.
	ID   string `json:"id"`
	Name string `json:"name"`
	// Lessons are those that count, in their order.
	Lessons []Lesson `json:"lessons"`
	// Due is when submissions are due; zero for never.
	Due time.Time `json:"due,omitzero"`
	// Late are the rules for what comes later, the earliest first.
	Late []Late `json:"late,omitempty"`
}

// Lesson is a lesson of the course: one of nslab's own, or a pack's.
type Lesson struct {
	// Name is that of the lesson; a pack's begins with "pack:".
	Name string `json:"name"`
	// Pack is where the pack is, a folder or an archive: a path from the folder of the course file, with slashes. Digest
	// is the pack's own (pack.Pack): who has another pack in that place does another lesson.
	Pack   string `json:"pack,omitempty"`
	Digest string `json:"digest,omitempty"`
	// Points are the points of each step, by name; "*" is for those that are not named, 1 where it is missing.
	Points map[string]float64 `json:"points,omitempty"`
}

// Late is a rule: what comes more than After behind the date it was due gets Percent of its points.
type Late struct {
	After   Duration `json:"after"`
	Percent int      `json:"percent"`
}

// Duration is a time.Duration that is written as people write it: "36h", "30m".
type Duration time.Duration

// MarshalText writes the duration without units that are nought.
func (d Duration) MarshalText() ([]byte, error) {
	s := time.Duration(d).String()
	s = strings.TrimSuffix(strings.TrimSuffix(s, "0s"), "0m")
	if s == "" || s == "0h" {
		s = "0s"
	}
	if strings.HasSuffix(s, "h") || strings.HasSuffix(s, "m") || strings.HasSuffix(s, "s") {
		return []byte(s), nil
	}
	return []byte(time.Duration(d).String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil {
		return fmt.Errorf("%q is no duration: write it as 24h or 90m", b)
	}
	*d = Duration(v)
	return nil
}

// New makes a course with an ID of its own and a secret. A step of a lesson without points gives one.
func New(name string, all []Lesson) (*Course, Secret, error) {
	id := make([]byte, 6)
	secret := make([]byte, secretSize)
	_, _ = rand.Read(id) // never fails (crypto/rand)
	_, _ = rand.Read(secret)
	c := &Course{Version: Version, ID: hex.EncodeToString(id), Name: name, Lessons: slices.Clone(all)}
	for i := range c.Lessons {
		if c.Lessons[i].Points == nil {
			c.Lessons[i].Points = map[string]float64{"*": 1}
		}
	}
	return c, secret, c.valid()
}

// ErrNewer says that a newer nslab wrote a file.
var ErrNewer = errors.New("written by a newer nslab: use that one")

// Parse reads a course file. Its error says where in the file the mistake is, where that is known.
func Parse(b []byte) (*Course, error) {
	if len(b) > maxFile {
		return nil, fmt.Errorf("it has more than %d bytes", maxFile)
	}
	var head struct {
		Version int `json:"nslab-course"`
	}
	if err := json.Unmarshal(b, &head); err != nil {
		return nil, at(b, err)
	}
	switch {
	case head.Version == 0:
		return nil, errors.New("it is no course file: it has no \"nslab-course\"")
	case head.Version > Version:
		return nil, ErrNewer
	case head.Version < 0:
		return nil, fmt.Errorf("version %d: there is none such", head.Version)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	c := &Course{}
	if err := d.Decode(c); err != nil {
		return nil, at(b, err)
	}
	return c, c.valid()
}

// at says in which line of a file an error of package json is.
func at(b []byte, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	offset := int64(-1)
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &kind):
		offset = kind.Offset
	}
	if offset < 0 || offset > int64(len(b)) {
		return err
	}
	return fmt.Errorf("line %d: %w", 1+bytes.Count(b[:offset], []byte("\n")), err)
}

var (
	idForm     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9a-f]{12}$`) })
	lessonForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`) })
	digestForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9a-f]{64}$`) })
	// A student's name becomes the name of a file.
	studentForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$`) })
)

// ValidStudent says what is wrong with the name of a student; nil for nothing. It may be a login or a mail address.
func ValidStudent(s string) error {
	if !studentForm().MatchString(s) {
		return fmt.Errorf("%q cannot name a student: letters, digits and . _ @ + -, 64 at most, as in a login or a mail address", clip(s))
	}
	return nil
}

func clip(s string) string {
	if len(s) > 80 {
		return s[:80] + "…"
	}
	return s
}

// printable reports whether a text can be shown in one line on any terminal.
func printable(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

func (c *Course) valid() error {
	if !idForm().MatchString(c.ID) {
		return fmt.Errorf("id %q: it is twelve hexadecimal digits", clip(c.ID))
	}
	if c.Name == "" || len(c.Name) > 200 || !printable(c.Name) {
		return fmt.Errorf("name %q: it is a line of text, 200 bytes at most", clip(c.Name))
	}
	if len(c.Lessons) == 0 {
		return errors.New("it has no lesson")
	}
	seen := map[string]bool{}
	for _, l := range c.Lessons {
		name, isPack := strings.CutPrefix(l.Name, packPrefix)
		switch {
		case isPack != (l.Pack != ""):
			return fmt.Errorf("lesson %q: pack: the lesson of a pack, and no other, begins with %s and says where the pack is", clip(l.Name), packPrefix)
		case isPack && (!filepath.IsLocal(filepath.FromSlash(l.Pack)) || !printable(l.Pack)):
			return fmt.Errorf("lesson %s: pack %q: it lies beside the course file or below it, and its path leads from there", l.Name, clip(l.Pack))
		case isPack && !digestForm().MatchString(l.Digest):
			return fmt.Errorf("lesson %s: digest %q: it is 64 hexadecimal digits", l.Name, clip(l.Digest))
		case !isPack && l.Digest != "":
			return fmt.Errorf("lesson %s: a digest, and no pack", clip(l.Name))
		case !lessonForm().MatchString(name):
			return fmt.Errorf("lesson %q: a lesson's name is small letters, digits and hyphens", clip(l.Name))
		}
		if seen[l.Name] {
			return fmt.Errorf("lesson %s is there twice", l.Name)
		}
		seen[l.Name] = true
		for step, p := range l.Points {
			if step != "*" && !lessonForm().MatchString(step) {
				return fmt.Errorf("lesson %s: points of %q: that is no step's name", l.Name, clip(step))
			}
			if p < 0 || p > 10000 || math.Round(p*100)/100 != p {
				return fmt.Errorf("lesson %s: %v points for %s: between 0 and 10000, with two decimals at most", l.Name, p, step)
			}
		}
	}
	if len(c.Late) > 0 && c.Due.IsZero() {
		return errors.New("it has rules for what comes late, and no date on which it is due")
	}
	if y := c.Due.Year(); y < 1 || y > 9999 {
		return fmt.Errorf("due in the year %d", y)
	}
	for i, l := range c.Late {
		if l.Percent < 0 || l.Percent > 100 {
			return fmt.Errorf("late rule %d: %d percent: between 0 and 100", i+1, l.Percent)
		}
		if l.After < 0 || i > 0 && l.After <= c.Late[i-1].After {
			return fmt.Errorf("late rule %d: after %v: the rules stand in the order of their time", i+1, time.Duration(l.After))
		}
	}
	return nil
}

// Check says which lessons and steps of the course there are not; find finds a lesson.
func (c *Course) Check(find func(name string) (*lessons.Lesson, error)) error {
	for _, l := range c.Lessons {
		def, err := find(l.Name)
		if err != nil {
			return err
		}
		for step := range l.Points {
			if step != "*" {
				if _, err := def.Step(step); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Encode writes the course file.
func (c *Course) Encode() ([]byte, error) {
	if err := c.valid(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(c)
	return b.Bytes(), err
}

// Has reports whether a lesson is one of the course.
func (c *Course) Has(lesson string) bool { return c.Lesson(lesson) != nil }

// Lesson returns the lesson of the course that has that name; nil where there is none.
func (c *Course) Lesson(name string) *Lesson {
	for i := range c.Lessons {
		if c.Lessons[i].Name == name {
			return &c.Lessons[i]
		}
	}
	return nil
}

// Points returns the points that a step gives.
func (c *Course) Points(lesson, step string) float64 {
	for _, l := range c.Lessons {
		if l.Name != lesson {
			continue
		}
		if p, ok := l.Points[step]; ok {
			return p
		}
		if p, ok := l.Points["*"]; ok {
			return p
		}
		return 1
	}
	return 0
}

// Percent is what of its points a submission of that time gets.
func (c *Course) Percent(when time.Time) int {
	percent := 100
	if c.Due.IsZero() || !when.After(c.Due) {
		return percent
	}
	for _, l := range c.Late {
		if when.Sub(c.Due) > time.Duration(l.After) {
			percent = l.Percent
		}
	}
	return percent
}

// Secret is what the codes of a course derive from.
type Secret []byte

const secretSize = 32

// ParseSecret reads a secret as Encode writes it.
func ParseSecret(b []byte) (Secret, error) {
	s, err := hex.DecodeString(strings.TrimSpace(string(b[:min(len(b), 1024)])))
	if err != nil || len(s) != secretSize {
		return nil, fmt.Errorf("it is no secret of a course: %d hexadecimal digits are", 2*secretSize)
	}
	return s, nil
}

// Encode writes the secret.
func (s Secret) Encode() []byte { return []byte(hex.EncodeToString(s) + "\n") }

// Code is a student's own key.
type Code []byte

const (
	codeSize  = 16
	checkSize = 4
)

// Code derives a student's key.
func (s Secret) Code(c *Course, student string) Code {
	return mac(s, "nslab student", c.ID, student)[:codeSize]
}

// mac is HMAC-SHA256 over texts, each with its length before it, so that no two lists look alike.
func mac(key []byte, texts ...string) []byte {
	h := hmac.New(sha256.New, key)
	for _, t := range texts {
		fmt.Fprintf(h, "%d:%s", len(t), t)
	}
	return h.Sum(nil)
}

var codeText = base32.NewEncoding("abcdefghjkmnpqrstuvwxyz023456789").WithPadding(base32.NoPadding)

// Text writes the code for a student to type: eight groups of four letters and digits, none of which
// looks like another. A part of it is a check, by which a mistyped code, another student's and that of another course
// are told.
func (k Code) Text(c *Course, student string) string {
	s := codeText.EncodeToString(append(slices.Clone(k), k.check(c, student)...))
	var groups []string
	for len(s) > 0 {
		groups = append(groups, s[:min(4, len(s))])
		s = s[min(4, len(s)):]
	}
	return strings.Join(groups, "-")
}

func (k Code) check(c *Course, student string) []byte {
	return mac(k, "nslab code", c.ID, student)[:checkSize]
}

// ErrCode says that a code does not belong to the student and the course.
var ErrCode = errors.New("this is not the code of that student for that course")

// ParseCode reads a code as Text writes it; capitals, spaces and hyphens do not matter. A code
// that is not this student's gives ErrCode.
func ParseCode(text string, c *Course, student string) (Code, error) {
	text = strings.Map(func(r rune) rune {
		if r == '-' || unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text[:min(len(text), 256)])
	b, err := codeText.DecodeString(text)
	if err != nil || len(b) != codeSize+checkSize {
		return nil, fmt.Errorf("it is no code: a code is 32 letters and digits: %w", ErrCode)
	}
	k := Code(b[:codeSize])
	if !hmac.Equal(k.check(c, student), b[codeSize:]) {
		return nil, ErrCode
	}
	return k, nil
}

// Seal is what shows that whoever wrote a text had the code.
func (k Code) Seal(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(mac(k, "nslab seal", string(sum[:]))[:16])
}

// Params returns the student's parameters of a lesson: each a value of its kind, no two alike, and none
// that of the tutorial; a parameter without a form keeps its default.
func (k Code) Params(l *lessons.Lesson) map[string]string {
	params := l.Defaults()
	taken := map[string]bool{"host": true}
	for _, v := range params {
		taken[v] = true
	}
	for _, p := range l.Params {
		if p.Kind.Form == "" {
			continue
		}
		// A number out of a few may be the tutorial's, or another parameter's.
		value := ""
		for try := 0; try < 100; try++ {
			value = k.value(l.Name, p, try)
			if !taken[value] {
				break
			}
		}
		taken[value] = true
		params[p.Name] = value
	}
	return params
}

// value derives the try-th value for a parameter.
func (k Code) value(lesson string, p lessons.Param, try int) string {
	d := &draw{left: mac(k, "nslab parameter", lesson, p.Name, strconv.Itoa(try))}
	switch p.Kind.Form {
	case lessons.HostName:
		return d.word(firsts()) + "-" + d.word(seconds()) + "-" + strconv.Itoa(100+d.below(900))
	case lessons.DomainName:
		return d.word(firsts()) + "-" + strconv.Itoa(1000+d.below(9000)) + ".test"
	case lessons.Address:
		// The network is the lesson's, the last number the parameter's.
		net := &draw{left: mac(k, "nslab network", lesson)}
		second := 16 + net.below(224)
		return fmt.Sprintf("10.%d.%d.%d", second, net.below(256), 1+d.below(254))
	case lessons.Number:
		step := max(p.Kind.Step, 1)
		return strconv.Itoa(p.Kind.Min + step*d.below((p.Kind.Max-p.Kind.Min)/step+1))
	}
	return p.Default
}

// draw takes numbers out of a digest.
type draw struct{ left []byte }

// below takes a number from 0 to n-1. Four bytes for each: n is far below 2^32, so what is left over hardly counts.
func (d *draw) below(n int) int {
	v := uint64(d.left[0])<<24 | uint64(d.left[1])<<16 | uint64(d.left[2])<<8 | uint64(d.left[3])
	d.left = d.left[4:]
	return int(v * uint64(n) >> 32)
}

func (d *draw) word(words []string) string { return words[d.below(len(words))] }
