/* SPDX-License-Identifier: GPL-3.0-or-later */
/* random/gsl_stream: a stream dressed as a gsl_rng, for GSL's samplers.
 *
 * Each draw is ipsim_stream_uniform() (or the top 53 of the same bits) of the next count, so a GSL sampler that inverts one uniform
 * gives what inversion of the stream would give. Samplers that reject use a varying number of counts: give them a stream key of their
 * own. Drawing IPSIM_COUNT_LIMIT times is a bug and aborts, rather than run into another key's draws.
 *
 *     ipsim_gsl_stream stream;
 *     gsl_rng *rng = ipsim_gsl_stream_init(&stream, seed, replicate, person, key);
 *     double x = gsl_ran_gamma(rng, 2.0, 0.5);
 *
 * The object may live on the stack and needs no clearing; it must not be copied by assignment (gsl_rng points into it) and is not
 * shared between threads. */
#ifndef IPSIM_GSL_STREAM_H
#define IPSIM_GSL_STREAM_H

#include <stdint.h>

#include <gsl/gsl_rng.h>

typedef struct ipsim_gsl_state {
    uint64_t seed;
    uint32_t replicate;
    uint32_t stream_key;
    int64_t person;
    uint32_t count; /* of the next draw */
} ipsim_gsl_state;

typedef struct ipsim_gsl_stream {
    gsl_rng rng;
    ipsim_gsl_state state;
} ipsim_gsl_stream;

/* Starts at count 0. Returns the gsl_rng inside *stream. */
gsl_rng *ipsim_gsl_stream_init(ipsim_gsl_stream *stream, uint64_t seed, uint32_t replicate, int64_t person, uint32_t stream_key);

/* The generator type, for gsl_rng_alloc() and gsl_rng_name(). gsl_rng_set() sets the seed and goes back to count 0. */
const gsl_rng_type *ipsim_gsl_stream_type(void);

#endif
