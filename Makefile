# Everything a person needs; `make help` lists it. One line of help per target: the text behind `##`.

VERSION := 0.1.0
COMMIT  := $(shell git rev-parse --short=12 HEAD 2>/dev/null)
SHELL   := /bin/bash
.DEFAULT_GOAL := help

# Sanitizer builds live beside the normal one: make SAN=address,undefined test
SAN   ?=
comma := ,
BUILD := build$(if $(SAN),/$(subst $(comma),-,$(SAN)))
export BUILD

CC       := gcc
WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wformat=2 -Werror
HARDEN   := -fstack-protector-strong -fstack-clash-protection -fPIE
CPPFLAGS := -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -Icgi $(if $(SAN),,-D_FORTIFY_SOURCE=2)
CFLAGS   := -O2 -g -std=c11 -pthread $(WARN) $(HARDEN)
LDFLAGS  := -pthread -pie -Wl,-z,relro,-z,now -Wl,--as-needed
LDLIBS   := -lfcgi -lcurl -lcjson -lcrypto -lsecp256k1 -lsqlite3 -lm
ifneq ($(SAN),)
CFLAGS   += -fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all
LDFLAGS  += -fsanitize=$(SAN)
endif

# The floors of docs/architecture.md, lowest first.
FLOORS   := base net eth zerog store web proof panel bench
LIB_SRC  := $(foreach floor,$(FLOORS),$(wildcard cgi/$(floor)/*.c))
LIB_OBJ  := $(LIB_SRC:%.c=$(BUILD)/%.o)
UNIT_SRC := $(wildcard tests/unit/test_*.c)
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/unit/%)

.PHONY: all
all: $(BUILD)/metrics.fcgi $(BUILD)/admin.fcgi $(BUILD)/supervise

$(BUILD)/metrics.fcgi: $(BUILD)/cgi/metrics.o $(BUILD)/libzg.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/admin.fcgi: $(BUILD)/cgi/admin.o $(BUILD)/libzg.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/verify: $(BUILD)/cgi/verify.o $(BUILD)/libzg.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

SUPERVISE := $(patsubst %.c,$(BUILD)/%.o,$(wildcard scripts/supervise/*.c))

$(BUILD)/supervise: $(SUPERVISE)
	$(CC) $(LDFLAGS) -o $@ $^

$(BUILD)/libzg.a: $(LIB_OBJ)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# The commit stands in two objects only, so that a commit rebuilds these and not the rest.
STAMPED := $(BUILD)/cgi/panel/render.o $(BUILD)/cgi/bench/order.o
$(STAMPED): CPPFLAGS += -DCOMMIT='"$(COMMIT)"'
$(STAMPED): $(BUILD)/commit

$(BUILD)/commit: FORCE
	@mkdir -p $(@D)
	@echo '$(COMMIT)' | cmp -s - $@ || echo '$(COMMIT)' > $@

# Changed flags rebuild everything.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(CPPFLAGS) $(CFLAGS)' | cmp -s - $@ || echo '$(CC) $(CPPFLAGS) $(CFLAGS)' > $@

.PHONY: FORCE
FORCE:

# --- running it ---------------------------------------------------------------------------------

.PHONY: run
run: ## install what is needed, build, start everything, stay in the foreground (PORT, RUN, CONFIG)
	@scripts/install-deps run
	@$(MAKE) --no-print-directory all panel
	@scripts/run

.PHONY: benchmark
benchmark: ## measure a provider and write the report (OUT, PLAN; RUN and PORT as make run)
	@scripts/install-deps run
	@$(MAKE) --no-print-directory all panel
	@scripts/benchmark

.PHONY: localnet
localnet: ## bring the local network of a running instance back with its state
	@scripts/localnet-restore

.PHONY: configure
configure: ## write .env: asks for the agent's address and checks it on chain
	@scripts/install-deps run
	@$(MAKE) --no-print-directory all
	@scripts/configure

.PHONY: doctor
doctor: ## read every source once and print what is missing and its remedy
	@scripts/install-deps run
	@$(MAKE) --no-print-directory all
	@scripts/doctor

.PHONY: deps
deps: ## install packages, npm projects and tools for all of this
	@scripts/install-deps test

.PHONY: verify
verify: ## check a benchmark report against its raw data (REPORT=docs/compute-metrics.md)
	@scripts/install-deps run
	@$(MAKE) --no-print-directory $(BUILD)/verify
	@$(BUILD)/verify $(or $(REPORT),docs/compute-metrics.md)

# --- installing it ------------------------------------------------------------------------------

export PREFIX DESTDIR

.PHONY: install
install: ## install below PREFIX (/usr/local) and /etc, in DESTDIR
	@scripts/install-deps run
	@$(MAKE) --no-print-directory all panel $(BUILD)/verify
	@scripts/package/install

.PHONY: deb
deb: ## build the Debian package in build/
	@scripts/install-deps deb
	@$(MAKE) --no-print-directory all panel $(BUILD)/verify
	@VERSION=$(VERSION) scripts/package/deb

.PHONY: backup
backup: ## copy the job store of a running instance (OUT=FILE; RUN as make run)
	@scripts/backup

# --- the panel ----------------------------------------------------------------------------------

NODE_ENV_RUN := source scripts/env.sh &&
PANEL_SRC    := $(shell find static/src static/public -type f 2>/dev/null) \
                $(wildcard static/*.html static/admin/*.html static/*.json static/*.ts static/*.js static/*.mjs)

.PHONY: panel
panel: static/dist/index.html ## build the React panel into static/dist

static/dist/index.html: $(PANEL_SRC)
	@$(NODE_ENV_RUN) npm --prefix static run --silent build

# --- tests --------------------------------------------------------------------------------------

.PHONY: test
test: ## everything that must hold (SAN=address,undefined or SAN=thread: the C parts under a sanitizer)
	@scripts/install-deps test
	@$(MAKE) --no-print-directory all panel test-programs
	@$(MAKE) --no-print-directory unit
	@$(MAKE) --no-print-directory test-panel
	@$(MAKE) --no-print-directory test-system
	@$(MAKE) --no-print-directory fuzz $(if $(SAN),,callgrind)

.PHONY: unit
unit: $(UNIT_BIN) ## the C unit tests
	@set -e; for t in $(UNIT_BIN); do $$t; done

$(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(BUILD)/libzg.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka

# FastCGI programs that the tests of cgi/web talk to.
WEB_TESTS := $(BUILD)/tests/web/echo_server $(BUILD)/tests/web/holder

$(BUILD)/tests/web/echo_server: $(BUILD)/tests/web/echo_server.o $(BUILD)/libzg.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/tests/web/holder: $(BUILD)/tests/web/holder.o
	$(CC) $(LDFLAGS) -o $@ $^

# Writes reports for the tests that read them from outside.
REPORT_TESTS := $(BUILD)/tests/report/sample_report

$(REPORT_TESTS): $(BUILD)/tests/report/sample_report.o $(BUILD)/libzg.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka

# The filter of the units, enforced without systemd.
INSTALL_TESTS := $(BUILD)/tests/install/launch_filtered $(BUILD)/tests/install/forbidden

$(BUILD)/tests/install/launch_filtered: $(BUILD)/tests/install/launch_filtered.o
	$(CC) $(LDFLAGS) -o $@ $^ -lseccomp

$(BUILD)/tests/install/forbidden: $(BUILD)/tests/install/forbidden.o
	$(CC) $(LDFLAGS) -o $@ $^

.PHONY: test-programs
test-programs: $(WEB_TESTS) $(REPORT_TESTS) $(INSTALL_TESTS) $(BUILD)/verify

.PHONY: test-panel
test-panel: ## the panel's component tests
	@$(NODE_ENV_RUN) npm --prefix static test

# More files at once than cores: most of a test's time is waiting for an interval or a deadline.
TEST_JOBS ?= 3

# What takes minutes is named *.long.test.mjs.
LONG_TESTS   := $(wildcard tests/fault/*.long.test.mjs tests/security/*.long.test.mjs \
                           tests/e2e/*.long.test.mjs)
SYSTEM_TESTS := $(filter-out $(LONG_TESTS), \
                    $(wildcard tests/web/*.test.mjs tests/localnet/*.test.mjs tests/run/*.test.mjs \
                               tests/report/*.test.mjs tests/install/*.test.mjs tests/http/*.test.mjs tests/fault/*.test.mjs \
                               tests/security/*.test.mjs tests/e2e/*.test.mjs))

.PHONY: test-system
test-system: test-programs ## black box, fault and browser tests of the running system
	@$(NODE_ENV_RUN) node --test --test-timeout=600000 --test-concurrency=$(TEST_JOBS) \
	    $(SYSTEM_TESTS)

.PHONY: test-all
test-all: test ## what takes longer as well: faults at random, stand-ins that stop, a day of updates, advisories, valgrind, package, filter, the library in projects of others
	@scripts/install-deps all
	@$(MAKE) --no-print-directory test-long
	@$(MAKE) --no-print-directory audit
	@$(MAKE) --no-print-directory valgrind
	@$(MAKE) --no-print-directory test-package
	@$(MAKE) --no-print-directory test-filtered
	@$(MAKE) --no-print-directory test-embed

.PHONY: test-embed
test-embed: ## the packed library in fresh Vite, Next.js and Jest projects (docs/embedding.md)
	@$(NODE_ENV_RUN) node --test --test-timeout=600000 --test-concurrency=1 tests/embed/*.test.mjs

# A version whose job store has one step more, for the way there and back.
NEXT := $(BUILD)/next

$(NEXT)/schema.c: cgi/store/schema.c
	@mkdir -p $(@D)
	sed -z 's/\(jobs_steps\[\] = {[^}]*\)}/\1, "ALTER TABLE jobs ADD COLUMN next TEXT;"}/' $< > $@

$(NEXT)/metrics.fcgi $(NEXT)/admin.fcgi: $(NEXT)/%.fcgi: $(BUILD)/cgi/%.o $(NEXT)/schema.c $(BUILD)/libzg.a
	$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(NEXT)/verify: $(BUILD)/verify
	@cp $< $@

.PHONY: test-package
test-package: all panel $(BUILD)/verify $(NEXT)/metrics.fcgi $(NEXT)/admin.fcgi $(NEXT)/verify ## the package on a clean Debian 12
	@$(NODE_ENV_RUN) node --test --test-timeout=1200000 tests/package/*.test.mjs

.PHONY: test-filtered
test-filtered: all panel test-programs ## the black-box tests under the units' system call filter
	@$(NODE_ENV_RUN) node tests/install/make-filtered.mjs build/filtered
	@$(NODE_ENV_RUN) BUILD=build/filtered node --test --test-timeout=180000 \
	    --test-concurrency=$(TEST_JOBS) tests/http/*.test.mjs

.PHONY: test-long
test-long: all panel test-programs ## the tests that take minutes: the whole matrix of faults, DNS rebinding, stand-ins that stop, a day of updates
	@$(NODE_ENV_RUN) SIMULATED_HOURS=24 node --test --test-timeout=3600000 --test-concurrency=1 \
	    $(LONG_TESTS) tests/e2e/leak.test.mjs

.PHONY: audit
audit: ## known advisories of what is installed: npm audit of each project, Debian's pending updates
	@scripts/audit

.PHONY: valgrind
valgrind: $(UNIT_BIN) ## the C unit tests under valgrind
	@set -e; for t in $(UNIT_BIN); do \
	    valgrind -q --leak-check=full --error-exitcode=1 $$t; done

# libFuzzer comes with clang alone.
FUZZ_CC   := clang-14
FUZZ_FLAGS = $(CPPFLAGS) -DCOMMIT='""' -g -O1 -std=c11 -pthread \
             -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
FUZZ_BIN  := $(patsubst tests/fuzz/%.c,build/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_OBJ  := $(patsubst %.c,build/fuzz/%.o,$(filter-out cgi/panel/% cgi/bench/api%,$(LIB_SRC)))

.PHONY: fuzz
fuzz: $(FUZZ_BIN) ## each fuzz harness on its seeds and what once broke it, then for FUZZ_SECONDS (3)
	@FUZZ_SECONDS=$(or $(FUZZ_SECONDS),3) scripts/fuzz short $(FUZZ_BIN)

.PHONY: fuzz-long
fuzz-long: $(FUZZ_BIN) ## each fuzz harness for 10^7 inputs or 15 minutes (FUZZ_SECONDS), with a table
	@FUZZ_SECONDS=$(or $(FUZZ_SECONDS),900) scripts/fuzz long $(FUZZ_BIN)

build/fuzz/libzg.a: $(FUZZ_OBJ)
	@rm -f $@
	ar rcs $@ $^

build/fuzz/%: build/fuzz/tests/fuzz/%.o build/fuzz/libzg.a
	$(FUZZ_CC) -pthread -fsanitize=fuzzer,address,undefined -o $@ $^ $(LDLIBS)

build/fuzz/%.o: %.c build/flags
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_FLAGS) -MMD -MP -c -o $@ $<

.PHONY: soak
soak: ## poll for an hour; memory, descriptors and latency must not grow (SOAK_SECONDS, SOAK_RATE)
	@scripts/install-deps bench
	@$(MAKE) --no-print-directory all panel $(BUILD)/bench/bench_viewers
	@$(NODE_ENV_RUN) node tests/bench/soak.mjs $(SOAK_ARGS)

BENCH_BIN := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(wildcard tests/bench/*.c))

.PHONY: bench
bench: ## measure side by side and assert the stated figures (docs/performance.md)
	@scripts/install-deps bench
	@$(MAKE) --no-print-directory all panel $(BENCH_BIN)
	@$(NODE_ENV_RUN) node tests/bench/run.mjs $(BENCH_ARGS)

$(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $(BUILD)/libzg.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

.PHONY: callgrind callgrind-update
callgrind: $(BUILD)/bench/hot_paths ## the instructions of the hot paths, against their reference
	@scripts/count-instructions $<

callgrind-update: $(BUILD)/bench/hot_paths ## write the reference of make callgrind anew
	@scripts/count-instructions $< --update

$(BUILD)/bench/hot_paths: $(BUILD)/tests/bench/callgrind/hot_paths.o $(BUILD)/libzg.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka

.PHONY: screenshots
screenshots: ## make the pictures in docs/images from a running local network
	@scripts/install-deps test
	@$(MAKE) --no-print-directory all panel
	@$(NODE_ENV_RUN) node tests/e2e/screenshots.mjs

# --- what can be seen without running -----------------------------------------------------------

C_FILES     := $(shell find cgi scripts tests -name '*.[ch]' -not -path '*/node_modules/*' 2>/dev/null)
SHELL_FILES := $(shell grep -rlE '^\#!.*\b(ba)?sh|^\# shellcheck shell=bash' scripts .ci \
                 --include='*' --exclude-dir=node_modules 2>/dev/null)

# uninitvar: cppcheck does not see that a result is set whenever the error is 0; gcc and valgrind do.
# varFuncNullUB: POSIX makes NULL a void pointer.
.PHONY: check
check: ## layer rule, clang-format, cppcheck, shellcheck, tsc strict, eslint, generated types
	@scripts/install-deps test
	@scripts/check-layers
	@clang-format-14 --dry-run -Werror $(C_FILES)
	@cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr \
	    --suppress=uninitvar --suppress=varFuncNullUB --error-exitcode=1 -D_GNU_SOURCE \
	    -DVERSION='""' -DCOMMIT='""' -Icgi cgi scripts/supervise
	@shellcheck -x $(SHELL_FILES)
	@$(NODE_ENV_RUN) npm --prefix static run --silent check
	@$(NODE_ENV_RUN) npm --prefix tests run --silent check
	@echo check: fine

.PHONY: clean
clean: ## remove what was built; run/ and installed packages stay
	rm -rf build static/dist static/lib

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
