#ifndef MKOS_INIT_MOUNTS_H
#define MKOS_INIT_MOUNTS_H

/*
 * Mounts the kernel's file systems and the temporary ones, making the folders that are missing, and
 * the links in /dev that programs expect. What is mounted already stays and gets our flags. A
 * failure is said and does not stop the boot.
 */
void mounts_make(void);

#endif
