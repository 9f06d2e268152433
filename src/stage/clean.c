#include "stage/clean.h"

#include "host/file.h"
#include "host/workspace.h"
#include "stage/project.h"

#include <unistd.h>

/* Nothing is deleted when one of the folders turns out not to be ours. */
static int check_ours(const char *const *folders, struct err *e)
{
	for (; *folders; folders++)
		if (file_exists(*folders) && !workspace_is_ours(*folders))
			return err_set(e, ERR_INPUT,
				       "folder '%s' was not made by mvirt-mkos (it has no "
				       "CACHEDIR.TAG of ours): nothing was deleted",
				       *folders);
	return 0;
}

int stage_clean(bool downloads, uint64_t *ret_bytes, struct err *e)
{
	/* target/ goes last: its mark is the lock. */
	static const char *const all[] = {PROJECT_CACHE, PROJECT_KERNEL, PROJECT_TARGET, NULL};
	const char *const *folders = downloads ? all : all + 1;
	AUTO_CLOSE int lock = -1;
	AUTO_CLOSE int cache_lock = -1;

	*ret_bytes = 0;
	if (check_ours(folders, e) < 0)
		return -1;
	if (file_exists(PROJECT_TARGET) && workspace_lock(PROJECT_TARGET, &lock, e) < 0)
		return -1;
	if (downloads && file_exists(PROJECT_CACHE) &&
	    workspace_lock(PROJECT_CACHE, &cache_lock, e) < 0)
		return -1;
	for (; *folders; folders++)
		if (workspace_remove(*folders, ret_bytes, e) < 0)
			return -1;
	return 0;
}
