package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"mire/cli/bench"
)

// A plain word under the cursor is left out: the shell itself filters what is
// possible in its place. An empty one and one that begins a flag are handed
// over. Where mire knows nothing, the shell completes names of files.
const bashCompletion = `_mire() {
  local IFS=$'\n' cur="${COMP_WORDS[COMP_CWORD]}" words=("${COMP_WORDS[@]:0:COMP_CWORD}")
  case $cur in "" | -*) words+=("$cur") ;; esac
  COMPREPLY=($(compgen -W "$("${words[@]}" --generate-bash-completion 2>/dev/null)" -- "$cur"))
}
complete -o default -F _mire mire
`

const zshCompletion = `#compdef mire
_mire() {
  local -a opts given
  local cur="${words[CURRENT]}"
  given=("${(@)words[1,CURRENT-1]}")
  case $cur in "" | -*) given+=("$cur") ;; esac
  opts=("${(@f)$("${given[@]}" --generate-bash-completion 2>/dev/null)}")
  if [[ -n ${opts[1]} ]]; then compadd -- "${opts[@]}"; else _files; fi
}
compdef _mire mire
`

func completionCommand() *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "print a shell completion script",
		ArgsUsage: "bash|zsh",
		Description: `Bash:  source <(mire completion bash)
Zsh:   source <(mire completion zsh)`,
		BashComplete: completeWith(func() []string { return []string{"bash", "zsh"} }),
		Action: func(c *cli.Context) error {
			if c.NArg() > 1 {
				return cli.Exit("mire completion: one shell at a time: bash or zsh", exitUsage)
			}
			switch c.Args().First() {
			case "bash":
				fmt.Fprint(c.App.Writer, bashCompletion)
			case "zsh":
				fmt.Fprint(c.App.Writer, zshCompletion)
			default:
				return cli.Exit("mire completion: which shell? bash or zsh", exitUsage)
			}
			return nil
		},
	}
}

// completeWith prints the flags of a command when one was begun; behind a flag
// with a fixed choice its values; else the words of args, of which the command
// takes one.
func completeWith(args func() []string) cli.BashCompleteFunc {
	return func(c *cli.Context) {
		begun, before := lastWords(os.Args)
		for _, word := range []string{begun, before} {
			if values, ok := flagValues[strings.TrimLeft(word, "-")]; ok && strings.HasPrefix(word, "-") {
				fmt.Fprintln(c.App.Writer, strings.Join(values, "\n"))
				return
			}
			if word != "" {
				break
			}
		}
		if strings.HasPrefix(begun, "-") {
			printFlags(c, begun)
			return
		}
		// Behind a flag comes its value, a file or a number.
		if args == nil || c.Args().First() != "" || strings.HasPrefix(before, "-") {
			return
		}
		for _, a := range args() {
			fmt.Fprintln(c.App.Writer, a)
		}
	}
}

// flagValues are the choices of flags that have a fixed one.
var flagValues = map[string][]string{
	"state":      {"probing", "trapped", "would_trap", "real"},
	"hugepages":  {"auto", "on", "off"},
	"log-level":  {"debug", "info", "warn", "error"},
	"log-format": {"auto", "console", "text", "json"},
	"profile":    bench.Profiles(),
	"workload":   bench.Names(),
	"yardstick":  bench.Yardsticks,
}

// printFlags prints the flags of a command that begin with word.
func printFlags(c *cli.Context, word string) {
	for _, name := range flagNames(c.Command.VisibleFlags()) {
		dashed := "--" + name
		if len(name) == 1 {
			dashed = "-" + name
		}
		if strings.HasPrefix(dashed, word) {
			fmt.Fprintln(c.App.Writer, dashed)
		}
	}
}

// lastWords are the two last words of a line that ends with the request for completion.
func lastWords(line []string) (begun, before string) {
	if n := len(line); n > 3 {
		return line[n-2], line[n-3]
	}
	return "", ""
}
