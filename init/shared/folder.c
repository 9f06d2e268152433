#include "shared/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As the kernel writes it (getdents64(2)); the name begins behind the type's byte. */
struct entry {
	unsigned long long inode;
	long long offset;
	unsigned short length;
	unsigned char type;
	char name[];
};

int folder_open(struct folder *f, const char *path)
{
	f->at = 0;
	f->len = 0;
	f->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return f->fd < 0 ? -1 : 0;
}

const char *folder_next(struct folder *f)
{
	for (;;) {
		const struct entry *entry = (const struct entry *)(void *)(f->entries + f->at);

		if (f->at == f->len) {
			long got = syscall(SYS_getdents64, f->fd, f->entries, sizeof(f->entries));

			if (got <= 0)
				return NULL;
			f->at = 0;
			f->len = (size_t)got;
			continue;
		}
		f->at += entry->length;
		if (strcmp(entry->name, ".") != 0 && strcmp(entry->name, "..") != 0)
			return entry->name;
	}
}

void folder_close(struct folder *f)
{
	close(f->fd);
}
