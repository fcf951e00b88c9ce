package checks

import (
	"strings"
	"testing"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// Of a snapshot with a part of the lab nothing is judged, whatever the check would say, and the finding tells what there is too much of.
func TestNothingIsJudgedOfAPartOfALab(t *testing.T) {
	whole := &View{Now: &snapshot.Snapshot{}, Params: map[string]string{"name": "x"}}
	part := &View{Now: &snapshot.Snapshot{Omitted: []snapshot.Omission{
		{What: snapshot.OmittedNamespaces, Seen: 64, Of: 151}, {What: snapshot.OmittedMounts}, {What: "something new"}}}}
	for _, satisfied := range []bool{true, false} {
		check := func(*View) Finding { return Finding{Key: "asked", Satisfied: satisfied} }
		if f := Judge(check, whole); f.Key != "asked" || f.Satisfied != satisfied {
			t.Errorf("the whole is judged %+v", f)
		}
		f := Judge(check, part)
		if f.Key != "lab.too-much" || f.Satisfied {
			t.Fatalf("a part is judged %+v", f)
		}
		for lang, want := range map[say.Lang]string{say.EN: "namespaces (151), mounts, something new.", say.FR: "espaces de noms (151), montages, something new."} {
			for _, text := range []say.Text{f.Expected, f.Found, f.Try} {
				if s := text.In(lang, f.Args); s == "" || strings.Contains(s, "{{") {
					t.Errorf("%s: %q", lang, s)
				}
			}
			if got := f.Found.In(lang, f.Args); !strings.HasSuffix(got, want) {
				t.Errorf("%s: %q", lang, got)
			}
		}
		if len(f.Evidence) != 3 || f.Evidence[0].Value != "64 of 151" || f.Evidence[1].Value != "a part" {
			t.Errorf("%+v", f.Evidence)
		}
	}
}

// Each word that the sandbox may use has one of its own for people, in both languages.
func TestEveryOmissionHasWords(t *testing.T) {
	for _, what := range []string{snapshot.OmittedProcesses, snapshot.OmittedChanges, snapshot.OmittedCommands, snapshot.OmittedNamespaces,
		snapshot.OmittedMounts, snapshot.OmittedOverlays, snapshot.OmittedMaps, snapshot.OmittedNetwork, snapshot.OmittedSockets,
		snapshot.OmittedIPC, snapshot.OmittedCgroups} {
		if !omissions[what].Complete() {
			t.Errorf("%s: %+v", what, omissions[what])
		}
	}
}
