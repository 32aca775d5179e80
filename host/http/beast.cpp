// Beast is header-heavy: compiled once here.
#include <boost/beast/src.hpp>
