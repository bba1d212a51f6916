/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/output_name: where the results of a command line go. See app.h. */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"

/* File systems allow 255 bytes, and the writers add to the name. */
enum { LONGEST_NAME = 120 };

static uint64_t fnv1a(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *text != '\0'; text++) {
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    }
    return hash;
}

/* Letters, digits and - _ + stay; anything else, for example "/" or a blank in a file's stem, becomes "_". */
static void sanitise(char *name)
{
    for (; *name != '\0'; name++) {
        unsigned char c = (unsigned char)*name;
        if (!isalnum(c) && strchr("-_+", *name) == NULL) {
            *name = '_';
        }
    }
}

static char *joined_names(const ipsim_inputs *inputs, const char *separator)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (stream == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < inputs->count; i++) {
        fprintf(stream, "%s%s", i > 0 ? separator : "", inputs->items[i]->name.value);
    }
    if (fclose(stream) != 0) {
        free(text);
        return NULL;
    }
    sanitise(text);
    if (size > LONGEST_NAME) {
        /* The hash keeps apart two long lists that begin alike. */
        snprintf(text + LONGEST_NAME - 9, 10, "-%08" PRIx32, (uint32_t)fnv1a(text));
    }
    return text;
}

static char *without_slashes(const char *text)
{
    char *path = strdup(text);
    for (size_t end = path != NULL ? strlen(path) : 0; end > 1 && path[end - 1] == '/'; end--) {
        path[end - 1] = '\0';
    }
    return path;
}

char *ipsim_output_name_of_file(const ipsim_cli *cli, const char *file, const char *suffix)
{
    if (cli->output != NULL) {
        return without_slashes(cli->output);
    }
    char *path = NULL, *plain = without_slashes(file);
    if (plain == NULL) {
        return NULL;
    }
    char *slash = strrchr(plain, '/'), *stem = slash != NULL && slash[1] != '\0' ? slash + 1 : plain;
    char *dot = strrchr(stem, '.');
    if (dot != NULL && dot != stem) {
        *dot = '\0';
    }
    sanitise(stem);
    if (asprintf(&path, "output/%.*s-%s", (int)LONGEST_NAME, stem, suffix) < 0) {
        path = NULL;
    }
    free(plain);
    return path;
}

char *ipsim_output_name(const ipsim_cli *cli, const ipsim_inputs *inputs)
{
    char *path = NULL;
    if (cli->output != NULL) {
        return without_slashes(cli->output);
    }
    const char *suffix = cli->command == IPSIM_COMMAND_PSA ? "-psa" : cli->command == IPSIM_COMMAND_DSA ? "-dsa" : "";
    char *name = joined_names(inputs, suffix[0] != '\0' || cli->command == IPSIM_COMMAND_COMPARE ? "-vs-" : "+");
    if (name != NULL && asprintf(&path, "output/%s%s", name, suffix) < 0) {
        path = NULL;
    }
    free(name);
    return path;
}
