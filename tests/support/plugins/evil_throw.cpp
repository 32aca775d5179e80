// For evil.c, which has no exceptions of its own.
extern "C" void evil_throw();

void evil_throw() {
    throw 1;
}
