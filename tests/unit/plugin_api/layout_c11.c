#include "layout.h"
#include "values.h"
