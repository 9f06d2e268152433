#include "sysctl.h"

#include "console.h"
#include "shared/folder.h"
#include "shared/message.h"
#include "shared/small_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define ROOT   "/proc/sys/"
#define FOLDER "/etc/sysctl.d"
#define ENDING ".conf"

/* 16 KiB, one byte to see that there are more, and the end of the text. */
static char text[16 * 1024 + 2];

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void trim(const char **begin, const char **end)
{
	while (*begin < *end && is_blank(**begin))
		++*begin;
	while (*end > *begin && is_blank((*end)[-1]))
		--*end;
}

/* Every part of the path is a plain name, so that no key leaves /proc/sys. */
static bool put_path(const char *key, const char *end, char *ret, size_t size)
{
	size_t used = strlen(ROOT);
	size_t part = used;
	bool swap = true;

	for (const char *c = key; c < end && swap; c++) {
		if (*c == '.')
			break;
		swap = *c != '/';
	}
	if ((size_t)(end - key) >= size - used)
		return false;
	memcpy(ret, ROOT, used);
	for (; key < end; key++) {
		char c = *key;

		if (swap && (c == '.' || c == '/'))
			c = c == '.' ? '/' : '.';
		if (c <= ' ' || c == 0x7f || (c == '/' && (used == part || ret[part] == '.')))
			return false;
		ret[used++] = c;
		if (c == '/')
			part = used;
	}
	ret[used] = '\0';
	return used > part && ret[part] != '.';
}

enum sysctl_verdict sysctl_line(const char *line, size_t len, struct sysctl_setting *ret)
{
	const char *end = line + len;
	const char *equals;
	const char *key_end;
	size_t value_len;

	trim(&line, &end);
	if (line == end || *line == '#' || *line == ';')
		return SYSCTL_NOTHING;
	ret->may_fail = *line == '-';
	if (ret->may_fail)
		line++;
	equals = memchr(line, '=', (size_t)(end - line));
	if (equals == NULL)
		return SYSCTL_WRONG;
	key_end = equals++;
	trim(&line, &key_end);
	trim(&equals, &end);
	value_len = (size_t)(end - equals);
	if (!put_path(line, key_end, ret->path, sizeof(ret->path)) ||
	    value_len + 2 > sizeof(ret->value) || memchr(equals, '\0', value_len) != NULL)
		return SYSCTL_WRONG;
	memcpy(ret->value, equals, value_len);
	memcpy(ret->value + value_len, "\n", 2);
	return SYSCTL_SETTING;
}

static int write_setting(const struct sysctl_setting *s)
{
	int fd = open(s->path, O_WRONLY | O_CLOEXEC);
	ssize_t done;
	int error;

	if (fd < 0)
		return -1;
	done = write(fd, s->value, strlen(s->value));
	error = errno;
	close(fd);
	errno = error;
	return done < 0 ? -1 : 0;
}

static void apply_line(const char *file, int number, const char *line, size_t len)
{
	struct sysctl_setting setting;

	switch (sysctl_line(line, len, &setting)) {
	case SYSCTL_NOTHING:
		break;
	case SYSCTL_WRONG:
		console_say("%s:%d: not of the form KEY = VALUE, skipped", file, number);
		break;
	case SYSCTL_SETTING:
		if (write_setting(&setting) < 0 && !setting.may_fail)
			console_say("%s:%d: cannot write %s: %s", file, number, setting.path,
				    strerror(errno));
		break;
	}
}

static void apply_file(const char *file)
{
	bool cut;
	ssize_t len = small_file_lines(file, text, sizeof(text), &cut);
	const char *line = text;
	int number = 1;

	if (len < 0) {
		if (errno != ENOENT)
			console_say("cannot read %s: %s", file, strerror(errno));
		return;
	}
	for (const char *end = text + len; line < end; number++) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		const char *line_end = newline != NULL ? newline : end;

		apply_line(file, number, line, (size_t)(line_end - line));
		line = line_end + 1;
	}
	if (cut)
		console_say("%s:%d: the file is over 16 KiB, this line and what follows is left "
			    "out",
			    file, number);
}

static bool has_ending(const char *name)
{
	size_t len = strlen(name);

	return len > strlen(ENDING) && strcmp(name + len - strlen(ENDING), ENDING) == 0;
}

/* The first name in order behind `before`; the folder is read once for each, which needs no room. */
static bool next_name(const char *before, char *ret, size_t size)
{
	struct folder folder;
	const char *name;

	ret[0] = '\0';
	if (folder_open(&folder, FOLDER) < 0)
		return false;
	while ((name = folder_next(&folder)) != NULL)
		if (has_ending(name) && strlen(name) < size && strcmp(name, before) > 0 &&
		    (ret[0] == '\0' || strcmp(name, ret) < 0))
			memcpy(ret, name, strlen(name) + 1);
	folder_close(&folder);
	return ret[0] != '\0';
}

void sysctl_apply(void)
{
	char before[256] = "";
	char name[256];
	char path[300];

	apply_file("/etc/sysctl.conf");
	while (next_name(before, name, sizeof(name))) {
		message_put(path, sizeof(path), FOLDER "/%s", name);
		apply_file(path);
		memcpy(before, name, sizeof(before));
	}
}
