#include "stage/hashes.h"

#include "host/file.h"
#include "host/output.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { STATE_MAX = 256 << 20, SETTLED_SECONDS = 2 };

/* What has to be the same for the hash to count. */
struct identity {
	uint64_t device, inode, size;
	int64_t mtime_s, mtime_ns, ctime_s, ctime_ns;
};

struct hashes_entry {
	struct identity identity;
	char hex[HASH_HEX];
	char *path;
	bool used; /* in this run: others are not kept */
};

void hashes_done(struct hashes *h)
{
	for (size_t i = 0; i < h->n; i++)
		free(h->v[i].path);
	free(h->v);
	free(h->slots);
	*h = (struct hashes)HASHES_INIT;
}

/* The path's slot, or the free one where it belongs. FNV-1a. */
static size_t *slot_of(const struct hashes *h, const char *path)
{
	uint64_t sum = 0xcbf29ce484222325;
	size_t i;

	for (const char *p = path; *p; p++)
		sum = (sum ^ (unsigned char)*p) * 0x100000001b3;
	i = (size_t)sum & (h->n_slots - 1);
	while (h->slots[i] && strcmp(h->v[h->slots[i] - 1].path, path) != 0)
		i = (i + 1) & (h->n_slots - 1);
	return &h->slots[i];
}

static struct hashes_entry *find(struct hashes *h, const char *path)
{
	size_t slot = h->n_slots ? *slot_of(h, path) : 0;

	return slot ? &h->v[slot - 1] : NULL;
}

/* Twice as many slots as entries, a power of 2. */
static int make_slots(struct hashes *h, size_t entries, struct err *e)
{
	size_t *slots = calloc(entries, 2 * sizeof(*slots));

	if (!slots)
		return err_memory(e);
	free(h->slots);
	h->slots = slots;
	h->n_slots = entries * 2;
	for (size_t i = 0; i < h->n; i++)
		*slot_of(h, h->v[i].path) = i + 1;
	return 0;
}

static int add(struct hashes *h, const char *path, struct hashes_entry **ret, struct err *e)
{
	char *copy = strdup(path);

	if (!copy)
		return err_memory(e);
	if (h->n == h->cap) {
		size_t cap = h->cap ? h->cap * 2 : 64;
		struct hashes_entry *v = reallocarray(h->v, cap, sizeof(*v));

		if (!v) {
			free(copy);
			return err_memory(e);
		}
		h->v = v;
		h->cap = cap;
		if (make_slots(h, cap, e) < 0) {
			free(copy);
			return -1;
		}
	}
	h->v[h->n] = (struct hashes_entry){.path = copy};
	*ret = &h->v[h->n++];
	*slot_of(h, copy) = h->n;
	return 0;
}

static int read_row(struct hashes *h, const char *row, struct err *e)
{
	struct identity id;
	char hex[HASH_HEX] = "";
	struct hashes_entry *entry;
	int at = 0;

	if (sscanf(row,
		   "%64[0-9a-f] %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNd64 " %" SCNd64
		   " %" SCNd64 " %" SCNd64 " %n",
		   hex, &id.device, &id.inode, &id.size, &id.mtime_s, &id.mtime_ns, &id.ctime_s,
		   &id.ctime_ns, &at) != 8 ||
	    strlen(hex) != HASH_HEX - 1 || at == 0 || !row[at])
		return 0;
	if (add(h, row + at, &entry, e) < 0)
		return -1;
	entry->identity = id;
	memcpy(entry->hex, hex, sizeof(hex));
	return 0;
}

int hashes_load(const char *path, struct hashes *ret, struct err *e)
{
	AUTO_BUF text = BUF_INIT;
	AUTO_HASHES h = HASHES_INIT;
	struct err ignored;

	/* Without it every file is read again: slow, not wrong. */
	if (file_read(path, STATE_MAX, &text, &ignored) < 0)
		buf_clear(&text);
	for (char *row = text.data, *next; row && *row; row = next) {
		next = strchr(row, '\n');
		if (next)
			*next++ = '\0';
		if (read_row(&h, row, e) < 0)
			return -1;
	}
	*ret = h;
	h = (struct hashes)HASHES_INIT;
	return 0;
}

static struct identity identity_of(const struct stat *st)
{
	return (struct identity){
		.device = st->st_dev,
		.inode = st->st_ino,
		.size = (uint64_t)st->st_size,
		.mtime_s = st->st_mtim.tv_sec,
		.mtime_ns = st->st_mtim.tv_nsec,
		.ctime_s = st->st_ctim.tv_sec,
		.ctime_ns = st->st_ctim.tv_nsec,
	};
}

int hashes_file(struct hashes *h, const char *path, char ret_hex[HASH_HEX], struct err *e)
{
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	struct hashes_entry *entry = find(h, path);
	struct identity id;

	if (file_source_open(&f, path, e) < 0)
		return -1;
	id = identity_of(&f.stat);
	if (!entry || memcmp(&entry->identity, &id, sizeof(id))) {
		if (!entry && add(h, path, &entry, e) < 0)
			return -1;
		entry->identity = (struct identity){0};
		if (hash_source(&f.source, 0, f.source.size, entry->hex, e) < 0 ||
		    file_source_unchanged(&f, e) < 0)
			return -1;
		if (time(NULL) - f.stat.st_ctim.tv_sec > SETTLED_SECONDS)
			entry->identity = id;
		h->changed = true;
	}
	entry->used = true;
	memcpy(ret_hex, entry->hex, HASH_HEX);
	return 0;
}

int hashes_save(const struct hashes *h, const char *path, struct err *e)
{
	AUTO_BUF text = BUF_INIT;

	if (!h->changed)
		return 0;
	for (size_t i = 0; i < h->n; i++) {
		const struct hashes_entry *v = &h->v[i];
		const struct identity *id = &v->identity;

		if (!v->used || id->inode == 0 || strchr(v->path, '\n'))
			continue;
		if (buf_putf(&text, e,
			     "%s %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRId64 " %" PRId64
			     " %" PRId64 " %" PRId64 " %s\n",
			     v->hex, id->device, id->inode, id->size, id->mtime_s, id->mtime_ns,
			     id->ctime_s, id->ctime_ns, v->path) < 0)
			return -1;
	}
	return output_write(path, buf_str(&text), text.len, false, e);
}
