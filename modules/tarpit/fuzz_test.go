package tarpit

import (
	"testing"
	"time"

	"mire/dpdk/burst"
	et "mire/engine/enginetest"
)

// FuzzProcess runs frames of any bytes through parser, observer and tarpit,
// with time between them. data is a row of records: two bytes of length and
// milliseconds, then the frame.
func FuzzProcess(f *testing.F) {
	for _, k := range everyKind() {
		f.Add(append([]byte{byte(len(k)), 5}, k...))
	}
	var row []byte
	for _, k := range everyKind() {
		row = append(append(row, byte(len(k)), 250), k...)
	}
	f.Add(row)
	l := newLab(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		l.tb = t
		for len(data) > 2 {
			n, ms := int(data[0]), int(data[1])
			data = data[2:]
			n = min(n, len(data))
			l.Receive(et.Frame{Data: data[:n], Rx: burst.RxFlags(ms & 0xf)})
			data = data[n:]
			l.Pass(time.Duration(ms) * time.Millisecond)
		}
		v := &l.Burst.Verdicts
		sum := v.Sent + v.Consumed
		for _, d := range v.Dropped {
			sum += d
		}
		if sum != v.Received {
			t.Fatalf("received %d, sent, consumed and dropped %d", v.Received, sum)
		}
		for f := range families {
			if n := l.stage().nets[0].ledger.probing[f].Load(); n < 0 || int(n) > maxProofs {
				t.Fatalf("%d addresses under proof", n)
			}
			if n := l.stage().nets[0].ledger.owed[f].Load(); n < 0 {
				t.Fatalf("%d probes owed", n)
			}
		}
		l.Drain()
	})
}
