#ifndef MKOS_TESTS_SCRATCH_H
#define MKOS_TESTS_SCRATCH_H

/*
 * A folder of the test program's own that is the working directory while its
 * tests run, and what they put into it and look for.
 */

#include "unit.h"

#include "base/buf.h"
#include "base/log.h"
#include "host/file.h"
#include "host/remove.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char scratch_folder[] = "/tmp/mkos-test-XXXXXX";

static inline int scratch_enter(void **state)
{
	(void)state;
	log_set_level(LOG_QUIET);
	return mkdtemp(scratch_folder) ? chdir(scratch_folder) : -1;
}

static inline int scratch_leave(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	return chdir("/") < 0 ? -1 : remove_tree(scratch_folder, NULL, &e);
}

/* For the end of each test: what it made is gone, the folder stays. */
static inline int scratch_clear(void **state)
{
	DIR *folder = opendir(".");
	const struct dirent *entry;
	struct err e = ERR_INIT;
	int r = folder ? 0 : -1;

	(void)state;
	while (r == 0 && (entry = readdir(folder)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			r = remove_tree(entry->d_name, NULL, &e);
	if (folder)
		closedir(folder);
	return r;
}

/* Written without the modules that are tested. */
static inline void put_bytes(const char *path, const void *data, size_t len)
{
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
}

static inline void put_text(const char *path, const char *text)
{
	put_bytes(path, text, strlen(text));
}

static inline void put_folder(const char *path)
{
	assert_int_equal(mkdir(path, 0755), 0);
}

static inline void put_program(const char *path, const char *text)
{
	put_text(path, text);
	assert_int_equal(chmod(path, 0755), 0);
}

static inline void assert_text(const char *path, const char *want)
{
	struct err e = ERR_INIT;
	AUTO_BUF got = BUF_INIT;

	assert_ok(file_read(path, 1 << 20, &got, &e));
	assert_string_equal(buf_str(&got), want);
}

/* How many names the folder has, hidden ones included. */
static inline size_t count_names(const char *path)
{
	DIR *folder = opendir(path);
	size_t n = 0;

	assert_non_null(folder);
	while (readdir(folder))
		n++;
	closedir(folder);
	return n - 2;
}

/* The function's result as the exit status of a child; one killed by a signal gives 1000 more. */
static inline int in_child(int (*run)(void))
{
	pid_t pid = fork();
	int status = 0;

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(run());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

#define scratch_test(f) cmocka_unit_test_teardown(f, scratch_clear)

#endif
