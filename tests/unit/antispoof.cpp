#include "plan/antispoof.hpp"

#include <linux/pkt_cls.h>

#include <catch2/catch.hpp>

#include "hosts.hpp"
#include "interpreter.hpp"
#include "support/lies.hpp"

namespace {

using model::Antispoof;
using plan::Guest;
using support::Verdict;
using unit::Texts;

Guest guest(Antispoof antispoof, const std::string& ip = support::guest_ip, bool tags = false) {
  return {.mac = support::guest_mac,
          .antispoof = antispoof,
          .addresses = model::parse_guest_addresses(ip),
          .tags = tags};
}

bool passes(const plan::Filter& filter, const std::vector<std::uint8_t>& wire) {
  const std::uint32_t verdict = unit::answer(filter.program, unit::SeenFrame::of(wire));
  // Never the 0 of a load behind the end of the frame: that would let it pass unseen.
  CHECK((verdict == TC_ACT_SHOT || verdict == static_cast<std::uint32_t>(TC_ACT_UNSPEC)));
  return verdict != TC_ACT_SHOT;
}

bool is_let(Verdict verdict, bool tags) {
  return verdict == Verdict::always || (verdict == Verdict::tagged && tags);
}

}  // namespace

TEST_CASE("what a guest says passes or not as the table says", "[antispoof]") {
  const auto table = support::sayings();
  CHECK(table.size() >= 120);
  for (const bool tags : {false, true}) {
    const plan::Filter mac = filter_of(guest(Antispoof::mac, "", tags));
    const plan::Filter ip = filter_of(guest(Antispoof::ip, support::guest_ip, tags));
    for (const support::Saying& saying : table) {
      INFO(saying.name << (tags ? ", from a port with tags" : ""));
      CHECK(passes(mac, saying.wire) == is_let(saying.mac, tags));
      CHECK(passes(ip, saying.wire) == is_let(saying.ip, tags));
    }
  }
}

TEST_CASE("who leaves a multicast group may lack an address, as who enters one", "[antispoof]") {
  const auto table = support::sayings();
  const auto report = std::find_if(table.begin(), table.end(), [](const auto& one) {
    return one.name == "an MLD report of the first version without a source";
  });
  REQUIRE(report != table.end());
  constexpr std::uint8_t reports = 131;
  constexpr std::uint8_t is_done = 132;
  constexpr std::size_t behind_ipv6 = 14 + 40;
  auto wire = report->wire;
  const auto type = std::find(wire.begin() + behind_ipv6, wire.end(), reports);
  REQUIRE(type != wire.end());
  *type = is_done;
  CHECK(passes(filter_of(guest(Antispoof::ip)), wire));
}

TEST_CASE("a frame that is cut off anywhere is judged, never let go", "[antispoof]") {
  constexpr std::size_t least = 14;
  const plan::Filter mac = filter_of(guest(Antispoof::mac));
  const plan::Filter ip = filter_of(guest(Antispoof::ip));
  for (const support::Saying& saying : support::sayings()) {
    INFO(saying.name);
    auto wire = saying.wire;
    while (wire.size() > least + 8) {
      wire.pop_back();
      (void)passes(mac, wire);
      (void)passes(ip, wire);
    }
  }
}

TEST_CASE("a filter says in words what it lets through", "[antispoof]") {
  CHECK(filter_of(guest(Antispoof::mac)).words == "mac 00:16:3e:01:fb:fe");
  CHECK(filter_of(guest(Antispoof::ip)).words ==
        "ip 00:16:3e:01:fb:fe 10.0.4.2 10.0.5.0/24 2001:db8::2 2001:db8:1::/64");
  std::string ip;
  for (int i = 1; i <= 8; ++i) ip += "10.0.4." + std::to_string(i) + " ";
  CHECK(filter_of(guest(Antispoof::ip, ip)).words.ends_with(" 10.0.4.7 10.0.4.8"));
  CHECK(filter_of(guest(Antispoof::ip, ip + "10.0.4.9")).words.ends_with(" 10.0.4.8 and 1 more"));
}

TEST_CASE("a program tells what it was written for", "[antispoof]") {
  CHECK(plan::kind_of(filter_of(guest(Antispoof::mac)).program) == "mac");
  CHECK(plan::kind_of(filter_of(guest(Antispoof::ip)).program) == "ip");
  CHECK(plan::kind_of({}).empty());
  CHECK(plan::kind_of({{.code = 6, .k = 2}}).empty());
}

TEST_CASE("a filter has room for 64 addresses of any length, and link-local ones", "[antispoof]") {
  std::string ip;
  for (int i = 1; i <= 64; ++i) {
    ip += i % 2 == 0 ? "10." + std::to_string(i) + ".0.0/" + std::to_string(16 + i / 4) + " "
                     : "2001:db8:ffff:ffff:ffff:ffff:ffff:" + std::to_string(1000 + i) + " ";
  }
  Guest many = guest(Antispoof::ip, ip);
  many.addresses.push_back(model::parse_guest_addresses("fe80::/64").front());
  const plan::Filter filter = filter_of(many);
  CHECK(filter.program.size() < 4096);  // BPF_MAXINSNS
  CHECK(filter.words.ends_with(" and 57 more"));
  for (const support::Saying& saying : support::sayings()) {
    if (saying.mac == Verdict::never) {
      INFO(saying.name);
      CHECK_FALSE(passes(filter, saying.wire));
    }
  }
}

TEST_CASE("every one of many addresses counts", "[antispoof]") {
  std::string ip;
  for (int i = 1; i <= 32; ++i) ip += "10.0.4." + std::to_string(100 + i) + " ";
  const auto table = support::sayings();
  const auto ipv4 =
      std::find_if(table.begin(), table.end(), [](const auto& one) { return one.name == "IPv4"; });
  REQUIRE(ipv4 != table.end());
  constexpr std::size_t last_byte_of_source = 29;
  const plan::Filter filter = filter_of(guest(Antispoof::ip, ip));
  for (int last = 0; last <= 255; ++last) {
    auto wire = ipv4->wire;
    wire[last_byte_of_source] = static_cast<std::uint8_t>(last);
    CHECK(passes(filter, wire) == (last > 100 && last <= 132));
  }
}

TEST_CASE("the addresses of a guest are read with blanks or commas between them", "[antispoof]") {
  const auto read = [](const std::string& text) {
    Texts texts;
    for (const auto& one : model::parse_guest_addresses(text)) {
      texts.push_back(model::guest_address_text(one));
    }
    return texts;
  };
  CHECK(read("10.0.4.2") == Texts{"10.0.4.2"});
  CHECK(read(" 10.0.4.2, 10.0.5.0/24\t2001:db8::1,fe80::/64 ") ==
        Texts{"10.0.4.2", "10.0.5.0/24", "2001:db8::1", "fe80::/64"});
  CHECK(read("").empty());
  CHECK(read("10.0.4.2/32 ::1/128 0.0.0.0/0 ::/0 223.0.0.0/8") ==
        Texts{"10.0.4.2", "::1", "0.0.0.0/0", "::/0", "223.0.0.0/8"});
}

TEST_CASE("an address that may mean two things, or none, is refused", "[antispoof]") {
  const auto refused = [](const std::string& text) {
    return unit::failure([&] { return model::parse_guest_addresses(text); });
  };
  const std::string cannot = "error (exit status 1): cannot use ip=";
  CHECK(refused("10.0.4.2/24") ==
        Texts{cannot + "10.0.4.2/24: '10.0.4.2/24' may mean an address or its whole prefix",
              "hint: say 10.0.4.2 for the address alone"});
  for (const std::string wrong :
       {"10.0.4", "10.0.4.2/33", "10.0.4.2/", "web", "2001:db8::1/129", "10.0.4.2-9", "::1%eth0"}) {
    CHECK(refused("10.0.4.3 " + wrong).front() ==
          cannot + "10.0.4.3 " + wrong + ": '" + wrong + "' is neither an address nor a prefix");
  }
  for (const std::string nobodys : {"0.0.0.0", "::", "224.0.0.1", "255.255.255.255", "239.0.0.0/8",
                                    "ff02::1", "ff00::/8", "::ffff:10.0.4.2", "::ffff:0:0/96"}) {
    CHECK(refused("10.0.4.3 " + nobodys).front() == cannot + "10.0.4.3 " + nobodys + ": '" +
                                                        nobodys +
                                                        "' is not an address that a host can use");
  }
  std::string many;
  for (int i = 0; i < 65; ++i) many += "10.0.4.2 ";
  CHECK(refused(many).front() == cannot + " with 65 addresses: a vif can have 64");
}

TEST_CASE("a MAC is read as toolstacks write it", "[antispoof]") {
  CHECK(model::Mac::parse("00:16:3e:01:fb:fe") == support::guest_mac);
  CHECK(model::Mac::parse("00:16:3E:01:FB:FE") == support::guest_mac);
  for (const char* wrong : {"", "00:16:3e:01:fb", "00:16:3e:01:fb:fe:", "00-16-3e-01-fb-fe",
                            "0:16:3e:01:fb:fe0", "00:16:3e:01:fb:fg", "+0:16:3e:01:fb:fe"}) {
    CHECK_FALSE(model::Mac::parse(wrong));
  }
}

TEST_CASE("a jump that goes too far is no program, whichever way it goes", "[antispoof]") {
  constexpr auto next = plan::Assembler::next;
  for (const bool if_true : {true, false}) {
    for (const int between : {255, 256}) {
      plan::Assembler code;
      const plan::Label far = code.label();
      code.jump(0x10, 0, if_true ? far : next, if_true ? next : far);
      for (int i = 0; i < between; ++i) code.put(0x06);
      code.place(far);
      code.put(0x06);
      if (between == 256) {
        CHECK_THROWS_AS(code.program(), std::logic_error);
        continue;
      }
      const plan::Instruction jump = code.program().front();
      CHECK(jump.on_true == (if_true ? 255 : 0));
      CHECK(jump.on_false == (if_true ? 0 : 255));
    }
  }
}

TEST_CASE("a jump in any case goes as far as the program", "[antispoof]") {
  plan::Assembler code;
  const plan::Label far = code.label();
  code.go(far);
  for (int i = 0; i < 300; ++i) code.put(0x06);
  code.place(far);
  code.put(0x06);
  CHECK(code.program().front().k == 300);
}
