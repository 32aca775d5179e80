#include "net/outbound.hpp"

#include "net/engine.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tenon::host {
namespace asio = boost::asio;
namespace {

class curl_client final : public outbound_http {
  public:
    curl_client(asio::any_io_executor executor, outbound_options options)
        : engine_(std::make_shared<engine>(std::move(executor), std::move(options))) {}

    // NOLINTNEXTLINE(bugprone-exception-escape): where there is no memory left to say so, all ends
    ~curl_client() override {
        engine_->refuse_more();
        asio::post(engine_->on(), [kept = engine_] { kept->close(); });
    }
    curl_client(const curl_client&) = delete;
    auto operator=(const curl_client&) -> curl_client& = delete;

    auto send(outbound_request request) -> asio::awaitable<outbound_response> override {
        const auto kept = engine_;
        auto work = kept->perform(std::move(request));
        const auto& strand = kept->on();
        co_return co_await asio::co_spawn(strand, std::move(work), asio::use_awaitable);
    }

  private:
    std::shared_ptr<engine> engine_;
};

}  // namespace

auto make_outbound(asio::any_io_executor executor, outbound_options options)
    -> std::unique_ptr<outbound_http> {
    return std::make_unique<curl_client>(std::move(executor), std::move(options));
}

}  // namespace tenon::host
