/* SPDX-License-Identifier: GPL-3.0-or-later */
/* write/sqlite: see ipsim_write_sqlite in include/ipsim/write.h.
 *
 * The bytes depend only on the tables and the version of SQLite: a new file, a stated page size, one transaction, rows in order. Units
 * stand as comments in the stored CREATE TABLE, where ".schema" shows them. */
#include <errno.h>
#include <math.h>
#include <sqlite3.h>
#include <string.h>

#include "file.h"
#include "ipsim/write.h"

static ipsim_status database_error(sqlite3 *database, const char *path, int code, ipsim_error *err)
{
    ipsim_origin at = {path, 0, NULL};
    switch (code & 0xFF) {
    case SQLITE_NOMEM:
        return ipsim_error_set_at(err, IPSIM_ERR_MEMORY, at, "not enough memory to write the database");
    case SQLITE_FULL:
        return ipsim_file_error(err, path, "the database cannot be written", ENOSPC);
    default:
        return ipsim_error_set_at(err, IPSIM_ERR_FILE, at, "the database cannot be written: %s",
                                  database != NULL ? sqlite3_errmsg(database) : sqlite3_errstr(code));
    }
}

static void put_unit(sqlite3_str *sql, const char *unit)
{
    if (unit[0] == '\0') {
        return;
    }
    sqlite3_str_appendall(sql, " /* ");
    for (const char *c = unit; *c != '\0'; c++) {
        sqlite3_str_appendchar(sql, 1, *c);
        if (c[0] == '*' && c[1] == '/') {
            sqlite3_str_appendchar(sql, 1, ' '); /* a unit may not end its comment */
        }
    }
    sqlite3_str_appendall(sql, " */");
}

/* Runs what is in sql and frees it. */
static int run_and_free(sqlite3 *database, char *sql)
{
    int code = sql != NULL ? sqlite3_exec(database, sql, NULL, NULL, NULL) : SQLITE_NOMEM;
    sqlite3_free(sql);
    return code;
}

static int create_table(sqlite3 *database, const ipsim_table *table)
{
    static const char *const types[] = {[IPSIM_TEXT] = "TEXT", [IPSIM_REAL] = "REAL", [IPSIM_INTEGER] = "INTEGER"};
    sqlite3_str *sql = sqlite3_str_new(database);
    sqlite3_str_appendf(sql, "CREATE TABLE \"%w\" (", table->name);
    for (size_t c = 0; c < table->n_columns; c++) {
        const ipsim_column *column = &table->columns[c];
        sqlite3_str_appendf(sql, "%s\"%w\" %s", c > 0 ? ", " : "", column->name, types[column->type]);
        put_unit(sql, column->unit);
    }
    sqlite3_str_appendall(sql, ")");
    return run_and_free(database, sqlite3_str_finish(sql));
}

/* ---- our table as SQLite sees it ----
 * A virtual table, so that SQLite fetches the cells in one statement: a statement for each row takes twice as long. */

typedef struct table_view {
    sqlite3_vtab head;
    const ipsim_table *table;
} table_view;

typedef struct table_cursor {
    sqlite3_vtab_cursor head;
    const ipsim_table *table;
    size_t row;
} table_cursor;

static int view_connect(sqlite3 *database, void *table, int argc, const char *const *argv, sqlite3_vtab **out, char **message)
{
    (void)argc;
    (void)argv;
    (void)message;
    table_view *view = sqlite3_malloc(sizeof *view);
    sqlite3_str *sql = sqlite3_str_new(database);
    sqlite3_str_appendall(sql, "CREATE TABLE x(");
    for (size_t c = 0; c < ((const ipsim_table *)table)->n_columns; c++) {
        sqlite3_str_appendf(sql, "%sc%d", c > 0 ? ", " : "", (int)c);
    }
    sqlite3_str_appendall(sql, ")");
    char *text = sqlite3_str_finish(sql);
    int code = view != NULL && text != NULL ? sqlite3_declare_vtab(database, text) : SQLITE_NOMEM;
    sqlite3_free(text);
    if (code != SQLITE_OK) {
        sqlite3_free(view);
        return code;
    }
    *view = (table_view){.table = table};
    *out = &view->head;
    return SQLITE_OK;
}

static int view_disconnect(sqlite3_vtab *view)
{
    sqlite3_free(view);
    return SQLITE_OK;
}

/* There is one way to read it: all rows, in order. */
static int view_plan(sqlite3_vtab *view, sqlite3_index_info *plan)
{
    plan->estimatedCost = (double)((table_view *)view)->table->n_rows;
    return SQLITE_OK;
}

static int cursor_open(sqlite3_vtab *view, sqlite3_vtab_cursor **out)
{
    table_cursor *cursor = sqlite3_malloc(sizeof *cursor);
    if (cursor == NULL) {
        return SQLITE_NOMEM;
    }
    *cursor = (table_cursor){.table = ((table_view *)view)->table};
    *out = &cursor->head;
    return SQLITE_OK;
}

static int cursor_close(sqlite3_vtab_cursor *cursor)
{
    sqlite3_free(cursor);
    return SQLITE_OK;
}

static int cursor_start(sqlite3_vtab_cursor *cursor, int plan, const char *plan_name, int argc, sqlite3_value **argv)
{
    (void)plan;
    (void)plan_name;
    (void)argc;
    (void)argv;
    ((table_cursor *)cursor)->row = 0;
    return SQLITE_OK;
}

static int cursor_next(sqlite3_vtab_cursor *cursor)
{
    ((table_cursor *)cursor)->row++;
    return SQLITE_OK;
}

static int cursor_is_at_end(sqlite3_vtab_cursor *cursor)
{
    return ((table_cursor *)cursor)->row >= ((table_cursor *)cursor)->table->n_rows;
}

static int cursor_cell(sqlite3_vtab_cursor *cursor, sqlite3_context *result, int c)
{
    size_t row = ((table_cursor *)cursor)->row;
    const ipsim_column *column = &((table_cursor *)cursor)->table->columns[c];
    switch (column->type) { /* what is not set is NULL */
    case IPSIM_TEXT:
        if (column->text[row] != NULL) {
            sqlite3_result_text(result, column->text[row], -1, SQLITE_STATIC);
        }
        break;
    case IPSIM_REAL:
        if (!isnan(column->real[row])) {
            sqlite3_result_double(result, column->real[row]);
        }
        break;
    case IPSIM_INTEGER:
        sqlite3_result_int64(result, column->integer[row]);
        break;
    }
    return SQLITE_OK;
}

static int cursor_number(sqlite3_vtab_cursor *cursor, sqlite3_int64 *number)
{
    *number = (sqlite3_int64)((table_cursor *)cursor)->row;
    return SQLITE_OK;
}

static const sqlite3_module table_module = {
    .xConnect = view_connect,
    .xBestIndex = view_plan,
    .xDisconnect = view_disconnect,
    .xOpen = cursor_open,
    .xClose = cursor_close,
    .xFilter = cursor_start,
    .xNext = cursor_next,
    .xEof = cursor_is_at_end,
    .xColumn = cursor_cell,
    .xRowid = cursor_number,
};

static int insert_rows(sqlite3 *database, const ipsim_table *table)
{
    /* Its own name for each: SQLite remembers the columns of a view. */
    char *name = sqlite3_mprintf("cells of %s", table->name);
    int code = name != NULL ? sqlite3_create_module(database, name, &table_module, (void *)table) : SQLITE_NOMEM;
    if (code == SQLITE_OK) {
        code = run_and_free(database, sqlite3_mprintf("INSERT INTO \"%w\" SELECT * FROM \"%w\"", table->name, name));
    }
    sqlite3_free(name);
    return code;
}

static int fill_database(sqlite3 *database, const ipsim_table *const *tables, size_t n_tables)
{
    /* The file is new and is removed if anything fails, so no journal is needed; it is synced with its folder. Freed space
     * is zeroed so that no byte of the file is left to chance. Rows are only appended, so a page that is full is not needed again: a few
     * pages of memory do, which stay in the processor's cache. */
    int code = sqlite3_exec(database,
                            "PRAGMA page_size = 4096; PRAGMA encoding = 'UTF-8'; PRAGMA auto_vacuum = NONE; PRAGMA secure_delete = ON;"
                            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = 32; BEGIN",
                            NULL, NULL, NULL);
    for (size_t t = 0; t < n_tables && code == SQLITE_OK; t++) {
        code = create_table(database, tables[t]);
        if (code == SQLITE_OK) {
            code = insert_rows(database, tables[t]);
        }
    }
    if (code == SQLITE_OK) {
        code = sqlite3_exec(database, "COMMIT", NULL, NULL, NULL);
    }
    return code;
}

ipsim_status ipsim_write_sqlite(const ipsim_table *const *tables, size_t n_tables, const char *path, ipsim_error *err)
{
    for (size_t t = 0; t < n_tables; t++) {
        if (tables[t]->out_of_memory) {
            return ipsim_error_set(err, IPSIM_ERR_MEMORY, "not enough memory for table %s", tables[t]->name);
        }
    }
    /* Created here and not by SQLite, which would take read permissions away that the umask grants. */
    FILE *stream = NULL;
    ipsim_status status = ipsim_file_create(path, &stream, err);
    if (status == IPSIM_OK) {
        status = ipsim_file_finish(stream, path, err);
    }
    if (status != IPSIM_OK) {
        return status;
    }
    sqlite3 *database = NULL;
    int code = sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK) {
        code = fill_database(database, tables, n_tables);
    }
    if (code != SQLITE_OK) {
        status = database_error(database, path, code, err);
    }
    code = sqlite3_close(database);
    if (status == IPSIM_OK && code != SQLITE_OK) {
        status = database_error(NULL, path, code, err);
    }
    if (status == IPSIM_OK) {
        ipsim_file_send(path);
    } else {
        ipsim_file_remove(path);
    }
    return status;
}
