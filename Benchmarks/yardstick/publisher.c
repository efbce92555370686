/* Publishes native telemetry of a fleet as fast as the broker takes it, or at a given rate.
 *
 * usage: publisher HOST PORT QOS SECONDS [CONNECTIONS [RATE [VEHICLES [TOPIC_FORMAT]]]]
 *   CONNECTIONS   1 by default; each is a thread
 *   RATE          messages a second over all connections; 0 (default): as fast as possible.
 *                 With a rate the loop is open: each message has its scheduled time, kept whatever
 *                 the broker does, and lateness against it is reported.
 *   VEHICLES      100000 by default
 *   TOPIC_FORMAT  "vss/%06u/telemetry" by default, with the vehicle's number
 * Prints one line of JSON at the end.
 */
#include <errno.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    IN_FLIGHT_MAX = 200,      /* libmosquitto slows beyond it */
    PAYLOADS = 4096,          /* prepared; a vehicle's messages differ in their values */
    PAYLOAD_BYTES_MAX = 400,
    TOPIC_BYTES_MAX = 128,
    CONNECTIONS_MAX = 64
};

static char payloads[PAYLOADS][PAYLOAD_BYTES_MAX];
static int payload_lengths[PAYLOADS];
static const char *host;
static const char *topic_format = "vss/%06u/telemetry";
static int port, qos, connections = 1;
static unsigned vehicles = 100000;
static double duration, rate;

struct link {
    int index;
    pthread_t thread;
    struct mosquitto *client;
    int in_flight;
    int connected;
    uint64_t sent, acknowledged;
    double late_max, late_sum;
    double seconds;
};

static double seconds_of(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void prepare_payloads(void) {
    uint64_t random = 0x2545F4914F6CDD1DULL;
    for (int i = 0; i < PAYLOADS; i++) {
        unsigned a = (unsigned)(next_random(&random) >> 33);
        unsigned b = (unsigned)(next_random(&random) >> 33);
        payload_lengths[i] = snprintf(
            payloads[i], PAYLOAD_BYTES_MAX,
            "{\"ts\":\"2026-02-03T07:%02u:%02u.%03uZ\",\"vss\":\"6.0\",\"signals\":{"
            "\"Vehicle.Speed\":%u.%u,\"Vehicle.TraveledDistance\":%u,"
            "\"Vehicle.Service.DistanceToService\":%u.%u,"
            "\"Vehicle.Service.TimeToService\":%u,"
            "\"Vehicle.LowVoltageBattery.CurrentVoltage\":%u.%02u,"
            "\"Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed\":%u.%u}}",
            a % 60, b % 60, a % 1000, a % 140, b % 10, 48000000 + b % 1000000, 1000 + a % 20000,
            b % 10, 86400 * (b % 365), 11 + a % 3, b % 100, 5 + b % 95, a % 10);
    }
}

static void on_publish(struct mosquitto *client, void *user, int mid, int reason,
                       const mosquitto_property *properties) {
    (void)client; (void)mid; (void)properties;
    struct link *link = user;
    link->in_flight--;
    if (reason < 128) link->acknowledged++;
}

static void on_connect(struct mosquitto *client, void *user, int reason, int flags,
                       const mosquitto_property *properties) {
    (void)client; (void)flags; (void)properties;
    ((struct link *)user)->connected = reason == 0 ? 1 : -1;
}

static void fail(const char *what, int code) {
    fprintf(stderr, "publisher: %s: %s\n", what,
            code == MOSQ_ERR_ERRNO ? strerror(errno) : mosquitto_strerror(code));
    exit(1);
}

static void step(struct link *link, int wait_ms) {
    struct pollfd wait = {.fd = mosquitto_socket(link->client), .events = POLLIN};
    if (mosquitto_want_write(link->client)) wait.events |= POLLOUT;
    poll(&wait, 1, wait_ms);
    if (wait.revents & (POLLIN | POLLERR | POLLHUP)) {
        for (;;) {
            int before = link->in_flight, connected = link->connected;
            errno = 0;
            int code = mosquitto_loop_read(link->client, 1);
            bool empty = errno == EAGAIN || errno == EWOULDBLOCK;
            if (code) fail("read", code);
            if (empty && before == link->in_flight && connected == link->connected) break;
        }
    }
    mosquitto_loop_misc(link->client);
    if (mosquitto_want_write(link->client)) {
        int code = mosquitto_loop_write(link->client, 1);
        if (code) fail("write", code);
    }
}

static void open_link(struct link *link) {
    char name[64];
    snprintf(name, sizeof name, "publisher-%d-%d", (int)getpid(), link->index);
    link->client = mosquitto_new(name, true, link);
    if (!link->client) fail("new", MOSQ_ERR_NOMEM);
    mosquitto_threaded_set(link->client, true);
    mosquitto_int_option(link->client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_int_option(link->client, MOSQ_OPT_SEND_MAXIMUM, IN_FLIGHT_MAX);
    mosquitto_publish_v5_callback_set(link->client, on_publish);
    mosquitto_connect_v5_callback_set(link->client, on_connect);
    int code = mosquitto_connect_bind_v5(link->client, host, port, 60, NULL, NULL);
    if (code) fail("connect", code);
    double deadline = seconds_of(CLOCK_MONOTONIC) + 10;
    while (link->connected == 0) {
        if (seconds_of(CLOCK_MONOTONIC) > deadline) fail("connect", MOSQ_ERR_TIMEOUT);
        step(link, 100);
    }
    if (link->connected < 0) fail("connect", MOSQ_ERR_CONN_REFUSED);
}

static void send_one(struct link *link, uint64_t number) {
    char topic[TOPIC_BYTES_MAX];
    /* A step that shares no factor with the number of vehicles goes round all of them. */
    unsigned vehicle = (unsigned)((number * 7919u) % vehicles);
    snprintf(topic, sizeof topic, topic_format, vehicle);
    unsigned payload = (unsigned)(number % PAYLOADS);
    int code = mosquitto_publish(link->client, NULL, topic, payload_lengths[payload],
                                 payloads[payload], qos, false);
    if (code) fail("publish", code);
    link->in_flight++;
    link->sent++;
}

static void *run(void *argument) {
    struct link *link = argument;
    double begun = seconds_of(CLOCK_MONOTONIC), now = begun;
    double spacing = rate > 0 ? connections / rate : 0;
    uint64_t number = (uint64_t)link->index;
    while (now - begun < duration) {
        int due = IN_FLIGHT_MAX - link->in_flight;
        int wait_ms = 10;
        if (rate > 0) {
            double owed = (now - begun) / spacing + 1 - (double)link->sent;
            if (owed < due) {
                due = owed > 0 ? (int)owed : 0;
                /* Nothing is due before the next scheduled time. */
                double next = begun + (double)(link->sent + (uint64_t)due) * spacing - now;
                wait_ms = next > 0.001 ? (int)(next * 1000) : (next > 0 ? 1 : 0);
                if (wait_ms > 10) wait_ms = 10;
            }
        }
        for (int i = 0; i < due; i++) {
            if (rate > 0) {
                double late = now - (begun + (double)link->sent * spacing);
                if (late > link->late_max) link->late_max = late;
                link->late_sum += late > 0 ? late : 0;
            }
            send_one(link, number);
            number += (uint64_t)connections;
        }
        if (due > 0 && mosquitto_want_write(link->client)) {
            int code = mosquitto_loop_write(link->client, 1);
            if (code) fail("write", code);
        }
        step(link, qos == 0 && rate == 0 ? 0 : wait_ms);
        now = seconds_of(CLOCK_MONOTONIC);
    }
    double deadline = now + 10;
    while (link->in_flight > 0 && seconds_of(CLOCK_MONOTONIC) < deadline) step(link, 10);
    link->seconds = seconds_of(CLOCK_MONOTONIC) - begun;
    mosquitto_disconnect(link->client);
    mosquitto_loop_write(link->client, 1);
    mosquitto_destroy(link->client);
    return NULL;
}

int main(int count, char **arguments) {
    if (count < 5) {
        fprintf(stderr, "usage: publisher HOST PORT QOS SECONDS "
                        "[CONNECTIONS [RATE [VEHICLES [TOPIC_FORMAT]]]]\n");
        return 2;
    }
    host = arguments[1];
    port = atoi(arguments[2]);
    qos = atoi(arguments[3]);
    duration = atof(arguments[4]);
    if (count > 5) connections = atoi(arguments[5]);
    if (count > 6) rate = atof(arguments[6]);
    if (count > 7) vehicles = (unsigned)atoi(arguments[7]);
    if (count > 8) topic_format = arguments[8];
    if (connections < 1 || connections > CONNECTIONS_MAX || vehicles < 1 || qos < 0 || qos > 2) {
        fprintf(stderr, "publisher: connections 1-%d, vehicles 1-, QoS 0-2\n", CONNECTIONS_MAX);
        return 2;
    }
    mosquitto_lib_init();
    prepare_payloads();
    static struct link links[CONNECTIONS_MAX];
    for (int i = 0; i < connections; i++) {
        links[i].index = i;
        open_link(&links[i]);
    }
    double cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    for (int i = 0; i < connections; i++) {
        if (pthread_create(&links[i].thread, NULL, run, &links[i])) fail("thread", MOSQ_ERR_NOMEM);
    }
    uint64_t sent = 0, acknowledged = 0;
    double seconds = 0, late_max = 0, late_sum = 0;
    for (int i = 0; i < connections; i++) {
        pthread_join(links[i].thread, NULL);
        sent += links[i].sent;
        acknowledged += links[i].acknowledged;
        late_sum += links[i].late_sum;
        if (links[i].late_max > late_max) late_max = links[i].late_max;
        if (links[i].seconds > seconds) seconds = links[i].seconds;
    }
    cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    printf("{\"messages\":%llu,\"acknowledged\":%llu,\"seconds\":%.3f,\"cpu_seconds\":%.4f,"
           "\"cpu_us_per_message\":%.3f,\"rate\":%.0f,\"late_ms_mean\":%.3f,\"late_ms_max\":%.3f}\n",
           (unsigned long long)sent, (unsigned long long)acknowledged, seconds, cpu,
           sent ? cpu * 1e6 / (double)sent : 0, (double)sent / seconds,
           sent ? late_sum * 1e3 / (double)sent : 0, late_max * 1e3);
    mosquitto_lib_cleanup();
    return 0;
}
