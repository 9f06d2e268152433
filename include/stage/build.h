#ifndef MKOS_STAGE_BUILD_H
#define MKOS_STAGE_BUILD_H

/*
 * One run in a project: it holds the lock of target/, knows what earlier runs
 * made (the manifest), and makes what is not up to date. The steps stand in
 * the order of the data flow: kernel, initramfs, UKI, media.
 */

#include "host/passphrase.h"
#include "stage/hashes.h"
#include "stage/manifest.h"
#include "stage/media.h"
#include "stage/pcr_signing.h"
#include "stage/project.h"
#include "stage/signer.h"

#include <stdbool.h>

struct build {
	const struct project *project;
	struct hashes hashes;
	struct manifest manifest;
	struct passphrase_source passphrase; /* of the recipe's keys */
	struct passphrase_memory passphrases;
	bool asks_first; /* for passphrases, before a kernel is compiled */
	int lock;
};

#define BUILD_INIT         \
	{                  \
		.lock = -1 \
	}

/* What can be known to be missing before anything is made: payload, stub, tools, libraries. */
MUST_CHECK int build_check(const struct project *p, struct err *e);

/* The launcher of the kernel's compiler, when one is asked for. */
MUST_CHECK int build_check_launcher(const struct project *p, struct err *e);

/* Makes target/, takes its lock and reads what is known. `project` outlives the build. */
MUST_CHECK int build_begin(struct build *b, const struct project *project, struct err *e);

/*
 * Writes the manifest and the hashes, also after a failure, so that the steps
 * that went well need not be done again. `result` is that of the steps and is
 * handed on; *e is filled already when it is -1.
 */
MUST_CHECK int build_finish(struct build *b, int result, struct err *e);
void build_done(struct build *b);
#define AUTO_BUILD AUTO(build_done) struct build

enum step_how { STEP_UP_TO_DATE, STEP_MADE, STEP_KEPT /* taken from the user's cache */ };

/* What a step did; the artefact itself is in the manifest. */
struct step {
	const char *artefact; /* its name in the manifest */
	enum step_how how;
	uint64_t ms;
};

/* Goes up when kernels are built otherwise: those made before then are made again. */
#define KERNEL_GENERATION "2"

/* For the steps: is the artefact of that name there, and still what was written? */
MUST_CHECK int build_is_intact(struct build *b, const char *name, const char *path, bool *ret,
			       struct err *e);

/*
 * For the steps: is the artefact of that name there, made from just these
 * inputs, and still what was written?
 */
MUST_CHECK int build_is_current(struct build *b, const char *name, const char *path,
				const struct inputs *inputs, bool *ret, struct err *e);

/* For the steps: notes an artefact in the manifest. Takes the inputs over. */
MUST_CHECK int build_note(struct build *b, const char *name, const char *path, const char *version,
			  struct inputs *inputs, struct err *e);

MUST_CHECK int build_kernel(struct build *b, struct step *ret, struct err *e);
MUST_CHECK int build_initramfs(struct build *b, struct step *ret, struct err *e);
MUST_CHECK int build_uki(struct build *b, struct step *ret, struct err *e);

/* target/sbom.cdx.json: what the UKI consists of, from the manifest's other artefacts. */
MUST_CHECK int build_sbom(struct build *b, struct step *ret, struct err *e);

/*
 * The recipe's keys, before anything long is made of which they would say at its end that it
 * cannot be signed: what firmware and TPM take, and that public and private parts fit. Nobody is
 * asked for a passphrase, and no token is looked into, unless `all`.
 */
MUST_CHECK int build_check_keys(struct build *b, bool all, struct err *e);

/* The key for Secure Boot, and those for PCR 11; they point into the build. */
struct signer_options build_signer(struct build *b);
MUST_CHECK int build_pcr_keys(struct build *b, struct pcr_signing_options *ret, struct err *e);

/* Only the public parts, for which the options are made: they outlive them. */
MUST_CHECK int build_pcr_public(struct build *b, struct pcr_signing_options *options,
				struct pcr_signers *ret, struct err *e);

/* Adds which keys sign: hashes of certificates, fingerprints of public keys, phases, banks. */
MUST_CHECK int build_key_inputs(struct build *b, struct inputs *to, struct err *e);

/* The stub that the recipe's UKI begins with, in memory of the caller's. */
MUST_CHECK int build_find_stub(const struct project *p, char **ret, struct err *e);

/* target/mvirt.iso or target/mvirt.img of the recipe's UKI, which has to be there. */
MUST_CHECK int build_media(struct build *b, const struct media_options *options, struct step *ret,
			   struct err *e);

/* Fails when kernel/ and target/ are of another recipe: their parts do not go together. */
MUST_CHECK int build_check_recipe(const struct build *b, struct err *e);

/*
 * For what goes on from parts that are there: loads the project and begins.
 * Without a recipe in the options it is the one that target/ is of.
 */
MUST_CHECK int build_resume(struct build *b, const struct project_options *options,
			    struct project *project, struct err *e);

/* Which recipe target/ is of, in memory of the caller's; NULL when nothing was made yet. */
MUST_CHECK int build_find_recipe(char **ret, struct err *e);

/* Fails when target/mvirt.efi was written to since it was made, or is older than its parts. */
MUST_CHECK int build_check_uki(struct build *b, struct err *e);

/* Only the configuration, into kernel/.config, through the same gate. */
MUST_CHECK int build_kernel_config(struct build *b, struct err *e);

/*
 * Opens the recipe's configuration in one of kbuild's editors ("menuconfig",
 * "nconfig", "xconfig", "gconfig"), shows what was changed, and writes what was
 * changed back into the layers: an option goes to the layer that has it, one
 * that none has to `into` (NULL: the last layer).
 */
MUST_CHECK int build_menuconfig(struct build *b, const char *editor, const char *into,
				struct err *e);

#endif
