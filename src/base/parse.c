#include "base/parse.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return INT_MAX;
}

/* Reads digits up to the first other character; returns their count, or -1 over max. */
static int read_digits(const char *text, unsigned int base, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;
	int n = 0;

	for (; digit_value(text[n]) < (int)base; n++) {
		uint64_t digit = (uint64_t)digit_value(text[n]);

		if (n == 64 || value > (max - digit) / base || digit > max)
			return -1;
		value = value * base + digit;
	}
	*ret = value;
	return n;
}

int parse_number(const char *text, unsigned int base, uint64_t max, const char *what, uint64_t *ret,
		 struct err *e)
{
	uint64_t value;
	int n = read_digits(text, base, max, &value);

	if (n < 0)
		return err_set(e, ERR_INPUT, "%s '%.60s' is over %llu", what, text,
			       (unsigned long long)max);
	if (n == 0 || text[n])
		return err_set(e, ERR_INPUT, "%s '%.60s' is not a%s number", what, text,
			       base == 8    ? "n octal"
			       : base == 16 ? " hexadecimal"
					    : " decimal");
	*ret = value;
	return 0;
}

int parse_size(const char *text, const char *what, uint64_t *ret, struct err *e)
{
	static const char units[] = "KMGT";
	uint64_t value;
	int n = read_digits(text, 10, UINT64_MAX, &value);
	const char *unit;
	unsigned int shift = 0;

	if (n <= 0)
		return err_set(e, ERR_INPUT, "%s '%.60s' is not a size such as 512M", what, text);
	if (text[n]) {
		unit = strchr(units, toupper((unsigned char)text[n]));
		if (!unit || (text[n + 1] && strcmp(text + n + 1, "iB") != 0))
			return err_set(e, ERR_INPUT, "%s '%.60s' is not a size such as 512M", what,
				       text);
		shift = 10 * (unsigned int)(unit - units + 1);
	}
	if (value > UINT64_MAX >> shift)
		return err_set(e, ERR_INPUT, "%s '%.60s' is too large", what, text);
	*ret = value << shift;
	return 0;
}

static int read_part(const char **text, unsigned int *ret)
{
	uint64_t value;
	int n = read_digits(*text, 10, 65535, &value);

	if (n <= 0)
		return -1;
	*text += n;
	*ret = (unsigned int)value;
	return 0;
}

int parse_version(const char *text, struct version *ret, struct err *e)
{
	struct version v = {0};
	const char *p = text;

	if (read_part(&p, &v.major) < 0 || *p++ != '.' || read_part(&p, &v.minor) < 0)
		goto bad;
	if (*p == '.' && p++ && read_part(&p, &v.patch) < 0)
		goto bad;
	if (!strncmp(p, "-rc", 3)) {
		p += 3;
		if (read_part(&p, &v.rc) < 0 || v.rc == 0)
			goto bad;
	}
	if (*p && *p != '-' && *p != '+' && *p != ' ')
		goto bad;
	*ret = v;
	return 0;
bad:
	return err_set(e, ERR_INPUT, "'%.60s' is not a kernel version such as 6.12.1", text);
}

static int compare(unsigned int a, unsigned int b)
{
	return (a > b) - (a < b);
}

int version_compare(const struct version *a, const struct version *b)
{
	int c = compare(a->major, b->major);

	if (!c)
		c = compare(a->minor, b->minor);
	if (!c)
		c = compare(a->patch, b->patch);
	/* 0 - 1 is the largest number: a release comes after its candidates. */
	return c ? c : compare(a->rc - 1, b->rc - 1);
}
