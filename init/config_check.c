#include "config_check.h"

#include "shared/message.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct check {
	struct settings *settings;
	void (*verdict)(void *data, const char *sentence);
	void *data;
};

static int find_service(const struct settings *s, const char *name)
{
	for (int i = 0; i < SERVICES_MAX && s->service[i].name != NULL; i++)
		if (strcmp(s->service[i].name, name) == 0)
			return i;
	return -1;
}

static void tell(const struct check *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void tell(const struct check *c, const char *format, ...)
{
	char sentence[160];
	va_list args;

	va_start(args, format);
	message_format(sentence, sizeof(sentence), format, args);
	va_end(args);
	c->verdict(c->data, sentence);
}

static void drop(struct settings *s, size_t index)
{
	size_t i = index;

	for (; i + 1 < SERVICES_MAX && s->service[i].name != NULL; i++)
		s->service[i] = s->service[i + 1];
	s->service[i].name = NULL;
}

static void check_names(const struct check *c, struct service_settings *service)
{
	for (const char *name = service->after; name != NULL && *name != '\0';
	     name += strlen(name) + 1) {
		if (find_service(c->settings, name) < 0 && strcmp(name, SERVICE_NETWORK) != 0) {
			tell(c, "service %s: there is no '%s' to start after", service->name, name);
			service->after = NULL;
			return;
		}
	}
}

static bool all_done(const struct settings *s, const char *names, const bool *done)
{
	for (; names != NULL && *names != '\0'; names += strlen(names) + 1) {
		int i = find_service(s, names);

		if (i >= 0 && !done[i])
			return false;
	}
	return true;
}

/* In each round every service counts as started whose names all were; what stays is a circle. */
static void check_circles(const struct check *c)
{
	struct service_settings *service = c->settings->service;
	bool done[SERVICES_MAX] = {false};

	for (int round = 0; round < SERVICES_MAX; round++)
		for (int i = 0; i < SERVICES_MAX && service[i].name != NULL; i++)
			done[i] = all_done(c->settings, service[i].after, done);
	for (int i = 0; i < SERVICES_MAX && service[i].name != NULL; i++) {
		if (!done[i]) {
			tell(c, "service %s: waits for one that waits for it", service[i].name);
			service[i].after = NULL;
		}
	}
}

void config_check(struct settings *s, void (*verdict)(void *data, const char *sentence), void *data)
{
	const struct check c = {.settings = s, .verdict = verdict, .data = data};
	struct service_settings *service = s->service;

	for (size_t i = 0; i < SERVICES_MAX && service[i].name != NULL;) {
		if (service[i].exec != NULL) {
			i++;
			continue;
		}
		tell(&c, "service %s: has no exec, it is left out", service[i].name);
		drop(s, i);
	}
	for (size_t i = 0; i < SERVICES_MAX && service[i].name != NULL; i++)
		check_names(&c, &service[i]);
	check_circles(&c);
}
