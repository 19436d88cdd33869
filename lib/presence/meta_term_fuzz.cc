/// Metas of other nodes' presences are sent to clients, and those of clients to nodes: in both
/// directions a meta is refused, or survives a round trip.

#include "presence/meta_term.h"

#include "etf/reader.h"
#include "serializer/json_term.h"
#include "serializer/scanner.h"
#include "testing/fuzz.h"

using namespace phx;
using phx::testing::must;

namespace {

etf::Term sent(const Json& json) {
  etf::Writer writer;
  presence::write_json(writer, json);
  return etf::decode_whole(writer.take());
}

void from_node(std::string_view bytes) {
  etf::Term term;
  try {
    term = etf::decode(bytes);
  } catch (const etf::TermError&) {
    return;
  }
  const auto key = presence::text_of(term);
  must(!key || serializer::is_utf8(*key), "a key is UTF-8");
  const auto shown = presence::json_of(term);
  if (!shown) return;
  must(Json::parse(shown->dump()) == *shown, "clients can read it");
  const auto again = presence::json_of(sent(*shown));
  must(again == shown, "the next node shows the same");
}

void from_client(std::string_view text) {
  Json said;
  std::optional<etf::Term> term;
  try {
    said = Json::parse(text);
    term = serializer::term_of(said.dump());
  } catch (const JsonError&) {
    return;
  } catch (const serializer::NoJson&) {
    return;
  }
  const etf::Term heard = sent(said);
  must(heard == *term, "a meta is the term that a broadcast of it would be");
  const auto shown = presence::json_of(heard);
  must(shown && *shown == said, "other nodes show the same meta");
}

}  // namespace

FUZZ(input) {
  if (phx::testing::first_byte(input) % 2 == 0) return from_node(input);
  from_client(input);
}
