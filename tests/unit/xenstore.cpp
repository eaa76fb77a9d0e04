#include "xen/xenstore.hpp"

#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "model/error.hpp"
#include "support/wire_xenstored.hpp"
#include "xen/vif_record.hpp"

// Nothing here asserts how long something takes: what would hang, hangs until CTest ends it.
namespace {

using namespace std::chrono_literals;
using support::WireXenstored;
using Deed = WireXenstored::Deed;
using Lines = std::vector<std::string>;

const std::map<std::string, std::string> vif3{
    {"backend", ""}, {"backend/bridge", "br4"}, {"backend/mtu", "1300"}};

/// A xenstored that does `deed` at requests that end in `end`, the first `times` of them.
WireXenstored::React at(std::string end, WireXenstored::Reaction deed, int times = 1) {
  return [=](const std::string& request) mutable {
    const bool meant = request.ends_with(end) && times-- > 0;
    return meant ? deed : WireXenstored::Reaction{};
  };
}

constexpr int always = 1'000'000;
const WireXenstored::Reaction silence{.deed = Deed::silence};
const WireXenstored::Reaction hang_up{.deed = Deed::hang_up};

WireXenstored::Reaction refuse(std::string error) {
  return {.deed = Deed::refuse, .error = std::move(error)};
}

/// Enough for a test on a busy machine, or too little for a xenstored that is silent.
xen::Patience plenty() {
  return {.connection = 60s, .all = 60s};
}
xen::Patience little() {
  return {.connection = 150ms, .all = 10s};
}

/// The Error that `act` throws.
template <class Act>
model::Error error_of(const Act& act) {
  try {
    act();
  } catch (const model::Error& error) {
    return error;
  }
  FAIL("no error");
  throw std::logic_error("unreachable");
}

const std::vector<xen::Node> failed{{"backend/hotplug-error", "no bridge"},
                                    {"backend/hotplug-status", "error"}};

}  // namespace

TEST_CASE("list gives the names of the nodes below a path, read a node's value", "[xenstore]") {
  const WireXenstored daemon(vif3);
  xen::Patience patience = plenty();
  xen::Xenstore store(patience);
  CHECK(store.list("backend") == Lines{"bridge", "mtu"});
  CHECK(store.list("backend/bridge") == Lines{});
  CHECK(store.read("backend/mtu") == "1300");
  CHECK(store.read("backend") == "");
}

TEST_CASE("a node that is not there is an answer", "[xenstore]") {
  const WireXenstored daemon(vif3);
  xen::Patience patience = plenty();
  xen::Xenstore store(patience);
  CHECK(store.list("frontend") == std::nullopt);
  CHECK(store.read("backend/vlan") == std::nullopt);
}

TEST_CASE("what xenstored refuses is an error, not an absence", "[xenstore]") {
  const WireXenstored daemon(vif3, at("", refuse("EACCES"), always));
  xen::Patience patience = plenty();
  xen::Xenstore store(patience);
  const model::Error listing = error_of([&] { store.list("backend"); });
  CHECK(listing.sentence() == "cannot list backend in xenstore: Permission denied");
  CHECK(listing.errnum() == EACCES);
  const model::Error reading = error_of([&] { store.read("backend/mtu"); });
  CHECK(reading.sentence() == "cannot read backend/mtu in xenstore: Permission denied");
  const model::Error writing = error_of([&] { store.write({"backend/mtu", "1"}); });
  CHECK(writing.sentence() == "cannot write backend/mtu in xenstore: Permission denied");
  CHECK(writing.errnum() == EACCES);
  const model::Error starting = error_of([&] { store.write_together(failed); });
  CHECK(starting.sentence() == "cannot start a xenstore transaction: Permission denied");
  CHECK(daemon.requests().size() == 4);
}

TEST_CASE("a node that can't be written for want of its parent is an error", "[xenstore]") {
  const WireXenstored daemon(vif3, at("=1", refuse("ENOENT")));
  xen::Patience patience = plenty();
  xen::Xenstore store(patience);
  CHECK(error_of([&] { store.write({"backend/mtu", "1"}); }).errnum() == ENOENT);
}

TEST_CASE("write is one request, and the value goes as it is", "[xenstore]") {
  const WireXenstored daemon;
  xen::Patience patience = plenty();
  xen::Xenstore store(patience);
  xen::report_connected(store, "backend");
  store.write({"backend/empty", ""});
  CHECK(daemon.requests() ==
        Lines{"1: WRITE backend/hotplug-status=connected", "1: WRITE backend/empty"});
}

TEST_CASE("write_together writes inside of one transaction, and commits it", "[xenstore]") {
  const WireXenstored daemon;
  xen::Patience patience = plenty();
  xen::Xenstore store(patience);
  store.write_together(failed);
  CHECK(daemon.requests() ==
        Lines{"1: TRANSACTION_START ", "1 in 7: WRITE backend/hotplug-error=no bridge",
              "1 in 7: WRITE backend/hotplug-status=error", "1 in 7: TRANSACTION_END T"});
}

TEST_CASE("write_together starts over when another client came between", "[xenstore]") {
  const WireXenstored daemon({}, at("TRANSACTION_END T", refuse("EAGAIN"), 2));
  xen::Patience patience = plenty();
  xen::Xenstore store(patience);
  store.write_together(failed);
  CHECK(daemon.requests() ==
        Lines{"1: TRANSACTION_START ", "1 in 7: WRITE backend/hotplug-error=no bridge",
              "1 in 7: WRITE backend/hotplug-status=error", "1 in 7: TRANSACTION_END T",
              "1: TRANSACTION_START ", "1 in 8: WRITE backend/hotplug-error=no bridge",
              "1 in 8: WRITE backend/hotplug-status=error", "1 in 8: TRANSACTION_END T",
              "1: TRANSACTION_START ", "1 in 9: WRITE backend/hotplug-error=no bridge",
              "1 in 9: WRITE backend/hotplug-status=error", "1 in 9: TRANSACTION_END T"});
}

TEST_CASE("write_together aborts its transaction when a write is refused", "[xenstore]") {
  const WireXenstored daemon({}, at("hotplug-status=error", refuse("ENOSPC")));
  xen::Patience patience = plenty();
  xen::Xenstore store(patience);
  const model::Error error = error_of([&] { store.write_together(failed); });
  CHECK(error.sentence() ==
        "cannot write backend/hotplug-status in xenstore: No space left on device");
  CHECK(daemon.requests() ==
        Lines{"1: TRANSACTION_START ", "1 in 7: WRITE backend/hotplug-error=no bridge",
              "1 in 7: WRITE backend/hotplug-status=error", "1 in 7: TRANSACTION_END F"});
}

TEST_CASE("write_together fails when its transaction is refused for good", "[xenstore]") {
  const WireXenstored daemon({}, at("TRANSACTION_END T", refuse("EIO")));
  xen::Patience patience = plenty();
  xen::Xenstore store(patience);
  const model::Error error = error_of([&] { store.write_together(failed); });
  CHECK(error.sentence() == "cannot end a xenstore transaction: Input/output error");
  CHECK(daemon.requests().size() == 4);
}

TEST_CASE("a silent xenstored is given up, and is no absence", "[xenstore]") {
  const WireXenstored daemon(vif3, at("", silence, always));
  const auto ask = GENERATE(0, 1, 2, 3);
  xen::Patience patience = little();
  xen::Xenstore store(patience);
  const model::Error error = error_of([&] {
    if (ask == 0) store.list("backend");
    if (ask == 1) store.read("backend/mtu");
    if (ask == 2) store.write({"backend/mtu", "1"});
    if (ask == 3) store.write_together(failed);
  });
  CHECK(error.errnum() == ETIMEDOUT);
  CHECK(error.sentence().ends_with(": xenstored did not answer within 1 s"));
  CHECK_FALSE(error.remedy().empty());
  CHECK(daemon.requests().size() == 1);
}

TEST_CASE("a xenstored that is silent in a transaction is given up", "[xenstore]") {
  const WireXenstored daemon({}, at("hotplug-status=error", silence));
  xen::Patience patience = little();
  xen::Xenstore store(patience);
  CHECK(error_of([&] { store.write_together(failed); }).errnum() == ETIMEDOUT);
  CHECK(daemon.requests().size() == 3);  // it ends with its connection
}

TEST_CASE("the messages of a timeout have the seconds that xenstored had", "[xenstore]") {
  xen::Patience patience;
  xen::Alarm alarm(patience);
  alarm.start();
  CHECK(alarm.allowance() == 5s);
  CHECK_FALSE(alarm.rang());
  patience.all -= 4999ms;
  alarm.start();
  CHECK(alarm.allowance() == 3s);
}

TEST_CASE("time between two requests is not xenstored's", "[xenstore]") {
  const WireXenstored daemon(vif3);
  xen::Patience patience{.connection = 5s, .all = 5s};
  xen::Xenstore store(patience);
  const auto before = patience.all;
  ::raise(SIGALRM);
  ::usleep(20'000);
  CHECK(patience.all == before);
  CHECK(store.read("backend/mtu") == "1300");
  CHECK(patience.all < before);
  CHECK(daemon.requests() == Lines{"1: READ backend/mtu"});
}

TEST_CASE("the kernel may take longer than xenstored", "[xenstore]") {
  const WireXenstored daemon(vif3);
  xen::Patience patience{.connection = 500ms, .all = 500ms};
  xen::Xenstore store(patience);
  CHECK(store.read("backend/mtu") == "1300");
  ::usleep(700'000);
  CHECK(store.read("backend/mtu") == "1300");
  CHECK(daemon.requests() == Lines{"1: READ backend/mtu", "1: READ backend/mtu"});
}

TEST_CASE("an alarm between two requests does not spare xenstored the next one", "[xenstore]") {
  const WireXenstored daemon(vif3, at("", silence, always));
  xen::Patience patience = little();
  xen::Xenstore store(patience);
  ::usleep(300'000);  // the kernel takes its time; the timer ends it
  CHECK(error_of([&] { store.read("backend/mtu"); }).errnum() == ETIMEDOUT);
}

TEST_CASE("an alarm before the time is up does not end a request", "[xenstore]") {
  const WireXenstored daemon(vif3, [](const std::string&) {
    ::kill(::getpid(), SIGALRM);
    ::usleep(1000);
    return WireXenstored::Reaction{};
  });
  xen::Patience patience = plenty();
  xen::Xenstore store(patience);
  CHECK(store.list("backend") == Lines{"bridge", "mtu"});
  CHECK(store.read("backend/mtu") == "1300");
  store.write_together(failed);
  CHECK(daemon.requests().size() == 6);
}

TEST_CASE("requests share the patience: slow answers without end are given up", "[xenstore]") {
  const WireXenstored daemon(vif3, [](const std::string&) {
    ::usleep(20'000);
    return WireXenstored::Reaction{};
  });
  xen::Patience patience{.connection = 200ms, .all = 300ms};
  xen::Xenstore store(patience);
  const model::Error error = error_of([&] {
    for (;;) store.read("backend/mtu");
  });
  CHECK(error.errnum() == ETIMEDOUT);
}

TEST_CASE("other clients without end are given up", "[xenstore]") {
  const WireXenstored daemon({}, at("TRANSACTION_END T", refuse("EAGAIN"), always));
  xen::Patience patience = little();
  xen::Xenstore store(patience);
  CHECK(error_of([&] { store.write_together(failed); }).errnum() == ETIMEDOUT);
}

TEST_CASE("after a timeout the next request has a connection of its own", "[xenstore]") {
  const WireXenstored daemon(vif3, at("1: READ backend/mtu", silence));
  xen::Patience patience{.connection = 150ms, .all = 20s};
  xen::Xenstore store(patience);
  CHECK(error_of([&] { store.read("backend/mtu"); }).errnum() == ETIMEDOUT);
  patience.connection = 10s;  // the machine may be busy
  CHECK(store.list("backend") == Lines{"bridge", "mtu"});
  xen::report_failed(store, "backend", "silence");
  CHECK(daemon.requests() ==
        Lines{"1: READ backend/mtu", "2: DIRECTORY backend", "2: TRANSACTION_START ",
              "2 in 7: WRITE backend/hotplug-error=silence",
              "2 in 7: WRITE backend/hotplug-status=error", "2 in 7: TRANSACTION_END T"});
}

TEST_CASE("a closed connection is an error, and the next request has one of its own",
          "[xenstore]") {
  const WireXenstored daemon(vif3, at("1: READ backend/mtu", hang_up));
  xen::Patience patience = plenty();
  xen::Xenstore store(patience);
  const model::Error error = error_of([&] { store.read("backend/mtu"); });
  CHECK(error.sentence() == "cannot read backend/mtu in xenstore: xenstored closed the connection");
  SECTION("a look, and another on the same") {
    CHECK(store.read("backend/mtu") == "1300");
    CHECK(store.list("backend") == Lines{"bridge", "mtu"});
    CHECK(daemon.requests() ==
          Lines{"1: READ backend/mtu", "2: READ backend/mtu", "2: DIRECTORY backend"});
  }
  SECTION("a write") {
    store.write({"backend/mtu", "1"});
    CHECK(daemon.requests() == Lines{"1: READ backend/mtu", "2: WRITE backend/mtu=1"});
  }
  SECTION("a transaction") {
    store.write_together({{"backend/mtu", "1"}});
    CHECK(daemon.requests() == Lines{"1: READ backend/mtu", "2: TRANSACTION_START ",
                                     "2 in 7: WRITE backend/mtu=1", "2 in 7: TRANSACTION_END T"});
  }
}

TEST_CASE("a xenstored that went away between two requests is told so, and found again",
          "[xenstore]") {
  std::optional<WireXenstored> daemon(vif3);
  xen::Patience patience = plenty();
  xen::Xenstore store(patience);
  CHECK(store.read("backend/mtu") == "1300");
  daemon.reset();
  const model::Error error = error_of([&] { store.read("backend/mtu"); });
  CHECK(error.sentence() == "cannot read backend/mtu in xenstore: xenstored closed the connection");
  CHECK(error_of([&] { store.read("backend/mtu"); })
            .sentence()
            .starts_with("cannot reach xenstored: "));
  daemon.emplace(vif3);
  CHECK(store.read("backend/mtu") == "1300");
}

TEST_CASE("a transaction ends with its connection: nothing of it is written on another",
          "[xenstore]") {
  const WireXenstored daemon({}, at("hotplug-error=no bridge", hang_up));
  xen::Patience patience = plenty();
  xen::Xenstore store(patience);
  const model::Error error = error_of([&] { store.write_together(failed); });
  CHECK(error.sentence() ==
        "cannot write backend/hotplug-error in xenstore: xenstored closed the connection");
  CHECK(daemon.requests() ==
        Lines{"1: TRANSACTION_START ", "1 in 7: WRITE backend/hotplug-error=no bridge"});
}

TEST_CASE("all connections share the patience: when it is used up, no request is made",
          "[xenstore]") {
  const WireXenstored daemon(vif3, at("", silence, always));
  xen::Patience patience{.connection = 150ms, .all = 200ms};
  xen::Xenstore store(patience);
  CHECK(error_of([&] { store.list("backend"); }).errnum() == ETIMEDOUT);
  CHECK(error_of([&] { store.list("backend"); }).errnum() == ETIMEDOUT);
  const Lines asked = daemon.requests();
  CHECK(asked.size() <= 2);
  const model::Error error = error_of([&] { store.read("backend/mtu"); });
  CHECK(error.sentence() == "cannot reach xenstored: xenstored did not answer within 1 s");
  CHECK_THROWS_AS(xen::Xenstore(patience), model::Error);
  CHECK(daemon.requests() == asked);
}

TEST_CASE("a SIGALRM that was blocked or ignored before still ends a wait", "[xenstore]") {
  const WireXenstored daemon(vif3, at("", silence, always));
  sigset_t alarm;
  ::sigemptyset(&alarm);
  ::sigaddset(&alarm, SIGALRM);
  ::pthread_sigmask(SIG_BLOCK, &alarm, nullptr);
  (void)std::signal(SIGALRM, SIG_IGN);
  xen::Patience patience = little();
  xen::Xenstore store(patience);
  CHECK(error_of([&] { store.read("backend/mtu"); }).errnum() == ETIMEDOUT);
}

TEST_CASE("a xenstored that accepts nobody is given up", "[xenstore]") {
  const WireXenstored daemon({}, {}, WireXenstored::Door::shut);
  xen::Patience patience = little();
  const model::Error error = error_of([&] { xen::Xenstore{patience}; });
  CHECK(error.sentence() == "cannot reach xenstored: xenstored did not answer within 1 s");
  CHECK(error.errnum() == ETIMEDOUT);
}

TEST_CASE("a xenstored that accepts nobody gets no more than is left", "[xenstore]") {
  const WireXenstored daemon({}, {}, WireXenstored::Door::shut);
  xen::Patience patience{.connection = 60s, .all = -1ns};
  CHECK(error_of([&] { xen::Xenstore{patience}; }).errnum() == ETIMEDOUT);
}

TEST_CASE("without a xenstored there is an error at once", "[xenstore]") {
  { const WireXenstored gone; }
  xen::Patience patience = plenty();
  const model::Error error = error_of([&] { xen::Xenstore{patience}; });
  CHECK(error.sentence() == "cannot reach xenstored: No such file or directory");
  CHECK(error.errnum() == ENOENT);
}

TEST_CASE("the timer is off when the store is closed", "[xenstore]") {
  const WireXenstored daemon;
  {
    xen::Patience patience = plenty();
    const xen::Xenstore store(patience);
    CHECK(::alarm(60) != 0);
  }
  CHECK(::alarm(0) == 0);
}
