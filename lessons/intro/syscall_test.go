package intro

import (
	"testing"

	"github.com/nslab/nslab/checks"
	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

// call is a system call that a process called comm made.
func call(comm, name string, kinds ...snapshot.Kind) change {
	return func(v *checks.View) {
		c := snapshot.Call{Seq: uint64(len(v.Calls) + 1), PID: 9, Inside: 9, Comm: comm, Name: name, NS: hostNS, After: with(90, kinds...), Outcome: snapshot.Done}
		for _, k := range kinds {
			flag, text := snapshot.CloneFlag(k)
			c.Flags |= flag
			c.Params = append(c.Params, text)
		}
		v.Calls = append(v.Calls, c)
	}
}

var utsIPC = call("unshare", "unshare", snapshot.UTS, snapshot.IPC)

func init() {
	right = append(right,
		state{"syscall", "as in C", do(utsIPC, answered("unshare(CLONE_NEWUTS|CLONE_NEWIPC)")), "intro.called"},
		state{"syscall", "in another order", do(utsIPC, answered("unshare(CLONE_NEWIPC | CLONE_NEWUTS)")), "intro.called"},
		state{"syscall", "small letters, without the prefix", do(utsIPC, answered("unshare newuts newipc")), "intro.called"},
		state{"syscall", "with the man page's section", do(utsIPC, answered("unshare(2), CLONE_NEWUTS and CLONE_NEWIPC")), "intro.called"},
		state{"syscall", "in hexadecimal", do(utsIPC, answered("unshare(0xc000000)")), "intro.called"},
		state{"syscall", "in decimal", do(utsIPC, answered("unshare(201326592)")), "intro.called"},
		state{"syscall", "the flags in part by number", do(utsIPC, answered("unshare(0x4000000|CLONE_NEWIPC)")), "intro.called"},
		state{"syscall", "in C with its semicolon", do(utsIPC, answered("int r = unshare(CLONE_NEWUTS | CLONE_NEWIPC);")), "intro.called"},
		state{"syscall", "a French sentence", do(utsIPC, answered("l'appel unshare, drapeaux CLONE_NEWUTS et CLONE_NEWIPC")), "intro.called"},
		state{"syscall", "of an earlier line", do(call("unshare", "unshare", kinds...), utsIPC,
			answered("unshare(CLONE_NEWNS|CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWUSER|CLONE_NEWPID|CLONE_NEWNET)")), "intro.called"},
		state{"syscall", "mount", do(call("unshare", "unshare", snapshot.Mnt), answered("unshare(CLONE_NEWNS)")), "intro.called"},
		state{"syscall", "an unshare that clones", do(call("unshare", "clone", snapshot.UTS), answered("clone(CLONE_NEWUTS)")), "intro.called"},
	)
	wrong = append(wrong,
		state{"syscall", "no answer", do(utsIPC), "intro.call-unanswered"},
		state{"syscall", "not", do(utsIPC, answered("not unshare(CLONE_NEWUTS|CLONE_NEWIPC)")), "intro.call-not-plainly"},
		state{"syscall", "nothing made", do(answered("unshare(CLONE_NEWUTS)")), "intro.no-call-made"},
		state{"syscall", "made by others only", do(call("python3", "unshare", snapshot.UTS), answered("unshare(CLONE_NEWUTS)")), "intro.no-call-made"},
		state{"syscall", "flags alone", do(utsIPC, answered("CLONE_NEWUTS|CLONE_NEWIPC")), "intro.no-call-named"},
		state{"syscall", "the command", do(utsIPC, answered("unshare --uts --ipc true")), "intro.command-named"},
		state{"syscall", "clone", do(utsIPC, answered("clone(CLONE_NEWUTS|CLONE_NEWIPC)")), "intro.other-call"},
		state{"syscall", "the call alone", do(utsIPC, answered("unshare")), "intro.no-flags"},
		state{"syscall", "no such flag", do(utsIPC, answered("unshare(CLONE_NEWUTS|CLONE_NEWMNT)")), "intro.other-flags"},
		state{"syscall", "a flag too many", do(utsIPC, answered("unshare(CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWNET)")), "intro.other-flags"},
		state{"syscall", "a number too large", do(utsIPC, answered("unshare(0xc000001)")), "intro.other-flags"},
		state{"syscall", "a flag too few", do(utsIPC, answered("unshare(CLONE_NEWUTS)")), "intro.fewer-flags"},
		state{"syscall", "of two calls together", do(call("unshare", "unshare", snapshot.UTS), call("unshare", "unshare", snapshot.IPC),
			answered("unshare(CLONE_NEWUTS|CLONE_NEWIPC)")), "intro.fewer-flags"},
	)
}

func FuzzCallAnswer(f *testing.F) {
	f.Add("unshare(CLONE_NEWUTS|0x80)")
	f.Add("-- sys_clone 99999999999999999999999 \x1b[2J")
	f.Fuzz(func(t *testing.T, text string) {
		v := lab(utsIPC, answered(text))
		finding := called(v)
		for _, lang := range say.Langs() {
			if s := finding.Found.In(lang, finding.Args); s == "" {
				t.Errorf("nothing is said about %q", text)
			}
		}
	})
}
