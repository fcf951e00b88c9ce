package sandbox

import (
	"slices"
	"strings"
	"testing"

	"github.com/nslab/nslab/sandbox/snapshot"
)

func TestAnOverlayShowsWhatIsAtItsRoot(t *testing.T) {
	l := newLab(t)
	if r := shell(t, l, "cd /root && mkdir -p lower/bin upper work merged && mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work,userxattr merged"); r.status != 0 {
		t.Skip("this kernel mounts no overlay in a user namespace")
	}
	at := func(point string) snapshot.Mount {
		s := snap(t, l)
		for _, m := range slices.Backward(s.Mounts[s.Host.Mnt]) {
			if m.Point == point {
				return m
			}
		}
		t.Fatalf("nothing is mounted on %s: %+v", point, s.Mounts[s.Host.Mnt])
		return snapshot.Mount{}
	}
	if m := at("/root/merged"); m.FSType != "overlay" || !slices.Equal(m.Names, []string{"bin"}) || !slices.Contains(m.SuperOptions, "upperdir=upper") {
		t.Errorf("%+v", m)
	}
	sh(t, l, "cd /root/merged && touch file && rmdir bin && for i in $(seq 100); do touch n$i; done && rm n1*")
	if m := at("/root/merged"); slices.Contains(m.Names, "bin") || len(m.Names) != maxNames || !slices.IsSorted(m.Names) {
		t.Errorf("%+v", m)
	}
	if m := at("/"); m.Names != nil {
		t.Errorf("%+v", m)
	}
	// What is mounted over it hides it.
	sh(t, l, "mount -t tmpfs nslab /root/merged && touch /root/merged/hidden")
	s := snap(t, l)
	for _, m := range s.Mounts[s.Host.Mnt] {
		if strings.HasPrefix(m.Point, "/root") && m.Names != nil {
			t.Errorf("%+v", m)
		}
	}
}
