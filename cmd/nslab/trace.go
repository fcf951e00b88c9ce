package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// nslab trace: the system calls that the lab's processes make on namespaces (sandbox.Trace), in C and in words.
//
// The lesson that is open writes them, a reply a piece; the command prints what comes.

// traceCommand declares nslab trace.
func (a *app) traceCommand() *cobra.Command {
	c := a.command("trace", textTraceShort, cobra.NoArgs, nil)
	c.Long = textTraceLong.In(a.lang, nil) + "\n\n" + textTraceJSONHelp.In(a.lang, nil)
	last := c.Flags().Int("last", 0, textFlagTraceLast.In(a.lang, nil))
	c.RunE = func(c *cobra.Command, _ []string) error {
		if c.Flags().Changed("last") && (*last < 1 || *last > 4096) {
			return a.fail(textTraceBadLast)
		}
		return a.trace(*last)
	}
	return c
}

// The argument of a request to trace: how many calls, "follow" for all from now on or "command" for those of the last command.
const (
	traceFollow  = "follow"
	traceCommand = "command"
)

func (a *app) trace(last int) error {
	which := traceFollow
	switch {
	case last > 0:
		which = strconv.Itoa(last)
	case inLab():
		which = traceCommand
	}
	c, err := a.connect()
	if errors.Is(err, os.ErrNotExist) {
		return a.fail(textNoLesson)
	}
	if err != nil {
		return a.fail(textNoAnswer, "error", err.Error())
	}
	defer c.Close()
	if err := a.send(c, request{Op: "trace", Args: []string{which}}); err != nil {
		return a.fail(textNoAnswer, "error", err.Error())
	}
	r := bufio.NewReader(c)
	for {
		rep, err := readReply(r)
		if errors.Is(err, io.EOF) {
			if which == traceFollow && !a.json {
				a.say(textTraceOver)
			}
			return nil
		}
		if err != nil {
			return a.fail(textNoAnswer, "error", err.Error())
		}
		if err := a.print(rep); err != nil {
			return err
		}
	}
}

// traceCalls answers nslab trace: it writes one reply, or, to follow, one for each piece of news until the lesson
// ends or nobody reads any more.
func (s *server) traceCalls(c deadliner, req request, inLab bool) {
	v := view{lang: req.Lang, color: req.Color, width: req.Width, params: s.session.Params()}
	trace := s.session.Lab.Trace()
	if trace == nil {
		reason := s.session.NoTrace()
		writeReply(c, reply{Status: 2, Error: textTraceCannot.In(v.lang, pairs([]string{"error", reason}))})
		return
	}
	which := strings.Join(req.Args, "")
	switch n, err := strconv.Atoi(which); {
	case err == nil:
		calls, lost, _ := trace.Since(0)
		writeReply(c, reply{Text: v.calls(calls[max(0, len(calls)-max(n, 0)):], lost, req.JSON)})
		return
	case which == traceCommand || inLab:
		writeReply(c, reply{Text: v.calls(s.lastCalls(), 0, req.JSON)})
		return
	}
	if !req.JSON {
		writeReply(c, reply{Text: v.bold(textTraceHead.In(v.lang, pairs([]string{"lesson", s.lesson.Name}))) + "\n\n"})
	}
	_ = c.SetDeadline(time.Time{})
	hungUp := gone(c)
	var seq, told uint64
	for {
		calls, lost, more := trace.Since(seq)
		if len(calls) > 0 {
			seq = calls[len(calls)-1].Seq
		}
		if len(calls) > 0 || lost > told {
			_ = c.SetWriteDeadline(time.Now().Add(10 * time.Second))
			b, _ := json.Marshal(reply{Text: v.news(calls, lost-told, req.JSON)})
			if _, err := c.Write(append(b, '\n')); err != nil {
				return
			}
			told = lost
		}
		select {
		case <-more:
			// What comes in a burst is told together.
			select {
			case <-time.After(5 * time.Millisecond):
			case <-s.session.Closing():
			}
		case <-s.session.Closing():
			return
		case <-hungUp:
			return
		}
	}
}

// deadliner is a connection.
type deadliner interface {
	io.ReadWriter
	SetDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// lastCalls are the calls since the last command line but one was finished, in whichever shell.
func (s *server) lastCalls() []snapshot.Call {
	calls, _, _ := s.session.Lab.Trace().Since(0)
	return s.session.LastCalls(calls)
}

// maxEssence bounds how many calls a lesson's end shows.
const maxEssence = 12

// essence shows at the end of a lesson the few calls that did it: each once, without those that were refused.
func (s *server) essence(v view) string {
	var calls []string
	for _, c := range s.session.Lab.Trace().OnNamespaces() {
		if isExec(c) || c.Outcome == snapshot.Refused || c.Outcome == snapshot.Failed {
			continue
		}
		if text := shown(c.C()); !slices.Contains(calls, text) && len(calls) < maxEssence {
			calls = append(calls, text)
		}
	}
	if len(calls) == 0 {
		return ""
	}
	text := v.plain(textTraceEssence, nil) + "\n"
	for _, c := range calls {
		for i, l := range fold(c, max(v.width-6, 20)) {
			if i > 0 {
				l = "  " + l
			}
			text += "    " + l + "\n"
		}
	}
	return text + "\n"
}

func isExec(c snapshot.Call) bool { return c.Name == "execve" || c.Name == "execveat" }

// calls shows calls, oldest first; or says that there are none.
func (v view) calls(calls []snapshot.Call, lost uint64, asJSON bool) string {
	if len(calls) == 0 && lost == 0 && !asJSON {
		return textTraceNone.In(v.lang, nil) + "\n"
	}
	return v.news(calls, lost, asJSON)
}

func (v view) news(calls []snapshot.Call, lost uint64, asJSON bool) string {
	var b strings.Builder
	for _, c := range calls {
		if asJSON {
			line, err := json.Marshal(v.callForm(c))
			if err == nil {
				b.Write(append(line, '\n'))
			}
			continue
		}
		b.WriteString(v.call(c))
	}
	if lost > 0 && !asJSON {
		b.WriteString(v.dim(textTraceLost.In(v.lang, pairs([]string{"n", fmt.Sprint(lost)}))) + "\n")
	}
	return b.String()
}

// call shows one call: who and the call as in C, then what it does.
func (v view) call(c snapshot.Call) string {
	who := v.callWho(c)
	var b strings.Builder
	// The call itself is what the eye looks for.
	lines := fold(who+"  "+shown(c.C()), v.width)
	for i, l := range lines {
		if i == 0 {
			if rest, ok := strings.CutPrefix(l, strings.Join(strings.Fields(who), " ")); ok {
				l = v.dim(l[:len(l)-len(rest)]) + v.bold(rest)
			}
		} else {
			l = "  " + v.bold(l)
		}
		b.WriteString(l + "\n")
	}
	for _, text := range v.callDoes(c) {
		for i, l := range fold(text, max(v.width-6, 20)) {
			if i == 0 {
				b.WriteString("    " + l + "\n")
			} else {
				b.WriteString("      " + l + "\n")
			}
		}
	}
	return b.String()
}

// callWho says who makes a call: "host PID 12 unshare:".
func (v view) callWho(c snapshot.Call) string {
	pid := fmt.Sprintf("PID %d", c.PID)
	if c.Inside != c.PID {
		pid = textTraceInside.In(v.lang, pairs([]string{"pid", fmt.Sprint(c.PID), "inside", fmt.Sprint(c.Inside)}))
	}
	who := shown(c.Comm) + " (" + pid + "):"
	if c.Shell != "" {
		who = "[" + c.Shell + "] " + who
	}
	return who
}

// callDoes says in words what a call does, a sentence or two for each kind of namespace, or why the kernel refuses.
func (v view) callDoes(c snapshot.Call) []string {
	what := v.callAsks(c)
	switch c.Outcome {
	case snapshot.Refused:
		return []string{textTraceRefused.In(v.lang, pairs([]string{"errno", c.Lacks.Errno, "why", v.callLacks(c)}))}
	case snapshot.Failed:
		return []string{textTraceFailed.In(v.lang, pairs([]string{"what", strings.Join(what, " ")}))}
	case snapshot.Unseen:
		switch c.Name {
		case "unshare", "setns", "clone", "clone3", "sethostname", "setdomainname", "pivot_root", "chroot":
			return append(what, textTraceGone.In(v.lang, nil))
		}
	}
	return what
}

func (v view) callLacks(c snapshot.Call) string {
	owned := ""
	for _, k := range snapshot.Kinds() {
		if callOwner[c.Name] == k {
			owned = textLacksOwns.In(v.lang, pairs([]string{"namespace", nsName(k, c.NS.Of(k))}))
		}
	}
	if kind, _, ok := strings.Cut(c.Source, ":["); ok && c.Name == "setns" && kind != string(snapshot.User) && c.Lacks.Over != c.NS.User {
		owned = textLacksOwns.In(v.lang, pairs([]string{"namespace", c.Source}))
	}
	return textLacks[c.Lacks.Why].In(v.lang, pairs([]string{"cap", c.Lacks.Cap, "owner", nsName(snapshot.User, c.Lacks.Over), "of", owned, "pid", "fork",
		"reason", textForbidden[c.Name].In(v.lang, nil)}))
}

// callOwner is the kind of namespace that a call changes.
var callOwner = map[string]snapshot.Kind{"sethostname": snapshot.UTS, "setdomainname": snapshot.UTS,
	"mount": snapshot.Mnt, "umount2": snapshot.Mnt, "pivot_root": snapshot.Mnt, "open_tree": snapshot.Mnt, "move_mount": snapshot.Mnt,
	"fsopen": snapshot.Mnt, "fsmount": snapshot.Mnt, "fspick": snapshot.Mnt, "mount_setattr": snapshot.Mnt}

// callAsks says what a call is meant to do.
func (v view) callAsks(c snapshot.Call) []string {
	switch c.Name {
	case "unshare", "clone", "clone3":
		return v.callMakes(c)
	case "setns":
		return v.callJoins(c)
	}
	key, args := c.Name, []string{"target", shown(c.Target), "source", shown(c.Source), "type", shown(c.Type)}
	kind := callOwner[c.Name]
	switch c.Name {
	case "mount":
		key = mountKey(c)
		args = append(args, "pid-namespace", nsName(snapshot.PID, c.NS.PID))
	case "msgget", "semget", "shmget":
		if c.Flags&0o1000 != 0 || c.Target == "0x00000000" { // IPC_CREAT, IPC_PRIVATE
			key += " create"
		}
	case "mq_open":
		if c.Flags&0o100 != 0 { // O_CREAT
			key += " create"
		}
	case "execve", "execveat":
		key = "execve"
		if c.Behind {
			key = "execve behind"
		}
	}
	if kind == "" {
		kind = snapshot.IPC
	}
	args = append(args, "namespace", nsName(kind, c.NS.Of(kind)))
	text, ok := textDoes[key]
	if !ok {
		return nil
	}
	return []string{text.In(v.lang, pairs(args))}
}

// mountKey says which of mount(2)'s several purposes a call has.
func mountKey(c snapshot.Call) string {
	const remount, bind, move, unbindable, private, slave, shared = 1 << 5, 1 << 12, 1 << 13, 1 << 17, 1 << 18, 1 << 19, 1 << 20
	for _, f := range []struct {
		bit uint64
		key string
	}{{remount, "mount remount"}, {bind, "mount bind"}, {shared, "mount shared"}, {private, "mount private"},
		{slave, "mount slave"}, {unbindable, "mount unbindable"}, {move, "mount move"}} {
		if c.Flags&f.bit == 0 {
			continue
		}
		if f.bit == bind && strings.HasPrefix(c.Source, "/proc/") && strings.Contains(c.Source, "/ns/") {
			return "mount nsfs"
		}
		return f.key
	}
	if c.Type == "proc" {
		return "mount proc"
	}
	return "mount"
}

// callMakes tells of each new namespace, with its inode number where it was seen.
func (v view) callMakes(c snapshot.Call) []string {
	var says []string
	for _, k := range snapshot.KindsOf(c.Flags) {
		before, after := c.NS.Of(k), c.After.Of(k)
		text, asked, what := textUnshare, textUnshareAsked, textMade[k]
		if c.Name != "unshare" {
			text, asked = textClone, textCloneAsked
		} else if k == snapshot.PID || k == snapshot.Time {
			text, asked, what = textUnshareChildren, textUnshareChildrenAsked, textMadeChildren[k]
			after = c.After.PIDForChildren
			if k == snapshot.Time {
				after = c.After.TimeForChildren
			}
		}
		args := []string{"kind", string(k), "old", nsName(k, before), "new", nsName(k, after), "what", what.In(v.lang, nil)}
		if c.Outcome != snapshot.Done {
			text = asked
		} else if after == 0 {
			// A PID namespace has no file before its first process is there.
			args[5] = textNewUnseen.In(v.lang, pairs([]string{"kind", string(k)}))
		}
		says = append(says, text.In(v.lang, pairs(args)))
	}
	return says
}

func (v view) callJoins(c snapshot.Call) []string {
	name, _, ok := strings.Cut(c.Source, ":[")
	k := snapshot.Kind(name)
	if !ok || !slices.Contains(snapshot.Kinds(), k) {
		var kinds []string
		for _, k := range snapshot.KindsOf(c.Flags) {
			kinds = append(kinds, string(k))
		}
		return []string{textSetnsPIDFD.In(v.lang, pairs([]string{"process", shown(c.Source), "kinds", strings.Join(kinds, ", ")}))}
	}
	text := textSetns
	before := c.NS.Of(k)
	switch {
	case k == snapshot.PID || k == snapshot.Time:
		text = textSetnsPID
	case nsName(k, before) == c.Source:
		text = textSetnsSame
	}
	if c.Outcome != snapshot.Done {
		text = textSetnsAsked
	}
	return []string{text.In(v.lang, pairs([]string{"old", nsName(k, before), "new", shown(c.Source)}))}
}

// callForm is a call for programs; nslab help trace tells its names, which stay as they are.
type callForm struct {
	Seq       uint64                   `json:"seq"`
	Time      time.Time                `json:"time"`
	Shell     string                   `json:"shell,omitempty"`
	PID       int                      `json:"pid"`
	PIDInside int                      `json:"pid_inside"`
	Comm      string                   `json:"comm"`
	Command   []string                 `json:"command"`
	Call      string                   `json:"call"`
	C         string                   `json:"c"`
	Flags     []string                 `json:"flags,omitempty"`
	Target    string                   `json:"target,omitempty"`
	Source    string                   `json:"source,omitempty"`
	Type      string                   `json:"type,omitempty"`
	Argv      []string                 `json:"argv,omitempty"`
	Before    map[snapshot.Kind]uint64 `json:"before,omitempty"`
	After     map[snapshot.Kind]uint64 `json:"after,omitempty"`
	Outcome   string                   `json:"outcome"`
	Lacks     *lackForm                `json:"lacks,omitempty"`
	Text      string                   `json:"text"`
}

type lackForm struct {
	Errno         string `json:"errno"`
	Why           string `json:"why"`
	Capability    string `json:"capability,omitempty"`
	UserNamespace uint64 `json:"user_namespace,omitempty"`
}

func (v view) callForm(c snapshot.Call) callForm {
	f := callForm{Seq: c.Seq, Time: c.Time, Shell: c.Shell, PID: c.PID, PIDInside: c.Inside, Comm: shown(c.Comm), Command: []string{},
		Call: c.Name, C: shown(c.C()), Target: shown(c.Target), Source: shown(c.Source), Type: shown(c.Type),
		Before: inodes(c.NS), After: inodes(c.After), Outcome: string(c.Outcome), Text: strings.Join(v.callDoes(c), " ")}
	for _, word := range c.Command {
		f.Command = append(f.Command, shown(word))
	}
	for _, word := range c.Argv {
		f.Argv = append(f.Argv, shown(word))
	}
	switch c.Name {
	case "unshare", "setns", "clone", "clone3":
		for _, k := range snapshot.KindsOf(c.Flags) {
			_, name := snapshot.CloneFlag(k)
			f.Flags = append(f.Flags, name)
		}
	}
	if c.Outcome == snapshot.Unseen {
		f.Outcome = "unseen"
	}
	if c.Lacks.Errno != "" {
		f.Lacks = &lackForm{c.Lacks.Errno, c.Lacks.Why, c.Lacks.Cap, c.Lacks.Over}
	}
	return f
}

func inodes(n snapshot.Namespaces) map[snapshot.Kind]uint64 {
	m := map[snapshot.Kind]uint64{}
	for _, k := range snapshot.Kinds() {
		if inode := n.Of(k); inode != 0 {
			m[k] = inode
		}
	}
	return m
}

// gone is closed when the other end hangs up. Whoever follows sends nothing more.
func gone(c io.Reader) <-chan struct{} {
	ch := make(chan struct{})
	go func() {
		defer close(ch)
		_, _ = io.Copy(io.Discard, c)
	}()
	return ch
}

// explainLast answers nslab explain last: the calls of the last command that made any, with where to read on.
func (s *server) explainLast(v view, asJSON bool) reply {
	calls := s.lastCalls()
	text := v.calls(calls, 0, asJSON)
	if asJSON {
		return reply{Text: text}
	}
	var pages []string
	add := func(page string) {
		if !slices.Contains(pages, page) {
			pages = append(pages, page)
		}
	}
	for _, c := range calls {
		page, ok := callPage[c.Name]
		if !ok {
			page = c.Name + "(2)"
		}
		add(page)
		if c.Outcome == snapshot.Refused && c.Lacks.Cap != "" {
			add("capabilities(7)")
			add("user_namespaces(7)")
		}
		switch c.Name {
		case "unshare", "setns", "clone", "clone3":
			for _, k := range snapshot.KindsOf(c.Flags) {
				add(kindPage[k])
			}
		}
	}
	if len(pages) > 0 {
		text += "\n" + v.plain(textTracePages, pairs([]string{"pages", strings.Join(pages, ", ")}))
	}
	return reply{Text: text}
}

// callPage is the man page of a call where it is not of its own name, kindPage that of a kind of namespace.
var (
	callPage = map[string]string{"clone3": "clone(2)", "umount2": "umount(2)", "setdomainname": "getdomainname(2)",
		"sethostname": "gethostname(2)", "mq_open": "mq_overview(7)", "mq_unlink": "mq_overview(7)"}
	kindPage = map[snapshot.Kind]string{snapshot.User: "user_namespaces(7)", snapshot.Mnt: "mount_namespaces(7)",
		snapshot.UTS: "uts_namespaces(7)", snapshot.IPC: "ipc_namespaces(7)", snapshot.Net: "network_namespaces(7)",
		snapshot.PID: "pid_namespaces(7)", snapshot.Cgroup: "cgroup_namespaces(7)", snapshot.Time: "time_namespaces(7)"}
)
