# For the command-line tests: sourced by each, in an empty folder.
# shellcheck shell=sh

failed=0

fail() {
	echo "FAILED: $*" >&2
	failed=1
}

skip() {
	echo "skipped: $1"
	exit 77
}

# expect STATUS COMMAND...: runs it; what it printed is in out and err.
expect() {
	wanted=$1
	shift
	status=0
	"$@" >out 2>err || status=$?
	[ "$status" -eq "$wanted" ] || {
		fail "exit status $status, not $wanted: $*"
		cat out err >&2
	}
}

# says FILE TEXT: the file is exactly this line.
says() {
	[ "$(cat "$1")" = "$2" ] || fail "$(printf '%s is\n%s\nnot\n%s' "$1" "$(cat "$1")" "$2")"
}

# has FILE TEXT: the text stands in the file.
has() {
	grep -qF -- "$2" "$1" || fail "$(printf 'no "%s" in %s:\n%s' "$2" "$1" "$(cat "$1")")"
}

# lacks FILE TEXT: the text stands nowhere in the file.
lacks() {
	! grep -qF -- "$2" "$1" || fail "$(printf '"%s" in %s:\n%s' "$2" "$1" "$(cat "$1")")"
}

# empty FILE
empty() {
	[ ! -s "$1" ] || fail "$(printf '%s is not empty:\n%s' "$1" "$(cat "$1")")"
}

same() {
	cmp "$1" "$2" || fail "$1 and $2 differ"
}

absent() {
	[ ! -e "$1" ] || fail "$1 is there"
}

# holds FOLDER NAMES...: the folder holds these names, sorted, and no others.
holds() {
	folder=$1
	shift
	found=$(echo $(ls -A "$folder"))
	[ "$found" = "$*" ] || fail "$folder holds: $found"
}

# project SOURCE: makes the folder p, a project like the real one, with a kernel source that
# configures and builds in no time: kernel_source/ stands for kbuild.
project() {
	mkdir p
	cp -R "$1/config" "$1/kernel.version" "$1/cmdline.txt" p/
	printf 'CONFIG_ONE=y\nCONFIG_TWO="two"\n# CONFIG_THREE is not set\n' >p/kernel.config
	# The sample has none of the options that a real kernel must have.
	sed -i '/^roles/d' p/config/recipes/guest.conf
	fake_kernel "$1"
}

# A kernel source whose Makefile does what kbuild's does, with one file to compile. The kernel it
# makes is a sample that the unit tests use as well; one that is there stays, as kbuild goes by
# times. LOSE names options to drop, as Kconfig does.
fake_kernel() {
	mkdir kernel_source
	cat >kernel_source/Kconfig <<'KCONFIG'
mainmenu "sample"
source "arch/$(SRCARCH)/Kconfig"
config BASE
	bool "Base"
if BASE
menu "Numbers"
	depends on MENU_OPTION || !BASE || \
		BASE
config ONE
	bool "One" if EXPERT # a comment
	depends on (BASE && TWO = "other") && !THREE
	help
	  config IN_HELP
	    is no option.
endmenu
endif
config TWO
	string "Two"
config THREE
	bool "Three"
config BY
	def_bool y
	select THREE if BASE
KCONFIG
	mkdir -p kernel_source/arch/x86
	printf 'config MENU_OPTION\n\tbool "Menu"\n' >kernel_source/arch/x86/Kconfig
	cp "$1/tests/fuzz/corpus/pe/kernel-x64" kernel_source/sample
	: >kernel_source/lose
	cat >kernel_source/Makefile <<'MAKEFILE'
.RECIPEPREFIX = >
VERSION = 6
PATCHLEVEL = 12
SUBLEVEL = 7
EXTRAVERSION =
tinyconfig:
> echo 'CONFIG_BASE=y' >$(O)/.config
olddefconfig:
> grep -vxFf $(CURDIR)/lose $(O)/.config >$(O)/.config.new
> [ ! -f $(CURDIR)/more ] || cat $(CURDIR)/more >>$(O)/.config.new
> mv $(O)/.config.new $(O)/.config
bzImage:
> @[ ! -f $(CURDIR)/broken ] || cat $(CURDIR)/broken
> @[ ! -f $(CURDIR)/broken ]
> @echo '  CC      init/main.o'
> mkdir -p $(O)/arch/x86/boot
> echo vmlinux >$(O)/vmlinux
> [ -f $(O)/arch/x86/boot/bzImage ] || cp $(CURDIR)/sample $(O)/arch/x86/boot/bzImage
MAKEFILE
}
