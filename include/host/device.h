#ifndef MKOS_HOST_DEVICE_H
#define MKOS_HOST_DEVICE_H

/*
 * A whole disk that is written over: a block device that nobody uses, and that
 * the user has named twice. Use: device_open(), write through device.sink,
 * device_sync(), then write the same through device_compare to see that it is
 * there.
 */

#include "base/err.h"
#include "base/sink.h"
#include "host/progress.h"

#include <stdbool.h>

struct device {
	struct sink sink; /* first */
	int fd;
	char *path;
	uint64_t bytes;	      /* of the device */
	unsigned char *piece; /* small writes are gathered here */
	size_t fill;
	struct progress progress;
	uint64_t total; /* that will be written, for the progress; 0: not known */
};

#define DEVICE_INIT      \
	{                \
		.fd = -1 \
	}

/* Is there a block device under this name? */
bool device_is_there(const char *path);

/* Fails for a file that would be made among the devices: the device that was meant is not there. */
MUST_CHECK int device_check_file(const char *path, struct err *e);

/*
 * Opens the disk. Refused unless `repeated` is its name ("sdb" or "/dev/sdb");
 * when it, one of its partitions or what is built on them is mounted or in use;
 * when it is a partition, cannot be written, or has not sectors of 512 bytes.
 */
MUST_CHECK int device_open(struct device *d, const char *path, const char *repeated, struct err *e);

/* What was written is on the disk, and what the kernel kept of it in memory is forgotten. */
MUST_CHECK int device_sync(struct device *d, struct err *e);

/* Tells the kernel that there are other partitions now. */
void device_reread(const struct device *d);

void device_close(struct device *d);
#define AUTO_DEVICE AUTO(device_close) struct device

/* A sink that compares what it gets with what the disk has, and fails where it differs. */
struct device_compare {
	struct sink sink; /* first */
	struct device *device;
	unsigned char *piece; /* of the device's */
};

MUST_CHECK int device_compare_init(struct device_compare *c, struct device *d, struct err *e);
void device_compare_done(struct device_compare *c);
#define AUTO_DEVICE_COMPARE AUTO(device_compare_done) struct device_compare

#endif
