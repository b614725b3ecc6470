#define _GNU_SOURCE
#include "system.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int brigade_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int brigade_memfd_create(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

int brigade_signalfd(const int *signals, int count) {
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < count; i++) sigaddset(&set, signals[i]);
    int failure = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (failure) {
        errno = failure;
        return -1;
    }
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int brigade_on_signal_without_restart(int signal, void (*handler)(int)) {
    struct sigaction action = {.sa_handler = handler};
    sigemptyset(&action.sa_mask);
    return sigaction(signal, &action, NULL);
}

int brigade_processors(void) {
    cpu_set_t sets[8];  // room for more processors than one set has
    if (sched_getaffinity(0, sizeof sets, sets) < 0) return (int)sysconf(_SC_NPROCESSORS_ONLN);
    return CPU_COUNT_S(sizeof sets, sets);
}

char **brigade_environment(void) { return environ; }

int brigade_accept(int listener, struct sockaddr_storage *peer) {
    socklen_t length = sizeof *peer;
    return accept4(listener, (struct sockaddr *)peer, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

uint64_t brigade_monotonic_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int brigade_epoll_control(int epoll, int operation, int fd, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data.u64 = token};
    return epoll_ctl(epoll, operation, fd, &event);
}
