#define _GNU_SOURCE
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum kind { KIND_UNKNOWN, KIND_FILE, KIND_SOCKET, KIND_OWN, KIND_NOWAIT };

// Filled before there is another thread; and when stderr changes, from one kind to another at most once more.
static struct brigade_output log_output = {.descriptor = STDERR_FILENO, .kind = KIND_UNKNOWN};
static int log_is_journal;
static int original = -1;  // stderr as it was given, while this process has its own in its place

struct brigade_output brigade_output_open(int descriptor) {
    struct brigade_output output = {.descriptor = descriptor, .kind = KIND_NOWAIT};
    struct stat information;
    if (fstat(descriptor, &information) < 0) return output;
    if (S_ISREG(information.st_mode)) {
        output.kind = KIND_FILE;
    } else if (S_ISSOCK(information.st_mode)) {
        output.kind = KIND_SOCKET;
    } else {
        char name[32];
        snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
        int own = open(name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (own >= 0) output = (struct brigade_output){.descriptor = own, .kind = KIND_OWN};
    }
    return output;
}

void brigade_output_close(const struct brigade_output *output) {
    if (output->kind == KIND_OWN) close(output->descriptor);
}

static int has_room(int descriptor, int milliseconds) {
    struct pollfd target = {.fd = descriptor, .events = POLLOUT};
    return poll(&target, 1, milliseconds) == 1;
}

static ssize_t write_unless_full(int descriptor, const void *bytes, size_t count) {
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    ssize_t written = pwritev2(descriptor, &part, 1, -1, RWF_NOWAIT);
    if (written >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS && errno != EINVAL)) return written;
    if (has_room(descriptor, 0)) return write(descriptor, bytes, count < PIPE_BUF ? count : PIPE_BUF);
    errno = EAGAIN;
    return -1;
}

ssize_t brigade_output_write(const struct brigade_output *output, const void *bytes, size_t count) {
    ssize_t written;
    do {
        switch (output->kind) {
            case KIND_FILE:
            case KIND_OWN: written = write(output->descriptor, bytes, count); break;
            case KIND_SOCKET: written = send(output->descriptor, bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL); break;
            default: written = write_unless_full(output->descriptor, bytes, count);
        }
    } while (written < 0 && errno == EINTR);
    return written;
}

const struct brigade_output *brigade_log(void) { return &log_output; }

void brigade_log_open(void) {
    if (original >= 0) close(original);
    original = -1;
    log_output = brigade_output_open(STDERR_FILENO);
    if (log_output.kind == KIND_OWN) {
        original = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        if (original >= 0 && dup2(log_output.descriptor, STDERR_FILENO) >= 0) {
            close(log_output.descriptor);
            log_output.descriptor = STDERR_FILENO;
        }
    }
    log_is_journal = brigade_stderr_is_journal();
}

int brigade_stderr_is_journal(void) {
    unsigned long long device, inode;
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat information;
    return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
                     fstat(STDERR_FILENO, &information) == 0 && information.st_dev == device &&
                     information.st_ino == inode;
}

int brigade_log_lend(void) {
    if (original < 0) return 0;
    dup2(original, STDERR_FILENO);
    return 1;
}

int brigade_log_is_journal(void) { return log_is_journal; }

static char json_process[256];

void brigade_log_set_json(const char *process) {
    // Members that are too long would not be JSON.
    if (!process || strlen(process) >= sizeof json_process) process = "";
    strcpy(json_process, process);
}

const char *brigade_log_json(void) { return json_process[0] ? json_process : NULL; }

static int milliseconds_since(const struct timespec *start) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int)((now.tv_sec - start->tv_sec) * 1000 + (now.tv_nsec - start->tv_nsec) / 1000000);
}

void brigade_log_last_words(const char *bytes, size_t count, int *milliseconds_left) {
    while (count > 0) {
        ssize_t written = brigade_output_write(&log_output, bytes, count);
        if (written > 0) {
            bytes += written;
            count -= (size_t)written;
            continue;
        }
        if (errno != EAGAIN || *milliseconds_left <= 0) return;
        struct timespec start;
        clock_gettime(CLOCK_MONOTONIC, &start);
        has_room(log_output.descriptor, *milliseconds_left);
        // A terminal or a pipe can say that it has room, and not enough of it.
        struct timespec nap = {.tv_nsec = 1000000};
        nanosleep(&nap, NULL);
        *milliseconds_left -= milliseconds_since(&start);
    }
}

int brigade_flush_stdout(void) {
    // Of an error from before nobody knows the number any more.
    if (ferror(stdout)) {
        errno = EIO;
        return -1;
    }
    return fflush(stdout) == 0 ? 0 : -1;
}
