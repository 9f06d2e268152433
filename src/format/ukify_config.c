#include "format/ukify_config.h"

#include <stdlib.h>
#include <string.h>

#define SIGNATURE "PCRSignature:"

static const struct {
	const char *key, *option;
	bool is_words;
} uki_keys[] =
	{
		{"Linux", "linux", false},
		{"OSRelease", "os-release", false},
		{"Cmdline", "cmdline", false},
		{"Initrd", "initrd", true},
		{"Firmware", "efifw", false},
		{"Microcode", "microcode", false},
		{"Splash", "splash", false},
		{"DeviceTree", "devicetree", false},
		{"DeviceTreeAuto", "devicetree-auto", true},
		{"HWIDs", "hwids", false},
		{"Uname", "uname", false},
		{"SBAT", "sbat", false},
		{"PCRPKey", "pcrpkey", false},
		{"Profile", "profile", false},
		{"EFIArch", "efi-arch", false},
		{"Stub", "stub", false},
		{"PCRBanks", "pcr-banks", false},
		{"PCRSig", "pcrsig", false},
		{"SignInitrdPCRs", "sign-initrd-pcrs", false},
		{"SigningEngine", "signing-engine", false},
		{"SigningProvider", "signing-provider", false},
		{"CertificateProvider", "certificate-provider", false},
		{"SecureBootSigningTool", "signtool", false},
		{"SecureBootPrivateKey", "secureboot-private-key", false},
		{"SecureBootCertificate", "secureboot-certificate", false},
		{"SecureBootCertificateDir", "secureboot-certificate-dir", false},
		{"SecureBootCertificateName", "secureboot-certificate-name", false},
		{"SecureBootCertificateValidity", "secureboot-certificate-validity", false},
		{"SecureBootCertificateCommonName", "secureboot-certificate-common-name", false},
		{"SignKernel", "sign-kernel", false},
},
  signature_keys[] = {
	  {"PCRPrivateKey", "pcr-private-key", false},
	  {"PCRPublicKey", "pcr-public-key", false},
	  {"PCRCertificate", "pcr-certificate", false},
	  {"PolicyRef", "policyref", false},
	  {"Phases", "phases", false},
};

void ukify_config_done(struct ukify_config *c)
{
	ini_done(&c->ini);
	for (size_t i = 0; i < c->n; i++)
		free(c->settings[i].value);
	free(c->settings);
	strv_done(&c->unknown);
	strv_done(&c->groups);
	*c = (struct ukify_config)UKIFY_CONFIG_INIT;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Takes out what stands behind a '#' in each of the value's lines, and blanks in front of it. */
static void cut_comments(char *value)
{
	char *to = value, *line = value;
	bool skips = false;

	for (const char *p = value; *p; p++) {
		if (*p == '#' && (p == value || p[-1] == '\n' || is_blank(p[-1])))
			skips = true;
		if (*p == '\n') {
			skips = false;
			line = to + 1;
		}
		if (skips)
			while (to > line && is_blank(to[-1]))
				to--;
		else
			*to++ = *p;
	}
	while (to > value && (is_blank(to[-1]) || to[-1] == '\n'))
		to--;
	*to = '\0';
}

static int add(struct ukify_config *c, const struct ini_entry *entry, const char *option,
	       bool is_words, struct err *e)
{
	struct ukify_setting *settings = reallocarray(c->settings, c->n + 1, sizeof(*settings));
	char *value;

	if (!settings)
		return err_memory(e);
	c->settings = settings;
	value = strdup(entry->value);
	if (!value)
		return err_memory(e);
	cut_comments(value);
	settings[c->n++] =
		(struct ukify_setting){option, entry->key, value, entry->line, is_words, 0};
	return 0;
}

/* Gives the setting added last to the group of that name. */
static int set_group(struct ukify_config *c, const char *name, struct err *e)
{
	size_t i = 0;

	while (i < c->groups.n && strcmp(c->groups.v[i], name) != 0)
		i++;
	if (i == c->groups.n && strv_add(&c->groups, name, e) < 0)
		return -1;
	c->settings[c->n - 1].group = i + 1;
	return 0;
}

static int add_entry(struct ukify_config *c, const struct ini_entry *entry, struct err *e)
{
	if (!strcmp(entry->section, "UKI")) {
		for (size_t i = 0; i < ARRAY_LEN(uki_keys); i++)
			if (!strcmp(entry->key, uki_keys[i].key))
				return add(c, entry, uki_keys[i].option, uki_keys[i].is_words, e);
	} else if (!strncmp(entry->section, SIGNATURE, strlen(SIGNATURE))) {
		for (size_t i = 0; i < ARRAY_LEN(signature_keys); i++)
			if (!strcmp(entry->key, signature_keys[i].key))
				return add(c, entry, signature_keys[i].option, false, e) < 0
					       ? -1
					       : set_group(c, entry->section, e);
	}
	return strv_addf(&c->unknown, e, "%s:%zu: unknown setting [%s] %s=", c->ini.name,
			 entry->line, entry->section, entry->key);
}

int ukify_config_parse(const char *text, size_t len, const char *name, struct ukify_config *ret,
		       struct err *e)
{
	AUTO_UKIFY_CONFIG c = UKIFY_CONFIG_INIT;

	if (ini_parse(text, len, name, &c.ini, e) < 0)
		return -1;
	for (size_t i = 0; i < c.ini.n; i++)
		if (add_entry(&c, &c.ini.entries[i], e) < 0)
			return -1;
	*ret = c;
	c = (struct ukify_config)UKIFY_CONFIG_INIT;
	return 0;
}
