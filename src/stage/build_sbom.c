#include "stage/build.h"

#include "base/path.h"
#include "format/cyclonedx.h"
#include "format/os_release.h"
#include "format/systemd_stub.h"
#include "host/clock.h"
#include "host/file.h"
#include "host/output.h"

#include <string.h>

#define GENERATOR "mvirt-mkos " MKOS_VERSION
#define SHA256	  "sha256:"

enum { OS_RELEASE_MAX = 64 * 1024 };

struct sbom {
	struct build *build;
	struct cyclonedx_component *components;
	size_t n;
	size_t initramfs;  /* its number: what is in it is part of it */
	struct strv texts; /* that components and properties point to */
	struct cyclonedx_property *keys;
	size_t n_keys;
	struct cyclonedx_bom bom;
};

static void sbom_done(struct sbom *s)
{
	free(s->components);
	free(s->keys);
	strv_done(&s->texts);
}

static int add(struct sbom *s, const struct cyclonedx_component *c, struct err *e)
{
	struct cyclonedx_component *grown;

	grown = reallocarray(s->components, s->n + 1, sizeof(*grown));
	if (!grown)
		return err_memory(e);
	s->components = grown;
	grown[s->n++] = *c;
	return 0;
}

/* A copy that lives as long as the bill; NULL for an empty text, too. */
static int keep(struct sbom *s, const char *text, const char **ret, struct err *e)
{
	*ret = NULL;
	if (!*text)
		return 0;
	if (strv_add(&s->texts, text, e) < 0)
		return -1;
	*ret = s->texts.v[s->texts.n - 1];
	return 0;
}

static int keep_hash(struct sbom *s, const char *path, const char **ret, struct err *e)
{
	char hex[HASH_HEX];

	if (hashes_file(&s->build->hashes, path, hex, e) < 0)
		return -1;
	return keep(s, hex, ret, e);
}

/* The hash that an input is, or NULL. */
static const char *input_hash(const struct input *i)
{
	return strncmp(i->value, SHA256, strlen(SHA256)) ? NULL : i->value + strlen(SHA256);
}

static int add_kernel(struct sbom *s, struct err *e)
{
	const struct artefact *a = manifest_find(&s->build->manifest, "kernel");
	const struct input *source = &a->inputs.v[0];
	struct cyclonedx_component c = {
		.type = "operating-system",
		.ref = "kernel",
		.name = "linux",
		.version = a->version,
		.sha256 = a->sha256,
		.url = s->build->project->kernel_url,
	};
	AUTO_BUF cpe = BUF_INIT;

	if (a->version && cyclonedx_linux(a->version, &cpe, e) < 0)
		return -1;
	if (keep(s, buf_str(&cpe), &c.cpe, e) < 0)
		return -1;
	/* The source is a kernel's first input; of a folder there is no hash. */
	if (a->inputs.n && input_hash(source)) {
		c.source_name = source->name;
		c.source_sha256 = input_hash(source);
	}
	return add(s, &c, e);
}

static int add_stub(struct sbom *s, struct err *e)
{
	struct cyclonedx_component c = {.type = "firmware", .ref = "stub", .name = "systemd-stub"};
	AUTO_FILE_SOURCE f = FILE_SOURCE_INIT;
	AUTO_PE pe = {.sections = NULL};
	AUTO_FREE char *path = NULL;
	struct stub_version version;

	if (build_find_stub(s->build->project, &path, e) < 0 || file_source_open(&f, path, e) < 0 ||
	    pe_read(&f.source, &pe, e) < 0 || stub_version_read(&f.source, &pe, &version, e) < 0)
		return -1;
	if (!version.major && keep(s, path_base(path), &c.name, e) < 0)
		return -1;
	if (keep(s, version.text, &c.version, e) < 0 || keep_hash(s, path, &c.sha256, e) < 0)
		return -1;
	return add(s, &c, e);
}

static int add_init(struct sbom *s, struct err *e)
{
	const struct project *p = s->build->project;
	struct cyclonedx_component c = {
		.type = "application",
		.ref = "init",
		.name = "pideisn",
		.version = MKOS_VERSION,
		.part_of = s->initramfs,
	};
	AUTO_FREE char *path = NULL;

	if (project_find_init(p, &path, e) < 0 || keep_hash(s, path, &c.sha256, e) < 0)
		return -1;
	if (p->init) {
		c.version = NULL;
		if (keep(s, path_base(path), &c.name, e) < 0)
			return -1;
	}
	return add(s, &c, e);
}

/* If the lists of the recipe have it, under whatever name. */
static int add_network(struct sbom *s, struct err *e)
{
	const struct artefact *a = manifest_find(&s->build->manifest, "initramfs");
	struct cyclonedx_component c = {
		.type = "application",
		.ref = "network",
		.name = "pideisn-network",
		.version = MKOS_VERSION,
		.part_of = s->initramfs,
	};
	AUTO_FREE char *path = NULL;

	if (project_find_program("init", "pideisn-network", &path, e) < 0)
		return -1;
	if (!path)
		return 0;
	if (keep_hash(s, path, &c.sha256, e) < 0)
		return -1;
	for (size_t i = 0; i < a->inputs.n; i++) {
		const char *sha256 = input_hash(&a->inputs.v[i]);

		if (*a->inputs.v[i].name == '/' && sha256 && !strcmp(sha256, c.sha256))
			return add(s, &c, e);
	}
	return 0;
}

static int add_payload(struct sbom *s, const struct payload *payload, struct err *e)
{
	struct cyclonedx_component c = {
		.type = "application",
		.name = payload->name,
		.url = payload->url,
		.location = payload->image,
		.part_of = s->initramfs,
	};
	AUTO_BUF ref = BUF_INIT;
	AUTO_BUF purl = BUF_INIT;
	AUTO_BUF tag = BUF_INIT;

	if (payload->url && cyclonedx_github(payload->url, &purl, &tag, e) < 0)
		return -1;
	if (buf_putf(&ref, e, "payload:%s", payload->name) < 0 ||
	    keep(s, buf_str(&ref), &c.ref, e) < 0 || keep(s, buf_str(&purl), &c.purl, e) < 0 ||
	    keep(s, buf_str(&tag), &c.version, e) < 0 ||
	    keep_hash(s, payload->source, &c.sha256, e) < 0)
		return -1;
	return add(s, &c, e);
}

/* The component that the file was put in as, or NULL. */
static struct cyclonedx_component *find_named(struct sbom *s, size_t n, const char *location,
					      const char *sha256)
{
	for (size_t i = s->initramfs; i < n; i++) {
		struct cyclonedx_component *c = &s->components[i];

		if (!strcmp(c->sha256, sha256) && (!c->location || !strcmp(c->location, location)))
			return c;
	}
	return NULL;
}

static bool has_ref(const struct sbom *s, const char *ref)
{
	for (size_t i = 0; i < s->n; i++)
		if (!strcmp(s->components[i].ref, ref))
			return true;
	return false;
}

static int add_archive(struct sbom *s, const char *name, const char *sha256, struct err *e)
{
	struct cyclonedx_component c = {
		.type = "file",
		.name = name,
		.sha256 = sha256,
		.part_of = s->initramfs,
	};
	AUTO_BUF ref = BUF_INIT;

	if (buf_putf(&ref, e, "archive:%s", sha256) < 0)
		return -1;
	if (has_ref(s, buf_str(&ref)))
		return 0;
	return keep(s, buf_str(&ref), &c.ref, e) < 0 ? -1 : add(s, &c, e);
}

static int add_file(struct sbom *s, const char *name, const char *sha256, struct err *e)
{
	struct cyclonedx_component c = {
		.type = "file",
		.name = name,
		.sha256 = sha256,
		.part_of = s->initramfs,
	};
	AUTO_BUF ref = BUF_INIT;

	if (buf_putf(&ref, e, "file:%s", name) < 0 || keep(s, buf_str(&ref), &c.ref, e) < 0)
		return -1;
	return add(s, &c, e);
}

/* The rest of what is in the initramfs: init and payload are there by their names. */
static int add_files(struct sbom *s, struct err *e)
{
	static const char archive[] = "archive ";
	const struct artefact *a = manifest_find(&s->build->manifest, "initramfs");
	size_t named = s->n;

	for (size_t i = 0; i < a->inputs.n; i++) {
		const char *name = a->inputs.v[i].name;
		const char *sha256 = input_hash(&a->inputs.v[i]);
		struct cyclonedx_component *c;

		if (!sha256)
			continue;
		if (!strncmp(name, archive, strlen(archive))) {
			if (add_archive(s, name + strlen(archive), sha256, e) < 0)
				return -1;
			continue;
		}
		if (*name != '/')
			continue;
		c = find_named(s, named, name, sha256);
		if (c)
			c->location = name;
		else if (add_file(s, name, sha256, e) < 0)
			return -1;
	}
	return 0;
}

static int add_initramfs(struct sbom *s, struct err *e)
{
	const struct project *p = s->build->project;
	const struct cyclonedx_component c = {
		.type = "file",
		.ref = "initramfs",
		.name = path_base(PROJECT_INITRAMFS),
		.sha256 = manifest_find(&s->build->manifest, "initramfs")->sha256,
	};

	if (add(s, &c, e) < 0)
		return -1;
	s->initramfs = s->n;
	if (add_init(s, e) < 0 || add_network(s, e) < 0)
		return -1;
	for (size_t i = 0; i < p->n_payloads; i++)
		if (p->payloads[i].source && !p->payloads[i].without &&
		    add_payload(s, &p->payloads[i], e) < 0)
			return -1;
	return add_files(s, e);
}

/* What the image calls itself. */
static int name_image(struct sbom *s, struct err *e)
{
	AUTO_BUF text = BUF_INIT;
	AUTO_BUF id = BUF_INIT;
	AUTO_BUF version = BUF_INIT;
	bool found;

	if (file_read(s->build->project->os_release, OS_RELEASE_MAX, &text, e) < 0 ||
	    os_release_value(buf_str(&text), text.len, "ID", &id, &found, e) < 0 ||
	    os_release_value(buf_str(&text), text.len, "VERSION_ID", &version, &found, e) < 0)
		return -1;
	/* os-release(5): what has no ID is "linux". */
	if (keep(s, id.len ? buf_str(&id) : "linux", &s->bom.image.name, e) < 0)
		return -1;
	return keep(s, buf_str(&version), &s->bom.image.version, e);
}

static int add_key(struct sbom *s, const char *name, const char *sha256, struct err *e)
{
	struct cyclonedx_property *grown = reallocarray(s->keys, s->n_keys + 1, sizeof(*grown));

	if (!grown)
		return err_memory(e);
	s->keys = grown;
	s->keys[s->n_keys].name = name;
	return keep(s, sha256, &s->keys[s->n_keys++].value, e);
}

/* By the fingerprints of their public parts. */
static int add_keys(struct sbom *s, struct err *e)
{
	const struct project *p = s->build->project;
	AUTO_CERTIFICATES c = {.v = NULL};
	AUTO_PCR_SIGNERS pcr = PCR_SIGNERS_INIT;
	struct pcr_signing_options o;
	char hex[HASH_HEX];

	if (p->secureboot_key && (certificates_load(p->secureboot_certificates.v[0], &c, e) < 0 ||
				  hash_bytes(c.v[0].der.data, c.v[0].der.len, hex, e) < 0 ||
				  add_key(s, "secureboot-certificate-sha256", hex, e) < 0))
		return -1;
	if (!p->pcr.sections.n)
		return 0;
	if (build_pcr_public(s->build, &o, &pcr, e) < 0)
		return -1;
	for (size_t i = 0; i < pcr.n; i++)
		if (add_key(s, "pcr-public-key-sha256", pcr.v[i].pkfp, e) < 0)
			return -1;
	return 0;
}

static int compose(struct sbom *s, struct buf *text, struct err *e)
{
	const struct project *p = s->build->project;
	AUTO_BUF bare = BUF_INIT;
	char hex[HASH_HEX];

	if (name_image(s, e) < 0 || add_kernel(s, e) < 0 || add_stub(s, e) < 0 ||
	    add_initramfs(s, e) < 0 || add_keys(s, e) < 0)
		return -1;
	s->bom.tool = "mvirt-mkos";
	s->bom.tool_version = MKOS_VERSION;
	s->bom.image.ref = "image";
	s->bom.recipe = p->recipe;
	s->bom.properties = s->keys;
	s->bom.n_properties = s->n_keys;
	s->bom.time = p->time;
	s->bom.components = s->components;
	s->bom.n = s->n;
	if (cyclonedx_write(&s->bom, NULL, &bare, e) < 0 ||
	    hash_bytes(bare.data, bare.len, hex, e) < 0)
		return -1;
	return cyclonedx_write(&s->bom, hex, text, e);
}

static int text_inputs(const struct buf *text, struct inputs *to, struct err *e)
{
	char value[HASH_HEX + sizeof(SHA256)] = SHA256;

	if (hash_bytes(text->data, text->len, value + strlen(SHA256), e) < 0 ||
	    inputs_add(to, "content", value, e) < 0)
		return -1;
	return inputs_add(to, "generator", GENERATOR, e);
}

int build_sbom(struct build *b, struct step *ret, struct err *e)
{
	AUTO(sbom_done) struct sbom s = {.build = b, .texts = STRV_INIT};
	AUTO_INPUTS inputs = INPUTS_INIT;
	AUTO_BUF text = BUF_INIT;
	struct step step = {.artefact = "sbom"};
	uint64_t started = clock_ms();
	bool current;

	if (compose(&s, &text, e) < 0)
		return err_ctx(e, "bill of materials");
	if (text_inputs(&text, &inputs, e) < 0 ||
	    build_is_current(b, "sbom", PROJECT_SBOM, &inputs, &current, e) < 0)
		return -1;
	if (!current) {
		step.how = STEP_MADE;
		if (output_write(PROJECT_SBOM, text.data, text.len, b->project->sync, e) < 0 ||
		    build_note(b, "sbom", PROJECT_SBOM, NULL, &inputs, e) < 0)
			return -1;
	}
	step.ms = clock_ms() - started;
	*ret = step;
	return 0;
}
