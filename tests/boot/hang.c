/*
 * Becomes the program that it is given, for which and for whose children sync(2), umount2(2), the
 * restart by reboot(2), and getrandom(2) unless it is asked not to wait, never return: hang PROGRAM.
 * Nobody answers what the kernel asks on the handle that stays open for it.
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/reboot.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOAD(field)		   BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IS(value, then, otherwise) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, then, otherwise)

int main(int argc, char *argv[])
{
	struct sock_filter program[] = {
		[0] = LOAD(nr),
		[1] = IS(SYS_sync, 9 - 2, 0),
		[2] = IS(SYS_umount2, 9 - 3, 0),
		[3] = IS(SYS_reboot, 0, 6 - 4),
		[4] = LOAD(args[2]),
		[5] = IS(LINUX_REBOOT_CMD_RESTART, 9 - 6, 11 - 6),
		[6] = IS(SYS_getrandom, 0, 11 - 7),
		[7] = LOAD(args[2]),
		[8] = BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, GRND_NONBLOCK, 10 - 9, 0),
		[9] = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		[10] = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAGAIN),
		[11] = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog filter = {sizeof(program) / sizeof(*program), program};
	long listener;

	if (argc < 2)
		return 2;
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
			   &filter);
	if (listener < 0 || fcntl((int)listener, F_SETFD, 0) < 0)
		perror("hang");
	execv(argv[1], argv + 1);
	perror(argv[1]);
	return 1;
}
