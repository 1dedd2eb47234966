package ha

// net is a network as it is called on the wire.
type net struct {
	number uint16
	index  int
	id     uint32
}

// netOf is the network of a record's Key, or nil.
func (p *Peer) netOf(number uint16) *net {
	for i := range p.nets {
		if p.nets[i].number == number {
			return &p.nets[i]
		}
	}
	return nil
}

// netBy is the network of an id on the wire, or nil.
func (p *Peer) netBy(id uint32) *net {
	for i := range p.nets {
		if p.nets[i].id == id {
			return &p.nets[i]
		}
	}
	return nil
}
