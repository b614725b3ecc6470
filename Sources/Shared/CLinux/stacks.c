#define _GNU_SOURCE
#include "stacks.h"

#include "output.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

// Much here is not on signal-safety(7)'s list (snprintf, dladdr, backtrace). After a fatal signal it runs in a process that
// is lost anyway: if the signal came at the wrong moment and this hangs, the master's KILL ends it as it would have without.
//
// On request it runs in a process that goes on. It allocates nothing. The only lock is the dynamic loader's, in dladdr(3):
// it is recursive, and another thread that holds it, in dlopen(3), is not interrupted meanwhile.

enum { most_frames = 64, most_threads = 256, longest_wait_ms = 100, longest_report_s = 10, longest_request_ms = 2500 };

// For as long as an output without room is waited for, in all.
enum { most_patience_ms = 500 };

// Where lines go.
struct sink {
    int socket;  // -1 is the log
    int patience_ms;
    size_t count;
    uint8_t packet[2 + 4096];  // of a socket
};

static struct sink log_sink = {.socket = -1, .patience_ms = most_patience_ms};

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

static _Atomic pid_t first_thread;      // that has had a fatal signal, and writes
static _Atomic pid_t asked_thread;      // by that one, or by the next, to write too
static _Atomic pid_t reporting_thread;  // that has had a request; -1: it has given up, and another still writes
static struct sink request_sink = {.socket = -1};

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

// Sends what is collected, even if that is nothing. The message is lost if the other side does not read.
static void send_packet(struct sink *sink) {
    while (send(sink->socket, sink->packet, 2 + sink->count, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 &&
           (errno == EAGAIN || errno == EINTR) && sink->patience_ms > 0) {
        struct pollfd target = {.fd = sink->socket, .events = POLLOUT};
        poll(&target, 1, 10);
        sink->patience_ms -= 10;
    }
    sink->count = 0;
}

// A line is one write, at most PIPE_BUF long.
static void put_to_log(struct sink *sink, const char *text, size_t count) {
    char line[4096];
    size_t used = 0;
    if (brigade_log_is_journal()) used = (size_t)sprintf(line, "<2>");  // critical, in syslog(3)'s numbers
    const char *process = brigade_log_json();
    if (process) {
        struct timespec now;
        struct tm date;
        clock_gettime(CLOCK_REALTIME, &now);
        gmtime_r(&now.tv_sec, &date);
        used += strftime(line + used, 64, "{\"@timestamp\":\"%Y-%m-%dT%H:%M:%S", &date);
        used += (size_t)sprintf(line + used, ".%03ldZ\",\"log.level\":\"critical\",\"message\":\"", now.tv_nsec / 1000000);
    }
    // At most 1024 characters, of which each becomes at most two. Names of threads and of functions hold anything.
    for (size_t i = 0; i < count && text[i] != '\n'; i++) {
        char c = text[i] >= 0x20 && text[i] < 0x7f ? text[i] : '?';
        if (process && (c == '"' || c == '\\')) line[used++] = '\\';
        line[used++] = c;
    }
    if (process) used += (size_t)sprintf(line + used, "\",\"ecs.version\":\"8.11.0\",%s}", process);
    line[used++] = '\n';
    brigade_log_last_words(line, used, &sink->patience_ms);
}

static void put(struct sink *sink, const char *line, int length, size_t limit) {
    if (length < 0) return;
    size_t count = (size_t)length < limit ? (size_t)length : limit - 1;
    if (sink->socket < 0) {
        put_to_log(sink, line, count);
        return;
    }
    if (2 + sink->count + count > sizeof sink->packet) send_packet(sink);
    memcpy(sink->packet + 2 + sink->count, line, count);
    sink->count += count;
}

static void put_frame(struct sink *sink, int number, void *frame, int is_return) {
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
    put(sink, line,
        snprintf(line, sizeof line, "%3d %s+%lu in %s+0x%lx\n", number, name ? name : "?", (unsigned long)offset,
                 file ? file + 1 : "?", (unsigned long)(address - base)),
        sizeof line);
}

static void put_stack(struct sink *sink, void *context) {
    char name[16] = "", line[64];
    prctl(PR_GET_NAME, name, 0, 0, 0);
    put(sink, line, snprintf(line, sizeof line, "thread %d \"%s\":\n", this_thread(), name), sizeof line);
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
    for (int i = first; i < count; i++) put_frame(sink, i - first, frames[i], i > first);
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

static long milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// Has each other thread write its stack, one after the other. A thread is asked: its number. It writes: the negative number.
// It has written: 0.
//
// Returns 0 if one is still writing when the time is over: nobody else may write then.
static int ask_others(struct sink *sink, int number, int longest_ms) {
    pid_t threads[most_threads];
    int count = list_threads(threads);
    long end = milliseconds() + longest_ms;
    char line[96];
    for (int i = 0; i < count; i++) {
        if (threads[i] == this_thread()) continue;
        if (milliseconds() > end) {
            put(sink, line, snprintf(line, sizeof line, "and %d threads more\n", count - i), sizeof line);
            return 1;
        }
        atomic_store(&asked_thread, threads[i]);
        if (syscall(SYS_tgkill, getpid(), threads[i], number) != 0) continue;
        struct timespec nap = {.tv_nsec = 1000000};
        for (int ms = 0; ms < longest_wait_ms && atomic_load(&asked_thread) == threads[i]; ms++) nanosleep(&nap, NULL);
        // From here on it does not begin any more.
        pid_t silent = threads[i];
        if (atomic_compare_exchange_strong(&asked_thread, &silent, 0))
            put(sink, line,
                snprintf(line, sizeof line, "thread %d: it blocks the signal, or the kernel does not wake it\n", threads[i]),
                sizeof line);
        while (atomic_load(&asked_thread) != 0) {
            if (milliseconds() > end) return 0;
            nanosleep(&nap, NULL);
        }
    }
    return 1;
}

// Writes if this thread is asked, and is not too late.
static void put_stack_if_asked(struct sink *sink, void *context) {
    pid_t own = this_thread();
    if (!atomic_compare_exchange_strong(&asked_thread, &own, -own)) return;
    put_stack(sink, context);
    atomic_store(&asked_thread, 0);
    pid_t given_up = -1;
    atomic_compare_exchange_strong(&reporting_thread, &given_up, 0);
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
        if (number == SIGABRT) put_stack_if_asked(&log_sink, context);
        if (number == SIGABRT) return;
        // One that fails while another writes waits for the end that is near. One that fails as it writes ends now.
        if (nobody != this_thread()) sleep(longest_report_s);
        signal(number, SIG_DFL);
        return;
    }
    // A report that does not come to its end (a lock that the thread holds already) ends with the process.
    end_after(longest_report_s);
    char line[128];
    put(&log_sink, line,
        snprintf(line, sizeof line, "%s, process %d:\n", signal_name(number), getpid()), sizeof line);
    put_stack(&log_sink, context);
    if (number == SIGABRT) ask_others(&log_sink, SIGABRT, longest_report_s * 1000);
    signal(number, SIG_DFL);
    // Waits until this handler returns, which unblocks it.
    syscall(SYS_tgkill, getpid(), this_thread(), number);
}

// Loads what unwinds stacks now: not in a handler.
static void prepare(void) {
    static int is_prepared;
    if (is_prepared) return;
    is_prepared = 1;
    void *frame;
    backtrace(&frame, 1);
    dl_iterate_phdr(find_bias, NULL);
    map_symbols();
}

static void handle_request(int number, siginfo_t *information, void *context) {
    int saved = errno;
    pid_t nobody = 0;
    if (information->si_code == SI_TKILL && information->si_pid == getpid()) {
        put_stack_if_asked(&request_sink, context);
    } else if (request_sink.socket >= 0 && information->si_pid == getppid() &&
               atomic_compare_exchange_strong(&reporting_thread, &nobody, this_thread())) {
        request_sink.patience_ms = most_patience_ms;
        put_stack(&request_sink, context);
        int is_complete = ask_others(&request_sink, number, longest_request_ms);
        if (is_complete) {
            if (request_sink.count > 0) send_packet(&request_sink);
            send_packet(&request_sink);
        }
        // Otherwise the thread that still writes ends it.
        atomic_store(&reporting_thread, is_complete ? 0 : -1);
    }
    errno = saved;
}

void brigade_stacks_on_request(int socket, uint8_t version, uint8_t kind) {
    prepare();
    request_sink.socket = socket;
    request_sink.packet[0] = version;
    request_sink.packet[1] = kind;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = handle_request;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    sigemptyset(&action.sa_mask);
    sigaction(SIGUSR2, &action, NULL);
}

void brigade_stacks_on_fatal_signals(void) {
    struct sigaction action;
    if (sigaction(SIGABRT, NULL, &action) != 0 || action.sa_handler != SIG_DFL) return;
    prepare();
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
