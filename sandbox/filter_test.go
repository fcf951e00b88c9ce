package sandbox

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// chains waits for chains in the only namespace that is not the host's; the host's must have none.
func chains(t *testing.T, l *Lab, command string, flags uintptr) []snapshot.Chain {
	t.Helper()
	background(t, l, flags, command+"; echo; exec sleep 1000")
	var found []snapshot.Chain
	eventually(t, "chains in the other namespace", func() bool {
		s := snap(t, l)
		found = nil
		for inode, n := range s.Net {
			if inode != s.Host.Net {
				found = append(found, n.Chains...)
			} else if len(n.Chains) != 0 {
				t.Errorf("host: %+v", n.Chains)
			}
		}
		return len(found) > 0
	})
	return found
}

func TestChainsOfNftAreSeenInTheirNamespace(t *testing.T) {
	needProgram(t, "/usr/sbin/nft")
	l := newLab(t)
	found := chains(t, l, "nft 'add table inet guard; add chain inet guard in { type filter hook input priority 0; policy drop; };"+
		" add chain inet guard loose; add rule inet guard in tcp dport 8000 counter drop; add rule inet guard in accept'", unix.CLONE_NEWNET)
	want := []snapshot.Chain{
		{Family: "inet", Table: "guard", Name: "in", Hook: "input", Policy: "drop",
			Rules: []string{"meta, cmp 06, payload, cmp 1f40, counter, drop", "accept"}},
		{Family: "inet", Table: "guard", Name: "loose"},
	}
	if len(found) != 2 || !slices.EqualFunc(found, want, func(a, b snapshot.Chain) bool {
		return a.Name == b.Name && a.Family == b.Family && a.Table == b.Table && a.Hook == b.Hook && a.Policy == b.Policy && slices.Equal(a.Rules, b.Rules)
	}) {
		t.Errorf("%+v", found)
	}
}

func TestChainsOfIptablesAreSeen(t *testing.T) {
	const rule = " -A INPUT -p tcp --dport 8000 -j DROP"
	for _, program := range []string{"iptables-nft", "iptables-legacy"} {
		for how, command := range map[string]string{
			"as it is":          program + rule,
			"in a user's space": "unshare -r -n sh -c '" + program + rule + "; exec sleep 1000' & true",
		} {
			t.Run(program+" "+how, func(t *testing.T) {
				needProgram(t, "/usr/sbin/"+program)
				l := newLab(t)
				flags := uintptr(unix.CLONE_NEWNET)
				if strings.Contains(command, "unshare") {
					flags = 0
				}
				if r := shell(t, l, "unshare -n "+program+" -S"); r.status != 0 {
					t.Skipf("%s does not work here", program)
				}
				found := chains(t, l, command, flags)
				i := slices.IndexFunc(found, func(c snapshot.Chain) bool {
					return c.Family == "ip" && c.Table == "filter" && c.Name == "INPUT" && c.Hook == "input" && c.Policy == "accept"
				})
				if i < 0 || len(found[i].Rules) != 1 || !strings.Contains(found[i].Rules[0], "1f40") || !strings.HasSuffix(found[i].Rules[0], "drop") {
					t.Errorf("%+v", found)
				}
				for j, c := range found {
					if j != i && len(c.Rules) != 0 {
						t.Errorf("%+v", c)
					}
				}
			})
		}
	}
}

// Looking must not make what was not there.
func TestLookingMakesNoTables(t *testing.T) {
	needProgram(t, "/usr/sbin/iptables-legacy")
	l := newLab(t)
	background(t, l, unix.CLONE_NEWNET, "echo; exec sleep 1000")
	for range 3 {
		for _, n := range snap(t, l).Net {
			if len(n.Chains) != 0 {
				t.Errorf("%+v", n.Chains)
			}
		}
	}
}
