# Tests of whole programs: each file of tests/cli, tests/module, tests/e2e and tests/confinement is one test, run as root on a
# private machine (tests/support/sandbox.py). They share nothing, so ctest may run them side by side.
file(GLOB python_tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/cli/test_*.py ${CMAKE_CURRENT_LIST_DIR}/module/test_*.py
  ${CMAKE_CURRENT_LIST_DIR}/e2e/test_*.py ${CMAKE_CURRENT_LIST_DIR}/confinement/test_*.py)
foreach(file IN LISTS python_tests)
  cmake_path(RELATIVE_PATH file BASE_DIRECTORY ${CMAKE_CURRENT_LIST_DIR} OUTPUT_VARIABLE name)
  cmake_path(REMOVE_EXTENSION name)
  string(REPLACE "/test_" "." name ${name})
  add_test(NAME ${name} COMMAND /usr/bin/python3 ${CMAKE_CURRENT_LIST_DIR}/support/run_tests.py ${file})
  set_tests_properties(${name} PROPERTIES LABELS python TIMEOUT 300
    ENVIRONMENT "TWINLOCK_BUILD=${CMAKE_BINARY_DIR};PYTHONDONTWRITEBYTECODE=1")
endforeach()
