/// Takes the lowest numbers with descriptors that are never used.

#include "net/low_numbers_taken.h"

#include <sys/eventfd.h>
#include <unistd.h>

namespace phx::net {

LowNumbersTaken::LowNumbersTaken() {
  for (int& descriptor : descriptors_) descriptor = ::eventfd(0, EFD_CLOEXEC);
}

LowNumbersTaken::~LowNumbersTaken() {
  for (const int descriptor : descriptors_) {
    if (descriptor >= 0) ::close(descriptor);
  }
}

}  // namespace phx::net
