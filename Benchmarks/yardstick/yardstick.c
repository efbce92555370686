/* The yardstick for the gateway's cost a message: a libmosquitto subscriber that does nothing with
 * what it reads. It reads in rounds, acknowledges after each, and waits 5 ms between rounds, over
 * MQTT 5 with a kept session, exactly as the gateway does.
 *
 * usage: yardstick HOST PORT TOPIC QOS SECONDS [PAUSE_MS]
 * Prints one line of JSON when the seconds, counted from the first message, are over.
 */
#include <errno.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ROUND_MESSAGES_MAX = 16384, FIRST_MESSAGE_SECONDS_MAX = 60 };

struct state {
    uint64_t messages;
    uint64_t bytes;
    int connect_reason;
    int subscribe_reason;
};

static double seconds_of(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void on_message(struct mosquitto *client, void *user, const struct mosquitto_message *m) {
    (void)client;
    struct state *state = user;
    state->messages++;
    state->bytes += (uint64_t)m->payloadlen;
}

static void on_connect(struct mosquitto *client, void *user, int reason, int flags,
                       const mosquitto_property *properties) {
    (void)client; (void)flags; (void)properties;
    ((struct state *)user)->connect_reason = reason;
}

static void on_subscribe(struct mosquitto *client, void *user, int mid, int count,
                         const int *granted, const mosquitto_property *properties) {
    (void)client; (void)mid; (void)properties;
    if (count > 0) ((struct state *)user)->subscribe_reason = granted[0];
}

static void fail(const char *what, int code) {
    fprintf(stderr, "yardstick: %s: %s\n", what,
            code == MOSQ_ERR_ERRNO ? strerror(errno) : mosquitto_strerror(code));
    exit(1);
}

/* Reads until the socket has nothing more, or the round is full; whether it is full. */
static bool read_round(struct mosquitto *client, struct state *state) {
    uint64_t start = state->messages;
    while (state->messages - start < ROUND_MESSAGES_MAX) {
        uint64_t before = state->messages;
        errno = 0;
        int code = mosquitto_loop_read(client, 1);
        bool empty = errno == EAGAIN || errno == EWOULDBLOCK;
        if (code) fail("read", code);
        if (empty && state->messages == before) return false;
    }
    return true;
}

static void write_all(struct mosquitto *client) {
    if (!mosquitto_want_write(client)) return;
    int socket = mosquitto_socket(client), on = 1, off = 0;
    setsockopt(socket, IPPROTO_TCP, TCP_CORK, &on, sizeof on);
    while (mosquitto_want_write(client)) {
        int code = mosquitto_loop_write(client, 1);
        if (code) fail("write", code);
        if (!mosquitto_want_write(client)) break;
        struct pollfd wait = {.fd = socket, .events = POLLOUT};
        poll(&wait, 1, 500);
    }
    setsockopt(socket, IPPROTO_TCP, TCP_CORK, &off, sizeof off);
}

static void wait_for(struct mosquitto *client, struct state *state, int *answer, const char *what) {
    double deadline = seconds_of(CLOCK_MONOTONIC) + 10;
    while (*answer < 0) {
        if (seconds_of(CLOCK_MONOTONIC) > deadline) fail(what, MOSQ_ERR_TIMEOUT);
        write_all(client);
        struct pollfd wait = {.fd = mosquitto_socket(client), .events = POLLIN};
        poll(&wait, 1, 100);
        read_round(client, state);
    }
    if (*answer >= 128) {
        fprintf(stderr, "yardstick: %s refused: %s\n", what, mosquitto_reason_string(*answer));
        exit(1);
    }
}

int main(int count, char **arguments) {
    if (count < 6) {
        fprintf(stderr, "usage: yardstick HOST PORT TOPIC QOS SECONDS [PAUSE_MS]\n");
        return 2;
    }
    const char *host = arguments[1], *topic = arguments[3];
    int port = atoi(arguments[2]), qos = atoi(arguments[4]);
    double duration = atof(arguments[5]);
    int pause_us = count > 6 ? (int)(atof(arguments[6]) * 1000) : 5000;

    mosquitto_lib_init();
    char name[64];
    snprintf(name, sizeof name, "yardstick-%d", (int)getpid());
    struct state state = {.connect_reason = -1, .subscribe_reason = -1};
    struct mosquitto *client = mosquitto_new(name, false, &state);
    if (!client) fail("new", MOSQ_ERR_NOMEM);
    mosquitto_threaded_set(client, true);
    mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_int_option(client, MOSQ_OPT_RECEIVE_MAXIMUM, 65535);
    mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_message_callback_set(client, on_message);
    mosquitto_connect_v5_callback_set(client, on_connect);
    mosquitto_subscribe_v5_callback_set(client, on_subscribe);
    mosquitto_property *properties = NULL;
    mosquitto_property_add_int32(&properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL, 600);
    int code = mosquitto_connect_bind_v5(client, host, port, 60, NULL, properties);
    mosquitto_property_free_all(&properties);
    if (code) fail("connect", code);
    wait_for(client, &state, &state.connect_reason, "connect");
    code = mosquitto_subscribe(client, NULL, topic, qos);
    if (code) fail("subscribe", code);
    wait_for(client, &state, &state.subscribe_reason, "subscribe");

    double begun = seconds_of(CLOCK_MONOTONIC), first = 0, cpu_first = 0;
    uint64_t messages_first = 0;
    for (;;) {
        uint64_t before = state.messages;
        bool full = read_round(client, &state);
        if (!full && mosquitto_loop_misc(client)) fail("keep-alive", MOSQ_ERR_KEEPALIVE);
        write_all(client);
        double now = seconds_of(CLOCK_MONOTONIC);
        if (first == 0 && state.messages > 0) {
            first = now;
            cpu_first = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
            messages_first = state.messages;
        }
        if (first > 0 && now - first >= duration) break;
        if (first == 0 && now - begun > FIRST_MESSAGE_SECONDS_MAX) fail("wait", MOSQ_ERR_TIMEOUT);
        if (full) continue;
        if (state.messages > before) {
            usleep((useconds_t)pause_us);
        } else {
            struct pollfd wait = {.fd = mosquitto_socket(client), .events = POLLIN};
            poll(&wait, 1, 100);
        }
    }
    double seconds = seconds_of(CLOCK_MONOTONIC) - first;
    double cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu_first;
    uint64_t messages = state.messages - messages_first;
    printf("{\"messages\":%llu,\"seconds\":%.3f,\"cpu_seconds\":%.4f,"
           "\"cpu_us_per_message\":%.3f,\"rate\":%.0f}\n",
           (unsigned long long)messages, seconds, cpu,
           messages ? cpu * 1e6 / (double)messages : 0, (double)messages / seconds);
    /* Ends the kept session: the broker need not hold what still comes. */
    properties = NULL;
    mosquitto_property_add_int32(&properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL, 0);
    mosquitto_disconnect_v5(client, 0, properties);
    mosquitto_property_free_all(&properties);
    mosquitto_loop_write(client, 1);
    mosquitto_destroy(client);
    mosquitto_lib_cleanup();
    return 0;
}
