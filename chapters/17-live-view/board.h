#pragma once
/// \file
/// A page that all who have it open share: a number and a list, kept by the program, and a form.
///
///     phx::Live live(demo::board_options(secret_key_base));
///     demo::add_board(live);
///     live.serve(endpoint);  // GET /board, and /live
///
/// What one browser does, all see: the view changes the Board, and broadcasts what it is now.

#include <mutex>
#include <string>
#include <vector>

#include "phoenix.h"

namespace demo {

/// What everybody on one node sees. It lasts as long as the program.
struct BoardState {
  int count = 0;
  std::vector<std::string> names;
};

/// The state, for the views of all threads.
class Board {
 public:
  BoardState state() const;
  void add(int by);
  /// At most the newest twenty are kept.
  void sign(std::string name);

 private:
  mutable std::mutex guard_;
  BoardState state_;
};

/// One browser's page.
class BoardView : public phx::LiveView {
 public:
  explicit BoardView(std::shared_ptr<Board> board) : board_(std::move(board)) {}

  void mount(const phx::Json& params, const phx::Json& session) override;
  phx::Html render() override;
  phx::Result handle_event(std::string_view event, const phx::Json& value) override;
  void handle_info(phx::Message message) override;

 private:
  void look();
  void tell();

  const std::shared_ptr<Board> board_;
  phx::Assign<int> count_ = 0;
  phx::Assign<std::vector<std::string>> names_;
  phx::Assign<phx::Form> form_{phx::Form("sign", {{"name", ""}})};
  phx::Assign<std::string> error_;
};

/// The document around it, which loads npm's scripts from /assets.
phx::LiveOptions board_options(std::string secret_key_base);
/// `/board`, with a Board of its own.
void add_board(phx::Live& live);

}  // namespace demo
