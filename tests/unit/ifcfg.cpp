#include "config/ifcfg.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "hosts.hpp"

namespace {

using unit::failure;
using unit::Texts;

/// "KEY=value" for each assignment that was read, "KEY=$ value" for one that holds an expansion.
Texts parsed(const std::string& text) {
  Texts lines;
  for (const auto& [key, value] : config::parse_ifcfg(text, "ifcfg-eth1.4").values) {
    lines.push_back(key + (value.expanded ? "=$ " : "=") + value.text);
  }
  return lines;
}

using Files = std::vector<std::pair<std::string, std::string>>;

/// One line for each segment, and the lines of each refusal.
Texts described(const config::IfcfgSegments& found) {
  Texts lines;
  for (const model::Segment& segment : found.segments) {
    lines.push_back(segment.text() + ": " + segment.uplink.name.text() + " in " +
                    segment.bridge.name.text() +
                    (segment.mtu ? ", MTU " + std::to_string(*segment.mtu) : "") +
                    (segment.options.stp ? ", STP" : "") + ", delay " +
                    std::to_string(segment.options.forward_delay / 100));
  }
  for (const model::Error& error : found.refused) {
    for (const std::string& line : unit::error_lines(error)) lines.push_back(line);
  }
  return lines;
}

/// The segments of files, given as name and text.
Texts segments(const Files& files, const std::string& trunk = "") {
  std::vector<config::IfcfgFile> parsed_files;
  for (const auto& [name, text] : files) parsed_files.push_back(config::parse_ifcfg(text, name));
  return described(config::ifcfg_segments(
      parsed_files,
      trunk.empty() ? std::nullopt : std::optional(model::IfName::parse("netdev", trunk))));
}

Texts segments_failure(const Files& files) {
  return failure([&] { return segments(files); });
}

/// A file of a VLAN in br4, and what else it says.
Files vlan(const std::string& more, const std::string& device = "eth1.4") {
  return {{"ifcfg-" + device, "DEVICE=" + device + "\nVLAN=yes\nBRIDGE=br4\n" + more}};
}

/// The same with a file of its bridge.
Files vlan_and_bridge(const std::string& more_of_vlan, const std::string& more_of_bridge) {
  Files files = vlan(more_of_vlan);
  files.emplace_back("ifcfg-br4", "DEVICE=br4\nTYPE=Bridge\n" + more_of_bridge);
  return files;
}

const Texts plain{"VLAN 4 of eth1: eth1.4 in br4, delay 0"};

}  // namespace

TEST_CASE("the seed's four files, as they are, mean eth1.4 in br4 and no more", "[ifcfg]") {
  const auto files = config::read_ifcfg_folder(XVLAN_SEED);
  Texts names;
  for (const auto& file : files) names.push_back(std::filesystem::path(file.path).filename());
  CHECK(names == Texts{"ifcfg-br4", "ifcfg-eth0", "ifcfg-eth1", "ifcfg-eth1.4"});
  CHECK(described(config::ifcfg_segments(files, {})) == plain);
}

TEST_CASE("values are quoted as in a shell", "[ifcfg]") {
  CHECK(parsed("A=plain\nB='single # $quoted'\nC=\"double\"\nD=a' 'b\" \"c\\ d\n") ==
        Texts{"A=plain", "B=single # $quoted", "C=double", "D=a b c d"});
  CHECK(parsed(R"(A="a \"b\" \\ \x")") == Texts{R"(A=a "b" \ \x)"});
  CHECK(parsed("A=\"\\$B \\`C\\`\"\n") == Texts{"A=$B `C`"});
  CHECK(parsed("A=\nB=''\n") == Texts{"A=", "B="});
  CHECK(parsed("A='two\nlines'\nB=1\n") == Texts{"A=two\nlines", "B=1"});
}

TEST_CASE("comments start with a word, not within one", "[ifcfg]") {
  CHECK(parsed("# A=1\nB=2 # C=3\n  D=4#5\n#E=6") == Texts{"B=2", "D=4#5"});
  CHECK(parsed("# it's \"open\nA=1\n") == Texts{"A=1"});
}

TEST_CASE("an assignment may be exported, and share its line", "[ifcfg]") {
  CHECK(parsed("export A=1\nB=2; C=3\n\texport\tD=4\n") == Texts{"A=1", "B=2", "C=3", "D=4"});
  CHECK(parsed("declare -r A=1\nreadonly B=2\ntypeset C D=3\n") == Texts{"A=1", "B=2", "D=3"});
  CHECK(parsed("declare (A=1\nB=2\n") == Texts{"B=2"});
}

TEST_CASE("assignments on one line are all set, as in the shell", "[ifcfg]") {
  CHECK(parsed("DEVICE=eth1.4 VLAN=yes  # guests\n") == Texts{"DEVICE=eth1.4", "VLAN=yes"});
  CHECK(parsed("A=1\tB='2 3' C=4; D=5\n") == Texts{"A=1", "B=2 3", "C=4", "D=5"});
  CHECK(parsed("export A=1 B C=2\n") == Texts{"A=1", "C=2"});
  CHECK(parsed("export A=1 > log\n") == Texts{});
  CHECK(parsed("export=1\n") == Texts{"export=1"});
  CHECK(parsed("A=1 && B=2 && export C=3\n") == Texts{"A=1", "B=2", "C=3"});
  CHECK(parsed("A=1&&B=2\n") == Texts{"A=1", "B=2"});
  CHECK(parsed("A=1 || B=2\nC=3||true\n") == Texts{"A=1", "C=3"});
  CHECK(parsed("readonly A=1\ndeclare -x B=2\ntypeset C=3\n") == Texts{"A=1", "B=2", "C=3"});
  CHECK(parsed("A+=1\nB+ =2\n") == Texts{"A=$ 1"});
}

TEST_CASE("assignments in front of a command are for that command only", "[ifcfg]") {
  CHECK(parsed("A=1 B=2 command C=3\nD=4\n") == Texts{"D=4"});
  CHECK(parsed("A=1 | cat\nB=2 & C=3\nF=6\n") == Texts{"F=6"});
  CHECK(parsed("test -f x && A=1\nB=2\n") == Texts{"B=2"});
  CHECK(parsed("1A=2\n") == Texts{});
}

TEST_CASE("of two assignments the last one wins", "[ifcfg]") {
  CHECK(parsed("A=1\nA=2\n") == Texts{"A=2"});
  CHECK(parsed("A=1\nA=\n") == Texts{"A="});
}

TEST_CASE("a backslash before a line's end joins two lines", "[ifcfg]") {
  CHECK(parsed("A=one\\\ntwo\nB=\"one\\\ntwo\"\n") == Texts{"A=onetwo", "B=onetwo"});
}

TEST_CASE("an expansion is seen and never executed", "[ifcfg]") {
  CHECK(parsed("A=$B\nC=\"${D}\"\nE=`date`\nF=$(touch /tmp/x)\nG='$B'\nH=\\$B\n") ==
        Texts{"A=$ $B", "C=$ ${D}", "E=$ `date`", "F=$ $(touch /tmp/x)", "G=$B", "H=$B"});
  CHECK(parsed("A=`date +%s`\nB=${C:-a b}\nD=1\n") ==
        Texts{"A=$ `date +%s`", "B=$ ${C:-a b}", "D=1"});
  CHECK(parsed("A=x(1 2)\n").empty());
  CHECK(parsed("A=x{1,2}\n") == Texts{"A=x{1,2}"});
}

TEST_CASE("what is no assignment is passed over", "[ifcfg]") {
  CHECK(parsed("if [ -f x ]; then\nA=1\nfi\necho B=2\n. /etc/init.d/functions\n-C=3\n") ==
        Texts{"A=1"});
  CHECK(parsed("A=1 command\nB = 2\n") == Texts{});  // the first sets A for the command only
  CHECK(parsed("=1 A=2\n+=1 B=2\n9=1\n") == Texts{});
  CHECK(parsed("A=1\r\n") == Texts{"A=1\r"});
}

TEST_CASE("a file that ends anywhere is read to its end", "[ifcfg]") {
  CHECK(parsed("A=1") == Texts{"A=1"});
  CHECK(parsed("A='1") == Texts{"A=1"});
  CHECK(parsed("A=\"1") == Texts{"A=1"});
  CHECK(parsed("A=\"1\\") == Texts{"A=1"});
  CHECK(parsed("A=1\\") == Texts{"A=1"});
  CHECK(parsed("A=$(date") == Texts{"A=$ $(date"});
  CHECK(parsed("A=`date") == Texts{"A=$ `date"});
  CHECK(parsed("A=1 ") == Texts{"A=1"});
  CHECK(parsed("A=1\nexport") == Texts{"A=1"});
  CHECK(parsed("A") == Texts{});
  CHECK(parsed("") == Texts{});
}

TEST_CASE("backups and other files in the folder are passed over", "[ifcfg]") {
  char folder[] = "/tmp/xvlan-ifcfg.XXXXXX";
  REQUIRE(::mkdtemp(folder) != nullptr);
  for (const char* const name :
       {"ifcfg-eth1.4", "ifcfg-eth1.4~", "ifcfg-eth1.4.bak", "ifcfg-eth1.4.old", "ifcfg-x.orig",
        "ifcfg-x.rpmnew", "ifcfg-x.rpmorig", "ifcfg-x.rpmsave", "ifcfg-x.swp", "route-eth1",
        "ifup-eth", "eth1.4"}) {
    std::ofstream(std::string(folder) + "/" + name) << "VLAN=yes\n";
  }
  const auto files = config::read_ifcfg_folder(folder);
  std::filesystem::remove_all(folder);
  REQUIRE(files.size() == 1);
  CHECK(files.front().path == std::string(folder) + "/ifcfg-eth1.4");
  CHECK(config::read_ifcfg_folder("/nonexistent").empty());
}

TEST_CASE("what is no regular file is passed over, and never waited for", "[ifcfg]") {
  char folder[] = "/tmp/xvlan-ifcfg.XXXXXX";
  REQUIRE(::mkdtemp(folder) != nullptr);
  const std::string prefix = std::string(folder) + "/ifcfg-";
  std::filesystem::create_directory(prefix + "folder");
  REQUIRE(::mkfifo((prefix + "fifo").c_str(), 0600) == 0);
  REQUIRE(::mknod((prefix + "socket").c_str(), S_IFSOCK | 0600, 0) == 0);
  std::filesystem::create_symlink("/dev/null", prefix + "null");
  std::filesystem::create_symlink("/nonexistent", prefix + "dangling");
  std::filesystem::create_symlink(prefix + "real", prefix + "symlink");
  std::ofstream(prefix + "real") << "VLAN=yes\n";
  Texts names;
  for (const auto& file : config::read_ifcfg_folder(folder)) {
    names.push_back(std::filesystem::path(file.path).filename());
  }
  CHECK(names == Texts{"ifcfg-real", "ifcfg-symlink"});
  std::filesystem::create_symlink(prefix + "loop", prefix + "loop");
  CHECK(failure([&] { return config::read_ifcfg_folder(folder); }) ==
        Texts{"error (exit status 2): cannot read " + prefix +
              "loop: Too many levels of symbolic links"});
  std::filesystem::remove_all(folder);
}

TEST_CASE("a VLAN without a bridge, or not for boot, is dom0's own", "[ifcfg]") {
  CHECK(segments(vlan("")) == plain);
  CHECK(segments(vlan("BRIDGE=\n")).empty());
  for (const std::string no : {"no", "NO", "No", "n", "false", "F", "off", "Off", "0", "'no'"}) {
    CAPTURE(no);
    CHECK(segments(vlan("ONBOOT=" + no + "\n")).empty());
    CHECK(segments(vlan_and_bridge("", "ONBOOT=" + no + "\n")).empty());
  }
  for (const std::string other : {"yes", "", "none", "00"}) {
    CAPTURE(other);
    CHECK(segments(vlan("ONBOOT=" + other + "\n")) == plain);
  }
  CHECK(segments(vlan("VLAN=no\n")).empty());
}

TEST_CASE("the file of a bridge is the one that says so, among others of its name", "[ifcfg]") {
  Files files = vlan("");
  files.emplace_back("ifcfg-br4:0", "DEVICE=br4:0\nTYPE=Bridge\nMTU=1300\n");
  files.emplace_back("ifcfg-br4-old", "DEVICE=br4\nTYPE=Ethernet\nMTU=1200\n");
  files.emplace_back("ifcfg-br4", "DEVICE=br4\nTYPE=Bridge\nMTU=1400\n");
  files.emplace_back("ifcfg-br4:1", "DEVICE=br4:1\n");
  CHECK(segments(files) == Texts{"VLAN 4 of eth1: eth1.4 in br4, MTU 1400, delay 0"});
}

TEST_CASE("VLAN=yes is written as initscripts read it, or TYPE=Vlan", "[ifcfg]") {
  for (const char* const yes : {"yes", "YES", "y", "true", "t", "T", "on", "ON", "1", "\"yes\""}) {
    CAPTURE(yes);
    CHECK(segments(vlan("VLAN=" + std::string(yes) + "\n")) == plain);
  }
  CHECK(segments(vlan("VLAN=\nTYPE=Vlan\n")) == plain);
  CHECK(segments(vlan("VLAN=\nTYPE=Ethernet\n")).empty());
}

TEST_CASE("trunk and VID come from the device's name or from keys", "[ifcfg]") {
  const Texts named{"VLAN 4 of eth1: vlan4 in br4, delay 0"};
  CHECK(segments(vlan("PHYSDEV=eth1\n", "vlan4")) == named);
  CHECK(segments(vlan("PHYSDEV=eth1\n", "vlan0004")) ==
        Texts{"VLAN 4 of eth1: vlan0004 in br4, delay 0"});
  CHECK(segments(vlan("PHYSDEV=eth1\nVLAN_ID=5\n", "vlan4")) ==
        Texts{"VLAN 5 of eth1: vlan4 in br4, delay 0"});
  CHECK(segments(vlan("PHYSDEV=eth1\nVLAN_ID=4\n", "guests")) ==
        Texts{"VLAN 4 of eth1: guests in br4, delay 0"});
  CHECK(segments(vlan("", "bond0.7.4")) == Texts{"VLAN 4 of bond0.7: bond0.7.4 in br4, delay 0"});
  CHECK(segments({{"ifcfg-eth1.4", "VLAN=yes\nBRIDGE=br4\n"}}) == plain);
}

TEST_CASE("a VLAN whose trunk or VID can't be told is refused", "[ifcfg]") {
  CHECK(segments_failure(vlan("", "vlan4")) == Texts{"error (exit status 2): cannot use DEVICE in "
                                                     "ifcfg-vlan4:1: vlan4 does not name its trunk",
                                                     "hint: name it with PHYSDEV="});
  CHECK(segments_failure(vlan("PHYSDEV=eth1\n", "guests")) ==
        Texts{"error (exit status 2): cannot use DEVICE in ifcfg-guests:1: guests does not name "
              "its VLAN ID",
              "hint: name it with VLAN_ID="});
  CHECK(segments_failure(vlan("PHYSDEV=eth2\n")) ==
        Texts{"error (exit status 2): cannot use PHYSDEV in ifcfg-eth1.4:4: the name of eth1.4 "
              "says that its trunk is eth1, PHYSDEV says eth2"});
  CHECK(segments_failure(vlan("", "eth1.4095")) ==
        Texts{"error (exit status 2): cannot use DEVICE in ifcfg-eth1.4095:1: cannot use VLAN ID "
              "'4095': a VLAN ID is a number from 1 to 4094"});
}

TEST_CASE("only the VLANs of the trunk that was asked for are taken", "[ifcfg]") {
  Files files = vlan("");
  files.emplace_back("ifcfg-eth2.5", "VLAN=yes\nBRIDGE=br5\n");
  CHECK(segments(files).size() == 2);
  CHECK(segments(files, "eth1") == plain);
  CHECK(segments(files, "eth3").empty());
}

TEST_CASE("an alias of a VLAN link is no VLAN", "[ifcfg]") {
  CHECK(segments({{"ifcfg-eth1.4:0", "DEVICE=eth1.4:0\nVLAN=yes\nBRIDGE=br4\n"}}).empty());
  CHECK(segments({{"ifcfg-eth1.4:0", "DEVICE=eth1.4\nVLAN=yes\nBRIDGE=br4\n"}}).empty());
  CHECK(segments({{"ifcfg-eth1.4-range0", "VLAN=yes\nBRIDGE=br4\n"}}).empty());
  CHECK(segments({{"ifcfg-first", "DEVICE=eth1.4:0\nVLAN=yes\nBRIDGE=br4\n"}}).empty());
}

TEST_CASE("a bridge's file says STP, delay and MTU", "[ifcfg]") {
  CHECK(segments(vlan_and_bridge("", "STP=off\nDELAY=0\n")) == plain);
  CHECK(segments(vlan_and_bridge("MTU=\n", "STP=\nDELAY=\nMTU=\n")) == plain);
  CHECK(segments(vlan_and_bridge("", "DELAY=3\n")) ==
        Texts{"VLAN 4 of eth1: eth1.4 in br4, delay 3"});
  CHECK(segments(vlan_and_bridge("", "STP=on\n")) ==
        Texts{"VLAN 4 of eth1: eth1.4 in br4, STP, delay 15"});
  CHECK(segments(vlan_and_bridge("", "STP=on\nDELAY=4\n")) ==
        Texts{"VLAN 4 of eth1: eth1.4 in br4, STP, delay 4"});
  CHECK(segments(vlan_and_bridge("", "MTU=1400\n")) ==
        Texts{"VLAN 4 of eth1: eth1.4 in br4, MTU 1400, delay 0"});
  CHECK(segments(vlan_and_bridge("MTU=1400\n", "")) ==
        Texts{"VLAN 4 of eth1: eth1.4 in br4, MTU 1400, delay 0"});
  CHECK(segments(vlan_and_bridge("MTU=1400\n", "MTU=1400\n")) ==
        Texts{"VLAN 4 of eth1: eth1.4 in br4, MTU 1400, delay 0"});
}

TEST_CASE("wrong numbers of an ifcfg file are refused with their line", "[ifcfg]") {
  CHECK(segments_failure(vlan("MTU=jumbo\n")) ==
        Texts{"error (exit status 2): cannot use MTU in ifcfg-eth1.4:4: cannot use MTU=jumbo: "
              "it must be a number of bytes from 68 to 65535"});
  CHECK(segments_failure(vlan_and_bridge("MTU=1500\n", "MTU=1400\n")) ==
        Texts{"error (exit status 2): cannot use MTU in ifcfg-br4:3: it differs from the MTU in "
              "ifcfg-eth1.4:4"});
  CHECK(segments_failure(vlan_and_bridge("", "STP=on\nDELAY=0\n")) ==
        Texts{"error (exit status 2): cannot use DELAY in ifcfg-br4:4: '0' is not a number from 2 "
              "to 30"});
}

TEST_CASE("an expansion where a value is needed is refused", "[ifcfg]") {
  CHECK(segments_failure(vlan("BRIDGE=br$VLAN_ID\n")) ==
        Texts{"error (exit status 2): cannot use BRIDGE in ifcfg-eth1.4:4: it is a shell "
              "expansion, and these files are never executed",
              "hint: write the value itself"});
}

TEST_CASE("an address for dom0 on a guests' VLAN costs that VLAN", "[ifcfg]") {
  const auto refused = [](const std::string& place, const std::string& assignment) {
    const std::string key = assignment.substr(0, assignment.find('='));
    return Texts{"error (exit status 1): cannot bring up VLAN 4 of eth1: " + place + ": " +
                     assignment + " gives dom0 an address on a guests' VLAN",
                 "hint: remove " + key + "; xvlan does not manage bridges that dom0 itself uses"};
  };
  for (const char* const assignment : {"IPADDR=192.0.2.1", "IPADDR0=192.0.2.1", "BOOTPROTO=dhcp",
                                       "IPV6ADDR=2001:db8::1/64", "DHCPV6C=yes"}) {
    CAPTURE(assignment);
    CHECK(segments(vlan(assignment)) == refused("ifcfg-eth1.4:4", assignment));
    CHECK(segments(vlan_and_bridge("", assignment)) == refused("ifcfg-br4:3", assignment));
  }
  CHECK(segments(vlan("IPADDR=\nBOOTPROTO=none\nDHCPV6C=no\n")) == plain);
}

TEST_CASE("an alias, a range or a clone gives an address as well", "[ifcfg]") {
  struct Extra {
    const char* file;
    const char* text;
  };
  for (const auto& [file, text] :
       {Extra{"ifcfg-br4:0", "IPADDR=192.0.2.1\n"},
        Extra{"ifcfg-br4:0", "DEVICE=br4:0\nIPADDR=192.0.2.1\n"},
        Extra{"ifcfg-br4:0", "DEVICE=other\nIPADDR=192.0.2.1\n"},
        Extra{"ifcfg-eth1.4:1", "DEVICE=eth1.4:1\nIPADDR=192.0.2.1\n"},
        Extra{"ifcfg-anything", "DEVICE=br4:0\nIPADDR=192.0.2.1\n"},
        Extra{"ifcfg-anything", "DEVICE=br4\nBOOTPROTO=dhcp\n"},
        Extra{"ifcfg-br4-range0", "IPADDR_START=192.0.2.1\nIPADDR_END=192.0.2.9\n"},
        Extra{"ifcfg-eth1.4-range1", "IPADDR_START=192.0.2.1\n"},
        Extra{"ifcfg-br4-range0", "DEVICE=br4-range0\nIPADDR_START=192.0.2.1\n"},
        Extra{"ifcfg-br4-home", "IPADDR=192.0.2.1\n"},
        Extra{"ifcfg-br4-home", "DEVICE=\nIPADDR=192.0.2.1\n"},
        Extra{"ifcfg-anything:0", "DEVICE=br4:0\nIPADDR=192.0.2.1\n"}}) {
    CAPTURE(file, text);
    Files files = vlan_and_bridge("", "");
    files.emplace_back(file, text);
    const Texts lines = segments(files);
    REQUIRE(lines.size() == 2);
    CHECK(lines.front().starts_with(
        "error (exit status 1): cannot bring up VLAN 4 of eth1: " + std::string(file) + ":"));
    CHECK(lines.front().ends_with(" gives dom0 an address on a guests' VLAN"));
  }
}

TEST_CASE("an address elsewhere costs no VLAN", "[ifcfg]") {
  for (const auto& [file, text] : Files{{"ifcfg-br40:0", "IPADDR=192.0.2.1\n"},
                                        {"ifcfg-br4.1", "IPADDR=192.0.2.1\n"},
                                        {"ifcfg-br4-dmz", "DEVICE=br4-dmz\nIPADDR=192.0.2.1\n"},
                                        {"ifcfg-eth0", "DEVICE=$(x)\nBOOTPROTO=$(y)\n"},
                                        {"ifcfg-br4:0", "DEVICE=br4:0\n"}}) {
    CAPTURE(file, text);
    Files files = vlan("");
    files.emplace_back(file, text);
    CHECK(segments(files) == plain);
  }
}

TEST_CASE("two files for one VLAN are refused", "[ifcfg]") {
  Files files = vlan("");
  files.emplace_back("ifcfg-vlan4", "PHYSDEV=eth1\nVLAN=yes\nBRIDGE=br44\n");
  CHECK(segments_failure(files) ==
        Texts{"error (exit status 2): cannot use VLAN 4 of eth1 twice: two VLAN links can't share "
              "its frames"});
}

TEST_CASE("two VLANs in one bridge are refused", "[ifcfg]") {
  Files files = vlan("");
  files.emplace_back("ifcfg-eth1.5", "VLAN=yes\nBRIDGE=br4\n");
  CHECK(segments_failure(files) ==
        Texts{"error (exit status 2): cannot name a link br4: it would belong to VLAN 4 of eth1 "
              "and to VLAN 5 of eth1"});
}

TEST_CASE("a redirection or a group of words is no assignment", "[ifcfg]") {
  CHECK(parsed("A=1>log\nB=2<log\nC=(3 4)\nD=5)\nE=6\n") == Texts{"E=6"});
}

TEST_CASE("a bridge's delay has its bounds, without STP and with it", "[ifcfg]") {
  const auto delay = [](const std::string& more) { return segments(vlan_and_bridge("", more)); };
  const auto refused = [](const std::string& more) {
    return segments_failure(vlan_and_bridge("", more)).front();
  };
  CHECK(delay("DELAY=255\n") == Texts{"VLAN 4 of eth1: eth1.4 in br4, delay 255"});
  CHECK(refused("DELAY=256\n").ends_with("'256' is not a number from 0 to 255"));
  CHECK(delay("STP=on\nDELAY=2\n") == Texts{"VLAN 4 of eth1: eth1.4 in br4, STP, delay 2"});
  CHECK(delay("STP=on\nDELAY=30\n") == Texts{"VLAN 4 of eth1: eth1.4 in br4, STP, delay 30"});
  CHECK(refused("STP=on\nDELAY=1\n").ends_with("'1' is not a number from 2 to 30"));
  CHECK(refused("STP=on\nDELAY=31\n").ends_with("'31' is not a number from 2 to 30"));
}

TEST_CASE("lines are counted within quotes and behind backslashes, too", "[ifcfg]") {
  for (const char* const two_lines : {"X='1\n2'\n", "X=\"1\n2\"\n", "X=1\\\n2\n", "# 1\n#2\n"}) {
    CHECK(segments_failure(vlan(std::string(two_lines) + "MTU=jumbo\n"))
              .front()
              .starts_with("error (exit status 2): cannot use MTU in ifcfg-eth1.4:6: "));
  }
}

TEST_CASE("a VLAN that is refused keeps no other one down", "[ifcfg]") {
  Files files = vlan("IPADDR=\nIPADDR1=192.0.2.1\n");
  files.emplace_back("ifcfg-eth1.5", "VLAN=yes\nBRIDGE=br5\nBOOTPROTO=Static\n");
  files.emplace_back("ifcfg-eth1.6", "VLAN=yes\nBRIDGE=br6\nBOOTPROTO=BOOTP\n");
  const Texts lines = segments(files);
  REQUIRE(lines.size() == 5);
  CHECK(lines[0] == "VLAN 5 of eth1: eth1.5 in br5, delay 0");
  CHECK(lines[1] ==
        "error (exit status 1): cannot bring up VLAN 4 of eth1: ifcfg-eth1.4:5: "
        "IPADDR1=192.0.2.1 gives dom0 an address on a guests' VLAN");
  CHECK(lines[3] ==
        "error (exit status 1): cannot bring up VLAN 6 of eth1: ifcfg-eth1.6:3: BOOTPROTO=BOOTP "
        "gives dom0 an address on a guests' VLAN");
}

TEST_CASE("a bridge's wrong name or MTU is refused in its own file", "[ifcfg]") {
  CHECK(segments_failure(vlan_and_bridge("", "MTU=jumbo\n"))
            .front()
            .starts_with("error (exit status 2): cannot use MTU in ifcfg-br4:3: "));
  CHECK(segments_failure({{"ifcfg-eth1.4", "VLAN=yes\nBRIDGE=br/4\n"}})
            .front()
            .starts_with("error (exit status 2): cannot use BRIDGE in ifcfg-eth1.4:2: cannot use "
                         "BRIDGE=br/4: "));
  CHECK(segments_failure(vlan("PHYSDEV=eth/1\nVLAN_ID=5\n", "guests"))
            .front()
            .starts_with("error (exit status 2): cannot use PHYSDEV in ifcfg-guests:4: cannot use "
                         "PHYSDEV=eth/1: "));
  CHECK(segments_failure(vlan("PHYSDEV=eth1\nVLAN_ID=5000\n", "guests"))
            .front()
            .starts_with("error (exit status 2): cannot use VLAN_ID in ifcfg-guests:5: cannot use "
                         "VLAN ID '5000': "));
}
