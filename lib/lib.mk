# lib/: the library, its unit tests and benchmarks, and how it is installed.

# Lowest first: a file includes its own layer or a lower one, and `make layers` checks it.
LAYERS := base json etf process telemetry pubsub serializer channel presence socket http tokens websocket transport \
  endpoint live_view redis cluster metrics dashboard net server client options testing

# What a program needs besides an installed library.
LIBRARY_PACKAGES := libwebsockets-dev libwebsockets-evlib-uv libuv1-dev libjansson-dev libcmocka-dev \
  libfmt-dev prometheus-cpp-dev libssl-dev libsodium-dev libhiredis-dev zlib1g-dev libsystemd-dev
PACKAGES_benchmark := libbenchmark-dev
# To build a program outside the tree, as docs/embedding.md says, and to read the tools' pages.
PACKAGES_install := cmake pkg-config groff-base
PACKAGES_deb := build-essential debhelper dpkg-dev

LIB_SOURCES := $(call sources,$(patsubst %,lib/%/*.cc,$(filter-out testing,$(LAYERS))))
TESTING_SOURCES := $(filter-out %/replay.cc,$(call sources,lib/testing/*.cc))
# A test of one file stands beside it, one of several together in the folder test/ of its layer or room.
TEST_SOURCES := $(wildcard $(foreach layer,$(LAYERS),lib/$(layer)/*_test.cc lib/$(layer)/test/*_test.cc))
FUZZ_SOURCES := $(wildcard $(patsubst %,lib/%/*_fuzz.cc,$(LAYERS)))
LIB_HEADERS := $(wildcard lib/*.h $(patsubst %,lib/%/*.h,$(LAYERS)))

# --- The library ----------------------------------------------------------------------------------

# ABI is a number that a program asks for when it is loaded: it changes with each change that breaks old programs.
VERSION := $(shell sed -n 's/.* library_version\[\] = "\(.*\)";/\1/p' lib/version.h)
ABI := 0
SHARED := $(BUILD)/libphoenix-channels.so.$(VERSION)

# The static and the shared library are made of the same objects.
EXPORTS := lib/packaging/exports.map
# What simulated worlds take from server/: conformance/conformance.mk says how.
SIMULATED_SERVER := $(patsubst %,lib/server/%.cc,access_log addresses connections draining forwarded http_connection \
  memory shard shutdown websocket_connection)
LIB_OBJECTS := $(call together,$(filter-out $(SIMULATED_SERVER),$(LIB_SOURCES))) $(call together,$(SIMULATED_SERVER))
LIB_EACH := $(call objects,$(LIB_SOURCES))
$(OPTIMIZED): LEVEL = -fPIC -fno-semantic-interposition
$(LIB_OBJECTS): $(EXPORTS)

$(SHARED): $(LIB_OBJECTS)
	@echo '  link $@'; $(CXX) -shared $(ALL_LDFLAGS) -Wl,-soname,libphoenix-channels.so.$(ABI) \
	  -Wl,--version-script=$(EXPORTS) -Wl,-z,defs -Wl,--as-needed $(filter %.o,$^) $(LIBS) -o $@

# The assembler reads these, which no list of includes names: see lib/base/embed.h.
$(BUILD)/lib/dashboard/page.o: $(wildcard lib/dashboard/page/*)
$(BUILD)/lib/server/admin_openapi.o: docs/openapi.json

$(LIBRARY): $(LIB_OBJECTS)
$(TESTING): $(call together,$(TESTING_SOURCES))
# Made again if a file only leaves it, too.
$(BUILD)/%.a: $$(if $$(strip $$(call differ,$$(strip $$(file <$$@.files)),$$^)),always)
	@mkdir -p $(@D); rm -f $@; echo "  ar   $@"; ar rcs $@ $(filter %.o,$^) && echo $(filter %.o,$^) >$@.files

# --- Its tests ------------------------------------------------------------------------------------

HOST_OBJECTS := $(BUILD)/lib/testing/host.o
$(BUILD)/lib/%_test: $(BUILD)/lib/%_test.o $(TESTING) $(LIBRARY)
	@$(call link,$(LIBS) -lcmocka)

# A fuzz target is linked with libFuzzer, or with a program that replays the kept inputs.
FUZZ_HOST := $(BUILD)/lib/testing/fuzz.o $(if $(ENGINE),,$(BUILD)/lib/testing/replay.o)
FUZZ_LIBS := $(if $(ENGINE),-fsanitize=$(ENGINE)) $(LIBS)
$(BUILD)/lib/%_fuzz: $(BUILD)/lib/%_fuzz.o $(FUZZ_HOST) $(LIBRARY)
	@$(call link,$(FUZZ_LIBS))
# It keeps the page as a browser does.
$(BUILD)/lib/live_view/%_fuzz: $(BUILD)/lib/live_view/%_fuzz.o $(FUZZ_HOST) \
  $(call objects,$(patsubst %,lib/testing/%.cc,test_shard page page_tree)) $(LIBRARY)
	@$(call link,$(FUZZ_LIBS))
corpus = $(dir $(1))corpus/$(patsubst %_fuzz,%,$(notdir $(1)))
$(BUILD)/%_fuzz.passed: $(BUILD)/%_fuzz $$(wildcard $$(call corpus,$$*_fuzz)/*)
	@$< $(call corpus,$*_fuzz) >$@.log 2>&1 && { grep PASSED $@.log | sed "s|^|$(notdir $<): |"; touch $@; } || \
	  { cat $@.log; exit 1; }

.PHONY: layers headers
# What the top level may have, besides dotfiles: a program goes into the room that it belongs to.
ROOMS := chapters conformance docs lib traces Doxyfile LICENSE Makefile README.md
OUTSIDE = $(filter-out .% $(ROOMS),$(shell git ls-files 2>/dev/null | cut -d/ -f1 | sort -u))
# The tools' rooms, lowest first, as the layers are.
TOOL_ROOMS := suite/wire proxy suite/core suite/clients suite/rules suite/client_rules suite/report suite \
  proof/mutants load/client load/floor load/bench load/soak server/realtime server publish top phx shims/phx faults \
  simulation/machine simulation/world simulation \
  traces/phx-trace
ALL_SOURCES = find lib conformance traces -name node_modules -prune -o -name '*.h' -print -o -name '*.cc' -print
CHECK_LAYERS = $(if $(OUTSIDE),echo 'the top level: expected only $(ROOMS) and found $(OUTSIDE)'; exit 1;) \
  awk -v layers='$(LAYERS)' -v rooms='$(TOOL_ROOMS)' -f .ci/layers.awk $$($(ALL_SOURCES)) && \
  awk 'length > 120 { print FILENAME ":" FNR ": " length " columns, and 120 are enough"; bad = 1 } END { exit bad }' \
    Makefile */*.mk
layers: ## check: every include points to its own layer or a lower one
	@$(CHECK_LAYERS)
$(BUILD)/layers.passed: $(shell $(ALL_SOURCES)) $(wildcard .ci/layers.*) docs/site/tree.mjs Makefile \
  $(wildcard */*.mk) | build/.packages-clients
	@mkdir -p $(@D); $(CHECK_LAYERS) && $(call node_tests,the include check,.ci/layers.test.mjs)

# What a program includes brings in no library that it need not know.
$(BUILD)/headers.passed: $(LIB_HEADERS) lib/packaging/headers
	@mkdir -p $(@D); CXX='$(CXX)' lib/packaging/headers >$@.log && touch $@ && \
	  echo "headers: $(words $(LIB_HEADERS)), of which a program gets $$(wc -l <$@.log)"
# Each header can be included alone. One that its own source includes first is compiled alone there; the others here.
OPENED := $(shell awk 'FNR == 1 { seen = 0 } !seen && /^\#include/ { seen = 1; own = substr(FILENAME, 5); \
  sub(/cc$$/, "h", own); if ($$2 == "\"" own "\"") print "lib/" own }' $(LIB_SOURCES) $(TESTING_SOURCES))
ALONE := $(patsubst %.h,$(BUILD)/alone/%.o,$(filter-out $(OPENED),$(LIB_HEADERS)))
$(BUILD)/alone/lib/%.o: lib/%.h | build/.packages-build
	@mkdir -p $(@D) && echo '#include "$*.h"' >$(@:.o=.cc) && \
	  $(CXX) $(ALL_CXXFLAGS) -O0 -g0 -MMD -MP -c $(@:.o=.cc) -o $@
headers: $(ALONE) $(BUILD)/headers.passed ## check: every header can be included on its own

# --- Its benchmarks -------------------------------------------------------------------------------

.PHONY: bench-serializer bench-reader bench-house bench-presence bench-live-view bench-live-view-page
$(call objects,$(wildcard lib/*/*_bench.cc)): | build/.packages-benchmark
$(BUILD)/lib/%_bench: $(BUILD)/lib/%_bench.o $(TESTING) $(LIBRARY)
	@$(call link,$(ALLOCATOR) $(LIBS) -lcmocka -lbenchmark)
SERIALIZER_BENCH := $(BUILD)/lib/serializer/scanner_bench
bench-serializer: ## measure: what a frame of 100 B, 1 kB and 1 MB costs the serializer, beside Jansson
bench-serializer: $(SERIALIZER_BENCH)
	@$< $(BENCH_FLAGS)
bench-reader: $(BUILD)/lib/websocket/reader_bench ## measure: what parsing a client's frames costs, beside a memcpy
	@$< $(BENCH_FLAGS)
bench-presence: ## measure: writing, reading and merging 1,000 to 100,000 presences
bench-presence: $(BUILD)/lib/presence/replica_bench
	@$< $(BENCH_FLAGS)
bench-live-view: ## measure: what a click costs a live page, by the page's size and the change's; a view's memory
bench-live-view: $(BUILD)/lib/live_view/click_bench
	@$< $(BENCH_FLAGS)
bench-live-view-page: $(BUILD)/lib/live_view/click_bench build/.packages-plots ## keep: draw chapter 17's plot again
	@$< --benchmark_format=json --benchmark_repetitions=5 --benchmark_report_aggregates_only=true | \
	  node chapters/17-live-view/cost.mjs
bench-house: $(BUILD)/lib/server/connections_bench ## measure: a message from reader to outbox, without the kernel
	@$< $(BENCH_FLAGS)

# --- Installing -----------------------------------------------------------------------------------

# make install [PREFIX=/usr/local] [LIBDIR=$(PREFIX)/lib] [DESTDIR=]; with the same values, make uninstall.
PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
PLACE = BUILD='$(BUILD)' DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' LIBDIR='$(LIBDIR)' VERSION='$(VERSION)' ABI='$(ABI)' \
  CXX='$(CXX)' LIBRARY_PACKAGES='$(LIBRARY_PACKAGES)' lib/packaging/place
INSTALLED := $(SHARED) $(LIBRARY) $(TESTING) $(SUITE) $(TRACER) $(BENCH) $(SOAK) $(PUBLISH) $(PHX) $(TOP)
.PHONY: install uninstall installable check-install deb check-deb
installable: $(INSTALLED)
install: $(INSTALLED) ##* keep: headers, libraries, tools: PREFIX=/usr/local LIBDIR=… DESTDIR=…
	@$(PLACE) install
uninstall: ## keep: remove what make install with the same PREFIX, LIBDIR and DESTDIR put there
	@$(PLACE) uninstall

# A program outside the tree, built from an installed tree and joined by phoenix.js.
TREE := $(CURDIR)/$(BUILD)/installed
$(BUILD)/installed.passed: PREFIX := $(TREE)
$(BUILD)/installed.passed: LIBDIR := $(TREE)/lib
$(BUILD)/installed.passed: DESTDIR :=
$(BUILD)/installed.passed: $(INSTALLED) $(NPM) $(wildcard lib/*.h lib/*/*.h lib/packaging/*) docs/embedding.md \
  $(wildcard docs/embedding/* docs/man/*) docs/completion.bash | build/.packages-install
	@rm -rf $(TREE) && $(PLACE) install >$@.install.log || { cat $@.install.log; exit 1; }
	@export INSTALLED=$(TREE); $(call node_tests,the installed library,lib/packaging/*.test.mjs)
check-install: $(BUILD)/installed.passed ## keep: build docs/embedding.md's program outside the tree, and join it

# Debian's packages: build/deb/*.deb.
deb: build/.packages-build build/.packages-deb ## keep: Debian packages of the library, its headers, the tools
	@VERSION='$(VERSION)' ABI='$(ABI)' BUILD_PACKAGES='$(PACKAGES_build)' LIBRARY_PACKAGES='$(LIBRARY_PACKAGES)' \
	  lib/packaging/deb
# make check-deb [RELEASE=bookworm|trixie]: of what is committed.
check-deb: ## keep: build and install the packages on a bare Debian 12 and 13: RELEASE=trixie
	@.ci/check-deb $(or $(RELEASE),bookworm trixie)

LIB_PASSED := $(BUILD)/layers.passed $(BUILD)/headers.passed $(if $(SAN),,$(BUILD)/installed.passed)
