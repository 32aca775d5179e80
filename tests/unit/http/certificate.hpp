// A self-signed certificate, in files that go with it.
#pragma once

#include "support/temp_dir.hpp"

#include <chrono>
#include <string>

namespace tenon::test {

struct certificate_options {
    std::chrono::seconds ends_in{3'600};
    std::string passphrase = {};  // that the key file is encrypted with; empty: with none
    bool rsa = false;             // its key; otherwise of an elliptic curve
    std::string names = "IP:127.0.0.1,DNS:localhost";  // of the hosts that it is for
};

class certificate {
  public:
    explicit certificate(const certificate_options& options = {});

    [[nodiscard]] auto file() const -> const std::string& { return file_; }
    [[nodiscard]] auto key_file() const -> const std::string& { return key_file_; }

  private:
    temp_dir dir_;
    std::string file_;
    std::string key_file_;
};

}  // namespace tenon::test
