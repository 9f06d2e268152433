#ifndef MKOS_CLI_PROJECT_OPTIONS_H
#define MKOS_CLI_PROJECT_OPTIONS_H

/* The options of every command that reads the recipe. */

#include "cli/json_output.h"
#include "cli/options.h"
#include "stage/build.h"
#include "stage/fetch.h"
#include "stage/project.h"

#include <stddef.h>

/* Rows for a struct type with a member `project` of struct project_options. */
#define PROJECT_ROW_RECIPE(type)                                                                 \
	{                                                                                        \
		0, "recipe", "NAME", "what to build: config/recipes/NAME.conf (default: mvirt)", \
			OPTION_TEXT, offsetof(type, project.recipe), NULL                        \
	}
/* The same for what goes on from parts that are there (build_resume()). */
#define PROJECT_ROW_MADE_RECIPE(type)                                                             \
	{                                                                                         \
		0, "recipe", "NAME", "config/recipes/NAME.conf (default: the one target/ is of)", \
			OPTION_TEXT, offsetof(type, project.recipe), NULL                         \
	}
#define PROJECT_ROW_SOURCE(type)                                                               \
	{                                                                                      \
		0, "kernel-source", "SRC",                                                     \
			"'kernel.org' (the version in kernel.version), 'distro' (the newest "  \
			"/usr/src/linux-source-*.tar.xz), a folder, a tarball, or a URL with " \
			"--sha256",                                                            \
			OPTION_TEXT, offsetof(type, project.kernel_source), NULL               \
	}
#define PROJECT_ROW_LAUNCHER(type)                                                          \
	{                                                                                   \
		0, "launcher", "NAME", "runs the kernel's compiler: ccache, distcc, icecc", \
			OPTION_TEXT, offsetof(type, project.launcher), NULL                 \
	}
#define PROJECT_ROW_SHA256(type)                                                              \
	{                                                                                     \
		0, "sha256", "HEX",                                                           \
			"what a kernel source that is a tarball, a URL or kernel.org has to " \
			"have, instead of a pin",                                             \
			OPTION_TEXT, offsetof(type, project.kernel_sha256), NULL              \
	}
#define PROJECT_ROW_FRAGMENT(type)                                                                 \
	{                                                                                          \
		0, "fragment", "FILE", "kernel layer instead of the recipe's; may be given again", \
			OPTION_LIST, offsetof(type, project.fragments), NULL                       \
	}
#define PROJECT_ROW_PAYLOAD(type)                                                          \
	{                                                                                  \
		0, "payload", "NAME=PATH",                                                 \
			"the file for a [payload NAME] of the recipe; may be given again", \
			OPTION_LIST, offsetof(type, project.payloads), NULL                \
	}
#define PROJECT_ROW_WITHOUT(type)                                                             \
	{                                                                                     \
		0, "without", "NAME", "leave a payload out; may be given again", OPTION_LIST, \
			offsetof(type, project.without), NULL                                 \
	}
#define PROJECT_ROW_INIT(type)                                                          \
	{                                                                               \
		0, "init", "FILE", "the program that becomes /init (default: pideisn)", \
			OPTION_TEXT, offsetof(type, project.init), NULL                 \
	}
#define PROJECT_ROW_JOBS(type)                                                                 \
	{                                                                                      \
		'j', "jobs", "N", "compile N files at once (default: one for each processor)", \
			OPTION_NUMBER, offsetof(type, project.jobs), NULL                      \
	}
#define PROJECT_ROW_NO_SYNC(type)                                                             \
	{                                                                                     \
		0, "no-sync", NULL, "do not wait until outputs are on the disk", OPTION_FLAG, \
			offsetof(type, project.no_sync), NULL                                 \
	}
/* Rows for a struct type with a member `fetch` of struct fetch_options. */
#define FETCH_ROW_OFFLINE(type)                                                                  \
	{                                                                                        \
		0, "offline", NULL, "never use the network: what is needed has to be in cache/", \
			OPTION_FLAG, offsetof(type, fetch.offline), NULL                         \
	}
#define FETCH_ROW_MIRROR(type)                                                             \
	{                                                                                  \
		0, "mirror", "URL",                                                        \
			"fetch from URL/HOST/PATH instead of https://HOST/PATH (default: " \
			"MVIRT_MKOS_MIRROR)",                                              \
			OPTION_TEXT, offsetof(type, fetch.mirror), NULL                    \
	}
#define JSON_ROW(type)                                                                \
	{                                                                             \
		0, "json", "STYLE", "print JSON; STYLE is pretty (default) or short", \
			OPTION_OPTIONAL, offsetof(type, json), NULL                   \
	}

/* Tells what the steps made: a table, or JSON when it is wanted. */
MUST_CHECK int report_steps(const struct build *b, const struct step *steps, size_t n,
			    const struct json_request *json, struct err *e);

#endif
