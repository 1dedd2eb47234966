package ha

import (
	"context"
	"errors"
	"slices"

	"mire/cli/testbed"
	"mire/dpdk"
	"mire/engine/session"
)

// wires runs the parts that need no namespaces: between two lcores of this
// process, over virtual wires.
func (o *Options) wires(ctx context.Context, r *Result) (err error) {
	var eal []string
	if o.NoHuge {
		eal = []string{"--no-huge"}
	}
	bed, err := testbed.Open(testbed.Options{EAL: eal, Wires: 2, Cores: 2, Log: o.Log,
		Memory: 2*dpdk.ArenaBytes(session.Bytes(bulkTable(o.Entries))) + 16<<20})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bed.Close()) }()
	r.Conditions = append(append(r.Conditions, bed.Notes...), "CPU is the part of the time in which the two threads of a measurement had theirs: below 100 % somebody else of this machine had it")
	if err := bed.Start(); err != nil {
		return err
	}
	for _, part := range []struct {
		Part
		run func(context.Context, *testbed.Bed, *Result) error
	}{{Sync, o.sync}, {Adverts, o.load}} {
		if !slices.Contains(o.Parts, part.Part) {
			continue
		}
		if err := part.run(ctx, bed, r); err != nil {
			return err
		}
		if err := o.save(r); err != nil {
			return err
		}
	}
	return nil
}
