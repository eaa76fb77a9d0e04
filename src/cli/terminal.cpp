#include "cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

namespace cli {

command::Output output_for(bool json, bool no_color, const Environment& environment) {
  using Form = command::Output::Form;
  command::Output output;
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  output.form = json ? Form::json : terminal ? Form::table : Form::lines;
  output.colour =
      !no_color && environment("NO_COLOR").value_or("").empty() && environment("TERM") != "dumb";
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) output.width = size.ws_col;
  return output;
}

}  // namespace cli
