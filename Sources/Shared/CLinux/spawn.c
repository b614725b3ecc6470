#define _GNU_SOURCE
#include "spawn.h"

#include "output.h"

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

enum step { STEP_EXEC, STEP_GROUP, STEP_GROUPS, STEP_GID, STEP_UID, STEP_PRIVILEGES, STEP_DEATH, STEP_DESCRIPTORS };

static const char *const step_names[] = {NULL, "setpgid", "setgroups", "setgid", "setuid", "prctl", "prctl", "dup"};

struct report {
    int error;
    int step;
};

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
static void fail(int reporter, enum step step) {
    struct report report = {.error = errno, .step = step};
    ssize_t written = write(reporter, &report, sizeof report);
    (void)written;
    _exit(127);
}

// By bare system calls: glibc's functions of the same names would tell threads that this child has not got.
static void change_credentials(const struct brigade_spawn *spawn, int reporter) {
    if (syscall(SYS_setgroups, spawn->group_count, spawn->groups) < 0) fail(reporter, STEP_GROUPS);
    if (syscall(SYS_setresgid, spawn->group, spawn->group, spawn->group) < 0) fail(reporter, STEP_GID);
    if (syscall(SYS_setresuid, spawn->user, spawn->user, spawn->user) < 0) fail(reporter, STEP_UID);
    // Nor does a set-user-ID program give back what was given up: sudo, su and the like run, and stay this user.
    if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) < 0) fail(reporter, STEP_PRIVILEGES);
}

// A group of its own is a background job of a terminal, which stops whoever reads from it: better that it find nothing.
static void leave_terminal(void) {
    if (tcgetpgrp(STDIN_FILENO) < 0) return;
    int nothing = open("/dev/null", O_RDONLY);
    if (nothing < 0) return;
    dup2(nothing, STDIN_FILENO);
    close(nothing);
}

static void become(const struct brigade_spawn *spawn, pid_t parent, int report) {
    brigade_log_lend();
    if (spawn->owns_group) {
        if (setpgid(0, 0) < 0) fail(report, STEP_GROUP);
        leave_terminal();
    }
    if (spawn->changes_credentials) change_credentials(spawn, report);
    if (spawn->parent_death_signal) {
        // After the change of user, which clears it (prctl(2)).
        if (prctl(PR_SET_PDEATHSIG, spawn->parent_death_signal) < 0) fail(report, STEP_DEATH);
        if (getppid() != parent) _exit(0);  // the master died before the line above
    }
    // Dispositions before the mask, so that a signal that is pending now cannot run a handler of the master's.
    for (int number = 1; number < NSIG; number++) {
        int is_an_error = number == SIGPIPE || number == SIGXFSZ;  // the write says so too: EPIPE, EFBIG
        struct sigaction action = {.sa_handler = is_an_error ? SIG_IGN : SIG_DFL};
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
    if (executable < 0 || reporter < 0) fail(report, STEP_DESCRIPTORS);
    int moved[spawn->descriptor_count + 1];
    for (int i = 0; i < spawn->descriptor_count; i++) {
        moved[i] = fcntl(spawn->descriptors[i], F_DUPFD_CLOEXEC, above);
        if (moved[i] < 0) fail(reporter, STEP_DESCRIPTORS);
    }
    for (int i = 0; i < spawn->descriptor_count; i++) {
        if (dup2(moved[i], FIRST_DESCRIPTOR + i) < 0) fail(reporter, STEP_DESCRIPTORS);
    }
    if (spawn->listen_pid) write_decimal(spawn->listen_pid, (long)getpid());
    syscall(SYS_execveat, executable, "", spawn->arguments, spawn->environment, AT_EMPTY_PATH);
    fail(reporter, STEP_EXEC);
}

pid_t brigade_spawn(const struct brigade_spawn *spawn, const char **failed) {
    int ends[2];
    *failed = "pipe";
    if (pipe2(ends, O_CLOEXEC) < 0) return -1;
    *failed = "fork";
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) become(spawn, parent, ends[1]);
    int error = errno;
    close(ends[1]);
    if (child > 0) {
        struct report report;
        ssize_t count;
        do count = read(ends[0], &report, sizeof report);
        while (count < 0 && errno == EINTR);
        if (count == sizeof report) {
            while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
            child = -1;
            error = report.error;
            *failed = step_names[report.step];
        }
    }
    close(ends[0]);
    errno = error;
    return child;
}

static void set_close_on_exec(const int *descriptors, int count, int flag) {
    for (int i = 0; i < count; i++) fcntl(descriptors[i], F_SETFD, flag);
}

void brigade_replace(
    int executable, char *const *arguments, char *const *environment, const int *descriptors, int descriptor_count) {
    set_close_on_exec(descriptors, descriptor_count, 0);
    int is_lent = brigade_log_lend();
    syscall(SYS_execveat, executable, "", arguments, environment, AT_EMPTY_PATH);
    int error = errno;
    if (is_lent) brigade_log_open();
    set_close_on_exec(descriptors, descriptor_count, FD_CLOEXEC);
    errno = error;
}
