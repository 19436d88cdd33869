# chapters/: the programs of the book, the workshop, and the check that the book's commands work as typed.

PACKAGES_workshop := node:node libmsgpack-cxx-dev

CHAT_SOURCES := $(call sources,chapters/01-the-101/*.cc)
OVERHEAR_SOURCES := $(call sources,chapters/18-more-than-one-machine/*.cc)
LIVE_SOURCES := $(call sources,chapters/17-live-view/*.cc)
GLASS_OBJECTS := $(call objects,$(call sources,chapters/19-the-glass-house/*.cc) chapters/01-the-101/files.cc)
TROUBLES := $(patsubst %.cc,$(BUILD)/%,$(wildcard chapters/15-in-production/*.cc))
TEST_SOURCES += $(wildcard chapters/*/*_test.cc)

$(CHAT): $(sort $(call objects,$(CHAT_SOURCES) chapters/17-live-view/board.cc) $(GLASS_OBJECTS)) $(LIBRARY)
$(CHAT): LIBS := $(ALLOCATOR) $(LIBS)
$(OVERHEAR): $(call objects,$(OVERHEAR_SOURCES)) $(LIBRARY)
$(LIVE): $(call objects,$(LIVE_SOURCES)) $(LIBRARY)
$(CHAT) $(OVERHEAR) $(LIVE):
	@echo '  link $@'; $(call link,$(LIBS))
$(TROUBLES): %: %.o $(TESTING) $(LIBRARY)
	@echo '  link $@'; $(call link,$(LIBS) -lcmocka)

$(BUILD)/chapters/%_test: $(BUILD)/chapters/%_test.o $(filter-out %/chat.o,$(call objects,$(CHAT_SOURCES))) \
  $(TESTING) $(LIBRARY)
	@$(call link,$(LIBS) -lcmocka)
$(BUILD)/chapters/17-live-view/%_test: $(BUILD)/chapters/17-live-view/%_test.o \
  $(filter-out %/main.o,$(call objects,$(LIVE_SOURCES))) $(TESTING) $(LIBRARY)
	@$(call link,$(LIBS) -lcmocka)
$(BUILD)/chapters/18-more-than-one-machine/%_test: $(BUILD)/chapters/18-more-than-one-machine/%_test.o \
  $(filter-out %/overhear.o,$(call objects,$(OVERHEAR_SOURCES))) $(TESTING) $(LIBRARY)
	@$(call link,$(LIBS) -lcmocka)
$(BUILD)/chapters/19-the-glass-house/%_test: $(BUILD)/chapters/19-the-glass-house/%_test.o $(GLASS_OBJECTS) \
  $(TESTING) $(LIBRARY)
	@$(call link,$(LIBS) -lcmocka)

.PHONY: run cluster shell
run: $(CHAT) $(BOOK_NPM) ##* begin: the chat on http://localhost:4000; /board, /glass, and a dashboard: PORT=
	@umask 077 && od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >$(BUILD)/run-token && \
	  echo 'The dashboard will ask for a token: the line in $(BUILD)/run-token' && \
	  exec $(CHAT) --port $(or $(PORT),4000) --glass --admin-port 0 --admin-token-file $(BUILD)/run-token --dashboard
cluster: ## begin: the chat as three nodes behind nginx: PORT=4000
cluster: $(CHAT) $(BOOK_NPM) build/.packages-redis build/.packages-nginx
	@exec chapters/18-more-than-one-machine/cluster $(or $(PORT),4000) $(CHAT)

shell: ## read: a shell in which phx-trace, phx-contract and all that is built run by name
	@PATH='$(CURDIR)/$(BUILD)':"$$PATH" exec $${SHELL:-bash}

# --- The workshop -----------------------------------------------------------------------------------

# make exercise [N=07] [HINT=1] [WATCH=1] [RESET=1] [SOLUTION=1] [DIFF=1]: chapters/workshop/main.mjs says more.
WORKSHOP = CXX='$(CXX)' CXXFLAGS='$(filter-out -Werror,$(ALL_CXXFLAGS))' LDFLAGS='$(ALL_LDFLAGS) $(QUICK_LINKER)' \
  LIBS='$(LIBS)' BUILD='$(BUILD)' LIB_OBJECTS='$(LIB_OBJECTS)' SERVER_OBJECTS='$(SERVER_OBJECTS)' \
  N='$(N)' HINT='$(HINT)' WATCH='$(WATCH)' RESET='$(RESET)' SOLUTION='$(SOLUTION)' DIFF='$(DIFF)' \
  ALL='$(ALL)' NO_MEMORY_LIMIT='$(SAN)' node
EXERCISE := chapters/workshop/main.mjs
# What must be built before the reader's own file is: needed only if an exercise is to be judged.
judged := $(and $(filter exercise,$(MAKECMDGOALS)),$(N),$(if $(HINT)$(RESET)$(SOLUTION)$(DIFF),,yes))
EXERCISE_NEEDS = $(LIBRARY) $(TESTING) $(SUITE) $(SERVER_OBJECTS) $(shell $(WORKSHOP) $(EXERCISE) needs)
.PHONY: exercise exercise-build exercises
ifdef judged
# The first time there is much to compile: say how much, and count along.
MISSING := $(filter-out $(shell find $(BUILD) -name '*.o' 2>/dev/null),\
  $(LIB_OBJECTS) $(call together,$(TESTING_SOURCES)) $(call without_main,$(SUITE_SOURCES) $(PROXY_SOURCES)) \
  $(SERVER_OBJECTS))
TO_COMPILE := $(words $(MISSING))
first_build := $(filter-out 0 1 2 3 4 5 6 7 8 9,$(TO_COMPILE))
ifneq ($(first_build),)
# Files that are there but out of date come on top, and are not counted.
progress = $(eval COMPILED += x)$(if $(word $(words $(COMPILED)),$(MISSING)), \
  ($(words $(COMPILED)) of about $(TO_COMPILE)))
endif
endif
exercise: ##* work: your progress in the workshop; N=07 tests your version of a file
exercise: build/.packages-workshop $(if $(judged),exercise-build $(EXERCISE_NEEDS))
	@$(WORKSHOP) $(EXERCISE); [ $$? -le 1 ]

exercise-build:
	@$(if $(first_build),echo \
	  'The first time $(TO_COMPILE) files are compiled: 5 to 15 minutes on two processors. Later it takes seconds.')

# Each stub can be failed, for the reason it states, and the real file passes in its place. Each sentence of a stub has
# faults that break it: a sample of them is judged, all of them by ALL=1.
EXERCISE_SOURCES := $(wildcard chapters/*/exercise*/*.stub.cc chapters/*/exercise*/*_test.cc \
  chapters/*/exercise*/server.cc chapters/*/exercise*/play.cc chapters/workshop/play.cc \
  chapters/*/exercise*/solution/*.cc)
$(call objects,$(EXERCISE_SOURCES)): | build/.packages-workshop
# A stub may leave a member unused that the real file uses; clang warns about those.
$(call objects,$(filter %.stub.cc,$(EXERCISE_SOURCES))): ALL_CXXFLAGS += \
  $(if $(findstring clang,$(CXX)),-Wno-unused-private-field)
$(BUILD)/exercises.passed: $$(UNIT_PASSED) $(call objects,$(EXERCISE_SOURCES)) $(TESTING) $(SUITE) $(CONTRACT) \
  $(wildcard chapters/workshop/* chapters/*/exercise*/exercise.json chapters/*/exercise*/README.md \
  chapters/*/exercise*/faults.txt chapters/*/exercise*/*.stub.cc chapters/*/exercise*/hints/*) \
  | build/.packages-workshop
	@node --test --test-reporter=spec chapters/workshop/*.test.mjs >$@.log || { cat $@.log; exit 1; }
	@$(WORKSHOP) chapters/workshop/prove.mjs $(if $(N),,&& touch $@)
exercises: $(BUILD)/exercises.passed ## check: stubs fail, solutions pass, broken ones are caught: N=07 ALL=1
ifneq ($(and $(filter exercises,$(MAKECMDGOALS)),$(ALL)$(N)),)
.PHONY: $(BUILD)/exercises.passed
endif

CHAPTERS_PASSED := $(BUILD)/exercises.passed
