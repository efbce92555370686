#define _GNU_SOURCE
#include "socket_buffer.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

struct run {
    size_t start, end;
    unsigned char *bytes;
};

static _Thread_local struct {
    int socket;
    /* libmosquitto's wake-up pair once it took no more: nobody reads it, so it never will. */
    int full_pipe;
    struct run in, out;
} buffered = {.socket = -1, .full_pipe = -1};

static void forget(struct run *run) {
    free(run->bytes);
    *run = (struct run){0};
}

int turnpike_socket_buffer(int socket) {
    buffered.socket = buffered.full_pipe = -1;
    forget(&buffered.in);
    forget(&buffered.out);
    if (socket < 0) return 0;
    buffered.in.bytes = malloc(TURNPIKE_SOCKET_BUFFER_BYTES);
    buffered.out.bytes = malloc(TURNPIKE_SOCKET_BUFFER_BYTES);
    if (!buffered.in.bytes || !buffered.out.bytes) return turnpike_socket_buffer(-1), -1;
    buffered.socket = socket;
    return 0;
}

int turnpike_socket_is_buffered(void) { return buffered.socket >= 0; }

int turnpike_socket_has_input(void) { return buffered.in.start < buffered.in.end; }

long turnpike_socket_send(void) {
    struct run *out = &buffered.out;
    while (out->start < out->end) {
        long sent = syscall(SYS_write, buffered.socket, out->bytes + out->start,
                            out->end - out->start);
        if (sent < 0) {
            if (errno == EINTR) continue;
            if (errno != EAGAIN) return -1;
            break;
        }
        out->start += (size_t)sent;
    }
    long left = (long)(out->end - out->start);
    if (left == 0) out->start = out->end = 0;
    return left;
}

/* The C library's own read and write are system calls and nothing else. */

__attribute__((visibility("default"))) ssize_t read(int file, void *into, size_t count) {
    if (file < 0 || file != buffered.socket) return syscall(SYS_read, file, into, count);
    struct run *in = &buffered.in;
    if (in->start == in->end) {
        /* A large payload goes to its place without a stop here. */
        if (count >= TURNPIKE_SOCKET_BUFFER_BYTES) return syscall(SYS_read, file, into, count);
        ssize_t got = syscall(SYS_read, file, in->bytes, (size_t)TURNPIKE_SOCKET_BUFFER_BYTES);
        if (got <= 0) return got;
        in->start = 0;
        in->end = (size_t)got;
    }
    if (count > in->end - in->start) count = in->end - in->start;
    memcpy(into, in->bytes + in->start, count);
    in->start += count;
    return (ssize_t)count;
}

static ssize_t put(const void *from, size_t count) {
    struct run *out = &buffered.out;
    if (count > TURNPIKE_SOCKET_BUFFER_BYTES - out->end) {
        if (turnpike_socket_send() < 0) return -1;
        if (out->start > 0) {
            memmove(out->bytes, out->bytes + out->start, out->end - out->start);
            out->end -= out->start;
            out->start = 0;
        }
    }
    size_t room = TURNPIKE_SOCKET_BUFFER_BYTES - out->end;
    if (room == 0) return errno = EAGAIN, -1;
    if (count > room) count = room;
    memcpy(out->bytes + out->end, from, count);
    out->end += count;
    return (ssize_t)count;
}

/* Whether a descriptor that takes no more now is libmosquitto's wake-up pair: a stream of two
 * nameless ends that this process made, into which single zeros are written. Whatever else a
 * thread may write to byte by byte is read by somebody, and takes more later. */
static int is_wake_up_pair(int file, const void *from) {
    int domain = 0, type = 0;
    struct ucred maker = {0};
    struct sockaddr_storage other;
    socklen_t domain_size = sizeof domain, type_size = sizeof type, maker_size = sizeof maker;
    socklen_t name_size = sizeof other;
    return *(const char *)from == 0
        && getsockopt(file, SOL_SOCKET, SO_DOMAIN, &domain, &domain_size) == 0
        && domain == AF_UNIX
        && getsockopt(file, SOL_SOCKET, SO_TYPE, &type, &type_size) == 0
        && type == SOCK_STREAM
        && getsockopt(file, SOL_SOCKET, SO_PEERCRED, &maker, &maker_size) == 0
        && maker.pid == getpid()
        && getpeername(file, (struct sockaddr *)&other, &name_size) == 0
        && name_size == sizeof(sa_family_t);
}

__attribute__((visibility("default"))) ssize_t write(int file, const void *from, size_t count) {
    if (buffered.socket < 0 || file < 0) return syscall(SYS_write, file, from, count);
    if (file == buffered.socket) return put(from, count);
    if (file == buffered.full_pipe && count == 1) return errno = EAGAIN, -1;
    ssize_t done = syscall(SYS_write, file, from, count);
    if (done < 0 && errno == EAGAIN && count == 1) {
        /* Once it is known it is not asked about again. */
        if (is_wake_up_pair(file, from)) buffered.full_pipe = file;
        errno = EAGAIN;
    }
    return done;
}
