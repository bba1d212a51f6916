/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/report_command_line: how to get a result again, from its manifest. See report.h.
 *
 * The page must have the same bytes for any number of threads, shards and interruptions, as the tables have. So what run and compare were
 * asked is put together again from what decided the result; of other commands, the options that decide nothing are left out. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/report.h"

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static void put_simulation(const json_t *manifest, bool compares, FILE *stream)
{
    fputs(compares ? "ipsim compare" : "ipsim run", stream);
    const json_t *scenarios = json_object_get(manifest, "scenarios"), *settings = json_object_get(manifest, "settings");
    for (size_t i = 0; i < json_array_size(scenarios); i++) {
        putc(' ', stream);
        ipsim_shell_put_word(stream, text_of(json_array_get(scenarios, i), "file"));
    }
    for (size_t i = 0; i < json_array_size(settings); i++) {
        const json_t *setting = json_array_get(settings, i);
        char *both = NULL;
        if (asprintf(&both, "%s=%s", text_of(setting, "key"), text_of(setting, "value")) >= 0) {
            fputs(" --set ", stream);
            ipsim_shell_put_word(stream, both);
            free(both);
        }
    }
    json_int_t replicates = json_integer_value(json_object_get(manifest, "replicates"));
    json_int_t persons = json_integer_value(json_object_get(manifest, "persons_simulated"));
    json_int_t replicate = json_integer_value(json_object_get(manifest, "replicate"));
    fprintf(stream, " --persons %" JSON_INTEGER_FORMAT " --seed %" JSON_INTEGER_FORMAT, replicates > 1 ? persons / replicates : persons,
            json_integer_value(json_object_get(manifest, "seed")));
    if (replicate > 0) {
        fprintf(stream, " --replicate %" JSON_INTEGER_FORMAT, replicate);
    }
    if (replicates > 1) {
        fprintf(stream, " --replicates %" JSON_INTEGER_FORMAT, replicates);
    }
}

static bool is_word(const char *word, size_t length, const char *name)
{
    return strlen(name) == length && strncmp(word, name, length) == 0;
}

/* 0: it decides something; 1: an option by itself; 2: an option whose value is the next word. */
static int idle_words(const char *word, size_t length)
{
    static const char *const with_value[] = {"--threads", "--output", "-o", "--engine", "--language"};
    static const char *const alone[] = {"--quiet", "-q", "--json", "--resume", "--checkpoint", "--no-report"};
    size_t name = 0;
    while (name < length && word[name] != '=') {
        name++;
    }
    for (size_t i = 0; i < sizeof with_value / sizeof with_value[0]; i++) {
        if (is_word(word, name, with_value[i])) {
            return name < length ? 1 : 2;
        }
    }
    for (size_t i = 0; i < sizeof alone / sizeof alone[0]; i++) {
        if (is_word(word, name, alone[i])) {
            return 1;
        }
    }
    return 0;
}

/* The words of a command line as the manifest quotes them: blanks inside single quotes do not part words. */
static void put_filtered(const char *line, FILE *stream)
{
    bool first = true, skip_next = false;
    while (*line != '\0') {
        size_t length = 0;
        bool quoted = false;
        for (; line[length] != '\0' && (quoted || line[length] != ' '); length++) {
            quoted = quoted != (line[length] == '\'');
        }
        int idle = skip_next ? 1 : idle_words(line, length);
        skip_next = !skip_next && idle == 2;
        if (idle == 0) {
            fprintf(stream, "%s%.*s", first ? "" : " ", (int)length, line);
            first = false;
        }
        line += length;
        line += strspn(line, " ");
    }
}

char *ipsim_report_command_line(const json_t *manifest, bool compares)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (stream == NULL) {
        return NULL;
    }
    const char *line = text_of(manifest, "command_line");
    bool simulated = json_is_integer(json_object_get(manifest, "persons_simulated")) &&
                     json_is_array(json_object_get(manifest, "scenarios"));
    bool usual = strncmp(line, "ipsim run", 9) == 0 || strncmp(line, "ipsim compare", 13) == 0 || strncmp(line, "ipsim merge", 11) == 0;
    if (simulated && usual && strstr(line, "--seeds") == NULL) {
        put_simulation(manifest, compares, stream);
    } else {
        put_filtered(line, stream);
    }
    if (fclose(stream) != 0) {
        free(text);
        return NULL;
    }
    return text;
}
