#include "stage/signer.h"

#include "base/doubt.h"
#include "host/clock.h"

#include <string.h>
#include <time.h>

enum { RSA_BITS_MIN = 2048 };

static int check_strength(const struct certificate *c, const char *path, struct err *e)
{
	if (!c->facts.is_rsa)
		return err_set(
			e, ERR_INPUT,
			"certificate '%s' is not for an RSA key: firmware (EDK II) takes RSA "
			"only and would answer 'Access Denied'",
			path);
	if (c->facts.bits < RSA_BITS_MIN)
		return err_set(
			e, ERR_INPUT,
			"the RSA key of certificate '%s' has %u bits: at least %d are needed", path,
			c->facts.bits, RSA_BITS_MIN);
	return 0;
}

/* Firmware does not look at dates, other verifiers do. */
static int check_dates(const struct signer_options *o, const struct certificate *c,
		       const char *path, struct err *e)
{
	int64_t now = clock_calendar();
	bool early = now < c->facts.not_before;
	time_t when = (time_t)(early ? c->facts.not_before : c->facts.not_after);
	char date[32] = "";
	struct tm utc;

	if (!early && now <= c->facts.not_after)
		return 0;
	if (gmtime_r(&when, &utc))
		strftime(date, sizeof(date), "%Y-%m-%d", &utc);
	return doubt(o->strict, e,
		     "certificate '%s' %s %s: firmware runs what it signed, other verifiers refuse "
		     "it",
		     path, early ? "is not valid before" : "expired on", date);
}

static int load_certificates(const struct signer_options *o, struct signer *s, struct err *e)
{
	if (!o->certificates || !o->certificates->n)
		return err_set(e, ERR_USAGE, "whose signature? Give its certificate");
	for (size_t i = 0; i < o->certificates->n; i++)
		if (certificates_load_by(o->holders.certificate_provider, o->certificates->v[i],
					 &s->certificates, e) < 0)
			return -1;
	s->der = calloc(s->certificates.n, sizeof(*s->der));
	if (!s->der)
		return err_memory(e);
	for (size_t i = 0; i < s->certificates.n; i++)
		s->der[i] = (struct der){(const uint8_t *)s->certificates.v[i].der.data,
					 s->certificates.v[i].der.len};
	return 0;
}

static int load_key(const struct signer_options *o, struct signer *s, struct err *e)
{
	if (!o->key)
		return 0;
	if (private_key_load(o->key, &o->holders, &o->passphrase, &s->key, e) < 0)
		return -1;
	if (!certificate_fits_key(&s->certificates.v[0], &s->key))
		return err_set(e, ERR_INPUT,
			       "key '%s' does not fit certificate '%s': its signatures could not "
			       "be verified",
			       o->key, o->certificates->v[0]);
	return 0;
}

int signer_load(const struct signer_options *options, struct signer *ret, struct err *e)
{
	AUTO_SIGNER s = SIGNER_INIT;

	if (load_certificates(options, &s, e) < 0 ||
	    check_strength(&s.certificates.v[0], options->certificates->v[0], e) < 0 ||
	    load_key(options, &s, e) < 0 ||
	    check_dates(options, &s.certificates.v[0], options->certificates->v[0], e) < 0)
		return -1;
	*ret = s;
	s = (struct signer)SIGNER_INIT;
	return 0;
}

void signer_done(struct signer *s)
{
	private_key_done(&s->key);
	certificates_done(&s->certificates);
	free(s->der);
	*s = (struct signer)SIGNER_INIT;
}
