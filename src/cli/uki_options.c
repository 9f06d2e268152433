#include "cli/uki_options.h"

void uki_words_done(struct uki_words *w)
{
	strv_done(&w->remove);
	strv_done(&w->initrds);
	strv_done(&w->devicetree_auto);
	strv_done(&w->efifw);
	strv_done(&w->sections);
	strv_done(&w->sbat);
	strv_done(&w->join_profiles);
	strv_done(&w->tools);
}

bool uki_words_given(const struct uki_words *w)
{
	return w->remove.n || w->initrds.n || w->microcode || w->cmdline || w->os_release ||
	       w->uname || w->splash || w->devicetree || w->devicetree_auto.n || w->hwids ||
	       w->efifw.n || w->pcrpkey || w->sections.n || w->sbat.n || w->profile ||
	       w->join_profiles.n || w->efi_arch || w->stub || w->strict;
}

struct uki_options uki_words_options(const struct uki_words *w)
{
	return (struct uki_options){
		.update = w->update,
		.remove = &w->remove,
		.kernel = w->kernel,
		.initrds = &w->initrds,
		.microcode = w->microcode,
		.cmdline = w->cmdline,
		.os_release = w->os_release,
		.uname = w->uname,
		.splash = w->splash,
		.devicetree = w->devicetree,
		.devicetree_auto = &w->devicetree_auto,
		.hwids = w->hwids,
		.efifw = &w->efifw,
		.pcrpkey = w->pcrpkey,
		.sections = &w->sections,
		.sbat = &w->sbat,
		.profile = w->profile,
		.join_profiles = &w->join_profiles,
		.efi_arch = w->efi_arch,
		.stub = w->stub,
		.strict = w->strict,
	};
}
