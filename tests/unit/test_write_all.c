#include "unit.h"

#include "host/write_all.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LARGE = 1 << 20 }; /* a pipe takes less at once */

static void ignore(int signal)
{
	(void)signal;
}

/* The reader interrupts the writer, which has to go on where it was. */
static void all_of_it_comes_through_a_pipe_whatever_interrupts(void **state)
{
	static unsigned char data[LARGE], got[LARGE];
	const struct sigaction action = {.sa_handler = ignore};
	size_t n = 0;
	int ends[2], status;
	pid_t writer;

	(void)state;
	for (size_t i = 0; i < LARGE; i++)
		data[i] = (unsigned char)(i * 7 + i / 251);
	assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
	assert_int_equal(pipe(ends), 0);
	writer = fork();
	assert_true(writer >= 0);
	if (writer == 0)
		_exit(write_all(ends[1], data, LARGE) < 0);
	close(ends[1]);
	while (n < LARGE) {
		ssize_t done;

		kill(writer, SIGUSR1);
		done = read(ends[0], got + n, 30011 < LARGE - n ? 30011 : LARGE - n);
		assert_true(done > 0);
		n += (size_t)done;
	}
	close(ends[0]);
	assert_int_equal(waitpid(writer, &status, 0), writer);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_memory_equal(got, data, LARGE);
}

static void offset_of_the_file_stays_and_a_full_device_is_told(void **state)
{
	char path[] = "write_all.XXXXXX", got[8] = "";
	int fd = mkstemp(path), full = open("/dev/full", O_WRONLY);

	(void)state;
	assert_true(fd >= 0 && full >= 0);
	unlink(path);
	assert_int_equal(write_all(fd, "abcdef", 6), 0);
	assert_int_equal(write_all_at(fd, "XY", 2, 2), 0);
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 6);
	assert_int_equal(pread(fd, got, sizeof(got), 0), 6);
	assert_string_equal(got, "abXYef");
	assert_int_equal(write_all(full, "abc", 3), -1);
	assert_int_equal(errno, ENOSPC);
	close(fd);
	close(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_it_comes_through_a_pipe_whatever_interrupts),
		cmocka_unit_test(offset_of_the_file_stays_and_a_full_device_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
