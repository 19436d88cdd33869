/// What chapter 1's chat promises, tried without a server.

#include "room.h"

#include "testing/channel_test.h"

using namespace phx;
using namespace phx::testing;

namespace {

const auto login = std::make_shared<chat::Login>("0123456789abcdef0123456789abcdef");

}  // namespace

// The README and testing/channel_test.h show this test.
//! [what_one_says]
PHX_TEST("a message is broadcast under its sender's name, and answered") {
  const chat::ChatSocket users(login);
  ChannelTest test;
  const Client ada = test.socket(users, "", {{"user", "Ada"}});
  const JoinedChannel room = ada.subscribe_and_join("room:lobby");

  const MessageRef ref = room.push("new_msg", Json::object({{"body", "hello"}}));

  room.assert_reply(ref, Status::ok);
  test.assert_broadcast("new_msg", Json::object({{"user", "Ada"}, {"body", "hello"}}));
}
//! [what_one_says]

namespace {

/// The chat, and Ada and Bob in it.
struct Chat {
  const chat::ChatSocket users{login};
  ChannelTest test;
  const Client ada = test.socket(users, "", {{"user", "Ada"}});
  const JoinedChannel room = ada.join("room:lobby");
  const JoinedChannel bob = test.socket(users, "", {{"user", "Bob"}}).join("room:lobby");
};

}  // namespace

PHX_TEST("a client with the token of a login has its name; another token is rejected") {
  const chat::ChatSocket users(login);
  ChannelTest test;
  ConnectInfo info;
  info.auth_token = login->token_for({"Ada"}, std::chrono::system_clock::now());
  const Client ada = test.connect(users, Json::object(), info);
  expect_eq(ada.socket().assign("user").string_or(""), "Ada");
  info.auth_token = "forged";
  expect(!test.connect_rejected(users, Json::object(), info).reason.empty(), "it says why");
}

PHX_TEST("the private room lets nobody in, and says why") {
  const Chat chat;
  expect_eq(chat.ada.join_refused("room:private").view(), R"({"reason":"unauthorized"})");
}

PHX_TEST("a message reaches everyone in the room, its sender too") {
  const Chat chat;
  chat.room.push("new_msg", Json::object({{"body", "hello"}}));
  const Json said = Json::object({{"user", "Ada"}, {"body", "hello"}});
  chat.room.assert_push("new_msg", said);
  chat.bob.assert_push("new_msg", said);
}

//! [anothers_name]
PHX_TEST("a false name in a message changes nothing; an empty message is an error") {
  const Chat chat;
  chat.room.push("new_msg", Json::object({{"user", "Bob"}, {"body", "it was me"}}));
  chat.bob.assert_push("new_msg", containing(Json::object({{"user", "Ada"}})));
  const MessageRef ref = chat.room.push("new_msg", Json::object({{"body", ""}}));
  chat.room.assert_reply(ref, Status::error);
  chat.bob.refute_push("new_msg");
}
//! [anothers_name]

PHX_TEST("everyone in the room sees who is there, on which node, and who comes and goes") {
  const chat::ChatSocket users(login, "node-1");
  ChannelTest test;
  const auto here = [](const char* name) {
    const Json metas = Json::array({Json::object({{"node", "node-1"}})});
    return Json::object({{name, Json::object({{"metas", metas}})}});
  };
  const JoinedChannel ada = test.socket(users, "", {{"user", "Ada"}}).join("room:lobby");
  ada.assert_push("presence_state", containing(here("Ada")));
  const JoinedChannel bob = test.socket(users, "", {{"user", "Bob"}}).join("room:lobby");
  bob.assert_push("presence_state", containing(here("Ada")));
  ada.assert_push("presence_diff", containing(Json::object({{"joins", here("Bob")}})));
  bob.leave();
  ada.assert_push("presence_diff", containing(Json::object({{"leaves", here("Bob")}})));
}

PHX_TEST("an event that the room doesn't know ends this client's channel alone") {
  Chat chat;
  chat.test.trap_exits();
  const MessageRef ref = chat.room.push("shout");
  chat.room.assert_down(
      {ExitReason::crash, R"(expected an event that the channel handles, got "shout")"});
  chat.room.assert_push("phx_error", Json::object({{"reason", "channel_crash"}}));
  chat.room.refute_reply(ref, Status::ok);
  chat.bob.refute_down();
}
