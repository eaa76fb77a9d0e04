#include "model/judgement.hpp"

namespace model {

const char* word(State state) {
  switch (state) {
    case State::up:
      return "up";
    case State::wrong:
      return "wrong";
    case State::missing:
      return "missing";
    case State::unconfigured:
      return "unconfigured";
    case State::on_demand:
      break;
  }
  return "on-demand";
}

}  // namespace model
