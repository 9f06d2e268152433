#include "host/dynlib.h"

#include <dlfcn.h>

int dynlib_load(const struct dynlib *lib, struct err *e)
{
	void *handle;

	if (*lib->loaded)
		return 0;
	handle = dlopen(lib->file, RTLD_NOW | RTLD_LOCAL);
	if (!handle)
		return err_set(e, ERR_MISSING, "library '%s' cannot be loaded (%s): install %s",
			       lib->file, dlerror(), lib->package);
	for (size_t i = 0; i < lib->n; i++) {
		void *address = dlsym(handle, lib->symbols[i].name);

		if (!address)
			return err_set(e, ERR_MISSING,
				       "library '%s' has no %s(): its version does not fit, "
				       "install %s of this distribution",
				       lib->file, lib->symbols[i].name, lib->package);
		*lib->symbols[i].address = address;
	}
	*lib->loaded = true;
	return 0;
}

bool dynlib_is_there(const char *file)
{
	void *handle = dlopen(file, RTLD_LAZY | RTLD_LOCAL);

	if (!handle)
		return false;
	dlclose(handle);
	return true;
}
