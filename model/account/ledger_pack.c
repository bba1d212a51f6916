/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A ledger as bytes and back: integers in a fixed order, so that equal ledgers are equal bytes. */
#include <string.h>

#include "ledger_scratch.h"

void ipsim_ledger_clear(ipsim_ledger *ledger)
{
    if (ledger->scratch)
        ipsim_waiting_forget(&ledger->scratch->waiting);
    memset(ledger->persons, 0, ledger->n_groups * sizeof *ledger->persons);
    if (!ledger->sums)
        return;
    memset(ledger->sums, 0, ipsim_ledger_n_sums(ledger) * sizeof *ledger->sums);
    memset(ledger->pairs, 0, ipsim_ledger_n_pairs(ledger) * sizeof *ledger->pairs);
    memset(ledger->given, 0, ipsim_ledger_n_given(ledger) * sizeof *ledger->given);
}

void ipsim_ledger_merge_everybody(ipsim_ledger *into, const ipsim_ledger *from)
{
    ipsim_bug_assert(into->sums && from->sums && ipsim_ledger_is_settled(into) && ipsim_ledger_is_settled(from));
    /* Groups are the fastest index of every array, and everybody is group 0. */
    into->persons[0] += from->persons[0];
    for (size_t i = 0; i < ipsim_ledger_n_sums(from) / from->n_groups; i++) {
        cell_sums *to = &into->sums[i * into->n_groups];
        const cell_sums *add = &from->sums[i * from->n_groups];
        ipsim_wide128_merge(&to->x, add->x);
        ipsim_wide192_merge(&to->xx, &add->xx);
        ipsim_wide192_merge(&to->with_comparator, &add->with_comparator);
    }
    for (size_t i = 0; i < ipsim_ledger_n_pairs(from) / from->n_groups; i++)
        ipsim_wide192_merge(&into->pairs[i * into->n_groups], &from->pairs[i * from->n_groups]);
    for (size_t i = 0; i < ipsim_ledger_n_given(from) / from->n_groups / 2; i++)
        for (size_t k = 0; k < 2; k++)
            ipsim_wide192_merge(&into->given[i * into->n_groups * 2 + k], &from->given[i * from->n_groups * 2 + k]);
}

void ipsim_ledger_pack(const ipsim_ledger *ledger, ipsim_bytes *bytes)
{
    ipsim_bug_assert(ledger->sums && ipsim_ledger_is_settled(ledger));
    for (size_t i = 0; i < ledger->n_groups; i++)
        ipsim_bytes_put_64(bytes, (uint64_t)ledger->persons[i]);
    for (size_t i = 0; i < ipsim_ledger_n_sums(ledger); i++) {
        ipsim_bytes_put_128(bytes, ledger->sums[i].x);
        ipsim_bytes_put_integer(bytes, ledger->sums[i].xx.limb, 3);
        ipsim_bytes_put_integer(bytes, ledger->sums[i].with_comparator.limb, 3);
    }
    for (size_t i = 0; i < ipsim_ledger_n_pairs(ledger); i++)
        ipsim_bytes_put_integer(bytes, ledger->pairs[i].limb, 3);
    for (size_t i = 0; i < ipsim_ledger_n_given(ledger); i++)
        ipsim_bytes_put_integer(bytes, ledger->given[i].limb, 3);
}

void ipsim_ledger_unpack(ipsim_ledger *ledger, ipsim_reader *reader)
{
    for (size_t i = 0; i < ledger->n_groups; i++)
        ledger->persons[i] = (int64_t)ipsim_reader_get_64(reader);
    for (size_t i = 0; i < ipsim_ledger_n_sums(ledger); i++) {
        ledger->sums[i].x = ipsim_reader_get_128(reader);
        ipsim_reader_get_integer(reader, ledger->sums[i].xx.limb, 3);
        ipsim_reader_get_integer(reader, ledger->sums[i].with_comparator.limb, 3);
    }
    for (size_t i = 0; i < ipsim_ledger_n_pairs(ledger); i++)
        ipsim_reader_get_integer(reader, ledger->pairs[i].limb, 3);
    for (size_t i = 0; i < ipsim_ledger_n_given(ledger); i++)
        ipsim_reader_get_integer(reader, ledger->given[i].limb, 3);
}
