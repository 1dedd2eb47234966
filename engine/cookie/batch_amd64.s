#include "textflag.h"

// SipHash-2-4 (Aumasson and Bernstein, 2012) of 16 messages at a time: one
// message a lane, two registers of eight lanes for each word of the state. The
// two halves have nothing to do with each other, so that one fills the gaps
// that the latency of the other leaves.

#define ROUND(v0, v1, v2, v3) \
	VPADDQ v1, v0, v0   \
	VPADDQ v3, v2, v2   \
	VPROLQ $13, v1, v1  \
	VPROLQ $16, v3, v3  \
	VPXORQ v0, v1, v1   \
	VPXORQ v2, v3, v3   \
	VPROLQ $32, v0, v0  \
	VPADDQ v1, v2, v2   \
	VPADDQ v3, v0, v0   \
	VPROLQ $17, v1, v1  \
	VPROLQ $21, v3, v3  \
	VPXORQ v2, v1, v1   \
	VPXORQ v0, v3, v3   \
	VPROLQ $32, v2, v2

#define ROUNDS \
	ROUND(Z0, Z1, Z2, Z3) \
	ROUND(Z4, Z5, Z6, Z7)

// ABSORB takes in the words of 16 messages at the given offset from SI.
#define ABSORB(at) \
	VPXORQ at(SI), Z3, Z3      \
	VPXORQ (at+64)(SI), Z7, Z7 \
	ROUNDS                     \
	ROUNDS                     \
	VPXORQ at(SI), Z0, Z0      \
	VPXORQ (at+64)(SI), Z4, Z4

// KEY puts the starting state of k into Z28..Z31 and 0xff into Z27.
#define KEY \
	MOVQ         k+0(FP), AX  \
	MOVQ         t+8(FP), SI  \
	MOVQ         out+16(FP), DI \
	MOVQ         m+24(FP), DX \
	VPBROADCASTQ 0(AX), Z28   \
	VPBROADCASTQ 8(AX), Z29   \
	VPBROADCASTQ 16(AX), Z30  \
	VPBROADCASTQ 24(AX), Z31  \
	MOVQ         $0xff, AX    \
	VPBROADCASTQ AX, Z27

#define START \
	VMOVDQA64 Z28, Z0 \
	VMOVDQA64 Z29, Z1 \
	VMOVDQA64 Z30, Z2 \
	VMOVDQA64 Z31, Z3 \
	VMOVDQA64 Z28, Z4 \
	VMOVDQA64 Z29, Z5 \
	VMOVDQA64 Z30, Z6 \
	VMOVDQA64 Z31, Z7

// FINISH stores the low halves of the results of the lanes in DX.
#define FINISH \
	VPXORQ     Z27, Z2, Z2      \
	VPXORQ     Z27, Z6, Z6      \
	ROUNDS                      \
	ROUNDS                      \
	ROUNDS                      \
	ROUNDS                      \
	VPTERNLOGQ $0x96, Z1, Z2, Z0 \
	VPTERNLOGQ $0x96, Z5, Z6, Z4 \
	VPXORQ     Z3, Z0, Z0       \
	VPXORQ     Z7, Z4, Z4       \
	KMOVW      DX, K1           \
	KSHIFTRW   $8, K1, K2       \
	VPMOVQD    Z0, K1, (DI)     \
	VPMOVQD    Z4, K2, 32(DI)

// func batch4(k *Key, t *Tuples, out *[64]uint32, m burst.Mask)
TEXT ·batch4(SB), NOSPLIT, $0-32
	KEY

next:
	TESTL $0xffff, DX
	JZ    skip
	START
	ABSORB(0)
	ABSORB(2048)
	FINISH

skip:
	ADDQ $128, SI
	ADDQ $64, DI
	SHRQ $16, DX
	JNZ  next
	VZEROUPPER
	RET

// func batch6(k *Key, t *Tuples, out *[64]uint32, m burst.Mask)
TEXT ·batch6(SB), NOSPLIT, $0-32
	KEY

next:
	TESTL $0xffff, DX
	JZ    skip
	START
	ABSORB(0)
	ABSORB(512)
	ABSORB(1024)
	ABSORB(1536)
	ABSORB(2048)
	FINISH

skip:
	ADDQ $128, SI
	ADDQ $64, DI
	SHRQ $16, DX
	JNZ  next
	VZEROUPPER
	RET
