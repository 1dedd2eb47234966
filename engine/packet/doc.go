// Package packet reads and writes frames: Parse classifies a burst once, typed
// byte slices name the fields of every header, and the builders write frames of
// our own. Nothing here allocates, keeps a frame, or knows a network.
package packet
