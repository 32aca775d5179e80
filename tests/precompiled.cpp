// Nothing: what tests/CMakeLists.txt lists is precompiled for this, and used by most tests.
auto main() -> int {
    return 0;
}
