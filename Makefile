# The front door. `make` alone says what one can do.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SECONDARY:
ifeq ($(filter -j%,$(MAKEFLAGS))$(ENGINE),)
MAKEFLAGS += -j$(shell nproc)
endif

# Lowest first: a file includes its own layer or a lower one, and `make layers` checks it.
LAYERS := base json etf process telemetry pubsub serializer channel presence socket http tokens websocket transport endpoint redis cluster metrics net server options testing

# SAN=address,undefined, SAN=thread or DEBUG=1 builds beside the plain build, never over it.
COMMA := ,
VARIANT := $(if $(SAN),$(subst $(COMMA),-,$(SAN)),$(if $(DEBUG),debug,plain))
BUILD := build/$(VARIANT)

CXX ?= g++
# -g1 names each function and line of a stack, and no variable: a third less to compile, a fifth of the disk.
CXXFLAGS ?= $(if $(DEBUG),-Og -g,-O2 -g1)
# Where g++ is called through ccache, so is clang.
CCACHE := $(filter ccache,$(firstword $(CXX)))
ALL_CXXFLAGS := -std=c++20 $(CPPFLAGS) $(CXXFLAGS) -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Werror \
  $(if $(findstring clang,$(CXX)),,-Wno-maybe-uninitialized) -pthread -Ilib -I. -DSPDLOG_COMPILED_LIB -DSPDLOG_FMT_EXTERNAL \
  $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all)
ALL_LDFLAGS := -pthread $(if $(SAN),-fsanitize=$(SAN)) $(LDFLAGS)
# `make fuzz` calls itself with ENGINE=fuzzer, and another compiler.
ifdef ENGINE
BUILD := build/fuzz
ALL_CXXFLAGS += -fsanitize=fuzzer-no-link
endif
LIBS := -lwebsockets -luv -ljansson -lspdlog -lfmt -lssl -lcrypto -lsodium -lprometheus-cpp-core -lhiredis -lz -lsystemd
# The servers' own: glibc's is slow at bursts of small messages, and keeps what a crowd has left behind.
# server.cc says what it is to do. Sanitizers bring theirs.
ALLOCATOR := $(if $(SAN),,-ljemalloc)
# Under AddressSanitizer CMocka would swallow the report of a bad access: leave SIGSEGV to ASan.
export ASAN_OPTIONS := handle_segv=2:detect_leaks=1
export TSAN_OPTIONS := halt_on_error=1:suppressions=$(CURDIR)/.ci/thread-suppressions
export UBSAN_OPTIONS := print_stacktrace=1

# What a program of one's own needs beside an installed library, and what building all of this needs.
LIBRARY_PACKAGES := libwebsockets-dev libwebsockets-evlib-uv libuv1-dev libjansson-dev libcmocka-dev libspdlog-dev libfmt-dev \
  prometheus-cpp-dev libssl-dev libsodium-dev libhiredis-dev zlib1g-dev libsystemd-dev
BUILD_PACKAGES := g++ make pkg-config $(LIBRARY_PACKAGES) libboost-dev libcli11-dev openssl libjemalloc-dev
CLIENT_PACKAGES := node:node node:npm
BROWSER_PACKAGES := chromium
WORKSHOP_PACKAGES := node:node libmsgpack-cxx-dev
METRICS_PACKAGES := prometheus
REDIS_PACKAGES := redis-server
NGINX_PACKAGES := nginx-light
SOAK_PACKAGES := gnuplot-nox
VALGRIND_PACKAGES := valgrind
FAULT_PACKAGES := node:node node:npm util-linux iproute2 libfaketime systemd nginx-light haproxy prometheus
DOC_PACKAGES := doxygen doxygen-awesome-css
# systemd and prometheus for what docs/deploy/README.md has its reader check.
BOOK_PACKAGES := node:node graphviz aspell aspell-en curl systemd prometheus
BENCHMARK_PACKAGES := libbenchmark-dev
PLOT_PACKAGES := gnuplot-nox
# clang-tidy 14, Debian 12's own, can't read <source_location>.
STYLE_PACKAGES := clang-format clang-tidy-16
# clang 14, Debian 12's own, can't read <source_location> either.
CLANG_PACKAGES := clang-16
FUZZ_PACKAGES := $(CLANG_PACKAGES) libclang-rt-16-dev
# Reads the Elixir of docs/contract.md, and runs none of it.
ELIXIR_PACKAGES := elixir
DEB_PACKAGES := build-essential debhelper dpkg-dev
# To build a program outside the tree, as docs/embedding.md says, and to read the tools' pages.
INSTALL_PACKAGES := cmake pkg-config groff-base

LIB_SOURCES := $(filter-out %_test.cc %_fuzz.cc %_bench.cc,$(foreach layer,$(filter-out testing,$(LAYERS)),$(wildcard lib/$(layer)/*.cc)))
TEST_SOURCES := $(foreach layer,$(LAYERS),$(wildcard lib/$(layer)/*_test.cc)) \
  $(wildcard conformance/*/*_test.cc conformance/*/*/*_test.cc chapters/*/*_test.cc traces/phx-trace/*_test.cc)
FUZZ_SOURCES := $(foreach layer,$(LAYERS),$(wildcard lib/$(layer)/*_fuzz.cc)) $(wildcard conformance/*/*/*_fuzz.cc traces/phx-trace/*_fuzz.cc)
TESTING_SOURCES := $(filter-out %_test.cc %/replay.cc,$(wildcard lib/testing/*.cc))
SERVER_SOURCES := $(filter-out %_test.cc,$(wildcard conformance/server/*.cc conformance/server/*/*.cc))
SUITE_SOURCES := conformance/proxy/server_process.cc $(filter-out %_test.cc %_fuzz.cc,$(wildcard conformance/suite/*.cc conformance/suite/*/*.cc))
MUTANT_SOURCES := $(filter-out %_test.cc,$(wildcard conformance/proof/mutants/*.cc conformance/proxy/*.cc)) \
  conformance/suite/core/release.cc \
  $(filter-out %_test.cc %_fuzz.cc,$(wildcard conformance/suite/wire/*.cc))
BENCH_SOURCES := $(filter-out %_test.cc,$(wildcard conformance/load/bench/*.cc conformance/load/client/*.cc)) conformance/suite/wire/tls.cc
TRACE_SOURCES := $(filter-out %_test.cc %_fuzz.cc,$(wildcard traces/phx-trace/*.cc))
TRACE_WIRE := $(filter-out %_test.cc %_fuzz.cc,$(wildcard conformance/suite/wire/*.cc)) \
  $(wildcard conformance/proxy/*.cc)
FLOOR_SOURCES := $(filter-out %_test.cc,$(wildcard conformance/load/floor/*.cc)) conformance/load/client/tls.cc conformance/suite/wire/tls.cc
SOAK_SOURCES := $(filter-out %_test.cc,$(wildcard conformance/load/soak/*.cc)) \
  $(filter-out %_test.cc,$(wildcard conformance/load/client/*.cc)) \
  $(patsubst %,conformance/suite/wire/%.cc,http json tls transcript url)
PUBLISH_SOURCES := $(filter-out %_test.cc,$(wildcard conformance/publish/*.cc))
CHAT_SOURCES := $(filter-out %_test.cc,$(wildcard chapters/01-the-101/*.cc))
TROUBLE_SOURCES := $(wildcard chapters/15-in-production/*.cc)
OVERHEAR_SOURCES := $(filter-out %_test.cc,$(wildcard chapters/18-more-than-one-machine/*.cc))

objects = $(patsubst %.cc,$(BUILD)/%.o,$(1))
LIBRARY := $(BUILD)/libphoenix.a
# ABI is a number that a program asks for when it is loaded: another one with each change that breaks old programs.
VERSION := $(shell sed -n 's/.* library_version\[\] = "\(.*\)";/\1/p' lib/version.h)
ABI := 0
SHARED := $(BUILD)/libphoenix-channels.so.$(VERSION)
TESTING := $(BUILD)/libphoenix-testing.a
CONTRACT := $(BUILD)/phx-contract
SUITE := $(BUILD)/phx-conformance
MUTANTS := $(BUILD)/phx-mutants
BENCH := $(BUILD)/phx-bench
SOAK := $(BUILD)/phx-soak
FLOOR_SERVER := $(BUILD)/phx-floor
CHAT := $(BUILD)/phx-chat
WEATHER := $(BUILD)/phx-weather
TROUBLES := $(TROUBLE_SOURCES:%.cc=$(BUILD)/%)
OVERHEAR := $(BUILD)/phx-overhear
CLIENTS := conformance/clients
TRACER := $(BUILD)/phx-trace
PUBLISH := $(BUILD)/phx-publish
HOST_OBJECTS := $(BUILD)/lib/testing/host.o

.PHONY: help
help: ## list all targets
	@echo 'Phoenix Channels, taken apart in C++. What you can do:'; echo
	@awk -F': .*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo; echo 'With SAN=address,undefined or SAN=thread everything is built and run under that sanitizer;'
	@echo 'with DEBUG=1 for a debugger, which then sees the variables too.'

# --- What must be installed -------------------------------------------------------------------

build/.packages-build: Makefile .ci/need
	@.ci/need $(BUILD_PACKAGES) && mkdir -p $(@D) && touch $@
build/.packages-clients: Makefile .ci/need
	@.ci/need $(CLIENT_PACKAGES) && mkdir -p $(@D) && touch $@
build/.packages-workshop: Makefile .ci/need
	@.ci/need $(WORKSHOP_PACKAGES) && mkdir -p $(@D) && touch $@
build/.packages-browser: Makefile .ci/need
	@.ci/need $(BROWSER_PACKAGES) && mkdir -p $(@D) && touch $@
build/.packages-metrics: Makefile .ci/need
	@.ci/need $(METRICS_PACKAGES) && mkdir -p $(@D) && touch $@
build/.packages-redis: Makefile .ci/need
	@.ci/need $(REDIS_PACKAGES) && mkdir -p $(@D) && touch $@
build/.packages-nginx: Makefile .ci/need
	@.ci/need $(NGINX_PACKAGES) && mkdir -p $(@D) && touch $@
build/.packages-faults: Makefile .ci/need
	@.ci/need $(FAULT_PACKAGES) && mkdir -p $(@D) && touch $@
build/.packages-soak: Makefile .ci/need
	@.ci/need $(SOAK_PACKAGES) && mkdir -p $(@D) && touch $@
build/.packages-valgrind: Makefile .ci/need
	@.ci/need $(VALGRIND_PACKAGES) && mkdir -p $(@D) && touch $@
build/.packages-docs: Makefile .ci/need
	@.ci/need $(DOC_PACKAGES) && mkdir -p $(@D) && touch $@
build/.packages-book: Makefile .ci/need
	@.ci/need $(BOOK_PACKAGES) && mkdir -p $(@D) && touch $@
build/.packages-style: Makefile .ci/need
	@.ci/need $(STYLE_PACKAGES) && mkdir -p $(@D) && touch $@
build/.packages-fuzz: Makefile .ci/need
	@.ci/need $(FUZZ_PACKAGES) && mkdir -p $(@D) && touch $@
build/.packages-clang: Makefile .ci/need
	@.ci/need $(CLANG_PACKAGES) && mkdir -p $(@D) && touch $@
build/.packages-plots: Makefile .ci/need
	@.ci/need $(PLOT_PACKAGES) && mkdir -p $(@D) && touch $@
build/.packages-benchmark: Makefile .ci/need
	@.ci/need $(BENCHMARK_PACKAGES) && mkdir -p $(@D) && touch $@
build/.packages-install: Makefile .ci/need
	@.ci/need $(INSTALL_PACKAGES) && mkdir -p $(@D) && touch $@
build/.packages-deb: Makefile .ci/need
	@.ci/need $(DEB_PACKAGES) && mkdir -p $(@D) && touch $@
build/.packages-elixir: Makefile .ci/need
	@.ci/need $(ELIXIR_PACKAGES) && mkdir -p $(@D) && touch $@

# --- Building ---------------------------------------------------------------------------------

$(BUILD)/%.o: %.cc | build/.packages-build
	@mkdir -p $(@D); echo '  c++  $<'
	@$(CXX) $(ALL_CXXFLAGS) -MMD -MP -c $< -o $@

# The same objects for the static and the shared library; those that are older than it are compiled again.
EXPORTS := lib/packaging/exports.map
LIB_OBJECTS := $(call objects,$(LIB_SOURCES))
$(LIB_OBJECTS): ALL_CXXFLAGS += -fPIC -fno-semantic-interposition
$(LIB_OBJECTS): $(EXPORTS)

$(SHARED): $(LIB_OBJECTS)
	@echo '  link $@'; $(CXX) -shared $(ALL_LDFLAGS) -Wl,-soname,libphoenix-channels.so.$(ABI) \
	  -Wl,--version-script=$(EXPORTS) -Wl,-z,defs -Wl,--as-needed $(filter %.o,$^) $(LIBS) -o $@

$(LIBRARY): $(LIB_OBJECTS)
$(TESTING): $(call objects,$(TESTING_SOURCES))
$(LIBRARY) $(TESTING):
	@mkdir -p $(@D); rm -f $@; echo "  ar   $@"; ar rcs $@ $^

$(CONTRACT): $(call objects,$(SERVER_SOURCES)) $(LIBRARY)
$(SUITE): $(call objects,$(SUITE_SOURCES)) $(HOST_OBJECTS)
$(MUTANTS): $(call objects,$(MUTANT_SOURCES))
$(BENCH): $(call objects,$(BENCH_SOURCES))
$(SOAK): $(call objects,$(SOAK_SOURCES))
$(FLOOR_SERVER): $(call objects,$(FLOOR_SOURCES))
$(CHAT): $(call objects,$(CHAT_SOURCES)) $(LIBRARY)
$(TRACER): $(call objects,$(TRACE_SOURCES) $(TRACE_WIRE))
$(PUBLISH): $(call objects,$(PUBLISH_SOURCES)) $(LIBRARY)
$(WEATHER): $(call objects,conformance/faults/weather.cc)
$(WEATHER): LIBS := -lfmt
$(CONTRACT) $(CHAT): LIBS := $(ALLOCATOR) $(LIBS)
# It needs few of the library's own, and a package should not ask for the others.
$(PUBLISH): LIBS := -Wl,--as-needed $(LIBS)
$(MUTANTS): LIBS := -lwebsockets -ljansson -lfmt -lssl -lcrypto -lz
$(SUITE): LIBS := -lwebsockets -ljansson -lfmt -lssl -lcrypto -lcmocka -lz
$(BENCH): LIBS := -lfmt -ljansson -lssl -lcrypto
$(SOAK): LIBS := -lfmt -ljansson -lssl -lcrypto
$(FLOOR_SERVER): LIBS := -lfmt -lssl -lcrypto
$(TRACER): LIBS := -lwebsockets -ljansson -lfmt -lssl -lcrypto -lz
$(CONTRACT) $(SUITE) $(MUTANTS) $(BENCH) $(SOAK) $(FLOOR_SERVER) $(CHAT) $(TRACER) $(PUBLISH) $(WEATHER):
	@echo '  link $@'; $(CXX) $(ALL_LDFLAGS) $^ $(LIBS) -o $@

# Chapter 15's programs, each of one file.
$(TROUBLES): %: %.o $(TESTING) $(LIBRARY)
	@echo '  link $@'; $(CXX) $(ALL_LDFLAGS) $^ $(LIBS) -lcmocka -o $@
# Chapter 18's.
$(OVERHEAR): $(call objects,$(OVERHEAR_SOURCES)) $(LIBRARY)
	@echo '  link $@'; $(CXX) $(ALL_LDFLAGS) $^ $(LIBS) -o $@

.PHONY: all
all: $(CONTRACT) $(SUITE) $(MUTANTS) $(BENCH) $(SOAK) $(FLOOR_SERVER) $(CHAT) $(TROUBLES) $(TRACER) $(OVERHEAR) $(PUBLISH) $(WEATHER) ## build everything

# Every source: the programs, their tests, the benchmark, the workshop's stubs and solutions.
.PHONY: compiled check-compilers
compiled: $(call objects,$(shell git ls-files '*.cc' 2>/dev/null)) ## compile every source, with another compiler by CXX=…
	@echo 'Compiled without a warning: $(words $^) sources, by $(shell $(CXX) --version | head -n 1).'
check-compilers: build/.packages-clang ## compile every source without a warning, with g++ and with clang
	@$(MAKE) --no-print-directory compiled
	@$(MAKE) --no-print-directory compiled CXX='$(strip $(CCACHE) clang++-16)' CXXFLAGS=-O1 BUILD=build/clang

# --- Tests ------------------------------------------------------------------------------------

$(BUILD)/lib/%_test: $(BUILD)/lib/%_test.o $(TESTING) $(LIBRARY)
	@$(CXX) $(ALL_LDFLAGS) $^ $(LIBS) -lcmocka -o $@
$(BUILD)/chapters/%_test: $(BUILD)/chapters/%_test.o $(filter-out %/chat.o,$(call objects,$(CHAT_SOURCES))) \
  $(TESTING) $(LIBRARY)
	@$(CXX) $(ALL_LDFLAGS) $^ $(LIBS) -lcmocka -o $@
$(BUILD)/chapters/18-more-than-one-machine/%_test: $(BUILD)/chapters/18-more-than-one-machine/%_test.o \
  $(filter-out %/overhear.o,$(call objects,$(OVERHEAR_SOURCES))) $(TESTING) $(LIBRARY)
	@$(CXX) $(ALL_LDFLAGS) $^ $(LIBS) -lcmocka -o $@
$(BUILD)/conformance/%_test: $(BUILD)/conformance/%_test.o $(TESTING) \
  $(filter-out $(BUILD)/conformance/suite/main.o,$(call objects,$(SUITE_SOURCES)))
	@$(CXX) $(ALL_LDFLAGS) $^ $(LIBS) -lcmocka -o $@
$(BUILD)/conformance/server/%_test: $(BUILD)/conformance/server/%_test.o $(TESTING) \
  $(filter-out %/main.o,$(call objects,$(SERVER_SOURCES))) $(LIBRARY)
	@$(CXX) $(ALL_LDFLAGS) $^ $(LIBS) -lcmocka -o $@
$(BUILD)/conformance/load/%_test: $(BUILD)/conformance/load/%_test.o $(call objects,lib/testing/main.cc lib/testing/tls.cc) $(HOST_OBJECTS) \
  $(filter-out %/main.o,$(call objects,$(BENCH_SOURCES) $(FLOOR_SOURCES)))
	@$(CXX) $(ALL_LDFLAGS) $^ $(LIBS) -lcmocka -o $@

$(BUILD)/conformance/load/soak/%_test: $(BUILD)/conformance/load/soak/%_test.o $(TESTING) \
  $(filter-out $(BUILD)/conformance/load/soak/main.o,$(call objects,$(SOAK_SOURCES)))
	@$(CXX) $(ALL_LDFLAGS) $^ $(LIBS) -lcmocka -o $@

TRACE_OBJECTS := $(filter-out %/main.o,$(call objects,$(TRACE_SOURCES) $(TRACE_WIRE)))
$(BUILD)/traces/%_test: $(BUILD)/traces/%_test.o $(TRACE_OBJECTS) $(BUILD)/lib/testing/main.o $(HOST_OBJECTS)
	@$(CXX) $(ALL_LDFLAGS) $^ $(LIBS) -lcmocka -o $@

%_test.passed: %_test
	@$< >$@.log 2>&1 && { grep -hE 'PASSED|SKIPPED' $@.log | sed "s|^|$(notdir $<): |"; touch $@; } || { cat $@.log; exit 1; }

# A fuzz target is linked with libFuzzer, or else with what replays the inputs that were kept.
FUZZ_HOST := $(BUILD)/lib/testing/fuzz.o $(if $(ENGINE),,$(BUILD)/lib/testing/replay.o)
$(BUILD)/lib/%_fuzz: $(BUILD)/lib/%_fuzz.o $(FUZZ_HOST) $(LIBRARY)
	@$(CXX) $(ALL_LDFLAGS) $(if $(ENGINE),-fsanitize=$(ENGINE)) $^ $(LIBS) -o $@
$(BUILD)/conformance/%_fuzz: $(BUILD)/conformance/%_fuzz.o $(FUZZ_HOST) \
  $(filter-out $(BUILD)/conformance/suite/main.o,$(call objects,$(SUITE_SOURCES))) $(HOST_OBJECTS)
	@$(CXX) $(ALL_LDFLAGS) $(if $(ENGINE),-fsanitize=$(ENGINE)) $^ $(LIBS) -lcmocka -o $@
$(BUILD)/traces/%_fuzz: $(BUILD)/traces/%_fuzz.o $(FUZZ_HOST) $(TRACE_OBJECTS)
	@$(CXX) $(ALL_LDFLAGS) $(if $(ENGINE),-fsanitize=$(ENGINE)) $^ $(LIBS) -o $@

.SECONDEXPANSION:
corpus = $(dir $(1))corpus/$(patsubst %_fuzz,%,$(notdir $(1)))
$(BUILD)/%_fuzz.passed: $(BUILD)/%_fuzz $$(wildcard $$(call corpus,$$*_fuzz)/*)
	@$< $(call corpus,$*_fuzz) >$@.log 2>&1 && { grep PASSED $@.log | sed "s|^|$(notdir $<): |"; touch $@; } || { cat $@.log; exit 1; }

UNIT_PASSED := $(patsubst %.cc,$(BUILD)/%.passed,$(TEST_SOURCES) $(FUZZ_SOURCES))
.PHONY: unit
unit: $(UNIT_PASSED) ## run only the unit tests, and replay the inputs kept from fuzzing

LAYER_FILES := $(wildcard $(foreach layer,$(LAYERS),lib/$(layer)/*.h lib/$(layer)/*.cc))
# What the top level may have, besides dotfiles: a program goes into the room that it belongs to.
ROOMS := chapters conformance docs lib traces Doxyfile LICENSE Makefile README.md
OUTSIDE = $(filter-out .% $(ROOMS),$(shell git ls-files 2>/dev/null | cut -d/ -f1 | sort -u))
CHECK_LAYERS = $(if $(OUTSIDE),echo 'the top level: expected only $(ROOMS) and found $(OUTSIDE)'; exit 1;) \
  awk -v layers='$(LAYERS)' -f .ci/layers.awk $(LAYER_FILES)
.PHONY: layers
layers: ## check that the top level has only its known folders, and every include points to its own layer or a lower one
	@$(CHECK_LAYERS)

# Each later stage waits for the one before, so that the first thing that is wrong is the last line.
$(BUILD)/layers.passed: $(LAYER_FILES) .ci/layers.awk
	@mkdir -p $(@D); $(CHECK_LAYERS) && touch $@

# Each header of lib/ can be included alone, before any other; and what a program gets shows it no library that it need not know.
LIB_HEADERS := $(wildcard lib/*.h $(foreach layer,$(LAYERS),lib/$(layer)/*.h))
ALONE := $(patsubst %.h,$(BUILD)/alone/%.o,$(LIB_HEADERS))
$(BUILD)/alone/lib/%.o: lib/%.h | build/.packages-build
	@mkdir -p $(@D) && echo '#include "$*.h"' >$(@:.o=.cc) && $(CXX) $(ALL_CXXFLAGS) -O0 -g0 -MMD -MP -c $(@:.o=.cc) -o $@
$(BUILD)/headers.passed: $(ALONE) lib/packaging/headers
	@CXX='$(CXX)' lib/packaging/headers >$@.log && echo "headers: $(words $(ALONE)), each by itself; a program gets $$(wc -l <$@.log)" && touch $@
.PHONY: headers
headers: $(BUILD)/headers.passed ## check that every header can be included on its own, and which headers a program gets

# As soon as there is a server: the suite waits more than it works, so the unit tests compile meanwhile.
$(BUILD)/conformance.passed: $(CONTRACT) $(SUITE) $(BUILD)/layers.passed
	@$(SUITE) -- $(CONTRACT) --shards 1 && $(SUITE) -- $(CONTRACT) --shards 2 && touch $@

# The same rules over TLS, by a certificate that the suite is told to trust.
$(BUILD)/tls/cert.pem: | build/.packages-build
	@mkdir -p $(@D) && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
	  -keyout $(@D)/key.pem -out $@ -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>$(@D)/openssl.log
$(BUILD)/tls.passed: $(BUILD)/conformance.passed $(BUILD)/tls/cert.pem
	@$(SUITE) --url wss://127.0.0.1/socket --ca $(BUILD)/tls/cert.pem -- \
	  $(CONTRACT) --shards 1 --cert $(BUILD)/tls/cert.pem --key $(BUILD)/tls/key.pem && touch $@

# What holds for two clients holds for clients of two nodes, too; and the rules of many nodes. Both with a channel of
# Redis for the cluster, and with one for each topic.
WITH_REDIS := conformance/server/with-redis
ON_NODES = $(WITH_REDIS) $(SUITE) --axis cluster --nodes $(1) -- $(CONTRACT) --shards 1 --redis {redis} --redis-channel-per $(2) \
  --pubsub Suite.PubSub --broadcast-period 100ms
$(BUILD)/cluster.passed: $(BUILD)/conformance.passed $(WITH_REDIS) | build/.packages-redis
	@$(call ON_NODES,2,cluster) && $(call ON_NODES,2,topic) && touch $@

# Each rule fails on a server that is broken on purpose, and none on the good one.
MUTANT_REASONS := conformance/proof/mutants/reasons.txt
JUDGE_MUTANTS = $(WITH_REDIS) $(MUTANTS) --redis {redis} --suite $(SUITE) --reasons $(MUTANT_REASONS) -- $(CONTRACT) --shards 1
.PHONY: mutants
mutants: $(MUTANTS) $(SUITE) $(CONTRACT) | build/.packages-redis ## prove that each rule can fail: run the suite against servers that are broken on purpose
	@$(JUDGE_MUTANTS)
$(BUILD)/mutants.passed: $(BUILD)/judging.passed $(MUTANTS) $(MUTANT_REASONS) $(WITH_REDIS) | build/.packages-redis
	@$(JUDGE_MUTANTS) >$@.log && tail -n 1 $@.log && touch $@ || { tail -n 2 $@.log; grep -A40 '^✗' $@.log; exit 1; }

# Faults in the library's own source, one at a time: what notices them?
# make mutate [ONLY=layer,name*] [SAMPLE=20 or AUTO=20] [SEED=…] [BY=suite,unit,replay] [SHARDS=2] [JOBS=2] [KEEP=1] [RECORD=1]
MUTATE := conformance/proof/mutate
RUN_MUTATE = CXX='$(CXX)' CXXFLAGS='$(ALL_CXXFLAGS)' LDFLAGS='$(ALL_LDFLAGS)' LIBS='$(LIBS)' ALLOCATOR='$(ALLOCATOR)' \
  BUILD='$(BUILD)' LIB_OBJECTS='$(LIB_OBJECTS)' SERVER_OBJECTS='$(call objects,$(SERVER_SOURCES))' \
  TESTING_OBJECTS='$(call objects,$(TESTING_SOURCES))' ONLY='$(ONLY)' SAMPLE='$(SAMPLE)' AUTO='$(AUTO)' SEED='$(SEED)' \
  BY='$(BY)' SHARDS='$(SHARDS)' JOBS='$(JOBS)' KEEP='$(KEEP)' RECORD='$(RECORD)' node $(MUTATE)/main.mjs
MUTATE_NEEDS = $(SUITE) $(CONTRACT) $(if $(findstring replay,$(BY)),$(TRACER)) \
  $(if $(findstring unit,$(BY)),$(call objects,$(filter lib/%,$(TEST_SOURCES)) $(TESTING_SOURCES)))
.PHONY: mutate
mutate: $(MUTATE_NEEDS) | build/.packages-clients ## put faults into the library, one at a time, and see which tests catch them: ONLY=layer SAMPLE=20
	@$(RUN_MUTATE)
$(BUILD)/mutate-list.passed: $(wildcard $(MUTATE)/* $(MUTATE)/faults/*) docs/proof.md $(LIB_SOURCES) $(wildcard lib/*/*.h) \
  | build/.packages-clients
	@node --test --test-reporter=spec $(MUTATE)/*.test.mjs >$@.log && sed -n 's/^ℹ pass /list of faults: PASSED /p' $@.log && touch $@ || { cat $@.log; exit 1; }

# make replay [TRACES='a.har b.har'] [URL=ws://host:port/socket]: without either, the index says what must agree.
TRACE_INDEX := traces/README.md
TRACE_FILES := $(wildcard traces/*.har traces/[0-9]*/*.har)
REPLAY_ALL = $(TRACER) replay --index $(TRACE_INDEX) $(TRACE_FILES) -- $(CONTRACT) --shards 1
.PHONY: replay
replay: $(TRACER) $(if $(URL),,$(CONTRACT)) ## replay recorded conversations to our server, or to URL=ws://host:port/socket, and compare: TRACES=
	@$(if $(TRACES)$(URL),$(TRACER) replay $(or $(TRACES),$(TRACE_FILES)) $(if $(URL),--url '$(URL)',-- $(CONTRACT)),$(REPLAY_ALL))
$(BUILD)/replay.passed: $(BUILD)/conformance.passed $(TRACER) $(TRACE_FILES) $(TRACE_INDEX) .ci/traces.awk
	@$(SUITE) --list | awk -f .ci/traces.awk - $(TRACE_INDEX) && $(REPLAY_ALL) && touch $@

# make record URL=ws://host:port FILE=mine.har [PORT=4001] [KEEP_SECRETS=1]
.PHONY: record
record: $(TRACER) ## record clients of 127.0.0.1:4001 (PORT) while they talk to URL=ws://host:port: FILE=mine.har
	@: $(if $(URL),,$(error expected URL=ws://host:port, the server to record))
	@exec $(TRACER) record --url '$(URL)' --listen $(or $(PORT),4001) -o '$(or $(FILE),recorded.har)' $(if $(KEEP_SECRETS),--keep-secrets)

# make fuzz [TIME=60] [ONLY=scanner,token]: what it learns stays in build/fuzz/learnt for the next time.
FUZZERS := $(patsubst %.cc,$(BUILD)/%,$(FUZZ_SOURCES))
FUZZ_CXX ?= $(CCACHE) clang++-16
.PHONY: fuzz fuzzers
fuzz: build/.packages-fuzz ## fuzz each parser: TIME=60 seconds each, ONLY=name,name
	@$(MAKE) --no-print-directory ENGINE=fuzzer SAN=address,undefined CXX='$(strip $(FUZZ_CXX))' CXXFLAGS='-O1 -g' fuzzers
	@.ci/fuzz $(or $(TIME),60) '$(ONLY)' $(patsubst %.cc,%,$(FUZZ_SOURCES))
fuzzers: $(FUZZERS)

# --- Pages that state what the code does --------------------------------------------------------

PAGES_PASSED := build/bench-pages.passed build/contract-page.passed $(BUILD)/protocol-page.passed $(BUILD)/examples.passed
.PHONY: pages
pages: $(PAGES_PASSED) ## check that the pages on the contract and the protocol, and the examples in comments, agree with the code

# The bench's tables and plots show the figures that were kept.
build/bench-pages.passed: $(wildcard conformance/load/bench/figures/*) conformance/load/bench/README.md docs/scale.md \
  $(wildcard conformance/load/bench/growth.* conformance/load/bench/load.svg) | build/.packages-plots build/.packages-clients
	@node conformance/load/bench/figures/page.mjs --check
	@node --test --test-reporter=spec conformance/load/bench/figures/*.test.mjs >$@.log && sed -n "s/^ℹ pass /the bench's pages: PASSED /p" $@.log && touch $@ || { cat $@.log; exit 1; }

# The Elixir must at least be Elixir, and laid out as Elixir is.
CONTRACT_PAGE := docs/contract.md
build/contract-page.passed: $(CONTRACT_PAGE) conformance/server/conformance_channel.cc \
  $(addprefix .ci/,contract.awk fences.awk formatter.exs) | build/.packages-elixir
	@awk -f .ci/contract.awk $(CONTRACT_PAGE) conformance/server/conformance_channel.cc
	@rm -rf build/contract-page && awk -v into=build/contract-page -f .ci/fences.awk $(CONTRACT_PAGE) >/dev/null
	@mix format --check-formatted --dot-formatter .ci/formatter.exs $$(find build/contract-page -type f) && touch $@

# Each rule is stated by one sentence of the protocol's page, and each sentence is judged by its rules.
PROTOCOL_PAGE := docs/protocol.md
$(BUILD)/protocol-page.passed: $(PROTOCOL_PAGE) .ci/protocol.awk $(SUITE)
	@$(SUITE) --list > $(BUILD)/rules.list && awk -f .ci/protocol.awk $(BUILD)/rules.list $(PROTOCOL_PAGE) && touch $@

# Each example in a header's comment, and on a page that takes it from no source, compiles.
EXAMPLE_FILES := $(wildcard lib/*.h lib/*/*.h conformance/*/*.h conformance/*/*/*.h traces/*/*.h chapters/*/*.h chapters/*/*/*.h \
  *.md docs/*.md conformance/*.md conformance/*/*.md conformance/*/*/*.md traces/*.md chapters/*/README.md)
$(BUILD)/examples/taken: .ci/examples.awk .ci/examples.cc $(EXAMPLE_FILES)
	@rm -rf $(@D); awk -v into=$(BUILD) -f $^ && touch $@
$(BUILD)/.ci/examples.o: $(BUILD)/examples/taken
$(BUILD)/.ci/examples.o: ALL_CXXFLAGS += -I$(BUILD)
$(BUILD)/examples.passed: $(BUILD)/.ci/examples.o
	@touch $@

.PHONY: sentences
sentences: ## number the suite's rules by the sentences of docs/protocol.md
	@awk -v table=1 -f .ci/protocol.awk $(PROTOCOL_PAGE) > conformance/suite/core/sentences.inc

.PHONY: phoenix-app
phoenix-app: ## write the contract as a Phoenix app into build/phoenix-app
	@awk -v into=build/phoenix-app -f .ci/fences.awk $(CONTRACT_PAGE)

# --- The book ---------------------------------------------------------------------------------

# Pages, and what they take listings, frames and pictures from.
BOOK_FILES := $(shell find . \( -name build -o -name node_modules -o -name .git \) -prune -o -type f \
  -regex '.*\.\(md\|cc\|h\|js\|mjs\|dot\|svg\|har\)' -print)
BOOK := PHX_TRACE=$(CURDIR)/$(BUILD)/phx-trace node docs/site

.PHONY: snippets
snippets: $(TRACER) | build/.packages-book ## fill the listings, frames and pictures of all pages from their sources
	@$(BOOK)/snippets.mjs
$(BUILD)/snippets.passed: $(BOOK_FILES) $(TRACER) | build/.packages-book
	@$(BOOK)/snippets.mjs --check && touch $@

.PHONY: spelling
spelling: | build/.packages-book ## check the British spelling of all pages with aspell; docs/words.txt has our own words
	@$(BOOK)/spelling.mjs
$(BUILD)/spelling.passed: $(BOOK_FILES) docs/words.txt | build/.packages-book
	@$(BOOK)/spelling.mjs && touch $@

.PHONY: english
english: ## look in comments, strings and pages for habits that read as if translated; docs/english.txt has the exceptions
	@$(BOOK)/english.mjs
$(BUILD)/english.passed: $(BOOK_FILES) docs/english.txt Makefile $(wildcard .ci/*.awk)
	@$(BOOK)/english.mjs && touch $@

.PHONY: links
links: | build/.packages-book ## check that every link in every page leads to its file and heading; make docs does so for the site
	@$(BOOK)/links.mjs --pages
$(BUILD)/links.passed: $(BOOK_FILES) | build/.packages-book
	@$(BOOK)/links.mjs --pages && touch $@

# make check-book [N=07]: a chapter's commands, or those of all pages.
PROGRAMS = $(UNIT_PASSED) $(CONTRACT) $(SUITE) $(MUTANTS) $(BENCH) $(CHAT) $(TROUBLES) $(TRACER) $(OVERHEAR) $(PUBLISH) $(CLIENTS)/node_modules/.installed
.PHONY: check-book
check-book: $(PROGRAMS) | build/.packages-book build/.packages-redis ## run the commands that pages tell a reader to type, and compare the output: N=07 one chapter
	@$(BOOK)/commands.mjs $(if $(N),$(or $(wildcard chapters/$(N)-*/README.md),$(error there is no chapter chapters/$(N)-…/README.md)))
# Behind all that could disturb a server that a page starts.
$(BUILD)/commands.passed: $(BUILD)/snippets.passed $(BUILD)/clients.passed $(BUILD)/exercises.passed $(PROGRAMS) $(BOOK_FILES) | build/.packages-redis
	@$(BOOK)/commands.mjs && touch $@
$(BUILD)/book-tools.passed: $(wildcard docs/site/*) | build/.packages-book
	@node --test --test-reporter=spec docs/site/*.test.mjs >$@.log && sed -n 's/^ℹ pass /tools of the book: PASSED /p' $@.log && touch $@ || { cat $@.log; exit 1; }

# --- Real clients -----------------------------------------------------------------------------

$(CLIENTS)/node_modules/.installed: $(CLIENTS)/package.json $(CLIENTS)/package-lock.json | build/.packages-clients
	@echo 'Installing the npm packages of $(CLIENTS)'
	@npm ci --silent --no-audit --no-fund --prefix $(CLIENTS) && touch $@

$(BUILD)/clients.passed: $(BUILD)/soak.passed $(CONTRACT) $(CHAT) $(TRACER) $(PUBLISH) $(CLIENTS)/node_modules/.installed \
  $(wildcard $(CLIENTS)/*.js $(CLIENTS)/support/*.js chapters/01-the-101/page/*) | build/.packages-browser build/.packages-metrics build/.packages-redis build/.packages-nginx
	@CONTRACT_SERVER=$(CURDIR)/$(CONTRACT) CHAT_SERVER=$(CURDIR)/$(CHAT) TRACER=$(CURDIR)/$(TRACER) PUBLISH=$(CURDIR)/$(PUBLISH) \
	  node --test --test-reporter=spec $(CLIENTS)/*.test.js && touch $@

# The world round the server breaks: a minute, so check-all runs it and not every make test. What can't be
# broken on this machine is told as skipped.
FAULTS := conformance/faults
# libfaketime and jemalloc wait for one another, so the clock is set of the one that valgrind watches.
LIBC_CONTRACT := $(BUILD)/valgrind/phx-contract
FAULT_PROGRAMS := $(CONTRACT) $(LIBC_CONTRACT) $(CHAT) $(WEATHER) $(CLIENTS)/node_modules/.installed
RUN_FAULTS = CONTRACT_SERVER=$(CURDIR)/$(CONTRACT) LIBC_CONTRACT_SERVER=$(CURDIR)/$(LIBC_CONTRACT) CHAT_SERVER=$(CURDIR)/$(CHAT) WEATHER=$(CURDIR)/$(WEATHER) \
  node --test --test-reporter=spec $(or $(addprefix $(FAULTS)/,$(addsuffix .test.js,$(ONLY))),$(FAULTS)/*.test.js)
.PHONY: faults
faults: $(FAULT_PROGRAMS) | build/.packages-faults ## break the environment around the server: kills, full disks, silence, floods: ONLY=killing
	@$(RUN_FAULTS)

.PHONY: chaos
chaos: $(FAULT_PROGRAMS) ## rubbish, floods, slow readers and kills beside well-behaved clients: SECONDS=30 SEED=…
	@CONTRACT_SERVER=$(CURDIR)/$(CONTRACT) node $(FAULTS)/chaos.js $(or $(SECONDS),30) $(SEED)

.PHONY: siege
siege: $(FAULT_PROGRAMS) ## one attack after another beside honest clients, whose waiting times are measured: SECONDS=5 ONLY=word
	@CONTRACT_SERVER=$(CURDIR)/$(CONTRACT) node $(FAULTS)/siege.js $(or $(SECONDS),5) '$(ONLY)'

# The suite against servers that are slow, dead, garbled or dying, and its reports against their schema.
JUDGING := conformance/proof/judging
$(BUILD)/judging.passed: $(BUILD)/tls.passed $(UNIT_PASSED) $(CLIENTS)/node_modules/.installed $(wildcard $(JUDGING)/*.js) \
  conformance/suite/report/report.schema.json docs/results.md $(wildcard conformance/results/*)
	@CONTRACT_SERVER=$(CURDIR)/$(CONTRACT) SUITE=$(CURDIR)/$(SUITE) \
	  node --test --test-reporter=spec $(JUDGING)/*.test.js && touch $@

$(BUILD)/soak.passed: $(BUILD)/mutants.passed $(SOAK) $(MUTANTS) conformance/load/soak/soak.test.js | build/.packages-soak build/.packages-redis
	@CONTRACT_SERVER=$(CURDIR)/$(CONTRACT) SOAK=$(CURDIR)/$(SOAK) MUTANTS=$(CURDIR)/$(MUTANTS) \
	  node --test --test-reporter=spec conformance/load/soak/*.test.js && touch $@

.PHONY: results
results: ## write docs/results.md from the runs in conformance/results
	@node conformance/results/page.js > docs/results.md

# make record-results [NAME='My server'] [VERSION=1.2] [URL=…]: a run for the page of results.
.PHONY: record-results
record-results: $(SUITE) $(if $(URL),,$(CONTRACT)) ## run the suite against a server and keep the run for docs/results.md: ours, or NAME, VERSION and URL
	@$(SUITE) $(SUITE_FLAGS) --server-name '$(or $(NAME),Phoenix Channels in C++)' \
	  --server-version '$(if $(filter command line environment,$(origin VERSION)),$(VERSION),$(shell git rev-parse --short HEAD))' \
	  --json 'conformance/results/$(shell echo '$(or $(NAME),phoenix-channels-cpp)' | tr 'A-Z ' 'a-z-').json' \
	  $(if $(URL),--url '$(URL)',-- $(CONTRACT)); [ $$? -le 1 ]
	@node conformance/results/page.js > docs/results.md

.PHONY: judging
judging: $(BUILD)/judging.passed ## test the suite itself: bad servers, its reports

# A reader types what is on the pages at the plain build.
BOOK_PASSED := $(addprefix $(BUILD)/,snippets.passed book-tools.passed spelling.passed english.passed links.passed) $(if $(SAN),,$(BUILD)/commands.passed)
ALL_PASSED := $(BUILD)/layers.passed $(BUILD)/conformance.passed $(BUILD)/tls.passed $(BUILD)/cluster.passed $(UNIT_PASSED) $(BUILD)/headers.passed $(PAGES_PASSED) $(BOOK_PASSED) \
  $(BUILD)/replay.passed $(BUILD)/judging.passed $(BUILD)/mutants.passed $(BUILD)/mutate-list.passed $(BUILD)/exercises.passed $(BUILD)/soak.passed $(BUILD)/clients.passed \
  $(if $(SAN),,$(BUILD)/installed.passed)
.PHONY: test
test: $(ALL_PASSED) ## everything: unit tests, layers, pages, conformance, traces, the suite itself, mutants, the exercises, real clients, installing, the book
	@echo 'All passed: unit tests, layers, pages, conformance on one shard, on two, over TLS and on two nodes, traces, the suite itself, mutants, the exercises, real clients, installing, the book.'

# --- The workshop -------------------------------------------------------------------------------

# make exercise [N=07] [HINT=1] [WATCH=1] [RESET=1] [SOLUTION=1]: chapters/workshop/main.mjs tells what each does.
WORKSHOP = CXX='$(CXX)' CXXFLAGS='$(filter-out -Werror,$(ALL_CXXFLAGS))' LDFLAGS='$(ALL_LDFLAGS)' LIBS='$(LIBS)' \
  BUILD='$(BUILD)' LIB_OBJECTS='$(LIB_OBJECTS)' SERVER_OBJECTS='$(call objects,$(SERVER_SOURCES))' \
  N='$(N)' HINT='$(HINT)' WATCH='$(WATCH)' RESET='$(RESET)' SOLUTION='$(SOLUTION)' NO_MEMORY_LIMIT='$(SAN)' node
EXERCISE := chapters/workshop/main.mjs
# What must be built before the reader's own file is: asked for only where an exercise is to be judged.
judging := $(and $(filter exercise,$(MAKECMDGOALS)),$(N),$(if $(HINT)$(RESET)$(SOLUTION),,yes))
EXERCISE_NEEDS = $(LIBRARY) $(TESTING) $(SUITE) $(call objects,$(SERVER_SOURCES)) $(shell $(WORKSHOP) $(EXERCISE) needs)
.PHONY: exercise
exercise: build/.packages-workshop $(if $(judging),$(EXERCISE_NEEDS)) ## show your progress in the workshop; N=07 tests your version of a file
	@$(WORKSHOP) $(EXERCISE); [ $$? -le 1 ]

# Each stub can be failed, for the reason it states, and the real file passes in its place.
EXERCISE_SOURCES := $(wildcard chapters/*/exercise*/*.stub.cc chapters/*/exercise*/*_test.cc \
  chapters/*/exercise*/server.cc chapters/*/exercise*/solution/*.cc)
$(call objects,$(EXERCISE_SOURCES)): | build/.packages-workshop
PROOF_NEEDS = $(UNIT_PASSED) $(call objects,$(EXERCISE_SOURCES)) $(TESTING) $(SUITE) $(CONTRACT)
$(BUILD)/exercises.passed: $(PROOF_NEEDS) $(wildcard chapters/workshop/* chapters/*/exercise*/exercise.json \
  chapters/*/exercise*/README.md chapters/*/exercise*/hints/*) | build/.packages-workshop
	@node --test --test-reporter=spec chapters/workshop/*.test.mjs >$@.log || { cat $@.log; exit 1; }
	@$(WORKSHOP) chapters/workshop/prove.mjs $(if $(N),,&& touch $@)
.PHONY: exercises
exercises: $(BUILD)/exercises.passed ## prove that each exercise fails with its stub and passes with its solution

# --- Running ----------------------------------------------------------------------------------

# make conformance [URL=ws://host:port/socket, or 'ws://one ws://other' of a cluster] [TOPIC=room:lobby] [PARAMS=a=b] [JOIN_PARAMS='{}'] [ONLY=J-01,B-*]
#   [SKIP=…] [PROFILE=1.8] [CORE=1] [STRICT=1] [KNOWN_FAILING=file] [TIMEOUT_SCALE=3] [JSON=file] [HTML=file]
#   [JUNIT=file] [TAP=file] [HAR=folder] [CA=file] [INSECURE=1] [FLAGS='whatever else phx-conformance --help tells']
option = $(if $($(1)),--$(2) '$($(1))')
SUITE_FLAGS = $(call option,TOPIC,topic) $(call option,PARAMS,params) $(call option,JOIN_PARAMS,join-params) \
  $(call option,ONLY,only) $(call option,SKIP,skip) $(call option,PROFILE,profile) $(if $(CORE),--core) \
  $(if $(STRICT),--strict) $(call option,KNOWN_FAILING,known-failing) $(call option,TIMEOUT_SCALE,timeout-scale) \
  $(call option,JSON,json) $(call option,HTML,html) $(call option,JUNIT,junit) $(call option,TAP,tap) \
  $(call option,HAR,har) $(call option,CA,ca) $(if $(INSECURE),--insecure) $(FLAGS)
.PHONY: conformance
conformance: $(SUITE) $(if $(URL),,$(CONTRACT)) ## check a server against the rules of the wire: ours, or URL=ws://host:port/socket
	@$(SUITE) $(SUITE_FLAGS) $(if $(URL),$(foreach url,$(URL),--url '$(url)'),-- $(CONTRACT))

# make conformance-cluster [N=2] [CHANNEL_PER=topic] [ONLY=…]: nodes of ours, at a Redis of their own.
.PHONY: conformance-cluster
conformance-cluster: $(SUITE) $(CONTRACT) | build/.packages-redis ## check N=2 nodes of ours, with one Redis, as one server; CHANNEL_PER=topic
	@$(subst --axis cluster,--axis cluster $(SUITE_FLAGS),$(call ON_NODES,$(or $(N),2),$(or $(CHANNEL_PER),cluster)))

# make flakes [N=50] [SEED=…] [SHARDS=1]. On two shards N-09 depends on where the V1 member lives.
.PHONY: flakes
flakes: $(SUITE) $(CONTRACT) ## run the suite N times (50), shuffled, against our server; fail if a rule's outcome changes
	@$(SUITE) --repeat $(or $(N),50) --shuffle $(call option,SEED,seed) $(SUITE_FLAGS) -- $(CONTRACT) --shards $(or $(SHARDS),1)

.PHONY: serve
serve: $(CONTRACT) ## run the contract server in the foreground: PORT=4000
	@exec $(CONTRACT) --port $(or $(PORT),4000)

.PHONY: run
run: $(CHAT) $(CLIENTS)/node_modules/.installed ## run chapter 1's chat on http://localhost:4000
	@exec $(CHAT) --port $(or $(PORT),4000)

.PHONY: cluster
cluster: $(CHAT) $(CLIENTS)/node_modules/.installed build/.packages-redis build/.packages-nginx ## run the chat as three nodes with one Redis, behind nginx: http://localhost:4000 shows who is on which node
	@exec chapters/18-more-than-one-machine/cluster $(or $(PORT),4000) $(CHAT)

# make bench [URL=ws://host:port/socket [PID=1234]] [CASES=echo,fanout] [VERSUS=ws://…, or a command with {port}] [FLOOR=1] [TLS=1]
#   [BENCH_FLAGS='whatever else phx-bench --help tells']
WITH_TLS := $(if $(TLS), --cert $(BUILD)/tls/cert.pem --key $(BUILD)/tls/key.pem)
BENCH_OPTIONS = $(call option,CASES,only) $(call option,PID,pid) $(call option,JSON,json) \
  $(if $(FLOOR),--versus '$(FLOOR_SERVER)$(WITH_TLS)',$(call option,VERSUS,versus)) \
  $(if $(TLS),--url wss://127.0.0.1/socket --ca $(BUILD)/tls/cert.pem) $(BENCH_FLAGS)
.PHONY: bench
# make bench CLUSTER=1: from one node of ours to another, at a Redis of their own.
bench: $(BENCH) $(if $(URL),,$(CONTRACT)) $(if $(CLUSTER),build/.packages-redis) $(if $(FLOOR),$(FLOOR_SERVER)) $(if $(TLS),$(BUILD)/tls/cert.pem) ## measure speed and memory: of our server, or URL=ws://…; compare with VERSUS=… or FLOOR=1; TLS=1; CLUSTER=1 from node to node
	@$(if $(CLUSTER),$(WITH_REDIS)) $(BENCH) $(BENCH_OPTIONS) $(if $(CLUSTER),--nodes 2 $(if $(CASES),,--only nodes)) \
	  $(if $(URL),--url '$(URL)',-- $(CONTRACT) --shards 1$(WITH_TLS) $(if $(CLUSTER),--redis {redis} --pubsub Bench.PubSub))

$(call objects,$(wildcard lib/*/*_bench.cc)): | build/.packages-benchmark
$(BUILD)/lib/%_bench: $(BUILD)/lib/%_bench.o $(TESTING) $(LIBRARY)
	@$(CXX) $(ALL_LDFLAGS) $^ $(ALLOCATOR) $(LIBS) -lcmocka -lbenchmark -o $@
SERIALIZER_BENCH := $(BUILD)/lib/serializer/scanner_bench
# make figures [ONLY='load payload'] [ALONE='command that keeps the machine quiet']: each takes less than a minute.
GROWTH := idle newcomers talkers topics subscribers payload memory shards
FIGURES := floor-speed floor-rest $(GROWTH) load serializer
MEASURE = conformance/load/bench/figures/measure $(BUILD)
.PHONY: figures growth load bench-pages
figures: $(BENCH) $(CONTRACT) $(FLOOR_SERVER) $(SERIALIZER_BENCH) build/.packages-plots ## measure the figures of the bench's pages and docs/scale.md again, and write them
	@ALONE='$(ALONE)' $(MEASURE) $(or $(ONLY),$(FIGURES)); status=$$?; node conformance/load/bench/figures/page.mjs && exit $$status
growth: ## measure the cost of a message as connections, topics, subscribers, payloads, shards grow: conformance/load/bench/growth.md
	@$(MAKE) --no-print-directory figures ONLY='$(or $(ONLY),$(GROWTH))'
load: ## plot latency against load: conformance/load/bench/load.svg
	@$(MAKE) --no-print-directory figures ONLY=load
bench-pages: build/.packages-plots ## write the bench's pages from the figures that were kept
	@node conformance/load/bench/figures/page.mjs
.PHONY: bench-serializer
bench-serializer: $(SERIALIZER_BENCH) ## measure what a frame of 100 B, 1 kB and 1 MB costs the serializer, and compare with Jansson
	@$(SERIALIZER_BENCH) $(BENCH_FLAGS)
.PHONY: bench-reader bench-house bench-presence
bench-reader: $(BUILD)/lib/websocket/reader_bench ## measure what parsing a client's frames costs, and compare with a memcpy
	@$< $(BENCH_FLAGS)
bench-presence: $(BUILD)/lib/presence/replica_bench ## measure what a transfer of 1,000 to 100,000 presences costs to write, to read, to merge
	@$< $(BENCH_FLAGS)
bench-house: $(BUILD)/lib/server/connections_bench ## measure what a message costs from reader to outbox, without network and kernel
	@$< $(BENCH_FLAGS)

# make soak [MINUTES=10] [URL=ws://host:port/socket] [SHARDS=1] [NODES=2 [OUTAGES=6]] [SEED=…] [FLAGS='whatever else phx-soak --help tells']
AT_REDIS = --metrics --redis {redis} --pubsub Soak.PubSub
.PHONY: soak
soak: $(SOAK) $(if $(URL),,$(CONTRACT)) | build/.packages-soak $(if $(NODES),build/.packages-redis) ## mixed load for MINUTES=10, each message checked, memory watched; NODES=2 at a Redis that fails, each loss counted
	@$(SOAK) --minutes $(or $(MINUTES),10) $(call option,SEED,seed) --out build/soak $(FLAGS) \
	  $(if $(NODES),--nodes $(NODES) --outages $(or $(OUTAGES),6)) \
	  $(if $(URL),--url '$(URL)',-- $(CONTRACT) --shards $(or $(SHARDS),1) --log off $(if $(NODES),$(AT_REDIS)))

.PHONY: churn
churn: $(SOAK) $(CONTRACT) ## three waves of 10,000 connections that join and go; memory must return to its base
	@$(SOAK) --waves 3 -- $(CONTRACT) --shards $(or $(SHARDS),1) --log off

# valgrind must see each allocation, so this one allocates through the C library.
WATCHED := $(LIBC_CONTRACT)
$(WATCHED): $(call objects,$(SERVER_SOURCES)) $(LIBRARY)
	@mkdir -p $(@D); echo '  link $@'; $(CXX) $(ALL_LDFLAGS) $^ $(LIBS) -o $@
.PHONY: valgrind
valgrind: $(WATCHED) $(SUITE) $(SOAK) $(BUILD)/tls/cert.pem build/.packages-valgrind ## run the server under valgrind, with clients of all kinds: no leak, no error
	@.ci/valgrind $(WATCHED) $(SUITE) $(SOAK) $(BUILD)/tls/cert.pem $(BUILD)/tls/key.pem

# make check-fresh [RELEASE=bookworm|trixie]: what is committed, not what lies about.
.PHONY: check-fresh
check-fresh: ## run the README's two commands on a bare Debian 12 and 13, each in a root of its own: RELEASE=trixie
	@.ci/check-fresh $(or $(RELEASE),bookworm trixie)

# make check-all [TIME=10] [NIGHT=1] [ONLY=test,compilers,address,thread,valgrind,fuzz,soak,nodes,churn,faults,mutate,layout,fresh,deb]:
#   TIME is each fuzzer's, in seconds; by NIGHT `make mutate` takes all its faults and an hour, else a sample.
.PHONY: check-all
check-all: ## the long gate: tests, compilers, sanitizers, valgrind, fuzzers, soak, churn, faults, mutate, layout, bare machines, packages; prints a table at the end
	@TIME=$(or $(TIME),10) NIGHT='$(NIGHT)' ONLY='$(ONLY)' .ci/check-all

# --- Installing ---------------------------------------------------------------------------------

# make install [PREFIX=/usr/local] [LIBDIR=$(PREFIX)/lib] [DESTDIR=]; with the same values, make uninstall.
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
PLACE = BUILD='$(BUILD)' DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' LIBDIR='$(LIBDIR)' VERSION='$(VERSION)' ABI='$(ABI)' \
  CXX='$(CXX)' LIBRARY_PACKAGES='$(LIBRARY_PACKAGES)' lib/packaging/place
INSTALLED := $(SHARED) $(LIBRARY) $(TESTING) $(SUITE) $(TRACER) $(BENCH) $(SOAK) $(PUBLISH)
.PHONY: install uninstall installable
installable: $(INSTALLED)
install: $(INSTALLED) ## install headers, libraries, tools: PREFIX=/usr/local LIBDIR=… DESTDIR=…
	@$(PLACE) install
uninstall: ## remove what make install with the same PREFIX, LIBDIR and DESTDIR put there
	@$(PLACE) uninstall

# A program outside the tree, built from an installed tree and joined by phoenix.js.
TREE := $(CURDIR)/$(BUILD)/installed
$(BUILD)/installed.passed: PREFIX := $(TREE)
$(BUILD)/installed.passed: LIBDIR := $(TREE)/lib
$(BUILD)/installed.passed: DESTDIR :=
$(BUILD)/installed.passed: $(INSTALLED) $(CLIENTS)/node_modules/.installed $(wildcard lib/*.h lib/*/*.h lib/packaging/*) \
  docs/embedding.md $(wildcard docs/embedding/* docs/man/*) docs/completion.bash | build/.packages-install
	@rm -rf $(TREE) && $(PLACE) install >$@.log && INSTALLED=$(TREE) node --test --test-reporter=spec lib/packaging/*.test.mjs >>$@.log && \
	  sed -n 's/^ℹ pass /the installed library: PASSED /p' $@.log && touch $@ || { cat $@.log; exit 1; }
.PHONY: check-install
check-install: $(BUILD)/installed.passed ## build docs/embedding.md's program outside the tree from an installed one, and join it with phoenix.js

# Debian's packages, of what lies here: build/deb/*.deb.
.PHONY: deb check-deb
deb: build/.packages-build build/.packages-deb ## make Debian packages: the shared library, its development files, the tools
	@VERSION='$(VERSION)' ABI='$(ABI)' BUILD_PACKAGES='$(BUILD_PACKAGES)' LIBRARY_PACKAGES='$(LIBRARY_PACKAGES)' lib/packaging/deb

# make check-deb [RELEASE=bookworm|trixie]: what is committed, not what lies about.
check-deb: ## build the packages on a bare Debian 12 and 13, install them on another, build a program, purge: RELEASE=trixie
	@.ci/check-deb $(or $(RELEASE),bookworm trixie)

# --- Reading and keeping ----------------------------------------------------------------------

SITE := build/docs/html
.PHONY: docs
docs: build/.packages-docs $(CLIENTS)/node_modules/.installed ## build the site: build/docs/html/index.html
	@rm -rf $(SITE) && mkdir -p $(SITE) && \
	  ROOT='$(CURDIR)' FONTS='$(CLIENTS)/node_modules/@fontsource-variable/source-serif-4/files' doxygen -q Doxyfile
	@node docs/site/site.mjs $(SITE) build/docs/site.tag && node docs/site/links.mjs --site $(SITE)
	@echo 'The site is at $(SITE)/index.html'

CXX_FILES = $(shell git ls-files '*.cc' '*.h')
.PHONY: format
format: build/.packages-style ## format every C++ file with clang-format
	@clang-format -i $(CXX_FILES)

.PHONY: layout
layout: build/.packages-style ## report files with wrong layout or size
	@clang-format --dry-run --Werror $(CXX_FILES)
	@awk -f .ci/sizes.awk $(CXX_FILES)

.PHONY: tidy
tidy: layout build/.packages-benchmark ## run clang-tidy's checks as well
	@printf '%s\n' $(filter-out .ci/%,$(filter %.cc,$(CXX_FILES))) | xargs -P $(shell nproc) -n 4 \
	  sh -c 'clang-tidy-16 --quiet --warnings-as-errors="*" "$$@" -- $(filter-out -Wno-maybe-uninitialized,$(ALL_CXXFLAGS)) 2>/dev/null' clang-tidy

.PHONY: clean
clean: ## remove everything that was built
	rm -rf build

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
