/* SPDX-License-Identifier: GPL-3.0-or-later */
/* random/stream: a draw is a pure function of (seed, replicate, person, stream, count). No generator state to lose.
 *
 * Philox4x32-10 (Salmon and others 2011; Random123). Key: the 64-bit seed. Counter words:
 *     0: person, low 32 bits      1: count << 8 | person >> 32      2: stream key      3: replicate
 * so person < 2^40, count < 2^24, replicate < 2^32. The strategy is never in the key: same person, same luck, in every arm.
 * A stream is keyed by a hash of its name, not by its number, so that adding a transition moves nobody else's luck. */
#ifndef IPSIM_STREAM_H
#define IPSIM_STREAM_H

#include <stdint.h>

#define IPSIM_PERSON_LIMIT ((int64_t)1 << 40)
#define IPSIM_COUNT_LIMIT ((uint32_t)1 << 24)

/* What a stream is for; part of the hashed name, so that a transition stream and an attribute may have the same name.
 * Append only: renumbering changes every result. */
typedef enum ipsim_purpose {
    IPSIM_PURPOSE_BUDGET = 1,    /* hazard budgets of transitions and events */
    IPSIM_PURPOSE_ATTRIBUTE = 2, /* attributes, rows of joint tables, start states */
    IPSIM_PURPOSE_DURATION = 3,  /* durations of recurrent events */
    IPSIM_PURPOSE_PARAMETER = 4  /* parameter draws (psa) */
} ipsim_purpose;

/* 32-bit FNV-1a over the purpose byte and the name. Compile refuses two names of one purpose with equal keys. */
uint32_t ipsim_stream_key(ipsim_purpose purpose, const char *name);

/* The first 64 bits of the Philox block. */
uint64_t ipsim_stream_bits(uint64_t seed, uint32_t replicate, int64_t person, uint32_t stream_key, uint32_t count);

/* In the open interval (0, 1): (k + 0.5) / 2^52, k the top 52 bits. */
double ipsim_stream_uniform(uint64_t seed, uint32_t replicate, int64_t person, uint32_t stream_key, uint32_t count);

/* Unit exponential, -log(uniform), through the in-tree log. In (0, 36.74]. */
double ipsim_stream_exponential(uint64_t seed, uint32_t replicate, int64_t person, uint32_t stream_key, uint32_t count);

#endif
