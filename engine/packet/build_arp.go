package packet

// ARPSize is the length in bytes of the frames of PutARPRequest, PutARPReply
// and PutGratuitousARP, padding included.
const ARPSize = MinFrame

// PutARPRequest writes a request who has target, tell sender (RFC 826). The
// target MAC is zero. l.Dst is BroadcastMAC, or a unicast MAC to ask one host.
func PutARPRequest(p []byte, l Link, senderMAC [6]byte, sender, target [4]byte) int {
	return putARP(p, l, ARPRequest, senderMAC, sender, [6]byte{}, target)
}

// PutARPReply writes a reply sender is at senderMAC, for the target.
func PutARPReply(p []byte, l Link, senderMAC [6]byte, sender [4]byte, targetMAC [6]byte, target [4]byte) int {
	return putARP(p, l, ARPReply, senderMAC, sender, targetMAC, target)
}

// PutGratuitousARP writes an announcement that owner has addr: a request whose
// sender and target address are addr (RFC 5227 section 2.3). l.Dst may be
// unicast to correct the cache of one host.
func PutGratuitousARP(p []byte, l Link, owner [6]byte, addr [4]byte) int {
	return putARP(p, l, ARPRequest, owner, addr, [6]byte{}, addr)
}

func putARP(p []byte, l Link, op uint16, senderMAC [6]byte, sender [4]byte, targetMAC [6]byte, target [4]byte) int {
	n := l.put(p, EtherTypeARP)
	h := ARP(p[n : n+ARPLen])
	h.setHeader(op)
	h.SetSenderMAC(senderMAC)
	h.SetSenderIP(sender)
	h.SetTargetMAC(targetMAC)
	h.SetTargetIP(target)
	clear(p[n+ARPLen : ARPSize])
	return ARPSize
}
