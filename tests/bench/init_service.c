/*
 * For init.py. "clock FILE PROGRAM ARGUMENT..." notes the time and becomes the program; "serve FILE"
 * notes the time and waits for SIGTERM; "orphans" leaves 600 processes behind that end at once;
 * "fail" fails.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ORPHANS 600

static void note_time(const char *path)
{
	struct timespec now;
	FILE *file = fopen(path, "w");

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (file == NULL)
		_exit(97);
	fprintf(file, "%lld\n", (long long)now.tv_sec * 1000000000 + now.tv_nsec);
	fclose(file);
}

static void on_term(int signal)
{
	_exit(signal == SIGTERM ? 0 : 1);
}

static void make_orphans(void)
{
	for (int i = 0; i < ORPHANS; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			if (fork() == 0)
				usleep(1000);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
}

int main(int argc, char *argv[])
{
	if (argc > 3 && strcmp(argv[1], "clock") == 0) {
		note_time(argv[2]);
		execv(argv[3], argv + 3);
		return 98;
	}
	if (argc < 2 || strcmp(argv[1], "fail") == 0)
		return 3;
	if (strcmp(argv[1], "orphans") == 0)
		make_orphans();
	signal(SIGTERM, on_term);
	note_time(argc > 2 ? argv[2] : "/out/served");
	for (;;)
		pause();
}
