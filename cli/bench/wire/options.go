package wire

import (
	"fmt"

	"github.com/rs/zerolog"

	"mire/dpdk"
	"mire/engine/session"
)

// Kind of wire.
type Kind string

// The kinds of wire. Frames of a ring are handed over; a memif copies them, and
// it is what another process can be at the end of.
const (
	Ring  Kind = "net_ring"
	Memif Kind = "net_memif"
)

// Options of a bed.
type Options struct {
	Workload Workload
	// Size of the frames in bytes with FCS, 64..1518; 0: the smallest there is,
	// IMIX: the mix.
	Size int
	// Table is how many addresses of each family are captured, 1..60,000; 0 means 1,000.
	Table int
	Kind  Kind // "" means Ring
	// Depth is how many frames a direction of the wire holds, plus 1 on a ring:
	// a power of two from 256 to 16,384; 0 means 1024.
	Depth int
	// Open is true when the process has opened an EAL with Memory(o) bytes to
	// spare; else the bed opens one itself and closes it again.
	Open bool
	// NoHuge is for an EAL that the bed opens.
	NoHuge bool
	// Engine and Generator are the lcores; 0 means 1 and 2, which a bed puts on
	// the last and the first CPU.
	Engine, Generator uint
	// Yardstick puts dpdk-testpmd with this forward mode at the end of another
	// wire of the same kind, which must be Memif; "": none.
	Yardstick string
	Log       zerolog.Logger
}

// IMIX as Options.Size is the mix of 64, 570 and 1518 bytes, 7:4:1.
const IMIX = -1

// fcs is the length of a frame check sequence, bytes.
const fcs = 4

func (o *Options) complete() error {
	if o.Workload == "" {
		o.Workload = SYN4
	}
	if o.Kind == "" {
		o.Kind = Ring
	}
	for _, f := range []struct {
		v   *int
		def int
	}{{&o.Table, 1000}, {&o.Depth, 1024}} {
		if *f.v == 0 {
			*f.v = f.def
		}
	}
	if o.Engine == 0 && o.Generator == 0 {
		o.Engine, o.Generator = 1, 2
	}
	switch {
	case o.Depth < 256 || o.Depth > 1<<14 || o.Depth&(o.Depth-1) != 0:
		return fmt.Errorf("a wire of depth %d: a power of two from 256 to 16384", o.Depth)
	case o.Table < 1 || o.Table > maxTable:
		return fmt.Errorf("%d captured addresses on a wire: 1 to %d", o.Table, maxTable)
	case o.Kind != Ring && o.Kind != Memif:
		return fmt.Errorf("a wire of kind %q: %s or %s", o.Kind, Ring, Memif)
	case o.Yardstick != "" && o.Kind != Memif:
		return fmt.Errorf("dpdk-testpmd is another process: its wire must be %s, not %s", Memif, o.Kind)
	case o.Engine == o.Generator:
		return fmt.Errorf("generator and engine on one lcore, %d: each needs its own", o.Engine)
	}
	return nil
}

// pool is what both ends take their frames from: what two directions, bursts,
// held frames and caches can keep at once.
func (o *Options) pool() dpdk.PoolConfig {
	return dpdk.PoolConfig{Name: "wire", AnyNode: true, Count: uint32(2*o.Depth + 6*1024 - 1)}
}

// Memory is what a bed asks of the EAL, bytes.
func Memory(o Options) (int64, error) {
	if err := o.complete(); err != nil {
		return 0, err
	}
	return dpdk.PoolBytes(o.pool()) + dpdk.ArenaBytes(session.Bytes(capacity)) + int64(o.Depth)*64 + 8<<20, nil
}
