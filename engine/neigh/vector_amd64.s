#include "go_asm.h"
#include "textflag.h"

// SUSPECT puts the bits that the filter, Z3, has for the eight MACs at the given
// offset into k.
#define SUSPECT(at, k) \
	VPMULLQ  at(SI), Z1, Z0 \
	VPSRLQ   $58, Z0, Z0    \
	VPSRLVQ  Z0, Z3, Z0     \
	VPTESTMQ Z2, Z0, k

// func suspects(macs *[64]uint64, filter uint64) burst.Mask
TEXT ·suspects(SB), NOSPLIT, $0-24
	MOVQ         macs+0(FP), SI
	MOVQ         $const_filterFactor, AX
	VPBROADCASTQ AX, Z1
	MOVL         $1, AX
	VPBROADCASTQ AX, Z2
	VPBROADCASTQ filter+8(FP), Z3
	SUSPECT(0, K0)
	SUSPECT(64, K1)
	SUSPECT(128, K2)
	SUSPECT(192, K3)
	SUSPECT(256, K4)
	SUSPECT(320, K5)
	SUSPECT(384, K6)
	SUSPECT(448, K7)
	KUNPCKBW     K0, K1, K0
	KUNPCKBW     K2, K3, K2
	KUNPCKBW     K4, K5, K4
	KUNPCKBW     K6, K7, K6
	KUNPCKWD     K0, K2, K0
	KUNPCKWD     K4, K6, K4
	KUNPCKDQ     K0, K4, K0
	KMOVQ        K0, ret+16(FP)
	VZEROUPPER
	RET
