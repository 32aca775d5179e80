// A call that nothing answers.
extern "C" auto tenon_no_such_function() -> int;
extern "C" auto never_called() -> int {
    return tenon_no_such_function();
}
