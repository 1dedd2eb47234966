package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/urfave/cli/v2"

	"mire/engine/control"
)

// defaultSocket is where a daemon started by root listens.
const defaultSocket = "/run/mire.sock"

func socketFlag() cli.Flag {
	return &cli.StringFlag{
		Name: "socket", Usage: "control socket of the daemon, `PATH`",
		EnvVars: []string{"MIRE_SOCKET"}, Value: defaultSocket,
	}
}

// ask runs one command on the daemon and returns its answer. Its errors are
// ready to be shown, exit code 1.
func ask(c *cli.Context, words ...string) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(c.Context, 35*time.Second)
	defer cancel()
	data, err := control.Call(ctx, c.String("socket"), words...)
	if err == nil {
		return data, nil
	}
	var refused *control.Error
	if errors.As(err, &refused) && refused.Hint != "" {
		err = fmt.Errorf("%s\n  %s", refused.Message, refused.Hint)
	}
	fmt.Fprintf(os.Stderr, "mire: %v\n", err)
	return nil, cli.Exit("", 1)
}
