package session

import (
	"strings"
	"testing"

	"github.com/nslab/nslab/lessons/session/screen"
	"github.com/nslab/nslab/sandbox"
)

type nobody struct{}

func (nobody) Begin(*screen.Screen)              {}
func (nobody) Show(*screen.Screen, []byte, bool) {}
func (nobody) Gone(*Shell)                       {}

// BenchmarkPrint is what nslab does with 4 KB of a shell's output, but for reading and writing them.
func BenchmarkPrint(b *testing.B) {
	text := []byte(strings.Repeat("the quick brown fox jumps over the lazy dog 0123456789\r\n", 75)[:4095])
	sh := newShell(&Session{o: Options{Rows: 23, Cols: 80}}, nil)
	sh.viewers = []Viewer{nobody{}}
	var marks sandbox.Marks
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		for _, p := range marks.Split(text) {
			sh.print(p.Data)
		}
	}
}
