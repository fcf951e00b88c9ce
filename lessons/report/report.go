// Package report writes the results of a class (package grade) in the forms
// that people and other programs read: a table, CSV, what Moodle and Gradescope import, JUnit XML, TAP 14, JSON
// and one HTML page; and what each student should know ([Feedback]).
//
// A report depends on the results alone: the same results are the same bytes. Whatever
// came from a submission has been made fit to be shown where it was read; here it is escaped for the form.
package report

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons/grade"
)

// Formats lists the formats.
func Formats() []string {
	return []string{"table", "csv", "moodle", "gradescope", "junit", "tap", "json", "html"}
}

// Write writes a report. Gradescope takes one submission at a time: for more than one it fails with ErrOne.
func Write(w io.Writer, format string, r *grade.Results, lang say.Lang) error {
	p := &printer{w: w, r: r, lang: lang}
	switch format {
	case "table":
		p.table()
	case "csv":
		p.csv()
	case "moodle":
		p.moodle()
	case "gradescope":
		all := counted(r)
		if len(all) != 1 {
			return ErrOne
		}
		return json1(w, Gradescope(all[0], lang))
	case "junit":
		return p.junit()
	case "tap":
		p.tap()
	case "json":
		return json1(w, form{*r, r.Pairs()})
	case "html":
		p.html()
	default:
		return fmt.Errorf("there is no format %q: there are %s", format, strings.Join(Formats(), ", "))
	}
	return p.err
}

// ErrOne says that a format has room for one submission.
var ErrOne = errors.New("gradescope reads one submission a file")

// form is the JSON of results: they can be read again, and the pairs are for whoever reads them.
type form struct {
	grade.Results
	Pairs []grade.Pair `json:"pairs"`
}

// Read reads results as the format json has them.
func Read(b []byte) (*grade.Results, error) {
	var r grade.Results
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, err
	}
	if r.Version != grade.Version {
		return nil, fmt.Errorf("it has no results of this nslab: version %d, not %d", r.Version, grade.Version)
	}
	return &r, nil
}

func json1(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

type printer struct {
	w    io.Writer
	r    *grade.Results
	lang say.Lang
	err  error
}

func (p *printer) put(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

func (p *printer) say(t say.Text, pairs ...string) string { return in(p.lang, t, pairs...) }

func in(lang say.Lang, t say.Text, pairs ...string) string {
	args := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		args[pairs[i]] = pairs[i+1]
	}
	return t.In(lang, args)
}

// counted are the submissions that count, one a student.
func counted(r *grade.Results) []*grade.Result {
	var all []*grade.Result
	for i := range r.Submissions {
		if r.Submissions[i].Status != grade.Superseded {
			all = append(all, &r.Submissions[i])
		}
	}
	return all
}

// who names a result: its student, or its file.
func who(s *grade.Result) string { return cmp.Or(s.Student, s.File) }

// number writes points with the decimals they have.
func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// step returns a result's step; the zero value where nothing was graded.
func step(s *grade.Result, lesson, name string) grade.Step {
	for _, st := range s.Steps {
		if st.Lesson == lesson && st.Step == name {
			return st
		}
	}
	return grade.Step{}
}

// marks stand for verdicts where there is room for one sign.
var marks = map[grade.Verdict]string{grade.Passed: "+", grade.Failed: "x", grade.Untried: ".", grade.Differs: "#", grade.LeftOut: "o", "": " "}

// lessonsOf lists the lessons of the course.
func lessonsOf(r *grade.Results) []string {
	var all []string
	for _, st := range r.Steps {
		if !slices.Contains(all, st.Lesson) {
			all = append(all, st.Lesson)
		}
	}
	return all
}

// table is for a terminal. It has no colour.
func (p *printer) table() {
	r := p.r
	head := []string{p.say(textStudent), p.say(textPoints)}
	head = append(head, lessonsOf(r)...)
	rows := [][]string{head}
	for _, s := range counted(r) {
		row := []string{who(s), number(s.Points) + "/" + number(s.Max)}
		if len(s.Steps) == 0 {
			row = append(row, p.say(statusWords[s.Status]))
			rows = append(rows, row)
			continue
		}
		for _, l := range lessonsOf(r) {
			cell := ""
			for _, st := range s.Steps {
				if st.Lesson == l {
					cell += marks[st.Verdict]
				}
			}
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	width := make([]int, len(head)+1) // a status stands there even where there are no lessons
	for _, row := range rows {
		for i, c := range row {
			// A status may run over the columns behind it.
			if i == len(row)-1 && len(row) < len(head) {
				continue
			}
			width[i] = max(width[i], runewidth.StringWidth(c))
		}
	}
	for _, row := range rows {
		line := ""
		for i, c := range row {
			if i > 0 {
				line += "  "
			}
			line += c + strings.Repeat(" ", max(0, width[i]-runewidth.StringWidth(c)))
		}
		p.put("%s\n", strings.TrimRight(line, " "))
	}
	p.put("\n%s\n", p.say(textLegend))
	p.remarks()
}

// remarks are what a person should look at.
func (p *printer) remarks() {
	first := true
	item := func(text string) {
		if first {
			p.put("\n%s\n", p.say(textRemarks))
			first = false
		}
		p.put("- %s\n", text)
	}
	for i := range p.r.Submissions {
		s := &p.r.Submissions[i]
		name := who(s)
		if s.Reason != (grade.Text{}) {
			item(name + ": " + p.say(statusWords[s.Status]) + ". " + s.Reason.In(p.lang))
		}
		for _, n := range s.Notes {
			item(name + ": " + n.In(p.lang))
		}
		for _, st := range s.Steps {
			if st.Verdict == grade.Differs {
				item(name + ": " + p.differs(st))
			}
			if !st.Calls.IsZero() {
				item(name + ": " + p.calls(st))
			}
		}
		for _, f := range s.Foreign {
			item(name + ": " + p.foreign(f))
		}
	}
	if pairs := p.r.Pairs(); len(pairs) > 0 {
		p.put("\n%s\n", p.say(textPairs))
		for _, pair := range pairs {
			p.put("- %s\n", p.say(textPair, "a", pair.A, "b", pair.B, "likeness", percent(pair.Likeness), "n", strconv.Itoa(len(pair.Lines))))
			for _, l := range pair.Lines[:min(len(pair.Lines), 3)] {
				p.put("    %s\n", l)
			}
		}
	}
}

func percent(f float64) string { return strconv.Itoa(int(f*100 + 0.5)) }

func (p *printer) differs(st grade.Step) string {
	found := st.Finding.Found.In(p.lang)
	if found == "" {
		found = p.say(textNothingFound)
	}
	return p.say(textDiffers, "lesson", st.Lesson, "step", st.Step, "claim", cmp.Or(st.ClaimedKey, "-"), "found", found)
}

// calls says where the file's system calls differ from the replay's; it is empty where they do not.
func (p *printer) calls(st grade.Step) string {
	if st.Calls.IsZero() {
		return ""
	}
	list := func(calls []string) string { return cmp.Or(strings.Join(calls, ", "), p.say(textNoCalls)) }
	return p.say(textCalls, "lesson", st.Lesson, "step", st.Step, "claimed", list(st.Calls.Claimed), "replayed", list(st.Calls.Replayed))
}

func (p *printer) foreign(f grade.Foreign) string {
	return p.say(textForeign, "lesson", f.Lesson, "param", f.Param, "value", f.Value, "of", f.Of, "line", f.Line)
}

// cell keeps a spreadsheet from taking a text for a formula: OWASP's CSV injection.
func cell(s string) string {
	if s != "" && strings.ContainsAny(s[:1], "=+-@\t\r|%") {
		return "'" + s
	}
	return s
}

// csv has a line a student and step (RFC 4180).
func (p *printer) csv() {
	w := csv.NewWriter(p.w)
	w.UseCRLF = true
	row := func(cells ...string) {
		for i := range cells {
			cells[i] = cell(cells[i])
		}
		if err := w.Write(cells); p.err == nil {
			p.err = err
		}
	}
	row("student", "name", "file", "status", "percent", "lesson", "step", "verdict", "points", "max", "finding", "claimed", "hints", "attempts", "seconds", "remark", "calls claimed", "calls replayed")
	for i := range p.r.Submissions {
		s := &p.r.Submissions[i]
		if len(s.Steps) == 0 {
			row(s.Student, s.Name, s.File, string(s.Status), strconv.Itoa(s.Late), "", "", "", "0", number(s.Max), "", "", "", "", "", s.Reason.In(p.lang), "", "")
		}
		for _, st := range s.Steps {
			row(s.Student, s.Name, s.File, string(s.Status), strconv.Itoa(s.Late), st.Lesson, st.Step, string(st.Verdict), number(st.Points), number(st.Max),
				st.Finding.Key, strconv.FormatBool(st.Claimed), strconv.Itoa(st.Hints), strconv.Itoa(st.Attempts), strconv.Itoa(st.Seconds), st.Finding.Found.In(p.lang),
				strings.Join(st.Calls.Claimed, ", "), strings.Join(st.Calls.Replayed, ", "))
		}
	}
	w.Flush()
	if p.err == nil {
		p.err = w.Error()
	}
}

// moodle is a CSV that Moodle's grade import reads (Grades, Import, CSV file): the first line names what the columns
// are mapped to.
func (p *printer) moodle() {
	w := csv.NewWriter(p.w)
	_ = w.Write([]string{"Username", "Email address", cell(p.r.CourseName), "Feedback comments"})
	for _, s := range counted(p.r) {
		if s.Student == "" {
			continue // nobody knows whose it is
		}
		_ = w.Write([]string{cell(s.Student), cell(s.Mail), strconv.FormatFloat(s.Points, 'f', 2, 64), cell(p.short(s))})
	}
	w.Flush()
	p.err = w.Error()
}

// short is what a student should know, in a line.
func (p *printer) short(s *grade.Result) string {
	if len(s.Steps) == 0 {
		return s.Reason.In(p.lang)
	}
	var parts []string
	for _, st := range s.Steps {
		if st.Verdict != grade.Passed {
			parts = append(parts, st.Lesson+" "+st.Step+": "+p.say(verdictWords[st.Verdict]))
		}
	}
	if len(parts) == 0 {
		return p.say(textAllPassed)
	}
	return strings.Join(parts, "; ")
}

// GradescopeResult is results.json of Gradescope's autograder specification.
type GradescopeResult struct {
	Score        float64          `json:"score"`
	Output       string           `json:"output"`
	OutputFormat string           `json:"output_format"`
	Visibility   string           `json:"visibility"`
	Tests        []GradescopeTest `json:"tests"`
	ExtraData    map[string]any   `json:"extra_data"`
}

// GradescopeTest is a test of it.
type GradescopeTest struct {
	Score        float64 `json:"score"`
	MaxScore     float64 `json:"max_score"`
	Status       string  `json:"status"`
	Name         string  `json:"name"`
	Number       string  `json:"number"`
	Output       string  `json:"output"`
	OutputFormat string  `json:"output_format"`
	Visibility   string  `json:"visibility"`
}

// Gradescope makes results.json of one submission.
func Gradescope(s *grade.Result, lang say.Lang) GradescopeResult {
	g := GradescopeResult{Score: s.Points, OutputFormat: "text", Visibility: "visible", Tests: []GradescopeTest{},
		ExtraData: map[string]any{"student": s.Student, "status": s.Status, "digest": s.Digest}}
	g.Output = strings.TrimSpace(s.Reason.In(lang) + "\n" + lateNote(s, lang))
	for i, st := range s.Steps {
		status := "failed"
		if st.Verdict == grade.Passed {
			status = "passed"
		}
		g.Tests = append(g.Tests, GradescopeTest{Score: st.Points, MaxScore: st.Max, Status: status, Name: st.Lesson + " " + st.Step,
			Number: strconv.Itoa(i + 1), Output: explain(st, lang), OutputFormat: "text", Visibility: "visible"})
	}
	return g
}

func lateNote(s *grade.Result, lang say.Lang) string {
	if s.Late == 100 {
		return ""
	}
	return in(lang, textLate, "percent", strconv.Itoa(s.Late))
}

// explain says to a student what came of a step.
func explain(st grade.Step, lang say.Lang) string {
	text := in(lang, verdictWords[st.Verdict])
	for _, part := range []struct {
		head say.Text
		text grade.Text
	}{{textExpected, st.Finding.Expected}, {textFound, st.Finding.Found}, {textTry, st.Finding.Try}} {
		if t := part.text.In(lang); t != "" {
			text += "\n" + in(lang, part.head) + " " + t
		}
	}
	if st.Lacks != "" {
		text += "\n" + in(lang, textLacks, "what", st.Lacks)
	}
	return text
}

// Feedback is what a student should know, in Markdown.
func Feedback(r *grade.Results, s *grade.Result, lang say.Lang) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", markdown(r.CourseName))
	fmt.Fprintf(&b, "%s\n", in(lang, textScore, "student", who(s), "points", number(s.Points), "max", number(s.Max)))
	for _, t := range []string{s.Reason.In(lang), lateNote(s, lang)} {
		if t != "" {
			fmt.Fprintf(&b, "\n%s\n", markdown(t))
		}
	}
	for _, st := range s.Steps {
		fmt.Fprintf(&b, "\n## %s %s: %s (%s/%s)\n", st.Lesson, st.Step, in(lang, verdictWords[st.Verdict]), number(st.Points), number(st.Max))
		if st.Verdict == grade.Passed || st.Verdict == grade.Untried {
			continue
		}
		_, rest, _ := strings.Cut(explain(st, lang), "\n")
		for line := range strings.Lines(rest) {
			fmt.Fprintf(&b, "\n%s\n", markdown(strings.TrimSpace(line)))
		}
		if st.Verdict == grade.Differs {
			fmt.Fprintf(&b, "\n%s\n", in(lang, textDiffersStudent))
		}
	}
	return b.String()
}

// markdown escapes what would be HTML in Markdown; our own sentences have code in backquotes.
func markdown(s string) string {
	return strings.NewReplacer("<", "&lt;", "&", "&amp;").Replace(s)
}

// JUnit's XML, as the schema of the Jenkins xUnit plugin has it.
type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
	Out      string      `xml:"system-out,omitempty"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	Time    string        `xml:"time,attr"`
	Skipped *junitMessage `xml:"skipped"`
	Error   *junitMessage `xml:"error"`
	Failure *junitMessage `xml:"failure"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

func (p *printer) junit() error {
	all := junitSuites{Name: p.r.CourseName}
	for _, s := range counted(p.r) {
		suite := junitSuite{Name: who(s), Time: "0"}
		if len(s.Steps) == 0 {
			suite.Cases = append(suite.Cases, junitCase{Name: "submission", Class: "nslab", Time: "0",
				Error: &junitMessage{Message: p.say(statusWords[s.Status]), Type: string(s.Status), Text: s.Reason.In(p.lang)}})
			suite.Errors++
		} else if s.Status == grade.Stopped {
			suite.Cases = append(suite.Cases, junitCase{Name: "submission", Class: "nslab", Time: "0",
				Error: &junitMessage{Message: p.say(statusWords[s.Status]), Type: string(s.Status), Text: s.Reason.In(p.lang)}})
			suite.Errors++
		}
		seconds := 0
		for _, st := range s.Steps {
			c := junitCase{Name: st.Step, Class: "nslab." + st.Lesson, Time: strconv.Itoa(st.Seconds)}
			seconds += st.Seconds
			switch st.Verdict {
			case grade.Passed:
			case grade.LeftOut:
				c.Skipped = &junitMessage{Message: p.say(textLacks, "what", st.Lacks)}
				suite.Skipped++
			default:
				c.Failure = &junitMessage{Message: p.say(verdictWords[st.Verdict]), Type: cmp.Or(st.Finding.Key, strings.ReplaceAll(string(st.Verdict), " ", "-")), Text: explain(st, p.lang)}
				suite.Failures++
			}
			suite.Cases = append(suite.Cases, c)
		}
		suite.Time = strconv.Itoa(seconds)
		suite.Tests = len(suite.Cases)
		for _, n := range s.Notes {
			suite.Out += n.In(p.lang) + "\n"
		}
		for _, st := range s.Steps {
			if calls := p.calls(st); calls != "" {
				suite.Out += calls + "\n"
			}
		}
		all.Tests += suite.Tests
		all.Failures += suite.Failures
		all.Errors += suite.Errors
		all.Suites = append(all.Suites, suite)
	}
	p.put("%s", xml.Header)
	e := xml.NewEncoder(p.w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	p.put("\n")
	return p.err
}

// tap is TAP version 14 (testanything.org), a test a student and step.
func (p *printer) tap() {
	n := 0
	for _, s := range counted(p.r) {
		n += max(len(s.Steps), 1)
	}
	p.put("TAP version 14\n1..%d\n", n)
	n = 0
	test := func(ok bool, name, directive string) {
		n++
		word := "not ok"
		if ok {
			word = "ok"
		}
		p.put("%s %d - %s%s\n", word, n, tapText(name), directive)
	}
	// YAML reads JSON's strings.
	diagnosis := func(pairs ...string) {
		p.put("  ---\n")
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i+1] != "" {
				p.put("  %s: %s\n", pairs[i], jsonText(pairs[i+1]))
			}
		}
		p.put("  ...\n")
	}
	for _, s := range counted(p.r) {
		if len(s.Steps) == 0 {
			test(false, who(s)+": "+p.say(statusWords[s.Status]), "")
			diagnosis("message", s.Reason.In(p.lang), "status", string(s.Status))
		}
		for _, st := range s.Steps {
			name := who(s) + ": " + st.Lesson + " " + st.Step
			switch st.Verdict {
			case grade.Passed:
				test(true, name, "")
				if calls := p.calls(st); calls != "" {
					diagnosis("calls", calls)
				}
			case grade.LeftOut:
				test(true, name, " # SKIP "+tapText(p.say(textLacks, "what", st.Lacks)))
			default:
				test(false, name, "")
				diagnosis("message", p.say(verdictWords[st.Verdict]), "verdict", string(st.Verdict), "finding", st.Finding.Key,
					"expected", st.Finding.Expected.In(p.lang), "found", st.Finding.Found.In(p.lang), "try", st.Finding.Try.In(p.lang), "calls", p.calls(st))
			}
		}
	}
}

// tapText escapes what begins a directive.
func tapText(s string) string {
	return strings.NewReplacer(`\`, `\\`, "#", `\#`, "\n", " ", "\r", " ").Replace(s)
}

func jsonText(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // of a string it does not fail
	return strings.TrimSpace(b.String())
}
