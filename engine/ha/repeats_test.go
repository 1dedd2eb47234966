package ha

import (
	"encoding/binary"
	"testing"
)

// Two recorded HELLOs that alternate are seen once each in a millisecond, whatever
// their tags have in common.
func TestRecordedHellosThatAlternateAreSeenOnceEach(t *testing.T) {
	for _, tags := range [][]uint64{{64, 128}, {1, 1 << 32}, {0, 7}, {5, 69, 133, 197, 261, 325, 389, 453}} {
		var r repeats
		for milli := range int64(3) {
			fresh := 0
			for i := range 600 {
				d := make([]byte, HelloLen)
				binary.BigEndian.PutUint64(d[atTag:], tags[i%len(tags)])
				if !r.seen(hello(d), milli*millisecond+int64(i)) {
					fresh++
				}
			}
			if fresh != len(tags) {
				t.Errorf("tags %v, millisecond %d: %d of 600 are new", tags, milli, fresh)
			}
		}
	}
}
