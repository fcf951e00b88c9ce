// floor is what every sandbox costs at least: one clone(2) with the flags of a lab's namespaces, the maps of
// the user namespace, one execve(2). `make bench` builds it where there is a C compiler.
//
//	floor PROGRAM [ARG ...]
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define FLAGS (CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWCGROUP)

// write_file writes one file of /proc/PID and reports whether it could.
static int write_file(pid_t pid, const char *name, const char *format, unsigned id)
{
	char path[64], text[64];
	int n = snprintf(text, sizeof text, format, id);
	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ok = fd >= 0 && write(fd, text, n) == n;
	if (!ok)
		perror(path);
	if (fd >= 0)
		close(fd);
	return ok;
}

int main(int argc, char **argv)
{
	int mapped[2], status;
	char byte;
	if (argc < 2 || pipe2(mapped, O_CLOEXEC) < 0)
		return 2;
	pid_t pid = syscall(SYS_clone, FLAGS | SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid < 0) {
		perror("clone");
		return 2;
	}
	if (pid == 0) {
		// Before it is root of its user namespace, execve would take its capabilities.
		close(mapped[1]);
		if (read(mapped[0], &byte, 1) != 0)
			_exit(126);
		execv(argv[1], argv + 1);
		_exit(127);
	}
	int ok = write_file(pid, "setgroups", "deny", 0) && write_file(pid, "uid_map", "0 %u 1", getuid()) &&
		 write_file(pid, "gid_map", "0 %u 1", getgid());
	if (!ok)
		kill(pid, SIGKILL);
	close(mapped[1]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return ok && WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}
