// zlib's interface, and its inflation of one block of memory into another, which zlib itself offers only for streams that begin with
// a header.
#pragma once
#include <string.h>
#include <zlib.h>

// Inflates a stream without a header (RFC 1951), as a ZIP archive holds it.
//
// Returns Z_OK if the stream fills `capacity` bytes exactly and ends there, Z_BUF_ERROR if it is shorter or longer, and zlib's code
// where it is damaged.
static inline int equilibria_inflate(const unsigned char *source, size_t size, unsigned char *target, size_t capacity) {
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  int code = inflateInit2(&stream, -MAX_WBITS);
  if (code != Z_OK) return code;
  // zlib counts in 32 bits.
  const size_t greatest = 1u << 30;
  size_t taken = 0, given = 0;
  unsigned char beyond;
  do {
    if (stream.avail_in == 0 && taken < size) {
      size_t part = size - taken < greatest ? size - taken : greatest;
      stream.next_in = (unsigned char *)source + taken;
      stream.avail_in = (unsigned)part;
      taken += part;
    }
    // Past the capacity there is one byte more, which must stay empty.
    size_t part = capacity - given < greatest ? capacity - given : greatest;
    stream.next_out = given < capacity ? target + given : &beyond;
    stream.avail_out = given < capacity ? (unsigned)part : 1;
    unsigned before = stream.avail_out;
    code = inflate(&stream, Z_NO_FLUSH);
    unsigned found = before - stream.avail_out;
    if (given >= capacity && found > 0) code = Z_BUF_ERROR;
    given += found;
  } while (code == Z_OK);
  inflateEnd(&stream);
  if (code == Z_STREAM_END) return given == capacity ? Z_OK : Z_BUF_ERROR;
  return code;
}
