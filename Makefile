# Makefile: builds the programs, the nginx module and the tests into build/.
#
#   make [all]       worker, agent, ctl, simulation and module
#   make worker | agent | ctl | simulation | module | unit | fuzz | tools
#   make SAN=1 ...   the same with ASan and UBSan, into build-san/
#   make install     DESTDIR, PREFIX (default /usr/local), MODULES_DIR
#   make clean

PREFIX      ?= /usr/local
MODULES_DIR ?= $(shell nginx -V 2>&1 | sed -n 's/.*--modules-path=\([^ ]*\).*/\1/p')
SHARE_DIR    = $(PREFIX)/share/backup-tasks
FUZZ_CC     ?= clang
INSTALL     ?= install

ifeq ($(SAN),1)
BUILD   := build-san
OPT     := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined
LDOPT   := -fsanitize=address,undefined
else
BUILD   := build
OPT     := -O2 -fstack-protector-strong -D_FORTIFY_SOURCE=2
LDOPT   := -Wl,-z,relro -Wl,-z,now
endif

# libmariadb or libmysqlclient, whichever is there.
STORE_PC := $(firstword $(foreach p,libmariadb mysqlclient,\
              $(shell pkg-config --exists $(p) 2>/dev/null && echo $(p))))
PACKAGES := $(STORE_PC) fcgi mxml icu-i18n icu-uc libcrypto
PC_FLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PC_LIBS  := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)
# What reports/ needs beside: worker and ctl make pages of the records.
REPORT_FLAGS := $(shell pkg-config --cflags libexslt libxslt 2>/dev/null)
REPORT_LIBS := $(shell pkg-config --libs libexslt libxslt libxml-2.0 2>/dev/null)
# What token/ needs beside; neither worker nor ctl is linked with it.
TOKEN_LIBS := $(shell pkg-config --libs jansson libcrypto 2>/dev/null)

VERSION  := 0.1.0
# The number of the last migration.
SCHEMA   := $(shell ls schema | sed -n 's/^0*\([1-9][0-9]*\)-.*\.sql$$/\1/p' | tail -n 1)
DEFS      = -DBT_SHARE_DIR=\"$(SHARE_DIR)\" -DBT_VERSION=\"$(VERSION)\" \
            -DBT_SCHEMA=$(SCHEMA)
WARN      = -Wall -Wextra -Werror
BASEFLAGS = -std=c11 -D_GNU_SOURCE -I. $(WARN) -g
BT_CFLAGS = $(BASEFLAGS) $(OPT) -pthread $(PC_FLAGS) $(REPORT_FLAGS) $(DEFS) $(CFLAGS)
BT_LDFLAGS = $(LDOPT) -pthread $(LDFLAGS)

sources = $(wildcard $(addsuffix /*.c,$(1)))
objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
parts   = $(filter-out %/main.c,$(1))

note-missing = @test -f $(1) || echo "$(1) is not there: nothing to build"

COMMON   := $(call sources,common store acts xml health)
WORKER   := $(call sources,fcgi_backend)
REPORTS  := $(call sources,reports)
RECORDS  := $(call sources,recorder sample)
AGENT    := $(call sources,agent)
CTL      := $(call sources,ctl)
SIMULATION := $(call sources,programs)
TOKEN    := $(call sources,token)
PARTS    := $(COMMON) $(RECORDS) $(REPORTS) $(call parts,$(WORKER)) \
            $(call parts,$(AGENT)) $(call parts,$(CTL)) $(TOKEN)
TESTS    := $(wildcard tests/unit/test_*.c)
FUZZERS  := $(wildcard tests/fuzz/*.c)
FUZZ_SRC := $(wildcard common/*.c token/*.c agent/program_document.c \
            agent/program_value.c agent/ob_cause.c agent/ob_path.c)
TOOLS    := $(wildcard tests/tokens/*.c tests/bench/*.c)

UNIT_BIN := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(TESTS))
FUZZ_BIN := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(FUZZERS))
TOOL_BIN := $(patsubst %.c,$(BUILD)/%,$(TOOLS))

.PHONY: all worker agent ctl simulation module unit fuzz tools install clean packages FORCE

all: worker agent ctl simulation module

worker: $(if $(wildcard fcgi_backend/main.c),$(BUILD)/backup-tasks-worker)
	$(call note-missing,fcgi_backend/main.c)
agent:  $(if $(wildcard agent/main.c),$(BUILD)/backup-tasks-agent)
	$(call note-missing,agent/main.c)
ctl:    $(if $(wildcard ctl/main.c),$(BUILD)/backup-tasks-ctl)
	$(call note-missing,ctl/main.c)
simulation: $(BUILD)/backup-tasks-simulation
unit:   $(UNIT_BIN)
fuzz:   $(FUZZ_BIN)
tools:  $(TOOL_BIN)

module:
	$(call note-missing,config)
	+@test ! -f config || SAN=$(SAN) auto/build-module $(BUILD)

$(BUILD)/backup-tasks-worker: \
    $(call objects,$(COMMON) $(REPORTS) $(WORKER)) | packages
	$(CC) $(BT_LDFLAGS) -o $@ $^ $(PC_LIBS) $(REPORT_LIBS)

$(BUILD)/backup-tasks-agent: \
    $(call objects,$(COMMON) $(RECORDS) $(AGENT)) | packages
	$(CC) $(BT_LDFLAGS) -o $@ $^ $(PC_LIBS)

$(BUILD)/backup-tasks-ctl: \
    $(call objects,$(COMMON) $(RECORDS) $(REPORTS) $(call parts,$(AGENT) \
    $(WORKER)) $(CTL)) | packages
	$(CC) $(BT_LDFLAGS) -o $@ $^ $(PC_LIBS) $(REPORT_LIBS)

# It has a recorder of its own, in memory.
$(BUILD)/backup-tasks-simulation: \
    $(call objects,$(COMMON) $(call sources,sample) $(SIMULATION)) | packages
	$(CC) $(BT_LDFLAGS) -o $@ $^ $(PC_LIBS)

# Everything but the main functions, for the unit tests to pick from.
$(BUILD)/libbackup-tasks.a: $(call objects,$(PARTS))
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/unit/%: $(BUILD)/obj/tests/unit/%.o $(BUILD)/libbackup-tasks.a
	@mkdir -p $(@D)
	$(CC) $(BT_LDFLAGS) -o $@ $^ $(PC_LIBS) $(REPORT_LIBS) $(TOKEN_LIBS) \
	    -lcmocka

# Programs that tests run, and the benches.
$(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(BUILD)/libbackup-tasks.a
	@mkdir -p $(@D)
	$(CC) $(BT_LDFLAGS) -o $@ $^ $(PC_LIBS) $(TOKEN_LIBS)

$(BUILD)/fuzz/%: tests/fuzz/%.c $(FUZZ_SRC) \
    $(wildcard common/*.h token/*.h agent/*.h)
	@mkdir -p $(@D)
	$(FUZZ_CC) $(BASEFLAGS) -O1 -fno-omit-frame-pointer \
	    -fsanitize=fuzzer,address,undefined \
	    -fno-sanitize-recover=undefined \
	    -o $@ $< $(FUZZ_SRC) \
	    $(shell pkg-config --libs icu-i18n icu-uc mxml) \
	    $(TOKEN_LIBS)

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(BT_CFLAGS) -MMD -MP -c -o $@ $<

# The programs know their share directory: another PREFIX is another program.
$(BUILD)/share-dir: FORCE
	@mkdir -p $(@D)
	@echo '$(SHARE_DIR)' | cmp -s - $@ || echo '$(SHARE_DIR)' > $@

$(call objects,$(CTL) $(WORKER)): $(BUILD)/share-dir

# The worker knows the schema that it was made for.
$(BUILD)/schema-number: FORCE
	@mkdir -p $(@D)
	@echo '$(SCHEMA)' | cmp -s - $@ || echo '$(SCHEMA)' > $@

$(BUILD)/obj/fcgi_backend/ready.o: $(BUILD)/schema-number

packages:
	@test -n "$(STORE_PC)" || { echo "neither libmariadb-dev nor" \
	    "libmysqlclient-dev is installed: run auto/deps" >&2; exit 1; }
	@pkg-config --exists --print-errors $(PACKAGES) libexslt libxslt || { \
	    echo "a library is missing: run auto/deps" >&2; exit 1; }

$(call objects,$(PARTS) $(SIMULATION)): | packages

install: all
	$(INSTALL) -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/sbin \
	    $(DESTDIR)$(MODULES_DIR) $(DESTDIR)$(SHARE_DIR) \
	    $(DESTDIR)$(PREFIX)/share/man/man1 \
	    $(DESTDIR)$(PREFIX)/share/man/man8
	$(INSTALL) -m 755 $(BUILD)/backup-tasks-worker $(DESTDIR)$(PREFIX)/sbin
	$(INSTALL) -m 755 $(BUILD)/backup-tasks-agent $(DESTDIR)$(PREFIX)/sbin
	$(INSTALL) -m 755 $(BUILD)/backup-tasks-ctl \
	    programs/backup-tasks-mariadb $(DESTDIR)$(PREFIX)/bin
	$(INSTALL) -m 644 $(BUILD)/ngx_http_backup_tasks_module.so \
	    $(DESTDIR)$(MODULES_DIR)
	for page in $(wildcard man/*.[1-8]); do \
	    $(INSTALL) -m 644 $$page \
	        $(DESTDIR)$(PREFIX)/share/man/man$${page##*.} || exit 1; \
	done
	cp -R xslt schema conf $(DESTDIR)$(SHARE_DIR)/
	chmod -R u=rwX,go=rX $(DESTDIR)$(SHARE_DIR)

clean:
	rm -rf build build-san

-include $(patsubst %.o,%.d,$(call objects,$(PARTS) $(WORKER) $(AGENT) $(CTL) $(SIMULATION) \
                                  $(TESTS) $(TOOLS)))
