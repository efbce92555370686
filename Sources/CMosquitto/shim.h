#pragma once

#include <errno.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>

// Reads at most one packet (a TLS record's worth with TLS) and tells whether the socket had no
// more to give. errno is looked at here because Swift may call free between two C calls.
static inline int turnpike_mosquitto_read(struct mosquitto *client, int *is_empty, int *error) {
    errno = 0;
    int code = mosquitto_loop_read(client, 1);
    *error = errno;
    *is_empty = *error == EAGAIN || *error == EWOULDBLOCK;
    return code;
}

// Writes whatever the socket takes; *error is errno afterwards.
static inline int turnpike_mosquitto_write(struct mosquitto *client, int *error) {
    errno = 0;
    int code = mosquitto_loop_write(client, 1);
    *error = errno;
    return code;
}

// Holds back partial segments (on) or lets them go (off), so that a thousand acknowledgements of
// four bytes leave as a few segments.
static inline int turnpike_cork(int socket, int on) {
    return setsockopt(socket, IPPROTO_TCP, TCP_CORK, &on, sizeof on);
}

// Names the calling thread (15 bytes are kept).
static inline int turnpike_name_thread(const char *name) {
    return prctl(PR_SET_NAME, name, 0, 0, 0);
}

static inline int turnpike_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }
