// Package prefault makes the program start sooner. The first touch of each page of memory is a page fault, some
// hundreds of them for a heap of a megabyte, and on a virtual machine each can take twenty microseconds: more than all
// that the program does before its first word. A huge page brings in two megabytes at once (madvise(2), MADV_HUGEPAGE).
//
// The package imports nothing that has an init of its own, so the linker puts its own before those
// of nearly all others, which are what fills the heap (Go specification, package initialization). The main package
// imports it for that effect alone.
package prefault

import "unsafe"

const (
	block = 2 << 20   // a huge page
	span  = 120 << 10 // an object that has pages of its own, and a multiple of the heap's
	// ahead is how much of the heap a start of nslab fills.
	ahead = 1 << 20
)

const (
	hugePage      = 14 // MADV_HUGEPAGE
	populateWrite = 23 // MADV_POPULATE_WRITE
)

// madvise is madvise(2); its error does not matter: then the program starts as others do.
func madvise(addr, length, advice uintptr)

var (
	object []byte
	index  int // 0
)

func init() {
	deep()
	// The heap grows upwards. What is left of the block where it is now has to go by first, for a huge page is possible
	// only where nothing has been touched; nobody touches these objects either, so they cost nothing.
	begin := next()
	at := begin
	for at/block == begin/block {
		at = next()
	}
	at &^= block - 1
	madvise(at, block, hugePage)
	// For a kernel that has none to give: as many pages in one call, each in a tenth of the time.
	madvise(at, ahead, populateWrite)
	object = nil
}

// next returns where a further object of the heap is.
func next() uintptr {
	object = make([]byte, span)
	return uintptr(unsafe.Pointer(&object[0]))
}

// deep has the stack grow, once, to what most commands need: each time it doubles, the runtime looks up every function
// that is on it, in tables that are all over the program's file.
//
//go:noinline
func deep() {
	var frame [48 << 10]byte
	index += int(frame[index])
}
