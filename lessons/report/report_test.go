package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons/grade"
)

// nasty is what a student would put where he can.
const nasty = "<script>alert(1)</script>&\"'=cmd|'/c calc'!A1 # SKIP \\ \u00e9"

func text(s string) grade.Text { return grade.Text{EN: s, FR: s + " (fr)"} }

func results() *grade.Results {
	steps := []grade.Step{{Lesson: "uts", Step: "rename", Max: 1}, {Lesson: "uts", Step: "own", Max: 2}, {Lesson: "net", Step: "veth", Max: 1}}
	with := func(f func(i int, st *grade.Step)) []grade.Step {
		all := append([]grade.Step(nil), steps...)
		for i := range all {
			f(i, &all[i])
		}
		return all
	}
	shared := []string{"uts: echo one of mine", "uts: echo two of mine", "uts: echo three of mine"}
	return &grade.Results{Version: grade.Version, CourseID: "0123456789ab", CourseName: "=Course & <b>", Program: "v1", Shard: 1, Shards: 1, Steps: steps,
		Submissions: []grade.Result{
			{File: "bad.nslab", Status: grade.Unreadable, Reason: text(nasty), Late: 100, Max: 4},
			{File: "a.nslab", Student: "ana", Name: "@Ana", Mail: "ana@b.test", Lang: say.FR, Status: grade.Graded, Late: 100, Points: 4, Max: 4, Lines: shared,
				Steps: with(func(i int, st *grade.Step) {
					st.Verdict, st.Points, st.Seconds = grade.Passed, st.Max, 90
					if i == 1 {
						st.Calls = grade.Calls{Claimed: []string{"=mount(" + nasty + ")", "setns(CLONE_NEWNET)"}}
					}
				})},
			{File: "b.nslab", Student: "bob", Name: nasty, Status: grade.Stopped, Reason: text("stopped " + nasty), Notes: []grade.Text{text("note " + nasty)}, Late: 50, Points: 0, Max: 4, Lines: shared,
				Foreign: []grade.Foreign{{Lesson: "uts", Param: "name", Value: "coral-mole-123", Of: "ana", Line: nasty}},
				Steps: with(func(i int, st *grade.Step) {
					st.Verdict = []grade.Verdict{grade.Failed, grade.Differs, grade.LeftOut}[i]
					st.Finding = grade.Finding{Key: "uts.x", Expected: text("expected " + nasty), Found: text("found " + nasty), Try: text("try\nagain")}
					st.Calls = grade.Calls{Claimed: []string{"unshare(CLONE_NEWUTS)"}, Replayed: []string{"sethostname(" + nasty + ")"}}
					st.ClaimedKey, st.Lacks = nasty, []string{"", "", "tool:ip"}[i]
				})},
			{File: "b-old.nslab", Student: "bob", Status: grade.Superseded, Reason: text("later"), Late: 100, Max: 4},
			{Student: "eve", Status: grade.Missing, Reason: text("nothing"), Late: 100, Max: 4, Received: time.Time{}},
			{File: "zoe.nslab", Student: "zoe", Status: grade.Graded, Late: 100, Max: 4,
				Steps: with(func(_ int, st *grade.Step) { st.Verdict = grade.Untried })},
		}}
}

func write(t *testing.T, format string, lang say.Lang) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, format, results(), lang); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var update = flag.Bool("update", false, "write the golden files")

func TestGolden(t *testing.T) {
	for _, lang := range say.Langs() {
		for _, format := range []string{"table", "tap", "moodle"} {
			file := "testdata/" + format + "." + string(lang)
			got := write(t, format, lang)
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil || got != string(want) {
				t.Errorf("%s: %v\n%s", file, err, got)
			}
		}
	}
}

// No report shows what a terminal or a spreadsheet would obey.
func TestNothingIsObeyed(t *testing.T) {
	for _, format := range []string{"csv", "moodle"} {
		rows, err := csv.NewReader(strings.NewReader(write(t, format, say.EN))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			for _, c := range row {
				if c != "" && strings.Contains("=+-@\t\r", c[:1]) {
					t.Errorf("%s: a spreadsheet takes %q for a formula", format, c)
				}
			}
		}
	}
	for _, format := range Formats() {
		var b bytes.Buffer
		if err := Write(&b, format, results(), say.EN); err != nil && !errors.Is(err, ErrOne) {
			t.Fatal(err)
		}
		if i := strings.IndexFunc(b.String(), func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' }); i >= 0 {
			t.Errorf("%s: a control character %q", format, b.String()[i])
		}
	}
}

func TestCSVHasALineAStudentAndStep(t *testing.T) {
	s := write(t, "csv", say.EN)
	if !strings.Contains(s, "\r\n") {
		t.Error("the lines do not end as RFC 4180 says")
	}
	rows, err := csv.NewReader(strings.NewReader(s)).ReadAll()
	if err != nil || len(rows) != 1+1+3+3+1+1+3 {
		t.Errorf("%d rows: %v", len(rows), err)
	}
}

func TestMoodleImportsAUsernameAndANumberEach(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(write(t, "moodle", say.EN))).ReadAll()
	if err != nil || len(rows) != 5 || rows[0][0] != "Username" {
		t.Fatalf("%q %v", rows, err)
	}
	for _, row := range rows[1:] {
		if _, err := strconv.ParseFloat(row[2], 64); err != nil || row[0] == "" {
			t.Errorf("%q: %v", row, err)
		}
	}
}

// Gradescope's specification: https://gradescope-autograders.readthedocs.io, "Output format".
func TestGradescope(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, "gradescope", results(), say.EN); !errors.Is(err, ErrOne) {
		t.Errorf("several in one file: %v", err)
	}
	one := results()
	one.Submissions = one.Submissions[2:4]
	if err := Write(&b, "gradescope", one, say.EN); err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(&b)
	d.DisallowUnknownFields()
	var g struct {
		Score        *float64 `json:"score"`
		Output       string   `json:"output"`
		OutputFormat string   `json:"output_format"`
		Visibility   string   `json:"visibility"`
		Tests        []struct {
			Score        *float64 `json:"score"`
			MaxScore     *float64 `json:"max_score"`
			Status       string   `json:"status"`
			Name         string   `json:"name"`
			Number       string   `json:"number"`
			Output       string   `json:"output"`
			OutputFormat string   `json:"output_format"`
			Visibility   string   `json:"visibility"`
		} `json:"tests"`
		ExtraData map[string]any `json:"extra_data"`
	}
	if err := d.Decode(&g); err != nil {
		t.Fatal(err)
	}
	formats := []string{"text", "html", "simple_format", "md", "ansi"}
	visible := []string{"hidden", "after_due_date", "after_published", "visible"}
	in := func(s string, list []string) bool {
		return strings.Contains(" "+strings.Join(list, " ")+" ", " "+s+" ")
	}
	if g.Score == nil || !in(g.OutputFormat, formats) || !in(g.Visibility, visible) || len(g.Tests) != 3 {
		t.Errorf("%+v", g)
	}
	for _, test := range g.Tests {
		if test.Score == nil || test.MaxScore == nil || *test.Score > *test.MaxScore || !in(test.Status, []string{"passed", "failed"}) || !in(test.OutputFormat, formats) || !in(test.Visibility, visible) {
			t.Errorf("%+v", test)
		}
	}
}

// The elements and attributes of the JUnit schema that the Jenkins xUnit plugin publishes (junit-10.xsd): what may
// stand where, and what must.
var junitSchema = map[string]struct{ within, attrs, must string }{
	"testsuites": {"", "name time tests failures disabled errors", ""},
	"testsuite":  {"testsuites", "name tests failures errors group time skipped timestamp hostname id package file log url version", "name"},
	"testcase":   {"testsuite", "name assertions time classname status class file line group", "name"},
	"skipped":    {"testcase", "message type", ""},
	"error":      {"testcase", "message type", ""},
	"failure":    {"testcase", "message type", ""},
	"system-out": {"testsuite testcase", "", ""},
}

func TestJUnitIsAsItsSchemaSays(t *testing.T) {
	d := xml.NewDecoder(strings.NewReader(write(t, "junit", say.EN)))
	var path []string
	counts := map[string]int{}
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			rule, ok := junitSchema[e.Name.Local]
			parent := ""
			if len(path) > 0 {
				parent = path[len(path)-1]
			}
			if !ok || !strings.Contains(" "+rule.within+" ", " "+parent+" ") {
				t.Errorf("<%s> within <%s>", e.Name.Local, parent)
			}
			has := ""
			for _, a := range e.Attr {
				has += " " + a.Name.Local
				if !strings.Contains(" "+rule.attrs+" ", " "+a.Name.Local+" ") {
					t.Errorf("<%s %s=...>", e.Name.Local, a.Name.Local)
				}
			}
			for _, m := range strings.Fields(rule.must) {
				if !strings.Contains(has+" ", " "+m+" ") {
					t.Errorf("<%s> lacks %s", e.Name.Local, m)
				}
			}
			path = append(path, e.Name.Local)
			counts[e.Name.Local]++
		case xml.EndElement:
			path = path[:len(path)-1]
		}
	}
	var all junitSuites
	if err := xml.Unmarshal([]byte(write(t, "junit", say.EN)), &all); err != nil {
		t.Fatal(err)
	}
	if all.Tests != counts["testcase"] || all.Failures != counts["failure"] || all.Errors != counts["error"] || counts["skipped"] != 1 {
		t.Errorf("it counts %d tests, %d failures, %d errors; there are %v", all.Tests, all.Failures, all.Errors, counts)
	}
}

// tapLine is a test point of TAP 14, by the grammar of testanything.org: a hash that is not escaped begins a directive.
var tapLine = regexp.MustCompile(`^(not )?ok (\d+) - ((?:[^#\\]|\\.)*?)(?: # (SKIP|TODO)\b.*)?$`)

func TestTAP(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(write(t, "tap", say.EN), "\n"), "\n")
	if lines[0] != "TAP version 14" {
		t.Errorf("version: %q", lines[0])
	}
	var plan, n, yaml int
	if _, err := fmt.Sscanf(lines[1], "1..%d", &plan); err != nil {
		t.Fatal(err)
	}
	for _, line := range lines[2:] {
		switch {
		case line == "  ---":
			yaml++
		case line == "  ...":
			yaml--
		case yaml == 1:
			if _, value, ok := strings.Cut(strings.TrimPrefix(line, "  "), ": "); !ok || json.Unmarshal([]byte(value), new(string)) != nil {
				t.Errorf("diagnosis %q", line)
			}
		default:
			n++
			m := tapLine.FindStringSubmatch(line)
			if m == nil || m[2] != strconv.Itoa(n) {
				t.Errorf("line %q", line)
			} else if m[4] != "" && !strings.Contains(line, "net veth") {
				t.Errorf("%q is skipped", line)
			}
		}
	}
	if n != plan || yaml != 0 {
		t.Errorf("%d tests, %d planned", n, plan)
	}
}

func TestJSONIsReadAgain(t *testing.T) {
	r, err := Read([]byte(write(t, "json", say.EN)))
	if err != nil || !reflect.DeepEqual(r, results()) {
		t.Errorf("%v\n%+v", err, r)
	}
	for _, bad := range []string{"", "{}", "[]", `{"nslab-results": 99}`} {
		if _, err := Read([]byte(bad)); err == nil {
			t.Errorf("%q has results", bad)
		}
	}
}

// The page is HTML that a browser need not mend, asks for nothing from elsewhere, and says in text what colours say.
func TestHTML(t *testing.T) {
	for _, lang := range say.Langs() {
		page := write(t, "html", lang)
		z := html.NewTokenizer(strings.NewReader(page))
		var open []string
		void := map[string]bool{"meta": true, "br": true, "link": true, "img": true}
		ids, refs := map[string]bool{}, []string{}
		for {
			kind := z.Next()
			if kind == html.ErrorToken {
				break
			}
			token := z.Token()
			switch kind {
			case html.StartTagToken:
				if token.Data == "script" || token.Data == "link" || token.Data == "img" || token.Data == "iframe" {
					t.Errorf("<%s>", token.Data)
				}
				for _, a := range token.Attr {
					switch {
					case strings.HasPrefix(a.Key, "on"), a.Key == "src":
						t.Errorf("<%s %s>", token.Data, a.Key)
					case a.Key == "href" && !strings.HasPrefix(a.Val, "#"):
						t.Errorf("a link to %s", a.Val)
					case a.Key == "href":
						refs = append(refs, a.Val[1:])
					case a.Key == "id":
						ids[a.Val] = true
					}
				}
				if !void[token.Data] {
					open = append(open, token.Data)
				}
			case html.EndTagToken:
				if len(open) == 0 || open[len(open)-1] != token.Data {
					t.Fatalf("</%s> closes %v", token.Data, open)
				}
				open = open[:len(open)-1]
			}
		}
		if len(open) > 0 {
			t.Errorf("never closed: %v", open)
		}
		for _, ref := range refs {
			if !ids[ref] {
				t.Errorf("nothing is called %s", ref)
			}
		}
		root, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		cells, named := 0, 0
		var walk func(n *html.Node)
		walk = func(n *html.Node) {
			if n.Type == html.ElementNode && n.Data == "td" && attr(n, "title") != "" {
				cells++
				if c := n.LastChild; c != nil && attr(c, "class") == "v" && c.FirstChild != nil && c.FirstChild.Data != "" {
					named++
				}
			}
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				walk(c)
			}
		}
		walk(root)
		if cells != 9 || named != cells {
			t.Errorf("%d of %d cells say their verdict in text", named, cells)
		}
		if !strings.Contains(page, `<html lang="`+string(lang)+`">`) || strings.Contains(page, "url(") || strings.Contains(page, "http:") || strings.Contains(page, "https:") {
			t.Error("the page has no language, or asks for something from elsewhere")
		}
	}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func TestLikenessRanksPairsAndAccusesNobody(t *testing.T) {
	table := write(t, "table", say.EN)
	if !strings.Contains(table, "ana and bob: 100 %") || !strings.Contains(table, "may have worked side by side") {
		t.Error(table)
	}
	for _, word := range []string{"cheat", "plagia", "fraud", "copied", "triche"} {
		for _, lang := range say.Langs() {
			if strings.Contains(strings.ToLower(write(t, "html", lang)), word) {
				t.Errorf("a report says %q", word)
			}
		}
	}
}

func TestFeedbackIsForTheStudentAlone(t *testing.T) {
	r := results()
	f := Feedback(r, &r.Submissions[2], say.FR)
	for _, want := range []string{"bob : 0 points sur 4", "échoué", "found", "en retard"} {
		if !strings.Contains(f, want) {
			t.Errorf("feedback lacks %q:\n%s", want, f)
		}
	}
	if strings.Contains(f, "ana") || strings.Contains(f, "<script") {
		t.Errorf("feedback names another student, or has HTML:\n%s", f)
	}
}

func TestEveryTextIsThereInBothLanguages(t *testing.T) {
	for v, text := range verdictWords {
		if !text.Complete() {
			t.Errorf("verdict %q", v)
		}
	}
	for s, text := range statusWords {
		if !text.Complete() {
			t.Errorf("status %q", s)
		}
	}
}
