package checks

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

const (
	hostNS uint64 = 100 + iota
	isolatedNS
	newNS
	machineNS uint64 = 1
)

// lab is a lab with a shell in the host's namespaces and one with a UTS
// namespace of its own, as the learner finds it.
func lab() *snapshot.Snapshot {
	ns := func(uts uint64) snapshot.Namespaces {
		return snapshot.Namespaces{User: 10, Mnt: 11, UTS: uts, IPC: 12, Net: 13, PID: 14, Cgroup: 15}
	}
	return &snapshot.Snapshot{
		Host:   ns(hostNS),
		Shells: map[string]int{"host": 2, "isolated": 3},
		Procs: []snapshot.Process{
			{PID: 1, Comm: "init", NS: ns(hostNS)}, {PID: 2, Comm: "bash", NS: ns(hostNS)}, {PID: 3, Comm: "bash", NS: ns(isolatedNS)},
		},
		UTS:     map[uint64]snapshot.UTSNS{hostNS: {HostName: "host", DomainName: "(none)"}, isolatedNS: {HostName: "host", DomainName: "(none)"}},
		Machine: snapshot.Machine{NS: snapshot.Namespaces{UTS: machineNS}, UTS: snapshot.UTSNS{HostName: "laptop"}},
	}
}

func view(change func(*snapshot.Snapshot)) *View {
	v := &View{Now: lab(), Start: lab(), Params: map[string]string{"name": "nautilus", "empty": ""}}
	if change != nil {
		change(v.Now)
	}
	return v
}

func name(inode uint64, host, domain string) func(*snapshot.Snapshot) {
	return func(s *snapshot.Snapshot) { s.UTS[inode] = snapshot.UTSNS{HostName: host, DomainName: domain} }
}

func TestVocabulary(t *testing.T) {
	met := map[string]bool{}
	for what, c := range map[string]struct {
		check  Check
		change func(*snapshot.Snapshot)
		want   string // key, "+" before it where satisfied
	}{
		"shell isolated differs":            {Differs("isolated", snapshot.UTS), nil, "+ns.differs"},
		"shell isolated shares other kinds": {Differs("isolated", snapshot.Net), nil, "ns.same-as-host"},
		"shell host does not differ":        {Differs("host", snapshot.UTS), nil, "ns.same-as-host"},
		"no such shell":                     {Differs("other", snapshot.UTS), nil, "ns.no-shell"},
		"a shell that was ending":           {Differs("host", snapshot.UTS), func(s *snapshot.Snapshot) { s.Procs[1].NS = snapshot.Namespaces{} }, "ns.no-shell"},
		"a kind that the kernel has not":    {Differs("host", snapshot.Time), nil, "ns.no-shell"},
		"host name elsewhere":               {HostNameIs(Elsewhere, "name"), name(isolatedNS, "nautilus", ""), "+hostname.is"},
		"host name in the host's only":      {HostNameIs(Elsewhere, "name"), name(hostNS, "nautilus", ""), "hostname.is-not"},
		"host name given to the domain":     {HostNameIs(Elsewhere, "name"), name(isolatedNS, "host", "nautilus"), "hostname.is-not"},
		"host name, none asked for":         {HostNameIs(Elsewhere, "empty"), name(isolatedNS, "", ""), "hostname.is-not"},
		"host name in a new one":            {HostNameIs(Made, "name"), name(newNS, "nautilus", ""), "+hostname.is"},
		"host name in one that was there":   {HostNameIs(Made, "name"), name(isolatedNS, "nautilus", ""), "hostname.is-not"},
		"domain name elsewhere":             {DomainNameIs(Elsewhere, "name"), name(isolatedNS, "host", "nautilus"), "+domainname.is"},
		"domain name nowhere":               {DomainNameIs(Elsewhere, "name"), nil, "domainname.is-not"},
		"host keeps its name":               {HostKeepsHostName, name(isolatedNS, "nautilus", ""), "+host.hostname-kept"},
		"host renamed":                      {HostKeepsHostName, name(hostNS, "nautilus", "(none)"), "host.hostname-changed"},
		"host keeps its domain name":        {HostKeepsDomainName, name(hostNS, "nautilus", "(none)"), "+host.domainname-kept"},
		"host has another domain name":      {HostKeepsDomainName, name(hostNS, "host", "x"), "host.domainname-changed"},
		"machine keeps its name":            {MachineKeepsHostName, name(hostNS, "nautilus", ""), "+machine.hostname-kept"},
		"machine renamed":                   {MachineKeepsHostName, func(s *snapshot.Snapshot) { s.Machine.UTS.HostName = "x" }, "machine.hostname-changed"},
	} {
		f := c.check(view(c.change))
		got := f.Key
		met[f.Key] = true
		if f.Satisfied {
			got = "+" + got
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
		if len(f.Evidence) == 0 {
			t.Errorf("%s: no evidence", what)
		}
		for _, lang := range say.Langs() {
			for part, text := range map[string]say.Text{"expected": f.Expected, "found": f.Found, "try": f.Try} {
				s := text.In(lang, f.Args)
				if strings.Contains(s, "{{") || (s == "") != (f.Satisfied && part != "found") {
					t.Errorf("%s: %s in %s: %q", what, part, lang, s)
				}
			}
		}
	}
	for _, table := range []Messages{namespaceMessages, utsMessages} {
		for key, m := range table {
			if !met[key] {
				t.Errorf("%s is not met here", key)
			}
			for _, text := range []say.Text{m.Expected, m.Found, m.Try} {
				if !text.IsZero() && !text.Complete() {
					t.Errorf("%s lacks a language", key)
				}
			}
		}
	}
}

func TestMadeIsWhatWasNotThereBefore(t *testing.T) {
	v := view(func(s *snapshot.Snapshot) {
		ns := s.Host
		ns.UTS, ns.Net = newNS, 50
		s.Procs = append(s.Procs, snapshot.Process{PID: 9, Comm: "bash", NS: ns}, snapshot.Process{PID: 10, State: "Z"})
		s.UTS[newNS+1] = snapshot.UTSNS{} // kept by a bind mount
	})
	for what, c := range map[string]struct{ got, want []uint64 }{
		"made":              {Made(v, snapshot.UTS), []uint64{newNS, newNS + 1}},
		"made, net":         {Made(v, snapshot.Net), []uint64{50}},
		"made, ipc":         {Made(v, snapshot.IPC), nil},
		"elsewhere":         {Elsewhere(v, snapshot.UTS), []uint64{isolatedNS, newNS, newNS + 1}},
		"given":             {Given(v, snapshot.UTS), []uint64{hostNS, isolatedNS}},
		"elsewhere, cgroup": {Elsewhere(v, snapshot.Cgroup), nil},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: %d, want %d", what, c.got, c.want)
		}
	}
	for inode, want := range map[uint64]string{hostNS: "host", isolatedNS: "shell isolated", newNS: "PID 9 (bash)", newNS + 1: "a bind mount"} {
		if got := Whose(v.Now, snapshot.UTS, inode); got != want {
			t.Errorf("Whose(%d) = %q, want %q", inode, got, want)
		}
	}
}

// says is a check that always says the same.
func says(key string, ok bool, near int) Check {
	return func(*View) Finding {
		return Finding{Key: key, Satisfied: ok, Near: near, Evidence: []Evidence{{What: "every", Value: "check"}, {What: key}}}
	}
}

func TestAllAndAny(t *testing.T) {
	yes, no := func(k string) Check { return says(k, true, 0) }, func(k string) Check { return says(k, false, 0) }
	for what, c := range map[string]struct {
		check Check
		want  string
		near  int
	}{
		"all of one":                               {All(yes("a")), "+a", 0},
		"all speaks the first one's words":         {All(yes("a"), yes("b"), yes("c")), "+a", 0},
		"all reports the first miss":               {All(yes("a"), no("b"), no("c")), "b", 1},
		"all, the first missing":                   {All(no("a"), yes("b")), "a", 0},
		"all of all adds up":                       {All(yes("a"), All(yes("b"), no("c"))), "c", 2},
		"any of one":                               {Any(no("a")), "a", 0},
		"any takes the first that is satisfied":    {Any(no("a"), yes("b"), yes("c")), "+b", 0},
		"any of equals reports the first":          {Any(no("a"), no("b")), "a", 0},
		"any reports the nearest":                  {Any(no("a"), All(yes("b"), yes("c"), no("d")), All(yes("e"), no("f"))), "d", 2},
		"any prefers what is satisfied to nearest": {Any(says("a", false, 9), yes("b")), "+b", 0},
	} {
		f := c.check(view(nil))
		got := f.Key
		if f.Satisfied {
			got = "+" + got
		}
		if got != c.want || f.Near != c.near {
			t.Errorf("%s: %s, near %d; want %s, near %d", what, got, f.Near, c.want, c.near)
		}
	}
	want := []Evidence{{What: "every", Value: "check"}, {What: "a"}, {What: "b"}}
	if got := All(yes("a"), yes("b"))(view(nil)).Evidence; !reflect.DeepEqual(got, want) {
		t.Errorf("evidence of all: %v, want %v", got, want)
	}
}

func TestADiagnosisSpeaksButDoesNotDecide(t *testing.T) {
	v := view(nil)
	v.Typed = []Line{{Text: "hostname nautilus"}}
	saw := 0
	verdict := func(ok bool) Check {
		return func(v *View) Finding { saw += len(v.Typed); return Finding{Key: "verdict", Satisfied: ok} }
	}
	never := func(*View) (Finding, bool) { return Finding{Key: "never"}, false }
	liar := func(v *View) (Finding, bool) {
		return Finding{Key: fmt.Sprint("typed ", len(v.Typed)), Satisfied: true}, true
	}
	for what, c := range map[string]struct {
		check Check
		want  string
	}{
		"satisfied":          {Diagnose(verdict(true), liar), "verdict true"},
		"not recognised":     {Diagnose(verdict(false), never), "verdict false"},
		"recognised":         {Diagnose(verdict(false), never, liar), "typed 1 false"},
		"the first one wins": {Diagnose(verdict(false), liar, never), "typed 1 false"},
	} {
		f := c.check(v)
		if got := fmt.Sprint(f.Key, " ", f.Satisfied); got != c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
	}
	if saw != 0 {
		t.Error("the check saw what was typed")
	}
}

func TestExpectAndReword(t *testing.T) {
	m := Messages{"done": {Found: say.Text{EN: "{{ns}} is done", FR: "{{ns}} est fait"}}}
	expected := say.Text{EN: "be {{name}}", FR: "soyez {{name}}"}
	c := Expect(expected, m.Reword("done", HostNameIs(Elsewhere, "name")))
	f := c(view(nil))
	if f.Satisfied || f.Key != "hostname.is-not" || f.Expected.In(say.EN, f.Args) != "be nautilus" {
		t.Errorf("missed: %+v", f)
	}
	f = c(view(name(isolatedNS, "nautilus", "")))
	if !f.Satisfied || f.Key != "done" || !f.Expected.IsZero() || f.Found.In(say.EN, f.Args) != "uts:[101] is done" {
		t.Errorf("passed: %+v", f)
	}
	f = Expect(expected, says("bare", false, 0))(view(nil)) // a finding without arguments
	if f.Expected.In(say.FR, f.Args) != "soyez nautilus" {
		t.Errorf("bare: %+v", f)
	}
}

func TestAViewIsNotChanged(t *testing.T) {
	v := view(nil)
	v.Typed = []Line{{Text: "x"}}
	params := maps.Clone(v.Params)
	f := Expect(say.Text{EN: "x", FR: "x"}, Diagnose(HostNameIs(Elsewhere, "name")))(v)
	f.Args["name"] = "changed"
	if !reflect.DeepEqual(v.Now, lab()) || !maps.Equal(v.Params, params) || len(v.Typed) != 1 {
		t.Error("a check changed its view")
	}
}

func TestCommandsSplitsAsAShell(t *testing.T) {
	for in, want := range map[string]string{
		"":                                     "",
		"hostname":                             "[hostname]",
		"  sudo  hostname\tnautilus ":          "[hostname|nautilus]",
		"sudo unshare -u bash -c 'hostname x'": "[unshare|-u|bash|-c|hostname x]",
		`echo "a b"c 'd'`:                      "[echo|a bc|d]",
		`echo a\ b \" "\"" '\'`:                `[echo|a b|"|"|\]`,
		"a;b&&c||d|e&f":                        "[a][b][c][d][e][f]",
		"a -t $(b | c $(d)) -u; e":             "[a|-t|$(b | c $(d))|-u][e]",
		`a "$(b; c)" '$(d'`:                    "[a|$(b; c)|$(d]",
		"(a; b)\nc":                            "[a][b][c]",
		"a # b; c":                             "[a]",
		"a#b":                                  "[a#b]",
		"# only a comment":                     "",
		"''":                                   "[]",
		"'open":                                "[open]",
		`a\`:                                   "[a]",
		"sudo":                                 "",
		"command exec nohup a":                 "[a]",
		"PS1='x y' b":                          "[PS1=x y|b]",
		";;&|":                                 "",
	} {
		got := ""
		for _, words := range Commands(in) {
			got += "[" + strings.Join(words, "|") + "]"
		}
		if got != want {
			t.Errorf("Commands(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestLastTypedPassesOverQuestionsToNslab(t *testing.T) {
	v := &View{}
	if _, ok := v.LastTyped(); ok {
		t.Error("nothing was typed")
	}
	v.Typed = []Line{{Text: "hostname"}, {Text: "nslab check"}, {Text: "# well"}, {Text: "nslab hint"}}
	if l, ok := v.LastTyped(); !ok || l.Text != "hostname" {
		t.Errorf("%+v, %t", l, ok)
	}
}

func TestPlainIsFitToPrint(t *testing.T) {
	for in, want := range map[string]string{
		"": `""`, "nautilus": "nautilus", "(none)": "(none)", "é": "é", "a b": "a b",
		"\x1b[2J": `"\x1b[2J"`, "a\nb": `"a\nb"`, "\xff": `"\xff"`, "\u202eabc": `"\u202eabc"`, "\u009b2J": `"\u009b2J"`,
	} {
		if got := Plain(in); got != want {
			t.Errorf("Plain(%q) = %s, want %s", in, got, want)
		}
	}
}

func FuzzCommands(f *testing.F) {
	for _, s := range []string{"a 'b c' | sudo d", `\`, "'", "((", "#", "a\x00b", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, words := range Commands(s) {
			if len(words) == 0 {
				t.Fatal("a command without words")
			}
		}
		_ = Plain(s)
	})
}
