package sandbox

import "golang.org/x/sys/unix"

// inputCalls are the calls, beside read(2), in which a program waits for its terminal.
var inputCalls = map[int]bool{unix.SYS_PSELECT6: true, unix.SYS_PPOLL: true}
