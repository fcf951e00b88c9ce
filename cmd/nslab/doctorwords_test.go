package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/fatih/color"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/doctor"
)

func TestEveryWordOfTheDoctorIsThereInEveryLanguage(t *testing.T) {
	for _, id := range doctor.IDs() {
		if !requirementTitle[id].Complete() || !requirementWhy[id].Complete() {
			t.Errorf("requirement %s lacks a text", id)
		}
	}
	for _, c := range doctor.Causes() {
		if !causeText[c].Complete() {
			t.Errorf("cause %s lacks a text", c)
		}
	}
	for _, id := range doctor.RemedyIDs() {
		if !remedyText[id].Complete() {
			t.Errorf("remedy %s lacks a text", id)
		}
	}
	if len(requirementTitle) != len(doctor.IDs()) || len(requirementWhy) != len(doctor.IDs()) ||
		len(causeText) != len(doctor.Causes()) || len(remedyText) != len(doctor.RemedyIDs()) {
		t.Error("there is a text for what does not exist")
	}
	for _, text := range doctorTexts() {
		if !text.Complete() {
			t.Errorf("%q lacks a language", text)
		}
	}
}

// badReport is one with everything that can be printed.
func badReport() doctor.Report {
	return doctor.Report{Container: "docker", Requirements: []doctor.Requirement{
		{ID: doctor.Kernel, Needed: true, OK: true, Found: "Linux 6.8.0"},
		{ID: doctor.UserNamespaces, Needed: true, Cause: doctor.AppArmorRestrict,
			Found: "kernel.apparmor_restrict_unprivileged_userns = 1", Outside: true,
			Remedy: []doctor.Remedy{{ID: doctor.Profile, Command: "sudo tee /etc/apparmor.d/nslab <<'EOF'\nprofile\nEOF\n" +
				"sudo apparmor_parser -r /etc/apparmor.d/nslab"}}},
		{ID: doctor.Proc, Needed: true, Cause: doctor.Waiting, After: doctor.UserNamespaces},
		{ID: doctor.Tools, Cause: doctor.ToolsMissing, Found: "ping, ip", Tools: []doctor.Tool{
			{Name: "ping", Package: "iputils-ping"}, {Name: "ip", BusyBox: true, Less: true}, {Name: "ps", Path: "/bin/ps"}}},
	}}
}

func printed(l say.Lang, r doctor.Report) string {
	var b bytes.Buffer
	printDoctor(&b, l, r)
	return b.String()
}

func TestTheDoctorSaysWhatIsMissingAndWhatToType(t *testing.T) {
	defer func(was bool) { color.NoColor = was }(color.NoColor)
	color.NoColor = true
	for l, wants := range map[say.Lang][]string{
		say.EN: {"ok       Linux kernel: Linux 6.8.0\n", "missing  User namespaces\n", "later    A fresh /proc\n",
			"less     Commands of the course\n", "ping: missing (package iputils-ping)", "ip: only BusyBox's",
			"\nEOF\nsudo apparmor_parser -r /etc/apparmor.d/nslab\n", "on the machine outside", "Labs cannot run here yet"},
		say.FR: {"ok       Noyau Linux : Linux 6.8.0\n", "manque   Espaces de noms d'utilisateurs\n", "ensuite  Un /proc neuf\n",
			"réduit   Commandes du cours\n", "ping : manque (paquet iputils-ping)", "\nEOF\nsudo apparmor_parser",
			"au-dehors", "ne peuvent pas encore tourner"},
	} {
		out := printed(l, badReport())
		for _, want := range wants {
			if !strings.Contains(out, want) {
				t.Errorf("%s: no %q in\n%s", l, want, out)
			}
		}
	}
}

func TestTheDoctorsSentencesFitEightyColumns(t *testing.T) {
	defer func(was bool) { color.NoColor = was }(color.NoColor)
	color.NoColor = true
	var report doctor.Report
	for _, c := range doctor.Causes() {
		for _, id := range doctor.IDs() {
			report.Requirements = append(report.Requirements,
				doctor.Requirement{ID: id, Needed: true, Cause: c, After: doctor.UserNamespaces})
		}
	}
	for _, id := range doctor.RemedyIDs() {
		report.Requirements = append(report.Requirements, doctor.Requirement{ID: doctor.Kernel,
			Cause: doctor.KernelOld, Remedy: []doctor.Remedy{{ID: id, Command: "true"}}})
	}
	for _, l := range say.Langs() {
		out := printed(l, report)
		for line := range strings.Lines(out) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > doctorWidth {
				t.Errorf("%s: %d columns: %s", l, n, line)
			}
		}
		if strings.Contains(out, "{{") {
			t.Errorf("%s: a name without its value is left in the text", l)
		}
	}
}

func TestColourAddsNothingToTheWords(t *testing.T) {
	defer func(was bool) { color.NoColor = was }(color.NoColor)
	color.NoColor = true
	plain := printed(say.EN, badReport())
	color.NoColor = false
	coloured := printed(say.EN, badReport())
	if !strings.Contains(coloured, "\x1b[") {
		t.Error("no colour where it is wanted")
	}
	var b strings.Builder
	for i, part := range strings.Split(coloured, "\x1b[") {
		if i > 0 {
			_, part, _ = strings.Cut(part, "m")
		}
		b.WriteString(part)
	}
	if b.String() != plain {
		t.Errorf("without its colours:\n%s\nwant\n%s", b.String(), plain)
	}
}

func TestTheReportIsReadableByPrograms(t *testing.T) {
	b, err := json.Marshal(badReport())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"container":"docker"`, `"id":"user-namespaces","needed":true,"ok":false`,
		`"cause":"waiting","after":"user-namespaces"`, `"remedy":[{"id":"profile","command":"sudo tee`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("no %s in %s", want, b)
		}
	}
}
