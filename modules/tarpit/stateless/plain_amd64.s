#include "go_asm.h"
#include "textflag.h"

// func sameNet(meta *[64]burst.Meta, net uint16) burst.Mask
// Four descriptions of 16 bytes each in a register; Net is their sixth word.
TEXT ·sameNet(SB), NOSPLIT, $0-24
	MOVQ         meta+0(FP), SI
	MOVWLZX      net+8(FP), AX
	VPBROADCASTW AX, Z0
	MOVL         $0x20202020, R8
	KMOVD        R8, K2
	XORL         AX, AX
	XORL         CX, CX

next:
	VPCMPEQW (SI), Z0, K2, K1
	KMOVD    K1, DX
	PEXTL    R8, DX, DX
	SHLQ     CX, DX
	ORQ      DX, AX
	VPCMPEQW 64(SI), Z0, K2, K1
	KMOVD    K1, DX
	PEXTL    R8, DX, DX
	ADDL     $4, CX
	SHLQ     CX, DX
	ORQ      DX, AX
	SUBQ     $-128, SI
	ADDL     $4, CX
	CMPL     CX, $64
	JNE      next
	MOVQ     AX, ret+16(FP)
	VZEROUPPER
	RET

// Bytes of four-byte numbers in the low half of a quadword turned round.
DATA swap32<>+0(SB)/8, $0x8080808000010203
DATA swap32<>+8(SB)/8, $0x8080808008090a0b
GLOBL swap32<>(SB), RODATA|NOPTR, $16

// Two registers of eight quadwords as eight pairs.
DATA pairs<>+0(SB)/8, $0
DATA pairs<>+8(SB)/8, $8
DATA pairs<>+16(SB)/8, $1
DATA pairs<>+24(SB)/8, $9
DATA pairs<>+32(SB)/8, $2
DATA pairs<>+40(SB)/8, $10
DATA pairs<>+48(SB)/8, $3
DATA pairs<>+56(SB)/8, $11
DATA pairs<>+64(SB)/8, $4
DATA pairs<>+72(SB)/8, $12
DATA pairs<>+80(SB)/8, $5
DATA pairs<>+88(SB)/8, $13
DATA pairs<>+96(SB)/8, $6
DATA pairs<>+104(SB)/8, $14
DATA pairs<>+112(SB)/8, $7
DATA pairs<>+120(SB)/8, $15
GLOBL pairs<>(SB), RODATA|NOPTR, $128

// Where the first 64 bytes of a reply over IPv4 come from: 0..63 the SYN, from
// 64 on its fields (sequence number, acknowledgement, checksum of IP and of TCP);
// from4mask has the bytes that come from the stamp instead as zeros.
DATA from4<>+0(SB)/8, $0x00000b0a09080706
DATA from4<>+8(SB)/8, $0x0000000000000000
DATA from4<>+16(SB)/8, $0x0000000000000000
DATA from4<>+24(SB)/8, $0x1b1a21201f1e4948
DATA from4<>+32(SB)/8, $0x4140232225241d1c
DATA from4<>+40(SB)/8, $0x0000474645444342
DATA from4<>+48(SB)/8, $0x000000004b4a0000
DATA from4<>+56(SB)/8, $0x0000000000000000
GLOBL from4<>(SB), RODATA|NOPTR, $64

// The same over IPv6; what is behind byte 63 follows.
DATA from6<>+0(SB)/8, $0x00000b0a09080706
DATA from6<>+8(SB)/8, $0x0000000000000000
DATA from6<>+16(SB)/8, $0x2726000000000000
DATA from6<>+24(SB)/8, $0x2f2e2d2c2b2a2928
DATA from6<>+32(SB)/8, $0x1716353433323130
DATA from6<>+40(SB)/8, $0x1f1e1d1c1b1a1918
DATA from6<>+48(SB)/8, $0x3938252423222120
DATA from6<>+56(SB)/8, $0x4544434241403736
GLOBL from6<>(SB), RODATA|NOPTR, $64

// Bytes 64..79 over IPv6, from the fields.
DATA rest6<>+0(SB)/8, $0x0b0a808080800706
DATA rest6<>+8(SB)/8, $0x8080808080808080
GLOBL rest6<>(SB), RODATA|NOPTR, $16

// FOLD makes a checksum of eight sums of less than 2^37: checksum in word.go. Z0
// is 0xffff in each.
#define FOLD(s, t) \
	VPSRLQ  $16, s, t \
	VPANDQ  Z0, s, s  \
	VPADDQ  t, s, s   \
	VPSRLQ  $16, s, t \
	VPANDQ  Z0, s, s  \
	VPADDQ  t, s, s   \
	VPSRLQ  $16, s, t \
	VPADDQ  t, s, s   \
	VPANDNQ Z0, s, s

// HALVES adds to sum the two halves of eight words of memory. Z1 is 2^32-1.
#define HALVES(mem, sum) \
	VMOVDQU64 mem, Z4      \
	VPSRLQ    $32, Z4, Z5  \
	VPANDQ    Z1, Z4, Z4   \
	VPADDQ    Z5, sum, sum \
	VPADDQ    Z4, sum, sum

// NUMBERS makes of eight sequence numbers and cookies the reply's two numbers as
// stored, Z6 and Z7, and adds them and the ports to sum. Z2 turns bytes round, Z3
// is 1 in each.
#define NUMBERS(sum) \
	VPMOVZXDQ (R9), Z6    \
	VPMOVZXDQ (R10), Z7   \
	VPMOVZXDQ (R11), Z5   \
	VPADDQ    Z7, sum, sum \
	VPSHUFB   Z2, Z6, Z6  \
	VPADDD    Z3, Z6, Z7  \
	VPADDD    Z5, Z6, Z6  \
	VPSHUFB   Z2, Z6, Z6  \
	VPSHUFB   Z2, Z7, Z7  \
	VPADDQ    Z6, sum, sum \
	VPADDQ    Z7, sum, sum

// FIELDS stores eight times 16 bytes: the numbers in Z6 and Z7, the checksums
// of IP in Z9 and of TCP in Z8.
#define FIELDS \
	VPSLLQ    $32, Z7, Z7  \
	VPORQ     Z7, Z6, Z6   \
	VPSLLQ    $16, Z8, Z8  \
	VPORQ     Z8, Z9, Z9   \
	VMOVDQA64 Z30, Z4      \
	VMOVDQA64 Z31, Z5      \
	VPERMI2Q  Z9, Z6, Z4   \
	VPERMI2Q  Z9, Z6, Z5   \
	VMOVDQU64 Z4, (DI)     \
	VMOVDQU64 Z5, 64(DI)

#define CONSTANTS \
	MOVL            $0xffff, AX           \
	VPBROADCASTQ    AX, Z0                \
	MOVL            $0xffffffff, AX       \
	VPBROADCASTQ    AX, Z1                \
	VBROADCASTI32X4 swap32<>(SB), Z2      \
	MOVL            $1, AX                \
	VPBROADCASTQ    AX, Z3                \
	VMOVDQU64       pairs<>(SB), Z30      \
	VMOVDQU64       pairs<>+64(SB), Z31

// LENGTHS sets the lengths of the slots in R8 to Z16.
#define LENGTHS \
	KMOVD     R8, K2          \
	SHRQ      $32, R8         \
	KMOVD     R8, K3          \
	VMOVDQU16 (SI), Z4        \
	VMOVDQU16 64(SI), Z5      \
	VMOVDQU16 Z16, K2, Z4     \
	VMOVDQU16 Z16, K3, Z5     \
	VMOVDQU16 Z4, (SI)        \
	VMOVDQU16 Z5, 64(SI)

// func stamp4(data *[64]unsafe.Pointer, lens *[64]uint16, c *burst.Columns, s *stamp, cookies *[64]uint32, m burst.Mask, f *fields)
TEXT ·stamp4(SB), NOSPLIT, $0-56
	MOVQ         c+16(FP), R8
	MOVQ         s+24(FP), BX
	MOVQ         cookies+32(FP), R11
	MOVQ         m+40(FP), DX
	MOVQ         f+48(FP), DI
	LEAQ         const_addrAt(R8), SI
	LEAQ         const_seqAt(R8), R9
	LEAQ         const_portsAt(R8), R10
	CONSTANTS
	VPBROADCASTQ const_ipSumAt(BX), Z28
	VPBROADCASTQ const_sumAt(BX), Z29

sums:
	TESTB  $0xff, DX
	JZ     nosums
	VPXORQ Z8, Z8, Z8
	HALVES((SI), Z8)
	VPADDQ Z28, Z8, Z9
	VPADDQ Z29, Z8, Z8
	NUMBERS(Z8)
	FOLD(Z8, Z4)
	FOLD(Z9, Z5)
	FIELDS

nosums:
	ADDQ $64, SI
	ADDQ $32, R9
	ADDQ $32, R10
	ADDQ $32, R11
	ADDQ $128, DI
	SHRQ $8, DX
	JNZ  sums

	MOVQ         data+0(FP), R9
	MOVQ         lens+8(FP), SI
	MOVQ         m+40(FP), DX
	MOVQ         f+48(FP), DI
	MOVQ         DX, R8
	VPBROADCASTW const_sizeAt(BX), Z16
	LENGTHS
	VMOVDQU64    (BX), Z14
	VMOVDQU64    from4<>(SB), Z15
	VPTESTMB     Z15, Z15, K1

frame:
	TZCNTQ          DX, CX
	BLSRQ           DX, DX
	MOVQ            (R9)(CX*8), AX
	SHLQ            $4, CX
	VMOVDQU64       (AX), Z4
	VBROADCASTI32X4 (DI)(CX*1), Z5
	VMOVDQA64       Z15, Z6
	VPERMI2B.Z      Z5, Z4, K1, Z6
	VPORQ           Z14, Z6, Z6
	VMOVDQU64       Z6, (AX)
	TESTQ           DX, DX
	JNZ             frame
	VZEROUPPER
	RET

// func stamp6(data *[64]unsafe.Pointer, lens *[64]uint16, c *burst.Columns, s *stamp, cookies *[64]uint32, m burst.Mask, f *fields)
TEXT ·stamp6(SB), NOSPLIT, $0-56
	MOVQ         c+16(FP), R8
	MOVQ         s+24(FP), BX
	MOVQ         cookies+32(FP), R11
	MOVQ         m+40(FP), DX
	MOVQ         f+48(FP), DI
	LEAQ         const_addrAt(R8), SI
	LEAQ         const_seqAt(R8), R9
	LEAQ         const_portsAt(R8), R10
	CONSTANTS
	VPBROADCASTQ const_sumAt(BX), Z29

sums:
	TESTB     $0xff, DX
	JZ        nosums
	VMOVDQA64 Z29, Z8
	HALVES((SI), Z8)
	HALVES(512(SI), Z8)
	HALVES(1024(SI), Z8)
	HALVES(1536(SI), Z8)
	NUMBERS(Z8)
	FOLD(Z8, Z4)
	VPXORQ    Z9, Z9, Z9
	FIELDS

nosums:
	ADDQ $64, SI
	ADDQ $32, R9
	ADDQ $32, R10
	ADDQ $32, R11
	ADDQ $128, DI
	SHRQ $8, DX
	JNZ  sums

	MOVQ         data+0(FP), R9
	MOVQ         lens+8(FP), SI
	MOVQ         m+40(FP), DX
	MOVQ         f+48(FP), DI
	MOVQ         DX, R8
	VPBROADCASTW const_sizeAt(BX), Z16
	LENGTHS
	VMOVDQU64    (BX), Z14
	VMOVDQU      64(BX), Y13
	VMOVDQU64    from6<>(SB), Z15
	VPTESTMB     Z15, Z15, K1
	VMOVDQU      rest6<>(SB), X12

frame:
	TZCNTQ          DX, CX
	BLSRQ           DX, DX
	MOVQ            (R9)(CX*8), AX
	SHLQ            $4, CX
	VMOVDQU64       (AX), Z4
	VBROADCASTI32X4 (DI)(CX*1), Z5
	VMOVDQA64       Z15, Z6
	VPERMI2B.Z      Z5, Z4, K1, Z6
	VPORQ           Z14, Z6, Z6
	VPSHUFB         X12, X5, X7
	VPOR            Y13, Y7, Y7
	VMOVDQU64       Z6, (AX)
	VMOVDQU         Y7, 64(AX)
	TESTQ           DX, DX
	JNZ             frame
	VZEROUPPER
	RET

// Where the first 64 bytes of an event come from in a frame over IPv4; zeros are
// constant or the same for all. Ports become little-endian numbers.
DATA event4<>+0(SB)/8, $0x0000000000000000
DATA event4<>+8(SB)/8, $0x2425000000000000
DATA event4<>+16(SB)/8, $0x0b0a090807062223
DATA event4<>+24(SB)/8, $0x0000000000000000
DATA event4<>+32(SB)/8, $0x21201f1e00000000
DATA event4<>+40(SB)/8, $0x0000000000000000
DATA event4<>+48(SB)/8, $0x1d1c1b1a00000000
DATA event4<>+56(SB)/8, $0x0000000000000000
GLOBL event4<>(SB), RODATA|NOPTR, $64

// The same over IPv6.
DATA event6<>+0(SB)/8, $0x0000000000000000
DATA event6<>+8(SB)/8, $0x3839000000000000
DATA event6<>+16(SB)/8, $0x0b0a090807063637
DATA event6<>+24(SB)/8, $0x2d2c2b2a29282726
DATA event6<>+32(SB)/8, $0x3534333231302f2e
DATA event6<>+40(SB)/8, $0x1d1c1b1a19181716
DATA event6<>+48(SB)/8, $0x2524232221201f1e
DATA event6<>+56(SB)/8, $0x0000000000000000
GLOBL event6<>(SB), RODATA|NOPTR, $64

// func events(data *[64]unsafe.Pointer, w *event.Window, all, m burst.Mask, like *event.Event, v6 bool)
TEXT ·events(SB), NOSPLIT, $0-41
	MOVQ      data+0(FP), R9
	MOVQ      w+8(FP), BX
	MOVQ      all+16(FP), R8
	MOVQ      m+24(FP), DX
	MOVQ      like+32(FP), SI
	MOVQ      const_baseAt(BX), DI
	MOVQ      const_nextAt(BX), R10
	MOVQ      const_maskAt(BX), R11
	VMOVDQU64 (SI), Z14
	VMOVDQU64 event4<>(SB), Z15
	CMPB      v6+40(FP), $0
	JEQ       four
	VMOVDQU64 event6<>(SB), Z15

four:
	VPTESTMB Z15, Z15, K1
	TESTQ    DX, DX
	JZ       done

next:
	TZCNTQ    DX, CX
	BLSRQ     DX, DX
	MOVQ      (R9)(CX*8), AX
	BZHIQ     CX, R8, CX        // the slots before this one
	POPCNTQ   CX, CX
	ADDQ      R10, CX
	ANDQ      R11, CX
	SHLQ      $7, CX
	VPERMB.Z  (AX), Z15, K1, Z1
	VPORQ     Z14, Z1, Z1
	VMOVDQU64 Z1, (DI)(CX*1)
	TESTQ     DX, DX
	JNZ       next

done:
	VZEROUPPER
	RET
