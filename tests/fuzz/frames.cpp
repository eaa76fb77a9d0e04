// What comes in on a trunk: the input is frames, each behind five bytes: the kind of tag that was
// taken off (0 none, 1 802.1Q, 2 802.1ad), what is in it, and the length of what follows.
#include <algorithm>
#include <cstring>
#include <memory>

#include "command/heard.hpp"
#include "heard/frame.hpp"
#include "input.hpp"

namespace {

/// Takes the next frame off the input, into memory of its very size, so that a read behind it is
/// seen.
std::optional<heard::Frame> next_frame(heard::Reader& input) {
  const unsigned kind = input.u8() % 3U;
  const heard::Tag tag{.protocol = static_cast<std::uint16_t>(kind == 1 ? 0x8100 : 0x88a8),
                       .control = input.u16()};
  const heard::Bytes bytes = input.bytes(std::min<std::size_t>(input.u16(), input.rest().size()));
  const std::unique_ptr<std::uint8_t[]> copy(new std::uint8_t[bytes.size()]);
  std::copy(bytes.begin(), bytes.end(), copy.get());
  return heard::decode({copy.get(), bytes.size()}, kind == 0 ? std::nullopt : std::optional(tag));
}

void check(const heard::Frame& frame) {
  const bool in_vlan = frame.tagging == heard::Tagging::vlan;
  fuzz::require(in_vlan == (frame.vid != 0) && frame.vid <= 4094, "a VLAN has a VID");
}

void check(const heard::Subnets& subnets) {
  const auto& all = subnets.all();
  fuzz::require(all.size() <= heard::Subnets::most, "subnets have a bound");
  for (const heard::Subnet& one : all) {
    const auto contains = [&](const heard::Subnet& other) { return one.contains(other); };
    fuzz::require(one.prefix >= heard::Subnets::widest, "a subnet is not wider than allowed");
    fuzz::require(std::count_if(all.begin(), all.end(), contains) == 1,
                  "no subnet contains another");
  }
}

void check(const heard::Traffic& traffic) {
  for (const auto& [vid, counts] : traffic.vlans()) {
    fuzz::require(counts.macs <= counts.frames, "who is counted has sent a frame");
    check(counts.subnets);
  }
  check(traffic.untagged().subnets);
  fuzz::require(traffic.neighbours().size() <= heard::Traffic::most_neighbours,
                "neighbours have a bound");
}

void check_printable(const std::string& text) {
  const bool all = std::all_of(text.begin(), text.end(),
                               [](char character) { return character >= ' ' && character <= '~'; });
  fuzz::require(all, "a terminal gets printable characters only");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  heard::Reader input({data, size});
  command::HeardTrunk trunk{.name = "eth1"};
  trunk.configured.always.add(model::Vid::parse("4"));
  trunk.configured.on_demand.add(model::Vid::parse("5"));
  while (!input.rest().empty()) {
    const auto frame = next_frame(input);
    if (!frame) continue;
    check(*frame);
    trunk.traffic.add(*frame);
  }
  check(trunk.traffic);
  for (const std::string& line : command::heard_lines(trunk)) check_printable(line);
  check_printable(command::heard_json({trunk}, std::chrono::seconds(1)));
  return 0;
}
