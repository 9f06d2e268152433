#ifndef MKOS_FORMAT_UKI_LINT_H
#define MKOS_FORMAT_UKI_LINT_H

/*
 * What is wrong with a UKI or an addon, whoever made it. Much of it boots in one
 * firmware and hangs in another, so no boot test finds it.
 */

#include "base/source.h"
#include "format/pe.h"
#include "format/systemd_stub.h"
#include "format/uki_findings.h"

/* Fails only where the file cannot be read as PE at all. */
MUST_CHECK int uki_lint(const struct source *s, struct uki_findings *ret, struct err *e);

/* The part of it about what the sections hold; the rest is about where they are. */
MUST_CHECK int uki_lint_content(const struct source *s, const struct pe *pe,
				const struct stub_version *stub, struct uki_findings *f,
				struct err *e);

/* Of what the stub picks by the hardware it runs on: .dtbauto, .efifw, and .hwids. */
MUST_CHECK int uki_lint_devices(const struct source *s, const struct pe *pe,
				const struct stub_version *stub, struct uki_findings *f,
				struct err *e);

#endif
