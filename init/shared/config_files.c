#include "shared/config_files.h"

#include "shared/folder.h"
#include "shared/message.h"
#include "shared/small_file.h"
#include "shared/words.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#define FOLDER	  "/etc/pideisn"
#define FILES_MAX 32

struct names {
	char name[FILES_MAX][64];
	int count;
	int lost;
};

static void tell(const struct config *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Both programs meet the same trouble with a file; one of them tells it. */
static void tell(const struct config *c, const char *format, ...)
{
	char sentence[200];
	va_list args;

	if (!c->grammar->told)
		return;
	va_start(args, format);
	message_format(sentence, sizeof(sentence), format, args);
	va_end(args);
	c->verdict(c->data, sentence);
}

/* Keeps the names sorted, so that the same files mean the same whatever the folder's order. */
static void add_name(struct names *names, const char *name)
{
	size_t len = strlen(name);
	int at = 0;

	if (len < 6 || name[0] == '.' || strcmp(name + len - 5, ".conf") != 0)
		return;
	if (names->count == FILES_MAX || len >= sizeof(names->name[0])) {
		names->lost++;
		return;
	}
	while (at < names->count && strcmp(names->name[at], name) < 0)
		at++;
	memmove(names->name[at + 1], names->name[at],
		(size_t)(names->count - at) * sizeof(names->name[0]));
	memcpy(names->name[at], name, len + 1);
	names->count++;
}

static void read_file(struct config *c, const char *name)
{
	char path[sizeof(FOLDER) + 64];
	char piece[512];
	ssize_t got = -1;
	int fd;

	message_put(path, sizeof(path), FOLDER "/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	config_begin(c, path);
	while (fd >= 0 && (got = read(fd, piece, sizeof(piece))) > 0)
		config_feed(c, piece, (size_t)got);
	config_finish(c);
	if (got < 0)
		tell(c, "cannot read %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

static void read_folder(struct config *c)
{
	struct names names = {.count = 0};
	const char *name;
	struct folder folder;

	if (folder_open(&folder, FOLDER) < 0) {
		if (errno != ENOENT)
			tell(c, "cannot read " FOLDER ": %s", strerror(errno));
		return;
	}
	while ((name = folder_next(&folder)) != NULL)
		add_name(&names, name);
	folder_close(&folder);
	for (int i = 0; i < names.count; i++)
		read_file(c, names.name[i]);
	if (names.lost > 0)
		tell(c,
		     FOLDER ": %d files left out: %d are the most, with names of at most %d bytes",
		     names.lost, FILES_MAX, (int)sizeof(names.name[0]) - 1);
}

static void read_command_line(struct config *c, void (*take)(struct config *c, const char *word))
{
	char text[4096];
	char word[1024];
	const char *rest = text;
	ssize_t len;

	if (small_file_read("/proc/cmdline", text, sizeof(text)) < 0)
		tell(c, "cannot read /proc/cmdline, going on without");
	else
		while (words_next(&rest, word, sizeof(word)))
			take(c, word);
	/* The name that PID 1 was started by comes first. */
	len = small_file_read("/proc/1/cmdline", text, sizeof(text));
	for (rest = text; rest - text < len; rest += strlen(rest) + 1)
		if (rest != text)
			take(c, rest);
}

void config_files_read(struct config *c, void (*word)(struct config *c, const char *word))
{
	read_folder(c);
	read_command_line(c, word);
}
