package lessons

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Deed is one thing that a lesson's solution does: a line of its solution.txtar.
type Deed struct {
	// Step is the step it belongs to: the one whose last check or answer comes next.
	Step string
	Kind DeedKind
	// Shell is where it is typed, and Text what: a command line, or of an answer the text. Of a check, Text is empty.
	Shell, Text string
	// Fails says that the command is there to fail, that the check does not hold yet, or that the answer is wrong.
	Fails bool
	// Asks is the step that a check or an answer asks about; it may be another than Step.
	Asks string
	// Looks says that the command changes nothing, Waits that it is there only because a script types faster than
	// a person.
	Looks, Waits bool
	// If are needs of the machine, in the form of [Step]'s Needs, that must be met for it, or with ! before them not met.
	If []string
	// Line is its line in the file.
	Line int
}

// DeedKind says what a deed is.
type DeedKind int

// The kinds of deed, as the commands of lesson scripts: sh, sh -nowait, sh -interrupt, check, answer.
const (
	Type DeedKind = iota
	Start
	Interrupt
	Look
	Answer
)

// Solution reads the lesson's solution.txtar, with the parameters filled in. What may stand in that file is less than in
// other lesson scripts, so that more can be done with it than to run it: a lab is rebuilt with it to where a step
// begins (lessons/session), and a learner compares with it what they typed. Beside lesson, done, stop, skip, stdout,
// and the comments of testscript, there are the deeds, sh, check and answer, and the condition [lab:NEED].
//
// A step's deeds go on to the last line that checks or answers it. A command may end with a comment of one word:
//
//	sh host 'ls /mnt'       # looks: it changes nothing, and is left out of a rebuilding
//	sh host 'sleep 0.3'     # waits: a person need not type it
func (l *Lesson) Solution(params map[string]string) ([]Deed, error) {
	b, err := fs.ReadFile(l.Files, solutionFile)
	if err != nil {
		return nil, fmt.Errorf("lesson %s: %w", l.Name, err)
	}
	deeds, err := parseSolution(string(b), Variables(params))
	if err == nil {
		err = l.share(deeds)
	}
	if err != nil {
		return nil, fmt.Errorf("lesson %s: %s:%w", l.Name, solutionFile, err)
	}
	return deeds, nil
}

const solutionFile = "solution.txtar"

// share gives the deeds to the steps.
func (l *Lesson) share(deeds []Deed) error {
	last := map[string]int{} // by step, the deed that ends it
	for i, d := range deeds {
		if d.Asks == "" {
			continue
		}
		if _, err := l.Step(d.Asks); err != nil {
			return fmt.Errorf("%d: %w", d.Line, err)
		}
		if !d.Fails {
			last[d.Asks] = i
		}
	}
	from := 0
	for _, s := range l.Steps {
		end, ok := last[s.Name]
		if !ok {
			return fmt.Errorf("1: nothing checks or answers step %s", s.Name)
		}
		if end < from {
			return fmt.Errorf("%d: step %s comes before the step that it follows in the lesson", deeds[end].Line, s.Name)
		}
		for i := from; i <= end; i++ {
			deeds[i].Step = s.Name
		}
		from = end + 1
	}
	return nil
}

func parseSolution(text string, params map[string]string) ([]Deed, error) {
	var deeds []Deed
	n := 0
	for line := range strings.Lines(text) {
		n++
		if strings.HasPrefix(line, "-- ") {
			break
		}
		words, comment, err := scriptWords(strings.TrimRight(line, "\r\n"), params)
		if err != nil {
			return nil, fmt.Errorf("%d: %w", n, err)
		}
		d := Deed{Line: n}
		for len(words) > 0 && strings.HasPrefix(words[0], "[") {
			need := strings.TrimSuffix(strings.TrimPrefix(words[0], "["), "]")
			not := ""
			if strings.HasPrefix(need, "!") {
				not, need = "!", need[1:]
			}
			need, ok := strings.CutPrefix(need, "lab:")
			if !ok {
				return nil, fmt.Errorf("%d: condition %s: a solution knows [lab:NEED] and [!lab:NEED]", n, words[0])
			}
			d.If, words = append(d.If, not+need), words[1:]
		}
		if len(words) > 0 && words[0] == "!" {
			d.Fails, words = true, words[1:]
		}
		if len(words) == 0 {
			continue
		}
		keep, err := d.read(words, comment)
		if err != nil {
			return nil, fmt.Errorf("%d: %w", n, err)
		}
		if keep {
			deeds = append(deeds, d)
		}
	}
	return deeds, nil
}

var errSolution = errors.New("a solution has lesson, sh, check, answer, stdout, stop, skip and done")

// read reads a line that has been split into words; false for one that is no deed.
func (d *Deed) read(words []string, comment string) (bool, error) {
	switch words[0] {
	case "lesson", "stdout", "stop", "skip", "done":
		return false, nil
	case "check":
		if len(words) != 2 {
			return false, errors.New("usage: check STEP")
		}
		d.Kind, d.Asks = Look, words[1]
		return true, nil
	case "answer":
		if len(words) < 3 {
			return false, errors.New("usage: answer STEP TEXT")
		}
		d.Kind, d.Asks, d.Text = Answer, words[1], strings.Join(words[2:], " ")
		return true, nil
	case "sh":
	default:
		return false, fmt.Errorf("%s: %w", words[0], errSolution)
	}
	words = words[1:]
	want := 2
	if len(words) > 0 {
		switch words[0] {
		case "-nowait":
			d.Kind, words = Start, words[1:]
		case "-interrupt":
			d.Kind, words, want = Interrupt, words[1:], 1
		}
	}
	if len(words) < want {
		return false, errors.New("usage: sh SHELL COMMAND")
	}
	d.Shell, d.Text = words[0], strings.Join(words[1:], " ")
	switch comment {
	case "looks":
		d.Looks = true
	case "waits":
		d.Waits = true
	case "":
	default:
		return false, fmt.Errorf("# %s: behind a command stands # looks or # waits, or nothing", comment)
	}
	return true, nil
}

// scriptWords splits a line of a script as testscript does: single quotes group, two of them within are one, and
// $NAME outside of them is a variable, here a parameter with _ for each hyphen. The comment is what follows a # that
// begins a word.
func scriptWords(line string, params map[string]string) (words []string, comment string, err error) {
	var word strings.Builder
	inWord, quoted := false, false
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case c == '\'' && quoted && i+1 < len(line) && line[i+1] == '\'':
			word.WriteByte(c)
			i++
		case c == '\'':
			quoted, inWord = !quoted, true
		case quoted:
			word.WriteByte(c)
		case c == ' ' || c == '\t':
			if inWord {
				words = append(words, word.String())
				word.Reset()
				inWord = false
			}
		case c == '#' && !inWord:
			return words, strings.TrimSpace(line[i+1:]), nil
		case c == '$':
			end := i + 1
			for end < len(line) && (line[end] == '_' || line[end] >= '0' && line[end] <= '9' || line[end] >= 'a' && line[end] <= 'z' || line[end] >= 'A' && line[end] <= 'Z') {
				end++
			}
			name := line[i+1 : end]
			value, ok := params[strings.ReplaceAll(name, "_", "-")]
			if !ok && words != nil && !slices.Contains(words, "stdout") { // whose pattern may have a $
				return nil, "", fmt.Errorf("$%s is no parameter of the lesson", name)
			}
			word.WriteString(value)
			inWord = true
			i = end - 1
		default:
			word.WriteByte(c)
			inWord = true
		}
	}
	if quoted {
		return nil, "", errors.New("a quote has no end")
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, "", nil
}
