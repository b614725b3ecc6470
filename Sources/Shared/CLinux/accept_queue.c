#define _GNU_SOURCE
#include "accept_queue.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

// TCP_INFO of a listening socket has its queue in two members that it has no other use for (tcp_diag of the kernel).
static int tcp_queue(int listener, uint32_t *length, uint32_t *limit) {
    struct tcp_info info = {0};
    socklen_t size = sizeof info;
    if (getsockopt(listener, IPPROTO_TCP, TCP_INFO, &info, &size) < 0) return -1;
    *length = info.tcpi_unacked;
    *limit = info.tcpi_sacked;
    return 0;
}

// sock_diag(7): the kernel answers while it reads the question.
static int unix_queue(int listener, uint32_t *length, uint32_t *limit) {
    struct stat file;
    if (fstat(listener, &file) < 0) return -1;
    int diag = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG);
    if (diag < 0) return -1;
    struct {
        struct nlmsghdr header;
        struct unix_diag_req request;
    } question = {
        .header = {.nlmsg_len = sizeof question, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST},
        .request = {
            .sdiag_family = AF_UNIX, .udiag_states = ~0u, .udiag_ino = (uint32_t)file.st_ino,
            .udiag_show = UDIAG_SHOW_RQLEN, .udiag_cookie = {~0u, ~0u}},
    };
    union {
        struct nlmsghdr header;  // for its alignment
        char bytes[1024];
    } answer = {0};
    ssize_t count = send(diag, &question, sizeof question, 0);
    if (count > 0) count = recv(diag, &answer, sizeof answer, 0);
    close(diag);
    if (count < (ssize_t)NLMSG_LENGTH(sizeof(struct unix_diag_msg)) || answer.header.nlmsg_len > count ||
        answer.header.nlmsg_type != SOCK_DIAG_BY_FAMILY)
        return -1;
    // The attributes follow the message, each aligned like it.
    ssize_t offset = NLMSG_LENGTH(NLMSG_ALIGN(sizeof(struct unix_diag_msg)));
    while (offset + NLA_HDRLEN <= answer.header.nlmsg_len) {
        struct nlattr attribute;
        memcpy(&attribute, answer.bytes + offset, sizeof attribute);
        if (attribute.nla_len < NLA_HDRLEN || offset + attribute.nla_len > answer.header.nlmsg_len) return -1;
        if (attribute.nla_type == UNIX_DIAG_RQLEN && attribute.nla_len >= NLA_HDRLEN + sizeof(struct unix_diag_rqlen)) {
            struct unix_diag_rqlen queue;
            memcpy(&queue, answer.bytes + offset + NLA_HDRLEN, sizeof queue);
            *length = queue.udiag_rqueue;
            *limit = queue.udiag_wqueue;
            return 0;
        }
        offset += NLA_ALIGN(attribute.nla_len);
    }
    return -1;
}

int brigade_accept_queue(int listener, uint32_t *length, uint32_t *limit) {
    int family = 0;
    socklen_t size = sizeof family;
    if (getsockopt(listener, SOL_SOCKET, SO_DOMAIN, &family, &size) < 0) return -1;
    return family == AF_UNIX ? unix_queue(listener, length, limit) : tcp_queue(listener, length, limit);
}
