#include "textflag.h"

// Which quadwords of eight keys of three quadwords each, in three registers,
// are Hi, Lo and the rest: from the first and second register, then with the
// third.
DATA hiAB<>+0(SB)/8, $0
DATA hiAB<>+8(SB)/8, $3
DATA hiAB<>+16(SB)/8, $6
DATA hiAB<>+24(SB)/8, $9
DATA hiAB<>+32(SB)/8, $12
DATA hiAB<>+40(SB)/8, $15
DATA hiAB<>+48(SB)/8, $0
DATA hiAB<>+56(SB)/8, $0
GLOBL hiAB<>(SB), RODATA|NOPTR, $64
DATA hiC<>+0(SB)/8, $0
DATA hiC<>+8(SB)/8, $1
DATA hiC<>+16(SB)/8, $2
DATA hiC<>+24(SB)/8, $3
DATA hiC<>+32(SB)/8, $4
DATA hiC<>+40(SB)/8, $5
DATA hiC<>+48(SB)/8, $10
DATA hiC<>+56(SB)/8, $13
GLOBL hiC<>(SB), RODATA|NOPTR, $64
DATA loAB<>+0(SB)/8, $1
DATA loAB<>+8(SB)/8, $4
DATA loAB<>+16(SB)/8, $7
DATA loAB<>+24(SB)/8, $10
DATA loAB<>+32(SB)/8, $13
DATA loAB<>+40(SB)/8, $0
DATA loAB<>+48(SB)/8, $0
DATA loAB<>+56(SB)/8, $0
GLOBL loAB<>(SB), RODATA|NOPTR, $64
DATA loC<>+0(SB)/8, $0
DATA loC<>+8(SB)/8, $1
DATA loC<>+16(SB)/8, $2
DATA loC<>+24(SB)/8, $3
DATA loC<>+32(SB)/8, $4
DATA loC<>+40(SB)/8, $8
DATA loC<>+48(SB)/8, $11
DATA loC<>+56(SB)/8, $14
GLOBL loC<>(SB), RODATA|NOPTR, $64
DATA netAB<>+0(SB)/8, $2
DATA netAB<>+8(SB)/8, $5
DATA netAB<>+16(SB)/8, $8
DATA netAB<>+24(SB)/8, $11
DATA netAB<>+32(SB)/8, $14
DATA netAB<>+40(SB)/8, $0
DATA netAB<>+48(SB)/8, $0
DATA netAB<>+56(SB)/8, $0
GLOBL netAB<>(SB), RODATA|NOPTR, $64
DATA netC<>+0(SB)/8, $0
DATA netC<>+8(SB)/8, $1
DATA netC<>+16(SB)/8, $2
DATA netC<>+24(SB)/8, $3
DATA netC<>+32(SB)/8, $4
DATA netC<>+40(SB)/8, $9
DATA netC<>+48(SB)/8, $12
DATA netC<>+56(SB)/8, $15
GLOBL netC<>(SB), RODATA|NOPTR, $64

// One round of hasher.permute: to ^= (from*mul + add) >> 40.
#define FEISTEL(from, to, mul, add) \
	VPMULLQ.BCST mul(AX), from, Z12 \
	VPADDQ.BCST  add(AX), Z12, Z12  \
	VPSRLQ       $40, Z12, Z12      \
	VPXORQ       Z12, to, to

// A multilinear hash at the given offset of the hasher: to = add + the words in
// Z4..Z8 times their multipliers.
#define MULTILINEAR(at, to) \
	VPMULLQ.BCST (at+8)(AX), Z4, to   \
	VPADDQ.BCST  at(AX), to, to       \
	VPMULLQ.BCST (at+16)(AX), Z5, Z12 \
	VPADDQ       Z12, to, to          \
	VPMULLQ.BCST (at+24)(AX), Z6, Z12 \
	VPADDQ       Z12, to, to          \
	VPMULLQ.BCST (at+32)(AX), Z7, Z12 \
	VPADDQ       Z12, to, to          \
	VPMULLQ.BCST (at+40)(AX), Z8, Z12 \
	VPADDQ       Z12, to, to

// SHIFTXOR is x ^= x >> n.
#define SHIFTXOR(n, x) \
	VPSRLQ $n, x, Z12 \
	VPXORQ Z12, x, x

// func placeVector(h *hasher, keys *[64]Key, mask burst.Mask, n uint64, home *[64]uint32, word *[64]uint64)
TEXT ·placeVector(SB), NOSPLIT, $0-48
	MOVQ         h+0(FP), AX
	MOVQ         keys+8(FP), SI
	MOVQ         mask+16(FP), DX
	VPBROADCASTQ n+24(FP), Z20
	MOVQ         home+32(FP), DI
	MOVQ         word+40(FP), BX
	MOVQ         $0xffffff, CX
	VPBROADCASTQ CX, Z21
	MOVQ         $0xffffffff, CX
	VPBROADCASTQ CX, Z22
	MOVQ         $0xffff, CX
	VPBROADCASTQ CX, Z23
	MOVQ         $8, CX               // slotExact
	VPBROADCASTQ CX, Z24
	MOVQ         $1, CX               // KindAddress
	VPBROADCASTQ CX, Z25
	VPSLLQ       $63, Z25, Z26
	VMOVDQU64    hiAB<>(SB), Z14
	VMOVDQU64    hiC<>(SB), Z15
	VMOVDQU64    loAB<>(SB), Z16
	VMOVDQU64    loC<>(SB), Z17
	VMOVDQU64    netAB<>(SB), Z18
	VMOVDQU64    netC<>(SB), Z19

next:
	TESTB     $0xff, DX
	JZ        skip
	VMOVDQU64 (SI), Z9
	VMOVDQU64 64(SI), Z10
	VMOVDQU64 128(SI), Z11
	VMOVDQA64 Z14, Z1
	VPERMI2Q  Z10, Z9, Z1
	VPERMT2Q  Z11, Z15, Z1            // Hi
	VMOVDQA64 Z16, Z2
	VPERMI2Q  Z10, Z9, Z2
	VPERMT2Q  Z11, Z17, Z2            // Lo
	VMOVDQA64 Z18, Z8
	VPERMI2Q  Z10, Z9, Z8
	VPERMT2Q  Z11, Z19, Z8
	VPANDQ    Z21, Z8, Z8             // network and kind

	// K1: the keys whose slot decides alone, Key.isExact.
	VPSRLQ    $32, Z2, Z7
	VPSRLQ    $16, Z8, Z12
	VPTESTNMQ Z1, Z1, K1
	VPCMPEQQ  Z23, Z7, K1, K1
	VPCMPEQQ  Z25, Z12, K1, K1
	KMOVW     K1, CX
	TESTB     CX, CX
	JZ        wide

	// Key.v4, hasher.permute with r in Z3 and l in Z4, exactProbe. The home
	// floor(x*n / 2^48) of x = r<<24 + l, in factors below 2^32, is
	// (r*n + l*n>>24) >> 24.
	VPANDQ   Z22, Z2, Z3
	VPSLLQ   $32, Z8, Z12
	VPORQ    Z12, Z3, Z3
	VPSLLQ   $16, Z3, Z3              // the kind is above the network: out
	VPSRLQ   $40, Z3, Z4
	VPSRLQ   $16, Z3, Z3
	VPANDQ   Z21, Z3, Z3
	FEISTEL(Z3, Z4, 0, 32)
	FEISTEL(Z4, Z3, 8, 40)
	FEISTEL(Z3, Z4, 16, 48)
	FEISTEL(Z4, Z3, 24, 56)
	VPSLLQ   $24, Z3, Z0
	VPORQ    Z4, Z0, Z0
	VPSLLQ   $26, Z0, Z0              // tagAt
	VPORQ    Z24, Z0, Z0
	VPMULUDQ Z20, Z4, Z4
	VPMULUDQ Z20, Z3, Z3
	VPSRLQ   $24, Z4, Z4
	VPADDQ   Z4, Z3, Z13
	VPSRLQ   $24, Z13, Z13
	CMPB     CX, $0xff
	JEQ      store

wide:
	// hasher.hashWide. The home floor(x*n / 2^64) is (high*n + low*n>>32) >> 32.
	VPANDQ       Z22, Z1, Z4
	VPSRLQ       $32, Z1, Z5
	VPANDQ       Z22, Z2, Z6
	MULTILINEAR(64, Z9)
	MULTILINEAR(112, Z10)
	VPANDNQ      Z9, Z22, Z9
	VPSRLQ       $32, Z10, Z10
	VPORQ        Z10, Z9, Z9
	SHIFTXOR(32, Z9)
	VPMULLQ.BCST 160(AX), Z9, Z9
	SHIFTXOR(29, Z9)
	VPMULLQ.BCST 168(AX), Z9, Z9
	SHIFTXOR(32, Z9)
	VPSLLQ       $26, Z9, Z10
	VPORQ        Z26, Z10, Z10
	VPMULUDQ     Z20, Z9, Z11
	VPSRLQ       $32, Z9, Z9
	VPMULUDQ     Z20, Z9, Z9
	VPSRLQ       $32, Z11, Z11
	VPADDQ       Z11, Z9, Z9
	VPSRLQ       $32, Z9, Z9
	VPBLENDMQ    Z0, Z10, K1, Z0
	VPBLENDMQ    Z13, Z9, K1, Z13

store:
	VMOVDQU64 Z0, (BX)
	VPMOVQD   Z13, (DI)

skip:
	ADDQ $192, SI
	ADDQ $64, BX
	ADDQ $32, DI
	SHRQ $8, DX
	JNZ  next
	VZEROUPPER
	RET

// func matchVector(buckets unsafe.Pointer, home *[64]uint32, word *[64]uint64, mask burst.Mask, id uint64, hits *[64]uint8)
TEXT ·matchVector(SB), NOSPLIT, $0-48
	MOVQ         buckets+0(FP), DX
	MOVQ         home+8(FP), SI
	MOVQ         word+16(FP), BX
	MOVQ         mask+24(FP), R8
	VPBROADCASTQ id+32(FP), Z0
	MOVQ         hits+40(FP), DI
	MOVQ         R8, R9
	TESTQ        R8, R8
	JZ           done

fetch:
	BSFQ        R9, CX
	LEAQ        -1(R9), R10
	MOVL        (SI)(CX*4), AX
	SHLQ        $6, AX
	PREFETCHT0  (DX)(AX*1)
	ANDQ        R10, R9
	JNZ         fetch

next:
	BSFQ         R8, CX
	LEAQ         -1(R8), R10
	MOVL         (SI)(CX*4), AX
	SHLQ         $6, AX
	VPBROADCASTQ (BX)(CX*8), Z1
	VPXORQ       (DX)(AX*1), Z1, Z1
	VPTESTNMQ    Z0, Z1, K1
	KMOVW        K1, AX
	ANDL         $0xfe, AX            // word 0 is no slot
	MOVB         AX, (DI)(CX*1)
	ANDQ         R10, R8
	JNZ          next

done:
	VZEROUPPER
	RET
