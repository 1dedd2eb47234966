#ifndef MIRE_LANE_H
#define MIRE_LANE_H

#include <stdatomic.h>
#include <stdint.h>

#include <rte_config.h>

struct rte_mbuf;
struct rte_mempool;

#define MIRE_SIZE 64
#define MIRE_SPARES 64
#define MIRE_SLOTS (MIRE_SIZE + MIRE_SPARES)

/* Facts about a received frame: burst.RxFlags. */
#define MIRE_MULTI_SEGMENT 1
#define MIRE_L4_GOOD 2
#define MIRE_L4_PARTIAL 4
#define MIRE_KERNEL_BACKED 8
#define MIRE_CUT 16

/* Frames that one port's TX queue may leave waiting at one worker, and for how
 * many exchanges of that worker one frame may wait before it is dropped. */
#define MIRE_HELD 256
#define MIRE_HOLD_TURNS 64

/* The smallest room of a buffer that is worth mapping: an untagged or tagged
 * frame of the usual MTU. A buffer with less is shown as multi-segment. */
#define MIRE_ROOM_MIN 1518

/* burst.IO */
struct mire_io {
	uint64_t received, transmitted, freed, tx_full, refused, held, no_spare;
	uint64_t polls, empty, slept;
};

/* The part of burst.Burst that both sides use. layout.go pins each field. */
struct mire_burst {
	uint32_t n, spares, originated, room;
	uint64_t send;
	int64_t now, sleep;
	struct mire_io io;
	struct rte_mbuf *mbuf[MIRE_SLOTS];
	void *data[MIRE_SLOTS];
	uint16_t len[MIRE_SLOTS], out[MIRE_SLOTS];
	uint16_t in[MIRE_SIZE];
	uint8_t rx[MIRE_SIZE];
};

/* One worker's TX queue on one port, with the frames that it has not taken yet,
 * oldest first. */
struct mire_held {
	uint32_t n;
	_Atomic uint32_t waiting; /* frames that lie in the ring of a packet socket */
	uint64_t born;    /* of that ring */
	/* Written by the worker, read by anyone: see mire_port_progress. */
	_Atomic uint64_t moved, bytes, refused, stalled;
	uint64_t since[MIRE_HELD]; /* the worker's exchange that held it */
	struct rte_mbuf *mbuf[MIRE_HELD];
};

/* The C half of one worker: its burst and its TX queue on each port. Only the
 * worker's thread touches it, but for turn and queue, which are atomic. */
struct mire_worker {
	struct mire_burst *burst;
	struct rte_mempool *pool;
	/* Odd while the worker is inside the ports: see mire_worker_turn. */
	_Atomic uint64_t turn;
	uint64_t holding; /* bit p: queue[p] holds frames */
	uint64_t waiting; /* bit p: frames of queue[p] wait in its ring */
	/* What the last receive left in the burst, so that what does not change is
	 * neither written nor looked for again. */
	uint64_t flags;          /* of any of its mbufs, to be cleared when sent */
	uint16_t len[MIRE_SIZE]; /* of its mbufs */
	int32_t in, rx;          /* all of in[] and rx[]; -1: various */
	uint16_t buf_len;        /* of an mbuf of the pool */
	uint32_t spares;  /* how many the burst should have at the start of a turn */
	uint16_t tx_queue;
	struct mire_worker *next;
	struct mire_lane *lanes;
	int wake;      /* eventfd that ends a sleep; -1: none */
	uint8_t woken; /* by a frame, out of the last sleep */
	uint8_t no_hold; /* what a TX queue does not take at once is dropped */
	/* queue[p] is NULL for a port on which this worker has no TX queue. */
	_Atomic(struct mire_held *) queue[RTE_MAX_ETHPORTS];
};

/* Counts what others may read while the worker runs: it is the only writer. */
static inline void mire_count(_Atomic uint64_t *at, uint64_t n)
{
	atomic_store_explicit(at, atomic_load_explicit(at, memory_order_relaxed) + n, memory_order_relaxed);
}

/* One RX queue of one port, polled by one worker. */
struct mire_lane {
	struct mire_worker *worker;
	uint16_t port, rx_queue;
	uint16_t burst; /* 1..MIRE_SIZE: frames to ask the queue for */
	uint8_t rx; /* flags that every frame of the port has */
	struct mire_lane *next; /* of the same worker */
};

/* Bit per port id: started, and not about to be stopped. */
void mire_port_open(uint16_t port);
void mire_port_shut(uint16_t port);

struct mire_worker_conf {
	struct rte_mempool *pool;
	uint32_t burst_size; /* bytes, >= sizeof(struct mire_burst) */
	uint32_t spares;     /* 1..MIRE_SPARES */
	uint16_t tx_queue;
	uint8_t no_hold;
	int socket; /* NUMA node, preferred; -1: any */
};

/* The longest frame that may leave by the port, bytes without an 802.1Q tag; 0:
 * the driver knows. */
void mire_port_limit(uint16_t port, uint32_t bytes);

/* What became of the frames that all workers sent by a port. */
struct mire_progress {
	uint64_t moved, bytes; /* frames that left */
	uint64_t refused; /* longer than the port may send, or refused by the kernel */
	uint64_t stalled; /* times that the port had no room for any frame */
	uint64_t waiting; /* frames in the rings of packet sockets now; about */
};

void mire_port_progress(uint16_t port, struct mire_progress *out);

/* A file descriptor that is readable when the port has frames; -1: none. */
void mire_port_wake(uint16_t port, int fd);

/* Makes a worker and its burst, zeroed, aligned to 64. NULL: out of memory. */
struct mire_worker *mire_worker_new(const struct mire_worker_conf *c);
/* Adds the worker's TX queue on port. Returns 0 or -ENOMEM. */
int mire_worker_add(struct mire_worker *w, uint16_t port);
/* Ends the worker's sleep, or else its next one; from any thread. */
void mire_worker_wake(struct mire_worker *w);
/* Even: the worker is outside all ports. A port that was shut before is safe
 * to stop once each worker's turn is even or has changed. */
uint64_t mire_worker_turn(struct mire_worker *w);
/* Transmits what is decided, gives held frames a last chance, frees the rest. */
void mire_worker_drain(struct mire_worker *w);
void mire_worker_free(struct mire_worker *w);

struct mire_lane *mire_lane_new(struct mire_worker *w, uint16_t port, uint16_t rx_queue, uint8_t rx);
void mire_lane_free(struct mire_lane *l);

/* One turn: transmit, free, refill spares, receive, fill arrays. lane is a
 * struct mire_lane: as a number, because cgo would look at every call whether
 * a pointer leads to memory of Go. */
uint32_t mire_exchange(uintptr_t lane);

#endif
