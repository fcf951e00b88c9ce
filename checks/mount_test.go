package checks

import (
	"testing"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// table is a mount namespace: the root, a bind mount on /mnt, and a tmpfs over that.
var table = []snapshot.Mount{
	{ID: 1, Parent: 0, Dev: "0:50", Root: "/", Point: "/", Shared: 1, FSType: "tmpfs", Source: "nslab"},
	{ID: 3, Parent: 2, Dev: "0:60", Root: "/", Point: "/mnt", FSType: "tmpfs", Source: "none"},
	{ID: 2, Parent: 1, Dev: "0:50", Root: "/root/busybox", Point: "/mnt", Master: 1, FSType: "tmpfs", Source: "nslab"},
	{ID: 4, Parent: 1, Dev: "0:70", Root: "/sub", Point: "/srv", Unbindable: true, FSType: "ext4", Source: "/dev/x"},
}

func TestTheMountOnTopIsTheOneSeen(t *testing.T) {
	for point, want := range map[string]int{"/": 1, "/mnt": 3, "/srv": 4, "/tmp": 0} {
		if m, ok := MountOn(table, point); m.ID != want || ok != (want != 0) {
			t.Errorf("MountOn(%s) = %d, want %d", point, m.ID, want)
		}
	}
	for path, want := range map[string]int{"/": 1, "/tmp/x": 1, "/mnt/a/b": 3, "/srvx": 1} {
		if m, ok := MountUnder(table, path); m.ID != want || !ok {
			t.Errorf("MountUnder(%s) = %d, want %d", path, m.ID, want)
		}
	}
	if _, ok := MountUnder(nil, "/tmp"); ok {
		t.Error("a mount in an empty table")
	}
	// A root whose parent is itself, as the root of a pivoted namespace may show.
	if m, ok := MountOn([]snapshot.Mount{{ID: 7, Parent: 7, Point: "/"}}, "/"); !ok || m.ID != 7 {
		t.Errorf("MountOn(/) = %v, %t", m, ok)
	}
}

func TestLocateSaysWhichDirectoryAPathIs(t *testing.T) {
	for path, want := range map[string]string{"/": "0:50 /", "/root/busybox": "0:50 /root/busybox", "/mnt/x": "0:60 /x", "/srv/y": "0:70 /sub/y"} {
		dev, root, ok := Locate(table, path)
		if got := dev + " " + root; got != want || !ok {
			t.Errorf("Locate(%s) = %s, want %s", path, got, want)
		}
	}
	if _, _, ok := Locate(nil, "/x"); ok {
		t.Error("located in an empty table")
	}
}

func TestReceivesIsByPeerGroup(t *testing.T) {
	shared := snapshot.Mount{Shared: 4}
	for what, c := range map[string]struct {
		to, from snapshot.Mount
		want     bool
	}{
		"peer":                 {snapshot.Mount{Shared: 4}, shared, true},
		"slave":                {snapshot.Mount{Master: 4}, shared, true},
		"slave and shared":     {snapshot.Mount{Master: 4, Shared: 9}, shared, true},
		"private":              {snapshot.Mount{}, shared, false},
		"another group":        {snapshot.Mount{Shared: 5}, shared, false},
		"from a private mount": {snapshot.Mount{}, snapshot.Mount{}, false},
		"upwards":              {shared, snapshot.Mount{Master: 4}, false},
	} {
		if got := Receives(c.to, c.from); got != c.want {
			t.Errorf("%s: %t", what, got)
		}
	}
}

func TestADirectoryIsKnownByDeviceAndInode(t *testing.T) {
	f := snapshot.File{Dir: true, Dev: 50, Ino: 9}
	for what, c := range map[string]struct {
		d    snapshot.Dir
		f    snapshot.File
		want bool
	}{
		"the same by another path": {snapshot.Dir{Path: "/mnt", Dev: 50, Ino: 9}, f, true},
		"another device":           {snapshot.Dir{Path: "/root/busybox", Dev: 51, Ino: 9}, f, false},
		"another inode":            {snapshot.Dir{Path: "/root/busybox", Dev: 50, Ino: 8}, f, false},
		"nothing there":            {snapshot.Dir{}, snapshot.File{}, false},
		"a file":                   {snapshot.Dir{Dev: 50, Ino: 9}, snapshot.File{Dev: 50, Ino: 9}, false},
	} {
		if got := StandsIn(c.d, c.f); got != c.want {
			t.Errorf("%s: %t", what, got)
		}
	}
	for path, want := range map[string]bool{"": false, "/": false, "/root/busybox": true} {
		if got := HasOwnRoot(snapshot.Process{Root: snapshot.Dir{Path: path}}); got != want {
			t.Errorf("HasOwnRoot(%q) = %t", path, got)
		}
	}
}

func TestMountsAreNamedForPeople(t *testing.T) {
	for i, want := range []string{"tmpfs nslab 0:50", "tmpfs 0:60", "/root/busybox (tmpfs nslab 0:50)", "/sub (ext4 /dev/x 0:70)"} {
		if got := MountName(table[i]); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	s := &snapshot.Snapshot{Host: snapshot.Namespaces{Mnt: 5}, Mounts: map[uint64][]snapshot.Mount{5: table, 7: nil, 6: nil}}
	e := MountEvidence(s, 5, table[2])
	if e.What != "mount on /mnt in mnt:[5] (host)" || e.Value != "/root/busybox (tmpfs nslab 0:50), slave" {
		t.Errorf("%+v", e)
	}
	if got := MntsElsewhere(s); len(got) != 2 || got[0] != 6 || got[1] != 7 {
		t.Errorf("MntsElsewhere = %d", got)
	}
}
