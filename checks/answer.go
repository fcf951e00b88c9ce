package checks

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// This file has checks of what was answered to a question step, and of what was typed.

// answered makes a check of the answer. It never tells the right one.
func answered(key string, right func(v *View, answer string) (bool, []Evidence)) Check {
	return func(v *View) Finding {
		answer := strings.TrimSpace(v.Answer)
		ok, evidence := right(v, answer)
		f := Finding{Key: key, Satisfied: ok && answer != "", Args: v.Args("answer", Plain(answer), "is", Plain(answer)), Evidence: evidence}
		if f.Satisfied {
			f.Found = say.Text{EN: "{{answer}} is right.", FR: "{{answer}} est juste."}
			return f
		}
		f.Expected = say.Text{EN: "The answer to the question of this step.", FR: "La réponse à la question de cette étape."}
		if answer == "" {
			f.Key, f.Found = key+".none", say.Text{EN: "You have not answered yet.", FR: "Vous n'avez pas encore répondu."}
			f.Try = say.Text{EN: "`nslab answer TEXT` answers; `nslab step` shows the question again.", FR: "`nslab answer TEXTE` répond ; `nslab step` remontre la question."}
			return f
		}
		f.Key, f.Found = key+".not", say.Text{EN: "{{answer}} is not it.", FR: "{{answer}} n'est pas cela."}
		f.Try = say.Text{EN: "Look again: `nslab step` shows the question, `nslab hint` helps.", FR: "Regardez encore : `nslab step` remontre la question, `nslab hint` aide."}
		return f
	}
}

// AnswerIs holds when the answer is one of the texts; capitals and the number of spaces do not matter.
func AnswerIs(texts ...string) Check {
	plain := func(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }
	return answered("answer-is", func(v *View, answer string) (bool, []Evidence) {
		return slices.ContainsFunc(texts, func(t string) bool { return plain(v.fill(t)) == plain(answer) }), nil
	})
}

// AnswerMatches holds when the answer matches the regular expression (package regexp, whose cost is linear in the answer).
func AnswerMatches(re *regexp.Regexp) Check {
	return answered("answer-matches", func(v *View, answer string) (bool, []Evidence) { return re.MatchString(answer), nil })
}

// AnswerNumber holds when the answer is that whole number.
func AnswerNumber(n string) Check {
	return answered("answer-number", func(v *View, answer string) (bool, []Evidence) {
		want, ok := v.number(n)
		is, err := strconv.ParseInt(answer, 10, 64)
		return ok && err == nil && is == want, nil
	})
}

// AnswerPID holds when the answer is the number that the host gives to the process that has number 1 in a PID namespace of the place.
func AnswerPID(p Place) Check {
	return answered("answer-pid", func(v *View, answer string) (bool, []Evidence) {
		is, err := strconv.Atoi(answer)
		for _, inode := range p.Of(v, snapshot.PID) {
			for _, q := range Members(v.Now, inode) {
				if err == nil && q.Inside() == 1 && q.PID == is {
					return true, processEvidence(snapshot.PID, []snapshot.Process{q})
				}
			}
		}
		return false, nil
	})
}

// AnswerInode holds when the answer is the inode number of a namespace of the kind in the place, alone or as the kernel writes it.
func AnswerInode(p Place, kind snapshot.Kind) Check {
	return answered("answer-inode", func(v *View, answer string) (bool, []Evidence) {
		for _, inode := range p.Of(v, kind) {
			if answer == NSName(kind, inode) || answer == strconv.FormatUint(inode, 10) {
				return true, []Evidence{NSEvidence(kind, Whose(v.Now, kind, inode), inode)}
			}
		}
		return false, nil
	})
}

// Typed holds when a command was typed that begins with the first word and has the others among its words. It serves for
// a better diagnosis, never for a verdict: [Diagnose] keeps what was typed from the checks that decide. The finding's argument
// "typed" is the line.
func Typed(words ...string) Check {
	return func(v *View) Finding {
		var want []string
		for _, w := range words {
			want = append(want, v.fill(w))
		}
		args := v.Args("is", "", "typed", "")
		for cmd, line := range v.LastCommands() {
			if len(want) == 0 || len(cmd) < len(want) || cmd[0] != want[0] {
				continue
			}
			if !slices.ContainsFunc(want[1:], func(w string) bool { return !slices.Contains(cmd[1:], w) }) {
				args["typed"] = Plain(line.Text)
				return Finding{Key: "typed", Satisfied: true, Args: args,
					Found: say.Text{EN: "In shell " + line.Shell + " you typed: {{typed}}", FR: "Dans le shell " + line.Shell + " vous avez tapé : {{typed}}"}}
			}
		}
		what := strings.Join(words, " ")
		return Finding{Key: "typed.not", Args: args,
			Expected: say.Text{EN: "The command `" + what + "`.", FR: "La commande `" + what + "`."},
			Found:    say.Text{EN: "It was not typed.", FR: "Elle n'a pas été tapée."},
			Try:      say.Text{EN: "Type it.", FR: "Tapez-la."}}
	}
}
