package sandbox

import "testing"

func TestAFileIsKnownByDeviceAndInode(t *testing.T) {
	needBusybox(t)
	l := newLab(t)
	sh(t, l, "mkdir -p /srv/r/bin /srv/b /srv/other && cp "+busyboxPath+" /srv/r/bin/sleep && mount --bind /srv/r /srv/b")
	_, p := nested(t, l, "echo; exec chroot /srv/b /bin/sleep 1000")
	files, err := l.Stat([]string{"/srv/r", "/srv/b", "/srv/other", "/srv/nothing"})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{"/srv/r": true, "/srv/b": true, "/srv/other": false} {
		if f := files[path]; (f.Dev == p.Root.Dev && f.Ino == p.Root.Ino) != want || f.Ino == 0 || !f.Dir {
			t.Errorf("%s is %+v, the process's root %+v", path, f, p.Root)
		}
	}
	if _, ok := files["/srv/nothing"]; ok {
		t.Error("a file where nothing is")
	}
}
