/* SPDX-License-Identifier: MIT
** mime: see the header. */
#include "mime.h"

#include "html.h"
#include "mime_charset.h"
#include "mime_header.h"
#include "mime_transfer.h"

/* ---- a part ------------------------------------------------------------------------------------------------ */

/* A type without a slash is none. */
static Slice type_of(Arena *arena, Slice value) {
  Slice type = mime_value(arena, value);
  if( !value.data ) return SLICE("text/plain");
  return type.size && memchr(type.data, '/', type.size) ? type : SLICE("text/plain");
}

void mime_part_read(Arena *arena, Slice entity, MimePart *part) {
  Slice rest = entity, type = SLICE_NULL, encoding = SLICE_NULL, disposition = SLICE_NULL;
  MimeField field;
  while( mime_field_next(&rest, &field) ) {
    Slice *to = slice_equal_nocase(field.name, SLICE("content-type"))                ? &type
              : slice_equal_nocase(field.name, SLICE("content-transfer-encoding"))   ? &encoding
              : slice_equal_nocase(field.name, SLICE("content-disposition"))         ? &disposition
                                                                                     : NULL;
    if( to && !to->data ) *to = field.value;
  }
  *part = (MimePart){.head = slice_part(entity, 0, entity.size - rest.size), .body = rest, .type = type_of(arena, type)};
  part->encoding = mime_value(arena, encoding);
  part->file_name = mime_parameter(arena, disposition, "filename");
  if( !part->file_name.data ) part->file_name = mime_parameter(arena, type, "name");
  part->is_attachment = slice_equal(mime_value(arena, disposition), SLICE("attachment"));
}

/* ---- the parts of a message ---------------------------------------------------------------------------------- */

typedef struct Walk {
  Arena *arena;
  MimeVisit *visit;
  void *context;
  size_t parts;
  bool stopped, is_cut;
} Walk;

/* What a boundary line is: where it starts, where the line behind it does, and whether it is the last. */
typedef struct Boundary { size_t at, after; bool is_last; } Boundary;

static bool boundary_find(Slice body, Slice boundary, size_t from, Boundary *out) {
  while( from < body.size ) {
    const char *found = memmem(body.data + from, body.size - from, boundary.data, boundary.size);
    if( !found ) return false;
    size_t at = (size_t)(found - body.data), end = at + boundary.size;
    from = at + 1;
    if( at < 2 || found[-1] != '-' || found[-2] != '-' || (at > 2 && found[-3] != '\n') ) continue;
    out->is_last = end + 2 <= body.size && body.data[end] == '-' && body.data[end + 1] == '-';
    const char *line_end = memchr(body.data + end, '\n', body.size - end);
    size_t line = line_end ? (size_t)(line_end - body.data) : body.size;
    Slice behind = slice_part(body, end + (out->is_last ? 2 : 0), line - end - (out->is_last ? 2 : 0));
    if( slice_trim(behind).size ) continue;
    out->at = at - 2;
    out->after = line < body.size ? line + 1 : line;
    return true;
  }
  return false;
}

static Slice without_line_end(Slice s) {
  if( s.size && s.data[s.size - 1] == '\n' ) s.size--;
  if( s.size && s.data[s.size - 1] == '\r' ) s.size--;
  return s;
}

static void walk_entity(Walk *walk, Slice entity, unsigned depth, bool in_digest);

static void walk_parts(Walk *walk, const MimePart *part, Slice boundary) {
  Boundary here, next;
  bool in_digest = slice_equal(part->type, SLICE("multipart/digest"));
  if( !boundary_find(part->body, boundary, 0, &here) ) {
    walk->stopped = !walk->visit(part, walk->context);
    return;
  }
  while( !here.is_last && here.after < part->body.size && !walk->stopped ) {
    bool found = boundary_find(part->body, boundary, here.after, &next);
    size_t end = found ? next.at : part->body.size;
    walk_entity(walk, without_line_end(slice_part(part->body, here.after, end - here.after)), part->depth + 1, in_digest);
    if( !found ) return;
    here = next;
  }
}

static void walk_entity(Walk *walk, Slice entity, unsigned depth, bool in_digest) {
  MimePart part;
  if( walk->parts++ >= MIME_PARTS_MAX || depth > MIME_DEPTH_MAX || env_failed(walk->arena->env) ) {
    walk->is_cut = true;
    return;
  }
  mime_part_read(walk->arena, entity, &part);
  part.depth = depth;
  if( in_digest && !mime_field_find(part.head, "content-type").data ) part.type = SLICE("message/rfc822");
  Slice boundary = SLICE_NULL;
  if( slice_equal(slice_part(part.type, 0, 10), SLICE("multipart/")) )
    boundary = mime_parameter(walk->arena, mime_field_find(part.head, "content-type"), "boundary");
  if( boundary.size ) {
    walk_parts(walk, &part, boundary);
    return;
  }
  walk->stopped = !walk->visit(&part, walk->context);
  if( !walk->stopped && slice_equal(part.type, SLICE("message/rfc822")) ) walk_entity(walk, part.body, depth + 1, false);
}

bool mime_walk(Arena *arena, Slice message, MimeVisit *visit, void *context) {
  Walk walk = {.arena = arena, .visit = visit, .context = context};
  walk_entity(&walk, message, 0, false);
  return !walk.is_cut;
}

/* ---- text ------------------------------------------------------------------------------------------------------ */

/* Line ends become LF; NUL, which no text has, a blank; blanks around it go. */
static Slice text_tidy(Buf *text) {
  size_t to = 0;
  for(size_t i = 0; i < text->size; i++) {
    char c = text->data[i];
    if( c == '\r' && i + 1 < text->size && text->data[i + 1] == '\n' ) continue;
    text->data[to++] = c == '\r' ? '\n' : c == 0 ? ' ' : c;
  }
  text->size = to;
  return slice_trim(buf_slice(text));
}

/* A letter that the limit has cut in two is left out. */
static void cut_at_letter(Buf *text) {
  if( text->size <= MIME_TEXT_MAX ) return;
  text->size = MIME_TEXT_MAX;
  while( text->size && ((unsigned char)text->data[text->size - 1] & 0xC0) == 0x80 ) text->size--;
  if( text->size && (unsigned char)text->data[text->size - 1] >= 0xC0 ) text->size--;
}

MimeText mime_part_text(Arena *arena, const MimePart *part) {
  Buf bytes, text, plain;
  buf_init(&bytes, arena->env);
  buf_init(&text, arena->env);
  buf_init(&plain, arena->env);
  MimeText out = {.unknown_charset = SLICE_NULL};
  Slice charset = mime_parameter(arena, mime_field_find(part->head, "content-type"), "charset");
  mime_transfer(part->encoding, part->body, MIME_TEXT_MAX + 1, &bytes);
  if( !mime_charset_decode(charset, buf_slice(&bytes), &text) ) out.unknown_charset = charset;
  bool is_html = slice_equal(part->type, SLICE("text/html"));
  if( is_html ) html_text(buf_slice(&text), MIME_TEXT_MAX, &plain);
  Buf *from = is_html ? &plain : &text;
  out.is_cut = bytes.size > MIME_TEXT_MAX || from->size > MIME_TEXT_MAX;
  cut_at_letter(from);
  out.text = arena_copy(arena, text_tidy(from));
  buf_free(&bytes);
  buf_free(&text);
  buf_free(&plain);
  return out;
}
