#include "unit/plugin_api/layout.h"
#include "unit/plugin_api/values.h"
