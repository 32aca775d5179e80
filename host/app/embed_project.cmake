# cmake -DOUTPUT=FILE.cpp -DROOT=plugin-api/examples -DFILES=LANGUAGE/PATH;... -P embed_project.cmake
# The examples, from which `tenon plugin new` makes a project.
set(rows "")
foreach(file IN LISTS FILES)
  file(READ ${ROOT}/${file} text)
  if(text MATCHES "\\)tenon\"")
    message(FATAL_ERROR "${file}: holds the end mark of a raw string")
  endif()
  string(REGEX MATCH "^[^/]+" language ${file})
  string(REGEX REPLACE "^[^/]+/(.*)$" "\\1" path ${file})
  string(APPEND rows "    {\"${language}\", \"${path}\",\n     R\"tenon(${text})tenon\"},\n")
endforeach()
set(contents "// Generated from plugin-api/examples/.
#include \"app/project_files.hpp\"

namespace tenon::host {
namespace {

constexpr project_file all_files[] = {
${rows}};

}  // namespace

auto project_files() -> std::span<const project_file> { return all_files; }

}  // namespace tenon::host
")
file(WRITE ${OUTPUT} "${contents}")
