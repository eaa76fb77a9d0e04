// Sends Ethernet frames as they are: a guest's own programs would send only what makes sense.
//
// usage: send_frames LINK <FRAMES
//   FRAMES has a frame a line, from its destination on, in hexadecimal digits; an empty line ends
//   them.
// It says how many it has sent.
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { longest = 1514 };

static void fail(const char* what) {
  perror(what);
  exit(1);
}

static int open_link(const char* link) {
  const struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                      .sll_ifindex = (int)if_nametoindex(link)};
  if (address.sll_ifindex == 0) fail(link);
  const int packets = socket(AF_PACKET, SOCK_RAW, 0);
  if (packets < 0) fail("socket");
  if (bind(packets, (const struct sockaddr*)&address, sizeof address) != 0) fail("bind");
  return packets;
}

// The bytes of a line of digits; how many there are.
static size_t parse(const char* line, unsigned char* frame) {
  size_t length = 0;
  while (length < longest && sscanf(line + 2 * length, "%2hhx", frame + length) == 1) ++length;
  return length;
}

int main(int count, char** words) {
  if (count != 2) return 2;
  const int packets = open_link(words[1]);
  char line[2 * longest + 2];
  unsigned char frame[longest];
  unsigned sent = 0;
  while (fgets(line, sizeof line, stdin) != NULL && line[0] != '\n') {
    if (send(packets, frame, parse(line, frame), 0) < 0) fail("send");
    ++sent;
  }
  printf("%u\n", sent);
  return 0;
}
