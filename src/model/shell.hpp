#pragma once

#include <string>
#include <string_view>

namespace model {

/// A text as a shell reads it as one word, for commands that people copy: as it is, or in single
/// quotes. A link's name may have almost any byte in it.
std::string shell_word(std::string_view text);

}  // namespace model
