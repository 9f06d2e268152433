#ifndef MKOS_STAGE_UKI_SIGN_H
#define MKOS_STAGE_UKI_SIGN_H

/* Who signs a UKI, and the signed copy of the kernel that goes into it. */

#include "host/temp.h"
#include "stage/signer.h"
#include "stage/uki.h"

struct uki_signing {
	bool wanted;
	struct signer signer;
	struct temp_folder folder; /* private to the run */
	char *kernel;		   /* signed; NULL: the one of the options is taken */
};

/* Loads the key, and signs the kernel when the options want it; NULL keys: nothing is wanted. */
MUST_CHECK int uki_signing_begin(const struct uki_options *options, struct uki_signing *ret,
				 struct err *e);
void uki_signing_done(struct uki_signing *s);
#define AUTO_UKI_SIGNING AUTO(uki_signing_done) struct uki_signing

#endif
