#include "browser.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <regex>
#include <stdexcept>
#include <thread>

#include "support/process.h"
#include "support/temp_dir.h"
#include "support/wait.h"

namespace songhua::web::test {
namespace {

std::string unescape(std::string text) {
  for (const auto& [code, plain] : {std::pair{"&quot;", "\""}, {"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}}) {
    for (auto at = text.find(code); at != std::string::npos; at = text.find(code, at + 1)) {
      text.replace(at, std::string_view(code).size(), plain);
    }
  }
  return text;
}

// The value that a page attribute `data-NAME` of the body has; "" without.
std::string body_value(const std::string& page, const std::string& name) {
  std::smatch match;
  return std::regex_search(page, match, std::regex("<body[^>]* data-" + name + "=\"([^\"]*)\"")) ? match[1].str() : "";
}

// Chromium's window cannot be narrower than 500 pixels, and the real server forbids frames. So this one passes requests
// on to it and shows what it gives in a frame of any width; when the page is ready it takes the frame's place.
class Frame {
 public:
  Frame(std::uint16_t target, int width, const std::string& language, const std::string& click) {
    proxy_.set_keep_alive_timeout(1);
    proxy_.Get("/frame", [width, language, click](const httplib::Request&, httplib::Response& response) {
      response.set_content(fmt::format(R"(<!doctype html><body style="margin:0">
<iframe id="page" src="/?lang={}" style="border:0;height:900px;width:{}px"></iframe><script>
const click = {};
let clicked = false;
const wait = setInterval(() => {{
  const inner = document.getElementById('page').contentDocument;
  if (!inner || !inner.body || !inner.body.dataset.ready) return;
  if (click && !clicked) {{
    inner.querySelector(click).click();
    clicked = true;
  }}
  if (click && !inner.querySelector('dialog[open] #tree .leaf')) return;
  clearInterval(wait);
  document.documentElement.innerHTML = inner.documentElement.innerHTML;
}}, 20);</script>)",
                                       language, width, nlohmann::json(click).dump()),
                           "text/html");
    });
    // A connection that stays open would stop the browser's virtual time.
    proxy_.Get("/api/v1/events", [](const httplib::Request&, httplib::Response& response) { response.status = 503; });
    proxy_.Get(".*", [target](const httplib::Request& request, httplib::Response& response) {
      httplib::Client client("127.0.0.1", target);
      client.set_read_timeout(200);  // a real program may compute for a while
      const auto answer = client.Get(request.target.c_str());
      response.status = answer ? answer->status : 502;
      if (answer) response.set_content(answer->body, answer->get_header_value("Content-Type"));
    });
    port_ = proxy_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { proxy_.listen_after_bind(); });
    if (!songhua::test::eventually([this] { return proxy_.is_running(); })) throw std::runtime_error("no proxy");
  }
  ~Frame() {
    proxy_.stop();
    thread_.join();
  }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  [[nodiscard]] std::string url() const { return fmt::format("http://127.0.0.1:{}/frame", port_); }

 private:
  httplib::Server proxy_;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace

// All elements with a class "figure" of a page as Chromium prints it.
std::vector<Shown> figures(const std::string& page) {
  static const std::regex element(R"re(<span class="figure[^"]*"([^>]*)>([^<]*)</span>)re");
  static const std::regex attribute(R"re(data-([a-z]+)="([^"]*)")re");
  std::vector<Shown> all;
  for (std::sregex_iterator found(page.begin(), page.end(), element), end; found != end; ++found) {
    Shown figure{{}, (*found)[2]};
    const std::string attributes = (*found)[1];
    for (std::sregex_iterator a(attributes.begin(), attributes.end(), attribute); a != end; ++a) {
      figure.attributes[(*a)[1]] = unescape((*a)[2]);
    }
    all.push_back(std::move(figure));
  }
  return all;
}

std::string without_commas(std::string text) {
  std::erase(text, ',');
  return text;
}

void expect_fits(const std::string& page, int width) {
  EXPECT_EQ(body_value(page, "ready"), "true") << "the page did not get as far as showing its figures";
  EXPECT_EQ(body_value(page, "width"), std::to_string(width));
  EXPECT_EQ(body_value(page, "overflow"), "0");
  EXPECT_EQ(page.find("NaN"), std::string::npos);
  EXPECT_EQ(page.find("undefined"), std::string::npos);
}

std::string browse_at(std::uint16_t port, int width, const std::string& language, const std::string& click) {
  const Frame frame(port, width, language, click);
  const songhua::test::TempDir profile;
  songhua::test::Process browser(
      "chromium", {"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                   "--disable-background-networking", "--disable-component-update", "--disable-sync",
                   "--hide-scrollbars", "--user-data-dir=" + profile.path().string(), "--window-size=1400,900",
                   "--virtual-time-budget=5000", "--dump-dom", frame.url()});
  EXPECT_EQ(browser.wait(std::chrono::seconds{240}), 0) << browser.err();
  return browser.out();
}

}  // namespace songhua::web::test
