# docs/: the pages and the site, and the checks that keep them true.

PACKAGES_docs := doxygen doxygen-awesome-css
# systemd and prometheus for the checks of docs/deploy/README.md.
PACKAGES_book := node:node graphviz aspell aspell-en curl systemd prometheus
# Reads the Elixir of docs/contract.md, and runs none of it.
PACKAGES_elixir := elixir

# Pages, and the sources of their listings, frames and pictures.
BOOK_FILES := $(shell find . \( -name build -o -name node_modules -o -name .git \) -prune -o -type f \
  -regex '.*\.\(md\|cc\|h\|js\|mjs\|dot\|svg\|har\)' -print)
BOOK := PHX_TRACE=$(CURDIR)/$(TRACER) node docs/site

# --- The site ---------------------------------------------------------------------------------------

.PHONY: docs check-site
SITE := build/docs/html
FONTS := docs/site/node_modules/@fontsource-variable/source-serif-4/files
docs: build/.packages-docs $(SITE_NPM) ##* read: the site of book and reference: build/docs/html/index.html
	@rm -rf $(SITE) && mkdir -p $(SITE) && ROOT='$(CURDIR)' FONTS='$(FONTS)' doxygen -q Doxyfile
	@node docs/site/site.mjs $(SITE) build/docs/site.tag && node docs/site/links.mjs --site $(SITE)
	@echo 'The site is at $(SITE)/index.html'
check-site: ## keep: the site in a browser: nothing is cut off at four widths, and the search answers
check-site: docs build/.packages-browser $(NPM)
	@node docs/site/widths.mjs $(SITE)

# --- Pages that state what the code does ------------------------------------------------------------

.PHONY: pages sentences phoenix-app
# The Elixir must be valid, and formatted.
CONTRACT_PAGE := docs/contract.md
build/contract-page.passed: $(CONTRACT_PAGE) conformance/server/conformance_channel.cc \
  $(addprefix .ci/,contract.awk fences.awk formatter.exs) | build/.packages-elixir
	@awk -f .ci/contract.awk $(CONTRACT_PAGE) conformance/server/conformance_channel.cc
	@rm -rf build/contract-page && awk -v into=build/contract-page -f .ci/fences.awk $(CONTRACT_PAGE) >/dev/null
	@mix format --check-formatted --dot-formatter .ci/formatter.exs $$(find build/contract-page -type f) && touch $@

# Each rule is stated by one sentence of the protocol's page, and each sentence is checked by its rules.
PROTOCOL_PAGE := docs/protocol.md
$(BUILD)/protocol-page.passed: $(PROTOCOL_PAGE) .ci/protocol.awk $(SUITE)
	@$(SUITE) --list > $(BUILD)/rules.list && awk -f .ci/protocol.awk $(BUILD)/rules.list $(PROTOCOL_PAGE) && touch $@

# Each example in a header's comment compiles, and each on a page that does not take it from a source.
EXAMPLE_FILES := $(wildcard lib/*.h lib/*/*.h conformance/*/*.h conformance/*/*/*.h traces/*/*.h chapters/*/*.h \
  chapters/*/*/*.h *.md docs/*.md conformance/*.md conformance/*/*.md conformance/*/*/*.md traces/*.md \
  chapters/*/README.md)
$(BUILD)/examples/taken: .ci/examples.awk .ci/examples.cc $(EXAMPLE_FILES)
	@rm -rf $(@D); awk -v into=$(BUILD) -f $^ && touch $@
$(BUILD)/.ci/examples.o: $(BUILD)/examples/taken
$(BUILD)/.ci/examples.o: ALL_CXXFLAGS += -I$(BUILD)
$(BUILD)/examples.passed: $(BUILD)/.ci/examples.o
	@touch $@

PAGES_PASSED := build/bench-pages.passed build/contract-page.passed \
  $(BUILD)/protocol-page.passed $(BUILD)/examples.passed
pages: ## check: the pages on contract, protocol and bench, and the examples in comments, agree with the code
pages: $(PAGES_PASSED)
sentences: ## keep: number the suite's rules by the sentences of docs/protocol.md
	@awk -v table=1 -f .ci/protocol.awk $(PROTOCOL_PAGE) > conformance/suite/core/sentences.inc
phoenix-app: ## read: write the contract as a Phoenix app into build/phoenix-app
	@awk -v into=build/phoenix-app -f .ci/fences.awk $(CONTRACT_PAGE)

# --- The book's text ----------------------------------------------------------------------------------

.PHONY: snippets spelling english links check-book
snippets: ## keep: fill the listings, frames and pictures of all pages from their sources
snippets: $(TRACER) | build/.packages-book
	@$(BOOK)/snippets.mjs
$(BUILD)/snippets.passed: $(BOOK_FILES) $(TRACER) | build/.packages-book
	@$(BOOK)/snippets.mjs --check && touch $@

spelling: | build/.packages-book ## check: the British spelling of all pages; docs/words.txt has our own words
	@$(BOOK)/spelling.mjs
$(BUILD)/spelling.passed: $(BOOK_FILES) docs/words.txt | build/.packages-book
	@$(BOOK)/spelling.mjs && touch $@

english: ## check: no comment, string or page has a habit that reads as if translated; docs/english.txt has exceptions
	@$(BOOK)/english.mjs
$(BUILD)/english.passed: $(BOOK_FILES) docs/english.txt Makefile $(wildcard .ci/*.awk */*.mk)
	@$(BOOK)/english.mjs && touch $@

links: | build/.packages-book ## check: every link in every page leads to its file and heading, and names are in sources
	@$(BOOK)/links.mjs --pages && $(BOOK)/mentions.mjs
$(BUILD)/links.passed: $(BOOK_FILES) | build/.packages-book
	@$(BOOK)/links.mjs --pages && $(BOOK)/mentions.mjs && touch $@

# What the book's commands call by name: with this, nothing that they type has to be built first.
TYPED_TOOLS = $(CONTRACT) $(SUITE) $(MUTANTS) $(BENCH) $(CHAT) $(TROUBLES) $(TRACER) $(OVERHEAR) $(LIVE) $(PUBLISH)
TYPED_TESTS := $(addprefix $(BUILD)/,chapters/01-the-101/room_test chapters/13-shaping-a-channel/shaping_test \
  lib/process/supervisor_test lib/socket/socket_process_test)
.PHONY: book
book: ## read: build everything that the book asks you to run
book: $(TYPED_TOOLS) $(TYPED_TESTS) $(BOOK_NPM)

# make check-book [N=07]: a chapter's commands, or those of all pages.
TYPED = $$(UNIT_PASSED) $(TYPED_TOOLS) $(NPM) $(BOOK_NPM)
CHAPTER = $(or $(wildcard chapters/$(N)-*/README.md),$(error there is no chapter chapters/$(N)-…/README.md))
check-book: ## check: run the commands of all pages, or of chapter N=07, and compare their output
check-book: $(TYPED) | build/.packages-book build/.packages-redis
	@$(BOOK)/commands.mjs $(if $(N),$(CHAPTER))
# After what could disturb a server that a page starts.
$(BUILD)/commands.passed: $(BUILD)/snippets.passed $(BUILD)/clients.passed $(BUILD)/browsers.passed $(TYPED) \
  $(BOOK_FILES) | build/.packages-redis
	@$(BOOK)/commands.mjs && touch $@
$(BUILD)/book-tools.passed: $(wildcard docs/site/* chapters/*/README.md) $(SITE_NPM) | build/.packages-book
	@$(call node_tests,tools of the book,docs/site/*.test.mjs)

# The pages' commands use the plain build.
DOCS_PASSED := $(filter-out build/bench-pages.passed,$(PAGES_PASSED)) \
  $(addprefix $(BUILD)/,snippets.passed book-tools.passed spelling.passed english.passed links.passed) \
  $(if $(SAN),,$(BUILD)/commands.passed)
