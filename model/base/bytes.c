/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipsim/bytes.h"

#include <stdlib.h>
#include <string.h>

void ipsim_bytes_clear(ipsim_bytes *bytes)
{
    free(bytes->data);
    *bytes = (ipsim_bytes){0};
}

static bool reserve(ipsim_bytes *bytes, size_t more)
{
    if (bytes->out_of_memory)
        return false;
    if (more <= bytes->capacity - bytes->size)
        return true;
    size_t capacity = bytes->capacity * 2 + more + 256;
    unsigned char *grown = more < SIZE_MAX / 4 && bytes->capacity < SIZE_MAX / 4 ? realloc(bytes->data, capacity) : NULL;
    if (!grown) {
        bytes->out_of_memory = true;
        return false;
    }
    bytes->data = grown;
    bytes->capacity = capacity;
    return true;
}

void ipsim_bytes_put(ipsim_bytes *bytes, const void *data, size_t size)
{
    if (size > 0 && reserve(bytes, size)) {
        memcpy(bytes->data + bytes->size, data, size);
        bytes->size += size;
    }
}

static void put_low_bytes(ipsim_bytes *bytes, uint64_t value, size_t n)
{
    unsigned char text[8];
    for (size_t i = 0; i < n; i++)
        text[i] = (unsigned char)(value >> (8 * i));
    ipsim_bytes_put(bytes, text, n);
}

void ipsim_bytes_put_32(ipsim_bytes *bytes, uint32_t value)
{
    put_low_bytes(bytes, value, 4);
}

void ipsim_bytes_put_64(ipsim_bytes *bytes, uint64_t value)
{
    put_low_bytes(bytes, value, 8);
}

static unsigned char byte_of(const uint64_t *limbs, size_t i)
{
    return (unsigned char)(limbs[i / 8] >> (8 * (i % 8)));
}

void ipsim_bytes_put_integer(ipsim_bytes *bytes, const uint64_t *limbs, size_t n_limbs)
{
    /* Leading bytes that only repeat the sign are left out; 0 needs none at all. */
    size_t n = n_limbs * 8;
    unsigned char fill = byte_of(limbs, n - 1) & 0x80 ? 0xff : 0;
    while (n > 0 && byte_of(limbs, n - 1) == fill && (n == 1 ? fill == 0 : (byte_of(limbs, n - 2) & 0x80) == (fill & 0x80)))
        n--;
    unsigned char text[1 + 64];
    text[0] = (unsigned char)n;
    for (size_t i = 0; i < n; i++)
        text[1 + i] = byte_of(limbs, i);
    ipsim_bytes_put(bytes, text, n + 1);
}

ipsim_reader ipsim_reader_of(const void *data, size_t size)
{
    const unsigned char *at = data;
    return (ipsim_reader){.at = at, .end = size > 0 ? at + size : at};
}

void ipsim_reader_get(ipsim_reader *reader, void *data, size_t size)
{
    if (reader->bad || size > (size_t)(reader->end - reader->at)) {
        reader->bad = true;
        memset(data, 0, size);
    } else if (size > 0) {
        memcpy(data, reader->at, size);
        reader->at += size;
    }
}

static uint64_t get_low_bytes(ipsim_reader *reader, size_t n)
{
    unsigned char text[8];
    uint64_t value = 0;
    ipsim_reader_get(reader, text, n);
    for (size_t i = 0; i < n; i++)
        value |= (uint64_t)text[i] << (8 * i);
    return value;
}

uint32_t ipsim_reader_get_32(ipsim_reader *reader)
{
    return (uint32_t)get_low_bytes(reader, 4);
}

uint64_t ipsim_reader_get_64(ipsim_reader *reader)
{
    return get_low_bytes(reader, 8);
}

void ipsim_reader_get_integer(ipsim_reader *reader, uint64_t *limbs, size_t n_limbs)
{
    unsigned char text[64] = {0};
    size_t n = (size_t)get_low_bytes(reader, 1);
    memset(limbs, 0, n_limbs * sizeof *limbs);
    if (n > n_limbs * 8 || n > sizeof text) {
        reader->bad = true;
        return;
    }
    ipsim_reader_get(reader, text, n);
    unsigned char fill = n > 0 && text[n - 1] & 0x80 ? 0xff : 0;
    for (size_t i = 0; i < n_limbs * 8; i++)
        limbs[i / 8] |= (uint64_t)(i < n ? text[i] : fill) << (8 * (i % 8));
}
