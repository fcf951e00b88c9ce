package report

import (
	"bytes"
	"io"
	"testing"

	"github.com/nslab/nslab/checks/say"
)

// Results may have been edited by hand, or by another program: what can be read can be written in every format.
func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := Write(&b, "json", results(), say.EN); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(`{"nslab-results":1,"submissions":[null,{"student":"","lessons":[{"steps":[{}]}]}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := Read(b)
		if err != nil {
			return
		}
		for _, format := range Formats() {
			if err := Write(io.Discard, format, r, say.FR); err != nil && err != ErrOne {
				t.Errorf("%s: %v", format, err)
			}
		}
	})
}
