/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app/options: every command and every option, once. See include/ipsim/cli.h. */
#include <stdint.h>

#include "ipsim/cli.h"
#include "ipsim/run.h"

#define RUN (1U << IPSIM_COMMAND_RUN)
#define COMPARE (1U << IPSIM_COMMAND_COMPARE)
#define DSA (1U << IPSIM_COMMAND_DSA)
#define PSA (1U << IPSIM_COMMAND_PSA)
#define CEA (1U << IPSIM_COMMAND_CEA)
#define VOI (1U << IPSIM_COMMAND_VOI)
#define REPORT (1U << IPSIM_COMMAND_REPORT)
#define CHECK (1U << IPSIM_COMMAND_CHECK)
#define SHOW (1U << IPSIM_COMMAND_SHOW)
#define DIFF (1U << IPSIM_COMMAND_DIFF)
#define DESCRIBE (1U << IPSIM_COMMAND_DESCRIBE)
#define REPLAY (1U << IPSIM_COMMAND_REPLAY)
#define MERGE (1U << IPSIM_COMMAND_MERGE)
#define HELP (1U << IPSIM_COMMAND_HELP)
#define VERSION (1U << IPSIM_COMMAND_VERSION)
#define ALL (RUN | COMPARE | PSA | DSA | CEA | VOI | REPORT | CHECK | SHOW | DIFF | DESCRIBE | REPLAY | MERGE | HELP | VERSION)

#define FIELD(member) offsetof(ipsim_cli, member)

const ipsim_command_spec ipsim_commands[IPSIM_N_COMMANDS] = {
    [IPSIM_COMMAND_RUN] =
        {
            .name = "run",
            .operands = "FILE.cfg...",
            .least_operands = 1,
            .most_operands = SIZE_MAX,
            .purpose = "Simulate one or more scenarios on the same people and describe each.",
            .details =
                "Writes summary.txt, CSV tables, results.sqlite, results.xlsx and manifest.json to output/NAME/, all of them or none,\n"
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
            .details = "Writes report.html, summary.txt, CSV tables, results.sqlite, results.xlsx and manifest.json to output/NAME/, all "
                       "of them or none,\n"
                       "and prints the summary. The first scenario is the comparator; people and their luck are the same in all.\n"
                       "Scenarios that differ in population, horizon, seed or economics are refused.\n",
            .examples = {{"ipsim compare scenarios/traditional.cfg scenarios/ips.cfg",
                          "what IPS costs and gains against traditional rehabilitation"},
                         {"ipsim compare scenarios/traditional.cfg scenarios/ips.cfg scenarios/ips-young.cfg -n 1e6",
                          "three arms, a million persons"},
                         {"ipsim compare scenarios/traditional.cfg scenarios/ips.cfg --json > tables.json", "every table as JSON"}},
            .can_be_interrupted = true,
        },
    [IPSIM_COMMAND_PSA] =
        {
            .name = "psa",
            .operands = "COMPARATOR.cfg FILE.cfg...",
            .least_operands = 1,
            .most_operands = SIZE_MAX,
            .purpose = "Probabilistic analysis: what the uncertainty of the parameters makes of the results.",
            .details =
                "Draws every parameter that has a distribution, and every joint distribution, simulates the scenarios with each draw and\n"
                "writes report.html, psa.csv (draw, scenario, perspective, cost, effects), parameters.csv, summaries with 95 % intervals,\n"
                "the cost by year, the probability of saving, and how much of the spread is Monte Carlo noise; and, of two scenarios or\n"
                "more, the tables of cea and, for 200 to 20000 draws, EVPPI of every parameter as voi has them, with both pages in\n"
                "decision.txt. ipsim cea and ipsim voi read the folder again, with thresholds, sets or studies of your own.\n"
                "Draw d is a function of the seed, the parameter's name and d; it has people of its own unless --fixed-people.\n"
                "Designs: mc draws independently; lhs puts one draw in each of N slices of every distribution, so that a draw depends on\n"
                "their number too; sobol spreads every parameter as evenly as that at any power of two, for any number of draws;\n"
                "sobol-joint spreads up to 40 parameters evenly together, which needs the fewest draws, but there, and only there, a\n"
                "parameter that is added, removed or fixed may move others.\n",
            .examples = {{"ipsim psa scenarios/traditional.cfg scenarios/ips.cfg", "a thousand draws"},
                         {"ipsim psa scenarios/traditional.cfg scenarios/ips.cfg --draws 5000 -n 1000 --design lhs --checkpoint",
                          "more draws of fewer persons, evenly spread, safe from crashes"},
                         {"ipsim psa a.cfg b.cfg --only hr_job,c_fte --fixed-people",
                          "the share of two parameters, free of noise between draws"}},
            .can_be_interrupted = true,
        },
    [IPSIM_COMMAND_DSA] =
        {
            .name = "dsa",
            .operands = "COMPARATOR.cfg FILE.cfg...",
            .least_operands = 2,
            .most_operands = SIZE_MAX,
            .purpose = "Sensitivity analysis: which parameters drive the difference, and where the decision flips.",
            .details =
                "Each parameter that has a distribution is moved from one end of it to the other, all else at base, on the same people "
                "with\n"
                "the same luck: what changes, changes because of that parameter alone. Then the values are sought at which the sign of "
                "the\n"
                "result changes, and all parameters are put to their best and worst ends. The first scenario is the comparator.\n"
                "A parameter that the scenarios state differently is one of each: scenario:NAME. Writes dsa, dsa_threshold, dsa_extremes,\n"
                "dsa_grid, dsa_base, parameters and about as CSV, with results.sqlite, results.xlsx, summary.txt and manifest.json,\n"
                "to output/NAME-dsa/, all of them or none. dsa.csv has every output in every perspective; --perspective, --threshold,\n"
                "--effect and --outcome choose what the page shows and what flips, extremes and grids are about. An analysis that is\n"
                "ended goes on with --resume where it had a journal (--checkpoint), also when it is asked for other ranges by then.\n",
            .examples = {{"ipsim dsa scenarios/usual-care.cfg scenarios/ips.cfg --perspective societal",
                          "what drives the net benefit of IPS"},
                         {"ipsim dsa a.cfg b.cfg --vary disc=0:0.06 --find disc,hr_job=0.8:3",
                          "ranges of your own; where the sign changes"},
                         {"ipsim dsa a.cfg b.cfg --grid hr_job=1:2:11,n_caseload=10:20:11 --find none", "two parameters at a time"}},
            .can_be_interrupted = true,
        },
    [IPSIM_COMMAND_CEA] =
        {
            .name = "cea",
            .operands = "TABLE.csv|FOLDER",
            .least_operands = 1,
            .most_operands = 1,
            .purpose = "Cost-effectiveness analysis of a table of draws: ours or anybody's.",
            .details =
                "TABLE.csv is tidy (columns for strategy, cost, effect and, where there are any, draw, perspective, subgroup, weight) or\n"
                "wide (cost_A, cost_B, effect_A, effect_B). Shape, separator and decimal comma are found out and said. Or it is a folder: "
                "of\n"
                "a psa (psa.csv, with labels and thresholds from the tables beside it), or of compare, whose point estimates are one "
                "draw.\n"
                "Writes cea, frontier, plane, net_benefit, ceac, evpi and, with weighted subgroups, subgroups and distribution as CSV and\n"
                "in results.sqlite and results.xlsx, with summary.txt and manifest.json, to output/NAME-cea/, all of them or none.\n",
            .examples = {{"ipsim cea draws/ --comparator traditional", "a folder that holds psa.csv"},
                         {"ipsim cea draws.csv --cost total_cost --effect life_years --strategy arm --threshold 0:100000:5000",
                          "columns by name, thresholds from 0 to 100 000 by 5 000"},
                         {"ipsim cea draws.csv --cost c1,c2 --effect e1,e2 --strategy usual,new --currency NOK",
                          "a wide table, columns listed strategy by strategy"}},
        },
    [IPSIM_COMMAND_VOI] =
        {
            .name = "voi",
            .operands = "TABLE.csv|FOLDER",
            .least_operands = 1,
            .most_operands = 1,
            .purpose = "Value of information: what learning parameters, or doing a study, would be worth.",
            .details =
                "TABLE.csv as for cea. Parameters stand in a file of their own (draw, parameter, value; or a column for each), in the\n"
                "columns a wide table has left over, or in parameters.csv of a folder that holds psa.csv. Writes evpi, evppi and, for a "
                "study,\n"
                "evsi as CSV and in results.sqlite and results.xlsx, with summary.txt and manifest.json, to output/NAME-voi/, all of them "
                "or none.\n"
                "--sets joins parameters with +, and hr_* is all whose names begin so. Without it: each parameter and, of a folder, each\n"
                "family of names (up to the first underscore) and all of one status (assumed, derived, published).\n"
                "--study lists what is measured as PARAMETER:KIND[:SD], SD being the standard deviation of one person's outcome:\n"
                "  mean         a mean ~ Normal(p, SD^2 / size)\n"
                "  difference   between two arms of that size ~ Normal(p, 2 SD^2 / size)\n"
                "  ratio        log of a ratio ~ Normal(log p, 2 SD^2 / size); hazard ratio: SD = 1 / sqrt(share with an event)\n"
                "  proportion   a count ~ Binomial(size, p)\n"
                "  rate         a count ~ Poisson(size x p), size in person-years\n",
            .examples = {{"ipsim voi draws.csv --parameters parameters.csv --threshold 275000,500000", "every parameter by itself"},
                         {"ipsim voi draws/ --sets 'hr_*,unit_cost' --population 4000 --years 10 --discount 4",
                          "groups of parameters, for the persons whose treatment is decided"},
                         {"ipsim voi draws/ --study hr_job:ratio:1.8 --size 100,200,400,800 --study-cost 5e6,20000 "
                          "--population 4000 --years 10 --study-years 3",
                          "how large a trial should be, and whether it is worth its cost"}},
        },
    [IPSIM_COMMAND_REPORT] =
        {
            .name = "report",
            .operands = "FOLDER...",
            .least_operands = 1,
            .most_operands = SIZE_MAX,
            .purpose = "Write report.html from output folders: one page with text, charts and tables, for readers of results.",
            .details = "The folders hold results of run, compare, psa, dsa, cea or voi, in any combination, of the same scenarios. The\n"
                       "page needs no network and no other file, prints to A4 and has both languages in it. It is written into the\n"
                       "first folder.\n",
            .examples = {{"ipsim report output/demo", "what compare writes by itself, again"},
                         {"ipsim report output/demo output/psa output/psa-cea --language nb -o rapport.html",
                          "everything that is known about these scenarios, in Norwegian"}},
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
    [IPSIM_COMMAND_DESCRIBE] =
        {
            .name = "describe",
            .operands = "FILE.cfg",
            .least_operands = 1,
            .most_operands = 1,
            .purpose = "Write the documentation of a scenario: diagram, formulas, sources, checklists.",
            .details =
                "Writes description.html, description.md and their pictures to output/NAME-description/: states and their diagram,\n"
                "transitions with the formula and curve of each hazard, people, costs, parameters, assumptions, CHEERS 2022 and the\n"
                "checks of TECH-VER that a program can carry out, all from the resolved scenario, so that it cannot drift.\n",
            .examples = {{"ipsim describe scenarios/ips.cfg", "into output/ips-description/"},
                         {"ipsim describe scenarios/ips.cfg -n 1e5 -o output/ips-model",
                          "checks on more persons, a folder of your choice"}},
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
            .details = "Shards are written by run and compare with --shard. They carry copies of their scenario files, so that they can be "
                       "joined\n"
                       "on any machine. Shards of different runs are refused, and so is a set that is not complete. Options of a decision\n"
                       "(--threshold and its like) go with shards of psa: the decision is made here.\n",
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
    {"persons", 'n', "N", RUN | COMPARE | PSA | DSA | DESCRIBE, IPSIM_OPTION_WHOLE, FIELD(persons), 1, (INT64_C(1) << 40) - 1,
     "number of persons to simulate, in psa with each draw (1e6 is allowed)", "simulation.persons; psa 2000"},
    {"seed", '\0', "N", RUN | COMPARE | PSA | DSA | REPLAY, IPSIM_OPTION_WHOLE, FIELD(seed), 0, INT64_MAX, "seed of all random numbers",
     "simulation.seed"},
    {"draws", '\0', "N", PSA, IPSIM_OPTION_WHOLE, FIELD(draws), 1, IPSIM_PSA_DRAWS_MAX, "number of draws of the parameters", "1000"},
    {"design", '\0', "NAME", PSA, IPSIM_OPTION_TEXT, FIELD(design), 0, 0, "mc, lhs, sobol or sobol-joint: how draws are spread", "mc"},
    {"fixed-people", '\0', NULL, PSA, IPSIM_OPTION_FLAG, FIELD(fixed_people), 0, 0,
     "the same people and luck in all draws, so that draws differ by their parameters alone", NULL},
    {"only", '\0', "LIST", PSA | DSA, IPSIM_OPTION_TEXT, FIELD(only), 0, 0, "vary only these parameters (psa: or joints): NAME,...",
     "all that have a range"},
    {"fix", '\0', "NAMES", PSA, IPSIM_OPTION_TEXT, FIELD(fix), 0, 0, "draw all but these", "none"},
    {"replicate", '\0', "N", RUN | COMPARE | DSA | REPLAY, IPSIM_OPTION_WHOLE, FIELD(replicate), 0, UINT32_MAX,
     "other people and other luck under the same seed", "0"},
    {"replicates", '\0', "R", RUN | COMPARE, IPSIM_OPTION_WHOLE, FIELD(replicates), 1, 1000000,
     "that many replicates of all persons: pooled, one by one, and how their mean settles", "1"},
    {"seeds", '\0', "FILE", RUN | COMPARE, IPSIM_OPTION_TEXT, FIELD(seeds), 0, 0,
     "instead: one replicate for each seed in FILE, one a line", NULL},
    {"until-mcse", '\0', "OUTCOME=X", RUN | COMPARE, IPSIM_OPTION_TEXT, FIELD(until_mcse), 0, 0,
     "more and more persons until the error of OUTCOME (compare: of its difference; OUTCOME:SCENARIO picks an arm) is at most X", NULL},
    {"shard", '\0', "I/N", RUN | COMPARE | PSA, IPSIM_OPTION_TEXT, FIELD(shard), 0, 0, "only part I of N, into a file for ipsim merge",
     NULL},
    {"checkpoint", '\0', "[=FILE]", RUN | COMPARE | PSA | DSA, IPSIM_OPTION_MAYBE, FIELD(checkpoint), 0, 0,
     "keep what is finished in a journal, so that --resume can go on after a crash", "output/.NAME.journal"},
    {"resume", '\0', NULL, RUN | COMPARE | PSA | DSA, IPSIM_OPTION_FLAG, FIELD(resume), 0, 0,
     "go on with the journal of a run that was ended (implies --checkpoint)", NULL},
    {"threads", '\0', "N", RUN | COMPARE | PSA | DSA | VOI, IPSIM_OPTION_WHOLE, FIELD(threads), 1, 4096,
     "number of threads; results do not depend on it", "all processors"},
    {"engine", '\0', "NAME", RUN | COMPARE | DSA, IPSIM_OPTION_TEXT, FIELD(engine), 0, 0,
     "fast, or reference: one person at a time, plain to read; results are the same", "fast"},
    {"person", '\0', "N", REPLAY, IPSIM_OPTION_WHOLE, FIELD(person), 0, (INT64_C(1) << 40) - 2, "number of the person; the first is 0",
     "0"},
    {"output", 'o', "DIR", RUN | COMPARE | PSA | DSA | CEA | VOI | DESCRIBE | MERGE, IPSIM_OPTION_TEXT, FIELD(output), 0, 0,
     "folder for the results; an earlier result there is replaced", "output/NAME"},
    {"output", 'o', "FILE", REPORT, IPSIM_OPTION_TEXT, FIELD(output), 0, 0, "file for the report; an earlier report there is replaced",
     "report.html in the first folder"},
    {"language", '\0', "CODE", COMPARE | PSA | MERGE | REPORT, IPSIM_OPTION_TEXT, FIELD(language), 0, 0,
     "language in which the report opens: en or nb", "en"},
    {"no-report", '\0', NULL, COMPARE | PSA | MERGE, IPSIM_OPTION_FLAG, FIELD(no_report), 0, 0, "write no report.html", NULL},
    {"no-decision", '\0', NULL, PSA | MERGE, IPSIM_OPTION_FLAG, FIELD(no_decision), 0, 0, "leave out the tables of cea and voi", NULL},
    {"vary", '\0', "LIST", DSA, IPSIM_OPTION_TEXT, FIELD(dsa.vary), 0, 0,
     "ranges beside, or instead of, those of distributions: NAME=LOW:HIGH,...", NULL},
    {"quantiles", '\0', "A,B", DSA, IPSIM_OPTION_TEXT, FIELD(dsa.quantiles), 0, 0, "ends of the ranges taken from distributions",
     "0.025,0.975"},
    {"effect", '\0', "NAME", PSA | DSA | MERGE, IPSIM_OPTION_TEXT, FIELD(decision.effect), 0, 0,
     "effect that thresholds value: qalys, life_years or a declared outcome", "qalys"},
    {"outcome", '\0', "NAME", DSA, IPSIM_OPTION_TEXT, FIELD(dsa.outcome), 0, 0,
     "instead of the net benefit: cost, qalys, life_years or a declared outcome", "net_benefit"},
    {"find", '\0', "LIST", DSA, IPSIM_OPTION_TEXT, FIELD(dsa.find), 0, 0,
     "where the sign changes: NAME[=LOW:HIGH],... or all, at nine values first; or none", "where the ends show a change"},
    {"grid", '\0', "A,B", DSA, IPSIM_OPTION_TEXT, FIELD(dsa.grid), 0, 0,
     "two at a time: NAME=LOW:HIGH:VALUES,NAME=LOW:HIGH:VALUES; more grids after \";\"", NULL},
    {"scenarios", '\0', NULL, DSA, IPSIM_OPTION_FLAG, FIELD(dsa.scenarios), 0, 0, "move nothing: the scenarios side by side", NULL},
    {"perspective", '\0', "LIST", PSA | DSA | CEA | VOI | MERGE, IPSIM_OPTION_TEXT, FIELD(decision.perspective), 0, 0,
     "perspectives to decide in: NAME,... or all", "all; dsa: the first declared"},
    {"threshold", '\0', "LIST", PSA | DSA | CEA | VOI | MERGE, IPSIM_OPTION_TEXT, FIELD(decision.threshold), 0, 0,
     "values of a unit of effect: a,b,c or from:to:step", "economics.thresholds, in a grid; dsa: the first of them"},
    {"cost", '\0', "NAMES", CEA | VOI, IPSIM_OPTION_TEXT, FIELD(decision.cost), 0, 0, "column of costs, common beginning or list of them",
     "cost"},
    {"effect", '\0', "NAMES", CEA | VOI, IPSIM_OPTION_TEXT, FIELD(decision.effect), 0, 0, "the same for effects", "qalys or effect"},
    {"strategy", '\0', "NAMES", CEA | VOI, IPSIM_OPTION_TEXT, FIELD(decision.strategy), 0, 0,
     "column of strategies, or their names where columns are listed", "strategy or scenario"},
    {"draw", '\0', "NAME", CEA | VOI, IPSIM_OPTION_TEXT, FIELD(decision.draw), 0, 0, "column of draws", "draw, else rows in order"},
    {"perspective-column", '\0', "NAME", CEA | VOI, IPSIM_OPTION_TEXT, FIELD(decision.perspective_column), 0, 0, "column of perspectives",
     "perspective"},
    {"subgroup", '\0', "NAME", CEA | VOI, IPSIM_OPTION_TEXT, FIELD(decision.subgroup), 0, 0, "column of subgroups; \"all\" is everybody",
     "subgroup"},
    {"weight", '\0', "NAME", CEA | VOI, IPSIM_OPTION_TEXT, FIELD(decision.weight), 0, 0, "column of the size of each subgroup",
     "weight, share or persons"},
    {"parameters", '\0', "FILE", VOI, IPSIM_OPTION_TEXT, FIELD(decision.parameters), 0, 0, "table of the parameters behind the draws",
     "parameters.csv of a folder"},
    {"comparator", '\0', "NAME", CEA | VOI, IPSIM_OPTION_TEXT, FIELD(decision.comparator), 0, 0, "strategy that others are compared with",
     "the first in the table"},
    {"currency", '\0', "CODE", CEA | VOI, IPSIM_OPTION_TEXT, FIELD(decision.currency), 0, 0,
     "currency of costs; NOK brings Norwegian thresholds", "none"},
    {"population", '\0', "N", PSA | CEA | VOI | MERGE, IPSIM_OPTION_TEXT, FIELD(decision.population), 0, 0,
     "persons a year whose treatment is decided", NULL},
    {"years", '\0', "Y", PSA | CEA | VOI | MERGE, IPSIM_OPTION_TEXT, FIELD(decision.years), 0, 0, "years for which the decision holds",
     "10"},
    {"discount", '\0', "PERCENT", PSA | CEA | VOI | MERGE, IPSIM_OPTION_TEXT, FIELD(decision.discount), 0, 0,
     "a year, for persons treated later", "4"},
    {"norms", '\0', "FILE", PSA | CEA | MERGE, IPSIM_OPTION_TEXT, FIELD(decision.norms), 0, 0,
     "remaining QALYs of the population (age, qalys, sex): absolute shortfall", NULL},
    {"age", '\0', "LIST", PSA | CEA | MERGE, IPSIM_OPTION_TEXT, FIELD(decision.age), 0, 0,
     "with --norms: age at the start, or a list: 35,SUBGROUP:24", "the mean simulated"},
    {"sex", '\0', "NAME", PSA | CEA | MERGE, IPSIM_OPTION_TEXT, FIELD(decision.sex), 0, 0, "with --norms by sex: which", "their mean"},
    {"inequality-aversion", '\0', "E", PSA | CEA | MERGE, IPSIM_OPTION_TEXT, FIELD(decision.aversion), 0, 0,
     "weigh net health by Atkinson's index over subgroups", "off"},
    {"sets", '\0', "LIST", VOI, IPSIM_OPTION_TEXT, FIELD(decision.sets), 0, 0, "sets of parameters: a+b,c,hr_*", "each by itself"},
    {"study", '\0', "LIST", VOI, IPSIM_OPTION_TEXT, FIELD(decision.study), 0, 0, "what a study measures: PARAMETER:KIND[:SD],...", NULL},
    {"size", '\0', "LIST", VOI, IPSIM_OPTION_TEXT, FIELD(decision.size), 0, 0, "with --study: persons in each arm, a,b,c or from:to:step",
     "50,100,...,1600"},
    {"arms", '\0', "N", VOI, IPSIM_OPTION_TEXT, FIELD(decision.arms), 0, 0, "with --study: arms that are paid for",
     "2 for comparisons, else 1"},
    {"study-cost", '\0', "A[,B]", VOI, IPSIM_OPTION_TEXT, FIELD(decision.study_cost), 0, 0,
     "with --study: cost of the study, and of each person in it", NULL},
    {"study-years", '\0', "Y", VOI, IPSIM_OPTION_TEXT, FIELD(decision.study_years), 0, 0,
     "with --study: years until results change decisions", "0"},
    {"set", '\0', "KEY=VALUE", RUN | COMPARE | PSA | DSA | CHECK | SHOW | DIFF | DESCRIBE | REPLAY, IPSIM_OPTION_SETTING, FIELD(settings),
     0, 0, "override a key or a parameter in every scenario that knows it; repeatable", NULL},
    {"json", '\0', NULL, RUN | COMPARE | PSA | DSA | CEA | VOI | CHECK | SHOW | DIFF | REPLAY | MERGE, IPSIM_OPTION_FLAG, FIELD(json), 0, 0,
     "print the tables as JSON instead of text", NULL},
    {"csv", '\0', NULL, SHOW | DIFF | REPLAY, IPSIM_OPTION_FLAG, FIELD(csv), 0, 0, "print the table as CSV instead of text", NULL},
    {"strict", '\0', NULL, CHECK, IPSIM_OPTION_FLAG, FIELD(strict), 0, 0, "warnings count as errors", NULL},
    {"no-checks", '\0', NULL, DESCRIBE, IPSIM_OPTION_FLAG, FIELD(no_checks), 0, 0, "leave out the checks that simulate the scenario", NULL},
    {"markdown", '\0', NULL, HELP, IPSIM_OPTION_FLAG, FIELD(markdown), 0, 0, "with `scenario`: as Markdown", NULL},
    {"man", '\0', NULL, HELP, IPSIM_OPTION_FLAG, FIELD(man), 0, 0, "as a manual page: ipsim help --man | man -l -", NULL},
    {"completion", '\0', "SHELL", HELP, IPSIM_OPTION_TEXT, FIELD(completion), 0, 0,
     "print what bash, zsh or fish may complete, for the shell to read", NULL},
    {"quiet", 'q', NULL, RUN | COMPARE | PSA | DSA | CEA | VOI | REPORT | CHECK | DESCRIBE | MERGE, IPSIM_OPTION_FLAG, FIELD(quiet), 0, 0,
     "print errors only", NULL},
    {"help", 'h', NULL, ALL, IPSIM_OPTION_FLAG, FIELD(help), 0, 0, "this help", NULL},
    {"version", '\0', NULL, 0, IPSIM_OPTION_FLAG, FIELD(version), 0, 0, "print the version", NULL},
};

const size_t ipsim_n_options = sizeof ipsim_options / sizeof ipsim_options[0];
