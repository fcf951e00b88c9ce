package course

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/nslab/nslab/lessons"
)

// Membership is what nslab join leaves in a student's state folder.
type Membership struct {
	Version int     `json:"version"`
	Student string  `json:"student"`
	Code    string  `json:"code"`
	Course  *Course `json:"course"`
}

const memberFile = "membership.json"

// ErrNone says that no course was joined.
var ErrNone = errors.New("no course was joined")

// Open reads which course was joined; ErrNone where none was. A file that cannot be used is left as it is.
func Open(dir string) (*Membership, error) {
	b, err := os.ReadFile(filepath.Join(dir, memberFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, fmt.Errorf("read which course was joined: %w", err)
	}
	m := &Membership{}
	bad := func(err error) (*Membership, error) {
		return nil, fmt.Errorf("read which course was joined in %s: %w", filepath.Join(dir, memberFile), err)
	}
	if len(b) > maxFile {
		return bad(fmt.Errorf("it has more than %d bytes", maxFile))
	}
	if err := json.Unmarshal(b, m); err != nil {
		return bad(err)
	}
	if m.Course == nil || m.Version > Version {
		return bad(ErrNewer)
	}
	if err := m.Course.valid(); err != nil {
		return bad(err)
	}
	if _, err := ParseCode(m.Code, m.Course, m.Student); err != nil {
		return bad(err)
	}
	return m, nil
}

// Key returns the student's code.
func (m *Membership) Key() Code {
	k, _ := ParseCode(m.Code, m.Course, m.Student) // Open and Join have read it
	return k
}

// Join makes the student a member: from now on parameters are the student's own. The progress of each course is its
// own too: what was done before is there again after [Leave].
func Join(dir string, c *Course, student string, code Code) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	m := &Membership{Version: Version, Student: student, Code: code.Text(c, student), Course: c}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	if err := e.Encode(m); err != nil {
		return err
	}
	from := ""
	if was, err := Open(dir); err == nil {
		from = was.Name()
	}
	if err := lessons.SwitchProgress(dir, from, m.Name()); err != nil {
		return err
	}
	return WriteFile(filepath.Join(dir, memberFile), b.Bytes(), 0o600)
}

// Name tells a membership from any other: files are named after it.
func (m *Membership) Name() string { return m.Course.ID + "-" + m.Student }

// Leave ends the membership.
func Leave(dir string) error {
	m, err := Open(dir)
	if err != nil {
		return err
	}
	if err := lessons.SwitchProgress(dir, m.Name(), ""); err != nil {
		return err
	}
	return os.Remove(filepath.Join(dir, memberFile))
}

// WriteFile writes a file whole: a reader, or a kill at any moment, finds the old one or the new one (rename(2)).
func WriteFile(path string, b []byte, mode os.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
