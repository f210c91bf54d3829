/* A disk as 9p, virtiofs and SMB show it to SQLite: NO_SHM refuses shared memory, NO_LOCKS refuses file locks. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void *mmap(void *at, size_t length, int prot, int flags, int fd, off_t offset) {
    char link[64], name[512];
    if (fd >= 0 && getenv("NO_SHM")) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t size = readlink(link, name, sizeof name - 1);
        if (size > 4 && !memcmp(name + size - 4, "-shm", 4)) {
            errno = ENODEV;
            return MAP_FAILED;
        }
    }
    void *(*real)(void *, size_t, int, int, int, off_t) = dlsym(RTLD_NEXT, "mmap");
    return real(at, length, prot, flags, fd, offset);
}
void *mmap64(void *at, size_t length, int prot, int flags, int fd, off_t offset) {
    return mmap(at, length, prot, flags, fd, offset);
}

#define LOCKING(NAME)                                                                      \
    int NAME(int fd, int command, ...) {                                                   \
        va_list rest;                                                                      \
        va_start(rest, command);                                                           \
        void *argument = va_arg(rest, void *);                                             \
        va_end(rest);                                                                      \
        if (getenv("NO_LOCKS") && (command == F_SETLK || command == F_SETLKW)) {           \
            errno = ENOLCK;                                                                \
            return -1;                                                                     \
        }                                                                                  \
        int (*real)(int, int, ...) = dlsym(RTLD_NEXT, #NAME);                              \
        return real(fd, command, argument);                                                \
    }
LOCKING(fcntl)
LOCKING(fcntl64)
