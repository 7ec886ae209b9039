/* SPDX-License-Identifier: MIT
** format_tweets: posts of customers and answers of brands, exported to CSV with a header. A thread is what replies join, in either
** direction; a reply may stand before what it answers, so a thread is named after the message that was its root when it was first met
** (threads.h), and where two named threads turn out to be one, parent_contact_id points from the one to the other.
** The account is the customer's, also of an answer: who wrote what it answers, or who is mentioned first. Of an answer '^XY' is the
** agent. All of it is public. */
#include "format.h"
#include "threads.h"

typedef enum TweetColumn {
  TWEET_ID, TWEET_AUTHOR, TWEET_NAME, TWEET_INBOUND, TWEET_CREATED, TWEET_CREATED_TOO, TWEET_TEXT, TWEET_RESPONSES, TWEET_PARENT, TWEET_SENTIMENT,
  TWEET_REASON, TWEET_AIRLINE, TWEET_LANGUAGE, TWEET_COUNT
} TweetColumn;

static const FormatColumn columns[TWEET_COUNT] = {
  [TWEET_ID] = {"tweet_id", LOG_TEXT, NULL, NULL, "the message"},
  [TWEET_AUTHOR] = {"author_id", LOG_TEXT, NULL, NULL, "who wrote it: a customer's number, a brand's name"},
  [TWEET_NAME] = {"name", LOG_TEXT, NULL, NULL, "who wrote it"},
  [TWEET_INBOUND] = {"inbound", LOG_TEXT, NULL, NULL, "True = from a customer"},
  [TWEET_CREATED] = {"created_at", LOG_TIMESTAMP, NULL, "event_ts", "when"},
  [TWEET_CREATED_TOO] = {"tweet_created", LOG_TIMESTAMP, NULL, "event_ts", "when"},
  [TWEET_TEXT] = {"text", LOG_TEXT, NULL, "text", "the message"},
  [TWEET_RESPONSES] = {"response_tweet_id", LOG_TEXT, NULL, NULL, "its replies, ',' between"},
  [TWEET_PARENT] = {"in_response_to_tweet_id", LOG_TEXT, NULL, NULL, "what it answers"},
  [TWEET_SENTIMENT] = {"airline_sentiment", LOG_TEXT, NULL, NULL, "negative, neutral, positive: score -1, 0, 1"},
  [TWEET_REASON] = {"negativereason", LOG_TEXT, NULL, "topic", "why it is negative"},
  [TWEET_AIRLINE] = {"airline", LOG_TEXT, NULL, "product", "whom it is about"},
  [TWEET_LANGUAGE] = {"lang", LOG_TEXT, NULL, "language", "language"},
};

/* What is remembered from message to message; all zero at first. */
typedef struct TweetMemory {
  bool is_ready;
  int at[TWEET_COUNT];          /* columns of the table; -1 = it has none */
  Threads threads;
} TweetMemory;

static void find_columns(const FormatRecord *in, TweetMemory *memory) {
  for(size_t c = 0; c < TWEET_COUNT; c++) {
    memory->at[c] = -1;
    for(size_t i = 0; i < in->mapping->column_count && memory->at[c] < 0; i++)
      if( slice_equal_nocase(in->mapping->columns[i].name, slice_of(columns[c].name)) ) memory->at[c] = (int)i;
  }
  memory->is_ready = true;
}

static Slice text_of(const FormatRecord *in, TweetColumn column) {
  int at = ((const TweetMemory *)in->memory)->at[column];
  return at < 0 ? SLICE_NULL : format_text(in, (size_t)at);
}

/* '3.0', as a number with gaps is exported, is 3. */
static Slice id_of(Slice text) {
  text = slice_trim(text);
  bool is_real = text.size > 2 && text.data[text.size - 1] == '0' && text.data[text.size - 2] == '.';
  return is_real ? slice_part(text, 0, text.size - 2) : text;
}

/* ---- threads -------------------------------------------------------------------------------------------------------- */

static void join_replies(const FormatRecord *in, TweetMemory *memory, uint32_t node, Slice *other) {
  Slice list = text_of(in, TWEET_RESPONSES);
  while( list.data ) {
    Slice id = id_of(slice_cut(&list, ','));
    uint32_t reply = id.size ? threads_node(&memory->threads, in->keep, id) : THREAD_NONE;
    if( reply != THREAD_NONE ) threads_join(&memory->threads, node, reply, other);
  }
}

/* Puts the message into its thread; gives what it answers, or THREAD_NONE. */
static uint32_t take_thread(const FormatRecord *in, TweetMemory *memory, uint32_t node, EventPart *part) {
  Slice parent_id = id_of(text_of(in, TWEET_PARENT)), other = SLICE_NULL;
  uint32_t parent = parent_id.size ? threads_node(&memory->threads, in->keep, parent_id) : THREAD_NONE;
  if( parent != THREAD_NONE ) threads_join(&memory->threads, parent, node, &other);
  join_replies(in, memory, node, &other);
  part_text(part, EV_CONTACT_ID, threads_tell(&memory->threads, node));
  part_text(part, EV_PARENT_CONTACT_ID, other);
  return parent;
}

/* ---- who ------------------------------------------------------------------------------------------------------------ */

static bool is_word(char c) { return c == '_' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'); }

static bool is_number(Slice s) {
  for(size_t i = 0; i < s.size; i++)
    if( s.data[i] < '0' || s.data[i] > '9' ) return false;
  return s.size > 0;
}

/* The first @name that is a number, or the first that is none. */
static Slice mention(Slice text, bool number) {
  for(size_t i = 0; i < text.size; i++) {
    if( text.data[i] != '@' || (i > 0 && is_word(text.data[i - 1])) ) continue;
    size_t end = i + 1;
    while( end < text.size && is_word(text.data[end]) ) end++;
    Slice name = slice_part(text, i + 1, end - i - 1);
    if( name.size && is_number(name) == number ) return name;
  }
  return SLICE_NULL;
}

/* The last '^XY' of one to four letters. */
static Slice signature(Slice text) {
  for(size_t i = text.size; i-- > 0;) {
    if( text.data[i] != '^' ) continue;
    size_t end = i + 1;
    while( end < text.size && is_word(text.data[end]) ) end++;
    Slice letters = slice_part(text, i + 1, end - i - 1);
    if( letters.size >= 1 && letters.size <= 4 && !is_number(letters) ) return letters;
  }
  return SLICE_NULL;
}

static bool is_inbound(const FormatRecord *in) {
  Slice inbound = text_of(in, TWEET_INBOUND);
  return !inbound.size || !(slice_equal_nocase(inbound, SLICE("false")) || slice_equal(inbound, SLICE("0")));
}

static void take_customer(const FormatRecord *in, EventPart *part, ThreadNode *node) {
  Slice author = text_of(in, TWEET_AUTHOR), account = author.size ? author : text_of(in, TWEET_NAME);
  part_text(part, EV_EVENT, SLICE("message_received"));
  part_text(part, EV_DIRECTION, SLICE("in"));
  part_text(part, EV_ACTOR, SLICE("customer"));
  part_text(part, EV_ACCOUNT, account);
  part_text(part, EV_QUEUE, mention(text_of(in, TWEET_TEXT), false));
  if( node && !node->author.data && account.size ) node->author = arena_copy(in->keep, account);
}

static void take_brand(const FormatRecord *in, EventPart *part, const ThreadNode *parent) {
  Slice text = text_of(in, TWEET_TEXT);
  part_text(part, EV_EVENT, SLICE("message_sent"));
  part_text(part, EV_DIRECTION, SLICE("out"));
  part_text(part, EV_ACTOR, SLICE("agent"));
  part_text(part, EV_QUEUE, text_of(in, TWEET_AUTHOR));
  part_text(part, EV_AGENT, signature(text));
  part_text(part, EV_ACCOUNT, parent && parent->author.data ? parent->author : mention(text, true));
}

static void take_sentiment(const FormatRecord *in, EventPart *part) {
  static const struct { const char *word; double score; } words[] = {{"negative", -1}, {"neutral", 0}, {"positive", 1}};
  Slice word = text_of(in, TWEET_SENTIMENT);
  for(size_t i = 0; i < COUNT_OF(words); i++) {
    if( !slice_equal_nocase(word, slice_of(words[i].word)) ) continue;
    part_real(part, EV_SCORE, words[i].score);
    part_text(part, EV_SCORE_KIND, SLICE("sentiment"));
  }
}

static void tweets_events(const FormatRecord *in, EventParts *out) {
  TweetMemory *memory = in->memory;
  if( !memory->is_ready ) find_columns(in, memory);
  Slice id = id_of(text_of(in, TWEET_ID));
  EventPart *part = parts_add(out);
  if( !part ) return;
  uint32_t node = id.size ? threads_node(&memory->threads, in->keep, id) : THREAD_NONE;
  uint32_t parent = node == THREAD_NONE ? THREAD_NONE : take_thread(in, memory, node, part);
  if( is_inbound(in) ) take_customer(in, part, node == THREAD_NONE ? NULL : &memory->threads.nodes[node]);
  else take_brand(in, part, parent == THREAD_NONE ? NULL : &memory->threads.nodes[parent]);
  part_text(part, EV_REACH, SLICE("public"));
  take_sentiment(in, part);
}

/* ---- recognition ------------------------------------------------------------------------------------------------------ */

static bool has_column(Slice header, const char *name) {
  for(Slice rest = header; rest.data;) {
    Slice column = slice_trim(slice_cut(&rest, ','));
    if( column.size >= 2 && column.data[0] == '"' ) column = slice_part(column, 1, column.size - 2);
    if( slice_equal_nocase(column, slice_of(name)) ) return true;
  }
  return false;
}

/* Ids that a spreadsheet has rounded, 5.7E+17, name no message: such a file is read as any CSV. */
static int tweets_recognise(Slice head) {
  Slice rest = head, header = slice_cut(&rest, '\n'), row = rest.data ? slice_cut(&rest, '\n') : SLICE_NULL;
  bool is_rounded = row.size && memmem(row.data, row.size < 60 ? row.size : 60, "E+1", 3);
  bool has_time = has_column(header, "created_at") || has_column(header, "tweet_created");
  return has_column(header, "tweet_id") && has_column(header, "text") && has_time && !is_rounded ? 92 : 0;
}

const Format format_tweets = {
  .name = "tweets",
  .title = "posts and answers on a social network (CSV with a header: tweet_id, created_at, text, …)",
  .channel = "social",
  .dialect = {.has_header = true},
  .columns = columns,
  .column_count = TWEET_COUNT,
  .record_key = "tweet_id",
  .recognise = tweets_recognise,
  .events = tweets_events,
  .gives = "message_received; message_sent",
  .memory_size = sizeof(TweetMemory),
  .sample = "tweet_id,author_id,inbound,created_at,text,response_tweet_id,in_response_to_tweet_id\n"
            "2,examplecare,False,Mon Mar 03 09:05:00 +0000 2025,@115712 Please tell us your order number ^KL,3,1.0\n"
            "1,115712,True,Mon Mar 03 09:00:00 +0000 2025,@examplecare my parcel is late,\"2,4\",\n"
            "3,115712,True,Mon Mar 03 09:07:00 +0000 2025,@examplecare it is in my profile,,2.0\n",
};
