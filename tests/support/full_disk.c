/* A disk that is full for the journal while the file that DISK_FULL names is there: half of a write, then no more. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_full(int fd) {
    char link[64], name[512];
    const char *mark = getenv("DISK_FULL");
    if (!mark || access(mark, F_OK))
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, name, sizeof name - 1);
    if (size < 0)
        return 0;
    name[size] = 0;
    return strstr(name, "journal.sqlite3") != NULL;
}

#define WRITING(NAME)                                                                     \
    ssize_t NAME(int fd, const void *data, size_t size, off_t offset) {                   \
        ssize_t (*real)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, #NAME);      \
        if (is_full(fd)) {                                                                \
            if (size > 1000)                                                              \
                return real(fd, data, size / 2, offset);                                  \
            errno = ENOSPC;                                                               \
            return -1;                                                                    \
        }                                                                                 \
        return real(fd, data, size, offset);                                              \
    }
WRITING(pwrite)
WRITING(pwrite64)

ssize_t write(int fd, const void *data, size_t size) {
    ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    if (is_full(fd)) {
        errno = ENOSPC;
        return -1;
    }
    return real(fd, data, size);
}
