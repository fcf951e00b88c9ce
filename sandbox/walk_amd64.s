#include "textflag.h"
#include "walk.h"

// walk makes the calls of a script, one after another. It is no Go code: it uses no stack, no
// goroutine and nothing of the Go runtime, so that it can run in a process that shares the memory of a
// Go program (spawn jumps here), and as the whole text of a program of its own (walker.go).
//
// BX is the first call, R12 the board; R13 is the call at hand, R14 where on the
// board its result goes.
TEXT ·walk(SB), NOSPLIT|NOFRAME, $0-0
	TESTQ BX, BX
	JNZ   begin

	// The kernel starts a program with zeros in all registers: fetch the script from descriptor 0.
	MOVL  $9, AX            // mmap
	MOVL  $page_at, DI
	MOVL  $page_size, SI
	MOVL  $3, DX            // PROT_READ|PROT_WRITE
	MOVL  $0x8032, R10      // MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS|MAP_POPULATE
	MOVQ  $-1, R8
	XORL  R9, R9
	SYSCALL
	MOVL  $45, AX           // recvfrom
	XORL  DI, DI
	MOVL  $page_at, SI
	MOVL  $page_size, DX
	XORL  R10, R10
	XORL  R8, R8
	XORL  R9, R9
	SYSCALL
	CMPQ  AX, $0
	JLE   exit              // nobody is left who would send one
	MOVL  $page_at, BX
	MOVQ  0(BX), R12
	ADDQ  $16, BX

begin:
	MOVQ  BX, R13
	LEAQ  16(R12), R14

next:
	CMPL  call_kind(R13), $kind_settle
	JEQ   settle
	XORL  CX, CX
from:
	MOVLQSX call_from(R13)(CX*4), AX
	TESTQ AX, AX
	JZ    have
	MOVQ  8(R12)(AX*8), AX
	MOVQ  AX, call_args(R13)(CX*8)
have:
	INCQ  CX
	CMPQ  CX, $6
	JLT   from
	MOVQ  call_nr(R13), AX
	MOVQ  (call_args+0)(R13), DI
	MOVQ  (call_args+8)(R13), SI
	MOVQ  (call_args+16)(R13), DX
	MOVQ  (call_args+24)(R13), R10
	MOVQ  (call_args+32)(R13), R8
	MOVQ  (call_args+40)(R13), R9
	SYSCALL
	MOVL  call_kind(R13), CX
	CMPQ  AX, $-4095
	JCC   error
	TESTQ AX, AX
	JNZ   store
	CMPL  CX, $kind_fork
	JEQ   onward            // the child
	CMPL  CX, $kind_wantN
	JEQ   failed
store:
	MOVQ  AX, (R14)
	MOVLQSX call_time(R13), AX
	TESTQ AX, AX
	JZ    timed
	LEAQ  (R12)(AX*8), SI
	MOVL  $228, AX          // clock_gettime
	MOVL  $1, DI            // CLOCK_MONOTONIC
	SYSCALL
timed:
	CMPL  call_kind(R13), $kind_fork
	JEQ   parent
onward:
	ADDQ  $call_size, R13
	ADDQ  $8, R14
	JMP   next

error:
	CMPQ  AX, $-4           // EINTR
	JEQ   next
	CMPL  CX, $kind_may
	JEQ   store
	NEGQ  AX
failed:
	MOVQ  AX, 8(R12)
	MOVQ  R14, AX
	SUBQ  R12, AX
	SHRQ  $3, AX
	DECQ  AX
	MOVQ  AX, 0(R12)
	MOVLQSX call_fail(R13), AX
	JMP   goto
parent:
	MOVLQSX call_to(R13), AX
goto:
	LEAQ  16(R12)(AX*8), R14
	IMULQ $call_size, AX
	LEAQ  (BX)(AX*1), R13
	JMP   next

settle:
	// Nothing of the script may be left, nor a descriptor.
	MOVL  $11, AX           // munmap
	MOVL  $page_at, DI
	MOVL  $page_size, SI
	SYSCALL
	MOVL  $436, AX          // close_range
	XORL  DI, DI
	MOVL  $-1, SI
	XORL  DX, DX
	SYSCALL
rest:
	MOVL  $34, AX           // pause
	SYSCALL
	JMP   rest

exit:
	MOVL  $231, AX          // exit_group
	MOVL  $126, DI
	SYSCALL
	JMP   exit
	LONG  $0x616e736c       // the end, for walkerProgram
	LONG  $0x62656e64

// func walkAddress() uintptr
TEXT ·walkAddress(SB), NOSPLIT, $0-8
	MOVQ  $·walk(SB), AX
	MOVQ  AX, ret+0(FP)
	RET

DATA allSignals<>+0(SB)/8, $-1
GLOBL allSignals<>(SB), RODATA, $8

// func spawn(flags uintptr, calls *call, words *uintptr) (pid uintptr, errno uintptr)
TEXT ·spawn(SB), NOSPLIT, $8-40
	// The new process begins with every signal blocked.
	MOVL  $14, AX           // rt_sigprocmask
	MOVL  $2, DI            // SIG_SETMASK
	LEAQ  allSignals<>(SB), SI
	LEAQ  old-8(SP), DX
	MOVL  $8, R10
	SYSCALL
	MOVQ  flags+0(FP), DI
	XORL  SI, SI            // on the stack that is there, of which it uses nothing
	XORL  DX, DX
	XORL  R10, R10
	XORL  R8, R8
	MOVQ  calls+8(FP), BX
	MOVQ  words+16(FP), R12
	MOVL  $56, AX           // clone
	SYSCALL
	TESTQ AX, AX
	JNZ   parent
	JMP   ·walk(SB)         // on no stack: this one is the parent's
parent:
	MOVQ  $0, errno+32(FP)
	CMPQ  AX, $-4095
	JCS   made
	NEGQ  AX
	MOVQ  AX, errno+32(FP)
	XORL  AX, AX
made:
	MOVQ  AX, pid+24(FP)
	MOVL  $14, AX
	MOVL  $2, DI
	LEAQ  old-8(SP), SI
	XORL  DX, DX
	MOVL  $8, R10
	SYSCALL
	RET
