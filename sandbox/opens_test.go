package sandbox

import (
	"testing"

	"github.com/nslab/nslab/sandbox/snapshot"
)

func TestParseOpens(t *testing.T) {
	for in, want := range map[string][2]int64{
		"": {}, "Tcp: ActiveOpens\n": {}, "Udp: PassiveOpens\nUdp: 3\n": {},
		"Ip: X\nIp: 1\nTcp: RtoMin MaxConn ActiveOpens PassiveOpens X\nTcp: 200 -1 4 7 9\n": {4, 7},
		"Tcp: ActiveOpens PassiveOpens\nTcp: 4\n":                                           {4, 0},
	} {
		if active, passive := parseOpens(in); active != want[0] || passive != want[1] {
			t.Errorf("%q: %d, %d", in, active, passive)
		}
	}
}

func TestConnectionsAreCountedWhereTheyComeIn(t *testing.T) {
	needBusybox(t)
	l := newLab(t)
	bb := busyboxPath + " "
	background(t, l, 0, bb+"httpd -f -p 127.0.0.1:8000 & echo; wait")
	sh(t, l, "until "+bb+"nc 127.0.0.1 8000 </dev/null; do sleep 0.05; done")
	s := snap(t, l)
	n := s.Net[s.Host.Net]
	if n.PassiveOpens != 1 || n.ActiveOpens < 1 {
		t.Errorf("%+v", snapshot.NetNS{ActiveOpens: n.ActiveOpens, PassiveOpens: n.PassiveOpens})
	}
}
