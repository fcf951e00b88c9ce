package lessons

import "testing"

// Solutions of lesson packs are anybody's.
func FuzzSolution(f *testing.F) {
	f.Add("[!lab:cgroup:pids] ! sh host 'hostname '$name' && x' # looks\ncheck a\nsh -nowait host x\nanswer a 1\ndone\n-- f --\n", "calypso")
	f.Add("sh host 'mkdir -p a; echo $$ > b'\nsh isolated exit\n", "")
	f.Add("[lab:x] [lab", "'")
	f.Fuzz(func(t *testing.T, text, value string) {
		deeds, err := parseSolution(text, map[string]string{"name": value})
		if err != nil {
			return
		}
		line := 0
		for _, d := range deeds {
			if d.Line <= line {
				t.Errorf("line %d after %d of %q", d.Line, line, text)
			}
			line = d.Line
		}
	})
}
