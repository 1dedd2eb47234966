package config

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// typedName stands for the file in problems of commands typed at a prompt.
const typedName = "command"

// Parse reads a whole configuration. name stands before line and column in the
// problems. All errors are found at once, in the text and in the whole; with
// any error the *Config is nil. Warnings come along with a *Config that can be
// used: its Snapshot will not fail.
func Parse(name string, src []byte) (*Config, Problems) {
	return build(New(), name, src, false)
}

// Load is Parse on a file. A file that cannot be read is one problem.
func Load(file string) (*Config, Problems) {
	src, err := readFile(file)
	if err == nil {
		return Parse(file, src)
	}
	p := Problem{File: file}
	if os.IsNotExist(err) {
		p.Hint = `"mire init INTERFACE" prints a configuration to begin with`
	}
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	p.Text = "the configuration cannot be read: " + err.Error()
	return nil, Problems{p}
}

// readFile reads at most one byte more than a configuration may have.
func readFile(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxSource+1))
}

// Apply returns a copy of c with a command applied, such as "network 1 tarpit
// disable" or "arp 192.0.2.1". It may be several lines, or a block: all of it
// takes effect or, with an error, nothing. The error is of type Problems. The
// result is validated as a whole, so an enabled network is moved to other
// addresses by one block, or by unregistering it first.
func (c *Config) Apply(command string) (*Config, error) {
	d, problems := c.Edit(command)
	return d, problems.Err()
}

// Edit is Apply with all problems: errors, then the result is nil, and the
// warnings that the command gave rise to, then it is not. Those about what was
// there before are left out.
func (c *Config) Edit(command string) (*Config, Problems) {
	d, problems := build(c.clone(), typedName, []byte(command), true)
	if d != nil {
		old := &reporter{}
		c.clone().validate(old)
		problems = slices.DeleteFunc(problems, func(p Problem) bool { return slices.Contains(old.list, p) })
	}
	return d, problems
}

func build(c *Config, name string, src []byte, typed bool) (*Config, Problems) {
	r := &reporter{}
	cmds := read(name, src, r)
	if typed && len(cmds) == 0 && !r.failed() {
		r.errorf(place{name, 1, 1}, "", "there is no command")
	}
	newBuilder(r, c, typed).run(cmds)
	c.validate(r)
	if r.failed() {
		return nil, r.problems()
	}
	return c, r.problems()
}

// IsCommand tells whether a line begins with a word of the language, so that a
// prompt can tell configuration from its own commands.
func IsCommand(line string) bool {
	f := strings.Fields(line)
	return len(f) > 0 && isDirective(f[0])
}

// CommandWords are the words that a command of the language may begin with,
// the plural of sections included.
func CommandWords() []string {
	words := directiveNames()
	for _, n := range sectionNames() {
		words = append(words, n+"s")
	}
	return words
}
