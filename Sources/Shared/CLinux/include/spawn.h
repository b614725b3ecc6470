// fork and exec of a child, in C because nothing of Swift's runtime may run between the two.
#pragma once

#include <stdint.h>
#include <sys/types.h>

struct brigade_spawn {
    int executable;            // fd of the program, run by execveat(2)
    int keep_executable;       // a script: its interpreter opens the program by this fd, so it stays open
    char *const *arguments;    // argv, ended by NULL
    char *const *environment;  // envp, ended by NULL
    char *listen_pid;          // a buffer inside an environment entry that gets the child's pid in decimal; or NULL
    const int *descriptors;    // become fd 3, 4, ... of the child; all others are closed on exec
    int descriptor_count;
    int parent_death_signal;   // PR_SET_PDEATHSIG; 0 for none
};

// The child's pid; or -1 with errno: of fork, or of the exec that failed in the child (which is reaped then).
pid_t brigade_spawn(const struct brigade_spawn *spawn);
