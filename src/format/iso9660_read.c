#include "format/iso9660_read.h"

#include "base/buf.h"
#include "base/bytes.h"
#include "base/utf16.h"
#include "format/iso9660.h"

#include <string.h>

enum {
	TYPE_BOOT = 0,
	TYPE_PRIMARY = 1,
	TYPE_SUPPLEMENTARY = 2,
	TYPE_TERMINATOR = 255,
	DESCRIPTORS_MAX = 64,
	BOOT_ENTRY = 32,
	SECTION = 0x90,
	LAST_SECTION = 0x91,
	EXTENSION = 0x44,
	MORE_EXTENTS = 0x80, /* flag of a record: the next one goes on with the file */
	NAME_MAX_BYTES = 3 * 255 + 1,
	CONTINUATIONS_MAX = 16,
};

static int wrong(const struct source *s, const char *what, struct err *e)
{
	return err_set(e, ERR_INPUT, "'%s': broken ISO 9660 volume: %s", s->name, what);
}

static void get_text(const uint8_t *from, size_t len, char *to)
{
	while (len && (from[len - 1] == ' ' || from[len - 1] == 0))
		len--;
	memcpy(to, from, len);
	to[len] = '\0';
	for (; *to; to++)
		if (*to < ' ' || *to > '~')
			*to = '?';
}

/* UCS-2 has its bytes the other way round here. */
static void get_wide(const uint8_t *from, size_t len, char *to)
{
	uint8_t units[256];

	len = len < sizeof(units) ? len & ~(size_t)1 : sizeof(units);
	for (size_t i = 0; i < len; i += 2) {
		units[i] = from[i + 1];
		units[i + 1] = from[i];
	}
	utf16_to_text(units, len / 2, to);
}

/* One entry of the catalogue (El Torito 1.0, figures 3 to 5). */
static void add_boot(struct iso9660_image *i, const uint8_t *entry, uint8_t platform)
{
	if (i->n_boots == ISO9660_BOOTS_MAX)
		return;
	i->boots[i->n_boots++] = (struct iso9660_boot){
		.platform = platform,
		.bootable = entry[0] == 0x88,
		.medium = entry[1] & 0x0f,
		.sectors = le16_get(entry + 6),
		.offset = (uint64_t)le32_get(entry + 8) * ISO9660_BLOCK,
	};
}

static int read_catalogue(struct iso9660_image *i, uint32_t block, struct err *e)
{
	uint8_t catalogue[ISO9660_BLOCK];
	uint8_t platform, left = 1;
	bool last = false;

	if (source_read(i->s, (uint64_t)block * ISO9660_BLOCK, catalogue, sizeof(catalogue), e) < 0)
		return -1;
	if (catalogue[0] != 1 || catalogue[30] != 0x55 || catalogue[31] != 0xaa)
		return wrong(i->s, "its boot catalogue has no validation entry", e);
	platform = catalogue[1];
	for (size_t at = BOOT_ENTRY; at < ISO9660_BLOCK; at += BOOT_ENTRY) {
		const uint8_t *entry = catalogue + at;

		if (left) {
			add_boot(i, entry, platform);
			left--;
		} else if (!last && (entry[0] == SECTION || entry[0] == LAST_SECTION)) {
			platform = entry[1];
			left = (uint8_t)(entry[2] < 64 ? entry[2] : 64);
			last = entry[0] == LAST_SECTION;
		} else if (entry[0] != EXTENSION) {
			break;
		}
	}
	return 0;
}

static bool is_joliet(const uint8_t *descriptor)
{
	return descriptor[88] == '%' && descriptor[89] == '/' &&
	       (descriptor[90] == '@' || descriptor[90] == 'C' || descriptor[90] == 'E');
}

static int take_root(struct iso9660_image *i, const uint8_t *descriptor, struct err *e)
{
	i->root = (uint64_t)le32_get(descriptor + 156 + 2) * ISO9660_BLOCK;
	i->root_size = le32_get(descriptor + 156 + 10);
	if (le16_get(descriptor + 128) != ISO9660_BLOCK)
		return wrong(i->s, "its blocks have not 2048 bytes", e);
	if (i->root > i->s->size || i->root_size > i->s->size - i->root)
		return wrong(i->s, "its root folder lies behind its end", e);
	return 0;
}

/* Does the root's first record begin with SUSP's own entry (SUSP 1.12, 5.3)? */
static int look_for_rock_ridge(struct iso9660_image *i, struct err *e)
{
	uint8_t record[256];

	if (i->root_size < sizeof(record))
		return 0;
	if (source_read(i->s, i->root, record, sizeof(record), e) < 0)
		return -1;
	if (record[0] < 34 + 7 || memcmp(record + 34, "SP", 2) != 0 || record[38] != 0xbe ||
	    record[39] != 0xef)
		return 0;
	i->has_rock_ridge = true;
	i->skip = record[40];
	return 0;
}

static int take_descriptor(struct iso9660_image *i, const uint8_t *d, bool *primary, struct err *e)
{
	struct iso9660_image joliet = {.s = i->s};

	switch (d[0]) {
	case TYPE_BOOT:
		if (i->n_boots || memcmp(d + 7, "EL TORITO SPECIFICATION", 23) != 0)
			return 0;
		return read_catalogue(i, le32_get(d + 71), e);
	case TYPE_PRIMARY:
		if (*primary)
			return 0;
		*primary = true;
		get_text(d + 40, 32, i->label);
		i->size = (uint64_t)le32_get(d + 80) * ISO9660_BLOCK;
		return take_root(i, d, e) < 0 ? -1 : look_for_rock_ridge(i, e);
	case TYPE_SUPPLEMENTARY:
		if (!is_joliet(d))
			return 0;
		i->has_joliet = true;
		if (i->has_rock_ridge)
			return 0;
		if (take_root(&joliet, d, e) < 0)
			return -1;
		i->root = joliet.root;
		i->root_size = joliet.root_size;
		i->names_are_joliet = true;
		return 0;
	default:
		return 0;
	}
}

int iso9660_read(const struct source *s, struct iso9660_image *ret, struct err *e)
{
	struct iso9660_image i = {.s = s};
	bool primary = false;

	for (uint64_t n = 0;; n++) {
		uint8_t d[ISO9660_BLOCK];

		if (n == DESCRIPTORS_MAX)
			return wrong(s, "its descriptors have no end", e);
		if (source_read(s, (ISO9660_FIRST_BLOCK + n) * ISO9660_BLOCK, d, sizeof(d), e) < 0)
			return -1;
		if (memcmp(d + 1, "CD001", 5) != 0)
			return n ? wrong(s, "its descriptors have no terminator", e)
				 : err_set(e, ERR_INPUT, "'%s': no ISO 9660 volume", s->name);
		if (d[0] == TYPE_TERMINATOR)
			break;
		if (take_descriptor(&i, d, &primary, e) < 0)
			return -1;
	}
	if (!primary)
		return wrong(s, "it has no primary descriptor", e);
	*ret = i;
	return 0;
}

struct walker {
	const struct iso9660_image *i;
	const struct volume_visitor *visitor;
	struct buf path;
	size_t depth;
	uint64_t looked_at;	       /* bytes of folders */
	struct volume_extents content; /* of the file whose records are read */
	uint64_t size;
};

/* Where the system use entries go on (SUSP 5.1). */
struct continuation {
	uint64_t offset;
	uint32_t len; /* 0: nowhere */
};

/* Adds the name's part of Rock Ridge entries (4.1.4) to the name. */
static void read_entries(const uint8_t *p, size_t len, char name[NAME_MAX_BYTES],
			 struct continuation *next)
{
	size_t name_len = strlen(name);

	while (len >= 4 && p[2] >= 4 && p[2] <= len) {
		if (!memcmp(p, "NM", 2) && p[2] > 5 && name_len + p[2] - 5 < NAME_MAX_BYTES) {
			memcpy(name + name_len, p + 5, p[2] - 5U);
			name_len += p[2] - 5U;
			name[name_len] = '\0';
		}
		if (!memcmp(p, "CE", 2) && p[2] >= 28) {
			next->offset = (uint64_t)le32_get(p + 4) * ISO9660_BLOCK + le32_get(p + 12);
			next->len = le32_get(p + 20);
		}
		if (!memcmp(p, "ST", 2))
			break;
		len -= p[2];
		p += p[2];
	}
}

static int read_rock_ridge_name(const struct walker *w, const uint8_t *record,
				char name[NAME_MAX_BYTES], struct err *e)
{
	const size_t begin = align_up(ISO9660_RECORD_HEAD + (size_t)record[32], 2) + w->i->skip;
	struct continuation next = {.len = 0};

	name[0] = '\0';
	if (begin < record[0])
		read_entries(record + begin, record[0] - begin, name, &next);
	for (int n = 0; next.len && n < CONTINUATIONS_MAX; n++) {
		uint8_t more[ISO9660_BLOCK];
		struct continuation here = next;

		if (here.len > sizeof(more))
			return wrong(w->i->s, "a record goes on for more than a block", e);
		if (source_read(w->i->s, here.offset, more, here.len, e) < 0)
			return -1;
		next.len = 0;
		read_entries(more, here.len, name, &next);
	}
	return 0;
}

/* "README.TXT;1" without the version, and without a '.' that nothing follows. */
static void cut_version(char *name)
{
	char *semicolon = strrchr(name, ';');
	size_t len;

	if (semicolon)
		*semicolon = '\0';
	len = strlen(name);
	if (len > 1 && name[len - 1] == '.')
		name[len - 1] = '\0';
}

static int get_name(const struct walker *w, const uint8_t *record, char name[NAME_MAX_BYTES],
		    struct err *e)
{
	name[0] = '\0';
	if (w->i->has_rock_ridge && read_rock_ridge_name(w, record, name, e) < 0)
		return -1;
	if (!name[0]) {
		if (w->i->names_are_joliet)
			get_wide(record + ISO9660_RECORD_HEAD, record[32], name);
		else
			get_text(record + ISO9660_RECORD_HEAD, record[32], name);
		cut_version(name);
	}
	volume_clean_name(name);
	return 0;
}

static int walk_folder(struct walker *w, uint64_t offset, uint64_t size, struct err *e);

static int go_down(struct walker *w, const uint8_t *record, struct err *e)
{
	int r;

	if (++w->depth > VOLUME_DEPTH_MAX)
		return wrong(w->i->s, "its folders are too deep", e);
	r = walk_folder(w, (uint64_t)le32_get(record + 2) * ISO9660_BLOCK, le32_get(record + 10),
			e);
	w->depth--;
	return r;
}

static int tell(struct walker *w, bool is_folder, struct err *e)
{
	const struct volume_entry found = {
		.path = buf_str(&w->path),
		.is_folder = is_folder,
		.size = w->size,
		.content = &w->content,
	};

	return w->visitor->visit(w->visitor->context, &found, e);
}

static int take_record(struct walker *w, const uint8_t *record, struct err *e)
{
	const bool is_folder = record[25] & ISO9660_FOLDER;
	const size_t path_len = w->path.len;
	char name[NAME_MAX_BYTES];

	if (get_name(w, record, name, e) < 0)
		return -1;
	if (!is_folder) {
		uint64_t block = (uint64_t)le32_get(record + 2) + record[1];

		if (volume_extents_add(&w->content, block * ISO9660_BLOCK, le32_get(record + 10),
				       e) < 0)
			return -1;
		w->size += le32_get(record + 10);
		if (record[25] & MORE_EXTENTS)
			return 0;
	}
	if (buf_putf(&w->path, e, "%s%s", path_len ? "/" : "", name) < 0 ||
	    tell(w, is_folder, e) < 0)
		return -1;
	volume_extents_done(&w->content);
	w->size = 0;
	if (is_folder && go_down(w, record, e) < 0)
		return -1;
	w->path.len = path_len;
	if (w->path.data)
		w->path.data[path_len] = '\0';
	return 0;
}

static int walk_block(struct walker *w, const uint8_t block[ISO9660_BLOCK], struct err *e)
{
	for (size_t at = 0; at < ISO9660_BLOCK && block[at];) {
		const uint8_t *record = block + at;
		const size_t len = record[0];

		if (at + len > ISO9660_BLOCK || len < ISO9660_RECORD_HEAD + 1 ||
		    len < ISO9660_RECORD_HEAD + (size_t)record[32])
			return wrong(w->i->s, "a folder's record does not fit", e);
		/* The folder itself, and the one above. */
		if ((record[32] != 1 || record[ISO9660_RECORD_HEAD] > 1) &&
		    take_record(w, record, e) < 0)
			return -1;
		at += len;
	}
	return 0;
}

static int walk_folder(struct walker *w, uint64_t offset, uint64_t size, struct err *e)
{
	/*
	 * No block is in two folders: this bounds what a broken image can make us do. Whole blocks
	 * are what is looked at, however small a folder says it is.
	 */
	w->looked_at += align_up(size, ISO9660_BLOCK);
	if (w->looked_at > w->i->s->size)
		return wrong(w->i->s, "its folders are longer than it is, or in one another", e);
	for (uint64_t at = 0; at < size; at += ISO9660_BLOCK) {
		uint8_t block[ISO9660_BLOCK];

		if (source_read(w->i->s, offset + at, block, sizeof(block), e) < 0 ||
		    walk_block(w, block, e) < 0)
			return -1;
	}
	return 0;
}

int iso9660_walk(const struct iso9660_image *i, const struct volume_visitor *visitor, struct err *e)
{
	struct walker w = {.i = i, .visitor = visitor};
	int r = walk_folder(&w, i->root, i->root_size, e);

	buf_done(&w.path);
	volume_extents_done(&w.content);
	return r;
}
