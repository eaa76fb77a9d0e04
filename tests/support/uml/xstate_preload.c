// Lets Debian's User-Mode Linux (6.1) run on a processor with AMX.
//
// That kernel keeps 2696 bytes of a process's extended registers, all there was before AMX (x87 up
// to PKRU), and hands them to PTRACE_SETREGSET. A host whose processor has more refuses a set that
// is not whole with EFAULT, and the sandbox dies in "ptrace set fp regs failed, errno = 14" before
// its first process. Preloaded into linux.uml, this completes the set with zeros: no process in the
// sandbox can ask for AMX, so its AMX registers are in their initial state, which is what zeros say
// in the standard format of XSAVE (Intel SDM volume 1, chapter 13). Where the set is whole already,
// every call is passed on as it is.
#define _GNU_SOURCE
#include <cpuid.h>
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

typedef long Ptrace(enum __ptrace_request request, ...);

static Ptrace* next_ptrace;
static size_t whole_length;    // bytes of this processor's register set; 0 if it has no XSAVE
static char whole[64 * 1024];  // static, because linux.uml calls from kernel stacks of 16 KiB

__attribute__((constructor)) static void prepare(void) {
  unsigned eax = 0, enabled_size = 0, ecx = 0, edx = 0;
  if (__get_cpuid_count(0xd, 0, &eax, &enabled_size, &ecx, &edx)) whole_length = enabled_size;
  *(void**)&next_ptrace = dlsym(RTLD_NEXT, "ptrace");
}

__attribute__((visibility("default"))) long ptrace(enum __ptrace_request request, ...) {
  va_list arguments;
  va_start(arguments, request);
  const int pid = va_arg(arguments, int);
  void* const address = va_arg(arguments, void*);
  void* const data = va_arg(arguments, void*);
  va_end(arguments);

  if (request == PTRACE_SETREGSET && address == (void*)NT_X86_XSTATE) {
    const struct iovec* const part = data;
    if (part->iov_len < whole_length && whole_length <= sizeof whole) {
      memcpy(whole, part->iov_base, part->iov_len);  // what follows was never anything but zero
      struct iovec completed = {.iov_base = whole, .iov_len = whole_length};
      return next_ptrace(request, pid, address, &completed);
    }
  }
  return next_ptrace(request, pid, address, data);
}
