package intro

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// Step syscall: the answer names a system call that a process called unshare made in this lab, with all of its flags. What
// is right is seen in the trace, so a learner may ask for any kinds.
var called = checks.Expect(
	say.Text{
		EN: "The system call that `unshare` made in this lab, and its flags, as a C program has them: CALL(FLAG|FLAG).",
		FR: "L'appel système qu'`unshare` a fait dans ce labo, et ses drapeaux, comme en C : APPEL(DRAPEAU|DRAPEAU)."},
	func(v *checks.View) checks.Finding {
		// Not by checks.Diagnose: here the calls are what the question is about, not evidence to be shown.
		f := madeCall(v)
		if f.Satisfied {
			return f
		}
		for _, d := range []checks.Diagnosis{callUnanswered, callUnclear, noCallMade, noCallNamed, commandNamed, otherCall, noFlags, otherFlags} {
			if g, ok := d(v); ok {
				return g
			}
		}
		return f
	})

// callAnswer is what an answer to syscall says.
type callAnswer struct {
	call    string // one of callNames; empty for none
	flags   uint64
	kinds   bool // flags were named
	options bool // there are options of the command among it
	unknown string
	unclear bool
}

var callNames = []string{"unshare", "clone", "clone3", "setns", "fork", "vfork", "execve"}

// readCall reads the answer: the flags by their names, without CLONE_ too, or as a number, in any order.
func readCall(text string) callAnswer {
	var a callAnswer
	for _, word := range strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '-'
	}) {
		lower := strings.ToLower(strings.TrimPrefix(word, "sys_"))
		name := strings.TrimPrefix(lower, "clone_")
		kind := slices.IndexFunc(snapshot.Kinds(), func(k snapshot.Kind) bool {
			_, flag := snapshot.CloneFlag(k)
			return "clone_"+name == strings.ToLower(flag)
		})
		n, err := strconv.ParseUint(lower, 0, 64)
		switch {
		case kind >= 0:
			flag, _ := snapshot.CloneFlag(snapshot.Kinds()[kind])
			a.flags, a.kinds = a.flags|flag, true
		case slices.Contains(callNames, lower):
			if a.call == "" {
				a.call = lower
			}
		case strings.HasPrefix(lower, "clone_"):
			a.unknown = word
		case strings.HasPrefix(word, "-"):
			a.options = true
		case err == nil && n >= 0x80: // and not unshare(2)
			a.flags, a.kinds = a.flags|n, true
		case slices.Contains(unclearWords, lower):
			a.unclear = true
		}
	}
	return a
}

// unshared are the calls for new namespaces that processes called unshare made.
func unshared(v *checks.View) []snapshot.Call {
	var calls []snapshot.Call
	for _, c := range v.Calls {
		if c.Comm == "unshare" || slices.Contains(c.Command, "unshare") {
			switch c.Name {
			case "unshare", "clone", "clone3":
				calls = append(calls, c)
			}
		}
	}
	return calls
}

func nsFlags(flags uint64) (all uint64) {
	for _, k := range snapshot.Kinds() {
		flag, _ := snapshot.CloneFlag(k)
		all |= flag & flags
	}
	return all
}

func madeCall(v *checks.View) checks.Finding {
	a := readCall(v.Answer)
	for _, c := range slices.Backward(unshared(v)) {
		if a.unclear || a.unknown != "" || c.Name != a.call || nsFlags(c.Flags) != a.flags {
			continue
		}
		var news []string
		evidence := []checks.Evidence{{What: fmt.Sprintf("system call of PID %d (unshare)", c.PID), Value: checks.Plain(c.C())}}
		for _, k := range snapshot.KindsOf(c.Flags) {
			news = append(news, string(k))
			if after := c.After.Of(k); after != 0 && after != c.NS.Of(k) {
				evidence = append(evidence, checks.Evidence{What: string(k) + " namespace behind it", Value: checks.NSName(k, after)})
			}
		}
		return words.Pass("intro.called", v.Args("call", checks.Plain(c.C()), "pid", strconv.Itoa(c.PID), "kinds", strings.Join(news, ", ")), evidence...)
	}
	f, _ := fewerFlags(v)
	return f
}

// seenCalls is the evidence of a wrong answer: how many calls there are, not which.
func seenCalls(v *checks.View) []checks.Evidence {
	return []checks.Evidence{{What: "system calls for new namespaces by unshare", Value: strconv.Itoa(len(unshared(v)))}}
}

func callUnanswered(v *checks.View) (checks.Finding, bool) {
	if strings.TrimSpace(v.Answer) != "" {
		return none, false
	}
	return miss(v, "intro.call-unanswered", seenCalls(v))
}

func callUnclear(v *checks.View) (checks.Finding, bool) {
	if !readCall(v.Answer).unclear {
		return none, false
	}
	return miss(v, "intro.call-not-plainly", seenCalls(v), "answer", checks.Plain(v.Answer))
}

func noCallMade(v *checks.View) (checks.Finding, bool) {
	if len(unshared(v)) > 0 {
		return none, false
	}
	return miss(v, "intro.no-call-made", seenCalls(v))
}

// noCallNamed recognises an answer of flags alone, or of neither.
func noCallNamed(v *checks.View) (checks.Finding, bool) {
	a := readCall(v.Answer)
	if a.call != "" {
		return none, false
	}
	return miss(v, "intro.no-call-named", seenCalls(v), "answer", checks.Plain(v.Answer))
}

// commandNamed recognises the command line in the place of the call.
func commandNamed(v *checks.View) (checks.Finding, bool) {
	a := readCall(v.Answer)
	if !a.options || a.kinds {
		return none, false
	}
	return miss(v, "intro.command-named", seenCalls(v), "answer", checks.Plain(v.Answer))
}

// otherCall recognises clone, of which the course speaks, and what else starts processes.
func otherCall(v *checks.View) (checks.Finding, bool) {
	a := readCall(v.Answer)
	if slices.ContainsFunc(unshared(v), func(c snapshot.Call) bool { return c.Name == a.call }) {
		return none, false
	}
	return miss(v, "intro.other-call", seenCalls(v), "call", a.call)
}

func noFlags(v *checks.View) (checks.Finding, bool) {
	a := readCall(v.Answer)
	if a.kinds || a.unknown != "" {
		return none, false
	}
	return miss(v, "intro.no-flags", seenCalls(v), "call", a.call)
}

// otherFlags recognises a flag that no call had, or that does not exist.
func otherFlags(v *checks.View) (checks.Finding, bool) {
	a := readCall(v.Answer)
	var all uint64
	for _, c := range unshared(v) {
		all |= nsFlags(c.Flags)
	}
	flag := a.unknown
	for _, k := range snapshot.Kinds() {
		if bit, name := snapshot.CloneFlag(k); a.flags&^all&bit != 0 {
			flag = name
		}
	}
	if flag == "" && a.flags&^all != 0 {
		flag = fmt.Sprintf("%#x", a.flags&^all)
	}
	if flag == "" {
		return none, false
	}
	return miss(v, "intro.other-flags", seenCalls(v), "flag", checks.Plain(flag))
}

// fewerFlags is the last word: each flag is right by itself, but no call had just these.
func fewerFlags(v *checks.View) (checks.Finding, bool) {
	var numbers []string
	for _, c := range unshared(v) {
		numbers = append(numbers, strconv.Itoa(len(snapshot.KindsOf(c.Flags))))
	}
	return miss(v, "intro.fewer-flags", seenCalls(v), "numbers", strings.Join(numbers, ", "), "number", strconv.Itoa(len(snapshot.KindsOf(readCall(v.Answer).flags))))
}
