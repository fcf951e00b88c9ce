package checks

import (
	"fmt"
	"slices"
	"testing"

	"github.com/nslab/nslab/sandbox/snapshot"
)

func TestIPCNamespacesAndTheirEvidence(t *testing.T) {
	object := snapshot.IPCObject{ID: 1, Bytes: 4096, Messages: 2}
	s := &snapshot.Snapshot{Host: snapshot.Namespaces{IPC: 5}, IPC: map[uint64]snapshot.IPCNS{
		5: {}, 9: {Queues: []snapshot.IPCObject{object, object, object, object, object, object}},
		7: {Segments: []snapshot.IPCObject{object}, Semaphores: []snapshot.IPCObject{object}, POSIX: []string{"a", "\x1b[2J"}},
	}}
	if got := IPCElsewhere(s); !slices.Equal(got, []uint64{7, 9}) {
		t.Errorf("elsewhere: %d", got)
	}
	for inode, want := range map[uint64]string{
		5:  "[{ipc namespace of host ipc:[5]} {message queues in ipc:[5] none} {shared memory segments in ipc:[5] none}]",
		9:  "[{ipc namespace of a bind mount ipc:[9]} {message queues in ipc:[9] msqid 1, msqid 1, msqid 1, msqid 1, 2 more} {shared memory segments in ipc:[9] none}]",
		7:  `[{ipc namespace of a bind mount ipc:[7]} {message queues in ipc:[7] none} {shared memory segments in ipc:[7] shmid 1 (4096 bytes, nattch 2)} {semaphore arrays in ipc:[7] semid 1} {POSIX queues in ipc:[7] /a, "/\x1b[2J"}]`,
		11: "[{ipc namespace of a bind mount ipc:[11]}]",
	} {
		if got := fmt.Sprint(IPCEvidence(s, inode)); got != want {
			t.Errorf("%d: %s\nwant %s", inode, got, want)
		}
	}
}
