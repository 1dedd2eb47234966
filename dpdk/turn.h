#ifndef MIRE_TURN_H
#define MIRE_TURN_H

#include <stdatomic.h>
#include <stdint.h>

/* A worker's turn is odd while it is inside the ports. Whoever shuts a port and
 * then looks at turn, and who enters and then asks whether the port is open,
 * must not both see what was before the other: only a full barrier between the
 * store and the load keeps them in order. An atomic addition is one on x86 only:
 * on arm64 a load behind it may overtake its store. */
static inline void mire_enter(_Atomic uint64_t *turn)
{
	uint64_t t = atomic_load_explicit(turn, memory_order_relaxed);

	atomic_store_explicit(turn, t + 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_seq_cst);
}

/* What was done inside is done when turn is even. */
static inline void mire_leave(_Atomic uint64_t *turn)
{
	uint64_t t = atomic_load_explicit(turn, memory_order_relaxed);

	atomic_store_explicit(turn, t + 1, memory_order_release);
}

#endif
