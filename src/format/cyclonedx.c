#include "format/cyclonedx.h"

#include "format/json.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* RFC 9562, 5.8: a UUID of one's own making, of the first digits of the hash. */
static void put_serial(struct json_writer *w, const char *sha256)
{
	char text[64];

	snprintf(text, sizeof(text), "urn:uuid:%.8s-%.4s-8%.3s-8%.3s-%.12s", sha256, sha256 + 8,
		 sha256 + 13, sha256 + 17, sha256 + 20);
	json_text(w, "serialNumber", text);
}

static void put_optional(struct json_writer *w, const char *key, const char *text)
{
	if (text)
		json_text(w, key, text);
}

static void put_hash(struct json_writer *w, const char *sha256)
{
	if (!sha256)
		return;
	json_open_array(w, "hashes");
	json_open_object(w, NULL);
	json_text(w, "alg", "SHA-256");
	json_text(w, "content", sha256);
	json_close_object(w);
	json_close_array(w);
}

/* An array of one object of one text: [{"location": "/init"}]. */
static void put_one(struct json_writer *w, const char *list, const char *key, const char *text)
{
	json_open_array(w, list);
	json_open_object(w, NULL);
	json_text(w, key, text);
	json_close_object(w);
	json_close_array(w);
}

static void put_origin(struct json_writer *w, const struct cyclonedx_component *c)
{
	if (c->url) {
		json_open_array(w, "externalReferences");
		json_open_object(w, NULL);
		json_text(w, "url", c->url);
		json_text(w, "type", "distribution");
		json_close_object(w);
		json_close_array(w);
	}
	if (c->source_name) {
		json_open_object(w, "pedigree");
		json_open_array(w, "ancestors");
		json_open_object(w, NULL);
		json_text(w, "type", "file");
		json_text(w, "name", c->source_name);
		put_hash(w, c->source_sha256);
		json_close_object(w);
		json_close_array(w);
		json_close_object(w);
	}
	if (c->location) {
		json_open_object(w, "evidence");
		put_one(w, "occurrences", "location", c->location);
		json_close_object(w);
	}
}

static void put_component(struct json_writer *w, const struct cyclonedx_component *c)
{
	json_open_object(w, NULL);
	json_text(w, "type", c->type);
	json_text(w, "bom-ref", c->ref);
	json_text(w, "name", c->name);
	put_optional(w, "version", c->version);
	put_hash(w, c->sha256);
	put_optional(w, "cpe", c->cpe);
	put_optional(w, "purl", c->purl);
	put_origin(w, c);
	json_close_object(w);
}

static void put_property(struct json_writer *w, const char *name, const char *value)
{
	char text[64];

	snprintf(text, sizeof(text), "mvirt-mkos:%s", name);
	json_open_object(w, NULL);
	json_text(w, "name", text);
	json_text(w, "value", value);
	json_close_object(w);
}

static void put_metadata(struct json_writer *w, const struct cyclonedx_bom *bom)
{
	time_t seconds = bom->time;
	struct tm tm;
	char text[32];

	json_open_object(w, "metadata");
	if (bom->time && gmtime_r(&seconds, &tm) &&
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm))
		json_text(w, "timestamp", text);
	json_open_object(w, "tools");
	json_open_array(w, "components");
	json_open_object(w, NULL);
	json_text(w, "type", "application");
	json_text(w, "name", bom->tool);
	json_text(w, "version", bom->tool_version);
	json_close_object(w);
	json_close_array(w);
	json_close_object(w);
	json_open_object(w, "component");
	json_text(w, "type", "operating-system");
	json_text(w, "bom-ref", bom->image.ref);
	json_text(w, "name", bom->image.name);
	put_optional(w, "version", bom->image.version);
	json_open_array(w, "properties");
	put_property(w, "recipe", bom->recipe);
	for (size_t i = 0; i < bom->n_properties; i++)
		put_property(w, bom->properties[i].name, bom->properties[i].value);
	json_close_array(w);
	json_close_object(w);
	json_close_object(w);
}

/* What the component of that number (0: the image) consists of. */
static void put_dependency(struct json_writer *w, const struct cyclonedx_bom *bom, size_t number)
{
	json_open_object(w, NULL);
	json_text(w, "ref", number ? bom->components[number - 1].ref : bom->image.ref);
	json_open_array(w, "dependsOn");
	for (size_t i = 0; i < bom->n; i++)
		if (bom->components[i].part_of == number)
			json_text(w, NULL, bom->components[i].ref);
	json_close_array(w);
	json_close_object(w);
}

/* The last one that has parts; those are few, and stand in front. */
static size_t last_whole(const struct cyclonedx_bom *bom)
{
	size_t last = 0;

	for (size_t i = 0; i < bom->n; i++)
		if (bom->components[i].part_of > last)
			last = bom->components[i].part_of;
	return last;
}

int cyclonedx_write(const struct cyclonedx_bom *bom, const char *sha256, struct buf *to,
		    struct err *e)
{
	struct json_writer w;

	json_begin(&w, to, JSON_PRETTY);
	json_open_object(&w, NULL);
	json_text(&w, "$schema", "http://cyclonedx.org/schema/bom-1.5.schema.json");
	json_text(&w, "bomFormat", "CycloneDX");
	json_text(&w, "specVersion", "1.5");
	if (sha256)
		put_serial(&w, sha256);
	json_number(&w, "version", 1);
	put_metadata(&w, bom);
	json_open_array(&w, "components");
	for (size_t i = 0; i < bom->n; i++)
		put_component(&w, &bom->components[i]);
	json_close_array(&w);
	json_open_array(&w, "dependencies");
	for (size_t number = 0, last = last_whole(bom); number <= last; number++)
		put_dependency(&w, bom, number);
	json_close_array(&w);
	json_close_object(&w);
	return json_finish(&w, e);
}

/* Letters, digits and .-_~ stand for themselves, in a package URL and in a CPE alike. */
static bool is_plain(char c)
{
	return isalnum((unsigned char)c) || (c && strchr(".-_~", c));
}

static size_t plain_len(const char *text)
{
	size_t len = 0;

	while (is_plain(text[len]))
		len++;
	return len;
}

int cyclonedx_github(const char *url, struct buf *to_purl, struct buf *to_tag, struct err *e)
{
	static const char host[] = "https://github.com/", release[] = "/releases/download/";
	const char *owner = url + strlen(host), *name, *tag;
	size_t owner_len, name_len, tag_len;

	if (strncmp(url, host, strlen(host)))
		return 0;
	owner_len = plain_len(owner);
	name = owner + owner_len + 1;
	if (!owner_len || name[-1] != '/')
		return 0;
	name_len = plain_len(name);
	if (!name_len || strncmp(name + name_len, release, strlen(release)))
		return 0;
	tag = name + name_len + strlen(release);
	tag_len = plain_len(tag);
	if (!tag_len || tag[tag_len] != '/')
		return 0;
	if (buf_puts(to_purl, "pkg:github/", e) < 0)
		return -1;
	/* The package URL specification has both in lower case. */
	for (size_t i = 0; i < owner_len + 1 + name_len; i++) {
		char c = (char)tolower((unsigned char)owner[i]);

		if (buf_put(to_purl, &c, 1, e) < 0)
			return -1;
	}
	if (buf_putf(to_purl, e, "@%.*s", (int)tag_len, tag) < 0)
		return -1;
	return buf_put(to_tag, tag, tag_len, e);
}

int cyclonedx_linux(const char *release, struct buf *to_cpe, struct err *e)
{
	size_t len = strspn(release, "0123456789.");
	const char *update = "*";
	int update_len = 1;

	if (!strncmp(release + len, "-rc", 3)) {
		update = release + len + 1;
		update_len = 2 + (int)strspn(update + 2, "0123456789");
	}
	return buf_putf(to_cpe, e, "cpe:2.3:o:linux:linux_kernel:%.*s:%.*s:*:*:*:*:*:*", (int)len,
			release, update_len, update);
}
