# SPDX-License-Identifier: GPL-2.0-or-later
#
# Builds one patch module. Called by ../Makefile, which documents it:
# KDIR, SRC, NAME, VERSION, BACKEND, OUT, KIT and SYMVERS are set, and perhaps
# TARGETS, VMLINUX and REACH.

# A module of one file and one of several are made by the same rule: the
# module's own name is never the name of one of its sources.
MAKEOVERRIDES =
sources := $(sort $(notdir $(wildcard $(SRC)/*.c)))
headers := $(wildcard $(SRC)/*.h)
objects := $(sources:.c=.o) register-$(BACKEND).o $(if $(TARGETS),kpatch-targets.o)
checksum := $(firstword $(shell cat $(addprefix $(SRC)/,$(sources)) $(headers) | sha256sum))

ifeq ($(filter $(BACKEND),kpatch livepatch),)
$(error BACKEND=$(BACKEND) is neither kpatch nor livepatch)
endif
ifneq ($(filter $(NAME).c,$(sources)),)
$(error $(NAME).c: a source must not have the name of the module)
endif
ifeq ($(BACKEND),kpatch)
ifeq ($(wildcard $(SYMVERS)),)
$(error SYMVERS=$(SYMVERS) does not exist: build kpatch.ko for this kernel first, and name its Module.symvers)
endif
symbols := KBUILD_EXTRA_SYMBOLS=$(SYMVERS)
endif

# Which build of each module the patch was made for: a kernel with another one
# refuses it. Modules have a srcversion where the kernel's configuration says so.
define targets_file
{ echo '/* SPDX-License-Identifier: GPL-2.0-or-later */'; echo '#include <linux/module.h>'; \
for file in $(TARGETS); do \
	version=$$(modinfo -F srcversion $$file) && [ -n "$$version" ] || \
		{ echo "$$file has no srcversion: leave it out of TARGETS" >&2; exit 1; }; \
	echo "MODULE_INFO(kpatch_target, \"$$(modinfo -F name $$file):$$version\");"; \
done; } > $(OUT)/kpatch-targets.c
endef

# What still has the old code, in the files of VMLINUX and those of TARGETS that are
# not among them; a distribution's modules are compressed. A patch that is refused
# is not left behind: somebody might load it.
define reach
{ set -- $(VMLINUX); rm -rf $(OUT)/targets; mkdir -p $(OUT)/targets && \
for file in $(TARGETS); do \
	name=$$(basename $$file); plain=$(OUT)/targets/$${name%.ko*}.ko; \
	case " $$* " in *"/$${name%.ko*}.ko "*) continue;; esac; \
	case $$file in \
	*.xz) xz -dc $$file > $$plain;; \
	*.gz) gzip -dc $$file > $$plain;; \
	*.zst) zstd -dcq $$file > $$plain;; \
	*) plain=$$file;; \
	esac || exit 1; \
	set -- "$$@" $$plain; \
done; \
$(REACH) --patch $(OUT)/$(NAME).ko "$$@" || { rm -f $(OUT)/$(NAME).ko; exit 1; }; }
endef

# No tail calls and no split-off cold parts: a task in a replacement must have
# the replacement itself on its stack, where the activeness check looks for it.
# A name for each source, as part of the names of its static calls.
file_flag = CFLAGS_$(1:.c=.o) += -DKPATCH_FILE=$(subst .,_,$(subst -,_,$(1:.c=)))
define newline


endef

define kbuild_file
obj-m := $(NAME).o
$(NAME)-y := $(objects)
ccflags-y := -I$(OUT)/kit -DKPATCH_BACKEND_$(if $(filter kpatch,$(BACKEND)),KPATCH,LIVEPATCH) \
	-DKPATCH_PATCH_VERSION='"$(VERSION)"' -DKPATCH_CHECKSUM='"$(checksum)"' \
	-fno-optimize-sibling-calls $$(call cc-option,-fno-reorder-blocks-and-partition)
ldflags-y := -T $(OUT)/kit/kpatch.lds
$(foreach source,$(sources),$(call file_flag,$(source))$(newline))
endef
export kbuild_file

# A function that KPATCH_SYM() names is called, and nothing else: its static call
# has no landing pad for a call through a pointer. Calls have relocations of
# their own type; all others but those of the kit's record are uses of an address.
define no_addresses
readelf -rW $(OUT)/$(NAME).ko | awk ' \
	/^Relocation section/ { from = $$3; gsub(/\047/, "", from) } \
	/__SCT__kpatch_in_/ && from !~ /static_call|kpatch\.calls|discard|orc/ && \
		!(from ~ /text/ && $$3 == "R_X86_64_PLT32") { \
		name = $$5; sub(/^.*_calls_/, "", name); \
		print "$(NAME): KPATCH_SYM(" name ") is used as an address (in " from "): say KPATCH_ADDR(" name ") if the kernel, too, calls it through a pointer"; bad = 1 } \
	END { exit bad }' >&2 || { rm -f $(OUT)/$(NAME).ko; exit 1; }
endef

# What is built into the kernel never comes as a module, so that a patch of it would
# replace nothing. The list lies beside the kernel's modules, if these are here at all:
# under /, or under the root that KDIR lies in (usr/src/headers). Which kernel it is the
# module says; Debian's headers of 6.1 say something else.
define no_strangers
{ release=$$(modinfo -F vermagic $(OUT)/$(NAME).ko | cut -d' ' -f1); \
for root in $(KDIR)/../../../ $(KDIR)/../ /; do \
	cat $(KDIR)/modules.builtin $${root}lib/modules/$$release/modules.builtin 2>/dev/null; \
done | sed 's|.*/||; s|\.ko.*||; y/-,/__/' >$(OUT)/builtin; \
for object in $$(modinfo -F kpatch_func $(OUT)/$(NAME).ko | sed 's/:.*//' | sort -u); do \
	case $$object in \
	vmlinux) ;; \
	kernel) echo "$(NAME): no module is called kernel: say vmlinux" >&2; bad=1;; \
	*) ! grep -qxF "$$object" $(OUT)/builtin || \
		{ echo "$(NAME): $$object is built into kernel $$release: say vmlinux" >&2; bad=1; };; \
	esac; \
done; [ -z "$$bad" ]; } || { rm -f $(OUT)/$(NAME).ko; exit 1; }
endef

define look
@$(no_addresses)
@$(no_strangers)
@$(if $(VMLINUX),$(reach))
endef

# Who makes many modules asks for "folder", runs Kbuild once for all of them, and then asks
# for "checks".
.PHONY: module folder checks
module: folder
	+@$(MAKE) --no-print-directory -C $(KDIR) M=$(OUT) $(if $(W),W=$(W)) $(if $(C),C=$(C)) $(symbols) modules
	$(look)
folder:
	@mkdir -p $(OUT)/kit
	@ln -sf $(KIT)/core/kpatch.h $(KIT)/core/call.h $(KIT)/core/lookup.h $(KIT)/patch/*.h $(KIT)/patch/kpatch.lds $(OUT)/kit/
	@ln -sf $(addprefix $(SRC)/,$(sources)) $(headers) $(KIT)/patch/register-$(BACKEND).c $(OUT)/
	@$(if $(TARGETS),$(targets_file))
	@printf '%s\n' "$$kbuild_file" > $(OUT)/Kbuild
checks:
	$(look)
