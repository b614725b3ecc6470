#pragma once

// From now on a signal that ends this process because something is wrong with it (SIGABRT, SIGILL, SIGTRAP, SIGBUS,
// SIGFPE, SIGSEGV) first writes stacks to stderr: the thread's own, and for SIGABRT, by which a master asks what a
// stuck worker does, those of all threads. Then the signal does what it always does.
//
// Where somebody else handles SIGABRT already, as Swift's backtracer does (SWIFT_BACKTRACE), nothing is changed.
// Called by the first thread, before there are others.
void brigade_stacks_on_fatal_signals(void);
