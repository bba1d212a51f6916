/* SPDX-License-Identifier: GPL-3.0-or-later */
/* write/xlsx_whole: whether a workbook was written to its end. See xlsx_private.h.
 *
 * libxlsxwriter 1.1 writes each part of a workbook to a temporary file and takes no notice when that fails: on a full disk it makes a
 * workbook of parts that break off, and calls it good. XML that is whole ends with the tag of its root, which stands nowhere else. */
#include <string.h>
#include <zlib.h>

#include "xlsx_private.h"

enum { HEAD = 512, TAIL = 256, CENTRAL_SIZE = 46, LOCAL_SIZE = 30, END_SIZE = 22, DEFLATED = 8 };

static uint32_t whole16(const unsigned char *b)
{
    return (uint32_t)b[0] | (uint32_t)b[1] << 8;
}

static uint32_t whole32(const unsigned char *b)
{
    return whole16(b) | whole16(b + 2) << 16;
}

/* head: how the text begins; tail: how it ends. */
static bool closes_its_root(const char *head, const char *tail)
{
    const char *root = strncmp(head, "<?xml", 5) == 0 ? strstr(head + 5, "<") : head[0] == '<' ? head : NULL;
    size_t length = root != NULL ? strcspn(root + 1, " \t\r\n/>") : 0;
    size_t end = strlen(tail);
    while (end > 0 && strchr(" \t\r\n", tail[end - 1]) != NULL) {
        end--;
    }
    if (length == 0 || end < 3 || tail[end - 1] != '>') {
        return false;
    }
    bool closed = end > length + 2 && strncmp(tail + end - length - 3, "</", 2) == 0 &&
                  strncmp(tail + end - length - 1, root + 1, length) == 0;
    /* <root .../>, and nothing else in the text */
    bool empty = tail[end - 2] == '/' && strchr(root + 1, '<') == NULL;
    return closed || empty;
}

/* Unpacks a part, of which only the two ends are kept. */
static bool part_is_whole(const unsigned char *bytes, size_t packed, size_t size)
{
    unsigned char chunk[16384];
    char head[HEAD + 1] = "", tail[TAIL + 1] = "";
    size_t total = 0, n_tail = 0;
    z_stream z = {.next_in = (unsigned char *)(uintptr_t)bytes, .avail_in = (uInt)packed};
    if (inflateInit2(&z, -MAX_WBITS) != Z_OK) {
        return false;
    }
    int code = Z_OK;
    while (code == Z_OK) {
        z.next_out = chunk;
        z.avail_out = sizeof chunk;
        code = inflate(&z, Z_NO_FLUSH);
        size_t got = sizeof chunk - z.avail_out;
        size_t to_head = total < HEAD ? HEAD - total : 0;
        memcpy(head + (total < HEAD ? total : HEAD), chunk, to_head < got ? to_head : got);
        size_t from_chunk = got < TAIL ? got : TAIL, kept = n_tail + from_chunk > TAIL ? TAIL - from_chunk : n_tail;
        memmove(tail, tail + n_tail - kept, kept);
        memcpy(tail + kept, chunk + got - from_chunk, from_chunk);
        n_tail = kept + from_chunk;
        total += got;
    }
    inflateEnd(&z);
    return code == Z_STREAM_END && total == size && closes_its_root(head, tail);
}

static bool entry_is_whole(const unsigned char *bytes, size_t size, const unsigned char *entry)
{
    size_t method = whole16(entry + 10), packed = whole32(entry + 20), unpacked = whole32(entry + 24), at = whole32(entry + 42);
    if (method != DEFLATED || at + LOCAL_SIZE > size) {
        return false;
    }
    size_t begin = at + LOCAL_SIZE + whole16(bytes + at + 26) + whole16(bytes + at + 28);
    return begin + packed <= size && part_is_whole(bytes + begin, packed, unpacked);
}

bool ipsim_xlsx_is_whole(const unsigned char *bytes, size_t size)
{
    static const unsigned char end_mark[] = {'P', 'K', 5, 6}, entry_mark[] = {'P', 'K', 1, 2};
    if (size < END_SIZE || memcmp(bytes + size - END_SIZE, end_mark, sizeof end_mark) != 0) {
        return false;
    }
    const unsigned char *end = bytes + size - END_SIZE;
    size_t n_entries = whole16(end + 10), at = whole32(end + 16);
    bool whole = n_entries > 0;
    for (size_t i = 0; i < n_entries && whole; i++) {
        whole = at + CENTRAL_SIZE <= size && memcmp(bytes + at, entry_mark, sizeof entry_mark) == 0 &&
                entry_is_whole(bytes, size, bytes + at);
        at += whole ? CENTRAL_SIZE + whole16(bytes + at + 28) + whole16(bytes + at + 30) + whole16(bytes + at + 32) : 0;
    }
    return whole;
}
