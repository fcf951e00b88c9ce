package checks

import (
	"regexp"
	"slices"
	"strings"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// This file reads what was typed, for diagnoses of every lesson; no verdict rests on it.

// LastCommands returns the simple commands that were typed, the last first, each with its line.
func (v *View) LastCommands() func(yield func(words []string, line Line) bool) {
	return func(yield func([]string, Line) bool) {
		for _, line := range slices.Backward(v.Typed) {
			for _, words := range slices.Backward(Commands(line.Text)) {
				if !yield(words, line) {
					return
				}
			}
		}
	}
}

// Unsharing is what an unshare(1) that was typed asks for.
type Unsharing struct {
	// Kinds are the kinds of namespace, in the order of [snapshot.Kinds].
	Kinds []snapshot.Kind
	// Options are its options as they were typed, Program what it is to start.
	Options, Program []string
}

// Has reports whether it asks for a new namespace of that kind.
func (u Unsharing) Has(kind snapshot.Kind) bool { return slices.Contains(u.Kinds, kind) }

// unshareKinds are unshare's options for kinds, long and short, and those that imply one.
var unshareKinds = []struct {
	kind  snapshot.Kind
	short string
	long  []string
}{
	{snapshot.User, "Urc", []string{"user", "map-root-user", "map-current-user", "map-user", "map-group", "map-users", "map-groups", "map-auto"}},
	{snapshot.Mnt, "m", []string{"mount", "mount-proc"}},
	{snapshot.UTS, "u", []string{"uts"}},
	{snapshot.IPC, "i", []string{"ipc"}},
	{snapshot.Net, "n", []string{"net"}},
	{snapshot.PID, "p", []string{"pid"}},
	{snapshot.Cgroup, "C", []string{"cgroup"}},
	{snapshot.Time, "T", []string{"time"}},
}

// Options of unshare(1) whose value is the next word, where it is not joined by "=".
var (
	unshareShortValues = "RwSGl"
	unshareLongValues  = []string{"root", "wd", "setuid", "setgid", "monotonic", "boottime", "propagation", "setgroups",
		"map-user", "map-group", "map-users", "map-groups", "load-interp"}
)

// Unshare reads the words of a command as unshare(1) would; it reports false for another command.
func Unshare(words []string) (Unsharing, bool) {
	var u Unsharing
	if len(words) > 1 && words[0] == "busybox" {
		words = words[1:]
	}
	if len(words) == 0 || words[0] != "unshare" {
		return u, false
	}
	asked := map[snapshot.Kind]bool{}
	words = words[1:]
	for len(words) > 0 {
		w := words[0]
		if w == "--" {
			words = words[1:]
			break
		}
		if !strings.HasPrefix(w, "-") || w == "-" {
			break
		}
		u.Options = append(u.Options, w)
		words = words[1:]
		takes := false
		if long, ok := strings.CutPrefix(w, "--"); ok {
			name, _, joined := strings.Cut(long, "=")
			for _, k := range unshareKinds {
				asked[k.kind] = asked[k.kind] || slices.Contains(k.long, name)
			}
			takes = !joined && slices.Contains(unshareLongValues, name)
		} else {
			for i, letter := range w[1:] {
				if strings.ContainsRune(unshareShortValues, letter) {
					takes = i == len(w)-2 // otherwise the value is joined to it
					break
				}
				for _, k := range unshareKinds {
					asked[k.kind] = asked[k.kind] || strings.ContainsRune(k.short, letter)
				}
			}
		}
		if takes && len(words) > 0 {
			u.Options = append(u.Options, words[0])
			words = words[1:]
		}
	}
	u.Program = words
	for _, kind := range snapshot.Kinds() {
		if asked[kind] {
			u.Kinds = append(u.Kinds, kind)
		}
	}
	return u, true
}

// LastUnshare returns the last unshare(1) that was typed, and its line.
func (v *View) LastUnshare() (Unsharing, Line, bool) {
	for words, line := range v.LastCommands() {
		if u, ok := Unshare(words); ok {
			return u, line, true
		}
	}
	return Unsharing{}, Line{}, false
}

// Redefined returns the first of the commands that is a shell function or an alias, and the shell where
// that was typed. What was taken away again since, with unset, unalias or a new shell in the old one's
// place (exec), is none any more.
func (v *View) Redefined(commands ...string) (command, shell string, ok bool) {
	for _, command := range commands {
		if !slices.ContainsFunc(v.Typed, func(l Line) bool {
			return strings.Contains(l.Text, command) && (strings.Contains(l.Text, "function") || strings.Contains(l.Text, "(") || strings.Contains(l.Text, "alias"))
		}) {
			continue // to make the patterns takes longer than all the rest of a check
		}
		name := regexp.QuoteMeta(command)
		made := regexp.MustCompile(`(^|[;&|\s])(function\s+` + name + `\b|` + name + `\s*\(\s*\))|(^|[;&|\s])alias\s+(\S+\s+)*` + name + `=`)
		taken := regexp.MustCompile(`(^|[;&|\s])(unset|unalias)\s+(\S+\s+)*(` + name + `($|[;&|\s])|-a\b)|(^|[;&|\s])exec\s+(\S+/)?(ba|da|z)?sh($|[;&|\s])`)
		over := map[string]bool{} // shells where the last word about the command was that it is the program again
		for _, line := range slices.Backward(v.Typed) {
			switch {
			case over[line.Shell]:
			case made.MatchString(line.Text):
				return command, line.Shell, true
			case taken.MatchString(line.Text):
				over[line.Shell] = true
			}
		}
	}
	return "", "", false
}
