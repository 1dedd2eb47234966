package dpdk

/*
#include <stdlib.h>
#include "log.h"
*/
import "C"

import (
	"bytes"
	"log"
	"os"
	"strings"
	"sync"
	"unsafe"

	"github.com/rs/zerolog"
	"golang.org/x/sys/unix"
)

// logRoute carries the lines of DPDK, of C code that prints on stderr while an
// EAL call runs, and of go-dpdk into one zerolog logger. It also remembers the
// lines of the call under way, from which a failure is explained.
type logRoute struct {
	logger zerolog.Logger
	file   *os.File // our end of the socket
	done   chan struct{}

	// calls serialises the EAL calls whose output is captured.
	calls sync.Mutex

	mu       sync.Mutex
	captured []string
	capture  bool
	barrier  string // a line to wait for: everything before it has been read
	reached  chan struct{}
}

// stderrLevel marks lines that C code printed on stderr itself.
const stderrLevel = 0

func openLog(logger zerolog.Logger) (*logRoute, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socketpair for the EAL log", err)
	}
	if err := unix.SetNonblock(fds[0], true); err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	if rc := C.mire_log_open(C.int(fds[1])); rc < 0 {
		return nil, os.NewSyscallError("rte_openlog_stream", unix.Errno(-rc))
	}
	r := &logRoute{
		logger: logger,
		file:   os.NewFile(uintptr(fds[0]), "eal-log"),
		done:   make(chan struct{}),
	}
	go r.read()
	return r, nil
}

func (r *logRoute) read() {
	defer close(r.done)
	buf := make([]byte, 4096)
	for {
		n, err := r.file.Read(buf)
		if err != nil || n == 0 {
			return
		}
		for line := range bytes.SplitSeq(buf[1:n], []byte{'\n'}) {
			if line = bytes.TrimSpace(line); len(line) > 0 {
				r.line(buf[0], string(line))
			}
		}
	}
}

func (r *logRoute) line(level byte, text string) {
	r.mu.Lock()
	if r.barrier != "" && text == r.barrier {
		r.barrier = ""
		close(r.reached)
		r.mu.Unlock()
		return
	}
	if r.capture {
		r.captured = append(r.captured, text)
	}
	r.mu.Unlock()
	// EAL prints its last words twice, here and through the log.
	if level == stderrLevel && strings.HasPrefix(text, "EAL: FATAL: ") {
		return
	}
	severity := levelOf(level)
	if chatter(text) {
		severity = zerolog.DebugLevel
	}
	r.logger.WithLevel(severity).Str("source", "dpdk").Msg(text)
}

// levelOf maps the levels of rte_log.h. EAL's "info" is chatter of the start.
func levelOf(level byte) zerolog.Level {
	switch {
	case level == stderrLevel:
		return zerolog.WarnLevel
	case level <= 4: // emergency, alert, critical, error
		return zerolog.ErrorLevel
	case level == 5: // warning
		return zerolog.WarnLevel
	case level == 6: // notice
		return zerolog.InfoLevel
	default:
		return zerolog.DebugLevel
	}
}

// during runs an EAL call and returns the lines that it printed.
func (r *logRoute) during(call func()) []string {
	r.calls.Lock()
	defer r.calls.Unlock()
	r.mu.Lock()
	r.captured, r.capture = nil, true
	r.mu.Unlock()

	std := log.Writer()
	flags := log.Flags()
	log.SetFlags(0)
	log.SetOutput(stdWriter{r.logger})
	C.mire_stdio_capture()
	call()
	C.mire_stdio_release()
	log.SetOutput(std)
	log.SetFlags(flags)

	r.sync()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.capture = false
	return r.captured
}

// during is logRoute.during of the open EAL; without one it only calls.
func during(call func()) []string {
	process.Lock()
	e := process.eal
	process.Unlock()
	if e == nil {
		call()
		return nil
	}
	return e.route.during(call)
}

// sync waits until every line written so far has been read.
func (r *logRoute) sync() {
	const mark = "mire: end of call"
	r.mu.Lock()
	r.barrier, r.reached = mark, make(chan struct{})
	reached := r.reached
	r.mu.Unlock()
	line := C.CString(mark)
	defer C.free(unsafe.Pointer(line))
	C.mire_log_mark(line)
	select {
	case <-reached:
	case <-r.done:
	}
}

// stdWriter takes the standard logger's lines, which go-dpdk uses.
type stdWriter struct{ logger zerolog.Logger }

func (w stdWriter) Write(p []byte) (int, error) {
	w.logger.Debug().Str("source", "go-dpdk").Msg(strings.TrimSpace(string(p)))
	return len(p), nil
}
