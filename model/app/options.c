/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/options: every command and every option, once. See include/ipsim/cli.h. */
#include <stdint.h>

#include "ipsim/cli.h"

#define RUN (1U << IPSIM_COMMAND_RUN)
#define COMPARE (1U << IPSIM_COMMAND_COMPARE)
#define CEA (1U << IPSIM_COMMAND_CEA)
#define VOI (1U << IPSIM_COMMAND_VOI)
#define CHECK (1U << IPSIM_COMMAND_CHECK)
#define SHOW (1U << IPSIM_COMMAND_SHOW)
#define DIFF (1U << IPSIM_COMMAND_DIFF)
#define REPLAY (1U << IPSIM_COMMAND_REPLAY)
#define MERGE (1U << IPSIM_COMMAND_MERGE)
#define HELP (1U << IPSIM_COMMAND_HELP)
#define VERSION (1U << IPSIM_COMMAND_VERSION)
#define ALL (RUN | COMPARE | CEA | VOI | CHECK | SHOW | DIFF | REPLAY | MERGE | HELP | VERSION)

#define FIELD(member) offsetof(ipsim_cli, member)

const ipsim_command_spec ipsim_commands[IPSIM_N_COMMANDS] = {
    [IPSIM_COMMAND_RUN] =
        {
            .name = "run",
            .operands = "FILE.cfg...",
            .least_operands = 1,
            .most_operands = SIZE_MAX,
            .purpose = "Simulate one or more scenarios on the same people and describe each.",
            .details = "Writes summary.txt, CSV tables, results.sqlite, results.xlsx and manifest.json to output/NAME/, all of them or none,\n"
                       "and prints the summary. NAME is made of the names of the scenarios.\n",
            .examples = {{"ipsim run scenarios/ips.cfg", "with the persons and seed of the file"},
                         {"ipsim run scenarios/ips.cfg -n 1e6 --seed 7 -o output/large",
                          "a million persons, another seed, a folder of your choice"},
                         {"ipsim run scenarios/ips.cfg --set n_ips_caseload=12", "one parameter changed"}},
            .can_be_interrupted = true,
        },
    [IPSIM_COMMAND_COMPARE] =
        {
            .name = "compare",
            .operands = "COMPARATOR.cfg FILE.cfg...",
            .least_operands = 2,
            .most_operands = SIZE_MAX,
            .purpose = "Simulate scenarios on the same people and report what each changes against the first.",
            .details = "Writes summary.txt, CSV tables, results.sqlite, results.xlsx and manifest.json to output/NAME/, all of them or none,\n"
                       "and prints the summary. The first scenario is the comparator; people and their luck are the same in all.\n"
                       "Scenarios that differ in population, horizon, seed or economics are refused.\n",
            .examples = {{"ipsim compare scenarios/traditional.cfg scenarios/ips.cfg",
                          "what IPS costs and gains against traditional rehabilitation"},
                         {"ipsim compare scenarios/traditional.cfg scenarios/ips.cfg scenarios/ips-young.cfg -n 1e6",
                          "three arms, a million persons"},
                         {"ipsim compare scenarios/traditional.cfg scenarios/ips.cfg --json > tables.json", "every table as JSON"}},
            .can_be_interrupted = true,
        },
    [IPSIM_COMMAND_CEA] =
        {
            .name = "cea",
            .operands = "TABLE.csv",
            .least_operands = 1,
            .most_operands = 1,
            .purpose = "Cost-effectiveness analysis of a table of draws: ours or anybody's.",
            .details =
                "TABLE.csv is tidy (columns for strategy, cost, effect and, where there are any, draw, perspective, subgroup, weight) or\n"
                "wide (cost_A, cost_B, effect_A, effect_B); or it is a folder that holds such a table as psa.csv. Shape, separator and "
                "decimal comma are found\n"
                "out and said. Writes cea, frontier, plane, net_benefit, ceac, evpi and, with weighted subgroups, subgroups and\n"
                "distribution as CSV, with summary.txt and manifest.json, to output/NAME-cea/, all of them or none.\n",
            .examples = {{"ipsim cea draws/ --comparator traditional", "a folder that holds psa.csv"},
                         {"ipsim cea draws.csv --cost total_cost --effect life_years --strategy arm --threshold 0:100000:5000",
                          "columns by name, thresholds from 0 to 100 000 by 5 000"},
                         {"ipsim cea draws.csv --cost c1,c2 --effect e1,e2 --strategy usual,new --currency NOK",
                          "a wide table, columns listed strategy by strategy"}},
        },
    [IPSIM_COMMAND_VOI] =
        {
            .name = "voi",
            .operands = "TABLE.csv",
            .least_operands = 1,
            .most_operands = 1,
            .purpose = "Value of information: what learning parameters, or doing a study, would be worth.",
            .details =
                "TABLE.csv as for cea. Parameters stand in a file of their own (draw, parameter, value; or a column for each), in the\n"
                "columns a wide table has left over, or in parameters.csv of a folder that holds psa.csv. Writes evpi, evppi and, for a "
                "study,\n"
                "evsi as CSV, with summary.txt and manifest.json, to output/NAME-voi/, all of them or none.\n"
                "--study lists what is measured as PARAMETER:KIND[:SD], SD being the standard deviation of one person's outcome:\n"
                "  mean         a mean ~ Normal(p, SD^2 / size)\n"
                "  difference   between two arms of that size ~ Normal(p, 2 SD^2 / size)\n"
                "  ratio        log of a ratio ~ Normal(log p, 2 SD^2 / size); hazard ratio: SD = 1 / sqrt(share with an event)\n"
                "  proportion   a count ~ Binomial(size, p)\n"
                "  rate         a count ~ Poisson(size x p), size in person-years\n",
            .examples = {{"ipsim voi draws.csv --parameters parameters.csv --threshold 275000,500000", "every parameter by itself"},
                         {"ipsim voi draws/ --sets hr_job+hr_loss,unit_cost --population 4000 --years 10 --discount 4",
                          "groups of parameters, for the persons whose treatment is decided"},
                         {"ipsim voi draws/ --study hr_job:ratio:1.8 --size 100,200,400,800 --study-cost 5e6,20000 "
                          "--population 4000 --years 10 --study-years 3",
                          "how large a trial should be, and whether it is worth its cost"}},
        },
    [IPSIM_COMMAND_CHECK] =
        {
            .name = "check",
            .operands = "FILE.cfg...",
            .least_operands = 1,
            .most_operands = SIZE_MAX,
            .purpose = "List every error and every doubtful point of scenario files, without simulating.",
            .details = "With several files it also says whether they can be compared.\n",
            .examples = {{"ipsim check scenarios/ips.cfg", "errors and warnings of one file and its parents"},
                         {"ipsim check --strict scenarios/*.cfg", "for continuous integration: warnings fail too"}},
        },
    [IPSIM_COMMAND_SHOW] =
        {
            .name = "show",
            .operands = "FILE.cfg",
            .least_operands = 1,
            .most_operands = 1,
            .purpose = "Print a scenario as it is understood, and the line that each value comes from.",
            .details = "Parents are merged and expressions evaluated. The aligned text shortens long cells; --csv and --json do not.\n",
            .examples = {{"ipsim show scenarios/ips.cfg | less", "everything"},
                         {"ipsim show scenarios/ips.cfg | grep hazard", "only hazards"},
                         {"ipsim show scenarios/ips.cfg --csv > ips.csv", "for a spreadsheet, with sources"}},
        },
    [IPSIM_COMMAND_DIFF] =
        {
            .name = "diff",
            .operands = "FIRST.cfg SECOND.cfg",
            .least_operands = 2,
            .most_operands = 2,
            .purpose = "Print the keys in which two scenarios differ in meaning, not in text.",
            .details = "",
            .examples = {{"ipsim diff scenarios/usual-care.cfg scenarios/ips.cfg", "what IPS changes"},
                         {"ipsim diff old/ips.cfg scenarios/ips.cfg --json", "for another program"}},
        },
    [IPSIM_COMMAND_REPLAY] =
        {
            .name = "replay",
            .operands = "FILE.cfg...",
            .least_operands = 1,
            .most_operands = SIZE_MAX,
            .purpose = "Print the simulated history of one person under each scenario.",
            .details = "",
            .examples = {{"ipsim replay scenarios/traditional.cfg scenarios/ips.cfg --person 17",
                          "the same person with the same luck in both arms"},
                         {"ipsim replay scenarios/ips.cfg --person 17 --replicate 3", "the same place in another replicate"}},
        },
    [IPSIM_COMMAND_MERGE] =
        {
            .name = "merge",
            .operands = "SHARD.ipsim...",
            .least_operands = 1,
            .most_operands = SIZE_MAX,
            .purpose = "Join the shards of one run, in any order, into the result of the whole run.",
            .details =
                "Shards are written by run and compare with --shard. The scenario files are read again, from the places that they had\n"
                "then, and must not have changed. Shards of different runs are refused, and so is a set that is not complete.\n",
            .examples = {{"ipsim merge output/ips.shard-*.ipsim", "the same bytes as without shards"},
                         {"ipsim merge *.ipsim -o output/all", "into a folder of your choice"}},
        },
    [IPSIM_COMMAND_HELP] =
        {
            .name = "help",
            .operands = "[COMMAND | scenario [SECTION]]",
            .least_operands = 0,
            .most_operands = 2,
            .purpose = "Explain a command, or list the keys that a scenario file may contain.",
            .details = "",
            .examples = {{"ipsim help compare", "the same as ipsim compare --help"},
                         {"ipsim help scenario transitions", "the keys of one section"},
                         {"ipsim help scenario --markdown", "the reference that stands in the README"}},
        },
    [IPSIM_COMMAND_VERSION] =
        {
            .name = "version",
            .operands = "",
            .least_operands = 0,
            .most_operands = 0,
            .purpose = "Print the versions of the program, its compiler and its libraries.",
            .details = "",
            .examples = {{"ipsim version", "what to put in a bug report"}},
        },
};

const ipsim_option_spec ipsim_options[] = {
    {"persons", 'n', "N", RUN | COMPARE, IPSIM_OPTION_WHOLE, FIELD(persons), 1, (INT64_C(1) << 40) - 1,
     "number of persons to simulate (1e6 is allowed)", "simulation.persons"},
    {"seed", '\0', "N", RUN | COMPARE | REPLAY, IPSIM_OPTION_WHOLE, FIELD(seed), 0, INT64_MAX, "seed of all random numbers",
     "simulation.seed"},
    {"replicate", '\0', "N", RUN | COMPARE | REPLAY, IPSIM_OPTION_WHOLE, FIELD(replicate), 0, UINT32_MAX,
     "other people and other luck under the same seed", "0"},
    {"replicates", '\0', "R", RUN | COMPARE, IPSIM_OPTION_WHOLE, FIELD(replicates), 1, 1000000,
     "that many replicates of all persons: pooled, one by one, and how their mean settles", "1"},
    {"seeds", '\0', "FILE", RUN | COMPARE, IPSIM_OPTION_TEXT, FIELD(seeds), 0, 0,
     "instead: one replicate for each seed in FILE, one a line", NULL},
    {"until-mcse", '\0', "OUTCOME=X", RUN | COMPARE, IPSIM_OPTION_TEXT, FIELD(until_mcse), 0, 0,
     "more and more persons until the error of OUTCOME (compare: of its difference; OUTCOME:SCENARIO picks an arm) is at most X", NULL},
    {"shard", '\0', "I/N", RUN | COMPARE, IPSIM_OPTION_TEXT, FIELD(shard), 0, 0, "only part I of N, into a file for ipsim merge", NULL},
    {"checkpoint", '\0', "[=FILE]", RUN | COMPARE, IPSIM_OPTION_MAYBE, FIELD(checkpoint), 0, 0,
     "keep what is finished in a journal, so that --resume can go on after a crash", "output/.NAME.journal"},
    {"resume", '\0', NULL, RUN | COMPARE, IPSIM_OPTION_FLAG, FIELD(resume), 0, 0,
     "go on with the journal of a run that was ended (implies --checkpoint)", NULL},
    {"threads", '\0', "N", RUN | COMPARE | VOI, IPSIM_OPTION_WHOLE, FIELD(threads), 1, 4096,
     "number of threads; results do not depend on it", "all processors"},
    {"engine", '\0', "NAME", RUN | COMPARE, IPSIM_OPTION_TEXT, FIELD(engine), 0, 0,
     "fast, or reference: one person at a time, plain to read; results are the same", "fast"},
    {"person", '\0', "N", REPLAY, IPSIM_OPTION_WHOLE, FIELD(person), 0, (INT64_C(1) << 40) - 2, "number of the person; the first is 0",
     "0"},
    {"output", 'o', "DIR", RUN | COMPARE | MERGE | CEA | VOI, IPSIM_OPTION_TEXT, FIELD(output), 0, 0,
     "folder for the results; an earlier result there is replaced", "output/NAME"},
    {"cost", '\0', "NAMES", CEA | VOI, IPSIM_OPTION_TEXT, FIELD(decision.cost), 0, 0, "column of costs, common beginning or list of them",
     "cost"},
    {"effect", '\0', "NAMES", CEA | VOI, IPSIM_OPTION_TEXT, FIELD(decision.effect), 0, 0, "the same for effects", "qalys or effect"},
    {"strategy", '\0', "NAMES", CEA | VOI, IPSIM_OPTION_TEXT, FIELD(decision.strategy), 0, 0,
     "column of strategies, or their names where columns are listed", "strategy or scenario"},
    {"draw", '\0', "NAME", CEA | VOI, IPSIM_OPTION_TEXT, FIELD(decision.draw), 0, 0, "column of draws", "draw, else rows in order"},
    {"perspective", '\0', "NAME", CEA | VOI, IPSIM_OPTION_TEXT, FIELD(decision.perspective), 0, 0, "column of perspectives", "perspective"},
    {"subgroup", '\0', "NAME", CEA | VOI, IPSIM_OPTION_TEXT, FIELD(decision.subgroup), 0, 0, "column of subgroups; \"all\" is everybody",
     "subgroup"},
    {"weight", '\0', "NAME", CEA | VOI, IPSIM_OPTION_TEXT, FIELD(decision.weight), 0, 0, "column of the size of each subgroup",
     "weight, share or persons"},
    {"parameters", '\0', "FILE", VOI, IPSIM_OPTION_TEXT, FIELD(decision.parameters), 0, 0, "table of the parameters behind the draws",
     "parameters.csv of a folder"},
    {"comparator", '\0', "NAME", CEA | VOI, IPSIM_OPTION_TEXT, FIELD(decision.comparator), 0, 0, "strategy that others are compared with",
     "the first in the table"},
    {"threshold", '\0', "LIST", CEA | VOI, IPSIM_OPTION_TEXT, FIELD(decision.threshold), 0, 0,
     "values of a unit of effect: a,b,c or from:to:step", "a grid"},
    {"currency", '\0', "CODE", CEA | VOI, IPSIM_OPTION_TEXT, FIELD(decision.currency), 0, 0,
     "currency of costs; NOK brings Norwegian thresholds", "none"},
    {"population", '\0', "N", CEA | VOI, IPSIM_OPTION_TEXT, FIELD(decision.population), 0, 0, "persons a year whose treatment is decided",
     NULL},
    {"years", '\0', "Y", CEA | VOI, IPSIM_OPTION_TEXT, FIELD(decision.years), 0, 0, "years for which the decision holds", "10"},
    {"discount", '\0', "PERCENT", CEA | VOI, IPSIM_OPTION_TEXT, FIELD(decision.discount), 0, 0, "a year, for persons treated later", "4"},
    {"norms", '\0', "FILE", CEA, IPSIM_OPTION_TEXT, FIELD(decision.norms), 0, 0,
     "remaining QALYs of the population (age, qalys, sex): absolute shortfall", NULL},
    {"age", '\0', "YEARS", CEA, IPSIM_OPTION_TEXT, FIELD(decision.age), 0, 0, "with --norms: mean age at the start", NULL},
    {"sex", '\0', "NAME", CEA, IPSIM_OPTION_TEXT, FIELD(decision.sex), 0, 0, "with --norms by sex: which", NULL},
    {"inequality-aversion", '\0', "E", CEA, IPSIM_OPTION_TEXT, FIELD(decision.aversion), 0, 0,
     "weigh net health by Atkinson's index over subgroups", "off"},
    {"sets", '\0', "LIST", VOI, IPSIM_OPTION_TEXT, FIELD(decision.sets), 0, 0, "sets of parameters: a+b,c", "each by itself"},
    {"study", '\0', "LIST", VOI, IPSIM_OPTION_TEXT, FIELD(decision.study), 0, 0, "what a study measures: PARAMETER:KIND[:SD],...", NULL},
    {"size", '\0', "LIST", VOI, IPSIM_OPTION_TEXT, FIELD(decision.size), 0, 0, "with --study: persons in each arm, a,b,c or from:to:step",
     "50,100,...,1600"},
    {"arms", '\0', "N", VOI, IPSIM_OPTION_TEXT, FIELD(decision.arms), 0, 0, "with --study: arms that are paid for",
     "2 for comparisons, else 1"},
    {"study-cost", '\0', "A[,B]", VOI, IPSIM_OPTION_TEXT, FIELD(decision.study_cost), 0, 0,
     "with --study: cost of the study, and of each person in it", NULL},
    {"study-years", '\0', "Y", VOI, IPSIM_OPTION_TEXT, FIELD(decision.study_years), 0, 0,
     "with --study: years until results change decisions", "0"},
    {"set", '\0', "KEY=VALUE", RUN | COMPARE | CHECK | SHOW | DIFF | REPLAY, IPSIM_OPTION_SETTING, FIELD(settings), 0, 0,
     "override a key or a parameter in every scenario that knows it; repeatable", NULL},
    {"json", '\0', NULL, RUN | COMPARE | CEA | VOI | CHECK | SHOW | DIFF | REPLAY | MERGE, IPSIM_OPTION_FLAG, FIELD(json), 0, 0,
     "print the tables as JSON instead of text", NULL},
    {"csv", '\0', NULL, SHOW | DIFF | REPLAY, IPSIM_OPTION_FLAG, FIELD(csv), 0, 0, "print the table as CSV instead of text", NULL},
    {"strict", '\0', NULL, CHECK, IPSIM_OPTION_FLAG, FIELD(strict), 0, 0, "warnings count as errors", NULL},
    {"markdown", '\0', NULL, HELP, IPSIM_OPTION_FLAG, FIELD(markdown), 0, 0, "with `scenario`: as Markdown", NULL},
    {"quiet", 'q', NULL, RUN | COMPARE | CEA | VOI | CHECK | MERGE, IPSIM_OPTION_FLAG, FIELD(quiet), 0, 0, "print errors only", NULL},
    {"help", 'h', NULL, ALL, IPSIM_OPTION_FLAG, FIELD(help), 0, 0, "this help", NULL},
    {"version", '\0', NULL, 0, IPSIM_OPTION_FLAG, FIELD(version), 0, 0, "print the version", NULL},
};

const size_t ipsim_n_options = sizeof ipsim_options / sizeof ipsim_options[0];
