/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests share on top of cmocka: comparisons that print the values they compared, scratch folders, scenarios.
 * Including this header is enough to write a cmocka test. The environment variable CASE (make test CASE='*weibull*') runs only the
 * cases whose names match. */
#ifndef IPSIM_TESTLIB_H
#define IPSIM_TESTLIB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ipsim/error.h"
#include "ipsim/scenario.h"

/* |actual - expected| <= tolerance; equal infinities agree, NaN agrees with nothing. */
#define assert_close(actual, expected, tolerance) testlib_close((actual), (expected), (tolerance), #actual, __FILE__, __LINE__)

/* |actual - expected| <= tolerance * |expected| */
#define assert_relative(actual, expected, tolerance) testlib_relative((actual), (expected), (tolerance), #actual, __FILE__, __LINE__)

/* |estimate - exact| < limit * se, the standard error being positive and finite. */
#define assert_z(estimate, exact, se, limit) testlib_z((estimate), (exact), (se), (limit), #estimate, __FILE__, __LINE__)

/* The same double, bit for bit (so -0 differs from 0, and a NaN agrees with itself). */
#define assert_same_bits(actual, expected) testlib_same_bits((actual), (expected), #actual, __FILE__, __LINE__)

/* A call that must succeed; prints the error (may be NULL) when it does not. */
#define assert_ok(status, err) testlib_ok((status), (err), #status, __FILE__, __LINE__)

/* The same for calls that collect errors; prints all of them. */
#define assert_no_errors(status, errors) testlib_no_errors((status), (errors), #status, __FILE__, __LINE__)

void testlib_close(double actual, double expected, double tolerance, const char *what, const char *file, int line);
void testlib_relative(double actual, double expected, double tolerance, const char *what, const char *file, int line);
void testlib_z(double estimate, double exact, double se, double limit, const char *what, const char *file, int line);
void testlib_same_bits(double actual, double expected, const char *what, const char *file, int line);
void testlib_ok(ipsim_status status, const ipsim_error *err, const char *what, const char *file, int line);
void testlib_no_errors(ipsim_status status, const ipsim_error_list *errors, const char *what, const char *file, int line);

/* A scratch folder of this process, made at the first call and removed with its contents at exit. Borrowed. */
const char *testlib_folder(void);

/* The path of `name` in the scratch folder. Overwritten by the sixteenth later call. */
const char *testlib_path(const char *name);

/* Writes a text file into the scratch folder and returns its path, as testlib_path does. */
const char *testlib_write(const char *name, const char *text);

/* A whole file as a string, which the caller frees; fails the test when it cannot be read. */
char *testlib_read(const char *path);

/* The text of a part of a zip archive, such as a sheet of a workbook, which the caller frees: empty when there is no such part. */
char *testlib_part(const char *archive, const char *part);

/* Whether `wanted` stands in a part, or (there false) does not. */
void assert_part_holds(const char *archive, const char *part, const char *wanted, bool there);

/* Loads a scenario or fails the test with every problem printed. Free it with ipsim_scenario_free. Inline, so that tests of the lower
 * layers do not need the scenario module to link. */
static inline ipsim_scenario *testlib_load_with(const char *path, const ipsim_setting *settings, size_t n_settings)
{
    ipsim_error_list errors = {0};
    ipsim_scenario *scenario = NULL;
    ipsim_status status = ipsim_scenario_load(path, settings, n_settings, &scenario, &errors);
    testlib_no_errors(status, &errors, path, path, 0);
    ipsim_error_list_clear(&errors);
    return scenario;
}

static inline ipsim_scenario *testlib_load(const char *path)
{
    return testlib_load_with(path, NULL, 0);
}

/* Loads a scenario written in the test itself. */
static inline ipsim_scenario *testlib_load_text(const char *text)
{
    return testlib_load(testlib_write("scenario.cfg", text));
}

#endif
