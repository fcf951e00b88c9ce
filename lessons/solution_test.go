package lessons

import (
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
)

func TestSolutionReadsTheLinesOfAScript(t *testing.T) {
	const text = `# What the texts say.
lesson uts
! check two
sh host 'ls -l' # looks
[lab:tool:nft|iptables] [!lab:cgroup:pids] sh isolated 'hostname '$own_name' "x y" ''q'' $HOME'
stdout '^a$'
! stdout $own_name
check two
sh -nowait host 'sleep 9; # not a comment' # waits
! sh host false

check two
sh -interrupt host
! answer two-pids 1 $own_name
answer two-pids 2
sh host exit
done
-- file --
nonsense
`
	l := &Lesson{Name: "uts", Steps: []Step{{Name: "two"}, {Name: "two-pids"}}, Files: fstest.MapFS{"solution.txtar": {Data: []byte(text)}}}
	got, err := l.Solution(map[string]string{"own-name": "calypso"})
	want := []Deed{
		{Line: 3, Step: "two", Kind: Look, Asks: "two", Fails: true},
		{Line: 4, Step: "two", Shell: "host", Text: "ls -l", Looks: true},
		{Line: 5, Step: "two", Shell: "isolated", Text: `hostname calypso "x y" 'q' $HOME`, If: []string{"tool:nft|iptables", "!cgroup:pids"}},
		{Line: 8, Step: "two", Kind: Look, Asks: "two"},
		{Line: 9, Step: "two", Kind: Start, Shell: "host", Text: "sleep 9; # not a comment", Waits: true},
		{Line: 10, Step: "two", Shell: "host", Text: "false", Fails: true},
		{Line: 12, Step: "two", Kind: Look, Asks: "two"},
		{Line: 13, Step: "two-pids", Kind: Interrupt, Shell: "host"},
		{Line: 14, Step: "two-pids", Kind: Answer, Asks: "two-pids", Text: "1 calypso", Fails: true},
		{Line: 15, Step: "two-pids", Kind: Answer, Asks: "two-pids", Text: "2"},
		{Line: 16, Shell: "host", Text: "exit"},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\n got %+v\nwant %+v", err, got, want)
	}
}

func TestSolutionRefusesWhatCannotBeRebuilt(t *testing.T) {
	for in, want := range map[string]string{
		"exec ls\n":                      "solution.txtar:1: exec: a solution has",
		"\n[exec:ls] sh host ls\n":       "solution.txtar:2: condition [exec:ls]: a solution knows",
		"sh host\n":                      "solution.txtar:1: usage: sh SHELL COMMAND",
		"sh -interrupt\n":                "solution.txtar:1: usage: sh",
		"check\n":                        "solution.txtar:1: usage: check STEP",
		"answer two\n":                   "solution.txtar:1: usage: answer STEP TEXT",
		"check three\n":                  `solution.txtar:1: lesson uts has no step "three"`,
		"! check two\n":                  "solution.txtar:1: nothing checks or answers step two",
		"sh host 'ls\n":                  "solution.txtar:1: a quote has no end",
		"sh host ls # look\n":            "solution.txtar:1: # look: behind a command",
		"sh host 'ls '$other\ncheck two": "solution.txtar:1: $other is no parameter",
	} {
		l := &Lesson{Name: "uts", Steps: []Step{{Name: "two"}}, Files: fstest.MapFS{"solution.txtar": {Data: []byte(in)}}}
		_, err := l.Solution(nil)
		if err == nil || !strings.HasPrefix(err.Error(), "lesson uts: "+want) {
			t.Errorf("%q\n got %v\nwant %s", in, err, want)
		}
	}
}
