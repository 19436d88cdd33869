/// Queries are read as by Plug.Conn.Query.

#include "http/query.h"

#include "testing/case.h"

using namespace phx;
using namespace phx::http;
using namespace phx::testing;

PHX_TEST("a query becomes a tree") {
  expect_eq(parse_query("a[b]=c&list[]=1&list[]=2&u=%C3%A9&plus=a+b&flag&x=1&x=2&z=%zz").dump(),
            Json::parse(R"({"a":{"b":"c"},"list":["1","2"],"u":"é","plus":"a b","flag":"","x":"2",
                           "z":"%zz"})")
                .dump());
  expect_eq(parse_query("").dump(), std::string("{}"));
  expect_eq(parse_query("&&a%5Bb%5D=c").dump(), std::string(R"({"a":{"b":"c"}})"));
}

PHX_TEST("a parameter may have no name") {
  expect_eq(parse_query("=x").dump(), std::string(R"({"":"x"})"));
  expect_eq(parse_query("=").dump(), std::string(R"({"":""})"));
}

PHX_TEST("members of a list that share a name's start form one item") {
  expect_eq(parse_query("a[][b]=1&a[][c]=2&a[]=3").dump(),
            std::string(R"({"a":[{"b":"1","c":"2"},"3"]})"));
  expect_eq(parse_query("a[][]=1&a[][]=2").dump(), std::string(R"({"a":[["1","2"]]})"));
}

PHX_TEST("if an array, an object and a value share a name, the last wins") {
  expect_eq(parse_query("a[]=1&a[b]=2").dump(), std::string(R"({"a":{"b":"2"}})"));
  expect_eq(parse_query("a[b]=1&a[]=2").dump(), std::string(R"({"a":["2"]})"));
  expect_eq(parse_query("a[]=1&a[b]=2&a[]=3").dump(), std::string(R"({"a":["1","3"]})"));
  expect_eq(parse_query("a[b]=1&a=2").dump(), std::string(R"({"a":"2"})"));
  expect_eq(parse_query("a=1&a[b]=2").dump(), std::string(R"({"a":{"b":"2"}})"));
}

PHX_TEST("an object keeps its place among the pairs when members are added later") {
  expect_eq(parse_query("a[b]=1&a=2&a[c]=3").dump(), std::string(R"({"a":"2"})"));
}

PHX_TEST("inside a name's brackets only ][ separates keys") {
  expect_eq(parse_query("a[b]c]=1").dump(), std::string(R"({"a":{"b]c":"1"}})"));
  expect_eq(parse_query("a[[b][c]]=1").dump(), std::string(R"({"a":{"[b":{"c]":"1"}}})"));
  expect_eq(parse_query("a]b[c]=1").dump(), std::string(R"({"a]b":{"c":"1"}})"));
}

PHX_TEST("brackets that do not pair are part of the name") {
  expect_eq(parse_query("a[b=1&[c]=2&a]=3").dump(),
            Json::parse(R"({"a[b":"1","[c]":"2","a]":"3"})").dump());
}

PHX_TEST("a query that is not valid UTF-8, or nested too deeply, is refused") {
  expect_throw<BadQuery>([] { parse_query("a=%ff"); });
  expect_throw<BadQuery>([] { parse_query("%ff=a"); });
  expect_throw<BadQuery>([] { parse_query("a=%ff&a=1"); });
  expect_throw<BadQuery>([] { parse_query("a[]=1&a[%ff]=1&a[]=1"); });
  std::string deep = "a";
  for (int i = 0; i < 100; ++i) deep += "[b]";
  expect_throw<BadQuery>([&] { parse_query(deep + "=1"); });
}
