package report

import (
	"cmp"
	"html"
	"slices"
	"strconv"
	"strings"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/lessons/grade"
)

// The page stands by itself: no script, no style, picture or font from elsewhere. Every cell of the heat map says in
// text what its colour says.

var (
	textTitle      = say.Text{EN: "Results: {{course}}", FR: "Résultats : {{course}}"}
	textSummary    = say.Text{EN: "Submissions: {{n}}; graded: {{graded}}; to look at: {{look}}. Mean points: {{mean}} of {{max}}.", FR: "Rendus : {{n}} ; notés : {{graded}} ; à regarder : {{look}}. Moyenne des points : {{mean}} sur {{max}}."}
	textClass      = say.Text{EN: "The class, step by step", FR: "La classe, étape par étape"}
	textCaption    = say.Text{EN: "A row a student, a column a step; each cell names its verdict.", FR: "Une ligne par étudiant, une colonne par étape ; chaque case dit son verdict."}
	textStuck      = say.Text{EN: "Where the class got stuck", FR: "Là où la classe a calé"}
	textStep       = say.Text{EN: "step", FR: "étape"}
	textTried      = say.Text{EN: "tried", FR: "essayée"}
	textPassedHead = say.Text{EN: "passed", FR: "réussie"}
	textMinutes    = say.Text{EN: "minutes (median)", FR: "minutes (médiane)"}
	textHints      = say.Text{EN: "hints shown", FR: "indices montrés"}
	textFindings   = say.Text{EN: "most frequent finding", FR: "constat le plus fréquent"}
	textEach       = say.Text{EN: "Each student", FR: "Chaque étudiant"}
	textTime       = say.Text{EN: "{{minutes}} min", FR: "{{minutes}} min"}
	textRemarkHead = say.Text{EN: "To look at", FR: "À regarder"}
	textAlike      = say.Text{EN: "Lines alike", FR: "Lignes semblables"}
	textNone       = say.Text{EN: "nothing", FR: "rien"}
)

var classes = map[grade.Verdict]string{grade.Passed: "p", grade.Failed: "f", grade.Untried: "u", grade.Differs: "d", grade.LeftOut: "o", "": "u"}

var signs = map[grade.Verdict]string{grade.Passed: "✓", grade.Failed: "✗", grade.Untried: "·", grade.Differs: "≠", grade.LeftOut: "○", "": "·"}

const style = `body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;margin:1rem 0}caption{text-align:left;padding:.3rem 0;color:#444}
th,td{border:1px solid #999;padding:.25rem .5rem;text-align:left;vertical-align:top}thead th{background:#eee}
.map{overflow-x:auto}.map td{text-align:center;min-width:1.6rem}.map thead th.s{writing-mode:vertical-rl;transform:rotate(180deg);font-weight:normal}
td.n{text-align:right;font-variant-numeric:tabular-nums}
td.p{background:#cdebd3}td.f{background:#f6c6b8}td.u{background:#fff}td.d{background:#f5df9a;font-weight:bold}td.o{background:#dde3ea}
.v{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
details{border:1px solid #bbb;border-radius:4px;margin:.5rem 0;padding:.4rem .8rem}summary{cursor:pointer;font-weight:bold}
code{background:#f0f0f0;padding:0 .2em}@media print{details{break-inside:avoid}}`

func (p *printer) html() {
	e := html.EscapeString
	r := p.r
	all := counted(r)
	p.put("<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n", e(string(p.lang)))
	p.put("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n")
	p.put("<title>%s</title>\n<style>%s</style>\n</head>\n<body>\n<main>\n<h1>%s</h1>\n", e(p.say(textTitle, "course", r.CourseName)), style, e(p.say(textTitle, "course", r.CourseName)))
	graded, look, sum, top := 0, 0, 0.0, 0.0
	for _, s := range all {
		if s.Status == grade.Graded {
			graded++
		}
		if s.Status != grade.Graded || len(s.Notes) > 0 || len(s.Foreign) > 0 {
			look++
		}
		sum += s.Points
		top = max(top, s.Max)
	}
	mean := 0.0
	if len(all) > 0 {
		mean = float64(int(sum/float64(len(all))*100+0.5)) / 100
	}
	p.put("<p>%s</p>\n", e(p.say(textSummary, "n", strconv.Itoa(len(all)), "graded", strconv.Itoa(graded), "look", strconv.Itoa(look), "mean", number(mean), "max", number(top))))

	p.put("<h2>%s</h2>\n<div class=\"map\">\n<table>\n<caption>%s %s</caption>\n<thead>\n<tr><th rowspan=\"2\" scope=\"col\">%s</th><th rowspan=\"2\" scope=\"col\">%s</th>",
		e(p.say(textClass)), e(p.say(textCaption)), e(p.signsLegend()), e(p.say(textStudent)), e(p.say(textPoints)))
	for _, l := range lessonsOf(r) {
		n := 0
		for _, st := range r.Steps {
			if st.Lesson == l {
				n++
			}
		}
		p.put("<th colspan=\"%d\" scope=\"colgroup\">%s</th>", n, e(l))
	}
	p.put("</tr>\n<tr>")
	for _, st := range r.Steps {
		p.put("<th class=\"s\" scope=\"col\">%s</th>", e(st.Step))
	}
	p.put("</tr>\n</thead>\n<tbody>\n")
	for i, s := range all {
		p.put("<tr><th scope=\"row\"><a href=\"#s%d\">%s</a></th><td class=\"n\">%s</td>", i, e(who(s)), e(number(s.Points)+"/"+number(s.Max)))
		if len(s.Steps) == 0 {
			p.put("<td colspan=\"%d\">%s</td></tr>\n", max(len(r.Steps), 1), e(p.say(statusWords[s.Status])))
			continue
		}
		for _, st := range r.Steps {
			v := step(s, st.Lesson, st.Step).Verdict
			p.put("<td class=\"%s\" title=\"%s\"><span aria-hidden=\"true\">%s</span><span class=\"v\">%s</span></td>", classes[v],
				e(st.Lesson+" "+st.Step+": "+p.say(verdictWords[v])), signs[v], e(p.say(verdictWords[v])))
		}
		p.put("</tr>\n")
	}
	p.put("</tbody>\n</table>\n</div>\n")
	p.stuck(all)
	p.alike()
	p.put("<h2>%s</h2>\n", e(p.say(textEach)))
	for i, s := range all {
		p.student(i, s)
	}
	p.put("</main>\n</body>\n</html>\n")
}

func (p *printer) signsLegend() string {
	var parts []string
	for _, v := range []grade.Verdict{grade.Passed, grade.Failed, grade.Untried, grade.Differs, grade.LeftOut} {
		parts = append(parts, signs[v]+" "+p.say(verdictWords[v]))
	}
	return strings.Join(parts, ", ") + "."
}

// stuck is a line a step: how many tried and passed, and what was found of the others.
func (p *printer) stuck(all []*grade.Result) {
	e := html.EscapeString
	p.put("<h2>%s</h2>\n<table>\n<thead><tr>", e(p.say(textStuck)))
	for _, t := range []say.Text{textStep, textTried, textPassedHead, textMinutes, textHints, textFindings} {
		p.put("<th scope=\"col\">%s</th>", e(p.say(t)))
	}
	p.put("</tr></thead>\n<tbody>\n")
	for _, of := range p.r.Steps {
		tried, passed, hints := 0, 0, 0
		var seconds []int
		found := map[string]int{}
		text := map[string]string{}
		for _, s := range all {
			st := step(s, of.Lesson, of.Step)
			if st.Verdict == "" || st.Verdict == grade.Untried {
				continue
			}
			tried++
			hints += st.Hints
			seconds = append(seconds, st.Seconds)
			if st.Verdict == grade.Passed {
				passed++
			} else if st.Finding.Key != "" {
				found[st.Finding.Key]++
				if _, ok := text[st.Finding.Key]; !ok {
					text[st.Finding.Key] = st.Finding.Found.In(p.lang)
				}
			}
		}
		median := 0
		if len(seconds) > 0 {
			slices.Sort(seconds)
			median = seconds[len(seconds)/2]
		}
		keys := make([]string, 0, len(found))
		for k := range found {
			keys = append(keys, k)
		}
		slices.SortFunc(keys, func(a, b string) int { return cmp.Or(found[b]-found[a], strings.Compare(a, b)) })
		finding := "—"
		if len(keys) > 0 {
			finding = strconv.Itoa(found[keys[0]]) + " × " + keys[0] + ": " + text[keys[0]]
		}
		p.put("<tr><th scope=\"row\">%s</th><td class=\"n\">%d</td><td class=\"n\">%d</td><td class=\"n\">%s</td><td class=\"n\">%d</td><td>%s</td></tr>\n",
			e(of.Lesson+" "+of.Step), tried, passed, minutes(median), hints, e(finding))
	}
	p.put("</tbody>\n</table>\n")
}

func minutes(seconds int) string { return strconv.FormatFloat(float64(seconds)/60, 'f', 1, 64) }

func (p *printer) alike() {
	e := html.EscapeString
	pairs := p.r.Pairs()
	p.put("<h2>%s</h2>\n<p>%s</p>\n", e(p.say(textAlike)), e(p.say(textPairs)))
	if len(pairs) == 0 {
		p.put("<p>%s</p>\n", e(p.say(textNone)))
		return
	}
	p.put("<ol>\n")
	for _, pair := range pairs {
		p.put("<li>%s<ul>", e(p.say(textPair, "a", pair.A, "b", pair.B, "likeness", percent(pair.Likeness), "n", strconv.Itoa(len(pair.Lines)))))
		for _, l := range pair.Lines[:min(len(pair.Lines), 8)] {
			p.put("<li><code>%s</code></li>", e(l))
		}
		p.put("</ul></li>\n")
	}
	p.put("</ol>\n")
}

// student is what there is to say of one student.
func (p *printer) student(i int, s *grade.Result) {
	e := html.EscapeString
	name := who(s)
	if s.Name != "" {
		name += " (" + s.Name + ")"
	}
	p.put("<details id=\"s%d\">\n<summary>%s: %s/%s, %s</summary>\n", i, e(name), number(s.Points), number(s.Max), e(p.say(statusWords[s.Status])))
	var remarks []string
	if s.Reason != (grade.Text{}) {
		remarks = append(remarks, s.Reason.In(p.lang))
	}
	for _, n := range s.Notes {
		remarks = append(remarks, n.In(p.lang))
	}
	for _, st := range s.Steps {
		if calls := p.calls(st); calls != "" {
			remarks = append(remarks, calls)
		}
	}
	for _, f := range s.Foreign {
		remarks = append(remarks, p.foreign(f))
	}
	if len(remarks) > 0 {
		p.put("<h3>%s</h3>\n<ul>\n", e(p.say(textRemarkHead)))
		for _, t := range remarks {
			p.put("<li>%s</li>\n", e(t))
		}
		p.put("</ul>\n")
	}
	if len(s.Steps) > 0 {
		p.put("<table>\n<tbody>\n")
		for _, st := range s.Steps {
			text := p.say(verdictWords[st.Verdict])
			if st.Verdict == grade.Differs {
				text = p.differs(st)
			} else if st.Verdict != grade.Passed && st.Verdict != grade.Untried {
				text = explain(st, p.lang)
			}
			p.put("<tr><th scope=\"row\">%s</th><td class=\"%s\"><span aria-hidden=\"true\">%s</span></td><td class=\"n\">%s/%s</td><td class=\"n\">%s</td><td>%s</td></tr>\n",
				e(st.Lesson+" "+st.Step), classes[st.Verdict], signs[st.Verdict], number(st.Points), number(st.Max), e(p.say(textTime, "minutes", minutes(st.Seconds))),
				strings.ReplaceAll(e(text), "\n", "<br>"))
		}
		p.put("</tbody>\n</table>\n")
	}
	p.put("</details>\n")
}
