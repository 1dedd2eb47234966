package bench

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/rs/zerolog"
	"golang.org/x/sys/unix"

	"mire/dpdk"
	"mire/engine/session"
)

const (
	// poolSize is the number of mbufs of either side for each worker; its source
	// keeps Frames of them.
	poolSize = 8191
	// hugeSlack is what EAL and driver take beside pool and table, bytes.
	hugeSlack = 16 << 20
	// yardHuge is what testpmd takes, bytes for each of its cores.
	yardHuge = 48 << 20
)

// rig is what all measurements of a process share: the EAL, which opens once,
// the pool, and a folder for sources.
type rig struct {
	cpus   cpus
	noHuge bool
	eal    *dpdk.EAL
	pool   *dpdk.Pool
	dir    string
	pages  reserve
	log    zerolog.Logger
	// line says what memory there is.
	line string
}

// openRig opens the EAL with a lcore for each of the workers' CPUs and memory for
// tables of capacity entries and, beside that, extra bytes. On an error close takes down what there is.
func openRig(c cpus, capacity int, extra int64, noHuge, yard bool, log zerolog.Logger) (r *rig, err error) {
	r = &rig{cpus: c, noHuge: noHuge, log: log}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.close())
			r = nil
		}
	}()
	if r.dir, err = os.MkdirTemp("", "mire-bench-*"); err != nil {
		return r, err
	}
	n := len(c.workers)
	pool := dpdk.PoolConfig{Name: "mire", AnyNode: true, Count: uint32((poolSize+1)*n - 1)}
	memory := dpdk.PoolBytes(pool) + dpdk.ArenaBytes(session.Bytes(capacity)) + int64(n)<<20 + 8<<20 + extra
	if !noHuge {
		need := memory + hugeSlack
		if yard {
			need += int64(n) * yardHuge
		}
		r.pages = reserved()
		h := dpdk.Hugepages(need)
		r.noHuge, r.line = !h.OK, h.Line
	} else {
		r.line = "ordinary memory was asked for (--no-huge)"
	}
	if err := c.clear(); err != nil {
		return r, err
	}
	if r.eal, err = dpdk.Open(dpdk.Options{Lcores: c.lcores(n), Memory: memory, NoHuge: r.noHuge, Log: log}); err != nil {
		return r, err
	}
	runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), n+2))
	r.pool, err = dpdk.NewPool(pool)
	return r, err
}

// close gives everything back. Ports, tables and workers must be gone.
func (r *rig) close() error {
	var errs []error
	if r.pool != nil {
		errs = append(errs, r.pool.Free())
	}
	if r.eal != nil {
		errs = append(errs, r.eal.Close())
	}
	errs = append(errs, os.RemoveAll(r.dir), r.pages.restore())
	return errors.Join(errs...)
}

// reserve is how many hugepages of the size that dpdk.Hugepages adds to were
// reserved.
type reserve struct{ path, pages string }

// reserved reads it; nothing is restored when it cannot be read, or not be
// written: then it was not us who changed it.
func reserved() reserve {
	const path = "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"
	b, err := os.ReadFile(path)
	if err != nil || unix.Access(path, unix.W_OK) != nil {
		return reserve{}
	}
	return reserve{path, strings.TrimSpace(string(b))}
}

// restore gives the kernel back what was added since.
func (r reserve) restore() error {
	if r.path == "" || reserved() == r {
		return nil
	}
	if err := os.WriteFile(r.path, []byte(r.pages), 0o644); err != nil {
		return fmt.Errorf("give hugepages back: %w", err)
	}
	return nil
}
