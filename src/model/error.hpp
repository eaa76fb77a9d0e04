#pragma once

#include <exception>
#include <string>

namespace model {

/// What the exit status says about the host: as asked, as it was, as it was because the request
/// makes no sense, or in between.
enum class ExitCode { done = 0, failed = 1, usage = 2, partial = 3 };

/// A failure, read as one sentence: cannot *action*: *reason*.
///
/// With an empty action the reason is the whole sentence. Xen's stock texts are such sentences,
/// because other programs compare them byte for byte.
class Error : public std::exception {
 public:
  struct Parts {
    std::string action;    ///< "create VLAN link eth1.4 on eth1 with VID 4"
    std::string reason;    ///< "Unknown device type"
    std::string remedy{};  ///< next step; empty if there is none
    int errnum = 0;        ///< positive errno, 0 if none applies
    ExitCode exit = ExitCode::failed;
  };

  explicit Error(Parts parts);

  [[nodiscard]] const char* what() const noexcept override { return sentence_.c_str(); }
  [[nodiscard]] const std::string& sentence() const noexcept { return sentence_; }
  [[nodiscard]] const std::string& remedy() const noexcept { return parts_.remedy; }
  [[nodiscard]] int errnum() const noexcept { return parts_.errnum; }
  [[nodiscard]] ExitCode exit() const noexcept { return parts_.exit; }

 private:
  Parts parts_;
  std::string sentence_;
};

/// An error in what the user wrote, found before anything was touched (ExitCode::usage).
Error usage_error(std::string action, std::string reason, std::string remedy = {});

/// The C library's text for a positive errno, for example "No such device".
std::string error_text(int errnum);

}  // namespace model
