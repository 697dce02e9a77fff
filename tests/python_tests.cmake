# Tests of whole programs: each file of the directories below is one test, run as root on a private machine
# (tests/support/sandbox.py). They share nothing, so ctest may run them side by side.
file(GLOB python_tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/cli/test_*.py ${CMAKE_CURRENT_LIST_DIR}/module/test_*.py
  ${CMAKE_CURRENT_LIST_DIR}/e2e/test_*.py ${CMAKE_CURRENT_LIST_DIR}/confinement/test_*.py
  ${CMAKE_CURRENT_LIST_DIR}/packages/test_*.py)
foreach(file IN LISTS python_tests)
  cmake_path(RELATIVE_PATH file BASE_DIRECTORY ${CMAKE_CURRENT_LIST_DIR} OUTPUT_VARIABLE name)
  cmake_path(REMOVE_EXTENSION name)
  string(REPLACE "/test_" "." name ${name})
  add_test(NAME ${name} COMMAND /usr/bin/python3 ${CMAKE_CURRENT_LIST_DIR}/support/run_tests.py ${file})
  set_tests_properties(${name} PROPERTIES LABELS python TIMEOUT 300
    ENVIRONMENT "TWINLOCK_BUILD=${CMAKE_BINARY_DIR};PYTHONDONTWRITEBYTECODE=1")
endforeach()

# The longest begin first, or they would be run alone at the end.
foreach(name module.faults cli.restore_live cli.backup cli.restore_refused cli.restore_new module.restore_under_load
    e2e.what_people_read e2e.smb_codes e2e.one_field e2e.setup_ssh e2e.su_sudo_login e2e.smb_drop_in)
  set_tests_properties(${name} PROPERTIES COST 100)
endforeach()

# What the tests of packages look at is made once, before the first of them: the packages, and a root to install them in.
foreach(part build clean_root)
  add_test(NAME packages.${part} COMMAND bash ${CMAKE_CURRENT_LIST_DIR}/packages/${part}.sh
    ${CMAKE_BINARY_DIR}/packages_${part})
  set_tests_properties(packages.${part} PROPERTIES LABELS python TIMEOUT 3600 FIXTURES_SETUP packages_${part})
endforeach()
set_tests_properties(packages.build PROPERTIES PROCESSORS 2 COST 1000)
set_tests_properties(packages.clean_root PROPERTIES COST 900)
foreach(name deb rpm scripts units clean_machine)
  set_tests_properties(packages.${name} PROPERTIES FIXTURES_REQUIRED packages_build)
endforeach()
# They compile everything once more, as a release: `./dev test --packages` and `./dev soak` run them, `./dev test` does not.
set_tests_properties(packages.build packages.clean_root packages.deb packages.rpm packages.scripts packages.units
  packages.clean_machine PROPERTIES LABELS "python;packages")
set_tests_properties(packages.clean_machine PROPERTIES FIXTURES_REQUIRED "packages_build;packages_clean_root" TIMEOUT 600)
