package example

import "mire/engine/config"

// A DSCP is 1..63 here (RFC 2474): 0, which most frames have, stands for none.
var (
	countDSCP = config.NewNumber("examplecount", "", 0, 63, 0, "DSCP whose frames module example counts; 0 is none")
	mostCount = config.NewNumber("examplerate", "frames/s", 0, 1000000, 0, "most of these a second and worker, the others are dropped; 0 is no limit")
	markDSCP  = config.NewNumber("examplemark", "", 0, 63, 0, "DSCP whose frames module example marks with DSCP 0; 0 is none")
)
