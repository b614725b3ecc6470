// The lower bound of this machine: one thread, epoll, one read and one write per request, a fixed answer, and no parsing
// except for the end of the head.
//   limit PORT BODY
#include "../common.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

enum { events_per_wait = 256, answer_size = 65536, input_size = 8192 };

static void accept_all(int poll, int listener) {
    for (int client; (client = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
        int one = 1;
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        watch(poll, client);
    }
}

// Answers each head in the bytes of one read. Heads in several pieces and requests with a body are not supported.
static void serve(int client, const char *answer, size_t length) {
    static char input[input_size];
    ssize_t count = read(client, input, sizeof input);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) {
        close(client);
        return;
    }
    const char *at = input, *end = input + count;
    while ((at = memmem(at, end - at, "\r\n\r\n", 4))) {
        if (write(client, answer, length) != (ssize_t)length) {
            close(client);
            return;
        }
        at += 4;
    }
}

int main(int count, char **arguments) {
    if (count != 3) {
        fprintf(stderr, "usage: limit PORT BODY\n");
        return 1;
    }
    // The same fields as Brigade's answer, so that both write as many bytes.
    static char answer[answer_size];
    int length = snprintf(
        answer, sizeof answer,
        "HTTP/1.1 200 OK\r\ndate: Thu, 01 Jan 1970 00:00:00 GMT\r\nx-process-time: 0.000012345\r\n"
        "content-type: application/json\r\ncontent-length: %zu\r\n\r\n%s",
        strlen(arguments[2]), arguments[2]);
    check(length > 0 && length < answer_size, "the body is too long");

    int listener = listen_on(atoi(arguments[1])), poll = epoll_create1(EPOLL_CLOEXEC);
    check(poll >= 0, "epoll_create1");
    watch(poll, listener);
    for (;;) {
        struct epoll_event events[events_per_wait];
        int ready = epoll_wait(poll, events, events_per_wait, -1);
        for (int index = 0; index < ready; index++) {
            int socket = events[index].data.fd;
            if (socket == listener) accept_all(poll, listener);
            else serve(socket, answer, length);
        }
    }
}
