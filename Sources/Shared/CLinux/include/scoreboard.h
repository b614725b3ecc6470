// The scoreboard's memory: one header, then one slot a worker. Each slot has one writer, its worker; the master
// writes a slot only while no worker has it. Every word is read and written atomically, relaxed: a slot is advice
// (who accepts next, who is stuck), and no word promises anything about another.
#pragma once

#include <stdint.h>

#define BRIGADE_SCOREBOARD_VERSION 1
#define BRIGADE_SCOREBOARD_SLOTS 512

struct brigade_scoreboard_header {
    uint32_t version;
    uint32_t used;  // slots 0..<used have been given out at some time; the rest need no look
    uint32_t reserved[14];
};

struct brigade_scoreboard_slot {
    uint32_t pid;
    uint32_t generation;
    uint32_t state;        // Contract.WorkerState
    uint32_t connections;  // open now
    uint64_t tick;         // CLOCK_MONOTONIC, nanoseconds, of the loop's last pass
    uint64_t accepted;     // connections, ever
    uint64_t requests;     // answered, ever
    uint64_t reserved[3];
};

struct brigade_scoreboard {
    struct brigade_scoreboard_header header;
    struct brigade_scoreboard_slot slots[BRIGADE_SCOREBOARD_SLOTS];
};

_Static_assert(sizeof(struct brigade_scoreboard_header) == 64, "one cache line: the mapping is page-aligned");
_Static_assert(sizeof(struct brigade_scoreboard_slot) == 64, "one cache line");

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
