package checks

import (
	"slices"
	"testing"

	"github.com/nslab/nslab/checks/say"
	"github.com/nslab/nslab/sandbox/snapshot"
)

func TestDiffering(t *testing.T) {
	host := lab().Host
	other := host
	other.IPC, other.Net = 77, 78
	for what, c := range map[string]struct {
		a, b snapshot.Namespaces
		want []snapshot.Kind
	}{
		"itself":               {host, host, nil},
		"two kinds":            {other, host, []snapshot.Kind{snapshot.IPC, snapshot.Net}},
		"the other way round":  {host, other, []snapshot.Kind{snapshot.IPC, snapshot.Net}},
		"one that was ending":  {snapshot.Namespaces{}, host, nil},
		"a kind not told of a": {snapshot.Namespaces{IPC: 77}, host, []snapshot.Kind{snapshot.IPC}},
	} {
		got := Differing(c.a, c.b)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", what, got, c.want)
		}
	}
}

func TestDiffersInAll(t *testing.T) {
	c := DiffersInAll(snapshot.UTS, snapshot.Net)
	proc := func(uts, net uint64, state string) func(*snapshot.Snapshot) {
		return func(s *snapshot.Snapshot) {
			ns := s.Host
			ns.UTS, ns.Net = uts, net
			s.Procs = append(s.Procs, snapshot.Process{PID: 9, Comm: "bash", State: state, NS: ns})
		}
	}
	for what, s := range map[string]struct {
		change func(*snapshot.Snapshot)
		want   string
	}{
		"nobody":             {nil, "kinds.some-shared"},
		"one of two":         {proc(newNS, 13, "S"), "kinds.some-shared"},
		"both":               {proc(newNS, 77, "S"), "kinds.all-differ"},
		"both, but a zombie": {proc(newNS, 77, "Z"), "kinds.some-shared"},
	} {
		f := c(view(s.change))
		if f.Key != s.want || f.Satisfied != (s.want == "kinds.all-differ") || len(f.Evidence) == 0 {
			t.Errorf("%s: %+v, want %s", what, f, s.want)
		}
	}
	for key, m := range kindsMessages {
		for _, text := range []say.Text{m.Expected, m.Found, m.Try} {
			if !text.IsZero() && !text.Complete() {
				t.Errorf("%s lacks a language", key)
			}
		}
	}
}
