/* What PID 1 reads from devices and about them, and the lines of sysctl.conf. */

#include "acpi_event.h"
#include "block_content.h"
#include "sysctl.h"
#include "uevent.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sysctl_setting setting;
	struct block_content content = block_content_of(data, size);
	char value[16];
	uint32_t group;

	if (strlen(content.label) >= sizeof(content.label))
		abort();
	if (acpi_event_is_power(data, size) && acpi_event_group(data, size, &group))
		abort();
	if (uevent_value((const char *)data, size, "PARTNAME", value, sizeof(value)) &&
	    strpbrk(value, "\n") != NULL)
		abort();
	if (sysctl_line((const char *)data, size, &setting) == SYSCTL_SETTING &&
	    (strncmp(setting.path, "/proc/sys/", 10) != 0 || strstr(setting.path, "/../") != NULL))
		abort();
	return 0;
}
