#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

// Pages as headless Chromium shows them, and what stands on them.
namespace songhua::web::test {

// The page that the server at `port` of this machine gives, in a frame of `width` pixels, after it drew all figures.
// With `click`, a CSS selector: after a click on what it selects, when a tree has opened.
std::string browse_at(std::uint16_t port, int width, const std::string& language, const std::string& click = {});

// An element with class "figure" and its data- attributes.
struct Shown {
  std::map<std::string, std::string> attributes;
  std::string text;
};
std::vector<Shown> figures(const std::string& page);

std::string without_commas(std::string text);

// The page got as far as showing its figures, is as wide as asked for, and nothing sticks out.
void expect_fits(const std::string& page, int width);

}  // namespace songhua::web::test
