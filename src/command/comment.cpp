#include "command/comment.hpp"

#include <algorithm>

namespace command {
namespace {

constexpr std::size_t width = 78;

std::string printable(std::string_view word) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char letter : word) {
    const auto byte = static_cast<unsigned char>(letter);
    if (letter > ' ' && letter <= '~') {
      text += letter;
    } else {
      text.append("\\x").append({digits[byte >> 4U], digits[byte & 0xfU]});
    }
  }
  return text;
}

}  // namespace

std::string comment(std::string_view paragraph) {
  std::string lines = "#";
  std::size_t length = lines.size();
  for (std::size_t at = 0; at < paragraph.size();) {
    const std::size_t end = std::min(paragraph.find(' ', at), paragraph.size());
    const std::string word = printable(paragraph.substr(at, end - at));
    if (length > 1 && length + 1 + word.size() > width) {
      lines += "\n#  ";
      length = 3;
    }
    lines += ' ' + word;
    length += 1 + word.size();
    at = end + 1;
  }
  return lines;
}

}  // namespace command
