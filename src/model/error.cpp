#include "model/error.hpp"

#include <cstring>
#include <utility>

namespace model {

Error::Error(Parts parts)
    : parts_(std::move(parts)),
      sentence_(parts_.action.empty() ? parts_.reason
                                      : "cannot " + parts_.action + ": " + parts_.reason) {}

Error usage_error(std::string action, std::string reason, std::string remedy) {
  return Error({.action = std::move(action),
                .reason = std::move(reason),
                .remedy = std::move(remedy),
                .exit = ExitCode::usage});
}

std::string error_text(int errnum) {
  return std::strerror(errnum);  // single-threaded program
}

}  // namespace model
