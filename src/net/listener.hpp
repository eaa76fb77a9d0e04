#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "heard/frame.hpp"
#include "model/link.hpp"

namespace net {

/// Why not all that came by a trunk was heard.
struct Gaps {
  std::uint64_t lost = 0;  ///< frames that the host could not take in time
  bool went_down = false;  ///< the link did, or is gone
};

/// Hears what comes in by trunks, whomever it is for, and sends nothing. The running kernel stands
/// behind it, or a pretended one in tests.
///
/// While it lives, SIGINT and SIGTERM end the listening and not the program.
class Listener {
 public:
  /// Gets the number of the trunk, from 0, a frame, which may be cut short behind what `heard`
  /// decodes, and the tag that was taken off it.
  using OnFrame =
      std::function<void(std::size_t trunk, heard::Bytes frame, const std::optional<heard::Tag>&)>;

  Listener() = default;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  virtual ~Listener() = default;

  /// Hears the next trunk from now on. Throws Error if it can't be: it is not an Ethernet link, has
  /// no carrier, or the kernel refuses.
  virtual void add(const model::Link& trunk) = 0;

  /// Hears all trunks for so long. False as soon as a signal ends it.
  virtual bool hear(std::chrono::milliseconds duration, const OnFrame& on_frame) = 0;

  /// What is missing of that trunk until now.
  virtual Gaps gaps(std::size_t trunk) = 0;
};

using OpenListener = std::function<std::unique_ptr<Listener>()>;

/// One for the links of this host.
std::unique_ptr<Listener> packet_listener();

}  // namespace net
