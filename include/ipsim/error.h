/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/error: how every module says what went wrong.
 *
 * Whatever can fail returns ipsim_status (0 is good) and fills its last argument: one ipsim_error, or an ipsim_error_list
 * while bad input is being collected, so that an analyst sees all problems at once. Library code never prints and never exits.
 * An error message is one sentence without its position; ipsim_error_format() puts the position in front:
 *
 *     scenarios/ips.cfg:41: transitions.relapse.hazard.rate: -0.12 is below 0 (IPSIM_ERR_RANGE)
 */
#ifndef IPSIM_ERROR_H
#define IPSIM_ERROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef enum ipsim_status {
    IPSIM_OK = 0,
    IPSIM_ERR_SYNTAX,       /* the file is not valid libconfig, CSV or Lua */
    IPSIM_ERR_UNKNOWN_KEY,  /* a key that the schema does not have */
    IPSIM_ERR_TYPE,         /* present, but of the wrong type */
    IPSIM_ERR_MISSING,      /* required and absent */
    IPSIM_ERR_RANGE,        /* a number outside its range, NaN or infinite */
    IPSIM_ERR_REFERENCE,    /* names something that is not declared */
    IPSIM_ERR_CYCLE,        /* extends or expressions that refer to themselves */
    IPSIM_ERR_DUPLICATE,    /* declared twice */
    IPSIM_ERR_RULE,         /* each key is fine, together they are not */
    IPSIM_ERR_EXPRESSION,   /* an expression cannot be evaluated */
    IPSIM_ERR_DATA,         /* a data file (CSV) has bad contents */
    IPSIM_ERR_INCOMPATIBLE, /* scenarios that cannot be compared */
    IPSIM_ERR_USAGE,        /* bad command line */
    IPSIM_ERR_FILE,         /* cannot be opened, read or written */
    IPSIM_ERR_MEMORY,
    IPSIM_ERR_OVERFLOW, /* a total outgrew the exact ledger */
    IPSIM_ERR_LIMIT,    /* a safety limit of the engine was hit */
    IPSIM_ERR_INTERRUPTED
} ipsim_status;

#define IPSIM_MUST_CHECK __attribute__((warn_unused_result))
#define IPSIM_PRINTF(format_arg, first_arg) __attribute__((format(printf, format_arg, first_arg)))

/* Where a value stands. file and key are borrowed from the scenario's arena (copied when an error is recorded). line 0: no line. */
typedef struct ipsim_origin {
    const char *file;
    int line;
    const char *key;
} ipsim_origin;

typedef struct ipsim_error {
    ipsim_status status;
    char file[512]; /* empty: no position */
    int line;
    char key[256];
    char message[768];
} ipsim_error;

/* A growing list of errors; zero-initialise before use. Not shared between threads. */
typedef struct ipsim_error_list {
    size_t count;
    size_t capacity;
    ipsim_error *items;
    bool out_of_memory; /* an error could not be recorded */
} ipsim_error_list;

/* The upper-case name of a status, for example "IPSIM_ERR_RANGE". */
const char *ipsim_status_name(ipsim_status status);

/* Fills *err (may be NULL) and returns status, so that a caller can write: return ipsim_error_set(err, IPSIM_ERR_FILE, ...). */
ipsim_status ipsim_error_set(ipsim_error *err, ipsim_status status, const char *format, ...) IPSIM_PRINTF(3, 4);

/* Same, with the position of the value at fault. */
ipsim_status ipsim_error_set_at(ipsim_error *err, ipsim_status status, ipsim_origin at, const char *format, ...) IPSIM_PRINTF(4, 5);

/* Records one problem and goes on; returns status. An identical problem (same position, key and message) is recorded once. */
ipsim_status ipsim_error_add(ipsim_error_list *list, ipsim_status status, ipsim_origin at, const char *format, ...) IPSIM_PRINTF(4, 5);
ipsim_status ipsim_error_add_copy(ipsim_error_list *list, const ipsim_error *err);

/* The status of the first recorded error; IPSIM_OK for an empty list. */
ipsim_status ipsim_error_list_status(const ipsim_error_list *list);

/* Sorts by file, line and key, keeping the order of equals. */
void ipsim_error_list_sort(ipsim_error_list *list);
void ipsim_error_list_clear(ipsim_error_list *list);

/* Writes "file:line: key: message (CODE)" into buffer, always terminated; returns buffer. */
const char *ipsim_error_format(const ipsim_error *err, char *buffer, size_t size);

/* A broken promise between modules: always on, aborts with C file and line. */
#define ipsim_bug_assert(condition) ((condition) ? (void)0 : ipsim_bug_abort(#condition, __FILE__, __LINE__))
_Noreturn void ipsim_bug_abort(const char *condition, const char *file, int line);

#endif
