// An open-loop load generator: requests are due at a constant rate, whatever the server does. A latency counts from the time
// its request was DUE, not from when it was sent, so requests that a slow server delays are included.
//   openloop PORT PATH RATE CONNECTIONS SECONDS
// Prints one line of JSON: requests due, answered and failed, latencies in microseconds, and `late`, how late this program
// sent on a free connection (p99). Latencies near `late` are its own.
#include "../common.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { drain_seconds = 2, input_size = 16384, events_per_wait = 256 };

// An HDR histogram: 128 buckets per power of two, an error of at most 0.8 %.
enum { precision = 7, buckets = (64 - precision + 1) << precision };

struct histogram {
    uint64_t counts[buckets], total, largest;
};

static void record(struct histogram *histogram, uint64_t value) {
    int shift = value >> precision ? 63 - __builtin_clzll(value) - precision + 1 : 0;
    // Only the upper half of the buckets of each power of two is used.
    histogram->counts[((uint64_t)shift << precision) + (value >> shift)]++;
    histogram->total++;
    if (value > histogram->largest) histogram->largest = value;
}

static double microseconds(const struct histogram *histogram, double quantile) {
    uint64_t wanted = (uint64_t)(quantile * histogram->total), seen = 0;
    for (uint64_t index = 0; index < buckets; index++) {
        seen += histogram->counts[index];
        if (seen > wanted) {
            int shift = index >> precision;
            uint64_t highest = (((index & ((1 << precision) - 1)) + 1) << shift) - 1;
            return (highest < histogram->largest ? highest : histogram->largest) / 1e3;
        }
    }
    return histogram->largest / 1e3;
}

struct connection {
    int socket;
    bool busy;
    uint64_t due; // of the request in flight
    size_t length;
    char input[input_size];
};

static struct histogram latency, late;
static uint64_t answered, refused, broken;

static int connect_to(int port) {
    int one = 1, client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(client >= 0, "socket");
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    check(connect(client, (struct sockaddr *)&address, sizeof address) == 0, "connect");
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return client;
}

// Whether the received bytes are a complete answer. Answers must have a Content-Length.
static bool is_whole(struct connection *connection) {
    connection->input[connection->length] = 0;
    char *end = strstr(connection->input, "\r\n\r\n");
    if (!end) return false;
    char *field = strcasestr(connection->input, "\r\ncontent-length:");
    if (!field || field > end) {
        fprintf(stderr, "openloop: an answer without Content-Length\n");
        exit(1);
    }
    size_t size = end + 4 - connection->input + strtoul(field + 17, NULL, 10);
    return connection->length >= size;
}

// Whether the answer is complete or the connection is closed (`socket` is -1 then). An idle connection must receive nothing.
static bool receive(struct connection *connection) {
    ssize_t count = recv(
        connection->socket, connection->input + connection->length, input_size - 1 - connection->length,
        MSG_DONTWAIT);
    if (count < 0 && errno == EAGAIN) return false;
    if (count <= 0 || !connection->busy) {
        close(connection->socket);
        connection->socket = -1;
        return true;
    }
    connection->length += count;
    if (!is_whole(connection)) {
        if (connection->length < input_size - 1) return false;
        fprintf(stderr, "openloop: an answer that is too large\n");
        exit(1);
    }
    record(&latency, now() - connection->due);
    if (strncmp(connection->input, "HTTP/1.1 2", 10) == 0) answered++;
    else refused++;
    return true;
}

static int without(struct connection **idle, int count, const struct connection *gone) {
    int kept = 0;
    for (int index = 0; index < count; index++)
        if (idle[index] != gone) idle[kept++] = idle[index];
    return kept;
}

int main(int count, char **arguments) {
    if (count != 6) {
        fprintf(stderr, "usage: openloop PORT PATH RATE CONNECTIONS SECONDS\n");
        return 1;
    }
    int port = atoi(arguments[1]), connections = atoi(arguments[4]);
    double rate = atof(arguments[3]), seconds = atof(arguments[5]);
    uint64_t total = (uint64_t)(rate * seconds);
    check(rate > 0 && connections > 0 && total > 0, "RATE, CONNECTIONS and SECONDS are above 0");
    char *request;
    int size = asprintf(&request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n", arguments[2], port);
    check(size > 0, "asprintf");
    prctl(PR_SET_TIMERSLACK, 1); // no 50 us of timer slack

    int poll = epoll_create1(EPOLL_CLOEXEC);
    struct connection *all = calloc(connections, sizeof *all), **idle = calloc(connections, sizeof *idle);
    check(poll >= 0 && all && idle, "set-up");
    int idle_count = 0, living = connections;
    for (int index = 0; index < connections; index++) {
        all[index].socket = connect_to(port);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &all[index]};
        check(epoll_ctl(poll, EPOLL_CTL_ADD, all[index].socket, &event) == 0, "epoll_ctl");
        idle[idle_count++] = &all[index];
    }

    uint64_t start = now(), freed = start, sent = 0, deadline = start + (uint64_t)((seconds + drain_seconds) * second);
    while ((sent < total || idle_count < living) && living > 0) {
        uint64_t time = now(), due = start + (uint64_t)(sent / rate * second);
        if (time > deadline) break;
        while (sent < total && due <= time && idle_count > 0) {
            struct connection *connection = idle[--idle_count];
            connection->busy = true;
            connection->due = due;
            connection->length = 0;
            // The next read reports an error.
            if (send(connection->socket, request, size, MSG_NOSIGNAL) != size) shutdown(connection->socket, SHUT_RDWR);
            uint64_t could = due > freed ? due : freed;
            record(&late, time > could ? time - could : 0);
            due = start + (uint64_t)(++sent / rate * second);
            time = now();
        }
        // Wait for an answer if all connections are in use, otherwise until the next request is due.
        uint64_t until = sent < total && idle_count > 0 ? due : deadline, wait = until > time ? until - time : 0;
        struct timespec timeout = {.tv_sec = wait / second, .tv_nsec = wait % second};
        struct epoll_event events[events_per_wait];
        int ready = epoll_pwait2(poll, events, events_per_wait, &timeout, NULL);
        bool had_none = idle_count == 0;
        for (int index = 0; index < ready; index++) {
            struct connection *connection = events[index].data.ptr;
            if (!receive(connection)) continue;
            if (connection->socket < 0) {
                living--;
                if (connection->busy) broken++;
                else idle_count = without(idle, idle_count, connection);
            } else {
                connection->busy = false;
                idle[idle_count++] = connection;
            }
        }
        if (had_none && idle_count > 0) freed = now();
    }
    double took = (now() - start) / 1e9;
    printf(
        "{\"due\": %lu, \"answered\": %lu, \"refused\": %lu, \"broken\": %lu, \"unanswered\": %lu, \"seconds\": %.3f, "
        "\"p50\": %.1f, \"p99\": %.1f, \"p99.9\": %.1f, \"max\": %.1f, \"late\": %.1f}\n",
        total, answered, refused, broken, total - answered - refused - broken, took, microseconds(&latency, 0.5),
        microseconds(&latency, 0.99), microseconds(&latency, 0.999), latency.largest / 1e3, microseconds(&late, 0.99));
    return 0;
}
