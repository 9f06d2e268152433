#include "host/workspace.h"

#include "base/path.h"
#include "host/file.h"
#include "host/remove.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define MARK "CACHEDIR.TAG"

/* The first line makes backup programs leave the folder out (bford.info/cachedir). */
static const char mark_text[] =
	"Signature: 8a477f597d28d172789f06886806bc55\n"
	"# Made by mvirt-mkos: what is in this folder can be built again.\n";

static int mark_path(const char *folder, char **ret, struct err *e)
{
	return path_join(folder, MARK, ret, e);
}

bool workspace_is_ours(const char *folder)
{
	AUTO_BUF text = BUF_INIT;
	AUTO_FREE char *path = NULL;
	struct err e;

	/* Only the first part counts: the lock's holder writes its number behind it. */
	return mark_path(folder, &path, &e) == 0 && file_read(path, 4096, &text, &e) == 0 &&
	       !strncmp(buf_str(&text), mark_text, sizeof(mark_text) - 1);
}

/* A run that was killed, or is just at it, has written only the beginning of the mark. */
static bool mark_is_begun(const char *path)
{
	AUTO_BUF text = BUF_INIT;
	struct err e;

	return file_read(path, sizeof(mark_text), &text, &e) == 0 &&
	       !strncmp(buf_str(&text), mark_text, text.len);
}

/* Is there nothing in the folder, or nothing but the beginning of our mark? */
static bool folder_is_empty(const char *folder, const char *mark)
{
	DIR *d = opendir(folder);
	const struct dirent *entry;
	bool empty = true;

	if (!d)
		return false;
	while (empty && (entry = readdir(d)))
		empty = !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") ||
			(!strcmp(entry->d_name, MARK) && mark_is_begun(mark));
	closedir(d);
	return empty;
}

int workspace_folder(const char *folder, struct err *e)
{
	AUTO_FREE char *path = NULL;
	AUTO_CLOSE int fd = -1;

	if (folder_make(folder, e) < 0)
		return -1;
	if (workspace_is_ours(folder))
		return 0;
	if (mark_path(folder, &path, e) < 0)
		return -1;
	if (!folder_is_empty(folder, path))
		return err_set(e, ERR_INPUT,
			       "folder '%s' is not ours (no " MARK " of mvirt-mkos in it): "
			       "move it away, it stands where the build writes",
			       folder);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (fd < 0)
		return err_os(e, "write '%s'", path);
	if (write(fd, mark_text, sizeof(mark_text) - 1) != (ssize_t)sizeof(mark_text) - 1)
		return err_os(e, "write '%s'", path);
	return 0;
}

/* The holder of the lock has written its process number behind the mark. */
static long holder(int fd)
{
	char text[256] = "";
	const char *pid;

	if (pread(fd, text, sizeof(text) - 1, 0) < 0)
		return 0;
	pid = strstr(text, "# Locked by process ");
	return pid ? strtol(pid + 20, NULL, 10) : 0;
}

static int note_holder(int fd, const char *path, struct err *e)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "# Locked by process %ld\n", (long)getpid());

	if (ftruncate(fd, (off_t)sizeof(mark_text) - 1) < 0 ||
	    pwrite(fd, text, (size_t)n, (off_t)sizeof(mark_text) - 1) != n)
		return err_os(e, "write '%s'", path);
	return 0;
}

int workspace_lock(const char *folder, int *ret_fd, struct err *e)
{
	AUTO_FREE char *path = NULL;
	AUTO_FREE char *real = NULL;
	AUTO_CLOSE int fd = -1;
	struct stat st;

	if (mark_path(folder, &path, e) < 0)
		return -1;
	fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return err_os(e, "open '%s'", path);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK)
			return err_os(e, "lock '%s'", path);
		if (file_real_path(folder, &real, e) < 0)
			return -1;
		return err_set(e, ERR_BUSY,
			       "another mvirt-mkos (process %ld) is at work in '%s': "
			       "wait until it is done",
			       holder(fd), real);
	}
	/* A clean in between may have deleted what was locked here. */
	if (fstat(fd, &st) < 0 || st.st_nlink == 0)
		return err_set(e, ERR_BUSY, "folder '%s' is being deleted by another mvirt-mkos",
			       folder);
	if (note_holder(fd, path, e) < 0)
		return -1;
	*ret_fd = fd;
	fd = -1;
	return 0;
}

/* The mark goes last: a removal that was cut short can be taken up again. */
int workspace_remove(const char *folder, uint64_t *ret_bytes, struct err *e)
{
	DIR *d = opendir(folder);
	const struct dirent *entry;
	int r = 0;

	if (!d)
		return errno == ENOENT ? 0 : err_os(e, "open folder '%s'", folder);
	if (!workspace_is_ours(folder)) {
		closedir(d);
		return err_set(e, ERR_INPUT,
			       "folder '%s' was not made by mvirt-mkos (no " MARK
			       " of ours in it): "
			       "it is left as it is",
			       folder);
	}
	while (r == 0 && (entry = readdir(d))) {
		AUTO_FREE char *below = NULL;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") ||
		    !strcmp(entry->d_name, MARK))
			continue;
		r = path_join(folder, entry->d_name, &below, e);
		if (r == 0)
			r = remove_tree(below, ret_bytes, e);
	}
	closedir(d);
	return r < 0 ? -1 : remove_tree(folder, ret_bytes, e);
}
