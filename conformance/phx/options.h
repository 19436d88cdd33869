/// \file
/// The command line of phx.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "json/json.h"

namespace phx::talk {

struct Options {
  std::string url;
  std::string topic;
  Json params = Json::object();
  Json join_params = Json::object();
  std::string token_file = {};  ///< Read again at each try to connect.
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string vsn = "2.0.0";
  bool insecure = false;
  std::string ca_file = {};
  bool longpoll = false;
  std::optional<Millis> fallback = {};

  bool json = false;      ///< Each line of the output is a JSON object.
  bool binary = false;    ///< What is typed after an event is bytes, in base64.
  bool presence = false;  ///< Shows who is present.
  bool follow = false;    ///< Stays after the end of the input.
  std::optional<std::string> once = {};
  std::optional<Millis> timeout = {};  ///< For the first join, and for `once`.
  bool color = false;
};

/// Empty if the program is to end with `status`: after --help, --version or a usage error.
std::optional<Options> parse_options(int argc, char** argv, int& status);

/// The token in this file, without white space at its end. \throws std::runtime_error.
std::string read_token(const std::string& file);

}  // namespace phx::talk
