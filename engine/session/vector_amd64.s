#include "textflag.h"

// One round of hasher.permute on eight lanes: to ^= (from*mul + add) >> 40.
#define FEISTEL(from, to, mul, add) \
	VPMULLQ mul, from, Z12 \
	VPADDQ  add, Z12, Z12  \
	VPSRLQ  $40, Z12, Z12  \
	VPXORQ  Z12, to, to

// func placeVector(h *hasher, x *[64]uint64, buckets uint64, home *[64]uint32, word *[64]uint64, n int)
//
// The home floor(x*buckets / 2^48) of x = r<<24 + l, with factors of less than
// 2^32, is (r*buckets + l*buckets>>24) >> 24.
TEXT ·placeVector(SB), NOSPLIT, $0-48
	MOVQ         h+0(FP), AX
	MOVQ         x+8(FP), SI
	VPBROADCASTQ buckets+16(FP), Z10
	MOVQ         home+24(FP), DI
	MOVQ         word+32(FP), BX
	MOVQ         n+40(FP), CX
	VPBROADCASTQ 0(AX), Z2
	VPBROADCASTQ 8(AX), Z3
	VPBROADCASTQ 16(AX), Z4
	VPBROADCASTQ 24(AX), Z5
	VPBROADCASTQ 32(AX), Z6
	VPBROADCASTQ 40(AX), Z7
	VPBROADCASTQ 48(AX), Z8
	VPBROADCASTQ 56(AX), Z9
	MOVQ         $0xffffff, AX
	VPBROADCASTQ AX, Z11
	MOVQ         $8, AX              // slotExact
	VPBROADCASTQ AX, Z13

next:
	SUBQ      $8, CX
	VMOVDQU64 (SI), Z1
	VPSRLQ    $24, Z1, Z0            // l
	VPANDQ    Z11, Z1, Z1            // r
	FEISTEL(Z1, Z0, Z2, Z6)
	FEISTEL(Z0, Z1, Z3, Z7)
	FEISTEL(Z1, Z0, Z4, Z8)
	FEISTEL(Z0, Z1, Z5, Z9)
	VPSLLQ    $24, Z1, Z14
	VPORQ     Z0, Z14, Z14
	VPSLLQ    $26, Z14, Z14          // tagAt
	VPORQ     Z13, Z14, Z14
	VMOVDQU64 Z14, (BX)
	VPMULUDQ  Z10, Z0, Z0
	VPMULUDQ  Z10, Z1, Z1
	VPSRLQ    $24, Z0, Z0
	VPADDQ    Z0, Z1, Z1
	VPSRLQ    $24, Z1, Z1
	VPMOVQD   Z1, (DI)
	ADDQ      $64, SI
	ADDQ      $64, BX
	ADDQ      $32, DI
	TESTQ     CX, CX
	JGT       next
	VZEROUPPER
	RET

// func matchVector(buckets unsafe.Pointer, home *[64]uint32, word *[64]uint64, id uint64, hits *[64]uint8, n int)
TEXT ·matchVector(SB), NOSPLIT, $0-48
	MOVQ         buckets+0(FP), DX
	MOVQ         home+8(FP), SI
	MOVQ         word+16(FP), BX
	VPBROADCASTQ id+24(FP), Z0
	MOVQ         hits+32(FP), DI
	MOVQ         n+40(FP), CX
	TESTQ        CX, CX
	JZ           done

next:
	MOVL         (SI), AX
	SHLQ         $6, AX
	VPBROADCASTQ (BX), Z1
	VPXORQ       (DX)(AX*1), Z1, Z1
	VPTESTNMQ    Z0, Z1, K1
	KMOVW        K1, AX
	ANDL         $0xfe, AX           // word 0 is no slot
	MOVB         AX, (DI)
	ADDQ         $4, SI
	ADDQ         $8, BX
	INCQ         DI
	DECQ         CX
	JNZ          next

done:
	VZEROUPPER
	RET
