#pragma once

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>
#include <sys/wait.h>

// pidfd_open(2): glibc has no wrapper before 2.36.
int brigade_pidfd_open(pid_t pid);

// memfd_create(2), close-on-exec.
int brigade_memfd_create(const char *name);

// ftruncate(2) of a memfd, which the kernel refuses beyond RLIMIT_FSIZE (EFBIG): that limit is meant for files, so it is
// lifted for the moment of this call as far as this process may.
int brigade_resize_memory(int memory, off_t size);

// Its size is what it is from now on (F_ADD_SEALS): nobody who has it open can take memory away from the others.
int brigade_seal_size(int memory);

// Pages of memory of memfd_create are given back, and read as zeros from then on.
int brigade_give_back(int memory, int64_t offset, int64_t length);

// malloc(3) of a process that handles large bodies now and then: two arenas, and blocks from 256 KiB on mapped and
// unmapped each on its own, so that they leave nothing behind (mallopt(3)).
void brigade_tune_malloc(void);

// Bytes that malloc has given out and that were not freed (mallinfo(3)).
int64_t brigade_malloc_in_use(void);
// Gives what malloc keeps back to the system (malloc_trim(3)).
void brigade_trim_malloc(void);

// A signalfd(2) for the signals of the set, non-blocking and close-on-exec; the set is blocked in this thread.
int brigade_signalfd(const int *signals, int count);

// sigaction(2) with a plain handler and without SA_RESTART: a call that blocks ends with EINTR.
int brigade_on_signal_without_restart(int signal, void (*handler)(int));

// The calling thread's name, at most 15 bytes; the first thread's is the process's in ps and top. prctl is variadic.
static inline int brigade_set_name(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }

// The W* macros of wait(2).
static inline int brigade_wifexited(int status) { return WIFEXITED(status); }
static inline int brigade_wexitstatus(int status) { return WEXITSTATUS(status); }
static inline int brigade_wtermsig(int status) { return WTERMSIG(status); }

// POLLRDHUP of poll(2): a GNU extension.
static const short brigade_poll_hangup = 0x2000;

// accept4(2), non-blocking and close-on-exec: a GNU extension.
int brigade_accept(int listener, struct sockaddr_storage *peer);

// sendmsg(2) of a datagram, with a descriptor in it by SCM_RIGHTS (unix(7)) unless that is -1.
ssize_t brigade_send(
    int socket, const struct sockaddr *address, socklen_t length, const void *bytes, size_t count, int descriptor);

// SO_PEERCRED (unix(7)): struct ucred is a GNU extension.
int brigade_peer_credentials(int socket, pid_t *pid, uid_t *user, gid_t *group);

// A child that has ended and is left to be reaped (waitid(2)); 0 when there is none.
pid_t brigade_ended_child(void);

// A folder by O_PATH (open(2)), which is a GNU extension; close-on-exec.
int brigade_open_folder(const char *path);

// Whether the signal is ignored now.
int brigade_is_ignored(int signal);

// An open file description lock on the whole file, for writing; non-blocking (fcntl(2)).
int brigade_lock(int file);

// CLOCK_MONOTONIC, nanoseconds.
uint64_t brigade_monotonic_nanoseconds(void);

// epoll_event is packed and a union: Swift reads and writes it by these.
int brigade_epoll_control(int epoll, int operation, int fd, uint32_t events, uint64_t token);
static inline uint32_t brigade_epoll_events(const struct epoll_event *event) { return event->events; }
static inline uint64_t brigade_epoll_token(const struct epoll_event *event) { return event->data.u64; }

// How many processors this thread may run on (sched_getaffinity(2)).
int brigade_processors(void);

// What main(3) was given: the program's name, then the arguments; NULL behind the last.
char *brigade_argument(int index);

// environ(7): a mutable global, which Swift 6 does not let anyone touch.
char **brigade_environment(void);

// SIGRTMIN is a function call in glibc.
static inline int brigade_sigrtmin(void) { return SIGRTMIN; }
