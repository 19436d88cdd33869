/// Reads sequences of numbers, a line for each, and plays them: `3 1;0 2` has two steps.
///
///     =                     a sequence begins
///     >5 6|track a ann      what is done, after the sentences that speak of it
///     <joins ann            what came of it

#include "chapters/workshop/play.h"

#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "process/process.h"
#include "serializer/serializer.h"

namespace phx::exercise {
namespace {

/// One line, whatever the bytes are.
std::string printable(std::string_view text) {
  std::string line;
  for (const char c : text) {
    char hex[5];
    std::snprintf(hex, sizeof hex, "\\x%02x", static_cast<unsigned char>(c));
    line += c >= ' ' && c <= '~' ? std::string(1, c) : std::string(hex);
  }
  return line;
}

void print(const std::string& line) {
  std::puts(line.c_str());
  std::fflush(stdout);
}

std::vector<std::vector<unsigned>> parsed(const std::string& line) {
  std::vector<std::vector<unsigned>> steps;
  std::istringstream words(line);
  for (std::string step; std::getline(words, step, ';');) {
    std::istringstream numbers(step);
    std::vector<unsigned>& found = steps.emplace_back();
    for (unsigned number = 0; numbers >> number;) found.push_back(number);
  }
  return steps;
}

}  // namespace

bool Sequence::next() {
  number_ = 0;
  return at_++ < steps_.size();
}

unsigned Sequence::below(unsigned limit) {
  const std::vector<unsigned>& step = steps_.at(at_ - 1);
  const std::size_t number = number_++;
  return number < step.size() ? step[number] % limit : 0;
}

void Sequence::does(std::initializer_list<int> sentences, std::string_view what) {
  std::string line = ">";
  for (const int number : sentences) line += std::to_string(number) + " ";
  print(line + "|" + printable(what));
}

void Sequence::comes(std::string_view what) { print("<" + printable(what)); }

std::string Sequence::thrown() {
  try {
    throw;
  } catch (const serializer::DecodeError&) {
    return "throws DecodeError";
  } catch (const serializer::EncodeError&) {
    return "throws EncodeError";
  } catch (const process::Exit& exit) {
    return "throws Exit: " + process::to_string(exit.reason);
  } catch (const std::invalid_argument&) {
    return "throws std::invalid_argument";
  } catch (const std::logic_error&) {
    return "throws std::logic_error";
  } catch (const std::exception&) {
    return "throws an exception";
  } catch (...) {
    return "throws something else";
  }
}

}  // namespace phx::exercise

int main(int count, char** words) {
  std::ifstream sequences(count > 1 ? words[1] : "/dev/stdin");
  for (std::string line; std::getline(sequences, line);) {
    std::puts("=");
    phx::exercise::Sequence steps(phx::exercise::parsed(line));
    phx::exercise::play(steps);
  }
}
