/* SPDX-License-Identifier: MIT
** xml_reader: XML 1.0 as a row of tokens: a small pull reader over bytes in memory, well-formedness checked, nothing validated. It expands
** no entities but the five of XML and characters by number, reads no DTD, and allocates nothing. */
#ifndef JOURNEY_XML_READER_H
#define JOURNEY_XML_READER_H
#include "base.h"

#define XML_DEPTH_MAX 64

typedef enum XmlToken {
  XML_END,                      /* of the text; `depth` says whether an element is still open */
  XML_ERROR,                    /* `reason`, xml_place */
  XML_OPEN,                     /* `name`, `attributes`; of <a/> too, whose XML_CLOSE comes next */
  XML_CLOSE,                    /* `name` */
  XML_TEXT                      /* `content`, not blank; `is_cdata`: as it is, else for xml_decode */
} XmlToken;

typedef struct XmlReader {
  Slice text;
  size_t at;                    /* of the next token; of an error, where it is */
  Slice name, attributes, content;
  bool is_cdata, closes;
  bool is_fragment;             /* an end tag that nothing opened is a token like others */
  unsigned depth;               /* elements open; that of an XML_OPEN included */
  Slice open[XML_DEPTH_MAX];
  char reason[160];
} XmlReader;

void xml_begin(XmlReader *reader, Slice text);
/* Comments, processing instructions, a DOCTYPE and blank text are passed over. Slices point into the text. After XML_ERROR
** there is nothing more. */
XmlToken xml_next(XmlReader *reader);
/* Takes the next attribute off `*rest` (at first the token's `attributes`): name and raw value. False: no more. */
bool xml_attribute_next(Slice *rest, Slice *name, Slice *value);
Slice xml_attribute(Slice attributes, const char *name);         /* raw; SLICE_NULL = none */
/* Whether a raw value is what it means already. */
bool xml_is_plain(Slice raw);
/* Appends what a raw value or text means: entities resolved, tabs and line ends of a value as blanks. False: an entity that is not
** known; `*at` gets where it stands. */
bool xml_decode(Slice raw, bool is_value, Buf *out, size_t *at);
/* Line and column (bytes), 1-based, of a position. */
void xml_place(Slice text, size_t at, size_t *line, size_t *column);

#endif
