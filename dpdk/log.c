#define _GNU_SOURCE
#include "log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include <rte_log.h>

/* Larger messages are cut; DPDK's longest lines are far below. */
#define RECORD_MAX 4096

static int log_fd = -1;
static FILE *log_stream, *err_stream, *null_stream;
static FILE *saved_stdout, *saved_stderr;

static void emit(unsigned char level, const char *text, size_t len)
{
	char record[RECORD_MAX];

	if (len > sizeof(record) - 1)
		len = sizeof(record) - 1;
	record[0] = (char)level;
	memcpy(record + 1, text, len);
	/* A reader that lags must not stop a worker: the line is lost instead. */
	(void)send(log_fd, record, len + 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	/* The process is about to abort and nobody will read the socket any more: so
	 * speak rte_panic and rte_exit. An alert is none of that: 24.11 says so why
	 * rte_eal_init fails, and returns. */
	if (level == RTE_LOG_CRIT || level == RTE_LOG_EMERG)
		(void)!write(STDERR_FILENO, text, len);
}

static ssize_t write_log(void *cookie, const char *text, size_t len)
{
	(void)cookie;
	emit((unsigned char)rte_log_cur_msg_loglevel(), text, len);
	return (ssize_t)len;
}

static ssize_t write_err(void *cookie, const char *text, size_t len)
{
	(void)cookie;
	emit(0, text, len);
	return (ssize_t)len;
}

static ssize_t write_null(void *cookie, const char *text, size_t len)
{
	(void)cookie;
	(void)text;
	return (ssize_t)len;
}

static FILE *stream(ssize_t (*write)(void *, const char *, size_t), int mode)
{
	cookie_io_functions_t io = {.write = write};
	FILE *f = fopencookie(NULL, "w", io);

	if (f != NULL)
		setvbuf(f, NULL, mode, RECORD_MAX);
	return f;
}

int mire_log_open(int fd)
{
	log_fd = fd;
	/* rte_log flushes after each message: full buffering makes one record of it. */
	log_stream = stream(write_log, _IOFBF);
	err_stream = stream(write_err, _IOLBF);
	null_stream = stream(write_null, _IOFBF);
	if (log_stream == NULL || err_stream == NULL || null_stream == NULL)
		return -ENOMEM;
	return rte_openlog_stream(log_stream);
}

void mire_stdio_capture(void)
{
	fflush(stdout);
	saved_stdout = stdout;
	saved_stderr = stderr;
	stdout = null_stream;
	stderr = err_stream;
}

void mire_stdio_release(void)
{
	fflush(err_stream);
	stdout = saved_stdout;
	stderr = saved_stderr;
}

void mire_log_mark(const char *text)
{
	char record[128];
	size_t len = strnlen(text, sizeof(record) - 1);

	record[0] = 0;
	memcpy(record + 1, text, len);
	while (send(log_fd, record, len + 1, MSG_NOSIGNAL) < 0 && errno == EINTR)
		;
}
