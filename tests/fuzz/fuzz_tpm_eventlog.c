/* The event log of a firmware: whatever is read of it lies inside of it. */

#include "format/tpm_eventlog.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	struct tpm_eventlog log;
	struct tpm_event event;
	char text[TPM_EVENT_TEXT];
	uint64_t number = 1;
	int r;

	if (tpm_eventlog_init(&log, data, size, "fuzz", &e) < 0)
		return 0;
	while ((r = tpm_eventlog_next(&log, &event, &e)) > 0) {
		if (event.number != number++ || event.len > size ||
		    (size_t)(event.data - data) > size - event.len)
			__builtin_trap();
		tpm_event_type_text(event.type, text);
		if (!strlen(text))
			__builtin_trap();
		tpm_event_describe(&event, text);
		if (strlen(text) >= sizeof(text))
			__builtin_trap();
	}
	/* It ends at the end, or with a reason. */
	if (r == 0 ? log.at != size : !e.text[0])
		__builtin_trap();
	return 0;
}
