/*
 * In the place of functions of the C library that do more than is needed here: its own look for the
 * vDSO, or fall back to what kernels before 2.6.27 had, or know commands that are not used, and are
 * ten times as large. The linker takes these first.
 */

#include <fcntl.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *ret)
{
	return (int)syscall(SYS_clock_gettime, clock, ret);
}

int pipe2(int ret_ends[2], int flags)
{
	return (int)syscall(SYS_pipe2, ret_ends, flags);
}

int socket(int family, int type, int protocol)
{
	return (int)syscall(SYS_socket, family, type, protocol);
}

int open(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode = 0;

	va_start(args, flags);
	if ((flags & O_CREAT) != 0)
		mode = va_arg(args, mode_t);
	va_end(args);
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_LARGEFILE, mode);
}

#ifdef __x86_64__
/* Where the kernel's struct stat is that of the C library, which stat() and lstat() ask this for. */
int fstatat(int folder, const char *restrict path, struct stat *restrict ret, int flags)
{
	return (int)syscall(SYS_newfstatat, folder, path, ret, flags);
}
#endif

/* Only for commands that take a number. */
int fcntl(int fd, int command, ...)
{
	va_list args;
	long value;

	va_start(args, command);
	value = va_arg(args, long);
	va_end(args);
	return (int)syscall(SYS_fcntl, fd, command, value);
}
