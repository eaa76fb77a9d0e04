// Sends small frames from one link to another, through whatever is between them, and counts how
// many arrive in a second and how long one takes. The paths take turns, as in measure.c.
//
// usage: frames RUNS COUNT {NAME FROM TO unicast|broadcast}...
//
// Frames are IPv4, from 10.0.4.2. FROM and TO are links whose other ends are ports: LINK, or
// LINK:VID if frames have a tag there. Each run of a path teaches the bridges where TO's address
// is, sends COUNT frames as fast as they go, and then a tenth of that many one by one, each when
// the one before has arrived.
//
// Prints a line for each path, with tabs between: NAME, runs that count, runs in which a frame was
// lost, frames in a second (p10, p50 and p90 of the runs), microseconds that one takes (p50 and
// p99).
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  frame_size = 60,  // the least that Ethernet has
  source_at = 12,   // in an IPv4 header
  most_paths = 32,
  patience_s = 2,
  warm_ups = 20,
  each_of_count = 10,  // frames sent for one that is sent alone
};

// A guest's own. Of the rest of the header there is nothing, so that no host looks further.
static const unsigned char source[] = {10, 0, 4, 2};

struct end {
  const char* link;
  uint16_t vid;  // 0 if frames have no tag
  int index;
  unsigned char mac[ETH_ALEN];
};

struct path {
  const char* name;
  struct end from;
  struct end to;
  bool broadcast;
  double* rates;
  double* times;
  unsigned run_count;
  unsigned time_count;
  unsigned lost;
};

static _Noreturn void die(const char* what) {
  fprintf(stderr, "frames: %s: %s\n", what, strerror(errno));
  exit(1);
}

static double now_us(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static struct end read_end(char* text) {
  struct end end = {.link = strsep(&text, ":")};
  if (text != NULL) end.vid = (uint16_t)strtoul(text, NULL, 10);
  struct ifreq request = {0};
  strncpy(request.ifr_name, end.link, sizeof request.ifr_name - 1);
  const int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (any < 0 || ioctl(any, SIOCGIFHWADDR, &request) != 0) die(end.link);
  memcpy(end.mac, request.ifr_hwaddr.sa_data, ETH_ALEN);
  if (ioctl(any, SIOCGIFINDEX, &request) != 0) die(end.link);
  end.index = request.ifr_ifindex;
  close(any);
  return end;
}

// Protocol 0 hears nothing.
static int open_link(const struct end* end, uint16_t protocol) {
  const struct sockaddr_ll address = {
      .sll_family = AF_PACKET, .sll_protocol = htons(protocol), .sll_ifindex = end->index};
  const int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  const struct timeval patience = {.tv_sec = patience_s};
  if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
      bind(fd, (const struct sockaddr*)&address, sizeof address) != 0) {
    die(end->link);
  }
  return fd;
}

static size_t put_number(unsigned char* to, uint16_t number) {
  to[0] = (unsigned char)(number >> 8);
  to[1] = (unsigned char)number;
  return sizeof number;
}

static size_t make_frame(unsigned char frame[static frame_size + 4], const struct end* from,
                         const unsigned char* to) {
  memset(frame, 0, frame_size + 4);
  memcpy(frame, to, ETH_ALEN);
  memcpy(frame + ETH_ALEN, from->mac, ETH_ALEN);
  size_t at = 2 * (size_t)ETH_ALEN;
  if (from->vid != 0) {
    at += put_number(frame + at, ETH_P_8021Q);
    at += put_number(frame + at, from->vid);
  }
  at += put_number(frame + at, ETH_P_IP);
  memcpy(frame + at + source_at, source, sizeof source);
  return from->vid != 0 ? frame_size + 4 : frame_size;
}

static void send_frame(int fd, const unsigned char* frame, size_t size) {
  while (send(fd, frame, size, 0) != (ssize_t)size) {
    if (errno != ENOBUFS) die("send a frame");
  }
}

static void teach(const struct end* to, const struct end* from) {
  unsigned char frame[frame_size + 4];
  const int fd = open_link(to, 0);
  const size_t size = make_frame(frame, to, from->mac);
  send_frame(fd, frame, size);
  close(fd);
}

static unsigned long received_by(const struct end* end) {
  char path[64];
  unsigned long count = 0;
  snprintf(path, sizeof path, "/sys/class/net/%s/statistics/rx_packets", end->link);
  FILE* const file = fopen(path, "re");
  if (file == NULL || fscanf(file, "%lu", &count) != 1) die(path);
  fclose(file);
  return count;
}

// False if a frame is lost.
static bool measure_rate(struct path* path, unsigned count, const unsigned char* frame,
                         size_t size) {
  const int fd = open_link(&path->from, 0);
  const unsigned long before = received_by(&path->to);
  const double begin = now_us();
  for (unsigned i = 0; i < count; ++i) send_frame(fd, frame, size);
  double end = now_us();
  while (received_by(&path->to) - before < count && end - begin < patience_s * 1e6 + count * 1e3) {
    usleep(50);
    end = now_us();
  }
  close(fd);
  path->rates[path->run_count] = count / (end - begin) * 1e6;
  return received_by(&path->to) - before >= count;
}

// Hears one frame of ours; false if none comes.
static bool hear(int fd) {
  unsigned char frame[2048];
  for (;;) {
    struct sockaddr_ll from;
    socklen_t length = sizeof from;
    const ssize_t size = recvfrom(fd, frame, sizeof frame, 0, (struct sockaddr*)&from, &length);
    if (size < 0) return false;
    if (from.sll_pkttype != PACKET_OUTGOING && from.sll_protocol == htons(ETH_P_IP)) return true;
  }
}

static bool measure_times(struct path* path, unsigned count, const unsigned char* frame,
                          size_t size) {
  const int out = open_link(&path->from, 0);
  const int in = open_link(&path->to, ETH_P_ALL);
  bool all = true;
  for (unsigned i = 0; i < count && all; ++i) {
    const double begin = now_us();
    send_frame(out, frame, size);
    all = hear(in);
    path->times[path->time_count + i] = now_us() - begin;
  }
  close(out);
  close(in);
  return all;
}

// False if a frame is lost.
static bool run_once(struct path* path, unsigned count) {
  static const unsigned char everybody[ETH_ALEN] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  unsigned char frame[frame_size + 4];
  const size_t size = make_frame(frame, &path->from, path->broadcast ? everybody : path->to.mac);
  teach(&path->to, &path->from);
  return measure_rate(path, count, frame, size) &&
         measure_times(path, count / each_of_count, frame, size);
}

// A carrier may take seconds, and a switch may have to make up its mind about the first frames.
static void warm_up(struct path* path) {
  for (int i = 0; i < warm_ups && !run_once(path, each_of_count); ++i) continue;
}

static void take_turn(struct path* path, unsigned count) {
  if (run_once(path, count)) {
    path->run_count += 1;
    path->time_count += count / each_of_count;
  } else {
    path->lost += 1;
  }
}

static int by_value(const void* left, const void* right) {
  const double a = *(const double*)left;
  const double b = *(const double*)right;
  return (a > b) - (a < b);
}

// Of sorted values.
static double percentile(const double* values, unsigned count, unsigned percent) {
  return values[(count - 1) * percent / 100];
}

static void print(struct path* path) {
  printf("%s\t%u\t%u", path->name, path->run_count, path->lost);
  if (path->run_count > 0) {
    qsort(path->rates, path->run_count, sizeof(double), by_value);
    qsort(path->times, path->time_count, sizeof(double), by_value);
    for (unsigned percent = 10; percent <= 90; percent += 40) {
      printf("\t%.0f", percentile(path->rates, path->run_count, percent));
    }
    printf("\t%.2f\t%.2f", percentile(path->times, path->time_count, 50),
           percentile(path->times, path->time_count, 99));
  }
  puts("");
}

int main(int argc, char** argv) {
  static struct path paths[most_paths];
  const unsigned runs = argc > 2 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
  const unsigned count = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;
  const unsigned path_count = argc > 2 ? (unsigned)(argc - 3) / 4 : 0;
  if (runs == 0 || count < each_of_count || path_count == 0 || path_count > most_paths ||
      (argc - 3) % 4 != 0) {
    fputs("usage: frames RUNS COUNT {NAME FROM TO unicast|broadcast}...\n", stderr);
    return 2;
  }
  for (unsigned i = 0; i < path_count; ++i) {
    char** const words = argv + 3 + 4 * (size_t)i;
    paths[i] = (struct path){.name = words[0],
                             .from = read_end(words[1]),
                             .to = read_end(words[2]),
                             .broadcast = strcmp(words[3], "broadcast") == 0,
                             .rates = calloc(runs + 1, sizeof(double)),
                             .times = calloc((size_t)(runs + 1) * count, sizeof(double))};
    if (paths[i].rates == NULL || paths[i].times == NULL) die("memory");
  }
  for (unsigned i = 0; i < path_count; ++i) warm_up(&paths[i]);
  for (unsigned run = 0; run < runs; ++run) {
    for (unsigned i = 0; i < path_count; ++i) take_turn(&paths[i], count);
  }
  for (unsigned i = 0; i < path_count; ++i) print(&paths[i]);
}
