#ifndef MKOS_INIT_MOUNTS_H
#define MKOS_INIT_MOUNTS_H

#include <stdint.h>

struct statfs;

/*
 * Mounts the kernel's file systems and the temporary ones, making the folders that are missing, and
 * the links in /dev that programs expect. What is mounted already stays and gets our flags. A
 * failure is said and does not stop the boot.
 */
void mounts_make(void);

/* Mounts hugetlbfs on /dev/hugepages, if that is wanted: enum huge_pages of settings.h. */
void mounts_huge_pages(int64_t wanted);

/* What is wrong with the size limit of a file system that was mounted as tmpfs; NULL: nothing. */
const char *mounts_size_fault(const struct statfs *s);

#endif
