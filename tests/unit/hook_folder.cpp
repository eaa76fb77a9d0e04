#include "xen/hook_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "hosts.hpp"
#include "xen/child.hpp"

namespace {

using namespace std::chrono_literals;
using unit::Texts;

/// A folder of its own, gone with the test.
class Folder {
 public:
  Folder() {
    std::string pattern = std::filesystem::temp_directory_path() / "hooks.XXXXXX";
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  void write(const std::string& name, const std::string& text = "", unsigned mode = 0755) {
    std::ofstream(path_ + "/" + name) << text;
    REQUIRE(::chmod((path_ + "/" + name).c_str(), mode) == 0);
  }
  [[nodiscard]] std::string path(const std::string& name = "") const { return path_ + "/" + name; }

  [[nodiscard]] std::string text(const std::string& name) const {
    std::ifstream file(path(name));
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }

 private:
  std::string path_;
};

/// The names of the hooks, each with why it must not run.
Texts found_in(const std::string& path) {
  Texts names;
  for (const xen::Hook& hook : xen::HookFolder({.folder = path}).find()) {
    names.push_back(std::filesystem::path(hook.path).filename().string() +
                    (hook.distrust.empty() ? "" : ": " + hook.distrust));
  }
  return names;
}

/// What becomes of a shell's words.
std::optional<std::string> run(const std::string& words, const std::string& output = "",
                               std::chrono::nanoseconds left = 1min) {
  return xen::run_program({.words = {"/bin/sh", "-c", words}, .output = output}, left);
}

}  // namespace

TEST_CASE("hooks are executable files with the names of hooks, in their order", "[hooks]") {
  Folder folder;
  for (const char* const name : {"b.hook", "a.hook", "50-qos", "B_1"}) folder.write(name);
  for (const char* const name : {".a.hook", "a.hook~", "a.hook.dpkg-old", "a hook", "README.txt",
                                 "a\033.hook", "\303\244"}) {
    folder.write(name);
  }
  folder.write("plain.hook", "", 0644);
  std::filesystem::create_directory(folder.path("folder"));
  std::filesystem::create_symlink(folder.path("nowhere"), folder.path("broken"));
  CHECK(found_in(folder.path()) == Texts{"50-qos", "B_1", "a.hook", "b.hook"});
}

TEST_CASE("a folder that is not there has no hooks", "[hooks]") {
  CHECK(found_in("/nowhere/at/all").empty());
}

TEST_CASE("what others can change is not trusted", "[hooks]") {
  Folder folder;
  folder.write("a.hook", "", 0757);
  folder.write("b.hook", "", 0755);
  CHECK(found_in(folder.path()) == Texts{"a.hook: others than root can write to it", "b.hook"});
  REQUIRE(::chmod(folder.path().c_str(), 0777) == 0);
  CHECK(found_in(folder.path()) == Texts{"a.hook: others than root can write to it",
                                         "b.hook: others than root can write to its folder"});
}

TEST_CASE("what a group other than root's can change, or belongs to somebody, is not trusted",
          "[hooks]") {
  REQUIRE(::geteuid() == 0);
  Folder folder;
  folder.write("a.hook", "", 0775);
  CHECK(found_in(folder.path()) == Texts{"a.hook"});
  REQUIRE(::chown(folder.path("a.hook").c_str(), 0, 1) == 0);
  CHECK(found_in(folder.path()) == Texts{"a.hook: others than root can write to it"});
  REQUIRE(::chown(folder.path("a.hook").c_str(), 1, 0) == 0);
  CHECK(found_in(folder.path()) == Texts{"a.hook: it does not belong to root"});
}

TEST_CASE("a hook gets its variables as they are, and none of the caller's", "[hooks]") {
  Folder folder;
  folder.write("runner", "#!/bin/sh\necho \"$1\"\n/usr/bin/env\n");
  xen::HookFolder hooks(
      {.folder = folder.path(), .runner = folder.path("runner"), .log = folder.path("log")});
  REQUIRE(::setenv("STRANGE", "yes", 1) == 0);
  CHECK(hooks.run({"/a.hook"}, {{"ip", "$(touch /tmp/x) ; 'a'"}, {"mac", ""}}) == std::nullopt);
  CHECK(folder.text("log").starts_with("/a.hook\n"));
  CHECK_THAT(folder.text("log"), Catch::Contains("\nip=$(touch /tmp/x) ; 'a'\n"));
  CHECK_THAT(folder.text("log"), Catch::Contains("mac=\n"));
  CHECK_THAT(folder.text("log"), !Catch::Contains("STRANGE"));
}

TEST_CASE("how a program ended is told in words", "[child]") {
  CHECK(run("exit 0") == std::nullopt);
  CHECK(run("exit 7") == "it ended with status 7");
  CHECK(run("kill -TERM $$") == "it was ended by signal 15");
  std::chrono::nanoseconds left = 1min;
  CHECK(xen::run_program({.words = {"/nowhere"}}, left) ==
        "cannot run /nowhere: No such file or directory");
}

TEST_CASE("a program that takes too long is killed, with all that it started", "[child]") {
  Folder folder;
  REQUIRE(::mkfifo(folder.path("open").c_str(), 0600) == 0);
  const int reader = ::open(folder.path("open").c_str(), O_RDONLY | O_NONBLOCK);
  REQUIRE(reader >= 0);
  CHECK(run("sleep 1000 & wait", folder.path("open"), 100ms) == "it took too long, and was killed");
  // Once nobody holds it open any more, the read comes to the end.
  REQUIRE(::fcntl(reader, F_SETFL, 0) == 0);
  char byte = 0;
  CHECK(::read(reader, &byte, 1) == 0);
  ::close(reader);
  SECTION("and the next one is not begun") {
    std::chrono::nanoseconds none{0};
    CHECK(xen::run_program({.words = {"/bin/true"}}, none) == "there is no time left for it");
  }
}

TEST_CASE("a daemon that a program leaves behind keeps nobody waiting, and lives on", "[child]") {
  Folder folder;
  CHECK(run("sleep 1000 & echo $!", folder.path("log")) == std::nullopt);
  const pid_t daemon = std::stoi(folder.text("log"));
  CHECK(::kill(daemon, SIGKILL) == 0);
}

TEST_CASE("a program has usual signals and a session of its own, and nothing to read", "[child]") {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  CHECK(run("kill -PIPE $$") == "it was ended by signal 13");
  (void)std::signal(SIGPIPE, before);
  sigset_t alarm;
  ::sigemptyset(&alarm);
  ::sigaddset(&alarm, SIGALRM);
  ::sigprocmask(SIG_BLOCK, &alarm, nullptr);
  CHECK(run("kill -ALRM $$") == "it was ended by signal 14");
  ::sigprocmask(SIG_UNBLOCK, &alarm, nullptr);
  CHECK(run("read -r _ _ _ _ _ session _ </proc/$$/stat; [ $session = $$ ]") == std::nullopt);
  CHECK(run("read -r line") == "it ended with status 1");
}

TEST_CASE("the end of a program is heard where the caller had SIGCHLD ignored", "[child]") {
  (void)std::signal(SIGCHLD, SIG_IGN);
  CHECK(run("sleep 0.1; exit 3") == "it ended with status 3");
}
