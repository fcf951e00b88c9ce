package pack

import (
	"path"
	"slices"
	"strings"

	"github.com/nslab/nslab/checks/vocabulary"
)

// commands are what a pack's scripts may use: the commands of lesson scripts, which act on the lab, and those that look at what was printed.
// testscript's others (exec, cp, env, rm ...) act on the machine.
var commands = []string{"lesson", "sh", "answer", "check", "done", "stdout", "skip"}

// maxScripts bounds the scripts of a pack.
const maxScripts = 200

// Scripts lists the pack's scripts by their names in it: the solution, then mistakes, then other right ways.
func (p *Pack) Scripts() []string {
	var all []string
	for _, prefix := range []string{"solution.txtar", "mistakes/", "right/"} {
		for _, name := range names(p.files) {
			if strings.HasPrefix(name, prefix) && strings.HasSuffix(name, ".txtar") {
				all = append(all, name)
			}
		}
	}
	return all
}

// scripts looks at every script of the pack.
func (p *Pack) scripts(f *front) {
	steps := p.texts[p.Langs[0]].words.Order
	all := p.Scripts()
	if len(all) > maxScripts {
		p.refuse("mistakes", 0, tooManyScripts, fewerFiles)
		return
	}
	if _, ok := p.files["solution.txtar"]; !ok {
		p.refuse("solution.txtar", 0, noSolution, writeSolution, "name", f.name)
	}
	mistakes := map[string]int{}
	for _, name := range all {
		lines := p.script(name, f, steps)
		switch {
		case name == "solution.txtar":
			if len(lines) == 0 || lines[len(lines)-1].command != "done" {
				p.refuse(name, 0, solutionEnd, endWithDone)
			}
			p.solution(name, lines, steps)
		case strings.HasPrefix(name, "mistakes/"):
			step := owner(steps, path.Base(name))
			if step == "" {
				p.refuse(name, 0, mistakeName, nameAfterStep, "steps", strings.Join(steps, ", "))
				continue
			}
			mistakes[step]++
			missed, told := false, false
			for _, l := range lines {
				if l.not && (l.command == "check" || l.command == "answer") && len(l.args) > 0 && l.args[0] == step {
					missed, told = true, false
				}
				told = told || missed && l.command == "stdout" && !l.not
			}
			if !missed || !told {
				p.refuse(name, 0, mistakeSaysNothing, sayMistake, "step", step)
			}
		}
	}
	for _, step := range steps {
		if mistakes[step] == 0 && len(p.Problems) == 0 {
			p.advise("mistakes", 0, noMistake, writeMistake, "step", step)
		}
	}
}

// solution holds the solution against the steps: whoever comes back to a lesson finds the lab that it leads to, so it must do
// one step after the other.
func (p *Pack) solution(file string, lines []scriptLine, steps []string) {
	at := -1
	for _, step := range steps {
		last := -1
		for i, l := range lines {
			if !l.not && (l.command == "check" || l.command == "answer") && len(l.args) > 0 && l.args[0] == step {
				last = i
			}
		}
		switch {
		case last < 0:
			p.refuse(file, 0, solutionLacks, checkEach, "step", step)
		case last < at:
			p.refuse(file, lines[last].line, solutionOrder, checkEach, "step", step)
		default:
			at = last
		}
	}
}

// owner is the step that a mistake is of: the longest name that the file's begins with.
func owner(steps []string, file string) string {
	best := ""
	for _, s := range steps {
		if strings.HasPrefix(file, s+"-") && len(s) > len(best) {
			best = s
		}
	}
	return best
}

// scriptLine is a line of a script.
type scriptLine struct {
	line    int
	not     bool
	command string
	args    []string
}

// firstWords takes a line apart before anything in it is expanded: conditions on the lab, "!", and the command as a plain word.
// A line that is not of this form does not run.
var firstWords = form(`^[ \t]*((?:\[!?lab:[a-z]+:[A-Za-z0-9._+|-]+\][ \t]+)*)(?:(!)[ \t]+)?([a-z0-9]+)(?:[ \t]+(.*))?$`)

// script looks at one script, line by line, and refuses what would act on the machine.
func (p *Pack) script(name string, f *front, steps []string) []scriptLine {
	var lines []scriptLine
	n := 0
	for line := range strings.SplitSeq(string(p.files[name]), "\n") {
		n++
		if strings.HasPrefix(line, "--") {
			p.refuse(name, n, scriptFile, useFiles)
			break // what follows is the file's
		}
		if t := strings.TrimLeft(line, " \t"); t == "" || t[0] == '#' {
			continue
		}
		m := firstWords().FindStringSubmatch(line)
		if m == nil {
			p.refuse(name, n, scriptForm, scriptCommands, "names", strings.Join(commands, ", "))
			continue
		}
		l := scriptLine{line: n, not: m[2] == "!", command: m[3], args: splitArgs(m[4])}
		switch {
		case !slices.Contains(commands, l.command):
			if near := vocabulary.Nearest(l.command, commands); near != "" {
				p.refuse(name, n, scriptCommand, perhapsName, "name", l.command, "near", near)
			} else {
				p.refuse(name, n, scriptCommand, scriptCommands, "name", l.command, "names", strings.Join(commands, ", "))
			}
			continue
		case len(lines) == 0 && l.command != "lesson" && l.command != "skip":
			p.refuse(name, n, scriptBegins, beginWithLesson, "name", f.name)
		}
		p.arguments(name, n, l, m[1] != "", f, steps)
		lines = append(lines, l)
	}
	return lines
}

// arguments looks at the names in a script's line.
func (p *Pack) arguments(file string, n int, l scriptLine, conditional bool, f *front, steps []string) {
	first := ""
	if len(l.args) > 0 {
		first = l.args[0]
	}
	of := func(what string, names []string) {
		if slices.Contains(names, what) {
			return
		}
		if near := vocabulary.Nearest(what, names); near != "" {
			p.refuse(file, n, scriptName, perhapsName, "name", shown(what), "command", l.command, "near", near)
		} else {
			p.refuse(file, n, scriptName, namesThereAre, "name", shown(what), "command", l.command, "names", strings.Join(names, ", "))
		}
	}
	switch l.command {
	case "lesson":
		if first != f.name {
			p.refuse(file, n, otherLesson, beginWithLesson, "name", f.name)
		}
		for _, a := range l.args[min(1, len(l.args)):] {
			param, _, _ := strings.Cut(a, "=")
			of(param, f.paramOrder)
		}
	case "check", "answer":
		of(first, steps)
	case "sh":
		if (first == "-nowait" || first == "-interrupt") && len(l.args) > 1 {
			first = l.args[1]
		}
		of(first, f.shellNames())
	case "skip":
		if !conditional {
			p.refuse(file, n, skipAlways, skipWithCondition)
		}
	}
}

// splitArgs takes arguments apart as testscript does, without expanding anything.
func splitArgs(s string) []string {
	var args []string
	for _, m := range argForm().FindAllString(s, -1) {
		if strings.HasPrefix(m, "#") {
			break
		}
		args = append(args, strings.ReplaceAll(m, "'", ""))
	}
	return args
}

var argForm = form(`(?:'[^']*'|[^ \t'#])+|#`)
