// virtual-link FIGURES [OWN HOST…]
//
// The network of scripts/virtual-cluster: a switch, and for each host a full-duplex link to it with a rate, a delay and loss, in
// user space, since many kernels come without the queueing discipline netem. A port is a TAP device: OWN for the machine itself,
// whose link has no limits, and HOST-t for each host, to be moved into its namespace. Devices get addresses that say which port
// they are, so nothing has to be learned: a frame is read from one device and written to another, once each.
//
// FIGURES is a file with words `rate=1gbit delay=50us loss=0.1%`; a word that is missing or has no value sets no limit. For each
// word `unplugged=HOST` the switch drops what comes from that host and what goes to it. The file is read again on SIGHUP. Delay
// and loss are put on where a host sends, the rate both ways. Without ports the figures are only checked.
//
// Frames travel with their offload headers, so that a segment of 64 KiB is one frame, as on the kernel's own virtual links.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

enum {
  // What a queue holds, in memory taken, before it drops what comes: some round trips of a fast link.
  largestQueue = 64 << 20,
  framesAtOnce = 64,
  // Frames out of use that are kept for the next ones.
  framesInStock = 256,
  addressLength = 6,
};

typedef struct Frame Frame;

// Frames of one size, out of use.
typedef struct {
  const size_t room;
  int count;
  Frame *first;
} Stock;

struct Frame {
  Frame *next;
  Stock *stock;
  // When it leaves the lane in which it waits.
  int64_t due;
  size_t length;
  unsigned char bytes[];
};

// One direction of a link.
typedef struct {
  int64_t freeAt;
  size_t queued;
  Frame *first, *last;
} Lane;

typedef struct {
  const char *host;
  int descriptor;
  bool isHost, isPlugged;
  // From the port's device to the switch, and back.
  Lane up, down;
} Port;

// Headers alone, and the largest segment with its headers.
static Stock small = {.room = 2 << 10}, large = {.room = 66 << 10};

static Port *ports;
static int portCount;

// 0 stands for no limit.
static struct {
  double bitsPerSecond;
  int64_t delay;
  double loss;
} figures;

static uint64_t randomState = 0x9E3779B97F4A7C15;

static void fail(const char *what, const char *which) {
  fprintf(stderr, "virtual-link: %s%s%s\n", what, which, errno ? strerror(errno) : "");
  exit(1);
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

// Uniform in [0, 1): Marsaglia's xorshift64*.
static double uniform(void) {
  randomState ^= randomState >> 12;
  randomState ^= randomState << 25;
  randomState ^= randomState >> 27;
  return (double)((randomState * 0x2545F4914F6CDD1D) >> 11) / (double)(UINT64_C(1) << 53);
}

typedef struct {
  const char *name;
  double factor;
} Unit;

static const Unit rates[] = {{"bit", 1}, {"kbit", 1e3}, {"mbit", 1e6}, {"gbit", 1e9}, {NULL, 0}};
static const Unit times[] = {{"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {NULL, 0}};
static const Unit shares[] = {{"%", 0.01}, {NULL, 0}};

static double quantity(const char *text, const Unit *units) {
  char *end;
  double value = strtod(text, &end);
  for (; units->name; units++) {
    if (end != text && value >= 0 && value < 1e9 && !strcmp(end, units->name)) return value * units->factor;
  }
  errno = 0;
  fail("expected a number and one of the units of rate (bit kbit mbit gbit), delay (us ms s) or loss (%), found ", text);
  return 0;
}

static void readFigures(const char *path) {
  FILE *file = fopen(path, "r");
  if (!file) fail("cannot read the figures: ", "");
  char word[64];
  figures.bitsPerSecond = figures.loss = 0;
  figures.delay = 0;
  for (int index = 0; index < portCount; index++) ports[index].isPlugged = true;
  while (fscanf(file, "%63s", word) == 1) {
    char *value = strchr(word, '=');
    if (!value || !value[1]) continue;
    *value++ = 0;
    if (!strcmp(word, "rate")) figures.bitsPerSecond = quantity(value, rates);
    if (!strcmp(word, "delay")) figures.delay = (int64_t)quantity(value, times);
    if (!strcmp(word, "loss")) figures.loss = quantity(value, shares);
    for (int index = 0; index < portCount; index++) {
      if (!strcmp(word, "unplugged") && !strcmp(value, ports[index].host)) ports[index].isPlugged = false;
    }
  }
  fclose(file);
}

// The address of a port's device: one that is locally administered, and ends with the port's number.
static void writeAddress(unsigned char *address, int index) {
  const unsigned char bytes[addressLength] = {2, 'l', 'i', 'n', (unsigned char)(index >> 8), (unsigned char)index};
  memcpy(address, bytes, addressLength);
}

static int openTap(int index, const char *name) {
  struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
  int descriptor = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) fail("/dev/net/tun: ", "");
  snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
  if (ioctl(descriptor, TUNSETIFF, &request) < 0) fail("cannot make the device: ", request.ifr_name);
  // The host may leave checksums and the cutting of segments to the link, which does neither: no frame leaves the machine.
  if (ioctl(descriptor, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6) < 0) fail("offload: ", request.ifr_name);
  request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
  writeAddress((unsigned char *)request.ifr_hwaddr.sa_data, index);
  if (ioctl(descriptor, SIOCSIFHWADDR, &request) < 0) fail("address: ", request.ifr_name);
  return descriptor;
}

static Frame *takeFrame(Stock *stock) {
  Frame *frame = stock->first;
  if (frame) {
    stock->first = frame->next;
    stock->count--;
    return frame;
  }
  frame = malloc(sizeof *frame + stock->room);
  if (!frame) fail("no memory for frames: ", "");
  frame->stock = stock;
  return frame;
}

static void putBack(Frame *frame) {
  Stock *stock = frame->stock;
  if (stock->count == framesInStock) {
    free(frame);
    return;
  }
  frame->next = stock->first;
  stock->first = frame;
  stock->count++;
}

static Frame *copyOf(const Frame *frame) {
  Frame *copy = takeFrame(frame->length <= small.room ? &small : &large);
  copy->length = frame->length;
  memcpy(copy->bytes, frame->bytes, frame->length);
  return copy;
}

// How long a link needs for the frame, without the header that only the devices see.
static int64_t transferTime(const Port *port, const Frame *frame) {
  if (!port->isHost || figures.bitsPerSecond <= 0) return 0;
  return (int64_t)((double)(frame->length - sizeof(struct virtio_net_hdr)) * 8e9 / figures.bitsPerSecond);
}

// Lets the frame follow those in the lane, which it comes to at a time.
static void append(Port *port, Lane *lane, Frame *frame, int64_t time, int64_t delay) {
  if (lane->queued + frame->stock->room > largestQueue) {
    putBack(frame);
    return;
  }
  lane->freeAt = (lane->freeAt < time ? time : lane->freeAt) + transferTime(port, frame);
  frame->next = NULL;
  frame->due = lane->freeAt + delay;
  if (lane->last) {
    lane->last->next = frame;
  } else {
    lane->first = frame;
  }
  lane->last = frame;
  lane->queued += frame->stock->room;
}

static Frame *removeFirst(Lane *lane) {
  Frame *frame = lane->first;
  lane->first = frame->next;
  if (!lane->first) lane->last = NULL;
  lane->queued -= frame->stock->room;
  return frame;
}

// Reads frames, one at least, until another is due. False where the device is gone.
static bool takeIn(Port *port, int64_t next) {
  for (int count = 0; count < framesAtOnce; count++) {
    int64_t time = now();
    if (count > 0 && next >= 0 && next <= time) break;
    Frame *frame = takeFrame(&large);
    ssize_t length = read(port->descriptor, frame->bytes, large.room);
    if (length <= 0) {
      putBack(frame);
      return errno != EBADFD;
    }
    frame->length = (size_t)length;
    if (!port->isPlugged || (port->isHost && figures.loss > 0 && uniform() < figures.loss)) {
      putBack(frame);
      continue;
    }
    if (frame->length <= small.room) {
      // The memory that is in the processor's cache serves the next read.
      Frame *copy = copyOf(frame);
      putBack(frame);
      frame = copy;
    }
    append(port, &port->up, frame, time, port->isHost ? figures.delay : 0);
  }
  return true;
}

// Lets a frame that has come to the switch go on to the port that it names, or to all others.
static void route(Port *from, Frame *frame) {
  const unsigned char *destination = frame->bytes + sizeof(struct virtio_net_hdr);
  int64_t time = frame->due;
  unsigned char address[addressLength];
  int index = destination[addressLength - 2] << 8 | destination[addressLength - 1];
  writeAddress(address, index);
  if (destination[0] & 1) {
    for (Port *port = ports; port < ports + portCount; port++) {
      if (port != from && port->isPlugged) append(port, &port->down, copyOf(frame), time, 0);
    }
  } else if (index < portCount && ports[index].isPlugged && !memcmp(address, destination, addressLength)) {
    append(&ports[index], &ports[index].down, frame, time, 0);
    return;
  }
  putBack(frame);
}

static Port *firstToArrive(void) {
  Port *first = NULL;
  for (Port *port = ports; port < ports + portCount; port++) {
    if (port->up.first && (!first || port->up.first->due < first->up.first->due)) first = port;
  }
  return first;
}

// Moves on all frames whose time has come, and says when the next one's may; -1 for never.
static int64_t forward(void) {
  int64_t time = now(), next = -1;
  // In the order of their arrival, since they share the links from the switch on.
  for (Port *port = firstToArrive(); port && port->up.first->due <= time; port = firstToArrive()) {
    route(port, removeFirst(&port->up));
  }
  for (Port *port = ports; port < ports + portCount; port++) {
    while (port->down.first && port->down.first->due <= time) {
      Frame *frame = removeFirst(&port->down);
      // A device that is down takes nothing, as a real one.
      if (write(port->descriptor, frame->bytes, frame->length) < 0) errno = 0;
      putBack(frame);
    }
    if (port->down.first && (next < 0 || port->down.first->due < next)) next = port->down.first->due;
    // What arrives at the switch leaves it a transfer later at the earliest: arrival alone is no reason to wake up.
    if (port->up.first) {
      int64_t due = port->up.first->due + transferTime(port, port->up.first);
      if (next < 0 || due < next) next = due;
    }
  }
  return next;
}

static int stopOrHangUp(void) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGHUP);
  sigaddset(&signals, SIGTERM);
  sigprocmask(SIG_BLOCK, &signals, NULL);
  return signalfd(-1, &signals, SFD_CLOEXEC);
}

static void watch(int poll, int descriptor, void *what) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = what};
  if (epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event) < 0) fail("epoll: ", "");
}

static void relay(int signals, const char *path) {
  int poll = epoll_create1(EPOLL_CLOEXEC);
  for (int index = 0; index < portCount; index++) watch(poll, ports[index].descriptor, &ports[index]);
  watch(poll, signals, NULL);
  while (true) {
    int64_t next = forward();
    int64_t left = next - now();
    if (left < 0) left = 0;
    struct timespec timeout = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
    struct epoll_event events[64];
    int ready = epoll_pwait2(poll, events, 64, next < 0 ? NULL : &timeout, NULL);
    for (int index = 0; index < ready; index++) {
      Port *port = events[index].data.ptr;
      if (port) {
        if (!takeIn(port, next)) epoll_ctl(poll, EPOLL_CTL_DEL, port->descriptor, NULL);
        continue;
      }
      struct signalfd_siginfo signal;
      if (read(signals, &signal, sizeof signal) != sizeof signal || signal.ssi_signo == SIGTERM) return;
      readFigures(path);
    }
  }
}

int main(int count, char **words) {
  if (count < 2) fail("expected a file of figures, and ports", "");
  int signals = stopOrHangUp();
  portCount = count - 2;
  ports = calloc((size_t)portCount + 1, sizeof *ports);
  for (int index = 0; index < portCount; index++) {
    char name[IFNAMSIZ];
    bool isHost = index > 0;
    snprintf(name, sizeof name, "%s%s", words[index + 2], isHost ? "-t" : "");
    ports[index] = (Port){.host = words[index + 2], .descriptor = openTap(index, name), .isHost = isHost};
  }
  readFigures(words[1]);
  if (portCount == 0) return 0;
  // Frames leave in time though the ranks keep every core busy.
  struct sched_param priority = {.sched_priority = 10};
  sched_setscheduler(0, SCHED_FIFO, &priority);
  prctl(PR_SET_TIMERSLACK, 1);
  relay(signals, words[1]);
  return 0;
}
