#define _GNU_SOURCE
#include "rest.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>

#include <rte_common.h>

#include "clock.h"
#include "tx.h"

/* More lanes than that at one worker: it sleeps without looking. */
#define WATCHED 16

/* The longest sleep after a descriptor was readable and no frame was there. */
#define DISTRUST 5000000

/* Descriptor plus 1, 0: none. */
static _Atomic int wake[RTE_MAX_ETHPORTS];

void mire_port_wake(uint16_t port, int fd)
{
	atomic_store(&wake[port], fd + 1);
}

/* What ends a sleep: the worker's own descriptor first, then those of its lanes
 * unless one of them cannot tell or is not believed. */
static nfds_t watched(const struct mire_worker *w, struct pollfd *p)
{
	nfds_t n = 1;

	p[0] = (struct pollfd){.fd = w->wake, .events = POLLIN};
	if (w->woken)
		return 1; /* woken, and no frame came */
	for (const struct mire_lane *l = w->lanes; l != NULL; l = l->next) {
		int fd = atomic_load_explicit(&wake[l->port], memory_order_relaxed) - 1;

		if (!mire_port_usable(l->port))
			continue; /* nothing can be received from it */
		if (fd < 0 || n == WATCHED)
			return 1;
		p[n++] = (struct pollfd){.fd = fd, .events = POLLIN};
	}
	return n;
}

static struct timespec span(int64_t ns)
{
	return (struct timespec){ns / 1000000000, ns % 1000000000};
}

void mire_rest(struct mire_worker *w, int64_t most)
{
	struct mire_burst *b = w->burst;
	struct pollfd p[WATCHED];
	struct timespec t = span(w->woken ? RTE_MIN(most, (int64_t)DISTRUST) : most);
	int64_t from = mire_now();
	nfds_t n = watched(w, p);

	w->woken = 0;
	if (ppoll(p, n, &t, NULL) > 0) {
		eventfd_t times;
		int error;
		socklen_t size = sizeof(error);

		if (p[0].revents != 0)
			eventfd_read(w->wake, &times);
		for (nfds_t i = 1; i < n; i++) {
			w->woken |= p[i].revents != 0;
			/* An interface that went down: the error stays until it is asked for. */
			if ((p[i].revents & ~POLLIN) != 0)
				getsockopt(p[i].fd, SOL_SOCKET, SO_ERROR, &error, &size);
		}
	}
	b->io.slept += (uint64_t)(mire_now() - from);
}
