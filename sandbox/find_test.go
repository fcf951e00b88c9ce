package sandbox

import "testing"

func TestFindSaysOnWhichMountAPathIs(t *testing.T) {
	l := newLab(t)
	sh(t, l, "mkdir /srv/a && mount -t tmpfs inner /srv/a && mkdir /srv/a/deep && ln -s a/deep /srv/link && ln -s /nowhere /srv/dangling")
	s := snap(t, l)
	for path, want := range map[string]string{"/srv/a/deep": "/srv/a/deep", "/srv/link": "/srv/a/deep", "/srv/../srv/a/deep/": "/srv/a/deep"} {
		full, mount, ok := l.Find(path)
		if !ok || full != want {
			t.Errorf("Find(%s) = %s, %v; want %s", path, full, ok, want)
		}
		for _, m := range s.Mounts[s.Host.Mnt] {
			if m.ID == mount && mount != 0 && m.Point != "/srv/a" {
				t.Errorf("Find(%s) is on the mount %s", path, m.Point)
			}
		}
	}
	for _, path := range []string{"/srv/dangling", "/srv/nothing", "", "/proc/self/fd/0/x"} {
		if full, _, ok := l.Find(path); ok {
			t.Errorf("Find(%s) = %s", path, full)
		}
	}
}
