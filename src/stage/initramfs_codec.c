#include "stage/initramfs_codec.h"

#include "base/bytes.h"
#include "base/parse.h"
#include "host/gzip.h"
#include "host/lz4.h"
#include "host/xz.h"
#include "host/zstd.h"

#include <string.h>

static const struct codec {
	const char *name;
	int fast, normal, best, least, most;
	const char *kernel_option;
} codecs[] = {
	[INITRAMFS_GZIP] = {"gzip", GZIP_LEVEL_FAST, GZIP_LEVEL_DEFAULT, GZIP_LEVEL_BEST, 1,
			    GZIP_LEVEL_BEST, "RD_GZIP"},
	[INITRAMFS_PLAIN] = {"none", 0, 0, 0, 0, 0, NULL},
	[INITRAMFS_ZSTD] = {"zstd", ZSTD_LEVEL_FAST, ZSTD_LEVEL_DEFAULT, ZSTD_LEVEL_BEST, 1,
			    ZSTD_LEVEL_MAX, "RD_ZSTD"},
	[INITRAMFS_XZ] = {"xz", XZ_LEVEL_FAST, XZ_LEVEL_DEFAULT, XZ_LEVEL_BEST, 0, XZ_LEVEL_BEST,
			  "RD_XZ"},
	[INITRAMFS_LZ4] = {"lz4", LZ4_LEVEL_FAST, LZ4_LEVEL_DEFAULT, LZ4_LEVEL_BEST, 1,
			   LZ4_LEVEL_BEST, "RD_LZ4"},
};

const char *initramfs_compress_name(enum initramfs_compress c)
{
	return codecs[c].name;
}

const char *initramfs_kernel_option(enum initramfs_compress c)
{
	return codecs[c].kernel_option;
}

int initramfs_parse_compress(const char *text, enum initramfs_compress *ret, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(codecs); i++) {
		if (!strcmp(text, codecs[i].name)) {
			*ret = (enum initramfs_compress)i;
			return 0;
		}
	}
	return err_set(e, ERR_INPUT, "compression '%.60s' is not one of gzip, zstd, xz, lz4, none",
		       text);
}

int initramfs_parse_level(enum initramfs_compress c, const char *text, int *ret, struct err *e)
{
	const struct codec *codec = &codecs[c];
	const struct {
		const char *name;
		int level;
	} names[] = {{"fast", codec->fast}, {"default", codec->normal}, {"best", codec->best}};
	uint64_t value;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (!strcmp(text, names[i].name)) {
			*ret = names[i].level;
			return 0;
		}
	}
	if (c == INITRAMFS_PLAIN && strcmp(text, "0") != 0)
		return err_set(e, ERR_INPUT,
			       "compression none has no levels: leave out the level '%.60s'", text);
	if (parse_number(text, 10, (uint64_t)codec->most, "level", &value, e) < 0 ||
	    value < (uint64_t)codec->least)
		return err_set(e, ERR_INPUT,
			       "level '%.60s' of %s is not fast, default, best or a number from %d "
			       "to %d",
			       text, codec->name, codec->least, codec->most);
	*ret = (int)value;
	return 0;
}

int initramfs_default_level(enum initramfs_compress c)
{
	return codecs[c].normal;
}

int initramfs_library(enum initramfs_compress c, const char **ret, struct err *e)
{
	*ret = NULL;
	switch (c) {
	case INITRAMFS_GZIP:
		*ret = gzip_library();
		return 0;
	case INITRAMFS_XZ:
		*ret = xz_library();
		return 0;
	case INITRAMFS_LZ4:
		*ret = lz4_library();
		return 0;
	case INITRAMFS_ZSTD:
		return zstd_version(ret, e);
	default:
		return 0;
	}
}

int initramfs_check_align(enum initramfs_compress c, uint64_t align, struct err *e)
{
	if (align && (align < 4 || align > 4096 || !is_power_of_2(align)))
		return err_set(e, ERR_INPUT, "alignment %llu is no power of 2 from 4 to 4096",
			       (unsigned long long)align);
	if (align && c != INITRAMFS_PLAIN)
		return err_set(e, ERR_INPUT, "alignment (align) goes with compression none only");
	return 0;
}
