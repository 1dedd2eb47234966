package bench

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// reference checks replies by code that shares nothing with what made them:
// gopacket writes each right reply, dchest/siphash its cookie, and what left
// the node must be the same byte for byte.
type reference struct {
	scene   *scene
	shots   []shot
	stamped stamping
	days    map[int64]map[string]bool // right replies, by the day of their cookies
}

func newReference(s *scene, shots []shot, stamped stamping) *reference {
	return &reference{scene: s, shots: shots, stamped: stamped, days: map[int64]map[string]bool{}}
}

// check says what is wrong with a reply that left at about the given time.
func (r *reference) check(frame []byte, at time.Time) error {
	day := at.Unix() / 86400
	var first error
	for _, d := range [...]int64{day, day - 1} {
		err := r.checkOn(frame, d)
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// checkOn is check for cookies of one day.
func (r *reference) checkOn(frame []byte, day int64) error {
	right, err := r.right(day)
	if err != nil {
		return err
	}
	if right[string(frame)] {
		return nil
	}
	if r.stamped != plain {
		return r.checkStamped(frame, day)
	}
	return fmt.Errorf("% x: gopacket makes no such reply to any frame of the source", frame)
}

// right are the replies to the frames as the source has them.
func (r *reference) right(day int64) (map[string]bool, error) {
	if set := r.days[day]; set != nil {
		return set, nil
	}
	m, set := r.scene.maker(), make(map[string]bool, len(r.shots))
	for i := range r.shots {
		if reply := r.shots[i].reply; reply != nil {
			set[string(reply(m, day))] = true
		}
	}
	if m.err != nil {
		return nil, m.err
	}
	r.days[day] = set
	return set, nil
}

// One reply of how many is checked, primes, so that all frames of a source have
// their turn: of stamped frames fewer, because each reply has to be made anew,
// which takes ten times as long, of `hold` more, because its replies are rare.
const (
	replySample   = 2039
	stampedSample = 3061
	holdSample    = 61
)

// checkStamped checks a SYN-ACK whose addresses or ports are not those of the
// source any more: it is made again for the conversation it names.
func (r *reference) checkStamped(frame []byte, day int64) error {
	p := gopacket.NewPacket(frame, layers.LayerTypeEthernet, gopacket.NoCopy)
	tcp, _ := p.TransportLayer().(*layers.TCP)
	if tcp == nil || p.NetworkLayer() == nil {
		return errors.New("no TCP over IP")
	}
	src, _ := netip.AddrFromSlice(p.NetworkLayer().NetworkFlow().Src().Raw())
	dst, _ := netip.AddrFromSlice(p.NetworkLayer().NetworkFlow().Dst().Raw())
	client := end{routerMAC, dst, uint16(tcp.DstPort)}
	server := end{r.scene.answerMAC(r.scene.family), src, uint16(tcp.SrcPort)}
	seq := tcp.Ack - 1
	if err := r.wasSent(client, server, seq); err != nil {
		return err
	}
	m := r.scene.maker()
	want := r.scene.synAck(m, client, server, seq, false, day) // only scanner's SYNs are stamped
	if m.err != nil {
		return m.err
	}
	if string(want) != string(frame) {
		return fmt.Errorf("% x: gopacket makes % x", frame, want)
	}
	return nil
}

// wasSent tells whether stamping can have made the SYN of a conversation.
func (r *reference) wasSent(client, server end, seq uint32) error {
	if r.stamped != targets {
		return nil
	}
	i := (int(client.port) - 32768) / 7
	if i < 0 || i >= len(r.shots) || r.scene.sender(i).port != client.port || r.scene.target(i).port != server.port || initial(i) != seq {
		return fmt.Errorf("no frame of the source has ports %d and %d and sequence number %d", client.port, server.port, seq)
	}
	first, last := r.scene.captured(0), r.scene.captured(r.scene.table-1)
	if server.ip.Compare(first) < 0 || last.Compare(server.ip) < 0 {
		return fmt.Errorf("%v is not captured", server.ip)
	}
	if low(client.ip)+low(server.ip) != low(r.scene.sender(i).ip)+low(r.scene.target(i).ip) {
		return fmt.Errorf("%v is not who asks for %v", client.ip, server.ip)
	}
	return nil
}
