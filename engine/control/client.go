package control

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Client is a connection to a running mire, for one goroutine.
type Client struct {
	conn *net.UnixConn
	in   *bufio.Reader
	path string
}

// Dial connects to the socket at path. Its errors are *Error and say what to do.
func Dial(ctx context.Context, path string) (*Client, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", path)
	switch {
	case err == nil:
		u := c.(*net.UnixConn)
		return &Client{conn: u, in: bufio.NewReader(u), path: path}, nil
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ECONNREFUSED):
		return nil, &Error{"no mire is running (nobody listens on " + path + ")",
			"start it with `mire run -c FILE`, or name its socket with --socket"}
	case errors.Is(err, fs.ErrPermission):
		return nil, &Error{"not allowed to use " + path, "run this as root or as a member of the socket's group"}
	}
	return nil, &Error{fmt.Sprintf("control socket %s: %v", path, err), ""}
}

// PID is the process that listens, 0 when unknown.
func (c *Client) PID() int { return PeerPID(c.conn) }

// Close ends the connection.
func (c *Client) Close() error { return c.conn.Close() }

// Call runs one command and returns its result. A refusal by the server is an
// *Error. After any other error the client is of no more use.
func (c *Client) Call(ctx context.Context, args ...string) (json.RawMessage, error) {
	request, err := json.Marshal(Request{Args: args})
	if err != nil {
		return nil, err
	}
	if len(request) >= MaxRequest {
		return nil, &Error{fmt.Sprintf("the command is %d bytes long, at most %d are allowed", len(request), MaxRequest), "split it"}
	}
	stop := context.AfterFunc(ctx, func() { c.conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	// A server that refuses at once may have closed already: its answer counts
	// more than our failure to write.
	_, writeErr := c.conn.Write(append(request, '\n'))
	line, err := readLine(c.in, MaxResponse)
	if err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, fmt.Errorf("control socket %s: no answer: %w", c.path, errors.Join(err, writeErr))
	}
	var r Response
	if err := json.Unmarshal(line, &r); err != nil {
		return nil, fmt.Errorf("control socket %s: not an answer of mire: %w", c.path, err)
	}
	if !r.OK {
		if r.Error == nil {
			r.Error = &Error{Message: "refused without a reason: " + strings.Join(args, " ")}
		}
		return nil, r.Error
	}
	return r.Data, nil
}

// Call dials, runs one command and closes.
func Call(ctx context.Context, path string, args ...string) (json.RawMessage, error) {
	c, err := Dial(ctx, path)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return c.Call(ctx, args...)
}
