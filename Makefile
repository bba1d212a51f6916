# SPDX-License-Identifier: GPL-3.0-or-later
# The build of ipsim. `make help` lists the targets; everything that is built lies in build/ and in ./ipsim.
#
# Switches, usable with every target: CC=clang, MPI=1 (for mpirun, with OpenMPI), SAN=address,undefined (sanitizers), WERROR=1 (warnings are errors), V=1 (show commands),
# CFLAGS=... (replaces -O2 -g), JOBS=n (parallel jobs, default the number of processors).
# Each compiler and sanitizer has a folder of its own in build/, and a change of any flag rebuilds it, so that objects never mix.

VERSION := 0.1.0
PREFIX  ?= /usr/local
CFLAGS  ?= -O2 -g
JOBS    ?= $(shell nproc 2>/dev/null || echo 2)
NEEDS  ?= build
ROUNDS  ?= 5
PERSONS ?= 1e6

comma   := ,
variant := $(notdir $(firstword $(CC)))$(if $(MPI),-mpi)$(if $(SAN),-$(subst $(comma),-,$(SAN)))
BUILD   := build/$(variant)

# ---- flags -----------------------------------------------------------------------------------------------------------------------
# -ffp-contract=off: a fused multiply-add would change results between machines. -ffast-math and -fno-math-errno stay out for the same reason.
WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 $(if $(WERROR),-Werror)
SANITIZE := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)

# Where pkg-config does not know a library, its usual place is assumed.
package  = $(shell pkg-config $(1) $(2) 2>/dev/null || echo '$(3)')
LUA     := $(shell for name in lua5.4 lua-5.4 lua54; do pkg-config --exists $$name 2>/dev/null && echo $$name && break; done)
INCLUDES := $(sort $(call package,--cflags,xlsxwriter) $(call package,--cflags,gsl) $(call package,--cflags,libconfig) $(call package,--cflags,sqlite3) \
            $(if $(MPI),$(call package,--cflags,ompi-c)) $(call package,--cflags,jansson) $(call package,--cflags,$(LUA),-I/usr/include/lua5.4))
# Two libraries are loaded when a workbook is made or a diagram is drawn (model/base/library.h); linked where their name cannot be told, or they are in a
# place of their own.
soname   = $(if $(shell pkg-config --libs-only-L $(1) 2>/dev/null),,$(shell readelf -d "$$($(CC) -print-file-name=$(2))" 2>/dev/null | sed -n 's/.*(SONAME).*\[\(.*\)\].*/\1/p'))
XLSX    := $(call soname,xlsxwriter,libxlsxwriter.so)
GVC     := $(call soname,libgvc,libgvc.so)
LIBS    := $(if $(XLSX),,$(call package,--libs,xlsxwriter,-lxlsxwriter)) $(call package,--libs,gsl,-lgsl -lgslcblas) $(call package,--libs,libconfig,-lconfig) $(call package,--libs,$(LUA),-llua5.4) \
           $(call package,--libs,sqlite3,-lsqlite3) $(call package,--libs,jansson,-ljansson) $(if $(GVC),,$(call package,--libs,libgvc,-lgvc -lcgraph -lcdt)) $(call package,--libs,zlib,-lz) \
           $(if $(MPI),$(call package,--libs,ompi-c,-lmpi)) -lcsv -lm

COMPILE := $(CC) -std=gnu11 -D_GNU_SOURCE -Iinclude -Imodel $(INCLUDES) $(CPPFLAGS) $(CFLAGS) -fopenmp -ffp-contract=off $(WARNINGS) $(SANITIZE)
LINK    := $(CC) $(CFLAGS) -fopenmp $(SANITIZE) $(LDFLAGS)
# The folder .git must be ours: an unpacked release may lie inside another repository.
# A release has its hash in a file.
GIT_HASH := $(if $(wildcard .git),$(shell git rev-parse -q --verify --short=12 HEAD 2>/dev/null || echo unknown)$(shell \
            git diff --quiet HEAD 2>/dev/null; [ $$? != 1 ] || echo -modified),$(shell cat .release 2>/dev/null || echo unknown))

# All that a result's numbers can come from. Journals and shards are joined only where it is the same; a change elsewhere costs none of them.
ARITHMETIC := $(shell cat $(sort $(wildcard include/ipsim/*.h $(foreach folder,base maths random scenario compile population account engine \
              experiment,model/$(folder)/*.[ch]))) | { sha256sum 2>/dev/null || cksum; } | cut -c 1-12)

VECTORISE := $(if $(findstring -O0,$(CFLAGS)),,-O3)

# ---- files -----------------------------------------------------------------------------------------------------------------------
SOURCES := $(sort $(wildcard model/*/*.c))
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o)
MAIN    := $(BUILD)/model/app/main.o
LIBRARY := $(BUILD)/libipsim.a
PROGRAM := $(BUILD)/ipsim

# A test program is one .c file, what the tests share (tests/*.c) and every object but main. TEST=name picks one program or script, CASE='pattern' one case in it.
QUICK_TESTS := $(sort $(wildcard tests/unit/test_*.c tests/analytic/test_*.c tests/invalid/test_*.c))
SLOW_TESTS  := $(sort $(wildcard tests/statistical/test_*.c))
FUZZ_TESTS  := $(sort $(wildcard tests/fuzz/fuzz_*.c))
CLUSTER_TESTS := tests/cli/test_mpi.sh tests/cli/test_slurm.sh
BITS_TEST   := tests/cli/test_bits.sh
SLOW_SCRIPTS := tests/cli/test_spreadsheet.sh tests/cli/test_release.sh
CLI_TESTS   := $(filter-out $(CLUSTER_TESTS) $(BITS_TEST) $(SLOW_SCRIPTS),$(sort $(wildcard tests/cli/test_*.sh)))
TEST_LIBRARY := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/*.c))
programs     = $(patsubst tests/%.c,$(BUILD)/tests/%,$(if $(TEST),$(filter %/$(TEST).c,$(1)),$(1)))
scripts      = $(if $(TEST),$(filter %/$(TEST).sh,$(1)),$(1))
RUN_TESTS    = IPSIM=$(abspath $(PROGRAM)) CASE='$(CASE)' tests/run.sh -j $(JOBS) -o $(BUILD)/tests
C_FILES     := $(wildcard model/*/*.[ch] include/ipsim/*.h tests/*.[ch] tests/*/*.[ch])
DEMO        := traditional usual-care ips ips-young

MAKEFLAGS += --no-print-directory
parallel   = $(MAKE) $(if $(filter -j%,$(MAKEFLAGS)),,-j$(JOBS))
say        = @$(if $(V),:,printf '%-7s %s\n' $(1) $(2))
quiet     := $(if $(V),,@)

.PHONY: all program demo charts test test-programs run-tests test-slow slow-programs run-slow run-cluster run-bits run-browser run-readme fuzz-programs run-fuzz bench lint format check-layers check-symbols dependencies \
        install install-files uninstall dist clean help FORCE
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

# ---- what people type --------------------------------------------------------------------------------------------------------------
all: ## build ./ipsim (the default); installs nothing
	@tools/install_dependencies.sh --check build $(if $(MPI),mpi)
	+@$(parallel) program

demo: ## install what is missing, build, run the Norwegian comparison, say where the results and the report lie
	@tools/install_dependencies.sh build charts
	+@$(parallel) program
	./ipsim compare $(DEMO:%=scenarios/%.cfg) --output output/demo
	@printf '\nThe results lie in output/demo/. Open output/demo/report.html in a browser.\n'

test: ## install what is missing, build, run every test; TEST=test_hazard runs one program or script, CASE='*weibull*' some cases
	@tools/install_dependencies.sh build test
	+@$(parallel) program test-programs
	+@$(MAKE) run-tests

test-slow: ## statistical tests, ranks and Slurm, report.html in a browser, unit tests under sanitizers, builds by gcc and clang that must agree to the bit, a fuzz smoke test
	@tools/install_dependencies.sh build test slow mpi slurm charts browser
	+@tests/slow.sh "$(MAKE)" "$(JOBS)" "$(BUILD)"

charts: ## try again to build the charts of report.html (needs nodejs and npm, and the network once)
	@tools/install_dependencies.sh charts
	@rm -f build/web/assets.h
	+@$(parallel) program

bench: ## measure speed: medians and ratios within the run, on the screen and in bench.csv; ROUNDS=5 PERSONS=1e6 (largest), SCENARIOS="A.cfg B.cfg" (only these)
	@tools/install_dependencies.sh build
	+@$(parallel) program $(BUILD)/bench
	$(BUILD)/bench $(ROUNDS) $(PERSONS) $(SCENARIOS)

lint: ## formatting, cppcheck, clang-tidy, shellcheck, layers, symbol prefixes
	@tools/install_dependencies.sh build test lint
	+@$(parallel) program test-programs
	@tools/lint.sh "$(BUILD)" "$(COMPILE)"

format: ## rewrite every C file by .clang-format
	clang-format -i $(C_FILES)

check-layers: ## list includes that break the order of the layers
	@tools/check_layers.sh

check-symbols: program ## list global symbols without the prefix ipsim_
	@tools/check_symbols.sh $(OBJECTS)

dependencies: ## install what is missing for NEEDS="build test slow lint" (default build), nothing else
	@tools/install_dependencies.sh $(NEEDS)

install: all ## install program, scenarios, manual pages and completions under PREFIX (default /usr/local), below DESTDIR if given
	+@$(MAKE) install-files

# What install does when the program is there.
install-files:
	@tools/install_files.sh install "$(PROGRAM)" "$(DESTDIR)$(PREFIX)"

uninstall: ## remove what install put there
	@tools/install_files.sh uninstall "$(PROGRAM)" "$(DESTDIR)$(PREFIX)"

dist: all ## a release in build/, which builds without git, and without npm if the charts are built here
	@tools/release.sh "$(VERSION)" "$(GIT_HASH)"

clean: ## remove build/ and ./ipsim; results in output/ stay
	rm -rf build ipsim

help: ## this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile
	@sed -n '/^# Switches/,/^# Each/s/^# /  /p' Makefile

# ---- how it is built ---------------------------------------------------------------------------------------------------------------
# A program that is running cannot be written over, only replaced.
program: $(PROGRAM)
	@cmp -s $(PROGRAM) ipsim || { cp $(PROGRAM) ipsim.new && mv -f ipsim.new ipsim; }

test-programs: $(call programs,$(QUICK_TESTS)) ; @:
slow-programs: $(call programs,$(SLOW_TESTS)) ; @:
fuzz-programs: $(call programs,$(FUZZ_TESTS)) ; @:
run-tests:
	@$(RUN_TESTS) $(call programs,$(QUICK_TESTS)) $(call scripts,$(CLI_TESTS))
run-slow:
	@$(RUN_TESTS) $(call programs,$(SLOW_TESTS)) $(call scripts,$(SLOW_SCRIPTS))
run-cluster:
	@IPSIM_MPI=$(abspath $(BUILD)-mpi/ipsim) $(subst -j $(JOBS),-j 1,$(RUN_TESTS)) $(call scripts,$(CLUSTER_TESTS))
run-browser:
	@$(subst -j $(JOBS),-j 1 -t 1800,$(RUN_TESTS)) tests/browser/test_browser.sh
run-readme:
	@README_ALL=1 $(RUN_TESTS) -t 3000 tests/cli/test_readme.sh
run-bits:
	@IPSIM_MPI=$(abspath $(BUILD)-mpi/ipsim) $(RUN_TESTS) -t 3000 $(call scripts,$(BITS_TEST))
run-fuzz:
	@$(RUN_TESTS) $(call programs,$(FUZZ_TESTS))

# Rewritten only when their contents change; what depends on them is then rebuilt.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D) && echo '$(subst ','\'',$(COMPILE) / $(LINK) $(LIBS))' | cmp -s - $@ || echo '$(subst ','\'',$(COMPILE) / $(LINK) $(LIBS))' > $@
$(BUILD)/version: FORCE
	@mkdir -p $(@D) && echo '$(VERSION) $(GIT_HASH) $(ARITHMETIC)' | cmp -s - $@ || echo '$(VERSION) $(GIT_HASH) $(ARITHMETIC)' > $@
$(BUILD)/sources: FORCE
	@mkdir -p $(@D) && echo '$(SOURCES)' | cmp -s - $@ || echo '$(SOURCES)' > $@

$(BUILD)/model/app/version.o: $(BUILD)/version
$(BUILD)/model/app/version.o: private EXTRA := -DIPSIM_VERSION='"$(VERSION)"' -DIPSIM_GIT_HASH='"$(GIT_HASH)"' -DIPSIM_ARITHMETIC='"$(ARITHMETIC)"' \
    -DIPSIM_LIBCONFIG_VERSION='"$(shell pkg-config --modversion libconfig 2>/dev/null || echo unknown)"'

# Kernels are compiled once for each level of vector instructions, which the program chooses among when it starts.
$(BUILD)/model/account/kernels_sse2.o $(BUILD)/model/population/columns_sse2.o $(BUILD)/model/engine/fast_sse2.o: private EXTRA := $(VECTORISE)
$(BUILD)/model/account/kernels_avx2.o $(BUILD)/model/population/columns_avx2.o $(BUILD)/model/engine/fast_avx2.o: private EXTRA := $(VECTORISE) -mavx2
$(BUILD)/model/account/kernels_avx512.o $(BUILD)/model/population/columns_avx512.o $(BUILD)/model/engine/fast_avx512.o: private EXTRA := $(VECTORISE) -mavx512f -mavx512dq -mavx512vl \
    -mavx512bw -mprefer-vector-width=512 -mtune=icelake-server
$(BUILD)/model/write/xlsx_library.o: private EXTRA := $(if $(XLSX),-DIPSIM_XLSXWRITER='"$(XLSX)"')
$(BUILD)/model/describe/graphviz.o: private EXTRA := $(if $(GVC),-DIPSIM_GRAPHVIZ='"$(GVC)"')
$(BUILD)/model/app/mpi_driver.o: private EXTRA := $(if $(MPI),-DIPSIM_MPI)

# The script of report.html comes from npm; where that is missing or fails the header names no script, and ipsim is built without charts.
WEB_FILES := $(wildcard model/report/web/*.js model/report/web/*/*.js model/report/web/package*.json)
build/web/tools: FORCE
	@mkdir -p $(@D) && tools/build_report_script.sh --tools >$@.new && { cmp -s $@.new $@ || cp $@.new $@; } && rm -f $@.new
build/web/assets.h: build/web/tools $(WEB_FILES) tools/build_report_script.sh
	$(call say,CHARTS,build/web/report.js)
	$(quiet)tools/build_report_script.sh $@
$(BUILD)/model/report/report_assets.o: build/web/assets.h model/report/web/page.css model/report/web/messages.json
$(BUILD)/model/report/report_assets.o: private EXTRA := -include build/web/assets.h -DIPSIM_REPORT_STYLE='"model/report/web/page.css"' \
    -DIPSIM_REPORT_MESSAGES='"model/report/web/messages.json"'

$(BUILD)/%.o: %.c $(BUILD)/flags
	$(call say,CC,$<)
	$(quiet)mkdir -p $(@D) && $(COMPILE) $(if $(filter tests/%,$<),-Itests) $(EXTRA) -MMD -MP -c $< -o $@

# The archive is written anew, so that an object whose source is gone does not stay in it.
$(LIBRARY): $(filter-out $(MAIN),$(OBJECTS)) $(BUILD)/sources
	$(quiet)rm -f $@ && ar rcs $@ $(filter %.o,$^)

$(PROGRAM): $(MAIN) $(LIBRARY)
	$(call say,LINK,$@)
	$(quiet)$(LINK) $^ $(LIBS) -o $@

$(BUILD)/tests/%: $(BUILD)/tests/%.o $(TEST_LIBRARY) $(LIBRARY)
	$(call say,LINK,$@)
	$(quiet)$(LINK) $^ $(LIBS) -lcmocka -o $@

$(BUILD)/bench: $(BUILD)/tools/bench.o $(LIBRARY)
	$(call say,LINK,$@)
	$(quiet)$(LINK) $^ $(LIBS) -o $@

.SECONDARY:
-include $(OBJECTS:.o=.d) $(patsubst tests/%.c,$(BUILD)/tests/%.d,$(wildcard tests/*.c tests/*/*.c))
