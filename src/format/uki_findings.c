#include "format/uki_findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FINDINGS_MAX = 100 };

static void list_done(struct uki_finding_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->v[i].text);
	free(list->v);
	*list = (struct uki_finding_list){.n = 0};
}

void uki_findings_done(struct uki_findings *f)
{
	list_done(&f->errors);
	list_done(&f->warnings);
}

static void keep(struct uki_findings *f, struct uki_finding_list *list, struct uki_finding finding,
		 const char *text)
{
	struct uki_finding *v;

	if (f->failed || list->n >= FINDINGS_MAX)
		return;
	v = reallocarray(list->v, list->n + 1, sizeof(*v));
	if (v)
		list->v = v;
	finding.text = v ? strdup(text) : NULL;
	if (!finding.text) {
		f->failed = true;
		(void)err_memory(&f->error);
		return;
	}
	v[list->n++] = finding;
}

static struct uki_finding about(const struct uki_rule *rule, const char *section)
{
	struct uki_finding finding = {.rule = rule};

	if (section)
		snprintf(finding.section, sizeof(finding.section), "%s", section);
	return finding;
}

void uki_wrong(struct uki_findings *f, const struct uki_rule *rule, const char *section,
	       const char *format, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	keep(f, &f->errors, about(rule, section), text);
}

void uki_doubtful(struct uki_findings *f, const struct uki_rule *rule, const char *section,
		  const char *format, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	keep(f, &f->warnings, about(rule, section), text);
}
