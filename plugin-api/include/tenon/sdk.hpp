// sdk.hpp: the C++20 SDK over the plugin ABI. Start with README.md beside the include folder.
#ifndef TENON_SDK_HPP
#define TENON_SDK_HPP

#include <tenon/sdk/json_object.hpp>
#include <tenon/sdk/oauth.hpp>
#include <tenon/sdk/plugin.hpp>
#include <tenon/sdk/provider.hpp>

#endif
