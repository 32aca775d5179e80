// What g++ makes STB_GNU_UNIQUE of unless it is told otherwise.
template <class T>
struct __attribute__((visibility("default"))) unique_holder {
    static T value;
};
template <class T>
T unique_holder<T>::value = 1;
template struct unique_holder<int>;
extern "C" auto use_unique_holder() -> int {
    return ++unique_holder<int>::value;
}
