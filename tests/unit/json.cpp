#include "command/json.hpp"

#include <catch2/catch.hpp>
#include <string>

using command::json_text;
using command::JsonArray;
using command::JsonObject;

TEST_CASE("an object has its keys in the order they were given, and arrays and objects nest",
          "[json]") {
  CHECK(JsonObject().text() == "{}");
  CHECK(JsonArray().text() == "[]");
  const std::string text = JsonObject()
                               .add("ifname", "br4")
                               .add("mtu", 1500U)
                               .add("up", true)
                               .add("made_by_xvlan", false)
                               .add("ports", JsonArray().add("vif3.0").add(7U).add(JsonObject()))
                               .add("vlan", JsonObject().add("pvid", 4U))
                               .text();
  CHECK(text == R"({"ifname":"br4","mtu":1500,"up":true,"made_by_xvlan":false,)"
                R"("ports":["vif3.0",7,{}],"vlan":{"pvid":4}})");
}

TEST_CASE("a key is left out where there is nothing to say", "[json]") {
  CHECK(JsonObject()
            .add_if_any("domain", std::string())
            .add_if_any("ports", JsonArray())
            .add_if_any("link", std::string("eth1"))
            .text() == R"({"link":"eth1"})");
}

TEST_CASE("what JSON does not allow in a text is escaped", "[json]") {
  CHECK(json_text("") == R"("")");
  CHECK(json_text(R"(a"b\c)") == R"("a\"b\\c")");
  CHECK(json_text("\n\x1f\x7f ~") == R"("\u000a\u001f\u007f ~")");
  CHECK(json_text(std::string(1, '\0')) == R"("\u0000")");
}

TEST_CASE("UTF-8 stays, and what is none becomes the replacement character", "[json]") {
  CHECK(json_text("\xC2\x80 \xE2\x82\xAC \xF0\x9F\x98\x80 \xF4\x8F\xBF\xBF") ==
        "\"\xC2\x80 \xE2\x82\xAC \xF0\x9F\x98\x80 \xF4\x8F\xBF\xBF\"");
  CHECK(json_text("\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xF0\x90\x80\x80") ==
        "\"\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xF0\x90\x80\x80\"");
  CHECK(json_text("\x80") == R"("\ufffd")");
  CHECK(json_text("a\xE2\x82") == R"("a\ufffd\ufffd")");  // cut
  CHECK(json_text("\xC3(") == R"("\ufffd(")");
  CHECK(json_text("\xC1\xBF") == R"("\ufffd\ufffd")");                      // overlong
  CHECK(json_text("\xE0\x9F\xBF") == R"("\ufffd\ufffd\ufffd")");            // overlong
  CHECK(json_text("\xF0\x8F\xBF\xBF") == R"("\ufffd\ufffd\ufffd\ufffd")");  // overlong
  CHECK(json_text("\xED\xA0\x80") == R"("\ufffd\ufffd\ufffd")");            // a surrogate
  CHECK(json_text("\xED\xBF\xBF") == R"("\ufffd\ufffd\ufffd")");            // a surrogate
  CHECK(json_text("\xF4\x90\x80\x80") == R"("\ufffd\ufffd\ufffd\ufffd")");  // above U+10FFFF
  CHECK(json_text("\xFF") == R"("\ufffd")");
}
