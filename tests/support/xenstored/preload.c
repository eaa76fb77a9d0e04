// Lets Debian's C xenstored run on a machine without Xen.
//
// Preloaded into xenstored, it stands in for what the daemon asks of the hypervisor: any domain
// that a client names exists and runs, event channels bind but never fire, and a granted page is a
// page of zeros. Clients use the socket, so nothing ever travels through these. Transactions,
// watches, permissions and quotas are the real daemon's.
//
// The prototypes are Xen's own, so that a mismatch does not compile.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xenctrl.h>
#include <xenevtchn.h>
#include <xengnttab.h>

#pragma GCC visibility push(default)

// A handle is never looked into by the daemon: any address that is not null will do.
static char handle;

xc_interface* xc_interface_open(xentoollog_logger* logger, xentoollog_logger* dombuild_logger,
                                unsigned flags) {
  (void)logger, (void)dombuild_logger, (void)flags;
  return (xc_interface*)&handle;
}

int xc_interface_close(xc_interface* interface) {
  (void)interface;
  return 0;
}

int xc_domain_getinfo(xc_interface* interface, uint32_t first_domid, unsigned int max_doms,
                      xc_dominfo_t* info) {
  (void)interface;
  if (max_doms == 0) return 0;
  memset(info, 0, sizeof *info);
  info->domid = first_domid;
  info->running = 1;
  return 1;
}

xenevtchn_handle* xenevtchn_open(xentoollog_logger* logger, unsigned int flags) {
  (void)logger, (void)flags;
  return (xenevtchn_handle*)&handle;
}

xenevtchn_handle* xenevtchn_fdopen(xentoollog_logger* logger, int fd, unsigned flags) {
  (void)fd;
  return xenevtchn_open(logger, flags);
}

// A descriptor that the daemon may poll, and that is never ready.
int xenevtchn_fd(xenevtchn_handle* events) {
  (void)events;
  static int fd = -1;
  if (fd < 0) fd = eventfd(0, EFD_CLOEXEC);
  return fd;
}

static xenevtchn_port_or_error_t next_port(void) {
  static xenevtchn_port_or_error_t port;
  return ++port;
}

xenevtchn_port_or_error_t xenevtchn_bind_virq(xenevtchn_handle* events, unsigned int virq) {
  (void)events, (void)virq;
  return next_port();
}

xenevtchn_port_or_error_t xenevtchn_bind_interdomain(xenevtchn_handle* events, uint32_t domid,
                                                     evtchn_port_t remote_port) {
  (void)events, (void)domid, (void)remote_port;
  return next_port();
}

int xenevtchn_unbind(xenevtchn_handle* events, evtchn_port_t port) {
  (void)events, (void)port;
  return 0;
}

int xenevtchn_notify(xenevtchn_handle* events, evtchn_port_t port) {
  (void)events, (void)port;
  return 0;
}

xenevtchn_port_or_error_t xenevtchn_pending(xenevtchn_handle* events) {
  (void)events;
  return -1;
}

int xenevtchn_unmask(xenevtchn_handle* events, evtchn_port_t port) {
  (void)events, (void)port;
  return 0;
}

xengnttab_handle* xengnttab_open(xentoollog_logger* logger, unsigned flags) {
  (void)logger, (void)flags;
  return (xengnttab_handle*)&handle;
}

int xengnttab_close(xengnttab_handle* grants) {
  (void)grants;
  return 0;
}

int xengnttab_set_max_grants(xengnttab_handle* grants, uint32_t count) {
  (void)grants, (void)count;
  return 0;
}

void* xengnttab_map_grant_ref(xengnttab_handle* grants, uint32_t domid, uint32_t ref,
                              int protection) {
  (void)grants, (void)domid, (void)ref;
  void* const page = mmap(NULL, XC_PAGE_SIZE, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return page == MAP_FAILED ? NULL : page;
}

int xengnttab_unmap(xengnttab_handle* grants, void* address, uint32_t pages) {
  (void)grants;
  return munmap(address, (size_t)pages * XC_PAGE_SIZE);
}

// The two files in which Linux tells the daemon of dom0's own ring: event channel 1, and its page.
static int open_ring(const char* path) {
  if (strcmp(path, "/proc/xen/xsd_port") == 0) {
    const int fd = memfd_create("xsd_port", MFD_CLOEXEC);
    if (fd >= 0 && pwrite(fd, "1", 1, 0) != 1) return -1;
    return fd;
  }
  const int fd = memfd_create("xsd_kva", MFD_CLOEXEC);
  if (fd >= 0 && ftruncate(fd, XC_PAGE_SIZE) != 0) return -1;
  return fd;
}

int open(const char* path, int flags, ...) {
  if (strncmp(path, "/proc/xen/xsd_", strlen("/proc/xen/xsd_")) == 0) return open_ring(path);
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return openat(AT_FDCWD, path, flags, mode);
}

int open64(const char* path, int flags, ...) __attribute__((alias("open")));

#pragma GCC visibility pop
