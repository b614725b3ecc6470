/* For LD_PRELOAD: appends to the file $DISK_RECORD what a process does to a database, and when it makes that durable.
 *
 * The database is $DISK_RECORD_DATABASE, an absolute path; files beside it whose names begin with the same belong to it,
 * except the -shm file, which no process trusts after a power cut.
 *
 * A change is recorded before it is made, both under a lock that all processes share: the order of the records is the order
 * of the changes, also if the process is killed in between. A sync is recorded when it begins and when it has ended.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { CREATE = 1, WRITE, TRUNCATE, SYNC_BEGIN, SYNC_END, UNLINK, RENAME };

/* Followed by `size` bytes: the content of a write, a name, or two names with a zero between them. */
struct record {
    uint32_t kind;
    uint32_t size;
    uint64_t inode;
    uint64_t value; /* the offset of a write, a new length; the place of the SYNC_BEGIN that a SYNC_END belongs to */
};

#define DESCRIPTORS 65536

static pthread_mutex_t threads = PTHREAD_MUTEX_INITIALIZER;
static int output = -1;
static char database[PATH_MAX];
static char directory[PATH_MAX];
/* By descriptor: the inode of a file of the database, or of its directory; 0 for others. */
static _Atomic uint64_t inodes[DESCRIPTORS];

static void fail(const char *what) {
    fprintf(stderr, "disk-recorder: %s: %s\n", what, strerror(errno));
    abort();
}

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name); \
    if (!real) fail(#name)

static int real_open(const char *path, int flags, mode_t mode) {
    REAL(open64);
    return real(path, flags, mode);
}

__attribute__((constructor)) static void start(void) {
    const char *record = getenv("DISK_RECORD");
    const char *path = getenv("DISK_RECORD_DATABASE");
    if (!record || !path) return;
    if (path[0] != '/' || strlen(path) >= sizeof database) fail(path);
    strcpy(database, path);
    strcpy(directory, path);
    *strrchr(directory, '/') = 0;
    output = real_open(record, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (output < 0) fail(record);
}

/* The name of a file of the database in its directory; null for other paths. */
static const char *name_of(const char *path, char absolute[2 * PATH_MAX]) {
    if (output < 0 || !path) return NULL;
    absolute[0] = 0;
    if (path[0] != '/') {
        if (!getcwd(absolute, PATH_MAX)) return NULL;
        strcat(absolute, "/");
    }
    strncat(absolute, path, PATH_MAX - 1);
    size_t length = strlen(database);
    if (strncmp(absolute, database, length) != 0 || strchr(absolute + length, '/')) return NULL;
    if (strcmp(absolute + length, "-shm") == 0) return NULL;
    return absolute + strlen(directory) + 1;
}

static void lock(void) {
    pthread_mutex_lock(&threads);
    while (flock(output, LOCK_EX) != 0)
        if (errno != EINTR) fail("flock");
}

static void unlock(void) {
    int error = errno;
    flock(output, LOCK_UN);
    pthread_mutex_unlock(&threads);
    errno = error;
}

/* Call it with the lock. Returns the record's place. */
static uint64_t append(enum kind kind, uint64_t inode, uint64_t value, const void *data, size_t size) {
    struct stat status;
    if (fstat(output, &status) != 0) fail("fstat");
    struct record record = {kind, (uint32_t)size, inode, value};
    struct iovec parts[] = {{&record, sizeof record}, {(void *)data, size}};
    REAL(writev);
    if (real(output, parts, 2) != (ssize_t)(sizeof record + size)) fail("cannot write the record");
    return (uint64_t)status.st_size;
}

static uint64_t inode_of(int descriptor) {
    return descriptor >= 0 && descriptor < DESCRIPTORS ? inodes[descriptor] : 0;
}

static int track(int descriptor) {
    struct stat status;
    if (descriptor < 0) return descriptor;
    if (descriptor >= DESCRIPTORS || fstat(descriptor, &status) != 0) fail("cannot follow the descriptor");
    inodes[descriptor] = status.st_ino;
    return descriptor;
}

static int record_open(const char *path, int flags, mode_t mode) {
    char absolute[2 * PATH_MAX];
    if (output < 0) return real_open(path, flags, mode);
    if (strcmp(path, directory) == 0) return track(real_open(path, flags, mode));
    const char *name = name_of(path, absolute);
    if (!name) return real_open(path, flags, mode);
    lock();
    struct stat status;
    int is_new = lstat(path, &status) != 0;
    int descriptor = track(real_open(path, flags, mode));
    if (descriptor >= 0 && is_new) append(CREATE, inode_of(descriptor), 0, name, strlen(name));
    if (descriptor >= 0 && !is_new && flags & O_TRUNC) append(TRUNCATE, inode_of(descriptor), 0, NULL, 0);
    unlock();
    return descriptor;
}

#define MODE(flags) \
    mode_t mode = 0; \
    if (flags & (O_CREAT | O_TMPFILE)) { \
        va_list arguments; \
        va_start(arguments, flags); \
        mode = va_arg(arguments, mode_t); \
        va_end(arguments); \
    }

int open(const char *path, int flags, ...) {
    MODE(flags)
    return record_open(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    MODE(flags)
    return record_open(path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...) {
    MODE(flags)
    if (folder == AT_FDCWD || path[0] == '/') return record_open(path, flags, mode);
    REAL(openat);
    return real(folder, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...) {
    MODE(flags)
    if (folder == AT_FDCWD || path[0] == '/') return record_open(path, flags, mode);
    REAL(openat64);
    return real(folder, path, flags, mode);
}

int close(int descriptor) {
    REAL(close);
    if (descriptor >= 0 && descriptor < DESCRIPTORS) inodes[descriptor] = 0;
    return real(descriptor);
}

static void record_write(int descriptor, const void *data, size_t size, off64_t offset) {
    if (append(WRITE, inode_of(descriptor), (uint64_t)offset, data, size) == UINT64_MAX) abort();
}

ssize_t pwrite64(int descriptor, const void *data, size_t size, off64_t offset) {
    REAL(pwrite64);
    if (!inode_of(descriptor)) return real(descriptor, data, size, offset);
    lock();
    record_write(descriptor, data, size, offset);
    ssize_t written = real(descriptor, data, size, offset);
    if (written != (ssize_t)size) fail("a recorded write failed");
    unlock();
    return written;
}

ssize_t pwrite(int descriptor, const void *data, size_t size, off_t offset) {
    return pwrite64(descriptor, data, size, offset);
}

ssize_t write(int descriptor, const void *data, size_t size) {
    REAL(write);
    if (!inode_of(descriptor)) return real(descriptor, data, size);
    lock();
    record_write(descriptor, data, size, lseek64(descriptor, 0, SEEK_CUR));
    ssize_t written = real(descriptor, data, size);
    if (written != (ssize_t)size) fail("a recorded write failed");
    unlock();
    return written;
}

int ftruncate64(int descriptor, off64_t length) {
    REAL(ftruncate64);
    if (!inode_of(descriptor)) return real(descriptor, length);
    lock();
    append(TRUNCATE, inode_of(descriptor), (uint64_t)length, NULL, 0);
    int result = real(descriptor, length);
    if (result != 0) fail("a recorded truncation failed");
    unlock();
    return result;
}

int ftruncate(int descriptor, off_t length) { return ftruncate64(descriptor, length); }

static int record_sync(int descriptor, int (*real)(int)) {
    uint64_t inode = inode_of(descriptor);
    if (!inode) return real(descriptor);
    lock();
    uint64_t place = append(SYNC_BEGIN, inode, 0, NULL, 0);
    unlock();
    int result = real(descriptor);
    if (result != 0) return result;
    lock();
    append(SYNC_END, inode, place, NULL, 0);
    unlock();
    return result;
}

int fsync(int descriptor) {
    REAL(fsync);
    return record_sync(descriptor, real);
}

int fdatasync(int descriptor) {
    REAL(fdatasync);
    return record_sync(descriptor, real);
}

int unlink(const char *path) {
    REAL(unlink);
    char absolute[2 * PATH_MAX];
    struct stat status;
    const char *name = name_of(path, absolute);
    if (!name) return real(path);
    lock();
    if (lstat(path, &status) == 0) append(UNLINK, 0, 0, name, strlen(name));
    int result = real(path);
    unlock();
    return result;
}

int rename(const char *from, const char *to) {
    REAL(rename);
    char absolute[2][2 * PATH_MAX];
    char names[2 * PATH_MAX];
    struct stat status;
    const char *old = name_of(from, absolute[0]);
    const char *new = name_of(to, absolute[1]);
    if (!old && !new) return real(from, to);
    if (!old || !new) fail("a rename into or out of the database's files");
    lock();
    int size = snprintf(names, sizeof names, "%s/%s", old, new);
    if (lstat(from, &status) == 0) append(RENAME, 0, 0, names, (size_t)size);
    int result = real(from, to);
    unlock();
    return result;
}

/* What would change a file without a record. */

static void refuse(int descriptor, const char *call) {
    errno = ENOTSUP;
    if (inode_of(descriptor)) fail(call);
}

ssize_t pwritev(int descriptor, const struct iovec *parts, int count, off_t offset) {
    REAL(pwritev);
    refuse(descriptor, "pwritev");
    return real(descriptor, parts, count, offset);
}

ssize_t writev(int descriptor, const struct iovec *parts, int count) {
    REAL(writev);
    refuse(descriptor, "writev");
    return real(descriptor, parts, count);
}

int fallocate64(int descriptor, int mode, off64_t offset, off64_t length) {
    REAL(fallocate64);
    refuse(descriptor, "fallocate");
    return real(descriptor, mode, offset, length);
}

int posix_fallocate64(int descriptor, off64_t offset, off64_t length) {
    REAL(posix_fallocate64);
    refuse(descriptor, "posix_fallocate");
    return real(descriptor, offset, length);
}

ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t size, unsigned flags) {
    REAL(copy_file_range);
    refuse(out, "copy_file_range");
    return real(in, from, out, to, size, flags);
}

void *mmap64(void *address, size_t length, int protection, int flags, int descriptor, off64_t offset) {
    REAL(mmap64);
    if (flags & MAP_SHARED && protection & PROT_WRITE) refuse(descriptor, "mmap");
    return real(address, length, protection, flags, descriptor, offset);
}
