#include "format/cpio.h"

#include "base/bytes.h"

#include <string.h>

/* What is being read; the kernel's unpacker (init/initramfs.c) has the same states. */
enum state { AT_REST, IN_HEADER, IN_NAME, IN_TARGET, IN_DATA, IN_PADDING };

enum field {
	INO,
	MODE,
	UID,
	GID,
	NLINK,
	MTIME,
	FILESIZE,
	DEV_MAJOR,
	DEV_MINOR,
	RDEV_MAJOR,
	RDEV_MINOR,
	NAMESIZE,
	CHECK,
	FIELDS
};

enum { MAGIC_SIZE = 6, FIELD_SIZE = 8 };

static int bad(const struct cpio_reader *r, struct err *e, const char *what)
{
	return err_set(e, ERR_INPUT, "'%s' is damaged at byte %llu of the archive: %s", r->name,
		       (unsigned long long)r->at, what);
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int read_fields(const struct cpio_reader *r, uint32_t fields[FIELDS], struct err *e)
{
	const char *p = r->part + MAGIC_SIZE;

	for (int i = 0; i < FIELDS; i++) {
		fields[i] = 0;
		for (int j = 0; j < FIELD_SIZE; j++) {
			int digit = hex_value(*p++);

			if (digit < 0)
				return bad(r, e, "a header has a number that is not hexadecimal");
			fields[i] = fields[i] << 4 | (uint32_t)digit;
		}
	}
	return 0;
}

/* What is read next begins behind the `done` bytes of what was read before. */
static void collect(struct cpio_reader *r, uint64_t done, enum state state, size_t need)
{
	r->at += done;
	r->state = state;
	r->have = 0;
	r->need = need;
}

static int take_header(struct cpio_reader *r, struct err *e)
{
	uint32_t f[FIELDS];

	if (memcmp(r->part, "07070", 5) || (r->part[5] != '1' && r->part[5] != '2'))
		return bad(r, e, "no newc header where one should be");
	if (read_fields(r, f, e) < 0)
		return -1;
	if (f[NAMESIZE] == 0 || f[NAMESIZE] > CPIO_NAME_MAX + 1)
		return bad(r, e, "a name is empty or longer than 4095 bytes");
	r->found = (struct cpio_found){
		.entry = {.ino = f[INO],
			  .mode = f[MODE],
			  .uid = f[UID],
			  .gid = f[GID],
			  .nlink = f[NLINK],
			  .mtime = f[MTIME],
			  .rdev_major = f[RDEV_MAJOR],
			  .rdev_minor = f[RDEV_MINOR]},
		.size = f[FILESIZE],
		.dev_major = f[DEV_MAJOR],
		.dev_minor = f[DEV_MINOR],
		.checked = r->part[5] == '2',
	};
	r->data_left = f[FILESIZE];
	r->sum = 0;
	r->want_sum = f[CHECK];
	/* Header and name together fill a multiple of 4. */
	r->name_padded = align_up(CPIO_HEADER_SIZE + f[NAMESIZE], 4) - CPIO_HEADER_SIZE;
	r->name_size = f[NAMESIZE];
	collect(r, CPIO_HEADER_SIZE, IN_NAME, r->name_padded);
	return 0;
}

static int tell_entry(struct cpio_reader *r, struct err *e)
{
	r->found.entry.name = r->part;
	r->entries++;
	return r->visitor->entry(r->visitor->context, &r->found, e);
}

static void start_data(struct cpio_reader *r)
{
	if (r->data_left)
		collect(r, r->name_padded, IN_DATA, 0);
	else
		r->state = AT_REST;
}

static int take_name(struct cpio_reader *r, struct err *e)
{
	uint32_t type = r->found.entry.mode & CPIO_TYPE_MASK;

	if (r->part[r->name_size - 1])
		return bad(r, e, "a name has no end");
	if (!strcmp(r->part, CPIO_TRAILER)) {
		if (r->data_left)
			return bad(r, e, "the trailer has content");
		r->trailers++;
		r->state = AT_REST;
		return 0;
	}
	if (type == CPIO_SYMLINK) {
		if (r->data_left == 0 || r->data_left > CPIO_TARGET_MAX + 1)
			return bad(r, e, "a symbolic link's target is empty or over 4095 bytes");
		collect(r, r->name_padded, IN_TARGET, (size_t)r->data_left);
		return 0;
	}
	if (r->data_left && type != CPIO_FILE)
		return bad(r, e, "something that is no file has content");
	if (tell_entry(r, e) < 0)
		return -1;
	start_data(r);
	return 0;
}

static int check_sum(struct cpio_reader *r, struct err *e)
{
	if (r->found.checked && r->sum != r->want_sum)
		return bad(r, e, "the content of a file does not have its checksum");
	return 0;
}

static void end_data(struct cpio_reader *r)
{
	size_t padding = (size_t)(align_up(r->found.size, 4) - r->found.size);

	if (padding)
		collect(r, r->found.size, IN_PADDING, padding);
	else
		r->state = AT_REST;
}

static int take_target(struct cpio_reader *r, struct err *e)
{
	char *target = r->part + r->name_padded;

	target[r->data_left] = '\0';
	r->found.target = target;
	r->data_left = 0;
	if (tell_entry(r, e) < 0)
		return -1;
	end_data(r);
	return 0;
}

static int take_data(struct cpio_reader *r, const char *data, size_t len, size_t *ret_used,
		     struct err *e)
{
	size_t n = r->data_left < len ? (size_t)r->data_left : len;

	if (r->found.checked)
		r->sum = cpio_sum(r->sum, data, n);
	if (r->visitor->data && r->visitor->data(r->visitor->context, data, n, e) < 0)
		return -1;
	r->data_left -= n;
	*ret_used = n;
	if (r->data_left)
		return 0;
	if (check_sum(r, e) < 0)
		return -1;
	end_data(r);
	return 0;
}

/* Gathers a part that is needed whole, and acts on it once it is there. */
static int take_part(struct cpio_reader *r, const char *data, size_t len, size_t *ret_used,
		     struct err *e)
{
	size_t n = r->need - r->have < len ? r->need - r->have : len;
	/* The name stays where it is while the target of its link is read. */
	char *to = r->part + (r->state == IN_TARGET ? r->name_padded : 0);

	memcpy(to + r->have, data, n);
	r->have += n;
	*ret_used = n;
	if (r->have < r->need)
		return 0;
	switch (r->state) {
	case IN_HEADER:
		return take_header(r, e);
	case IN_NAME:
		return take_name(r, e);
	case IN_TARGET:
		return take_target(r, e);
	default:
		r->state = AT_REST;
		return 0;
	}
}

/* Between entries. ret_used stays 0 at a byte that is not ours. */
static int rest(struct cpio_reader *r, const char *data, size_t len, size_t *ret_used,
		struct err *e)
{
	size_t n = 0;

	while (n < len && !data[n])
		n++;
	*ret_used = n;
	if (n || data[0] != '0')
		return 0;
	r->at = r->sink.pos;
	if (r->at % 4)
		return bad(r, e, "an entry does not begin at a multiple of 4");
	collect(r, 0, IN_HEADER, CPIO_HEADER_SIZE);
	return take_part(r, data, len, ret_used, e);
}

int cpio_reader_take(struct cpio_reader *r, const void *data, size_t len, size_t *ret_used,
		     struct err *e)
{
	const char *p = data;
	size_t done = 0;

	while (done < len) {
		size_t used = 0;
		int result;

		if (r->state == AT_REST)
			result = rest(r, p + done, len - done, &used, e);
		else if (r->state == IN_DATA)
			result = take_data(r, p + done, len - done, &used, e);
		else
			result = take_part(r, p + done, len - done, &used, e);
		if (result < 0)
			return -1;
		if (!used)
			break;
		done += used;
		r->sink.pos += used;
	}
	*ret_used = done;
	return 0;
}

uint64_t cpio_reader_data_at(const struct cpio_reader *r)
{
	/* Of a symbolic link the target was collected already. */
	return r->state == IN_TARGET ? r->at : r->at + r->name_padded;
}

int cpio_reader_skip(struct cpio_reader *r, uint64_t n, struct err *e)
{
	uint64_t padding = align_up(r->found.size, 4) - r->found.size;

	if (r->state != IN_DATA || n > r->data_left + padding)
		return bad(r, e, "a header tells of content of another size");
	if (n < r->data_left) {
		r->sink.pos += n;
		r->data_left -= n;
		return 0;
	}
	n -= r->data_left;
	r->sink.pos += r->data_left;
	r->data_left = 0;
	end_data(r);
	return n ? sink_zeros(&r->sink, n, e) : 0;
}

static int reader_put(struct sink *s, const void *data, size_t len, struct err *e)
{
	struct cpio_reader *r = (struct cpio_reader *)s;
	uint64_t before = s->pos;
	size_t used;

	if (cpio_reader_take(r, data, len, &used, e) < 0)
		return -1;
	if (used < len) {
		r->at = r->sink.pos;
		return bad(r, e, "neither an entry nor zeros");
	}
	/* sink_put() counts what the reader counted already. */
	s->pos = before;
	return 0;
}

static const struct sink_ops reader_ops = {.put = reader_put};

void cpio_reader_init(struct cpio_reader *r, const struct cpio_visitor *visitor, const char *name)
{
	*r = (struct cpio_reader){
		.sink = {.ops = &reader_ops}, .visitor = visitor, .name = name, .state = AT_REST};
}

int cpio_reader_finish(struct cpio_reader *r, struct err *e)
{
	if (r->state != AT_REST)
		return err_set(
			e, ERR_INPUT,
			"'%s' ends inside an entry, at byte %llu of the archive: it is cut short",
			r->name, (unsigned long long)r->sink.pos);
	return 0;
}
