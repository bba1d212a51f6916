/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A generator type for GSL on top of ipsim_stream_bits(). Random123's own (GSL_CBRNG) is not used: its carry changes the counter words
 * that hold ids, it gives 32 bits, may return exactly 0, and defines globals in a header. */
#include "ipsim/gsl_stream.h"

#include "ipsim/stream.h"

static void set(void *memory, unsigned long int seed)
{
    ipsim_gsl_state *state = memory;
    state->seed = seed;
    state->count = 0;
}

/* An integer of 53 bits. */
static unsigned long int get(void *memory)
{
    ipsim_gsl_state *state = memory;
    return ipsim_stream_bits(state->seed, state->replicate, state->person, state->stream_key, state->count++) >> 11;
}

/* A number in the open interval (0, 1). */
static double get_double(void *memory)
{
    ipsim_gsl_state *state = memory;
    return ipsim_stream_uniform(state->seed, state->replicate, state->person, state->stream_key, state->count++);
}

static const gsl_rng_type stream_type = {
    .name = "ipsim_stream",
    .max = (1UL << 53) - 1,
    .min = 0,
    .size = sizeof(ipsim_gsl_state),
    .set = set,
    .get = get,
    .get_double = get_double,
};

const gsl_rng_type *ipsim_gsl_stream_type(void)
{
    return &stream_type;
}

gsl_rng *ipsim_gsl_stream_init(ipsim_gsl_stream *stream, uint64_t seed, uint32_t replicate, int64_t person, uint32_t stream_key)
{
    stream->state = (ipsim_gsl_state){.seed = seed, .replicate = replicate, .stream_key = stream_key, .person = person, .count = 0};
    stream->rng.type = &stream_type;
    stream->rng.state = &stream->state;
    return &stream->rng;
}
