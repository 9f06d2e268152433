#ifndef MKOS_INIT_SENTINEL_H
#define MKOS_INIT_SENTINEL_H

/*
 * The kernel goes on with half an initramfs when there is no memory for the rest. An archive of
 * ours begins with the symbolic link /.archive-begin, and the empty file it leads to is the last
 * entry: the one without the other is told for what it is.
 */
void sentinel_check(void);

#endif
