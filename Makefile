# The front door: `make` alone says what you can do. Each room has its own rules beside what it builds.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SECONDARY:
.SECONDEXPANSION:
ifeq ($(filter -j%,$(MAKEFLAGS))$(ENGINE),)
# Two more than there are processors: what runs the suite waits more than it works.
MAKEFLAGS += -j$(shell expr $$(nproc) + 2)
endif

# SAN=address,undefined, SAN=thread, DEBUG=1 or EACH=1 builds beside the plain build, never over it.
COMMA := ,
VARIANT := $(if $(SAN),$(subst $(COMMA),-,$(SAN)),$(if $(DEBUG),debug,$(if $(EACH),each,plain)))
BUILD := build/$(VARIANT)

CXX ?= g++
# -g1 keeps the functions and lines of a stack, and no variables: a third less to compile, a quarter of the disk.
CXXFLAGS ?= $(if $(DEBUG),-Og -g,-O2 -g1)
# If g++ is called through ccache, so is clang.
CCACHE := $(filter ccache,$(firstword $(CXX)))
# g++ looks for garbage among its own data again and again, each time through the whole prelude: a seventh of its time.
# What a file needs is far less than this limit in kB.
ONLY_GCC := $(if $(findstring clang,$(CXX)),,-Wno-maybe-uninitialized --param=ggc-min-heapsize=600000)
ALL_CXXFLAGS = -std=c++20 $(CPPFLAGS) $(CXXFLAGS) $(LEVEL) -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor \
  -Werror $(ONLY_GCC) -pthread -Ilib -I. \
  $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all)
# CXXFLAGS is for what serves or measures. What only looks on, as a simulated world's people do, takes a quarter less to
# compile at -O1.
LEVEL = $(if $(DEBUG),,-O1)
OPTIMIZED = $(patsubst %,$(BUILD)/%.o,lib/% conformance/load/% conformance/server/% conformance/simulation/machine/%)
ALL_LDFLAGS := -pthread $(if $(SAN),-fsanitize=$(SAN)) $(LDFLAGS)
# `make fuzz` calls itself with ENGINE=fuzzer and another compiler.
ifdef ENGINE
BUILD := build/fuzz
ALL_CXXFLAGS += -fsanitize=fuzzer-no-link
endif
LIBS := -lwebsockets -luv -ljansson -lfmt -lssl -lcrypto -lsodium -lprometheus-cpp-core -lhiredis -lz -lsystemd
# For the servers: glibc's is slow at bursts of small messages, and keeps the memory of a crowd that left. The servers'
# main.cc configures it. Sanitizers bring their own.
ALLOCATOR := $(if $(SAN),,-ljemalloc)
# Under AddressSanitizer CMocka would swallow the report of a bad access: leave SIGSEGV to ASan.
export ASAN_OPTIONS := handle_segv=2:detect_leaks=1
export TSAN_OPTIONS := halt_on_error=1:suppressions=$(CURDIR)/.ci/thread-suppressions
export UBSAN_OPTIONS := print_stacktrace=1

# --- What all rooms use --------------------------------------------------------------------------

objects = $(patsubst %.cc,$(BUILD)/%.o,$(1))
# $(call sources,FILES): those that belong to a program or library, without tests, fuzz targets and benchmarks.
sources = $(filter-out %_test.cc %_fuzz.cc %_bench.cc,$(wildcard $(1)))
# $(call together,FILES): their objects, where up to eight files of a folder share one, so that the compiler reads once
# what they all include. EACH=1 gives each file an object of its own, in build/each.
together = $(call objects,$(filter $(BY_ITSELF),$(1))) $(call by_folder,group,$(filter $(UNHURRIED_SOURCES),$(call \
  joined,$(1)))) $(call by_folder,group,$(filter-out $(UNHURRIED_SOURCES),$(call joined,$(1))))
joined = $(filter-out $(BY_ITSELF),$(1))
# $(call by_folder,FUNCTION,FILES): what the function makes of up to eight files of a folder and its test/, and of the
# next.
by_folder = $(foreach folder,$(sort $(patsubst %/test/,%/,$(dir $(2)))),$(call by_eight,$(1),$(call \
  in_folder,$(folder),$(2))))
in_folder = $(foreach file,$(2),$(if $(filter $(1) $(1)test/,$(dir $(file))),$(file)))
by_eight = $(if $(2),$(call $(1),$(wordlist 1,8,$(2))) $(call by_eight,$(1),$(wordlist 9,$(words $(2)),$(2))))
group = $(if $(call alone,$(1)),$(call objects,$(1)),$(call named,$(call first,$(1)),$(1))$(eval $(if $(filter \
  $(firstword $(1)),$(UNHURRIED_SOURCES)),UNHURRIED += $(call first,$(1)).o))$(call first,$(1)).o)
alone = $(or $(EACH),$(if $(word 2,$(1)),,yes))
# A group is called by its first file, and a variable named so lists its files.
first = $(BUILD)/$(dir $(firstword $(1)))together-$(notdir $(basename $(firstword $(1))))
named = $(if $(filter-out $(or $($(1)),$(2)),$(2)),$(error expected "$($(1))" in $(1) and found "$(2)"))$(eval \
  GROUPS := $(sort $(GROUPS) $(1)))$(eval $(1) := $(2))
GROUPS :=
# What a reader's file or the simulation takes the place of, what only some programs of a room need, what embeds a file,
# and what includes a header that another's contradicts.
BY_ITSELF := $(shell sed -n 's/.*"replaces": "\(.*\)".*/\1/p' chapters/*/exercise*/exercise.json) \
  lib/process/workers.cc lib/net/networks.cc lib/net/bytes_sent.cc lib/server/memory.cc lib/server/admin_openapi.cc \
  lib/dashboard/page.cc \
  $(patsubst %,lib/testing/%.cc,main host tls fuzz replay test_shard page page_tree) \
  $(patsubst %,conformance/suite/%.cc,$(addprefix wire/,frame http json loopback tls transcript url utf8) report/markup)
# These wait for others, or run once: to optimize them would take longer than it saves, and nobody steps through them.
# Rules, mutants, and what reads a command line; tests and the like come to them below.
# Not of a program that serves, measures or simulates: the linker takes each of std::string's functions from the first
# object that has it, and all of the library would use that one.
UNHURRIED :=
UNHURRIED_SOURCES := $(wildcard conformance/proof/mutants/*.cc conformance/suite/*rules/*.cc) $(shell \
  grep -rlE '^.include (<CLI/|"options/command_line)' --include='*.cc' $(addprefix --exclude-dir=,node_modules server \
  load simulation) conformance traces)
# Tests and exercises are four hundred programs: a linker quicker than the usual one takes half the time.
QUICK_LINKER := $(if $(shell command -v ld.mold),-fuse-ld=mold,$(if $(shell command -v ld.gold),-fuse-ld=gold))
# $(call link,LIBRARIES): the rule's prerequisites become its target; of the archive WHOLE, also what nothing calls.
link = $(CXX) $(ALL_LDFLAGS) $(if $(filter %_test $(if $(ENGINE),,%_fuzz),$@),$(QUICK_LINKER)) $(filter %.o,$^) \
  $(patsubst %,-Wl$(COMMA)--whole-archive % -Wl$(COMMA)--no-whole-archive,$(WHOLE)) \
  $(filter-out $(WHOLE),$(filter %.a,$^)) $(1) -o $@
# $(call node_tests,NAME,FILES): the log is shown if a test fails, else how many passed.
node_tests = node --test --test-reporter=spec $(2) >$@.log && \
  sed -n 's/^ℹ pass /$(1): PASSED /p' $@.log && touch $@ || { cat $@.log; exit 1; }
# $(call option,VARIABLE,name): `--name 'value'` where the variable is set.
option = $(if $($(1)),--$(2) '$($(1))')

# What the rooms give one another.
LIBRARY := $(BUILD)/libphoenix.a
TESTING := $(BUILD)/libphoenix-testing.a
CONTRACT := $(BUILD)/phx-contract
SUITE := $(BUILD)/phx-conformance
MUTANTS := $(BUILD)/phx-mutants
BENCH := $(BUILD)/phx-bench
FLOOR_SERVER := $(BUILD)/phx-floor
SOAK := $(BUILD)/phx-soak
PUBLISH := $(BUILD)/phx-publish
PHX := $(BUILD)/phx
TOP := $(BUILD)/phx-top
PHX_SHIM := $(BUILD)/phx-shim
WEATHER := $(BUILD)/phx-weather
SIMULATE := $(BUILD)/phx-simulate
TRACER := $(BUILD)/phx-trace
CHAT := $(BUILD)/phx-chat
OVERHEAR := $(BUILD)/phx-overhear
LIVE := $(BUILD)/phx-live-view
CLIENTS := conformance/clients
# npm's packages, beside what uses them.
NPM := $(CLIENTS)/node_modules/.installed
BOOK_NPM := chapters/node_modules/.installed
SITE_NPM := docs/site/node_modules/.installed
CERTIFICATE := $(BUILD)/tls/cert.pem

# Debian's packages, by what needs them: build/.packages-NAME installs $(PACKAGES_NAME), or says how.
PACKAGES_build = g++ make pkg-config $(LIBRARY_PACKAGES) libboost-dev libcli11-dev openssl libjemalloc-dev \
  libncurses-dev
PACKAGES_clients := node:node node:npm
PACKAGES_redis := redis-server
PACKAGES_nginx := nginx-light
PACKAGES_plots := gnuplot-nox
build/.packages-%: Makefile $(wildcard */*.mk) .ci/need
	@.ci/need $(or $(PACKAGES_$*),$(error no PACKAGES_$* is defined)) && mkdir -p $(@D) && touch $@

%/node_modules/.installed: %/package.json %/package-lock.json | build/.packages-clients
	@echo 'Installing the npm packages of $*'
	@npm ci --silent --no-audit --no-fund --prefix $* && touch $@

# What most sources include, compiled once: a quarter less to compile. That each header and source includes what it uses
# shows where it is missing: clang compiles without it, and so does `make headers`. <filesystem> stays out: it brings
# std::quoted, which the language prefers to a quoted() of ours.
PRELUDE_HEADERS := algorithm array atomic charconv chrono cstdint deque fmt/format.h fstream functional future \
  iterator map memory mutex optional random set span sstream stdexcept string string_view thread unordered_map utility \
  variant vector
# $(call prelude,OBJECT): one for each set of flags.
prelude = $(if $(findstring clang,$(CXX)),,$(BUILD)/$(if $(filter $(UNHURRIED),$(1)),unhurried/,$(if \
  $(filter $(OPTIMIZED),$(1)),lib/))prelude.h.gch)
# After it g++ 12 no longer knows std::string for a system's, and warns of what its own code can't do.
FALSE_ALARMS := $(addprefix -Wno-,array-bounds restrict stringop-overflow stringop-overread)
# ccache asks for this before it keeps what was compiled with such a header.
export CCACHE_SLOPPINESS ?= pch_defines,time_macros
# It depends on nothing: an old one compiles less quickly, and to the same code.
%/prelude.h.gch: | build/.packages-build
	@mkdir -p $(@D); echo '  c++  $(@:.gch=)'; printf '#include <%s>\n' $(PRELUDE_HEADERS) >$(@:.gch=)
	@$(GENTLY) $(CXX) $(ALL_CXXFLAGS) -x c++-header $(@:.gch=) -o $@

with_prelude = $(foreach gch,$(filter %.gch,$|),-include $(gch:.gch=) $(FALSE_ALARMS))
$(BUILD)/%.o: %.cc | $$(call prelude,$$@) build/.packages-build
	@mkdir -p $(@D); echo '  c++  $<$(progress)'
	@$(GENTLY) $(CXX) $(ALL_CXXFLAGS) $(with_prelude) -MMD -MP -c $< -o $@

%_test.passed: %_test
	@$< >$@.log 2>&1 && { grep -hE 'PASSED|SKIPPED' $@.log | sed "s|^|$(<:$(BUILD)/%=%): |"; touch $@; } || \
	  { cat $@.log; exit 1; }

include lib/lib.mk conformance/conformance.mk traces/traces.mk chapters/chapters.mk docs/docs.mk

# --- Everything -----------------------------------------------------------------------------------

PROGRAMS := $(CONTRACT) $(SUITE) $(MUTANTS) $(BENCH) $(SOAK) $(FLOOR_SERVER) $(CHAT) $(TROUBLES) $(TRACER) $(OVERHEAR) \
  $(LIVE) $(PUBLISH) $(PHX) $(PHX_SHIM) $(WEATHER) $(SIMULATE) $(TOP)
.PHONY: all test unit compiled
all: $(PROGRAMS) ## work: build every program

# A folder's tests are a program, too, or one for eight files. These have names that would not fit into a namespace, or
# an allocator of their own, or are run by name by the book and its exercises; one is optimized: it would take four
# times as long.
TESTS_BY_THEMSELVES := lib/presence/replica_test.cc $(TYPED_TESTS:$(BUILD)/%=%.cc) $(shell \
  sed -n '/"unit"/,/]/p' chapters/*/exercise*/exercise.json | grep -o '"[^"]*_test\.cc"' | tr -d '"'; \
  grep -lE '^(namespace [a-z]|.(define|undef) |.*operator new)' $(TEST_SOURCES))
test_group = $(if $(call alone,$(1)),$(1:%.cc=$(BUILD)/%),$(call named,$(call first,$(1)),$(1))$(call first,$(1)))
TESTS := $(patsubst %.cc,$(BUILD)/%,$(filter $(TESTS_BY_THEMSELVES),$(TEST_SOURCES))) \
  $(call by_folder,test_group,$(filter-out $(TESTS_BY_THEMSELVES),$(TEST_SOURCES)))

# A group's source lists its files. Each test is in a namespace of its own, after what all of them include.
# One file's names may hide or use another's unnamed ones; check-compilers, where each is alone, looks at this.
IN_GROUP := -ffile-prefix-map=./= -Wno-shadow $(if $(ONLY_GCC),-Wshadow=local -Wno-subobject-linkage)
HASH := \#
include_each = printf '$(HASH)include "%s"\n' $(1)
include_tests = grep -hE '^.include (<|.*\.h")' $(1) | sort -u; printf 'namespace %s {\n$(HASH)include "%s"\n}\n' \
  $(foreach test,$(1),$(subst /,_,$(subst -,_,$(basename $(test)))) $(test))
SPACE := $(subst ,, )
differ = $(filter-out $(1),$(2)) $(filter-out $(2),$(1))
# Compiled again if a file joins or leaves the group, too.
$(addsuffix .o,$(GROUPS)): %.o: $$(if $$(strip $$(call differ,$$(strip $$(file <$$*.files)),$$($$*))),always) | \
  $$(call prelude,$$@) build/.packages-build
	@mkdir -p $(@D); { $(call $(if $(filter %_test,$*),include_tests,include_each),$($*)); } >$*.cc; \
	  echo $($*) >$*.files; \
	  echo '  c++  $(dir $(firstword $($*))){$(subst $(SPACE),$(COMMA),$(basename $(notdir $($*))))}.cc$(progress)'
	@$(GENTLY) $(CXX) $(ALL_CXXFLAGS) $(IN_GROUP) $(addprefix -iquote ,$(sort $(dir $($*)))) $(with_prelude) \
	  -MMD -MP -c $*.cc -o $@
.PHONY: always

# Not optimized either: tests, what replays a fuzzer's inputs, exercises, the pages' examples.
UNHURRIED += $(addsuffix .o,$(filter %_test,$(GROUPS))) $(call objects,$(UNHURRIED_SOURCES) \
  $(filter-out lib/presence/replica_test.cc,$(TEST_SOURCES)) $(EXERCISE_SOURCES) $(if $(ENGINE),,$(FUZZ_SOURCES)) \
  .ci/examples.cc)
$(UNHURRIED): LEVEL = -O0 $(if $(SAN)$(DEBUG),,-g0)
UNIT_PASSED := $(addsuffix .passed,$(TESTS)) $(patsubst %.cc,$(BUILD)/%.passed,$(FUZZ_SOURCES))
unit: $(UNIT_PASSED) ## work: run only the unit tests, and replay the inputs kept from fuzzing

# In three steps, for make starts what has become ready only after it has gone through all that it can compile. First
# the programs; then what runs them, and waits more than it works, beside the rest of the compiling, which gives way to
# it; then what needs both. No two makes that run side by side build the same file.
RUNS := $(patsubst %,$(BUILD)/%.passed,mutants client-mutants soak simulation suite-tests clients browsers)
RUNS_NEED := $(BUILD)/layers.passed $(PROGRAMS) $(LIBRARY) $(TESTING) $(CERTIFICATE) $(NPM) $(BOOK_NPM) \
  $(patsubst %,build/.packages-%,redis soak browser metrics nginx)
BESIDE_RUNS := $(UNIT_PASSED) $(call objects,$(EXERCISE_SOURCES)) $(BUILD)/examples.passed $(SHARED)
ALL_PASSED := $(BUILD)/subjects.passed $(CONFORMANCE_PASSED) $(TRACES_PASSED) $(UNIT_PASSED) $(LIB_PASSED) \
  $(CHAPTERS_PASSED) $(DOCS_PASSED)
test: ##* check: everything: units, rules, traces, mutants, exercises, real clients, the book
	@$(MAKE) -s --no-print-directory $(RUNS_NEED)
	@$(MAKE) -s --no-print-directory $(RUNS) & runs=$$!; \
	  $(MAKE) -s --no-print-directory $(BESIDE_RUNS) GENTLY='nice -n 10'; beside=$$?; \
	  [ $$beside -eq 0 ] || echo 'A test failed or did not compile: see above. What runs beside it goes on to its end.'; \
	  wait $$runs && exit $$beside
	@$(MAKE) -s --no-print-directory $(ALL_PASSED)
	@echo 'All passed: unit tests, layers, pages, conformance on one shard, on two, over TLS and on two nodes,' \
	  'traces, the suite itself, mutants, the exercises, real clients, installing, the book.'

# The programs, their tests, the benchmarks, the workshop's stubs and solutions.
compiled: ## work: compile every source; another compiler by CXX=…
compiled: $(call objects,$(shell git ls-files '*.cc' 2>/dev/null))
	@echo 'Compiled without a warning: $(words $^) sources, by $(shell $(CXX) --version | head -n 1).'

# --- The long gates -------------------------------------------------------------------------------

# clang 14 and clang-tidy 14, Debian 12's own, can't read <source_location>.
PACKAGES_clang := clang-16
PACKAGES_fuzz := clang-16 libclang-rt-16-dev
PACKAGES_style := clang-format clang-tidy-16
PACKAGES_valgrind := valgrind

.PHONY: check-all check-compilers check-fresh fuzz fuzzers valgrind
# make check-all [TIME=10] [NIGHT=1] [ONLY=test,compilers,…]: .ci/check-all names the parts. TIME is each fuzzer's, in
#   seconds; NIGHT=1 lets `make mutate` take all its faults and an hour, else it takes a sample.
check-all: ##* keep: the long gate: sanitizers, valgrind, fuzzers, soak, faults, bare systems
	@TIME=$(or $(TIME),10) NIGHT='$(NIGHT)' ONLY='$(ONLY)' .ci/check-all
check-compilers: build/.packages-clang ## keep: compile every source without a warning, with g++ and with clang
	@$(MAKE) --no-print-directory headers compiled
	@$(MAKE) --no-print-directory compiled CXX='$(strip $(CCACHE) clang++-16)' CXXFLAGS=-O1 BUILD=build/clang
# make check-fresh [RELEASE=bookworm|trixie]: of what is committed.
check-fresh: ## keep: run the README's two commands on a bare Debian 12 and 13: RELEASE=trixie
	@.ci/check-fresh $(or $(RELEASE),bookworm trixie)

# make fuzz [TIME=60] [ONLY=scanner,token]: what it learns stays in build/fuzz/learnt for the next time.
FUZZ_CXX ?= $(CCACHE) clang++-16
fuzz: build/.packages-fuzz ## keep: fuzz each parser: TIME=60 seconds each, ONLY=name,name
	@$(MAKE) --no-print-directory ENGINE=fuzzer SAN=address,undefined CXX='$(strip $(FUZZ_CXX))' \
	  CXXFLAGS='-O1 -g' fuzzers
	@.ci/fuzz $(or $(TIME),60) '$(ONLY)' $(patsubst %.cc,%,$(FUZZ_SOURCES))
fuzzers: $(patsubst %.cc,$(BUILD)/%,$(FUZZ_SOURCES))

valgrind: ## keep: clients of all kinds while valgrind watches the server
valgrind: $(LIBC_CONTRACT) $(SUITE) $(SOAK) $(CERTIFICATE) build/.packages-valgrind
	@.ci/valgrind $(LIBC_CONTRACT) $(SUITE) $(SOAK) $(CERTIFICATE) $(dir $(CERTIFICATE))key.pem

# --- Keeping --------------------------------------------------------------------------------------

CXX_FILES = $(shell git ls-files '*.cc' '*.h')
.PHONY: format layout duplicates tidy setup-hooks subjects clean help help-all
format: build/.packages-style ## work: format every C++ file with clang-format
	@clang-format -i $(CXX_FILES)
layout: build/.packages-style duplicates ## keep: report files with wrong layout or size, and duplicates
	@clang-format --dry-run --Werror $(CXX_FILES)
	@LC_ALL=C awk -f .ci/sizes.awk $(CXX_FILES)
# An exercise's stub repeats its solution, so those folders are left out. Anything else that must stand twice says why
# in a comment, from jscpd:ignore-start to jscpd:ignore-end.
DUPLICATES := .ci/duplicates
duplicates: $(DUPLICATES)/node_modules/.installed ## keep: report ten lines of code that stand twice
	@$(DUPLICATES)/node_modules/.bin/jscpd --config $(DUPLICATES)/jscpd.json lib conformance traces chapters docs .ci
# Exercises are left out: a stub is unfinished, and a solution is a file of lib, or short.
tidy: layout build/.packages-benchmark build/.packages-workshop ## keep: clang-tidy too: under ten minutes of a core
	@.ci/tidy $(filter-out -Werror $(ONLY_GCC),$(ALL_CXXFLAGS)) -- $(filter %.cc,$(shell git ls-files \
	  'lib/*.cc' 'conformance/*.cc' 'traces/*.cc' 'docs/*.cc' 'chapters/*.cc' ':!chapters/*/exercise*'))
setup-hooks: ## work: let git check the subject of each commit, as docs/contributing.md says
	@git config core.hooksPath .ci/hooks && echo 'git calls .ci/hooks/commit-msg now.'
subjects: ## check: the subject of each new commit names its area, in at most 72 characters
	@.ci/hooks/commit-msg
$(BUILD)/subjects.passed: $(wildcard .ci/hooks/* .git/logs/HEAD) | build/.packages-clients
	@$(call node_tests,commit subjects,.ci/hooks/*.test.mjs) && .ci/hooks/commit-msg
clean: ## work: remove everything that was built
	rm -rf build

# A target's help follows it: `## group: text`, and `##*` if `make` alone shows it.
help:
	@awk -v front=1 -f .ci/help.awk $(MAKEFILE_LIST)
help-all: ## keep: list all targets
	@awk -f .ci/help.awk $(MAKEFILE_LIST)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
