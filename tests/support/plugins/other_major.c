/* A plugin of another major version: only its entry's name is known here. */
__attribute__((visibility("default"))) const void* tenon_plugin_entry_v2(void) {
    return 0;
}
