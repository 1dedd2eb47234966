package lab

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"mire/cli/testbed"
	"mire/dpdk/burst"
	"mire/modules"
)

var configVerbs = []verb{
	{"display", "show config rxtx|cores|fwd|txpkts|chain", "Show configuration: queues, cores, streams, made packets, or modules and networks.", (*Lab).doShowConfig},
	{"config", "set fwd <mode> [<modules>]", "Set the forwarding mode: " + strings.Join(modeNames(), ", ") + "; `set fwd chain arp,ping` runs those modules, `none` none.", (*Lab).doSetFwd},
	{"config", "set burst <n>", "Frames asked of a queue at once, 1 to 512; a turn here takes 64 at most.", (*Lab).doSetBurst},
	{"config", "set nbcore <n>", "Number of forwarding cores.", (*Lab).doSetCores},
	{"config", "set nbport <n>", "Forward on the first n ports.", (*Lab).doSetPorts},
	{"config", "set portlist <x,y>", "Ports that forward, in the order of pairing.", (*Lab).doSetPortList},
	{"config", "set verbose <level>", "1 prints received frames, 2 sent ones, 3 both, 0 none.", (*Lab).doSetVerbose},
	{"config", "set events on|off", "Print the events of the chain: who talked to whom.", (*Lab).doSetEvents},
	{"config", "set txpkts <bytes>", "Length of the packets that txonly and flowgen make.", (*Lab).doSetSize},
	{"config", "set promisc|allmulti all|<port> on|off", "Promiscuous mode, or all multicast groups.", (*Lab).doSetPromisc},
	{"config", "set record-core-cycles on|off", "Measure what forwarding costs in cycles: see `show cycles`.", (*Lab).doSetCycles},
	{"config", "set eth-peer <port> <mac>", "MAC at the other end of a port's wire.", (*Lab).doSetPeer},
}

func (l *Lab) doShowConfig(words []string) error {
	what := words[2]
	if what == "chain" {
		return l.showChain()
	}
	if l.json {
		return l.printJSON(map[string]any{
			"mode": l.set.mode, "burst": l.set.burst, "cores": l.set.cores, "ports": l.set.list, "topology": l.set.topology,
			"rx_queues": l.RxQueues, "tx_queues": max(l.TxQueues, l.Cores), "txpkts": l.set.size, "verbose": l.pcaps.level.Load(),
		})
	}
	switch what {
	case "rxtx":
		l.showRxTx()
	case "fwd":
		l.showForward()
	case "cores":
		l.print("List of forwarding lcores:")
		for _, c := range l.bed.Lcores()[:l.set.cores] {
			l.print(" %2d", c)
		}
		l.say("")
	case "txpkts":
		l.say("Number of segments: 1\nSegment sizes: %d\nSplit packet: off", l.set.size)
	}
	return nil
}

func (l *Lab) doSetFwd(words []string) error {
	mode := words[2]
	if err := l.checkMode(mode); err != nil {
		return badArguments("%v", err)
	}
	if err := l.needStopped("set fwd"); err != nil {
		return err
	}
	var chain []string
	if len(words) > 3 {
		if mode != "chain" {
			return badArguments("modules go with `set fwd chain`, not with %q", mode)
		}
		chain = []string{}
		if words[3] != "none" {
			chain = strings.Split(words[3], ",")
		}
		if _, err := modules.Chain(chain); err != nil {
			return err
		}
	}
	l.set.mode, l.set.chain = mode, chain
	l.say("Set %s packet forwarding mode", mode)
	return nil
}

func (l *Lab) doSetBurst(words []string) error {
	n, err := strconv.Atoi(words[2])
	if err != nil {
		return badArguments("a burst is a number, not %q", words[2])
	}
	if err := l.needStopped("set burst"); err != nil {
		return err
	}
	if n < 1 || n > maxBurst {
		return fmt.Errorf("nb pkt per burst: %d > %d (maximum packet per burst)  ignored", n, maxBurst)
	}
	l.set.burst = n
	l.say("Number of packets per burst set to %d", n)
	if n > burst.Size {
		l.say("Note: a turn here takes %d at most", burst.Size)
	}
	return nil
}

func (l *Lab) doSetCores(words []string) error {
	n, err := number(words[2], "the number of cores", 1, 1<<16)
	if err != nil {
		return err
	}
	if err := l.needStopped("set nbcore"); err != nil {
		return err
	}
	if most := len(l.bed.Lcores()); n > most {
		return fmt.Errorf("nb fwd cores %d > %d (max. number of configured lcores) - ignored", n, most)
	}
	if queues := l.ports[0].Conf.TxQueues; n > queues {
		return fmt.Errorf("nb fwd cores %d > %d TX queues of each port, one for each core: start the lab with --nb-cores=%[1]d - ignored", n, queues)
	}
	l.set.cores = n
	l.say("Number of forwarding cores set to %d", n)
	return nil
}

func (l *Lab) doSetPorts(words []string) error {
	n, err := number(words[2], "the number of ports", 1, len(l.ports))
	if err != nil {
		return err
	}
	if err := l.needStopped("set nbport"); err != nil {
		return err
	}
	l.set.list = nil
	for i := range n {
		l.set.list = append(l.set.list, i)
	}
	l.say("Number of forwarding ports set to %d", n)
	l.warnOdd()
	return nil
}

func (l *Lab) doSetPortList(words []string) error {
	if err := l.needStopped("set portlist"); err != nil {
		return err
	}
	var list []int
	for _, w := range strings.Split(words[2], ",") {
		p, err := l.which(w)
		if err != nil {
			return err
		}
		if len(p) != 1 || slices.Contains(list, p[0].index) {
			return badArguments("each port once, as in `set portlist 0,1`")
		}
		list = append(list, p[0].index)
	}
	if old := len(l.set.list); old != len(list) {
		l.say("previous number of forwarding ports %d - changed to number of configured ports %d", old, len(list))
	}
	l.set.list = list
	l.warnOdd()
	return nil
}

func (l *Lab) doSetVerbose(words []string) error {
	n, err := number(words[2], "the level", 0, 1<<15)
	if err != nil {
		return err
	}
	l.say("Change verbose level from %d to %d", l.pcaps.level.Load(), n)
	return l.look(int32(n))
}

func (l *Lab) doSetEvents(words []string) error {
	l.events.Store(words[2] == "on")
	return nil
}

func (l *Lab) doSetSize(words []string) error {
	n, err := number(words[2], "the length", 42, 1514)
	if err != nil {
		return err
	}
	if err := l.needStopped("set txpkts"); err != nil {
		return err
	}
	l.set.size = n
	return nil
}

func (l *Lab) doSetPromisc(words []string) error {
	ports, err := l.which(words[2])
	if err != nil {
		return err
	}
	on := words[3] == "on"
	var refused []string
	for _, p := range ports {
		set, what := (*testbed.Port).SetPromiscuous, "promiscuous"
		if words[1] == "allmulti" {
			set, what = (*testbed.Port).SetAllMulticast, "all-multicast"
		}
		if err := set(p.Port, on); err != nil {
			refused = append(refused, fmt.Sprintf("Error during %s %s mode for port %d: %v", onOff(on, "enabling", "disabling"), what, p.index, err))
		}
	}
	if refused != nil {
		return refuse("%s", strings.Join(refused, "\n"))
	}
	return nil
}

func (l *Lab) doSetPeer(words []string) error {
	p, err := l.which(words[2])
	if err != nil {
		return err
	}
	mac, err := net.ParseMAC(words[3])
	if err != nil || len(mac) != 6 {
		return badArguments("%q is no MAC address, such as 02:00:00:00:00:01", words[3])
	}
	if err := l.needStopped("set eth-peer"); err != nil {
		return err
	}
	for _, p := range p {
		p.peer = [6]byte(mac)
	}
	return nil
}
