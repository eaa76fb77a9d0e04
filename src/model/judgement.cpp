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

const char* word(ProblemCode code) {
  switch (code) {
    case ProblemCode::missing:
      return "missing";
    case ProblemCode::drift:
      return "drift";
    case ProblemCode::refused:
      return "refused";
    case ProblemCode::address:
      return "address";
    case ProblemCode::open:
      return "open";
    case ProblemCode::weaker:
      return "weaker";
    case ProblemCode::managed:
      return "managed";
    case ProblemCode::unguarded:
      return "unguarded";
    case ProblemCode::unconfigured:
      return "unconfigured";
    case ProblemCode::lost:
      return "lost";
    case ProblemCode::joined:
      return "joined";
    case ProblemCode::hidden:
      return "hidden";
    case ProblemCode::firewall:
      return "firewall";
    case ProblemCode::alone:
      return "alone";
    case ProblemCode::control_plane:
      return "control-plane";
    case ProblemCode::mtu:
      return "mtu";
    case ProblemCode::handshake:
      break;
  }
  return "handshake";
}

bool is_trouble(const Problem& problem) {
  switch (problem.code) {
    case ProblemCode::weaker:
    case ProblemCode::unconfigured:
    case ProblemCode::alone:
    case ProblemCode::mtu:
      return false;
    default:
      return true;
  }
}

}  // namespace model
