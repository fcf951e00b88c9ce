package pack

import (
	"bytes"
	"embed"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nslab/nslab/checks/say"
)

//go:embed template
var template embed.FS

// ValidName reports whether a pack can have that name.
func ValidName(name string) bool { return nameForm().MatchString(name) && len(name) <= 40 }

// New makes a folder with a small whole pack, which passes its own test, to begin with. The pack has the folder's name. It fails with an [*OpenError]
// where the folder is there already or the name will not do.
func New(dir string) error {
	name := filepath.Base(dir)
	if !ValidName(name) {
		return &OpenError{Path: dir, Reason: badFolderName, Args: pairs([]string{"name", shown(name)})}
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o777); err != nil {
		return openError(dir, err)
	}
	switch err := os.Mkdir(dir, 0o777); {
	case errors.Is(err, fs.ErrExist):
		return &OpenError{Path: dir, Reason: say.Text{EN: "it is there already; choose another name", FR: "il existe déjà ; choisissez un autre nom"}}
	case err != nil:
		return openError(dir, err)
	}
	files, err := fs.Sub(template, "template")
	if err != nil {
		return err
	}
	return fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == "." {
			return err
		}
		to := filepath.Join(dir, path)
		if d.IsDir() {
			return os.Mkdir(to, 0o777)
		}
		b, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		return os.WriteFile(to, bytes.ReplaceAll(b, []byte("NAME"), []byte(name)), 0o666)
	})
}
