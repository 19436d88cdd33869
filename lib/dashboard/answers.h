#pragma once
/// \file
/// Queries in, JSON out: what the dashboard's data looks like on the wire.

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "dashboard/history.h"
#include "dashboard/survey.h"
#include "http/request.h"
#include "json/json.h"

namespace phx::dashboard {

/// The client's mistake, answered with 422.
struct BadQuery : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// `?sort=used&order=asc&top=50&text=room&parent=0.42`, each of them optional; `parent=root` asks
/// for processes without a parent. \throws BadQuery for anything else.
ProcessQuery process_query(std::string_view query, std::size_t max_rows);
/// `?sort=members&order=desc&top=50&text=room`.
TopicQuery topic_query(std::string_view query, std::size_t max_rows);
/// The number after `name=`; `otherwise` without one. \throws BadQuery for anything else.
std::uint64_t number_in(std::string_view query, std::string_view name, std::uint64_t otherwise);
/// The text after `name=`.
std::string text_in(std::string_view query, std::string_view name);

Json as_json(const ProcessRow& row);
Json as_json(const TopicRow& row);
Json as_json(const ProcessTotals& totals);
Json as_json(const Second& second);

http::Response json_answer(int status, const Json& body);
http::Response error_answer(int status, std::string_view detail);

}  // namespace phx::dashboard
