#include "base/log.h"
#include "base/nearest.h"
#include "cli/commands.h"
#include "cli/ukify.h"

#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

static const struct command *const commands[] = {
	&cmd_build, &cmd_fetch,	 &cmd_kernel, &cmd_menuconfig, &cmd_initramfs,
	&cmd_uki,   &cmd_iso,	 &cmd_disk,   &cmd_seed,       &cmd_genkey,
	&cmd_sign,  &cmd_verify, &cmd_enroll, &cmd_measure,    &cmd_inspect,
	&cmd_run,   &cmd_check,	 &cmd_clean,  &cmd_distclean,
};

static void print_overview(void)
{
	printf("Usage: mvirt-mkos [-C DIR] [-q|-v] COMMAND [OPTION]...\n\n"
	       "Makes a bootable operating-system image: kernel, initramfs, UKI.\n\n"
	       "Commands:\n");
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		printf("  %-11s %s\n", commands[i]->name, commands[i]->summary);
	printf("\nOptions:\n"
	       "  -C DIR      run in the project folder DIR\n"
	       "  -q, -v      say less, say more\n"
	       "  --version   print the version\n"
	       "  --help      show this text; mvirt-mkos help COMMAND for a command\n\n"
	       "'mvirt-mkos build --recipe guest' makes an image that boots to a shell,\n"
	       "'mvirt-mkos run' boots it.\n");
}

static int unknown_command(const char *word, struct err *e)
{
	const char *names[ARRAY_LEN(commands) + 1] = {NULL};
	const char *near;

	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		names[i] = commands[i]->name;
	near = nearest_name(word, names);
	if (near)
		return err_set(e, ERR_USAGE, "unknown command '%s': did you mean '%s'?", word,
			       near);
	return err_set(e, ERR_USAGE, "unknown command '%s': see mvirt-mkos --help", word);
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(commands); i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

/* The word that getopt_long() refused: it stops within "-xq", and behind a long option. */
static const char *refused_word(char **argv, char letter[3])
{
	const char *word = argv[optind - 1];

	if (!optopt || !strncmp(word, "--", 2))
		return word;
	letter[0] = '-';
	letter[1] = (char)optopt;
	letter[2] = '\0';
	return letter;
}

/* Options in front of the command; *ret_done: --help or --version was answered. */
static int global_options(int argc, char **argv, bool *ret_done, struct err *e)
{
	static const struct option longs[] = {
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{"quiet", no_argument, NULL, 'q'},
		{"verbose", no_argument, NULL, 'v'},
		{NULL, 0, NULL, 0},
	};
	char letter[3];
	int id;

	opterr = 0;
	while ((id = getopt_long(argc, argv, "+:C:qvh", longs, NULL)) != -1) {
		switch (id) {
		case 'C':
			if (chdir(optarg) < 0)
				return err_os(e, "go to project folder '%s'", optarg);
			break;
		case 'q':
			log_set_level(LOG_QUIET);
			break;
		case 'v':
			log_set_level(LOG_VERBOSE);
			break;
		case 'h':
			print_overview();
			*ret_done = true;
			return 0;
		case 'V':
			printf("mvirt-mkos " MKOS_VERSION "\n");
			*ret_done = true;
			return 0;
		case ':':
			return err_set(e, ERR_USAGE, "option '%s' needs a value", argv[optind - 1]);
		default:
			return err_set(e, ERR_USAGE, "unknown option '%s': see mvirt-mkos --help",
				       refused_word(argv, letter));
		}
	}
	return 0;
}

/* "help COMMAND" is "COMMAND --help". */
static int help(int argc, char **argv, const struct command **ret_command, struct err *e)
{
	AUTO_STRV args = STRV_INIT;

	if (argc == 1) {
		print_overview();
		return 0;
	}
	if (argc > 2)
		return err_set(e, ERR_USAGE, "help with what? Give one command");
	if (!find_command(argv[1]))
		return unknown_command(argv[1], e);
	*ret_command = find_command(argv[1]);
	if (strv_add(&args, argv[1], e) < 0 || strv_add(&args, "--help", e) < 0)
		return -1;
	return (*ret_command)->run(*ret_command, (int)args.n, args.v, e);
}

static int run(int argc, char **argv, const struct command **ret_command, struct err *e)
{
	const struct command *command;
	bool done = false;

	*ret_command = NULL;
	if (ukify_is_wanted(argv[0]))
		return ukify_run(argc, argv, ret_command, e);
	if (global_options(argc, argv, &done, e) < 0)
		return -1;
	if (done)
		return 0;
	if (optind == argc)
		return err_set(e, ERR_USAGE, "no command: see mvirt-mkos --help");
	argc -= optind;
	argv += optind;
	if (!strcmp(argv[0], "help"))
		return help(argc, argv, ret_command, e);
	command = find_command(argv[0]);
	if (!command)
		return unknown_command(argv[0], e);
	*ret_command = command;
	return command->run(command, argc, argv, e);
}

/* Opens /dev/null for those of the standard three that the caller closed. */
static bool standard_descriptors_are_open(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
			return false;
	return true;
}

int main(int argc, char **argv)
{
	const struct command *command = NULL;
	struct err e = ERR_INIT;
	int r;

	/* The next file opened would take the number, and a warning would go into an output. */
	if (!standard_descriptors_are_open())
		return EXIT_FAILED;
	/* A reader of ours that goes away is an error of write(), not the end. */
	signal(SIGPIPE, SIG_IGN);
	r = run(argc, argv, &command, &e);
	/* What was printed counts only when it arrived. */
	if (fclose(stdout) == EOF && r == 0)
		r = err_os(&e, "write standard output");
	if (r == 0)
		return EXIT_DONE;
	fprintf(stderr, "%s%s%s: %s\n", ukify_is_wanted(argv[0]) ? "ukify" : "mvirt-mkos",
		command ? " " : "", command ? command->name : "", e.text);
	return e.kind == ERR_USAGE ? EXIT_USAGE : EXIT_FAILED;
}
