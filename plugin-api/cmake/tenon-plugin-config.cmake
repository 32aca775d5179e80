# find_package(tenon-plugin): the headers as tenon::plugin_api, tenon_add_plugin() and tenon_conformance_test().
include(${CMAKE_CURRENT_LIST_DIR}/tenon-plugin-targets.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/tenon-plugin.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/tenon-conformance.cmake)
