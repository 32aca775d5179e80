// The configuration file, and the catalogue of providers.
#include "base/config.hpp"
#include "base/catalogue.hpp"
#include "fuzz.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <string>

namespace {

// A file in memory, for as long as it is read.
class memory_file {
  public:
    explicit memory_file(std::string_view bytes) : descriptor_(memfd_create("tenon", 0)) {
        tenon::fuzz::must(
            descriptor_ >= 0 && write(descriptor_, bytes.data(), bytes.size()) ==
                                    static_cast<ssize_t>(bytes.size()),
            "a file can be made in memory"
        );
    }
    ~memory_file() { close(descriptor_); }
    memory_file(const memory_file&) = delete;
    auto operator=(const memory_file&) -> memory_file& = delete;

    [[nodiscard]] auto path() const -> std::string {
        return "/proc/self/fd/" + std::to_string(descriptor_);
    }

  private:
    int descriptor_;
};

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) -> int {
    using namespace tenon::host;  // NOLINT: a target of that namespace
    static const environment_map variables{
        {"SLACK_CLIENT_ID", "id"}, {"EMPTY", ""}, {"NAME", "value"}};
    const auto input = tenon::fuzz::text_of(data, size);
    const memory_file file(input);
    const auto read = load_settings(file.path(), variables);
    if (read.has_error()) {
        tenon::fuzz::must(!read.error().message.empty(), "a refusal has a reason");
    } else {
        (void)describe_settings(*read);
    }
    const auto known = read_catalogue(std::string(input));
    if (known.has_value()) {
        for (const auto& name : known->names()) {
            (void)known->find(name);
        }
    }
    return 0;
}
