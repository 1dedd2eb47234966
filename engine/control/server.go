package control

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"time"

	"github.com/rs/zerolog"
)

// Server answers commands on a Unix socket. Each client has a goroutine of its
// own and a bounded time for everything, so that none can hurt another.
type Server struct {
	registry *Registry
	log      zerolog.Logger
	listener *net.UnixListener
	lock     *os.File
	seats    chan struct{}
	limits   limits
}

// limits are fields so that tests need not wait.
type limits struct{ read, write, call time.Duration }

// Listen opens the socket at path with mode 0660. It fails with *Running when a
// mire listens there already; what a killed one left is replaced. Commands may be
// registered before and after.
func Listen(path string, registry *Registry, log zerolog.Logger) (*Server, error) {
	l, lock, err := listen(path)
	if err != nil {
		return nil, err
	}
	return &Server{registry: registry, log: log, listener: l, lock: lock,
		seats:  make(chan struct{}, maxClients),
		limits: limits{readTimeout, writeTimeout, callTimeout}}, nil
}

// Close gives the socket up without serving; Serve does it by itself.
func (s *Server) Close() {
	s.listener.Close() // also removes the socket
	s.lock.Close()
}

// Serve answers clients until ctx ends; then it removes the socket, cancels
// the handlers that run, and returns when the last one is done.
func (s *Server) Serve(ctx context.Context) error {
	var clients sync.WaitGroup
	stop := context.AfterFunc(ctx, func() { s.listener.Close() })
	defer func() {
		stop()
		clients.Wait()
		s.Close()
	}()
	for {
		c, err := s.listener.AcceptUnix()
		switch {
		case err == nil:
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return err
		default: // out of descriptors, for a moment we hope
			s.log.Warn().Err(err).Msg("control socket: accept failed")
			select {
			case <-ctx.Done():
			case <-time.After(100 * time.Millisecond):
			}
			continue
		}
		select {
		case s.seats <- struct{}{}:
			clients.Go(func() {
				defer func() { <-s.seats }()
				s.serve(ctx, c)
			})
		default:
			// A new socket's buffer takes this at once: no goroutine needed.
			c.SetWriteDeadline(time.Now().Add(10 * time.Millisecond))
			c.Write(encode(refuse(&Error{"too many clients at the same time", "try again in a few seconds"})))
			c.Close()
		}
	}
}
