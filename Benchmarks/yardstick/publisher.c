/* Publishes native telemetry of a fleet as fast as the broker takes it, or at a given rate.
 *
 * usage: publisher HOST PORT QOS SECONDS
 *                  [CONNECTIONS [RATE [VEHICLES [TOPIC_FORMAT [KILOMETRES_TO_SERVICE]]]]]
 *   CONNECTIONS   1 by default; each is a thread
 *   RATE          messages a second over all connections; 0 (default): as fast as possible.
 *                 With a rate the loop is open: each message has its scheduled time, kept whatever
 *                 the broker does, and lateness against it is reported. "ts" is the scheduled time.
 *   VEHICLES      100000 by default
 *   TOPIC_FORMAT  "vss/%06u/telemetry" by default, with the vehicle's number
 *   KILOMETRES_TO_SERVICE  what every vehicle's display says; by default 3000 to 18000, so that no
 *                 service is due
 * The fleet is one that can be believed: "ts" is now, odometers grow by 10 m a second of the wall
 * clock, in this run and the next, and what the service display says fits. Prints one line of
 * JSON at the end.
 */
#include <errno.h>
#include <math.h>
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
static double distance = -1;

struct link {
    int index;
    pthread_t thread;
    struct mosquitto *client;
    int in_flight;
    int connected;
    uint64_t sent, acknowledged;
    double late_max, late_sum;
    double seconds;
    double begun_unix;
    int64_t text_milliseconds;
    char text[32];
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

static void fail(const char *what, int code) {
    fprintf(stderr, "publisher: %s: %s\n", what,
            code == MOSQ_ERR_ERRNO ? strerror(errno) : mosquitto_strerror(code));
    exit(1);
}

/* Where the digits stand that change with each message: the same in every payload. */
enum { TIME_AT = 7, TIME_DIGITS = 23, ODOMETER_DIGITS = 8 };
static long speed_at, odometer_at;

static void prepare_payloads(void) {
    uint64_t random = 0x2545F4914F6CDD1DULL;
    for (int i = 0; i < PAYLOADS; i++) {
        unsigned a = (unsigned)(next_random(&random) >> 33);
        unsigned b = (unsigned)(next_random(&random) >> 33);
        double kilometres = distance >= 0 ? distance : 3000 + a % 15000;
        payload_lengths[i] = snprintf(
            payloads[i], PAYLOAD_BYTES_MAX,
            "{\"ts\":\"0000-00-00T00:00:00.000Z\",\"vss\":\"6.0\",\"signals\":{"
            "\"Vehicle.Speed\":00.0,\"Vehicle.TraveledDistance\":00000000,"
            "\"Vehicle.Service.DistanceToService\":%.1f,"
            "\"Vehicle.Service.TimeToService\":%u,"
            "\"Vehicle.LowVoltageBattery.CurrentVoltage\":%u.%02u,"
            "\"Vehicle.Powertrain.TractionBattery.StateOfCharge.Displayed\":%u.%u}}",
            kilometres, 86400 * (60 + b % 300), 13 + a % 2, b % 100, 5 + b % 95, a % 10);
        if (payload_lengths[i] >= PAYLOAD_BYTES_MAX) fail("payload", MOSQ_ERR_PAYLOAD_SIZE);
    }
    speed_at = strstr(payloads[0], "00.0,") - payloads[0];
    odometer_at = strstr(payloads[0], "00000000,") - payloads[0];
}

static void write_digits(char *at, unsigned value, int digits) {
    for (int i = digits - 1; i >= 0; i--, value /= 10) at[i] = (char)('0' + value % 10);
}

/* The time of a message as text; made anew only when its millisecond is over. */
static void write_time(struct link *link, double unix_seconds) {
    int64_t milliseconds = (int64_t)(unix_seconds * 1000);
    if (milliseconds == link->text_milliseconds) return;
    link->text_milliseconds = milliseconds;
    time_t seconds = (time_t)(milliseconds / 1000);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    size_t length = strftime(link->text, sizeof link->text, "%Y-%m-%dT%H:%M:%S.", &parts);
    write_digits(link->text + length, (unsigned)(milliseconds % 1000), 3);
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

/* Odometers begin between 10,000 and 14,096 km, by payload, and grow for three months. */
static unsigned odometer_metres(unsigned payload, double unix_seconds) {
    return 10000000 + payload * 1000 + (unsigned)fmod(unix_seconds, 7776000) * 10;
}

static void send_one(struct link *link, uint64_t number, double unix_seconds) {
    char topic[TOPIC_BYTES_MAX], text[PAYLOAD_BYTES_MAX];
    /* A step that shares no factor with the number of vehicles goes round all of them. */
    unsigned vehicle = (unsigned)((number * 7919u) % vehicles);
    snprintf(topic, sizeof topic, topic_format, vehicle);
    unsigned payload = vehicle % PAYLOADS;
    memcpy(text, payloads[payload], (size_t)payload_lengths[payload]);
    write_time(link, unix_seconds);
    memcpy(text + TIME_AT, link->text, TIME_DIGITS);
    unsigned speed = 200 + (unsigned)(number * 31u % 700u);
    write_digits(text + speed_at, speed / 10, 2);
    write_digits(text + speed_at + 3, speed % 10, 1);
    write_digits(text + odometer_at, odometer_metres(payload, unix_seconds), ODOMETER_DIGITS);
    int code = mosquitto_publish(link->client, NULL, topic, payload_lengths[payload], text, qos,
                                 false);
    if (code) fail("publish", code);
    link->in_flight++;
    link->sent++;
}

static void *run(void *argument) {
    struct link *link = argument;
    double begun = seconds_of(CLOCK_MONOTONIC), now = begun;
    double spacing = rate > 0 ? connections / rate : 0;
    double to_unix = seconds_of(CLOCK_REALTIME) - begun;
    link->begun_unix = begun + to_unix;
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
            double scheduled = now;
            if (rate > 0) {
                scheduled = begun + (double)link->sent * spacing;
                double late = now - scheduled;
                if (late > link->late_max) link->late_max = late;
                link->late_sum += late > 0 ? late : 0;
            }
            send_one(link, number, to_unix + scheduled);
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
        fprintf(stderr, "usage: publisher HOST PORT QOS SECONDS [CONNECTIONS [RATE [VEHICLES "
                        "[TOPIC_FORMAT [KILOMETRES_TO_SERVICE]]]]]\n");
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
    if (count > 9) distance = atof(arguments[9]);
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
           "\"cpu_us_per_message\":%.3f,\"rate\":%.0f,\"late_ms_mean\":%.3f,\"late_ms_max\":%.3f,"
           "\"begun_unix_ms\":%.3f}\n",
           (unsigned long long)sent, (unsigned long long)acknowledged, seconds, cpu,
           sent ? cpu * 1e6 / (double)sent : 0, (double)sent / seconds,
           sent ? late_sum * 1e3 / (double)sent : 0, late_max * 1e3, links[0].begun_unix * 1e3);
    mosquitto_lib_cleanup();
    return 0;
}
