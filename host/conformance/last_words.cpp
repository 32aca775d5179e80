#include "conformance/last_words.hpp"

#include "conformance/live_op.hpp"
#include "conformance/syscalls.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace tenon::host::conformance {
namespace {

int answers_to = -1;
address_namer namer = nullptr;
std::array<char, 64> asked_rule{};
std::array<char, 100> note{};
std::size_t note_size = 0;

void write_all(std::string_view text) noexcept {
    while (!text.empty()) {
        const auto written = ::syscall(SYS_write, answers_to, text.data(), text.size());
        if (written <= 0) {
            return;
        }
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

// A message in a buffer of fixed size: nothing may be allocated here.
class message {
  public:
    auto operator<<(std::string_view text) noexcept -> message& {
        const auto length = std::min(text.size(), text_.size() - size_);
        std::memcpy(text_.data() + size_, text.data(), length);
        size_ += length;
        return *this;
    }
    auto operator<<(int number) noexcept -> message& {
        std::array<char, 12> digits{};
        std::size_t at = digits.size();
        for (auto rest = number; rest > 0 || at == digits.size(); rest /= 10) {
            digits[--at] = static_cast<char>('0' + rest % 10);
        }
        return *this << std::string_view(digits.data() + at, digits.size() - at);
    }
    [[nodiscard]] auto view() const noexcept -> std::string_view { return {text_.data(), size_}; }

  private:
    std::array<char, 400> text_{};
    std::size_t size_ = 0;
};

void add_place(message& out) noexcept {
    const char* const function = running_function();
    out << (function == nullptr ? ", outside the plugin's functions" : " in ")
        << (function == nullptr ? "" : function);
    out << (note_size == 0 ? "" : "; ") << std::string_view(note.data(), note_size);
}

// Uninstrumented as the ends below are: before a call that does not return, the address sanitizer
// reads files.
__attribute__((no_sanitize("address"))) void crashed(int signal, siginfo_t* info, void*) noexcept {
    message text;
    text << "SIG" << sigabbrev_np(signal);
    add_place(text);
    const bool fault = signal == SIGSEGV || signal == SIGBUS;
    const char* const place = fault && namer != nullptr ? namer(info->si_addr) : nullptr;
    if (place != nullptr) {
        text << ": " << place;
    }
    if (place != nullptr) {
        answer_broken_rule("heap-bounds", text.view());
    }
    // To destroy an operation safely is a rule of its own, too.
    if (running_function() != nullptr && std::string_view(running_function()) == "op_destroy") {
        answer_broken_rule("destroy-anywhere", text.view());
    }
    answer_and_exit("crashed", text.view());
}

__attribute__((no_sanitize("address"))) void out_of_time(int, siginfo_t*, void*) noexcept {
    message text;
    text << "used up its CPU time";
    add_place(text);
    answer_and_exit("timed out", text.view());
}

__attribute__((no_sanitize("address"))) void trapped(int, siginfo_t* info, void*) noexcept {
    message text;
    const char* const name = syscall_name(info->si_syscall);
    text << "the system call " << (name == nullptr ? "number " : name);
    if (name == nullptr) {
        text << info->si_syscall;
    }
    add_place(text);
    answer_and_exit("failed", text.view());
}

void handle(int signal, void (*by)(int, siginfo_t*, void*)) {
    struct sigaction action {};
    action.sa_sigaction = by;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    ::sigaction(signal, &action, nullptr);
}

}  // namespace

void answer_to(int descriptor) noexcept {
    answers_to = descriptor;
}

void answer_for(std::string_view id) noexcept {
    asked_rule = {};
    id.copy(asked_rule.data(), asked_rule.size() - 1);
}

auto answer_descriptor() noexcept -> int {
    return answers_to;
}

void add_answer(std::string_view text) noexcept {
    write_all(text);
    write_all({"\0", 1});
}

// Past what a sanitizer's runtime does at an exit: under a filter, it may do little.
__attribute__((no_sanitize("address"))) void exit_at_once() noexcept {
    for (;;) {
        ::syscall(SYS_exit_group, 0);
    }
}

__attribute__((no_sanitize("address"))) void answer_and_exit(
    std::string_view verdict, std::string_view text
) noexcept {
    add_answer(verdict);
    add_answer(text);
    exit_at_once();
}

void note_for_crashes(std::string_view text) noexcept {
    note_size = text.copy(note.data(), note.size());
}

__attribute__((no_sanitize("address"))) void answer_broken_rule(
    std::string_view rule, std::string_view text
) noexcept {
    if (rule == std::string_view(asked_rule.data())) {
        answer_and_exit("failed", text);
    }
    add_answer("blocked");
    answer_and_exit(rule, text);
}

void name_addresses_by(address_namer by) noexcept {
    namer = by;
}

void tell_of_signals() {
    constexpr std::size_t size = 64UL * 1024;
    stack_t stack{};
    stack.ss_sp = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    stack.ss_size = size;
    ::sigaltstack(&stack, nullptr);
    for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGTRAP}) {
        handle(signal, &crashed);
    }
    handle(SIGXCPU, &out_of_time);
    handle(SIGSYS, &trapped);
}

}  // namespace tenon::host::conformance
