#include "host/temp.h"

#include "base/log.h"
#include "base/path.h"
#include "host/file.h"
#include "host/remove.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PREFIX "mvirt-mkos-"

enum { UNLOCKED_SECONDS = 60 };

/* A leftover is one of ours that nobody holds the lock of; a young one may not have it yet. */
static bool is_leftover(const char *path)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
	       time(NULL) - st.st_ctim.tv_sec > UNLOCKED_SECONDS &&
	       flock(fd, LOCK_EX | LOCK_NB) == 0;
}

/* Of runs that were killed. What cannot be removed stays. */
static void remove_leftovers(const char *base)
{
	DIR *d = opendir(base);
	const struct dirent *entry;
	struct err e;

	if (!d)
		return;
	while ((entry = readdir(d))) {
		AUTO_FREE char *path = NULL;

		if (strncmp(entry->d_name, PREFIX, sizeof(PREFIX) - 1) ||
		    strlen(entry->d_name) != sizeof(PREFIX) - 1 + 6)
			continue;
		if (path_join(base, entry->d_name, &path, &e) == 0 && is_leftover(path) &&
		    remove_tree(path, NULL, &e) < 0)
			log_detail("%s", e.text);
	}
	closedir(d);
}

int temp_folder_make(struct temp_folder *t, struct err *e)
{
	const char *base = getenv("TMPDIR");
	struct temp_folder made = TEMP_FOLDER_INIT;

	if (!base || base[0] != '/')
		base = "/tmp";
	remove_leftovers(base);
	if (asprintf(&made.path, "%s/" PREFIX "XXXXXX", base) < 0)
		return err_memory(e);
	if (!mkdtemp(made.path)) {
		err_os(e, "make a folder in '%s'", base);
		free(made.path);
		return -1;
	}
	made.lock = open(made.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (made.lock < 0 || flock(made.lock, LOCK_EX | LOCK_NB) < 0) {
		err_os(e, "lock '%s'", made.path);
		temp_folder_remove(&made);
		return -1;
	}
	*t = made;
	return 0;
}

void temp_folder_remove(struct temp_folder *t)
{
	struct err e;

	if (t->path && remove_tree(t->path, NULL, &e) < 0)
		log_warning("%s", e.text);
	if (t->lock >= 0)
		close(t->lock);
	free(t->path);
	*t = (struct temp_folder)TEMP_FOLDER_INIT;
}
