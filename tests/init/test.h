#ifndef MKOS_TESTS_INIT_TEST_H
#define MKOS_TESTS_INIT_TEST_H

/* What every test of PID 1 includes, in the order that cmocka wants. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#endif
