#include "go_asm.h"
#include "textflag.h"

// The first four of eight bytes turned round, as the low half of a quadword.
DATA first32<>+0(SB)/8, $0x8080808000010203
DATA first32<>+8(SB)/8, $0x8080808008090a0b
GLOBL first32<>(SB), RODATA|NOPTR, $16

#define EVERY(n, r) \
	MOVQ         $n, AX \
	VPBROADCASTQ AX, r

// START readies what both families need.
#define START \
	MOVQ         c+0(FP), SI             \
	MOVQ         s+8(FP), BX             \
	LEAQ         ret+16(FP), DI          \
	VPBROADCASTQ (const_macsAt)(BX), Z10  \
	VPBROADCASTQ (const_macsAt+8)(BX), Z11 \
	VPBROADCASTQ (const_macsAt+16)(BX), Z12 \
	EVERY(0x0001000000000000, Z13)       \
	LEAQ         const_headAt(SI), R8    \
	LEAQ         const_addrAt(SI), R9    \
	MOVL         $8, CX

// MACS stores which of eight frames were sent to one of our MACs, and leaves in
// K4 those from a MAC that is one host's. The least of some differences is 0 when
// one of them is: one comparison instead of three.
#define MACS \
	VMOVDQU64 (R8), Z1      \
	VPSLLQ    $16, Z1, Z2   \
	VPXORQ    Z10, Z2, Z5   \
	VPXORQ    Z11, Z2, Z6   \
	VPXORQ    Z12, Z2, Z7   \
	VPMINUQ   Z5, Z6, Z5    \
	VPMINUQ   Z5, Z7, Z5    \
	VPTESTNMQ Z13, Z1, K4   \
	VPTESTNMQ Z5, Z5, K1    \
	KMOVB     K1, (DI)

// func sieve4(c *burst.Columns, s *sieve) (to, usual burst.Mask)
TEXT ·sieve4(SB), NOSPLIT, $0-32
	START
	VPBROADCASTQ    (const_neverAt)(BX), Z14
	VPBROADCASTQ    (const_neverAt+8)(BX), Z15
	VPBROADCASTQ    (const_neverAt+16)(BX), Z16
	VBROADCASTI32X4 first32<>(SB), Z17
	EVERY(0x01000000, Z18)
	EVERY(0xdf000000, Z19)
	EVERY(127, Z20)

next:
	MACS
	VMOVDQU64 (R9), Z3
	VPSHUFB   Z17, Z3, Z3
	VPSUBD    Z18, Z3, Z4
	VPSRLQ    $24, Z3, Z5
	VPXORQ    Z20, Z5, Z5
	VPXORQ    Z14, Z3, Z6
	VPXORQ    Z15, Z3, Z7
	VPXORQ    Z16, Z3, Z8
	VPMINUQ   Z5, Z6, Z5
	VPMINUQ   Z7, Z8, Z7
	VPMINUQ   Z5, Z7, Z5
	VPCMPUQ   $1, Z19, Z4, K4, K4
	VPTESTMQ  Z5, Z5, K4, K4
	KMOVB     K4, 8(DI)
	ADDQ      $64, R8
	ADDQ      $64, R9
	INCQ      DI
	DECL      CX
	JNZ       next
	VZEROUPPER
	RET

// func sieve6(c *burst.Columns, s *sieve) (to, usual burst.Mask)
TEXT ·sieve6(SB), NOSPLIT, $0-32
	START
	VPBROADCASTQ (const_sixAt)(BX), Z14
	VPBROADCASTQ (const_sixAt+8)(BX), Z15
	VPBROADCASTQ (const_sixAt+16)(BX), Z16
	VPBROADCASTQ (const_sixAt+24)(BX), Z17
	EVERY(0xff, Z18)

next:
	MACS
	VMOVDQU64 (R9), Z3
	VMOVDQU64 512(R9), Z4
	VPANDQ    Z18, Z3, Z5
	VPXORQ    Z18, Z5, Z5
	VPXORQ    Z14, Z3, Z6
	VPXORQ    Z15, Z4, Z7
	VPORQ     Z6, Z7, Z6
	VPXORQ    Z16, Z3, Z7
	VPXORQ    Z17, Z4, Z8
	VPORQ     Z7, Z8, Z7
	VPMINUQ   Z3, Z5, Z5
	VPMINUQ   Z6, Z7, Z6
	VPMINUQ   Z5, Z6, Z5
	VPTESTMQ  Z5, Z5, K4, K4
	KMOVB     K4, 8(DI)
	ADDQ      $64, R8
	ADDQ      $64, R9
	INCQ      DI
	DECL      CX
	JNZ       next
	VZEROUPPER
	RET
