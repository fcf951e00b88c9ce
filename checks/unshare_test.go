package checks

import (
	"fmt"
	"testing"
)

func TestUnshareReadsOptionsAsTheCommandDoes(t *testing.T) {
	for in, want := range map[string]string{
		"unshare":                        "[] []",
		"sudo unshare --uts bash":        "[uts] [bash]",
		"unshare -r chroot busybox sh":   "[user] [chroot busybox sh]",
		"unshare -r -n bash":             "[user net] [bash]",
		"unshare -rn bash -u":            "[user net] [bash -u]",
		"unshare --fork --pid bash":      "[pid] [bash]",
		"unshare -fp --mount-proc bash":  "[mnt pid] [bash]",
		"unshare --ipc=/run/ipc true":    "[ipc] [true]",
		"unshare -T --boottime 100 bash": "[time] [bash]",
		"unshare -T --boottime=100 bash": "[time] [bash]",
		"unshare -w /tmp -C -- bash -i":  "[cgroup] [bash -i]",
		"unshare -w/tim bash":            "[] [bash]",
		"unshare --map-user=1000 bash":   "[user] [bash]",
		"unshare --map-user 1000 -i id":  "[user ipc] [id]",
		"busybox unshare -m sh":          "[mnt] [sh]",
		"unshare --mount --uts --ipc --net --pid --fork --user --map-root-user bash": "[user mnt uts ipc net pid] [bash]",
		"nsenter -t 1 -u": "no",
		"echo unshare":    "no",
		"busybox":         "no",
	} {
		got := "no"
		if u, ok := Unshare(Commands(in)[0]); ok {
			got = fmt.Sprint(u.Kinds, " ", u.Program)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestLastUnshareIsTheLastOneTyped(t *testing.T) {
	v := &View{Typed: []Line{{Shell: "host", Text: "unshare -u bash"}, {Shell: "host", Text: "ls; unshare -i sh | cat"}, {Text: "exit"}}}
	if u, line, ok := v.LastUnshare(); !ok || fmt.Sprint(u.Kinds) != "[ipc]" || line.Shell != "host" {
		t.Errorf("%v %v %v", u, line, ok)
	}
	if _, _, ok := (&View{}).LastUnshare(); ok {
		t.Error("one was found where nothing was typed")
	}
}

func TestRedefinedFindsFunctionsAndAliases(t *testing.T) {
	for in, want := range map[string]string{
		"ipcs() { echo; }":         "ipcs",
		"function uptime { :; }":   "uptime",
		"alias ll=ls ipcs='true'":  "ipcs",
		"true; alias uptime=false": "uptime",
		"ipcs -q":                  "",
		"echo alias":               "",
		"myipcs() { :; }":          "",
	} {
		v := &View{Typed: []Line{{Shell: "host", Text: in}}}
		if got, _, _ := v.Redefined("ipcs", "uptime"); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func TestRedefinedMindsWhatWasTakenAway(t *testing.T) {
	type typed = []Line
	for name, c := range map[string]struct {
		typed typed
		shell string
	}{
		"unset -f":              {typed{{Shell: "host", Text: "ipcs() { echo; }"}, {Shell: "host", Text: "unset -f ipcs"}}, ""},
		"unalias":               {typed{{Shell: "host", Text: "alias ipcs=true"}, {Shell: "host", Text: "unalias ipcs; ls"}}, ""},
		"unalias -a":            {typed{{Shell: "host", Text: "alias ipcs=true"}, {Shell: "host", Text: "unalias -a"}}, ""},
		"a new bash":            {typed{{Shell: "host", Text: "ipcs() { echo; }"}, {Shell: "host", Text: "exec bash"}}, ""},
		"another name":          {typed{{Shell: "host", Text: "ipcs() { echo; }"}, {Shell: "host", Text: "unset -f ipcsx"}}, "host"},
		"another program":       {typed{{Shell: "host", Text: "ipcs() { echo; }"}, {Shell: "host", Text: "exec ls"}}, "host"},
		"in another shell":      {typed{{Shell: "host", Text: "ipcs() { echo; }"}, {Shell: "isolated", Text: "unset -f ipcs"}}, "host"},
		"made anew":             {typed{{Shell: "host", Text: "ipcs() { echo; }"}, {Shell: "host", Text: "unset -f ipcs"}, {Shell: "host", Text: "alias ipcs=true"}}, "host"},
		"in one of two":         {typed{{Shell: "host", Text: "ipcs() { echo; }"}, {Shell: "isolated", Text: "alias ipcs=true"}, {Shell: "isolated", Text: "exec /bin/bash"}}, "host"},
		"a command of the name": {typed{{Shell: "host", Text: "ipcs() { echo; }"}, {Shell: "host", Text: "ipcs -q"}}, "host"},
	} {
		v := &View{Typed: c.typed}
		if _, shell, ok := v.Redefined("ipcs"); shell != c.shell || ok != (c.shell != "") {
			t.Errorf("%s: in shell %q, %v; want %q", name, shell, ok, c.shell)
		}
	}
}
