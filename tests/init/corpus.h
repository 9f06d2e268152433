#ifndef MKOS_TESTS_INIT_CORPUS_H
#define MKOS_TESTS_INIT_CORPUS_H

/*
 * The files that both readers of PID 1's configuration are tried with, the one in init/ and the one
 * in src/format: NAME.conf, or NAME.cmdline for a kernel command line, and NAME.verdict with every
 * sentence that it deserves, one a line.
 */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CORPUS_BYTES = 64 * 1024 };

static inline size_t corpus_read(const char *name, char *buf)
{
	char path[512];
	FILE *file;
	size_t len;

	snprintf(path, sizeof(path), CONFIG_CORPUS "/%s", name);
	file = fopen(path, "rbe");
	assert_non_null(file);
	len = fread(buf, 1, CORPUS_BYTES - 1, file);
	fclose(file);
	buf[len] = '\0';
	return len;
}

/* Calls try with each NAME.conf, say, and its content, and compares what it puts into said. */
static inline void corpus_run(const char *ending, void (*try)(const char *name, const char *text,
							      size_t len, char *said))
{
	static char text[CORPUS_BYTES];
	static char wanted[CORPUS_BYTES];
	static char said[CORPUS_BYTES];
	struct dirent **names;
	int n = scandir(CONFIG_CORPUS, &names, NULL, alphasort);
	int tried = 0;

	for (int i = 0; i < n; i++) {
		char verdict[300];
		char *end = strstr(names[i]->d_name, ending);

		if (end != NULL) {
			size_t len = corpus_read(names[i]->d_name, text);

			snprintf(verdict, sizeof(verdict), "%.*s.verdict",
				 (int)(end - names[i]->d_name), names[i]->d_name);
			corpus_read(verdict, wanted);
			said[0] = '\0';
			try(names[i]->d_name, text, len, said);
			assert_string_equal(said, wanted);
			tried++;
		}
		free(names[i]);
	}
	assert_true(tried > 0);
	free(names);
}

static inline void corpus_say(char *said, const char *sentence)
{
	size_t len = strlen(said);

	snprintf(said + len, CORPUS_BYTES - len, "%s\n", sentence);
}

#endif
