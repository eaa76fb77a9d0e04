// What the kernel answers: the input is a message behind its netlink header, which is filled in for
// a link, for an address, and for a queueing discipline and a filter of traffic control.
#include <linux/rtnetlink.h>

#include <cstring>
#include <memory>

#include "input.hpp"
#include "net/decode.hpp"
#include "net/tc.hpp"

namespace {

/// A message that ends where its memory ends, so that a read behind it is seen.
class Message {
 public:
  Message(std::uint16_t type, const std::uint8_t* data, std::size_t size)
      : bytes_(static_cast<std::uint8_t*>(std::malloc(sizeof(nlmsghdr) + size))) {
    nlmsghdr header{};
    header.nlmsg_len = static_cast<std::uint32_t>(sizeof header + size);
    header.nlmsg_type = type;
    std::memcpy(bytes_.get(), &header, sizeof header);
    if (size > 0) std::memcpy(bytes_.get() + sizeof header, data, size);
  }

  [[nodiscard]] const nlmsghdr& header() const {
    return *reinterpret_cast<const nlmsghdr*>(bytes_.get());
  }

 private:
  struct Free {
    void operator()(std::uint8_t* bytes) const noexcept { std::free(bytes); }
  };
  std::unique_ptr<std::uint8_t, Free> bytes_;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<model::Link> links;
  net::decode_link(Message(RTM_NEWLINK, data, size).header(), links);
  fuzz::require(links.size() <= 1, "a message describes one link");
  (void)net::decode_ipv4(Message(RTM_NEWADDR, data, size).header());
  (void)net::decode_filter_places(Message(RTM_NEWQDISC, data, size).header());
  (void)net::decode_redirects(Message(RTM_NEWTFILTER, data, size).header());
  return 0;
}
