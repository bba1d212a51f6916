/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/node: a scenario file as a plain tree of settings, each with the file and line that stated it.
 * Files become trees in parse.c, trees are merged in merge.c, and fill.c reads the merged tree into the structs of scenario.h. */
#ifndef IPSIM_NODE_H
#define IPSIM_NODE_H

#include <stdint.h>

#include "ipsim/arena.h"
#include "ipsim/error.h"
#include "ipsim/files.h"
#include "ipsim/scenario.h"

typedef enum ipsim_node_type {
    IPSIM_NODE_GROUP,
    IPSIM_NODE_LIST, /* libconfig's lists and arrays */
    IPSIM_NODE_INTEGER,
    IPSIM_NODE_REAL,
    IPSIM_NODE_FLAG,
    IPSIM_NODE_TEXT
} ipsim_node_type;

typedef struct ipsim_node {
    const char *name; /* NULL for elements of a list and for the root */
    ipsim_node_type type;
    int64_t integer;
    double real;
    bool flag;
    const char *text;
    const char *file;
    int line;
    size_t count; /* children of a group or list */
    struct ipsim_node *first, *last, *next;
} ipsim_node;

/* What every step of loading shares. Allocations come from arena; when one fails out_of_memory is set and NULL is returned. */
typedef struct ipsim_loader {
    ipsim_arena *arena;
    ipsim_error_list *errors;
    ipsim_files *files; /* where files are kept, or taken from; NULL for the disk alone */
    bool out_of_memory;
    bool incomplete; /* a file could not be read: do not complain about what it might have held */
} ipsim_loader;

void *ipsim_loader_alloc(ipsim_loader *loader, size_t count, size_t size) IPSIM_MUST_CHECK;
char *ipsim_loader_strdup(ipsim_loader *loader, const char *text) IPSIM_MUST_CHECK;
char *ipsim_loader_printf(ipsim_loader *loader, const char *format, ...) IPSIM_PRINTF(2, 3) IPSIM_MUST_CHECK;
/* "prefix.key", or key alone where prefix is empty: the names of keys, which are put together thousands of times. */
char *ipsim_loader_join(ipsim_loader *loader, const char *prefix, const char *key) IPSIM_MUST_CHECK;

/* path, relative to the folder of the file that states it. */
const char *ipsim_loader_beside(ipsim_loader *loader, const char *file, const char *path) IPSIM_MUST_CHECK;

/* ---- tree ---- */
ipsim_node *ipsim_node_create(ipsim_loader *loader, const char *name, ipsim_node_type type, const char *file, int line) IPSIM_MUST_CHECK;
ipsim_node *ipsim_node_child(const ipsim_node *parent, const char *name);
void ipsim_node_append(ipsim_node *parent, ipsim_node *child);
void ipsim_node_remove(ipsim_node *parent, const ipsim_node *child);
void ipsim_node_sort(ipsim_node *parent); /* children by name */
/* "a whole number", "a text": for messages of the form "expected x, found y". */
const char *ipsim_node_type_name(const ipsim_node *node);

/* ---- source_file.c ---- */
/* The whole file, in the arena, with a 0 behind it; NULL when it cannot be had (recorded, at the setting that asked for it where there is one). */
char *ipsim_source_file_read(ipsim_loader *loader, const char *path, ipsim_origin asked_from, size_t *size) IPSIM_MUST_CHECK;

/* ---- text.c: the text of a file with its @includes expanded, checked character by character before libconfig sees it ---- */
typedef struct ipsim_source_span {
    int first_line;   /* in the expanded text */
    const char *file; /* where it came from */
    int file_line;
} ipsim_source_span;

typedef struct ipsim_source_text {
    char *text; /* heap; released by ipsim_source_text_clear */
    size_t size, capacity;
    ipsim_source_span *spans; /* heap */
    size_t n_spans, span_capacity;
    int line;                          /* of the next character of text */
    int long_text_line, long_text_end; /* the last text over several lines: its first line in its file, its last in text */
} ipsim_source_text;

/* False when something was wrong (recorded in loader->errors). asked_from: the setting that names the file; file NULL for the command line. */
bool ipsim_source_text_read(ipsim_loader *loader, const char *path, ipsim_origin asked_from, ipsim_source_text *out);
/* The same for a text at hand, of which path is the name in messages. */
bool ipsim_source_text_take(ipsim_loader *loader, const char *path, const char *text, ipsim_source_text *out);
void ipsim_source_text_clear(ipsim_source_text *text);
/* The first character of a UTF-8 text that could garble a terminal (tab and line ends are fine), 0 for none. */
unsigned ipsim_text_control_character(const char *text);
ipsim_origin ipsim_source_text_origin(const ipsim_source_text *text, int line);

/* ---- parse.c ---- */
/* NULL when the file cannot be read or parsed: recorded in loader->errors. */
ipsim_node *ipsim_parse_file(ipsim_loader *loader, const char *path, ipsim_origin asked_from);
/* The value of a --set: a libconfig number, flag, quoted text, list or group, else the text as it stands. NULL when memory is short. */
ipsim_node *ipsim_parse_value(ipsim_loader *loader, const char *name, const char *text);

/* ---- merge.c ---- */
/* The tree of path merged over its parents, and settings merged over that. Never NULL unless memory is short: an unreadable file
 * gives an empty group and loader->incomplete. */
ipsim_node *ipsim_merge_load(ipsim_loader *loader, const char *path, const ipsim_setting *settings, size_t n_settings);

#endif
