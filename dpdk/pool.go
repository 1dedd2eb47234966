package dpdk

/*
#include <rte_mbuf.h>
#include <rte_mempool.h>

static uint32_t object_size(uint32_t data)
{
	struct rte_mempool_objsz s;

	return rte_mempool_calc_obj_size(sizeof(struct rte_mbuf) + data, 0, &s);
}
*/
import "C"

import (
	"fmt"
	"os"
	"unsafe"

	"github.com/yerden/go-dpdk/mempool"
)

// Headroom is the number of bytes a driver leaves free before a frame.
const Headroom = C.RTE_PKTMBUF_HEADROOM

// PoolConfig sizes an mbuf pool.
type PoolConfig struct {
	// Name is unique in the process, at most 25 bytes.
	Name string
	// Count is the number of mbufs; 2^n-1 wastes least memory. Count all RX and
	// TX descriptors, 128 for each worker, and Cache for each lcore.
	Count uint32
	// Cache is the size of each lcore's cache, 0..512; 0 means 256, cut to
	// what Count allows.
	Cache uint32
	// Room is the largest frame one mbuf holds, bytes; 0 means 2048.
	Room uint16
	// AnyNode places the pool wherever there is memory; otherwise it is on Socket.
	AnyNode bool
	// Socket is the NUMA node.
	Socket int
}

// Pool is a pool of mbufs: the memory of all frames.
type Pool struct {
	mp   *mempool.Mempool
	name string
	room uint16
	// forgotten: a port that is gone took mbufs with it.
	forgotten bool
}

func (c *PoolConfig) defaults() {
	if c.Room == 0 {
		c.Room = 2048
	}
	if c.Cache == 0 {
		c.Cache = 256
	}
	// rte_mempool refuses a cache above count / 1.5.
	c.Cache = min(c.Cache, c.Count*2/3, C.RTE_MEMPOOL_CACHE_MAX_SIZE)
}

// PoolBytes is about how much memory a pool of that configuration takes: what
// to add to Options.Memory. It is the amount on ordinary pages, where no mbuf
// may cross the end of a page of 4 KiB, so that one of 2 KiB fills one alone;
// on hugepages it is about 60 % of that.
func PoolBytes(c PoolConfig) int64 {
	c.defaults()
	object := int64(C.object_size(C.uint32_t(c.Room) + C.RTE_PKTMBUF_HEADROOM))
	page := int64(os.Getpagesize())
	mbufs := (int64(c.Count) + page/object - 1) / max(page/object, 1) * page
	if object > page {
		mbufs = int64(c.Count) * object
	}
	// One pointer per mbuf in the pool's ring, a power of two of them.
	ring := int64(16)
	for ring < int64(c.Count)+1 {
		ring *= 2
	}
	return mbufs + ring*8 + C.RTE_MAX_LCORE*lcoreCacheBytes
}

// lcoreCacheBytes is what one lcore's cache of a pool takes, whatever its size.
const lcoreCacheBytes = C.sizeof_struct_rte_mempool_cache

// NewPool makes a pool. It fails with ENOMEM, or ENOBUFS when what is left is in
// pieces that are too small, when the EAL has too little memory and with EEXIST when the name is taken.
func NewPool(c PoolConfig) (*Pool, error) {
	c.defaults()
	if c.Room > 1<<16-1-Headroom {
		return nil, fmt.Errorf("pool %s: room of %d bytes: at most %d", c.Name, c.Room, 1<<16-1-Headroom)
	}
	socket := c.Socket
	if c.AnyNode {
		socket = C.SOCKET_ID_ANY
	}
	mp, err := onThread(func() (*mempool.Mempool, error) {
		return mempool.CreateMbufPool(c.Name, c.Count, c.Room+Headroom,
			mempool.OptCacheSize(c.Cache), mempool.OptSocket(socket))
	})
	if err != nil {
		return nil, fmt.Errorf("rte_pktmbuf_pool_create %s (%d mbufs of %d bytes, %d MiB): %w: reserve more hugepages, or take ordinary memory and announce more of it",
			c.Name, c.Count, c.Room, PoolBytes(c)>>20, err)
	}
	return &Pool{mp: mp, name: c.Name, room: c.Room}, nil
}

func (p *Pool) c() *C.struct_rte_mempool { return (*C.struct_rte_mempool)(unsafe.Pointer(p.mp)) }

// Pointer is the struct rte_mempool, for C code of other packages.
func (p *Pool) Pointer() unsafe.Pointer { return unsafe.Pointer(p.mp) }

// Name is the pool's name.
func (p *Pool) Name() string { return p.name }

// Room is the largest frame one mbuf holds, bytes.
func (p *Pool) Room() int { return int(p.room) }

// InUse is the number of mbufs that somebody holds: drivers, bursts, held
// frames. Mbufs in lcore caches are not in use. It walks all caches: not for
// the packet path. While workers run, the value is approximate.
func (p *Pool) InUse() int { return int(C.rte_mempool_in_use_count(p.c())) }

// Avail is the number of mbufs that can be had. As costly as InUse.
func (p *Pool) Avail() int { return int(C.rte_mempool_avail_count(p.c())) }

// Free gives the memory back. Every mbuf must have come home: a driver that
// still holds some would write into freed memory, so Free refuses then. Those
// that a detached port forgot are nobody's: see Port.Detach.
func (p *Pool) Free() error {
	if n := p.InUse(); n != 0 && !p.forgotten {
		return fmt.Errorf("free pool %s: %d mbufs are still in use: close workers and ports first", p.name, n)
	}
	p.mp.Free()
	p.mp = nil
	return nil
}
