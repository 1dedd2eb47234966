package view

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"mire/engine/config"
	"mire/engine/session"
)

// Node is what a module may look at when it is asked. Its methods are safe from any
// goroutine.
type Node interface {
	Snapshot() *config.Snapshot
	Table() *session.Table
	// Now is the clock of the bursts, nanoseconds.
	Now() int64
	// Master tells whether this node is master.
	Master() bool
	// Runs tells whether a module is in the chain.
	Runs(module string) bool
	// Dropped is how many frames all workers dropped for a reason, by its name.
	Dropped(reason string) uint64
	// Wake ends the sleep of the workers: something waits for their next Tick.
	Wake()
}

// View is one subject of `mire show`.
type View struct {
	Name  string // the word behind `mire show`
	Usage string // in a few words, for --help
	// Answer is what `--json` prints; it may not change afterwards.
	Answer func(n Node) (any, error)
	// Print writes that JSON for people; Printer makes it.
	Print func(w io.Writer, answer json.RawMessage) error
}

// Command is one command of `mire ctl` that is no line of the configuration.
type Command struct {
	Name string // words with single blanks between them
	Help string
	Run  func(ctx context.Context, n Node, args []string) (any, error)
}

// Printer makes a View's Print of a function over the answer's type.
func Printer[T any](print func(w io.Writer, v T)) func(io.Writer, json.RawMessage) error {
	return func(w io.Writer, answer json.RawMessage) error {
		var v T
		if err := json.Unmarshal(answer, &v); err != nil {
			return fmt.Errorf("the daemon's answer is not understood: is it of another version? %w", err)
		}
		print(w, v)
		return nil
	}
}
