/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario/private: what the files of this folder share about a loaded scenario. */
#ifndef IPSIM_SCENARIO_PRIVATE_H
#define IPSIM_SCENARIO_PRIVATE_H

#include "expression.h"
#include "ipsim/csv_read.h"
#include "node.h"
#include "schema.h"
#include "suggest.h"

struct ipsim_scenario_private {
    ipsim_arena *arena;
    ipsim_expressions *expressions;
    ipsim_number_slot *slots; /* heap: every number written in the file, but for the values of parameters */
    size_t n_slots, slot_capacity;
    ipsim_error_list warnings;
    const ipsim_node *root; /* the merged tree; of a clone: its original's */
};

typedef struct ipsim_scenario_private ipsim_scenario_private;

/* fill.c: the merged tree into the structs, by the schema. Values given wrongly are recorded and left as given but empty (NaN, NULL,
 * -1, count 0), so that later checks can tell them from missing ones and be silent. */
void ipsim_scenario_fill(ipsim_loader *loader, const ipsim_node *root, ipsim_scenario *scenario);
/* ranges.c: those of all numbers in the slots: the schema's, against their present values. */
void ipsim_scenario_check_ranges(const ipsim_scenario *scenario, ipsim_error_list *errors);

/* derive.c: defaults that depend on other keys (a clock, a stream, every alive state...). After filling, before validating. */
void ipsim_scenario_derive(ipsim_loader *loader, ipsim_scenario *scenario);
/* Those that depend on numbers, again after each evaluation. */
void ipsim_scenario_derive_numbers(ipsim_scenario *scenario);

/* families.c: which keys the families of hazards and distributions need. */
void ipsim_check_hazard(const ipsim_hazard_spec *hazard, ipsim_error_list *errors);
void ipsim_check_distribution(const ipsim_distribution_spec *distribution, ipsim_error_list *errors);
void ipsim_check_hazard_numbers(const ipsim_hazard_spec *hazard, ipsim_error_list *errors);
void ipsim_check_distribution_numbers(const ipsim_distribution_spec *distribution, ipsim_error_list *errors);
/* The lower end of what can be drawn, -INFINITY for none; NaN when nothing can. */
double ipsim_distribution_lowest(const ipsim_distribution_spec *distribution);

/* validate.c: rules across keys that do not depend on numbers; it calls the others, one for each part of a scenario. */
void ipsim_scenario_validate(ipsim_loader *loader, const ipsim_scenario *scenario);
void ipsim_validate_people(ipsim_loader *loader, const ipsim_scenario *scenario);
void ipsim_validate_joints(ipsim_loader *loader, const ipsim_scenario *scenario);
void ipsim_validate_risks(ipsim_loader *loader, const ipsim_scenario *scenario);
void ipsim_validate_graph(ipsim_loader *loader, const ipsim_scenario *scenario);
void ipsim_validate_rewards(ipsim_loader *loader, const ipsim_scenario *scenario);
/* validate_numbers.c: rules across keys on values, checked again after each evaluation; those of the distributions of parameters need it only
 * once, since whoever evaluates again has drawn from them already. */
void ipsim_scenario_validate_numbers(const ipsim_scenario *scenario, ipsim_error_list *errors);
void ipsim_scenario_validate_uncertainty(const ipsim_scenario *scenario, ipsim_error_list *errors);

/* rules.c: helpers of the above. */
typedef struct ipsim_kind_of_name {               /* a kind of thing that names refer to */
    const char *what;                             /* "state" */
    size_t count_offset, array_offset, item_size; /* in ipsim_scenario; name is the first member of every item */
} ipsim_kind_of_name;
extern const ipsim_kind_of_name ipsim_names_parameter, ipsim_names_table, ipsim_names_attribute, ipsim_names_clock, ipsim_names_state,
    ipsim_names_transition, ipsim_names_event, ipsim_names_payer, ipsim_names_reward, ipsim_names_perspective, ipsim_names_outcome;
/* Index, or the count when there is none. */
size_t ipsim_find_named(const ipsim_scenario *scenario, const ipsim_kind_of_name *kind, const char *name);
size_t ipsim_count_named(const ipsim_scenario *scenario, const ipsim_kind_of_name *kind);
/* Records a reference to something not declared, naming the nearest; silent while a file is missing. True when it is declared. */
bool ipsim_require_named(ipsim_loader *loader, const ipsim_scenario *scenario, const ipsim_kind_of_name *kind, const char *name,
                         ipsim_origin at);
bool ipsim_require_all_named(ipsim_loader *loader, const ipsim_scenario *scenario, const ipsim_kind_of_name *kind,
                             const ipsim_names *names);
/* The attribute named, or NULL (recorded). */
const ipsim_attribute *ipsim_require_attribute(ipsim_loader *loader, const ipsim_scenario *scenario, const ipsim_text *name);
bool ipsim_require_levels(ipsim_loader *loader, const ipsim_attribute *attribute, const ipsim_names *levels);
bool ipsim_require_named_levels(ipsim_loader *loader, const ipsim_attribute *attribute, const ipsim_named_numbers *levels);
void ipsim_refuse_duplicates(ipsim_loader *loader, const ipsim_names *names);
/* Refuses states that are dead or left, in which no time is counted. */
void ipsim_require_alive(ipsim_loader *loader, const ipsim_scenario *scenario, const ipsim_names *states);
/* origin with key replaced by "<key of item>.<key>". */
ipsim_origin ipsim_origin_inside(ipsim_loader *loader, ipsim_origin item, const char *key);
bool ipsim_is_categorical(const ipsim_attribute *attribute);
/* A clock as written in a clock key: known, and what it needs is there. */
void ipsim_require_clock(ipsim_loader *loader, const ipsim_scenario *scenario, const ipsim_text *clock);

/* validate_joint.c: what needs numbers. */
void ipsim_check_joint_numbers(const ipsim_scenario *scenario, const ipsim_joint *joint, ipsim_error_list *errors);

/* data_joint.c */
void ipsim_joint_read_data(ipsim_loader *loader, ipsim_joint *joint);
size_t ipsim_data_column(ipsim_loader *loader, const ipsim_csv *csv, const char *column, const char *reader);
/* Weights of rows; NULL when they cannot be used (recorded). */
double *ipsim_data_weights(ipsim_loader *loader, const ipsim_csv *csv, const char *column);

/* data.c: reads the data files. */
void ipsim_scenario_read_data(ipsim_loader *loader, ipsim_scenario *scenario);
/* rate_table.c. NULL when it cannot be used (recorded). */
ipsim_rate_table *ipsim_rate_table_read(ipsim_loader *loader, const ipsim_scenario *scenario, const char *path, ipsim_origin asked_from);
/* csv_read with its complaint about a missing file at the setting that names it. */
ipsim_csv *ipsim_data_csv(ipsim_loader *loader, const char *path, ipsim_origin asked_from);

/* digest.c, lint.c */
void ipsim_scenario_digest(ipsim_loader *loader, ipsim_scenario *scenario); /* and of its formulas */
void ipsim_scenario_lint(ipsim_loader *loader, ipsim_scenario *scenario);

#endif
