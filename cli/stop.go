package cli

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"mire/engine/control"
)

func stopCommand() *cli.Command {
	return &cli.Command{
		Name:  "stop",
		Usage: "end a running mire and wait until it has gone",
		Flags: []cli.Flag{socketFlag(), &cli.DurationFlag{Name: "wait", Value: 10 * time.Second, Usage: "how long to wait"}},
		Action: func(c *cli.Context) error {
			pid := 0
			if cl, err := control.Dial(c.Context, c.String("socket")); err == nil {
				pid = cl.PID()
				cl.Close()
			}
			if _, err := ask(c, "stop"); err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(c.Context, c.Duration("wait"))
			defer cancel()
			for pid != 0 && !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
				select {
				case <-ctx.Done():
					return cli.Exit(fmt.Sprintf("mire stop: pid %d is still there after %v", pid, c.Duration("wait")), 1)
				case <-time.After(20 * time.Millisecond):
				}
			}
			fmt.Fprintln(c.App.Writer, "stopped")
			return nil
		},
	}
}
