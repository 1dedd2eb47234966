package traffic

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// ParseSpec reads a mix as words of a command line. Each stream begins with its
// kind, then whom to send to, then what differs from the defaults:
//
//	syn 198.18.0.0/24 ports 80,443,8000-8010 weight 3 echo 198.18.0.0/24 size 512
//	pcap trace.pcap once
//
// Size is that of the frame with FCS, 64..1518, or imix. An error names the
// word, its place counted from 1, and the nearest right one.
func ParseSpec(words []string) (Spec, error) {
	p := wordParser{words: words}
	var spec Spec
	for p.at < len(words) {
		s, err := p.stream()
		if err != nil {
			return Spec{}, err
		}
		spec.Streams = append(spec.Streams, s)
	}
	if len(spec.Streams) == 0 {
		return spec, fmt.Errorf("no kind of traffic: one of %s", strings.Join(kindNames[SYN:], ", "))
	}
	return spec, nil
}

// wordParser is where ParseSpec is.
type wordParser struct {
	words []string
	at    int // of the next
}

// errorf is an error about the word before.
func (p *wordParser) errorf(format string, a ...any) error {
	return fmt.Errorf("word %d: %s", p.at, fmt.Sprintf(format, a...))
}

// keys are the words inside a stream, each with what takes its value.
var keys = map[string]func(p *wordParser, s *Stream, value string) error{
	"to":        func(p *wordParser, s *Stream, v string) error { return p.prefix(&s.Targets, v) },
	"from":      func(p *wordParser, s *Stream, v string) error { return p.prefix(&s.Sources, v) },
	"targets":   func(p *wordParser, s *Stream, v string) error { return p.count(&s.Targets.Count, v) },
	"sources":   func(p *wordParser, s *Stream, v string) error { return p.count(&s.Sources.Count, v) },
	"ports":     func(p *wordParser, s *Stream, v string) error { return p.ports(&s.DstPorts, v) },
	"sports":    func(p *wordParser, s *Stream, v string) error { return p.ports(&s.SrcPorts, v) },
	"weight":    func(p *wordParser, s *Stream, v string) error { return p.number(&s.Weight, v, 1, MaxWeight) },
	"vlan":      func(p *wordParser, s *Stream, v string) error { return p.number(&s.VLAN, v, 1, 4094) },
	"bytes":     func(p *wordParser, s *Stream, v string) error { return p.number(&s.Bytes, v, 1, 1400) },
	"family":    func(p *wordParser, s *Stream, v string) error { return p.number(&s.Family, v, 4, 6) },
	"size":      (*wordParser).size,
	"malformed": (*wordParser).share,
	"options":   (*wordParser).options,
	"connections": func(p *wordParser, s *Stream, v string) error {
		return p.number(&s.Connections, v, 1, MaxConnections)
	},
	"name": func(_ *wordParser, s *Stream, v string) error { s.Name = v; return nil },
}

// keyOrder is the keys as a person would list them; once has no value.
var keyOrder = []string{"to", "from", "targets", "sources", "ports", "sports", "weight", "size", "malformed", "vlan",
	"options", "bytes", "connections", "family", "name", "once"}

func (p *wordParser) next() string {
	p.at++
	return p.words[p.at-1]
}

func (p *wordParser) stream() (s Stream, err error) {
	if err = s.Kind.UnmarshalText([]byte(p.next())); err != nil {
		return s, p.errorf("%v", err)
	}
	if s.Kind == Pcap || s.Kind == Raw {
		if p.at == len(p.words) {
			return s, fmt.Errorf("%s at the end: behind it comes %s", s.Kind, map[Kind]string{Pcap: "a capture file", Raw: "a frame as hexadecimal digits"}[s.Kind])
		}
		if s.File = p.next(); s.Kind == Raw {
			s.File, s.Frame = "", nil
			if s.Frame, err = hex.DecodeString(p.words[p.at-1]); err != nil {
				return s, p.errorf("raw frame: %v", err)
			}
		}
	} else if p.at < len(p.words) && looksLikeAddress(p.words[p.at]) {
		if err = p.prefix(&s.Targets, p.next()); err != nil {
			return s, err
		}
	}
	for p.at < len(p.words) {
		var k Kind
		if k.UnmarshalText([]byte(p.words[p.at])) == nil {
			return s, nil // the next stream
		}
		word := p.next()
		if word == "once" {
			if s.Kind != Pcap {
				return s, p.errorf(`"once" belongs to pcap, not to %s`, s.Kind)
			}
			s.Once = true
			continue
		}
		take, ok := keys[word]
		if !ok {
			return s, p.errorf("%q%s", word, meant(word, append(keyOrder[:len(keyOrder):len(keyOrder)], kindNames[SYN:]...)))
		}
		if p.at == len(p.words) {
			return s, p.errorf("%q needs a value", word)
		}
		if err = take(p, &s, p.next()); err != nil {
			return s, err
		}
	}
	return s, nil
}

// looksLikeAddress tells a target from a key: no key has a colon or a digit in
// front.
func looksLikeAddress(w string) bool {
	return strings.ContainsRune(w, ':') || w != "" && w[0] >= '0' && w[0] <= '9'
}

func (p *wordParser) prefix(r *Range, v string) error {
	if a, err := netip.ParseAddr(v); err == nil && a.Zone() == "" && !a.Is4In6() {
		r.Prefix = netip.PrefixFrom(a, a.BitLen())
		return nil
	}
	f, err := netip.ParsePrefix(v)
	if err != nil || f.Addr().Is4In6() {
		return p.errorf("%q is no address or prefix such as 198.18.0.0/24 or 2001:db8::/120", v)
	}
	r.Prefix = f
	return nil
}

func (p *wordParser) count(n *uint64, v string) (err error) {
	if *n, err = strconv.ParseUint(v, 10, 33); err != nil || *n == 0 || *n > 1<<32 {
		return p.errorf("%q is no number of addresses", v)
	}
	return nil
}

func (p *wordParser) number(n *int, v string, least, most int) (err error) {
	if *n, err = strconv.Atoi(v); err != nil || *n < least || *n > most {
		return p.errorf("%q: a number from %d to %d", v, least, most)
	}
	return nil
}

func (p *wordParser) ports(to *Ports, v string) error {
	var all Ports
	for part := range strings.SplitSeq(v, ",") {
		from, last, both := strings.Cut(part, "-")
		if !both {
			last = from
		}
		a, err1 := strconv.ParseUint(from, 10, 16)
		b, err2 := strconv.ParseUint(last, 10, 16)
		if err1 != nil || err2 != nil || b < a {
			return p.errorf("%q: ports such as 80,443 or 8000-8010", v)
		}
		all = append(all, PortRange{uint16(a), uint16(b)})
	}
	*to = all
	return nil
}

// fcs is what the word size counts beyond Stream.Size.
const fcs = 4

func (p *wordParser) size(s *Stream, v string) error {
	if v == "imix" {
		s.Size = IMIX
		return nil
	}
	if err := p.number(&s.Size, v, MinSize+fcs, MaxSize+fcs); err != nil {
		return p.errorf("%q: %d to %d bytes with FCS, or imix", v, MinSize+fcs, MaxSize+fcs)
	}
	s.Size -= fcs
	return nil
}

func (p *wordParser) share(s *Stream, v string) error {
	number, percent := strings.CutSuffix(v, "%")
	f, err := strconv.ParseFloat(number, 64)
	if percent {
		f /= 100
	}
	if err != nil || !(f >= 0 && f <= 1) {
		return p.errorf("%q: a share such as 5%% or 0.05", v)
	}
	s.Malformed = f
	return nil
}

func (p *wordParser) options(s *Stream, v string) error {
	if _, ok := synOptions[v]; !ok {
		return p.errorf("options %q%s", v, meant(v, []string{"mss", "linux", "none"}))
	}
	s.Options = v
	return nil
}
