#pragma once

#include <stdint.h>

// How many connections wait in a listening stream socket's queue, TCP or unix, and how many can. It does not block.
// Returns -1 if the kernel does not say.
int brigade_accept_queue(int listener, uint32_t *length, uint32_t *limit);
