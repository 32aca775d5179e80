# tenon_add_plugin(NAME SOURCE... [LIBS LIB...] [NO_INSTALL]): builds and installs the plugin NAME.so.
#
# What the recipe is for: one exported function and nothing that pins the library in the process, so that it can be
# unloaded and two versions can live side by side.
#   - hidden visibility keeps the plugin's own symbols in; the version script also keeps in what libstdc++'s headers
#     mark as visible;
#   - -fno-gnu-unique: g++ would otherwise emit STB_GNU_UNIQUE symbols (statics of inline functions and templates), which the
#     loader merges across libraries and never lets go of;
#   - -z defs, -z now: a missing symbol is an error of the build or of the load, never of a call; relro write-protects what was
#     resolved. Sanitizers' runtimes are found in the executable, so with them -z defs can't hold.
include_guard(GLOBAL)
include(GNUInstallDirs)

function(tenon_add_plugin name)
  set(version_script ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/tenon-plugin.map)
  cmake_parse_arguments(arg "NO_INSTALL" "" "LIBS" ${ARGN})
  add_library(${name} MODULE ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE tenon::plugin_api ${arg_LIBS})
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  if("CXX" IN_LIST languages)
    target_compile_features(${name} PRIVATE cxx_std_20)
  endif()
  if("C" IN_LIST languages)
    target_compile_features(${name} PRIVATE c_std_11)
  endif()
  set_target_properties(
    ${name}
    PROPERTIES PREFIX ""
               SUFFIX ".so"
               C_VISIBILITY_PRESET hidden
               CXX_VISIBILITY_PRESET hidden
               VISIBILITY_INLINES_HIDDEN ON
               POSITION_INDEPENDENT_CODE ON
               LINK_DEPENDS ${version_script}
               LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/tenon/plugins)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-gnu-unique>)
  endif()
  target_link_options(${name} PRIVATE -Wl,--version-script=${version_script} -Wl,-z,now -Wl,-z,relro
                      -Wl,-z,noexecstack)
  if(NOT TENON_SANITIZE AND NOT "${CMAKE_CXX_FLAGS} ${CMAKE_C_FLAGS}" MATCHES "-fsanitize=")
    target_link_options(${name} PRIVATE -Wl,-z,defs -Wl,--no-undefined)
  endif()
  if(NOT arg_NO_INSTALL)
    install(TARGETS ${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/tenon/plugins)
  endif()
endfunction()

# tenon_add_plugin_test(PLUGIN NAME SOURCE...): a test called NAME of the plugin that tenon_add_plugin made. The sources are
# a program, in C++ or C, that has the plugin's path as TENON_TEST_PLUGIN and the folder `fixtures` beside the first source as
# TENON_TEST_FIXTURES; those in C++ have the fake host, <tenon-testing/plugin_driver.hpp>.
function(tenon_add_plugin_test plugin name first_source)
  set(testing ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/testing)
  if(NOT EXISTS ${testing})  # not the installed kit, but this repository
    set(testing ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../testing)
  endif()
  get_filename_component(first_source ${first_source} ABSOLUTE)
  get_filename_component(folder ${first_source} DIRECTORY)
  add_executable(${name} ${first_source} ${ARGN})
  target_link_libraries(${name} PRIVATE tenon::plugin_api ${CMAKE_DL_LIBS})
  target_include_directories(${name} PRIVATE ${testing})
  target_compile_definitions(${name} PRIVATE TENON_TEST_PLUGIN="$<TARGET_FILE:${plugin}>"
                                             TENON_TEST_FIXTURES="${folder}/fixtures")
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  if("CXX" IN_LIST languages)
    target_sources(${name} PRIVATE ${testing}/tenon-testing/plugin_driver.cpp)
    target_compile_features(${name} PRIVATE cxx_std_20)
  endif()
  add_dependencies(${name} ${plugin})
  add_test(NAME ${name} COMMAND ${name})
endfunction()
