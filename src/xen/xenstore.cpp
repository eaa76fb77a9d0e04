#include "xen/xenstore.hpp"

// Xen's header is C only.
extern "C" {
#include <xenstore.h>
}

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "model/error.hpp"

namespace xen {
namespace {

Patience& patience_of_process() {
  static Patience patience;
  return patience;
}

model::Error timeout(std::string action, std::chrono::seconds allowance) {
  return model::Error(
      {.action = std::move(action),
       .reason = "xenstored did not answer within " + std::to_string(allowance.count()) + " s",
       .remedy = "check that xenstored is running and responding",
       .errnum = ETIMEDOUT});
}

/// What libxenstore makes of a connection at its end; xenstored itself answers none of these.
bool means_closed(int errnum) {
  return errnum == EBADF || errnum == EPIPE || errnum == ECONNRESET;
}

struct Free {
  void operator()(void* memory) const noexcept { std::free(memory); }  // what libxenstore returns
};

}  // namespace

void Xenstore::Close::operator()(xs_handle* handle) const noexcept {
  xs_close(handle);
}

Xenstore::Xenstore() : Xenstore(patience_of_process()) {}

Xenstore::Xenstore(Patience& patience) : alarm_(patience) {
  connect();
}

void Xenstore::connect() {
  handle_.reset();
  alarm_.start();
  {
    const Alarm::Wait wait(alarm_, Alarm::Wait::For::opening);
    handle_.reset(xs_open(0));
  }
  const int errnum = errno;
  if (alarm_.rang()) throw timeout("reach xenstored", alarm_.allowance());
  if (!handle_) {
    throw model::Error(
        {.action = "reach xenstored", .reason = model::error_text(errnum), .errnum = errnum});
  }
  closed_ = false;
}

void Xenstore::require_connection() {
  if (closed_) connect();
}

/// What the call of libxenstore returns; errno is the call's, too.
template <class Call>
auto Xenstore::wait_for(const Call& call) {
  const Alarm::Wait wait(alarm_, Alarm::Wait::For::answer);
  return call();
}

void Xenstore::fail(const std::string& action, int errnum) {
  if (!means_closed(errnum)) {
    throw model::Error({.action = action, .reason = model::error_text(errnum), .errnum = errnum});
  }
  closed_ = true;
  if (alarm_.rang()) throw timeout(action, alarm_.allowance());
  throw model::Error({.action = action,
                      .reason = "xenstored closed the connection",
                      .remedy = "check that xenstored is running",
                      .errnum = errnum});
}

/// Aborts unless committed; at once if its connection is gone, and itself with that.
class Xenstore::Transaction {
 public:
  explicit Transaction(Xenstore& store) : store_(store) {
    id_ = store_.wait_for([&] { return xs_transaction_start(store_.handle_.get()); });
    const int errnum = errno;
    if (id_ == XBT_NULL) store_.fail("start a xenstore transaction", errnum);
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    if (id_ != XBT_NULL) (void)end(true);
  }

  [[nodiscard]] xs_transaction_t id() const noexcept { return id_; }

  /// False if another client came between, and the caller must start over.
  bool commit() {
    if (end(false)) return true;
    const int errnum = errno;
    if (errnum == EAGAIN) return false;
    store_.fail("end a xenstore transaction", errnum);
  }

 private:
  bool end(bool abort) {
    const xs_transaction_t id = std::exchange(id_, XBT_NULL);
    return store_.wait_for([&] { return xs_transaction_end(store_.handle_.get(), id, abort); });
  }

  Xenstore& store_;
  xs_transaction_t id_ = XBT_NULL;
};

void Xenstore::write_in(xs_transaction_t transaction, const Node& node) {
  const std::string& path = node.first;
  const std::string& value = node.second;
  const bool written = wait_for([&] {
    return xs_write(handle_.get(), transaction, path.c_str(), value.data(),
                    static_cast<unsigned>(value.size()));
  });
  if (written) return;
  const int errnum = errno;
  fail("write " + path + " in xenstore", errnum);
}

std::optional<std::vector<std::string>> Xenstore::list(const std::string& path) {
  require_connection();
  unsigned count = 0;
  const std::unique_ptr<char*, Free> names(
      wait_for([&] { return xs_directory(handle_.get(), XBT_NULL, path.c_str(), &count); }));
  const int errnum = errno;
  if (names) return std::vector<std::string>(names.get(), names.get() + count);
  if (errnum == ENOENT) return std::nullopt;
  fail("list " + path + " in xenstore", errnum);
}

std::optional<std::string> Xenstore::read(const std::string& path) {
  require_connection();
  unsigned length = 0;
  const std::unique_ptr<void, Free> value(
      wait_for([&] { return xs_read(handle_.get(), XBT_NULL, path.c_str(), &length); }));
  const int errnum = errno;
  if (value) return std::string(static_cast<const char*>(value.get()), length);
  if (errnum == ENOENT) return std::nullopt;
  fail("read " + path + " in xenstore", errnum);
}

void Xenstore::write(const Node& node) {
  require_connection();
  write_in(XBT_NULL, node);
}

void Xenstore::write_together(const std::vector<Node>& nodes) {
  require_connection();
  // Each failed attempt means that another client has made progress; the alarm bounds them all.
  for (;;) {
    Transaction transaction(*this);
    for (const Node& node : nodes) write_in(transaction.id(), node);
    if (transaction.commit()) return;
  }
}

}  // namespace xen
