/*
 * The floor: what the kernel alone takes. Messages are encoded beforehand, every one asks for an acknowledgement, and
 * each is checked. Prints nanoseconds, and how many messages were seen or refused.
 *
 *   floor send PROTOCOL FILE    the messages of FILE, 32 KiB at a time
 *   floor batch PROTOCOL FILE   the same in one datagram: an nftables transaction
 *   floor dump PROTOCOL FILE    the request in FILE, and the answers up to NLMSG_DONE
 *   floor listen GROUPS N       says it is ready, and takes N messages of the groups of a mask: the time is the CPU's
 *   floor recipe HOST INSIDE TABLE NO-TABLE NO-LINK
 *                               veth-masquerade, set up and taken down: messages for the host, for the namespace, which
 *                               is descriptor 100, and two transactions
 *   floor netns DIRECTORY N     N namespaces bound in DIRECTORY, a socket in each, lo set up; then removed
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char answers[1 << 18];

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void die(const char *what) {
  perror(what);
  exit(1);
}

static int open_socket(int protocol) {
  int size = 1 << 28, one = 1;
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
  if (fd < 0) die("socket");
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
  setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof one);
  return fd;
}

static char *contents(const char *path, size_t *size) {
  struct stat about;
  int fd = open(path, O_RDONLY);
  if (fd < 0 || fstat(fd, &about)) die(path);
  char *bytes = malloc(about.st_size);
  for (*size = 0; *size < (size_t)about.st_size;) {
    ssize_t n = read(fd, bytes + *size, about.st_size - *size);
    if (n <= 0) die(path);
    *size += n;
  }
  close(fd);
  return bytes;
}

/* Reads one datagram of acknowledgements: how many, and how many of them refusals. */
static long acknowledgements(int fd, long *refused) {
  long seen = 0;
  ssize_t left = recv(fd, answers, sizeof answers, 0);
  if (left < 0) die("recv");
  for (struct nlmsghdr *h = (void *)answers; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left))
    if (h->nlmsg_type == NLMSG_ERROR) {
      seen++;
      if (((struct nlmsgerr *)NLMSG_DATA(h))->error) ++*refused;
    }
  return seen;
}

static void send_all(int fd, char *bytes, size_t size, size_t most) {
  long sent = 0, refused = 0;
  long long start = now();
  for (size_t at = 0; at < size;) {
    size_t end = at;
    long asked = 0;
    while (end < size) {
      struct nlmsghdr *h = (void *)(bytes + end);
      if (end > at && end + h->nlmsg_len - at > most) break;
      asked += !!(h->nlmsg_flags & NLM_F_ACK);
      end += NLMSG_ALIGN(h->nlmsg_len);
    }
    if (send(fd, bytes + at, end - at, 0) < 0) die("send");
    for (long left = asked; left > 0;) left -= acknowledgements(fd, &refused);
    sent += asked;
    at = end;
  }
  printf("{\"ns\":%lld,\"count\":%ld,\"refused\":%ld}\n", now() - start, sent, refused);
}

static void dump(int fd, char *request, size_t size) {
  long seen = 0;
  int done = 0;
  long long start = now();
  if (send(fd, request, size, 0) < 0) die("send");
  while (!done) {
    ssize_t left = recv(fd, answers, 32768, 0);
    if (left < 0) die("recv");
    for (struct nlmsghdr *h = (void *)answers; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left)) {
      if (h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR) done = 1;
      else seen++;
    }
  }
  printf("{\"ns\":%lld,\"count\":%ld}\n", now() - start, seen);
}

static void listen_to(int fd, unsigned groups, long count) {
  struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = groups};
  struct timespec before, after;
  long seen = 0;
  if (bind(fd, (void *)&address, sizeof address)) die("bind");
  puts("ready");
  fflush(stdout);
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
  while (seen < count) {
    ssize_t left = recv(fd, answers, sizeof answers, 0);
    if (left < 0) die("recv");
    for (struct nlmsghdr *h = (void *)answers; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left)) seen++;
  }
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
  printf("{\"ns\":%lld,\"count\":%ld}\n",
         (after.tv_sec - before.tv_sec) * 1000000000LL + after.tv_nsec - before.tv_nsec, seen);
}

static void netns(const char *directory, int count) {
  char path[4096];
  int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  long long start = now();
  for (int n = 0; n < count; n++) {
    struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    snprintf(path, sizeof path, "%s/floor%d", directory, n);
    close(open(path, O_RDONLY | O_CREAT | O_EXCL, 0));
    if (unshare(CLONE_NEWNET) || mount("/proc/self/ns/net", path, "none", MS_BIND, NULL)) die("netns");
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo)) {
      int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      if (ioctl(any, SIOCSIFFLAGS, &lo)) die("lo");
      close(any);
    }
    close(fd);
    if (setns(home, CLONE_NEWNET)) die("setns");
  }
  long long made = now();
  for (int n = 0; n < count; n++) {
    snprintf(path, sizeof path, "%s/floor%d", directory, n);
    if (umount2(path, MNT_DETACH) || unlink(path)) die("umount");
  }
  printf("{\"ns\":%lld,\"removed\":%lld,\"count\":%d}\n", made - start, now() - made, count);
}

/* Sends at once, and takes in as many acknowledgements as were asked for. */
static void ask(int fd, char *bytes, size_t size) {
  long asked = 0, refused = 0;
  for (size_t at = 0; at < size;) {
    struct nlmsghdr *h = (void *)(bytes + at);
    asked += !!(h->nlmsg_flags & NLM_F_ACK);
    at += NLMSG_ALIGN(h->nlmsg_len);
  }
  if (send(fd, bytes, size, 0) < 0) die("send");
  while (asked > 0) asked -= acknowledgements(fd, &refused);
  if (refused > 0) {
    fprintf(stderr, "%ld messages were refused\n", refused);
    exit(1);
  }
}

static void set(const char *path, const char *value) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, value, strlen(value)) < 0) die(path);
  close(fd);
}

static void recipe(char **files) {
  static const char *name = "/run/netns/blue";
  static const char *forwarding[] = {"/proc/sys/net/ipv4/conf/eth0/forwarding",
                                     "/proc/sys/net/ipv4/conf/veth-blue/forwarding"};
  char *bytes[5];
  size_t sizes[5];
  struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
  for (int n = 0; n < 5; n++) bytes[n] = contents(files[n], &sizes[n]);
  long long start = now();
  int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  int host = open_socket(NETLINK_ROUTE);
  int netfilter = open_socket(NETLINK_NETFILTER);
  close(open(name, O_RDONLY | O_CREAT | O_EXCL, 0));
  if (unshare(CLONE_NEWNET) || mount("/proc/self/ns/net", name, "none", MS_BIND, NULL)) die("netns");
  int inside = open_socket(NETLINK_ROUTE);
  int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (ioctl(any, SIOCSIFFLAGS, &lo)) die("lo");
  close(any);
  if (dup2(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), 100) < 0) die("dup2");
  if (setns(home, CLONE_NEWNET)) die("setns");
  ask(host, bytes[0], sizes[0]);
  ask(inside, bytes[1], sizes[1]);
  for (int n = 0; n < 2; n++) set(forwarding[n], "1");
  ask(netfilter, bytes[2], sizes[2]);
  close(inside);
  close(100);
  long long up = now();
  ask(netfilter, bytes[3], sizes[3]);
  set(forwarding[0], "0");
  ask(host, bytes[4], sizes[4]);
  if (umount2(name, MNT_DETACH) || unlink(name)) die("umount");
  printf("{\"up\":%lld,\"down\":%lld}\n", up - start, now() - up);
}

int main(int argc, char **argv) {
  size_t size;
  if (argc == 7 && !strcmp(argv[1], "recipe")) {
    recipe(argv + 2);
    return 0;
  }
  if (argc != 4) return 2;
  if (!strcmp(argv[1], "netns")) netns(argv[2], atoi(argv[3]));
  else if (!strcmp(argv[1], "listen")) listen_to(open_socket(NETLINK_ROUTE), atoi(argv[2]), atol(argv[3]));
  else {
    int fd = open_socket(atoi(argv[2]));
    char *bytes = contents(argv[3], &size);
    if (!strcmp(argv[1], "send")) send_all(fd, bytes, size, 32768);
    if (!strcmp(argv[1], "batch")) send_all(fd, bytes, size, size);
    if (!strcmp(argv[1], "dump")) dump(fd, bytes, size);
  }
  return 0;
}
