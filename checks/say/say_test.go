package say

import (
	"regexp"
	"slices"
	"testing"
)

func TestParseTakesWhatPeopleAndLocalesSay(t *testing.T) {
	for in, want := range map[string]Lang{
		"en": EN, "fr": FR, "FR": FR, "fr_CA.UTF-8": FR, "fr-BE": FR, "fr.UTF-8": FR,
		"en_GB": EN, "fr_FR@euro": FR,
		"": "", "de": "", "C": "", "POSIX": "", "french": "", "fro": "", " fr": "",
	} {
		got, err := Parse(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("Parse(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
}

func TestFromEnvChoosesAsLocale7(t *testing.T) {
	for name, c := range map[string]struct {
		env  map[string]string
		want Lang
	}{
		"nothing set":                           {nil, EN},
		"LANG":                                  {map[string]string{"LANG": "fr_FR.UTF-8"}, FR},
		"LC_MESSAGES before LANG":               {map[string]string{"LC_MESSAGES": "fr_CA", "LANG": "en_US.UTF-8"}, FR},
		"LC_ALL before LC_MESSAGES":             {map[string]string{"LC_ALL": "en_US", "LC_MESSAGES": "fr_FR", "LANG": "fr_FR"}, EN},
		"an empty one counts as unset":          {map[string]string{"LC_ALL": "", "LC_MESSAGES": "", "LANG": "fr"}, FR},
		"C is English, whatever LANG says":      {map[string]string{"LC_ALL": "C", "LANG": "fr_FR"}, EN},
		"C.UTF-8 too":                           {map[string]string{"LC_ALL": "C.UTF-8", "LANG": "fr_FR"}, EN},
		"POSIX too":                             {map[string]string{"LC_MESSAGES": "POSIX", "LANG": "fr_FR"}, EN},
		"a language nslab does not speak":       {map[string]string{"LANG": "de_DE.UTF-8"}, EN},
		"an unknown one is not looked beyond":   {map[string]string{"LC_ALL": "de_DE", "LANG": "fr_FR"}, EN},
		"LC_CTYPE has no say":                   {map[string]string{"LC_CTYPE": "fr_FR"}, EN},
		"French Canada, modifier and character": {map[string]string{"LANG": "fr_CA.ISO-8859-1@x"}, FR},
	} {
		if got := FromEnv(func(k string) string { return c.env[k] }); got != c.want {
			t.Errorf("%s: FromEnv = %q, want %q", name, got, c.want)
		}
	}
}

func TestFillPutsValuesIn(t *testing.T) {
	args := map[string]string{"name": "tardis", "host-ip": "10.1.1.1", "empty": "", "loop": "{{name}}"}
	for in, want := range map[string]string{
		"":                              "",
		"no slot":                       "no slot",
		"{{name}}":                      "tardis",
		"{{name}}{{name}} {{host-ip}}":  "tardistardis 10.1.1.1",
		"[{{empty}}]":                   "[]",
		"{{loop}}":                      "{{name}}", // values are not filled again
		"{{unknown}} {{name}}":          "{{unknown}} tardis",
		"{{ name }} {{Name}} {{.Name}}": "{{ name }} {{Name}} {{.Name}}",
		"{{{name}}}":                    "{tardis}",
		"{{name":                        "{{name",
	} {
		if got := Fill(in, args); got != want {
			t.Errorf("Fill(%q) = %q, want %q", in, got, want)
		}
	}
	if got := Fill("{{name}}", nil); got != "{{name}}" {
		t.Errorf("Fill without values = %q", got)
	}
}

func TestSlotsListsEachNameOnceInOrder(t *testing.T) {
	for in, want := range map[string][]string{
		"":                                 nil,
		"{{b}} {{a}} {{b}} {{host-ip}}":    {"b", "a", "host-ip"},
		"{{ a }} {{A}} {{1a}} {{.A}} {{a}": nil,
	} {
		if got := Slots(in); !slices.Equal(got, want) {
			t.Errorf("Slots(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTextSpeaksEveryLanguage(t *testing.T) {
	text := Text{EN: "your name is {{name}}", FR: "votre nom est {{name}}"}
	args := map[string]string{"name": "n"}
	if got := text.In(EN, args); got != "your name is n" {
		t.Errorf("In(EN) = %q", got)
	}
	if got := text.In(FR, args); got != "votre nom est n" {
		t.Errorf("In(FR) = %q", got)
	}
	if got := text.In("xx", args); got != "your name is n" {
		t.Errorf("In of an unknown language = %q, want English", got)
	}
	if !text.Complete() || text.IsZero() || (Text{EN: "x"}).Complete() || (Text{FR: "x"}).Complete() || !(Text{}).IsZero() {
		t.Error("Complete or IsZero is wrong")
	}
	if !slices.Equal(Langs(), []Lang{EN, FR}) {
		t.Errorf("Langs() = %q", Langs())
	}
}

// What a slot is, as a pattern.
var slotPattern = regexp.MustCompile(`\{\{([a-z][a-z0-9-]*)\}\}`)

func FuzzFill(f *testing.F) {
	for _, s := range []string{"", "{{a}}", "a {{b-1}} c {{b-1}}", "{{{a}}}", "{{a}", "{{1}}", "{{A}}", "{{a}}{{", "{{{{a}}}}", "{{a{{b}}", "{{}}", "é{{a}}"} {
		f.Add(s)
	}
	args := map[string]string{"a": "{{b-1}}", "b-1": "$1", "b": ""}
	f.Fuzz(func(t *testing.T, s string) {
		want := slotPattern.ReplaceAllStringFunc(s, func(m string) string {
			if v, ok := args[m[2:len(m)-2]]; ok {
				return v
			}
			return m
		})
		if got := Fill(s, args); got != want {
			t.Errorf("Fill(%q) = %q, not %q", s, got, want)
		}
		var names []string
		for _, m := range slotPattern.FindAllStringSubmatch(s, -1) {
			if !slices.Contains(names, m[1]) {
				names = append(names, m[1])
			}
		}
		if got := Slots(s); !slices.Equal(got, names) {
			t.Errorf("Slots(%q) = %q, not %q", s, got, names)
		}
	})
}
