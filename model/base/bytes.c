/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipsim/bytes.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

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

void ipsim_bytes_put_128(ipsim_bytes *bytes, ipsim_wide128 value)
{
    const uint64_t limbs[2] = {(uint64_t)value, (uint64_t)((ipsim_wide_unsigned128)value >> 64)};
    ipsim_bytes_put_integer(bytes, limbs, 2);
}

ipsim_wide128 ipsim_reader_get_128(ipsim_reader *reader)
{
    uint64_t limbs[2];
    ipsim_reader_get_integer(reader, limbs, 2);
    return (ipsim_wide128)((ipsim_wide_unsigned128)limbs[1] << 64 | limbs[0]);
}

/* ---- zlib ---- */

bool ipsim_bytes_put_deflated(ipsim_bytes *bytes, const ipsim_bytes *raw, int level)
{
    uLongf size = compressBound(raw->size);
    unsigned char *deflated = raw->out_of_memory ? NULL : malloc(size);
    bool ok = deflated && compress2(deflated, &size, raw->data, raw->size, level) == Z_OK;
    if (ok) {
        ipsim_bytes_put_64(bytes, raw->size);
        ipsim_bytes_put(bytes, deflated, size);
    }
    free(deflated);
    return ok && !bytes->out_of_memory;
}

void *ipsim_reader_inflate(ipsim_reader *reader, size_t *size)
{
    uint64_t raw_size = ipsim_reader_get_64(reader);
    size_t left = (size_t)(reader->end - reader->at);
    /* Deflate gains a factor of 1032 at most: a larger size is a lie that must not become an allocation. */
    if (reader->bad || raw_size / 1032 > left)
        return NULL;
    unsigned char *raw = malloc((size_t)raw_size + 1);
    uLongf got = (uLongf)raw_size;
    if (!raw || uncompress(raw, &got, reader->at, left) != Z_OK || got != raw_size) {
        free(raw);
        return NULL;
    }
    reader->at = reader->end;
    *size = (size_t)raw_size;
    return raw;
}
