#include "cli/json_output.h"

#include "cli/options.h"

#include <string.h>

int json_request_parse(const char *value, struct json_request *ret, struct err *e)
{
	*ret = (struct json_request){.wanted = value != NULL, .pretty = true};
	if (!value || !*value || !strcmp(value, "pretty"))
		return 0;
	ret->pretty = false;
	if (strcmp(value, "short"))
		return err_set(e, ERR_USAGE, "--json is 'pretty' or 'short', not '%s'", value);
	return 0;
}

void json_output_begin(struct json_output *o, const struct json_request *request)
{
	o->text = (struct buf)BUF_INIT;
	json_begin(&o->w, &o->text, request->pretty ? JSON_PRETTY : JSON_SHORT);
	json_open_object(&o->w, NULL);
}

int json_output_print(struct json_output *o, struct err *e)
{
	json_close_object(&o->w);
	if (json_finish(&o->w, e) < 0)
		return -1;
	return print_text(o->text.data, o->text.len, e);
}

void json_output_done(struct json_output *o)
{
	buf_done(&o->text);
}
