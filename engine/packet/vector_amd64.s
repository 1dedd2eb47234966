#include "go_asm.h"
#include "textflag.h"

// parseVector takes eight frames a round. The bytes behind each Ethernet header
// are turned round, so that each register holds the same quadword of all eight:
// Z0 is bytes 0..7 of the IP header in eight lanes, Z1 the next, to Z7.
//
// K1 are the lanes that may be read, K2 those that carry TCP over the family at
// hand. What else a frame must be is not compared but subtracted: Z16 collects,
// lane by lane, bits that are not 0 when something is wrong. A chain of masks would
// be longer than the rounds that a CPU can have under way.
//
// Sums are of 16-bit words, by VPDPWSSD, which takes them as signed: each word
// less 0x8000 times 1, and the excess is in the number that the sum starts with.

// Constants of one quadword each.
#define min54     c<>+0(SB)
#define bit0      c<>+8(SB)
#define bit1      c<>+16(SB)
#define mac48     c<>+24(SB)
#define type4     c<>+32(SB)
#define type6     c<>+40(SB)
#define shape4    c<>+48(SB)
#define isShape4  c<>+56(SB)
#define proto4    c<>+64(SB)
#define isProto4  c<>+72(SB)
#define shape6    c<>+80(SB)
#define isShape6  c<>+88(SB)
#define n14       c<>+96(SB)
#define n20       c<>+104(SB)
#define n24       c<>+112(SB)
#define n40       c<>+120(SB)
#define n62       c<>+128(SB)
#define n64       c<>+136(SB)
#define flags4    c<>+144(SB)
#define isSyn4    c<>+152(SB)
#define flags6    c<>+160(SB)
#define isSyn6    c<>+168(SB)
#define mss4      c<>+176(SB)
#define isMSS4    c<>+184(SB)
#define mss6      c<>+192(SB)
#define isMSS6    c<>+200(SB)
#define bits384   c<>+208(SB)
#define bits448   c<>+216(SB)
#define bits512   c<>+224(SB)
#define bits192   c<>+232(SB)
#define bits256   c<>+240(SB)
#define bits320   c<>+248(SB)
#define start4    c<>+256(SB)
#define startTCP4 c<>+264(SB)
#define startTCP6 c<>+272(SB)
#define excess8   c<>+280(SB)
#define offsets4  c<>+288(SB)
#define offsets6  c<>+296(SB)
#define kindTCP   c<>+304(SB)
#define kindSyn   c<>+312(SB)
#define bias16    c<>+320(SB)
#define ones16    c<>+328(SB)
#define onesLow   c<>+336(SB)
#define onesHigh  c<>+344(SB)
#define n3c       c<>+352(SB)
#define folded    c<>+360(SB)

DATA c<>+0(SB)/8, $54
DATA c<>+8(SB)/8, $const_multiSegment
DATA c<>+16(SB)/8, $const_l4Good
DATA c<>+24(SB)/8, $0x0000ffffffffffff
DATA c<>+32(SB)/8, $0x0008
DATA c<>+40(SB)/8, $0xdd86
DATA c<>+48(SB)/8, $0xff3f0000000000ff // no MF, no offset; version and length
DATA c<>+56(SB)/8, $0x0000000000000045
DATA c<>+64(SB)/8, $0xff00
DATA c<>+72(SB)/8, $0x0600
DATA c<>+80(SB)/8, $0x00ff0000000000f0 // next header; version
DATA c<>+88(SB)/8, $0x0006000000000060
DATA c<>+96(SB)/8, $14
DATA c<>+104(SB)/8, $20
DATA c<>+112(SB)/8, $24
DATA c<>+120(SB)/8, $40
DATA c<>+128(SB)/8, $62
DATA c<>+136(SB)/8, $64
DATA c<>+144(SB)/8, $0x1700 // FIN, SYN, RST, ACK
DATA c<>+152(SB)/8, $0x0200
DATA c<>+160(SB)/8, $0x0000170000000000
DATA c<>+168(SB)/8, $0x0000020000000000
DATA c<>+176(SB)/8, $0xffff
DATA c<>+184(SB)/8, $0x0402
DATA c<>+192(SB)/8, $0x0000ffff00000000
DATA c<>+200(SB)/8, $0x0000040200000000
DATA c<>+208(SB)/8, $384
DATA c<>+216(SB)/8, $448
DATA c<>+224(SB)/8, $512
DATA c<>+232(SB)/8, $192
DATA c<>+240(SB)/8, $256
DATA c<>+248(SB)/8, $320
DATA c<>+256(SB)/8, $0x50000 // 10 words
DATA c<>+264(SB)/8, $0x8f200 // 18 words; protocol less the IP header, (6-20)<<8
DATA c<>+272(SB)/8, $0xe0600 // 28 words; protocol, 6<<8
DATA c<>+280(SB)/8, $0x0002000000020000 // 8 words more, half in each half of a lane
DATA c<>+288(SB)/8, $0xffec00220022000e // L3 14, L4 34, Payload 34+head, PayloadLen total-20-head
DATA c<>+296(SB)/8, $0x000000360036000e // L3 14, L4 54, Payload 54+head, PayloadLen size-head
DATA c<>+304(SB)/8, $const_kindTCP
DATA c<>+312(SB)/8, $const_kindSyn
DATA c<>+320(SB)/8, $0x8000800080008000
DATA c<>+328(SB)/8, $0x0001000100010001
DATA c<>+336(SB)/8, $0x0000000000010001
DATA c<>+344(SB)/8, $0x0001000100000000
DATA c<>+352(SB)/8, $0x3c
DATA c<>+360(SB)/8, $0xffff0000ffff0000
GLOBL c<>(SB), RODATA|NOPTR, $368

// Which words of the first 64 bytes of a frame make: destination and source MAC,
// each with the two bytes behind it, and the 48 bytes behind the Ethernet header.
DATA words<>+0(SB)/8, $0x0003000200010000
DATA words<>+8(SB)/8, $0x0006000500040003
DATA words<>+16(SB)/8, $0x000a000900080007
DATA words<>+24(SB)/8, $0x000e000d000c000b
DATA words<>+32(SB)/8, $0x001200110010000f
DATA words<>+40(SB)/8, $0x0016001500140013
DATA words<>+48(SB)/8, $0x001a001900180017
DATA words<>+56(SB)/8, $0x001e001d001c001b
GLOBL words<>(SB), RODATA|NOPTR, $64

// Byte shuffles of 16 bytes, for VBROADCASTI64X2: the total length of IPv4 and the
// payload length of IPv6 as numbers.
DATA total4<>+0(SB)/8, $0x8080808080800203
DATA total4<>+8(SB)/8, $0x8080808080800a0b
GLOBL total4<>(SB), RODATA|NOPTR, $16
DATA size6<>+0(SB)/8, $0x8080808080800405
DATA size6<>+8(SB)/8, $0x8080808080800c0d
GLOBL size6<>(SB), RODATA|NOPTR, $16

// Both halves of the Meta of four frames, side by side.
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

// FRAME loads the frame whose pointer is at p, as words<> has it.
#define FRAME(p, z) \
	MOVQ   p(SI), R8    \
	VPERMW (R8), Z23, z

// SPREAD loads 16 bytes at the given offset of the frames whose pointers are at
// p, p+16, p+32 and p+48.
#define SPREAD(p, at, x, z) \
	MOVQ         p(SI), R8          \
	MOVQ         (p+16)(SI), R9     \
	MOVQ         (p+32)(SI), R10    \
	MOVQ         (p+48)(SI), R11    \
	VMOVDQU      at(R8), x          \
	VINSERTI64X2 $1, at(R9), z, z   \
	VINSERTI64X2 $2, at(R10), z, z  \
	VINSERTI64X2 $3, at(R11), z, z

// ADD adds the words of z to sum.
#define ADD(z, sum) \
	VPXORQ   Z18, z, Z17   \
	VPDPWSSD Z19, Z17, sum

// ADDHEAD is ADD of the first bytes of z only: bits less the length in bits,
// Z13, is how many bits of z are behind the end.
#define ADDHEAD(z, bits, sum) \
	VPBROADCASTQ bits, Z17          \
	VPSUBUSW     Z13, Z17, Z17      \
	VPSRLVQ      Z17, Z22, Z17      \
	VPTERNLOGQ   $0x6a, Z18, z, Z17 \
	VPDPWSSD     Z19, Z17, sum

// FOLD makes of the halves of a sum the end-around sum of all its words, in the
// upper words of both.
#define FOLD(sum) \
	VPSHUFD $0xb1, sum, Z17 \
	VPADDD  Z17, sum, sum   \
	VPRORD  $16, sum, Z17   \
	VPADDD  Z17, sum, sum

// ONLY makes wrong, in Z16, the lanes of z that are not the given number.
#define ONLY(number, z) VPTERNLOGQ.BCST $0xf6, number, z, Z16

// META writes the Meta of the lanes in K2, of which those in K4 are SYNs:
// header length in Z15, IP payload and header length in Z14.
#define META(offsets) \
	KMOVB        K2, AX             \
	MOVL         $0x5555, R8        \
	PDEPL        R8, AX, AX         \
	LEAL         (AX)(AX*2), AX     \
	KMOVW        AX, K5             \
	SHRL         $8, AX             \
	KMOVW        AX, K6             \
	LEAQ         (CX)(CX*1), R10    \
	VPSLLQ       $32, Z15, Z10      \
	VPSUBQ       Z15, Z14, Z11      \
	VPSLLQ       $48, Z11, Z11      \
	VPADDQ       Z11, Z10, Z10      \
	VPADDQ.BCST  offsets, Z10, Z10  \
	VPBROADCASTQ kindTCP, Z11       \
	VPBROADCASTQ kindSyn, K4, Z11   \
	VMOVDQA64    Z10, Z12           \
	VPERMT2Q     Z11, Z27, Z12      \
	VPERMT2Q     Z11, Z28, Z10      \
	VMOVDQU64    Z12, K5, const_offMeta(DI)(R10*8)      \
	VMOVDQU64    Z10, K6, (const_offMeta+64)(DI)(R10*8)

// KEEP puts those lanes of K2 that have no bit in Z16 into the mask in acc.
#define KEEP(acc) \
	VPTESTNMQ Z16, Z16, K2, K4 \
	KMOVB     K4, R8           \
	SHLXQ     CX, R8, R8       \
	ORQ       R8, acc

// func parseVector(b *burst.Burst, m burst.Mask) (all, syn, v6, alone burst.Mask)
TEXT ·parseVector(SB), NOSPLIT, $64-48
	MOVQ b+0(FP), DI
	MOVQ m+8(FP), DX
	XORL CX, CX
	XORL R12, R12                     // all
	XORL BX, BX                       // syn
	XORL R13, R13                     // v6
	XORL R14, R14                     // alone

	VPBROADCASTQ    bias16, Z18
	VPBROADCASTQ    ones16, Z19
	VPBROADCASTQ    onesLow, Z20
	VPBROADCASTQ    onesHigh, Z21
	VPTERNLOGQ      $0xff, Z22, Z22, Z22
	VMOVDQU64       words<>(SB), Z23
	VBROADCASTI64X2 total4<>(SB), Z24
	VPBROADCASTQ    n3c, Z25
	VPBROADCASTQ    folded, Z26
	VMOVDQU64       pairs<>(SB), Z27
	VMOVDQU64       pairs<>+64(SB), Z28
	MOVL            const_offRoom(DI), AX
	VPBROADCASTQ    AX, Z29
	VBROADCASTI64X2 size6<>(SB), Z30
	VPBROADCASTQ    n20, Z31
	MOVL            $0x5555, AX
	KMOVW           AX, K7

round:
	TESTB DL, DL
	JZ    next

	// K1: what is wanted, long enough, not longer than its buffer, and whole.
	VPMOVZXWQ      const_offLen(DI)(CX*2), Z8
	VPMOVZXBQ      const_offRx(DI)(CX*1), Z9
	KMOVB          DX, K1
	VPCMPUQ.BCST   $5, min54, Z8, K1, K1
	VPCMPUQ        $2, Z29, Z8, K1, K1
	VPTESTNMQ.BCST bit0, Z9, K1, K1
	LEAQ           const_offData(DI)(CX*8), SI
	KMOVB          K1, AX
	CMPL           AX, $0xff
	JNE            some

load:
	FRAME(0, Z0)
	FRAME(8, Z1)
	FRAME(16, Z2)
	FRAME(24, Z3)
	FRAME(32, Z4)
	FRAME(40, Z5)
	FRAME(48, Z6)
	FRAME(56, Z7)

	// Quadwords of two frames, of four, of eight.
	VPUNPCKLQDQ Z1, Z0, Z10
	VPUNPCKHQDQ Z1, Z0, Z11
	VPUNPCKLQDQ Z3, Z2, Z12
	VPUNPCKHQDQ Z3, Z2, Z13
	VPUNPCKLQDQ Z5, Z4, Z14
	VPUNPCKHQDQ Z5, Z4, Z15
	VPUNPCKLQDQ Z7, Z6, Z16
	VPUNPCKHQDQ Z7, Z6, Z17
	VSHUFI64X2  $0x88, Z12, Z10, Z0
	VSHUFI64X2  $0xdd, Z12, Z10, Z1
	VSHUFI64X2  $0x88, Z16, Z14, Z2
	VSHUFI64X2  $0xdd, Z16, Z14, Z3
	VSHUFI64X2  $0x88, Z13, Z11, Z4
	VSHUFI64X2  $0xdd, Z13, Z11, Z5
	VSHUFI64X2  $0x88, Z17, Z15, Z6
	VSHUFI64X2  $0xdd, Z17, Z15, Z7
	VSHUFI64X2  $0x88, Z2, Z0, Z10    // destination MAC
	VSHUFI64X2  $0xdd, Z2, Z0, Z2
	VSHUFI64X2  $0x88, Z6, Z4, Z11    // source MAC and type
	VSHUFI64X2  $0x88, Z3, Z1, Z0
	VSHUFI64X2  $0xdd, Z3, Z1, Z12
	VSHUFI64X2  $0xdd, Z6, Z4, Z3
	VMOVDQA64   Z12, Z4
	VSHUFI64X2  $0x88, Z7, Z5, Z1
	VSHUFI64X2  $0xdd, Z7, Z5, Z5

	// The bytes from 62 on may be in a line of the cache that nobody has touched:
	// they are left alone while all eight are short.
	VPCMPUQ.BCST $6, n62, Z8, K1, K6
	KORTESTB     K6, K6
	JNZ          long

macs:
	VMOVDQU64     Z10, const_offHead(DI)(CX*8)
	VPSRLQ        $48, Z11, Z12
	VPANDQ.BCST   mac48, Z11, Z11
	VMOVDQU64     Z11, const_offSource(DI)(CX*8)
	VPCMPEQQ.BCST type4, Z12, K1, K2
	VPCMPEQQ.BCST type6, Z12, K1, K3
	VPANDQ.BCST   proto4, Z1, Z12
	VPANDQ.BCST   shape6, Z0, Z13
	VPCMPEQQ.BCST isProto4, Z12, K2, K2
	VPCMPEQQ.BCST isShape6, Z13, K3, K3
	VPSUBQ.BCST   n14, Z8, Z8
	KORTESTB      K2, K2
	JZ            six

	// Columns. Of the lanes of IPv6 they are written again.
	VPSHUFD   $0xb1, Z2, Z10
	VPSHUFD   $0xb1, Z1, K7, Z10
	VMOVDQU64 Z10, const_offAddr(DI)(CX*8)
	VPSRLQ    $32, Z2, Z11
	VPMOVQD   Z11, const_offPorts(DI)(CX*4)
	VPMOVQD   Z3, const_offSeq(DI)(CX*4)

	// Lengths: Z14 the IP packet, Z15 the TCP header.
	VPSHUFB      Z24, Z0, Z14
	VPSRLQ       $2, Z4, Z15
	VPANDQ       Z25, Z15, Z15
	VPMINUQ.BCST n64, Z8, Z16
	VPSUBUSW     Z16, Z14, Z16        // the packet behind the frame, or behind Z7
	VPADDQ       Z31, Z15, Z13
	VPSUBUSW     Z14, Z13, Z13        // the header behind the packet
	VPSUBUSW     Z15, Z31, Z12        // the header too short
	VPTERNLOGQ   $0xfe, Z12, Z13, Z16
	VPANDQ.BCST  shape4, Z0, Z12
	ONLY(isShape4, Z12)

	// Z10 sums the IP header, Z11 and Z12 the segment.
	VPSLLQ       $3, Z14, Z13
	VPBROADCASTQ start4, Z10
	VPBROADCASTQ startTCP4, Z11
	VPSLLQ       $8, Z14, Z12
	ADD(Z0, Z10)
	VPXORQ       Z18, Z1, Z17
	VPDPWSSD     Z19, Z17, Z10
	VPDPWSSD     Z21, Z17, Z11
	VPXORQ       Z18, Z2, Z17
	VPDPWSSD     Z20, Z17, Z10
	VPDPWSSD     Z19, Z17, Z12
	ADD(Z3, Z11)
	ADD(Z4, Z12)
	ADDHEAD(Z5, bits384, Z11)
	KORTESTB     K6, K6
	JZ           sum4
	ADDHEAD(Z6, bits448, Z12)
	ADDHEAD(Z7, bits512, Z11)
	VPADDD.BCST  excess8, Z11, Z11

sum4:
	VPADDD          Z12, Z11, Z11
	FOLD(Z10)
	FOLD(Z11)
	VPTERNLOGQ      $0xf2, Z26, Z10, Z16
	VPTESTNMQ.BCST  bit1, Z9, K4      // not verified by the port
	VPTERNLOGQ      $0xf2, Z26, Z11, K4, Z16

	VPANDQ.BCST  flags4, Z4, Z13
	VPXORQ.BCST  isSyn4, Z13, Z13
	VPTESTNMQ    Z13, Z13, K2, K4
	META(offsets4)
	KEEP(R12)
	VPORQ        Z13, Z16, Z16
	KEEP(BX)
	VPANDQ.BCST  mss4, Z5, Z10
	ONLY(n24, Z15)
	ONLY(isMSS4, Z10)
	KEEP(R14)

six:
	KORTESTB K3, K3
	JZ       next
	KMOVB    K3, K2

	VMOVDQU64 Z1, K2, const_offAddr(DI)(CX*8)
	VMOVDQU64 Z2, (const_offAddr+512)(DI)(CX*8)
	VMOVDQU64 Z3, (const_offAddr+1024)(DI)(CX*8)
	VMOVDQU64 Z4, (const_offAddr+1536)(DI)(CX*8)
	VPMOVQD   Z5, K2, const_offPorts(DI)(CX*4)
	VPSRLQ    $32, Z5, Z11
	VPMOVQD   Z11, K2, const_offSeq(DI)(CX*4)

	// Lengths: Z14 the IP payload, Z15 the TCP header.
	VPSHUFB      Z30, Z0, Z14
	VPSRLQ       $34, Z6, Z15
	VPANDQ       Z25, Z15, Z15
	VPSUBQ.BCST  n40, Z8, Z8
	VPMINUQ.BCST n40, Z8, Z16
	VPSUBUSW     Z16, Z14, Z16        // the payload behind the frame, or behind 94
	VPSUBUSW     Z14, Z15, Z13        // the header behind the payload
	VPSUBUSW     Z15, Z31, Z12        // the header too short
	VPTERNLOGQ   $0xfe, Z12, Z13, Z16

	VPSLLQ       $3, Z14, Z13
	VPBROADCASTQ startTCP6, Z11
	VPSLLQ       $8, Z14, Z12
	ADD(Z1, Z11)
	ADD(Z2, Z12)
	ADD(Z3, Z11)
	ADD(Z4, Z12)
	ADD(Z5, Z11)
	ADD(Z6, Z12)
	ADDHEAD(Z7, bits192, Z11)

	// What is behind byte 78: up to 16 more.
	VPCMPUQ.BCST $6, n24, Z14, K2, K4
	KORTESTB     K4, K4
	JZ           sum6
	SPREAD(0, 78, X0, Z0)
	SPREAD(8, 78, X1, Z1)
	VPUNPCKLQDQ  Z1, Z0, Z10
	VPUNPCKHQDQ  Z1, Z0, Z0
	ADDHEAD(Z10, bits256, Z12)
	ADDHEAD(Z0, bits320, Z11)
	VPADDD.BCST  excess8, Z11, Z11

sum6:
	VPADDD         Z12, Z11, Z11
	FOLD(Z11)
	VPTESTNMQ.BCST bit1, Z9, K4       // not verified by the port
	VPTERNLOGQ     $0xf2, Z26, Z11, K4, Z16

	VPANDQ.BCST  flags6, Z6, Z13
	VPXORQ.BCST  isSyn6, Z13, Z13
	VPTESTNMQ    Z13, Z13, K2, K4
	META(offsets6)
	KEEP(R12)
	KEEP(R13)
	VPORQ        Z13, Z16, Z16
	KEEP(BX)
	VPANDQ.BCST  mss6, Z7, Z10
	ONLY(n24, Z15)
	ONLY(isMSS6, Z10)
	KEEP(R14)

next:
	ADDQ $8, CX
	SHRQ $8, DX
	JNZ  round
	MOVQ R12, all+16(FP)
	MOVQ BX, syn+24(FP)
	MOVQ R13, v6+32(FP)
	MOVQ R14, alone+40(FP)
	VZEROUPPER
	RET

long:
	SPREAD(0, 62, X6, Z6)
	SPREAD(8, 62, X7, Z7)
	VPUNPCKLQDQ Z7, Z6, Z12
	VPUNPCKHQDQ Z7, Z6, Z7
	VMOVDQA64   Z12, Z6
	JMP         macs

some:
	// The pointers of the other lanes may lead anywhere: the first good one
	// stands in for them.
	TESTL        AX, AX
	JZ           next
	BSFL         AX, AX
	VPBROADCASTQ (SI)(AX*8), Z0
	VMOVDQU64    (SI), K1, Z0
	VMOVDQU64    Z0, frames-64(SP)
	LEAQ         frames-64(SP), SI
	JMP          load
