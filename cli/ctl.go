package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"mire/engine/config"
)

func ctlCommand() *cli.Command {
	return &cli.Command{
		Name:      "ctl",
		Usage:     "give one command to a running mire",
		ArgsUsage: "'COMMAND'",
		Description: `Any line of the configuration language, applied at once and whole, or refused
and nothing changed. The file stays as it is; mire show config prints what runs.

mire ctl 'network 1 tarpit disable'
mire ctl 'network 1 tarpit policy clamp 100'
mire ctl 'arp 192.0.2.7'             never capture this address
mire ctl 'tarpit ignore 192.0.2.9'   never answer this source
mire ctl 'dhcp server 192.0.2.1'     this is a DHCP server
mire ctl 'set tarpitlog every'

And these, which are not configuration:

mire ctl 'release 192.0.2.7'         forget it: it must be proven absent again
mire ctl 'release server 192.0.2.9'  it is no DHCP server: answer it again
mire ctl 'clear sessions'            forget all, or those of one network: clear sessions 1
mire ctl switchover                  give the role of master to the peer, losing nothing
mire ctl reload                      the same as mire reload`,
		Flags:        []cli.Flag{socketFlag(), jsonFlag()},
		BashComplete: completeWith(ctlWords),
		Action: func(c *cli.Context) error {
			words, err := splitWords(strings.Join(c.Args().Slice(), " "))
			if err != nil {
				return cli.Exit("mire ctl: "+err.Error(), exitUsage)
			}
			if len(words) == 0 {
				return cli.Exit("mire ctl: which command? for example: mire ctl 'network 1 tarpit enable' (mire ctl --help)", exitUsage)
			}
			data, err := ask(c, words...)
			if err != nil {
				return err
			}
			return printResult(c, data)
		},
	}
}

// ctlWords are the words that a command can begin with.
func ctlWords() []string {
	return append(config.CommandWords(), "release", "clear", "reload", "switchover")
}

// printResult prints the answer to a command: its result and what belongs to it.
func printResult(c *cli.Context, data json.RawMessage) error {
	var v struct {
		Result       string
		Generation   uint64
		Networks     []int
		Entries      *int
		Peer         string
		Milliseconds float64
		Silent       float64 `json:"silent_milliseconds"`
		Warnings     []string
	}
	if c.Bool("json") || json.Unmarshal(data, &v) != nil || v.Result == "" {
		_, err := fmt.Fprintln(c.App.Writer, string(data))
		return err
	}
	for _, w := range v.Warnings {
		fmt.Fprintln(c.App.ErrWriter, "mire: "+w)
	}
	switch {
	case v.Generation != 0:
		fmt.Fprintf(c.App.Writer, "%s: generation %d runs\n", v.Result, v.Generation)
	case len(v.Networks) > 0:
		fmt.Fprintf(c.App.Writer, "%s on network %s\n", v.Result, strings.Trim(fmt.Sprint(v.Networks), "[]"))
	case v.Entries != nil:
		fmt.Fprintf(c.App.Writer, "%s: %d entries\n", v.Result, *v.Entries)
	case v.Peer != "":
		fmt.Fprintf(c.App.Writer, "%s to %s in %.1f ms, nobody answered for %.1f ms\n", v.Result, v.Peer, v.Milliseconds, v.Silent)
	default:
		fmt.Fprintln(c.App.Writer, v.Result)
	}
	return nil
}

// splitWords splits a line at blanks; double quotes keep words together, as in
// the configuration language.
func splitWords(line string) ([]string, error) {
	var words []string
	var b strings.Builder
	quoted, word := false, false
	for _, r := range line {
		switch {
		case r == '"':
			quoted, word = !quoted, true
		case (r == ' ' || r == '\t') && !quoted:
			if word {
				words = append(words, b.String())
			}
			b.Reset()
			word = false
		default:
			b.WriteRune(r)
			word = true
		}
	}
	if quoted {
		return nil, fmt.Errorf("a double quote is not closed: %s", line)
	}
	if word {
		words = append(words, b.String())
	}
	return words, nil
}
