// One interface for the streams of gzip, bzip2 and xz: each library keeps the place in its input and output as pointers, which
// a caller that may move its buffers must set anew before every step.
#pragma once
#include <bzlib.h>
#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

// What a step came to.
enum { equilibria_packed_more = 0, equilibria_packed_end = 1, equilibria_packed_damaged = 2, equilibria_packed_memory = 3 };

// The kinds of streams.
enum { equilibria_packed_gzip = 0, equilibria_packed_bzip2 = 1, equilibria_packed_xz = 2 };

struct equilibria_unpacker {
  int kind;
  union {
    z_stream gzip;
    bz_stream bzip2;
    lzma_stream xz;
  } stream;
};

typedef struct equilibria_unpacker *equilibria_unpacker_handle;

static inline void equilibria_unpacker_free(struct equilibria_unpacker *unpacker) {
  if (!unpacker) return;
  if (unpacker->kind == equilibria_packed_gzip) inflateEnd(&unpacker->stream.gzip);
  if (unpacker->kind == equilibria_packed_bzip2) BZ2_bzDecompressEnd(&unpacker->stream.bzip2);
  if (unpacker->kind == equilibria_packed_xz) lzma_end(&unpacker->stream.xz);
  free(unpacker);
}

// Begins one stream; NULL where there is no memory. The dictionary of xz, whose size the stream itself states, takes at most `memory` bytes.
static inline struct equilibria_unpacker *equilibria_unpacker_new(int kind, unsigned long long memory) {
  struct equilibria_unpacker *unpacker = (struct equilibria_unpacker *)calloc(1, sizeof *unpacker);
  if (!unpacker) return NULL;
  unpacker->kind = kind;
  int begins = 0;
  if (kind == equilibria_packed_gzip) begins = inflateInit2(&unpacker->stream.gzip, 16 + MAX_WBITS) == Z_OK;
  if (kind == equilibria_packed_bzip2) begins = BZ2_bzDecompressInit(&unpacker->stream.bzip2, 0, 0) == BZ_OK;
  if (kind == equilibria_packed_xz) begins = lzma_stream_decoder(&unpacker->stream.xz, memory, 0) == LZMA_OK;
  if (begins) return unpacker;
  free(unpacker);
  return NULL;
}

// zlib's words for what is wrong with a stream of gzip; empty for the others, which have none.
static inline const char *equilibria_unpacker_message(const struct equilibria_unpacker *unpacker) {
  const char *message = unpacker->kind == equilibria_packed_gzip ? unpacker->stream.gzip.msg : NULL;
  return message ? message : "";
}

// Unpacks source[from..<size] into target[offset..<capacity] until one of them is used up or the stream ends, and says how much of each
// was. The places are passed as numbers, since the callers' arrays have no addresses of their own.
static inline int equilibria_unpack(
    struct equilibria_unpacker *unpacker, const unsigned char *source, size_t from, size_t size, size_t *taken, unsigned char *target,
    size_t offset, size_t capacity, size_t *given) {
  source += from;
  size -= from;
  target += offset;
  capacity -= offset;
  // The libraries but xz count in 32 bits.
  const size_t greatest = 1u << 30;
  if (size > greatest) size = greatest;
  if (capacity > greatest) capacity = greatest;
  *taken = *given = 0;
  if (unpacker->kind == equilibria_packed_gzip) {
    z_stream *stream = &unpacker->stream.gzip;
    stream->next_in = (unsigned char *)source;
    stream->avail_in = (unsigned)size;
    stream->next_out = target;
    stream->avail_out = (unsigned)capacity;
    int code = inflate(stream, Z_NO_FLUSH);
    *taken = size - stream->avail_in;
    *given = capacity - stream->avail_out;
    if (code == Z_STREAM_END) return equilibria_packed_end;
    if (code == Z_MEM_ERROR) return equilibria_packed_memory;
    return code == Z_OK || code == Z_BUF_ERROR ? equilibria_packed_more : equilibria_packed_damaged;
  }
  if (unpacker->kind == equilibria_packed_bzip2) {
    bz_stream *stream = &unpacker->stream.bzip2;
    stream->next_in = (char *)source;
    stream->avail_in = (unsigned)size;
    stream->next_out = (char *)target;
    stream->avail_out = (unsigned)capacity;
    int code = BZ2_bzDecompress(stream);
    *taken = size - stream->avail_in;
    *given = capacity - stream->avail_out;
    if (code == BZ_STREAM_END) return equilibria_packed_end;
    if (code == BZ_MEM_ERROR) return equilibria_packed_memory;
    return code == BZ_OK ? equilibria_packed_more : equilibria_packed_damaged;
  }
  lzma_stream *stream = &unpacker->stream.xz;
  stream->next_in = source;
  stream->avail_in = size;
  stream->next_out = target;
  stream->avail_out = capacity;
  lzma_ret code = lzma_code(stream, LZMA_RUN);
  *taken = size - stream->avail_in;
  *given = capacity - stream->avail_out;
  if (code == LZMA_STREAM_END) return equilibria_packed_end;
  if (code == LZMA_MEM_ERROR || code == LZMA_MEMLIMIT_ERROR) return equilibria_packed_memory;
  return code == LZMA_OK || code == LZMA_BUF_ERROR ? equilibria_packed_more : equilibria_packed_damaged;
}
