/* SPDX-License-Identifier: MIT
** condition_lex: a condition's text → tokens, and the names that occur in it. Knows no columns and no values. */
#include "condition_code.h"
#include "vocabulary.h"

typedef struct TokenText {
  const char *text;
  Token token;
} TokenText;

/* longest first where one begins with another */
static const TokenText operators[] = {
  {"||", TOKEN_CONCAT},     {"==", TOKEN_EQUAL},         {"<>", TOKEN_UNEQUAL}, {"!=", TOKEN_UNEQUAL},
  {"<=", TOKEN_LESS_EQUAL}, {">=", TOKEN_GREATER_EQUAL}, {"=", TOKEN_EQUAL},    {"<", TOKEN_LESS},
  {">", TOKEN_GREATER},     {"(", TOKEN_OPEN},           {")", TOKEN_CLOSE},    {",", TOKEN_COMMA},
  {"+", TOKEN_PLUS},        {"-", TOKEN_MINUS},          {"*", TOKEN_STAR},     {"/", TOKEN_SLASH},
  {"%", TOKEN_PERCENT},
};
static const TokenText keywords[] = {
  {"AND", TOKEN_AND},         {"OR", TOKEN_OR},         {"NOT", TOKEN_NOT},   {"IS", TOKEN_IS},
  {"IN", TOKEN_IN},           {"BETWEEN", TOKEN_BETWEEN}, {"LIKE", TOKEN_LIKE}, {"GLOB", TOKEN_GLOB},
  {"ESCAPE", TOKEN_ESCAPE},   {"ISNULL", TOKEN_ISNULL}, {"NOTNULL", TOKEN_NOTNULL}, {"NULL", TOKEN_NULL},
};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
static bool is_word_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}
static bool is_word(char c) { return is_word_start(c) || is_digit(c) || c == '$'; }

static char peek(const Lexer *lexer, size_t ahead) {
  return lexer->at + ahead < lexer->text.size ? lexer->text.data[lexer->at + ahead] : 0;
}

static void skip_while(Lexer *lexer, bool (*belongs)(char)) {
  while( lexer->at < lexer->text.size && belongs(lexer->text.data[lexer->at]) ) lexer->at++;
}

static void bad(Lexer *lexer, const char *problem) {
  lexer->token = TOKEN_BAD;
  lexer->problem = problem;
}

static void take_body(Lexer *lexer, Token token) {
  lexer->token = token;
  lexer->body = slice_part(lexer->text, lexer->start, lexer->at - lexer->start);
}

static void lex_number(Lexer *lexer) {
  if( peek(lexer, 0) == '0' && (peek(lexer, 1) | 32) == 'x' && is_hex(peek(lexer, 2)) ) {
    lexer->at += 2;
    skip_while(lexer, is_hex);
  } else {
    skip_while(lexer, is_digit);
    if( peek(lexer, 0) == '.' ) lexer->at++;
    skip_while(lexer, is_digit);
    size_t sign = peek(lexer, 1) == '-' || peek(lexer, 1) == '+';
    if( (peek(lexer, 0) | 32) == 'e' && is_digit(peek(lexer, 1 + sign)) ) {
      lexer->at += 1 + sign;
      skip_while(lexer, is_digit);
    }
  }
  take_body(lexer, TOKEN_NUMBER);
  if( is_word(peek(lexer, 0)) ) bad(lexer, "a number may not run into a word");
}

static void lex_word(Lexer *lexer) {
  skip_while(lexer, is_word);
  take_body(lexer, TOKEN_WORD);
  for(size_t i = 0; i < COUNT_OF(keywords); i++)
    if( slice_equal_nocase(lexer->body, slice_of(keywords[i].text)) ) lexer->token = keywords[i].token;
}

/* From the opening quote; `close` doubled stands for itself, except ']'. */
static void lex_quoted(Lexer *lexer, char close, Token token) {
  size_t i = ++lexer->at;
  for(; i < lexer->text.size; i++) {
    if( lexer->text.data[i] != close ) continue;
    if( close == ']' || i + 1 >= lexer->text.size || lexer->text.data[i + 1] != close ) break;
    i++;
  }
  if( i >= lexer->text.size ) {
    bad(lexer, token == TOKEN_STRING ? "the string here has no closing quote" : "the name here has no closing quote");
    return;
  }
  lexer->token = token;
  lexer->body = slice_part(lexer->text, lexer->at, i - lexer->at);
  lexer->at = i + 1;
}

static void lex_operator(Lexer *lexer) {
  Slice rest = slice_part(lexer->text, lexer->at, SIZE_MAX);
  if( slice_equal(slice_part(rest, 0, 2), SLICE("--")) || slice_equal(slice_part(rest, 0, 2), SLICE("/*")) ) {
    bad(lexer, "a condition has no comments");
    return;
  }
  for(size_t i = 0; i < COUNT_OF(operators); i++) {
    Slice sign = slice_of(operators[i].text);
    if( !slice_equal(slice_part(rest, 0, sign.size), sign) ) continue;
    lexer->at += sign.size;
    lexer->token = operators[i].token;
    return;
  }
  bad(lexer, "this character has no meaning in a condition");
}

void condition_lexer_next(Lexer *lexer) {
  skip_while(lexer, is_space);
  lexer->start = lexer->at;
  lexer->body = SLICE_NULL;
  char c = peek(lexer, 0);
  if( lexer->at >= lexer->text.size ) lexer->token = TOKEN_END;
  else if( is_digit(c) || (c == '.' && is_digit(peek(lexer, 1))) ) lex_number(lexer);
  else if( is_word_start(c) ) lex_word(lexer);
  else if( c == '\'' || c == '"' ) lex_quoted(lexer, c, TOKEN_STRING);
  else if( c == '`' ) lex_quoted(lexer, c, TOKEN_NAME);
  else if( c == '[' ) lex_quoted(lexer, ']', TOKEN_NAME);
  else lex_operator(lexer);
}

Lexer condition_lexer(Slice text) {
  Lexer lexer = {.text = text};
  condition_lexer_next(&lexer);
  return lexer;
}

static bool is_opening(char c) { return c == '\'' || c == '"' || c == '`' || c == '['; }

void condition_names(Slice text, void (*name)(void *context, Slice identifier), void *context) {
  bool has_verb = false;
  Lexer lexer = condition_lexer(text);
  for(; lexer.token != TOKEN_END; condition_lexer_next(&lexer)) {
    if( lexer.token == TOKEN_NAME || lexer.token == TOKEN_WORD ) name(context, lexer.body);
    if( lexer.token == TOKEN_BAD && is_opening(text.data[lexer.start]) ) break;
    if( lexer.token == TOKEN_BAD ) lexer.at = lexer.start + 1;
    has_verb |= lexer.token == TOKEN_WORD && (vocabulary_find(lexer.body) || role_find(lexer.body) != ROLE_NONE);
  }
  if( !has_verb ) return;
  name(context, SLICE("event"));
  name(context, SLICE("role"));
}
