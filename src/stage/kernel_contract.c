#include "stage/kernel_gate.h"

#include <string.h>

/* What pideisn, the UKI and the programs of an image take for granted. */
static const struct contract_row guest[] = {
	{"64BIT", "y", "the programs of the image are x86-64"},
	{"EFI_STUB", "y", "without it a UKI cannot start the kernel"},
	{"BLK_DEV_INITRD", "y", "without it the initramfs is ignored"},
	{"BINFMT_ELF", "y", "without it no program starts"},
	{"MULTIUSER", "y", "without it there are no users and groups"},
	{"PRINTK", "y", "without it the kernel says nothing when it fails"},
	{"TTY", "y", "without it there is no console"},
	{"PROC_FS", "y", "pideisn mounts /proc"},
	{"SYSFS", "y", "pideisn mounts /sys"},
	{"DEVTMPFS", "y", "pideisn mounts /dev"},
	{"TMPFS", "y", "pideisn mounts /run and /tmp"},
	{"SHMEM", "y", "without it tmpfs is ramfs and its size limits are void"},
	{"FILE_LOCKING", "y", "without it SQLite's databases are always locked"},
	{"POSIX_TIMERS", "y", "without it timers answer ENOSYS"},
	{"FUTEX", "y", "without it threads answer ENOSYS"},
	{"EPOLL", "y", "without it event loops answer ENOSYS"},
	{"SIGNALFD", "y", "pideisn waits for signals with it"},
	{"TIMERFD", "y", "without it event loops answer ENOSYS"},
	{"EVENTFD", "y", "without it event loops answer ENOSYS"},
	{"UNIX", "y", "without it local sockets answer EAFNOSUPPORT"},
	{"INET", "y", "without it there is no network"},
	{"ACPI", "y", "without it power off halts and the machine stays on"},
};

/* What cloud-hypervisor and mvirt-vmm take for granted, above all that. */
static const struct contract_row host[] = {
	{"KVM", "y", "without it there are no virtual machines"},
	{"HIGH_RES_TIMERS", "y", "KVM needs it"},
	{"TUN", "y", "without it guests have no network"},
	{"VHOST_NET", "y", "cloud-hypervisor's network back end"},
	{"VHOST_VSOCK", "y", "the host's side of vsock"},
	{"BRIDGE", "y", "guests hang on a bridge"},
	{"IPV6", "y", "mvirt-vmm listens on ::1"},
	{"MEMFD_CREATE", "y", "guest memory is a memfd"},
	{"IO_URING", "y", "cloud-hypervisor's disks use it"},
	{"SECCOMP_FILTER", "y", "cloud-hypervisor confines its threads with it"},
	{"SECURITY_LANDLOCK", "y", "cloud-hypervisor --landlock"},
	{"CGROUPS", "y", "limits of services"},
	{"NAMESPACES", "y", "services are confined with them"},
	{"VFIO_PCI", "y", "devices are passed through with it"},
};

const struct contract_row *kernel_contract(const char *role, size_t *ret_n)
{
	if (!strcmp(role, "guest")) {
		*ret_n = ARRAY_LEN(guest);
		return guest;
	}
	if (!strcmp(role, "host")) {
		*ret_n = ARRAY_LEN(host);
		return host;
	}
	return NULL;
}
