// The scoreboard's memory: one header, then one slot a worker, each followed by its entries for requests in flight.
// Each slot has one writer, its worker; the master writes a slot only while no worker has it. Every word is read and
// written atomically, relaxed: a slot is advice (who accepts next, who is stuck), and no word promises anything about
// another. An entry is the exception: its sequence says whether what was read of it belongs together.
#pragma once

#include <stdint.h>
#include <string.h>

#define BRIGADE_SCOREBOARD_VERSION 3
#define BRIGADE_SCOREBOARD_SLOTS 512
#define BRIGADE_LATENCY_BUCKETS 64
#define BRIGADE_METHOD_BYTES 16
#define BRIGADE_TARGET_BYTES 128
// Behind the slots, from a page's start: of each slot its worker's counters of connections by client address. Threads of
// that worker add to them.
#define BRIGADE_ADDRESS_ROWS 4
#define BRIGADE_ADDRESS_CELLS 2048
#define BRIGADE_ADDRESS_BYTES 32768

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
    uint64_t requests;       // answered, ever
    uint64_t spent[2];       // an older version's; always 0
    uint32_t stalled;        // accept threads that wait for their loop
    uint32_t unrecorded;     // requests in flight for which there was no entry
    uint32_t entered;        // entries 0..<entered have been used at some time; the rest need no look
    uint32_t reserved;
    uint64_t pool_overdue;  // CLOCK_MONOTONIC, nanoseconds: since when threads are past their requests' deadlines; 0: none
    uint32_t more[12];
    uint64_t latency[BRIGADE_LATENCY_BUCKETS];  // answers, by Contract.LatencyHistogram's bounds
};

// A request in flight. Its worker's loop is the only writer.
struct brigade_request {
    uint32_t sequence;  // odd while it is written
    uint16_t method_length;
    uint16_t target_length;
    uint64_t start;  // CLOCK_MONOTONIC, nanoseconds; 0: nobody has the entry
    uint64_t method[BRIGADE_METHOD_BYTES / 8];
    uint64_t target[BRIGADE_TARGET_BYTES / 8];
};

_Static_assert(sizeof(struct brigade_scoreboard_header) == 64, "one cache line: the mapping is page-aligned");
_Static_assert(sizeof(struct brigade_scoreboard_slot) % 64 == 0, "whole cache lines: no two writers share one");
_Static_assert(BRIGADE_ADDRESS_BYTES == BRIGADE_ADDRESS_ROWS * BRIGADE_ADDRESS_CELLS * 4, "a word a counter");
_Static_assert(BRIGADE_ADDRESS_BYTES % 4096 == 0, "whole pages, which can be given back");
_Static_assert(sizeof(struct brigade_request) == 160, "the entries of a slot, an even number, end with a cache line");

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
static inline void brigade_increment64(uint64_t *word) { brigade_store64(word, brigade_load64(word) + 1); }

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
    uint64_t start) {
    // Odd, whatever somebody has left there.
    uint32_t sequence = brigade_load32(&entry->sequence) | 1;
    brigade_store32(&entry->sequence, sequence);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    uint16_t kept = brigade_store_bytes(entry->method, method, method_length, BRIGADE_METHOD_BYTES);
    __atomic_store_n(&entry->method_length, kept, __ATOMIC_RELAXED);
    kept = brigade_store_bytes(entry->target, target, target_length, BRIGADE_TARGET_BYTES);
    __atomic_store_n(&entry->target_length, kept, __ATOMIC_RELAXED);
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
    copy->start = brigade_load64(&entry->start);
    for (int i = 0; i < BRIGADE_METHOD_BYTES / 8; i++) copy->method[i] = brigade_load64(entry->method + i);
    for (int i = 0; i < BRIGADE_TARGET_BYTES / 8; i++) copy->target[i] = brigade_load64(entry->target + i);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return brigade_load32(&entry->sequence) == sequence;
}
