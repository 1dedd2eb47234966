package lab

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"time"
)

// converse runs what was asked for on the command line, then a script, typed
// lines or piped ones, and ends cleanly whatever the last line was. It returns
// how many verbs failed.
func (l *Lab) converse() (int, error) {
	if l.CmdlineFile != "" {
		if err := l.runFile(l.CmdlineFile); err != nil {
			return l.failed, err
		}
		l.say("Read CLI commands from %s", l.CmdlineFile)
	}
	alone := !l.Interactive && l.Script == "" && l.Terminal
	if !l.quit && (l.AutoStart || alone) {
		first := ""
		if l.TxFirst {
			first = " tx_first"
		}
		l.try("", "start"+first)
	}
	var err error
	switch {
	case l.quit:
	case l.Script != "":
		err = l.runFile(l.Script)
	case alone:
		l.watch()
	case l.Terminal:
		err = l.prompt()
	default:
		err = l.runLines("stdin", l.In)
	}
	l.end()
	return l.failed, err
}

// runFile runs a script.
func (l *Lab) runFile(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	return l.runLines(file, f)
}

// maxLine is the longest line of a script, bytes.
const maxLine = 1 << 16

// runLines runs lines until quit, the end, or the end of ctx. Each is shown
// behind the prompt, so that what is printed can be read without the script.
func (l *Lab) runLines(name string, r io.Reader) error {
	lines, failed := make(chan string), make(chan error, 1)
	go func() {
		s := bufio.NewScanner(r)
		s.Buffer(nil, maxLine)
		for s.Scan() {
			select {
			case lines <- s.Text():
			case <-l.ctx.Done():
				failed <- nil
				return
			}
		}
		failed <- s.Err()
		close(lines)
	}()
	for n := 1; !l.quit; n++ {
		select {
		case line, ok := <-lines:
			if !ok {
				return <-failed
			}
			l.say("%s%s", prompt, line)
			l.try(fmt.Sprintf("%s:%d: ", name, n), line)
		case <-l.ctx.Done():
			return fmt.Errorf("%s:%d: interrupted", name, n)
		}
	}
	return nil
}

// try runs a line and says what went wrong, and where.
func (l *Lab) try(where, line string) {
	if err := l.do(line); err != nil {
		l.failed++
		l.say("%s%v", where, err)
	}
	l.follow(0)
}

// watch is testpmd without -i: forward until Enter, with statistics now and then.
func (l *Lab) watch() {
	enter := make(chan struct{})
	go func() {
		defer close(enter)
		bufio.NewReader(l.In).ReadString('\n')
	}()
	if l.StatsPeriod == 0 {
		l.say("Press enter to exit")
		select {
		case <-enter:
		case <-l.ctx.Done():
		}
		return
	}
	tick := time.NewTicker(l.StatsPeriod)
	defer tick.Stop()
	for {
		select {
		case <-enter:
			return
		case <-l.ctx.Done():
			return
		case <-tick.C:
			l.say("\nPort statistics ====================================")
			l.try("", "show port stats all")
		}
	}
}

// end stops what runs and says goodbye.
func (l *Lab) end() {
	if l.source != nil && l.source.loop != nil {
		l.try("", "traffic stop")
	}
	if l.forwarding() {
		l.try("", "stop")
	}
	for _, verb := range []string{"Stopping", "Shutting down"} {
		for i := range l.ports {
			l.say("\n%s port %d...", verb, i)
			if verb == "Stopping" {
				l.say("Stopping ports...\nDone")
			} else {
				l.say("Closing ports...\nPort %d is closed\nDone", i)
			}
		}
	}
	for what, r := range map[string]*recorder{"received": l.pcaps.in.Load(), "sent": l.pcaps.out.Load()} {
		if r != nil {
			l.say("%s: %d frames %s, %d lost", r.name, r.kept.Load(), what, r.lost.Load())
		}
	}
	l.say("\nBye...")
}
