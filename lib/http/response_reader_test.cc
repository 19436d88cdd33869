/// A server's answers, however the network cuts them, and those that are not answers.

#include "http/response_reader.h"

#include "testing/case.h"

using namespace phx;
using namespace phx::testing;
using namespace phx::http;

namespace {

constexpr ResponseReader::Limits small{.head = 200, .body = 100};

std::vector<std::string> read(const std::string& bytes, std::size_t piece) {
  ResponseReader reader(small);
  std::vector<std::string> answers;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    reader.feed(std::string_view(bytes).substr(at, piece));
    while (const auto answer = reader.next()) {
      answers.push_back(std::to_string(answer->status) + " " + answer->body);
    }
  }
  return answers;
}

void expect_answers(const std::string& bytes, const std::vector<std::string>& expected) {
  for (const std::size_t piece : {bytes.size(), std::size_t{1}, std::size_t{7}}) {
    expect_eq(read(bytes, piece), expected);
  }
}

void expect_bad(const std::string& bytes) {
  for (const std::size_t piece : {bytes.size(), std::size_t{1}}) {
    expect_throw<BadResponse>([&] { read(bytes, piece); });
  }
}

}  // namespace

PHX_TEST("answers come one after the other, with a length, in chunks or without a body") {
  expect_answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 204 No Content\r\n\r\n",
                 {"200 ab", "204 "});
  expect_answers(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
      {"200 abc"});
}

PHX_TEST("interim answers are passed over, but not 101") {
  expect_answers("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
                 {"200 "});
  ResponseReader reader;
  reader.feed("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x01x");
  const Response answer = reader.next().value();
  expect_eq(answer.status, 101);
  expect_eq(answer.headers.at(0).first, "upgrade");
  expect_eq(reader.take_rest(), "\x81\x01x");
}

PHX_TEST("a body without a length ends with the connection") {
  ResponseReader reader(small);
  reader.feed("HTTP/1.0 200 OK\r\n\r\nab");
  expect(!reader.next(), "more may come");
  expect_eq(reader.end().value().body, "ab");
  ResponseReader cut(small);
  cut.feed("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab");
  expect(!cut.next(), "three bytes are missing");
  expect_throw<BadResponse>([&] { cut.end(); });
}

PHX_TEST("what is not an answer, or is too large, is refused") {
  expect_bad("SSH-2.0-OpenSSH\r\n\r\n");
  expect_bad("HTTP/1.1 200 OK\r\ncontent-length: 101\r\n\r\n");
  expect_bad("HTTP/1.1 200 OK\r\nx: " + std::string(300, 'x'));
  expect_bad("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;" + std::string(300, 'x'));
}
