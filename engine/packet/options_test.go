package packet

import (
	"bytes"
	"testing"
)

// walk collects what an iterator yields.
func walk(opts []byte, next func([]byte) (uint8, []byte, []byte, bool)) (out []byte, turns int) {
	for {
		kind, data, rest, ok := next(opts)
		if !ok {
			return out, turns
		}
		out = append(append(append(out, kind), data...), '|')
		opts = rest
		turns++
	}
}

func TestOptionWalks(t *testing.T) {
	for _, c := range []struct {
		name string
		next func([]byte) (uint8, []byte, []byte, bool)
		opts string
		want string // kind and data of each, "7c" between
	}{
		{"TCP of a Linux SYN", NextTCPOption, "020405b4 0402 080a0102030405060708 01 030307", "0205b47c047c0801020304050607087c03077c"},
		{"TCP end of list", NextTCPOption, "0402 00 0402", "047c"},
		{"TCP length 0", NextTCPOption, "0402 0500 0402", "047c"},
		{"TCP length 1", NextTCPOption, "0501 0402", ""},
		{"TCP beyond the end", NextTCPOption, "0402 0205ff", "047c"},
		{"TCP kind alone", NextTCPOption, "01 01 02", ""},
		{"TCP only no-operations", NextTCPOption, "01010101", ""},
		{"TCP none", NextTCPOption, "", ""},
		{"IPv4 router alert", NextIPv4Option, "94040000", "9400007c"},
		{"ND two options", NextNDOption, "0101 02420a000002 0501 0000000005dc", "0102420a0000027c050000000005dc7c"},
		{"ND length 0", NextNDOption, "0100 02420a000002", ""},
		{"ND beyond the end", NextNDOption, "0102 02420a000002", ""},
		{"ND half an option", NextNDOption, "0101 0242", ""},
		{"DHCP pads and end", NextDHCPOption, "00 00 350103 00 3604c0000201 ff 350101", "35037c36c00002017c"},
		{"DHCP empty option", NextDHCPOption, "5000 ff", "507c"},
		{"DHCP beyond the end", NextDHCPOption, "350103 3604c00002", "35037c"},
		{"DHCP without end", NextDHCPOption, "350103", "35037c"},
		{"DHCP kind alone", NextDHCPOption, "35", ""},
	} {
		got, _ := walk(raw(t, c.opts), c.next)
		if !bytes.Equal(got, raw(t, c.want)) {
			t.Errorf("%s: %x, want %s", c.name, got, c.want)
		}
	}
}

// The longest walk a header allows: forty bytes of the shortest options.
func TestTCPOptionWalkIsBounded(t *testing.T) {
	if _, turns := walk(bytes.Repeat([]byte{9, 2}, 20), NextTCPOption); turns != 20 {
		t.Errorf("%d turns, want 20", turns)
	}
}

func TestReadOfferPassesOverWrongLengths(t *testing.T) {
	o := ReadOffer(raw(t, "0203b4 040300 030207 0804 0102 03030f 020405dc"))
	if want := (Offer{MSS: 1500}); o.MSS != want.MSS || o.SACKPermitted || o.Timestamps {
		t.Errorf("%+v, want only MSS 1500", o)
	}
}

func TestHasValidNDOptions(t *testing.T) {
	for opts, want := range map[string]bool{
		"":                                    true,
		"0101 02420a000002":                   true,
		"0101 02420a000002 0501 0000000005dc": true,
		"0100 02420a000002":                   false,
		"0101 02420a000002 00":                false,
		"0102 02420a000002":                   false,
	} {
		if got := HasValidNDOptions(raw(t, opts)); got != want {
			t.Errorf("%q: %v, want %v", opts, got, want)
		}
	}
}
