# conformance/: the suite, the server that it checks, the proof, the load, the real clients, the faults.

PACKAGES_browser := chromium
PACKAGES_metrics := prometheus
PACKAGES_faults := node:node node:npm util-linux iproute2 libfaketime systemd nginx-light haproxy prometheus
PACKAGES_soak := gnuplot-nox
PACKAGES_coverage := clang-16 llvm-16 libclang-rt-16-dev

WIRE_SOURCES := $(call sources,conformance/suite/wire/*.cc)
PROXY_SOURCES := $(call sources,conformance/proxy/*.cc)
SUITE_SOURCES := $(call sources,conformance/suite/*.cc conformance/suite/*/*.cc)
SERVER_SOURCES := $(call sources,conformance/server/*.cc conformance/server/*/*.cc) chapters/17-live-view/demo.cc
MUTANT_SOURCES := $(call sources,conformance/proof/mutants/*.cc)
LOAD_SOURCES := $(call sources,conformance/load/client/*.cc) \
  $(patsubst %,conformance/suite/wire/%.cc,frame json loopback tls utf8)
BENCH_SOURCES := $(call sources,conformance/load/bench/*.cc) $(LOAD_SOURCES)
FLOOR_SOURCES := $(call sources,conformance/load/floor/*.cc) \
  conformance/load/client/tls.cc conformance/suite/wire/tls.cc
SOAK_SOURCES := $(call sources,conformance/load/soak/*.cc) $(LOAD_SOURCES) \
  $(patsubst %,conformance/suite/wire/%.cc,http transcript url) conformance/suite/report/markup.cc
PUBLISH_SOURCES := $(call sources,conformance/publish/*.cc)
PHX_SOURCES := $(call sources,conformance/phx/*.cc)
TOP_SOURCES := $(call sources,conformance/top/*.cc)
SIMULATION_SOURCES := $(call sources,conformance/simulation/*.cc)
TEST_SOURCES += $(wildcard conformance/*/*_test.cc conformance/*/*/*_test.cc conformance/*/*/test/*_test.cc)
FUZZ_SOURCES += $(wildcard conformance/*/*/*_fuzz.cc)

# Each room's objects but its main.o: the room's program and its tests take from it what they need.
without_main = $(call together,$(filter-out %/main.cc,$(1)))
SUITE_ROOM := $(BUILD)/conformance/suite.a
SERVER_ROOM := $(BUILD)/conformance/server.a
LOAD_ROOM := $(BUILD)/conformance/load.a
SOAK_ROOM := $(BUILD)/conformance/soak.a
$(SUITE_ROOM): $(call without_main,$(SUITE_SOURCES) $(PROXY_SOURCES)) $(HOST_OBJECTS)
$(SERVER_ROOM): $(call without_main,$(SERVER_SOURCES))
SERVER_OBJECTS := $(BUILD)/conformance/server/main.o $(call without_main,$(SERVER_SOURCES))
$(LOAD_ROOM): $(call without_main,$(sort $(BENCH_SOURCES) $(FLOOR_SOURCES)))
$(SOAK_ROOM): $(call without_main,$(SOAK_SOURCES))

$(CONTRACT): $(BUILD)/conformance/server/main.o $(SERVER_ROOM) $(LIBRARY)
$(SUITE): $(BUILD)/conformance/suite/main.o $(SUITE_ROOM)
$(MUTANTS): $(call together,$(MUTANT_SOURCES)) $(SUITE_ROOM)
$(BENCH): $(BUILD)/conformance/load/bench/main.o $(LOAD_ROOM)
$(FLOOR_SERVER): $(BUILD)/conformance/load/floor/main.o $(LOAD_ROOM)
$(SOAK): $(BUILD)/conformance/load/soak/main.o $(SOAK_ROOM) $(LIBRARY)
$(PUBLISH): $(call together,$(PUBLISH_SOURCES)) $(LIBRARY)
$(PHX): $(call together,$(PHX_SOURCES)) $(LIBRARY)
$(TOP): $(call together,$(TOP_SOURCES)) $(LIBRARY)
$(PHX_SHIM): $(call objects,conformance/shims/phx/main.cc) $(LIBRARY)
$(WEATHER): $(call objects,conformance/faults/weather.cc)
# A rule makes itself known: nothing calls it by name.
$(SUITE): WHOLE := $(SUITE_ROOM)
$(CONTRACT): LIBS := $(ALLOCATOR) $(LIBS)
$(SUITE): LIBS := -lwebsockets -ljansson -lfmt -lssl -lcrypto -lcmocka -lz
$(MUTANTS): LIBS := -lwebsockets -ljansson -lfmt -lssl -lcrypto -lz
$(BENCH): LIBS := -lfmt -ljansson -lssl -lcrypto
$(FLOOR_SERVER): LIBS := -lfmt -lssl -lcrypto
$(WEATHER): LIBS := -lfmt
# They need few of the library's libraries, and a package should not ask for the others.
$(TOP): LIBS := -lncursesw $(LIBS)
$(PUBLISH) $(PHX) $(PHX_SHIM) $(SOAK) $(TOP): LIBS := -Wl,--as-needed $(LIBS)
$(CONTRACT) $(SUITE) $(MUTANTS) $(BENCH) $(FLOOR_SERVER) $(SOAK) $(PUBLISH) $(PHX) $(PHX_SHIM) $(WEATHER) \
  $(TOP):
	@echo '  link $@'; $(call link,$(LIBS))

# The library from its streams upwards, on a machine that is made up. What it takes from a real one is replaced by
# machine/outside.cc; what is left is in machine/allowed.txt, and has no effect outside and no chance in it.
SIMULATION := conformance/simulation
SIMULATED_LAYERS := base json etf process telemetry pubsub serializer channel presence socket http tokens websocket \
  transport endpoint redis cluster client
SIMULATED_SOURCES := $(call sources,$(SIMULATION)/machine/*.cc $(SIMULATION)/world/*.cc) lib/net/networks.cc \
  $(filter-out lib/process/workers.cc,$(call sources,$(SIMULATED_LAYERS:%=lib/%/*.cc))) \
  $(SIMULATED_SERVER)
SIMULATED := $(BUILD)/$(SIMULATION)/simulated.o
REPLACED = $(addprefix --wrap=,$(shell $(SIMULATION)/machine/replaced))
$(SIMULATED): $(call together,$(SIMULATED_SOURCES)) \
  $(patsubst %,$(SIMULATION)/machine/%,closed replaced allowed.txt outside.cc hiredis.cc)
	@echo '  link $@'; ld -r $(REPLACED) $(filter %.o,$^) -o $@ && $(SIMULATION)/machine/closed $@
# First the library: of an inline function that another object has, too, its copy counts, which is the replaced one.
$(SIMULATE): LIBS := $(ALLOCATOR) $(LIBS)
$(SIMULATE): $(SIMULATED) $(call objects,$(SIMULATION)/main.cc) $(call without_main,$(SIMULATION_SOURCES))
	@echo '  link $@'; $(call link,-Wl$(COMMA)--as-needed $(LIBS))

# make simulate COVERAGE=1 counts the branches of some layers: clang knows which of them a person wrote. All else is as
# in the plain build.
COVERED_LAYERS := socket channel presence transport cluster client
COVERED := $(foreach layer,$(COVERED_LAYERS),$(filter lib/$(layer)/%,$(SIMULATED_SOURCES)))
COUNTING := build/coverage/phx-simulate
COUNTED := $(COVERED:%.cc=build/coverage/%.o)
-include $(COUNTED:.o=.d)
$(COUNTED): build/coverage/%.o: %.cc | build/.packages-coverage
	@mkdir -p $(@D); echo '  c++  $<'
	@$(CCACHE) clang++-16 -std=c++20 -O0 -pthread -Ilib -I. -fprofile-instr-generate -fcoverage-mapping -MMD -MP \
	  -c $< -o $@
build/coverage/simulated.o: $(COUNTED) $(call together,$(filter-out $(COVERED),$(SIMULATED_SOURCES)))
	@echo '  link $@'; ld -r $(REPLACED) $^ -o $@ && $(SIMULATION)/machine/closed $@
$(COUNTING): $(call objects,$(SIMULATION)/main.cc) $(call without_main,$(SIMULATION_SOURCES)) build/coverage/simulated.o
	@echo '  link $@'; $(call link,-Wl$(COMMA)--as-needed $(LIBS) -u__llvm_profile_runtime \
	  $(shell clang++-16 -print-file-name=libclang_rt.profile-$(shell uname -m).a))

# libfaketime and jemalloc wait for one another, and valgrind must see each allocation: this one has glibc's.
LIBC_CONTRACT := $(BUILD)/valgrind/phx-contract
$(LIBC_CONTRACT): $(BUILD)/conformance/server/main.o $(SERVER_ROOM) $(LIBRARY)
	@mkdir -p $(@D); echo '  link $@'; $(call link,$(LIBS))

$(BUILD)/conformance/suite/%_test $(BUILD)/conformance/%_fuzz: WHOLE := $(SUITE_ROOM)
$(BUILD)/conformance/%_test: $(BUILD)/conformance/%_test.o $(SUITE_ROOM) $(TESTING)
	@$(call link,$(LIBS) -lcmocka)
$(BUILD)/conformance/server/%_test: $(BUILD)/conformance/server/%_test.o $(SERVER_ROOM) $(TESTING) $(LIBRARY)
	@$(call link,$(LIBS) -lcmocka)
$(BUILD)/conformance/load/%_test: $(BUILD)/conformance/load/%_test.o $(LOAD_ROOM) $(TESTING)
	@$(call link,$(LIBS) -lcmocka)
$(BUILD)/conformance/load/soak/%_test: $(BUILD)/conformance/load/soak/%_test.o $(SOAK_ROOM) $(TESTING) $(LIBRARY)
	@$(call link,$(LIBS) -lcmocka)
$(BUILD)/conformance/simulation/%_test: $(BUILD)/conformance/simulation/%_test.o \
  $(call without_main,$(SIMULATION_SOURCES)) $(SIMULATED) $(TESTING)
	@$(call link,$(LIBS) -lcmocka)
$(BUILD)/conformance/%_fuzz: $(BUILD)/conformance/%_fuzz.o $(FUZZ_HOST) $(SUITE_ROOM)
	@$(call link,$(FUZZ_LIBS) -lcmocka)

# --- Checking a server ----------------------------------------------------------------------------

.PHONY: serve conformance conformance-client conformance-cluster flakes results record-results record-client
serve: $(CONTRACT) ## begin: the contract server in the foreground: PORT=4000
	@exec $(CONTRACT) --port $(or $(PORT),4000)

# make conformance [URL=ws://host:port/socket, or 'ws://one ws://other' of a cluster] [TOPIC=room:lobby] [PARAMS=a=b]
#   [JOIN_PARAMS='{}'] [ONLY=J-01,B-*] [SKIP=…] [PROFILE=1.8] [CORE=1] [STRICT=1] [KNOWN_FAILING=file]
#   [TIMEOUT_SCALE=3] [JSON=file] [HTML=file] [JUNIT=file] [TAP=file] [HAR=folder] [CA=file]
#   [INSECURE=1] [FLAGS='what --help tells']
SUITE_FLAGS = $(call option,TOPIC,topic) $(call option,PARAMS,params) $(call option,JOIN_PARAMS,join-params) \
  $(call option,ONLY,only) $(call option,SKIP,skip) $(call option,PROFILE,profile) $(if $(CORE),--core) \
  $(if $(STRICT),--strict) $(call option,KNOWN_FAILING,known-failing) $(call option,TIMEOUT_SCALE,timeout-scale) \
  $(call option,JSON,json) $(call option,HTML,html) $(call option,JUNIT,junit) $(call option,TAP,tap) \
  $(call option,HAR,har) $(call option,CA,ca) $(if $(INSECURE),--insecure) $(FLAGS)
conformance: $(SUITE) $(if $(URL),,$(CONTRACT)) ##* check: a server against the rules of the wire: ours, or URL=ws://…
	@$(SUITE) $(SUITE_FLAGS) $(if $(URL),$(foreach url,$(URL),--url '$(url)'),-- $(CONTRACT))

# make conformance-client [CLIENT='node my-shim.js'] [ONLY=C-0*] [SKIP=…] [STRICT=1] [KNOWN_FAILING=file] [JSON=file]
#   [HTML=file] … as above. docs/client-contract.md says what a shim is.
SHIMS := conformance/shims
conformance-client: $(SUITE) $(NPM) ##* check: a client against the rules of clients: CLIENT='node my-shim.js'
	@$(SUITE) client $(SUITE_FLAGS) -- $(or $(CLIENT),node $(SHIMS)/phoenix.js)

# Two nodes at a Redis of their own, with a channel for the whole cluster or, CHANNEL_PER=topic, for each topic.
WITH_REDIS := conformance/server/with-redis
ON_NODES = $(WITH_REDIS) $(SUITE) --axis cluster $(SUITE_FLAGS) --nodes $(1) -- $(CONTRACT) --shards 1 --redis {redis} \
  --redis-channel-per $(2) --pubsub Suite.PubSub --broadcast-period 100ms
# make conformance-cluster [N=2] [CHANNEL_PER=topic] [ONLY=…]
conformance-cluster: ## check: N=2 nodes of ours with one Redis, as one server
conformance-cluster: $(SUITE) $(CONTRACT) | build/.packages-redis
	@$(call ON_NODES,$(or $(N),2),$(or $(CHANNEL_PER),cluster))

# make flakes [N=50] [SEED=…] [SHARDS=1]. On two shards N-09 depends on where the V1 member lives.
flakes: $(SUITE) $(CONTRACT) ## check: the suite N=50 times, shuffled; fails if a rule's outcome changes
	@$(SUITE) --repeat $(or $(N),50) --shuffle $(call option,SEED,seed) $(SUITE_FLAGS) -- \
	  $(CONTRACT) --shards $(or $(SHARDS),1)

results: ## keep: write docs/results.md from the runs in conformance/results
	@node conformance/results/page.js > docs/results.md
# make record-results [NAME='My server'] [VERSION=1.2] [URL=…]
RESULT_FILE = $(shell echo '$(or $(NAME),phoenix-channels-cpp)' | tr 'A-Z ' 'a-z-').json
RESULT_VERSION = \
  $(if $(filter command line environment,$(origin VERSION)),$(VERSION),$(shell git rev-parse --short HEAD))
record-results: $(SUITE) $(if $(URL),,$(CONTRACT)) ## keep: a run for docs/results.md: ours, or NAME, VERSION and URL
	@$(SUITE) $(SUITE_FLAGS) --server-name '$(or $(NAME),Phoenix Channels in C++)' --server-version '$(RESULT_VERSION)' \
	  --json 'conformance/results/$(RESULT_FILE)' $(if $(URL),--url '$(URL)',-- $(CONTRACT)); [ $$? -le 1 ]
	@node conformance/results/page.js > docs/results.md

# make record-client [CLIENT='node my-shim.js'] NAME=my-client: the name of its file
record-client: $(SUITE) $(NPM) ## keep: a client's run for docs/results.md: CLIENT, and NAME for its file
	@$(SUITE) client --json 'conformance/results/client-$(or $(NAME),phoenix-js).json' $(FLAGS) \
	  -- $(or $(CLIENT),node $(SHIMS)/phoenix.js); [ $$? -le 1 ]
	@node conformance/results/page.js > docs/results.md

# As soon as there is a server: the suite waits more than it works, so the unit tests compile meanwhile.
$(BUILD)/conformance.passed: $(CONTRACT) $(SUITE) $(BUILD)/layers.passed
	@$(SUITE) -- $(CONTRACT) --shards 1 && $(SUITE) -- $(CONTRACT) --shards 2 && touch $@

# The same rules over TLS, by a certificate that the suite trusts by option.
$(CERTIFICATE): | build/.packages-build
	@mkdir -p $(@D) && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
	  -keyout $(@D)/key.pem -out $@ -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
	  2>$(@D)/openssl.log
BY_TLS = --cert $(CERTIFICATE) --key $(dir $(CERTIFICATE))key.pem
$(BUILD)/tls.passed: $(BUILD)/conformance.passed $(CERTIFICATE)
	@$(SUITE) --url wss://127.0.0.1/socket --ca $(CERTIFICATE) -- $(CONTRACT) --shards 1 $(BY_TLS) && touch $@

# The rules for two clients also hold for clients of two nodes, and so do the rules of many nodes.
$(BUILD)/cluster.passed: $(BUILD)/conformance.passed $(WITH_REDIS) | build/.packages-redis
	@$(call ON_NODES,2,cluster) && $(call ON_NODES,2,topic) && touch $@

# --- The proof --------------------------------------------------------------------------------------

.PHONY: mutants mutate suite-tests client-mutants
# Each rule fails on a server that is broken on purpose, and none on the good one.
REASONS := conformance/proof/mutants/reasons.txt
JUDGE_MUTANTS = $(WITH_REDIS) $(MUTANTS) --redis {redis} --suite $(SUITE) --reasons $(REASONS) -- $(CONTRACT) --shards 1
mutants: ## check: each rule can fail: run it against broken servers
mutants: $(MUTANTS) $(SUITE) $(CONTRACT) | build/.packages-redis
	@$(JUDGE_MUTANTS)
AFTER_SUITE := $(patsubst %,$(BUILD)/%.passed,tls cluster replay)
$(BUILD)/mutants.passed: $(AFTER_SUITE) $(MUTANTS) $(REASONS) \
  $(WITH_REDIS) | build/.packages-redis
	@$(JUDGE_MUTANTS) >$@.log && tail -n 1 $@.log && touch $@ || { tail -n 2 $@.log; grep -A40 '^✗' $@.log; exit 1; }

# The same for rules of clients: phoenix.js, broken on purpose.
CLIENT_PROOF := conformance/proof/clients
client-mutants: $(BUILD)/client-mutants.passed ## check: each rule of clients can fail: run it against broken clients
$(BUILD)/client-mutants.passed: $(AFTER_SUITE) $(SUITE) $(NPM) docs/client-rules.md \
  $(wildcard $(CLIENT_PROOF)/*.js $(SHIMS)/*.js)
	@export SUITE=$(CURDIR)/$(SUITE); $(call node_tests,broken clients,$(CLIENT_PROOF)/*.test.js)

# Faults in the library's own source, one at a time: what notices them?
# make mutate [ONLY=layer,name*] [SAMPLE=20, EACH=8 or AUTO=20] [SEED=…] [BY=suite,unit,replay,simulation] [SHARDS=2]
#   [JOBS=2] [KEEP=1] [RECORD=1] [SEEN=1: those that broke a simulated world before]
MUTATE := conformance/proof/mutate
RUN_MUTATE = CXX='$(CXX)' CXXFLAGS='$(ALL_CXXFLAGS)' LDFLAGS='$(ALL_LDFLAGS)' LIBS='$(LIBS)' ALLOCATOR='$(ALLOCATOR)' \
  BUILD='$(BUILD)' LIB_OBJECTS='$(LIB_EACH)' SERVER_OBJECTS='$(call objects,$(SERVER_SOURCES))' \
  TESTING_OBJECTS='$(call objects,$(TESTING_SOURCES))' LAYERS='$(LAYERS)' ONLY='$(ONLY)' SAMPLE='$(SAMPLE)' \
  EACH='$(EACH)' AUTO='$(AUTO)' SEED='$(SEED)' BY='$(BY)' SHARDS='$(SHARDS)' JOBS='$(JOBS)' KEEP='$(KEEP)' \
  RECORD='$(RECORD)' SEEN='$(SEEN)' SIMULATED_OBJECTS='$(call objects,$(SIMULATED_SOURCES))' REPLACED='$(REPLACED)' \
  SIMULATION_OBJECTS='$(call objects,$(SIMULATION_SOURCES))' node $(MUTATE)/main.mjs
MUTATE_NEEDS = $(if $(filter simulation,$(BY)),$(SIMULATE),$(SUITE) $(CONTRACT)) \
  $(if $(findstring replay,$(BY)),$(TRACER)) $(if $(findstring simulation,$(BY)),$(SIMULATE)) \
  $(call objects,$(LIB_SOURCES) $(SERVER_SOURCES) $(if $(findstring unit,$(BY)),$(filter lib/%,$(TEST_SOURCES)) \
  $(TESTING_SOURCES)) $(if $(findstring simulation,$(BY)),$(SIMULATED_SOURCES) $(SIMULATION_SOURCES)))
mutate: $$(MUTATE_NEEDS) | build/.packages-clients ## check: which tests notice faults in lib/: ONLY=layer SAMPLE=20
	@$(RUN_MUTATE)
$(BUILD)/mutate-list.passed: $(wildcard $(MUTATE)/* $(MUTATE)/faults/*) docs/proof.md $(LIB_SOURCES) \
  $(wildcard lib/*/*.h) | build/.packages-clients
	@$(call node_tests,list of faults,$(MUTATE)/*.test.mjs)

# The suite against servers that are slow, dead, garbled or dying, and its reports against their schema.
SUITE_TESTS := conformance/proof/suite_tests
suite-tests: $(BUILD)/suite-tests.passed ## check: the suite itself: bad servers, its reports
$(BUILD)/suite-tests.passed: $(patsubst %,$(BUILD)/%.passed,mutants client-mutants soak) $(NPM) \
  $(wildcard $(SUITE_TESTS)/*.js) \
  conformance/suite/report/report.schema.json docs/results.md $(wildcard conformance/results/*)
	@CONTRACT_SERVER=$(CURDIR)/$(CONTRACT) SUITE=$(CURDIR)/$(SUITE) \
	  node --test --test-reporter=spec $(SUITE_TESTS)/*.test.js && touch $@

# --- Worlds in a box ----------------------------------------------------------------------------------

.PHONY: simulate
# make simulate [MINUTES=1] [SEED=7 [KEEP=0,3] [STEP=120] [TRACE=file] [HAR=file]] [JOBS=2]
#   [WORLD=chat, presence, longpoll, deploy, cluster or hour] [WORLDS=1000: with the seeds FROM=1 on] [ALL=1: lists all
#   that are broken] [COVERAGE=1: which branches WORLDS=500 of each kind take]
# make simulate SCENE='all, all-2 (on two shards), leave or join | leave; | say' [ORDERS=1000] [DELAYS=2] [ORDER=0,1,1]
simulate: ## check: servers, clients and a network simulated: MINUTES=1 of fresh seeds, or SEED=7, or SCENE=all
simulate: $(if $(COVERAGE),$(COUNTING),$(SIMULATE))
	@$(if $(COVERAGE),$(SIMULATION)/coverage $(COUNTING) $(or $(WORLDS),500) '$(COVERED_LAYERS)', \
	  $(SIMULATE) $(call option,WORLD,world) $(call option,KEEP,keep) $(call option,STEP,step) $(call option,HAR,har) \
	  $(call option,TRACE,trace) $(call option,JOBS,jobs) $(if $(ALL),--all) \
	  $(if $(SCENE),--scene '$(SCENE)' $(call option,ORDER,order) $(call option,ORDERS,orders) \
	    $(call option,DELAYS,delays), \
	  $(if $(SEED),--seed $(SEED),$(if $(WORLDS),--worlds $(WORLDS) $(call option,FROM,from), \
	    --seconds $$(($(or $(MINUTES),1) * 60))))))
# Fixed worlds, and FRESH new ones of each kind for new code: a checksum of the simulated source gives their first seed,
# so one commit plays the same worlds on each machine and each day.
FRESH := 100
FRESH_FROM = $$(cat $(wildcard lib/*/*.cc lib/*/*.h $(SIMULATION)/*/*.cc $(SIMULATION)/*/*.h) | cksum | \
  awk '{ print 1000001 + $$1 % 900000000 }')
$(BUILD)/simulation.passed: $(SIMULATE) $(BUILD)/conformance.passed $(wildcard $(SIMULATION)/*.mjs) \
  $(SIMULATION)/machine/closed.test.mjs
	@$(SIMULATE) --worlds 90 && $(SIMULATE) --world presence --worlds 26 && $(SIMULATE) --world cluster --worlds 26 && \
	  $(SIMULATE) --worlds 1 --from 2112 && $(SIMULATE) --world cluster --worlds 1 --from 2110 && \
	  from=$(FRESH_FROM) && for world in chat presence longpoll deploy cluster; do \
	    $(SIMULATE) --world $$world --worlds $(FRESH) --from $$from || exit; done && \
	  $(SIMULATE) --scene all --orders 300 && $(SIMULATE) --scene all-2 --orders 30 && \
	  CXX='$(CXX)' $(call node_tests,the check of what worlds may use,$(wildcard $(SIMULATION)/*.test.mjs \
	  $(SIMULATION)/machine/*.test.mjs))

# --- Load -------------------------------------------------------------------------------------------

.PHONY: bench bench-dashboard figures growth load bench-pages soak churn
# make bench [URL=ws://host:port/socket [PID=1234]] [CASES=echo,fanout] [VERSUS=ws://…, or a command with {port}]
#   [FLOOR=1] [TLS=1] [CLUSTER=1: from one node of ours to another, at a Redis of their own]
#   [BENCH_FLAGS='what --help tells']
WITH_TLS := $(if $(TLS), $(BY_TLS))
BENCH_OPTIONS = $(call option,CASES,only) $(call option,PID,pid) $(call option,JSON,json) \
  $(if $(FLOOR),--versus '$(FLOOR_SERVER)$(WITH_TLS)',$(call option,VERSUS,versus)) \
  $(if $(TLS),--url wss://127.0.0.1/socket --ca $(CERTIFICATE)) \
  $(if $(CLUSTER),--nodes 2 $(if $(CASES),,--only nodes)) $(BENCH_FLAGS)
BENCHED = $(CONTRACT) --shards 1$(WITH_TLS) $(if $(CLUSTER),--redis {redis} --pubsub Bench.PubSub)
bench: ##* measure: speed and memory: of our server, or URL=ws://…; FLOOR=1, TLS=1, CLUSTER=1
bench: $(BENCH) $(if $(URL),,$(CONTRACT)) $(if $(CLUSTER),build/.packages-redis) \
  $(if $(FLOOR),$(FLOOR_SERVER)) $(if $(TLS),$(CERTIFICATE))
	@$(if $(CLUSTER),$(WITH_REDIS)) $(BENCH) $(BENCH_OPTIONS) $(if $(URL),--url '$(URL)',-- $(BENCHED))

bench-dashboard: ## measure: an echo's p50, p99 beside 10,000 channels: with and without the dashboard; one held
bench-dashboard: $(CONTRACT) $(CHAT) $(NPM)
	@CONTRACT_SERVER=$(CURDIR)/$(CONTRACT) node conformance/load/bench/watched.mjs
	@CHAT_SERVER=$(CURDIR)/$(CHAT) node conformance/load/bench/held.mjs

# make figures [ONLY='load payload'] [ALONE='command that keeps the machine quiet']: each takes less than a minute.
GROWTH := idle newcomers talkers topics subscribers payload memory shards
FIGURES := floor-speed floor-rest $(GROWTH) load serializer
FIGURES_ROOM := conformance/load/bench/figures
figures: ## measure: the figures of the bench's pages and docs/scale.md again
figures: $(BENCH) $(CONTRACT) $(FLOOR_SERVER) $(SERIALIZER_BENCH) build/.packages-plots
	@ALONE='$(ALONE)' $(FIGURES_ROOM)/measure $(BUILD) $(or $(ONLY),$(FIGURES)); status=$$?; \
	  node $(FIGURES_ROOM)/page.mjs && exit $$status
growth: ## measure: a message's cost as connections, topics, subscribers, payloads and shards grow
	@$(MAKE) --no-print-directory figures ONLY='$(or $(ONLY),$(GROWTH))'
load: ## measure: latency against load, plotted
	@$(MAKE) --no-print-directory figures ONLY=load
bench-pages: build/.packages-plots ## keep: write the bench's pages from the figures that were kept
	@node $(FIGURES_ROOM)/page.mjs
build/bench-pages.passed: $(wildcard $(FIGURES_ROOM)/*) conformance/load/bench/README.md docs/scale.md \
  $(wildcard conformance/load/bench/growth.* conformance/load/bench/load.svg) | \
  build/.packages-plots build/.packages-clients
	@node $(FIGURES_ROOM)/page.mjs --check
	@$(call node_tests,pages of the bench,$(FIGURES_ROOM)/*.test.mjs)

# make soak [MINUTES=10] [URL=ws://host:port/socket] [SHARDS=1] [NODES=2 [OUTAGES=6] [CHANNEL_PER=topic]] [SEED=…]
#   [FLAGS='what --help tells']
AT_REDIS = --metrics --redis {redis} --pubsub Soak.PubSub
SOAKED = $(CONTRACT) --shards $(or $(SHARDS),1) --log off $(if $(NODES),$(AT_REDIS))
soak: ## measure: mixed load for MINUTES=10, each message checked; NODES=2
soak: $(SOAK) $(if $(URL),,$(CONTRACT)) | build/.packages-soak $(if $(NODES),build/.packages-redis)
	@$(SOAK) --minutes $(or $(MINUTES),10) $(call option,SEED,seed) --out build/soak $(FLAGS) \
	  $(if $(NODES),--nodes $(NODES) --outages $(or $(OUTAGES),6) $(call option,CHANNEL_PER,redis-channel-per)) \
  $(if $(URL),--url '$(URL)',-- $(SOAKED))
churn: $(SOAK) $(CONTRACT) ## measure: three waves of 10,000 connections; memory must return to its base
	@$(SOAK) --waves 3 -- $(CONTRACT) --shards $(or $(SHARDS),1) --log off
$(BUILD)/soak.passed: $(AFTER_SUITE) $(SOAK) $(MUTANTS) conformance/load/soak/soak.test.js | \
  build/.packages-soak build/.packages-redis
	@CONTRACT_SERVER=$(CURDIR)/$(CONTRACT) SOAK=$(CURDIR)/$(SOAK) MUTANTS=$(CURDIR)/$(MUTANTS) \
	  node --test --test-reporter=spec conformance/load/soak/*.test.js && touch $@

# --- Real clients and a world that breaks ---------------------------------------------------------------

.PHONY: faults chaos siege
SERVERS = CONTRACT_SERVER=$(CURDIR)/$(CONTRACT) CHAT_SERVER=$(CURDIR)/$(CHAT) LIVE_SERVER=$(CURDIR)/$(LIVE)
# Those in a browser wait for pages, the others for servers: they wait at the same time.
BROWSER_TESTS := $(wildcard $(CLIENTS)/*.browser.test.js)
$(BUILD)/browsers.passed: CLIENT_TESTS := $(BROWSER_TESTS)
$(BUILD)/clients.passed: CLIENT_TESTS := $(filter-out $(BROWSER_TESTS),$(wildcard $(CLIENTS)/*.test.js) \
  $(wildcard $(SHIMS)/*.test.js))
$(BUILD)/browsers.passed $(BUILD)/clients.passed: $(BUILD)/suite-tests.passed $(CONTRACT) $(CHAT) $(LIVE) $(TRACER) \
  $(PUBLISH) $(PHX) $(TOP) $(PHX_SHIM) $(NPM) $(BOOK_NPM) \
  $(wildcard $(CLIENTS)/*.js $(CLIENTS)/support/*.js $(SHIMS)/*.js) \
  $(wildcard chapters/01-the-101/page/* chapters/19-the-glass-house/page/*) | \
  $(addprefix build/.packages-,browser metrics redis nginx)
	@$(SERVERS) TRACER=$(CURDIR)/$(TRACER) PUBLISH=$(CURDIR)/$(PUBLISH) \
	  PHX=$(CURDIR)/$(PHX) TOP=$(CURDIR)/$(TOP) PHX_SHIM=$(CURDIR)/$(PHX_SHIM) \
	  node --test --test-reporter=spec $(CLIENT_TESTS) && touch $@

# A minute long, so check-all runs them and not every make test. What this machine can't break is reported as skipped.
FAULTS := conformance/faults
FAULT_PROGRAMS := $(CONTRACT) $(LIBC_CONTRACT) $(CHAT) $(WEATHER) $(PHX) $(SUITE) $(NPM) $(BOOK_NPM)
faults: ## check: the world around the server breaks: kills, full disks, floods: ONLY=killing
faults: $(FAULT_PROGRAMS) | build/.packages-faults
	@$(SERVERS) LIBC_CONTRACT_SERVER=$(CURDIR)/$(LIBC_CONTRACT) WEATHER=$(CURDIR)/$(WEATHER) \
	  PHX=$(CURDIR)/$(PHX) SUITE=$(CURDIR)/$(SUITE) \
	  node --test --test-reporter=spec $(or $(patsubst %,$(FAULTS)/%.test.js,$(ONLY)),$(FAULTS)/*.test.js)
chaos: $(FAULT_PROGRAMS) ## check: invalid data, floods and kills beside well-behaved clients: SECONDS=30 SEED=…
	@$(SERVERS) node $(FAULTS)/chaos.js $(or $(SECONDS),30) $(SEED)
siege: $(FAULT_PROGRAMS) ## check: one attack after another, and how long honest clients wait: SECONDS=5 ONLY=word
	@$(SERVERS) node $(FAULTS)/siege.js $(or $(SECONDS),5) '$(ONLY)'

CONFORMANCE_PASSED := $(BUILD)/conformance.passed $(BUILD)/tls.passed $(BUILD)/cluster.passed build/bench-pages.passed \
  $(patsubst %,$(BUILD)/%.passed,simulation suite-tests mutants client-mutants mutate-list soak clients browsers)
