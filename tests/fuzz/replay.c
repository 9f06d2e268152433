/* Runs a fuzz target once with each file of a folder, cut at some lengths as well. */

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LARGEST = 1 << 20, CUTS = 64 };

static int replay(const char *folder, const char *name)
{
	static uint8_t data[LARGEST];
	char path[4096];
	size_t size;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "rb");
	if (!f) {
		perror(path);
		return -1;
	}
	size = fread(data, 1, sizeof(data), f);
	fclose(f);
	LLVMFuzzerTestOneInput(data, size);
	for (size_t i = 0; i < CUTS; i++)
		LLVMFuzzerTestOneInput(data, size * i / CUTS);
	return 0;
}

int main(int argc, char **argv)
{
	struct dirent **names;
	int n = argc == 2 ? scandir(argv[1], &names, NULL, alphasort) : -1;
	int files = 0, failed = 0;

	if (n < 0) {
		fprintf(stderr, "usage: %s CORPUS\n", argv[0]);
		return 2;
	}
	for (int i = 0; i < n; i++) {
		if (names[i]->d_name[0] != '.') {
			files++;
			failed += replay(argv[1], names[i]->d_name) < 0;
		}
		free(names[i]);
	}
	free(names);
	printf("%d files\n", files);
	return failed || files == 0;
}
