#define _GNU_SOURCE
#include "system.h"

#include <fcntl.h>
#include <malloc.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int brigade_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int brigade_memfd_create(const char *name) { return memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING); }

int brigade_resize_memory(int memory, off_t size) {
    int result = ftruncate(memory, size);
    struct rlimit limit;
    if (result == 0 || errno != EFBIG || getrlimit(RLIMIT_FSIZE, &limit) < 0) return result;
    struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY}, hard = {limit.rlim_max, limit.rlim_max};
    if (setrlimit(RLIMIT_FSIZE, &none) < 0) setrlimit(RLIMIT_FSIZE, &hard);
    result = ftruncate(memory, size);
    int error = errno;
    setrlimit(RLIMIT_FSIZE, &limit);
    errno = error;
    return result;
}

int brigade_seal_size(int memory) { return fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL); }

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

ssize_t brigade_send(
    int socket, const struct sockaddr *address, socklen_t length, const void *bytes, size_t count, int descriptor) {
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    union {
        struct cmsghdr header;  // for its alignment
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct msghdr message = {
        .msg_name = (void *)address, .msg_namelen = length, .msg_iov = &part, .msg_iovlen = 1};
    if (descriptor >= 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL);
}

int brigade_peer_credentials(int socket, pid_t *pid, uid_t *user, gid_t *group) {
    struct ucred credentials;
    socklen_t length = sizeof credentials;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) < 0) return -1;
    *pid = credentials.pid;
    *user = credentials.uid;
    *group = credentials.gid;
    return 0;
}

pid_t brigade_ended_child(void) {
    siginfo_t information = {0};
    if (waitid(P_ALL, 0, &information, WEXITED | WNOHANG | WNOWAIT) < 0) return 0;
    return information.si_pid;
}

int brigade_open_folder(const char *path) { return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC); }

int brigade_is_ignored(int signal) {
    struct sigaction action;
    return sigaction(signal, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

int brigade_lock(int file) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(file, F_OFD_SETLK, &lock);
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

int brigade_give_back(int memory, int64_t offset, int64_t length) {
    return fallocate(memory, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length);
}

void brigade_tune_malloc(void) {
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_MMAP_THRESHOLD, 256 << 10);
    mallopt(M_TRIM_THRESHOLD, 1 << 20);
    mallopt(M_MXFAST, 0);
}

int64_t brigade_malloc_in_use(void) {
    struct mallinfo2 now = mallinfo2();
    return (int64_t)now.uordblks + (int64_t)now.hblkhd;
}

void brigade_trim_malloc(void) { malloc_trim(0); }
