#include "banner.h"

#include "shared/folder.h"
#include "shared/message.h"
#include "shared/small_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define NETWORK "/run/pideisn/net"

static const struct services *services;

void banner_services(const struct services *all)
{
	services = all;
}

size_t banner_values(const char *text, const char *key, char *buf, size_t size)
{
	size_t key_len = strlen(key);
	size_t used = 0;

	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		if (len > key_len && memcmp(text, key, key_len) == 0 && text[key_len] == '=' &&
		    len - key_len + used < size) {
			buf[used++] = ' ';
			memcpy(buf + used, text + key_len + 1, len - key_len - 1);
			used += len - key_len - 1;
		}
		text += len + (text[len] == '\n');
	}
	if (size > 0)
		buf[used] = '\0';
	return used;
}

static void put(int fd, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(int fd, const char *format, ...)
{
	char line[512];
	va_list args;
	size_t len;

	va_start(args, format);
	len = message_format(line, sizeof(line), format, args);
	va_end(args);
	if (write(fd, line, len) < 0)
		errno = 0;
}

static void put_system(int fd)
{
	struct utsname name;

	if (uname(&name) == 0)
		put(fd, "pideisn %s, Linux %s, host %s", PIDEISN_VERSION, name.release,
		    name.nodename);
	put(fd, "\n");
}

static void put_network(int fd)
{
	struct folder folder;
	const char *name;
	char path[300];
	char text[2048];
	char addresses[400];

	if (folder_open(&folder, NETWORK) < 0)
		return;
	while ((name = folder_next(&folder)) != NULL) {
		message_put(path, sizeof(path), NETWORK "/%s", name);
		if (strcmp(name, "resolv.conf") == 0 ||
		    small_file_read(path, text, sizeof(text)) < 0)
			continue;
		if (banner_values(text, "address", addresses, sizeof(addresses)) > 0)
			put(fd, "%s:%s\n", name, addresses);
	}
	folder_close(&folder);
}

static void put_services(int fd)
{
	static const char states[][20] = {
		[SERVICE_WAITING] = "waiting",
		[SERVICE_RUNNING] = "running",
		[SERVICE_BACKOFF] = "to be started again",
		[SERVICE_OVER] = "over",
	};
	bool any = false;

	for (size_t i = 0; services != NULL && i < services->count; i++) {
		const struct service *s = &services->item[i];

		if (s->settings->terminal)
			continue;
		put(fd, "%s%s %s", any ? ", " : "services: ", s->name, states[s->state]);
		any = true;
	}
	if (any)
		put(fd, "\n");
}

void banner_show(int fd)
{
	int flags = fcntl(fd, F_GETFL, 0);

	fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	put(fd, "\n");
	put_system(fd);
	put_network(fd);
	put_services(fd);
	put(fd, "\n");
	fcntl(fd, F_SETFL, flags);
}
