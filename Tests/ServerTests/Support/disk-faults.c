/* For LD_PRELOAD: lets calls fail while the file $DISK_FAULT has a fault in it: "CALL ERRNO NAME".
 *
 * CALL is write, sync, read or open (for writing); NAME is how the names of the files end, or `-` for all files of the database. Only files whose
 * names contain ".db" are touched.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

/* By system calls: what is called here must not come back here. */
static int error_of(const char *call, const char *path) {
    const char *control = getenv("DISK_FAULT");
    if (!control || !strstr(path, ".db") || strstr(path, "-shm")) return 0;
    int file = (int)syscall(SYS_openat, AT_FDCWD, control, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    char fault[128] = "", wanted[16], name[64];
    int error;
    ssize_t size = syscall(SYS_read, file, fault, sizeof fault - 1);
    syscall(SYS_close, file);
    if (size <= 0 || sscanf(fault, "%15s %d %63s", wanted, &error, name) != 3 || strcmp(wanted, call) != 0) return 0;
    size_t length = strlen(name), all = strlen(path);
    return strcmp(name, "-") == 0 || (all >= length && strcmp(path + all - length, name) == 0) ? error : 0;
}

static int error_of_descriptor(const char *call, int descriptor) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (size < 0) return 0;
    path[size] = 0;
    return error_of(call, path);
}

#define FAIL(call) \
    do { \
        int saved = errno, error = error_of_descriptor(call, descriptor); \
        errno = error ? error : saved; \
        if (error) return -1; \
    } while (0)

ssize_t pwrite64(int descriptor, const void *data, size_t size, off64_t offset) {
    REAL(pwrite64);
    FAIL("write");
    return real(descriptor, data, size, offset);
}

int ftruncate64(int descriptor, off64_t length) {
    REAL(ftruncate64);
    FAIL("write");
    return real(descriptor, length);
}

ssize_t pread64(int descriptor, void *data, size_t size, off64_t offset) {
    REAL(pread64);
    FAIL("read");
    return real(descriptor, data, size, offset);
}

int fsync(int descriptor) {
    REAL(fsync);
    FAIL("sync");
    return real(descriptor);
}

int fdatasync(int descriptor) {
    REAL(fdatasync);
    FAIL("sync");
    return real(descriptor);
}

int open64(const char *path, int flags, ...) {
    REAL(open64);
    mode_t mode = 0;
    if (flags & (O_CREAT | O_TMPFILE)) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
    }
    int saved = errno, error = (flags & O_ACCMODE) == O_RDONLY ? 0 : error_of("open", path);
    errno = error ? error : saved;
    return error ? -1 : real(path, flags, mode);
}
