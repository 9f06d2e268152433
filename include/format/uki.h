#ifndef MKOS_FORMAT_UKI_H
#define MKOS_FORMAT_UKI_H

/*
 * A unified kernel image (UAPI Group, "Unified Kernel Image (UKI)"): one EFI
 * program that is systemd-stub with the kernel, its initrd and their data as
 * further PE sections. A plan is made first, which finds all that is wrong
 * with the parts; then the bytes are written.
 */

#include "base/sink.h"
#include "base/strv.h"
#include "format/linux_image.h"
#include "format/systemd_stub.h"
#include "format/uki_layout.h"

enum uki_kind {
	UKI_IMAGE,   /* has a kernel */
	UKI_ADDON,   /* has none: a stub loads it beside its own sections */
	UKI_PROFILE, /* begins with .profile, to be joined to a UKI later; has no .sbat */
};

struct uki_input {
	const struct source *stub;
	enum uki_kind kind;
	/* In any order; .linux is the kernel. No .sbat: it is made. */
	const struct uki_part *parts;
	size_t n_parts;
	/* What stands behind the rest, in this order: .profile, what overrides for that
	 * profile, the next .profile. */
	const struct uki_part *profiles;
	size_t n_profiles;
	/* SBAT texts that go behind the stub's and the kernel's; without any, the usual line. */
	const struct strv *sbat;
};

struct uki_plan {
	struct uki_layout layout;
	struct linux_image kernel; /* the first one */
	struct stub_version stub;
	struct strv warnings; /* sentences: what is allowed but doubtful */
	struct buf sbat;
	struct memory_source sbat_source;
	const struct source *sbat_piece;
};

/*
 * What is refused: no kernel, one without EFI stub or for another machine than
 * the stub, a section twice or of the stub's own, a name the stub mistakes for
 * another, more than 96 sections before stub 258, .profile before 257, more than
 * STUB_PROFILES_MAX of them, and what uki_layout_make() refuses. The sources
 * outlive the plan.
 */
MUST_CHECK int uki_plan_new(const struct uki_input *in, struct uki_plan **ret, struct err *e);
void uki_plan_free(struct uki_plan *plan);

static inline void uki_plan_auto_(struct uki_plan **plan)
{
	uki_plan_free(*plan);
}
#define AUTO_UKI_PLAN AUTO(uki_plan_auto_) struct uki_plan *

/* Puts layout.file_size bytes. */
MUST_CHECK int uki_write(const struct uki_plan *plan, struct sink *to, struct err *e);

#endif
