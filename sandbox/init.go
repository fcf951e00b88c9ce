package sandbox

import (
	"encoding/binary"
	"fmt"
	"runtime"
)

// The init of a lab is PID 1 of its PID namespace: it must be there, and it
// must not keep the dead (pid_namespaces(7)). With SIGCHLD ignored the kernel
// reaps children by itself (wait(2), NOTES), also those that an ended process leaves behind,
// so init's whole program is: ignore SIGCHLD, then pause for ever.
//
// It is a program of its own, not a copy of the keeper, because the learner is
// root beside it and may read all it has: its memory, its environment, its
// descriptors, and the file it was started from. Written out here it is 200 bytes; nothing has to
// be compiled or shipped.

// initCode is the machine code: rt_sigaction(SIGCHLD, &ignore, NULL, 8), then
// ppoll(NULL, 0, NULL, NULL) for ever. The first instruction's address operand is patched
// with where the structure stands.
var initCode = map[string]struct {
	machine uint16 // e_machine of elf(5)
	code    func(action uint64) []byte
}{
	"amd64": {62, func(action uint64) []byte {
		b := []byte{
			0xb8, 13, 0, 0, 0, // mov eax, 13 (rt_sigaction)
			0xbf, 17, 0, 0, 0, // mov edi, 17 (SIGCHLD)
			0xbe, 0, 0, 0, 0, // mov esi, action
			0x31, 0xd2, // xor edx, edx
			0x41, 0xba, 8, 0, 0, 0, // mov r10d, 8
			0x0f, 0x05, // syscall
			0xb8, 34, 0, 0, 0, // mov eax, 34 (pause)
			0x0f, 0x05, // syscall
			0xeb, 0xf7, // jmp back to mov eax, 34
		}
		binary.LittleEndian.PutUint32(b[11:], uint32(action))
		return b
	}},
	"arm64": {183, func(action uint64) []byte {
		words := []uint32{
			0xd2800220,                                // mov x0, #17 (SIGCHLD)
			0xd2800001 | uint32(action&0xffff)<<5,     // mov x1, #low half of action
			0xf2a00001 | uint32(action>>16&0xffff)<<5, // movk x1, #high half, lsl #16
			0xd2800002,                                // mov x2, #0
			0xd2800103,                                // mov x3, #8
			0xd28010c8,                                // mov x8, #134 (rt_sigaction)
			0xd4000001,                                // svc #0
			0xd2800000,                                // mov x0, #0
			0xd2800001,                                // mov x1, #0
			0xd2800002,                                // mov x2, #0
			0xd2800003,                                // mov x3, #0
			0xd2800928,                                // mov x8, #73 (ppoll)
			0xd4000001,                                // svc #0
			0x17fffffa,                                // b back to mov x0, #0
		}
		b := make([]byte, 0, 4*len(words))
		for _, w := range words {
			b = binary.LittleEndian.AppendUint32(b, w)
		}
		return b
	}},
}

// initProgram returns the ELF file of init for this architecture (elf(5)).
func initProgram() ([]byte, error) {
	arch, ok := initCode[runtime.GOARCH]
	if !ok {
		return nil, fmt.Errorf("labs are written for amd64 and arm64, not for %s", runtime.GOARCH)
	}
	const (
		base   = 0x400000
		header = 64 + 56 // the ELF header and one program header
		action = base + header
		code   = action + 32 // behind struct sigaction {handler, flags, restorer, mask}
	)
	text := arch.code(action)
	size := uint64(header + 32 + len(text))
	le := binary.LittleEndian
	b := []byte{0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	b = le.AppendUint16(b, 2) // ET_EXEC
	b = le.AppendUint16(b, arch.machine)
	b = le.AppendUint32(b, 1)
	b = le.AppendUint64(b, code) // e_entry
	b = le.AppendUint64(b, 64)   // e_phoff
	b = le.AppendUint64(b, 0)    // e_shoff
	b = le.AppendUint32(b, 0)
	b = le.AppendUint16(b, 64) // e_ehsize
	b = le.AppendUint16(b, 56) // e_phentsize
	b = le.AppendUint16(b, 1)  // e_phnum
	b = le.AppendUint16(b, 64)
	b = le.AppendUint16(b, 0)
	b = le.AppendUint16(b, 0)
	b = le.AppendUint32(b, 1) // PT_LOAD
	b = le.AppendUint32(b, 5) // PF_R|PF_X
	b = le.AppendUint64(b, 0)
	b = le.AppendUint64(b, base)
	b = le.AppendUint64(b, base)
	b = le.AppendUint64(b, size)
	b = le.AppendUint64(b, size)
	b = le.AppendUint64(b, 0x1000)
	b = le.AppendUint64(b, 1) // SIG_IGN; flags, restorer and mask stay 0
	b = append(b, make([]byte, 24)...)
	return append(b, text...), nil
}
