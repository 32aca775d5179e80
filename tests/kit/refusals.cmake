# cmake -DTENON=.. -DSCRATCH=.. -P refusals.cmake
# `tenon plugin new` writes over nothing, and says what is wrong with what it was asked for.
file(REMOVE_RECURSE ${SCRATCH})
file(MAKE_DIRECTORY ${SCRATCH}/taken)
function(refused expected)
  execute_process(COMMAND ${TENON} plugin new ${ARGN} WORKING_DIRECTORY ${SCRATCH} RESULT_VARIABLE result
                  OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(result EQUAL 0 OR NOT said MATCHES "${expected}")
    message(FATAL_ERROR "plugin new ${ARGN}: expected a refusal that says '${expected}', got ${result}:\n${said}")
  endif()
endfunction()
refused("is there already" taken)
refused("a letter first" 9lives)
refused("a letter first" My-CRM)
refused("cpp" fine --language rust)
file(GLOB left RELATIVE ${SCRATCH} ${SCRATCH}/*)
if(NOT left STREQUAL "taken")
  message(FATAL_ERROR "it wrote ${left}")
endif()
