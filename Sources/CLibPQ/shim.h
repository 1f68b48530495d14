#include <libpq-fe.h>
/* Glibc's Swift overlay leaves these two out; the reactor of Sources/Postgres waits with them. */
#include <sys/epoll.h>
#include <sys/eventfd.h>
