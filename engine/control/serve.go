package control

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime/debug"
	"time"
)

// errTooLong says that a line has more bytes than allowed.
var errTooLong = errors.New("line too long")

// serve answers one client until it leaves, stalls, sends too much, or ctx ends.
func (s *Server) serve(ctx context.Context, c *net.UnixConn) {
	defer c.Close()
	// Ends a read that waits for the next request; an answer on its way gets a moment.
	stop := context.AfterFunc(ctx, func() {
		c.SetReadDeadline(time.Unix(1, 0))
		c.SetWriteDeadline(time.Now().Add(lastWrite))
	})
	defer stop()
	in := bufio.NewReader(c)
	for {
		c.SetReadDeadline(time.Now().Add(s.limits.read))
		if ctx.Err() != nil {
			return
		}
		line, err := readLine(in, MaxRequest)
		if errors.Is(err, errTooLong) {
			s.reply(ctx, c, refuse(&Error{fmt.Sprintf("a request is at most %d bytes long", MaxRequest), "split it"}))
			return
		}
		if err != nil {
			return
		}
		response, keep := s.answer(ctx, line)
		if !s.reply(ctx, c, response) || !keep {
			return
		}
	}
}

// answer runs one request; keep is false when the client does not speak our
// language.
func (s *Server) answer(ctx context.Context, line []byte) (r *Response, keep bool) {
	var request Request
	if err := json.Unmarshal(line, &request); err != nil {
		return refuse(&Error{"not a request: " + err.Error(), `send one line such as {"args":["show","status"]}`}), false
	}
	if len(request.Args) > MaxArgs {
		return refuse(&Error{fmt.Sprintf("%d words, at most %d are allowed", len(request.Args), MaxArgs), "split the command"}), true
	}
	run, rest, err := s.registry.find(request.Args)
	if err != nil {
		return refuse(err), true
	}
	ctx, cancel := context.WithTimeout(ctx, s.limits.call)
	defer cancel()
	data, err := s.run(ctx, run, rest, request.Args)
	if err != nil {
		return refuse(err), true
	}
	raw, err := json.Marshal(data)
	if err != nil {
		return refuse(fmt.Errorf("the result cannot be sent: %w", err)), true
	}
	return &Response{OK: true, Data: raw}, true
}

// run calls a handler. A bug in a command must not end the packet engine: it is
// logged with its stack and refused.
func (s *Server) run(ctx context.Context, h Handler, rest, args []string) (data any, err error) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Error().Strs("command", args).Str("stack", string(debug.Stack())).Msg(fmt.Sprint("control: a command panicked: ", p))
			err = &Error{fmt.Sprintf("the command failed inside mire: %v", p), "its stack is in the log of mire"}
		}
	}()
	return h(ctx, rest)
}

func (s *Server) reply(ctx context.Context, c *net.UnixConn, r *Response) bool {
	c.SetWriteDeadline(time.Now().Add(s.limits.write))
	if ctx.Err() != nil {
		c.SetWriteDeadline(time.Now().Add(lastWrite))
	}
	_, err := c.Write(encode(r))
	return err == nil
}

func refuse(err error) *Response {
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{Message: err.Error()}
	}
	return &Response{Error: e}
}

// encode is r as one line.
func encode(r *Response) []byte {
	b, err := json.Marshal(r)
	if err != nil { // r.Data was marshalled before
		b = []byte(`{"ok":false,"error":{"message":"the result cannot be sent"}}`)
	}
	return append(b, '\n')
}

// readLine reads up to a newline, at most most bytes; memory grows with what
// arrives, not with what is allowed. A last line without newline is no line.
func readLine(in *bufio.Reader, most int) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		if len(line)+len(part) > most {
			return nil, errTooLong
		}
		line = append(line, part...)
		switch {
		case err == nil:
			return line, nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(line) > 0:
			return nil, io.ErrUnexpectedEOF
		default:
			return nil, err
		}
	}
}
