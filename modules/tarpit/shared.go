package tarpit

import (
	"sync"
	"sync/atomic"
)

// Families index what a network has twice.
const (
	v4 = iota
	v6
	families
)

// family is the one of an address as two words.
func family(hi, lo uint64) int {
	if hi == 0 && lo>>32 == 0xffff {
		return v4
	}
	return v6
}

// ledger is what all workers must agree on about one network. Its words are
// atomic; it lives as long as the process, so that a reload forgets no bound.
type ledger struct {
	probe, background [families]bucket
	capture           [families]bucket
	probing           [families]atomic.Int32
	owed              [families]atomic.Int64 // probes that started proofs still need
	solicited         atomic.Int64           // when a multicast NS for an address not ours was heard last
	queries           atomic.Int64           // MLD queries since then
	queried           atomic.Int64           // when the first of those was heard
	asked             atomic.Int64           // when any MLD query was heard last
	blind             atomic.Int64           // captures from before this time do not count
}

// common is what the stages of all workers share.
type common struct {
	mu      sync.Mutex // Apply and readers of counters only
	ledgers map[uint16]*ledger
	stages  []*stage
	ears    ears
	clean   [maxWorkers]atomic.Uint64 // generation under which a worker swept its share last
	domains []*domain
	// serverBits are those of all addresses that were ever believed to be a DHCP server's.
	serverBits atomic.Uint64
	captives   captives
	commands   mailbox
}

// ledger returns the ledger of a network by its number.
func (c *common) ledger(number uint16) *ledger {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.ledgers[number]
	if l == nil {
		l = &ledger{}
		c.ledgers[number] = l
	}
	return l
}
