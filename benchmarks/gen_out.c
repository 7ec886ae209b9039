/* SPDX-License-Identifier: MIT
** gen_out: buffered bytes, deflate, and calendar arithmetic on whole numbers. Knows nothing of customers or logs. */
#include "gen_out.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void fail_on(bool failed, const char *what) {
  if( !failed ) return;
  fprintf(stderr, "gen: %s: %s\n", what, strerror(errno));
  exit(1);
}

void out_open(Out *out, const char *path, bool is_gzip) {
  memset(out, 0, sizeof *out);
  out->file = fopen(path, "wb");
  fail_on(!out->file, path);
  out->line = 1;
  out->is_gzip = is_gzip;
}

static void member_begin(Out *out) {
  static gz_header header;                       /* all zero: no time, no name */
  memset(&out->zip, 0, sizeof out->zip);
  header.os = 255;
  fail_on(deflateInit2(&out->zip, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK, "deflate");
  deflateSetHeader(&out->zip, &header);
  out->is_in_member = true;
}

static void deflate_buffer(Out *out, int flush) {
  unsigned char packed[1 << 15];
  out->zip.next_in = (unsigned char *)out->buffer;
  out->zip.avail_in = (unsigned)out->used;
  do {
    out->zip.next_out = packed;
    out->zip.avail_out = sizeof packed;
    deflate(&out->zip, flush);
    size_t size = sizeof packed - out->zip.avail_out;
    fail_on(fwrite(packed, 1, size, out->file) != size, "write");
  } while( out->zip.avail_out == 0 );
  out->used = 0;
}

static void out_flush(Out *out) {
  if( out->is_gzip ) {
    if( !out->is_in_member ) member_begin(out);
    deflate_buffer(out, Z_NO_FLUSH);
    return;
  }
  fail_on(fwrite(out->buffer, 1, out->used, out->file) != out->used, "write");
  out->used = 0;
}

void out_member(Out *out) {
  if( !out->is_gzip ) return;
  if( !out->is_in_member ) member_begin(out);
  deflate_buffer(out, Z_FINISH);
  deflateEnd(&out->zip);
  out->is_in_member = false;
}

void out_close(Out *out) {
  if( out->is_gzip ) out_member(out);
  else out_flush(out);
  fail_on(fclose(out->file) != 0, "close");
}

static void out_char(Out *out, char c) {
  if( out->used == sizeof out->buffer ) out_flush(out);
  out->buffer[out->used++] = c;
  if( c == '\n' ) out->line++;
}

void out_text(Out *out, const char *text) {
  while( *text ) out_char(out, *text++);
}

void out_quoted(Out *out, const char *text) {
  out_char(out, '"');
  for(; *text; text++) {
    if( *text == '"' ) out_char(out, '"');
    out_char(out, *text);
  }
  out_char(out, '"');
}

void out_int(Out *out, int64_t value, int width) {
  char digits[24];
  int n = 0;
  if( value < 0 ) out_char(out, '-');
  uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  do digits[n++] = (char)('0' + rest % 10);
  while( (rest /= 10) );
  while( n < width && n < (int)sizeof digits ) digits[n++] = '0';
  while( n ) out_char(out, digits[--n]);
}

/* ---- calendar ------------------------------------------------------------------------------------------------- */

typedef struct Clock { int64_t year; int month, day, hour, minute, second; } Clock;

static Clock clock_of(int64_t ms) {
  int64_t seconds = ms / 1000, days = seconds / 86400, rest = seconds % 86400;
  int64_t z = days + 719468, era = z / 146097, doe = z - era * 146097;
  int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  int64_t mp = (5 * doy + 2) / 153, month = mp < 10 ? mp + 3 : mp - 9;
  return (Clock){yoe + era * 400 + (month <= 2), (int)month, (int)(doy - (153 * mp + 2) / 5 + 1),
                 (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60)};
}

/* Is this instant after 01:00 UTC on the last Sunday of the month it lies in? */
static bool past_last_sunday(int64_t ms) {
  Clock now = clock_of(ms);
  int64_t weekday = (ms / 86400000 + 4) % 7;               /* 0 = Sunday */
  int64_t sunday = now.day - weekday;                      /* of this week */
  if( sunday + 7 <= 31 ) return false;                     /* March and October have 31 days */
  return weekday > 0 || now.hour >= 1;
}

static int64_t offset_ms(int64_t ms) {
  int month = clock_of(ms).month;
  bool summer = month > 3 && month < 10;
  if( month == 3 ) summer = past_last_sunday(ms);
  if( month == 10 ) summer = !past_last_sunday(ms);
  return summer ? 7200000 : 3600000;
}

static void out_day_time(Out *out, const Clock *clock) {
  out_int(out, clock->hour, 2);
  out_char(out, ':');
  out_int(out, clock->minute, 2);
  out_char(out, ':');
  out_int(out, clock->second, 2);
}

static void out_three(Out *out, int64_t a, int64_t b, int64_t c, char separator, int width) {
  out_int(out, a, width);
  out_char(out, separator);
  out_int(out, b, 2);
  out_char(out, separator);
  out_int(out, c, 2);
}

void out_iso(Out *out, int64_t ms, char between) {
  Clock clock = clock_of(ms);
  out_three(out, clock.year, clock.month, clock.day, '-', 4);
  out_char(out, between);
  out_day_time(out, &clock);
}

void out_iso_local(Out *out, int64_t ms) { out_iso(out, ms + offset_ms(ms), ' '); }

static const char *offset_text(int64_t offset) { return offset == 7200000 ? "+02:00" : "+01:00"; }

void out_iso_offset(Out *out, int64_t ms) {
  int64_t offset = offset_ms(ms);
  out_iso(out, ms + offset, 'T');
  out_text(out, offset_text(offset));
}

void out_iso_ms(Out *out, int64_t ms, bool local) {
  int64_t offset = local ? offset_ms(ms) : 0;
  out_iso(out, ms + offset, 'T');
  out_char(out, '.');
  out_int(out, ms % 1000, 3);
  out_text(out, local ? offset_text(offset) : "Z");
}

int month_of(int64_t ms) { return clock_of(ms).month; }

void out_day_first(Out *out, int64_t ms, bool local) {
  Clock clock = clock_of(ms + (local ? offset_ms(ms) : 0));
  out_three(out, clock.day, clock.month, clock.year, '/', 2);
  out_char(out, ' ');
  out_day_time(out, &clock);
}

void out_month_first(Out *out, int64_t ms) {
  Clock clock = clock_of(ms);
  bool afternoon = clock.hour >= 12;
  out_three(out, clock.month, clock.day, clock.year, '/', 2);
  out_char(out, ' ');
  clock.hour = clock.hour % 12 ? clock.hour % 12 : 12;
  out_day_time(out, &clock);
  out_text(out, afternoon ? " PM" : " AM");
}

void out_date(Out *out, int64_t ms) {
  Clock clock = clock_of(ms);
  out_three(out, clock.year, clock.month, clock.day, '-', 4);
}
