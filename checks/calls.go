package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// This file reads the system calls that were seen (View.Calls), for diagnoses of every lesson: what has come and gone
// between two looks, and why the kernel refused. No verdict rests on it.

var callMessages = Messages{
	"call.made-and-gone": {
		Found: say.Text{
			EN: "Process {{process}} made {{ns}}, by {{call}}, and has ended. Nothing is in that namespace any more, and so it has ended too.",
			FR: "Le processus {{process}} a créé {{ns}}, par {{call}}, et s'est terminé. Plus rien n'est dans cet espace de noms, qui a donc disparu aussi."},
		Try: say.Text{
			EN: "Start something in it that stays: the same line with `bash` at its end.",
			FR: "Lancez-y quelque chose qui reste : la même ligne, avec `bash` à la fin."}},
	"call.refused": {
		Found: say.Text{
			EN: "The kernel refused {{call}} to process {{process}}, {{errno}}: it takes {{cap}} in {{owner}}, and the process does not have it there.",
			FR: "Le noyau a refusé {{call}} au processus {{process}}, {{errno}} : il y faut {{cap}} dans {{owner}}, et le processus ne l'y a pas."},
		Try: say.Text{
			EN: "`nslab trace` shows it again. Whoever makes a user namespace has every capability in it, and over the namespaces made from there: `--user --map-root-user` in the same line. Or leave the user namespace you are in.",
			FR: "`nslab trace` le montre encore. Qui crée un espace de noms utilisateur y a toutes les capacités, et sur les espaces créés à partir de là : `--user --map-root-user` dans la même ligne. Ou quittez celui où vous êtes."}},
}

// NewNamespaces are the namespaces of some kinds that a call made, by what was seen behind it.
func NewNamespaces(c snapshot.Call, kinds ...snapshot.Kind) map[snapshot.Kind]uint64 {
	made := map[snapshot.Kind]uint64{}
	if c.Outcome != snapshot.Done || c.Name != "unshare" && c.Name != "clone" && c.Name != "clone3" {
		return made
	}
	for _, k := range snapshot.KindsOf(c.Flags) {
		after := c.After.Of(k)
		if c.Name == "unshare" && k == snapshot.PID {
			after = c.After.PIDForChildren
		}
		if c.Name == "unshare" && k == snapshot.Time {
			after = c.After.TimeForChildren
		}
		if slices.Contains(kinds, k) && after != 0 && after != c.NS.Of(k) {
			made[k] = after
		}
	}
	return made
}

// isThere reports whether a namespace of the kind with that inode number is in a snapshot.
func isThere(s *snapshot.Snapshot, k snapshot.Kind, inode uint64) bool {
	if len(s.In(k, inode)) > 0 {
		return true
	}
	kept := map[snapshot.Kind]bool{}
	_, kept[snapshot.UTS] = s.UTS[inode]
	_, kept[snapshot.Net] = s.Net[inode]
	_, kept[snapshot.IPC] = s.IPC[inode]
	_, kept[snapshot.Mnt] = s.Mounts[inode]
	_, kept[snapshot.User] = s.Users[inode]
	return kept[k] || slices.ContainsFunc(s.Procs, func(p snapshot.Process) bool {
		return k == snapshot.PID && p.NS.PIDForChildren == inode || k == snapshot.Time && p.NS.TimeForChildren == inode
	})
}

// caller names the process that made a call.
func caller(c snapshot.Call) string { return fmt.Sprintf("%d (%s)", c.PID, Plain(c.Comm)) }

// last returns the last call that makes or joins namespaces, or that was refused. Where an unshare(1) that
// failed was typed behind it, which never came to ask the kernel, there is none.
func (v *View) lastCall() (snapshot.Call, bool) {
	for _, c := range slices.Backward(v.Calls) {
		if c.Outcome != snapshot.Refused && c.Name != "unshare" && c.Name != "clone" && c.Name != "clone3" && c.Name != "setns" {
			continue
		}
		for words, line := range v.LastCommands() {
			if _, ok := Unshare(words); ok {
				if line.Status > 0 && !slices.Equal(words, c.Command) {
					return c, false
				}
				break
			}
		}
		return c, true
	}
	return snapshot.Call{}, false
}

// MadeAndGone recognises that the last thing done was to make a namespace of one of the kinds which has ended again.
func MadeAndGone(kinds ...snapshot.Kind) Diagnosis {
	return func(v *View) (Finding, bool) {
		c, ok := v.lastCall()
		if !ok || v.Now == nil {
			return Finding{}, false
		}
		for k, inode := range NewNamespaces(c, kinds...) {
			if isThere(v.Now, k, inode) {
				return Finding{}, false
			}
		}
		for _, k := range snapshot.Kinds() {
			if inode, ok := NewNamespaces(c, kinds...)[k]; ok {
				return callMessages.Miss("call.made-and-gone", v.Args("process", caller(c), "ns", NSName(k, inode), "call", "`"+Plain(c.C())+"`"),
					callEvidence(c)), true
			}
		}
		return Finding{}, false
	}
}

// RefusedCall recognises that the last thing done was refused by the kernel, for a capability that lacked.
func RefusedCall(v *View) (Finding, bool) {
	c, ok := v.lastCall()
	if !ok || c.Outcome != snapshot.Refused || c.Lacks.Why != snapshot.LacksCap {
		return Finding{}, false
	}
	return callMessages.Miss("call.refused", v.Args("process", caller(c), "call", "`"+Plain(c.C())+"`", "errno", c.Lacks.Errno,
		"cap", c.Lacks.Cap, "owner", NSName(snapshot.User, c.Lacks.Over)), callEvidence(c)), true
}

func callEvidence(c snapshot.Call) Evidence {
	value := Plain(c.C())
	if c.Lacks.Errno != "" {
		value += ": " + c.Lacks.Errno
	}
	return Evidence{What: "system call of " + caller(c), Value: value}
}

// maxCallEvidence bounds how many calls a finding shows.
const maxCallEvidence = 3

// seenCalls is the evidence of the last calls that left nothing to be seen in a snapshot: those that were refused, and
// those that made namespaces that have ended.
func seenCalls(v *View) []Evidence {
	var evidence []Evidence
	for _, c := range slices.Backward(v.Calls) {
		var gone []string
		for _, k := range snapshot.Kinds() {
			if inode, ok := NewNamespaces(c, k)[k]; ok && v.Now != nil && !isThere(v.Now, k, inode) {
				gone = append(gone, NSName(k, inode))
			}
		}
		switch {
		case c.Outcome == snapshot.Refused:
			evidence = append(evidence, callEvidence(c))
		case len(gone) > 0:
			e := callEvidence(c)
			e.Value += ", made " + strings.Join(gone, ", ") + ", which has ended"
			evidence = append(evidence, e)
		}
		if len(evidence) == maxCallEvidence {
			break
		}
	}
	slices.Reverse(evidence)
	return evidence
}
