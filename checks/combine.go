package checks

import "github.com/nslab/nslab/checks/say"

// All is satisfied when every check is; it then speaks the first one's words
// and shows the evidence of all. Otherwise it reports the first that is not
// satisfied: put first what the others build upon.
func All(first Check, rest ...Check) Check {
	return func(v *View) Finding {
		f := first(v)
		if !f.Satisfied {
			return f
		}
		for i, c := range rest {
			g := c(v)
			if !g.Satisfied {
				g.Near += i + 1
				return g
			}
			f.Evidence = merge(f.Evidence, g.Evidence)
		}
		return f
	}
}

// Any is satisfied when one check is, and reports the first such. Otherwise
// it reports the most useful finding: the one whose state is nearest to what
// was expected (of two [All], the one that got further; see Finding.Near), and
// among equals the first.
func Any(first Check, rest ...Check) Check {
	return func(v *View) Finding {
		best := first(v)
		for _, c := range rest {
			if best.Satisfied {
				return best
			}
			if f := c(v); f.Satisfied || f.Near > best.Near {
				best = f
			}
		}
		return best
	}
}

// merge appends evidence without saying the same twice.
func merge(a, b []Evidence) []Evidence {
	seen := map[Evidence]bool{}
	var all []Evidence
	for _, list := range [][]Evidence{a, b} {
		for _, e := range list {
			if !seen[e] {
				seen[e] = true
				all = append(all, e)
			}
		}
	}
	return all
}

// Diagnosis recognises one wrong state: it says what it found, and whether it
// found it.
type Diagnosis func(*View) (Finding, bool)

// Diagnose lets the check decide, and where it is not satisfied asks the
// diagnoses in order, the most specific first; the first that recognises the state speaks instead
// of the check.
//
// Here stands the wall between verdict and diagnosis: the check sees no
// command lines and no system calls, and no diagnosis can satisfy. To what speaks is added what the trace saw and no
// snapshot can.
func Diagnose(c Check, diagnoses ...Diagnosis) Check {
	return func(v *View) Finding {
		kernel := *v
		kernel.Typed, kernel.Calls = nil, nil
		f := c(&kernel)
		if f.Satisfied {
			return f
		}
		for _, d := range diagnoses {
			if g, ok := d(v); ok {
				f = g
				break
			}
		}
		f.Satisfied = false
		f.Evidence = merge(f.Evidence, seenCalls(v))
		return f
	}
}

// Expect says what a step expects in one sentence for all its findings that
// are not satisfied, so that diagnoses can be shared between steps. Its slots
// are parameters of the learner.
func Expect(expected say.Text, c Check) Check {
	return func(v *View) Finding {
		f := c(v)
		if f.Satisfied {
			return f
		}
		f.Expected = expected
		args := v.Args()
		for k, value := range f.Args {
			args[k] = value
		}
		f.Args = args
		return f
	}
}

// Reword lets a satisfied finding of the check speak the words of the message with
// that key; its arguments and evidence stay.
func (m Messages) Reword(key string, c Check) Check {
	return func(v *View) Finding {
		f := c(v)
		if !f.Satisfied {
			return f
		}
		return m.Pass(key, f.Args, f.Evidence...)
	}
}
