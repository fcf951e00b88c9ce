#include "textflag.h"
#include "walk.h"

// walk: see walk_amd64.s. R19 is the first call, R20 the board; R21 is the call at hand, R22 where
// on the board its result goes.
TEXT ·walk(SB), NOSPLIT|NOFRAME, $0-0
	CBNZ  R19, begin

	// The kernel starts a program with zeros in all registers: fetch the script from descriptor 0.
	MOVD  $page_at, R0
	MOVD  $page_size, R1
	MOVD  $3, R2            // PROT_READ|PROT_WRITE
	MOVD  $0x8032, R3       // MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS|MAP_POPULATE
	MOVD  $-1, R4
	MOVD  $0, R5
	MOVD  $222, R8          // mmap
	SVC
	MOVD  $0, R0
	MOVD  $page_at, R1
	MOVD  $page_size, R2
	MOVD  $0, R3
	MOVD  $0, R4
	MOVD  $0, R5
	MOVD  $207, R8          // recvfrom
	SVC
	CMP   $0, R0
	BLE   exit              // nobody is left who would send one
	MOVD  $page_at, R19
	MOVD  0(R19), R20
	ADD   $16, R19, R19

begin:
	MOVD  R19, R21
	ADD   $16, R20, R22

next:
	MOVW  call_kind(R21), R9
	CMP   $kind_settle, R9
	BEQ   settle
	MOVD  $0, R10
from:
	ADD   R10<<2, R21, R11
	MOVW  call_from(R11), R12
	CBZ   R12, have
	ADD   R12<<3, R20, R12
	MOVD  8(R12), R12
	ADD   R10<<3, R21, R11
	MOVD  R12, call_args(R11)
have:
	ADD   $1, R10, R10
	CMP   $6, R10
	BLT   from
	MOVD  call_nr(R21), R8
	MOVD  (call_args+0)(R21), R0
	MOVD  (call_args+8)(R21), R1
	MOVD  (call_args+16)(R21), R2
	MOVD  (call_args+24)(R21), R3
	MOVD  (call_args+32)(R21), R4
	MOVD  (call_args+40)(R21), R5
	SVC
	MOVW  call_kind(R21), R9
	CMN   $4095, R0
	BHS   error
	CBNZ  R0, store
	CMP   $kind_fork, R9
	BEQ   onward            // the child
	CMP   $kind_wantN, R9
	BEQ   failed
store:
	MOVD  R0, (R22)
	MOVW  call_time(R21), R10
	CBZ   R10, timed
	ADD   R10<<3, R20, R1
	MOVD  $1, R0            // CLOCK_MONOTONIC
	MOVD  $113, R8          // clock_gettime
	SVC
timed:
	CMP   $kind_fork, R9
	BEQ   parent
onward:
	ADD   $call_size, R21, R21
	ADD   $8, R22, R22
	B     next

error:
	CMN   $4, R0            // EINTR
	BEQ   next
	CMP   $kind_may, R9
	BEQ   store
	NEG   R0, R0
failed:
	MOVD  R0, 8(R20)
	SUB   R20, R22, R10
	LSR   $3, R10, R10
	SUB   $1, R10, R10
	MOVD  R10, 0(R20)
	MOVW  call_fail(R21), R10
	B     goto
parent:
	MOVW  call_to(R21), R10
goto:
	ADD   R10<<3, R20, R22
	ADD   $16, R22, R22
	MOVD  $call_size, R11
	MUL   R11, R10, R10
	ADD   R10, R19, R21
	B     next

settle:
	// Nothing of the script may be left, nor a descriptor.
	MOVD  $page_at, R0
	MOVD  $page_size, R1
	MOVD  $215, R8          // munmap
	SVC
	MOVD  $0, R0
	MOVD  $0xffffffff, R1
	MOVD  $0, R2
	MOVD  $436, R8          // close_range
	SVC
rest:
	MOVD  $0, R0
	MOVD  $0, R1
	MOVD  $0, R2
	MOVD  $0, R3
	MOVD  $0, R4
	MOVD  $73, R8           // ppoll
	SVC
	B     rest

exit:
	MOVD  $126, R0
	MOVD  $94, R8           // exit_group
	SVC
	B     exit
	WORD  $0x616e736c       // the end, for walkerProgram
	WORD  $0x62656e64

// func walkAddress() uintptr
TEXT ·walkAddress(SB), NOSPLIT, $0-8
	MOVD  $·walk(SB), R0
	MOVD  R0, ret+0(FP)
	RET

DATA allSignals<>+0(SB)/8, $-1
GLOBL allSignals<>(SB), RODATA, $8

// func spawn(flags uintptr, calls *call, words *uintptr) (pid uintptr, errno uintptr)
TEXT ·spawn(SB), NOSPLIT, $16-40
	// The new process begins with every signal blocked.
	MOVD  $2, R0            // SIG_SETMASK
	MOVD  $allSignals<>(SB), R1
	MOVD  $old-8(SP), R2
	MOVD  $8, R3
	MOVD  $135, R8          // rt_sigprocmask
	SVC
	MOVD  flags+0(FP), R0
	MOVD  $0, R1            // on the stack that is there, of which it uses nothing
	MOVD  $0, R2
	MOVD  $0, R3
	MOVD  $0, R4
	MOVD  calls+8(FP), R19
	MOVD  words+16(FP), R20
	MOVD  $220, R8          // clone
	SVC
	CBNZ  R0, parent
	B     ·walk(SB)         // on no stack: this one is the parent's
parent:
	MOVD  $0, R1
	CMN   $4095, R0
	BLO   made
	NEG   R0, R1
	MOVD  $0, R0
made:
	MOVD  R0, pid+24(FP)
	MOVD  R1, errno+32(FP)
	MOVD  $2, R0
	MOVD  $old-8(SP), R1
	MOVD  $0, R2
	MOVD  $8, R3
	MOVD  $135, R8
	SVC
	RET
