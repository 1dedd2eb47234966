package packet

import "encoding/binary"

// Lengths of multicast listener messages, ICMPv6 header included.
const (
	MLDv1Len       = 24 // query, report, done (RFC 2710 section 3)
	MLDv2QueryLen  = 28 // without sources (RFC 3810 section 5.1)
	MLDv2ReportLen = 8  // without records (RFC 3810 section 5.2)
	mldRecordLen   = 20 // without sources and auxiliary data
)

// Record types of an MLDv2 report (RFC 3810 section 5.2.12).
const (
	MLDModeIsInclude   = 1
	MLDModeIsExclude   = 2
	MLDChangeToInclude = 3
	MLDChangeToExclude = 4
	MLDAllowNewSources = 5
	MLDBlockOldSources = 6
)

// MLD is a multicast listener message, exactly as long as the IPv6 payload.
// After Parse it is at least MLDv1Len bytes, MLDv2ReportLen for type 143.
// IGMP, the other half of its class, is read through ICMP.
type MLD []byte

// Type is the ICMPv6 type: 130, 131, 132 or 143.
func (h MLD) Type() uint8 { return h[0] }

// MaxDelay is the maximum response code of a query; milliseconds in MLDv1.
func (h MLD) MaxDelay() uint16 { return binary.BigEndian.Uint16(h[4:6]) }

// Group is the group of a query, of an MLDv1 report or of a done; :: in a
// general query.
func (h MLD) Group() [16]byte { return [16]byte(h[8:24]) }

// IsV2Query tells an MLDv2 query from an MLDv1 one by its length (RFC 3810
// section 8.1).
func (h MLD) IsV2Query() bool { return h[0] == ICMPv6MLDQuery && len(h) >= MLDv2QueryLen }

// Records is the number of records an MLDv2 report says it has.
func (h MLD) Records() int { return int(binary.BigEndian.Uint16(h[6:8])) }

// NextMLDRecord takes the first record off the bytes behind the fixed part of
// an MLDv2 report: its type, its group, and what is left. ok is false at the
// end and at a record that does not fit.
func NextMLDRecord(records []byte) (kind uint8, group [16]byte, rest []byte, ok bool) {
	if len(records) < mldRecordLen {
		return 0, group, nil, false
	}
	n := mldRecordLen + int(records[1])*4 + int(binary.BigEndian.Uint16(records[2:4]))*16
	if n > len(records) {
		return 0, group, nil, false
	}
	return records[0], [16]byte(records[4:20]), records[n:], true
}
