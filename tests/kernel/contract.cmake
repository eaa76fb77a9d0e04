# The contract test against the running kernel; tests/unit has it against the pretended one.
add_executable(xvlan_kernel_contract contract.cpp running_bench.cpp)
target_link_libraries(xvlan_kernel_contract PRIVATE xvlan_catch xvlan_net)

add_test(NAME kernel.contract
  COMMAND ${PROJECT_SOURCE_DIR}/tests/support/sandbox $<TARGET_FILE:xvlan_kernel_contract>)
set_tests_properties(kernel.contract PROPERTIES
  LABELS kernel
  ENVIRONMENT "XVLAN_BUILD=${CMAKE_BINARY_DIR}")
test_timeout(120 kernel.contract)
