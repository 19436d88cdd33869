# traces/: the recorded conversations, and phx-trace, which records, shows, draws and replays them.

TRACE_SOURCES := $(call sources,traces/phx-trace/*.cc)
TRACE_ROOM := $(BUILD)/traces/phx-trace.a
TEST_SOURCES += $(wildcard traces/phx-trace/*_test.cc traces/phx-trace/test/*_test.cc)
FUZZ_SOURCES += $(wildcard traces/phx-trace/*_fuzz.cc)

$(TRACE_ROOM): $(call without_main,$(TRACE_SOURCES))
$(TRACER): $(BUILD)/traces/phx-trace/main.o $(TRACE_ROOM) $(SUITE_ROOM)
	@echo '  link $@'; $(call link,-lwebsockets -ljansson -lfmt -lssl -lcrypto -lz)
$(BUILD)/traces/%_test: $(BUILD)/traces/%_test.o $(TRACE_ROOM) $(SUITE_ROOM) $(TESTING)
	@$(call link,$(LIBS) -lcmocka)
$(BUILD)/traces/%_fuzz: $(BUILD)/traces/%_fuzz.o $(FUZZ_HOST) $(TRACE_ROOM) $(SUITE_ROOM)
	@$(call link,$(FUZZ_LIBS))

.PHONY: replay record
# make replay [TRACES='a.har b.har'] [URL=ws://host:port/socket]: without either, the index says what must agree.
TRACE_INDEX := traces/README.md
TRACE_FILES := $(wildcard traces/*.har traces/[0-9]*/*.har traces/liveview/*.har)
REPLAY_ALL = $(TRACER) replay --index $(TRACE_INDEX) $(TRACE_FILES) -- $(CONTRACT) --shards 1
REPLAY_SOME = $(TRACER) replay $(or $(TRACES),$(TRACE_FILES)) $(if $(URL),--url '$(URL)',-- $(CONTRACT))
replay: $(TRACER) $(if $(URL),,$(CONTRACT)) ## check: recorded conversations, to our server or URL=ws://…: TRACES=
	@$(if $(TRACES)$(URL),$(REPLAY_SOME),$(REPLAY_ALL))
$(BUILD)/replay.passed: $(BUILD)/conformance.passed $(TRACER) $(TRACE_FILES) $(TRACE_INDEX) .ci/traces.awk
	@$(SUITE) --list | awk -f .ci/traces.awk - $(TRACE_INDEX) && $(REPLAY_ALL) && touch $@

# make record URL=ws://host:port FILE=mine.har [PORT=4001] [KEEP_SECRETS=1]
record: $(TRACER) ## work: record clients of 127.0.0.1:4001 (PORT) as they talk to URL=ws://host:port: FILE=mine.har
	@: $(if $(URL),,$(error expected URL=ws://host:port, the server to record))
	@exec $(TRACER) record --url '$(URL)' --listen $(or $(PORT),4001) -o '$(or $(FILE),recorded.har)' \
	  $(if $(KEEP_SECRETS),--keep-secrets)

TRACES_PASSED := $(BUILD)/replay.passed
