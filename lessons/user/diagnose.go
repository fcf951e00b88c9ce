package user

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/sandbox/snapshot"
)

func userName(inode uint64) string { return checks.NSName(snapshot.User, inode) }

// hostIs and hostWas are the host's name now and at the start.
func hostIs(v *checks.View) string  { return v.Now.UTS[v.Now.Host.UTS].HostName }
func hostWas(v *checks.View) string { return v.Start.UTS[v.Start.Host.UTS].HostName }

// args are the values that most of the lesson's sentences ask for.
func args(v *checks.View, pairs ...string) map[string]string {
	return v.Args(append([]string{
		"host-ns", userName(v.Now.Host.User), "host-uts", checks.NSName(snapshot.UTS, v.Now.Host.UTS),
		"host-is", checks.Plain(hostIs(v)), "host-was", checks.Plain(hostWas(v)),
	}, pairs...)...)
}

func miss(v *checks.View, key string, evidence []checks.Evidence, pairs ...string) (checks.Finding, bool) {
	return words.Miss(key, args(v, pairs...), evidence...), true
}

var none checks.Finding

// process are the values for a sentence about one process and its user namespace.
func process(v *checks.View, p snapshot.Process) []string {
	uid := "65534"
	if n, ok := checks.InsideUID(v.Now, p); ok {
		uid = strconv.FormatInt(n, 10)
	}
	return []string{"process", strconv.Itoa(p.PID) + " (" + checks.Plain(p.Comm) + ")", "pid", strconv.Itoa(p.PID),
		"ns", userName(p.NS.User), "inside", uid, "outside", strconv.Itoa(p.UID),
		"map", checks.IDMapText(v.Now.Users[p.NS.User].UIDMap)}
}

func evidenceOf(v *checks.View, p snapshot.Process) []checks.Evidence {
	evidence := checks.UserEvidence(v.Now, p.NS.User)
	uid := "none"
	if n, ok := checks.InsideUID(v.Now, p); ok {
		uid = strconv.FormatInt(n, 10)
	}
	who := checks.ProcName(p)
	return append(evidence,
		checks.Evidence{What: "UID of " + who + ", inside", Value: uid},
		checks.Evidence{What: "UID of " + who + ", in the host", Value: strconv.Itoa(p.UID)},
		checks.Evidence{What: "CapEff of " + who, Value: strconv.FormatUint(p.CapEff, 16)},
		checks.NSEvidence(snapshot.User, "host", v.Now.Host.User))
}

// every is the evidence of the host's user namespace and of all others.
func every(v *checks.View) []checks.Evidence {
	evidence := checks.UserEvidence(v.Now, v.Now.Host.User)
	for _, inode := range checks.Elsewhere(v, snapshot.User) {
		evidence = append(evidence, checks.UserEvidence(v.Now, inode)...)
	}
	return evidence
}

func utsArgs(v *checks.View, inode uint64) []string {
	return []string{"uts", checks.NSName(snapshot.UTS, inode), "is", checks.Plain(v.Now.UTS[inode].HostName),
		"owner", userName(v.Now.Owners[inode])}
}

func utsEvidence(v *checks.View, inode uint64) []checks.Evidence {
	evidence := checks.UTSEvidence(v.Now, inode)
	if owner := v.Now.Owners[inode]; owner != 0 {
		evidence = append(evidence, checks.Evidence{What: "owner of " + checks.NSName(snapshot.UTS, inode), Value: userName(owner)})
	}
	return evidence
}

// Sentences about what was typed, for several steps.

func redefined(commands ...string) checks.Diagnosis {
	return func(v *checks.View) (checks.Finding, bool) {
		command, shell, ok := v.Redefined(commands...)
		if !ok {
			return none, false
		}
		return miss(v, "user.only-function", every(v), "command", command, "shell", shell)
	}
}

// Step root.

// made finds the first living process in a user namespace of the learner's that looks as wanted.
func made(v *checks.View, wanted func(snapshot.Process) bool) (snapshot.Process, bool) {
	for _, inode := range checks.Made(v, snapshot.User) {
		for _, p := range in(v.Now, inode) {
			if wanted(p) {
				return p, true
			}
		}
	}
	return snapshot.Process{}, false
}

func about(v *checks.View, key string, wanted func(snapshot.Process) bool) (checks.Finding, bool) {
	p, ok := made(v, wanted)
	if !ok {
		return none, false
	}
	return miss(v, key, evidenceOf(v, p), process(v, p)...)
}

// powerless recognises UID 0 without capabilities: the map came after the execve that took them away.
func powerless(v *checks.View) (checks.Finding, bool) {
	return about(v, "user.powerless", func(p snapshot.Process) bool {
		uid, ok := checks.InsideUID(v.Now, p)
		return ok && uid == 0
	})
}

func notRoot(v *checks.View) (checks.Finding, bool) {
	return about(v, "user.not-root", func(p snapshot.Process) bool {
		_, ok := checks.InsideUID(v.Now, p)
		return ok
	})
}

func unmapped(v *checks.View) (checks.Finding, bool) {
	return about(v, "user.nobody", func(snapshot.Process) bool { return true })
}

func rootEnded(v *checks.View) (checks.Finding, bool) {
	for _, seen := range slices.Backward(v.Seen) {
		then := *v
		then.Now = seen
		p, ok := made(&then, func(p snapshot.Process) bool { return isRoot(seen, p) })
		if ok && !checks.Still(seen, v.Now, snapshot.User, p.NS.User) {
			return miss(v, "user.root-ended", append([]checks.Evidence{{What: "user namespace that has ended", Value: userName(p.NS.User)}}, every(v)...),
				"ns", userName(p.NS.User))
		}
	}
	return none, false
}

// nobodyEnded recognises that there was a user namespace of the learner's, and nobody was root in it. What unshare(1)
// said at its end is then what the shell in it said, and no refusal.
func nobodyEnded(v *checks.View) (checks.Finding, bool) {
	for _, seen := range slices.Backward(v.Seen) {
		then := *v
		then.Now = seen
		p, ok := made(&then, func(p snapshot.Process) bool { return p.Comm != "unshare" }) // that has started its program
		if ok && !checks.Still(seen, v.Now, snapshot.User, p.NS.User) {
			return miss(v, "user.nobody-ended", append([]checks.Evidence{{What: "user namespace that has ended", Value: userName(p.NS.User)}}, every(v)...),
				"ns", userName(p.NS.User))
		}
	}
	return none, false
}

// rootEndedAtOnce recognises a namespace made for a command that ends by itself: unshare -r id.
func rootEndedAtOnce(v *checks.View) (checks.Finding, bool) {
	u, line, ok := v.LastUnshare()
	if !ok || line.Status != 0 || !u.Has(snapshot.User) || len(u.Program) == 0 {
		return none, false
	}
	return miss(v, "user.ended-at-once", every(v), "program", checks.Plain(strings.Join(u.Program, " ")))
}

func refusedUnshare(v *checks.View) (checks.Finding, bool) {
	u, line, ok := v.LastUnshare()
	if !ok || line.Status <= 0 || !u.Has(snapshot.User) {
		return none, false
	}
	return miss(v, "user.unshare-failed", every(v), "typed", checks.Plain(strings.TrimSpace(line.Text)), "status", strconv.Itoa(line.Status))
}

// withoutUser recognises an unshare that asks for other kinds, or none.
func withoutUser(v *checks.View) (checks.Finding, bool) {
	u, line, ok := v.LastUnshare()
	if !ok || u.Has(snapshot.User) {
		return none, false
	}
	return miss(v, "user.without-user", every(v), "typed", checks.Plain(strings.TrimSpace(line.Text)))
}

// inGiven recognises that the learner looked around in shell isolated, which is root already.
func inGiven(v *checks.View) (checks.Finding, bool) {
	line, ok := v.LastTyped()
	p, open := v.Now.Shell("isolated")
	if !ok || !open || line.Shell != "isolated" {
		return none, false
	}
	return miss(v, "user.root-in-isolated", evidenceOf(v, p), process(v, p)...)
}

func noneMade(v *checks.View) (checks.Finding, bool) { return miss(v, "user.none-made", every(v)) }

// Step map.

func nestedArgs(v *checks.View, n nested) []string {
	return append(process(v, n.process), "outer", userName(n.outer), "inner", userName(n.inner),
		"is", strconv.FormatInt(n.uid, 10), "answer", checks.Plain(v.Answer), "length", strconv.FormatInt(v.Now.Users[n.inner].UIDMap[0].Length, 10))
}

// nestedEvidence shows the namespaces, and not what is asked for.
func nestedEvidence(v *checks.View, n nested) []checks.Evidence {
	return []checks.Evidence{
		checks.NSEvidence(snapshot.User, checks.ProcName(n.process), n.inner),
		{What: "parent of " + userName(n.inner), Value: userName(n.outer)},
		{What: "parent of " + userName(n.outer), Value: userName(v.Now.Owners[n.outer])},
	}
}

func unanswered(v *checks.View) (checks.Finding, bool) {
	if strings.TrimSpace(v.Answer) != "" {
		return none, false
	}
	return miss(v, "user.map-unanswered", every(v))
}

func otherUID(v *checks.View) (checks.Finding, bool) {
	all := nestedNS(v)
	if len(all) == 0 || wrongUID(v, all[0]) == 0 {
		return none, false
	}
	return miss(v, "user.map-other-uid", nestedEvidence(v, all[0]), nestedArgs(v, all[0])...)
}

// oneLevel recognises that only the outer of the two namespaces is there.
func oneLevel(v *checks.View) (checks.Finding, bool) {
	if len(nestedNS(v)) > 0 {
		return none, false
	}
	p, ok := made(v, func(snapshot.Process) bool { return true })
	if !ok {
		return none, false
	}
	key := "user.map-one-level"
	if parent := v.Now.Owners[p.NS.User]; parent != 0 && !slices.Contains(checks.Given(v, snapshot.User), parent) {
		key = "user.map-outer-gone" // as exec leaves it; who is nobody's user namespace has no map to read
	}
	return miss(v, key, evidenceOf(v, p), append(process(v, p), "outer", userName(v.Now.Owners[p.NS.User]))...)
}

func noNested(v *checks.View) (checks.Finding, bool) {
	if len(nestedNS(v)) > 0 {
		return none, false
	}
	return miss(v, "user.map-none", every(v))
}

// of judges the answer against the first pair of namespaces.
func of(v *checks.View, key string, wrong func(is []int64, n nested) bool) (checks.Finding, bool) {
	all := nestedNS(v)
	if len(all) == 0 || !wrong(answered(v), all[0]) {
		return none, false
	}
	return miss(v, key, nestedEvidence(v, all[0]), append(nestedArgs(v, all[0]), "count", strconv.Itoa(len(answered(v))))...)
}

func oneNumber(v *checks.View) (checks.Finding, bool) {
	return of(v, "user.map-count", func(is []int64, _ nested) bool { return len(is) != 2 })
}

func swapped(v *checks.View) (checks.Finding, bool) {
	return of(v, "user.map-swapped", func(is []int64, n nested) bool { return is[0] == n.host && is[1] == n.self })
}

func hostWrong(v *checks.View) (checks.Finding, bool) {
	return of(v, "user.map-host", func(is []int64, n nested) bool { return is[0] == n.self })
}

func innerWrong(v *checks.View) (checks.Finding, bool) {
	return of(v, "user.map-self", func(is []int64, n nested) bool { return is[1] == n.host })
}

func mapWrong(v *checks.View) (checks.Finding, bool) {
	return of(v, "user.map-wrong", func([]int64, nested) bool { return true })
}

// Step limits.

func hostRenamed(v *checks.View) (checks.Finding, bool) {
	if hostIs(v) == hostWas(v) {
		return none, false
	}
	return miss(v, "user.host-renamed", utsEvidence(v, v.Now.Host.UTS))
}

// belowHost says that a UTS namespace belongs to a user namespace other than the host's.
func belowHost(v *checks.View, inode uint64) bool {
	owner := v.Now.Owners[inode]
	return owner != 0 && owner != v.Now.Host.User
}

// ownedByHost recognises the right name in a namespace that the host's root made.
func ownedByHost(v *checks.View) (checks.Finding, bool) {
	for _, inode := range checks.Elsewhere(v, snapshot.UTS) {
		if v.Now.UTS[inode].HostName != v.Params["name"] || belowHost(v, inode) {
			continue
		}
		for _, p := range v.Now.In(snapshot.UTS, inode) {
			if p.NS.User != v.Now.Host.User && living(p) {
				return miss(v, "user.uts-of-host", append(utsEvidence(v, inode), evidenceOf(v, p)...), append(process(v, p), utsArgs(v, inode)...)...)
			}
		}
		return miss(v, "user.uts-without-user", append(utsEvidence(v, inode), every(v)...), utsArgs(v, inode)...)
	}
	return none, false
}

func otherName(v *checks.View) (checks.Finding, bool) {
	for _, inode := range checks.Elsewhere(v, snapshot.UTS) {
		if is := v.Now.UTS[inode].HostName; belowHost(v, inode) && is != hostWas(v) && is != v.Params["name"] {
			return miss(v, "user.other-name", utsEvidence(v, inode), utsArgs(v, inode)...)
		}
	}
	return none, false
}

func onlyPrompt(v *checks.View) (checks.Finding, bool) {
	for words := range v.LastCommands() {
		for _, w := range words {
			name, value, ok := strings.Cut(w, "=")
			if ok && slices.Contains([]string{"PS1", "PROMPT_COMMAND", "HOSTNAME", "HOST"}, name) && strings.Contains(value, v.Params["name"]) {
				return miss(v, "user.only-prompt", every(v), "variable", name)
			}
		}
	}
	return none, false
}

func nameEnded(v *checks.View) (checks.Finding, bool) {
	for _, seen := range slices.Backward(v.Seen) {
		for inode, names := range seen.UTS {
			owner := seen.Owners[inode]
			if still := checks.Still(seen, v.Now, snapshot.UTS, inode); !still && names.HostName == v.Params["name"] && owner != 0 && owner != seen.Host.User {
				return miss(v, "user.name-ended", append([]checks.Evidence{{What: "uts namespace that has ended",
					Value: checks.NSName(snapshot.UTS, inode)}}, every(v)...), "uts", checks.NSName(snapshot.UTS, inode))
			}
		}
	}
	return none, false
}

// nameEndedAtOnce recognises a namespace made for the one command: unshare -r --uts hostname NAME.
func nameEndedAtOnce(v *checks.View) (checks.Finding, bool) {
	for words := range v.LastCommands() {
		u, ok := checks.Unshare(words)
		program := strings.Join(u.Program, " ")
		if ok && u.Has(snapshot.UTS) && strings.Contains(program, "hostname "+v.Params["name"]) {
			return miss(v, "user.ended-at-once", every(v), "program", checks.Plain(program))
		}
	}
	return none, false
}

// notNamed recognises the right namespaces with the name they were born with.
func notNamed(v *checks.View) (checks.Finding, bool) {
	for _, inode := range checks.Elsewhere(v, snapshot.UTS) {
		if belowHost(v, inode) {
			return miss(v, "user.not-named", utsEvidence(v, inode), utsArgs(v, inode)...)
		}
	}
	return none, false
}

// limited speaks of a process that is in a user namespace below the host's, and in the host's UTS namespace: the
// latest on the terminal of the shell that is named, or, failing that, anywhere.
func limited(v *checks.View, key, shell string) (checks.Finding, bool) {
	var p snapshot.Process
	front, _ := v.Now.Shell(shell)
	for _, q := range v.Now.Procs {
		if living(q) && q.NS.User != v.Now.Host.User && q.NS.UTS == v.Now.Host.UTS &&
			(p.PID == 0 || p.Session != front.Session || q.Session == front.Session) {
			p = q
		}
	}
	if p.PID == 0 {
		return none, false
	}
	return miss(v, key, append(evidenceOf(v, p), utsEvidence(v, p.NS.UTS)...), append(process(v, p), utsArgs(v, p.NS.UTS)...)...)
}

// refusedName recognises the refusal that the step is about.
func refusedName(v *checks.View) (checks.Finding, bool) {
	for words, line := range v.LastCommands() {
		if words[0] == "hostname" && len(words) > 1 && line.Status > 0 {
			return limited(v, "user.refused", line.Shell)
		}
	}
	return none, false
}

func utsOfParent(v *checks.View) (checks.Finding, bool) {
	return limited(v, "user.uts-of-parent", "isolated")
}

func noNestedUser(v *checks.View) (checks.Finding, bool) {
	return miss(v, "user.no-nested-user", every(v))
}
