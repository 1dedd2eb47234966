#define _GNU_SOURCE
#include "spare.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mman.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

int mire_spare_files(int n)
{
	int *fd = calloc((size_t)n, sizeof(*fd)), got = 0, error = 0;

	if (fd == NULL)
		return -ENOMEM;
	while (got < n) {
		int f = open("/dev/null", O_RDONLY | O_CLOEXEC);

		if (f < 0) {
			error = errno;
			break;
		}
		fd[got++] = f;
	}
	for (int i = 0; i < got; i++)
		close(fd[i]);
	free(fd);
	return error == 0 || error == ENOENT ? n : got;
}

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void *wait_at_gate(void *unused)
{
	(void)unused;
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
	return NULL;
}

int mire_spare_threads(int n)
{
	pthread_t *t = calloc((size_t)n, sizeof(*t));
	int got = 0;

	if (t == NULL)
		return -ENOMEM;
	pthread_mutex_lock(&gate);
	while (got < n && pthread_create(&t[got], NULL, wait_at_gate, NULL) == 0)
		got++;
	pthread_mutex_unlock(&gate);
	for (int i = 0; i < got; i++)
		pthread_join(t[i], NULL);
	free(t);
	return got;
}

int mire_spare_space(size_t size)
{
	void *at = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		return -errno;
	munmap(at, size);
	return 0;
}

int mire_spare_pages(size_t size, int shift)
{
	int rc = 0;
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | shift << MAP_HUGE_SHIFT, -1, 0);

	if (at == MAP_FAILED)
		return -errno;
	/* Told, where a write would be answered by SIGBUS: by a limit of the cgroup,
	 * or by pages on nodes that this process may not use. */
	while (madvise(at, size, MADV_POPULATE_WRITE) < 0) {
		if (errno == EINTR || errno == EAGAIN)
			continue;
		rc = errno == EINVAL ? 0 : -errno; /* a kernel before 5.14 */
		break;
	}
	munmap(at, size);
	return rc;
}
