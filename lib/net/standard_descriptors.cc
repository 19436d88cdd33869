/// The kernel gives the lowest free number.

#include "net/standard_descriptors.h"

#include <fcntl.h>
#include <unistd.h>

namespace phx::net {

void take_standard_descriptors() {
  int opened = 0;
  do {
    opened = ::open("/dev/null", O_RDWR);
  } while (opened >= 0 && opened <= STDERR_FILENO);
  if (opened > STDERR_FILENO) ::close(opened);
}

}  // namespace phx::net
