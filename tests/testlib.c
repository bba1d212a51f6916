/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "testlib.h"

#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Runs before main, where a test program calls cmocka_run_group_tests. */
__attribute__((constructor)) static void choose_cases(void)
{
    const char *pattern = getenv("CASE");
    if (pattern != NULL && pattern[0] != '\0')
        cmocka_set_test_filter(pattern);
}

void testlib_close(double actual, double expected, double tolerance, const char *what, const char *file, int line)
{
    if (actual == expected || fabs(actual - expected) <= tolerance)
        return;
    print_error("%s is %.17g, expected %.17g; they differ by %.3g, allowed is %.3g\n", what, actual, expected, actual - expected,
                tolerance);
    _fail(file, line);
}

void testlib_relative(double actual, double expected, double tolerance, const char *what, const char *file, int line)
{
    testlib_close(actual, expected, tolerance * fabs(expected), what, file, line);
}

void testlib_z(double estimate, double exact, double se, double limit, const char *what, const char *file, int line)
{
    double z = (estimate - exact) / se;
    if (se > 0 && isfinite(se) && fabs(z) < limit)
        return;
    print_error("%s is %.10g (standard error %.3g), exact %.10g: z = %.2f, allowed is %.2f\n", what, estimate, se, exact, z, limit);
    _fail(file, line);
}

void testlib_same_bits(double actual, double expected, const char *what, const char *file, int line)
{
    if (memcmp(&actual, &expected, sizeof actual) == 0)
        return;
    print_error("%s is %a (%.17g), expected exactly %a (%.17g)\n", what, actual, actual, expected, expected);
    _fail(file, line);
}

static void print_one_error(const ipsim_error *err)
{
    char text[2048];
    print_error("  %s\n", ipsim_error_format(err, text, sizeof text));
}

void testlib_ok(ipsim_status status, const ipsim_error *err, const char *what, const char *file, int line)
{
    if (status == IPSIM_OK)
        return;
    print_error("%s failed with %s\n", what, ipsim_status_name(status));
    if (err != NULL)
        print_one_error(err);
    _fail(file, line);
}

void testlib_no_errors(ipsim_status status, const ipsim_error_list *errors, const char *what, const char *file, int line)
{
    if (status == IPSIM_OK && errors->count == 0)
        return;
    print_error("%s: %s, %zu problem(s)\n", what, ipsim_status_name(status), errors->count);
    for (size_t i = 0; i < errors->count; i++)
        print_one_error(&errors->items[i]);
    _fail(file, line);
}

static char folder[256];
static pid_t folder_owner;

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)info, (void)type, (void)walk;
    return remove(path);
}

/* A child that a test forked must not remove the folder of its parent. */
static void remove_folder(void)
{
    if (getpid() == folder_owner)
        nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *testlib_folder(void)
{
    if (folder[0] != '\0')
        return folder;
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/ipsim-test-XXXXXX", base != NULL && strlen(base) < 200 ? base : "/tmp");
    if (mkdtemp(folder) == NULL)
        fail_msg("cannot make a scratch folder %s", folder);
    folder_owner = getpid();
    atexit(remove_folder);
    return folder;
}

const char *testlib_path(const char *name)
{
    static char paths[16][512];
    static unsigned next;
    char *path = paths[next++ % 16];
    int length = snprintf(path, sizeof paths[0], "%s/%s", testlib_folder(), name);
    if (length < 0 || (size_t)length >= sizeof paths[0])
        fail_msg("name too long: %s", name);
    return path;
}

const char *testlib_write(const char *name, const char *text)
{
    const char *path = testlib_path(name);
    FILE *file = fopen(path, "w");
    if (file == NULL)
        fail_msg("cannot write %s", path);
    bool written = fputs(text, file) >= 0;
    if (fclose(file) != 0 || !written)
        fail_msg("cannot write %s", path);
    return path;
}

char *testlib_read(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("cannot read %s", path);
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    if (memory == NULL)
        fail_msg("memory is short");
    for (int c = getc(file); c != EOF; c = getc(file))
        putc(c, memory);
    bool bad = ferror(file) != 0;
    fclose(file);
    if (fclose(memory) != 0 || bad)
        fail_msg("cannot read %s", path);
    return text;
}

char *testlib_part(const char *archive, const char *part)
{
    char command[1024];
    snprintf(command, sizeof command, "unzip -p '%s' '%s' 2>/dev/null", archive, part);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    for (int c; (c = getc(pipe)) != EOF;) {
        putc(c, stream);
    }
    fclose(stream);
    pclose(pipe);
    return text;
}

void assert_part_holds(const char *archive, const char *part, const char *wanted, bool there)
{
    char *text = testlib_part(archive, part);
    if ((strstr(text, wanted) != NULL) != there) {
        fail_msg("%s: \"%s\" is %s", part, wanted, there ? "missing" : "there");
    }
    free(text);
}
