#define _GNU_SOURCE
#include "stacks.h"

#include "output.h"

#include <dlfcn.h>
#include <elf.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

// Much here is not on signal-safety(7)'s list (snprintf, dladdr, backtrace). It runs in a process that is lost anyway:
// if the signal came at the wrong moment and this hangs, the master's KILL ends it as it would have without.

enum { most_frames = 64, most_threads = 256, longest_wait_ms = 100, longest_report_s = 10 };

// For as long as a log without room is waited for, in all.
static int patience_ms = 500;

static const struct {
    int number;
    const char *name;
} fatal_signals[] = {
    {SIGABRT, "SIGABRT"}, {SIGILL, "SIGILL"}, {SIGTRAP, "SIGTRAP"},
    {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"}, {SIGSEGV, "SIGSEGV"},
};
static const int fatal_signal_count = sizeof fatal_signals / sizeof *fatal_signals;

// The program's own symbols: its .symtab, which the dynamic loader does not know.
static const ElfW(Sym) * symbols;
static size_t symbol_count;
static const char *names;
static uintptr_t load_bias;

static _Atomic pid_t first_thread;  // that has had a fatal signal, and writes
static _Atomic pid_t asked_thread;  // by the first one, to write too

// glibc has no wrapper before 2.30.
static pid_t this_thread(void) { return (pid_t)syscall(SYS_gettid); }

static const char *signal_name(int number) {
    for (int i = 0; i < fatal_signal_count; i++)
        if (fatal_signals[i].number == number) return fatal_signals[i].name;
    return "?";
}

static int find_bias(struct dl_phdr_info *info, size_t size, void *unused) {
    (void)size, (void)unused;
    load_bias = info->dlpi_addr;  // the program itself is the first
    return 1;
}

// Only maps the file: nothing of it is read before it is needed.
static void map_symbols(void) {
    int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    struct stat information;
    if (file < 0) return;
    const char *base = MAP_FAILED;
    if (fstat(file, &information) == 0)
        base = mmap(NULL, (size_t)information.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
    if (base == MAP_FAILED) return;
    const ElfW(Ehdr) *header = (const void *)base;
    size_t size = (size_t)information.st_size;
    if (size < sizeof *header || header->e_shoff > size - sizeof(ElfW(Shdr)) * header->e_shnum) return;
    const ElfW(Shdr) *sections = (const void *)(base + header->e_shoff);
    for (int i = 0; i < header->e_shnum; i++) {
        if (sections[i].sh_type != SHT_SYMTAB || sections[i].sh_link >= header->e_shnum) continue;
        symbols = (const void *)(base + sections[i].sh_offset);
        symbol_count = sections[i].sh_size / sizeof *symbols;
        names = base + sections[sections[i].sh_link].sh_offset;
    }
}

static const char *own_symbol(uintptr_t address, uintptr_t *offset) {
    address -= load_bias;
    for (size_t i = 0; i < symbol_count; i++) {
        if ((symbols[i].st_info & 15) != STT_FUNC || address - symbols[i].st_value >= symbols[i].st_size) continue;
        *offset = address - symbols[i].st_value;
        return names + symbols[i].st_name;
    }
    return NULL;
}

static void put(const char *line, int length, size_t limit) {
    if (length < 0) return;
    if (brigade_log_is_journal()) brigade_log_last_words("<2>", 3, &patience_ms);  // critical, in syslog(3)'s numbers
    brigade_log_last_words(line, (size_t)length < limit ? (size_t)length : limit - 1, &patience_ms);
}

static void put_frame(int number, void *frame, int is_return) {
    char line[1024];
    // A call's return address may belong to what follows it.
    uintptr_t address = (uintptr_t)frame, offset = 0, place = address - (is_return ? 1 : 0);
    const char *name = own_symbol(place, &offset);
    Dl_info information;
    memset(&information, 0, sizeof information);
    int is_known = dladdr((void *)place, &information) != 0;
    if (!name && is_known && information.dli_sname) {
        name = information.dli_sname;
        offset = place - (uintptr_t)information.dli_saddr;
    }
    const char *file = is_known && information.dli_fname ? strrchr(information.dli_fname, '/') : NULL;
    uintptr_t base = is_known ? (uintptr_t)information.dli_fbase : 0;
    put(line,
        snprintf(line, sizeof line, "%3d %s+%lu in %s+0x%lx\n", number, name ? name : "?", (unsigned long)offset,
                 file ? file + 1 : "?", (unsigned long)(address - base)),
        sizeof line);
}

static void put_stack(void *context) {
    char name[16] = "", line[64];
    prctl(PR_GET_NAME, name, 0, 0, 0);
    put(line, snprintf(line, sizeof line, "thread %d \"%s\":\n", this_thread(), name), sizeof line);
    void *frames[most_frames];
    int count = backtrace(frames, most_frames), first = 0;
    uintptr_t counter = 0;
#if defined(__x86_64__)
    counter = (uintptr_t)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
    counter = (uintptr_t)((ucontext_t *)context)->uc_mcontext.pc;
#endif
    // The frames before it are this handler's.
    for (int i = 0; i < count; i++)
        if ((uintptr_t)frames[i] == counter) first = i;
    for (int i = first; i < count; i++) put_frame(i - first, frames[i], i > first);
}

struct directory_entry {
    uint64_t inode;
    int64_t offset;
    uint16_t length;
    uint8_t type;
    char name[];
};

// The numbers of this process's threads; readdir(3) would allocate.
static int list_threads(pid_t *threads) {
    int folder = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC), count = 0;
    if (folder < 0) return 0;
    _Alignas(struct directory_entry) char buffer[4096];
    long length;
    while ((length = syscall(SYS_getdents64, folder, buffer, sizeof buffer)) > 0) {
        for (long at = 0; at < length; at += ((struct directory_entry *)(buffer + at))->length) {
            pid_t thread = 0;
            for (const char *c = ((struct directory_entry *)(buffer + at))->name; *c >= '0' && *c <= '9'; c++)
                thread = thread * 10 + (*c - '0');
            if (thread > 0 && count < most_threads) threads[count++] = thread;
        }
    }
    close(folder);
    return count;
}

static void ask_others(void) {
    pid_t threads[most_threads];
    int count = list_threads(threads);
    for (int i = 0; i < count; i++) {
        if (threads[i] == this_thread()) continue;
        atomic_store(&asked_thread, threads[i]);
        if (syscall(SYS_tgkill, getpid(), threads[i], SIGABRT) != 0) continue;
        struct timespec nap = {.tv_nsec = 1000000};
        for (int ms = 0; ms < longest_wait_ms && atomic_load(&asked_thread) == threads[i]; ms++) nanosleep(&nap, NULL);
    }
}

static void end_after(unsigned seconds) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    signal(SIGALRM, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    alarm(seconds);
}

static void handle(int number, siginfo_t *information, void *context) {
    (void)information;
    pid_t nobody = 0;
    if (!atomic_compare_exchange_strong(&first_thread, &nobody, this_thread())) {
        if (number == SIGABRT && atomic_load(&asked_thread) == this_thread()) {
            put_stack(context);
            // Unless it took so long that another one is asked by now.
            pid_t own = this_thread();
            atomic_compare_exchange_strong(&asked_thread, &own, 0);
        }
        if (number == SIGABRT) return;
        // One that fails while another writes waits for the end that is near. One that fails as it writes ends now.
        if (nobody != this_thread()) sleep(longest_report_s);
        signal(number, SIG_DFL);
        return;
    }
    // A report that does not come to its end (a lock that the thread holds already) ends with the process.
    end_after(longest_report_s);
    char line[128];
    put(line,
        snprintf(line, sizeof line, "%s, process %d:\n", signal_name(number), getpid()), sizeof line);
    put_stack(context);
    if (number == SIGABRT) ask_others();
    signal(number, SIG_DFL);
    // Waits until this handler returns, which unblocks it.
    syscall(SYS_tgkill, getpid(), this_thread(), number);
}

void brigade_stacks_on_fatal_signals(void) {
    struct sigaction action;
    if (sigaction(SIGABRT, NULL, &action) != 0 || action.sa_handler != SIG_DFL) return;
    // Loads what unwinds stacks now: not in the handler.
    void *frame;
    backtrace(&frame, 1);
    dl_iterate_phdr(find_bias, NULL);
    map_symbols();
    // For the thread that runs out of its stack. Others have none, and are reported by the master alone.
    static char memory[64 << 10];
    stack_t stack = {.ss_sp = memory, .ss_size = sizeof memory};
    sigaltstack(&stack, NULL);
    memset(&action, 0, sizeof action);
    action.sa_sigaction = handle;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < fatal_signal_count; i++) sigaction(fatal_signals[i].number, &action, NULL);
}
