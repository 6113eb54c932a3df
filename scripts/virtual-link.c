// virtual-link FIGURES [HOST…]
//
// The links of scripts/virtual-cluster: for each host a full-duplex cable with a rate, a delay and loss, in user space, since many
// kernels come without the queueing discipline netem. A cable's ends are two TAP devices, HOST-b for the bridge and HOST-t for the
// host; what is read from one is written to the other when its time has come.
//
// FIGURES is a file with words `rate=1gbit delay=50us loss=0.1%`; a word that is missing or has no value sets no limit. It is read
// again on SIGHUP. Delay and loss are put on where a host sends, the rate both ways. Without hosts the figures are only checked.
//
// Frames travel with their offload headers, so that a segment of 64 KiB is one frame, as on the kernel's own virtual links.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
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
  largestFrame = 1 << 17,
  // What a queue holds before it drops what comes: some round trips of a fast link.
  largestQueue = 64 << 20,
  framesAtOnce = 64,
};

typedef struct Frame {
  struct Frame *next;
  int64_t due;
  size_t length;
  unsigned char bytes[];
} Frame;

// One direction of a cable.
typedef struct {
  int from, to;
  bool fromHost;
  int64_t freeAt;
  size_t queued;
  Frame *first, *last;
} Lane;

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
  while (fscanf(file, "%63s", word) == 1) {
    char *value = strchr(word, '=');
    if (!value || !value[1]) continue;
    *value++ = 0;
    if (!strcmp(word, "rate")) figures.bitsPerSecond = quantity(value, rates);
    if (!strcmp(word, "delay")) figures.delay = (int64_t)quantity(value, times);
    if (!strcmp(word, "loss")) figures.loss = quantity(value, shares);
  }
  fclose(file);
}

static int openTap(const char *host, const char *end) {
  struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
  int descriptor = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) fail("/dev/net/tun: ", "");
  snprintf(request.ifr_name, sizeof request.ifr_name, "%s-%s", host, end);
  if (ioctl(descriptor, TUNSETIFF, &request) < 0) fail("cannot make the device: ", request.ifr_name);
  // The host may leave checksums and the cutting of segments to the link, which does neither: no frame leaves the machine.
  if (ioctl(descriptor, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6) < 0) fail("offload: ", request.ifr_name);
  return descriptor;
}

static void enqueue(Lane *lane, const unsigned char *bytes, size_t length, int64_t time) {
  if (lane->queued + length > largestQueue) return;
  if (lane->fromHost && figures.loss > 0 && uniform() < figures.loss) return;
  Frame *frame = malloc(sizeof *frame + length);
  if (!frame) return;
  if (lane->freeAt < time) lane->freeAt = time;
  if (figures.bitsPerSecond > 0) lane->freeAt += (int64_t)((double)length * 8e9 / figures.bitsPerSecond);
  frame->next = NULL;
  frame->length = length;
  frame->due = lane->freeAt + (lane->fromHost ? figures.delay : 0);
  memcpy(frame->bytes, bytes, length);
  if (lane->last) {
    lane->last->next = frame;
  } else {
    lane->first = frame;
  }
  lane->last = frame;
  lane->queued += length;
}

static void takeIn(Lane *lane) {
  static unsigned char bytes[largestFrame];
  for (int count = 0; count < framesAtOnce; count++) {
    ssize_t length = read(lane->from, bytes, sizeof bytes);
    if (length <= 0) return;
    enqueue(lane, bytes, (size_t)length, now());
  }
}

// Gives out what is due, and says when the next frame is; -1 for never.
static int64_t giveOut(Lane *lane) {
  while (lane->first && lane->first->due <= now()) {
    Frame *frame = lane->first;
    lane->first = frame->next;
    if (!lane->first) lane->last = NULL;
    lane->queued -= frame->length;
    // An end that is unplugged takes nothing, as a real one.
    if (write(lane->to, frame->bytes, frame->length) < 0) errno = 0;
    free(frame);
  }
  return lane->first ? lane->first->due : -1;
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

static void relay(Lane *lanes, int count, int signals, const char *path) {
  int poll = epoll_create1(EPOLL_CLOEXEC);
  for (int index = 0; index < count; index++) watch(poll, lanes[index].from, &lanes[index]);
  watch(poll, signals, NULL);
  while (true) {
    int64_t next = -1;
    for (int index = 0; index < count; index++) {
      int64_t due = giveOut(&lanes[index]);
      if (due >= 0 && (next < 0 || due < next)) next = due;
    }
    int64_t left = next - now();
    if (left < 0) left = 0;
    struct timespec timeout = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
    struct epoll_event events[64];
    int ready = epoll_pwait2(poll, events, 64, next < 0 ? NULL : &timeout, NULL);
    for (int index = 0; index < ready; index++) {
      if (events[index].data.ptr) {
        takeIn(events[index].data.ptr);
        continue;
      }
      struct signalfd_siginfo signal;
      if (read(signals, &signal, sizeof signal) != sizeof signal || signal.ssi_signo == SIGTERM) return;
      readFigures(path);
    }
  }
}

int main(int count, char **words) {
  if (count < 2) fail("expected a file of figures, and hosts", "");
  readFigures(words[1]);
  int signals = stopOrHangUp();
  int hosts = count - 2;
  if (hosts == 0) return 0;
  Lane *lanes = calloc(2 * (size_t)hosts, sizeof *lanes);
  for (int host = 0; host < hosts; host++) {
    int bridgeEnd = openTap(words[host + 2], "b");
    int hostEnd = openTap(words[host + 2], "t");
    lanes[2 * host] = (Lane){.from = hostEnd, .to = bridgeEnd, .fromHost = true};
    lanes[2 * host + 1] = (Lane){.from = bridgeEnd, .to = hostEnd};
  }
  // Frames leave in time though the ranks keep every core busy.
  struct sched_param priority = {.sched_priority = 10};
  sched_setscheduler(0, SCHED_FIFO, &priority);
  prctl(PR_SET_TIMERSLACK, 1);
  relay(lanes, 2 * hosts, signals, words[1]);
  return 0;
}
