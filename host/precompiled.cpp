// Nothing: what host/CMakeLists.txt lists is precompiled for this, and used by all rooms.
