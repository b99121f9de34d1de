/* A disk that fails: preloaded into a process, it counts what is written below one folder and lets
   the n-th write fail with "no space left on device", that one alone or all from then on, or kills
   the process there. GDAL, SQLite, zipfile and Python all end up in these calls of the C library. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static char folder[PATH_MAX];
static atomic_long count;
static long at;          /* 0: only count */
static int mode;         /* 0: all from then on fail, 1: that one alone, 2: killed before it */

void disk_set(const char *below, long n, int how) {
    strncpy(folder, below, sizeof folder - 1);
    at = n;
    mode = how;
    count = 0;
}

long disk_count(void) { return count; }

static int fails(const char *path) {
    size_t length = strlen(folder);
    if (length == 0 || strncmp(path, folder, length) != 0) return 0;
    long number = ++count;
    if (at == 0 || number < at || (mode == 1 && number > at)) return 0;
    if (mode == 2) raise(SIGKILL);
    errno = ENOSPC;
    return 1;
}

static int fails_there(int descriptor) {
    char link[64], path[PATH_MAX];
    if (folder[0] == 0) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return fails(path);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int d, const void *b, size_t n) { return fails_there(d) ? -1 : REAL(write)(d, b, n); }
ssize_t pwrite(int d, const void *b, size_t n, off_t o) { return fails_there(d) ? -1 : REAL(pwrite)(d, b, n, o); }
ssize_t pwrite64(int d, const void *b, size_t n, off64_t o) { return fails_there(d) ? -1 : REAL(pwrite64)(d, b, n, o); }
ssize_t writev(int d, const struct iovec *v, int n) { return fails_there(d) ? -1 : REAL(writev)(d, v, n); }
int fsync(int d) { return fails_there(d) ? -1 : REAL(fsync)(d); }
int fdatasync(int d) { return fails_there(d) ? -1 : REAL(fdatasync)(d); }
int ftruncate(int d, off_t n) { return fails_there(d) ? -1 : REAL(ftruncate)(d, n); }
int ftruncate64(int d, off64_t n) { return fails_there(d) ? -1 : REAL(ftruncate64)(d, n); }
int mkdir(const char *p, mode_t m) { return fails(p) ? -1 : REAL(mkdir)(p, m); }
int rename(const char *a, const char *b) { return fails(b) ? -1 : REAL(rename)(a, b); }
int link(const char *a, const char *b) { return fails(b) ? -1 : REAL(link)(a, b); }
