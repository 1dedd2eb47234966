package lab

import (
	"io"
	"time"

	"github.com/rs/zerolog"
)

// Options are what stands behind `--`, and the ends of the conversation.
type Options struct {
	EAL []string // before `--`

	Interactive bool
	Mode        string // --forward-mode
	Burst       int
	Cores       int
	RxQueues    int
	TxQueues    int
	RxDesc      int
	TxDesc      int
	Mbufs       int
	MbufSize    int
	Topology    string // paired, chained, loop
	PortList    []int
	TxPackets   int // --txpkts: size of what txonly and flowgen make
	AutoStart   bool
	TxFirst     bool
	KeepRx      bool // --no-flush-rx
	Wires       int  // pairs of ports that are joined
	Cycles      bool // --record-core-cycles
	StatsPeriod time.Duration
	CmdlineFile string
	Peers       map[int][6]byte // --eth-peer

	Config   string // mire configuration for tarpit and chain
	Script   string
	Sessions int // entries of the session table

	In       io.Reader
	Out      io.Writer
	Terminal bool   // In is one
	History  string // file of typed lines
	Log      zerolog.Logger
}

// testpmd's defaults.
const (
	defaultBurst = 32
	maxBurst     = 512
	defaultSize  = 64
)

func (o *Options) defaults() {
	for _, f := range []struct {
		v   *int
		def int
	}{
		{&o.Burst, defaultBurst}, {&o.Cores, 1}, {&o.RxQueues, 1}, {&o.TxQueues, 1}, {&o.TxPackets, defaultSize}, {&o.Sessions, 262144},
	} {
		if *f.v == 0 {
			*f.v = f.def
		}
	}
	if o.Mode == "" {
		o.Mode = "io"
	}
	if o.Topology == "" {
		o.Topology = "paired"
	}
}
