/* SPDX-License-Identifier: GPL-3.0-or-later */
/* write/output_folder: the result appears whole or not at all, and nothing of anybody else's is deleted. */
#include "../testlib.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ipsim/write.h"

static char base[256]; /* a fresh folder for each test */

static int make_base(void **state)
{
    (void)state;
    static int number;
    char name[32];
    snprintf(name, sizeof name, "case-%d", ++number);
    snprintf(base, sizeof base, "%s", testlib_path(name));
    return mkdir(base, 0777);
}

static const char *below(const char *name)
{
    static char paths[8][512];
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", base, name);
    return path;
}

static size_t count_entries(const char *path)
{
    DIR *entries = opendir(path);
    assert_non_null(entries);
    size_t n = 0;
    while (readdir(entries) != NULL) {
        n++;
    }
    closedir(entries);
    return n - 2;
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[1024];
    ipsim_error err = {0};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_ok(ipsim_write_text(text, path, &err), &err);
}

static ipsim_output_folder *begin(const char *path)
{
    ipsim_output_folder *folder = NULL;
    ipsim_error err = {0};
    assert_ok(ipsim_output_begin(path, &folder, &err), &err);
    assert_non_null(folder);
    return folder;
}

static void commit(ipsim_output_folder *folder)
{
    ipsim_error err = {0};
    assert_ok(ipsim_output_commit(folder, &err), &err);
}

static void assert_content(const char *path, const char *expected)
{
    char *text = testlib_read(path);
    assert_string_equal(text, expected);
    free(text);
}

static const char manifest[] = "{\"program\": \"ipsim\", \"files\": [\"manifest.json\", \"results.csv\"]}\n";

/* One result: a manifest and a table. */
static void produce(const char *path, const char *content)
{
    ipsim_output_folder *folder = begin(path);
    write_file(ipsim_output_work_path(folder), "manifest.json", manifest);
    write_file(ipsim_output_work_path(folder), "results.csv", content);
    commit(folder);
}

static void assert_refused_as(const char *path, const char *why, ipsim_status status)
{
    ipsim_output_folder *folder = (ipsim_output_folder *)base; /* must not stay */
    ipsim_error err = {0};
    assert_int_equal(ipsim_output_begin(path, &folder, &err), status);
    assert_null(folder);
    assert_string_equal(err.file, path);
    if (strstr(err.message, why) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", err.message, why);
    }
}

static void assert_refused(const char *path, const char *why)
{
    assert_refused_as(path, why, IPSIM_ERR_FILE);
}

static void nothing_is_seen_before_the_commit(void **state)
{
    (void)state;
    ipsim_output_folder *folder = begin(below("deep/er/demo")); /* parents are made */
    const char *work = ipsim_output_work_path(folder);
    char mark[64];
    snprintf(mark, sizeof mark, "/deep/er/.demo.partial-%ld", (long)getpid());
    assert_non_null(strstr(work, mark));
    write_file(work, "manifest.json", manifest);
    assert_int_equal(mkdir(below("deep/er/inside"), 0777), 0);
    char inside[1024];
    snprintf(inside, sizeof inside, "%s/inside", work);
    assert_int_equal(rename(below("deep/er/inside"), inside), 0);
    write_file(inside, "more.txt", "more\n");
    assert_false(exists(below("deep/er/demo")));
    commit(folder);
    assert_content(below("deep/er/demo/manifest.json"), manifest);
    assert_content(below("deep/er/demo/inside/more.txt"), "more\n");
    assert_int_equal(count_entries(below("deep/er")), 1);
}

static void a_new_result_takes_the_place_of_the_old_one_whole(void **state)
{
    (void)state;
    ipsim_output_folder *old = begin(below("demo"));
    write_file(ipsim_output_work_path(old), "manifest.json",
               "{\"program\": \"ipsim\", \"files\": [\"manifest.json\", \"results.csv\", \"only-in-the-old.csv\"]}\n");
    write_file(ipsim_output_work_path(old), "results.csv", "first\n");
    write_file(ipsim_output_work_path(old), "only-in-the-old.csv", "x\n");
    commit(old);
    ipsim_output_folder *folder = begin(below("demo///")); /* trailing slashes do not matter */
    write_file(ipsim_output_work_path(folder), "manifest.json", manifest);
    write_file(ipsim_output_work_path(folder), "results.csv", "second\n");
    assert_content(below("demo/results.csv"), "first\n");
    commit(folder);
    assert_content(below("demo/results.csv"), "second\n");
    assert_false(exists(below("demo/only-in-the-old.csv")));
    assert_int_equal(count_entries(base), 1);
}

static void discarding_leaves_the_old_result(void **state)
{
    (void)state;
    produce(below("demo"), "first\n");
    ipsim_output_folder *folder = begin(below("demo"));
    write_file(ipsim_output_work_path(folder), "results.csv", "half\n");
    ipsim_output_discard(folder);
    ipsim_output_discard(NULL);
    assert_content(below("demo/results.csv"), "first\n");
    assert_int_equal(count_entries(base), 1);
}

static void of_two_runs_at_once_the_second_commit_wins(void **state)
{
    (void)state;
    ipsim_output_folder *one = begin(below("demo")), *other = begin(below("demo"));
    assert_string_not_equal(ipsim_output_work_path(one), ipsim_output_work_path(other));
    write_file(ipsim_output_work_path(one), "manifest.json", manifest);
    write_file(ipsim_output_work_path(one), "results.csv", "one\n");
    write_file(ipsim_output_work_path(other), "manifest.json", manifest);
    write_file(ipsim_output_work_path(other), "results.csv", "other\n");
    commit(other);
    assert_content(below("demo/results.csv"), "other\n");
    commit(one);
    assert_content(below("demo/results.csv"), "one\n");
    assert_int_equal(count_entries(base), 1);
}

static void an_empty_folder_may_be_filled(void **state)
{
    (void)state;
    assert_int_equal(mkdir(below("demo"), 0777), 0);
    produce(below("demo"), "first\n");
    assert_content(below("demo/results.csv"), "first\n");
}

static void what_is_not_ours_is_left_alone(void **state)
{
    (void)state;
    assert_int_equal(mkdir(below("thesis"), 0777), 0);
    write_file(below("thesis"), "chapter-1.txt", "years of work\n");
    assert_refused(below("thesis"), "no manifest.json");
    assert_refused(below("thesis/chapter-1.txt"), "not a folder");
    assert_refused(below("thesis/chapter-1.txt/demo"), "cannot be made: Not a directory");
    assert_content(below("thesis/chapter-1.txt"), "years of work\n");
    assert_int_equal(count_entries(base), 1);

    /* It became somebody's folder while the run went on. */
    ipsim_output_folder *folder = begin(below("demo"));
    write_file(ipsim_output_work_path(folder), "manifest.json", manifest);
    assert_int_equal(mkdir(below("demo"), 0777), 0);
    write_file(below("demo"), "letter.txt", "dear\n");
    ipsim_error err = {0};
    assert_int_equal(ipsim_output_commit(folder, &err), IPSIM_ERR_FILE);
    assert_content(below("demo/letter.txt"), "dear\n");
    assert_int_equal(count_entries(base), 2);
}

/* Many programs write a manifest.json; only ours makes a folder a result. */
static void a_manifest_of_another_program(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"name\": \"web app\"}\n", "{\"program\": \"other\", \"files\": [\"manifest.json\"]}\n", "not JSON\n", "", "[\"ipsim\"]\n",
        "{\"program\": 1}\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        mkdir(below("keep"), 0777);
        write_file(below("keep"), "manifest.json", texts[i]);
        assert_refused(below("keep"), "manifest.json is not one of ipsim");
        write_file(below("keep"), "thesis.txt", "x\n");
        assert_refused(below("keep"), "manifest.json is not one of ipsim");
        assert_content(below("keep/thesis.txt"), "x\n");
    }
}

/* What somebody put into a result is not ours to delete: a file, a folder, a link, or something else under a name of ours. */
static void what_was_added_to_a_result_keeps_it(void **state)
{
    (void)state;
    produce(below("demo"), "first\n");
    write_file(below("demo"), "notes.txt", "my notes\n");
    assert_refused(below("demo"), "\"notes.txt\"");
    assert_refused(below("demo"), "-o");
    assert_content(below("demo/notes.txt"), "my notes\n");
    assert_int_equal(unlink(below("demo/notes.txt")), 0);
    assert_int_equal(mkdir(below("demo/notes"), 0777), 0);
    assert_refused(below("demo"), "\"notes\"");
    assert_int_equal(rmdir(below("demo/notes")), 0);
    assert_int_equal(symlink("../elsewhere", below("demo/.link")), 0);
    assert_refused(below("demo"), "\".link\"");
    assert_int_equal(unlink(below("demo/.link")), 0);
    assert_int_equal(unlink(below("demo/results.csv")), 0);
    assert_int_equal(mkdir(below("demo/results.csv"), 0777), 0);
    assert_refused(below("demo"), "\"results.csv\"");
    assert_int_equal(rmdir(below("demo/results.csv")), 0);
    produce(below("demo"), "second\n"); /* a file that is missing does no harm */

    /* Notes made while the run goes on. */
    ipsim_output_folder *folder = begin(below("demo"));
    write_file(ipsim_output_work_path(folder), "manifest.json", manifest);
    write_file(below("demo"), "b-notes.txt", "my notes\n");
    write_file(below("demo"), "a-notes.txt", "my notes\n");
    ipsim_error err = {0};
    assert_int_equal(ipsim_output_commit(folder, &err), IPSIM_ERR_FILE);
    assert_non_null(strstr(err.message, "\"a-notes.txt\"")); /* the first by name */
    assert_content(below("demo/a-notes.txt"), "my notes\n");
    assert_content(below("demo/results.csv"), "second\n");
}

/* Version 0.1.0 listed no files at first; the names that it wrote are known. */
static void a_result_without_a_list_of_its_files(void **state)
{
    (void)state;
    assert_int_equal(mkdir(below("demo"), 0777), 0);
    write_file(below("demo"), "manifest.json", "{\"program\": \"ipsim\"}\n");
    write_file(below("demo"), "results.csv", "first\n");
    write_file(below("demo"), "notes.txt", "my notes\n");
    assert_refused(below("demo"), "\"notes.txt\"");
    assert_int_equal(unlink(below("demo/notes.txt")), 0);
    produce(below("demo"), "second\n");
    assert_content(below("demo/results.csv"), "second\n");
}

static void folders_made_for_a_result_that_does_not_come(void **state)
{
    (void)state;
    assert_int_equal(mkdir(below("there"), 0777), 0);
    ipsim_output_discard(begin(below("there/deep/er/demo")));
    assert_int_equal(count_entries(below("there")), 0); /* what was there before stays */
    ipsim_output_folder *folder = begin(below("deep/er/demo"));
    write_file(below("deep"), "mine.txt", "x\n"); /* as does what somebody has begun to use */
    ipsim_output_discard(folder);
    assert_true(exists(below("deep/mine.txt")));
    assert_false(exists(below("deep/er")));
    write_file(base, "file", "x\n");
    assert_refused(below("new/../file/er/demo"), "cannot be made");
    assert_false(exists(below("new")));
    produce(below("a/b/demo"), "first\n");
    assert_true(exists(below("a/b/demo/results.csv")));
}

/* Nobody knows the hidden folder in which results are made, so messages name the folder that was asked for. */
static void messages_name_the_folder_asked_for(void **state)
{
    (void)state;
    ipsim_output_folder *folder = begin(below("demo"));
    ipsim_error err = {0};
    char path[1024];
    snprintf(path, sizeof path, "%s/none/results.csv", ipsim_output_work_path(folder));
    assert_int_equal(ipsim_write_text("x", path, &err), IPSIM_ERR_FILE);
    ipsim_output_rename_error(folder, &err);
    assert_string_equal(err.file, below("demo/none/results.csv"));
    err = (ipsim_error){.file = "elsewhere"};
    ipsim_output_rename_error(folder, &err);
    assert_string_equal(err.file, "elsewhere");
    ipsim_output_discard(folder);
}

static void paths_without_a_name_of_their_own(void **state)
{
    (void)state;
    static const char *const paths[] = {"", ".", "./", "..", "/", "//", "output/.", "output/.."};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        assert_refused_as(paths[i], "a name of its own", IPSIM_ERR_USAGE); /* a mistake of the command line */
    }
}

static void the_folder_we_stand_in(void **state)
{
    (void)state;
    produce(below("demo"), "first\n");
    assert_int_equal(mkdir(below("demo/sub"), 0777), 0);
    char *here = getcwd(NULL, 0);
    assert_int_equal(chdir(below("demo/sub")), 0);
    assert_refused("../../demo", "in which the program runs");
    assert_int_equal(chdir(base), 0);
    assert_int_equal(rmdir("demo/sub"), 0);
    produce("demo", "second\n"); /* a relative path */
    ipsim_output_folder *folder = begin("other");
    assert_int_equal(chdir(here), 0); /* and a change of folder in between */
    commit(folder);
    assert_content(below("demo/results.csv"), "second\n");
    assert_true(exists(below("other")));
    free(here);
}

static void links_are_followed_to_the_folder_behind(void **state)
{
    (void)state;
    produce(below("disk/demo"), "first\n");
    assert_int_equal(symlink("disk/demo", below("demo")), 0);
    produce(below("demo"), "second\n");
    struct stat about;
    assert_int_equal(lstat(below("demo"), &about), 0);
    assert_true(S_ISLNK(about.st_mode));
    assert_content(below("disk/demo/results.csv"), "second\n");
    assert_int_equal(symlink("nowhere", below("broken")), 0);
    assert_refused(below("broken"), "symbolic link to nothing");
}

/* A child begins, writes and is killed; its process number is then nobody's. */
/* A process that was killed while it wrote to demo. */
static pid_t killed_while_writing(void)
{
    pid_t child = fork();
    if (child == 0) {
        ipsim_output_folder *folder = NULL;
        ipsim_error err;
        if (ipsim_output_begin(below("demo"), &folder, &err) != IPSIM_OK) {
            _exit(1);
        }
        char path[1024];
        snprintf(path, sizeof path, "%s/results.csv", ipsim_output_work_path(folder));
        if (ipsim_write_text("half\n", path, &err) != IPSIM_OK) {
            _exit(1);
        }
        raise(SIGKILL);
    }
    siginfo_t end;
    assert_int_equal(waitid(P_PID, (id_t)child, &end, WEXITED | WNOWAIT), 0);
    assert_int_equal(end.si_code, CLD_KILLED);
    return child;
}

static void leftovers_of_killed_runs_are_removed(void **state)
{
    (void)state;
    produce(below("demo"), "first\n");
    pid_t child = killed_while_writing();
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(count_entries(base), 2); /* the old result, and the hidden leftover */
    assert_content(below("demo/results.csv"), "first\n");

    char ours[64], named[64], elsewhere[64], living[64], sister[64];
    snprintf(ours, sizeof ours, ".demo.partial-%ld", (long)child);                     /* as written without a host */
    snprintf(named, sizeof named, ".demo.partial-%ld-3", (long)child);                 /* a second folder of that process */
    snprintf(elsewhere, sizeof elsewhere, ".demo.partial-%ld@elsewhere", (long)child); /* perhaps alive on another machine */
    snprintf(living, sizeof living, ".demo.partial-%ld", (long)getppid());
    snprintf(sister, sizeof sister, ".demo.partial-%ld.csv", (long)child); /* not a name of ours */
    const char *const names[] = {ours, named, elsewhere, living, sister, ".demo.partial-", ".demo.partial-x", ".demo2.partial-1"};
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(mkdir(below(names[i]), 0777), 0);
        write_file(below(names[i]), "file", "x\n");
    }
    ipsim_output_discard(begin(below("demo")));
    assert_false(exists(below(ours)));
    assert_false(exists(below(named)));
    for (size_t i = 2; i < 8; i++) {
        assert_true(exists(below(names[i])));
    }
    assert_int_equal(count_entries(base), 7);
}

static void a_dead_process_may_wait_for_its_parent(void **state)
{
    (void)state;
    pid_t child = killed_while_writing();
    assert_int_equal(count_entries(base), 1);
    produce(below("demo"), "second\n");
    assert_int_equal(count_entries(base), 1);
    assert_content(below("demo/results.csv"), "second\n");
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static void an_old_result_that_was_set_aside_comes_back(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        _exit(0);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    char aside[64];
    snprintf(aside, sizeof aside, ".demo.replaced-%ld", (long)child);
    produce(below(aside), "first\n");
    ipsim_output_discard(begin(below("demo")));
    assert_content(below("demo/results.csv"), "first\n");
    assert_int_equal(count_entries(base), 1);
    produce(below(aside), "older\n"); /* where a result stands, it is only cleared away */
    ipsim_output_discard(begin(below("demo")));
    assert_content(below("demo/results.csv"), "first\n");
    assert_int_equal(count_entries(base), 1);
}

static void permissions_follow_the_umask(void **state)
{
    (void)state;
    mode_t before = umask(007);
    produce(below("demo"), "first\n");
    umask(before);
    struct stat about;
    assert_int_equal(stat(below("demo"), &about), 0);
    assert_int_equal(about.st_mode & 0777, 0770);
    assert_int_equal(stat(below("demo/results.csv"), &about), 0);
    assert_int_equal(about.st_mode & 0777, 0660);
}

static void a_folder_that_may_not_be_written_is_told_before_the_run(void **state)
{
    (void)state;
    if (geteuid() == 0) {
        skip(); /* root may write everywhere */
    }
    assert_int_equal(mkdir(below("closed"), 0555), 0);
    assert_refused(below("closed/demo"), "Permission denied");
}

static void a_result_that_is_write_protected_stays(void **state)
{
    (void)state;
    produce(below("demo"), "first\n");
    assert_int_equal(chmod(below("demo"), 0555), 0);
    assert_refused(below("demo"), "write-protected");
    assert_content(below("demo/results.csv"), "first\n");
    assert_int_equal(chmod(below("demo"), 0755), 0);
    produce(below("demo"), "second\n");
    assert_content(below("demo/results.csv"), "second\n");
}

/* From here on, renameat2 answers as a kernel or a file system that does not have it. */
static bool forbid_exchange(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_renameat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof code[0], .filter = code};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static int produce_without_exchange(void)
{
    if (!forbid_exchange()) {
        return 77;
    }
    static const char *const contents[] = {"first\n", "second\n", "third\n"};
    for (size_t i = 0; i < 3; i++) {
        ipsim_output_folder *output = NULL;
        ipsim_error err = {0};
        char path[1024];
        if (ipsim_output_begin(below("demo"), &output, &err) != IPSIM_OK) {
            return 1;
        }
        snprintf(path, sizeof path, "%s/manifest.json", ipsim_output_work_path(output));
        if (ipsim_write_text(manifest, path, &err) != IPSIM_OK) {
            return 3;
        }
        snprintf(path, sizeof path, "%s/results.csv", ipsim_output_work_path(output));
        if (ipsim_write_text(contents[i], path, &err) != IPSIM_OK || ipsim_output_commit(output, &err) != IPSIM_OK) {
            fprintf(stderr, "%s\n", err.message);
            return 2;
        }
    }
    return 0;
}

static void without_an_exchange_the_old_result_is_set_aside(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        _exit(produce_without_exchange());
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) {
        print_message("system calls cannot be filtered here\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_content(below("demo/results.csv"), "third\n");
    assert_int_equal(count_entries(base), 1);
}

/* In the child: a tmpfs of 64 KiB, mounted in a name space of its own. Returns what _exit should say: 77 is "not possible here". */
static int fill_a_small_disk(void)
{
    const char *disk = below("disk");
    if ((unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) || mkdir(disk, 0777) != 0 ||
        (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 && errno != EINVAL) ||
        mount("tmpfs", disk, "tmpfs", 0, "size=64k") != 0) {
        return 77;
    }
    static char much[200000];
    memset(much, 'x', sizeof much - 1);
    ipsim_table *table = ipsim_table_create("results", (const ipsim_column_spec[]){{"text", IPSIM_TEXT, ""}}, 1);
    for (int i = 0; i < 5000; i++) {
        ipsim_table_put_text(table, ipsim_table_add_row(table), 0, "many rows of the same text, more than the disk holds");
    }
    for (int way = 0; way < 3; way++) {
        ipsim_output_folder *folder = NULL;
        ipsim_error err = {0};
        char path[1024];
        if (ipsim_output_begin(below("disk/demo"), &folder, &err) != IPSIM_OK) {
            return 10 + way;
        }
        snprintf(path, sizeof path, "%s/results", ipsim_output_work_path(folder));
        ipsim_status status = way == 0   ? ipsim_write_text(much, path, &err)
                              : way == 1 ? ipsim_write_csv(table, path, &err)
                                         : ipsim_write_sqlite((const ipsim_table *const[]){table}, 1, path, &err);
        if (status != IPSIM_ERR_FILE || strstr(err.message, "the disk is full") == NULL || exists(path)) {
            fprintf(stderr, "way %d: %s\n", way, err.message);
            return 20 + way;
        }
        ipsim_output_discard(folder);
        if (count_entries(disk) != 0) {
            return 30 + way;
        }
    }
    ipsim_table_free(table);
    return 0;
}

static void a_full_disk_leaves_nothing_half_written(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        _exit(fill_a_small_disk());
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 77) {
        print_message("no small disk can be mounted here\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing_is_seen_before_the_commit, make_base),
        cmocka_unit_test_setup(a_new_result_takes_the_place_of_the_old_one_whole, make_base),
        cmocka_unit_test_setup(discarding_leaves_the_old_result, make_base),
        cmocka_unit_test_setup(of_two_runs_at_once_the_second_commit_wins, make_base),
        cmocka_unit_test_setup(an_empty_folder_may_be_filled, make_base),
        cmocka_unit_test_setup(what_is_not_ours_is_left_alone, make_base),
        cmocka_unit_test_setup(a_manifest_of_another_program, make_base),
        cmocka_unit_test_setup(what_was_added_to_a_result_keeps_it, make_base),
        cmocka_unit_test_setup(a_result_without_a_list_of_its_files, make_base),
        cmocka_unit_test_setup(folders_made_for_a_result_that_does_not_come, make_base),
        cmocka_unit_test_setup(messages_name_the_folder_asked_for, make_base),
        cmocka_unit_test_setup(paths_without_a_name_of_their_own, make_base),
        cmocka_unit_test_setup(the_folder_we_stand_in, make_base),
        cmocka_unit_test_setup(links_are_followed_to_the_folder_behind, make_base),
        cmocka_unit_test_setup(leftovers_of_killed_runs_are_removed, make_base),
        cmocka_unit_test_setup(a_dead_process_may_wait_for_its_parent, make_base),
        cmocka_unit_test_setup(an_old_result_that_was_set_aside_comes_back, make_base),
        cmocka_unit_test_setup(permissions_follow_the_umask, make_base),
        cmocka_unit_test_setup(a_folder_that_may_not_be_written_is_told_before_the_run, make_base),
        cmocka_unit_test_setup(a_result_that_is_write_protected_stays, make_base),
        cmocka_unit_test_setup(without_an_exchange_the_old_result_is_set_aside, make_base),
        cmocka_unit_test_setup(a_full_disk_leaves_nothing_half_written, make_base),
    };
    return cmocka_run_group_tests_name("write/output_folder", tests, NULL, NULL);
}
