#include "net/managers.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace {

using Answer = std::optional<std::string>;

/// A folder in place of /run; gone at the end of its life.
class Run {
 public:
  Run() {
    std::string pattern = (std::filesystem::temp_directory_path() / "xvlan-run.XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() { std::filesystem::remove_all(path_); }

  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << text;
  }

  void networkd(int index, const std::string& text) const {
    write("systemd/netif/links/" + std::to_string(index), text);
  }

  void network_manager(int index, const std::string& text) const {
    write("NetworkManager/devices/" + std::to_string(index), text);
  }

  void connection(const std::string& name, const std::string& text) const {
    write("NetworkManager/system-connections/" + name + ".nmconnection", text);
  }

  [[nodiscard]] Answer manager_of(int index) const {
    return net::Managers(path_.string()).manager_of(index);
  }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// What systemd-networkd 252 says of a link.
std::string networkd_link(const std::string& state, const std::string& file) {
  return "# This is private data. Do not parse.\nADMIN_STATE=" + state +
         "\nOPER_STATE=degraded\nCARRIER_STATE=carrier\nONLINE_STATE=online\nACTIVATION_POLICY="
         "up\n" +
         (file.empty() ? "" : "NETWORK_FILE=" + file + "\nDNS=\nLLMNR=yes\n");
}

const std::string external_br4 =
    "[connection]\nid=br4\nuuid=22118507-23d0\ntype=bridge\n\n[bridge]\nstp=false\n\n"
    "[.nmmeta]\nnm-generated=true\nvolatile=true\nexternal=true\n";

}  // namespace

TEST_CASE("a link of which no program tells has no manager", "[managers]") {
  const Run run;
  CHECK(run.manager_of(4) == Answer());
  run.networkd(5, networkd_link("configured", "/etc/systemd/network/20-all.network"));
  run.network_manager(5, "[device]\nmanaged=true\n");
  CHECK(run.manager_of(4) == Answer());
}

TEST_CASE("networkd manages what it has a file for", "[managers]") {
  const Run run;
  for (const char* const state : {"configuring", "configured", "failed"}) {
    run.networkd(4, networkd_link(state, "/etc/systemd/network/20-all.network"));
    CHECK(run.manager_of(4) == "systemd-networkd (/etc/systemd/network/20-all.network)");
  }
}

TEST_CASE("networkd does not manage what it leaves alone or has not looked at", "[managers]") {
  const Run run;
  for (const char* const state : {"unmanaged", "pending", "initialized"}) {
    run.networkd(4, networkd_link(state, ""));
    CHECK(run.manager_of(4) == Answer());
  }
  for (const char* const state : {"unmanaged", "linger"}) {
    run.networkd(4, networkd_link(state, "/usr/lib/systemd/network/00-xvlan.network"));
    CHECK(run.manager_of(4) == Answer());
  }
  run.networkd(4, "ADMIN_STATE=configured\nNETWORK_FILE=\n");
  CHECK(run.manager_of(4) == Answer());
}

TEST_CASE("NetworkManager manages what has a connection of its own", "[managers]") {
  const Run run;
  run.network_manager(6, "[device]\nmanaged=true\nperm-hw-addr-fake=FE:FF:FF:FF:FF:FF\n");
  CHECK(run.manager_of(6) == "NetworkManager");
  run.network_manager(6, "[device]\nmanaged=true\nconnection-uuid=e982da05-3082\n");
  run.connection("Wired connection 1",
                 "[connection]\nuuid=e982da05-3082\n\n[.nmmeta]\nnm-generated=true\n");
  run.connection("br4", external_br4);
  CHECK(run.manager_of(6) == "NetworkManager");
}

TEST_CASE("NetworkManager does not manage what it only looks at", "[managers]") {
  const Run run;
  run.network_manager(6, "[device]\nmanaged=true\nconnection-uuid=22118507-23d0\nnm-owned=false\n");
  run.connection("br4", external_br4);
  CHECK(run.manager_of(6) == Answer());
  run.network_manager(6, "[device]\nmanaged=false\n");
  CHECK(run.manager_of(6) == Answer());
}

TEST_CASE("networkd's word comes before NetworkManager's", "[managers]") {
  const Run run;
  run.networkd(4, networkd_link("configured", "/run/systemd/network/50-x.network"));
  run.network_manager(4, "[device]\nmanaged=true\n");
  CHECK(run.manager_of(4) == "systemd-networkd (/run/systemd/network/50-x.network)");
  run.networkd(4, networkd_link("unmanaged", ""));
  CHECK(run.manager_of(4) == "NetworkManager");
}

TEST_CASE("a manager's file is not trusted with what is printed", "[managers]") {
  const Run run;
  for (const char* const file : {"/etc/\x1b[2J.network", "/etc/\x1f.network", "/etc/\x7f.network",
                                 "relative.network", "/etc/\xc2\x9b.network"}) {
    run.networkd(4, networkd_link("configured", file));
    CHECK(run.manager_of(4) == "systemd-networkd");
  }
  run.networkd(4, networkd_link("configured", "/etc/a b~.network"));
  CHECK(run.manager_of(4) == "systemd-networkd (/etc/a b~.network)");
}

TEST_CASE("a file that is no text, too long or cut short tells nothing", "[managers]") {
  const Run run;
  for (const std::string& text :
       {std::string(), std::string("\0\n=\n==\n\n", 7), std::string("NETWORK_FILE"),
        std::string("NETWORK_FILE=/etc/systemd/network/20-all.netw"),
        std::string("XNETWORK_FILE=/a\nNETWORK_FILES=/a\nNETWORK_FILE /a\n"),
        std::string(1 << 20, 'x') + "\nNETWORK_FILE=/a\n"}) {
    run.networkd(4, text);
    run.network_manager(4, text);
    CHECK(run.manager_of(4) == Answer());
  }
}

TEST_CASE("a folder or a FIFO in place of a file tells nothing and holds nobody up", "[managers]") {
  const Run run;
  std::filesystem::create_directories(run.path() / "systemd/netif/links/4");
  std::filesystem::create_directories(run.path() / "NetworkManager/devices");
  REQUIRE(::mkfifo((run.path() / "NetworkManager/devices/4").c_str(), 0600) == 0);
  CHECK(run.manager_of(4) == Answer());
}
