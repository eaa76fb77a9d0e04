#include "model/shell.hpp"

namespace model {

std::string shell_word(std::string_view text) {
  constexpr std::string_view harmless =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789%+,-./:=@_";
  if (!text.empty() && text.find_first_not_of(harmless) == std::string_view::npos) {
    return std::string(text);
  }
  std::string result = "'";
  for (const char byte : text) {
    if (byte == '\'') result += "'\\'";
    result += byte;
  }
  return result + "'";
}

}  // namespace model
