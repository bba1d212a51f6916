/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static const char head_magic[] = "ipsimprt";

enum {
    HEAD_SIZE = 8 + 4 * 4,
    RECORD_MAGIC = 0x43525049, /* "IPRC" */
    RECORD_SIZE = 4 + 4 + 8 + 8 + 4 + 4 + 4,
    TEXT_MAX = 1 << 26
};

static uint32_t checksum(const void *data, size_t size)
{
    return (uint32_t)crc32_z(crc32_z(0, NULL, 0), data, size);
}

/* ---- writing ---- */

void ipsim_record_put_head(ipsim_bytes *out, const char *text)
{
    size_t start = out->size, length = strlen(text);
    ipsim_bytes_put(out, head_magic, 8);
    ipsim_bytes_put_32(out, IPSIM_PART_FORMAT);
    ipsim_bytes_put_32(out, (uint32_t)length);
    ipsim_bytes_put_32(out, checksum(text, length));
    ipsim_bytes_put_32(out, out->out_of_memory ? 0 : checksum(out->data + start, out->size - start));
    ipsim_bytes_put(out, text, length);
}

void ipsim_record_put(ipsim_bytes *out, record_kind kind, const unit_set *units, const ipsim_bytes *payload)
{
    ipsim_bytes list = {0};
    size_t start = out->size;
    ipsim_units_pack(units, &list);
    ipsim_bytes_put_32(out, RECORD_MAGIC);
    ipsim_bytes_put_32(out, (uint32_t)kind);
    ipsim_bytes_put_64(out, list.size);
    ipsim_bytes_put_64(out, payload->size);
    ipsim_bytes_put_32(out, checksum(list.data, list.size));
    ipsim_bytes_put_32(out, checksum(payload->data, payload->size));
    ipsim_bytes_put_32(out, out->out_of_memory ? 0 : checksum(out->data + start, out->size - start));
    ipsim_bytes_put(out, list.data, list.size);
    ipsim_bytes_put(out, payload->data, payload->size);
    out->out_of_memory |= list.out_of_memory || payload->out_of_memory;
    ipsim_bytes_clear(&list);
}

/* ---- reading ---- */

static ipsim_status bad_head(const char *path, ipsim_error *err, const char *what)
{
    return ipsim_error_set_at(err, IPSIM_ERR_DATA, (ipsim_origin){path, 0, NULL}, "%s", what);
}

int ipsim_record_write(int descriptor, const ipsim_bytes *bytes, int64_t offset)
{
    for (size_t done = 0; done < bytes->size;) {
        ssize_t written = pwrite(descriptor, bytes->data + done, bytes->size - done, (off_t)(offset + (int64_t)done));
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return written < 0 ? errno : EIO;
        done += (size_t)written;
    }
    return 0;
}

ipsim_status ipsim_record_read_head(FILE *stream, const char *path, char **text, bool *empty, ipsim_error *err)
{
    unsigned char head[HEAD_SIZE];
    *text = NULL;
    if (empty)
        *empty = false;
    size_t got = fread(head, 1, sizeof head, stream);
    if (ferror(stream))
        return ipsim_error_set_at(err, IPSIM_ERR_FILE, (ipsim_origin){path, 0, NULL}, "cannot be read: %s", strerror(errno));
    if (memcmp(head, head_magic, got < 8 ? got : 8) != 0)
        return bad_head(path, err, "this is not a partial result or journal of ipsim, or its first bytes are damaged");
    if (got < sizeof head) {
        if (empty)
            *empty = true;
        return bad_head(path, err, got == 0 ? "the file is empty" : "the file ends within its first bytes");
    }
    ipsim_reader reader = ipsim_reader_of(head + 8, sizeof head - 8);
    uint32_t format = ipsim_reader_get_32(&reader), length = ipsim_reader_get_32(&reader), text_sum = ipsim_reader_get_32(&reader);
    if (ipsim_reader_get_32(&reader) != checksum(head, sizeof head - 4) || length > TEXT_MAX)
        return bad_head(path, err, "the head of the file is damaged, so that nothing in it can be trusted");
    if (format != IPSIM_PART_FORMAT)
        return ipsim_error_set_at(err, IPSIM_ERR_INCOMPATIBLE, (ipsim_origin){path, 0, NULL},
                                  "written in format %u by another version of the program, which reads and writes format %d", format,
                                  (int)IPSIM_PART_FORMAT);
    *text = calloc((size_t)length + 1, 1);
    if (!*text)
        return ipsim_error_set(err, IPSIM_ERR_MEMORY, "memory is short");
    got = fread(*text, 1, length, stream);
    if (got == length && checksum(*text, length) == text_sum)
        return IPSIM_OK;
    free(*text);
    *text = NULL;
    if (empty && got < length)
        *empty = true;
    return bad_head(path, err,
                    got < length ? "the file ends within its head"
                                 : "the head of the file is damaged, so that nothing in it can be trusted");
}

void ipsim_record_clear(record *r)
{
    ipsim_units_clear(&r->units);
    free(r->payload);
    *r = (record){0};
}

static int64_t file_size(FILE *stream)
{
    struct stat about;
    return fstat(fileno(stream), &about) == 0 ? (int64_t)about.st_size : 0;
}

typedef struct lengths {
    uint64_t list, payload;
    uint32_t list_sum, payload_sum;
} lengths;

/* Whether the fixed part of a record stands at this offset. */
static bool read_fixed(FILE *stream, int64_t offset, record *r, lengths *l)
{
    unsigned char fixed[RECORD_SIZE];
    if (fseeko(stream, (off_t)offset, SEEK_SET) != 0 || fread(fixed, 1, sizeof fixed, stream) != sizeof fixed)
        return false;
    ipsim_reader reader = ipsim_reader_of(fixed, sizeof fixed);
    uint32_t magic = ipsim_reader_get_32(&reader);
    r->kind = (record_kind)ipsim_reader_get_32(&reader);
    l->list = ipsim_reader_get_64(&reader);
    l->payload = ipsim_reader_get_64(&reader);
    l->list_sum = ipsim_reader_get_32(&reader);
    l->payload_sum = ipsim_reader_get_32(&reader);
    return magic == RECORD_MAGIC && ipsim_reader_get_32(&reader) == checksum(fixed, sizeof fixed - 4);
}

/* The offset of the next fixed part after `from`, or the end of the file. */
static int64_t search(FILE *stream, int64_t from, int64_t size)
{
    record ignored = {0};
    lengths l;
    uint32_t window = 0;
    fseeko(stream, (off_t)from, SEEK_SET);
    for (int64_t at = from; at < size; at++) {
        int c = getc(stream);
        if (c == EOF)
            break;
        window = window >> 8 | (uint32_t)c << 24;
        if (window == RECORD_MAGIC && at - from >= 3) {
            if (read_fixed(stream, at - 3, &ignored, &l))
                return at - 3;
            fseeko(stream, (off_t)at + 1, SEEK_SET);
        }
    }
    return size;
}

static bool read_bytes(FILE *stream, uint64_t size, uint32_t sum, unsigned char **out, bool *memory)
{
    *out = malloc((size_t)size + 1);
    *memory = *out != NULL;
    return *out && fread(*out, 1, (size_t)size, stream) == size && checksum(*out, (size_t)size) == sum;
}

record_reading ipsim_record_next(FILE *stream, record *r)
{
    lengths l;
    int64_t size = file_size(stream), offset = r->end > 0 ? r->end : (int64_t)ftello(stream);
    ipsim_record_clear(r);
    r->offset = r->end = offset;
    if (offset >= size)
        return RECORD_END;
    if (!read_fixed(stream, offset, r, &l)) {
        r->end = search(stream, offset + 1, size);
        return r->end == size ? RECORD_TRUNCATED : RECORD_DAMAGED;
    }
    uint64_t left = (uint64_t)(size - offset - RECORD_SIZE);
    if (l.list > left || l.payload > left - l.list) {
        r->end = size;
        return RECORD_TRUNCATED;
    }
    r->end = offset + RECORD_SIZE + (int64_t)(l.list + l.payload);
    unsigned char *list;
    bool memory, good = read_bytes(stream, l.list, l.list_sum, &list, &memory);
    if (good) {
        ipsim_reader reader = ipsim_reader_of(list, (size_t)l.list);
        ipsim_units_unpack(&r->units, &reader);
        good = !reader.bad;
        memory = !r->units.out_of_memory;
    }
    free(list);
    if (memory && good) {
        good = read_bytes(stream, l.payload, l.payload_sum, &r->payload, &memory);
        r->payload_size = (size_t)l.payload;
    }
    return !memory ? RECORD_NO_MEMORY : good ? RECORD_GOOD : RECORD_DAMAGED;
}
