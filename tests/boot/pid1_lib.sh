# For the boots of PID 1: sourced in an empty folder, with $mkos and $project set.
# shellcheck shell=sh

initrd=$project/target/initramfs.cpio.gz
kernel=$project/kernel/arch/x86/boot/bzImage

# boot STATUS CMDLINE ARGUMENTS...: of `run`; the console is in console, what `run` says in err.
boot() {
	wanted=$1
	words=$2
	shift 2
	status=0
	"$mkos" run "$kernel" --initrd "$initrd" --cmdline "console=ttyS0 quiet $words" \
		--log "$PWD/console" "$@" 2>err || status=$?
	cat err
	[ "$status" -eq "$wanted" ] || { echo "exit status $status, not $wanted"; exit 1; }
	! grep -q 'Kernel panic\|Attempted to kill init' console || exit 1
}

# was FILE TEXT: the file holds it.
was() {
	grep -qF -- "$2" "$1" || { echo "no '$2' in $1"; exit 1; }
}

# reset: the machine was reset, and did not power off.
reset() {
	was err "did not power itself off: QEMU ended for 'guest-reset'"
}

# add LIST: the image holds what the list names, as well; a later archive replaces names.
add() {
	"$mkos" -q initramfs --list "$1" -o more.cpio.gz
	cat "$project/target/initramfs.cpio.gz" more.cpio.gz >both.cpio.gz
	initrd=both.cpio.gz
}

# probed CONSOLE CONFIG: /init --probe named there what the kernel's configuration does not have, and
# nothing else. (EFIVAR_FS depends on how it was booted.)
probed() {
	for option in PROC_FS PROC_SYSCTL SYSFS PRINTK RTC_CLASS WATCHDOG DMI_SYSFS ACPI KEXEC_CORE \
		DEVTMPFS UNIX98_PTYS POSIX_MQUEUE CGROUPS SECURITYFS PSTORE HUGETLBFS EXT4_FS VFAT_FS \
		SHMEM MEMCG CGROUP_SCHED CGROUP_PIDS UNIX INET IPV6 NET PACKET VSOCKETS SIGNALFD TIMERFD
	do
		named=$(grep -c "^CONFIG_$option is missing" "$1" || true)
		set_there=$(grep -c "^CONFIG_$option=y" "$2" || true)
		[ $((named + set_there)) -eq 1 ] || {
			echo "$option: $named times named as missing, $set_there times in $2"
			exit 1
		}
	done
}
