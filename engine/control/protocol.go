// Package control lets people and scripts ask a running mire, and tell it
// things, through a Unix socket: one JSON object a line each way.
package control

import (
	"encoding/json"
	"time"
)

// Bounds of the protocol.
const (
	MaxRequest  = 64 << 10 // bytes of a request line
	MaxResponse = 64 << 20 // bytes of a response line a client accepts
	MaxArgs     = 256      // words of a command

	maxClients   = 64
	readTimeout  = 10 * time.Second // for a whole request to arrive
	writeTimeout = 10 * time.Second // for a whole response to leave
	lastWrite    = time.Second      // the same once the server stops
	callTimeout  = 30 * time.Second // for a handler
)

// Request is one command, split into words.
type Request struct {
	Args []string `json:"args"`
}

// Response is the answer to one Request: Data when OK, else Error.
type Response struct {
	OK    bool            `json:"ok"`
	Error *Error          `json:"error,omitempty"`
	Data  json.RawMessage `json:"data,omitempty"`
}

// Error is a refusal as people read it: what was wrong, and what to do next. A
// handler that returns one chooses both; any other error becomes Message.
type Error struct {
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// Error implements error; the hint is apart.
func (e *Error) Error() string { return e.Message }
