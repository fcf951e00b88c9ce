package grade

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"

	"github.com/nslab/nslab/lessons"
	"github.com/nslab/nslab/sandbox"
)

// Process is a worker in a process of its own, which speaks as [Serve] does: a job is a line of JSON on its standard
// input, the outcome one on its standard output.
type Process struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// maxAnswer is more than any honest outcome has.
const maxAnswer = 16 << 20

// StartProcess starts a worker: a program that calls Serve. It gets none of the caller's environment, and dies with it.
func StartProcess(path string, argv []string) (*Process, error) {
	c := &exec.Cmd{Path: path, Args: argv, Env: []string{"PATH=/usr/bin:/bin", "LANG=C.UTF-8"}, Dir: "/", Stderr: os.Stderr,
		SysProcAttr: &syscall.SysProcAttr{Setpgid: true}}
	in, err := c.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, fmt.Errorf("start a worker: %w", err)
	}
	return &Process{cmd: c, in: in, out: bufio.NewReader(out)}, nil
}

// Do implements Worker.
func (p *Process) Do(ctx context.Context, j *Job) (*Outcome, error) {
	stop := context.AfterFunc(ctx, func() { _ = p.cmd.Process.Kill() })
	defer stop()
	b, err := json.Marshal(j)
	if err != nil {
		return nil, err
	}
	if _, err := p.in.Write(append(b, '\n')); err != nil {
		return nil, fmt.Errorf("give a worker its work: %w", err)
	}
	line, err := readLine(p.out, maxAnswer)
	if err != nil {
		return nil, fmt.Errorf("wait for a worker: %w", err)
	}
	var a answer
	if err := json.Unmarshal(line, &a); err != nil {
		return nil, fmt.Errorf("read a worker's answer: %w", err)
	}
	if a.Error != "" {
		return nil, errors.New(a.Error)
	}
	if a.Outcome == nil {
		return nil, errors.New("read a worker's answer: it is empty")
	}
	return a.Outcome, nil
}

// Close implements Worker: the process is ended, and with it whatever is left of its labs.
func (p *Process) Close() {
	_ = p.in.Close()
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

type answer struct {
	Outcome *Outcome `json:"outcome,omitempty"`
	Error   string   `json:"error,omitempty"`
}

// Serve does jobs until its input ends.
func Serve(in io.Reader, out io.Writer, o sandbox.KeeperOptions, tools sandbox.Tools, find func(string) (*lessons.Lesson, error)) error {
	keeper, err := sandbox.NewKeeper(o)
	if err != nil {
		return err
	}
	defer keeper.Close()
	r := bufio.NewReader(in)
	for {
		line, err := readLine(r, maxAnswer)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var j Job
		if err := json.Unmarshal(line, &j); err != nil {
			return err
		}
		var a answer
		a.Outcome, err = Replay(context.Background(), keeper, tools, find, &j)
		if err != nil {
			a.Error = err.Error()
		}
		b, err := json.Marshal(a)
		if err != nil {
			return err
		}
		if _, err := out.Write(append(b, '\n')); err != nil {
			return err
		}
	}
}

// readLine reads a line of at most limit bytes.
func readLine(r *bufio.Reader, limit int) ([]byte, error) {
	var line []byte
	for {
		piece, err := r.ReadSlice('\n')
		line = append(line, piece...)
		switch {
		case err == nil:
			return line, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		case len(line) > limit:
			return nil, fmt.Errorf("a line of more than %d bytes", limit)
		}
	}
}
