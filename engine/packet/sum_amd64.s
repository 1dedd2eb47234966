#include "textflag.h"

// func sumVector(p unsafe.Pointer, n uintptr) uint64
//
// 64 bytes a round: VPDPWSSD takes words as signed, so each is taken less 0x8000
// and the excess is added at the end. What is behind the last byte counts as zero.
TEXT ·sumVector(SB), NOSPLIT, $0-24
	MOVQ         p+0(FP), SI
	MOVQ         n+8(FP), CX
	MOVL         $0x80008000, AX
	VPBROADCASTD AX, Z4
	MOVL         $0x00010001, AX
	VPBROADCASTD AX, Z5
	VPXORQ       Z0, Z0, Z0
	VPXORQ       Z1, Z1, Z1
	XORL         DX, DX                // rounds
	SUBQ         $128, CX
	JB           rest

round:
	VPXORQ   (SI), Z4, Z2
	VPXORQ   64(SI), Z4, Z3
	VPDPWSSD Z5, Z2, Z0
	VPDPWSSD Z5, Z3, Z1
	ADDQ     $128, SI
	ADDQ     $2, DX
	SUBQ     $128, CX
	JAE      round

rest:
	// 0 to 127 bytes.
	ADDQ        $128, CX
	MOVQ        $-1, AX
	BZHIQ       CX, AX, BX
	KMOVQ       BX, K1
	XORL        R8, R8
	SUBQ        $64, CX
	CMOVQCS     R8, CX
	BZHIQ       CX, AX, BX
	KMOVQ       BX, K2
	VMOVDQU8.Z  (SI), K1, Z2
	VMOVDQU8.Z  64(SI), K2, Z3
	VPXORQ      Z4, Z2, Z2
	VPXORQ      Z4, Z3, Z3
	VPDPWSSD    Z5, Z2, Z0
	VPDPWSSD    Z5, Z3, Z1
	ADDQ        $2, DX

	// 16 numbers to one, and 32 words a round that were taken for 0x8000 less.
	VPADDD        Z1, Z0, Z0
	VEXTRACTI64X4 $1, Z0, Y1
	VPADDD        Y1, Y0, Y0
	VEXTRACTI128  $1, Y0, X1
	VPADDD        X1, X0, X0
	VPSHUFD       $0x4e, X0, X1
	VPADDD        X1, X0, X0
	VPSHUFD       $0xb1, X0, X1
	VPADDD        X1, X0, X0
	VMOVD         X0, AX
	SHLL          $20, DX
	ADDL          DX, AX
	MOVQ          AX, ret+16(FP)
	VZEROUPPER
	RET
