// Which files are loaded: pinned ones, signed ones, and none that was changed by a byte.
#include "provider/plugin_trust.hpp"

#include "crypto/signing.hpp"
#include "provider/library.hpp"
#include "support/temp_dir.hpp"
#include "unit/provider/fixture.hpp"

#include <tenon/descriptor.h>

#include <fstream>

using namespace tenon::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

const plugin_settings pinned{plugin_requirement::pin, {}};

auto bytes_of(const fs::path& path) -> std::string {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

// A folder of its own with a copy of the good plugin.
struct folder {
    folder() { fs::copy_file(plugin_file("good/well"), file()); }

    [[nodiscard]] auto path() const -> const fs::path& { return dir.path(); }
    [[nodiscard]] auto file() const -> fs::path { return dir.path() / "well.so"; }
    [[nodiscard]] auto image() const { return plugin_image::read(file()).value(); }

    void pin(plugin_approval approved = everything()) const {
        const auto done =
            write_pins(path(), {{"well.so", {image()->digest(), std::move(approved)}}});
        REQUIRE(done.has_value());
    }
    static auto everything() -> plugin_approval {
        const auto library = plugin_library::load(plugin_file("good/well")).value();
        return {{"well", approval_of(library->providers().at(0).about)}};
    }
    void sign(const signing_key& key) const {
        std::ofstream(signature_path(file()))
            << sign_bytes(key.private_pem, bytes_of(file())).value();
    }
    // One bit of a byte in the middle, the file's length and times aside.
    void tamper() const {
        auto bytes = bytes_of(file());
        bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
        fs::remove(file());
        std::ofstream(file(), std::ios::binary) << bytes;
    }
    [[nodiscard]] auto admitted(const plugin_settings& policy) const -> result<trusted_plugin> {
        return plugin_folder::judged(path(), policy).admit(image());
    }
    [[nodiscard]] auto refusal(const plugin_settings& policy) const -> std::string {
        const auto said = admitted(policy);
        return said.has_error() ? said.error().message : "";
    }

    temp_dir dir;
};

auto state_in(const folder& of, const plugin_settings& policy) -> provider_entry {
    standing_clock time;
    scripted_http http(time);
    const registry all(in_process({of.path()}, {section("well")}, policy), http, time);
    return all.snapshot()->providers.at("well");
}

}  // namespace

TEST_CASE("a file that nobody approved is not loaded, and the message says what to do") {
    const folder here;
    CHECK_THAT(here.refusal(pinned), Contains("nobody approved it") && Contains("plugin install"));
    CHECK(state_in(here, pinned).message.find("no plugin serves 'well'") != std::string::npos);
    CHECK(here.admitted(anything).value().approved == nullptr);
    CHECK(plugin_folder::bundled(here.path()).admit(here.image()).has_value());
}

TEST_CASE("a pinned file is loaded, and with one bit changed it is not") {
    const folder here;
    here.pin();
    CHECK(state_in(here, pinned).state == provider_state::enabled);
    const auto before = here.image()->digest();
    here.tamper();
    CHECK_THAT(
        here.refusal(pinned), Contains(before) && Contains(here.image()->digest()) &&
                                  Contains("not the file that was approved")
    );
    CHECK(state_in(here, pinned).state == provider_state::misconfigured);
}

TEST_CASE("what was judged is what is loaded, though the file is swapped in between") {
    const folder here;
    here.pin();
    auto admitted = here.admitted(pinned);
    REQUIRE(admitted);
    const auto judged = admitted->image->digest();
    fs::copy_file(plugin_file("good/broken"), here.file(), fs::copy_options::overwrite_existing);
    const auto library = plugin_library::load(std::move(admitted->image)).value();
    CHECK(library->digest() == judged);
    CHECK(library->providers().at(0).about.id == "well");
}

TEST_CASE("the copy that is judged and loaded can be written by nobody") {
    const folder here;
    const auto image = here.image();
    std::fstream copy(image->copy().path(), std::ios::in | std::ios::out | std::ios::binary);
    copy << "x";
    copy.flush();
    CHECK_FALSE(copy.good());
    CHECK(plugin_image::read(image->copy().path()).value()->digest() == image->digest());
}

TEST_CASE("a signed file is loaded by its signer's key, and with one bit changed it is not") {
    const auto key = generate_signing_key();
    const auto other = generate_signing_key();
    const plugin_settings policy{plugin_requirement::signature, {other.public_key, key.public_key}};
    const folder here;
    here.pin();
    CHECK_THAT(here.refusal(policy), Contains("no signature"));
    here.sign(key);
    CHECK(state_in(here, policy).state == provider_state::enabled);
    CHECK(signer_of(*here.image(), policy.public_keys).value() == key.public_key);
    CHECK_THAT(
        here.refusal({plugin_requirement::signature, {other.public_key}}),
        Contains("not over these bytes")
    );
    here.tamper();
    CHECK_THAT(here.refusal(policy), Contains("not over these bytes"));
    std::ofstream(signature_path(here.file())) << "rubbish";
    CHECK_THAT(here.refusal(policy), Contains("not over these bytes"));
}

TEST_CASE("a signature says whose the code is, and origins are approved all the same") {
    const auto key = generate_signing_key();
    const plugin_settings policy{plugin_requirement::signature, {key.public_key}};
    const folder here;
    here.sign(key);
    CHECK_THAT(here.refusal(policy), Contains("nobody approved it"));
    // The next version needs no new approval as long as it reaches no further.
    here.pin();
    fs::copy_file(
        plugin_file("good/discovering"), here.file(), fs::copy_options::overwrite_existing
    );
    here.sign(key);
    CHECK(here.admitted(policy).has_value());
}

TEST_CASE("an origin that was not approved keeps the plugin out, wherever it is declared") {
    const folder here;
    auto approved = folder::everything();
    approved.at("well").origins.pop_back();
    here.pin(approved);
    standing_clock time;
    scripted_http http(time);
    const registry all(in_process({here.path()}, {section("well")}, pinned), http, time);
    REQUIRE(all.snapshot()->problems.size() == 1);
    CHECK_THAT(
        all.snapshot()->problems.at(0).message,
        Contains("https://{shop}.example.test (token, api) was not approved")
    );
    CHECK(all.find("well").error().code == errc::provider_disabled);
}

TEST_CASE("an address that a plugin's form fills in by default was named by nobody") {
    const auto entry_of = [](const std::string& file) {
        const temp_dir dir;
        fs::copy_file(plugin_file(file), dir.path() / "collects.so");
        const auto image = plugin_image::read(dir.path() / "collects.so").value();
        const plugin_approval nothing{{"discovering", {}}};
        REQUIRE(write_pins(dir.path(), {{"collects.so", {image->digest(), nothing}}}));
        standing_clock time;
        scripted_http http(time);
        const registry all(in_process({dir.path()}, {section("discovering")}, pinned), http, time);
        return all.snapshot()->providers.at("discovering");
    };
    const auto collects = entry_of("defaults/collects");
    CHECK(collects.state == provider_state::misconfigured);
    CHECK_THAT(collects.message, Contains("https://evil.example.test was not approved"));
    const auto inside = entry_of("defaults/inside");
    CHECK(inside.state == provider_state::misconfigured);
    CHECK_THAT(inside.message, Contains("issuer: is not an https URL"));
}

TEST_CASE("pins are written and read as they were") {
    const temp_dir dir;
    CHECK(read_pins(dir.path()).value().empty());
    plugin_approval approved;
    approved["acme"] = {
        {{"https://acme.example", TENON_ROLE_AUTHORIZE | TENON_ROLE_TOKEN, {}},
         {"https://{name}.acme.example", TENON_ROLE_API, {{"name", "[a-z]+"}}}},
        {"https://acme.example/jwks"}};
    const std::string digest(64, 'a');
    REQUIRE(write_pins(dir.path(), {{"acme.so", {digest, approved}}, {"b.so", {digest, {}}}}));
    const auto read = read_pins(dir.path()).value();
    CHECK(read.size() == 2);
    CHECK(read.at("acme.so").digest == digest);
    CHECK(read.at("acme.so").approved == approved);
    CHECK(read.at("b.so").approved.empty());
}

TEST_CASE("pins that are not good approve nothing, and say what is wrong") {
    const temp_dir dir;
    const auto problem = [&](const std::string& text) {
        dir.write("pins.json", text);
        const auto read = read_pins(dir.path());
        return read.has_error() ? read.error().message : "";
    };
    const std::string digest(64, 'a');
    const auto with = [&](const std::string& pin) {
        return problem(R"({"version":1,"plugins":{"a.so":)" + pin + "}}");
    };
    CHECK_THAT(problem("{"), Contains("pins.json"));
    CHECK_THAT(problem("[]"), Contains("must be an object"));
    CHECK_THAT(problem(R"({"version":2,"plugins":{}})"), Contains("upgrade the host"));
    CHECK_THAT(problem(R"({"version":1})"), Contains("has no `plugins`"));
    CHECK_THAT(with(R"({"sha256":"AA","providers":{}})"), Contains("64 lower-case"));
    CHECK_THAT(with(R"({"sha256":")" + digest + R"("})"), Contains("has no `providers`"));
    CHECK_THAT(
        with(
            R"({"sha256":")" + digest +
            R"(","providers":{"a":{"origins":[{"origin":"https://a.b","roles":["all"]}]}}})"
        ),
        Contains("none of authorize, token, revoke, api")
    );
    CHECK_THAT(
        with(R"({"sha256":")" + digest + R"(","providers":{},"except":1})"),
        Contains("this version does not know")
    );
    const auto file = dir.write("pins.json", R"({"version":1,"plugins":{}})");
    fs::permissions(file, fs::perms::others_write, fs::perm_options::add);
    CHECK_THAT(read_pins(dir.path()).error().message, Contains("anybody may change it"));
    const folder here;
    std::ofstream(here.path() / "pins.json") << "{";
    CHECK_THAT(here.refusal(pinned), Contains("its folder's pins are not good"));
}
