package lab

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

var scriptVerbs = []verb{
	{"script", "expect <expression>...", "Check something: the exit code is 1 when it is false. Variables: port[0].rx_packets, fwd.rx, fwd.tx, stream[0].rx_packets, drops.tarpit_udp, tarpit.row1, module.tarpit.sent, table.trapped, pcap.out.frames, consumed, punted, balanced; `show variables` lists all. Operators: == != < <= > >= + - * / and or not.", (*Lab).doExpect},
	{"script", "wait <duration>", "Wait, such as 500ms or 2s.", (*Lab).doWait},
	{"script", "wait until <expression>...", "Wait until an expression holds: `wait until fwd.rx >= 10 timeout 5s`; it fails at the timeout, 10s when none is given.", (*Lab).doWaitUntil},
	{"script", "show variables", "What expressions know, with values.", (*Lab).doShowVariables},
}

// fresh is longer than a core takes to show its counters.
const fresh = 3 * time.Millisecond

func (l *Lab) doExpect(words []string) error {
	text := strings.Join(words[1:], " ")
	if l.forwarding() {
		l.sleep(fresh)
	}
	ok, values, err := l.evaluate(text)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("expect failed: %s: %s", text, values)
	}
	l.say("ok: %s: %s", text, values)
	return nil
}

// sleep is cut short by the end of ctx; it tells whether it was not.
func (l *Lab) sleep(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-l.ctx.Done():
		return false
	}
}

func (l *Lab) doWait(words []string) error {
	d, err := time.ParseDuration(words[1])
	if err != nil || d < 0 {
		return badArguments("%q is no duration, such as 500ms or 2s, and no `until EXPRESSION`", words[1])
	}
	l.sleep(d)
	return nil
}

const (
	defaultTimeout = 10 * time.Second
	pollEvery      = 10 * time.Millisecond
)

func (l *Lab) doWaitUntil(words []string) error {
	text, limit := words[2:], defaultTimeout
	if i := slices.Index(text, "timeout"); i >= 0 {
		if i != len(text)-2 {
			return badArguments("`timeout` stands at the end with a duration, such as timeout 5s")
		}
		d, err := time.ParseDuration(text[i+1])
		if err != nil {
			return badArguments("timeout %q is no duration, such as 5s", text[i+1])
		}
		text, limit = text[:i], d
	}
	line := strings.Join(text, " ")
	for end := time.Now().Add(limit); ; {
		ok, values, err := l.evaluate(line)
		switch {
		case err != nil:
			return err
		case ok:
			return nil
		case time.Now().After(end):
			return fmt.Errorf("wait until %s: not within %v: %s", line, limit, values)
		case !l.sleep(pollEvery):
			return fmt.Errorf("wait until %s: interrupted", line)
		}
		l.follow(0)
	}
}

func (l *Lab) doShowVariables([]string) error {
	env := l.environment()
	if l.json {
		return l.printJSON(env)
	}
	for _, p := range paths("", env) {
		l.say("%s", compared(p, env))
	}
	return nil
}
