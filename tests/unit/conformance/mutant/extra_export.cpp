// Beside the entry.
extern "C" __attribute__((visibility("default"))) auto another_export() -> int {
    return 1;
}
