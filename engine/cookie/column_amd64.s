#include "textflag.h"

// SipHash-2-4 as in batch_amd64.s, of 32 messages at a time: four registers for
// each word of the state, so that the latency of one is filled by three others.
// Words come from columns of a burst; the last one is the ports under a tail that
// all messages share.

#define STEP1(v0, v1, v2, v3) \
	VPADDQ v1, v0, v0  \
	VPADDQ v3, v2, v2  \
	VPROLQ $13, v1, v1 \
	VPROLQ $16, v3, v3

#define STEP2(v0, v1, v2, v3) \
	VPXORQ v0, v1, v1  \
	VPXORQ v2, v3, v3  \
	VPROLQ $32, v0, v0

#define STEP3(v0, v1, v2, v3) \
	VPADDQ v1, v2, v2  \
	VPADDQ v3, v0, v0  \
	VPROLQ $17, v1, v1 \
	VPROLQ $21, v3, v3

#define STEP4(v0, v1, v2, v3) \
	VPXORQ v2, v1, v1  \
	VPXORQ v0, v3, v3  \
	VPROLQ $32, v2, v2

#define ROUND4 \
	STEP1(Z0, Z1, Z2, Z3)     \
	STEP1(Z4, Z5, Z6, Z7)     \
	STEP1(Z8, Z9, Z10, Z11)   \
	STEP1(Z12, Z13, Z14, Z15) \
	STEP2(Z0, Z1, Z2, Z3)     \
	STEP2(Z4, Z5, Z6, Z7)     \
	STEP2(Z8, Z9, Z10, Z11)   \
	STEP2(Z12, Z13, Z14, Z15) \
	STEP3(Z0, Z1, Z2, Z3)     \
	STEP3(Z4, Z5, Z6, Z7)     \
	STEP3(Z8, Z9, Z10, Z11)   \
	STEP3(Z12, Z13, Z14, Z15) \
	STEP4(Z0, Z1, Z2, Z3)     \
	STEP4(Z4, Z5, Z6, Z7)     \
	STEP4(Z8, Z9, Z10, Z11)   \
	STEP4(Z12, Z13, Z14, Z15)

#define START4 \
	VMOVDQA64 Z28, Z0  \
	VMOVDQA64 Z29, Z1  \
	VMOVDQA64 Z30, Z2  \
	VMOVDQA64 Z31, Z3  \
	VMOVDQA64 Z28, Z4  \
	VMOVDQA64 Z29, Z5  \
	VMOVDQA64 Z30, Z6  \
	VMOVDQA64 Z31, Z7  \
	VMOVDQA64 Z28, Z8  \
	VMOVDQA64 Z29, Z9  \
	VMOVDQA64 Z30, Z10 \
	VMOVDQA64 Z31, Z11 \
	VMOVDQA64 Z28, Z12 \
	VMOVDQA64 Z29, Z13 \
	VMOVDQA64 Z30, Z14 \
	VMOVDQA64 Z31, Z15

// ABSORB4 takes in the words of 32 messages at the given offset from SI.
#define ABSORB4(at) \
	VPXORQ (at)(SI), Z3, Z3       \
	VPXORQ (at+64)(SI), Z7, Z7    \
	VPXORQ (at+128)(SI), Z11, Z11 \
	VPXORQ (at+192)(SI), Z15, Z15 \
	ROUND4                        \
	ROUND4                        \
	VPXORQ (at)(SI), Z0, Z0       \
	VPXORQ (at+64)(SI), Z4, Z4    \
	VPXORQ (at+128)(SI), Z8, Z8   \
	VPXORQ (at+192)(SI), Z12, Z12

// LAST4 takes in the ports and the tail.
#define LAST4 \
	VPMOVZXDQ (BX), Z16    \
	VPMOVZXDQ 32(BX), Z17  \
	VPMOVZXDQ 64(BX), Z18  \
	VPMOVZXDQ 96(BX), Z19  \
	VPORQ  Z26, Z16, Z16   \
	VPORQ  Z26, Z17, Z17   \
	VPORQ  Z26, Z18, Z18   \
	VPORQ  Z26, Z19, Z19   \
	VPXORQ Z16, Z3, Z3     \
	VPXORQ Z17, Z7, Z7     \
	VPXORQ Z18, Z11, Z11   \
	VPXORQ Z19, Z15, Z15   \
	ROUND4                 \
	ROUND4                 \
	VPXORQ Z16, Z0, Z0     \
	VPXORQ Z17, Z4, Z4     \
	VPXORQ Z18, Z8, Z8     \
	VPXORQ Z19, Z12, Z12

// FINISH4 stores the low halves of the results of the lanes in DX.
#define FINISH4 \
	VPXORQ     Z27, Z2, Z2         \
	VPXORQ     Z27, Z6, Z6         \
	VPXORQ     Z27, Z10, Z10       \
	VPXORQ     Z27, Z14, Z14       \
	ROUND4                         \
	ROUND4                         \
	ROUND4                         \
	ROUND4                         \
	VPTERNLOGQ $0x96, Z1, Z2, Z0   \
	VPTERNLOGQ $0x96, Z5, Z6, Z4   \
	VPTERNLOGQ $0x96, Z9, Z10, Z8  \
	VPTERNLOGQ $0x96, Z13, Z14, Z12 \
	VPXORQ     Z3, Z0, Z0          \
	VPXORQ     Z7, Z4, Z4          \
	VPXORQ     Z11, Z8, Z8         \
	VPXORQ     Z15, Z12, Z12       \
	KMOVD      DX, K1              \
	KSHIFTRD   $8, K1, K2          \
	KSHIFTRD   $16, K1, K3         \
	KSHIFTRD   $24, K1, K4         \
	VPMOVQD    Z0, K1, (DI)        \
	VPMOVQD    Z4, K2, 32(DI)      \
	VPMOVQD    Z8, K3, 64(DI)      \
	VPMOVQD    Z12, K4, 96(DI)

// KEY4 puts the starting state into Z28..Z31, 0xff into Z27, the tail into Z26.
#define KEY4 \
	MOVQ         k+0(FP), AX     \
	MOVQ         addr+8(FP), SI  \
	MOVQ         ports+16(FP), BX \
	VPBROADCASTQ tail+24(FP), Z26 \
	MOVQ         out+32(FP), DI  \
	MOVQ         m+40(FP), DX    \
	VPBROADCASTQ 0(AX), Z28      \
	VPBROADCASTQ 8(AX), Z29      \
	VPBROADCASTQ 16(AX), Z30     \
	VPBROADCASTQ 24(AX), Z31     \
	MOVL         $0xff, AX       \
	VPBROADCASTQ AX, Z27

// func column4(k *Key, addr *[4][64]uint64, ports *[64]uint32, tail uint64, out *[64]uint32, m burst.Mask)
TEXT ·column4(SB), NOSPLIT, $0-48
	KEY4

next:
	TESTL DX, DX
	JZ    skip
	START4
	ABSORB4(0)
	LAST4
	FINISH4

skip:
	ADDQ $256, SI
	ADDQ $128, BX
	ADDQ $128, DI
	SHRQ $32, DX
	JNZ  next
	VZEROUPPER
	RET

// func column6(k *Key, addr *[4][64]uint64, ports *[64]uint32, tail uint64, out *[64]uint32, m burst.Mask)
TEXT ·column6(SB), NOSPLIT, $0-48
	KEY4

next:
	TESTL DX, DX
	JZ    skip
	START4
	ABSORB4(0)
	ABSORB4(512)
	ABSORB4(1024)
	ABSORB4(1536)
	LAST4
	FINISH4

skip:
	ADDQ $256, SI
	ADDQ $128, BX
	ADDQ $128, DI
	SHRQ $32, DX
	JNZ  next
	VZEROUPPER
	RET
