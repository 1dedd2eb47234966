package cycles

// Available tells whether there is a counter to read.
const Available = true

// Now is the time-stamp counter, read behind all loads and before all
// instructions that stand behind it. Its rate is constant and not that of the
// core, which may run faster or slower.
func Now() uint64
