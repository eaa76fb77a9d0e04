// VLANs of ports, and the words in which a vif asks for them.
#include <catch2/catch.hpp>

#include "hosts.hpp"
#include "model/vlan_spec.hpp"

namespace {

using model::Vlans;
using unit::Texts;

std::string meant(const std::string& spec) {
  return model::text(model::VlanSpec::parse("vlan", spec).vlans);
}

Texts refused(const std::string& spec) {
  return unit::failure([&] { return model::VlanSpec::parse("vlan", spec); });
}

}  // namespace

TEST_CASE("xl's words for VLANs mean what they say", "[vlans]") {
  CHECK(meant("10") == "10p");
  CHECK(meant("10p") == "10p");
  CHECK(meant("10p/20") == "10p,20");
  CHECK(meant("5p/10/20-30") == "5p,10,20-30");
  CHECK(meant("5p,10,20-30") == "5p,10,20-30");
  CHECK(meant("10/20-30") == "10,20-30");
  CHECK(meant("20t") == "20");
  CHECK(meant("20u") == "20u");
  CHECK(meant("20-30") == "20-30");
  CHECK(meant("7-7") == "7");
  CHECK(meant("10p/100+10x4") == "10p,100,110,120,130,140");
  CHECK(meant("100+1x2u") == "100-102u");
  CHECK(meant("1p/10-15/20-25u") == "1p,10-15,20-25u");
  CHECK(meant("30/20/10p") == "10p,20,30");
  CHECK(meant("1-4094") == "1-4094");
  CHECK(meant("4084+5x2") == "4084,4089,4094");
}

TEST_CASE("what is worth a word to the administrator is known of a spec", "[vlans]") {
  CHECK(model::VlanSpec::parse("vlan", "10p/100+10x4").counts);
  CHECK_FALSE(model::VlanSpec::parse("vlan", "10p/20").counts);
  CHECK(model::VlanSpec::parse("vlan", "1p/20u").mixes);
  CHECK(model::VlanSpec::parse("vlan", "20-21u").mixes);
  CHECK_FALSE(model::VlanSpec::parse("vlan", "1p/20").mixes);
}

TEST_CASE("a wrong term is refused by name", "[vlans]") {
  const auto reason = [](const std::string& spec) { return refused(spec).front(); };
  const std::string no_vlan = " is not a VLAN: a VLAN ID is a number from 1 to 4094";
  const std::string error = "error (exit status 1): cannot use vlan=";
  CHECK(refused("0") ==
        Texts{error + "0: '0'" + no_vlan, "hint: write it as in 10, or 5p/10/20-30"});
  CHECK(reason("10/4095") == error + "10/4095: '4095'" + no_vlan);
  CHECK(reason("") == error + ": ''" + no_vlan);
  CHECK(reason("10/") == error + "10/: ''" + no_vlan);
  CHECK(reason("p") == error + "p: 'p'" + no_vlan);
  CHECK(reason("10x") == error + "10x: '10x'" + no_vlan);
  CHECK(reason("10 ") == error + "10 : '10 '" + no_vlan);
  CHECK(reason("30-20") == error + "30-20: '30-20' is a range that runs backwards");
  CHECK(reason("20-30p") ==
        error + "20-30p: '20-30p' is several VLANs, which can only be followed by u");
  CHECK(reason("20-30t").ends_with("'20-30t' is several VLANs, which can only be followed by u"));
  CHECK(reason("10/5-15") == error + "10/5-15: '5-15' names VLAN 10 a second time");
  CHECK(reason("10p/20p") == error + "10p/20p: '20p' is a second native VLAN");
  CHECK(reason("100+10") == error + "100+10: '100+10' is not of the form 100+10x4");
  CHECK(reason("100+0x4") == error + "100+0x4: '100+0x4' is not of the form 100+10x4");
  CHECK(reason("4000+10x10") == error + "4000+10x10: '4000+10x10' goes beyond 4094");
}

TEST_CASE("a PVID whose frames leave with their tags is told from one without", "[vlans]") {
  CHECK(model::text({{.first = 4, .last = 4, .pvid = true}}) == "4pt");
}

TEST_CASE("a range of VLANs ends where it ends, however long it is", "[vlans]") {
  for (std::uint16_t first = 1; first < 130; first += 9) {
    for (std::uint16_t last = first; last < 270; ++last) {
      const Vlans one{{.first = first, .last = last}};
      CHECK(model::normalized(one) == one);
      const Vlans rest = model::without({{.first = 1, .last = 4094}}, one);
      CHECK(model::changed(rest, {{.first = 1, .last = 4094}}) == one);
    }
  }
}

TEST_CASE("VLANs are counted together and apart", "[vlans]") {
  const Vlans some{{.first = 10, .last = 20}};
  const Vlans more{model::access_vlan(15), {.first = 21, .last = 22}};
  CHECK(model::text(model::together(some, more)) == "10-14,15p,16-22");
  CHECK(model::text(model::without(some, more)) == "10-14,16-20");
  CHECK(model::text(model::common(more, some)) == "15");
  CHECK(model::text(model::common({model::access_vlan(4), {30, 31, false, true}, {40, 40}},
                                  {{.first = 1, .last = 35}})) == "4,30-31");
  CHECK(model::text(model::changed(some, model::together(some, more))) == "15p,21-22");
  CHECK(model::contains(some, 20));
  CHECK_FALSE(model::contains(some, 21));
  CHECK(model::normalized(Vlans{{.first = 5, .last = 5}, {.first = 3, .last = 4}}) ==
        Vlans{{.first = 3, .last = 5}});
}

TEST_CASE("a term may name no VLAN again that another has named, be it the first or the last",
          "[vlans]") {
  for (const char* const term : {"10", "15", "15-20", "5-10", "10u", "5+5x1"}) {
    CHECK_FALSE(refused("10-15/" + std::string(term)).empty());
  }
  CHECK(meant("10-15/9/16") == "9-16");
}

TEST_CASE("a count of VLANs has its bounds", "[vlans]") {
  CHECK(meant("1+1x4093") == "1-4094");
  CHECK(meant("1+4093x1") == "1,4094");
  CHECK_FALSE(refused("1+1x4094").empty());
  CHECK_FALSE(refused("2+4093x1").empty());
  CHECK_FALSE(refused("1+4095x1").empty());
  CHECK(refused("100+10x4p")
            .front()
            .ends_with("'100+10x4p' is several VLANs, which can only be followed by u"));
  CHECK(refused("100+10x0").front().ends_with("'100+10x0' is not of the form 100+10x4"));
}

TEST_CASE("frames of several VLANs that leave without a tag are counted over all terms",
          "[vlans]") {
  CHECK(model::VlanSpec::parse("vlan", "20u/30u").mixes);
  CHECK_FALSE(model::VlanSpec::parse("vlan", "20u/30").mixes);
  CHECK(model::VlanSpec::parse("vlan", "100+10x4/10p").counts);
}
