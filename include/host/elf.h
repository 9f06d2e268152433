#ifndef MKOS_HOST_ELF_H
#define MKOS_HOST_ELF_H

/* What libelf says of a program: enough to know whether it can start in an image. */

#include "base/err.h"
#include "base/source.h"
#include "base/strv.h"

#include <stdbool.h>
#include <stdint.h>

struct elf_facts {
	bool is_elf;	    /* false: none of the other fields count */
	uint16_t machine;   /* EM_X86_64 = 62, EM_AARCH64 = 183, ... */
	unsigned int bits;  /* 32 or 64 */
	bool is_program;    /* ET_EXEC or ET_DYN */
	char *interpreter;  /* PT_INTERP, NULL: static */
	struct strv needed; /* DT_NEEDED: the libraries it is linked with */
	/* Folders with ':' between; NULL: none. */
	char *runpath;	  /* DT_RUNPATH: for what it needs itself */
	char *rpath;	  /* DT_RPATH: for what its libraries need too */
	bool no_defaults; /* DF_1_NODEFLIB: the loader's own folders do not count for it */
};

#define ELF_FACTS_INIT          \
	{                       \
		.is_elf = false \
	}

void elf_facts_done(struct elf_facts *f);
#define AUTO_ELF_FACTS AUTO(elf_facts_done) struct elf_facts

/* A file that is no ELF is not an error; a broken ELF file is. */
MUST_CHECK int elf_examine(const struct source *from, struct elf_facts *ret, struct err *e);
MUST_CHECK int elf_examine_file(const char *path, struct elf_facts *ret, struct err *e);

#endif
