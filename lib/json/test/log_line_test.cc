/// Log lines of base, read back: as logfmt by a parser of its grammar, and by this layer as JSON.

#include "base/log_line.h"

#include <unistd.h>

#include <map>
#include <regex>

#include "base/log.h"
#include "json/json.h"
#include "testing/case.h"

using namespace phx;
using namespace phx::testing;

namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// Reads a line as https://pkg.go.dev/github.com/kr/logfmt has it; a misplaced double quote, space
/// or `=` is a failure.
Fields read_logfmt(std::string_view line) {
  Fields fields;
  std::size_t at = 0;
  const auto here = [&] { return at < line.size() ? line[at] : ' '; };
  while (at < line.size()) {
    std::string name, value;
    while (here() != ' ' && here() != '=') name += line[at++];
    expect(!name.empty() && name.find('"') == std::string::npos, "a name in " + std::string(line));
    expect(here() == '=', "a value in " + std::string(line));
    ++at;
    if (here() == '"') {
      for (++at; here() != '"' && at < line.size(); ++at) {
        if (here() == '\\') ++at;
        value += here();
      }
      expect(at < line.size(), "a closing quote in " + std::string(line));
      ++at;
    } else {
      while (here() != ' ') {
        expect(here() != '"' && here() != '=', "no quote inside " + std::string(line));
        value += line[at++];
      }
    }
    expect(here() == ' ', "a space after each field in " + std::string(line));
    ++at;
    fields.emplace_back(name, value);
  }
  return fields;
}

Fields read_json(const std::string& line) {
  const Json object = Json::parse(line);
  Fields fields;
  for (const auto& [name, value] : object.sorted_members()) {
    expect(value.is_string(), "a string for " + name);
    fields.emplace_back(name, value.string_or(""));
  }
  return fields;
}

/// Texts that a client may choose.
const std::vector<std::string> values{"",
                                      "plain",
                                      "two words",
                                      "a=b",
                                      "\"quoted\"",
                                      "back\\slash",
                                      "back\\ slash",
                                      "line\nend",
                                      "tab\t=",
                                      "é",
                                      "\xff broken",
                                      "\uFFFD",
                                      "{\"a\": 1}",
                                      "\u2028",
                                      "ends in \\",
                                      "\\\"",
                                      std::string("a") + '\0' + "b",
                                      std::string(600, 'x')};

LogLine line_of(LogLine::Form form) {
  LogLine line(form, "a text, with \"quotes\" and = signs");
  for (std::size_t i = 0; i < values.size(); ++i) line.add("n" + std::to_string(i), values[i]);
  return line;
}

/// What a log writes to standard error during the call.
std::string written(LogFormat format, const std::function<void(const Log&)>& work) {
  int ends[2];
  expect(::pipe(ends) == 0, "there is a pipe");
  const int before = ::dup(STDERR_FILENO);
  ::dup2(ends[1], STDERR_FILENO);
  ::close(ends[1]);
  {
    const Log log = Log::to_stderr(Level::debug, format);
    work(log);
  }
  ::dup2(before, STDERR_FILENO);
  ::close(before);
  std::string text(10'000, '\0');
  text.resize(static_cast<std::size_t>(::read(ends[0], text.data(), text.size())));
  ::close(ends[0]);
  return text;
}

void speak(const Log& log) {
  log.info("JOINED", {{"topic", "room:a b"}, {"level", "mine"}});
  log.warn("it's late");
}

}  // namespace

PHX_TEST("a line of logfmt reads back as it was written, whatever its values") {
  const Fields fields = read_logfmt(line_of(LogLine::Form::logfmt).text());
  expect_eq(fields.size(), values.size() + 1);
  expect_eq(fields[0].first, "msg");
  expect_eq(fields[0].second, "a text, with \"quotes\" and = signs");
  for (std::size_t i = 0; i < values.size(); ++i) {
    expect_eq(fields[i + 1].first, "n" + std::to_string(i));
    expect_eq(fields[i + 1].second, one_line(values[i]));
  }
}

PHX_TEST("a line of JSON reads back as it was written, whatever its values") {
  const Fields fields = read_json("{" + line_of(LogLine::Form::json).text() + "}");
  const std::map<std::string, std::string> found(fields.begin(), fields.end());
  expect_eq(found.size(), values.size() + 1);
  expect_eq(found.at("msg"), "a text, with \"quotes\" and = signs");
  for (std::size_t i = 0; i < values.size(); ++i) {
    expect_eq(found.at("n" + std::to_string(i)), one_line(values[i]));
  }
}

PHX_TEST("values are quoted where they must be, and nowhere else") {
  LogLine line(LogLine::Form::logfmt, "HANDLED");
  line.add("a", "room:a");
  line.add("b", "two words");
  line.add("c", "d=e");
  line.add("f", R"(say "g")");
  line.add("h", R"(back\slash)");
  line.add("i", "");
  expect_eq(line.text(),
            R"(msg=HANDLED a=room:a b="two words" c="d=e" f="say \"g\"" h=back\slash i=)");
}

PHX_TEST("a name counts once, and never replaces the time, the level or the text") {
  LogLine line(LogLine::Form::logfmt, "text");
  line.add("key", "1");
  line.add("key", "2");
  line.add("msg", "3");
  line.add("a name=", "4");
  expect_eq(line.text(), "msg=text key=1 msg_=3 a_name_=4");
}

PHX_TEST("standard error gets date, time, zone and level in both formats") {
  const std::regex moment(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d)");
  for (const LogFormat format : {LogFormat::logfmt, LogFormat::json}) {
    const std::string text = written(format, speak);
    const std::size_t end = text.find('\n');
    expect(text.ends_with('\n') && text.find('\n', end + 1) == text.size() - 1, "two lines");
    std::vector<std::map<std::string, std::string>> lines;
    for (const std::string& line :
         {text.substr(0, end), text.substr(end + 1, text.size() - end - 2)}) {
      const Fields fields = format == LogFormat::json ? read_json(line) : read_logfmt(line);
      lines.emplace_back(fields.begin(), fields.end());
      expect(std::regex_match(lines.back().at("time"), moment), line);
    }
    expect_eq(lines[0].at("level"), "info");
    expect_eq(lines[0].at("msg"), "JOINED");
    expect_eq(lines[0].at("topic"), "room:a b");
    expect_eq(lines[0].at("level_"), "mine");
    expect_eq(lines[1].at("level"), "warn");
    expect_eq(lines[1].at("msg"), "it's late");
  }
}

PHX_TEST("the error for an unknown log format names the valid ones") {
  expect(log_format_of("logfmt") == LogFormat::logfmt && log_format_of("json") == LogFormat::json,
         "both are known");
  expect_eq(expect_throw<std::invalid_argument>([] { log_format_of("xml"); }),
            "expected a log format (logfmt or json), got \"xml\"");
}
