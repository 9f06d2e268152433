#include "network/dhcp4.h"

#include "network/jitter.h"

#include <string.h>

#define SECOND		1000
#define FIRST_RETRY_MS	(2 * SECOND)
#define LAST_RETRY_MS	(64 * SECOND)
#define RETRY_SPREAD_MS SECOND
#define RENEW_RETRY_MS	(60 * SECOND) /* RFC 2131, 4.4.5: no more than one a minute */
#define REQUESTS_MAX	4
#define REBOOTS_MAX	2
#define LEAST_LEASE_S	10
#define BROADCAST	0xffffffffU

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* 2, 4, 8 ... 64 seconds, give or take one: RFC 2131, 4.1, but for a quicker start. */
static int64_t retry_ms(struct dhcp4 *d, unsigned int tries)
{
	int64_t wait_ms = tries < 5 ? (int64_t)FIRST_RETRY_MS << tries : LAST_RETRY_MS;

	return wait_ms + jitter_around(&d->random, RETRY_SPREAD_MS);
}

static void send(struct dhcp4 *d, int64_t now_ms, struct dhcp4_actions *a)
{
	int64_t secs = (now_ms - d->began_ms) / SECOND;
	struct dhcp4_query q = {
		.type = d->state == DHCP4_SELECTING ? DHCP4_DISCOVER : DHCP4_REQUEST,
		.xid = d->xid,
		.secs = (uint16_t)(secs < UINT16_MAX ? secs : UINT16_MAX),
		.mac = d->mac,
		.host_name = d->host_name,
	};

	a->to = BROADCAST;
	a->raw = dhcp4_listens_raw(d);
	switch (d->state) {
	case DHCP4_SELECTING:
	case DHCP4_REBOOTING:
		q.wanted = d->lease.address;
		break;
	case DHCP4_REQUESTING:
		q.wanted = d->offered;
		q.server = d->server;
		break;
	case DHCP4_RENEWING:
		a->to = d->lease.server;
		q.own = d->lease.address;
		break;
	default:
		q.own = d->lease.address;
		break;
	}
	a->send = true;
	a->len = dhcp4_build(a->packet, &q);
}

/* The end of the lease counts in every state, also while another one is looked for. */
static void set_due(struct dhcp4 *d, int64_t due_ms)
{
	d->due_ms = d->leased ? earlier(due_ms, d->expire_ms) : due_ms;
}

static void enter(struct dhcp4 *d, enum dhcp4_state state, int64_t now_ms)
{
	d->state = state;
	d->tries = 0;
	/* A request answers the offer with its number; all else begins something. */
	if (state != DHCP4_REQUESTING) {
		d->xid = jitter_next(&d->random);
		d->began_ms = now_ms;
	}
}

static void try(struct dhcp4 *d, int64_t now_ms, struct dhcp4_actions *a)
{
	send(d, now_ms, a);
	set_due(d, now_ms + retry_ms(d, d->tries));
	if (d->tries < UINT8_MAX)
		d->tries++;
}

static void look_for_server(struct dhcp4 *d, int64_t now_ms, struct dhcp4_actions *a)
{
	enter(d, DHCP4_SELECTING, now_ms);
	try(d, now_ms, a);
}

/* RFC 2131, 4.4.5: after half of what is left until the next phase, but not within a minute. */
static void try_renewal(struct dhcp4 *d, int64_t now_ms, int64_t phase_end_ms,
			struct dhcp4_actions *a)
{
	int64_t wait_ms = (phase_end_ms - now_ms) / 2;

	send(d, now_ms, a);
	if (wait_ms < RENEW_RETRY_MS)
		wait_ms = RENEW_RETRY_MS;
	set_due(d, earlier(now_ms + wait_ms, phase_end_ms));
}

static void drop_lease(struct dhcp4 *d, struct dhcp4_actions *a)
{
	if (!d->leased)
		return;
	a->drop = true;
	a->old = d->lease.address;
	a->old_prefix = d->lease.prefix;
	d->leased = false;
}

void dhcp4_start(struct dhcp4 *d, int64_t now_ms, struct dhcp4_actions *ret)
{
	memset(ret, 0, sizeof(*ret));
	d->naks = 0;
	if (d->leased && now_ms < d->expire_ms) {
		enter(d, DHCP4_REBOOTING, now_ms);
		try(d, now_ms, ret);
		return;
	}
	drop_lease(d, ret);
	look_for_server(d, now_ms, ret);
}

void dhcp4_suspend(struct dhcp4 *d)
{
	d->state = DHCP4_OFF;
	set_due(d, DHCP4_NEVER);
}

/*
 * Times that contradict each other are those of RFC 2131, 4.4.5: half and seven eighths. A lease of
 * a second or two would be nothing but load; no server means it.
 */
static void set_times(struct dhcp4 *d, int64_t now_ms)
{
	struct dhcp4_lease *l = &d->lease;

	if (l->lease_s == DHCP4_FOREVER) {
		d->renew_ms = d->rebind_ms = d->expire_ms = DHCP4_NEVER;
		return;
	}
	if (l->lease_s < LEAST_LEASE_S)
		l->lease_s = LEAST_LEASE_S;
	if (l->rebind_s == 0 || l->rebind_s >= l->lease_s)
		l->rebind_s = l->lease_s - l->lease_s / 8;
	if (l->renew_s == 0 || l->renew_s >= l->rebind_s)
		l->renew_s = l->lease_s / 2 < l->rebind_s ? l->lease_s / 2 : l->rebind_s / 2;
	d->renew_ms = now_ms + (int64_t)l->renew_s * SECOND;
	d->rebind_ms = now_ms + (int64_t)l->rebind_s * SECOND;
	d->expire_ms = now_ms + (int64_t)l->lease_s * SECOND;
}

static bool same_routes(const struct dhcp4_lease *a, const struct dhcp4_lease *b)
{
	for (size_t i = 0; i < a->routes && i < b->routes; i++)
		if (a->route[i].to != b->route[i].to || a->route[i].via != b->route[i].via ||
		    a->route[i].prefix != b->route[i].prefix)
			return false;
	return a->routes == b->routes;
}

/* What the kernel lets go together with the address, so that a change means to set it anew. */
static bool same_on_link(const struct dhcp4_lease *a, const struct dhcp4_lease *b)
{
	return a->address == b->address && a->prefix == b->prefix && same_routes(a, b);
}

static void take_lease(struct dhcp4 *d, int64_t now_ms, const struct dhcp4_lease *lease,
		       struct dhcp4_actions *a)
{
	if (d->leased && !same_on_link(&d->lease, lease))
		drop_lease(d, a);
	a->fresh = !d->leased;
	d->lease = *lease;
	d->leased = true;
	d->naks = 0;
	d->state = DHCP4_BOUND;
	set_times(d, now_ms);
	d->due_ms = d->renew_ms;
	a->apply = true;
}

/* Each refusal in a row doubles the pause, from one second to 64: a server may refuse for ever. */
static void take_refusal(struct dhcp4 *d, int64_t now_ms, struct dhcp4_actions *a)
{
	unsigned int doublings = d->naks < 6 ? d->naks : 6;

	drop_lease(d, a);
	d->lease.address = 0;
	if (d->naks < UINT8_MAX)
		d->naks++;
	enter(d, DHCP4_PAUSED, now_ms);
	d->due_ms =
		now_ms + ((int64_t)SECOND << doublings) + jitter_next(&d->random) % (SECOND / 4);
}

static void take_offer(struct dhcp4 *d, int64_t now_ms, const struct dhcp4_lease *offer,
		       struct dhcp4_actions *a)
{
	d->offered = offer->address;
	d->server = offer->server;
	enter(d, DHCP4_REQUESTING, now_ms);
	try(d, now_ms, a);
}

/*
 * Whether that server has a say now. Who asks one server listens to that one only; a server that
 * does not know whose the address is may refuse it out of turn.
 */
static bool is_asked(const struct dhcp4 *d, uint32_t server)
{
	if (d->state == DHCP4_REQUESTING)
		return server == d->server;
	if (d->state == DHCP4_RENEWING)
		return server == d->lease.server;
	return d->state == DHCP4_REBOOTING || d->state == DHCP4_REBINDING;
}

void dhcp4_receive(struct dhcp4 *d, int64_t now_ms, const uint8_t *data, size_t len,
		   struct dhcp4_actions *ret)
{
	const struct dhcp4_query to = {.xid = d->xid, .mac = d->mac};
	struct dhcp4_lease lease;
	enum dhcp4_type type;

	memset(ret, 0, sizeof(*ret));
	if (!dhcp4_parse(data, len, &to, &type, &lease))
		return;
	if (type == DHCP4_OFFER && d->state == DHCP4_SELECTING)
		take_offer(d, now_ms, &lease, ret);
	else if (type == DHCP4_ACK && is_asked(d, lease.server))
		take_lease(d, now_ms, &lease, ret);
	else if (type == DHCP4_NAK && is_asked(d, lease.server))
		take_refusal(d, now_ms, ret);
}

static void renewal_timer(struct dhcp4 *d, int64_t now_ms, struct dhcp4_actions *a)
{
	bool rebind = now_ms >= d->rebind_ms;

	if (d->state == DHCP4_BOUND || (rebind && d->state == DHCP4_RENEWING))
		enter(d, rebind ? DHCP4_REBINDING : DHCP4_RENEWING, now_ms);
	try_renewal(d, now_ms, rebind ? d->expire_ms : d->rebind_ms, a);
}

void dhcp4_timer(struct dhcp4 *d, int64_t now_ms, struct dhcp4_actions *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (now_ms < d->due_ms)
		return;
	if (d->leased && now_ms >= d->expire_ms) {
		drop_lease(d, ret);
		d->due_ms = DHCP4_NEVER;
		if (d->state != DHCP4_OFF)
			look_for_server(d, now_ms, ret);
		return;
	}
	switch (d->state) {
	case DHCP4_OFF:
		break;
	case DHCP4_BOUND:
	case DHCP4_RENEWING:
	case DHCP4_REBINDING:
		renewal_timer(d, now_ms, ret);
		break;
	case DHCP4_REBOOTING:
	case DHCP4_REQUESTING:
		if (d->tries >= (d->state == DHCP4_REBOOTING ? REBOOTS_MAX : REQUESTS_MAX))
			look_for_server(d, now_ms, ret);
		else
			try(d, now_ms, ret);
		break;
	case DHCP4_PAUSED:
		look_for_server(d, now_ms, ret);
		break;
	case DHCP4_SELECTING:
		try(d, now_ms, ret);
		break;
	}
}

bool dhcp4_listens_raw(const struct dhcp4 *d)
{
	return d->state == DHCP4_REBOOTING || d->state == DHCP4_SELECTING ||
	       d->state == DHCP4_REQUESTING;
}
