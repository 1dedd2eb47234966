#include "textflag.h"

// func cameBy(in *[64]uint16, port uint16) burst.Mask
TEXT ·cameBy(SB), NOSPLIT, $0-24
	MOVQ         in+0(FP), SI
	VPBROADCASTW port+8(FP), Z0
	VPCMPEQW     (SI), Z0, K1
	VPCMPEQW     64(SI), Z0, K2
	KUNPCKDQ     K1, K2, K1
	KMOVQ        K1, ret+16(FP)
	VZEROUPPER
	RET
