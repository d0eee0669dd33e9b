// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * source-route UID option|message|record: sends a datagram to this machine as
 * that user, who asks for a source route for the socket or for the message,
 * or only for a record of the route. Says with which option the packet went,
 * "routed", "recorded" or "plain", or "refused" when it may not. Wants to be
 * started by root, with the loopback interface up.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <net/ethernet.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <netpacket/packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define PORT	4242

/* Type, length, pointer (from 1) and one address: 127.0.0.2. */
static const unsigned char source_route[8] = {
	IPOPT_LSRR, 7, IPOPT_MINOFF, 127, 0, 0, 2, IPOPT_EOL };
static const unsigned char record_route[8] = {
	IPOPT_RR, 7, IPOPT_MINOFF };

static void give_up(const char *what)
{
	printf("%s: %s\n", what, strerror(errno));
	exit(1);
}

/* Sees the packets as they come in, before anybody judges their options. */
static int open_tap(void)
{
	struct timeval limit = { .tv_sec = 5 };
	int fd = socket(AF_PACKET, SOCK_DGRAM, htons(ETHERTYPE_IP));

	if (fd < 0)
		give_up("packet socket");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)))
		give_up("time limit");
	return fd;
}

static int send_one(int fd, const unsigned char *options, int in_message)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(source_route))];
	} control = { 0 };
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct iovec data = { "x", 1 };
	struct msghdr message = { .msg_name = &to, .msg_namelen = sizeof(to),
				  .msg_iov = &data, .msg_iovlen = 1 };
	struct cmsghdr *header;

	if (in_message) {
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof(control.bytes);
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = IPPROTO_IP;
		header->cmsg_type = IP_RETOPTS;
		header->cmsg_len = CMSG_LEN(sizeof(source_route));
		memcpy(CMSG_DATA(header), options, sizeof(source_route));
	} else if (setsockopt(fd, IPPROTO_IP, IP_OPTIONS, options,
			      sizeof(source_route))) {
		return -1;
	}
	return sendmsg(fd, &message, 0) < 0 ? -1 : 0;
}

/* The options of our packet, which begin with the one that was asked for. */
static const char *look(int tap)
{
	union {
		struct iphdr ip;
		unsigned char bytes[256];
	} packet;
	struct udphdr udp;
	size_t at;
	ssize_t size;

	for (;;) {
		size = recv(tap, packet.bytes, sizeof(packet.bytes), 0);
		if (size < 0)
			give_up("no packet was seen");
		at = packet.ip.ihl * 4;
		if (packet.ip.protocol != IPPROTO_UDP ||
		    (size_t)size < at + sizeof(udp))
			continue;
		memcpy(&udp, packet.bytes + at, sizeof(udp));
		if (ntohs(udp.dest) == PORT)
			break;
	}
	if (at == sizeof(packet.ip))
		return "plain";
	switch (packet.bytes[sizeof(packet.ip)]) {
	case IPOPT_LSRR:
		return "routed";
	case IPOPT_RR:
		return "recorded";
	}
	return "with some other option";
}

int main(int argc, char **argv)
{
	int tap, fd, uid;

	if (argc != 3) {
		fprintf(stderr, "usage: source-route UID option|message|record\n");
		return 2;
	}
	uid = atoi(argv[1]);
	tap = open_tap();
	if (uid && setresuid(uid, uid, uid))
		give_up("setresuid");
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0)
		give_up("socket");
	if (!send_one(fd, strcmp(argv[2], "record") ? source_route : record_route,
		      !strcmp(argv[2], "message")))
		puts(look(tap));
	else if (errno == EPERM)
		puts("refused");
	else
		give_up("sending");
	return 0;
}
