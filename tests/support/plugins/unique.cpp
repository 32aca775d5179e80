// A variable of an inline function: built without the recipe, g++ makes it an STB_GNU_UNIQUE
// symbol.
#include <tenon/plugin.h>

template <class T>
struct __attribute__((visibility("default"))) counted {
    static inline T count{};
};

extern "C" TENON_EXPORT auto tenon_plugin_entry_v1() -> const tenon_plugin* {
    ++counted<int>::count;
    return nullptr;
}
