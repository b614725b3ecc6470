// The scoreboard's memory: one header, then one slot a worker, each followed by its entries for requests in flight.
// Each slot has one writer, its worker; the master writes a slot only while no worker has it. Every word is read and
// written atomically, relaxed: a slot is advice (who accepts next, who is stuck), and no word promises anything about
// another. An entry is the exception: its sequence says whether what was read of it belongs together.
#pragma once

#include <stdint.h>
#include <string.h>

#define BRIGADE_SCOREBOARD_VERSION 4
#define BRIGADE_SCOREBOARD_SLOTS 512
#define BRIGADE_LATENCY_BUCKETS 64
#define BRIGADE_METHOD_BYTES 16
#define BRIGADE_TARGET_BYTES 128
#define BRIGADE_ID_BYTES 128
// Behind the slots, from a page's start: of each slot its worker's counters of connections by client address. Threads of
// that worker add to them.
#define BRIGADE_ADDRESS_ROWS 4
#define BRIGADE_ADDRESS_CELLS 2048
#define BRIGADE_ADDRESS_BYTES 32768
// Behind those, of each slot its worker's metrics: a header, then series of any size, of which more may be added.
#define BRIGADE_METRICS_BYTES (1 << 20)

struct brigade_scoreboard_header {
    uint32_t version;
    uint32_t used;     // slots 0..<used have been given out at some time; the rest need no look
    uint32_t entries;  // of a slot
    uint32_t reserved;
    uint64_t secret;  // by which client addresses are hashed
    uint32_t more[10];
};

struct brigade_scoreboard_slot {
    uint32_t pid;
    uint32_t generation;
    uint32_t state;          // Contract.WorkerState
    uint32_t connections;    // open now
    uint64_t tick;           // CLOCK_MONOTONIC, nanoseconds, of the loop's last pass
    uint64_t accepted;       // connections, ever
    uint64_t received;       // bytes of clients, ever
    uint64_t sent;           // bytes to clients, ever
    uint32_t pool_threads;   // that run
    uint32_t pool_busy;      // of these, threads with work
    uint32_t pool_queued;    // work that waits for a thread
    uint32_t log_lost;       // lines of the log and of the access log
    uint32_t stalled;        // accept threads that wait for their loop
    uint32_t unrecorded;     // requests in flight for which there was no entry
    uint32_t entered;        // entries 0..<entered have been used at some time; the rest need no look
    uint32_t reserved;
    uint64_t pool_overdue;  // CLOCK_MONOTONIC, nanoseconds: since when threads are past their requests' deadlines; 0: none
    uint32_t more[10];
};

// A request in flight. Its worker's loop is the only writer.
struct brigade_request {
    uint32_t sequence;  // odd while it is written
    uint16_t method_length;
    uint16_t target_length;
    uint64_t start;   // CLOCK_MONOTONIC, nanoseconds; 0: nobody has the entry
    uint64_t number;  // the id that the worker made
    uint16_t id_length;
    uint16_t more[3];
    uint64_t method[BRIGADE_METHOD_BYTES / 8];
    uint64_t target[BRIGADE_TARGET_BYTES / 8];
    uint64_t id[BRIGADE_ID_BYTES / 8];  // that a proxy sent
    uint64_t trace[2];                  // of W3C Trace Context; 0: none
};

// The start of a slot's metrics.
struct brigade_metrics_header {
    uint32_t used;  // bytes of series that are complete
    uint32_t more[15];
};

// A series: this, its text, and from the next multiple of 8 on its words.
struct brigade_series {
    uint16_t kind;  // Contract.MetricSeries.Kind
    uint16_t text;  // bytes: the name, then key and value of each label, with 0x1f between all of them
    uint32_t words;
};

_Static_assert(sizeof(struct brigade_scoreboard_header) == 64, "one cache line: the mapping is page-aligned");
_Static_assert(sizeof(struct brigade_scoreboard_slot) % 64 == 0, "whole cache lines: no two writers share one");
_Static_assert(BRIGADE_ADDRESS_BYTES == BRIGADE_ADDRESS_ROWS * BRIGADE_ADDRESS_CELLS * 4, "a word a counter");
_Static_assert(BRIGADE_ADDRESS_BYTES % 4096 == 0, "whole pages, which can be given back");
_Static_assert(sizeof(struct brigade_request) % 64 == 0, "whole cache lines");
_Static_assert(sizeof(struct brigade_metrics_header) == 64, "one cache line: the series begin with one");
_Static_assert(sizeof(struct brigade_series) == 8, "a word");

static inline uint32_t brigade_load32(const uint32_t *word) { return __atomic_load_n(word, __ATOMIC_RELAXED); }
static inline void brigade_store32(uint32_t *word, uint32_t value) { __atomic_store_n(word, value, __ATOMIC_RELAXED); }
static inline void brigade_add32(uint32_t *word, int32_t delta) {
    __atomic_fetch_add(word, (uint32_t)delta, __ATOMIC_RELAXED);
}
static inline uint64_t brigade_load64(const uint64_t *word) { return __atomic_load_n(word, __ATOMIC_RELAXED); }
static inline void brigade_store64(uint64_t *word, uint64_t value) { __atomic_store_n(word, value, __ATOMIC_RELAXED); }
static inline void brigade_add64(uint64_t *word, uint64_t delta) {
    __atomic_fetch_add(word, delta, __ATOMIC_RELAXED);
}

// For a word that one thread alone writes: no locked instruction.
static inline void brigade_increase64(uint64_t *word, uint64_t delta) {
    brigade_store64(word, brigade_load64(word) + delta);
}

// For a word that holds a double, which any thread may write.
static inline void brigade_add_double(uint64_t *word, double delta) {
    uint64_t before = brigade_load64(word), after;
    do {
        double sum;
        memcpy(&sum, &before, 8);
        sum += delta;
        memcpy(&after, &sum, 8);
    } while (!__atomic_compare_exchange_n(word, &before, after, 1, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
}

// Series up to there are complete, and may be read.
static inline void brigade_publish32(uint32_t *word, uint32_t value) { __atomic_store_n(word, value, __ATOMIC_RELEASE); }
static inline uint32_t brigade_published32(const uint32_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }

// Copies bytes into words, cut at `limit` of them, and returns how many.
static inline uint16_t brigade_store_bytes(uint64_t *words, const uint8_t *bytes, long count, long limit) {
    if (count > limit) count = limit;
    for (long offset = 0; offset < count; offset += 8) {
        uint64_t word = 0;
        memcpy(&word, bytes + offset, count - offset < 8 ? (size_t)(count - offset) : 8);
        brigade_store64(words + offset / 8, word);
    }
    return (uint16_t)count;
}

// Takes an entry for a request. A reader that comes in between sees an odd sequence, or another one afterwards.
static inline void brigade_request_enter(
    struct brigade_request *entry, const uint8_t *method, long method_length, const uint8_t *target, long target_length,
    const uint8_t *id, long id_length, uint64_t number, uint64_t trace_high, uint64_t trace_low, uint64_t start) {
    // Odd, whatever somebody has left there.
    uint32_t sequence = brigade_load32(&entry->sequence) | 1;
    brigade_store32(&entry->sequence, sequence);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    uint16_t kept = brigade_store_bytes(entry->method, method, method_length, BRIGADE_METHOD_BYTES);
    __atomic_store_n(&entry->method_length, kept, __ATOMIC_RELAXED);
    kept = brigade_store_bytes(entry->target, target, target_length, BRIGADE_TARGET_BYTES);
    __atomic_store_n(&entry->target_length, kept, __ATOMIC_RELAXED);
    kept = brigade_store_bytes(entry->id, id, id_length, BRIGADE_ID_BYTES);
    __atomic_store_n(&entry->id_length, kept, __ATOMIC_RELAXED);
    brigade_store64(&entry->number, number);
    brigade_store64(&entry->trace[0], trace_high);
    brigade_store64(&entry->trace[1], trace_low);
    brigade_store64(&entry->start, start);
    __atomic_store_n(&entry->sequence, sequence + 1, __ATOMIC_RELEASE);
}

// Gives an entry back.
static inline void brigade_request_leave(struct brigade_request *entry) { brigade_store64(&entry->start, 0); }

// Copies an entry as it was at one moment; 0 when its writer was busy with it, which does not take long.
static inline int brigade_request_read(const struct brigade_request *entry, struct brigade_request *copy) {
    uint32_t sequence = __atomic_load_n(&entry->sequence, __ATOMIC_ACQUIRE);
    if (sequence & 1) return 0;
    copy->method_length = __atomic_load_n(&entry->method_length, __ATOMIC_RELAXED);
    copy->target_length = __atomic_load_n(&entry->target_length, __ATOMIC_RELAXED);
    copy->id_length = __atomic_load_n(&entry->id_length, __ATOMIC_RELAXED);
    copy->start = brigade_load64(&entry->start);
    copy->number = brigade_load64(&entry->number);
    for (int i = 0; i < 2; i++) copy->trace[i] = brigade_load64(entry->trace + i);
    for (int i = 0; i < BRIGADE_METHOD_BYTES / 8; i++) copy->method[i] = brigade_load64(entry->method + i);
    for (int i = 0; i < BRIGADE_TARGET_BYTES / 8; i++) copy->target[i] = brigade_load64(entry->target + i);
    for (int i = 0; i < BRIGADE_ID_BYTES / 8; i++) copy->id[i] = brigade_load64(entry->id + i);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return brigade_load32(&entry->sequence) == sequence;
}
