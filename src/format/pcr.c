#include "format/pcr.h"

#include <assert.h>
#include <string.h>

void pcr_init(struct pcr *pcr, enum digest_kind bank)
{
	*pcr = (struct pcr){.bank = bank};
}

int pcr_extend(struct pcr *pcr, struct digest *d, const struct digest_value *event, struct err *e)
{
	size_t size = digest_size(pcr->bank);

	assert(d->kind == pcr->bank);
	if (pcr->trail) {
		struct pcr_trail *trail = pcr->trail;

		assert(trail->n < PCR_TRAIL_MAX);
		trail->of[trail->n].event = *event;
		trail->of[trail->n++].what = pcr->what;
	}
	if (digest_put(d, pcr->value.bytes, size, e) < 0 ||
	    digest_put(d, event->bytes, size, e) < 0)
		return -1;
	return digest_finish(d, &pcr->value, e);
}

int pcr_measure(struct pcr *pcr, struct digest *d, const void *data, size_t len, struct err *e)
{
	struct digest_value event;

	if (digest_put(d, data, len, e) < 0 || digest_finish(d, &event, e) < 0)
		return -1;
	return pcr_extend(pcr, d, &event, e);
}

int pcr_measure_phases(struct pcr *pcr, struct digest *d, const char *path, struct err *e)
{
	while (*path) {
		size_t len = strcspn(path, ":");

		if (len && pcr_measure(pcr, d, path, len, e) < 0)
			return -1;
		path += len + (path[len] == ':');
	}
	return 0;
}
