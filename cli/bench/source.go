package bench

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"net"
	"os"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"mire/engine/config"
)

// senderMAC is the station all SYNs come from: a router, or a switch's port.
var senderMAC = net.HardwareAddr{0x02, 0, 0, 0, 0, 0x99}

// syn is what the check of a reply needs to know of the SYN it answers.
type syn struct {
	srcPort, dstPort uint16
	seq              uint32
}

// synOf is SYN i of a load, the same in each run.
func synOf(i int) syn {
	ports := [...]uint16{22, 23, 80, 443, 445, 3389, 8080, 5900}
	return syn{srcPort: uint16(32768 + 7*i), dstPort: ports[i%len(ports)], seq: uint32(i) * 2654435761}
}

// frame makes SYN i of the load for the given station: as Linux sends it, but
// with the maximum segment size as its only option. gopacket makes it, not the
// code that is measured.
func (l *Load) frame(i int, to config.MAC) ([]byte, error) {
	s := synOf(i)
	eth := &layers.Ethernet{SrcMAC: senderMAC, DstMAC: to[:], EthernetType: layers.EthernetTypeIPv4}
	tcp := &layers.TCP{
		SrcPort: layers.TCPPort(s.srcPort), DstPort: layers.TCPPort(s.dstPort), Seq: s.seq, SYN: true, Window: 64240,
		Options: []layers.TCPOption{{OptionType: layers.TCPOptionKindMSS, OptionLength: 4, OptionData: []byte{0x05, 0xb4}}},
	}
	var ip gopacket.SerializableLayer
	if l.Family == 6 {
		eth.EthernetType = layers.EthernetTypeIPv6
		v6 := &layers.IPv6{Version: 6, NextHeader: layers.IPProtocolTCP, HopLimit: 64,
			SrcIP: l.sender(i).AsSlice(), DstIP: l.target(i).AsSlice()}
		ip = v6
		if err := tcp.SetNetworkLayerForChecksum(v6); err != nil {
			return nil, err
		}
	} else {
		v4 := &layers.IPv4{Version: 4, TTL: 64, Id: uint16(i), Flags: layers.IPv4DontFragment, Protocol: layers.IPProtocolTCP,
			SrcIP: l.sender(i).AsSlice(), DstIP: l.target(i).AsSlice()}
		ip = v4
		if err := tcp.SetNetworkLayerForChecksum(v4); err != nil {
			return nil, err
		}
	}
	b := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, eth, ip, tcp); err != nil {
		return nil, fmt.Errorf("SYN %d: %w", i, err)
	}
	return b.Bytes(), nil
}

// writeSource writes the SYNs of the load to a new capture file and returns its
// path; the caller removes it.
func (l *Load) writeSource(to config.MAC) (path string, err error) {
	f, err := os.CreateTemp("", "mire-bench-*.pcap")
	if err != nil {
		return "", err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	w := bufio.NewWriter(f)
	w.Write(pcapHeader())
	for i := range SYNs {
		b, err := l.frame(i, to)
		if err != nil {
			return "", err
		}
		w.Write(pcapRecord(len(b)))
		w.Write(b)
	}
	return f.Name(), w.Flush() // the first error of all writes
}

// pcapHeader begins a capture file of Ethernet frames in microseconds
// (draft-ietf-opsawg-pcap): magic, version 2.4, snap length, link type.
func pcapHeader() []byte {
	p := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	p = binary.LittleEndian.AppendUint16(p, 2)
	p = binary.LittleEndian.AppendUint16(p, 4)
	p = append(p, make([]byte, 8)...)
	p = binary.LittleEndian.AppendUint32(p, 1<<16-1)
	return binary.LittleEndian.AppendUint32(p, 1)
}

// pcapRecord stands before a frame of n bytes; its time is 0.
func pcapRecord(n int) []byte {
	p := binary.LittleEndian.AppendUint32(make([]byte, 8), uint32(n))
	return binary.LittleEndian.AppendUint32(p, uint32(n))
}
