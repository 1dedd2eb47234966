package daemon

import (
	"mire/dpdk"
	"mire/engine/config"
)

// warnOfTags says at the start where VLAN tags cannot be told apart: where
// somebody takes them off and does not say what they were.
func (d *Daemon) warnOfTags(p *port, s *config.Snapshot) {
	why := ""
	switch detail, err := p.dev.Detail(); {
	case p.conf.Access == config.AccessAFXDP && dpdk.StripsTags(p.conf.Name):
		why = "the interface may take VLAN tags off and an XDP socket does not say so: `ethtool -K " + p.conf.Name + " rxvlan off`, or use `access raw`"
	case err == nil && detail.VLANStrip && p.conf.Access != config.AccessRaw:
		why = "the driver takes VLAN tags off: they are put back as 802.1Q tags, whatever they were"
	default:
		return
	}
	tagged := false
	for i := range s.Networks {
		n := &s.Networks[i]
		tagged = tagged || n.Interface == p.conf.Number && n.VLAN != 0
	}
	e := d.Log.Info()
	if tagged {
		e = d.Log.Warn()
	}
	e.Int("interface", p.conf.Number).Str("port", p.dev.Name()).Msg("service tags (802.1ad) cannot be told from VLAN tags here: " + why)
}
