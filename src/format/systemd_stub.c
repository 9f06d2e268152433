#include "format/systemd_stub.h"

#include <string.h>

#define MAGIC_STUB  "#### LoaderInfo: systemd-stub "
#define MAGIC_ADDON "#### LoaderInfo: systemd-addon "
#define MAGIC_END   " ####"

enum { NAMES_COMPARED_WHOLE = 257 };

const struct stub_section stub_sections[STUB_SECTIONS] = {
	{".linux", 0, false, false, false},    {".osrel", 0, false, false, true},
	{".cmdline", 0, false, false, true},   {".initrd", 0, false, false, false},
	{".ucode", 256, false, false, false},  {".splash", 0, false, false, false},
	{".dtb", 0, false, false, false},      {".uname", 254, true, false, true},
	{".sbat", 254, true, false, true},     {".pcrsig", 0, false, false, true},
	{".pcrpkey", 0, false, false, true},   {".profile", 257, false, false, true},
	{".dtbauto", 257, false, true, false}, {".hwids", 257, false, false, false},
	{".efifw", 258, false, true, false},
};

const struct stub_section *stub_section_find(const char *name)
{
	for (size_t i = 0; i < STUB_SECTIONS; i++)
		if (strcmp(name, stub_sections[i].name) == 0)
			return &stub_sections[i];
	return NULL;
}

/* Some distributions' builds say their version twice, without anything between: "257.2257.2". */
static void undouble(char *text)
{
	size_t half = strlen(text) / 2;

	if (half && strlen(text) % 2 == 0 && memcmp(text, text + half, half) == 0)
		text[half] = '\0';
}

static unsigned int leading_number(const char **p)
{
	unsigned int n = 0;

	for (; **p >= '0' && **p <= '9'; (*p)++)
		if (n < 100000)
			n = n * 10 + (unsigned int)(**p - '0');
	return n;
}

static const char *behind(const char *text, const char *begin)
{
	const char *found = strstr(text, begin);

	return found ? found + strlen(begin) : NULL;
}

int stub_version_parse(const char *text, struct stub_version *ret)
{
	struct stub_version version = {.major = 0};
	const char *p = text;

	if (strlen(text) >= sizeof(version.text))
		return -1;
	for (; *p; p++)
		if (*p < 0x21 || *p > 0x7e)
			return -1;
	memcpy(version.text, text, strlen(text) + 1);
	p = version.text;
	version.major = leading_number(&p);
	if (*p == '.') {
		p++;
		version.minor = leading_number(&p);
	}
	*ret = version;
	return version.major ? 0 : -1;
}

static void parse_magic(const char *text, struct stub_version *version)
{
	const char *begin = behind(text, MAGIC_STUB), *end;
	char word[sizeof(version->text)];
	bool is_addon = false;
	size_t len;

	if (!begin) {
		begin = behind(text, MAGIC_ADDON);
		is_addon = begin != NULL;
	}
	end = begin ? strstr(begin, MAGIC_END) : NULL;
	if (!end)
		return;
	len = (size_t)(end - begin);
	if (len >= sizeof(word))
		return;
	memcpy(word, begin, len);
	word[len] = '\0';
	undouble(word);
	/* One without a number keeps its text. */
	(void)stub_version_parse(word, version);
	version->is_addon = is_addon;
}

int stub_version_read(const struct source *s, const struct pe *pe, struct stub_version *ret,
		      struct err *e)
{
	const struct pe_section *section = pe_section_find(pe, ".sdmagic");
	struct stub_version version = {.major = 0};
	struct pe_section_source content;
	char text[256] = {0};
	size_t len = sizeof(text) - 1;

	if (section) {
		if (pe_section_source_init(&content, s, section, e) < 0)
			return -1;
		if (content.source.size < len)
			len = (size_t)content.source.size;
		if (source_read(&content.source, 0, text, len, e) < 0)
			return -1;
		parse_magic(text, &version);
	}
	*ret = version;
	return 0;
}

bool stub_is_before(const struct stub_version *v, unsigned int major, unsigned int minor)
{
	return !v->is_addon && v->major &&
	       (v->major < major || (v->major == major && v->minor < minor));
}

bool stub_fails_at_image_base(const struct stub_version *v)
{
	return v->major >= 258 && stub_is_before(v, 259, 2);
}

size_t stub_max_sections(const struct stub_version *v)
{
	/* One that does not tell its version may be an old one. The limit was dropped for 258, and
	 * is gone in 257.13, at the latest. */
	return v->major == 0 || stub_is_before(v, 257, 13) ? 96 : SIZE_MAX;
}

bool stub_section_may_repeat(const char *name)
{
	const struct stub_section *section = stub_section_find(name);

	return section && section->may_repeat;
}

bool stub_section_is_payload(const char *name)
{
	return stub_section_find(name) != NULL;
}

bool stub_measures(const struct stub_version *v, const char *name)
{
	const struct stub_section *known = stub_section_find(name);

	/* The signatures are of what is measured. */
	return known && strcmp(name, ".pcrsig") != 0 && !stub_is_before(v, known->since, 0);
}

bool stub_compares_whole_names(const struct stub_version *v)
{
	return !stub_is_before(v, NAMES_COMPARED_WHOLE, 0);
}

const char *stub_mistakes(const struct stub_version *v, const char *name)
{
	if (stub_compares_whole_names(v))
		return NULL;
	for (size_t i = 0; i < STUB_SECTIONS; i++) {
		const char *known = stub_sections[i].name;

		if (stub_sections[i].since <= v->major && strcmp(name, known) != 0 &&
		    strncmp(name, known, strlen(known)) == 0)
			return known;
	}
	return NULL;
}

unsigned int stub_ignores(const struct stub_version *v, const char *name)
{
	const struct stub_section *section = stub_section_find(name);

	if (!section || section->only_measured || !stub_is_before(v, section->since, 0))
		return 0;
	return section->since;
}
