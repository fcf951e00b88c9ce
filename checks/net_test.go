package checks

import (
	"slices"
	"strings"
	"testing"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// twoNets is a lab with a pair between the host (1) and another network namespace (2), and what looks like one.
func twoNets() *snapshot.Snapshot {
	return &snapshot.Snapshot{Host: snapshot.Namespaces{Net: 1}, Net: map[uint64]snapshot.NetNS{
		1: {
			Links: []snapshot.Link{
				{Index: 1, Name: "lo", Type: "loopback", Up: true},
				{Index: 2, Name: "veth0", Type: "veth", Up: true, Peer: 2, PeerNS: 2},
				{Index: 3, Name: "eth0", Type: "dummy"},
				{Index: 4, Name: "va", Type: "veth", Peer: 5, PeerNS: 1},
				{Index: 5, Name: "vb", Type: "veth", Peer: 4, PeerNS: 1},
				{Index: 6, Name: "outside", Type: "veth", Peer: 9},
			},
			Addrs: []snapshot.Addr{{LinkIndex: 2, IP: "10.1.1.1", Bits: 24}, {LinkIndex: 2, IP: "fe80::1", Bits: 64}, {LinkIndex: 3, IP: "10.9.9.9", Bits: 8}},
		},
		2: {Links: []snapshot.Link{{Index: 1, Name: "lo", Type: "loopback"}, {Index: 2, Name: "eth0", Type: "veth", Peer: 2, PeerNS: 1}}},
	}}
}

func TestVethPairsAreKnownByTheirPeers(t *testing.T) {
	s := twoNets()
	pairs := VethPairs(s)
	if len(pairs) != 2 || pairs[0].A.Link.Name != "veth0" || pairs[0].B.NS != 2 || pairs[1].A.NS != 1 || pairs[1].B.NS != 1 {
		t.Errorf("%+v", pairs)
	}
	wires := Wires(s)
	if len(wires) != 1 || wires[0] != pairs[0] {
		t.Fatalf("%+v", wires)
	}
	if !Addressed(s, wires[0].A, "10.1.1.1", 24) || Addressed(s, wires[0].A, "10.1.1.1", 8) || Addressed(s, wires[0].B, "10.1.1.2", 24) {
		t.Error("addresses are told apart wrongly")
	}
	if got := LinkText(s, wires[0].A); got != "2: veth0: veth, up, peer 2 in net:[2], 10.1.1.1/24" {
		t.Errorf("%s", got)
	}
	if !slices.Equal(NetsElsewhere(s), []uint64{2}) {
		t.Errorf("%v", NetsElsewhere(s))
	}
	if e := NetEvidence(s, 2); len(e) != 3 || !strings.Contains(e[2].Value, "eth0: veth, down") {
		t.Errorf("%+v", e)
	}
}

func TestNetwork(t *testing.T) {
	for _, c := range []struct {
		ip   string
		bits int
		want string
	}{{"10.1.1.1", 24, "10.1.1.0/24"}, {"192.168.7.130", 25, "192.168.7.128/25"}, {"nonsense", 24, ""}, {"10.1.1.1", 99, ""}} {
		if got := Network(c.ip, c.bits); got != c.want {
			t.Errorf("%s/%d: %q, want %q", c.ip, c.bits, got, c.want)
		}
	}
}

func TestListensOn(t *testing.T) {
	n := snapshot.NetNS{Listening: []snapshot.Listener{{IP: "127.0.0.1", Port: 8000}, {IP: "::", Port: 80}, {IP: "10.1.1.2", Port: 81}}}
	for port, want := range map[int]bool{8000: false, 80: true, 81: true, 82: false} {
		if _, ok := ListensOn(n, "10.1.1.2", port); ok != want {
			t.Errorf("port %d: %v", port, ok)
		}
	}
}

func TestFiltersAreChainsThatDoSomething(t *testing.T) {
	n := snapshot.NetNS{Chains: []snapshot.Chain{
		{Name: "empty", Hook: "input", Policy: "accept"},
		{Name: "loose", Rules: []string{"drop"}},
		{Name: "policy", Hook: "input", Policy: "drop"},
		{Name: "rule", Hook: "output", Policy: "accept", Rules: []string{"drop"}},
	}}
	f := Filters(n)
	if len(f) != 2 || f[0].Name != "policy" || f[1].Name != "rule" || len(n.Chains) != 4 {
		t.Errorf("%+v", f)
	}
	s := &snapshot.Snapshot{Net: map[uint64]snapshot.NetNS{2: n}}
	if e := FilterEvidence(s, 2); len(e) != 4 || !strings.Contains(e[1].Value, "no hook") {
		t.Errorf("%+v", e)
	}
}
