// A self-signed certificate for `127.0.0.1` and `localhost`, in files that go with it.
#pragma once

#include "support/temp_dir.hpp"

#include <string>

namespace tenon::test {

class certificate {
  public:
    certificate();

    [[nodiscard]] auto file() const -> const std::string& { return file_; }
    [[nodiscard]] auto key_file() const -> const std::string& { return key_file_; }

  private:
    temp_dir dir_;
    std::string file_;
    std::string key_file_;
};

}  // namespace tenon::test
