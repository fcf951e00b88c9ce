package sandbox

import (
	"bytes"
	"strconv"
	"strings"
)

// Marks takes the marks of a lab's shells out of what their terminal prints.
//
// The shells of a lab print an escape sequence before each prompt and, where
// they can, one when a command begins: an operating system command (OSC of
// ECMA-48) with the number 7777, which no terminal uses. A mark says when to
// look at the kernel; it is never believed, for whatever runs in the lab can print it too.
//
// The zero value is ready for use.
type Marks struct {
	held []byte // the beginning of what may become a mark
}

// Mark is one mark.
type Mark struct {
	// Prompt is true for the mark before a prompt, false for that of a command that begins.
	Prompt bool
	// Status is the exit status that the shell reported, Command the command
	// line it reported; empty where it cannot say.
	Status  int
	Command string
	// Number is the command's number in the shell's history, 0 where unknown: with the same number as
	// before, nothing was run.
	Number int
}

// Piece is a stretch of output, or a mark.
type Piece struct {
	Data []byte
	Mark *Mark
}

const (
	markStart = "\x1b]7777;"
	markEnd   = '\a'
	// markMax bounds how much of an unfinished mark is held back.
	markMax = 64 << 10
)

// Split takes the next chunk of output and returns its pieces in order. The
// data of a piece stays valid until the next call.
func (m *Marks) Split(chunk []byte) []Piece {
	data := chunk
	if len(m.held) > 0 {
		data = append(m.held, chunk...)
		m.held = nil
	}
	var pieces []Piece
	plain := 0
	for at := 0; ; {
		i := bytes.IndexByte(data[at:], 0x1b)
		if i < 0 {
			break
		}
		i += at
		rest := data[i:]
		if len(rest) < len(markStart) {
			if bytes.HasPrefix([]byte(markStart), rest) {
				return m.hold(pieces, data, plain, i)
			}
			at = i + 1
			continue
		}
		if !bytes.HasPrefix(rest, []byte(markStart)) {
			at = i + 1
			continue
		}
		end := bytes.IndexByte(rest, markEnd)
		if end < 0 || end >= markMax {
			if end < 0 && len(rest) < markMax {
				return m.hold(pieces, data, plain, i)
			}
			// No shell of ours prints that; let it pass without its escape.
			at = i + 1
			continue
		}
		if i > plain {
			pieces = append(pieces, Piece{Data: data[plain:i]})
		}
		if mark := parseMark(string(rest[len(markStart):end])); mark != nil {
			pieces = append(pieces, Piece{Mark: mark})
		}
		plain = i + end + 1
		at = plain
	}
	if plain < len(data) {
		pieces = append(pieces, Piece{Data: data[plain:]})
	}
	return pieces
}

func (m *Marks) hold(pieces []Piece, data []byte, plain, from int) []Piece {
	m.held = append([]byte(nil), data[from:]...)
	if from > plain {
		pieces = append(pieces, Piece{Data: data[plain:from]})
	}
	return pieces
}

// parseMark reads what stands between the sequence's number and its end:
// "run;0;" or "prompt;STATUS;", and what bash's history prints of the last command.
func parseMark(s string) *Mark {
	kind, rest, _ := strings.Cut(s, ";")
	if kind != "run" && kind != "prompt" {
		return nil
	}
	status, line, _ := strings.Cut(rest, ";")
	n, err := strconv.Atoi(status)
	if err != nil {
		return nil
	}
	m := &Mark{Prompt: kind == "prompt", Status: n}
	line = strings.TrimSpace(strings.ReplaceAll(line, "\r\n", "\n"))
	number, command, found := strings.Cut(line, " ")
	if m.Number, err = strconv.Atoi(strings.TrimSuffix(number, "*")); err == nil && found {
		m.Command = strings.TrimSpace(command)
	}
	return m
}
