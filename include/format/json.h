#ifndef MKOS_FORMAT_JSON_H
#define MKOS_FORMAT_JSON_H

/*
 * JSON (RFC 8259): a writer that keeps track of commas and indentation, and a
 * reader that makes a tree. Numbers are kept as their text: what we exchange
 * are sizes and versions, never fractions.
 */

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum json_style {
	JSON_SHORT,  /* one line */
	JSON_PRETTY, /* a tab of indentation a level */
};

/*
 * Errors are kept until json_finish(), so that writing reads as the document
 * does. A key is NULL inside an array and at the top.
 */
struct json_writer {
	struct buf *out;
	enum json_style style;
	unsigned int depth;
	bool empty; /* nothing stands in the open object or array */
	bool failed;
	struct err error;
};

void json_begin(struct json_writer *w, struct buf *out, enum json_style style);
void json_open_object(struct json_writer *w, const char *key);
void json_close_object(struct json_writer *w);
void json_open_array(struct json_writer *w, const char *key);
void json_close_array(struct json_writer *w);

/* Bytes that are not UTF-8 become U+FFFD. */
void json_text(struct json_writer *w, const char *key, const char *text);
void json_text_n(struct json_writer *w, const char *key, const char *text, size_t len);
void json_number(struct json_writer *w, const char *key, uint64_t value);
void json_bool(struct json_writer *w, const char *key, bool value);

/* Ends the document with a newline and gives the first error there was. */
MUST_CHECK int json_finish(struct json_writer *w, struct err *e);

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
	enum json_type type;
	bool truth;	    /* of a bool */
	char *text;	    /* of a string (a NUL in it is refused), or a number's digits */
	char *key;	    /* inside an object */
	struct json *first; /* of an array or object */
	struct json *next;
};

/* `name` is told in messages, with the line. At most 64 levels deep. */
MUST_CHECK int json_parse(const char *text, size_t len, const char *name, struct json **ret,
			  struct err *e);
void json_free(struct json *j);

/* The member of an object, or NULL; also NULL when j is NULL or no object. */
const struct json *json_member(const struct json *j, const char *key);

/* The text of a string member, or NULL. */
const char *json_member_text(const struct json *j, const char *key);

#endif
