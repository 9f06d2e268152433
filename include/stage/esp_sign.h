#ifndef MKOS_STAGE_ESP_SIGN_H
#define MKOS_STAGE_ESP_SIGN_H

/*
 * Firmware with Secure Boot judges every EFI program that it loads from the partition: the boot loader,
 * UKIs, addons, drivers.
 */

#include "stage/esp.h"

/*
 * Puts signed copies in the place of programs that have no signature, when there is a key; the boot
 * loader gets one unless it has that already. Without a key, one that is not signed beside one that is
 * is doubtful.
 */
MUST_CHECK int esp_sign(const struct esp_options *options, struct esp *esp, struct err *e);

#endif
