#ifndef MKOS_INIT_UNMOUNT_H
#define MKOS_INIT_UNMOUNT_H

/*
 * Unmounts what can be unmounted, the newest first, and makes the rest read-only; names what stays
 * writable. A dead disk or server can hold it up for ever, so it runs in a child.
 */
void unmount_all(void);

#endif
