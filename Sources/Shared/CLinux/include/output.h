#pragma once

#include <sys/types.h>

// A descriptor that somebody else may hold too, such as a standard stream, for writing without ever waiting.
//
// O_NONBLOCK belongs to the open file description, which a shell or another server shares, so it is never set there.
// A pipe or a terminal is opened once more (by /proc/self/fd), which makes a description of its own; a socket is told by
// each call; a file of a disk waits for nobody. Where the first is not allowed, because this user may not open it,
// RWF_NOWAIT says it by each call (pwritev2(2), Linux 6.4 for pipes and terminals), and on an older kernel poll(2) is
// asked first, which another writer can make untrue.
struct brigade_output {
    int descriptor;
    int kind;
};

struct brigade_output brigade_output_open(int descriptor);

// Closes the description that it has for itself; the given descriptor stays.
void brigade_output_close(const struct brigade_output *output);

// write(2), but -1 and EAGAIN when it would wait. A pipe takes up to 4096 bytes whole or not at all; a terminal, a socket
// or a disk that becomes full may take a part. Async-signal-safe.
ssize_t brigade_output_write(const struct brigade_output *output, const void *bytes, size_t count);

// The output of this process's log: stderr.
const struct brigade_output *brigade_log(void);

// To be called at the start, before there are other threads, and when another file has become stderr. Where stderr can
// have a description of its own it gets that one: then neither a runtime's last words nor an application's wait either.
void brigade_log_open(void);

// Makes stderr what it was before, for another program: in a child, or before an exec. After an exec that has failed,
// `brigade_log_open` takes it back. Whether there was anything to do.
int brigade_log_lend(void);

// Whether stderr is the journal's stream now (JOURNAL_STREAM of systemd.exec(5)), which reads a priority before each line.
int brigade_stderr_is_journal(void);

// Whether it was when the log was opened.
int brigade_log_is_journal(void);

// The members of a JSON object that name this process, for last words that are JSON; NULL for text. Copied; before there are
// other threads, or when a master has read its settings again.
void brigade_log_set_json(const char *process);

// NULL for text.
const char *brigade_log_json(void);

// Writes what has been printed. -1 and errno when some of it cannot be written, now or before.
int brigade_flush_stdout(void);

// Writes to stderr what has room within that many milliseconds: the last words of a process that is lost.
// Async-signal-safe.
void brigade_log_last_words(const char *bytes, size_t count, int *milliseconds_left);
