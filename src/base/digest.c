#include "base/digest.h"

#include "base/hex.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *name;
	size_t size;
} kinds[DIGEST_KINDS] = {
	[DIGEST_SHA1] = {"sha1", 20},
	[DIGEST_SHA256] = {"sha256", 32},
	[DIGEST_SHA384] = {"sha384", 48},
	[DIGEST_SHA512] = {"sha512", 64},
};

size_t digest_size(enum digest_kind kind)
{
	return kinds[kind].size;
}

const char *digest_name(enum digest_kind kind)
{
	return kinds[kind].name;
}

int digest_kind_of(const char *name)
{
	for (int i = 0; i < DIGEST_KINDS; i++)
		if (strcasecmp(name, kinds[i].name) == 0)
			return i;
	return -1;
}

void digest_to_hex(enum digest_kind kind, const struct digest_value *value, char ret[DIGEST_HEX])
{
	hex_put(value->bytes, digest_size(kind), ret);
}

int digest_put(struct digest *d, const void *data, size_t len, struct err *e)
{
	return d->ops->put(d, data, len, e);
}

int digest_finish(struct digest *d, struct digest_value *ret, struct err *e)
{
	return d->ops->finish(d, ret, e);
}

int digests_put(const struct digests *d, const void *data, size_t len, struct err *e)
{
	for (size_t i = 0; i < DIGEST_KINDS; i++)
		if (d->of[i] && digest_put(d->of[i], data, len, e) < 0)
			return -1;
	return 0;
}

/* A sink for what is put, so that ranges and zeros come as for every other. */
struct digests_sink {
	struct sink sink; /* first */
	const struct digests *digests;
};

static int sink_to_digests(struct sink *s, const void *data, size_t len, struct err *e)
{
	return digests_put(((struct digests_sink *)s)->digests, data, len, e);
}

static const struct sink_ops sink_ops = {.put = sink_to_digests};

int digests_range(const struct digests *d, const struct source *from, uint64_t offset, uint64_t len,
		  struct err *e)
{
	struct digests_sink to = {.sink = {.ops = &sink_ops}, .digests = d};

	return sink_range(&to.sink, from, offset, len, e);
}

int digests_zeros(const struct digests *d, uint64_t len, struct err *e)
{
	struct digests_sink to = {.sink = {.ops = &sink_ops}, .digests = d};

	return sink_zeros(&to.sink, len, e);
}

int digests_finish(const struct digests *d, struct digest_value ret[DIGEST_KINDS], struct err *e)
{
	for (size_t i = 0; i < DIGEST_KINDS; i++)
		if (d->of[i] && digest_finish(d->of[i], &ret[i], e) < 0)
			return -1;
	return 0;
}
