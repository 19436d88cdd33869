/// Which rules also hold on other axes than V2 over a websocket, with the same case; and which
/// mostly wait.
///
/// Rules that an axis can't express are left out: frames, close codes, pings and idle times over
/// long-poll, a sixth element in V1. B-12 is left off V1, whose serializer has no guard: see V-08.
/// L-15 and L-16 are about messages in flight together: posted messages are handled one by one.
/// B-10 uses every version and transport itself.

#include "conformance/suite/core/rule.h"

namespace phx::conformance {
namespace {

HOLDS_ON(v1,
         "J-01 J-02 J-03 J-04 J-05 J-06 J-07 J-08 J-09 J-10 J-11 J-12 J-13 J-14 J-15 J-16 J-17 "
         "J-18 J-19 J-20 J-21 J-24 J-25 J-26");
HOLDS_ON(longpoll,
         "J-01 J-02 J-03 J-04 J-05 J-06 J-07 J-08 J-09 J-10 J-11 J-12 J-13 J-14 J-15 "
         "J-16 J-17 J-18 J-19 J-20 J-21 J-24 J-26");

HOLDS_ON(v1,
         "R-01 R-02 R-03 R-04 R-05 R-06 R-07 R-08 R-09 R-10 R-11 R-12 R-13 R-14 R-15 R-16 R-18 "
         "R-19 R-20 R-21 R-22 R-23 R-24 R-25 R-26 R-27 R-28 R-30 R-31 R-33 R-36 R-38 R-39 R-42 "
         "R-43 R-44 R-45 R-46");
HOLDS_ON(longpoll,
         "R-01 R-02 R-03 R-04 R-05 R-06 R-07 R-08 R-09 R-10 R-11 R-12 R-13 R-14 R-15 "
         "R-16 R-17 R-18 R-19 R-20 R-21 R-22 R-23 R-24 R-25 R-26 R-27 R-28 R-30 R-31 R-33 R-39 "
         "R-40 R-42 R-44 R-45 R-46");

HOLDS_ON(v1,
         "B-01 B-02 B-03 B-04 B-05 B-06 B-07 B-08 B-09 B-11 B-13 B-14 B-15 B-16 B-18 B-20 B-21");
HOLDS_ON(longpoll,
         "B-01 B-02 B-03 B-04 B-05 B-06 B-07 B-08 B-09 B-11 B-12 B-13 B-14 B-15 B-16 B-18 B-20");

HOLDS_ON(v1,
         "L-01 L-02 L-03 L-04 L-05 L-06 L-07 L-08 L-09 L-10 L-11 L-12 L-15 L-16 L-17 L-18 "
         "L-26 L-28 L-29");
HOLDS_ON(longpoll, "L-01 L-02 L-03 L-04 L-05 L-06 L-07 L-08 L-09 L-10 L-11 L-12 L-17 L-28 L-29");

HOLDS_ON(longpoll, "S-01 S-02 S-03 S-04 S-07 S-08 S-09 S-10 S-11 S-12");

HOLDS_ON(v1, "K-01 K-02 K-03 K-04 K-09 K-10");
HOLDS_ON(longpoll, "K-01 K-02 K-03 K-04 K-09 K-10");

HOLDS_ON(longpoll, "H-14 H-15 H-16 H-31 H-33");

HOLDS_ON(v1, "E-16 E-20");

// Windows, idle times, and slow channels: hardly any work.
WAITS("R-07 R-46 B-20 J-22 K-02 K-05 K-06 K-07 P-05 P-14 P-17 P-20 P-31 P-32 P-34 P-37 D-01");

// Rules with two clients or more, except those with a bad payload, which must not reach a Phoenix
// node. Presence takes longer there, and has rules of its own: M.
HOLDS_ON(
    cluster,
    "B-02 B-03 B-04 B-05 B-06 B-07 B-08 B-11 B-15 B-17 B-20 B-21 N-03 N-08 J-17 J-22 L-11 L-13 "
    "L-14 L-22 L-23 L-25 R-07 R-35 R-38 D-03 D-05 V-05 K-05");

}  // namespace
}  // namespace phx::conformance
