#!/bin/sh
# How a scripted run judges the end of QEMU, with programs that stand for it: a QEMU that fails, one
# that ends without the guest's power off, one that says nothing. Nothing of a run is left behind.
# usage: run.sh MVIRT-MKOS LIB PROJECT
set -eu
mkos=$1
. "$2"
uki=$3/tests/fuzz/corpus/pe/uki-x64
[ -e /usr/share/OVMF/OVMF_VARS_4M.fd ] || skip "no ovmf"

mkdir bin tmp
export TMPDIR="$PWD/tmp"

# qemu COMMANDS: what the program does.
qemu() {
	printf '#!/bin/sh\n%s\n' "$1" >bin/qemu-system-x86_64
	chmod +x bin/qemu-system-x86_64
}

# ends STATUS SENTENCE ARGUMENTS...: of a run; the sentence is the last line.
ends() {
	wanted_status=$1
	sentence=$2
	shift 2
	expect "$wanted_status" env PATH="$PWD/bin:$PATH" "$mkos" run --no-kvm "$@" "$uki"
	tail -n 1 err >last
	says last "$sentence"
	holds tmp
}

qemu 'echo broken >&2; exit 3'
ends 1 "mvirt-mkos run: QEMU ended with status 3: what it said stands above" --expect x
qemu 'echo hello'
ends 1 "mvirt-mkos run: the guest ended before 'x' appeared: see log" --expect x --log log
has log hello
ends 1 "mvirt-mkos run: the guest did not power itself off: QEMU ended for 'no reason' (a panic \
ends in a reset too)" --expect hello
# QMP (docs/interop/qmp-spec.rst): a reset and a power off, on the monitor, which is number 3.
event() {
	echo 'echo '"'"'{"event": "SHUTDOWN", "data": {"guest": true, "reason": "'"$1"'"}}'"'"' >&3'
}
qemu "$(event guest-reset); echo hello"
ends 1 "mvirt-mkos run: the guest did not power itself off: QEMU ended for 'guest-reset' (a panic \
ends in a reset too)" --expect hello
qemu "$(event guest-shutdown); echo hello"
ends 0 "KVM does not run guests here: QEMU emulates, which is slower" --expect hello
# What is sent arrives, in order.
qemu "echo name; read -r line; echo \"got \$line\"; $(event guest-shutdown)"
ends 0 "KVM does not run guests here: QEMU emulates, which is slower" \
	--expect name --send 'a word' --expect 'got a word'
ends 1 "mvirt-mkos run: the guest ended before 'name' appeared" --expect name --send x --expect name
# The monitor's commands are QMP's (docs/interop/qmp-spec.rst): the fake one reads what it was told.
qemu "echo name; head -n 2 <&3 >told; printf '%s' \"\$*\" >arguments; $(event guest-shutdown)"
ends 0 "KVM does not run guests here: QEMU emulates, which is slower" \
	--expect name --monitor 'device_add "x"' --qemu '-device i6300esb' --qemu -no-acpi
says told '{"execute":"qmp_capabilities"}
{"execute":"human-monitor-command","arguments":{"command-line":"device_add \"x\""}}'
has arguments ' -device i6300esb -no-acpi'
qemu "echo name; echo '{\"return\": \"unknown command: x\\\\r\\\\n\"}' >&3; $(event guest-shutdown)"
ends 0 "QEMU: unknown command: x" --expect name --monitor x
# Firmware that has nothing to start waits for a key: the run does not wait for it, but for who
# expects just that.
qemu 'printf "BdsDxe: Press any key to"; sleep 0.2; echo " enter the Boot Manager Menu."; exec sleep 60'
ends 1 "mvirt-mkos run: the firmware found nothing to start before 'ready' appeared" --expect ready
ends 1 "mvirt-mkos run: 2 s went by before the guest powered itself off" --expect 'Manager Menu.' \
	--timeout 2
# With Secure Boot it is said before what the firmware will not start; and what it will is not.
if [ -e /usr/share/OVMF/OVMF_VARS_4M.ms.fd ] && command -v openssl >/dev/null; then
	for name in db other; do
		openssl req -new -x509 -newkey rsa:2048 -nodes -keyout $name.key -out $name.pem \
			-subj /CN=$name -days 100 2>/dev/null
	done
	"$mkos" -q sign "$uki" --key db.key --certificate db.pem -o signed.efi
	qemu 'echo hello'
	secure() {
		expect 0 env PATH="$PWD/bin:$PATH" "$mkos" run --no-kvm --secure-boot "$@" signed.efi
	}
	secure
	has err "warning: the firmware will refuse 'signed.efi': nothing in db of \
'/usr/share/OVMF/OVMF_VARS_4M.ms.fd' vouches for it; --trust CERTIFICATE makes firmware trust who \
signed it"
	secure --trust other.pem
	has err "warning: the firmware will refuse 'signed.efi': no certificate of --trust vouches for it"
	secure --trust other.pem --trust db.pem
	lacks err warning
elif [ "${CI:-}" = true ]; then
	fail "no ovmf or openssl"
fi
qemu 'exec sleep 60'
ends 1 "mvirt-mkos run: 1 s went by before 'x' appeared" --expect x --timeout 1

# Without steps the terminal is the guest's, and QEMU's status is what counts.
qemu 'echo hello'
expect 0 env PATH="$PWD/bin:$PATH" "$mkos" run --no-kvm "$uki"
has out hello
qemu 'exit 4'
ends 1 "mvirt-mkos run: qemu-system-x86_64 ended with status 4"

# What the firmware gets is a disk with the program on it.
qemu 'for a; do case $a in *esp.img) mcopy -n -i "${a##*file=}" ::EFI/BOOT/BOOTX64.EFI got.efi ;; esac; done'
expect 0 env PATH="$PWD/bin:$PATH" "$mkos" run --no-kvm "$uki"
same got.efi "$uki"
# The commands that --dry-run prints, without the last one, make such a disk too.
"$mkos" run --dry-run "$uki" | sed '$d' >commands
sh -e commands
mcopy -n -i run/esp.img ::EFI/BOOT/BOOTX64.EFI typed.efi
same typed.efi "$uki"
rm -r run

# Without FILE a script finds what the console said in target/.
mkdir -p p/target
cp "$uki" p/target/mvirt.efi
qemu "$(event guest-shutdown); echo hello"
expect 0 env PATH="$PWD/bin:$PATH" "$mkos" -C p run --no-kvm --expect hello
says p/target/run.log hello

# What the guest gets of a UKI that is booted without firmware is what was put in.
echo 'dir /d 0755 0 0' >list
"$mkos" initramfs --list list --compress none -o initrd 2>/dev/null >&2
cp "$3/tests/fuzz/corpus/pe/kernel-x64" kernel
"$mkos" uki --kernel kernel --initrd initrd --cmdline 'two words' --os-release '' \
	--stub "$3/tests/fuzz/corpus/pe/stub-x64" -o parts.efi >/dev/null 2>&1
qemu 'while [ $# -gt 0 ]; do case $1 in
-kernel) cp "$2" got_kernel ;;
-initrd) cp "$2" got_initrd ;;
-append) printf "%s\n" "$2" >got_cmdline ;;
esac; shift; done'
expect 0 env PATH="$PWD/bin:$PATH" "$mkos" run --no-kvm --direct parts.efi
same got_kernel kernel
same got_initrd initrd
says got_cmdline 'two words'
expect 0 env PATH="$PWD/bin:$PATH" "$mkos" run --no-kvm --initrd initrd kernel
same got_kernel kernel
says got_cmdline console=ttyS0

# The TPM listens before QEMU starts, and is gone with the run.
if command -v swtpm >/dev/null && command -v swtpm_setup >/dev/null; then
	qemu 'for a; do case $a in *path=*) [ -S "${a##*path=}" ] && echo socket ;; esac; done'
	expect 0 env PATH="$PWD/bin:$PATH" "$mkos" run --no-kvm --tpm "$uki"
	has out socket
	holds tmp
	for command in /proc/[0-9]*/cmdline; do
		if cat "$command" 2>/dev/null | tr '\0' ' ' | grep -q "^swtpm.*$PWD/tmp"; then
			fail "swtpm goes on"
		fi
	done
elif [ "${CI:-}" = true ]; then
	fail "no swtpm"
fi
mkdir "$PWD/tmp/with,comma"
expect 1 env TMPDIR="$PWD/tmp/with,comma" PATH="$PWD/bin:$PATH" "$mkos" run --no-kvm "$uki"
has err "has ',' or ':' in it: set TMPDIR to another"
rmdir tmp/with,comma

# Files that are nothing but their marks: an ISO, a disk, a qcow2 image, an ELF program.
bytes() {
	printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
truncate -s 1M image.iso disk.img q.qcow2 vmlinux odd,name.img
bytes image.iso 32768 '\1CD001\1'
for disk in disk.img odd,name.img; do
	bytes "$disk" 450 '\356\0\0\0\1\0\0\0\377\377'
	bytes "$disk" 510 '\125\252'
done
cp disk.img code.img
bytes code.img 0 '\353\376'
bytes q.qcow2 0 'QFI\373'
bytes vmlinux 0 '\177ELF'

# dry ARGUMENTS...: the last line is the command.
dry() {
	expect 0 "$mkos" run --dry-run "$@"
	tail -n 1 out >command
}
dry "$uki"
has out "qemu-system-x86_64 -machine q35"
has command "format=raw,file=run/esp.img -device virtio-blk-pci,drive=boot,bootindex=0 -nic none \
-serial mon:stdio"
dry --qemu '-device i6300esb' "$uki"
has command " -device i6300esb"
dry image.iso
has command "if=none,id=boot,format=raw,readonly=on,file=image.iso -device ide-cd,drive=boot"
dry --attach usb image.iso
has command "format=raw,snapshot=on,file=image.iso -device qemu-xhci -device usb-storage,drive=boot"
dry --bios code.img
has command "format=raw,snapshot=on,file=code.img -device virtio-blk-pci,drive=boot"
if grep -q pflash command; then fail "firmware for a BIOS boot"; fi
dry --writable q.qcow2
has command "format=qcow2,snapshot=off,file=q.qcow2"
dry odd,name.img
has command "file=odd,,name.img"
dry --secure-boot "$uki"
has out "cp /usr/share/OVMF/OVMF_VARS_4M.ms.fd run/vars.fd"
has command "-machine q35,smm=on"
has command "unit=0,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.secboot.fd"
has command "-global driver=cfi.pflash01,property=secure,value=on"
dry --secure-boot --vars own.fd --firmware code.fd "$uki"
has out "cp own.fd run/vars.fd"
has command "readonly=on,file=code.fd"
dry --tpm "$uki"
has command "-tpmdev emulator,id=tpm0,chardev=tpm -device tpm-crb,tpmdev=tpm0"
dry --disk image.iso --disk q.qcow2 --memory 2G --cpus 3 vmlinux
has command "-m 2097152K -smp 3"
has command "-drive if=none,id=disk0,format=raw,readonly=on,file=image.iso \
-device virtio-blk-pci,drive=disk0 -drive if=none,id=disk1,format=qcow2,file=q.qcow2"
has command "-kernel vmlinux -append console=ttyS0"
dry --forward 2222:22 --forward 8080:80 disk.img
has command "-netdev user,id=net,hostfwd=tcp:127.0.0.1:2222-:22,hostfwd=tcp:127.0.0.1:8080-:80 \
-device virtio-net-pci,netdev=net"
dry --net tap:vm0 disk.img
has command "-netdev tap,id=net,ifname=vm0,script=no,downscript=no"
dry --log console.log disk.img
has command "-chardev stdio,id=console,mux=on,signal=off,logfile=console.log"

# cloud-hypervisor: by firmware, or kernel and initrd directly.
dry --vmm cloud-hypervisor --initrd initrd --cmdline 'console=ttyS0 quiet' --memory 1G --cpus 2 \
	--disk disk.img --net tap:vm0 vmlinux
says command "cloud-hypervisor --kernel vmlinux --initramfs initrd --cmdline \
'console=ttyS0 quiet' --disk path=disk.img,readonly=off,image_type=raw --cpus boot=2 \
--memory size=1024M --net tap=vm0 --serial tty --console off"
dry --vmm cloud-hypervisor --firmware CLOUDHV.fd --tpm --disk image.iso q.qcow2
says command "cloud-hypervisor --firmware CLOUDHV.fd --disk \
path=q.qcow2,readonly=on,image_type=qcow2 path=image.iso,readonly=on,image_type=raw \
--cpus boot=1 --memory size=512M --tpm socket=run/tpm.sock --serial tty --console off"
dry --vmm cloud-hypervisor --firmware CLOUDHV.fd "$uki"
has command "--firmware CLOUDHV.fd --disk path=run/esp.img,readonly=off,image_type=raw"
dry --vmm cloud-hypervisor parts.efi
has command "cloud-hypervisor --kernel run/linux --initramfs run/initrd --cmdline 'two words'"

# refused STATUS SENTENCE ARGUMENTS...
refused() {
	wanted_status=$1
	sentence=$2
	shift 2
	expect "$wanted_status" "$mkos" run --dry-run "$@"
	says err "mvirt-mkos run: $sentence"
}
expect 1 "$mkos" run --expect x nowhere
has err "image 'nowhere' is not there"
echo text >text
says err "mvirt-mkos run: image 'nowhere' is not there"
mkdir empty
expect 1 "$mkos" -C empty run --dry-run
says err "mvirt-mkos run: image 'target/mvirt.efi' is not there: make it with mvirt-mkos build"
"$mkos" -q initramfs --list list --compress gzip -o i.gz
refused 1 "'i.gz' is an initramfs, or something else in gzip: it boots with a kernel, mvirt-mkos run \
KERNEL --initrd i.gz" i.gz
refused 1 "'text' is nothing that boots: give a UKI, an ISO, a disk or a kernel" text
printf MZ >half.efi
expect 1 "$mkos" run half.efi
has err "'half.efi': not a PE file"
refused 1 "'vmlinux' is a kernel: a BIOS boots only what mvirt-mkos iso --bios makes" \
	--bios vmlinux
refused 1 "'disk.img' is a disk: --direct is for a kernel or a UKI" --direct disk.img
refused 1 "'vmlinux' is an ELF program: firmware does not start it, --direct does" --uefi vmlinux
refused 2 "--initrd and --cmdline go with a kernel: 'disk.img' is a disk" --initrd initrd disk.img
refused 1 "initrd 'nowhere' is not there" --initrd nowhere vmlinux
refused 2 "--attach goes with an ISO or a disk: 'vmlinux' is a kernel" --attach usb vmlinux
refused 2 "--uefi, --direct and --bios exclude one another" --uefi --bios disk.img
refused 2 "--attach knows no 'floppy': see mvirt-mkos run --help" --attach floppy disk.img
refused 2 "--forward goes with --net user" --net tap --forward 1:2 disk.img
refused 2 "--forward '22' is not HOSTPORT:GUESTPORT, as 2222:22" --forward 22 disk.img
refused 2 "there is no port 0" --forward 22:0 disk.img
refused 2 "'a-name-too-long-x' is no name of a network interface" --net tap:a-name-too-long-x disk.img
refused 2 "cloud-hypervisor has no network of its own: --net tap" \
	--vmm cloud-hypervisor --net user vmlinux
refused 2 "cloud-hypervisor brings no firmware: --firmware CLOUDHV.fd" \
	--vmm cloud-hypervisor disk.img
refused 2 "steps and --log are for QEMU: cloud-hypervisor runs in the terminal" \
	--vmm cloud-hypervisor --log log vmlinux
refused 2 "--memory: 10 is bytes, and a guest takes at least 16M: give a unit, as 512M" -m 10 vmlinux
refused 2 "--memory: 16777215 is bytes, and a guest takes at least 16M: give a unit, as 512M" \
	-m 16777215 vmlinux
dry -m 16M vmlinux
has command "-m 16384K"
refused 2 "--writable goes with an ISO or a disk: 'vmlinux' is a kernel, and the guest never writes to \
it" --writable vmlinux
refused 2 "--writable goes with an ISO or a disk: '$uki' is an EFI program, and the guest never writes \
to it" --writable "$uki"
refused 2 "--writable goes with --attach usb or disk: a CD is read only" --writable image.iso
refused 2 "--forward goes with --net user" --net none --forward 1:2 disk.img
refused 2 "--firmware and --vars go with --uefi: 'parts.efi' is booted without firmware" \
	--direct --firmware code.fd parts.efi
refused 2 "--firmware and --vars go with --uefi: 'code.img' is booted by a BIOS" \
	--bios --vars own.fd code.img
refused 2 "--vars is for QEMU: cloud-hypervisor's firmware has no variables" \
	--vmm cloud-hypervisor --firmware CLOUDHV.fd --vars own.fd disk.img
expect 1 "$mkos" run --dry-run --secure-boot --trust text "$uki"
has err "'text'"
empty out

# A BIOS that finds nothing is mute: our own images without BIOS part, and a disk without boot code.
refused 1 "'disk.img' has no boot code for a BIOS in its first sector: boot it by UEFI" --bios disk.img
"$mkos" -q iso --uki "$uki" -o uefi.iso 2>/dev/null
"$mkos" -q disk --uki "$uki" -o uefi.img 2>/dev/null
refused 1 "'uefi.iso' has no boot record for a BIOS: make it with mvirt-mkos iso --bios, or boot it by \
UEFI" --bios uefi.iso
for how in usb disk; do
	refused 1 "'uefi.iso' has no boot code for a BIOS in its first sector: boot it by UEFI" \
		--bios --attach $how uefi.iso
done
refused 1 "'uefi.img' has no boot code for a BIOS in its first sector: boot it by UEFI" --bios uefi.img
# One that another program made for a BIOS passes.
if command -v genisoimage >/dev/null; then
	mkdir boot
	truncate -s 2048 boot/loader
	genisoimage -quiet -b loader -no-emul-boot -boot-load-size 4 -o bios.iso boot
	dry --bios bios.iso
	has command "file=bios.iso -device ide-cd"
elif [ "${CI:-}" = true ]; then
	fail "no genisoimage"
fi

# The log replaces no input, under whatever name, with steps and without.
cp "$uki" own.efi
cp own.efi kept.efi
ln own.efi link.efi
overwrites() {
	log=$1
	input=$2
	shift 2
	for steps in '' '--expect x'; do
		# shellcheck disable=SC2086
		expect 1 "$mkos" run --log "$log" $steps "$@"
		says err "mvirt-mkos run: --log '$log' would overwrite '$input': give another file"
		same own.efi kept.efi
	done
}
overwrites own.efi own.efi own.efi
overwrites link.efi own.efi own.efi
overwrites own.efi own.efi --disk own.efi disk.img
overwrites own.efi own.efi --vars own.efi disk.img
overwrites own.efi own.efi --firmware own.efi disk.img
overwrites own.efi own.efi --initrd own.efi kernel
# Nothing is started without what it takes.
expect 1 "$mkos" run --firmware nowhere disk.img
has err "there is no UEFI firmware 'nowhere'"
expect 1 "$mkos" run --vars nowhere disk.img
has err "there is no variable store 'nowhere'"
exit $failed
