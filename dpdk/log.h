#ifndef MIRE_LOG_H
#define MIRE_LOG_H

/* Sends every line that DPDK logs to fd, a SOCK_SEQPACKET socket: one record
 * per message, its first byte the level (1 emergency .. 8 debug). Returns 0 or
 * a negative errno. */
int mire_log_open(int fd);

/* While captured, what C code prints on stderr becomes records of level 0 and
 * what it prints on stdout is thrown away. Go's own writes are not touched:
 * they do not go through stdio. Not reentrant. */
void mire_stdio_capture(void);
void mire_stdio_release(void);

/* Writes one record past rte_log and waits until there is room for it. */
void mire_log_mark(const char *text);

#endif
