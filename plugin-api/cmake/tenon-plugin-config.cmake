# find_package(tenon-plugin): the headers as tenon::plugin_api, and tenon_add_plugin().
include(${CMAKE_CURRENT_LIST_DIR}/tenon-plugin-targets.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/tenon-plugin.cmake)
