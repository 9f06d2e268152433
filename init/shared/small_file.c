#include "shared/small_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

ssize_t small_file_read(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	size_t len = 0;
	ssize_t got = 0;
	int error;

	if (fd < 0)
		return -1;
	while (len + 1 < size) {
		got = read(fd, buf + len, size - 1 - len);
		if (got <= 0)
			break;
		len += (size_t)got;
	}
	error = errno;
	close(fd);
	if (got < 0) {
		errno = error;
		return -1;
	}
	buf[len] = '\0';
	return (ssize_t)len;
}

ssize_t small_file_lines(const char *path, char *buf, size_t size, bool *ret_cut)
{
	ssize_t len = small_file_read(path, buf, size);

	*ret_cut = len >= 0 && (size_t)len + 1 == size;
	if (*ret_cut) {
		while (len > 0 && buf[len - 1] != '\n')
			len--;
		buf[len] = '\0';
	}
	return len;
}
