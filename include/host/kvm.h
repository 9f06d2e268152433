#ifndef MKOS_HOST_KVM_H
#define MKOS_HOST_KVM_H

/*
 * Does KVM run guests here? That /dev/kvm can be opened says little: under
 * some hypervisors QEMU then aborts, or the guest hangs. So QEMU starts a boot
 * sector of ours with it, which goes the way of a kernel into 64-bit mode and
 * reports back. Takes a fraction of a second; `folder` is for its file.
 */

#include "base/err.h"

#include <stdbool.h>

MUST_CHECK int kvm_probe(const char *folder, bool *ret_works, struct err *e);

#endif
