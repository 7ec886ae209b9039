# sqlite-journey. Targets:
#   make          build/journey.so      make ISAL=1   the same, gzip inflated by ISA-L (libisal-dev) in place of zlib
#   make demo     installs what is missing, builds, writes sample logs, shows the way from raw logs to loyalty at risk
#   make test     installs what is missing, builds, runs every test; ends with 'N passed, N failed'
#   make threads  several threads beside one, under ThreadSanitizer
#   make unit     the unit tests of the core alone        make layers   the rules of the layout
#   make bench    times the tasks of benchmarks/ beside DuckDB, ClickHouse and SQLite; SIZE=10M for the figures
#   make docs     docs/REFERENCE.md from journey_help     make clean
#   make install  into $(DESTDIR)$(PREFIX)/lib
CC ?= gcc
PREFIX ?= /usr/local
BUILD ?= build
CFLAGS ?= -O2 -g
WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wmissing-prototypes -Wvla -Werror
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -fPIC -fvisibility=hidden $(WARNINGS) $(CFLAGS) $(SANITIZE) $(SQLITE_INCLUDE)
LIBS = -lcsv -lz -lm

# What inflates gzip: the objects that depend on it are made anew when it changes.
ENGINE = $(if $(filter-out 0,$(ISAL)),isal,zlib)
CORE = $(filter-out $(if $(filter zlib,$(ENGINE)),ext/core/inflate_isal.c),$(wildcard ext/core/*.c))
ifeq ($(ENGINE),isal)
LIBS += -lisal
ALL_CFLAGS += -DJOURNEY_ISAL $(ISAL_INCLUDE:%=-I%)
ifeq ($(wildcard /usr/include/isa-l/igzip_lib.h /usr/local/include/isa-l/igzip_lib.h $(ISAL_INCLUDE)/isa-l/igzip_lib.h),)
$(error ISAL=1 needs ISA-L: install the Debian package libisal-dev (or name the directory above isa-l/ in ISAL_INCLUDE), or build without ISAL=1)
endif
endif
GLUE = $(wildcard ext/*.c vtab/*.c sql/*.c)
CORE_OBJECTS = $(CORE:%.c=$(BUILD)/%.o)
GLUE_OBJECTS = $(GLUE:%.c=$(BUILD)/%.o)
UNIT = $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))
FAULT = $(patsubst tests/fault/%.c,$(BUILD)/fault/%,$(wildcard tests/fault/*.c))
TOOLS = $(patsubst tests/tools/%.c,$(BUILD)/tools/%,$(wildcard tests/tools/*.c))

all: $(BUILD)/journey.so

$(BUILD)/journey.so: $(CORE_OBJECTS) $(GLUE_OBJECTS)
	$(CC) -shared -Wl,-z,defs $(SANITIZE_LINK) $(SANITIZE) -o $@ $^ $(LIBS)
	@echo "$@: gzip is inflated by $(if $(filter isal,$(ENGINE)),ISA-L,zlib)"

$(BUILD)/engine.$(ENGINE): engine-chosen
	@test -f $@ || { mkdir -p $(BUILD) && rm -f $(BUILD)/engine.* && touch $@; }
engine-chosen:
$(BUILD)/ext/core/bytes.o $(BUILD)/ext/core/inflate_isal.o: $(BUILD)/engine.$(ENGINE)

$(BUILD)/core.a: $(CORE_OBJECTS)
	rm -f $@ && ar rcs $@ $^

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -c -o $@ $<

$(BUILD)/unit/%: tests/unit/%.c $(BUILD)/core.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -o $@ $< $(BUILD)/core.a $(LIBS) $(if $(findstring _sqlite,$*),-lsqlite3)

$(BUILD)/tools/%: tests/tools/%.c $(BUILD)/core.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -o $@ $< $(BUILD)/core.a $(LIBS)

$(BUILD)/fault/%: tests/fault/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -o $@ $< -lsqlite3 -lz

# The extension's objects and a program that turns the crew's knobs: BUILD needs -DJOURNEY_TESTING.
$(BUILD)/threads/%: tests/threads/%.c $(CORE_OBJECTS) $(GLUE_OBJECTS)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -o $@ $< $(CORE_OBJECTS) $(GLUE_OBJECTS) $(LIBS) -lsqlite3

$(BUILD)/sqltest: tests/sqltest.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -o $@ $< -lsqlite3

$(BUILD)/gen: $(wildcard benchmarks/gen*.c)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Ibenchmarks -o $@ $^ -lz

NEEDED = gcc make libsqlite3-dev sqlite3 libcsv-dev zlib1g-dev tzdata
install-needed:
	@tests/install.sh $(NEEDED) $(MORE)

# Everything the tests run, and the tests, on whatever BUILD, CC and SANITIZE say.
built: $(BUILD)/journey.so $(UNIT) $(FAULT) $(TOOLS) $(BUILD)/sqltest $(BUILD)/gen
check: built
	@RUNNER="$(RUNNER)" tests/run.sh $(BUILD) $(PARTS)

demo:
	@$(MAKE) -s install-needed
	@$(MAKE) -s $(BUILD)/journey.so $(BUILD)/gen
	@BUILD=$(BUILD) demo/demo.sh $(BUILD)/journey.so

test:
	@$(MAKE) -s install-needed MORE=python3
	@$(MAKE) -s check

# The extension, its unit tests and the SQL runner under both sanitizers; Python gets the runtime by LD_PRELOAD.
sanitize:
	@$(MAKE) -s BUILD=build/sanitize CFLAGS='-O1 -g' \
	  SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer' \
	  RUNNER= PYTHON="tests/python-sanitized" PYTHONMALLOC=malloc check

# A log read by several threads beside one, with parts of all sizes, under ThreadSanitizer.
THREADS_BUILD = $(MAKE) -s BUILD=build/threads CFLAGS='-O2 -g -DJOURNEY_TESTING' SANITIZE=-fsanitize=thread
threads:
	@$(THREADS_BUILD) build/threads/threads/crew
	@tests/run.sh build/threads threads

SIZE ?= 1M
bench:
	@$(MAKE) -s install-needed MORE='python3 python3-venv'
	@$(MAKE) -s $(BUILD)/journey.so $(BUILD)/gen
	@$${PYTHON:-/usr/bin/python3} benchmarks/run.py --size $(SIZE) --build $(BUILD)

unit: $(UNIT)
	@tests/run.sh $(BUILD) unit
layers:
	@tests/layers.sh
docs: $(BUILD)/journey.so
	sqlite3 -cmd '.load $(BUILD)/journey' :memory: '.read docs/reference.sql' > docs/REFERENCE.md

install: $(BUILD)/journey.so
	install -D -m 755 $< $(DESTDIR)$(PREFIX)/lib/journey.so

clean:
	rm -rf build

.PHONY: engine-chosen all built check test bench sanitize threads unit layers docs install install-needed demo clean
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
