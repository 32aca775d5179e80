# cmake -DOUTPUT=FILE.cpp -DFILES=a.sql;b.sql -P embed_migrations.cmake
set(rows "")
foreach(file IN LISTS FILES)
  if(NOT file MATCHES "/([0-9]+)_([a-z0-9_]+)\\.sql$")
    message(FATAL_ERROR "${file}: a migration is called NNNN_name.sql")
  endif()
  set(name ${CMAKE_MATCH_2})
  math(EXPR version "1${CMAKE_MATCH_1} - 10000")
  file(SHA256 ${file} checksum)
  file(READ ${file} text)
  if(text MATCHES "\\)tenon\"")
    message(FATAL_ERROR "${file}: holds the end mark of a raw string")
  endif()
  string(APPEND rows "    {${version}, \"${name}\", \"${checksum}\",\n     R\"tenon(${text})tenon\"},\n")
endforeach()
set(contents "// Generated from migrations/.
#include \"store/migrations.hpp\"

namespace tenon::host {
namespace {

constexpr migration all_migrations[] = {
${rows}};

}  // namespace

auto built_in_migrations() -> std::span<const migration> { return all_migrations; }

}  // namespace tenon::host
")
file(WRITE ${OUTPUT} "${contents}")
