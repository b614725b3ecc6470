#pragma once

#include <stdint.h>

// From now on a signal that ends this process because something is wrong with it (SIGABRT, SIGILL, SIGTRAP, SIGBUS,
// SIGFPE, SIGSEGV) first writes stacks to stderr: the thread's own, and for SIGABRT, by which a master asks what a
// stuck worker does, those of all threads. Then the signal does what it always does.
//
// Where somebody else handles SIGABRT already, as Swift's backtracer does (SWIFT_BACKTRACE), nothing is changed.
// Called by the first thread, before there are others.
void brigade_stacks_on_fatal_signals(void);

// From now on SIGUSR2, if the parent process has sent it, makes this process send the stacks of all its threads to that
// SOCK_SEQPACKET socket, in packets of {version, kind} and at most 4096 bytes of lines; a packet without lines is the end. It
// takes three seconds at most. Each thread is interrupted once: a call that waits may return EINTR (signal(7)). From anybody
// else, and without a socket (-1), the signal does nothing.
//
// Called by the first thread, before there are others.
void brigade_stacks_on_request(int socket, uint8_t version, uint8_t kind);
