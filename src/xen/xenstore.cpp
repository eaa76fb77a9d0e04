#include "xen/xenstore.hpp"

#include <unistd.h>

// Xen's headers are C only.
extern "C" {
#include <xenstore.h>
#include <xentoolcore.h>
}

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <utility>

#include "model/error.hpp"

namespace xen {
namespace {

volatile std::sig_atomic_t timed_out = 0;

/// libxenstore waits for an answer for ever and has no timeout of its own. Its part in
/// xentoolcore_restrict_all puts /dev/null in the place of its connection, whereupon the read that
/// the signal interrupted is taken up again and fails at once. A repeated signal ends a wait that
/// began in the instant between the two.
extern "C" void take_connection_away(int) {
  const int saved = errno;
  timed_out = 1;
  (void)xentoolcore_restrict_all(0);
  ::alarm(1);
  errno = saved;
}

void start_timer() {
  timed_out = 0;
  struct sigaction action {};
  action.sa_handler = take_connection_away;  // without SA_RESTART: connect(2) must come back
  ::sigaction(SIGALRM, &action, nullptr);
  ::alarm(Xenstore::patience_s);
}

void stop_timer() {
  ::alarm(0);
}

model::Error store_error(std::string action, int errnum) {
  if (timed_out != 0) {
    return model::Error(
        {.action = std::move(action),
         .reason = "xenstored did not answer within " + std::to_string(Xenstore::patience_s) + " s",
         .remedy = "see whether xenstored runs and is not stopped",
         .errnum = ETIMEDOUT});
  }
  return model::Error({.action = std::move(action),
                       .reason = model::error_text(errnum),

                       .errnum = errnum});
}

struct Free {
  void operator()(void* memory) const noexcept { std::free(memory); }  // what libxenstore returns
};

/// Aborts unless committed.
class Transaction {
 public:
  explicit Transaction(xs_handle* handle) : handle_(handle), id_(xs_transaction_start(handle)) {
    if (id_ == XBT_NULL) throw store_error("start a xenstore transaction", errno);
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    if (id_ != XBT_NULL) xs_transaction_end(handle_, id_, true);
  }

  [[nodiscard]] xs_transaction_t id() const noexcept { return id_; }

  /// False if another client came between, and the caller must start over.
  bool commit() {
    const xs_transaction_t id = std::exchange(id_, XBT_NULL);
    if (xs_transaction_end(handle_, id, false)) return true;
    if (errno == EAGAIN) return false;
    throw store_error("end a xenstore transaction", errno);
  }

 private:
  xs_handle* handle_;
  xs_transaction_t id_;
};

void write_in(xs_handle* handle, xs_transaction_t transaction, const Node& node) {
  const auto& [path, value] = node;
  if (!xs_write(handle, transaction, path.c_str(), value.data(),
                static_cast<unsigned>(value.size()))) {
    throw store_error("write " + path + " in xenstore", errno);
  }
}

}  // namespace

void Xenstore::Close::operator()(xs_handle* handle) const noexcept {
  xs_close(handle);
}

Xenstore::Xenstore() {
  start_timer();
  handle_.reset(xs_open(0));
  if (!handle_) {
    const int errnum = errno;
    stop_timer();
    throw store_error("reach xenstored", errnum);
  }
}

Xenstore::~Xenstore() {
  handle_.reset();
  stop_timer();
}

std::optional<std::vector<std::string>> Xenstore::list(const std::string& path) {
  unsigned count = 0;
  const std::unique_ptr<char*, Free> names(
      xs_directory(handle_.get(), XBT_NULL, path.c_str(), &count));
  if (!names) {
    if (errno == ENOENT && timed_out == 0) return std::nullopt;
    throw store_error("list " + path + " in xenstore", errno);
  }
  return std::vector<std::string>(names.get(), names.get() + count);
}

std::optional<std::string> Xenstore::read(const std::string& path) {
  unsigned length = 0;
  const std::unique_ptr<void, Free> value(xs_read(handle_.get(), XBT_NULL, path.c_str(), &length));
  if (!value) {
    if (errno == ENOENT && timed_out == 0) return std::nullopt;
    throw store_error("read " + path + " in xenstore", errno);
  }
  return std::string(static_cast<const char*>(value.get()), length);
}

void Xenstore::write(const Node& node) {
  write_in(handle_.get(), XBT_NULL, node);
}

void Xenstore::write_together(const std::vector<Node>& nodes) {
  // Each failed attempt means that another client has made progress; the timer bounds them all.
  for (;;) {
    Transaction transaction(handle_.get());
    for (const Node& node : nodes) write_in(handle_.get(), transaction.id(), node);
    if (transaction.commit()) return;
  }
}

}  // namespace xen
