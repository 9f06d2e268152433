#include "network/dhcp6.h"

#include "network/jitter.h"

#include <string.h>

#define SECOND	       1000
#define REFRESH_LEAST  600   /* IRT_MINIMUM */
#define REFRESH_NORMAL 86400 /* IRT_DEFAULT */
#define REFRESH_MOST   (UINT32_MAX / 2)
#define REQUESTS_MAX   10
#define REFUSED_MS     (10 * SECOND)
#define XID_MASK       0xffffff

/* First and last wait of each exchange: RFC 8415, 7.6. */
static const struct {
	uint8_t type;
	uint8_t first_s;
	uint16_t last_s;
} exchanges[] = {
	[DHCP6_SOLICITING] = {DHCP6_SOLICIT, 1, 3600}, [DHCP6_REQUESTING] = {DHCP6_REQUEST, 1, 30},
	[DHCP6_RENEWING] = {DHCP6_RENEW, 10, 600},     [DHCP6_REBINDING] = {DHCP6_REBIND, 10, 600},
	[DHCP6_ASKING] = {DHCP6_INFORMATION, 1, 3600},
};

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static struct dhcp6_query query(const struct dhcp6 *d)
{
	struct dhcp6_query q = {
		.type = (enum dhcp6_type)exchanges[d->state].type,
		.xid = d->xid,
		.mac = d->mac,
		.want_address = d->want_address,
		.want_network = d->want_network,
		.lease = &d->lease,
	};

	return q;
}

/* RFC 8415, 15: the wait doubles, give or take a tenth, up to its most. */
static void try(struct dhcp6 *d, int64_t now_ms, int64_t end_ms, struct dhcp6_actions *a)
{
	struct dhcp6_query q = query(d);
	int64_t last_ms = (int64_t)exchanges[d->state].last_s * SECOND;
	int64_t elapsed_cs = (now_ms - d->began_ms) / 10;

	q.elapsed_cs = (uint16_t)(elapsed_cs < UINT16_MAX ? elapsed_cs : UINT16_MAX);
	a->send = true;
	a->len = dhcp6_build(a->packet, &q);

	d->retry_ms =
		d->tries == 0 ? (int64_t)exchanges[d->state].first_s * SECOND : 2 * d->retry_ms;
	d->retry_ms = earlier(d->retry_ms, last_ms);
	d->retry_ms += jitter_around(&d->random, (int32_t)(d->retry_ms / 10));
	if (d->tries < UINT8_MAX)
		d->tries++;
	d->due_ms = earlier(now_ms + d->retry_ms, end_ms);
	if (d->leased)
		d->due_ms = earlier(d->due_ms, d->expire_ms);
}

static void enter(struct dhcp6 *d, enum dhcp6_state state, int64_t now_ms)
{
	d->state = state;
	d->tries = 0;
	d->xid = jitter_next(&d->random) & XID_MASK;
	d->began_ms = now_ms;
}

static void begin(struct dhcp6 *d, enum dhcp6_state state, int64_t now_ms, struct dhcp6_actions *a)
{
	enter(d, state, now_ms);
	try(d, now_ms, DHCP6_NEVER, a);
}

static void drop_lease(struct dhcp6 *d, struct dhcp6_actions *a)
{
	if (!d->leased)
		return;
	a->drop = true;
	a->old = d->lease.address;
	a->apply = true;
	memset(&d->lease, 0, sizeof(d->lease));
	d->leased = false;
}

void dhcp6_start(struct dhcp6 *d, int64_t now_ms, struct dhcp6_actions *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (!d->want_address && !d->want_network) {
		drop_lease(d, ret);
		begin(d, DHCP6_ASKING, now_ms, ret);
	} else if (d->leased && now_ms < d->expire_ms) {
		begin(d, DHCP6_REBINDING, now_ms, ret);
	} else {
		drop_lease(d, ret);
		begin(d, DHCP6_SOLICITING, now_ms, ret);
	}
}

void dhcp6_suspend(struct dhcp6 *d)
{
	d->state = DHCP6_OFF;
	d->due_ms = d->leased ? d->expire_ms : DHCP6_NEVER;
}

static int64_t after(int64_t now_ms, uint32_t seconds)
{
	return seconds == DHCP6_FOREVER ? DHCP6_NEVER : now_ms + (int64_t)seconds * SECOND;
}

/* Times left to us are half and four fifths of the preferred time: RFC 8415, 21.4. */
static void take_times(struct dhcp6 *d, int64_t now_ms, const struct dhcp6_item *item)
{
	uint32_t renew_s = item->renew_s;
	uint32_t rebind_s = item->rebind_s;

	if (item->valid_s == 0)
		return;
	if (renew_s == 0)
		renew_s =
			item->preferred_s == DHCP6_FOREVER ? DHCP6_FOREVER : item->preferred_s / 2;
	if (rebind_s == 0)
		rebind_s = item->preferred_s == DHCP6_FOREVER
				   ? DHCP6_FOREVER
				   : item->preferred_s - item->preferred_s / 5;
	/* Nothing is asked for again within the first seconds, whatever the server says. */
	if (renew_s < 5)
		renew_s = 5;
	if (rebind_s < renew_s)
		rebind_s = renew_s;
	d->renew_ms = earlier(d->renew_ms, after(now_ms, renew_s));
	d->rebind_ms = earlier(d->rebind_ms, after(now_ms, rebind_s));
	d->expire_ms = earlier(d->expire_ms, after(now_ms, item->valid_s));
}

static void take_lease(struct dhcp6 *d, int64_t now_ms, const struct dhcp6_lease *lease,
		       struct dhcp6_actions *a)
{
	if (d->leased && d->lease.address.valid_s != 0 &&
	    (lease->address.valid_s == 0 ||
	     memcmp(lease->address.byte, d->lease.address.byte, sizeof(lease->address.byte)) != 0))
		drop_lease(d, a);
	a->fresh = !d->leased;
	d->lease = *lease;
	d->leased = true;
	d->renew_ms = d->rebind_ms = d->expire_ms = DHCP6_NEVER;
	take_times(d, now_ms, &lease->address);
	take_times(d, now_ms, &lease->network);
	d->state = DHCP6_BOUND;
	d->due_ms = earlier(d->renew_ms, d->expire_ms);
	a->apply = true;
}

static void take_information(struct dhcp6 *d, int64_t now_ms, const struct dhcp6_lease *lease,
			     struct dhcp6_actions *a)
{
	uint32_t refresh_s = lease->refresh_s != 0 ? lease->refresh_s : REFRESH_NORMAL;

	if (refresh_s < REFRESH_LEAST)
		refresh_s = REFRESH_LEAST;
	d->lease = *lease;
	d->state = DHCP6_INFORMED;
	d->due_ms = after(now_ms, refresh_s);
	a->apply = true;
}

static void take_advertisement(struct dhcp6 *d, int64_t now_ms, const struct dhcp6_lease *lease,
			       struct dhcp6_actions *a)
{
	d->lease = *lease;
	begin(d, DHCP6_REQUESTING, now_ms, a);
}

/*
 * A lease that is refused is looked for anew at once; but a server that advertises and then refuses
 * would keep us in a loop, so that is tried again in its time.
 */
static void take_refusal(struct dhcp6 *d, int64_t now_ms, struct dhcp6_actions *a)
{
	bool had = d->leased;

	if (d->state == DHCP6_SOLICITING || d->state == DHCP6_ASKING)
		return;
	drop_lease(d, a);
	memset(&d->lease, 0, sizeof(d->lease));
	enter(d, DHCP6_SOLICITING, now_ms);
	if (had)
		try(d, now_ms, DHCP6_NEVER, a);
	else
		d->due_ms = now_ms + REFUSED_MS + jitter_around(&d->random, SECOND);
}

static bool is_asking(const struct dhcp6 *d)
{
	return d->state != DHCP6_OFF && d->state != DHCP6_BOUND && d->state != DHCP6_INFORMED;
}

static bool same_server(const struct dhcp6_lease *a, const struct dhcp6_lease *b)
{
	return a->server_len == b->server_len && memcmp(a->server, b->server, a->server_len) == 0;
}

void dhcp6_receive(struct dhcp6 *d, int64_t now_ms, const uint8_t *data, size_t len,
		   struct dhcp6_actions *ret)
{
	struct dhcp6_query q;
	struct dhcp6_lease lease;
	enum dhcp6_type type;
	enum dhcp6_verdict verdict;

	memset(ret, 0, sizeof(*ret));
	if (!is_asking(d))
		return;
	q = query(d);
	verdict = dhcp6_parse(data, len, &q, &type, &lease);
	if (verdict == DHCP6_FOREIGN)
		return;
	/* One server was asked: no other has a say. */
	if ((d->state == DHCP6_REQUESTING || d->state == DHCP6_RENEWING) &&
	    !same_server(&lease, &d->lease))
		return;
	if (verdict == DHCP6_REFUSED)
		take_refusal(d, now_ms, ret);
	else if (type == DHCP6_ADVERTISE)
		take_advertisement(d, now_ms, &lease, ret);
	else if (d->state == DHCP6_ASKING)
		take_information(d, now_ms, &lease, ret);
	else
		take_lease(d, now_ms, &lease, ret);
}

static void renewal_timer(struct dhcp6 *d, int64_t now_ms, struct dhcp6_actions *a)
{
	bool rebind = now_ms >= d->rebind_ms;

	if (d->state == DHCP6_BOUND || (rebind && d->state == DHCP6_RENEWING))
		enter(d, rebind ? DHCP6_REBINDING : DHCP6_RENEWING, now_ms);
	try(d, now_ms, d->state == DHCP6_RENEWING ? d->rebind_ms : d->expire_ms, a);
}

void dhcp6_timer(struct dhcp6 *d, int64_t now_ms, struct dhcp6_actions *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (now_ms < d->due_ms)
		return;
	if (d->leased && now_ms >= d->expire_ms) {
		drop_lease(d, ret);
		d->due_ms = DHCP6_NEVER;
		if (d->state != DHCP6_OFF)
			begin(d, DHCP6_SOLICITING, now_ms, ret);
		return;
	}
	switch (d->state) {
	case DHCP6_OFF:
		d->due_ms = DHCP6_NEVER;
		break;
	case DHCP6_INFORMED:
		begin(d, DHCP6_ASKING, now_ms, ret);
		break;
	case DHCP6_REQUESTING:
		if (d->tries >= REQUESTS_MAX) {
			memset(&d->lease, 0, sizeof(d->lease));
			begin(d, DHCP6_SOLICITING, now_ms, ret);
		} else {
			try(d, now_ms, DHCP6_NEVER, ret);
		}
		break;
	case DHCP6_SOLICITING:
	case DHCP6_ASKING:
		try(d, now_ms, DHCP6_NEVER, ret);
		break;
	case DHCP6_BOUND:
	case DHCP6_RENEWING:
	case DHCP6_REBINDING:
		renewal_timer(d, now_ms, ret);
		break;
	}
}
