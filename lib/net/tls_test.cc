/// An invalid certificate or key in every form: the start fails with a clear error.

#include "net/tls.h"

#include <fstream>

#include "base/option_error.h"
#include "testing/case.h"
#include "testing/tls.h"

using namespace phx;
using namespace phx::testing;

PHX_TEST("invalid files end the start with an error that names them") {
  const Certificate good;
  const Certificate other;
  const auto sentence = [](const std::string& cert, const std::string& key) {
    return expect_throw<OptionError>([&] { net::Certificate({cert, key}); });
  };
  const auto says = [](const std::string& text, const std::string& part) {
    expect(text.find(part) != std::string::npos, "\"" + text + "\" says " + part);
  };
  const std::string empty = good.folder() / "empty.pem";
  std::ofstream(empty).close();
  says(sentence("/nowhere.pem", good.key()), "\"/nowhere.pem\"");
  says(sentence(empty, good.key()), "it is empty");
  says(sentence(good.key(), good.key()), "expected a certificate in PEM form");
  says(sentence(good.cert(), good.cert()), "expected a private key in PEM form");
  says(sentence(good.cert(), other.key()), "the key of another");
  says(sentence(good.cert(), "/nowhere.pem"), "set TlsOptions::key");
}
