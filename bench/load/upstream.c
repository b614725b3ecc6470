// A fake reddit that needs little CPU: it answers every request with the same body after the same delay.
//   upstream PORT MILLISECONDS FILE
// FILE is the body. It listens on 127.0.0.1 until its parent exits.
#include "../common.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { most_connections = 65536, most_waiting = 65536, input_size = 16384, events_per_wait = 256 };

// Per descriptor: how much of the empty line after the head has arrived, and the generation of the connection.
static uint8_t matched[most_connections];
static uint32_t generation[most_connections];

// The delay is constant, so requests are answered in the order of their arrival.
static struct {
    uint64_t due;
    uint32_t descriptor, generation;
} waiting[most_waiting];
static uint32_t first, behind;

static void receive(int descriptor, uint64_t delay) {
    char input[input_size];
    ssize_t count = recv(descriptor, input, sizeof input, MSG_DONTWAIT);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) {
        generation[descriptor]++;
        close(descriptor);
        return;
    }
    for (ssize_t index = 0; index < count; index++) {
        uint8_t state = matched[descriptor];
        state = input[index] == "\r\n\r\n"[state] ? state + 1 : input[index] == '\r';
        if (state == 4) {
            state = 0;
            check(behind - first < most_waiting, "too many requests at once");
            waiting[behind % most_waiting].due = now() + delay;
            waiting[behind % most_waiting].descriptor = descriptor;
            waiting[behind++ % most_waiting].generation = generation[descriptor];
        }
        matched[descriptor] = state;
    }
}

int main(int count, char **arguments) {
    check(count == 4, "upstream PORT MILLISECONDS FILE");
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    uint64_t delay = strtoull(arguments[2], NULL, 10) * 1000000;
    static char body[1 << 20], answer[(1 << 20) + 256];
    FILE *file = fopen(arguments[3], "r");
    check(file, arguments[3]);
    size_t length = fread(body, 1, sizeof body, file);
    int head = snprintf(answer, 256, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                        length);
    memcpy(answer + head, body, length);

    int yes = 1, listener = listen_on(atoi(arguments[1])), poller = epoll_create1(EPOLL_CLOEXEC);
    watch(poller, listener);

    while (true) {
        int pause = -1;
        if (first != behind) {
            uint64_t due = waiting[first % most_waiting].due, time = now();
            // Rounded up: never answer too early.
            pause = due > time ? (due - time) / 1000000 + 1 : 0;
        }
        struct epoll_event events[events_per_wait];
        int ready = epoll_wait(poller, events, events_per_wait, pause);
        for (int index = 0; index < ready; index++) {
            if (events[index].data.fd != listener) {
                receive(events[index].data.fd, delay);
                continue;
            }
            int descriptor = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
            if (descriptor < 0) continue;
            check(descriptor < most_connections, "too many connections");
            setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
            matched[descriptor] = 0;
            watch(poller, descriptor);
        }
        for (; first != behind && waiting[first % most_waiting].due <= now(); first++) {
            uint32_t descriptor = waiting[first % most_waiting].descriptor;
            if (generation[descriptor] == waiting[first % most_waiting].generation)
                send(descriptor, answer, head + length, MSG_NOSIGNAL);
        }
    }
}
