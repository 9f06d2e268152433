#include "format/iso9660_files.h"

#include "base/bytes.h"
#include "base/utf16.h"
#include "format/iso9660.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	PRIMARY = ISO9660_FIRST_BLOCK,
	L_PATHS = PRIMARY + 3,
	ROOT = L_PATHS + 4,
	FILES_MAX = 1000,		/* 8.3 names are told apart by three digits */
	NAME_CHARS = 64,		/* Joliet, "File and Directory Identifiers" */
	NAME_BYTES = 128,		/* what a record has room for beside the rest */
	SHORT_NAME = 8 + 1 + 3 + 2 + 1, /* "NAMENAME.EXT;1" */
	PERMISSIONS = 0100644,
	FOLDER_PERMISSIONS = 040755,
};

struct entry {
	const struct iso9660_file *file;
	char short_name[SHORT_NAME];
	uint8_t wide_name[2 * NAME_CHARS];
	size_t wide_len; /* in bytes */
	uint32_t block;
};

struct layout {
	const struct iso9660_files *v;
	struct entry *entries;		 /* in the order of their short names */
	const struct entry **wide;	 /* in that of the wide ones */
	uint32_t root_size, joliet_size; /* bytes, whole blocks */
	uint32_t reference_block, joliet_block, blocks;
};

static int check_label(const char *label, struct err *e)
{
	if (!*label || strlen(label) > ISO9660_JOLIET_LABEL_MAX)
		return err_set(e, ERR_INPUT, "label '%s' has not 1 to %d characters", label,
			       ISO9660_JOLIET_LABEL_MAX);
	for (const char *c = label; *c; c++)
		if (*c < ' ' || *c > '~')
			return err_set(e, ERR_INPUT, "label '%s' is not ASCII", label);
	return 0;
}

/* The name as Joliet has it, in the order of bytes that it has. No version: nobody writes one. */
static int make_wide_name(struct entry *entry, struct err *e)
{
	const char *name = entry->file->name;
	uint16_t units[NAME_CHARS + 1];
	size_t n;

	if (!*name || !strcmp(name, ".") || !strcmp(name, ".."))
		return err_set(e, ERR_INPUT, "'%s' is no name for a file", name);
	if (strlen(name) > NAME_BYTES)
		return err_set(e, ERR_LIMIT, "name '%s' has more than %d bytes", name, NAME_BYTES);
	if (utf16_from_text(name, "name", units, NAME_CHARS, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (units[i] < ' ' || (units[i] < 128 && strchr("*/:;?\\", units[i])))
			return err_set(e, ERR_INPUT,
				       "name '%s' has a character that Joliet forbids: one of "
				       "* / : ; ? \\ or a control character",
				       name);
		if (units[i] >= 0xd800 && units[i] < 0xe000)
			return err_set(e, ERR_INPUT,
				       "name '%s' has a character beyond UCS-2, which Joliet "
				       "cannot write",
				       name);
		units[i] = (uint16_t)(units[i] << 8 | units[i] >> 8);
	}
	memcpy(entry->wide_name, units, 2 * n);
	entry->wide_len = 2 * n;
	return 0;
}

/* A d-character (7.4.1), or '_' instead. */
static char short_char(char c)
{
	if (c >= 'a' && c <= 'z')
		return (char)(c - 'a' + 'A');
	return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ? c : '_';
}

static void make_short_name(struct entry *entry)
{
	const char *name = entry->file->name;
	const char *dot = strrchr(name, '.');
	size_t base = dot && dot > name ? (size_t)(dot - name) : strlen(name);
	char *to = entry->short_name;

	for (size_t i = 0; i < base && i < 8; i++)
		*to++ = short_char(name[i]);
	*to++ = '.';
	for (size_t i = 1; name[base] && i <= 3 && name[base + i]; i++)
		*to++ = short_char(name[base + i]);
	memcpy(to, ";1", 3);
}

static int compare_short(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = strcmp(x->short_name, y->short_name);

	/* Equal ones are numbered in the order of their whole names. */
	return order ? order : strcmp(x->file->name, y->file->name);
}

static int compare_wide(const void *a, const void *b)
{
	const struct entry *x = *(const struct entry *const *)a;
	const struct entry *y = *(const struct entry *const *)b;
	size_t len = x->wide_len < y->wide_len ? x->wide_len : y->wide_len;
	int order = memcmp(x->wide_name, y->wide_name, len);

	return order ? order : (x->wide_len > y->wide_len) - (x->wide_len < y->wide_len);
}

static bool has_twin(const struct layout *l, size_t i)
{
	const char *name = l->entries[i].short_name;

	return (i > 0 && !strcmp(name, l->entries[i - 1].short_name)) ||
	       (i + 1 < l->v->n && !strcmp(name, l->entries[i + 1].short_name));
}

/*
 * Names that are one in 8.3 end in the entry's number instead. Any number is
 * used once, and none of them was there before: then all get one.
 */
static void tell_apart(struct layout *l)
{
	bool all = false;

	for (size_t i = 0; i < l->v->n; i++)
		all = all || has_twin(l, i);
	for (size_t i = 0; all && i < l->v->n; i++) {
		char *name = l->entries[i].short_name;
		char *dot = strchr(name, '.');
		char *to = dot - name < 5 ? dot : name + 5;

		memmove(to + 3, dot, strlen(dot) + 1);
		for (size_t k = 3, rest = i; k > 0; k--, rest /= 10)
			to[k - 1] = (char)('0' + rest % 10);
	}
	qsort(l->entries, l->v->n, sizeof(l->entries[0]), compare_short);
}

static int make_names(struct layout *l, struct err *e)
{
	for (size_t i = 0; i < l->v->n; i++) {
		l->entries[i].file = &l->v->files[i];
		l->wide[i] = &l->entries[i];
		if (make_wide_name(&l->entries[i], e) < 0)
			return -1;
		make_short_name(&l->entries[i]);
	}
	qsort(l->entries, l->v->n, sizeof(l->entries[0]), compare_short);
	tell_apart(l);
	qsort(l->wide, l->v->n, sizeof(const struct entry *), compare_wide);
	for (size_t i = 1; i < l->v->n; i++)
		if (!strcmp(l->wide[i - 1]->file->name, l->wide[i]->file->name))
			return err_set(e, ERR_INPUT, "'%s' is given twice", l->wide[i]->file->name);
	return 0;
}

/* System use entries: two letters, length, version, content (SUSP 1.09, 4). */
struct system_use {
	uint8_t bytes[ISO9660_RECORD_MAX];
	size_t len;
};

static uint8_t *add_use(struct system_use *u, const char *name, size_t len)
{
	uint8_t *at = u->bytes + u->len;

	memset(at, 0, len);
	memcpy(at, name, 2);
	at[2] = (uint8_t)len;
	at[3] = 1;
	u->len += len;
	return at;
}

/* Permissions and times (Rock Ridge 4.1.1 and 4.1.6), and which entries there are. */
static void add_status(struct system_use *u, uint32_t mode, uint32_t time, bool named)
{
	enum { HAS_PX = 1, HAS_NM = 8, HAS_TF = 0x80, MODIFY_ACCESS_ATTRIBUTES = 0x0e };
	uint8_t *at = add_use(u, "RR", 5);

	at[4] = HAS_PX | HAS_TF | (named ? HAS_NM : 0);
	at = add_use(u, "PX", 36);
	iso9660_put_both32(at + 4, mode);
	iso9660_put_both32(at + 12, mode == FOLDER_PERMISSIONS ? 2 : 1); /* links */
	at = add_use(u, "TF", 5 + 3 * 7);
	at[4] = MODIFY_ACCESS_ATTRIBUTES;
	for (int i = 0; i < 3; i++)
		iso9660_put_time(at + 5 + 7 * i, time);
}

/* Says that the entries are Rock Ridge's (SUSP 5.5): too long for the record itself. */
static void make_reference(uint8_t block[ISO9660_BLOCK], size_t *ret_len)
{
	static const char id[] = "RRIP_1991A";
	static const char text[] = "THE ROCK RIDGE INTERCHANGE PROTOCOL PROVIDES SUPPORT FOR POSIX "
				   "FILE SYSTEM SEMANTICS";
	static const char source[] =
		"PLEASE CONTACT DISC PUBLISHER FOR SPECIFICATION SOURCE.  SEE PUBLISHER IDENTIFIER "
		"IN PRIMARY VOLUME DESCRIPTOR FOR CONTACT INFORMATION.";
	const int len = snprintf((char *)memset(block, 0, ISO9660_BLOCK) + 8, ISO9660_BLOCK - 8,
				 "%s%s%s", id, text, source);

	block[0] = 'E';
	block[1] = 'R';
	block[2] = (uint8_t)(8 + len);
	block[3] = 1;
	block[4] = (uint8_t)strlen(id);
	block[5] = (uint8_t)strlen(text);
	block[6] = (uint8_t)strlen(source);
	block[7] = 1;
	*ret_len = (size_t)len + 8;
}

/* The root's record of itself begins the system use entries, and says where they go on. */
static void make_root_use(struct system_use *u, const struct layout *l, size_t reference_len)
{
	uint8_t *at = add_use(u, "SP", 7);

	at[4] = 0xbe;
	at[5] = 0xef;
	add_status(u, FOLDER_PERMISSIONS, l->v->time, false);
	at = add_use(u, "CE", 28);
	iso9660_put_both32(at + 4, l->reference_block);
	iso9660_put_both32(at + 20, (uint32_t)reference_len);
}

/* A record does not go over the end of a block (6.8.1.1). */
static int put_record(struct buf *to, const struct iso9660_record *r, struct err *e)
{
	static const uint8_t zeros[ISO9660_BLOCK];
	const size_t size = iso9660_record_size(r);
	const size_t left = ISO9660_BLOCK - to->len % ISO9660_BLOCK;
	uint8_t record[ISO9660_RECORD_MAX + 1];

	if (left < size && buf_put(to, zeros, left, e) < 0)
		return -1;
	iso9660_put_record(record, r);
	return buf_put(to, record, size, e);
}

static int end_folder(struct buf *to, struct err *e)
{
	static const uint8_t zeros[ISO9660_BLOCK];
	const size_t over = to->len % ISO9660_BLOCK;

	return over ? buf_put(to, zeros, ISO9660_BLOCK - over, e) : 0;
}

static int make_root(const struct layout *l, struct buf *to, struct err *e)
{
	uint8_t block[ISO9660_BLOCK];
	struct system_use self = {.len = 0}, above = {.len = 0};
	struct iso9660_record r = {.name = "",
				   .name_len = 1,
				   .block = ROOT,
				   .size = l->root_size,
				   .flags = ISO9660_FOLDER,
				   .time = l->v->time};
	size_t reference_len;

	make_reference(block, &reference_len);
	make_root_use(&self, l, reference_len);
	add_status(&above, FOLDER_PERMISSIONS, l->v->time, false);
	r.system_use = self.bytes;
	r.system_use_len = self.len;
	if (put_record(to, &r, e) < 0)
		return -1;
	r.name = "\1";
	r.system_use = above.bytes;
	r.system_use_len = above.len;
	if (put_record(to, &r, e) < 0)
		return -1;
	for (size_t i = 0; i < l->v->n; i++) {
		const struct entry *entry = &l->entries[i];
		struct system_use u = {.len = 0};
		size_t len = strlen(entry->file->name);

		add_status(&u, PERMISSIONS, l->v->time, true);
		memcpy(add_use(&u, "NM", 5 + len) + 5, entry->file->name, len);
		r = (struct iso9660_record){.name = entry->short_name,
					    .name_len = strlen(entry->short_name),
					    .block = entry->block,
					    .size = (uint32_t)entry->file->content->size,
					    .time = l->v->time,
					    .system_use = u.bytes,
					    .system_use_len = u.len};
		if (put_record(to, &r, e) < 0)
			return -1;
	}
	return end_folder(to, e);
}

static int make_joliet_root(const struct layout *l, struct buf *to, struct err *e)
{
	struct iso9660_record r = {.name = "",
				   .name_len = 1,
				   .block = l->joliet_block,
				   .size = l->joliet_size,
				   .flags = ISO9660_FOLDER,
				   .time = l->v->time};

	if (put_record(to, &r, e) < 0)
		return -1;
	r.name = "\1";
	if (put_record(to, &r, e) < 0)
		return -1;
	r.flags = 0;
	for (size_t i = 0; i < l->v->n; i++) {
		r.name = l->wide[i]->wide_name;
		r.name_len = l->wide[i]->wide_len;
		r.block = l->wide[i]->block;
		r.size = (uint32_t)l->wide[i]->file->content->size;
		if (put_record(to, &r, e) < 0)
			return -1;
	}
	return end_folder(to, e);
}

/* Sizes of the folders first: their records have them, and the places of the files. */
static int lay_out(struct layout *l, struct err *e)
{
	AUTO_BUF root = BUF_INIT;
	AUTO_BUF joliet = BUF_INIT;
	uint64_t block;

	if (make_root(l, &root, e) < 0 || make_joliet_root(l, &joliet, e) < 0)
		return -1;
	l->root_size = (uint32_t)root.len;
	l->joliet_size = (uint32_t)joliet.len;
	/* Behind the record that leads to it: some read a volume in one go. */
	l->reference_block = ROOT + l->root_size / ISO9660_BLOCK;
	l->joliet_block = l->reference_block + 1;
	block = l->joliet_block + l->joliet_size / ISO9660_BLOCK;
	for (size_t i = 0; i < l->v->n; i++) {
		uint64_t size = l->entries[i].file->content->size;

		if (size > UINT32_MAX)
			return err_set(e, ERR_LIMIT,
				       "'%s' has %llu bytes; a file of ISO 9660 is below 4 GiB",
				       l->entries[i].file->name, (unsigned long long)size);
		l->entries[i].block = (uint32_t)block;
		block += align_up(size, ISO9660_BLOCK) / ISO9660_BLOCK;
		if (block > UINT32_MAX)
			return err_set(e, ERR_LIMIT, "a volume of ISO 9660 has 8 TiB at most");
	}
	l->blocks = (uint32_t)block;
	return 0;
}

static int put_descriptors(const struct layout *l, struct sink *out, struct err *e)
{
	uint8_t blocks[3][ISO9660_BLOCK];
	struct iso9660_volume v = {
		.label = l->v->label,
		.blocks = l->blocks,
		.root_block = ROOT,
		.root_size = l->root_size,
		.path_table_size = 10,
		.l_path_block = L_PATHS,
		.m_path_block = L_PATHS + 1,
		.time = l->v->time,
	};

	iso9660_put_primary(blocks[0], &v);
	v.root_block = l->joliet_block;
	v.root_size = l->joliet_size;
	v.l_path_block = L_PATHS + 2;
	v.m_path_block = L_PATHS + 3;
	iso9660_put_joliet(blocks[1], &v);
	iso9660_put_terminator(blocks[2]);
	return sink_put(out, blocks, sizeof(blocks), e);
}

static int put_paths(const struct layout *l, struct sink *out, struct err *e)
{
	struct iso9660_path root = {.name = "", .name_len = 1, .block = ROOT, .parent = 1};
	uint8_t blocks[4][ISO9660_BLOCK] = {{0}};

	iso9660_put_path(blocks[0], &root, false);
	iso9660_put_path(blocks[1], &root, true);
	root.block = l->joliet_block;
	iso9660_put_path(blocks[2], &root, false);
	iso9660_put_path(blocks[3], &root, true);
	return sink_put(out, blocks, sizeof(blocks), e);
}

static int put_folders(const struct layout *l, struct sink *out, struct err *e)
{
	uint8_t reference[ISO9660_BLOCK];
	AUTO_BUF root = BUF_INIT;
	AUTO_BUF joliet = BUF_INIT;
	size_t ignored;

	make_reference(reference, &ignored);
	if (make_root(l, &root, e) < 0 || make_joliet_root(l, &joliet, e) < 0)
		return -1;
	if (sink_put(out, root.data, root.len, e) < 0 ||
	    sink_put(out, reference, sizeof(reference), e) < 0)
		return -1;
	return sink_put(out, joliet.data, joliet.len, e);
}

static int put_all(const struct layout *l, struct sink *out, struct err *e)
{
	if (sink_zeros(out, (uint64_t)ISO9660_FIRST_BLOCK * ISO9660_BLOCK, e) < 0 ||
	    put_descriptors(l, out, e) < 0 || put_paths(l, out, e) < 0 ||
	    put_folders(l, out, e) < 0)
		return -1;
	for (size_t i = 0; i < l->v->n; i++) {
		const struct source *content = l->entries[i].file->content;

		if (sink_range(out, content, 0, content->size, e) < 0 ||
		    sink_align(out, ISO9660_BLOCK, e) < 0)
			return -1;
	}
	return 0;
}

int iso9660_write_files(const struct iso9660_files *v, struct sink *out, struct err *e)
{
	AUTO_FREE struct entry *entries = NULL;
	AUTO_FREE const struct entry **wide = NULL;
	struct layout l = {.v = v};

	if (check_label(v->label, e) < 0)
		return -1;
	if (v->n > FILES_MAX)
		return err_set(e, ERR_LIMIT, "%zu files are more than the %d that fit", v->n,
			       FILES_MAX);
	l.entries = entries = calloc(v->n + 1, sizeof(*entries));
	l.wide = wide = calloc(v->n + 1, sizeof(const struct entry *));
	if (!entries || !wide)
		return err_memory(e);
	if (make_names(&l, e) < 0 || lay_out(&l, e) < 0)
		return -1;
	return put_all(&l, out, e);
}
