package engine

// Link is the state of one interface's link.
type Link struct {
	Interface int    // Interface.Number of the configuration
	Port      uint16 // of DPDK
	Up        bool
	// Flapped: it was down in between, however short.
	Flapped bool
	Now     int64 // the clock of the bursts, nanoseconds
}

// LinkHearer is a module that must know of links. Link is called for each
// interface at the start and whenever one changed, by one goroutine at a time.
type LinkHearer interface{ Link(Link) }

// LossHearer is a module that must know when a port has dropped received frames
// since the last look: Lost is called by one goroutine at a time, now of the clock
// of the bursts.
type LossHearer interface{ Lost(port uint16, now int64) }
