// fork and exec of a child, in C because nothing of Swift's runtime may run between the two.
#pragma once

#include <stdint.h>
#include <sys/types.h>

struct brigade_spawn {
    int executable;             // fd of the program, run by execveat(2)
    int keep_executable;        // a script: its interpreter opens the program by this fd, so it stays open
    char *const *arguments;     // argv, ended by NULL
    char *const *environment;   // envp, ended by NULL
    char *listen_pid;           // a buffer inside an environment entry that gets the child's pid in decimal; or NULL
    const int *descriptors;     // become fd 3, 4, ... of the child; all others are closed on exec
    int descriptor_count;
    int parent_death_signal;    // PR_SET_PDEATHSIG; 0 for none
    int owns_group;             // setpgid(2): the child leads a process group of its own
    int changes_credentials;    // whether the next four count; the child gains no privileges again (no_new_privs)
    uid_t user;
    gid_t group;
    const gid_t *groups;        // the supplementary groups, and no others
    size_t group_count;
};

// The child's pid; or -1 with errno: of the call that failed here or, up to its exec, in the child (reaped then).
// *failed is that call's name; NULL when it was the exec, whose errno speaks of the program.
pid_t brigade_spawn(const struct brigade_spawn *spawn, const char **failed);

// Runs the program in the place of this process; close-on-exec is lifted from the descriptors. Returns only when it
// fails, with errno, and close-on-exec as it was.
void brigade_replace(
    int executable, char *const *arguments, char *const *environment, const int *descriptors, int descriptor_count);
