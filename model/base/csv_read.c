/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/csv_read: see include/ipsim/csv_read.h.
 *
 * libcsv does not tell lines, but it calls back as soon as a row ends. The text is therefore handed to it line by line, and a
 * row stands on the line that was being handed over when the row's first byte was; a quoted line break merely makes it longer. */
#include "ipsim/csv_read.h"
#include "ipsim/plain_text.h"

#include <csv.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file of the wrong kind can be wrong on every line; nobody reads more than this. */
enum { PROBLEMS_SHOWN = 100 };
static const size_t MOST_BYTES = (size_t)1 << 30;
#define TOO_LARGE "the file is larger than 1 GiB, which no table of input should be"

typedef struct reader {
    ipsim_csv *csv;
    ipsim_arena *arena;
    ipsim_error_list *errors;
    size_t n_problems;
    bool out_of_memory;
    bool not_text;  /* said once: the encoding belongs to the file, not to the line */
    int line;       /* being handed to libcsv */
    int row_line;   /* where the present row began; 0 between rows */
    size_t n_cells; /* of the present row */
    const char **names;
    size_t name_capacity;
    const char **cells;
    size_t cell_capacity; /* in cells, not rows */
    int *lines;
    size_t line_capacity;
    bool detect; /* the separator is read off the header */
} reader;

__attribute__((format(printf, 4, 5))) static void report(reader *r, ipsim_status status, int line, const char *format, ...)
{
    r->n_problems++;
    if (r->n_problems > PROBLEMS_SHOWN) {
        return;
    }
    ipsim_error err;
    va_list args;
    va_start(args, format);
    char message[sizeof err.message];
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    ipsim_error_add(r->errors, status, (ipsim_origin){r->csv->path, line, NULL}, "%s", message);
}

static bool grow(void **items, size_t *capacity, size_t wanted, size_t size)
{
    if (wanted <= *capacity) {
        return true;
    }
    size_t larger = *capacity < 64 ? 64 : 2 * *capacity;
    if (larger < wanted) {
        larger = wanted;
    }
    void *grown = larger > SIZE_MAX / size ? NULL : realloc(*items, larger * size);
    if (grown == NULL) {
        return false;
    }
    *items = grown;
    *capacity = larger;
    return true;
}

static void take_name(reader *r, const char *name)
{
    void *names = r->names;
    if (!grow(&names, &r->name_capacity, r->n_cells + 1, sizeof *r->names)) {
        r->out_of_memory = true;
        return;
    }
    r->names = names;
    if (name[0] == '\0' && r->detect && r->n_cells == 0) {
        r->csv->has_row_names = true;
    } else if (name[0] == '\0') {
        report(r, IPSIM_ERR_DATA, r->line, "column %zu has no name", r->n_cells + 1);
    }
    for (size_t c = 0; c < r->n_cells && name[0] != '\0'; c++) {
        if (strcmp(r->names[c], name) == 0) {
            report(r, IPSIM_ERR_DATA, r->line, "columns %zu and %zu are both named \"%s\"", c + 1, r->n_cells + 1, name);
            break;
        }
    }
    r->names[r->n_cells] = name;
}

static void take_cell(reader *r, const char *cell)
{
    if (r->n_cells >= r->csv->n_columns) {
        return; /* too many: counted, and reported when the row ends */
    }
    size_t place = r->csv->n_rows * r->csv->n_columns + r->n_cells;
    void *cells = r->cells;
    if (!grow(&cells, &r->cell_capacity, place + 1, sizeof *r->cells)) {
        r->out_of_memory = true;
        return;
    }
    r->cells = cells;
    r->cells[place] = cell;
}

static void on_field(void *bytes, size_t length, void *data)
{
    reader *r = data;
    if (r->out_of_memory) {
        return;
    }
    const char *text = length > 0 ? ipsim_arena_strdup(r->arena, bytes) : "";
    if (text == NULL) {
        r->out_of_memory = true;
        return;
    }
    /* As ipsim_write_csv and other careful programs write what a spreadsheet would run as a formula. */
    text += text[0] == '\'' && ipsim_looks_like_formula(text) ? 1 : 0;
    if (r->csv->header_line == 0) {
        take_name(r, text);
    } else {
        take_cell(r, text);
    }
    r->n_cells++;
}

static void on_row(int terminator, void *data)
{
    (void)terminator;
    reader *r = data;
    ipsim_csv *csv = r->csv;
    if (r->out_of_memory) {
        return;
    }
    if (csv->header_line == 0) {
        csv->header_line = r->row_line;
        csv->n_columns = r->n_cells;
        if (csv->has_row_names && r->n_cells == 1) {
            report(r, IPSIM_ERR_DATA, r->row_line, "there is one column, and it has no name");
        }
        if (!r->detect && r->n_cells == 1 && strpbrk(r->names[0], ";\t") != NULL) {
            report(r, IPSIM_ERR_DATA, r->row_line,
                   "there is one column, \"%s\": columns are separated by commas, not by semicolons or tabs", r->names[0]);
        }
    } else if (r->n_cells != csv->n_columns) {
        report(r, IPSIM_ERR_DATA, r->row_line, "the row has %zu cell%s, the header (line %d) has %zu", r->n_cells,
               r->n_cells == 1 ? "" : "s", csv->header_line, csv->n_columns);
    } else {
        void *lines = r->lines;
        if (!grow(&lines, &r->line_capacity, csv->n_rows + 1, sizeof *r->lines)) {
            r->out_of_memory = true;
            return;
        }
        r->lines = lines;
        r->lines[csv->n_rows++] = r->row_line;
    }
    r->n_cells = 0;
    r->row_line = 0;
}

static void check_text(reader *r, const char *line, size_t length)
{
    for (size_t i = 0; i < length && !r->not_text;) {
        size_t step = ipsim_utf8_length(line + i, length - i);
        unsigned control = step > 0 && line[i] != '\r' ? ipsim_control_character(line + i, step, length - i) : 0;
        if (step == 0) {
            report(r, IPSIM_ERR_DATA, r->line, "byte %zu of the line (0x%02X) is not UTF-8 text; save the file as UTF-8", i + 1,
                   (unsigned char)line[i]);
        } else if (control != 0) {
            report(r, IPSIM_ERR_DATA, r->line,
                   "byte %zu of the line is an invisible control character (U+%04X), which could garble what is printed; remove it", i + 1,
                   control);
        }
        r->not_text = step == 0 || control != 0;
        i += step;
    }
}

/* Up to and with the line break: LF, CR LF or a CR by itself. */
static size_t line_length(const unsigned char *text, size_t left)
{
    for (size_t i = 0; i < left; i++) {
        if (text[i] == '\n') {
            return i + 1;
        }
        if (text[i] == '\r') {
            return i + 1 < left && text[i + 1] == '\n' ? i + 2 : i + 1;
        }
    }
    return left;
}

static bool is_blank(const unsigned char *line, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (strchr(" \t\r\n", line[i]) == NULL) {
            return false;
        }
    }
    return true;
}

/* False when libcsv gives up: after a stray quote nothing further down can be trusted. */
static bool parse_lines(reader *r, struct csv_parser *parser, const unsigned char *text, size_t length)
{
    while (length > 0 && !r->out_of_memory) {
        if (r->line == INT_MAX) {
            report(r, IPSIM_ERR_DATA, r->line, "the file has too many lines");
            return false;
        }
        r->line++;
        size_t n = line_length(text, length);
        bool between_rows = r->row_line == 0;
        bool comment = between_rows && r->csv->header_line == 0 && text[0] == '#';
        check_text(r, (const char *)text, n);
        if (between_rows && !comment && !is_blank(text, n)) {
            r->row_line = r->line;
        }
        if (r->row_line != 0) {
            size_t n_parsed = csv_parse(parser, text, n, on_field, on_row, r);
            if (n_parsed != n) {
                if (csv_error(parser) == CSV_EPARSE) {
                    report(r, IPSIM_ERR_SYNTAX, r->line,
                           "a stray quote at byte %zu: a cell that holds a quote is quoted, and the quote in it doubled", n_parsed + 1);
                } else {
                    r->out_of_memory = true;
                }
                return false;
            }
        }
        text += n;
        length -= n;
    }
    return true;
}

/* libcsv takes blanks off a cell, and a tab for a blank. */
static int is_space_but_no_tab(unsigned char c)
{
    return c == ' ';
}

/* The mark that parts the first line that is no comment most often; a comma when there is none. Marks inside quotes do not count. */
static char detect_separator(const unsigned char *text, size_t length)
{
    static const char marks[] = {',', ';', '\t'};
    size_t counts[sizeof marks] = {0};
    while (length > 0) {
        size_t n = line_length(text, length);
        bool passed_over = text[0] == '#' || is_blank(text, n);
        bool quoted = false;
        for (size_t i = 0; !passed_over && i < n; i++) {
            quoted = text[i] == '"' ? !quoted : quoted;
            for (size_t m = 0; m < sizeof marks && !quoted; m++) {
                counts[m] += text[i] == (unsigned char)marks[m];
            }
        }
        if (!passed_over) {
            break;
        }
        text += n;
        length -= n;
    }
    size_t best = 0;
    for (size_t m = 1; m < sizeof marks; m++) {
        best = counts[m] > counts[best] ? m : best;
    }
    return marks[best];
}

/* Text of two bytes a character, with its byte-order mark or without: half of what western text holds is zeros. */
static bool is_utf16(const unsigned char *text, size_t length)
{
    bool marked = length >= 2 && ((text[0] == 0xFF && text[1] == 0xFE) || (text[0] == 0xFE && text[1] == 0xFF));
    return marked || (length >= 4 && ((text[0] == 0 && text[2] == 0) || (text[1] == 0 && text[3] == 0)));
}

/* "sep=;": how Excel is told the separator, in a line above the table. Its length; 0: there is none. */
static size_t separator_line(const unsigned char *text, size_t length, char *separator)
{
    size_t n = line_length(text, length), end = n;
    while (end > 0 && (text[end - 1] == '\n' || text[end - 1] == '\r')) {
        end--;
    }
    bool there = end == 5 && strncasecmp((const char *)text, "sep=", 4) == 0 && strchr(",;\t", text[4]) != NULL;
    if (there) {
        *separator = (char)text[4];
    }
    return there ? n : 0;
}

static void parse_text(reader *r, const unsigned char *text, size_t length)
{
    static const unsigned char byte_order_mark[3] = {0xEF, 0xBB, 0xBF};
    if (length >= 3 && memcmp(text, byte_order_mark, 3) == 0) {
        text += 3;
        length -= 3;
    }
    if (is_utf16(text, length)) {
        report(r, IPSIM_ERR_DATA, 1, "this is UTF-16 text; save the file as UTF-8 (in Excel: \"CSV UTF-8\")");
        return;
    }
    char stated = '\0';
    size_t above = r->detect ? separator_line(text, length, &stated) : 0;
    r->line += above > 0;
    text += above;
    length -= above;
    struct csv_parser parser;
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0) {
        r->out_of_memory = true;
        return;
    }
    r->csv->separator = stated != '\0' ? stated : r->detect ? detect_separator(text, length) : ',';
    csv_set_delim(&parser, (unsigned char)r->csv->separator);
    if (r->csv->separator == '\t') {
        csv_set_space_func(&parser, is_space_but_no_tab);
    }
    if (parse_lines(r, &parser, text, length) && !r->out_of_memory) {
        int row_line = r->row_line;
        if (csv_fini(&parser, on_field, on_row, r) != 0) {
            if (csv_error(&parser) == CSV_EPARSE) {
                report(r, IPSIM_ERR_SYNTAX, row_line, "a quote is opened in the row that begins here and never closed");
            } else {
                r->out_of_memory = true;
            }
        }
        if (r->csv->header_line == 0 && r->n_problems == 0) {
            report(r, IPSIM_ERR_DATA, 0, "the file is empty, a header row was expected");
        } else if (r->csv->n_rows == 0 && r->n_problems == 0) {
            report(r, IPSIM_ERR_DATA, r->csv->header_line, "there is a header but no row below it");
        }
    }
    csv_free(&parser);
}

/* A descriptor of a regular file of sensible size. Opened without blocking: a named pipe must not hang the program. */
static ipsim_status open_file(const char *path, int *file, ipsim_error *err)
{
    ipsim_origin at = {path, 0, NULL};
    struct stat about;
    *file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (*file < 0 || fstat(*file, &about) != 0) {
        return ipsim_error_set_at(err, IPSIM_ERR_FILE, at, "the file cannot be opened: %s", strerror(errno));
    }
    if (S_ISDIR(about.st_mode)) {
        return ipsim_error_set_at(err, IPSIM_ERR_FILE, at, "this is a folder, a file was expected");
    }
    if (!S_ISREG(about.st_mode)) {
        return ipsim_error_set_at(err, IPSIM_ERR_FILE, at, "this is not a regular file");
    }
    return (uintmax_t)about.st_size <= MOST_BYTES ? IPSIM_OK : ipsim_error_set_at(err, IPSIM_ERR_FILE, at, TOO_LARGE);
}

/* The whole file, by reading until the end: some files have no size before they are read, and others grow. The caller frees *text. */
static ipsim_status read_file(const char *path, unsigned char **text, size_t *length, ipsim_error *err)
{
    ipsim_origin at = {path, 0, NULL};
    *text = NULL;
    *length = 0;
    int file = -1;
    size_t capacity = 0;
    ipsim_status status = open_file(path, &file, err);
    for (ssize_t got = 1; status == IPSIM_OK && got != 0;) {
        void *bytes = *text;
        if (!grow(&bytes, &capacity, *length + 64 * 1024, 1)) {
            status = ipsim_error_set_at(err, IPSIM_ERR_MEMORY, at, "not enough memory to read the file");
            break;
        }
        *text = bytes;
        got = read(file, *text + *length, capacity - *length);
        if (got > 0) {
            *length += (size_t)got;
            status = *length <= MOST_BYTES ? status : ipsim_error_set_at(err, IPSIM_ERR_FILE, at, TOO_LARGE);
        } else if (got < 0 && errno != EINTR) {
            status = ipsim_error_set_at(err, IPSIM_ERR_FILE, at, "the file cannot be read: %s", strerror(errno));
        }
    }
    if (file >= 0) {
        close(file);
    }
    return status;
}

/* Growing arrays become arena arrays, without the names of rows. */
static bool move_to_arena(reader *r)
{
    ipsim_csv *csv = r->csv;
    size_t passed_over = csv->has_row_names, n_read = csv->n_columns;
    csv->n_columns -= passed_over;
    csv->names = ipsim_arena_alloc(r->arena, csv->n_columns, sizeof *csv->names);
    csv->cells = ipsim_arena_alloc(r->arena, csv->n_rows * csv->n_columns, sizeof *csv->cells);
    int *lines = ipsim_arena_alloc(r->arena, csv->n_rows, sizeof *lines);
    if (csv->names == NULL || csv->cells == NULL || lines == NULL) {
        return false;
    }
    memcpy(csv->names, r->names + passed_over, csv->n_columns * sizeof *csv->names);
    for (size_t row = 0; row < csv->n_rows; row++) {
        memcpy(csv->cells + row * csv->n_columns, r->cells + row * n_read + passed_over, csv->n_columns * sizeof *csv->cells);
    }
    memcpy(lines, r->lines, csv->n_rows * sizeof *lines);
    csv->lines = lines;
    return true;
}

/* The file from the disk, and into the store; or from the store. The caller frees *text. */
static ipsim_status obtain_file(ipsim_files *files, const char *path, unsigned char **text, size_t *length, ipsim_error *err)
{
    ipsim_origin at = {path, 0, NULL};
    const ipsim_kept_file *kept = ipsim_files_find(files, path);
    if (kept == NULL && (files == NULL || !files->closed)) {
        ipsim_status status = read_file(path, text, length, err);
        return status != IPSIM_OK || ipsim_files_keep(files, path, *text, *length)
                   ? status
                   : ipsim_error_set_at(err, IPSIM_ERR_MEMORY, at, "not enough memory to keep the file");
    }
    *text = kept != NULL ? malloc(kept->size + 1) : NULL;
    *length = kept != NULL ? kept->size : 0;
    if (kept == NULL) {
        return ipsim_error_set_at(err, IPSIM_ERR_FILE, at, "the file was not kept");
    }
    if (*text == NULL) {
        return ipsim_error_set_at(err, IPSIM_ERR_MEMORY, at, "not enough memory to read the file");
    }
    memcpy(*text, kept->bytes, kept->size + 1);
    return IPSIM_OK;
}

static ipsim_status read_table(ipsim_files *files, const char *path, bool detect, ipsim_arena *arena, ipsim_csv **out,
                               ipsim_error_list *errors)
{
    *out = NULL;
    ipsim_origin at = {path, 0, NULL};
    unsigned char *text = NULL;
    size_t length = 0;
    ipsim_error err;
    ipsim_status status = obtain_file(files, path, &text, &length, &err);
    if (status != IPSIM_OK) {
        free(text);
        return ipsim_error_add_copy(errors, &err);
    }
    reader r = {.arena = arena, .errors = errors, .detect = detect};
    size_t n_before = errors->count;
    r.csv = ipsim_arena_alloc(arena, 1, sizeof *r.csv);
    if (r.csv != NULL) {
        r.csv->path = ipsim_arena_strdup(arena, path);
    }
    if (r.csv == NULL || r.csv->path == NULL) {
        r.out_of_memory = true;
    } else {
        parse_text(&r, text, length);
    }
    if (r.n_problems > PROBLEMS_SHOWN) {
        ipsim_error_add(errors, IPSIM_ERR_DATA, at, "and %zu more problems in this file, not listed", r.n_problems - PROBLEMS_SHOWN);
    }
    if (r.n_problems > 0) {
        status = errors->count > n_before ? errors->items[n_before].status : IPSIM_ERR_DATA;
    } else if (r.out_of_memory || !move_to_arena(&r)) {
        status = ipsim_error_add(errors, IPSIM_ERR_MEMORY, at, "not enough memory to read the file");
    } else {
        *out = r.csv;
    }
    free(r.names);
    free(r.cells);
    free(r.lines);
    free(text);
    return status;
}

ipsim_status ipsim_csv_read(const char *path, ipsim_arena *arena, ipsim_csv **out, ipsim_error_list *errors)
{
    return read_table(NULL, path, false, arena, out, errors);
}

ipsim_status ipsim_csv_read_kept(ipsim_files *files, const char *path, ipsim_arena *arena, ipsim_csv **out, ipsim_error_list *errors)
{
    return read_table(files, path, false, arena, out, errors);
}

ipsim_status ipsim_csv_read_detected(const char *path, ipsim_arena *arena, ipsim_csv **out, ipsim_error_list *errors)
{
    return read_table(NULL, path, true, arena, out, errors);
}

size_t ipsim_csv_column(const ipsim_csv *csv, const char *name)
{
    for (size_t c = 0; c < csv->n_columns; c++) {
        if (strcmp(csv->names[c], name) == 0) {
            return c;
        }
    }
    return csv->n_columns;
}
