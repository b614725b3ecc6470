// The Linux calls and macros that Swift's Glibc module does not show, and the words of shared memory.
#pragma once

#include "accept_queue.h"
#include "output.h"
#include "scoreboard.h"
#include "spawn.h"
#include "stacks.h"
#include "system.h"
