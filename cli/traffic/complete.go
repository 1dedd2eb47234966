package traffic

import (
	"fmt"
	"slices"
)

// complete fills in defaults and checks the values against each other.
func (s *Stream) complete() error {
	if s.Kind <= KindNone || s.Kind >= numKinds {
		return fmt.Errorf("no kind")
	}
	if s.Weight == 0 {
		s.Weight = 1
	}
	if s.Weight < 0 || s.Weight > MaxWeight {
		return fmt.Errorf("weight %d: 1 to %d", s.Weight, MaxWeight)
	}
	if !s.Kind.made() {
		return s.completeBytes()
	}
	if err := s.completeFamily(); err != nil {
		return err
	}
	if s.Size != 0 && s.Size != IMIX && (s.Size < MinSize || s.Size > MaxSize) {
		return fmt.Errorf("frames of %d bytes without FCS: %d to %d", s.Size, MinSize, MaxSize)
	}
	if s.VLAN < 0 || s.VLAN > 4094 {
		return fmt.Errorf("VLAN %d: 1 to 4094", s.VLAN)
	}
	if !(s.Malformed >= 0 && s.Malformed <= 1) {
		return fmt.Errorf("a malformed share of %v: 0 to 1", s.Malformed)
	}
	return s.completePorts()
}

func (s *Stream) completeBytes() error {
	switch {
	case s.Kind == Pcap && s.File == "":
		return fmt.Errorf("no file to replay")
	case s.Kind == Raw && (len(s.Frame) < 14 || len(s.Frame) > MaxSize+8):
		return fmt.Errorf("a raw frame of %d bytes: 14 to %d", len(s.Frame), MaxSize+8)
	case s.Malformed != 0 || s.VLAN != 0 || s.Size != 0:
		return fmt.Errorf("%s sends the bytes it is given: no size, VLAN or malformed share", s.Kind)
	}
	return nil
}

func (s *Stream) completeFamily() error {
	family := 0
	for _, r := range []Range{s.Targets, s.Sources} {
		if !r.Prefix.IsValid() {
			continue
		}
		f := 6
		if r.Prefix.Addr().Is4() {
			f = 4
		}
		if family != 0 && family != f {
			return fmt.Errorf("targets %s and sources %s are not of one family", s.Targets.Prefix, s.Sources.Prefix)
		}
		family = f
	}
	switch {
	case s.Family != 0 && s.Family != 4 && s.Family != 6:
		return fmt.Errorf("family %d: 4 or 6", s.Family)
	case s.Family != 0 && family != 0 && s.Family != family:
		return fmt.Errorf("family %d with addresses of IPv%d", s.Family, family)
	case s.Family == 0:
		s.Family = family
	}
	if s.Kind == ARP && s.Family == 6 {
		return fmt.Errorf("ARP is for IPv4: use %q for IPv6", ND)
	}
	if s.Kind == ND && s.Family == 4 {
		return fmt.Errorf("neighbour discovery is for IPv6: use %q for IPv4", ARP)
	}
	if s.Family == 0 {
		if s.Family = 4; s.Kind == ND {
			s.Family = 6
		}
	}
	targets, sources := defaultTargets4, defaultSources4
	if s.Family == 6 {
		targets, sources = defaultTargets6, defaultSources6
	}
	// A count alone narrows the default.
	if !s.Targets.Prefix.IsValid() {
		s.Targets.Prefix = targets.Prefix
	}
	if !s.Sources.Prefix.IsValid() {
		s.Sources.Prefix = sources.Prefix
	}
	return nil
}

func (s *Stream) completePorts() error {
	if s.Kind.tcp() || s.Kind == UDP {
		if s.DstPorts == nil {
			if s.DstPorts = (Ports{{80, 80}}); s.Kind == UDP {
				s.DstPorts = Ports{{9, 9}} // discard (RFC 863)
			}
		}
	} else if s.DstPorts != nil {
		return fmt.Errorf("%s has no ports to send to", s.Kind)
	}
	if !s.Kind.ported() && s.SrcPorts != nil {
		return fmt.Errorf("%s has no ports to send from", s.Kind)
	}
	for _, p := range slices.Concat(s.DstPorts, s.SrcPorts) {
		if p.To < p.From {
			return fmt.Errorf("ports %d-%d run backwards", p.From, p.To)
		}
	}
	if len(s.DstPorts) > 1024 || len(s.SrcPorts) > 1024 {
		return fmt.Errorf("more than 1,024 ranges of ports")
	}
	return s.completeTCP()
}

func (s *Stream) completeTCP() error {
	_, known := synOptions[s.Options]
	switch {
	case s.Options != "" && (!known || !s.Kind.tcp() || s.Kind == ACK):
		return fmt.Errorf("options %q: mss, linux or none, of a SYN", s.Options)
	case s.Bytes != 0 && s.Kind != Data:
		return fmt.Errorf("bytes behind a handshake belong to %q, not to %s", Data, s.Kind)
	case s.Connections != 0 && s.Kind != Hold:
		return fmt.Errorf("held connections belong to %q, not to %s", Hold, s.Kind)
	case s.Bytes < 0 || s.Bytes > 1400:
		return fmt.Errorf("%d bytes of data: 1 to 1400", s.Bytes)
	case s.Connections < 0 || s.Connections > MaxConnections:
		return fmt.Errorf("%d connections: 1 to %d", s.Connections, MaxConnections)
	}
	if s.Options == "" && s.Kind.tcp() && s.Kind != ACK {
		s.Options = "mss"
	}
	if s.Bytes == 0 && s.Kind == Data {
		s.Bytes = 64
	}
	if s.Connections == 0 && s.Kind == Hold {
		s.Connections = 1000
	}
	return nil
}
