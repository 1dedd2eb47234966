package lab

import "fmt"

var controlVerbs = []verb{
	{"control", "start [tx_first] [<bursts>]", "Start packet forwarding with current configuration; tx_first sends that many bursts first.", (*Lab).doStart},
	{"control", "stop", "Stop packet forwarding, and display accumulated statistics.", (*Lab).doStop},
	{"control", "quit", "Stop and leave.", func(l *Lab, _ []string) error { l.quit = true; return nil }},
	{"control", "help [<section>]", "This text; a section, or all.", (*Lab).doHelp},
}

func (l *Lab) doStart(words []string) error {
	first := 0
	if len(words) > 1 {
		if words[1] != "tx_first" {
			return badArguments("%q behind \"start\"%s", words[1], nearestOf(words[1], []string{"tx_first"}))
		}
		first = 1
	}
	if len(words) > 2 {
		var err error
		if first, err = number(words[2], "the number of bursts", 1, 1<<20); err != nil {
			return err
		}
	}
	switch {
	case l.forwarding():
		return refuse("Packet forwarding already started")
	case first > 0 && isEngine(l.set.mode):
		return fmt.Errorf("start tx_first: mode %s answers, it sends nothing first", l.set.mode)
	}
	for _, i := range l.set.list {
		if !l.ports[i].Started {
			return refuse("Not all ports were started")
		}
	}
	if err := l.start(first); err != nil {
		return err
	}
	l.showForward()
	l.showRxTx()
	return nil
}

func (l *Lab) doStop([]string) error {
	if !l.forwarding() {
		return refuse("Packet forwarding not started")
	}
	l.say("Telling cores to stop...\nWaiting for lcores to finish...")
	l.halt()
	l.showForwardStats()
	l.say("\nDone.")
	return nil
}

// halt ends forwarding and shows what is left of a trace.
func (l *Lab) halt() {
	l.plane.stop(l)
	if l.node != nil {
		l.node.quiet()
	}
	if r := l.pcaps.eyes.Load(); r != nil {
		r.flush()
	}
	l.follow(0)
}

func (l *Lab) doHelp(words []string) error {
	if len(words) == 1 {
		l.say("\nHelp is available for the following sections:\n")
		for _, s := range sections {
			l.say("    help %-27s: %s", s.name, s.help)
		}
		l.say("    help %-27s: %s\n", "all", "All of the above sections.")
		return nil
	}
	found := false
	for _, s := range sections {
		if words[1] != s.name && words[1] != "all" {
			continue
		}
		found = true
		l.say("\n%s:\n%s", s.title, dashes(len(s.title)+1))
		for _, v := range l.verbs {
			if v.section == s.name {
				l.say("\n%s\n    %s", v.pattern, v.help)
			}
		}
		l.say("")
	}
	if !found {
		var names []string
		for _, s := range sections {
			names = append(names, s.name)
		}
		return badArguments("no section %q%s", words[1], nearestOf(words[1], append(names, "all")))
	}
	return nil
}

func dashes(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = '-'
	}
	return string(b)
}
