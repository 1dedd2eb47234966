package daemon

import "github.com/coreos/go-systemd/v22/daemon"

// notifyReady tells a service manager of type `notify` that workers run; it
// does nothing without one.
func notifyReady() { daemon.SdNotify(false, daemon.SdNotifyReady) }

func notifyStopping() { daemon.SdNotify(false, daemon.SdNotifyStopping) }
