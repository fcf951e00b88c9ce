package sandbox

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nslab/nslab/sandbox/snapshot"
)

// However much is in a lab, a look does no more than it may, and says what it has left out. It is counted what the look
// does, not how long that takes.
func TestALookDoesSoMuchAndNoMore(t *testing.T) {
	for _, c := range []struct {
		name, script, need string
		omits              []string // some of them, at least
	}{
		{name: "namespaces", omits: []string{snapshot.OmittedNamespaces},
			script: "i=0; while [ $i -lt 70 ]; do i=$((i+1)); unshare -imnpuC --fork sleep 1000 & done; while [ $(pgrep -c -x sleep) -lt 70 ]; do sleep .1; done; echo ready; wait"},
		{name: "mounts", omits: []string{snapshot.OmittedMounts},
			script: "mount --make-rprivate /; mkdir /mnt/a; i=0; while [ $i -lt 14 ] && mount --rbind /mnt /mnt/a; do i=$((i+1)); done; echo ready; sleep 1000"},
		{name: "mounts in many namespaces", omits: []string{snapshot.OmittedMounts},
			script: "mount --make-rprivate /; mkdir /mnt/a; i=0; while [ $i -lt 9 ] && mount --rbind /mnt /mnt/a; do i=$((i+1)); done; " +
				"i=0; while [ $i -lt 30 ]; do i=$((i+1)); unshare -m sleep 1000 & done; while [ $(pgrep -c -x sleep) -lt 30 ]; do sleep .1; done; echo ready; wait"},
		{name: "overlays", omits: []string{snapshot.OmittedOverlays},
			script: "cd /tmp; mkdir l u w; i=0; while [ $i -lt 20 ]; do i=$((i+1)); mkdir o$i u/$i w/$i; mount -t overlay -o lowerdir=l,upperdir=u/$i,workdir=w/$i,userxattr o o$i || echo no; done; echo ready; sleep 1000"},
		{name: "routes", need: "ip", omits: []string{snapshot.OmittedNetwork},
			script: "i=0; while [ $i -lt 6000 ]; do i=$((i+1)); echo route add 10.$((i/65536)).$((i/256%256)).$((i%256))/32 dev lo; done >/tmp/batch; ip -batch /tmp/batch; echo ready; sleep 1000"},
		{name: "sockets", omits: []string{snapshot.OmittedSockets}, script: "nslab probe listen-everywhere"},
		{name: "message queues", omits: []string{snapshot.OmittedIPC}, script: "nslab probe hoard-queues"},
		{name: "processes", script: "i=0; while [ $i -lt 250 ]; do i=$((i+1)); sleep 1000 & done; echo ready; wait"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLab(t)
			for name := range strings.FieldsSeq("pgrep unshare " + c.need) {
				if !l.Has(name) {
					t.Skipf("this machine lacks %s", name)
				}
			}
			if s := snap(t, l); s.Omitted != nil {
				t.Fatalf("of a lab with nothing in it %+v is left out", s.Omitted)
			}
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			p, err := l.Start(Command{Args: []string{"sh", "-c", c.script}, Stdout: w, Stderr: w})
			_ = w.Close()
			if err != nil {
				t.Fatal(err)
			}
			b := make([]byte, 4096)
			within(t, patience, "what is to be too much", func() {
				n, _ := r.Read(b)
				b = b[:n]
			})
			if string(b) != "ready\n" {
				t.Skipf("the lab says %q", b)
			}
			var spent *effort
			looked = func(e *effort) { spent = e }
			defer func() { looked = nil }()
			for look := 0; look < 3; look++ {
				before := bytesRead(t)
				s := snap(t, l)
				read := bytesRead(t) - before
				var omits []string
				for _, m := range s.Omitted {
					omits = append(omits, m.What)
				}
				for _, what := range c.omits {
					if !slices.Contains(omits, what) {
						t.Errorf("it does not say that it has left out %s, but %q", what, omits)
					}
				}
				if len(c.omits) == 0 && omits != nil && !slices.Equal(omits, []string{snapshot.OmittedCommands}) {
					t.Errorf("%q is left out", omits)
				}
				for what, is := range map[string][2]int64{
					"processes read":                {spent.reads.Load(), maxLookReads},
					"bytes of tables":               {spent.bytes.Load(), maxLookBytes},
					"namespaces":                    {spent.namespaces.Load(), maxLookNamespaces * int64(len(snapshot.Kinds()))},
					"files by their names in a lab": {spent.mounts.Load(), maxLookPins + maxLookOverlays},
					"netlink messages":              {spent.messages.Load(), maxLookMessages + maxLookNamespaces*8}, // the one too many of each
					"files below /proc":             {spent.files.Load(), maxLookReads*8 + maxLookNamespaces*16},
					// What the kernel counted: also what nobody here counts. A command line is 16 KiB at most.
					"bytes in all": {read, maxLookBytes + maxLookReads*24<<10},
				} {
					if is[0] > is[1] {
						t.Errorf("%s: %d, and no more than %d are meant", what, is[0], is[1])
					}
				}
				t.Logf("reads %d, files %d, bytes %d of %d, namespaces %d, mounts %d, messages %d; omitted %v", spent.reads.Load(), spent.files.Load(), spent.bytes.Load(),
					read, spent.namespaces.Load(), spent.mounts.Load(), spent.messages.Load(), s.Omitted)
			}
			if len(c.omits) == 0 {
				eventually(t, "nothing is left out", func() bool { return snap(t, l).Omitted == nil })
			}
			_ = p.Signal(9)
		})
	}
}

// bytesRead is what the kernel says that this program has read so far (rchar of proc_pid_io(5)).
func bytesRead(t *testing.T) int64 {
	t.Helper()
	b, err := os.ReadFile("/proc/self/io")
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(b), "\n")
	n, err := strconv.ParseInt(strings.TrimPrefix(line, "rchar: "), 10, 64)
	if err != nil {
		t.Fatalf("%q", line)
	}
	return n
}
