package lessons

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// SwitchProgress puts the progress in folder dir away under one name and takes up that of another; empty is the
// name of what was done in no course. What was never begun begins without progress.
func SwitchProgress(dir, from, to string) error {
	if from == to {
		return nil
	}
	p := &Progress{dir: dir}
	unlock, err := p.lock()
	if err != nil {
		return fmt.Errorf("change to another progress: %w", err)
	}
	defer unlock()
	aside := func(name string) string {
		if name == "" {
			name = "tutorial"
		}
		return filepath.Join(dir, "progress-"+name+".json")
	}
	for _, r := range [][2]string{{p.path(), aside(from)}, {aside(to), p.path()}} {
		if err := os.Rename(r[0], r[1]); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("change to another progress: %w", err)
		}
	}
	return nil
}
