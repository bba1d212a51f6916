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

static sqlite3_stmt *prepare_insert(sqlite3 *database, const ipsim_table *table, int *code)
{
    sqlite3_stmt *insert = NULL;
    sqlite3_str *text = sqlite3_str_new(database);
    sqlite3_str_appendf(text, "INSERT INTO \"%w\" VALUES (", table->name);
    for (size_t c = 0; c < table->n_columns; c++) {
        sqlite3_str_appendall(text, c > 0 ? ", ?" : "?");
    }
    sqlite3_str_appendall(text, ")");
    char *sql = sqlite3_str_finish(text);
    *code = sql != NULL ? sqlite3_prepare_v2(database, sql, -1, &insert, NULL) : SQLITE_NOMEM;
    sqlite3_free(sql);
    return insert;
}

static int bind_cell(sqlite3_stmt *insert, int place, const ipsim_column *column, size_t row)
{
    switch (column->type) {
    case IPSIM_TEXT:
        return column->text[row] != NULL ? sqlite3_bind_text(insert, place, column->text[row], -1, SQLITE_STATIC)
                                         : sqlite3_bind_null(insert, place);
    case IPSIM_REAL:
        return isnan(column->real[row]) ? sqlite3_bind_null(insert, place) : sqlite3_bind_double(insert, place, column->real[row]);
    case IPSIM_INTEGER:
        return sqlite3_bind_int64(insert, place, column->integer[row]);
    }
    return SQLITE_MISUSE;
}

static int insert_rows(sqlite3 *database, const ipsim_table *table)
{
    int code = SQLITE_OK;
    sqlite3_stmt *insert = prepare_insert(database, table, &code);
    for (size_t row = 0; row < table->n_rows && code == SQLITE_OK; row++) {
        for (size_t c = 0; c < table->n_columns && code == SQLITE_OK; c++) {
            code = bind_cell(insert, (int)c + 1, &table->columns[c], row);
        }
        if (code == SQLITE_OK) {
            code = sqlite3_step(insert) == SQLITE_DONE ? SQLITE_OK : sqlite3_errcode(database);
        }
        sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
    return code;
}

static int fill_database(sqlite3 *database, const ipsim_table *const *tables, size_t n_tables)
{
    /* The file is new and is removed if anything fails, so no journal is needed; it is synced once, when it is complete. Freed space
     * is zeroed so that no byte of the file is left to chance. */
    int code = sqlite3_exec(database,
                            "PRAGMA page_size = 4096; PRAGMA encoding = 'UTF-8'; PRAGMA auto_vacuum = NONE; PRAGMA secure_delete = ON;"
                            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN",
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
    int code = sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE, NULL);
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
        status = ipsim_file_sync(path, err);
    }
    if (status != IPSIM_OK) {
        ipsim_file_remove(path);
    }
    return status;
}
