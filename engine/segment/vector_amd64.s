#include "go_asm.h"
#include "textflag.h"

// NETS writes the network in Z15 into the Meta of the lanes in K3, along with
// the VLAN of a frame without tag beside it: the third word of four.
#define NETS \
	KMOVB     K3, AX                            \
	MOVL      $0x44444444, R8                   \
	PDEPL     R8, AX, AX                        \
	KMOVW     AX, K4                            \
	SHRL      $16, AX                           \
	KMOVW     AX, K5                            \
	LEAQ      (CX)(CX*1), R8                    \
	VMOVDQU32 Z15, K4, const_offMeta(DI)(R8*8)  \
	VMOVDQU32 Z15, K5, (const_offMeta+64)(DI)(R8*8)

// START loads the arguments and what both families need.
#define START \
	MOVQ         b+0(FP), DI              \
	MOVQ         m+8(FP), DX              \
	MOVQ         l+16(FP), SI             \
	XORL         CX, CX                   \
	XORL         BX, BX                   \
	MOVWLZX      leg_net(SI), AX          \
	SHLL         $16, AX                  \
	VPBROADCASTD AX, Z15

// NEAR adds the lanes of K2 to the result.
#define NEAR \
	KMOVB K2, R8     \
	SHLXQ CX, R8, R8 \
	ORQ   R8, BX

// func match4(b *burst.Burst, m burst.Mask, l *leg) (near burst.Mask)
TEXT ·match4(SB), NOSPLIT, $0-32
	START
	VPBROADCASTQ leg_both4(SI), Z1
	VPBROADCASTQ leg_src4(SI), Z2
	VPBROADCASTQ leg_dst4(SI), Z3

round4:
	TESTB     DL, DL
	JZ        next4
	KMOVB     DX, K1
	VPXORQ    const_offAddr(DI)(CX*8), Z1, Z0
	VPTESTNMQ Z2, Z0, K1, K2
	VPTESTNMQ Z3, Z0, K1, K3
	NEAR
	NETS

next4:
	ADDQ $8, CX
	SHRQ $8, DX
	JNZ  round4
	MOVQ BX, near+24(FP)
	VZEROUPPER
	RET

// func match6(b *burst.Burst, m burst.Mask, l *leg) (near burst.Mask)
TEXT ·match6(SB), NOSPLIT, $0-32
	START
	VPBROADCASTQ leg_wireHi(SI), Z1
	VPBROADCASTQ leg_wireLo(SI), Z2
	VPBROADCASTQ leg_wireMaskHi(SI), Z3
	VPBROADCASTQ leg_wireMaskLo(SI), Z4

round6:
	TESTB     DL, DL
	JZ        next6
	KMOVB     DX, K1
	VPXORQ    const_offAddr(DI)(CX*8), Z1, Z5
	VPXORQ    (const_offAddr+512)(DI)(CX*8), Z2, Z6
	VPXORQ    (const_offAddr+1024)(DI)(CX*8), Z1, Z7
	VPXORQ    (const_offAddr+1536)(DI)(CX*8), Z2, Z8
	VPTESTNMQ Z3, Z5, K1, K2
	VPTESTNMQ Z3, Z7, K1, K3
	VPTESTNMQ Z4, Z6, K2, K2
	VPTESTNMQ Z4, Z8, K3, K3
	NEAR
	NETS

next6:
	ADDQ $8, CX
	SHRQ $8, DX
	JNZ  round6
	MOVQ BX, near+24(FP)
	VZEROUPPER
	RET
