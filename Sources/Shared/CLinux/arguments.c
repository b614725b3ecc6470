#include "system.h"

#include <stddef.h>

static int argument_count;
static char **arguments;

// glibc calls what stands in .init_array as it calls main. A runtime that is asked later looks into /proc, which may not be
// there, or walks back from environ, which a preloaded library that sets a variable has moved elsewhere.
__attribute__((constructor)) static void keep_arguments(int count, char **values, char **environment) {
    (void)environment;
    argument_count = count;
    arguments = values;
}

char *brigade_argument(int index) { return index < argument_count ? arguments[index] : NULL; }
