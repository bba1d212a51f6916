/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draws as pure functions of their keys; the layout of key and counter stands in the header. */
#include "ipsim/stream.h"

#include <Random123/philox.h>

#include "ipsim/error.h"
#include "maths/elementary.h"

uint32_t ipsim_stream_key(ipsim_purpose purpose, const char *name)
{
    const uint32_t prime = UINT32_C(16777619);
    uint32_t hash = (UINT32_C(2166136261) ^ (uint32_t)purpose) * prime;

    for (const unsigned char *byte = (const unsigned char *)name; *byte != '\0'; byte++) {
        hash = (hash ^ *byte) * prime;
    }
    return hash;
}

uint64_t ipsim_stream_bits(uint64_t seed, uint32_t replicate, int64_t person, uint32_t stream_key, uint32_t count)
{
    uint64_t id = (uint64_t)person;
    philox4x32_key_t key = {{(uint32_t)seed, (uint32_t)(seed >> 32)}};
    philox4x32_ctr_t counter = {{(uint32_t)id, count << 8 | (uint32_t)(id >> 32), stream_key, replicate}};
    philox4x32_ctr_t block;

    /* Outside these limits two keys would share a counter, and two draws would be equal. */
    ipsim_bug_assert(id < (uint64_t)IPSIM_PERSON_LIMIT && count < IPSIM_COUNT_LIMIT);
    block = philox4x32_R(10, counter, key);
    return (uint64_t)block.v[1] << 32 | block.v[0];
}

double ipsim_stream_uniform(uint64_t seed, uint32_t replicate, int64_t person, uint32_t stream_key, uint32_t count)
{
    uint64_t k = ipsim_stream_bits(seed, replicate, person, stream_key, count) >> 12;
    return ((double)k + 0.5) * 0x1p-52;
}

double ipsim_stream_exponential(uint64_t seed, uint32_t replicate, int64_t person, uint32_t stream_key, uint32_t count)
{
    return -ipsim_log_core(ipsim_stream_uniform(seed, replicate, person, stream_key, count));
}
