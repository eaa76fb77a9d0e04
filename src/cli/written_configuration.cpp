#include "cli/written_configuration.hpp"

#include "config/import.hpp"
#include "config/writer.hpp"

namespace cli {

command::WrittenConfiguration write_configuration(std::span<const model::Segment> segments) {
  config::Import import = config::import_segments(segments);
  command::WrittenConfiguration written{
      .text = config::text_of(import.file), .segments = {}, .left_out = std::move(import.left_out)};
  const config::File read = config::parse_file(written.text, "what import has written");
  written.segments = config::name_segments(read, config::Settings());
  return written;
}

}  // namespace cli
