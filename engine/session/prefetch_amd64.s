#include "textflag.h"

// func prefetch(base unsafe.Pointer, line *[64]uint32, n int)
TEXT ·prefetch(SB), NOSPLIT, $0-24
	MOVQ base+0(FP), DI
	MOVQ line+8(FP), SI
	MOVQ n+16(FP), CX
	LEAQ (SI)(CX*4), DX
	CMPQ SI, DX
	JEQ  done

next:
	MOVL (SI), AX
	SHLQ $6, AX
	PREFETCHT0 (DI)(AX*1)
	ADDQ $4, SI
	CMPQ SI, DX
	JNE  next

done:
	RET
