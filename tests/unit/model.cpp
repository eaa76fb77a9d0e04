#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "hosts.hpp"
#include "model/vif_id.hpp"
#include "model/vif_spec.hpp"

namespace {

using model::IfName;
using model::NameTemplate;
using model::Vid;
using model::Vids;
using unit::failure;
using unit::Texts;

Texts parsed_vids(const std::string& list) {
  Texts texts;
  for (const Vid vid : Vids::parse(list)) texts.push_back(vid.text());
  return texts;
}

model::MadeName filled(const std::string& pattern, const std::string& trunk,
                       const std::string& vid) {
  return NameTemplate("vlan-name", pattern, trunk).fill(Vid::parse(vid));
}

std::string backend_path(const std::string& name) {
  const auto vif = model::VifId::from_name(name);
  return vif ? vif->backend_path() : "none";
}

Texts names(const std::vector<const model::Link*>& links) {
  Texts texts;
  for (const model::Link* link : links) texts.push_back(link->name);
  std::sort(texts.begin(), texts.end());
  return texts;
}

}  // namespace

TEST_CASE("a VID is a decimal number from 1 to 4094", "[model]") {
  CHECK(Vid::parse("1").value() == 1);
  CHECK(Vid::parse("4094").value() == 4094);
  CHECK(Vid::parse("010").value() == 10);  // decimal, where a shell would read 8
}

TEST_CASE("what is no VID is named, with the range", "[model]") {
  const std::string text =
      GENERATE("", "0", "4095", "65540", "99999999999", "-1", "+4", " 4", "4 ", "4x", "0x4", "br4");
  CHECK(failure([&] { return Vid::parse(text); }) ==
        Texts{"error (exit status 2): cannot use VLAN ID '" + text +
              "': a VLAN ID is a number from 1 to 4094"});
}

TEST_CASE("a VLAN list holds VIDs and ranges, in any order", "[model]") {
  CHECK(parsed_vids("4") == Texts{"4"});
  CHECK(parsed_vids("4,10-12") == Texts{"4", "10", "11", "12"});
  CHECK(parsed_vids("12,4-5,1") == Texts{"1", "4", "5", "12"});
  CHECK(parsed_vids("7-7") == Texts{"7"});
  CHECK(parsed_vids("1-4094").size() == 4094);
}

TEST_CASE("a wrong VLAN list is refused as a whole", "[model]") {
  const auto refusal = [](const std::string& list) {
    return failure([&] { return Vids::parse(list); });
  };
  const std::string prefix = "error (exit status 2): cannot read the VLAN list ";
  const std::string hint = "hint: write it as in 4,10-20";
  CHECK(refusal("") == Texts{prefix + "'': an item is empty", hint});
  CHECK(refusal("4,") == Texts{prefix + "'4,': an item is empty", hint});
  CHECK(refusal(",4") == Texts{prefix + "',4': an item is empty", hint});
  CHECK(refusal("20-10") == Texts{prefix + "'20-10': the range 20-10 runs backwards"});
  CHECK(refusal("4,4") == Texts{prefix + "'4,4': VLAN 4 is named twice"});
  CHECK(refusal("10-20,15-30") == Texts{prefix + "'10-20,15-30': VLAN 15 is named twice"});
  const std::string no_vid = "': a VLAN ID is a number from 1 to 4094";
  CHECK(refusal("4-") == Texts{"error (exit status 2): cannot use VLAN ID '" + no_vid});
  CHECK(refusal("1-2-3") == Texts{"error (exit status 2): cannot use VLAN ID '2-3" + no_vid});
  CHECK(refusal("4, 5") == Texts{"error (exit status 2): cannot use VLAN ID ' 5" + no_vid});
  CHECK(refusal("1-4095") == Texts{"error (exit status 2): cannot use VLAN ID '4095" + no_vid});
}

TEST_CASE("a set of VIDs has as few ranges as can be", "[model]") {
  using Ranges = std::vector<Vids::Range>;
  CHECK(Vids::parse("12,4-5,6,1").ranges() == Ranges{{1, 1}, {4, 6}, {12, 12}});
  CHECK(Vids::all().ranges() == Ranges{{1, 4094}});
  Vids vids;
  for (const char* const vid : {"7", "9", "8", "8", "4094", "1", "10"}) vids.add(Vid::parse(vid));
  CHECK(vids.ranges() == Ranges{{1, 1}, {7, 10}, {4094, 4094}});
  CHECK(vids.size() == 6);
  CHECK_FALSE(vids.empty());
  CHECK(Vids().empty());
  CHECK(Vids() == Vids(Vid::parse("7")).common(Vids(Vid::parse("8"))));
}

TEST_CASE("a set of VIDs knows its own, and those of another", "[model]") {
  const Vids vids = Vids::parse("4,10-20,30");
  for (const unsigned in : {4U, 10U, 15U, 20U, 30U}) {
    CHECK(vids.contains(static_cast<std::uint16_t>(in)));
  }
  for (const unsigned out : {0U, 3U, 5U, 9U, 21U, 29U, 31U, 4095U}) {
    CHECK_FALSE(vids.contains(static_cast<std::uint16_t>(out)));
  }
  CHECK(vids.common(Vids::all()) == vids);
  CHECK(vids.common(Vids::parse("1-11,19-40")) == Vids::parse("4,10-11,19-20,30"));
  CHECK(vids.common(Vids::parse("5-9,21-29")).empty());
}

TEST_CASE("a VID can be made of a number in its range", "[model]") {
  CHECK(Vid::from_number(1) == Vid::parse("1"));
  CHECK(Vid::from_number(4094) == Vid::parse("4094"));
  for (const unsigned none : {0U, 4095U, 65537U}) CHECK_FALSE(Vid::from_number(none));
}

TEST_CASE("a link's name has 1 to 15 bytes", "[model]") {
  CHECK(IfName::parse("netdev", "e").text() == "e");
  CHECK(IfName::parse("netdev", "enp129s0f1np1xx").text() == "enp129s0f1np1xx");
  CHECK(failure([] { return IfName::parse("netdev", "enp129s0f1np1.40"); }) ==
        Texts{"error (exit status 2): cannot use netdev=enp129s0f1np1.40: the name has 16 bytes, "
              "a link's name at most 15"});
  CHECK(failure([] { return IfName::parse("netdev", ""); }) ==
        Texts{"error (exit status 2): cannot use netdev=: the name is empty"});
}

TEST_CASE("a link's name holds nothing that the kernel refuses", "[model]") {
  const std::string text = GENERATE(".", "..", "a/b", "eth0:1", "eth 1", "eth1\t", "eth1\n");
  CHECK_FALSE(IfName::valid(text));
  CHECK(failure([&] { return IfName::parse("bridge", text); }) ==
        Texts{"error (exit status 2): cannot use bridge=" + text +
              ": a link's name contains no '/', ':' or blank, and is neither '.' nor '..'"});
}

TEST_CASE("a template's %t is the trunk and %v the VID", "[model]") {
  CHECK(filled("%t.%v", "eth1", "4") ==
        model::MadeName{.name = IfName::parse("", "eth1.4"), .full = ""});
  CHECK(filled("vlan%v", "eth1", "4").name.text() == "vlan4");
  CHECK(filled("%v%t%v", "bond0", "12").name.text() == "12bond012");
  CHECK(filled("guests", "eth1", "4").name.text() == "guests");
}

TEST_CASE("a made name that is too long is shortened, the full one kept", "[model]") {
  const model::MadeName made = filled("%t.%v", "enp129s0f1np1", "4094");
  CHECK(made.name.text() == "enp12-68d8.4094");
  CHECK(made.full == "enp129s0f1np1.4094");
  CHECK(filled("%t.%v", "enp129s0f1np1", "4").name.text() == "enp129s0f1np1.4");  // fits as it is
  CHECK(filled("%t.%v", "enp129s0f1np1", "4").full.empty());
}

TEST_CASE("shortened names of all VLANs of two like trunks differ", "[model]") {
  std::set<std::string> seen;
  for (const Vid vid : Vids::parse("10-4094")) {
    for (const char* const trunk : {"enp129s0f0np0xx", "enp129s0f1np1xx"}) {
      seen.insert(filled("%t.%v", trunk, vid.text()).name.text());
    }
  }
  CHECK(seen.size() == 2 * 4085);
}

TEST_CASE("a template that can't make a name is refused", "[model]") {
  const auto refusal = [](const std::string& pattern) {
    return failure([&] { return filled(pattern, "eth1", "4"); });
  };
  const std::string prefix = "error (exit status 2): cannot use vlan-name=";
  CHECK(refusal("%t.%d") ==
        Texts{prefix + "%t.%d: a template knows %t (the trunk) and %v (the VLAN ID) only"});
  CHECK(refusal("eth%") ==
        Texts{prefix + "eth%: a template knows %t (the trunk) and %v (the VLAN ID) only"});
  CHECK(refusal("") == Texts{prefix + ": the name is empty"});
  CHECK(refusal("a long name of %v") ==
        Texts{prefix + "a long name of %v: it gives 'a long name of 4', which can't name a link"});
  CHECK(refusal(std::string(128, 'x')).size() == 1);
  CHECK(refusal(std::string(127, 'x')).empty());
}

TEST_CASE("a MAC is written in pairs of lower-case digits", "[model]") {
  CHECK(model::guest_port_mac.text() == "fe:ff:ff:ff:ff:ff");
  CHECK(model::Mac{{0x00, 0x16, 0x3e, 0x01, 0xfb, 0x0a}}.text() == "00:16:3e:01:fb:0a");
}

TEST_CASE("a vif's name tells its backend path", "[model]") {
  CHECK(backend_path("vif3.0") == "backend/vif/3/0");
  CHECK(backend_path("vif32752.100-emu") == "backend/vif/32752/100");
  for (const char* const other :
       {"vif", "vif3", "vif3.", "vif.0", "vif3.0.1", "vif3.0-em", "vif-3-0", "vif3.0 ", "tap3.0",
        "vif3.x", "vif99999999999.0", "eth1.4", ""}) {
    CAPTURE(other);
    CHECK(backend_path(other) == "none");
  }
}

TEST_CASE("a guest's port is known by its device, by Xen's names or by Xen's MAC", "[model]") {
  const auto is_guest = [](const std::string& name) {
    return model::is_guest_port(unit::nic(9, name));
  };
  CHECK(is_guest("vif3.0"));
  CHECK(is_guest("vif3.0-emu"));
  CHECK(is_guest("tap3.0"));
  CHECK_FALSE(is_guest("tap0"));  // OpenVPN's
  CHECK_FALSE(is_guest("eth1.4"));
  CHECK_FALSE(is_guest("web"));
  model::Link renamed = unit::nic(9, "web");
  renamed.mac = model::guest_port_mac;
  CHECK(model::is_guest_port(renamed));
  for (const char* const kind : {"vlan", "bond", "team"}) {
    model::Link upper = unit::nic(9, "upper");
    upper.mac = model::guest_port_mac;
    upper.kind = kind;
    CHECK_FALSE(model::is_guest_port(upper));
  }
  renamed.mac = unit::nic(9, "web").mac;
  renamed.alias = "vif3.0";
  CHECK(model::is_guest_port(renamed));
  renamed.alias.clear();
  renamed.parent = "vif-3-0";
  CHECK(model::is_guest_port(renamed));
  renamed.parent = "0000:02:00.0";
  CHECK_FALSE(model::is_guest_port(renamed));
}

TEST_CASE("a host's links are found by name, ifindex, VLAN and relation", "[model]") {
  std::vector<model::Link> links = unit::complete_host();
  links[3].alt_names = {"guests"};
  links.push_back(unit::plugged_vif(9, "vif3.0", 3));
  const model::HostState host(links);
  CHECK(host.find("eth1.4")->index == 4);
  CHECK(host.find("guests")->index == 4);
  links[3].alt_names.push_back("second");
  CHECK(model::HostState(links).find("second")->index == 4);
  CHECK(host.find("eth1.5") == nullptr);
  CHECK(host.find(3)->name == "br4");
  CHECK(host.find(0) == nullptr);
  CHECK(host.find_vlan(*host.find("eth1"), Vid::parse("4"))->name == "eth1.4");
  CHECK(host.find_vlan(*host.find("eth1"), Vid::parse("5")) == nullptr);
  CHECK(host.find_vlan(*host.find("eth0"), Vid::parse("4")) == nullptr);
  CHECK(names(host.ports(*host.find("br4"))) == Texts{"eth1.4", "vif3.0"});
  CHECK(names(host.uppers(*host.find("eth1"))) == Texts{"eth1.4"});
  CHECK(host.uppers(*host.find("eth0")).empty());
}

TEST_CASE("a port is in the VLAN whose frames have no tags there, either way", "[model]") {
  model::Link port;
  port.vlans = {{.first = 4, .last = 4},
                {.first = 5, .last = 5, .untagged = true},
                {.first = 6, .last = 6, .pvid = true},
                model::access_vlan(7)};
  for (const unsigned other : {4U, 5U, 6U, 8U}) {
    CHECK_FALSE(port.is_in(static_cast<std::uint16_t>(other)));
  }
  CHECK(port.is_in(7));
}

TEST_CASE("an error is a sentence: cannot do this, for that reason", "[model]") {
  const model::Error error({.action = "create bridge br4", .reason = "File exists"});
  CHECK(std::string(error.what()) == "cannot create bridge br4: File exists");
  CHECK(model::Error({.action = "", .reason = "Could not find bridge device br4"}).sentence() ==
        "Could not find bridge device br4");
}

TEST_CASE("a vif is known by its name, its backend path and its device", "[model]") {
  const model::VifId vif{.domid = 3, .devid = 1};
  const auto known = [&](const std::optional<model::VifId>& found) { return found == vif; };
  CHECK(known(model::VifId::from_name("vif3.1")));
  CHECK(known(model::VifId::from_name("vif3.1-emu")));
  CHECK(known(model::VifId::from_path("backend/vif/3/1")));
  CHECK(known(model::VifId::from_path("/local/domain/5/backend/vif/3/1")));
  CHECK(known(model::VifId::from_device("vif-3-1")));
  CHECK(vif.name() == "vif3.1");
  CHECK(vif.name(true) == "vif3.1-emu");
  CHECK(vif.device() == "vif-3-1");
  CHECK(vif.backend_path() == "backend/vif/3/1");
}

TEST_CASE("what tells no vif is none", "[model]") {
  for (const char* path : {"", "vif/3/1", "backend/vbd/3/1", "backend/vif/3", "backend/vif/3/1/",
                           "backend/vif/3/x", "xbackend/vif/3/1", "backend/vif/-3/1"}) {
    CAPTURE(path);
    CHECK_FALSE(model::VifId::from_path(path).has_value());
  }
  for (const char* device : {"", "vif-3", "vif-3.1", "vbd-3-1", "vif-3-1x", "0000:00:1f.6"}) {
    CAPTURE(device);
    CHECK_FALSE(model::VifId::from_device(device).has_value());
  }
  CHECK(model::is_vif_name("tap3.1"));
  CHECK_FALSE(model::is_vif_name("tap3"));
  CHECK_FALSE(model::is_vif_name("eth0"));
}

TEST_CASE("addresses are read and written as people do", "[model]") {
  for (const char* text : {"192.0.2.1/24", "0.0.0.0/0", "2001:db8::1/64", "fe80::1/128"}) {
    const auto address = model::Address::parse(text);
    REQUIRE(address.has_value());
    CHECK(address->text() == text);
  }
  for (const char* text : {"", "192.0.2.1", "192.0.2.1/33", "192.0.2/24", "2001:db8::1/129", "/24",
                           "192.0.2.1/", "192.0.2.1/-1"}) {
    CAPTURE(text);
    CHECK_FALSE(model::Address::parse(text).has_value());
  }
}

TEST_CASE("a spec keeps what it says and takes the rest from another", "[model]") {
  const model::VifSpec given{.bridge = "br4", .mtu = "1400"};
  const model::VifSpec merged = model::VifSpec{.bridge = "br5", .ip = "192.0.2.7"}.or_else(given);
  CHECK(merged == model::VifSpec{.bridge = "br5", .mtu = "1400", .ip = "192.0.2.7"});
}

TEST_CASE("a guest has up to 64 addresses, which are a host's", "[model]") {
  const auto texts = [](const std::string& ip) {
    Texts list;
    for (const auto& one : model::parse_guest_addresses(ip)) {
      list.push_back(model::guest_address_text(one));
    }
    return list;
  };
  CHECK(texts(" 10.0.4.2,\t2001:db8::2\n10.0.5.0/24 2001:db8:1::/64") ==
        Texts{"10.0.4.2", "2001:db8::2", "10.0.5.0/24", "2001:db8:1::/64"});
  CHECK(texts("223.255.255.255 0.0.0.0/0 ::/0 ::fffe:a00:402").size() == 4);
  std::string many;
  for (int i = 1; i <= 64; ++i) many += " 10.0.4." + std::to_string(i);
  CHECK(texts(many).size() == 64);
  CHECK(failure([&] { return texts(many + " 10.0.4.65"); }) ==
        Texts{"error (exit status 1): cannot use ip= with 65 addresses: a vif can have 64",
              "hint: name prefixes in their place, as in ip=10.0.4.0/24"});
  const std::string error = "error (exit status 1): cannot use ip=";
  for (const char* const text :
       {"224.0.0.1", "255.255.255.255", "0.0.0.0", "ff02::1", "::", "::ffff:10.0.4.2"}) {
    CHECK(failure([&] { return texts(text); }) ==
          Texts{error + text + ": '" + text + "' is not an address that a host can use",
                "hint: list the guest's own, as in ip=10.0.4.2 2001:db8::2"});
  }
  CHECK(failure([&] { return texts("10.0.4.2/24"); }) ==
        Texts{error + "10.0.4.2/24: '10.0.4.2/24' may mean an address or its whole prefix",
              "hint: say 10.0.4.2 for the address alone"});
  CHECK_FALSE(failure([&] { return texts("10.0.4.1/31"); }).empty());
  CHECK_FALSE(failure([&] { return texts("10.128.0.0/8"); }).empty());
  CHECK(failure([&] { return texts("10.0.4.2 web"); }).front() ==
        error + "10.0.4.2 web: 'web' is neither an address nor a prefix");
}
