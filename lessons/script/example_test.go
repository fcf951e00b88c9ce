package script_test

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/nslab/nslab/lessons/script"
)

// A suite of one's own is a test like this one, beside a folder of .txtar files.
func Example() {
	_ = func(t *testing.T) {
		var runner script.Runner
		t.Cleanup(func() { _ = runner.Close() })
		t.Run("lessons", func(t *testing.T) {
			testscript.Run(t, runner.Params("testdata/lessons"))
		})
	}
	// testdata/lessons/rename.txtar:
	//
	//	lesson uts name=nautilus
	//	sh isolated hostname $name
	//	check rename
	//	stdout 'passed'
	//
	// Output:
}
