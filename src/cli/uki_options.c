#include "cli/uki_options.h"

void uki_words_done(struct uki_words *w)
{
	strv_done(&w->initrds);
	strv_done(&w->sbat);
}

bool uki_words_given(const struct uki_words *w)
{
	return w->initrds.n || w->cmdline || w->os_release || w->uname || w->sbat.n || w->stub ||
	       w->strict;
}

struct uki_options uki_words_options(const struct uki_words *w)
{
	return (struct uki_options){
		.kernel = w->kernel,
		.initrds = &w->initrds,
		.cmdline = w->cmdline,
		.os_release = w->os_release,
		.uname = w->uname,
		.sbat = &w->sbat,
		.stub = w->stub,
		.strict = w->strict,
	};
}
