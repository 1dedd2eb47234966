#include "textflag.h"

// Which bytes of a column of address pairs make the Feistel halves of sources,
// then of destinations: l from the first byte of an address, r from the others.
DATA halves<>+0(SB)/8, $0x8080808080808000
DATA halves<>+8(SB)/8, $0x8080808080808008
DATA halves<>+16(SB)/8, $0x8080808080010203
DATA halves<>+24(SB)/8, $0x8080808080090a0b
DATA halves<>+32(SB)/8, $0x8080808080808004
DATA halves<>+40(SB)/8, $0x808080808080800c
DATA halves<>+48(SB)/8, $0x8080808080050607
DATA halves<>+56(SB)/8, $0x80808080800d0e0f
GLOBL halves<>(SB), RODATA|NOPTR, $64

// The bytes of quadwords turned round.
DATA swap64<>+0(SB)/8, $0x0001020304050607
DATA swap64<>+8(SB)/8, $0x08090a0b0c0d0e0f
GLOBL swap64<>(SB), RODATA|NOPTR, $16

// One round of hasher.permute: to ^= (from*mul + add) >> 40, the constants in
// registers.
#define FEISTEL(from, to, mul, add) \
	VPMULLQ mul, from, Z12 \
	VPADDQ  add, Z12, Z12  \
	VPSRLQ  $40, Z12, Z12  \
	VPXORQ  Z12, to, to

// SHIFTXOR is x ^= x >> n.
#define SHIFTXOR(n, x) \
	VPSRLQ $n, x, Z12 \
	VPXORQ Z12, x, x

// FETCH asks for the buckets of two of the eight homes just stored.
#define FETCH(at) \
	MOVQ       at(DI), AX      \
	MOVQ       (at+8)(DI), CX  \
	PREFETCHT0 (R8)(AX*1)      \
	PREFETCHT0 (R8)(CX*1)

// func place4(h *hasher, addrs *[64]uint64, half uint64, net uint64, mask burst.Mask, buckets unsafe.Pointer, n uint64, f *Finder)
TEXT ·place4(SB), NOSPLIT, $0-64
	MOVQ            h+0(FP), AX
	MOVQ            addrs+8(FP), SI
	MOVQ            half+16(FP), CX
	MOVQ            net+24(FP), BX
	MOVQ            mask+32(FP), DX
	MOVQ            buckets+40(FP), R8
	VPBROADCASTQ    n+48(FP), Z20
	MOVQ            n+48(FP), R10
	MOVQ            f+56(FP), DI
	SHLQ            $5, CX
	LEAQ            halves<>(SB), R9
	VBROADCASTI32X4 (R9)(CX*1), Z21
	VBROADCASTI32X4 16(R9)(CX*1), Z22
	SHLQ            $8, BX
	VPBROADCASTQ    BX, Z23
	MOVQ            $8, CX            // slotExact
	VPBROADCASTQ    CX, Z24
	VPBROADCASTQ    0(AX), Z14
	VPBROADCASTQ    8(AX), Z15
	VPBROADCASTQ    16(AX), Z16
	VPBROADCASTQ    24(AX), Z17
	VPBROADCASTQ    32(AX), Z18
	VPBROADCASTQ    40(AX), Z19
	VPBROADCASTQ    48(AX), Z25
	VPBROADCASTQ    56(AX), Z26

next:
	TESTB     $0xff, DX
	JZ        skip
	VMOVDQU64 (SI), Z2
	VPSHUFB   Z21, Z2, Z4
	VPSHUFB   Z22, Z2, Z3
	VPORQ     Z23, Z4, Z4
	FEISTEL(Z3, Z4, Z14, Z18)
	FEISTEL(Z4, Z3, Z15, Z19)
	FEISTEL(Z3, Z4, Z16, Z25)
	FEISTEL(Z4, Z3, Z17, Z26)

	// exactProbe: the home floor(x*n / 2^48) of x = r<<24 + l, in factors below
	// 2^32, is (r*n + l*n>>24) >> 24.
	VPSLLQ    $24, Z3, Z0
	VPORQ     Z4, Z0, Z0
	VPSLLQ    $26, Z0, Z0       // tagAt
	VPORQ     Z24, Z0, Z0
	VPMULUDQ  Z20, Z4, Z4
	VPMULUDQ  Z20, Z3, Z3
	VPSRLQ    $24, Z4, Z4
	VPADDQ    Z4, Z3, Z3
	VPSRLQ    $24, Z3, Z3
	VPSLLQ    $6, Z3, Z3
	VMOVDQU64 Z3, (DI)
	VMOVDQU64 Z0, 512(DI)
	CMPQ      R10, $0x2000     // half a MiB of index stays near by itself
	JLS       skip
	FETCH(0)
	FETCH(16)
	FETCH(32)
	FETCH(48)

skip:
	ADDQ $64, SI
	ADDQ $64, DI
	SHRQ $8, DX
	JNZ  next
	VZEROUPPER
	RET

// MULTILINEAR is to = the words in Z4..Z7 times their multipliers, and what the
// fifth word, the same for all, adds.
#define MULTILINEAR(m0, m1, m2, m3, add, to) \
	VPMULLQ m0, Z4, to   \
	VPADDQ  add, to, to  \
	VPMULLQ m1, Z5, Z12  \
	VPADDQ  Z12, to, to  \
	VPMULLQ m2, Z6, Z12  \
	VPADDQ  Z12, to, to  \
	VPMULLQ m3, Z7, Z12  \
	VPADDQ  Z12, to, to

// func place6(h *hasher, hi, lo *[64]uint64, kind uint64, mask burst.Mask, buckets unsafe.Pointer, n uint64, f *Finder)
TEXT ·place6(SB), NOSPLIT, $0-64
	MOVQ            h+0(FP), AX
	MOVQ            hi+8(FP), SI
	MOVQ            lo+16(FP), BX
	MOVQ            kind+24(FP), R9
	MOVQ            mask+32(FP), DX
	MOVQ            buckets+40(FP), R8
	VPBROADCASTQ    n+48(FP), Z20
	MOVQ            f+56(FP), DI
	MOVQ            104(AX), R10
	IMULQ           R9, R10
	ADDQ            64(AX), R10
	VPBROADCASTQ    R10, Z24
	MOVQ            152(AX), R10
	IMULQ           R9, R10
	ADDQ            112(AX), R10
	VPBROADCASTQ    R10, Z25
	VBROADCASTI32X4 swap64<>(SB), Z21
	MOVQ            $0xffff, CX
	VPBROADCASTQ    CX, Z27
	LEAQ            1600(DI), R9
	MOVQ            $0xffffffff, CX
	VPBROADCASTQ    CX, Z22
	MOVQ            $1, CX
	SHLQ            $63, CX
	VPBROADCASTQ    CX, Z26
	VPBROADCASTQ    72(AX), Z0
	VPBROADCASTQ    80(AX), Z1
	VPBROADCASTQ    88(AX), Z2
	VPBROADCASTQ    96(AX), Z3
	VPBROADCASTQ    120(AX), Z14
	VPBROADCASTQ    128(AX), Z15
	VPBROADCASTQ    136(AX), Z16
	VPBROADCASTQ    144(AX), Z17
	VPBROADCASTQ    160(AX), Z18
	VPBROADCASTQ    168(AX), Z19

next:
	TESTB     $0xff, DX
	JZ        skip
	VMOVDQU64 (SI), Z5
	VPSHUFB   Z21, Z5, Z11
	VPANDQ    Z22, Z11, Z4
	VPSRLQ    $32, Z11, Z5
	VMOVDQU64 (BX), Z7
	VPSHUFB   Z21, Z7, Z7
	VMOVDQU64 Z11, 1664(DI)
	VMOVDQU64 Z7, 2176(DI)
	VPANDQ    Z22, Z7, Z6
	VPSRLQ    $32, Z7, Z7
	VPTESTNMQ Z11, Z11, K1
	VPCMPEQQ  Z27, Z7, K1, K1
	KMOVB     K1, 56(R9)
	MULTILINEAR(Z0, Z1, Z2, Z3, Z24, Z9)
	MULTILINEAR(Z14, Z15, Z16, Z17, Z25, Z10)

	// hasher.hashWide, wideProbe. The home floor(x*n / 2^64) is
	// (high*n + low*n>>32) >> 32.
	VPANDNQ   Z9, Z22, Z9
	VPSRLQ    $32, Z10, Z10
	VPORQ     Z10, Z9, Z9
	SHIFTXOR(32, Z9)
	VPMULLQ   Z18, Z9, Z9
	SHIFTXOR(29, Z9)
	VPMULLQ   Z19, Z9, Z9
	SHIFTXOR(32, Z9)
	VPSLLQ    $26, Z9, Z10
	VPORQ     Z26, Z10, Z10
	VPMULUDQ  Z20, Z9, Z11
	VPSRLQ    $32, Z9, Z9
	VPMULUDQ  Z20, Z9, Z9
	VPSRLQ    $32, Z11, Z11
	VPADDQ    Z11, Z9, Z9
	VPSRLQ    $32, Z9, Z9
	VPSLLQ    $6, Z9, Z9
	VMOVDQU64 Z9, (DI)
	VMOVDQU64 Z10, 512(DI)
	FETCH(0)
	FETCH(16)
	FETCH(32)
	FETCH(48)

skip:
	ADDQ $64, SI
	ADDQ $64, BX
	ADDQ $64, DI
	INCQ R9
	SHRQ $8, DX
	JNZ  next
	VZEROUPPER
	RET

// MATCH finds slot i of a group: the number of the word of its bucket that has
// the ID bits, 0 when none has, and then, by a load of its own, that word.
#define MATCH(i) \
	MOVQ          (i*8)(DI), AX               \
	VPANDQ        (R8)(AX*1), Z0, Z1          \
	VPCMPEQQ.BCST (512+i*8)(DI), Z1, K2, K1   \
	KMOVW         K1, CX                      \
	ADDQ          R8, AX                      \
	ORL           $1, CX                      \
	BSRL          CX, CX                      \
	MOVB          CX, i(R9)                   \
	MOVQ          (AX)(CX*8), CX              \
	MOVQ          CX, (1024+i*8)(DI)

// func matchAll(buckets unsafe.Pointer, mask burst.Mask, id, epoch, life uint64, f *Finder)
TEXT ·matchAll(SB), NOSPLIT, $0-48
	MOVQ         buckets+0(FP), R8
	MOVQ         mask+8(FP), DX
	VPBROADCASTQ id+16(FP), Z0
	MOVQ         f+40(FP), DI
	LEAQ         1536(DI), R9
	MOVL         $0xfe, AX                   // word 0 is no slot
	KMOVW        AX, K2

next:
	TESTB $0xff, DX
	JZ    skip
	MATCH(0)
	MATCH(1)
	MATCH(2)
	MATCH(3)
	MATCH(4)
	MATCH(5)
	MATCH(6)
	MATCH(7)

skip:
	ADDQ $64, DI
	ADDQ $8, R9
	SHRQ $8, DX
	JNZ  next

	// What the words say, eight at a time, as bits of one mask for each question.
	MOVQ         f+40(FP), DI
	LEAQ         1600(DI), R9
	VPBROADCASTQ epoch+24(FP), Z2
	MOVL         $0x3ffff, AX
	VPBROADCASTQ AX, Z3
	VPBROADCASTQ life+32(FP), Z4
	MOVL         $1, AX
	VPBROADCASTQ AX, Z5
	VPSLLQ       $1, Z5, Z6
	VPSLLQ       $2, Z5, Z7
	MOVQ         $-16, AX
	VPBROADCASTQ AX, Z8
	MOVL         $8, CX

verdict:
	VMOVDQU64 1024(DI), Z9
	VPXORQ    512(DI), Z9, Z10
	VPTESTNMQ Z0, Z10, K1                    // the ID bits are there
	KMOVB     K1, (R9)
	VPSRLQ    $8, Z9, Z11                    // epochAt
	VPSUBQ    Z2, Z11, Z11
	VPANDQ    Z3, Z11, Z11                   // left - 1
	VPCMPUQ   $1, Z4, Z11, K1                // alive
	KMOVB     K1, 8(R9)
	VPCMPEQQ  Z3, Z11, K1                    // left is 0
	KMOVB     K1, 16(R9)
	VPTESTMQ  Z5, Z9, K1
	KMOVB     K1, 24(R9)
	VPTESTMQ  Z6, Z9, K1
	KMOVB     K1, 32(R9)
	VPTESTMQ  Z7, Z9, K1                     // used
	KMOVB     K1, 40(R9)
	VPTESTMQ  Z8, Z9, K1                     // displaced, if it is the own word
	KMOVB     K1, 48(R9)
	ADDQ      $64, DI
	INCQ      R9
	DECL      CX
	JNZ       verdict
	VZEROUPPER
	RET

// FETCHED asks for two of the eight entries just stored.
#define FETCHED(at) \
	MOVQ       (2688+at)(DI), AX  \
	MOVQ       (2696+at)(DI), CX  \
	PREFETCHT0 (R8)(AX*1)         \
	PREFETCHT0 (R8)(CX*1)

// READ loads what decides of the entry of slot i, between two looks at its
// sequence count. A torn set of words shows in that count.
#define READ(i) \
	MOVQ (2688+i*8)(DI), AX       \
	ADDQ R8, AX                   \
	MOVQ 0(AX), CX                \ // wordSeq
	MOVQ 8(AX), R11               \ // wordHi
	MOVQ 16(AX), R12              \ // wordLo
	MOVQ 40(AX), R13              \ // wordKind
	MOVQ 24(AX), BX               \ // wordExpires
	XORQ (1664+i*8)(DI), R11      \
	XORQ (2176+i*8)(DI), R12      \
	MOVQ R13, (3712+i*8)(DI)      \
	ORQ  R12, R11                 \
	MOVQ CX, R12                  \
	ANDL $1, R12                  \ // being written
	XORQ 0(AX), CX                \ // or written meanwhile
	MOVQ BX, (4224+i*8)(DI)       \
	ORQ  R12, R11                 \
	ORQ  CX, R11                  \
	MOVQ R11, (3200+i*8)(DI)

// func readAll(entries unsafe.Pointer, mask burst.Mask, kind, now uint64, f *Finder)
TEXT ·readAll(SB), NOSPLIT, $0-40
	MOVQ         entries+0(FP), R8
	MOVQ         mask+8(FP), DX
	VPBROADCASTQ kind+16(FP), Z0
	VPBROADCASTQ now+24(FP), Z1
	MOVQ         f+32(FP), DI
	MOVL         $7, AX                      // slotsPerBucket
	VPBROADCASTQ AX, Z2
	MOVL         $1, AX
	VPBROADCASTQ AX, Z3
	MOVL         $0xffffff, AX               // kindMask
	VPBROADCASTQ AX, Z4
	VPSLLQ       $24, Z3, Z5
	VPSLLQ       $25, Z3, Z6
	LEAQ         1536(DI), R9
	LEAQ         1600(DI), R10               // same
	MOVL         $8, CX

	// Entry 7*b + s of slot s in bucket b, in bytes; entry 0 stands for none.
place:
	MOVL         CX, BX
	VPMOVZXBQ    (R9), Z7
	KMOVB        (R10), K1
	VPTESTMQ     Z7, Z7, K1, K1
	KMOVB        K1, (4736-1600)(R10)        // near
	VMOVDQU64    (DI), Z8
	VPMULUDQ     Z2, Z8, Z8
	VPSUBQ       Z3, Z7, Z7
	VPSLLQ       $6, Z7, Z7
	VPADDQ.Z     Z7, Z8, K1, Z8
	VMOVDQU64    Z8, 2688(DI)
	FETCHED(0)
	FETCHED(16)
	FETCHED(32)
	FETCHED(48)
	MOVL         BX, CX
	ADDQ         $64, DI
	ADDQ         $8, R9
	INCQ         R10
	DECL         CX
	JNZ          place

	MOVQ f+32(FP), DI

next:
	TESTB $0xff, DX
	JZ    skip
	READ(0)
	READ(1)
	READ(2)
	READ(3)
	READ(4)
	READ(5)
	READ(6)
	READ(7)

skip:
	ADDQ $64, DI
	SHRQ $8, DX
	JNZ  next

	MOVQ f+32(FP), DI
	LEAQ 4744(DI), R9
	MOVL $8, CX

verdict:
	VMOVDQU64 3712(DI), Z7
	VPXORQ    Z0, Z7, Z8
	VPANDQ    Z4, Z8, Z8
	VPORQ     3200(DI), Z8, Z8
	VPTESTNMQ Z8, Z8, K1
	VPCMPQ    $1, 4224(DI), Z1, K1, K1       // now is before its end
	KMOVB     K1, (R9)                       // sure
	VPTESTMQ  Z5, Z7, K1
	KMOVB     K1, 8(R9)
	VPTESTMQ  Z6, Z7, K1
	KMOVB     K1, 16(R9)
	ADDQ      $64, DI
	INCQ      R9
	DECL      CX
	JNZ       verdict
	VZEROUPPER
	RET
