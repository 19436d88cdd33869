#pragma once
/// \file
/// The table of options as flags of a program's command line, by CLI11 (libcli11-dev).
///
///     int serve(phx::ProgramOptions options);
///
///     int main(int argc, char** argv) {
///       CLI::App app{"A chat.", "chat"};
///       phx::ProgramOptions options;
///       phx::add_options(app, options);
///       return phx::run_program(app, argc, argv, options, serve);
///     }
///
/// Each row is a flag, an environment variable and a key of the file that `--config` names, which
/// is TOML or INI. The command line wins, then the file, then the environment. All of it is in this
/// header, so that programs need CLI11 only if they include it.

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/option_error.h"
#include "options/program_options.h"

namespace phx {

namespace command_line {

/// Adds one row, by what it sets.
struct Adder {
  CLI::App& app;
  const ProgramOption& row;

  std::string flags() const {
    const std::string second = row.other_name.empty() ? "" : ",--" + row.other_name;
    return "--" + row.name + second;
  }
  CLI::Option* add(const std::string& unit, const std::string& now, CLI::callback_t set) const {
    CLI::Option* option = app.add_option(flags(), std::move(set), row.help, !now.empty());
    option->type_name(unit);
    if (!now.empty()) option->default_str(now);
    return option;
  }
  /// A number, read after its unit has been removed.
  template <class T, class Set>
  CLI::Option* number(const std::string& unit, const std::string& now, Set set) const {
    return add(unit, now, [set](const CLI::results_t& texts) {
      T value{};
      if (!CLI::detail::lexical_cast(texts.at(0), value)) return false;
      set(value);
      return true;
    });
  }

  CLI::Option* operator()(const ProgramOption::Count& to) const {
    return number<std::size_t>("COUNT", std::to_string(*to.value),
                               [to](std::size_t value) { *to.value = value; })
        ->check(CLI::Range(to.least, to.most).description(""));
  }
  CLI::Option* operator()(const ProgramOption::Bytes& to) const {
    return number<std::size_t>("BYTES", std::to_string(*to.value),
                               [to](std::size_t value) { *to.value = value; })
        ->transform(CLI::AsSizeValue(true).description(""))
        ->check(CLI::Range(to.least, std::size_t{1} << 40).description(""));
  }
  CLI::Option* operator()(const ProgramOption::Time& to) const {
    static const std::map<std::string, std::uint64_t> units{
        {"ms", 1}, {"s", 1'000}, {"min", 60'000}, {"h", 3'600'000}};
    return number<std::uint64_t>(
               "TIME", std::to_string(to.value->count()) + "ms",
               [to](std::uint64_t value) { *to.value = Millis{static_cast<Millis::rep>(value)}; })
        ->transform(
            CLI::AsNumberWithUnit(units, CLI::AsNumberWithUnit::CASE_SENSITIVE).description(""))
        ->check(CLI::Range(to.least, std::uint64_t{1'000'000'000'000}).description(""));
  }
  CLI::Option* operator()(const ProgramOption::Port& to) const {
    return number<std::uint16_t>("PORT", std::to_string(*to.value),
                                 [to](std::uint16_t value) { *to.value = value; })
        ->check(CLI::Range(0, 65'535).description(""));
  }
  CLI::Option* operator()(const ProgramOption::OptionalPort& to) const {
    return number<std::uint16_t>("PORT", *to.value ? std::to_string(**to.value) : "",
                                 [to](std::uint16_t value) { *to.value = value; })
        ->check(CLI::Range(0, 65'535).description(""));
  }
  CLI::Option* operator()(const ProgramOption::Text& to) const {
    const bool secret = row.name == "secret-key-base";  // not shown by --help
    return add("TEXT", secret ? "" : *to.value, [to](const CLI::results_t& texts) {
      *to.value = texts.at(0);
      return true;
    });
  }
  CLI::Option* operator()(const ProgramOption::OptionalText& to) const {
    return add("TEXT", to.value->value_or(""), [to](const CLI::results_t& texts) {
      *to.value = texts.at(0);
      return true;
    });
  }
  CLI::Option* operator()(const ProgramOption::List& to) const {
    return app.add_option(flags(), *to.value, row.help)->delimiter(',')->type_name("LIST");
  }
  CLI::Option* operator()(const ProgramOption::Switch& to) const {
    return app.add_flag(flags(), *to.value, row.help);
  }
};

/// The file that `--config` names. Of two lines for one option CLI11 silently takes the first, and
/// its error for an unknown one mentions INI.
class OptionsFile : public CLI::ConfigTOML {
 public:
  explicit OptionsFile(const CLI::App& app) : app_(app) {}

  /// \throws CLI::ConfigError if a line names an unknown option, or one that is already set.
  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    auto lines = CLI::ConfigTOML::from_config(input);
    std::set<const CLI::Option*> set;
    for (const CLI::ConfigItem& line : lines) {
      const std::string name = line.fullname();
      const CLI::Option* option = app_.get_option_no_throw("--" + name);
      if (option == nullptr)
        throw CLI::ConfigError("the file sets " + name + ", which is not an option");
      if (!set.insert(option).second) throw CLI::ConfigError("the file sets " + name + " twice");
    }
    return lines;
  }

 private:
  const CLI::App& app_;
};

}  // namespace command_line

/// Adds all of them, in groups, and `--config`. `options` outlives the parsing.
inline void add_options(CLI::App& app, ProgramOptions& options) {
  for (const ProgramOption& row : options_of(options)) {
    std::visit(command_line::Adder{app, row}, row.target)
        ->envname(row.environment_variable())
        ->group(row.group);
  }
  app.set_config("--config", "", "a file of options, in TOML or INI")->type_name("FILE");
  app.config_formatter(std::make_shared<command_line::OptionsFile>(app));
}

/// The body of main(): parses the command line, finishes the options, and returns what `serve`
/// returns. An error is one line on stderr, which begins with the name that `app` was given.
template <class Options, class Serve>
int run_program(CLI::App& app, int argc, char** argv, Options& options, Serve serve) {
  app.failure_message([](const CLI::App* failed, const CLI::Error& error) {
    return failed->get_name() + ": " + error.what() +
           "; --help lists the options and their environment variables\n";
  });
  CLI11_PARSE(app, argc, argv);
  try {
    options.finish();
    return serve(std::move(options));
  } catch (const OptionError& error) {
    std::cerr << app.get_name() << ": " << error.what() << " (here: " << flag_of(error.option())
              << ")\n";
  } catch (const std::exception& error) {
    std::cerr << app.get_name() << ": " << error.what() << '\n';
  }
  return 1;
}

}  // namespace phx
