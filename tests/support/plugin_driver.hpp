// The fake host, which authors get with the kit.
#pragma once

#include <tenon-testing/plugin_driver.hpp>
