package event

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rs/zerolog"
)

// Subject is what a kind is counted by: limits hold per subject and kind.
type Subject uint8

// The subjects.
const (
	BySource  Subject = iota // the remote address, on its network
	ByAddress                // the captured address, on its network
	ByMAC                    // the frame's source MAC, on its network
	ByPort                   // the port
	byNetwork                // the network: its MACs and sources are too many to tell apart (crowd.go)
	ByCause                  // the remote address and what Payload says
	Alone                    // none: each is told, because it is a transition of this node
)

// KindInfo is all that logs need to know of a kind.
type KindInfo struct {
	// Name is the value of the structured field `kind`.
	Name  string
	Level zerolog.Level
	By    Subject
	// Notice marks what an administrator must see even under `tarpitlog off`
	// and even while a flood uses up the lines of everything else.
	Notice bool
	// Verifies marks what tells that a source is no forgery: like a notice it has
	// places and lines of its own, but no more lines than the configured rate.
	Verifies bool
	// Ports says that OurPort and RemotePort mean TCP or UDP ports.
	Ports bool
	// Count is the structured field for Event.Count, "" for none.
	Count string
	// Text is the line. %f IPv4 or IPv6; %o %r our and the remote address;
	// %O %R the same with /port; %m MAC; %n network; %c Count; %p OurPort;
	// %x payload, quoted; %t payload, as it is; %s the port's state; %a " asked for by ..." and
	// %l ", alive at ...", or how else its payload says the MAC was heard, when the event says so.
	Text string
}

// MaxKinds is how many kinds a process can have.
const MaxKinds = 255

// kinds are all that packages have declared, by Kind, behind the one of an event
// that says none. They are declared while the program begins, and never change after that.
var kinds = []KindInfo{unknown: {Name: "unknown", Level: zerolog.WarnLevel, Text: "network %n: event of an unknown kind for %o, %r [%m]"}}

// unknown is the kind of an event without one.
const unknown Kind = 0

// NewKind declares a kind; the package that tells of it does, in a variable. It
// panics when there is another of that name, or too many.
func NewKind(info KindInfo) Kind {
	switch {
	case len(kinds) == MaxKinds:
		panic(fmt.Sprintf("event: %q is one kind more than MaxKinds, %d", info.Name, MaxKinds))
	case info.Name == "" || slices.ContainsFunc(kinds, func(k KindInfo) bool { return k.Name == info.Name }):
		panic(fmt.Sprintf("event: a kind is called %q already", info.Name))
	}
	kinds = append(kinds, info)
	return Kind(len(kinds) - 1)
}

// nobody is no kind.
const nobody Kind = MaxKinds

// Named is the kind of a name.
func Named(name string) (k Kind, known bool) {
	i := slices.IndexFunc(kinds, func(k KindInfo) bool { return k.Name == name })
	return Kind(max(i, 0)), i >= 0
}

// Kinds describes all kinds that were declared.
func Kinds() []KindInfo { return slices.Clone(kinds[unknown+1:]) }

// NumKinds is above every kind.
func NumKinds() Kind { return Kind(len(kinds)) }

// The node's own kinds; those of modules stand in their folders.
var (
	// Port: a port vanished, came back, or its link changed.
	Port = NewKind(KindInfo{Name: "port", Level: zerolog.WarnLevel, By: ByPort, Notice: true,
		Text: "port %p %s"})
	// PortStuck: the transmit ring of the interface in OurPort stands still; Payload says what is done.
	PortStuck = NewKind(KindInfo{Name: "port_stuck", Level: zerolog.WarnLevel, By: ByPort, Notice: true,
		Text: "interface %p: no frame has left for a second although frames wait: %t"})
)

// What Count says in an event of kind Port.
const (
	PortGone uint32 = iota
	PortBack
	LinkDown
	LinkUp
)

var portStates = [...]string{PortGone: "is gone", PortBack: "is back", LinkDown: "lost its link", LinkUp: "has a link"}

// says tells whether the payload is our own words.
func (k *KindInfo) says() bool {
	return strings.Contains(k.Text, "%t") || strings.Contains(k.Text, "%l")
}

// info never fails: events cross a memory boundary.
func (k Kind) info() *KindInfo {
	if int(k) >= len(kinds) {
		k = unknown
	}
	return &kinds[k]
}

// String is the kind's name as in the structured field `kind`.
func (k Kind) String() string { return k.info().Name }

// Level is warning for the eight seed lines and for what needs attention,
// otherwise info.
func (k Kind) Level() zerolog.Level { return k.info().Level }
