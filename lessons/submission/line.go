package submission

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/nslab/nslab/lessons/session"
)

// chain is the state of a digest chain: each line changes it, and shows a part of it.
type chain [sha256.Size]byte

// next takes a line into the chain and returns its tag, eight hexadecimal digits.
func (c *chain) next(line string) string {
	*c = sha256.Sum256(append(c[:], line...))
	return hex.EncodeToString(c[:4])
}

// Form and limits of lines. A line of typing holds up to maxTyped bytes, each up to four characters long when quoted.
const (
	maxTyped = 4 << 10
	maxLine  = 6 * maxTyped
)

var nameForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`) })

// words are the words of a line that is being read: names, numbers and quoted strings, with single spaces
// between them. The first mistake is kept, and what is read after it is empty.
type words struct {
	rest string
	err  error
}

func (w *words) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}

func (w *words) word() string {
	if w.err != nil {
		return ""
	}
	word, rest, _ := strings.Cut(w.rest, " ")
	if word == "" {
		w.fail("it ends too early")
		return ""
	}
	w.rest = rest
	return word
}

func (w *words) name() string {
	s := w.word()
	if w.err == nil && (len(s) > 64 || !nameForm().MatchString(s)) {
		w.fail("%s is no name", strconv.QuoteToASCII(clip(s)))
		return ""
	}
	return s
}

// lesson is the name of a lesson: of a pack's, behind the prefix of package pack.
func (w *words) lesson() string {
	if rest, ok := strings.CutPrefix(w.rest, "pack:"); ok && w.err == nil {
		w.rest = rest
		return "pack:" + w.name()
	}
	return w.name()
}

func (w *words) number(limit int) int {
	s := w.word()
	n, err := strconv.Atoi(s)
	if w.err == nil && (err != nil || n < 0 || n > limit || strconv.Itoa(n) != s) {
		w.fail("%s is no number up to %d", strconv.QuoteToASCII(clip(s)), limit)
		return 0
	}
	return n
}

func (w *words) text(limit int) string {
	if w.err != nil {
		return ""
	}
	quoted, err := strconv.QuotedPrefix(w.rest)
	if err != nil || quoted[0] != '"' {
		w.fail("a text in double quotes is missing")
		return ""
	}
	s, err := strconv.Unquote(quoted)
	if err != nil || len(s) > limit {
		w.fail("the text has more than %d bytes", limit)
		return ""
	}
	if strconv.QuoteToASCII(s) != quoted {
		w.fail("the text is not quoted as nslab quotes it")
		return ""
	}
	w.rest = w.rest[len(quoted):]
	if w.rest != "" {
		if w.rest[0] != ' ' || len(w.rest) == 1 {
			w.fail("something stands behind the text")
			return ""
		}
		w.rest = w.rest[1:]
	}
	return s
}

// line is a text that can be shown in a line.
func (w *words) line(limit int) string {
	s := w.text(limit)
	if w.err == nil && (!utf8.ValidString(s) || Plain(s) != s) {
		w.fail("the text has characters that cannot be shown")
		return ""
	}
	return s
}

func (w *words) time() time.Time {
	s := w.word()
	t, err := time.Parse(time.RFC3339, s)
	if w.err == nil && (err != nil || t.Year() < 1970 || t.Year() > 9999 || formatTime(t) != s) {
		w.fail("%s is no time", strconv.QuoteToASCII(clip(s)))
		return time.Time{}
	}
	return t
}

// list is names with commas between them, or a hyphen for none.
func (w *words) list() []string {
	s := w.word()
	if w.err != nil || s == "-" {
		return nil
	}
	names := strings.Split(s, ",")
	for _, n := range names {
		if len(names) > 100 || len(n) > 64 || !nameForm().MatchString(n) {
			w.fail("%s is no list of names", strconv.QuoteToASCII(clip(s)))
			return nil
		}
	}
	return names
}

func (w *words) end() error {
	if w.err == nil && w.rest != "" {
		w.fail("something stands behind its end")
	}
	return w.err
}

func formatTime(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }

func formatList(names []string) string {
	if len(names) == 0 {
		return "-"
	}
	return strings.Join(names, ",")
}

func orHyphen(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func clip(s string) string {
	if len(s) > 60 {
		return s[:60] + "..."
	}
	return s
}

// formatEvent writes an event.
func formatEvent(e session.Event) string {
	head := "+" + strconv.FormatInt(e.After.Milliseconds(), 10) + " " + string(e.Action) + " "
	switch e.Action {
	case session.Typed, session.Hidden, session.Waited:
		return head + e.Shell + " " + strconv.QuoteToASCII(e.Text)
	case session.Fronted:
		return head + e.Shell + " " + strconv.Itoa(e.N) + " " + strconv.QuoteToASCII(e.Text)
	case session.Prompted:
		return head + e.Shell + " " + strconv.Itoa(e.N) + " " + strconv.Itoa(e.Status) + " " + strconv.QuoteToASCII(e.Text)
	case session.Opened:
		return head + e.Shell
	case session.Checked:
		return head + e.Step
	case session.Answered:
		return head + e.Step + " " + strconv.QuoteToASCII(e.Text)
	case session.Traced:
		return strings.TrimSuffix(head, " ")
	case session.Called:
		return head + e.Shell + " " + e.Step + " " + strconv.Itoa(e.Status) + " " + strconv.QuoteToASCII(e.Text)
	case session.MoreCalled:
		return head + e.Step
	case session.Found:
		return head + e.Step + " " + strconv.Itoa(e.Status) + " " + strconv.QuoteToASCII(e.Text)
	}
	panic("submission: an event without a form: " + string(e.Action)) // a mistake in our own source
}

const (
	maxMillis = 1000 * 60 * 60 * 24 * 366
	maxCount  = math.MaxInt32
)

// parseEvent reads what formatEvent writes, behind the plus sign.
func parseEvent(line string) (session.Event, error) {
	w := &words{rest: line}
	e := session.Event{After: time.Duration(w.number(maxMillis)) * time.Millisecond}
	e.Action = session.Action(w.word())
	switch e.Action {
	case session.Typed, session.Waited:
		e.Shell, e.Text = w.name(), w.text(maxTyped)
	case session.Hidden:
		e.Shell, e.Text = w.name(), w.text(1)
		if e.Text != "" && e.Text != "\r" {
			w.fail("what was not echoed is not kept")
		}
	case session.Fronted:
		e.Shell, e.N, e.Text = w.name(), w.number(maxCount), w.text(maxTyped)
	case session.Prompted:
		e.Shell, e.N, e.Status, e.Text = w.name(), w.number(maxCount), w.number(maxCount), w.text(maxTyped)
	case session.Opened:
		e.Shell = w.name()
	case session.Checked:
		e.Step = w.name()
	case session.Answered:
		e.Step, e.Text = w.name(), w.text(maxTyped)
	case session.Traced:
	case session.Called:
		e.Shell, e.Step, e.Status, e.Text = w.name(), w.name(), w.number(1), w.line(200)
	case session.MoreCalled:
		e.Step = w.name()
	case session.Found:
		e.Step, e.Status, e.Text = w.name(), w.number(1), w.line(200)
	default:
		w.fail("there is no action %s", strconv.QuoteToASCII(clip(string(e.Action))))
	}
	return e, w.end()
}

var errTooLong = errors.New("it is too long")
