#pragma once

#include <string>
#include <string_view>

namespace command {

/// A paragraph as a comment of xvlan.conf, in lines of 78 characters and less where its words allow
/// that: each begins with '#', and the further ones are indented. Bytes that are not printable
/// ASCII, which a link's name may have, become \xNN: none of them ends the comment or reaches a
/// terminal. Without a line feed at the end.
std::string comment(std::string_view paragraph);

}  // namespace command
