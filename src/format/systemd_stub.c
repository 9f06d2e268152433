#include "format/systemd_stub.h"

#include <string.h>

#define MAGIC_BEGIN "#### LoaderInfo: systemd-stub "
#define MAGIC_END   " ####"

enum { NAMES_COMPARED_WHOLE = 257 };

static const struct {
	const char *name;
	unsigned int since; /* the version that knows it; 0: all there are */
	bool only_measured; /* an older stub boots the same without it */
} known_sections[] = {
	{".linux", 0, false},	{".osrel", 0, false},	  {".cmdline", 0, false},
	{".initrd", 0, false},	{".splash", 0, false},	  {".dtb", 0, false},
	{".pcrpkey", 0, false}, {".pcrsig", 0, false},	  {".uname", 254, true},
	{".sbat", 254, true},	{".ucode", 256, false},	  {".profile", 257, false},
	{".hwids", 257, false}, {".dtbauto", 257, false}, {".efifw", 258, false},
};

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

static void parse_magic(const char *text, struct stub_version *version)
{
	const char *begin = strstr(text, MAGIC_BEGIN);
	const char *end = begin ? strstr(begin + strlen(MAGIC_BEGIN), MAGIC_END) : NULL;
	const char *p;
	size_t len;

	if (!end)
		return;
	begin += strlen(MAGIC_BEGIN);
	len = (size_t)(end - begin);
	if (len >= sizeof(version->text))
		return;
	for (p = begin; p < end; p++)
		if (*p < 0x21 || *p > 0x7e)
			return;
	memcpy(version->text, begin, len);
	version->text[len] = '\0';
	undouble(version->text);
	p = version->text;
	version->major = leading_number(&p);
	if (*p == '.') {
		p++;
		version->minor = leading_number(&p);
	}
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
	return v->major && (v->major < major || (v->major == major && v->minor < minor));
}

bool stub_fails_at_image_base(const struct stub_version *v)
{
	return v->major >= 258 && stub_is_before(v, 259, 2);
}

size_t stub_max_sections(const struct stub_version *v)
{
	/* One that does not tell its version may be an old one. */
	return v->major < 258 ? 96 : SIZE_MAX;
}

bool stub_section_may_repeat(const char *name)
{
	return strcmp(name, ".dtbauto") == 0 || strcmp(name, ".efifw") == 0;
}

bool stub_section_is_payload(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(known_sections); i++)
		if (strcmp(name, known_sections[i].name) == 0)
			return true;
	return false;
}

const char *stub_mistakes(const struct stub_version *v, const char *name)
{
	if (!stub_is_before(v, NAMES_COMPARED_WHOLE, 0))
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(known_sections); i++) {
		const char *known = known_sections[i].name;

		if (known_sections[i].since <= v->major && strcmp(name, known) != 0 &&
		    strncmp(name, known, strlen(known)) == 0)
			return known;
	}
	return NULL;
}

unsigned int stub_ignores(const struct stub_version *v, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(known_sections); i++)
		if (strcmp(name, known_sections[i].name) == 0 && !known_sections[i].only_measured &&
		    stub_is_before(v, known_sections[i].since, 0))
			return known_sections[i].since;
	return 0;
}
