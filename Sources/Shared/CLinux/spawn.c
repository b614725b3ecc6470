#define _GNU_SOURCE
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define FIRST_DESCRIPTOR 3

static void write_decimal(char *buffer, long value) {
    char digits[24];
    int count = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    while (count) *buffer++ = digits[--count];
    *buffer = 0;
}

// Only async-signal-safe calls from here on (signal-safety(7)): the child is a copy of the master.
static void fail(int report) {
    int error = errno;
    ssize_t written = write(report, &error, sizeof error);
    (void)written;
    _exit(127);
}

static void become(const struct brigade_spawn *spawn, pid_t parent, int report) {
    if (spawn->parent_death_signal) {
        if (prctl(PR_SET_PDEATHSIG, spawn->parent_death_signal) < 0) fail(report);
        if (getppid() != parent) _exit(0);  // the master died before the line above
    }
    // Dispositions before the mask, so that a signal that is pending now cannot run a handler of the master's.
    for (int number = 1; number < NSIG; number++) {
        struct sigaction action = {.sa_handler = number == SIGPIPE ? SIG_IGN : SIG_DFL};
        sigaction(number, &action, NULL);  // KILL, STOP and libc's own refuse: EINVAL
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);

    // Move everything above the range that is about to be filled, then copy each into its place.
    // What the master itself inherited without close-on-exec does not go further.
    int above = FIRST_DESCRIPTOR + spawn->descriptor_count;
    syscall(SYS_close_range, above, ~0u, CLOSE_RANGE_CLOEXEC);
    int executable = fcntl(spawn->executable, spawn->keep_executable ? F_DUPFD : F_DUPFD_CLOEXEC, above);
    int reporter = fcntl(report, F_DUPFD_CLOEXEC, above);
    if (executable < 0 || reporter < 0) fail(report);
    int moved[spawn->descriptor_count + 1];
    for (int i = 0; i < spawn->descriptor_count; i++) {
        moved[i] = fcntl(spawn->descriptors[i], F_DUPFD_CLOEXEC, above);
        if (moved[i] < 0) fail(reporter);
    }
    for (int i = 0; i < spawn->descriptor_count; i++) {
        if (dup2(moved[i], FIRST_DESCRIPTOR + i) < 0) fail(reporter);
    }
    if (spawn->listen_pid) write_decimal(spawn->listen_pid, (long)getpid());
    syscall(SYS_execveat, executable, "", spawn->arguments, spawn->environment, AT_EMPTY_PATH);
    fail(reporter);
}

pid_t brigade_spawn(const struct brigade_spawn *spawn) {
    int report[2];
    if (pipe2(report, O_CLOEXEC) < 0) return -1;
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) become(spawn, parent, report[1]);
    int error = errno;
    close(report[1]);
    if (child > 0) {
        ssize_t count;
        do count = read(report[0], &error, sizeof error);
        while (count < 0 && errno == EINTR);
        if (count == sizeof error) {
            while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
            child = -1;
        }
    }
    close(report[0]);
    errno = error;
    return child;
}
