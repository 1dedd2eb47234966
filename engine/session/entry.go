package session

// The words of an entry.
const (
	wordSeq     = iota // sequence count, low 32 bits (odd: being written); Version, high 32 bits
	wordHi             // Key.Hi
	wordLo             // Key.Lo
	wordExpires        // Record.Expires
	wordProven         // Term, high 16 bits; Proven in microseconds, signed, low 48
	wordKind           // Net 16, Kind 8, State 8, Owner 8, Askers[1][0:2] 16, spare 8
	wordMAC            // MAC 48, Askers[1][2:4] 16
	wordAsker          // Askers[0] 48, Askers[1][4:6] 16
)

const kindMask = 0xffffff // Net and Kind in wordKind

// tries is how often a reader starts again before it goes without a decision.
const tries = 3

func word48(m *[6]byte) uint64 {
	return uint64(m[0]) | uint64(m[1])<<8 | uint64(m[2])<<16 | uint64(m[3])<<24 | uint64(m[4])<<32 | uint64(m[5])<<40
}

func mac48(w uint64) [6]byte {
	return [6]byte{byte(w), byte(w >> 8), byte(w >> 16), byte(w >> 24), byte(w >> 32), byte(w >> 40)}
}

func (k *Key) kindWord() uint64 { return uint64(k.Net) | uint64(k.Kind)<<16 }

// take makes the caller the one writer of e. It returns the sequence word to
// give to release or restore; ok is false when another writer has it.
func (e *entry) take() (seq uint64, ok bool) {
	seq = e[wordSeq].Load()
	return seq, seq&1 == 0 && e[wordSeq].CompareAndSwap(seq, seq+1)
}

// restore ends a take that changed nothing: a reader that began before it may go on.
func (e *entry) restore(seq uint64) { e[wordSeq].Store(seq) }

// release ends a take that changed the entry or its slot: the sequence count
// goes on, whatever becomes of the version.
func (e *entry) release(seq uint64, version uint32) {
	e[wordSeq].Store(uint64(uint32(seq)+2) | uint64(version)<<32)
}

// write stores r under a term, but not Version, Used and the sequence count.
// The caller has taken e.
func (e *entry) write(r *Record, term uint16, expires int64) {
	second := word48(&r.Askers[1])
	e[wordHi].Store(r.Hi)
	e[wordLo].Store(r.Lo)
	e[wordExpires].Store(uint64(expires))
	e[wordProven].Store(provenWord(term, r.Proven))
	e[wordKind].Store(r.kindWord() | uint64(r.State)<<24 | uint64(r.Owner)<<32 | second&0xffff<<40)
	e[wordMAC].Store(word48(&r.MAC) | second>>16&0xffff<<48)
	e[wordAsker].Store(word48(&r.Askers[0]) | second>>32<<48)
}

// read copies e into r, all fields but Used. ok is false when a writer had it
// in each of three tries.
func (e *entry) read(r *Record) (ok bool) {
	for range tries {
		seq := e[wordSeq].Load()
		if seq&1 != 0 {
			continue
		}
		kind, mac, asker := e[wordKind].Load(), e[wordMAC].Load(), e[wordAsker].Load()
		r.Hi, r.Lo = e[wordHi].Load(), e[wordLo].Load()
		r.Expires = int64(e[wordExpires].Load())
		proven := e[wordProven].Load()
		if e[wordSeq].Load() != seq {
			continue
		}
		r.Net, r.Kind, r.State, r.Owner = uint16(kind), Kind(kind>>16), State(kind>>24), uint8(kind>>32)
		r.MAC, r.Askers[0] = mac48(mac), mac48(asker)
		r.Askers[1] = mac48(kind>>40&0xffff | mac>>48<<16 | asker>>48<<32)
		r.Term, r.Version = uint16(proven>>48), uint32(seq>>32)
		r.Proven = provenOf(proven)
		return true
	}
	return false
}

// holds tells whether e is the entry of k. The caller has taken e.
func (e *entry) holds(k *Key) bool {
	return e[wordHi].Load() == k.Hi && e[wordLo].Load() == k.Lo && e[wordKind].Load()&kindMask == k.kindWord()
}

// holdsNow reads the state of k when this is its entry, alive at now, and no
// writer is near: what look finds nearly always, without a branch for each word.
// When it is false st says nothing.
func (e *entry) holdsNow(k *Key, now int64, st *State) bool {
	seq, kind := e[wordSeq].Load(), e[wordKind].Load()
	*st = State(kind >> 24)
	other := e[wordHi].Load() ^ k.Hi | e[wordLo].Load() ^ k.Lo | (kind^k.kindWord())&kindMask | seq&1
	return other == 0 && int64(e[wordExpires].Load()) > now && e[wordSeq].Load() == seq
}

// look reads the state of k from this entry alone, Unknown when it expired.
// The finding is none when the entry is another key's, busy when a writer had
// it in each of three tries.
func (e *entry) look(k *Key, now int64) (State, finding) {
	for range tries {
		seq := e[wordSeq].Load()
		if seq&1 != 0 {
			continue
		}
		hi, lo, kind, expires := e[wordHi].Load(), e[wordLo].Load(), e[wordKind].Load(), int64(e[wordExpires].Load())
		if e[wordSeq].Load() != seq {
			continue
		}
		if hi != k.Hi || lo != k.Lo || kind&kindMask != k.kindWord() {
			return Unknown, none
		}
		if expires <= now {
			return Unknown, hit
		}
		return State(kind >> 24), hit
	}
	return Unknown, busy
}
