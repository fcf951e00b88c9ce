package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"os/signal"
	"sync"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// attach is the near end of nslab shell NAME.
func (a *app) attach(c net.Conn, name string, kind terminalKind) error {
	cols, rows, err := term.GetSize(int(a.in.Fd()))
	if err != nil {
		cols, rows = 80, 24
	}
	if err := a.send(c, request{Op: "attach", Args: []string{name}, Rows: uint16(rows), Cols: uint16(cols), Terminal: kind}); err != nil {
		return a.fail(textNoAnswer, "error", err.Error())
	}
	r := bufio.NewReader(c)
	rep, err := readReply(r)
	if err != nil {
		return a.fail(textNoAnswer, "error", err.Error())
	}
	if rep.Error != "" {
		return &userError{rep.Error}
	}
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, unix.SIGTERM, unix.SIGHUP, unix.SIGINT, unix.SIGQUIT)
	defer signal.Stop(signals)
	a.say(textAttached, "shell", name)
	tty, err := takeTerminal(a.in, kind.Term, kind.Term != "dumb")
	if err != nil {
		return err
	}
	var mu sync.Mutex
	send := func(kind byte, p []byte) {
		mu.Lock()
		defer mu.Unlock()
		_ = writeFrame(c, kind, p) // its loss is seen by the reader below
	}
	tty.pump(rows, cols, func(p []byte) {
		if p == nil {
			_ = c.Close()
			return
		}
		send('d', p)
	}, func(rows, cols uint16) {
		send('r', binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, rows), cols))
	})
	var ended os.Signal
	go func() {
		ended = <-signals
		_ = c.Close()
	}()
	last, left := textSessionOver.In(a.lang, nil), false
	for {
		kind, p, err := readFrame(r)
		if err != nil {
			break
		}
		if kind == 'd' {
			_, _ = a.out.Write(p)
		}
		if kind == 'e' {
			last, left = string(p), true
			break
		}
	}
	if !left && kind.Term != "dumb" {
		// The other end has gone without a word.
		_, h, err := term.GetSize(int(a.in.Fd()))
		if err != nil {
			h = rows
		}
		fmt.Fprint(a.out, leaveTerminal(kind.Term, h, h-1))
	}
	tty.restore()
	fmt.Fprintln(a.out, last)
	if ended != nil {
		return statusError(128 + int(ended.(unix.Signal)))
	}
	return nil
}
